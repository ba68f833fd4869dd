// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The post. Called by core.c after every commit, when the courier answers and on its own timer. One
 * transaction records what came back and marks what goes next ("state moves before the act"); only
 * after its commit the courier is told. If that commit fails, memory stays as it was, the news wait
 * and nothing was sent. What a dead courier had in hand is given again under the same event id: at
 * least once.
 */
#include "gateway/serve/post.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "gateway/courier/courier.h"
#include "gateway/desk/spare.h"
#include "gateway/serve/backoff.h"
#include "gateway/serve/child.h"
#include "gateway/serve/post_args.h"
#include "gateway/serve/post_job.h"
#include "gateway/serve/timer.h"
#include "store/delivery.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SILENT_S 30
#define RESTART_CAP_MS 60000
#define RESTART_CAP_PLAYED_MS 500
#define LOOK_EVERY_MS 60000
#define SPARE_FIRST_MS 5000
#define SPARE_CAP_MS 60000

struct flight {
    int64_t id; /* 0 = free */
    int64_t outbox_id;
    char kind[12], target[128];
    int64_t expires_rel;
    int attempts;
    bool answered;
    struct courier_result result; /* once answered */
};

struct post {
    struct works *w;
    struct post_events ev;
    struct lines *lines;
    struct child *child;
    struct event *timer;
    bool wanted, quitting, awake;
    int fails;
    uint64_t seen;          /* w->changes at the last look */
    int64_t lines_down_rel; /* since when no line works, -1 = one does */
    struct flight flights[COURIER_WINDOW], before[COURIER_WINDOW];
    size_t out[COURIER_WINDOW]; /* flights that start with this commit */
    int n_out;
    struct courier_msg jobs[COURIER_WINDOW]; /* by flight; wiped once told */
    struct delivery rows[COURIER_WINDOW];
    struct post_args args;
};

/* --- what the courier says ---------------------------------------------------------------- */

static void on_packet(void *ctx, const void *packet, size_t n)
{
    struct post *p = ctx;
    struct courier_msg m;
    if (n > sizeof(m)) {
        child_distrust(p->child, "sent a packet that is too long");
        return;
    }
    memcpy(&m, packet, n);
    if (courier_check(&m, n) || m.type >= COURIER_HTTP) {
        child_distrust(p->child, "sent what no courier may send");
        return;
    }
    if (m.type != COURIER_RESULT)
        return;
    for (size_t i = 0; i < COURIER_WINDOW; i++) {
        struct flight *f = &p->flights[i];
        if (f->id && f->id == (int64_t)m.u.result.id && !f->answered) {
            f->result = m.u.result;
            f->answered = true;
            child_worked(p->child);
            p->awake = true;
            p->ev.turn(p->ev.ctx);
            return;
        }
    }
    log_warn("courier: answered for a job that it was not given");
}

static void on_up(void *ctx)
{
    struct post *p = ctx;
    p->awake = true;
    p->ev.turn(p->ev.ctx);
}

static void on_lost(void *ctx)
{
    struct post *p = ctx;
    if (p->quitting)
        return; /* the next start finds it under way */
    for (size_t i = 0; i < COURIER_WINDOW; i++) {
        struct flight *f = &p->flights[i];
        if (!f->id || f->answered)
            continue;
        memset(&f->result, 0, sizeof(f->result));
        f->answered = true;
        f->result.outcome = COURIER_FAILED;
        snprintf(f->result.why, sizeof(f->result.why), "the courier died with it in hand");
    }
    p->awake = true;
    p->ev.turn(p->ev.ctx);
}

static void on_gone(void *ctx)
{
    struct post *p = ctx;
    if (p->quitting && p->ev.gone)
        p->ev.gone(p->ev.ctx);
}

/* --- recording, inside the transaction ---------------------------------------------------- */

static int64_t pause_of(const struct post *p, const struct flight *f)
{
    const struct courier_config *c = &p->w->cfg->courier;
    int64_t cap_ms = c->retry_cap_s * SECOND_MS;
    int64_t ms = backoff_ms(f->attempts, c->retry_first_s * SECOND_MS, cap_ms, (uint64_t)f->id);
    int64_t wish_ms = f->result.retry_after_s * SECOND_MS;
    return wish_ms > ms ? (wish_ms < HOUR_MS ? wish_ms : HOUR_MS) : ms;
}

