// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The phrases of a digest, in the order of what one must act on: how many, what nobody was told of, what
 * is overdue, patrols, by village and kind, the texts nobody understood. Called by digest.c once a page.
 * A restricted incident is a code and a village to those named for its kind, and nothing to others.
 */
#include "gateway/desk/digest.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "gateway/desk/indicator.h"
#include "gateway/plan/shift.h"
#include "store/activity.h"

#include <stdio.h>
#include <string.h>

/* "2026-11-12" to "12/11". */
static void day_text(const char *night, char *out, size_t size)
{
    int y, m, d;
    if (sscanf(night, "%d-%d-%d", &y, &m, &d) == 3)
        snprintf(out, size, "%d/%d", d, m);
    else
        snprintf(out, size, "?");
}

/* "12/11", "9/11-15/11", "11/2026". */
static void when_text(const struct digest *g, char *out, size_t size)
{
    char first[16], last[16];
    int y, m;
    day_text(g->first, first, sizeof(first));
    day_text(g->last, last, sizeof(last));
    if (g->kind == DIGEST_MONTH && sscanf(g->first, "%d-%d", &y, &m) == 2)
        snprintf(out, size, "%d/%d", m, y);
    else if (g->nights > 1)
        snprintf(out, size, "%s-%s", first, last);
    else
        snprintf(out, size, "%s", last);
}

struct counts {
    int incidents, tips, sos, open, late;
};

static struct counts count(const struct digest *g)
{
    struct counts c = {0};
    for (size_t i = 0; i < g->fresh.n; i++) {
        if (!g->fresh.marks[i].seen)
            continue;
        const char *form = g->fresh.rows[i].form;
        c.tips += !strcmp(form, "tip");
        c.sos += !strcmp(form, "sos");
        c.incidents += !strcmp(form, "incident");
    }
    for (size_t i = 0; i < g->live.n; i++) {
        c.open += g->live.marks[i].seen;
        c.late += g->live.marks[i].late;
    }
    return c;
}

static int say_counts(const struct digest *g, const struct counts *c, struct pager *p)
{
    static const enum text_id ids[DIGEST_KINDS] = {TEXT_DIGEST_NIGHT, TEXT_DIGEST_WEEK, TEXT_DIGEST_MONTH};
    char when[32], counts[48], open[16], late[16];
    struct sbuf b = sbuf_on(counts, sizeof(counts));
    when_text(g, when, sizeof(when));
    sbuf_addf(&b, "%d vu", c->incidents);
    if (c->tips)
        sbuf_addf(&b, ", %d tin", c->tips);
    if (c->sos)
        sbuf_addf(&b, ", %d SOS", c->sos);
    snprintf(open, sizeof(open), "%d", c->open);
    snprintf(late, sizeof(late), "%d", c->late);
    int rc = page_text(p, g->d->cfg, ids[g->kind], "when", when, "counts", counts, NULL);
    if (!rc && c->open)
        rc = page_text(p, g->d->cfg, c->late ? TEXT_DIGEST_OPEN_LATE : TEXT_DIGEST_OPEN, "open", open, "late", late,
                       NULL);
    return rc;
}

static void say_entry(const struct digest *g, const struct view *v, const struct digest_row *r, bool when,
                      struct pager *p)
{
    char place[40], time[24] = "";
    const char *kind = !strcmp(r->form, "tip") ? "TIN" : !strcmp(r->form, "sos") ? "SOS" : r->kind;
    view_place_name(v, r->place, place, sizeof(place));
    if (when)
        clock_text(r->created_ms, g->now_ms, time, sizeof(time));
    page_pick(p, r->code, "%s %s %s %s", r->code, r->restricted ? "viec rieng" : kind, place, time);
}

static int say_news(const struct digest *g, const struct view *v, struct pager *p)
{
    int rc = 0;
    bool any = false;
    for (size_t i = 0; !rc && i < g->fresh.n; i++) {
        if (!g->fresh.marks[i].news)
            continue;
        if (!any)
            rc = page_text(p, g->d->cfg, TEXT_DIGEST_NEWS, NULL);
        any = true;
        say_entry(g, v, &g->fresh.rows[i], false, p);
    }
    return rc;
}

/* Is it named already, among the news? */
static bool is_news(const struct digest *g, int64_t id)
{
    for (size_t i = 0; i < g->fresh.n; i++)
        if (g->fresh.rows[i].id == id)
            return g->fresh.marks[i].news;
    return false;
}

