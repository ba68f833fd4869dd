// SPDX-License-Identifier: GPL-2.0-or-later
/* What a digest reads. Called by the desk's digests only. See digest.h. */
#include "store/digest.h"

#include "gateway/base/err.h"
#include "store/engine.h"

#include <string.h>

static void read_row(struct db *db, enum sql_id q, struct digest_row *r)
{
    memset(r, 0, sizeof *r);
    r->id = q_get(db, q, 0);
    q_copy(db, q, 1, r->code, sizeof r->code);
    q_copy(db, q, 2, r->form, sizeof r->form);
    q_copy(db, q, 3, r->kind, sizeof r->kind);
    q_copy(db, q, 4, r->place, sizeof r->place);
    r->severity = (int)q_get(db, q, 5);
    r->restricted = q_get(db, q, 6) != 0;
    r->unverified = q_get(db, q, 7) != 0;
    r->user_id = q_get(db, q, 8);
    r->created_ms = q_get(db, q, 9);
    q_copy(db, q, 10, r->state, sizeof r->state);
    r->told = q_get(db, q, 11) != 0;
}

static int each(struct db *db, enum sql_id q, int (*fn)(void *ctx, const struct digest_row *r), void *ctx)
{
    struct digest_row row;
    int stop = 0, rc = 0;
    while (stop == 0 && (rc = q_row(db, q)) == 1) {
        read_row(db, q, &row);
        stop = fn(ctx, &row);
    }
    q_end(db, q);
    return stop ? stop : rc;
}

int digest_each_fresh(struct db *db, int64_t after, int (*fn)(void *ctx, const struct digest_row *r), void *ctx)
{
    int rc = q_free(db, SQL_digest_fresh);
    if (rc < 0)
        return rc;
    q_i64(db, SQL_digest_fresh, 1, after);
    return each(db, SQL_digest_fresh, fn, ctx);
}

int digest_each_live(struct db *db, int (*fn)(void *ctx, const struct digest_row *r), void *ctx)
{
    int rc = q_free(db, SQL_digest_live);
    return rc < 0 ? rc : each(db, SQL_digest_live, fn, ctx);
}

int digest_each_unread(struct db *db, int64_t after, int (*fn)(void *ctx, int64_t user_id, const char *body), void *ctx)
{
    const enum sql_id q = SQL_digest_unread;
    int stop = 0, rc = q_free(db, q);
    if (rc < 0)
        return rc;
    q_i64(db, q, 1, after);
    while (stop == 0 && (rc = q_row(db, q)) == 1)
        stop = fn(ctx, q_get(db, q, 1), q_str(db, q, 2));
    q_end(db, q);
    return stop ? stop : rc;
}

static int newest(struct db *db, enum sql_id q, int64_t *id)
{
    int rc = q_one(db, q);
    if (rc < 0)
        return rc;
    *id = q_get(db, q, 0);
    q_end(db, q);
    return 0;
}

int digest_last(struct db *db, int64_t *incident_id, int64_t *message_id)
{
    int rc = newest(db, SQL_digest_last_incident, incident_id);
    return rc < 0 ? rc : newest(db, SQL_digest_last_message, message_id);
}
