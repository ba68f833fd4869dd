// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The digest's job: what happened is gathered once, then told to each who gets it, as numbered single
 * messages. Called by jobs.c in the job's transaction: the rows, the ids that are covered and the next job
 * are one commit. What can go wrong: a box that was off until the digest is of no use; then nothing is
 * sent, and the next one covers this time too.
 */
#include "gateway/desk/digest.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/gsm7.h"
#include "gateway/base/log.h"
#include "gateway/base/mask.h"
#include "gateway/base/str.h"
#include "gateway/desk/event.h"
#include "gateway/desk/due.h"
#include "gateway/plan/shift.h"
#include "parsers/fold.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 20000
#define NUMBER_SEPTETS 4 /* "1/3 " */
#define UNREAD_SEPTETS 60
#define NIGHTS_MAX 31

/* --- who ------------------------------------------------------------------------------- */

const struct digest_rule *digest_rule_of(const struct config *cfg, const struct user *u)
{
    const struct digest_rule *by_role = NULL;
    if (!user_is_officer(u))
        return NULL;
    for (size_t i = 0; i < cfg->n_digests; i++) {
        const struct digest_rule *r = &cfg->digests[i];
        if (u->phone[0] && !strcmp(r->who, u->phone))
            return r;
        if (!strcmp(r->who, role_name(u->role)))
            by_role = r;
    }
    return by_role;
}

static bool wants(const struct digest_rule *r, enum digest_kind k)
{
    return r && (k == DIGEST_NIGHT ? r->night : k == DIGEST_WEEK ? r->week : r->month);
}

static bool wants_line(const struct config *cfg, const struct digest_rule *r)
{
    return !strcmp(r->empty[0] ? r->empty : cfg->digest_empty, "line");
}

/* --- what ------------------------------------------------------------------------------ */

static int keep_row(void *ctx, const struct digest_row *r)
{
    struct digest_rows *list = ctx;
    if (list->n == ROWS_MAX)
        return 0;
    if (list->n == list->cap) {
        size_t cap = list->cap ? 2 * list->cap : 64;
        struct digest_row *grown = realloc(list->rows, cap * sizeof(*grown));
        if (!grown)
            return -ENOMEM;
        list->rows = grown;
        list->cap = cap;
    }
    list->rows[list->n++] = *r;
    return 0;
}

static int marks_new(struct digest_rows *list)
{
    list->marks = calloc(list->n ? list->n : 1, sizeof(*list->marks));
    return list->marks ? 0 : -ENOMEM;
}

/* Is it of a restricted kind, were it a report? Then not even the duty desk reads its words. */
static bool is_restricted(struct desk *d, const char *body)
{
    char text[1200];
    struct sbuf b = sbuf_on(text, sizeof(text));
    struct understand_ctx ctx = {.at_ms = clock_now_ms(d->clock)};
    sbuf_add(&b, "BC ");
    sbuf_addn(&b, body, strnlen(body, sizeof(text) - 8));
    understand(d->vocab, &ctx, text, b.len, &d->meaning);
    const struct kind *k = d->meaning.kind ? config_kind(d->cfg, d->meaning.kind) : NULL;
    return k && k->restricted;
}

static int keep_unread(void *ctx, int64_t user_id, const char *body)
{
    struct digest *g = ctx;
    if (g->n_unread++ >= DIGEST_UNREAD_MAX)
        return 0;
    struct digest_unread *u = &g->unread[g->n_unread - 1];
    const struct user *user = user_id ? people_by_id(&g->d->people, user_id) : NULL;
    char raw[600];
    size_t n = strnlen(body, sizeof(raw) - 1);
    while (n > 0 && ((unsigned char)body[n] & 0xC0) == 0x80)
        n--;
    memcpy(raw, body, n);
    raw[n] = '\0';
    mask_numbers(raw); /* before it is cut: half a number would pass */
    bool hidden = is_restricted(g->d, body);
    char plain[sizeof(raw) + 8];
    if (fold_unaccent(hidden ? "viec can xu ly rieng" : raw, hidden ? 20 : n, plain, sizeof(plain)) < 0)
        plain[0] = '\0';
    size_t whole = strlen(plain);
    gsm7_cut(plain, UNREAD_SEPTETS);
    snprintf(u->text, sizeof(u->text), "%.200s%s", plain, strlen(plain) < whole ? ".." : "");
    snprintf(u->who, sizeof(u->who), "%.60s", user ? user->name : "nguoi dan");
    return 0;
}

