// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Phones that are lost. Called by the desk (KHOA, the console) inside its transaction, and by user_sync,
 * which leaves out a line of the roster whose phone is one of them. What can go wrong: the storage.
 */
#include "store/revoked.h"

#include "gateway/base/err.h"
#include "store/engine.h"
#include "store/session.h"

#include <string.h>

void revoked_hash(struct db *db, const char *phone, uint8_t out[DIGEST_SIZE])
{
    digest(db, "revoked", phone, strlen(phone), out);
}

static int leave(struct db *db, const struct user *u, int64_t now_ms)
{
    uint8_t hash[DIGEST_SIZE];
    revoked_hash(db, u->phone, hash);
    q_blob(db, SQL_revoked_insert, 1, hash, DIGEST_SIZE);
    q_i64(db, SQL_revoked_insert, 2, u->id);
    q_i64(db, SQL_revoked_insert, 3, now_ms);
    int rc = q_insert(db, SQL_revoked_insert, NULL);
    if (rc < 0 && rc != -EEXIST)
        return rc;
    q_i64(db, SQL_user_leave, 1, u->id);
    db->wipe = true; /* his number and the hash of his PIN have gone */
    return q_change(db, SQL_user_leave);
}

int revoked_add(struct db *db, int64_t user_id, int64_t now_ms)
{
    struct user u;
    int rc = user_get(db, user_id, &u);
    if (!rc && (!u.active || !u.phone[0]))
        rc = -ENOENT;
    if (!rc)
        rc = leave(db, &u, now_ms);
    explicit_bzero(&u, sizeof(u));
    if (!rc)
        rc = session_end(db, user_id);
    if (!rc)
        rc = pin_try_clear(db, user_id);
    if (rc < 0)
        return rc;
    q_i64(db, SQL_revoked_outbox, 1, user_id);
    rc = q_run(db, SQL_revoked_outbox);
    return rc < 0 ? rc : revoke_asks_clear(db, user_id);
}

int revoked_find(struct db *db, const char *phone, int64_t *user_id)
{
    uint8_t hash[DIGEST_SIZE];
    revoked_hash(db, phone, hash);
    q_blob(db, SQL_revoked_by_hash, 1, hash, DIGEST_SIZE);
    int rc = q_one(db, SQL_revoked_by_hash);
    if (rc < 0)
        return rc;
    *user_id = q_get(db, SQL_revoked_by_hash, 0);
    q_end(db, SQL_revoked_by_hash);
    return 0;
}

int revoked_each(struct db *db, int (*fn)(void *ctx, const uint8_t hash[DIGEST_SIZE]), void *ctx)
{
    int rc = q_free(db, SQL_revoked_all), stop = 0;
    if (rc < 0)
        return rc;
    while (!stop && (rc = q_row(db, SQL_revoked_all)) == 1) {
        size_t n;
        const void *hash = q_bytes(db, SQL_revoked_all, 0, &n);
        stop = n == DIGEST_SIZE ? fn(ctx, hash) : 0;
    }
    q_end(db, SQL_revoked_all);
    return stop ? stop : rc;
}

int revoked_undo(struct db *db, const char *phone, bool back, int64_t *user_id)
{
    uint8_t hash[DIGEST_SIZE];
    int rc = revoked_find(db, phone, user_id);
    if (rc < 0)
        return rc;
    revoked_hash(db, phone, hash);
    q_blob(db, SQL_revoked_delete, 1, hash, DIGEST_SIZE);
    rc = q_change(db, SQL_revoked_delete);
    if (rc < 0 || !back)
        return rc;
    q_i64(db, SQL_revoked_back, 1, *user_id);
    q_text(db, SQL_revoked_back, 2, phone);
    rc = q_run(db, SQL_revoked_back);
    return rc < 0 ? rc : 0;
}

int revoke_ask_add(struct db *db, int64_t user_id, int64_t by_id, int64_t now_ms, int64_t expires_rel)
{
    q_i64(db, SQL_revoke_ask_insert, 1, user_id);
    q_i64(db, SQL_revoke_ask_insert, 2, by_id);
    q_i64(db, SQL_revoke_ask_insert, 3, now_ms);
    q_i64(db, SQL_revoke_ask_insert, 4, expires_rel);
    int rc = q_run(db, SQL_revoke_ask_insert);
    return rc < 0 ? rc : rc == 0 ? -EEXIST : 0;
}

int revoke_asks(struct db *db, int64_t user_id, struct revoke_ask out[REVOKE_ASKS_MAX])
{
    int rc = q_free(db, SQL_revoke_ask_of), n = 0;
    if (rc < 0)
        return rc;
    q_i64(db, SQL_revoke_ask_of, 1, user_id);
    while (n < REVOKE_ASKS_MAX && (rc = q_row(db, SQL_revoke_ask_of)) == 1) {
        out[n].by_id = q_get(db, SQL_revoke_ask_of, 0);
        out[n++].expires_rel = q_get(db, SQL_revoke_ask_of, 1);
    }
    q_end(db, SQL_revoke_ask_of);
    return rc < 0 ? rc : n;
}

int revoke_asks_by(struct db *db, int64_t by_id, int64_t *n)
{
    q_i64(db, SQL_revoke_ask_by, 1, by_id);
    int rc = q_one(db, SQL_revoke_ask_by);
    if (rc < 0)
        return rc;
    *n = q_get(db, SQL_revoke_ask_by, 0);
    q_end(db, SQL_revoke_ask_by);
    return 0;
}

int revoke_asks_clear(struct db *db, int64_t user_id)
{
    q_i64(db, SQL_revoke_ask_clear, 1, user_id);
    int rc = q_run(db, SQL_revoke_ask_clear);
    return rc < 0 ? rc : 0;
}
