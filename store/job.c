// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Jobs: everything that falls due, by service time or by wall time. Set by the desk, run by
 * serve, one at a time.
 */
#include "gateway/base/err.h"
#include "store/engine.h"
#include "store/outbox.h"

#include <string.h>

int job_set(struct db *db, const char *kind, const char *key, enum job_clock clock, int64_t due_ms)
{
    const enum sql_id q = SQL_job_upsert;
    struct job bounds;
    if (strlen(kind) >= sizeof bounds.kind || strlen(key) >= sizeof bounds.key)
        return -EMSGSIZE;
    q_text(db, q, 1, kind);
    q_text(db, q, 2, key);
    q_i64(db, q, 3, clock);
    q_i64(db, q, 4, due_ms);
    int rc = q_run(db, q);
    return rc < 0 ? rc : 0;
}

int job_cancel(struct db *db, const char *kind, const char *key)
{
    q_text(db, SQL_job_remove, 1, kind);
    q_text(db, SQL_job_remove, 2, key);
    int rc = q_run(db, SQL_job_remove);
    return rc < 0 ? rc : 0;
}

static int first_of(struct db *db, enum job_clock clock, struct job *out)
{
    const enum sql_id q = SQL_job_first;
    memset(out, 0, sizeof *out);
    q_i64(db, q, 1, clock);
    int rc = q_one(db, q);
    if (rc < 0)
        return rc;
    out->id = q_get(db, q, 0);
    q_copy(db, q, 1, out->kind, sizeof out->kind);
    q_copy(db, q, 2, out->key, sizeof out->key);
    out->clock = (enum job_clock)q_get(db, q, 3);
    out->due_ms = q_get(db, q, 4);
    out->tries = (int)q_get(db, q, 5);
    q_end(db, q);
    return 0;
}

int job_due(struct db *db, int64_t now_rel, int64_t now_wall, struct job *out)
{
    struct job rel, wall;
    int a = first_of(db, JOB_REL, &rel), b = first_of(db, JOB_WALL, &wall);
    memset(out, 0, sizeof *out);
    if (a < 0 && a != -ENOENT)
        return a;
    if (b < 0 && b != -ENOENT)
        return b;
    bool rel_due = a == 0 && rel.due_ms <= now_rel, wall_due = b == 0 && wall.due_ms <= now_wall;
    if (!rel_due && !wall_due)
        return -ENOENT;
    *out = rel_due && (!wall_due || now_rel - rel.due_ms >= now_wall - wall.due_ms) ? rel : wall;
    db->job_id = out->id;
    db->job_due_ms = out->due_ms;
    return 0;
}

/* A job whose own run has set it again (an alert that repeats) is another job by now. */
int job_done(struct db *db, int64_t id)
{
    enum sql_id q = id == db->job_id ? SQL_job_delete : SQL_job_delete_any;
    q_i64(db, q, 1, id);
    if (q == SQL_job_delete)
        q_i64(db, q, 2, db->job_due_ms);
    int rc = q_run(db, q);
    return rc < 0 ? rc : 0;
}

int job_delay(struct db *db, int64_t id, int64_t delay_ms)
{
    q_i64(db, SQL_job_move, 1, id);
    q_i64(db, SQL_job_move, 2, delay_ms);
    int rc = q_run(db, SQL_job_move);
    return rc > 0 ? 0 : rc == 0 ? -ENOENT : rc;
}

int job_next(struct db *db, int64_t *rel_ms, int64_t *wall_ms)
{
    int64_t *out[] = {[JOB_REL] = rel_ms, [JOB_WALL] = wall_ms};
    for (int clock = JOB_REL; clock <= JOB_WALL; clock++) {
        struct job j;
        int rc = first_of(db, (enum job_clock)clock, &j);
        if (rc < 0 && rc != -ENOENT)
            return rc;
        *out[clock] = rc == 0 ? j.due_ms : INT64_MAX;
    }
    return 0;
}

int job_keys(struct db *db, const char *kind, const char *after, char (*keys)[JOB_KEY_SIZE], int max)
{
    const enum sql_id q = SQL_job_keys;
    int n = 0, rc = 0;
    q_text(db, q, 1, kind);
    q_text(db, q, 2, after);
    while (n < max && (rc = q_row(db, q)) == 1)
        q_copy(db, q, 0, keys[n++], sizeof keys[0]);
    q_end(db, q);
    return rc < 0 ? rc : n;
}
