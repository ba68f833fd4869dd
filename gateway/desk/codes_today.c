// SPDX-License-Identifier: GPL-2.0-or-later
/* *1#, *1*2#: today, of all villages or of one. Called by codes.c. Counts, by kind. */
#include "gateway/desk/codes.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"

#include <stdio.h>
#include <string.h>

#define KINDS_MAX 64

struct kind_count {
    char kind[KIND_CODE_SIZE];
    int n;
};

struct today {
    const struct view *v;
    struct kind_count kinds[KINDS_MAX];
    size_t n_kinds;
    int incidents, tips, sos, waiting, live, patrol;
};

static void count_kind(struct today *t, const char *kind)
{
    for (size_t i = 0; i < t->n_kinds; i++) {
        if (!strcmp(t->kinds[i].kind, kind)) {
            t->kinds[i].n++;
            return;
        }
    }
    if (t->n_kinds < KINDS_MAX) {
        str_copy(t->kinds[t->n_kinds].kind, sizeof(t->kinds[0].kind), kind);
        t->kinds[t->n_kinds++].n = 1;
    }
}

static int count_today(void *ctx, const struct incident *in)
{
    struct today *t = ctx;
    if (!strcmp(in->state, "cancelled") || !view_incident(t->v, in))
        return 0;
    if (!strcmp(in->form, "tip")) {
        t->tips++;
    } else if (!strcmp(in->form, "sos")) {
        t->sos++;
    } else {
        t->incidents++;
        count_kind(t, in->kind);
    }
    return 0;
}

static int count_live(void *ctx, const struct incident *in)
{
    struct today *t = ctx;
    if (!view_incident(t->v, in))
        return 0;
    t->live++;
    t->waiting += !strcmp(in->state, "open");
    return 0;
}

static int count_patrol(void *ctx, const struct attendance *a)
{
    struct today *t = ctx;
    t->patrol += view_place(t->v, a->place) && codes_there(t->v, a);
    return 0;
}

static int say_rest(const struct today *t, struct pager *p)
{
    char tips[12], sos[12], live[12], waiting[12], patrol[12];
    snprintf(tips, sizeof(tips), "%d", t->tips);
    snprintf(sos, sizeof(sos), "%d", t->sos);
    snprintf(live, sizeof(live), "%d", t->live);
    snprintf(waiting, sizeof(waiting), "%d", t->waiting);
    snprintf(patrol, sizeof(patrol), "%d", t->patrol);
    const struct config *c = t->v->d->cfg;
    int rc = view_is_officer(t->v) ? page_text(p, c, TEXT_CODES_TODAY_TIPS, "count", tips, NULL) : 0;
    if (!rc)
        rc = page_text(p, c, TEXT_CODES_TODAY_SOS, "count", sos, NULL);
    if (!rc)
        rc = page_text(p, c, TEXT_CODES_TODAY_LIVE, "open", live, "waiting", waiting, NULL);
    return rc ? rc : page_text(p, c, TEXT_CODES_TODAY_PATROL, "count", patrol, NULL);
}

static int say(const struct today *t, struct pager *p)
{
    char when[48], count[12], name[40];
    struct civil c = civil_from_ms(t->v->now_ms);
    view_place_name(t->v, t->v->place, name, sizeof(name));
    snprintf(when, sizeof(when), "%d/%d%s%s", c.day, c.month, *name ? " " : "", name);
    snprintf(count, sizeof(count), "%d", t->incidents);
    int rc = page_text(p, t->v->d->cfg, t->n_kinds ? TEXT_CODES_TODAY : TEXT_CODES_TODAY_NONE, "when", when, "count",
                       count, NULL);
    for (size_t i = 0; !rc && i < t->n_kinds; i++)
        page_add(p, "%s%s %d%s", i ? "" : "(", t->kinds[i].kind, t->kinds[i].n, i + 1 == t->n_kinds ? ")," : ",");
    return rc ? rc : say_rest(t, p);
}

int codes_today(struct view *v, const struct codes_args *a, struct pager *p)
{
    (void)a;
    struct today t = {.v = v};
    int64_t from = civil_day_start_ms(v->now_ms);
    int rc = incident_each_between(v->d->db, from, from + DAY_MS, count_today, &t);
    if (rc >= 0)
        rc = incident_each_live(v->d->db, count_live, &t);
    if (rc >= 0)
        rc = attendance_each_open(v->d->db, count_patrol, &t);
    return rc < 0 ? rc : say(&t, p);
}
