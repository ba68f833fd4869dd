// SPDX-License-Identifier: GPL-2.0-or-later
/* Open menus and wrong PINs. Called by the desk, inside its transaction. */
#include "store/session.h"

#include "gateway/base/err.h"
#include "store/engine.h"

int session_put(struct db *db, int64_t user_id, const char *state, int64_t now_rel)
{
    q_i64(db, SQL_session_put, 1, user_id);
    q_text(db, SQL_session_put, 2, state);
    q_i64(db, SQL_session_put, 3, now_rel);
    int rc = q_run(db, SQL_session_put);
    return rc < 0 ? rc : 0;
}

int session_of(struct db *db, int64_t user_id, char *state, size_t size, int64_t *touched_rel)
{
    q_i64(db, SQL_session_of, 1, user_id);
    int rc = q_one(db, SQL_session_of);
    if (rc < 0)
        return rc;
    q_copy(db, SQL_session_of, 0, state, size);
    *touched_rel = q_get(db, SQL_session_of, 1);
    q_end(db, SQL_session_of);
    return 0;
}

int session_end(struct db *db, int64_t user_id)
{
    q_i64(db, SQL_session_delete, 1, user_id);
    int rc = q_run(db, SQL_session_delete);
    return rc < 0 ? rc : 0;
}

int pin_try_get(struct db *db, int64_t who, struct pin_try *out)
{
    *out = (struct pin_try){0};
    q_i64(db, SQL_pin_of, 1, who);
    int rc = q_one(db, SQL_pin_of);
    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    out->wrong = (int)q_get(db, SQL_pin_of, 0);
    out->since_rel = q_get(db, SQL_pin_of, 1);
    out->locked_rel = q_get(db, SQL_pin_of, 2);
    q_end(db, SQL_pin_of);
    return 0;
}

int pin_try_set(struct db *db, int64_t who, const struct pin_try *t)
{
    q_i64(db, SQL_pin_put, 1, who);
    q_i64(db, SQL_pin_put, 2, t->wrong);
    q_i64(db, SQL_pin_put, 3, t->since_rel);
    q_i64(db, SQL_pin_put, 4, t->locked_rel);
    int rc = q_run(db, SQL_pin_put);
    return rc < 0 ? rc : 0;
}

int pin_try_clear(struct db *db, int64_t who)
{
    q_i64(db, SQL_pin_delete, 1, who);
    int rc = q_run(db, SQL_pin_delete);
    return rc < 0 ? rc : 0;
}

int session_forget(struct db *db, int64_t before_rel)
{
    static const enum sql_id old[] = {SQL_session_delete_old, SQL_pin_delete_old};
    int rc = 0;
    for (size_t i = 0; rc >= 0 && i < ARRAY_LEN(old); i++) {
        q_i64(db, old[i], 1, before_rel);
        rc = q_run(db, old[i]);
    }
    return rc < 0 ? rc : 0;
}
