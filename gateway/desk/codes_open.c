// SPDX-License-Identifier: GPL-2.0-or-later
/* *2#, *2*6#, *2*48217#: what is open, of all villages or of one, and one incident with its
 * whole text. Called by codes.c. */
#include "gateway/desk/codes.h"

#include "gateway/base/err.h"
#include "parsers/code.h"
#include "parsers/fold.h"

#include <stdio.h>
#include <string.h>

struct list {
    struct view *v;
    struct pager *p;
};

static const char *kind_word(const struct incident *in)
{
    return !strcmp(in->form, "incident") ? in->kind : !strcmp(in->form, "tip") ? "TIN" : "SOS";
}

void codes_entry(const struct view *v, const struct incident *in, const char *state, struct pager *p)
{
    char time[24], name[40];
    clock_text(in->created_ms, v->now_ms, time, sizeof(time));
    view_place_name(v, in->place, name, sizeof(name));
    page_pick(p, in->code, "%s %s%s%s %s %s", in->code, kind_word(in), *name ? " " : "", name, time, state);
}

static int list_add(void *ctx, const struct incident *in)
{
    struct list *l = ctx;
    if (page_full(l->p))
        return 1;
    if (!view_incident(l->v, in))
        return 0;
    if (page_empty(l->p)) {
        int rc = page_text(l->p, l->v->d->cfg, TEXT_CODES_OPEN, NULL);
        if (rc < 0)
            return rc;
    }
    codes_entry(l->v, in, !strcmp(in->state, "open") ? "chua nhan" : "da nhan", l->p);
    return 0;
}

static int all_open(struct view *v, struct pager *p)
{
    struct list l = {.v = v, .p = p};
    int rc = incident_each_live(v->d->db, list_add, &l);
    if (rc < 0 || !page_empty(p))
        return rc < 0 ? rc : 0;
    return page_text(p, v->d->cfg, TEXT_CODES_OPEN_NONE, NULL);
}

static int say_ack(struct view *v, const struct incident *in, struct pager *p)
{
    char time[24];
    if (!in->acked_ms)
        return in->closed_ms ? 0 : page_text(p, v->d->cfg, TEXT_CODES_ONE_WAITS, NULL);
    const struct user *u = people_by_id(&v->d->people, in->acked_by);
    clock_text(in->acked_ms, v->now_ms, time, sizeof(time));
    return page_text(p, v->d->cfg, TEXT_CODES_ONE_ACKED, "name", u ? u->name : "Can bo", "time", time, NULL);
}

static int say_state(struct view *v, const struct incident *in, struct pager *p)
{
    char time[24];
    if (!strcmp(in->state, "cancelled"))
        return page_text(p, v->d->cfg, TEXT_CODES_ONE_CANCELLED, NULL);
    int rc = say_ack(v, in, p);
    if (rc < 0 || !in->closed_ms)
        return rc;
    clock_text(in->closed_ms, v->now_ms, time, sizeof(time));
    return page_text(p, v->d->cfg, TEXT_CODES_ONE_CLOSED, "time", time, NULL);
}

/* Whose phones the alert did not come to. */
static int say_unreached(struct view *v, const struct incident *in, struct pager *p)
{
    char names[100];
    int rc = reach_text(v->d, in, names, sizeof(names));
    if (!rc && names[0])
        page_add(p, "%s", names);
    return rc;
}

/* "danh vo" in an SOS or in an outcome is not for the team. */
static bool is_readable(const struct view *v, const struct incident *in, const char *text)
{
    return view_is_officer(v) || !text_withheld(v->d, in, text);
}

static int one(struct view *v, const char *code, struct pager *p)
{
    struct incident in;
    char time[24], name[40];
    int rc = code_valid(code) ? incident_by_code(v->d->db, code, &in) : -ENOENT;
    if (rc < 0 && rc != -ENOENT)
        return rc;
    if (rc == -ENOENT || !view_incident(v, &in))
        return page_text(p, v->d->cfg, TEXT_CODES_ONE_NONE, "code", code, NULL);
    clock_text(in.created_ms, v->now_ms, time, sizeof(time));
    view_place_name(v, in.place, name, sizeof(name));
    page_add(p, "%s %s%s%s %s.", in.code, kind_word(&in), *name ? " " : "", name, time);
    rc = say_state(v, &in, p);
    if (!rc && view_is_officer(v))
        rc = say_unreached(v, &in, p);
    if (rc < 0 || in.restricted)
        return rc;
    if (is_readable(v, &in, in.text))
        page_flow(p, in.text);
    if (in.outcome[0] && in.closed_ms && is_readable(v, &in, in.outcome))
        rc = page_text(p, v->d->cfg, TEXT_CODES_ONE_OUTCOME, "text", in.outcome, NULL);
    return rc;
}

int codes_open(struct view *v, const struct codes_args *a, struct pager *p)
{
    return v->place[0] || !a->v[0][0] ? all_open(v, p) : one(v, a->v[0], p);
}
