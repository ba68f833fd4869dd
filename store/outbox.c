// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is to go out. The desk writes rows inside its transaction, the sender moves them
 * through their states. Of each recipient and priority exactly one row that is queued or
 * sending is not `blocked`, the oldest: whatever ends a row calls next_up.
 * What can go wrong: a row that is no longer in the state the caller thinks of (-ENOENT).
 */
#include "store/outbox.h"

#include "gateway/base/err.h"
#include "store/engine.h"
#include "store/indicator.h"

#include <string.h>

int outbox_add(struct db *db, const struct outbox_row *r, int64_t *id)
{
    const enum sql_id q = SQL_outbox_insert;
    if (!r->user_id == !r->party_id)
        return -EINVAL;
    q_ref(db, q, 1, r->user_id);
    q_ref(db, q, 2, r->party_id);
    q_i64(db, q, 3, r->priority);
    q_i64(db, q, 4, r->resend);
    q_ref(db, q, 5, r->incident_id);
    q_ref(db, q, 6, r->message_id);
    q_text(db, q, 7, r->body_in ? r->body_in : r->body);
    q_i64(db, q, 8, r->created_ms);
    q_i64(db, q, 9, r->not_before_rel);
    q_i64(db, q, 10, r->expires_rel);
    q_i64(db, q, 11, recipient_of(r->user_id, r->party_id));
    q_i64(db, q, 12, r->need);
    return q_insert(db, q, id);
}

static void read_row(struct db *db, struct outbox_row *r)
{
    const enum sql_id q = SQL_outbox_ready;
    memset(r, 0, sizeof *r);
    r->id = q_get(db, q, 0);
    r->user_id = q_get(db, q, 1);
    r->party_id = q_get(db, q, 2);
    r->priority = (enum priority)q_get(db, q, 3);
    r->resend = q_get(db, q, 4) != 0;
    r->incident_id = q_get(db, q, 5);
    r->message_id = q_get(db, q, 6);
    q_copy(db, q, 7, r->body, sizeof r->body);
    r->created_ms = q_get(db, q, 8);
    r->not_before_rel = q_get(db, q, 9);
    r->expires_rel = q_get(db, q, 10);
    r->attempts = (int)q_get(db, q, 11);
    r->need = (enum row_need)q_get(db, q, 13);
}

/* One recipient gets one row a call: its SOS and its reply must not overtake one another on
 * two lines. */
static bool given(const struct outbox_row *rows, int n, const struct outbox_row *r)
{
    for (int i = 0; i < n; i++)
        if (rows[i].user_id == r->user_id && rows[i].party_id == r->party_id)
            return true;
    return false;
}

int outbox_due(struct db *db, int64_t now_rel, struct outbox_row *rows, int max)
{
    int n = 0, rc = 0;
    if (max <= 0)
        return 0;
    q_i64(db, SQL_outbox_ready, 1, now_rel);
    while (n < max && (rc = q_row(db, SQL_outbox_ready)) == 1) {
        read_row(db, &rows[n]);
        if (!given(rows, n, &rows[n]))
            n++;
    }
    q_end(db, SQL_outbox_ready);
    return rc < 0 ? rc : n;
}

int outbox_next_rel(struct db *db, int64_t now_rel, int64_t *at_rel)
{
    *at_rel = 0;
    q_i64(db, SQL_outbox_wait, 1, now_rel);
    int rc = q_one(db, SQL_outbox_wait);
    if (rc < 0)
        return rc;
    rc = q_null(db, SQL_outbox_wait, 0) ? -ENOENT : 0;
    *at_rel = q_get(db, SQL_outbox_wait, 0);
    q_end(db, SQL_outbox_wait);
    return rc;
}

int outbox_sending(struct db *db, int64_t id, const char *line)
{
    q_i64(db, SQL_outbox_take, 1, id);
    q_text(db, SQL_outbox_take, 2, line);
    return q_change(db, SQL_outbox_take);
}

static int next_up(struct db *db, int64_t recipient, int64_t priority)
{
    q_i64(db, SQL_outbox_unblock, 1, recipient);
    q_i64(db, SQL_outbox_unblock, 2, priority);
    int rc = q_run(db, SQL_outbox_unblock);
    return rc < 0 ? rc : 0;
}

struct row_place {
    int64_t recipient, priority;
    bool resend;
};

