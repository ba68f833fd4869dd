// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The courier's queue and the troubles. See delivery.h. Called by the desk (adds), by serve
 * (moves) and by status. What can go wrong: a row that is no longer in the state the caller
 * thinks of (-ENOENT).
 */
#include "store/delivery.h"

#include "gateway/base/err.h"
#include "store/engine.h"

#include <string.h>

int delivery_add(struct db *db, const struct delivery *d, int64_t *id)
{
    const enum sql_id q = SQL_delivery_insert;
    q_text(db, q, 1, d->kind);
    q_text(db, q, 2, d->target);
    q_text(db, q, 3, d->event_id);
    q_text(db, q, 4, d->event);
    q_ref(db, q, 5, d->incident_id);
    q_ref(db, q, 6, d->outbox_id);
    q_text(db, q, 7, d->subject);
    q_text(db, q, 8, d->body_in ? d->body_in : d->body);
    q_i64(db, q, 9, d->created_ms);
    q_i64(db, q, 10, d->expires_rel);
    q_i64(db, q, 11, d->next_rel);
    return q_insert(db, q, id);
}

static void read_delivery(struct db *db, enum sql_id q, struct delivery *d)
{
    d->id = q_get(db, q, 0);
    q_copy(db, q, 1, d->kind, sizeof d->kind);
    q_copy(db, q, 2, d->target, sizeof d->target);
    q_copy(db, q, 3, d->event_id, sizeof d->event_id);
    q_copy(db, q, 4, d->event, sizeof d->event);
    d->incident_id = q_get(db, q, 5);
    d->outbox_id = q_get(db, q, 6);
    q_copy(db, q, 7, d->subject, sizeof d->subject);
    d->body_in = NULL;
    q_copy(db, q, 8, d->body, sizeof d->body);
    d->created_ms = q_get(db, q, 9);
    d->expires_rel = q_get(db, q, 10);
    d->next_rel = q_get(db, q, 11);
    d->attempts = (int)q_get(db, q, 12);
    q_copy(db, q, 13, d->state, sizeof d->state);
    q_copy(db, q, 14, d->error, sizeof d->error);
}

int delivery_due(struct db *db, int64_t now_rel, struct delivery *rows, int max)
{
    const enum sql_id q = SQL_delivery_ready;
    int n = 0, rc = 0;
    q_i64(db, q, 1, now_rel);
    q_i64(db, q, 2, max);
    while (n < max && (rc = q_row(db, q)) == 1)
        read_delivery(db, q, &rows[n++]);
    q_end(db, q);
    return rc < 0 ? rc : n;
}

int delivery_get(struct db *db, int64_t id, struct delivery *out)
{
    const enum sql_id q = SQL_delivery_by_id;
    q_i64(db, q, 1, id);
    int rc = q_one(db, q);
    if (rc < 0)
        return rc;
    read_delivery(db, q, out);
    q_end(db, q);
    return 0;
}

int delivery_spares(struct db *db, struct delivery_ref *refs, int max)
{
    const enum sql_id q = SQL_delivery_spares;
    int n = 0, rc = 0;
    q_i64(db, q, 1, max);
    while (n < max && (rc = q_row(db, q)) == 1) {
        refs[n].id = q_get(db, q, 0);
        refs[n++].outbox_id = q_get(db, q, 1);
    }
    q_end(db, q);
    return rc < 0 ? rc : n;
}

int delivery_next_rel(struct db *db, int64_t from_rel, int64_t *at_rel)
{
    const enum sql_id q = SQL_delivery_wait;
    *at_rel = 0;
    q_i64(db, q, 1, from_rel);
    int rc = q_one(db, q);
    if (rc < 0)
        return rc;
    rc = q_null(db, q, 0) ? -ENOENT : 0;
    *at_rel = q_get(db, q, 0);
    q_end(db, q);
    return rc;
}

