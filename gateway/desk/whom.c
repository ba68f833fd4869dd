// SPDX-License-Identifier: GPL-2.0-or-later
/* Whom an alert is for. See whom.h. */
#include "gateway/desk/whom.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/plan/rota.h"

#include <string.h>

static int64_t calendar(const struct desk *d)
{
    return now_calendar(service_now(&d->time));
}

static bool by_rota(const struct desk *d, const struct user *u, int64_t at_ms)
{
    return user_is_officer(u) && !u->stopped && rota_on_duty(d->cfg, u->phone, u->role, at_ms);
}

/* Nobody whom the rota names is there: gone from the roster, NGUNG, or a rota of wrong numbers. */
static bool nobody_there(const struct desk *d, int64_t at_ms)
{
    for (size_t i = 0; i < d->people.n; i++)
        if (by_rota(d, &d->people.users[i], at_ms))
            return false;
    return true;
}

bool whom_on_duty(const struct desk *d, const struct user *u)
{
    int64_t at_ms = calendar(d);
    return by_rota(d, u, at_ms) || (u->role == ROLE_DUTY && nobody_there(d, at_ms));
}

/* The village itself, and for an SOS the others in its area officers' hands; all when it is not known
 * where help is needed. */
static bool is_near(const struct whom *w, const char *place)
{
    if (!strcmp(place, w->in->place))
        return true;
    if (strcmp(w->in->form, "sos") != 0)
        return false;
    for (size_t i = 0; w->in->place[0] && i < w->d->people.n; i++) {
        const struct user *u = &w->d->people.users[i];
        if (u->role == ROLE_AREA_OFFICER && user_covers(u, w->in->place) && user_covers(u, place))
            return true;
    }
    return !w->in->place[0];
}

static int patrol_add(void *ctx, const struct attendance *a)
{
    struct whom *w = ctx;
    if (w->n < PATROL_MAX && a->in_ms >= w->at_ms - SHIFT_MAX_MS && is_near(w, a->place))
        w->ids[w->n++] = a->user_id;
    return 0;
}

static bool on_patrol(const struct whom *w, int64_t id)
{
    for (size_t i = 0; i < w->n; i++)
        if (w->ids[i] == id)
            return true;
    return false;
}

int whom_of(struct whom *w, struct desk *d, const struct incident *in, int step)
{
    *w = (struct whom){.d = d, .in = in, .step = step, .at_ms = calendar(d)};
    w->nobody = nobody_there(d, w->at_ms);
    return step > STEP_FIRST && strcmp(in->form, "sos") != 0 ? 0 : attendance_each_open(d->db, patrol_add, w);
}

bool alert_named(const struct desk *d, const char *kind, const struct user *u)
{
    const struct kind *k = config_kind(d->cfg, kind);
    if (!k || !u)
        return false;
    bool anybody = false;
    for (size_t i = 0; i < k->n_officers; i++) {
        if (!strcmp(k->officers[i], u->phone))
            return true;
        const struct user *o = people_by_phone(&d->people, k->officers[i]);
        anybody |= o && !o->stopped;
    }
    /* nobody named, or all of them are gone or said NGUNG: the chief alone, the smallest circle that can act */
    return !anybody && u->role == ROLE_CHIEF;
}

static bool on_duty(const struct whom *w, const struct user *u)
{
    return by_rota(w->d, u, w->at_ms) || (u->role == ROLE_DUTY && (w->nobody || w->step >= STEP_DESK));
}

/* Answers for the place himself, or stands in for one who does. */
static bool of_area(const struct whom *w, const struct user *u)
{
    const struct config *c = w->d->cfg;
    if (u->role == ROLE_AREA_OFFICER && user_covers(u, w->in->place) &&
        (w->step >= STEP_DESK || !rota_instead(c, u->phone, w->at_ms)))
        return true;
    for (size_t i = 0; c->rota.n_replacements && i < w->d->people.n; i++) {
        const struct user *away = &w->d->people.users[i];
        if (away->role != ROLE_AREA_OFFICER || !user_covers(away, w->in->place))
            continue;
        const char *by = rota_instead(c, away->phone, w->at_ms);
        if (by && !strcmp(by, u->phone))
            return true;
    }
    return false;
}

/* Two officers are of one area when a village is in both their hands. */
static bool share_village(const struct user *a, const struct user *b)
{
    char code[PLACE_CODE_SIZE];
    for (const char *p = a->places; *p; p += *p == ' ') {
        size_t n = strcspn(p, " ");
        if (n < sizeof(code)) {
            memcpy(code, p, n);
            code[n] = '\0';
            if (b->places[0] && user_covers(b, code))
                return true;
        }
        p += n;
    }
    return false;
}

static bool beside_area(const struct whom *w, const struct user *u)
{
    for (size_t i = 0; i < w->d->people.n; i++) {
        const struct user *o = &w->d->people.users[i];
        if (o != u && o->role == ROLE_AREA_OFFICER && user_covers(o, w->in->place) && share_village(u, o))
            return true;
    }
    return false;
}

/* The officers of the area and those called besides; not for what a stranger says, before the duty desk
 * has looked at it: anybody can text anything. */
static bool officer_wanted(const struct whom *w, const struct user *u)
{
    const struct incident *in = w->in;
    bool tip = !strcmp(in->form, "tip");
    if (in->unverified && !tip)
        return false;
    if (!tip && rota_called(w->d->cfg, u->phone, in->kind, in->place, in->severity, w->step, w->at_ms))
        return true;
    if (!in->place[0])
        return false;
    return of_area(w, u) || (w->step >= STEP_DESK && u->role == ROLE_AREA_OFFICER && beside_area(w, u));
}

static enum wanted team_wanted(const struct whom *w, const struct user *u)
{
    const struct incident *in = w->in;
    bool sos = !strcmp(in->form, "sos");
    if (in->unverified || !strcmp(in->form, "tip") || !user_in_team(u) || (w->step > STEP_FIRST && !sos))
        return WANTED_NO;
    if (on_patrol(w, u->id))
        return WANTED_TEAM;
    return in->place[0] && u->role == ROLE_LEADER && user_covers(u, in->place) ? WANTED_TEAM : WANTED_NO;
}

enum wanted whom_wanted(const struct whom *w, const struct user *u)
{
    const struct incident *in = w->in;
    const struct kind *k = config_kind(w->d->cfg, in->kind);
    if (u->stopped || u->id == in->user_id)
        return WANTED_NO;
    if (in->restricted)
        return alert_named(w->d, in->kind, u) ? WANTED_OFFICER : WANTED_NO;
    if (on_duty(w, u))
        return WANTED_OFFICER;
    if (user_is_officer(u) && (w->step >= STEP_ALL || (u->role == ROLE_CHIEF && w->step >= STEP_CHIEF)))
        return WANTED_OFFICER;
    if (k && k->goes == GOES_DUTY && !strcmp(in->form, "incident"))
        return WANTED_NO; /* KHAC: the duty desk decides */
    if (user_is_officer(u) && officer_wanted(w, u))
        return WANTED_OFFICER;
    return team_wanted(w, u);
}
