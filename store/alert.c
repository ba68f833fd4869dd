// SPDX-License-Identifier: GPL-2.0-or-later
/* What climbing alerts keep. Called by the desk, inside its transaction. See alert.h. */
#include "store/alert.h"

#include "gateway/base/err.h"
#include "store/engine.h"

#include <string.h>

static int run(struct db *db, enum sql_id q)
{
    int rc = q_run(db, q);
    return rc < 0 ? rc : 0;
}

int alert_told(struct db *db, int64_t incident_id, int64_t user_id, int step, int64_t now_rel, int64_t outbox_id)
{
    const enum sql_id q = SQL_alert_told;
    q_i64(db, q, 1, incident_id);
    q_i64(db, q, 2, user_id);
    q_i64(db, q, 3, step);
    q_i64(db, q, 4, now_rel);
    q_ref(db, q, 5, outbox_id);
    return run(db, q);
}

int alert_reach_each(struct db *db, int64_t incident_id, int (*fn)(void *ctx, const struct reach *r), void *ctx)
{
    const enum sql_id q = SQL_alert_reach_of;
    struct reach r;
    int stop = 0, rc = q_free(db, q);
    if (rc < 0)
        return rc;
    q_i64(db, q, 1, incident_id);
    while (stop == 0 && (rc = q_row(db, q)) == 1) {
        r = (struct reach){.user_id = q_get(db, q, 0),
                           .step = (int)q_get(db, q, 1),
                           .told_rel = q_get(db, q, 2),
                           .reached_ms = q_get(db, q, 3),
                           .away_rel = q_get(db, q, 5)};
        q_copy(db, q, 4, r.state, sizeof(r.state));
        stop = fn(ctx, &r);
    }
    q_end(db, q);
    return stop ? stop : rc;
}

int alert_forget_reach(struct db *db, int64_t incident_id)
{
    q_i64(db, SQL_alert_forget_reach, 1, incident_id);
    return run(db, SQL_alert_forget_reach);
}

int alert_row(struct db *db, int64_t outbox_id, struct alert_row *out)
{
    const enum sql_id q = SQL_alert_row;
    q_i64(db, q, 1, outbox_id);
    int rc = q_one(db, q);
    if (rc < 0)
        return rc;
    *out = (struct alert_row){q_get(db, q, 0), q_get(db, q, 1), (enum priority)q_get(db, q, 2), !q_null(db, q, 3)};
    q_end(db, q);
    return 0;
}

int alert_reached(struct db *db, int64_t incident_id, int64_t user_id, int64_t now_ms)
{
    const enum sql_id q = SQL_alert_reached;
    q_i64(db, q, 1, incident_id);
    q_i64(db, q, 2, user_id);
    q_i64(db, q, 3, now_ms);
    return run(db, q);
}

int alert_user_away(struct db *db, int64_t user_id, int64_t now_rel)
{
    const enum sql_id q = now_rel ? SQL_alert_user_away : SQL_alert_user_back;
    q_i64(db, q, 1, user_id);
    if (now_rel)
        q_i64(db, q, 2, now_rel);
    return run(db, q);
}

int alert_sent_row(struct db *db, const char *line, int ref, int64_t user_id, int64_t since_ms, int64_t *id)
{
    const enum sql_id q = SQL_outbox_by_ref;
    q_text(db, q, 1, line);
    q_i64(db, q, 2, ref);
    q_i64(db, q, 3, recipient_of(user_id, 0));
    q_i64(db, q, 4, since_ms);
    int rc = q_one(db, q);
    if (rc < 0)
        return rc;
    *id = q_get(db, q, 0);
    q_end(db, q);
    return 0;
}

int alert_open_for(struct db *db, int64_t user_id, int64_t *ids, int max)
{
    const enum sql_id q = SQL_alert_open_for;
    int n = 0, rc = 0;
    q_i64(db, q, 1, user_id);
    while (n < max && (rc = q_row(db, q)) == 1)
        ids[n++] = q_get(db, q, 0);
    q_end(db, q);
    return rc < 0 ? rc : n;
}

int incident_set_taker(struct db *db, int64_t id, int64_t user_id, int64_t from_id)
{
    const enum sql_id q = SQL_incident_set_taker;
    q_i64(db, q, 1, id);
    q_i64(db, q, 2, user_id);
    q_i64(db, q, 3, from_id);
    return q_change(db, q);
}

int incident_still(struct db *db, int64_t id, int *asks)
{
    const enum sql_id q = SQL_incident_get_still;
    q_i64(db, q, 1, id);
    int rc = q_one(db, q);
    if (rc < 0)
        return rc;
    *asks = (int)q_get(db, q, 0);
    q_end(db, q);
    return 0;
}

int incident_set_still(struct db *db, int64_t id, int asks)
{
    q_i64(db, SQL_incident_set_still, 1, id);
    q_i64(db, SQL_incident_set_still, 2, asks);
    return run(db, SQL_incident_set_still);
}

int handover_set(struct db *db, int64_t incident_id, const struct handover *h)
{
    const enum sql_id q = SQL_handover_set;
    q_i64(db, q, 1, incident_id);
    q_i64(db, q, 2, h->user_id);
    q_i64(db, q, 3, h->from_id);
    q_i64(db, q, 4, h->asked_ms);
    return run(db, q);
}

int handover_of(struct db *db, int64_t incident_id, struct handover *out)
{
    const enum sql_id q = SQL_handover_of;
    q_i64(db, q, 1, incident_id);
    int rc = q_one(db, q);
    if (rc < 0)
        return rc;
    *out = (struct handover){q_get(db, q, 0), q_get(db, q, 1), q_get(db, q, 2)};
    q_end(db, q);
    return 0;
}

int handover_finish(struct db *db, int64_t incident_id, const char *how)
{
    q_i64(db, SQL_handover_finish, 1, incident_id);
    q_text(db, SQL_handover_finish, 2, how);
    return q_change(db, SQL_handover_finish);
}