static int say_late(const struct digest *g, const struct view *v, struct pager *p)
{
    int rc = 0;
    bool any = false;
    for (size_t i = 0; !rc && i < g->live.n; i++) {
        if (!g->live.marks[i].late || is_news(g, g->live.rows[i].id))
            continue;
        if (!any)
            rc = page_text(p, g->d->cfg, TEXT_DIGEST_LATE, NULL);
        any = true;
        say_entry(g, v, &g->live.rows[i], true, p);
    }
    return rc;
}

/* Incidents of one village (and kind, NULL = all) that he may read of; *named: by code already. */
static int count_of(const struct digest *g, const char *place, const char *kind, int *named)
{
    int n = 0;
    for (size_t i = 0; i < g->fresh.n; i++) {
        const struct digest_row *r = &g->fresh.rows[i];
        if (!g->fresh.marks[i].seen || r->restricted || strcmp(r->form, "incident") != 0 ||
            strcmp(r->place, place) != 0 || (kind && strcmp(r->kind, kind) != 0))
            continue;
        n++;
        *named += g->fresh.marks[i].news;
    }
    return n;
}

/* Of one village, or of none: "Man De: TROM 2, COBAC 1." in the order of kinds.cfg. A night of which every
 * report stands there by code, village and kind is not said again. */
static void say_place(const struct digest *g, const char *place, const char *name, struct pager *p)
{
    const struct config *c = g->d->cfg;
    char text[PAGER_OUT_SIZE];
    struct sbuf b = sbuf_on(text, sizeof(text));
    int named = 0, all = count_of(g, place, NULL, &named);
    if (all == named && g->kind == DIGEST_NIGHT)
        return;
    for (size_t k = 0; k < c->n_kinds; k++) {
        int n = count_of(g, place, c->kinds[k].code, &named);
        if (n)
            sbuf_addf(&b, "%s%s %d", b.len ? ", " : "", c->kinds[k].code, n);
    }
    if (b.len)
        page_add(p, "%s: %s.", name, text);
}

static void say_places(const struct digest *g, const struct view *v, struct pager *p)
{
    char name[40];
    int restricted = 0;
    for (size_t i = 0; i < g->d->cfg->n_places; i++) {
        view_place_name(v, g->d->cfg->places[i].code, name, sizeof(name));
        say_place(g, g->d->cfg->places[i].code, name, p);
    }
    say_place(g, "", "Chua ro thon", p);
    for (size_t i = 0; i < g->fresh.n; i++)
        restricted += g->fresh.marks[i].seen && g->fresh.rows[i].restricted;
    if (restricted)
        page_add(p, "Viec rieng: %d.", restricted);
}

struct patrols {
    int held, missed;
    int by_place[64]; /* missed */
};

static int count_patrols(const struct digest *g, const struct view *v, struct patrols *s)
{
    int rc = 0, held, missed;
    *s = (struct patrols){0};
    for (size_t i = 0; !rc && i < g->d->cfg->n_places; i++) {
        const char *place = g->d->cfg->places[i].code;
        if (!view_place(v, place))
            continue;
        rc = digest_patrols(g, place, &held, &missed);
        s->held += held;
        s->missed += missed;
        if (i < ARRAY_LEN(s->by_place))
            s->by_place[i] = missed;
    }
    return rc;
}

static int say_patrols(const struct digest *g, const struct view *v, struct pager *p)
{
    struct patrols s;
    char name[40], held[16], missed[16];
    int rc = count_patrols(g, v, &s);
    if (rc < 0 || !(s.held + s.missed))
        return rc;
    snprintf(held, sizeof(held), "%d", s.held);
    snprintf(missed, sizeof(missed), "%d", s.missed);
    rc = page_text(p, g->d->cfg, TEXT_DIGEST_PATROLS, "held", held, "missed", missed, NULL);
    if (!rc && s.missed)
        rc = page_text(p, g->d->cfg, TEXT_DIGEST_MISSED, NULL);
    for (size_t i = 0; !rc && i < g->d->cfg->n_places && i < ARRAY_LEN(s.by_place); i++) {
        if (!s.by_place[i])
            continue;
        view_place_name(v, g->d->cfg->places[i].code, name, sizeof(name));
        if (g->nights > 1)
            page_add(p, "%s %d;", name, s.by_place[i]);
        else
            page_add(p, "%s;", name);
    }
    return rc;
}

