// SPDX-License-Identifier: GPL-2.0-or-later
/* The tables of keys of digests and budget. Called by config/digest.c; plain data. */
#include "config/keys.h"

#include "config/digest.h"
#include "gateway/base/commune.h"
#include "gateway/base/err.h"
#include "gateway/base/phone.h"

static const char *const empties[] = {"", "line", "nothing", NULL};

static const char *wrong_who(const char *v)
{
    char phone[20];
    enum role r = role_from(v);
    bool officer = r == ROLE_AREA_OFFICER || r == ROLE_DUTY || r == ROLE_CHIEF;
    return officer || phone_normalize(v, phone, sizeof(phone)) == 0
               ? NULL
               : "digests go to area_officer, duty, chief, or to the phone of one of them";
}

#define FLAG(member, what_)                                                                                            \
    {                                                                                                                  \
        .name = #member, .type = KEY_BOOL, .def = "false", .what = (what_),                                            \
        .offset = offsetof(struct digest_rule, member)                                                                 \
    }
#define NUMBER(member, unit_, max_, def_, what_)                                                                       \
    {                                                                                                                  \
        .name = #member, .type = KEY_INT, .unit = (unit_), .max = (max_), .def = (def_), .what = (what_),              \
        .offset = offsetof(struct budget_config, member), .size = sizeof(int)                                          \
    }

static const struct key digest_keys[] = {
    {.name = "who",
     .type = KEY_STR,
     .min = 1,
     .wrong = wrong_who,
     .what = "area_officer, duty, chief, or a phone",
     .offset = offsetof(struct digest_rule, who),
     .size = sizeof(((struct digest_rule *)0)->who)},
    FLAG(night, "what came since the last one, every morning"),
    FLAG(week, "counts of the week"),
    FLAG(month, "counts of the month"),
    {.name = "empty",
     .type = KEY_STR,
     .def = "",
     .choices = empties,
     .what = "when nothing happened; \"\" as digest_empty",
     .offset = offsetof(struct digest_rule, empty),
     .size = sizeof(((struct digest_rule *)0)->empty)},
};

static const struct key budget_keys[] = {
    NUMBER(month, "messages", 1000000, "0", "to all in a calendar month, 0 = no bound"),
    NUMBER(reserve, "percent", 90, "20", "of the month's, for alerts, SOS and confirmations of reports only"),
    NUMBER(day, "messages", 100000, "0", "to all in a day, 0 = no bound; alerts pass it"),
    NUMBER(day_per_user, "messages", 10000, "100", "to one recipient in a day, 0 = no bound; alerts pass it"),
};

struct key_table keys_of_digest(void)
{
    return (struct key_table){digest_keys, ARRAY_LEN(digest_keys)};
}

struct key_table keys_of_budget(void)
{
    return (struct key_table){budget_keys, ARRAY_LEN(budget_keys)};
}
