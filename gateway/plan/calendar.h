// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which days an entry of the calendar means: its window in a period, and until when its result is
 * awaited. Pure: config and time in, days out. Days are Vietnamese (+07:00), weeks begin on
 * Monday and are numbered as ISO 8601 does.
 */
#ifndef TB_PLAN_CALENDAR_H
#define TB_PLAN_CALENDAR_H

#include "config/calendar.h"

#include <stddef.h>
#include <stdint.h>

#define CALENDAR_PERIOD_SIZE 12

/* Moments in UTC ms; an end is the first moment that does not count any more. */
struct calendar_window {
    char period[CALENDAR_PERIOD_SIZE]; /* "2026-W46", "2026-11", "2026-Q4", "2026-H2", "2026" */
    int64_t from_ms;                   /* the window begins */
    int64_t to_ms;                     /* and ends */
    int64_t due_ms;                    /* the result is overdue from here on */
    int64_t next_ms;                   /* the next period's window begins: until then an activity is this one's */
};

/* The window in the period that holds at_ms, moved by `shift` periods. */
void calendar_window(const struct calendar_item *it, int64_t at_ms, int shift, struct calendar_window *out);
/* The one an activity of at_ms belongs to: the last that began. */
void calendar_current(const struct calendar_item *it, int64_t at_ms, struct calendar_window *out);
/* The next to fall due after at_ms. */
void calendar_ahead(const struct calendar_item *it, int64_t at_ms, struct calendar_window *out);
/* The last that fell due, at at_ms or before. */
void calendar_behind(const struct calendar_item *it, int64_t at_ms, struct calendar_window *out);
/* Days from the day of at_ms to the last day before end_ms: 0 = it is the last day, negative = over. */
int calendar_days_left(int64_t at_ms, int64_t end_ms);

/* The first moment of a month, and of the month after it. month 1..12. */
void calendar_month(int year, int month, int64_t *from_ms, int64_t *to_ms);
/* The period's name for people: "tuan 9/11", "thang 11", "quy 4", "6 thang cuoi nam", "nam 2026". */
void calendar_period_name(const struct calendar_item *it, const struct calendar_window *w, char *out, size_t size);

#endif
