// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Questions that were asked back. Called by the desk, inside its transaction. What can go
 * wrong: a question that was answered, replaced or ran out before (-ENOENT).
 */
#include "store/question.h"

#include "gateway/base/err.h"
#include "store/engine.h"

#include <string.h>

static int one(struct db *db, enum sql_id q, struct question *out)
{
    memset(out, 0, sizeof *out);
    int rc = q_one(db, q);
    if (rc < 0)
        return rc;
    out->id = q_get(db, q, 0);
    out->user_id = q_get(db, q, 1);
    out->party_id = q_get(db, q, 2);
    out->incident_id = q_get(db, q, 3);
    q_copy(db, q, 4, out->field, sizeof out->field);
    q_copy(db, q, 5, out->choices, sizeof out->choices);
    out->asked_ms = q_get(db, q, 6);
    q_end(db, q);
    return 0;
}

/* Counted once, then kept in step; forgotten with everything else when anything is rolled back. */
static int count_open(struct db *db)
{
    if (db->questions_known)
        return 0;
    int rc = q_one(db, SQL_question_count_open);
    if (rc < 0)
        return rc;
    db->questions_open = q_get(db, SQL_question_count_open, 0);
    q_end(db, SQL_question_count_open);
    db->questions_known = db->mode == DB_WRITE; /* a reader does not hear of changes */
    return 0;
}

int question_of(struct db *db, int64_t user_id, int64_t party_id, struct question *out)
{
    int rc = count_open(db);
    if (rc < 0 || !db->questions_open)
        return rc < 0 ? rc : -ENOENT;
    q_i64(db, SQL_question_open_of, 1, recipient_of(user_id, party_id));
    return one(db, SQL_question_open_of, out);
}

int question_get(struct db *db, int64_t id, struct question *out)
{
    q_i64(db, SQL_question_of_id, 1, id);
    return one(db, SQL_question_of_id, out);
}

int question_end(struct db *db, int64_t id, const char *state)
{
    q_i64(db, SQL_question_set_state, 1, id);
    q_text(db, SQL_question_set_state, 2, state);
    int rc = q_change(db, SQL_question_set_state);
    if (!rc && db->questions_known)
        db->questions_open--;
    return rc;
}

int question_ask(struct db *db, const struct question *q, int64_t *id, int64_t *replaced)
{
    const enum sql_id s = SQL_question_insert;
    struct question old;
    if (!q->user_id == !q->party_id)
        return -EINVAL;
    *replaced = 0;
    int rc = question_of(db, q->user_id, q->party_id, &old);
    if (!rc) {
        *replaced = old.id;
        rc = question_end(db, old.id, "replaced");
    }
    if (rc < 0 && rc != -ENOENT)
        return rc;
    q_i64(db, s, 1, recipient_of(q->user_id, q->party_id));
    q_ref(db, s, 2, q->user_id);
    q_ref(db, s, 3, q->party_id);
    q_ref(db, s, 4, q->incident_id);
    q_text(db, s, 5, q->field);
    q_text(db, s, 6, q->choices);
    q_i64(db, s, 7, q->asked_ms);
    rc = q_insert(db, s, id);
    if (!rc && db->questions_known)
        db->questions_open++;
    return rc;
}
