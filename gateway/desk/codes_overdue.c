// SPDX-License-Identifier: GPL-2.0-or-later
/* *4#: what is overdue: incidents that nobody took within their time, and what the calendar asked. Each part adds its
 * phrases; when none has any, that is said. Called by codes.c. */
#include "gateway/desk/codes.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"

#include <stdio.h>
#include <string.h>

struct late {
    struct view *v;
    struct pager *p;
};

/* A report that goes out with the digest waits for nobody's NHAN. */
static bool is_late(const struct view *v, const struct incident *in)
{
    int sev = in->severity < 1 ? 1 : in->severity > 5 ? 5 : in->severity;
    int64_t allowed_ms = v->d->cfg->alert_repeat_s[sev] * SECOND_MS;
    return !strcmp(in->state, "open") && v->now_ms - in->created_ms > allowed_ms;
}

static int late_add(void *ctx, const struct incident *in)
{
    struct late *l = ctx;
    if (page_full(l->p))
        return 1;
    if (is_late(l->v, in) && view_incident(l->v, in))
        codes_entry(l->v, in, "chua nhan", l->p);
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
