// SPDX-License-Identifier: GPL-2.0-or-later
/* The tables of keys of `duty`: shifts, holidays, replacements, campaigns, calls. Plain data. */
#include "config/keys.h"

#include "config/config.h"
#include "config/rota.h"
#include "gateway/base/civil.h"
#include "gateway/base/err.h"

#include <stdio.h>
#include <string.h>

static const char *wrong_days(const char *v)
{
    struct shift_days on;
    bool on_holidays;
    return rota_days_parse(v, &on, &on_holidays) == 0
               ? NULL
               : "days are \"T2-T6 CN\", NL (holidays), \"1 15\", \"2026-11-12\", \"every 3 from 2026-11-01\"";
}

static const char *wrong_time(const char *v)
{
    int minutes;
    return shift_clock_parse(v, &minutes) == 0 ? NULL : "a time is written 07:00, 24 hours";
}

static const char *wrong_moment(const char *v)
{
    int64_t ms;
    char whole[32];
    snprintf(whole, sizeof(whole), "%s%s", v, strlen(v) == 10 ? " 00:00" : "");
    return civil_parse(whole, &ms) == 0 ? NULL : "a date is written 2026-11-20, or 2026-11-20 07:00";
}

static const char *wrong_holiday(const char *v)
{
    int day, month, used = 0;
    if (!*v)
        return NULL;
    if (strlen(v) == 5 && sscanf(v, "%2d/%2d%n", &day, &month, &used) == 2 && used == 5 && day >= 1 && day <= 31 &&
        month >= 1 && month <= 12)
        return NULL;
    return strlen(v) == 10 && !wrong_moment(v) ? NULL : "a holiday is 2027-02-05, or 02/09 for the day of every year";
}

#define FIELD(s, name_, member, type_, def_, what_)                                                                    \
    .name = (name_), .type = (type_), .def = (def_), .what = (what_), .live = true, .offset = offsetof(struct s, member)
#define TEXT(s, member, def_, wrong_, what_)                                                                           \
    {                                                                                                                  \
        FIELD(s, #member, member, KEY_STR, def_, what_), .size = sizeof(((struct s *)0)->member), .wrong = (wrong_)    \
    }
#define OFFICERS(s, least, def_, what_)                                                                                \
    {                                                                                                                  \
        FIELD(s, "officers", officers, KEY_PHONES, def_, what_), .min = (least), .max = 32,                            \
                                                                 .count_at = offsetof(struct s, n_officers)            \
    }
#define PHONE(s, member, what_)                                                                                        \
    {                                                                                                                  \
        FIELD(s, #member, member, KEY_PHONE, NULL, what_), .size = sizeof(((struct s *)0)->member)                     \
    }
#define LIST(s, member, count, what_)                                                                                  \
    {                                                                                                                  \
        FIELD(s, #member, member, KEY_STRINGS, "", what_), .max = 64, .count_at = offsetof(struct s, count)            \
    }
#define NUMBER(s, member, unit_, min_, max_, def_, what_)                                                              \
    {                                                                                                                  \
        FIELD(s, #member, member, KEY_INT, def_, what_), .unit = (unit_), .min = (min_), .max = (max_),                \
                                                         .size = sizeof(int)                                           \
    }

static const struct key duty_keys[] = {
    {.name = "shifts", .type = KEY_OTHER, .live = true, .what = "who is on duty, by day and hour"},
    {.name = "holidays", .type = KEY_OTHER, .live = true, .what = "days whose shifts are those of NL"},
    {.name = "replacements", .type = KEY_OTHER, .live = true, .what = "who stands in for whom, from, to"},
    {.name = "campaigns", .type = KEY_OTHER, .live = true, .what = "times such as Tet: more people, other repeats"},
    {.name = "calls", .type = KEY_OTHER, .live = true, .what = "who else is told, by kind, village, severity, time"},
};

static const struct key shift_keys[] = {
    TEXT(rota_shift, days, "T2-CN", wrong_days, "T2-T6 CN; NL = holidays; every 3 from 2026-11-01 ..."),
    TEXT(rota_shift, from, "00:00", wrong_time, "it begins"),
    TEXT(rota_shift, to, "24:00", wrong_time, "it ends; not after from = the next day"),
    TEXT(rota_shift, holiday, "", NULL, "of NL: only the holiday of this name"),
    OFFICERS(rota_shift, 1, NULL, "their phones"),
};

static const struct key holiday_keys[] = {
    TEXT(rota_holiday, name, NULL, NULL, "what it is called"),
    TEXT(rota_holiday, from, NULL, wrong_holiday, "its first day: 2027-02-05, or 02/09 every year"),
    TEXT(rota_holiday, to, "", wrong_holiday, "its last day, \"\" = the first"),
};

static const struct key replacement_keys[] = {
    PHONE(rota_replacement, officer, "who is away"),
    PHONE(rota_replacement, by, "who stands in"),
    TEXT(rota_replacement, from, NULL, wrong_moment, "2026-11-20, or with 07:00"),
    TEXT(rota_replacement, to, NULL, wrong_moment, "the last day, or a time"),
};

static const struct key campaign_keys[] = {
    TEXT(rota_campaign, name, NULL, NULL, "what it is called"),
    TEXT(rota_campaign, from, NULL, wrong_moment, "2027-02-01, or with 07:00"),
    TEXT(rota_campaign, to, NULL, wrong_moment, "the last day, or a time"),
    OFFICERS(rota_campaign, 0, "", "on duty too, all the time"),
    {FIELD(rota_campaign, "repeat_s", repeat_s, KEY_INTS, "0 0 0 0 0", "alert_repeat_s meanwhile, 0 = the ordinary"),
     .unit = "s", .min = 0, .max = 86400, .size = 5},
    NUMBER(rota_campaign, at_once_from, "severity", 0, 5, "0",
           "kinds from this severity on go out at once, 0 = no change"),
};

static const struct key call_keys[] = {
    LIST(rota_call, kinds, n_kinds, "codes of kinds, none = all"),
    LIST(rota_call, places, n_places, "codes of villages, none = all"),
    NUMBER(rota_call, severity, NULL, 1, 5, "1", "from this severity on"),
    TEXT(rota_call, days, "T2-CN, NL", wrong_days, "on these days"),
    TEXT(rota_call, from, "00:00", wrong_time, "between from"),
    TEXT(rota_call, to, "24:00", wrong_time, "and to"),
    NUMBER(rota_call, step, NULL, 0, 9, "0", "0 = at once, 1 = from the first repeat on ..."),
    OFFICERS(rota_call, 1, NULL, "their phones"),
};

#define TABLE(t) ((struct key_table){t, ARRAY_LEN(t)})

struct key_table keys_of_duty(void)
{
    return TABLE(duty_keys);
}

struct key_table keys_of_rota_shift(void)
{
    return TABLE(shift_keys);
}

struct key_table keys_of_rota_holiday(void)
{
    return TABLE(holiday_keys);
}

struct key_table keys_of_rota_replacement(void)
{
    return TABLE(replacement_keys);
}

struct key_table keys_of_rota_campaign(void)
{
    return TABLE(campaign_keys);
}

struct key_table keys_of_rota_call(void)
{
    return TABLE(call_keys);
}
