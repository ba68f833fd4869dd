// SPDX-License-Identifier: GPL-2.0-or-later
/* *3#: who is on duty and on patrol, by village. Called by codes.c. Names, never numbers, and
 * nothing that compares them. */
#include "gateway/desk/codes.h"
#include "gateway/desk/whom.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "store/attendance.h"

#include <stdio.h>
#include <string.h>

#define THERE_MAX 256

struct patrol {
    const struct view *v;
    struct attendance a[THERE_MAX];
    size_t n;
    struct pager *p;
};

bool codes_there(const struct view *v, const struct attendance *a)
{
    return v->now_ms - a->in_ms < SHIFT_MAX_MS;
}

static int gather(void *ctx, const struct attendance *a)
{
    struct patrol *o = ctx;
    if (o->n < THERE_MAX && view_place(o->v, a->place) && codes_there(o->v, a))
        o->a[o->n++] = *a;
    return 0;
}

static int say_duty(struct view *v, struct pager *p)
{
    const struct user *last = NULL;
    int rc = 0;
    for (size_t i = 0; !rc && i < v->d->people.n; i++) {
        const struct user *u = &v->d->people.users[i];
        if (!whom_on_duty(v->d, u))
            continue;
        if (!last)
            rc = page_text(p, v->d->cfg, TEXT_CODES_DUTY, NULL);
        else
            page_add(p, "%s,", last->name);
        last = u;
    }
    if (last)
        page_add(p, "%s.", last->name);
    return rc || last ? rc : page_text(p, v->d->cfg, TEXT_CODES_DUTY_NONE, NULL);
}

/* " (4 nguoi)": so many walk with him, by his TUAN BD. */
static int say_with(const struct patrol *o, int64_t user_id, char *out, size_t size)
{
    struct patrol_row row;
    int rc = patrol_of(o->v->d->db, user_id, &row);
    out[0] = '\0';
    if (!rc && row.people > 1)
        snprintf(out, size, " (%d nguoi)", row.people);
    return rc == -ENOENT ? 0 : rc;
}

static int say_village(void *ctx, const struct place *place)
{
    struct patrol *o = ctx;
    char name[40], time[24], with[24];
    bool first = true;
    for (size_t i = 0; i < o->n; i++) {
        const struct user *u = people_by_id(&o->v->d->people, o->a[i].user_id);
        if (strcmp(o->a[i].place, place->code) != 0 || !u)
            continue;
        view_place_name(o->v, place->code, name, sizeof(name));
        clock_text(o->a[i].in_ms, o->v->now_ms, time, sizeof(time));
        int rc = say_with(o, u->id, with, sizeof(with));
        if (rc < 0)
            return rc;
        page_add(o->p, "%s%s%s %s%s;", first ? name : "", first ? ": " : "", u->name, time, with);
        first = false;
    }
    return 0;
}

int codes_duty(struct view *v, const struct codes_args *a, struct pager *p)
{
    (void)a;
    char count[12];
    struct patrol o = {.v = v, .p = p};
    int rc = v->place[0] ? 0 : say_duty(v, p);
    if (!rc)
        rc = attendance_each_open(v->d->db, gather, &o);
    if (rc < 0)
        return rc;
    snprintf(count, sizeof(count), "%zu", o.n);
    rc = o.n ? page_text(p, v->d->cfg, TEXT_CODES_PATROL, "count", count, NULL)
             : page_text(p, v->d->cfg, TEXT_CODES_PATROL_NONE, NULL);
    return rc ? rc : view_each_place(v, say_village, &o);
}
