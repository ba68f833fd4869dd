// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who is late: looks at the shifts of the villages, reminds the members who are expected, then tells
 * the leader, then the officers of the area, each once, and nobody when enough people are in. Run by one
 * calendar job; each shift has a row that says how far it has come, so that neither a restart nor a
 * clock that jumps skips or doubles anything. What can go wrong: the service was not there while a shift
 * was on; then the leader and the officers hear of it when it is over.
 */
#include "gateway/desk/attend.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"

#include <stdio.h>
#include <string.h>

#define LOOK_BACK_MS (2 * DAY_MS)
#define LOOK_AHEAD_MS DAY_MS
#define WINDOWS_MAX 48
#define OVERDUE_MS (10 * MINUTE_MS) /* a step so late at a start waits for the texts that lie on the SIM */
#define HOLD_MS (2 * MINUTE_MS)

struct look {
    struct desk *d;
    const char *place;
    int64_t now_ms, rel_ms;
    int64_t seen_ms; /* the last look; shifts that were over by then are the past */
    int64_t next_ms;
};

/* Who is expected: those named, or the team. */
static bool is_expected(const struct shift_window *w, const char *place, const struct user *u)
{
    if (!user_in_team(u) || u->role == ROLE_VILLAGE_HEAD || !user_covers(u, place))
        return false;
    for (size_t i = 0; i < w->shift->n_members; i++)
        if (!strcmp(w->shift->members[i], u->phone))
            return true;
    return w->shift->n_members == 0;
}

struct came {
    const struct shift_window *w;
    int64_t ids[64];
    size_t n;
};

static int add_came(void *ctx, const struct attendance *a)
{
    struct came *c = ctx;
    if (c->n < ARRAY_LEN(c->ids) && a->in_ms < c->w->end_ms && (!a->out_ms || a->out_ms >= c->w->begin_ms))
        c->ids[c->n++] = a->user_id;
    return 0;
}

static bool has_come(const struct came *c, int64_t id)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->ids[i] == id)
            return true;
    return false;
}

/* Calls fn for each who is expected and did not come. */
static int each_missing(struct look *l, const struct shift_window *w,
                        int (*fn)(struct look *l, const struct shift_window *w, const struct user *u, void *ctx),
                        void *ctx)
{
    struct came c = {.w = w};
    int rc = attendance_of_night(l->d->db, l->place, w->night, add_came, &c);
    for (size_t i = 0; !rc && i < l->d->people.n; i++) {
        const struct user *u = &l->d->people.users[i];
        if (is_expected(w, l->place, u) && !has_come(&c, u->id))
            rc = fn(l, w, u, ctx);
    }
    return rc;
}

static const char *place_name(const struct look *l)
{
    const struct place *p = config_place(l->d->cfg, l->place);
    return p ? p->name : l->place;
}

static void begin_text(const struct shift_window *w, char out[24])
{
    clock_text(w->begin_ms, w->begin_ms, out, 24);
}

static int remind(struct look *l, const struct shift_window *w, const struct user *u, void *ctx)
{
    (void)ctx;
    char time[24], out[OUT_SIZE];
    begin_text(w, time);
    int rc = text_say(l->d->cfg, l->d->cfg->attendance.missed_call ? TEXT_SHIFT_REMIND : TEXT_SHIFT_REMIND_TEXT, out,
                      sizeof(out), "time", time, "place", place_name(l), NULL);
    return rc < 0 ? rc : tell_user(l->d, u->id, PRIO_REPLY, 0, 0, out);
}

static int add_name(struct look *l, const struct shift_window *w, const struct user *u, void *ctx)
{
    (void)l, (void)w;
    struct sbuf *b = ctx;
    sbuf_addf(b, "%s%s", b->len ? ", " : "", u->name);
    return 0;
}

/* Renders what the leader or an officer is told. */
static int say(struct look *l, const struct shift_window *w, enum text_id id, int n, char *out, size_t size)
{
    char time[24], count[16], need[16], date[ATTEND_DATE_SIZE], names[300] = "";
    struct sbuf b = sbuf_on(names, sizeof(names));
    int rc = each_missing(l, w, add_name, &b);
    if (rc < 0)
        return rc;
    begin_text(w, time);
    attend_date(w->night, date);
    snprintf(count, sizeof(count), "%d", n % 1000);
    snprintf(need, sizeof(need), "%d", w->need % 1000);
    if (id == TEXT_SHIFT_LEADER)
        return text_say(l->d->cfg, id, out, size, "time", time, "place", place_name(l), "count", count, "need", need,
                        "text", names, NULL);
    if (id == TEXT_SHIFT_OFFICER)
        return text_say(l->d->cfg, id, out, size, "time", time, "place", place_name(l), "count", count, "need", need,
                        NULL);
    return text_say(l->d->cfg, id, out, size, "time", time, "place", place_name(l), "date", date, "count", count,
                    "need", need, NULL);
}