/* The nights it covers: since the last one of its kind, as service time has it. */
static void set_nights(struct digest *g, int64_t since_ms)
{
    const struct config *c = g->d->cfg;
    int64_t span_ms = service_now(&g->d->time).rel_ms - since_ms;
    int n = g->kind == DIGEST_NIGHT ? 1 : 7;
    if (g->kind == DIGEST_MONTH) {
        struct civil day = civil_from_ms(civil_day_start_ms(g->now_ms) - 14 * DAY_MS);
        int64_t of_month = civil_day_start_ms(g->now_ms - 14 * DAY_MS) - (day.day - 1) * DAY_MS;
        shift_night(c, of_month + DAY_MS / 2, g->first);
        day = civil_from_ms(of_month + 32 * DAY_MS);
        n = (int)((of_month + 32 * DAY_MS - (day.day - 1) * DAY_MS - of_month) / DAY_MS);
        (void)shift_night_add(g->first, n - 1, g->last);
        g->nights = n;
        return;
    }
    if (g->kind == DIGEST_NIGHT && span_ms > 36 * HOUR_MS)
        n = (int)((span_ms + DAY_MS / 2) / DAY_MS);
    g->nights = n > NIGHTS_MAX ? NIGHTS_MAX : n;
    shift_night(c, g->now_ms - 12 * HOUR_MS, g->last);
    (void)shift_night_add(g->last, 1 - g->nights, g->first);
}

/* meta "digest_night_incident" and the like. */
static const char *meta_of(const struct digest *g, const char *what, char *out, size_t size)
{
    snprintf(out, size, "digest_%s_%s", digest_name(g->kind), what);
    return out;
}

static int get_mark(struct digest *g, const char *what, int64_t *v)
{
    char key[40];
    int rc = meta_get_i64(g->d->db, meta_of(g, what, key, sizeof(key)), v);
    return rc == -ENOENT ? 0 : rc;
}

static int set_marks(struct digest *g)
{
    char key[40];
    struct db *db = g->d->db;
    int rc = meta_set_i64(db, meta_of(g, "incident", key, sizeof(key)), g->last_incident);
    if (!rc)
        rc = meta_set_i64(db, meta_of(g, "message", key, sizeof(key)), g->last_message);
    if (!rc)
        rc = meta_set_i64(db, meta_of(g, "rel", key, sizeof(key)), service_now(&g->d->time).rel_ms);
    return rc;
}

static int gather(struct digest *g)
{
    int64_t incident = 0, message = 0, rel = 0;
    g->unread = calloc(DIGEST_UNREAD_MAX, sizeof(*g->unread));
    int rc = g->unread ? get_mark(g, "incident", &incident) : -ENOMEM;
    if (!rc)
        rc = get_mark(g, "message", &message);
    if (!rc)
        rc = get_mark(g, "rel", &rel);
    if (!rc)
        rc = digest_last(g->d->db, &g->last_incident, &g->last_message);
    if (!rc)
        rc = digest_each_fresh(g->d->db, incident, keep_row, &g->fresh);
    if (!rc)
        rc = digest_each_live(g->d->db, keep_row, &g->live);
    if (!rc)
        rc = due_since(g->d, &g->since_ms);
    if (!rc && g->kind == DIGEST_NIGHT)
        rc = digest_each_unread(g->d->db, message, keep_unread, g);
    if (!rc)
        rc = marks_new(&g->fresh);
    if (!rc)
        rc = marks_new(&g->live);
    set_nights(g, rel);
    return rc;
}

static void digest_drop(struct digest *g)
{
    free(g->fresh.rows);
    free(g->fresh.marks);
    free(g->live.rows);
    free(g->live.marks);
    free(g->unread);
}

/* --- for whom -------------------------------------------------------------------------- */

