// SPDX-License-Identifier: GPL-2.0-or-later
/* The tables of keys of a shift and of attendance. Called by config/shifts.c; plain data. */
#include "config/keys.h"

#include "config/shifts.h"
#include "gateway/base/err.h"

#include <string.h>

static const char *wrong_days(const char *v)
{
    struct shift_days d;
    return shift_days_parse(v, &d) ? "days are T2 T3 .. T7 CN, T2-T6, 1 15 (of the month), odd, even, 2026-11-12, "
                                     "every 3 from 2026-11-01, or all"
                                   : NULL;
}

static const char *wrong_on(const char *v)
{
    return strspn(v, " ,") == strlen(v) ? "name a day: T2 .. T7, CN, odd, even, a date, or all" : wrong_days(v);
}

static const char *wrong_clock(const char *v)
{
    int minutes;
    return shift_clock_parse(v, &minutes) ? "a time is written 21:00" : NULL;
}

static const char *wrong_date(const char *v)
{
    int64_t day;
    return *v && shift_date_parse(v, &day) ? "a date is written 2026-11-12" : NULL;
}

#define TEXT_KEY(member, min_, def_, wrong_, what_)                                                                    \
    {                                                                                                                  \
        .name = #member, .type = KEY_STR, .min = (min_), .def = (def_), .wrong = (wrong_), .what = (what_),            \
        .offset = offsetof(struct shift_config, member), .size = sizeof(((struct shift_config *)0)->member)            \
    }
#define NUMBER_KEY(type_, member, unit_, min_, max_, def_, what_)                                                      \
    {                                                                                                                  \
        .name = #member, .type = KEY_INT, .unit = (unit_), .min = (min_), .max = (max_), .def = (def_),                \
        .what = (what_), .offset = offsetof(type_, member), .size = sizeof(int)                                        \
    }

static const struct key shift_keys[] = {
    TEXT_KEY(places, 1, "all", NULL, "codes of villages, or all: those that no other shift names"),
    TEXT_KEY(days, 1, "all", wrong_on, "T2-T7 CN, odd, even, 1 15, a date, every 3 from 2026-11-01, all"),
    TEXT_KEY(except, 0, "", wrong_days, "days without it, as in days"),
    TEXT_KEY(from, 1, "21:00", wrong_clock, "it begins"),
    TEXT_KEY(to, 1, "05:00", wrong_clock, "it ends; not after its begin: on the next day"),
    TEXT_KEY(since, 0, "", wrong_date, "its first date"),
    TEXT_KEY(until, 0, "", wrong_date, "its last date"),
    {.name = "members",
     .type = KEY_PHONES,
     .max = 16,
     .def = "",
     .what = "who is expected; nobody named: anybody of the team",
     .offset = offsetof(struct shift_config, members),
     .count_at = offsetof(struct shift_config, n_members)},
    NUMBER_KEY(struct shift_config, need, "people", 0, 16, "0", "so many cover it, 0 = all that are named, or one"),
    NUMBER_KEY(struct shift_config, remind_after_min, "min", 0, 720, "15",
               "no VAO: the members are reminded, 0 = never"),
    NUMBER_KEY(struct shift_config, leader_after_min, "min", 0, 720, "30", "no VAO: the leader is told, 0 = never"),
    NUMBER_KEY(struct shift_config, officer_after_min, "min", 0, 720, "60", "no VAO: the officer is told, 0 = never"),
};

static const struct key attendance_keys[] = {
    {.name = "missed_call",
     .type = KEY_BOOL,
     .def = "true",
     .what = "a missed call of a team member is his VAO or RA",
     .offset = offsetof(struct attendance_config, missed_call)},
    NUMBER_KEY(struct attendance_config, same_call_min, "min", 0, 60, "5", "a second call within is the same one"),
    NUMBER_KEY(struct attendance_config, early_min, "min", 0, 240, "60",
               "VAO so early belongs to the shift that comes"),
    NUMBER_KEY(struct attendance_config, close_after_min, "min", 0, 240, "30",
               "a forgotten RA is closed after the end"),
    NUMBER_KEY(struct attendance_config, forgotten_h, "h", 1, 24, "16", "outside any shift it is closed after"),
    NUMBER_KEY(struct attendance_config, correct_days, "days", 1, 62, "7", "leader and officers correct so far back"),
};

#define TABLE(t) ((struct key_table){t, ARRAY_LEN(t)})

struct key_table keys_of_shift(void)
{
    return TABLE(shift_keys);
}

struct key_table keys_of_attendance(void)
{
    return TABLE(attendance_keys);
}