int delivery_take(struct db *db, int64_t id)
{
    q_i64(db, SQL_delivery_take, 1, id);
    return q_change(db, SQL_delivery_take);
}

static int finish(struct db *db, int64_t id, const char *state, int64_t now_ms, const char *why)
{
    const enum sql_id q = SQL_delivery_finish;
    q_i64(db, q, 1, id);
    q_text(db, q, 2, state);
    q_text(db, q, 3, why);
    q_i64(db, q, 4, now_ms);
    return q_change(db, q);
}

int delivery_done(struct db *db, int64_t id, int64_t now_ms)
{
    return finish(db, id, "done", now_ms, "");
}

int delivery_dead(struct db *db, int64_t id, int64_t now_ms, const char *why)
{
    return finish(db, id, "dead", now_ms, why);
}

int delivery_retry(struct db *db, int64_t id, int64_t next_rel, const char *why)
{
    q_i64(db, SQL_delivery_requeue, 1, id);
    q_i64(db, SQL_delivery_requeue, 2, next_rel);
    q_text(db, SQL_delivery_requeue, 3, why);
    return q_change(db, SQL_delivery_requeue);
}

int delivery_drop(struct db *db, int64_t id, int64_t now_ms)
{
    q_i64(db, SQL_delivery_drop, 1, id);
    q_i64(db, SQL_delivery_drop, 2, now_ms);
    return q_change(db, SQL_delivery_drop);
}

int delivery_recover(struct db *db, int64_t now_rel, int64_t now_ms)
{
    q_i64(db, SQL_delivery_drop_spares, 1, now_ms);
    int rc = q_run(db, SQL_delivery_drop_spares);
    if (rc < 0)
        return rc;
    q_i64(db, SQL_delivery_drop_waiting_spares, 1, now_ms);
    rc = q_run(db, SQL_delivery_drop_waiting_spares);
    if (rc < 0)
        return rc;
    q_i64(db, SQL_delivery_recover, 1, now_rel);
    return q_run(db, SQL_delivery_recover);
}

int delivery_wake(struct db *db, const char *kind, const char *target, int64_t now_rel)
{
    q_text(db, SQL_delivery_wake, 1, kind);
    q_text(db, SQL_delivery_wake, 2, target);
    q_i64(db, SQL_delivery_wake, 3, now_rel);
    return q_run(db, SQL_delivery_wake);
}

int delivery_withdraw(struct db *db, int64_t incident_id, int64_t now_ms)
{
    q_i64(db, SQL_delivery_withdraw, 1, incident_id);
    q_i64(db, SQL_delivery_withdraw, 2, now_ms);
    int rc = q_run(db, SQL_delivery_withdraw);
    db->wipe |= rc > 0; /* what nobody may read any more */
    return rc;
}

int delivery_prune(struct db *db, int64_t before_ms)
{
    q_i64(db, SQL_delivery_prune, 1, before_ms);
    return q_run(db, SQL_delivery_prune);
}

static int count_of(struct db *db, enum sql_id q, int64_t *n)
{
    int rc = q_one(db, q);
    if (rc < 0)
        return rc;
    *n = q_get(db, q, 0);
    q_end(db, q);
    return 0;
}

int delivery_counts(struct db *db, struct delivery_counts *out)
{
    int rc = count_of(db, SQL_delivery_count_live, &out->queued);
    return rc < 0 ? rc : count_of(db, SQL_delivery_count_dead, &out->dead);
}

int delivery_each_dead(struct db *db, int max, int (*fn)(void *ctx, const struct delivery *d), void *ctx)
{
    const enum sql_id q = SQL_delivery_dead;
    static const struct delivery none;
    struct delivery d = none;
    int stop = 0, rc = q_free(db, q);
    if (rc < 0)
        return rc;
    q_i64(db, q, 1, max);
    while (stop == 0 && (rc = q_row(db, q)) == 1) {
        read_delivery(db, q, &d);
        stop = fn(ctx, &d);
    }
    q_end(db, q);
    return stop ? stop : rc;
}

