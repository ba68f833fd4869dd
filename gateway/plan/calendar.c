// SPDX-License-Identifier: GPL-2.0-or-later
/* Windows of the calendar. See calendar.h. Called by the desk: reminders, *4#, *5#, *6#. */
#include "gateway/plan/calendar.h"

#include "gateway/base/civil.h"

#include <stdio.h>

/* Months since year 0; a period of n months begins at a multiple of n. */
static int months_of(enum calendar_period p)
{
    switch (p) {
    case CALENDAR_WEEK:
        return 0;
    case CALENDAR_MONTH:
        return 1;
    case CALENDAR_QUARTER:
        return 3;
    case CALENDAR_HALF_YEAR:
        return 6;
    case CALENDAR_YEAR:
        break;
    }
    return 12;
}

static int64_t month_start(int index)
{
    struct civil c = {.year = index / 12, .month = index % 12 + 1, .day = 1};
    return civil_to_ms(&c);
}

static int month_days(int index)
{
    return (int)((month_start(index + 1) - month_start(index)) / DAY_MS);
}

/* The start of a day of the period. In a month that is too short its last day stands in. */
static int64_t day_start(int first_month, int64_t week_ms, struct calendar_day d)
{
    if (!d.month)
        return week_ms + (d.day - 1) * DAY_MS;
    int index = first_month + d.month - 1, days = month_days(index);
    return month_start(index) + ((d.day < days ? d.day : days) - 1) * DAY_MS;
}

static int64_t week_start(int64_t at_ms)
{
    return civil_day_start_ms(at_ms) - civil_from_ms(at_ms).weekday * DAY_MS;
}

/* ISO 8601: a week belongs to the year of its Thursday. */
static void name_week(int64_t week_ms, char *out, size_t size)
{
    struct civil thursday = civil_from_ms(week_ms + 3 * DAY_MS);
    int64_t new_year = month_start(thursday.year * 12);
    int week = (int)((week_ms + 3 * DAY_MS - new_year) / (7 * DAY_MS)) + 1;
    snprintf(out, size, "%04d-W%02d", thursday.year % 10000, week % 100);
}

static void name_months(int first, int months, char *out, size_t size)
{
    int year = first / 12 % 10000, part = first % 12 / months + 1;
    if (months == 12)
        snprintf(out, size, "%04d", year);
    else if (months == 1)
        snprintf(out, size, "%04d-%02d", year, part % 100);
    else
        snprintf(out, size, "%04d-%c%d", year, months == 3 ? 'Q' : 'H', part % 10);
}

static void window_at(const struct calendar_item *it, int first_month, int64_t week_ms, struct calendar_window *w)
{
    w->from_ms = day_start(first_month, week_ms, it->from) + (it->from_included ? 0 : DAY_MS);
    w->to_ms = day_start(first_month, week_ms, it->to) + (it->to_included ? DAY_MS : 0);
    if (w->from_ms >= w->to_ms) /* both clipped by a short month: its last day is left */
        w->from_ms = w->to_ms - DAY_MS;
    w->due_ms = day_start(first_month, week_ms, it->result) + (it->result_included ? DAY_MS : 0);
    if (w->due_ms < w->to_ms)
        w->due_ms = w->to_ms;
}

void calendar_window(const struct calendar_item *it, int64_t at_ms, int shift, struct calendar_window *out)
{
    int months = months_of(it->period), first = 0;
    int64_t week_ms = week_start(at_ms) + shift * 7 * DAY_MS;
    struct calendar_window next;
    if (months) {
        struct civil c = civil_from_ms(at_ms);
        first = (c.year * 12 + c.month - 1) / months * months + shift * months;
        name_months(first, months, out->period, sizeof(out->period));
    } else {
        name_week(week_ms, out->period, sizeof(out->period));
    }
    window_at(it, first, week_ms, out);
    window_at(it, first + months, week_ms + 7 * DAY_MS, &next);
    out->next_ms = next.from_ms;
}

void calendar_current(const struct calendar_item *it, int64_t at_ms, struct calendar_window *out)
{
    calendar_window(it, at_ms, 0, out);
    if (at_ms < out->from_ms)
        calendar_window(it, at_ms, -1, out);
}

void calendar_ahead(const struct calendar_item *it, int64_t at_ms, struct calendar_window *out)
{
    calendar_window(it, at_ms, 0, out);
    if (at_ms >= out->due_ms)
        calendar_window(it, at_ms, 1, out);
}

void calendar_behind(const struct calendar_item *it, int64_t at_ms, struct calendar_window *out)
{
    calendar_window(it, at_ms, 0, out);
    if (at_ms < out->due_ms)
        calendar_window(it, at_ms, -1, out);
}

int calendar_days_left(int64_t at_ms, int64_t end_ms)
{
    return (int)((civil_day_start_ms(end_ms - 1) - civil_day_start_ms(at_ms)) / DAY_MS);
}

void calendar_month(int year, int month, int64_t *from_ms, int64_t *to_ms)
{
    *from_ms = month_start(year * 12 + month - 1);
    *to_ms = month_start(year * 12 + month);
}

void calendar_period_name(const struct calendar_item *it, const struct calendar_window *w, char *out, size_t size)
{
    int64_t at_ms = w->to_ms - 1;
    struct civil c = civil_from_ms(it->period == CALENDAR_WEEK ? week_start(at_ms) : at_ms);
    switch (it->period) {
    case CALENDAR_WEEK:
        snprintf(out, size, "tuan %d/%d", c.day, c.month);
        break;
    case CALENDAR_MONTH:
        snprintf(out, size, "thang %d", c.month);
        break;
    case CALENDAR_QUARTER:
        snprintf(out, size, "quy %d", (c.month + 2) / 3);
        break;
    case CALENDAR_HALF_YEAR:
        snprintf(out, size, "6 thang %s nam", c.month <= 6 ? "dau" : "cuoi");
        break;
    case CALENDAR_YEAR:
        snprintf(out, size, "nam %d", c.year);
        break;
    }
}