static int record_failure(struct post *p, const struct flight *f, struct now now)
{
    const struct courier_result *r = &f->result;
    int64_t pause_ms = pause_of(p, f);
    bool over = r->outcome == COURIER_REFUSED || now.rel_ms + pause_ms >= f->expires_rel;
    log_line(over ? LOG_ERR_ : LOG_WARN_, "%s %s: delivery %lld, try %d: %s; %s", f->kind,
             !strcmp(f->kind, "mail") ? "" : f->target, (long long)f->id, f->attempts + 1, r->why,
             over ? "given up, see 'tinbao courier --dead'" : "tried again");
    return over ? delivery_dead(p->w->db, f->id, now.wall_ms, r->why)
                : delivery_retry(p->w->db, f->id, now.rel_ms + pause_ms, r->why);
}

static int record_one(struct post *p, const struct flight *f, struct now now)
{
    bool done = f->result.outcome == COURIER_DONE;
    if (f->outbox_id) {
        int64_t pause_ms = backoff_ms(f->attempts, SPARE_FIRST_MS, SPARE_CAP_MS, (uint64_t)f->id);
        return spare_result(p->w->desk, f->id, f->outbox_id, done, pause_ms, f->result.why);
    }
    if (!done)
        return record_failure(p, f, now);
    int rc = delivery_done(p->w->db, f->id, now.wall_ms);
    if (!rc && f->attempts) /* it takes again: the others that wait need not */
        rc = delivery_wake(p->w->db, f->kind, f->target, now.rel_ms);
    return rc < 0 ? rc : 0;
}

static int record(struct post *p, struct now now)
{
    for (size_t i = 0; i < COURIER_WINDOW; i++) {
        struct flight *f = &p->flights[i];
        if (!f->id || !f->answered)
            continue;
        int rc = record_one(p, f, now);
        if (rc && rc != -ENOENT)
            return rc;
        memset(f, 0, sizeof(*f));
        p->w->changes++;
    }
    return 0;
}

/* Texts that were to go by the spare line while the courier is not there. */
static int give_back(struct post *p)
{
    struct delivery_ref refs[64];
    int n = delivery_spares(p->w->db, refs, (int)ARRAY_LEN(refs)), rc = 0;
    for (int i = 0; !rc && i < n; i++)
        rc = spare_give_back(p->w->desk, refs[i].id, refs[i].outbox_id);
    return n < 0 ? n : rc;
}

/* --- picking, inside the transaction ------------------------------------------------------ */

static int free_flights(const struct post *p)
{
    int n = 0;
    for (size_t i = 0; i < COURIER_WINDOW; i++)
        n += p->flights[i].id == 0;
    return n;
}

static void add_flight(struct post *p, const struct delivery *d, size_t i)
{
    struct flight *f = &p->flights[i];
    memset(f, 0, sizeof(*f));
    f->id = d->id;
    f->outbox_id = d->outbox_id;
    memcpy(f->kind, d->kind, sizeof(f->kind));
    memcpy(f->target, d->target, sizeof(f->target));
    f->expires_rel = d->expires_rel;
    f->attempts = d->attempts;
    p->out[p->n_out++] = i;
}

static int take(struct post *p, const struct delivery *d, struct now now)
{
    char why[DELIVERY_WHY_SIZE] = "";
    size_t i = 0;
    while (p->flights[i].id)
        i++;
    int rc = post_job(p->w, d, now, &p->jobs[i], why, sizeof(why));
    if (rc == -EINVAL) { /* no try will ever work */
        log_err("%s: delivery %lld: %s; given up", d->kind, (long long)d->id, why);
        return d->outbox_id ? spare_result(p->w->desk, d->id, d->outbox_id, false, HOUR_MS, why)
                            : delivery_dead(p->w->db, d->id, now.wall_ms, why);
    }
    if (rc == -ENOENT) /* its text has ended by another way */
        return delivery_drop(p->w->db, d->id, now.wall_ms);
    if (!rc)
        rc = delivery_take(p->w->db, d->id);
    if (!rc)
        add_flight(p, d, i);
    return rc;
}

