// SPDX-License-Identifier: GPL-2.0-or-later
/* Counts and ages. Called by metrics and health of the core; reads only. */
#include "store/gauge.h"

#include "gateway/base/err.h"
#include "store/engine.h"
#include "store/outbox.h"

#include <string.h>

static int read_queue(struct db *db, struct gauge *g)
{
    const enum sql_id q = SQL_outbox_count_live;
    int rc;
    while ((rc = q_row(db, q)) == 1) {
        int64_t priority = q_get(db, q, 1);
        if (!strcmp(q_str(db, q, 0), "sending"))
            g->sending += q_get(db, q, 2);
        else if (priority >= 0 && priority < (int64_t)ARRAY_LEN(g->queued))
            g->queued[priority] = q_get(db, q, 2);
    }
    return rc;
}

static int read_waiting(struct db *db, int64_t now_rel, struct gauge *g)
{
    const enum sql_id q = SQL_gauge_waiting;
    int rc;
    q_i64(db, q, 1, now_rel);
    while ((rc = q_row(db, q)) == 1) {
        int64_t priority = q_get(db, q, 0);
        if (priority >= 0 && priority < (int64_t)ARRAY_LEN(g->ready_since))
            g->ready_since[priority] = q_get(db, q, 1);
    }
    return rc;
}

static int read_incidents(struct db *db, struct gauge *g)
{
    const enum sql_id q = SQL_gauge_incidents;
    int rc;
    while ((rc = q_row(db, q)) == 1) {
        if (!strcmp(q_str(db, q, 0), "open"))
            g->incidents_open = q_get(db, q, 1);
        else
            g->incidents_acked = q_get(db, q, 1);
    }
    return rc;
}

static int read_jobs(struct db *db, enum job_clock clock, int64_t now_ms, int64_t late_ms, struct gauge *g)
{
    const enum sql_id q = SQL_gauge_jobs;
    q_i64(db, q, 1, clock);
    q_i64(db, q, 2, now_ms - late_ms);
    int rc = q_one(db, q);
    if (rc < 0)
        return rc;
    int64_t n = q_get(db, q, 0), behind_ms = n ? now_ms - q_get(db, q, 1) : 0;
    g->jobs_overdue += n;
    if (behind_ms > g->job_behind_ms)
        g->job_behind_ms = behind_ms;
    q_end(db, q);
    return 0;
}

int gauge_read(struct db *db, int64_t now_rel, int64_t now_wall, int64_t late_ms, struct gauge *out)
{
    memset(out, 0, sizeof(*out));
    int rc = read_queue(db, out);
    if (rc >= 0)
        rc = read_waiting(db, now_rel, out);
    if (rc >= 0)
        rc = read_incidents(db, out);
    if (rc >= 0)
        rc = read_jobs(db, JOB_REL, now_rel, late_ms, out);
    if (rc >= 0)
        rc = read_jobs(db, JOB_WALL, now_wall, late_ms, out);
    return rc < 0 ? rc : 0;
}

int gauge_messages(struct db *db, int64_t *last, int max,
                   void (*fn)(void *ctx, const char *line, const char *disposition), void *ctx)
{
    const enum sql_id q = SQL_gauge_messages;
    int rc = q_free(db, q);
    if (rc)
        return rc;
    q_i64(db, q, 1, *last);
    q_i64(db, q, 2, max);
    while ((rc = q_row(db, q)) == 1) {
        *last = q_get(db, q, 0);
        fn(ctx, q_str(db, q, 1), q_str(db, q, 2));
    }
    return rc;
}

int gauge_today(struct db *db, int64_t since_ms, void (*fn)(void *ctx, const char *disposition), void *ctx)
{
    const enum sql_id q = SQL_message_backwards;
    int rc = q_free(db, q);
    if (rc)
        return rc;
    for (int older = 0; older < Q_OLDER_MAX && (rc = q_row(db, q)) == 1;) {
        bool recent = q_get(db, q, 0) >= since_ms;
        older = recent ? 0 : older + 1;
        if (recent)
            fn(ctx, q_str(db, q, 1));
    }
    q_end(db, q);
    return rc < 0 ? rc : 0;
}

int gauge_message_last(struct db *db, int64_t *id)
{
    int rc = q_one(db, SQL_gauge_message_last);
    if (rc < 0)
        return rc;
    *id = q_get(db, SQL_gauge_message_last, 0);
    q_end(db, SQL_gauge_message_last);
    return 0;
}