/* To everybody of that role who answers for the place; *told counts. */
static int tell_role(struct look *l, enum role role, const char *body, bool later, int *told)
{
    int rc = 0;
    for (size_t i = 0; !rc && i < l->d->people.n; i++) {
        const struct user *u = &l->d->people.users[i];
        if (u->role != role || u->stopped || !user_covers(u, l->place))
            continue;
        rc = later ? tell_later(l->d, u->id, 0, 0, body) : tell_user(l->d, u->id, PRIO_REPLY, 0, 0, body);
        ++*told;
    }
    return rc;
}

/* The leader, else the deputy, else the village head; the officers of the area, else the duty desk. */
static int tell_above(struct look *l, enum shift_step step, const char *body, bool later)
{
    static const enum role team[] = {ROLE_LEADER, ROLE_DEPUTY, ROLE_VILLAGE_HEAD};
    static const enum role officers[] = {ROLE_AREA_OFFICER, ROLE_DUTY};
    const enum role *roles = step == SHIFT_LEADER ? team : officers;
    size_t n = step == SHIFT_LEADER ? ARRAY_LEN(team) : ARRAY_LEN(officers);
    int told = 0, rc = 0;
    for (size_t i = 0; !rc && !told && i < n; i++)
        rc = tell_role(l, roles[i], body, later, &told);
    return rc;
}

/* When the step is due: in its time, but not sooner after the one before than it would be, were that in time. */
static int64_t due_ms(const struct shift_window *w, const struct shift_watch *row, enum shift_step step)
{
    const struct shift_config *s = w->shift;
    int after[] = {[SHIFT_MEMBERS] = s->remind_after_min,
                   [SHIFT_LEADER] = s->leader_after_min,
                   [SHIFT_OFFICER] = s->officer_after_min};
    int before = step > SHIFT_MEMBERS ? after[step - 1] : 0;
    int64_t due = w->begin_ms + after[step] * MINUTE_MS;
    int64_t gap = row->step_ms + (after[step] - before) * MINUTE_MS;
    return row->step == step - 1 && step > SHIFT_MEMBERS && before && gap > due ? gap : due;
}

static bool is_wanted(const struct shift_window *w, enum shift_step step)
{
    const struct shift_config *s = w->shift;
    return step == SHIFT_MEMBERS  ? s->remind_after_min > 0
           : step == SHIFT_LEADER ? s->leader_after_min > 0
                                  : s->officer_after_min > 0;
}

static int told_bit(enum shift_step step)
{
    return step == SHIFT_MEMBERS ? SHIFT_TOLD_MEMBERS : step == SHIFT_LEADER ? SHIFT_TOLD_LEADER : SHIFT_TOLD_OFFICER;
}

/* The step of a shift that goes on: whoever's turn it is hears of it when people are missing. */
static int act(struct look *l, const struct shift_window *w, struct shift_watch *row, enum shift_step step)
{
    char out[OUT_SIZE];
    int n, rc = attendance_present(l->d->db, l->place, w->night, w->begin_ms, l->now_ms + 1, &n);
    if (!rc && n < w->need) {
        row->told |= told_bit(step);
        if (step == SHIFT_MEMBERS)
            rc = each_missing(l, w, remind, NULL);
        else if (!(rc = say(l, w, step == SHIFT_LEADER ? TEXT_SHIFT_LEADER : TEXT_SHIFT_OFFICER, n, out, sizeof(out))))
            rc = tell_above(l, step, out, false);
    }
    row->step = step;
    row->step_ms = l->now_ms;
    return rc < 0 ? rc : shift_watch_step(l->d->db, row->id, step, l->now_ms, row->told);
}

/* It is over. Who should have heard of it meanwhile and did not, because the service was not there, does
 * now, when people are awake. */
static int end(struct look *l, const struct shift_window *w, struct shift_watch *row)
{
    char out[OUT_SIZE];
    int n, rc = attendance_present(l->d->db, l->place, w->night, w->begin_ms, w->end_ms, &n);
    for (enum shift_step step = SHIFT_LEADER; !rc && n < w->need && step <= SHIFT_OFFICER; step++) {
        if (!is_wanted(w, step) || row->told & told_bit(step))
            continue;
        row->told |= told_bit(step);
        rc = say(l, w, TEXT_SHIFT_MISSED, n, out, sizeof(out));
        if (!rc)
            rc = tell_above(l, step, out, true);
    }
    row->step = SHIFT_ENDED;
    return rc < 0 ? rc : shift_watch_step(l->d->db, row->id, SHIFT_ENDED, l->now_ms, row->told);
}