static bool line_works(const struct lane *l)
{
    uint8_t sim = lane_said(l)->sim, reg = lane_said(l)->registration;
    return lane_up(l) && (sim == SIM_READY || sim == SIM_UNKNOWN) &&
           (reg == REG_HOME || reg == REG_ROAMING || reg == REG_UNKNOWN);
}

/* Notes since when no line works; true when the spare line stands in. */
static bool spare_stands_in(struct post *p, struct now now)
{
    bool works = false;
    for (size_t i = 0; p->lines && i < lines_count(p->lines); i++)
        works |= line_works(lines_at(p->lines, i));
    if (works || !spare_is_there(p->w->desk))
        p->lines_down_rel = -1;
    else if (p->lines_down_rel < 0)
        p->lines_down_rel = now.rel_ms;
    return p->lines_down_rel >= 0 && now.rel_ms - p->lines_down_rel >= p->w->cfg->courier.spare.after_s * SECOND_MS;
}

static int pick(struct post *p, struct now now)
{
    int room = p->quitting || !child_up(p->child) ? 0 : free_flights(p), rc = 0;
    bool stands_in = spare_stands_in(p, now);
    if (room <= 0)
        return 0;
    if (stands_in)
        rc = spare_take_over(p->w->desk, room);
    if (rc > 0)
        log_warn("no modem works: %d urgent text%s by the spare line", rc, rc == 1 ? "" : "s");
    int n = rc < 0 ? rc : delivery_due(p->w->db, now.rel_ms, p->rows, room);
    rc = n < 0 ? n : 0;
    for (int i = 0; !rc && i < n; i++) {
        rc = take(p, &p->rows[i], now);
        p->w->changes++;
    }
    p->awake |= n > p->n_out; /* some ended at once: there may be more */
    return rc;
}

/* --- the run ------------------------------------------------------------------------------ */

static int transaction(struct post *p, struct now now)
{
    int rc = works_begin(p->w);
    if (!rc)
        rc = record(p, now);
    if (!rc && !child_up(p->child))
        rc = give_back(p);
    if (!rc)
        rc = pick(p, now);
    if (!rc)
        return works_commit(p->w);
    works_rollback(p->w);
    return rc;
}

static void hand_over(struct post *p)
{
    for (int i = 0; i < p->n_out; i++) {
        size_t at = p->out[i];
        struct courier_msg *m = &p->jobs[at];
        struct flight *f = &p->flights[at];
        if (child_send(p->child, m, courier_size(m->type))) {
            f->answered = true;
            f->result.outcome = COURIER_FAILED;
            snprintf(f->result.why, sizeof(f->result.why), "the courier is not there");
        }
        explicit_bzero(m, sizeof(*m));
    }
    p->n_out = 0;
}

static void plan(struct post *p)
{
    if (p->w->manual || p->quitting)
        return;
    int64_t at_rel = post_next_rel(p), now_rel = desk_now(p->w->desk).rel_ms;
    int64_t wait_ms = at_rel == INT64_MAX ? LOOK_EVERY_MS : at_rel - now_rel;
    timer_arm(p->timer, wait_ms > LOOK_EVERY_MS ? LOOK_EVERY_MS : wait_ms);
}

static void run(struct post *p)
{
    struct now now = desk_now(p->w->desk);
    memcpy(p->before, p->flights, sizeof(p->before));
    p->n_out = 0;
    p->awake = false;
    int rc = transaction(p, now);
    if (rc) {
        memcpy(p->flights, p->before, sizeof(p->flights));
        explicit_bzero(p->jobs, sizeof(p->jobs));
        if (p->fails == 0)
            log_err("courier: %s; tried again", works_why(rc));
        timer_arm(p->timer, backoff_ms(p->fails++, 200, 10000, 4));
        return;
    }
    p->fails = 0;
    p->seen = p->w->changes;
    hand_over(p);
    plan(p);
}

