// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The supervisor's codes: they read, never change, and answer in one unaccented SMS; a
 * longer answer ends in the code of its next page. Called by the code form and by the
 * console. Restricted incidents appear only to the officers named for their kind.
 */
#include "gateway/desk/room.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/gsm7.h"
#include "gateway/base/str.h"
#include "parsers/fold.h"
#include "parsers/template.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARGS_MAX 4
#define TRAILER_SEPTETS 18 /* " Tiep: *2*0*12#" */

struct args {
    char v[ARGS_MAX][12];
    int n;
};

/* "*1*2#" to "1", "2". */
static struct args split(const char *digits)
{
    struct args a = {0};
    size_t k = 0;
    for (const char *p = digits; *p && *p != '#' && a.n < ARGS_MAX; p++) {
        if (*p >= '0' && *p <= '9') {
            if (k < sizeof(a.v[0]) - 1)
                a.v[a.n][k++] = *p;
        }
        if ((*p == '*' || p[1] == '#' || !p[1]) && k) {
            a.n++;
            k = 0;
        }
    }
    return a;
}

/* Who asks: what he may see. */
struct view {
    struct desk *d;
    const struct user *user; /* NULL: the console */
    const char *place;       /* "" = all */
    int64_t now_ms;
};

static bool visible(const struct view *v, const struct incident *i)
{
    if (*v->place && strcmp(i->place, v->place) != 0)
        return false;
    if (i->restricted)
        return v->user && alert_named(v->d, i->kind, v->user);
    if (v->user && v->user->role == ROLE_AREA_OFFICER)
        return i->place[0] && user_covers(v->user, i->place);
    return true;
}

struct kind_count {
    char kind[KIND_CODE_SIZE];
    int n;
};

struct today {
    const struct view *v;
    struct kind_count kinds[64];
    size_t n_kinds;
    int incidents, tips, sos, waiting, live;
};

static void count_kind(struct today *t, const char *kind)
{
    for (size_t i = 0; i < t->n_kinds; i++) {
        if (!strcmp(t->kinds[i].kind, kind)) {
            t->kinds[i].n++;
            return;
        }
    }
    if (t->n_kinds < ARRAY_LEN(t->kinds)) {
        str_copy(t->kinds[t->n_kinds].kind, sizeof(t->kinds[0].kind), kind);
        t->kinds[t->n_kinds++].n = 1;
    }
}

static int count_today(void *ctx, const struct incident *i)
{
    struct today *t = ctx;
    if (!visible(t->v, i))
        return 0;
    if (!strcmp(i->form, "tip")) {
        t->tips++;
    } else if (!strcmp(i->form, "sos")) {
        t->sos++;
    } else {
        t->incidents++;
        count_kind(t, i->kind);
    }
    return 0;
}

static int count_live(void *ctx, const struct incident *i)
{
    struct today *t = ctx;
    if (!visible(t->v, i))
        return 0;
    t->live++;
    t->waiting += !strcmp(i->state, "open");
    return 0;
}

struct on_duty {
    const struct view *v;
    int n;
};

static int count_patrol(void *ctx, const struct attendance *a)
{
    struct on_duty *o = ctx;
    const struct view *v = o->v;
    bool here = *v->place ? !strcmp(a->place, v->place)
                          : !v->user || v->user->role != ROLE_AREA_OFFICER || user_covers(v->user, a->place);
    o->n += here && v->now_ms - a->in_ms < 16 * HOUR_MS;
    return 0;
}

static void add_place_name(struct sbuf *b, const struct desk *d, const char *code)
{
    char name[64];
    const struct place *p = config_place(d->cfg, code);
    if (p && fold_unaccent(p->name, strlen(p->name), name, sizeof(name)) > 0)
        sbuf_addf(b, " %.24s", name);
}

