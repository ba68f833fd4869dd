// SPDX-License-Identifier: GPL-2.0-or-later
/* Where somebody was last. Called by the desk, inside its transaction. */
#include "store/sos.h"

#include "gateway/base/err.h"
#include "store/engine.h"

int sos_last_place(struct db *db, int64_t user_id, int64_t party_id, int64_t since_ms, char *out, size_t size)
{
    const enum sql_id q = SQL_sos_last_place;
    q_i64(db, q, 1, since_ms);
    q_ref(db, q, 2, user_id);
    q_ref(db, q, 3, party_id);
    int rc = q_one(db, q);
    if (rc < 0)
        return rc;
    q_copy(db, q, 0, out, size);
    q_end(db, q);
    return 0;
}

int sos_set_place_last(struct db *db, int64_t incident_id)
{
    q_i64(db, SQL_sos_set_place_last, 1, incident_id);
    return q_change(db, SQL_sos_set_place_last);
}

int sos_place_is_last(struct db *db, int64_t incident_id, bool *last)
{
    const enum sql_id q = SQL_sos_place_is_last;
    *last = false;
    q_i64(db, q, 1, incident_id);
    int rc = q_one(db, q);
    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    *last = q_get(db, q, 0) != 0;
    q_end(db, q);
    return 0;
}