/* Is there something for which a transaction is worth its while? */
static bool has_work(struct post *p)
{
    int64_t at_rel, now_rel = desk_now(p->w->desk).rel_ms;
    if (p->awake)
        return true;
    if (p->seen == p->w->changes)
        return false;
    p->seen = p->w->changes;
    if (spare_stands_in(p, desk_now(p->w->desk)))
        return true;
    return delivery_next_rel(p->w->db, INT64_MIN, &at_rel) == 0 && at_rel <= now_rel;
}

void post_wake(struct post *p)
{
    p->awake = true;
}

void post_run(struct post *p)
{
    for (int i = 0; i < 4 && p->wanted && !p->fails && has_work(p); i++)
        run(p);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct post *p = arg;
    p->awake = true;
    p->fails = p->fails ? 1 : 0;
    if (p->wanted)
        run(p);
    p->ev.turn(p->ev.ctx);
}

int post_under_way(struct post *p)
{
    int64_t at_rel;
    if (!p->wanted)
        return 0;
    int n = COURIER_WINDOW - free_flights(p);
    bool waits = delivery_next_rel(p->w->db, INT64_MIN, &at_rel) == 0 && at_rel <= desk_now(p->w->desk).rel_ms;
    return n + (waits && !child_up(p->child));
}

int64_t post_next_rel(struct post *p)
{
    int64_t now_rel = desk_now(p->w->desk).rel_ms, at_rel = INT64_MAX;
    if (!p->wanted)
        return INT64_MAX;
    if (delivery_next_rel(p->w->db, now_rel + 1, &at_rel))
        at_rel = INT64_MAX;
    int64_t after_ms = p->w->cfg->courier.spare.after_s * SECOND_MS;
    if (p->lines_down_rel >= 0) {
        int64_t look_rel = p->lines_down_rel + after_ms;
        if (look_rel <= now_rel) /* texts fall due without a word to us */
            look_rel = p->w->manual ? INT64_MAX : now_rel + SECOND_MS;
        at_rel = look_rel < at_rel ? look_rel : at_rel;
    }
    return at_rel;
}

bool post_up(const struct post *p)
{
    return child_up(p->child);
}

int post_pid(const struct post *p)
{
    return (int)child_pid(p->child);
}

/* --- life --------------------------------------------------------------------------------- */

void post_start(struct post *p)
{
    const struct courier_config *c = &p->w->cfg->courier;
    bool wanted = c->n_webhooks > 0 || c->mail.url[0] || c->spare.url[0];
    if (wanted && !p->quitting)
        child_start(p->child);
    else if (p->wanted && !p->quitting)
        child_quit(p->child);
    p->wanted = wanted;
    p->awake = true;
}

void post_reap(struct post *p)
{
    child_reap(p->child);
}

void post_quit(struct post *p)
{
    p->quitting = true;
    evtimer_del(p->timer);
    child_quit(p->child);
}

bool post_gone(const struct post *p)
{
    return child_gone(p->child);
}

void post_lines(struct post *p, struct lines *lines)
{
    p->lines = lines;
}

struct post *post_new(struct works *w, const char *exe, const struct post_events *ev)
{
    struct post *p = calloc(1, sizeof(*p));
    if (!p)
        return NULL;
    post_args(&w->cfg->courier, &p->args);
    struct child_setup s = {.base = w->base,
                            .exe = exe,
                            .name = "courier",
                            .origin = w->origin,
                            .kind = KNOCK_COURIER,
                            .args = p->args.v,
                            .packet_max = courier_size(COURIER_RESULT),
                            .silent_s = SILENT_S,
                            .restart_cap_ms = w->manual ? RESTART_CAP_PLAYED_MS : RESTART_CAP_MS,
                            .events = {.ctx = p, .up = on_up, .packet = on_packet, .lost = on_lost, .gone = on_gone}};
    p->w = w;
    p->ev = *ev;
    p->lines_down_rel = -1;
    p->timer = evtimer_new(w->base, on_timer, p);
    p->child = child_new(&s);
    if (!p->timer || !p->child) {
        post_free(p);
        return NULL;
    }
    return p;
}

void post_free(struct post *p)
{
    if (!p)
        return;
    child_free(p->child);
    if (p->timer)
        event_free(p->timer);
    explicit_bzero(p->jobs, sizeof(p->jobs));
    free(p);
}
