// SPDX-License-Identifier: GPL-2.0-or-later
/* The tables of keys of the calendar and of presence on the scene. Plain data; see keys.h. */
#include "config/keys.h"

#include "config/calendar.h"
#include "gateway/base/err.h"

#include <ctype.h>
#include <string.h>

static const char *const calendar_periods[] = {"week", "month", "quarter", "half_year", "year", NULL};

static const char *wrong_name(const char *v)
{
    for (; *v; v++)
        if (!islower((unsigned char)*v) && !isdigit((unsigned char)*v) && *v != '_')
            return "a name is small letters, digits and _, e.g. meeting";
    return NULL;
}

/* It goes out in an SMS: plain letters, and none that counts twice. */
static const char *wrong_text(const char *v)
{
    for (; *v; v++)
        if ((unsigned char)*v < ' ' || (unsigned char)*v > 'z' || strchr("[]\\^`{|}~", *v))
            return "it goes out by SMS: write it without accents and brackets";
    return NULL;
}

static const char *wrong_day(const char *v)
{
    static const char why[] =
        "a day is \"15\", or \"15/6\" with the month of the period; of a week \"1\" (Monday) to \"7\"";
    int numbers = 0;
    if (!*v)
        return NULL;
    for (; *v; numbers++) {
        size_t n = strspn(v, "0123456789");
        if (n < 1 || n > 2)
            return why;
        v += n;
        if (*v == '/' && v[1])
            v++;
        else if (*v)
            return why;
    }
    return numbers <= 2 ? NULL : why;
}

#define AT(member) .offset = offsetof(struct calendar_item, member)
#define SIZED(member) AT(member), .size = sizeof(((struct calendar_item *)0)->member)
#define DAY(name_, member, what_)                                                                                      \
    {                                                                                                                  \
        .name = (name_), .type = KEY_STR, .def = "", .wrong = wrong_day, .what = (what_), SIZED(member)                \
    }
#define FLAG(member, what_)                                                                                            \
    {                                                                                                                  \
        .name = #member, .type = KEY_BOOL, .def = "true", .what = (what_), AT(member)                                  \
    }
#define NUMBER(member, unit_, min_, max_, def_, what_)                                                                 \
    {                                                                                                                  \
        .name = #member, .type = KEY_INT, .unit = (unit_), .min = (min_), .max = (max_), .def = (def_),                \
        .what = (what_), AT(member)                                                                                    \
    }
#define ROLES(member, what_)                                                                                           \
    {                                                                                                                  \
        .name = #member, .type = KEY_STRINGS, .max = 7, .def = "", .what = (what_), AT(member),                        \
        .count_at = offsetof(struct calendar_item, n_##member)                                                         \
    }

static const struct key calendar_keys[] = {
    {.name = "name", .type = KEY_STR, .min = 1, .wrong = wrong_name, .what = "meeting", SIZED(name)},
    {.name = "text",
     .type = KEY_TEXT,
     .min = 1,
     .max = CALENDAR_TEXT_MAX,
     .wrong = wrong_text,
     .what = "hop giao ban",
     AT(text)},
    {.name = "form", .type = KEY_STR, .def = "", .what = "the activity that fulfils it", SIZED(form)},
    {.name = "word",
     .type = KEY_TEXT,
     .max = CALENDAR_TEXT_MAX,
     .def = "",
     .wrong = wrong_text,
     .what = "only those with this word in their text",
     AT(word)},
    {.name = "office", .type = KEY_BOOL, .def = "false", .what = "once, not for each village", AT(office)},
    {.name = "period", .type = KEY_ENUM, .choices = calendar_periods, .what = "once in each", AT(period)},
    DAY("from", from_as, "the first day"),
    DAY("to", to_as, "the last day"),
    DAY("result_by", result_as, "the last day for its form"),
    FLAG(from_included, "the first day counts"),
    FLAG(to_included, "the last day counts"),
    FLAG(result_included, "the last day for its form counts"),
    NUMBER(target, "times", 1, 100, "1", "so many a period"),
    NUMBER(remind_days, "days", 0, 60, "3", "reminded so long before the last day"),
    NUMBER(then_days, "days", 0, 60, "1", "and again before the last day for its form"),
    NUMBER(told_days, "days", 1, 60, "7", "overdue is said so long, at least"),
    ROLES(remind, "who is reminded"),
    ROLES(then, "who is reminded then"),
    ROLES(overdue, "who is told that it is overdue"),
};

static const struct key presence_keys[] = {
    {.name = "minutes",
     .type = KEY_INT,
     .unit = "min",
     .min = 1,
     .max = 240,
     .def = "15",
     .what = "on the scene in time is within",
     .offset = offsetof(struct presence_config, minutes)},
    {.name = "severity",
     .type = KEY_INT,
     .min = 1,
     .max = 5,
     .def = "1",
     .what = "needed from this severity on",
     .offset = offsetof(struct presence_config, severity)},
    {.name = "kinds",
     .type = KEY_STRINGS,
     .max = 64,
     .def = "",
     .what = "needed for these kinds; none: for all that go out at once",
     .offset = offsetof(struct presence_config, kinds),
     .count_at = offsetof(struct presence_config, n_kinds)},
    {.name = "mobilised",
     .type = KEY_STRINGS,
     .max = 64,
     .def = "",
     .what = "fire and rescue; none: CHAY and CUUNAN",
     .offset = offsetof(struct presence_config, mobilised),
     .count_at = offsetof(struct presence_config, n_mobilised)},
};

struct key_table keys_of_calendar(void)
{
    return (struct key_table){calendar_keys, ARRAY_LEN(calendar_keys)};
}

struct key_table keys_of_presence(void)
{
    return (struct key_table){presence_keys, ARRAY_LEN(presence_keys)};
}
