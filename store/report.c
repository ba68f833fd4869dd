// SPDX-License-Identifier: GPL-2.0-or-later
/* Reports that joined an incident. Called by the desk, inside its transaction. */
#include "store/report.h"

#include "gateway/base/err.h"
#include "store/engine.h"

#include <string.h>

int report_find(struct db *db, const char *kind, const char *place, int64_t since_ms, int64_t *incident_id)
{
    const enum sql_id q = SQL_incident_to_join;
    q_text(db, q, 1, kind);
    q_text(db, q, 2, place);
    q_i64(db, q, 3, since_ms);
    int rc = q_one(db, q);
    if (rc < 0)
        return rc;
    *incident_id = q_get(db, q, 0);
    q_end(db, q);
    return 0;
}

int report_add(struct db *db, const struct report *r, int64_t *id)
{
    const enum sql_id q = SQL_report_insert;
    q_i64(db, q, 1, r->incident_id);
    q_ref(db, q, 2, r->message_id);
    q_ref(db, q, 3, r->user_id);
    q_ref(db, q, 4, r->party_id);
    q_i64(db, q, 5, r->at_ms);
    q_text(db, q, 6, r->text_in);
    return q_insert(db, q, id);
}

int report_each(struct db *db, int64_t incident_id, int (*fn)(void *ctx, const struct report *r), void *ctx)
{
    const enum sql_id q = SQL_report_of;
    struct report r;
    int stop = 0, rc = q_free(db, q);
    if (rc < 0)
        return rc;
    q_i64(db, q, 1, incident_id);
    while (stop == 0 && (rc = q_row(db, q)) == 1) {
        memset(&r, 0, sizeof r);
        r.id = q_get(db, q, 0);
        r.incident_id = q_get(db, q, 1);
        r.message_id = q_get(db, q, 2);
        r.user_id = q_get(db, q, 3);
        r.party_id = q_get(db, q, 4);
        r.at_ms = q_get(db, q, 5);
        q_copy(db, q, 6, r.text, sizeof r.text);
        stop = fn(ctx, &r);
    }
    q_end(db, q);
    return stop ? stop : rc;
}

int report_remove(struct db *db, int64_t id)
{
    q_i64(db, SQL_report_delete, 1, id);
    return q_change(db, SQL_report_delete);
}
