// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is due by the calendar: meetings, sessions, good deeds, reports. Plain data, filled by the
 * loader from `calendar` in tinbao.cfg, or from the list that ships. Which days a period's
 * window holds is computed in gateway/plan/calendar.h.
 */
#ifndef TB_CONFIG_CALENDAR_H
#define TB_CONFIG_CALENDAR_H

#include "gateway/base/commune.h"

#define CALENDAR_MAX 40
#define CALENDAR_NAME_SIZE 24
#define CALENDAR_TEXT_MAX 30 /* octets: it stands inside one SMS */

/* In the order of the names in keys_calendar.c. */
enum calendar_period { CALENDAR_WEEK, CALENDAR_MONTH, CALENDAR_QUARTER, CALENDAR_HALF_YEAR, CALENDAR_YEAR };

/* A day of a period. Of a week: 1 (Monday) to 7, month 0. Else the day of the month, 31 being
 * the last one of any, and the month of the period, 1 to 12. */
struct calendar_day {
    int day, month;
};

struct calendar_item {
    char name[CALENDAR_NAME_SIZE]; /* remembered with what was said: it must stay */
    const char *text;              /* "hop giao ban", unaccented, for the texts */
    char form[FORM_NAME_SIZE];     /* the activity that fulfils it; "" = a date only */
    const char *word;              /* only activities with this word in their text; "" = see calendar.c */
    bool office;                   /* once for the office, not for each village */
    enum calendar_period period;
    char from_as[8], to_as[8], result_as[8]; /* as written: "15", "15/6", "" */
    struct calendar_day from, to, result;    /* result: the last day for its form, often `to` */
    bool from_included, to_included, result_included;
    int target; /* so many a period */
    int remind_days, then_days, told_days;
    const char *const *remind, *const *then, *const *overdue; /* names of roles */
    size_t n_remind, n_then, n_overdue;
    unsigned remind_roles, then_roles, overdue_roles; /* ROLE_BITs of the same */
    int line;                                         /* in tinbao.cfg, 0 = shipped */
};

/* What counts as being on the scene in time. */
struct presence_config {
    int minutes;
    int severity;             /* from this one on */
    const char *const *kinds; /* none: every unrestricted kind that goes out at once */
    size_t n_kinds;
    const char *const *mobilised; /* fire and rescue: none = CHAY and CUUNAN */
    size_t n_mobilised;
};

#endif
