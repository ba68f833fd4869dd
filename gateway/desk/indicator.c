// SPDX-License-Identifier: GPL-2.0-or-later
/* The indicators: patrols, incidents, response times. See indicator.h; activities are in
 * indicator_activity.c. */
#include "gateway/desk/indicator.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/desk/due.h"
#include "gateway/desk/indicator_room.h"
#include "gateway/plan/shift.h"
#include "store/attendance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WINDOWS_MAX 128 /* shifts of a village in a month */

/* --- incidents ------------------------------------------------------------------------- */

struct moments {
    int64_t *ms;
    size_t n, cap;
};

struct incidents {
    const struct view *v;
    struct indicators *out;
    struct moments took[RESPONSE_COUNT];
};

/* A moment before the report, by a clock that was set, is none. */
static int took(struct moments *m, int64_t from_ms, int64_t at_ms)
{
    if (!at_ms || at_ms < from_ms)
        return 0;
    if (m->n == m->cap) {
        size_t cap = m->cap ? 2 * m->cap : 64;
        int64_t *grown = realloc(m->ms, cap * sizeof(*grown));
        if (!grown)
            return -ENOMEM;
        m->ms = grown;
        m->cap = cap;
    }
    m->ms[m->n++] = at_ms - from_ms;
    return 0;
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static struct spread spread_of(struct moments *m)
{
    if (!m->n)
        return (struct spread){0};
    qsort(m->ms, m->n, sizeof(*m->ms), by_size);
    int64_t low = m->ms[(m->n - 1) / 2], high = m->ms[m->n / 2];
    return (struct spread){.n = (int)m->n, .median_ms = low + (high - low) / 2, .worst_ms = m->ms[m->n - 1]};
}

static bool goes_out(const struct config *cfg, const struct indicator_incident *i)
{
    const struct kind *k = config_kind(cfg, i->kind);
    return k && (k->goes == GOES_AT_ONCE || (k->goes == GOES_WHILE_UNDER_WAY && i->under_way));
}

static bool listed(const char *const *list, size_t n, const char *kind)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(list[i], kind))
            return true;
    return false;
}

bool indicator_mobilises(const struct config *cfg, const char *kind)
{
    const struct presence_config *p = &cfg->presence;
    static const char *const shipped[] = {"CHAY", "CUUNAN"};
    return p->n_mobilised ? listed(p->mobilised, p->n_mobilised, kind) : listed(shipped, ARRAY_LEN(shipped), kind);
}

/* When was the team asked to it? 0: never. What a stranger reports goes to the duty desk first, and what
 * goes into the digest calls nobody: there only DIEU does. */
int64_t indicator_asked(const struct config *cfg, const struct indicator_incident *i)
{
    const struct presence_config *p = &cfg->presence;
    if (strcmp(i->form, "incident") != 0 || !i->place[0])
        return 0;
    bool wanted = i->severity >= p->severity && (p->n_kinds ? listed(p->kinds, p->n_kinds, i->kind) : goes_out(cfg, i));
    if (wanted && !i->unverified)
        return i->created_ms;
    return i->called_ms;
}

static void count_presence(struct incidents *c, const struct indicator_incident *i)
{
    const struct config *cfg = c->v->d->cfg;
    int64_t asked_ms = indicator_asked(cfg, i);
    if (!asked_ms)
        return;
    bool in_time = i->team_ms && i->team_ms - asked_ms <= cfg->presence.minutes * MINUTE_MS;
    c->out->present.of++;
    c->out->present.got += in_time;
    if (indicator_mobilises(cfg, i->kind)) {
        c->out->mobilised.of++;
        c->out->mobilised.got += in_time;
    }
}

static void count_tips(struct tips_count *t, const struct indicator_incident *i)
{
    bool team = i->reporter >= ROLE_MEMBER && i->reporter <= ROLE_VILLAGE_HEAD;
    if (!strcmp(i->form, "tip") || team)
        t->force++;
    else if (i->reporter == ROLE_NONE)
        t->strangers++;
}

static int count_incident(void *ctx, const struct indicator_incident *i)
{
    struct incidents *c = ctx;
    if (!view_place(c->v, i->place))
        return 0;
    /* of a village's few a count tells the team that somebody gave a tip */
    if (!view_is_officer(c->v) && (!strcmp(i->form, "tip") || i->unverified))
        return 0;
    count_tips(&c->out->tips, i);
    c->out->taken.of++;
    c->out->taken.got += i->acked_ms || i->closed_ms;
    c->out->closed.of++;
    c->out->closed.got += i->closed_ms != 0;
    count_presence(c, i);
    if (strcmp(i->form, "sos") != 0 &&
        (strcmp(i->form, "incident") != 0 || !(goes_out(c->v->d->cfg, i) || i->called_ms)))
        return 0;
    int rc = took(&c->took[RESPONSE_ALERT], i->created_ms, i->sent_ms);
    if (!rc)
        rc = took(&c->took[RESPONSE_ACK], i->created_ms, i->acked_ms);
    if (!rc)
        rc = took(&c->took[RESPONSE_SCENE], i->created_ms, i->scene_ms);
    return rc ? rc : took(&c->took[RESPONSE_CLOSE], i->created_ms, i->closed_ms);
}

static int count_incidents(const struct view *v, struct indicators *out)
{
    struct incidents c = {.v = v, .out = out};
    int rc = indicator_each_incident(v->d->db, out->from_ms, out->to_ms, count_incident, &c);
    for (int i = 0; i < RESPONSE_COUNT; i++) {
        out->response[i] = spread_of(&c.took[i]);
        free(c.took[i].ms);
    }
    return rc;
}

/* --- patrols --------------------------------------------------------------------------- */