static void look_again(struct look *l, int64_t at_ms)
{
    if (at_ms < l->next_ms)
        l->next_ms = at_ms;
}

/* The next step of the row that is wanted, and when; of a shift that is over its end. */
static enum shift_step next_step(const struct shift_window *w, const struct shift_watch *row, int64_t *at_ms)
{
    for (enum shift_step step = row->step + 1; step <= SHIFT_OFFICER; step++) {
        *at_ms = due_ms(w, row, step);
        if (is_wanted(w, step) && *at_ms < w->end_ms)
            return step;
    }
    *at_ms = w->end_ms;
    return SHIFT_ENDED;
}

static int watch_row(struct look *l, const struct shift_window *w, struct shift_watch *row)
{
    int rc = 0;
    while (!rc && row->step < SHIFT_ENDED) {
        int64_t at_ms;
        enum shift_step step = next_step(w, row, &at_ms);
        if (l->now_ms >= w->end_ms) /* too late to remind anybody */
            step = SHIFT_ENDED;
        else if (at_ms > l->now_ms) {
            look_again(l, at_ms);
            break;
        }
        if (l->now_ms - at_ms > OVERDUE_MS && l->rel_ms < l->d->attend_hold_rel) {
            look_again(l, l->now_ms + HOLD_MS);
            break;
        }
        rc = step == SHIFT_ENDED ? end(l, w, row) : act(l, w, row, step);
    }
    return rc;
}

static int watch_window(struct look *l, const struct shift_window *w)
{
    struct shift_watch row, made = {.begin_ms = w->begin_ms, .end_ms = w->end_ms};
    if (w->begin_ms > l->now_ms) {
        look_again(l, w->begin_ms);
        return 0;
    }
    int rc = shift_watch_find(l->d->db, l->place, w->begin_ms, &row);
    if (rc == -ENOENT && w->end_ms <= l->seen_ms)
        return 0; /* before the service, or this shift, was there */
    if (rc < 0 && rc != -ENOENT)
        return rc;
    if (rc == -ENOENT) {
        (void)str_copy(made.place, sizeof(made.place), l->place);
        (void)str_copy(made.night, sizeof(made.night), w->night);
        rc = shift_watch_of(l->d->db, &made, &row);
    }
    return rc < 0 ? rc : watch_row(l, w, &row);
}

static int watch_place(struct look *l)
{
    struct shift_window w[WINDOWS_MAX];
    int rc = 0;
    size_t n =
        shift_windows(l->d->cfg, l->place, l->now_ms - LOOK_BACK_MS, l->now_ms + LOOK_AHEAD_MS, false, w, WINDOWS_MAX);
    if (n > WINDOWS_MAX) {
        log_warn("village %s has more shifts a day than are watched: join some of them", l->place);
        n = WINDOWS_MAX;
    }
    for (size_t i = 0; !rc && i < n; i++)
        rc = watch_window(l, &w[i]);
    return rc;
}

int attend_watch(struct desk *d, const char *key)
{
    (void)key;
    struct now now = service_now(&d->time);
    struct look l = {.d = d, .now_ms = now_calendar(now), .rel_ms = now.rel_ms};
    int rc = meta_get_i64(d->db, "shift_seen_ms", &l.seen_ms);
    if (rc == -ENOENT || (!rc && l.seen_ms > l.now_ms)) {
        l.seen_ms = l.now_ms;
        rc = 0;
    }
    l.next_ms = l.now_ms + LOOK_AHEAD_MS;
    for (size_t i = 0; !rc && i < d->cfg->n_places; i++) {
        l.place = d->cfg->places[i].code;
        rc = watch_place(&l);
    }
    if (!rc)
        rc = meta_set_i64(d->db, "shift_seen_ms", l.now_ms);
    return rc < 0 ? rc : job_set(d->db, "shift", "", JOB_WALL, l.next_ms);
}

int attend_plan(struct desk *d)
{
    struct now now = service_now(&d->time);
    if (!d->attend_hold_rel)
        d->attend_hold_rel = now.rel_ms + HOLD_MS;
    if (!d->cfg->n_shifts)
        return job_cancel(d->db, "shift", "");
    return job_set(d->db, "shift", "", JOB_WALL, now_calendar(now));
}