/* One that goes with the digest waits for nobody's NHAN within minutes: a day. */
static bool is_late(const struct digest *g, const struct digest_row *r)
{
    int sev = r->severity < 1 ? 1 : r->severity > 5 ? 5 : r->severity;
    int64_t allowed_ms = r->told ? g->d->cfg->alert_repeat_s[sev] * SECOND_MS : DAY_MS;
    return !strcmp(r->state, "open") && g->now_ms - r->created_ms > allowed_ms;
}

static bool is_seen(const struct view *v, const struct digest_row *r)
{
    if (!strcmp(r->state, "cancelled"))
        return false; /* nothing happened */
    struct incident in = {.id = r->id, .restricted = r->restricted, .user_id = r->user_id};
    memcpy(in.form, r->form, sizeof(in.form));
    memcpy(in.kind, r->kind, sizeof(in.kind));
    memcpy(in.place, r->place, sizeof(in.place));
    return view_incident(v, &in);
}

/* Did an alert reach him? For the chief: did it reach anybody? */
static bool was_told(const struct digest *g, const struct user *u, const struct digest_row *r)
{
    if (!r->told || u->role == ROLE_CHIEF)
        return r->told;
    return r->user_id == u->id || incident_concerns(g->d, r->id, u->id);
}

static void mark(struct digest *g, const struct view *v)
{
    for (size_t i = 0; i < g->fresh.n; i++) {
        const struct digest_row *r = &g->fresh.rows[i];
        bool seen = is_seen(v, r), live = !strcmp(r->state, "open") || !strcmp(r->state, "acked");
        bool news = seen && live && !strcmp(r->form, "incident") && !was_told(g, v->user, r);
        g->fresh.marks[i] = (struct digest_mark){.seen = seen, .news = news};
    }
    for (size_t i = 0; i < g->live.n; i++) {
        bool seen = is_seen(v, &g->live.rows[i]);
        g->live.marks[i] = (struct digest_mark){.seen = seen, .late = seen && is_late(g, &g->live.rows[i])};
    }
}

/* --- pages ----------------------------------------------------------------------------- */

struct letter {
    char parts[DIGEST_PARTS_MAX][PAGER_OUT_SIZE];
    int n;     /* of them */
    bool more; /* there is more than fits them */
};

/* All pages of one width and ending; as many as fit. more: how the last one ends when they do not. */
static int fill(const struct digest *g, struct view *v,
                int (*say)(const struct digest *, struct view *, struct pager *), const char *more, struct letter *l)
{
    int most = g->d->cfg->digest_parts > DIGEST_PARTS_MAX ? DIGEST_PARTS_MAX : g->d->cfg->digest_parts;
    size_t end = strlen(more);
    int rc = 0;
    l->n = 0;
    for (bool next = true; next && l->n < most; l->n++) {
        struct pager p;
        pager_start(&p, GSM7_SINGLE_SEPTETS - NUMBER_SEPTETS, l->n + 1);
        rc = str_copy(p.more, sizeof(p.more), more);
        if (!rc)
            rc = say(g, v, &p);
        if (rc < 0 || !pager_end(&p))
            break;
        next = l->more = p.has_more;
        size_t n = strlen(p.out);
        if (next && l->n + 1 < most && n >= end)
            p.out[n - end] = '\0'; /* only the last one says that there is more */
        memcpy(l->parts[l->n], p.out, sizeof(l->parts[0]));
    }
    return rc;
}

static int send_parts(struct digest *g, const struct user *u, struct letter *l)
{
    char body[PAGER_OUT_SIZE + 8];
    int rc = 0;
    for (int i = 0; !rc && i < l->n; i++) {
        if (l->n > 1)
            snprintf(body, sizeof(body), "%d/%d %s", i + 1, l->n, l->parts[i]);
        else
            snprintf(body, sizeof(body), "%s", l->parts[i]);
        rc = tell_digest(g->d, u->id, body);
    }
    return rc;
}

