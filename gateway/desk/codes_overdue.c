// SPDX-License-Identifier: GPL-2.0-or-later
/* *4#: what is overdue: incidents that nobody took within their time, and what the calendar asked. Each part adds its
 * phrases; when none has any, that is said. Called by codes.c. */
#include "gateway/desk/codes.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/plan/rota.h"
#include "store/alert.h"

#include <stdio.h>
#include <string.h>

struct late {
    struct view *v;
    struct pager *p;
};

static int anybody(void *ctx, int64_t user_id, int step, int64_t onscene_ms)
{
    (void)ctx, (void)user_id, (void)step, (void)onscene_ms;
    return 1;
}

/* One that goes with the digest waits for nobody's NHAN within minutes: a day. */
static bool is_late(const struct view *v, const struct incident *in)
{
    int64_t allowed_ms = rota_repeat_s(v->d->cfg, in->severity, v->now_ms) * SECOND_MS;
    if (allowed_ms < DAY_MS && concern_each(v->d->db, in->id, anybody, NULL) <= 0)
        allowed_ms = DAY_MS;
    /* a step says so too, whatever the clock does */
    return !strcmp(in->state, "open") && (in->alert_step > 0 || v->now_ms - in->created_ms > allowed_ms);
}

/* Taken, and asked for because nothing was heard of it since. */
static bool stands_still(const struct view *v, const struct incident *in)
{
    int asks = 0;
    return !strcmp(in->state, "acked") && incident_still(v->d->db, in->id, &asks) == 0 && asks > 0;
}

static int late_add(void *ctx, const struct incident *in)
{
    struct late *l = ctx;
    if (page_full(l->p))
        return 1;
    bool late = is_late(l->v, in), still = !late && stands_still(l->v, in);
    if ((late || still) && view_incident(l->v, in))
        codes_entry(l->v, in, late ? "chua nhan" : "dung yen", l->p);
    return 0;
}

static int late_incidents(struct view *v, struct pager *p)
{
    struct late l = {.v = v, .p = p};
    if (!view_is_officer(v)) /* a team does not watch its officers */
        return 0;
    int rc = incident_each_live(v->d->db, late_add, &l);
    return rc < 0 ? rc : 0;
}

static int (*const parts[])(struct view *v, struct pager *p) = {late_incidents, codes_overdue_calendar};

int codes_overdue(struct view *v, const struct codes_args *a, struct pager *p)
{
    (void)a;
    int rc = 0;
    for (size_t i = 0; !rc && i < ARRAY_LEN(parts); i++)
        rc = parts[i](v, p);
    return rc || !page_empty(p) ? rc : page_text(p, v->d->cfg, TEXT_CODES_OVERDUE_NONE, NULL);
}
