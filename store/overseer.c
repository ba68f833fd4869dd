// SPDX-License-Identifier: GPL-2.0-or-later
/* The second look at alerts. Called by the desk, inside its transaction. */
#include "store/overseer.h"

#include "gateway/base/err.h"
#include "store/engine.h"

int overseer_each(struct db *db, int (*fn)(void *ctx, const struct incident *in, const struct asked *a), void *ctx)
{
    const enum sql_id q = SQL_overseer_open;
    int rc = q_free(db, q), got = 0;
    while (rc == 0 && (got = q_row(db, q)) == 1) {
        struct incident in = {.id = q_get(db, q, 0), .state = "open"};
        q_copy(db, q, 1, in.code, sizeof(in.code));
        q_copy(db, q, 2, in.form, sizeof(in.form));
        q_copy(db, q, 3, in.kind, sizeof(in.kind));
        in.severity = (int)q_get(db, q, 4);
        in.restricted = q_get(db, q, 5) != 0;
        in.unverified = q_get(db, q, 6) != 0;
        in.alert_step = (int)q_get(db, q, 7);
        struct asked a = {q_get(db, q, 8), q_get(db, q, 9), q_get(db, q, 10)};
        rc = fn(ctx, &in, &a);
    }
    if (rc)
        q_end(db, q);
    return rc ? rc : got;
}

int overseer_alarm(struct db *db, int64_t incident_id, int64_t now_rel)
{
    q_i64(db, SQL_overseer_alarm, 1, incident_id);
    q_i64(db, SQL_overseer_alarm, 2, now_rel);
    return q_change(db, SQL_overseer_alarm);
}
