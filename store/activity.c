// SPDX-License-Identifier: GPL-2.0-or-later
/* Activities. Called by the desk, inside its transaction. */
#include "store/activity.h"

#include "store/engine.h"

int activity_add(struct db *db, const struct activity *a, int64_t *id)
{
    const enum sql_id q = SQL_activity_insert;
    q_text(db, q, 1, a->form);
    q_text(db, q, 2, a->place);
    q_ref(db, q, 3, a->user_id);
    q_ref(db, q, 4, a->message_id);
    q_i64(db, q, 5, a->at_ms);
    q_text(db, q, 6, a->slots);
    q_text(db, q, 7, a->text);
    return q_insert(db, q, id);
}

int activity_count(struct db *db, const char *form, const char *place, int64_t since_ms, int64_t *n)
{
    const enum sql_id q = SQL_activity_count_since;
    q_text(db, q, 1, form);
    q_text(db, q, 2, place);
    q_i64(db, q, 3, since_ms);
    int rc = q_one(db, q);
    if (rc < 0)
        return rc;
    *n = q_get(db, q, 0);
    q_end(db, q);
    return 0;
}