struct patrols {
    const struct view *v;
    struct indicators *out;
    char first[NIGHT_SIZE], last[NIGHT_SIZE]; /* nights, the last not included */
};

static int count_nights(void *ctx, const struct place *place)
{
    struct patrols *c = ctx;
    struct desk *d = c->v->d;
    struct shift_window w[WINDOWS_MAX];
    /* half a day more: a shift after midnight is of the night before */
    size_t n = shift_windows(d->cfg, place->code, c->out->from_ms, c->out->to_ms + DAY_MS / 2, true, w, WINDOWS_MAX);
    int rc = 0;
    for (size_t i = 0; !rc && i < n && i < WINDOWS_MAX; i++) {
        int there = 0;
        if (w[i].end_ms > c->v->now_ms || strcmp(w[i].night, c->first) < 0 || strcmp(w[i].night, c->last) >= 0)
            continue; /* not over, or not of the month */
        rc = attendance_present(d->db, place->code, w[i].night, w[i].begin_ms, w[i].end_ms, &there);
        c->out->nights.of++;
        c->out->nights.got += there >= w[i].need;
    }
    return rc;
}

static bool in_force(const struct user *u)
{
    return u->role >= ROLE_MEMBER && u->role <= ROLE_LEADER;
}

/* Members, deputies and leaders: so many are there, and so many were in, in a village ("" = anywhere). */
static int count_force_of(struct patrols *c, const char *place)
{
    const struct people *p = &c->v->d->people;
    int there = 0, of = 0, rc = attendance_people(c->v->d->db, place, c->first, c->last, &there);
    for (size_t i = 0; i < p->n; i++)
        of += in_force(&p->users[i]) && (!*place || user_covers(&p->users[i], place));
    c->out->force.of += of;
    c->out->force.got += there < of ? there : of; /* one of another village may have helped out */
    return rc;
}

static int count_force(void *ctx, const struct place *place)
{
    return count_force_of(ctx, place->code);
}

/* A team of 3 to 5 with a leader and a deputy. */
static int count_team(void *ctx, const struct place *place)
{
    struct patrols *c = ctx;
    const struct people *p = &c->v->d->people;
    int all = 0, leaders = 0, deputies = 0;
    for (size_t i = 0; i < p->n; i++) {
        const struct user *u = &p->users[i];
        if (!in_force(u) || !user_covers(u, place->code))
            continue;
        all++;
        leaders += u->role == ROLE_LEADER;
        deputies += u->role == ROLE_DEPUTY;
    }
    c->out->places++;
    c->out->teams.of++;
    c->out->teams.got += all >= 3 && all <= 5 && leaders == 1 && deputies == 1;
    return 0;
}

static int count_patrols(const struct view *v, struct indicators *out)
{
    struct patrols c = {.v = v, .out = out};
    shift_night(v->d->cfg, out->from_ms + DAY_MS / 2, c.first); /* noon: the day's own night */
    shift_night(v->d->cfg, out->to_ms - 1, c.last);
    int rc = shift_night_add(c.last, 1, c.last);
    if (!rc)
        rc = view_each_place(v, count_team, &c);
    if (!rc)
        rc = view_each_place(v, count_nights, &c);
    if (rc)
        return rc;
    return out->commune ? count_force_of(&c, "") : view_each_place(v, count_force, &c);
}

/* --- the month ------------------------------------------------------------------------- */

int indicator_year(int month, int64_t now_ms)
{
    struct civil c = civil_from_ms(now_ms);
    return month > c.month ? c.year - 1 : c.year;
}

/* What of the month was recorded: not before the first message, not after now. */
static int recorded(const struct view *v, struct indicators *out)
{
    int64_t since_ms, from_ms, to_ms;
    calendar_month(out->year, out->month, &from_ms, &to_ms);
    int rc = due_since(v->d, &since_ms);
    out->from_ms = since_ms > from_ms ? since_ms : from_ms;
    out->to_ms = to_ms < v->now_ms ? to_ms : v->now_ms + 1;
    out->known = out->from_ms < out->to_ms;
    out->partial = out->from_ms != from_ms || out->to_ms != to_ms;
    return rc;
}

static int count_other_tips(const struct view *v, struct indicators *out)
{
    char month[16];
    int64_t total = 0;
    snprintf(month, sizeof(month), "%04d-%02d", out->year, out->month);
    int rc = tip_total_get(v->d->db, month, &total);
    out->tips.known = rc == 0;
    out->tips.other = (int)total;
    return rc == -ENOENT ? 0 : rc;
}

int indicator_month(const struct view *v, int year, int month, struct indicators *out)
{
    memset(out, 0, sizeof(*out));
    out->year = year;
    out->month = month;
    out->commune = !v->place[0] && view_place(v, "");
    int rc = recorded(v, out);
    if (rc || !out->known)
        return rc;
    rc = count_incidents(v, out);
    if (!rc)
        rc = count_patrols(v, out);
    if (!rc)
        rc = count_other_tips(v, out);
    return rc ? rc : indicator_activities(v, out);
}

void indicator_ratio(struct ratio r, const char *none, char *out, size_t size)
{
    if (r.of)
        snprintf(out, size, "%d/%d", r.got, r.of);
    else
        snprintf(out, size, "%s", none);
}

void indicator_time(int64_t ms, char *out, size_t size)
{
    int64_t minutes = (ms + MINUTE_MS - 1) / MINUTE_MS;
    if (minutes < 60)
        snprintf(out, size, "%dp", (int)minutes);
    else if (minutes < 48 * 60)
        snprintf(out, size, "%dh%02d", (int)(minutes / 60), (int)(minutes % 60));
    else
        snprintf(out, size, "%d ngay", (int)((ms + DAY_MS - 1) / DAY_MS % 10000));
}