/* What the teams did otherwise: meetings, loudspeaker and the like, in one sum each. */
static int say_activities(const struct digest *g, const struct view *v, struct pager *p)
{
    const struct config *c = g->d->cfg;
    int64_t from_ms = 0;
    char text[PAGER_OUT_SIZE];
    struct sbuf b = sbuf_on(text, sizeof(text));
    if (g->kind == DIGEST_NIGHT || shift_night_begin(c, g->first, &from_ms) < 0)
        return 0;
    from_ms = civil_day_start_ms(from_ms);
    for (size_t f = 0; f < c->n_forms; f++) {
        int64_t sum = 0, n;
        if (!c->forms[f].activity || !c->forms[f].leaders || !c->forms[f].n_keywords)
            continue;
        for (size_t i = 0; i < c->n_places; i++) {
            if (!view_place(v, c->places[i].code))
                continue;
            int rc = activity_count(g->d->db, c->forms[f].name, c->places[i].code, from_ms, &n);
            if (rc < 0)
                return rc;
            sum += n;
        }
        sbuf_addf(&b, "%s%s %lld", b.len ? ", " : "", c->forms[f].keywords[0], (long long)sum);
    }
    if (b.len)
        page_add(p, "%s.", text);
    return 0;
}

/* Two of the month's indicators that nothing above says, and where the others are. */
static int say_indicators(const struct digest *g, const struct view *v, struct pager *p)
{
    const struct config *c = g->d->cfg;
    struct indicators in;
    char value[2][48], minutes[16], month[16];
    int y, m;
    if (g->kind != DIGEST_MONTH || sscanf(g->first, "%d-%d", &y, &m) != 2)
        return 0;
    int rc = indicator_month(v, y, m, &in);
    if (rc || !in.known)
        return rc;
    indicator_ratio(in.force, "chua du so lieu", value[0], sizeof(value[0]));
    indicator_ratio(in.present, "khong co vu", value[1], sizeof(value[1]));
    snprintf(minutes, sizeof(minutes), "%d", c->presence.minutes);
    snprintf(month, sizeof(month), "%d", m);
    rc = page_text(p, c, TEXT_IND_FORCE, "value", value[0], NULL);
    if (!rc)
        rc = page_text(p, c, TEXT_IND_PRESENT, "value", value[1], "minutes", minutes, NULL);
    return rc ? rc : page_text(p, c, TEXT_DIGEST_INDICATORS, "count", month, NULL);
}

static int say_unread(const struct digest *g, const struct view *v, struct pager *p)
{
    char n[24];
    if (!g->n_unread || v->user->role != ROLE_DUTY)
        return 0;
    snprintf(n, sizeof(n), "%zu", g->n_unread);
    int rc = page_text(p, g->d->cfg, TEXT_DIGEST_UNREAD, "count", n, NULL);
    for (size_t i = 0; !rc && i < g->n_unread && i < DIGEST_UNREAD_MAX; i++)
        page_add(p, "%s: %s;", g->unread[i].who, g->unread[i].text);
    return rc;
}

bool digest_has_news(const struct digest *g, const struct view *v)
{
    struct counts c = count(g);
    struct patrols s;
    if (c.incidents || c.tips || c.sos || c.late)
        return true;
    if (g->n_unread && v->user->role == ROLE_DUTY)
        return true;
    return count_patrols(g, v, &s) == 0 && (s.missed || (s.held && g->kind != DIGEST_NIGHT));
}

int digest_say(const struct digest *g, struct view *v, struct pager *p)
{
    struct counts c = count(g);
    int rc = say_counts(g, &c, p);
    if (!rc)
        rc = say_news(g, v, p);
    if (!rc)
        rc = say_late(g, v, p);
    if (!rc)
        rc = say_patrols(g, v, p);
    if (!rc)
        say_places(g, v, p);
    if (!rc)
        rc = say_activities(g, v, p);
    if (!rc)
        rc = say_indicators(g, v, p);
    return rc < 0 ? rc : say_unread(g, v, p);
}

int digest_say_none(const struct digest *g, struct view *v, struct pager *p)
{
    static const enum text_id ids[DIGEST_KINDS] = {TEXT_DIGEST_NIGHT_NONE, TEXT_DIGEST_WEEK_NONE,
                                                   TEXT_DIGEST_MONTH_NONE};
    char when[32];
    (void)v;
    when_text(g, when, sizeof(when));
    return page_text(p, g->d->cfg, ids[g->kind], "when", when, NULL);
}