static int code_today(struct view *v, struct sbuf *b)
{
    struct today t = {.v = v};
    struct on_duty o = {.v = v};
    int64_t from = civil_day_start_ms(v->now_ms);
    int rc = incident_each_between(v->d->db, from, from + DAY_MS, count_today, &t);
    if (!rc)
        rc = incident_each_live(v->d->db, count_live, &t);
    if (!rc)
        rc = attendance_each_open(v->d->db, count_patrol, &o);
    if (rc < 0)
        return rc;
    struct civil c = civil_from_ms(v->now_ms);
    sbuf_addf(b, "Hom nay %d/%d", c.day, c.month);
    if (*v->place)
        add_place_name(b, v->d, v->place);
    sbuf_addf(b, ": %d vu", t.incidents);
    for (size_t i = 0; i < t.n_kinds && b->len < 80; i++)
        sbuf_addf(b, "%s%s %d%s", i ? ", " : " (", t.kinds[i].kind, t.kinds[i].n,
                  i + 1 == t.n_kinds ? ")"
                  : b->len >= 70     ? "...)"
                                     : "");
    sbuf_addf(b, ", %d tin, %d SOS. Dang mo %d, chua ai nhan %d. Dang tuan %d nguoi.", t.tips, t.sos, t.live, t.waiting,
              o.n);
    return 0;
}

struct list {
    const struct view *v;
    struct sbuf *b;
    int page, at_page, shown, all;
    char entry[80];
};

static const char *state_word(const struct incident *i)
{
    return !strcmp(i->state, "open") ? "chua nhan" : "da nhan";
}

/* Fills pages one after the other; only the wanted one is kept. */
static int list_add(void *ctx, const struct incident *i)
{
    struct list *l = ctx;
    if (!visible(l->v, i))
        return 0;
    char time[24];
    struct sbuf e = sbuf_on(l->entry, sizeof(l->entry));
    clock_text(i->created_ms, l->v->now_ms, time, sizeof(time));
    sbuf_addf(&e, " %s %s", i->code, !strcmp(i->form, "incident") ? i->kind : !strcmp(i->form, "tip") ? "TIN" : "SOS");
    add_place_name(&e, l->v->d, i->place);
    sbuf_addf(&e, " %s %s;", time, state_word(i));
    l->all++;
    if (l->at_page > l->page)
        return 0;
    if (l->b->len + e.len > (size_t)(GSM7_SINGLE_SEPTETS - TRAILER_SEPTETS)) {
        if (++l->at_page > l->page)
            return 0;
        l->b->len = 0;
        l->b->p[0] = '\0';
        l->shown = 0;
    }
    sbuf_add(l->b, l->entry);
    l->shown++;
    return 0;
}

static int code_open(struct view *v, int page, struct sbuf *b)
{
    struct list l = {.v = v, .b = b, .page = page, .at_page = 1};
    sbuf_add(b, "Dang mo:");
    int rc = incident_each_live(v->d->db, list_add, &l);
    if (rc < 0)
        return rc;
    if (!l.all || l.at_page < page) {
        b->len = 0;
        sbuf_add(b, l.all ? "Het, khong con trang nua." : "Khong co vu nao dang mo.");
    } else if (l.at_page > page) {
        sbuf_addf(b, " Tiep: *2*0*%d#", page + 1);
    }
    return 0;
}

static int code_one(struct view *v, const char *code, struct sbuf *b)
{
    struct incident in;
    char time[24], taken[24], text[INCIDENT_TEXT_SIZE];
    int rc = incident_by_code(v->d->db, code, &in);
    if (rc < 0 && rc != -ENOENT)
        return rc;
    if (rc == -ENOENT || !visible(v, &in)) {
        sbuf_addf(b, "Khong thay vu %s.", code);
        return 0;
    }
    clock_text(in.created_ms, v->now_ms, time, sizeof(time));
    sbuf_addf(b, "%s %s", in.code, in.kind);
    add_place_name(b, v->d, in.place);
    sbuf_addf(b, " %s. ", time);
    if (in.acked_ms) {
        const struct user *u = people_by_id(&v->d->people, in.acked_by);
        clock_text(in.acked_ms, v->now_ms, taken, sizeof(taken));
        char name[64] = "Can bo";
        if (u)
            fold_unaccent(u->name, strlen(u->name), name, sizeof(name));
        sbuf_addf(b, "%.30s nhan %s. ", name, taken);
    } else if (!in.closed_ms) {
        sbuf_add(b, "Chua ai nhan. ");
    }
    if (in.closed_ms) {
        clock_text(in.closed_ms, v->now_ms, taken, sizeof(taken));
        sbuf_addf(b, "Xong %s. ", taken);
    }
    if (!in.restricted && fold_unaccent(in.text, strlen(in.text), text, sizeof(text)) >= 0) {
        gsm7_cut(text, GSM7_SINGLE_SEPTETS);
        sbuf_add(b, text);
    }
    return 0;
}

