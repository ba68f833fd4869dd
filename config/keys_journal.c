// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of keys of the group `journal`. Called by config/journal.c; plain data. */
#include "config/keys.h"

#include "config/journal.h"
#include "gateway/base/err.h"

static const char *wrong_dir(const char *v)
{
    return !*v || *v == '/' ? NULL : "write the whole path: /media/usb/tinbao-journal";
}

static const struct key journal_keys[] = {
    {.name = "dir",
     .type = KEY_STR,
     .def = "",
     .wrong = wrong_dir,
     .what = "where it is kept, best on another medium; \"\" = in state_dir",
     .offset = offsetof(struct journal_config, dir),
     .size = sizeof(((struct journal_config *)0)->dir)},
    {.name = "keep_days",
     .type = KEY_INT,
     .unit = "days",
     .min = 1,
     .max = 30,
     .def = "2",
     .what = "its files are deleted after; no longer than tip_number_days",
     .offset = offsetof(struct journal_config, keep_days)},
    {.name = "sync_s",
     .type = KEY_INT,
     .unit = "s",
     .min = 1,
     .max = 600,
     .def = "30",
     .what = "what was written is on the medium after",
     .offset = offsetof(struct journal_config, sync_s)},
};

struct key_table keys_of_journal(void)
{
    return (struct key_table){journal_keys, ARRAY_LEN(journal_keys)};
}
