// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of keys of the group `children`. Called by config/children.c; plain data. */
#include "config/keys.h"

#include "config/children.h"
#include "gateway/base/err.h"

#include <string.h>

static const char *const as_names[] = {"spawned", "units", NULL};

static const char *wrong_socket(const char *v)
{
    return v[0] == '/' ? NULL : "it is a whole path: /run/tinbao/core.sock";
}

static const char *wrong_user(const char *v)
{
    return strpbrk(v, ": /\t\n") ? "it is the name of a user of this machine" : NULL;
}

#define USER(member, value, words)                                                                                     \
    {                                                                                                                  \
        .name = #member, .type = KEY_STR, .def = (value), .wrong = wrong_user, .what = (words),                        \
        .offset = offsetof(struct children_config, member), .size = sizeof(((struct children_config *)0)->member)      \
    }

static const struct key children_keys[] = {
    {.name = "as",
     .type = KEY_ENUM,
     .choices = as_names,
     .def = "spawned",
     .what = "spawned: the core starts them; units: they have units of their own and knock",
     .offset = offsetof(struct children_config, as)},
    {.name = "socket",
     .type = KEY_STR,
     .min = 1,
     .def = "/run/tinbao/core.sock",
     .wrong = wrong_socket,
     .what = "where units knock",
     .offset = offsetof(struct children_config, socket),
     .size = sizeof(((struct children_config *)0)->socket)},
    USER(line_user, "tinbao-line", "who may come as a line; \"\" the core's own user"),
    USER(courier_user, "tinbao-courier", "who may come as the courier"),
    USER(front_user, "tinbao-front", "who may come as the front"),
};

struct key_table keys_of_children(void)
{
    return (struct key_table){children_keys, ARRAY_LEN(children_keys)};
}
