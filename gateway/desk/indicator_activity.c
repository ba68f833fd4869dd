// SPDX-License-Identifier: GPL-2.0-or-later
/* The indicators of what the teams did besides: HOP, LOA, TOT, HOAGIAI. Called by indicator.c. */
#include "gateway/desk/indicator_room.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/desk/due.h"

#include <string.h>

struct activities {
    const struct view *v;
    struct indicators *out;
    const struct calendar_item *meeting, *sessions, *direct; /* NULL: not in the calendar */
    int64_t since_ms;
};

/* The entry of a form, with a word of its own or without. */
static const struct calendar_item *entry(const struct config *cfg, const char *form, bool word)
{
    for (size_t i = 0; i < cfg->n_calendar; i++) {
        const struct calendar_item *it = &cfg->calendar[i];
        if (!it->office && !strcmp(it->form, form) && (*it->word != '\0') == word)
            return it;
    }
    return NULL;
}

static int add_one(void *ctx, int64_t at_ms, const char *slots, const char *text)
{
    (void)at_ms, (void)slots, (void)text;
    ++*(int *)ctx;
    return 0;
}

static int count(struct activities *a, const char *form, const struct place *p, int64_t from_ms, int64_t to_ms, int *n)
{
    *n = 0;
    return activity_each(a->v->d->db, form, p->code, from_ms, to_ms, add_one, n);
}

static int add_outcome(void *ctx, int64_t at_ms, const char *slots, const char *text)
{
    struct indicators *out = ctx;
    (void)at_ms, (void)text;
    out->mediated += strstr(slots, "THANH") != NULL;
    out->not_mediated += strstr(slots, "KHONG") != NULL;
    return 0;
}

/* Of the villages that met, those within the days of the calendar. */
static int count_meetings(struct activities *a, const struct place *p)
{
    struct indicators *out = a->out;
    int met = 0, in_time = 0, rc = count(a, "meeting", p, out->from_ms, out->to_ms, &met);
    if (!rc && a->meeting && a->meeting->period == CALENDAR_MONTH) {
        struct calendar_window w;
        int64_t from_ms, to_ms;
        calendar_month(out->year, out->month, &from_ms, &to_ms);
        calendar_window(a->meeting, from_ms, 0, &w);
        rc = count(a, "meeting", p, w.from_ms, w.due_ms, &in_time);
    }
    out->meetings.of++;
    out->meetings.got += met > 0;
    out->meetings_in_time += in_time > 0;
    return rc;
}

/* The weeks whose Sunday is in the month, that began when the service kept all, and are over. */
static int count_weeks(struct activities *a, const struct place *p)
{
    int rc = 0;
    if (!a->sessions || a->sessions->period != CALENDAR_WEEK)
        return 0;
    int64_t month_ms, end_ms;
    calendar_month(a->out->year, a->out->month, &month_ms, &end_ms);
    for (int64_t at_ms = month_ms; !rc; at_ms += 7 * DAY_MS) {
        struct calendar_window w;
        int n = 0;
        calendar_window(a->sessions, at_ms, 0, &w);
        int64_t monday_ms = civil_day_start_ms(at_ms) - civil_from_ms(at_ms).weekday * DAY_MS;
        int64_t sunday_end_ms = monday_ms + 7 * DAY_MS;
        if (sunday_end_ms > end_ms || sunday_end_ms > a->v->now_ms)
            break;
        if (monday_ms < a->since_ms)
            continue;
        rc = due_count(a->v->d, a->sessions, p, w.from_ms, w.next_ms, &n);
        a->out->weeks.of++;
        a->out->weeks.got += n >= a->sessions->target;
    }
    return rc;
}

static int count_sessions(struct activities *a, const struct place *p)
{
    struct indicators *out = a->out;
    int n = 0, rc = 0;
    if (a->sessions)
        rc = due_count(a->v->d, a->sessions, p, out->from_ms, out->to_ms, &n);
    else
        rc = count(a, "loudspeaker", p, out->from_ms, out->to_ms, &n);
    out->sessions += n;
    if (!rc)
        rc = count_weeks(a, p);
    if (rc || !a->direct)
        return rc;
    struct calendar_window w;
    calendar_window(a->direct, out->to_ms - 1, 0, &w);
    rc = due_count(a->v->d, a->direct, p, w.from_ms, out->to_ms, &n);
    out->has_direct = true;
    out->direct.of += a->direct->target;
    out->direct.got += n;
    return rc;
}

static int count_village(void *ctx, const struct place *p)
{
    struct activities *a = ctx;
    int deeds = 0, rc = count(a, "good_deed", p, a->out->from_ms, a->out->to_ms, &deeds);
    a->out->deeds.of++;
    a->out->deeds.got += deeds > 0;
    a->out->deeds_n += deeds;
    if (!rc)
        rc = activity_each(a->v->d->db, "mediation", p->code, a->out->from_ms, a->out->to_ms, add_outcome, a->out);
    if (!rc)
        rc = count_meetings(a, p);
    return rc ? rc : count_sessions(a, p);
}

int indicator_activities(const struct view *v, struct indicators *out)
{
    const struct config *cfg = v->d->cfg;
    struct activities a = {.v = v,
                           .out = out,
                           .meeting = entry(cfg, "meeting", false),
                           .sessions = entry(cfg, "loudspeaker", false),
                           .direct = entry(cfg, "loudspeaker", true)};
    int rc = due_since(v->d, &a.since_ms);
    return rc ? rc : view_each_place(v, count_village, &a);
}
