// SPDX-License-Identifier: GPL-2.0-or-later
/* *6#: the deadlines ahead, soonest first, and the calendar's part of *4#. Called by codes.c. For one
 * village how often, for more in how many: in the order of the settings, never by who did best. */
#include "gateway/desk/codes.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "gateway/desk/due.h"

#include <stdio.h>
#include <string.h>

/* An entry of the calendar over the villages that the asker may see. */
struct ahead {
    const struct calendar_item *item;
    struct calendar_window w;
    int villages, done; /* so many, and so many of them have all */
    int times;          /* so often, in the last one */
};

struct summing {
    const struct view *v;
    struct ahead *a;
};

static int add_village(void *ctx, const struct place *p)
{
    struct summing *s = ctx;
    struct due x;
    int rc = due_ahead(s->v->d, s->a->item, p, s->v->now_ms, &x);
    s->a->w = x.w;
    s->a->villages++;
    s->a->done += x.done >= s->a->item->target;
    s->a->times = x.done;
    return rc;
}

static int sum(const struct view *v, const struct calendar_item *item, struct ahead *a)
{
    struct summing s = {.v = v, .a = a};
    struct due x;
    *a = (struct ahead){.item = item};
    if (!item->office)
        return view_each_place(v, add_village, &s);
    int rc = due_ahead(v->d, item, NULL, v->now_ms, &x);
    a->w = x.w;
    a->times = x.done;
    return rc;
}

/* "15-20/11", "den 20/11" once it has begun, "13/11" for a date. */
static void days_text(const struct view *v, const struct calendar_window *w, struct sbuf *b)
{
    struct civil from = civil_from_ms(w->from_ms), to = civil_from_ms(w->to_ms - 1);
    bool ahead = v->now_ms < w->from_ms && from.day != to.day;
    if (ahead && from.month == to.month)
        sbuf_addf(b, "%d-%d/%d", from.day, to.day, to.month);
    else if (ahead)
        sbuf_addf(b, "%d/%d-%d/%d", from.day, from.month, to.day, to.month);
    else
        sbuf_addf(b, "%d/%d", to.day, to.month);
    if (to.year != civil_from_ms(v->now_ms).year)
        sbuf_addf(b, "/%d", to.year);
}

static void say_ahead(const struct view *v, const struct ahead *a, struct pager *p)
{
    char text[120], day[8];
    struct sbuf b = sbuf_on(text, sizeof(text));
    if (v->now_ms < a->w.to_ms)
        days_text(v, &a->w, &b);
    sbuf_addf(&b, "%s%s", b.len ? " " : "", a->item->text);
    if (a->w.due_ms != a->w.to_ms) {
        due_day(a->w.due_ms, day, sizeof(day));
        sbuf_addf(&b, ", ket qua %s", day);
    }
    if (a->villages == 1 || (a->item->office && *a->item->form))
        sbuf_addf(&b, " (%d/%d)", a->times, a->item->target);
    else if (a->villages && *a->item->form)
        sbuf_addf(&b, " (%d/%d thon)", a->done, a->villages);
    page_add(p, "%s;", text);
}

int codes_ahead(struct view *v, const struct codes_args *args, struct pager *p)
{
    struct ahead list[CALENDAR_MAX];
    size_t n = 0;
    (void)args;
    for (size_t i = 0; i < v->d->cfg->n_calendar && n < CALENDAR_MAX; i++) {
        const struct calendar_item *item = &v->d->cfg->calendar[i];
        struct ahead a;
        if (item->office && (v->place[0] || !view_is_officer(v)))
            continue; /* what the office owes is nothing to a village */
        int rc = sum(v, item, &a);
        if (rc < 0)
            return rc;
        if (!item->office && !a.villages)
            continue;
        size_t at = n++;
        for (; at > 0 && list[at - 1].w.due_ms > a.w.due_ms; at--)
            list[at] = list[at - 1];
        list[at] = a;
    }
    for (size_t i = 0; i < n; i++)
        say_ahead(v, &list[i], p);
    return n ? 0 : page_text(p, v->d->cfg, TEXT_CODES_DUE_NONE, NULL);
}

/* --- *4# ------------------------------------------------------------------------------- */

struct late {
    const struct view *v;
    struct pager *p;
    const struct calendar_item *item; /* whose villages are being named */
};

static int late_add(void *ctx, const struct due *x)
{
    struct late *l = ctx;
    char day[8], name[40];
    if (page_full(l->p))
        return 1;
    if (x->place ? !view_place(l->v, x->place->code) : l->v->place[0] || !view_is_officer(l->v))
        return 0;
    if (x->item != l->item) {
        due_day(x->w.due_ms, day, sizeof(day));
        page_add(l->p, "%s han %s:", x->item->text, day);
        l->item = x->item;
    }
    view_place_name(l->v, x->place ? x->place->code : "", name, sizeof(name));
    page_add(l->p, "%s%s%d/%d;", name, *name ? " " : "", x->done, x->item->target);
    return 0;
}

int codes_overdue_calendar(struct view *v, struct pager *p)
{
    struct late l = {.v = v, .p = p};
    int rc = due_each_overdue(v->d, v->now_ms, late_add, &l);
    return rc < 0 ? rc : 0;
}