static int place_of(struct db *db, int64_t id, struct row_place *p)
{
    const enum sql_id q = SQL_outbox_place;
    q_i64(db, q, 1, id);
    int rc = q_one(db, q);
    if (rc < 0)
        return rc;
    p->recipient = q_get(db, q, 0);
    p->priority = q_get(db, q, 1);
    p->resend = q_get(db, q, 2) != 0;
    q_end(db, q);
    return 0;
}

int outbox_sent(struct db *db, int64_t id, int ref, int64_t now_ms)
{
    struct row_place p;
    q_i64(db, SQL_outbox_set_sent, 1, id);
    q_i64(db, SQL_outbox_set_sent, 2, ref);
    q_i64(db, SQL_outbox_set_sent, 3, now_ms);
    int rc = q_change(db, SQL_outbox_set_sent);
    if (rc == 0)
        rc = indicator_alert_sent(db, id, now_ms); /* response times begin with what went out */
    if (rc == 0)
        rc = place_of(db, id, &p);
    return rc == 0 ? next_up(db, p.recipient, p.priority) : rc;
}

int outbox_retry(struct db *db, int64_t id, int64_t not_before_rel, int cms)
{
    q_i64(db, SQL_outbox_requeue, 1, id);
    q_i64(db, SQL_outbox_requeue, 2, not_before_rel);
    q_ref(db, SQL_outbox_requeue, 3, cms);
    return q_change(db, SQL_outbox_requeue);
}

static int finish(struct db *db, int64_t id, const char *state, int cms)
{
    q_i64(db, SQL_outbox_finish, 1, id);
    q_text(db, SQL_outbox_finish, 2, state);
    q_ref(db, SQL_outbox_finish, 3, cms);
    return q_change(db, SQL_outbox_finish);
}

static int end_one(struct db *db, int64_t id, const char *state, int cms)
{
    struct row_place p;
    int rc = finish(db, id, state, cms);
    if (rc == 0)
        rc = place_of(db, id, &p);
    return rc == 0 ? next_up(db, p.recipient, p.priority) : rc;
}

int outbox_failed(struct db *db, int64_t id, int cms)
{
    return end_one(db, id, "failed", cms);
}

int outbox_drop(struct db *db, int64_t id)
{
    return end_one(db, id, "cancelled", 0);
}

int outbox_played(struct db *db, int64_t id)
{
    return end_one(db, id, "uncertain", 0);
}

int outbox_defer(struct db *db, int64_t id, int64_t not_before_rel, int64_t expires_rel)
{
    q_i64(db, SQL_outbox_defer, 1, id);
    q_i64(db, SQL_outbox_defer, 2, not_before_rel);
    q_i64(db, SQL_outbox_defer, 3, expires_rel);
    return q_change(db, SQL_outbox_defer);
}

int outbox_unknown(struct db *db, int64_t id, int64_t not_before_rel)
{
    struct row_place p;
    int rc = place_of(db, id, &p);
    if (rc < 0)
        return rc;
    if (p.resend) {
        rc = outbox_retry(db, id, not_before_rel, 0);
        return rc < 0 ? rc : 1;
    }
    rc = finish(db, id, "uncertain", 0);
    return rc == 0 ? next_up(db, p.recipient, p.priority) : rc;
}

struct some_rows {
    int n;
    int64_t id[256], recipient[256], priority[256];
};

/* Read first, change afterwards: a query does not run over rows that change under it. */
static int read_some(struct db *db, enum sql_id q, struct some_rows *s)
{
    int rc = 0;
    s->n = 0;
    while (s->n < (int)ARRAY_LEN(s->id) && (rc = q_row(db, q)) == 1) {
        s->id[s->n] = q_get(db, q, 0);
        if (q != SQL_outbox_under_way) {
            s->recipient[s->n] = q_get(db, q, 1);
            s->priority[s->n] = q_get(db, q, 2);
        }
        s->n++;
    }
    q_end(db, q);
    return rc < 0 ? rc : s->n;
}

int outbox_recover(struct db *db, int64_t now_rel)
{
    struct some_rows s;
    int total = 0, rc;
    do {
        rc = read_some(db, SQL_outbox_under_way, &s);
        for (int i = 0; rc >= 0 && i < s.n; i++)
            rc = outbox_unknown(db, s.id[i], now_rel);
        total += s.n;
    } while (rc >= 0 && s.n > 0);
    return rc < 0 ? rc : total;
}

static int end_some(struct db *db, const struct some_rows *s, const char *state)
{
    int rc = 0;
    for (int i = 0; rc == 0 && i < s->n; i++) {
        rc = finish(db, s->id[i], state, 0);
        if (rc == 0)
            rc = next_up(db, s->recipient[i], s->priority[i]);
    }
    return rc;
}