static const char *signal_word(int dbm)
{
    return dbm == 0 ? "?" : dbm >= -85 ? "tot" : dbm >= -100 ? "vua" : "yeu";
}

static int code_modem(struct view *v, struct sbuf *b)
{
    struct outbox_counts n;
    const struct config *c = v->d->cfg;
    int rc = outbox_counts(v->d->db, civil_day_start_ms(v->now_ms), &n);
    if (rc < 0)
        return rc;
    char balance[160] = "", time[24];
    for (size_t i = 0; i < c->n_lines; i++) {
        struct line_state s;
        rc = line_state_get(v->d->db, c->lines[i].name, &s);
        if (rc == -ENOENT) {
            sbuf_addf(b, "%.12s: chua ro. ", c->lines[i].name);
            continue;
        }
        if (rc < 0)
            return rc;
        sbuf_addf(b, "%.12s: %s, song %s", s.line, strcmp(s.state, "up") ? "MAT" : "chay", signal_word(s.signal_dbm));
        if (s.signal_dbm)
            sbuf_addf(b, " %d", s.signal_dbm);
        sbuf_add(b, ". ");
        if (s.balance_ms && !balance[0]) {
            clock_text(s.balance_ms, v->now_ms, time, sizeof(time));
            snprintf(balance, sizeof(balance), " Tien (%s): %.90s", time, s.balance);
        }
    }
    sbuf_addf(b, "Cho gui: %d. Hom nay gui %d, loi %d.", (int)(n.queued[0] + n.queued[1] + n.queued[2] + n.queued[3]),
              (int)(n.sent + n.delivered), (int)(n.failed + n.expired));
    sbuf_add(b, *balance ? balance : " Tien: chua ro.");
    return 0;
}

static int answer(struct view *v, const struct args *a, struct sbuf *b)
{
    const char *which = a->n ? a->v[0] : "";
    if (!strcmp(which, "1") && a->n <= 2) {
        v->place = a->n == 2 ? a->v[1] : "";
        if (*v->place && !config_place(v->d->cfg, v->place)) {
            sbuf_addf(b, "Khong co thon %s.", v->place);
            return 0;
        }
        return code_today(v, b);
    }
    if (!strcmp(which, "2") && a->n == 2)
        return code_one(v, a->v[1], b);
    if (!strcmp(which, "2")) {
        int page = a->n == 3 ? atoi(a->v[2]) : 1;
        return code_open(v, page < 1 ? 1 : page, b);
    }
    if (!strcmp(which, "7"))
        return code_modem(v, b);
    sbuf_add(b, texts_find(v->d->cfg, text_key(strcmp(which, "0") ? TEXT_CODES_UNKNOWN : TEXT_CODES_HELP)));
    return 0;
}

int codes_answer(struct desk *d, const struct user *u, const struct meaning *m, char *out, size_t size)
{
    struct view v = {.d = d, .user = u, .place = "", .now_ms = clock_now_ms(d->clock)};
    char text[600];
    struct args a = split(meaning_slot(m, "digits"));
    struct sbuf b = sbuf_on(text, sizeof(text));
    int rc = answer(&v, &a, &b);
    if (rc < 0)
        return rc;
    /* through the renderer: unaccented, masked, one SMS */
    struct template_value value = {.name = "text", .value = text};
    return template_render("{text}", &value, 1, out, size);
}
