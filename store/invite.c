// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Invites and what is kept of one sender. See invite.h. Called by the desk's registration;
 * what can go wrong is the storage, or that every code drawn is taken (-EEXIST).
 */
#include "store/invite.h"

#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "store/engine.h"

#include <string.h>

#define DRAWS_MAX 32
#define CODE_LOW 100000u /* no zero in front, which people leave out */
#define CODES 900000u

/* Uniform: the top of the range that CODES does not divide is drawn again. */
static void draw(char code[INVITE_CODE_SIZE])
{
    uint32_t r;
    do
        seal_random(&r, sizeof r);
    while (r >= UINT32_MAX - UINT32_MAX % CODES);
    struct sbuf b = sbuf_on(code, INVITE_CODE_SIZE);
    sbuf_addf(&b, "%u", CODE_LOW + r % CODES);
}

static void hash_code(struct db *db, const char *code, uint8_t out[DIGEST_SIZE])
{
    digest(db, "invite", code, strlen(code), out);
}

int invite_put(struct db *db, const struct invite *in, const char *code)
{
    const enum sql_id q = SQL_invite_insert;
    uint8_t hash[DIGEST_SIZE];
    hash_code(db, code, hash);
    q_blob(db, q, 1, hash, sizeof hash);
    q_text(db, q, 2, in->name);
    q_text(db, q, 3, role_name(in->role));
    q_text(db, q, 4, in->places);
    q_i64(db, q, 5, in->expires_rel);
    return q_insert(db, q, NULL);
}

int invite_add(struct db *db, const struct invite *in, char code[INVITE_CODE_SIZE])
{
    int rc = -EEXIST;
    for (int i = 0; rc == -EEXIST && i < DRAWS_MAX; i++) {
        draw(code);
        rc = invite_put(db, in, code);
    }
    return rc;
}

int invite_find(struct db *db, const char *code, int64_t now_rel, struct invite *out)
{
    const enum sql_id q = SQL_invite_by_hash;
    uint8_t hash[DIGEST_SIZE];
    memset(out, 0, sizeof *out);
    hash_code(db, code, hash);
    q_blob(db, q, 1, hash, sizeof hash);
    q_i64(db, q, 2, now_rel);
    int rc = q_one(db, q);
    if (rc < 0)
        return rc;
    out->id = q_get(db, q, 0);
    q_copy(db, q, 1, out->name, sizeof out->name);
    out->role = role_from(q_str(db, q, 2));
    q_copy(db, q, 3, out->places, sizeof out->places);
    out->expires_rel = q_get(db, q, 4);
    q_end(db, q);
    return 0;
}

int invite_use(struct db *db, int64_t id)
{
    q_i64(db, SQL_invite_delete, 1, id);
    int rc = q_run(db, SQL_invite_delete);
    return rc > 0 ? 0 : rc == 0 ? -ENOENT : rc;
}

int invite_wrongs(struct db *db, int64_t party_id, int64_t since_rel, int *n)
{
    const enum sql_id q = SQL_invite_guess_get;
    *n = 0;
    q_i64(db, q, 1, party_id);
    q_i64(db, q, 2, since_rel);
    int rc = q_one(db, q);
    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    *n = (int)q_get(db, q, 0);
    q_end(db, q);
    return 0;
}

int invite_wrong(struct db *db, int64_t party_id, int64_t now_rel, int64_t since_rel)
{
    const enum sql_id q = SQL_invite_guess_add;
    q_i64(db, q, 1, party_id);
    q_i64(db, q, 2, now_rel);
    q_i64(db, q, 3, since_rel);
    int rc = q_run(db, q);
    return rc < 0 ? rc : 0;
}

int invite_forget(struct db *db, int64_t now_rel, int64_t since_rel)
{
    q_i64(db, SQL_invite_delete_old, 1, now_rel);
    int n = q_run(db, SQL_invite_delete_old);
    if (n < 0)
        return n;
    if (n > 0)
        db->wipe = true; /* the names of people who never came */
    q_i64(db, SQL_invite_guess_delete_old, 1, since_rel);
    int rc = q_run(db, SQL_invite_guess_delete_old);
    return rc < 0 ? rc : n;
}

int user_register(struct db *db, const struct invite *in, const char *phone, int64_t now_ms, int64_t *id)
{
    const enum sql_id q = SQL_user_insert_by_dk;
    q_text(db, q, 1, in->name);
    q_text(db, q, 2, phone);
    q_text(db, q, 3, role_name(in->role));
    q_text(db, q, 4, in->places);
    q_i64(db, q, 5, now_ms);
    return q_insert(db, q, id);
}

static int count(struct db *db, enum sql_id q, int64_t user_id, int64_t party_id, int64_t *n)
{
    q_ref(db, q, 1, user_id); /* NULL equals nothing */
    q_ref(db, q, 2, party_id);
    int rc = q_one(db, q);
    if (rc < 0)
        return rc;
    *n = q_get(db, q, 0);
    q_end(db, q);
    return 0;
}

int kept_of(struct db *db, int64_t user_id, int64_t party_id, struct kept *out)
{
    *out = (struct kept){0};
    int rc = count(db, SQL_kept_messages, user_id, party_id, &out->messages);
    return rc < 0 ? rc : count(db, SQL_kept_incidents, user_id, party_id, &out->incidents);
}
