// SPDX-License-Identifier: GPL-2.0-or-later
/* Those called out to an incident. Called by the desk, inside its transaction. */
#include "store/callout.h"

#include "store/engine.h"

int callout_add(struct db *db, int64_t incident_id, int64_t user_id, int64_t by_id, int64_t now_ms)
{
    const enum sql_id q = SQL_callout_insert;
    q_i64(db, q, 1, incident_id);
    q_i64(db, q, 2, user_id);
    q_i64(db, q, 3, by_id);
    q_i64(db, q, 4, now_ms);
    int rc = q_run(db, q);
    return rc < 0 ? rc : 0;
}

int callout_count(struct db *db, int64_t incident_id, struct callout *out)
{
    const enum sql_id q = SQL_callout_count;
    q_i64(db, q, 1, incident_id);
    int rc = q_one(db, q);
    if (rc < 0)
        return rc;
    *out = (struct callout){(int)q_get(db, q, 0), (int)q_get(db, q, 1), q_get(db, q, 2)};
    q_end(db, q);
    return 0;
}

int callout_find(struct db *db, int64_t incident_id, int64_t user_id)
{
    const enum sql_id q = SQL_callout_find;
    q_i64(db, q, 1, incident_id);
    q_i64(db, q, 2, user_id);
    int rc = q_one(db, q);
    if (rc == 0)
        q_end(db, q);
    return rc;
}