static int tell(struct digest *g, const struct user *u, const struct digest_rule *r, struct letter *l)
{
    struct view v = {.d = g->d, .user = u, .now_ms = g->now_ms};
    char more[PAGER_END_SIZE];
    mark(g, &v);
    bool news = digest_has_news(g, &v);
    if (!news && !wants_line(g->d->cfg, r))
        return 0;
    int rc = fill(g, &v, news ? digest_say : digest_say_none, "", l);
    if (!rc && l->more) {
        rc = text_say(g->d->cfg, TEXT_DIGEST_MORE, l->parts[0], sizeof(l->parts[0]), NULL);
        snprintf(more, sizeof(more), " %.38s", l->parts[0]);
        if (!rc)
            rc = fill(g, &v, digest_say, more, l);
    }
    return rc < 0 ? rc : send_parts(g, u, l);
}

/* By mail and webhook, to the office itself: as the chief reads it, without restricted kinds, which stay
 * among those named. */
static int tell_outside(struct digest *g, struct letter *l)
{
    struct user office = {.role = ROLE_CHIEF};
    struct view v = {.d = g->d, .user = &office, .now_ms = g->now_ms};
    char id[EVENT_ID_SIZE], subject[160], text[DIGEST_PARTS_MAX * PAGER_OUT_SIZE];
    if (!mail_wants_digests(g->d) && !event_wants(g->d, "digest"))
        return 0;
    mark(g, &v);
    for (size_t i = 0; i < g->fresh.n; i++)
        if (g->fresh.rows[i].restricted)
            g->fresh.marks[i] = (struct digest_mark){.seen = false};
    for (size_t i = 0; i < g->live.n; i++)
        if (g->live.rows[i].restricted)
            g->live.marks[i] = (struct digest_mark){.seen = false};
    int rc = fill(g, &v, digest_has_news(g, &v) ? digest_say : digest_say_none, "", l);
    struct sbuf b = sbuf_on(text, sizeof(text));
    for (int i = 0; i < l->n; i++)
        sbuf_addf(&b, "%s%s", i ? "\n" : "", l->parts[i]);
    snprintf(id, sizeof(id), "digest-%s-%.12s", digest_name(g->kind), g->last);
    snprintf(subject, sizeof(subject), "[tinbao %s] %s %.12s", g->d->cfg->service_name,
             g->kind == DIGEST_NIGHT  ? "Dem"
             : g->kind == DIGEST_WEEK ? "Tuan den"
                                      : "Thang den",
             g->last);
    if (!rc)
        rc = event_digest(g->d, id, digest_name(g->kind), text);
    return rc || !g->d->cfg->courier.mail.digests ? rc : mail_queue(g->d, subject, text, id);
}

static int tell_all(struct digest *g)
{
    struct letter *l = calloc(1, sizeof(*l));
    int rc = l ? gather(g) : -ENOMEM;
    for (size_t i = 0; !rc && i < g->d->people.n; i++) {
        const struct user *u = &g->d->people.users[i];
        const struct digest_rule *r = digest_rule_of(g->d->cfg, u);
        if (!u->stopped && wants(r, g->kind))
            rc = tell(g, u, r, l);
    }
    if (!rc) /* courier */
        rc = tell_outside(g, l);
    if (!rc)
        rc = set_marks(g);
    free(l);
    digest_drop(g);
    return rc;
}

/* When it should have been, by the calendar as it is. */
static int64_t was_due(const struct config *cfg, enum digest_kind k, int64_t now_ms)
{
    int64_t at = digest_next(cfg, k, now_ms - 32 * DAY_MS);
    for (int64_t next; (next = digest_next(cfg, k, at + 1)) <= now_ms;)
        at = next;
    return at;
}

int digest_run(struct desk *d, const char *key)
{
    struct digest g = {.d = d, .now_ms = now_calendar(service_now(&d->time))};
    if (digest_kind_of(key, &g.kind) < 0)
        return 0;
    int64_t late_ms = g.now_ms - was_due(d->cfg, g.kind, g.now_ms);
    int rc = 0;
    if (digest_useful(g.kind, late_ms))
        rc = tell_all(&g);
    else
        log_note("digest of the %s: %lld min late, the next one covers it", digest_name(g.kind),
                 (long long)(late_ms / MINUTE_MS));
    return rc < 0 ? rc : digest_plan(d);
}