int outbox_expire(struct db *db, int64_t now_rel)
{
    struct some_rows s;
    int total = 0, rc;
    do {
        q_i64(db, SQL_outbox_overdue, 1, now_rel);
        rc = read_some(db, SQL_outbox_overdue, &s);
        if (rc > 0)
            rc = end_some(db, &s, "expired");
        total += s.n;
    } while (rc >= 0 && s.n > 0);
    return rc < 0 ? rc : total;
}

int outbox_cancel(struct db *db, int64_t incident_id, enum priority p, int64_t except_user)
{
    enum sql_id q = p <= PRIO_ALERT ? SQL_outbox_of_incident : SQL_outbox_of_incident_low;
    struct some_rows s;
    int total = 0, rc;
    do {
        q_i64(db, q, 1, incident_id);
        q_i64(db, q, 2, p);
        q_i64(db, q, 3, except_user);
        rc = read_some(db, q, &s);
        if (rc > 0)
            rc = end_some(db, &s, "cancelled");
        total += s.n;
    } while (rc >= 0 && s.n > 0);
    return rc < 0 ? rc : total;
}

int outbox_report(struct db *db, const char *line, int ref, int64_t user_id, int64_t party_id, bool delivered,
                  int64_t since_ms, int64_t now_ms, int64_t *id)
{
    const enum sql_id q = SQL_outbox_by_ref;
    *id = 0;
    q_text(db, q, 1, line);
    q_i64(db, q, 2, ref);
    q_i64(db, q, 3, recipient_of(user_id, party_id));
    q_i64(db, q, 4, since_ms);
    int rc = q_one(db, q);
    if (rc < 0)
        return rc;
    *id = q_get(db, q, 0);
    q_end(db, q);
    q_i64(db, SQL_outbox_set_reported, 1, *id);
    q_text(db, SQL_outbox_set_reported, 2, delivered ? "delivered" : "failed");
    q_i64(db, SQL_outbox_set_reported, 3, now_ms);
    return q_change(db, SQL_outbox_set_reported);
}

int outbox_count_party(struct db *db, int64_t party_id, int64_t since_ms, int64_t *n)
{
    enum sql_id q = party_id ? SQL_outbox_written_party : SQL_outbox_written_parties;
    *n = 0;
    if (party_id)
        q_i64(db, q, 1, party_id);
    q_i64(db, q, party_id ? 2 : 1, since_ms);
    int rc = q_one(db, q);
    if (rc < 0)
        return rc;
    *n = q_get(db, q, 0);
    q_end(db, q);
    return 0;
}

static int count_live(struct db *db, struct outbox_counts *out)
{
    const enum sql_id q = SQL_outbox_count_live;
    int rc;
    while ((rc = q_row(db, q)) == 1) {
        int64_t priority = q_get(db, q, 1);
        if (strcmp(q_str(db, q, 0), "sending") == 0)
            out->sending += q_get(db, q, 2);
        else if (priority >= 0 && priority < (int64_t)ARRAY_LEN(out->queued))
            out->queued[priority] = q_get(db, q, 2);
    }
    return rc;
}

static int64_t *count_of(struct outbox_counts *c, const char *state)
{
    const struct {
        const char *state;
        int64_t *n;
    } counts[] = {{"sent", &c->sent},
                  {"delivered", &c->delivered},
                  {"failed", &c->failed},
                  {"expired", &c->expired},
                  {"uncertain", &c->uncertain}};
    for (size_t i = 0; i < ARRAY_LEN(counts); i++)
        if (strcmp(counts[i].state, state) == 0)
            return counts[i].n;
    return NULL; /* queued and sending are counted whole, cancelled is not told */
}

int outbox_counts(struct db *db, int64_t since_ms, struct outbox_counts *out)
{
    const enum sql_id q = SQL_outbox_backwards;
    memset(out, 0, sizeof *out);
    int rc = count_live(db, out);
    if (rc < 0)
        return rc;
    for (int older = 0; older < Q_OLDER_MAX && (rc = q_row(db, q)) == 1;) {
        bool recent = q_get(db, q, 0) >= since_ms;
        int64_t *n = recent ? count_of(out, q_str(db, q, 1)) : NULL;
        older = recent ? 0 : older + 1;
        if (n)
            ++*n;
    }
    q_end(db, q);
    return rc < 0 ? rc : 0;
}