int delivery_revive(struct db *db, int64_t id, int64_t now_rel, int64_t expires_rel)
{
    const enum sql_id q = id ? SQL_delivery_revive : SQL_delivery_revive_all;
    int n = 1;
    if (id)
        q_i64(db, q, n++, id);
    q_i64(db, q, n++, now_rel);
    q_i64(db, q, n, expires_rel);
    int rc = q_run(db, q);
    return rc == 0 && id ? -ENOENT : rc;
}

int outbox_text(struct db *db, int64_t id, struct outbox_row *out, char *state, size_t size)
{
    const enum sql_id q = SQL_outbox_text;
    memset(out, 0, sizeof *out);
    q_i64(db, q, 1, id);
    int rc = q_one(db, q);
    if (rc < 0)
        return rc;
    out->id = q_get(db, q, 0);
    out->user_id = q_get(db, q, 1);
    out->party_id = q_get(db, q, 2);
    out->priority = (enum priority)q_get(db, q, 3);
    out->resend = q_get(db, q, 4) != 0;
    out->incident_id = q_get(db, q, 5);
    out->message_id = q_get(db, q, 6);
    q_copy(db, q, 7, out->body, sizeof out->body);
    out->created_ms = q_get(db, q, 8);
    out->not_before_rel = q_get(db, q, 9);
    out->expires_rel = q_get(db, q, 10);
    out->attempts = (int)q_get(db, q, 11);
    q_copy(db, q, 12, state, size);
    q_end(db, q);
    return 0;
}

int outbox_spared(struct db *db, int64_t id, int64_t now_ms)
{
    q_i64(db, SQL_outbox_spared, 1, id);
    q_i64(db, SQL_outbox_spared, 2, now_ms);
    return q_change(db, SQL_outbox_spared);
}

int trouble_set(struct db *db, const char *what, const char *text, int64_t now_ms)
{
    q_text(db, SQL_trouble_upsert, 1, what);
    q_text(db, SQL_trouble_upsert, 2, text);
    q_i64(db, SQL_trouble_upsert, 3, now_ms);
    int rc = q_run(db, SQL_trouble_upsert);
    return rc < 0 ? rc : 0;
}

static void read_trouble(struct db *db, enum sql_id q, struct trouble *t)
{
    q_copy(db, q, 0, t->what, sizeof t->what);
    q_copy(db, q, 1, t->text, sizeof t->text);
    t->since_ms = q_get(db, q, 2);
    t->told_ms = q_get(db, q, 3);
}

int trouble_get(struct db *db, const char *what, struct trouble *out)
{
    memset(out, 0, sizeof *out);
    q_text(db, SQL_trouble_get, 1, what);
    int rc = q_one(db, SQL_trouble_get);
    if (rc < 0)
        return rc;
    read_trouble(db, SQL_trouble_get, out);
    q_end(db, SQL_trouble_get);
    return 0;
}

int trouble_told(struct db *db, const char *what, int64_t now_ms)
{
    q_text(db, SQL_trouble_told, 1, what);
    q_i64(db, SQL_trouble_told, 2, now_ms);
    return q_change(db, SQL_trouble_told);
}

int trouble_end(struct db *db, const char *what)
{
    q_text(db, SQL_trouble_delete, 1, what);
    int rc = q_run(db, SQL_trouble_delete);
    return rc < 0 ? rc : 0;
}

int trouble_each(struct db *db, int (*fn)(void *ctx, const struct trouble *t), void *ctx)
{
    const enum sql_id q = SQL_trouble_all;
    struct trouble t;
    int stop = 0, rc = q_free(db, q);
    if (rc < 0)
        return rc;
    memset(&t, 0, sizeof t);
    while (stop == 0 && (rc = q_row(db, q)) == 1) {
        read_trouble(db, q, &t);
        stop = fn(ctx, &t);
    }
    q_end(db, q);
    return stop ? stop : rc;
}
