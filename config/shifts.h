// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The shifts of the teams, as tinbao.cfg says them: plain data. Read by config/shifts.c; what they mean
 * on the calendar is gateway/plan/shift.h's. Days are numbered since 1970-01-01 in Vietnam.
 */
#ifndef TB_CONFIG_SHIFTS_H
#define TB_CONFIG_SHIFTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONFIG_SHIFTS_MAX 64
#define SHIFT_DATES_MAX 32

/* A pattern of days: the union of all that it names. */
struct shift_days {
    uint8_t weekdays;               /* bit 0 = Monday .. bit 6 = Sunday */
    uint32_t month_days;            /* bit n = the n-th of the month, 1..31 */
    int every;                      /* every so many days from every_from, 0 = not */
    int64_t every_from;             /* a day number */
    int64_t dates[SHIFT_DATES_MAX]; /* day numbers */
    size_t n_dates;
};

struct shift_config {
    char places[192];           /* codes joined by blanks; "all" = every village that no other entry names */
    char days[160];             /* "T2-T7 CN", "le", "1 15", "2026-11-12", "every 3 from 2026-11-01", "all" */
    char except[160];           /* the same: days without this shift; "" = none */
    char from[6], to[6];        /* "21:00", "05:00": an end not after the begin is on the next day */
    char since[11], until[11];  /* dates, both inclusive; "" = no bound */
    const char *const *members; /* phones; none: anybody of the team */
    size_t n_members;
    int need;              /* so many people cover it; never 0 once loaded */
    int remind_after_min;  /* the members, from its begin; 0 = never */
    int leader_after_min;  /* then the leader; 0 = never */
    int officer_after_min; /* then the officers of the area; 0 = never */

    /* from the texts above */
    int from_min, to_min; /* minutes since midnight */
    struct shift_days on, off;
    bool has_off;
    int64_t since_day, until_day; /* INT64_MIN, INT64_MAX = no bound */
};

/* "attendance : { ... }" */
struct attendance_config {
    bool missed_call;    /* a missed call of a team member is VAO or RA */
    int same_call_min;   /* a second call within is the same one */
    int early_min;       /* VAO so long before a shift belongs to it */
    int close_after_min; /* a forgotten RA: closed so long after the shift's end */
    int forgotten_h;     /* a VAO outside any shift is forgotten after */
    int correct_days;    /* leader and officers correct so far back */
};

/* 0 or -EINVAL. "" is no day at all. */
int shift_days_parse(const char *text, struct shift_days *out);
/* "21:00", "5:00", "24:00" to minutes; -EINVAL. */
int shift_clock_parse(const char *text, int *minutes);
/* "2026-11-12" to a day number; -EINVAL. */
int shift_date_parse(const char *text, int64_t *day);

#endif
