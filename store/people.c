// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Parties: everyone who is not a user of the service, sealed. Called by the desk for each
 * message of an unknown number and each tip, and by the sender for the number of a row.
 *
 * A party's id is drawn at random and its date is that of the day, so that two parties that
 * were made one after the other for the same phone (sender, then tip) can not be paired.
 * What can go wrong: a sealed number that does not open (another key file): -EPERM, logged.
 */
#include "store/people.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "store/engine.h"
#include "store/relay.h"

#include <string.h>

#define SEALED_SIZE (ADDRESS_SIZE + SEAL_EXTRA) /* always padded: its length tells nothing */
#define ID_MASK ((1LL << 52) - 1)

static const char *const DOMAINS[] = {[PARTY_SENDER] = "sender", [PARTY_TIP] = "tip"};

void digest(struct db *db, const char *purpose, const void *p, size_t n, uint8_t out[DIGEST_SIZE])
{
    struct piece pieces[] = {{purpose, strlen(purpose)}, {p, n}};
    seal_hash(db->keys.digest, pieces, ARRAY_LEN(pieces), out);
}

static void party_hash(struct db *db, enum party_domain d, const char *number, uint8_t out[DIGEST_SIZE])
{
    struct piece pieces[] = {{DOMAINS[d], strlen(DOMAINS[d])}, {number, strlen(number)}};
    seal_hash(db->keys.party, pieces, ARRAY_LEN(pieces), out);
}

static struct party_slot *slot_of(struct db *db, const uint8_t hash[DIGEST_SIZE])
{
    size_t i = (size_t)hash[0] | (size_t)hash[1] << 8;
    return &db->party[i & (PARTY_CACHE - 1)];
}

static int find_hash(struct db *db, const uint8_t hash[DIGEST_SIZE], int64_t *id)
{
    struct party_slot *s = slot_of(db, hash);
    if (s->id && memcmp(s->hash, hash, DIGEST_SIZE) == 0) {
        *id = s->id;
        return 0;
    }
    q_blob(db, SQL_party_by_hash, 1, hash, DIGEST_SIZE);
    int rc = q_one(db, SQL_party_by_hash);
    if (rc < 0)
        return rc;
    *id = q_get(db, SQL_party_by_hash, 0);
    q_end(db, SQL_party_by_hash);
    if (db->mode == DB_WRITE) { /* a reader does not hear of erasures */
        memcpy(s->hash, hash, DIGEST_SIZE);
        s->id = *id;
    }
    return 0;
}

static int seal_number(struct db *db, const char *number, const uint8_t hash[DIGEST_SIZE], uint8_t out[SEALED_SIZE])
{
    char padded[ADDRESS_SIZE] = {0};
    int rc = str_copy(padded, sizeof padded, number);
    if (rc == 0)
        seal(&db->keys, padded, sizeof padded, hash, out);
    explicit_bzero(padded, sizeof padded);
    return rc;
}

int party_find(struct db *db, enum party_domain d, const char *number, int64_t *id)
{
    uint8_t hash[DIGEST_SIZE];
    *id = 0;
    party_hash(db, d, number, hash);
    return find_hash(db, hash, id);
}

/* Found but erased: a number that stopped and writes again is sealed anew. */
static int reseal(struct db *db, int64_t id, const uint8_t sealed[SEALED_SIZE])
{
    q_i64(db, SQL_party_reseal, 1, id);
    q_blob(db, SQL_party_reseal, 2, sealed, SEALED_SIZE);
    int rc = q_run(db, SQL_party_reseal);
    return rc < 0 ? rc : 0;
}

static int insert(struct db *db, enum party_domain d, const uint8_t hash[DIGEST_SIZE],
                  const uint8_t sealed[SEALED_SIZE], int64_t now_ms, int64_t *id)
{
    int rc = -EEXIST;
    for (int tries = 0; rc == -EEXIST && tries < 8; tries++) { /* 52 bits: a second try is news */
        seal_random(id, sizeof *id);
        *id = (*id & ID_MASK) | 1;
        q_i64(db, SQL_party_insert, 1, *id);
        q_text(db, SQL_party_insert, 2, DOMAINS[d]);
        q_blob(db, SQL_party_insert, 3, hash, DIGEST_SIZE);
        q_blob(db, SQL_party_insert, 4, sealed, SEALED_SIZE);
        q_i64(db, SQL_party_insert, 5, civil_day_start_ms(now_ms));
        rc = q_insert(db, SQL_party_insert, NULL);
    }
    return rc;
}

int party_of(struct db *db, enum party_domain d, const char *number, int64_t now_ms, int64_t *id)
{
    uint8_t hash[DIGEST_SIZE], sealed[SEALED_SIZE];
    party_hash(db, d, number, hash);
    struct party_slot *s = slot_of(db, hash);
    bool cached = s->id && memcmp(s->hash, hash, DIGEST_SIZE) == 0;
    int rc = find_hash(db, hash, id);
    if (rc == 0 && cached)
        return 0;
    if (rc < 0 && rc != -ENOENT)
        return rc;
    int sealing = seal_number(db, number, hash, sealed);
    if (sealing < 0)
        return sealing;
    rc = rc == 0 ? reseal(db, *id, sealed) : insert(db, d, hash, sealed, now_ms, id);
    if (rc < 0)
        return rc;
    memcpy(s->hash, hash, DIGEST_SIZE);
    s->id = *id;
    return 0;
}

static int unseal_number(struct db *db, enum sql_id q, char *out, size_t size)
{
    char padded[ADDRESS_SIZE];
    size_t n, hash_n;
    const void *sealed = q_bytes(db, q, 0, &n);
    const uint8_t *hash = q_bytes(db, q, 1, &hash_n);
    if (!sealed)
        return -ENOENT;
    if (n != SEALED_SIZE || hash_n != DIGEST_SIZE || unseal(&db->keys, sealed, n, hash, padded) < 0)
        return -EPERM;
    padded[sizeof padded - 1] = '\0';
    int rc = str_copy(out, size, padded);
    explicit_bzero(padded, sizeof padded);
    return rc;
}

static int number_of(struct db *db, int64_t id, bool of_tips_too, char *out, size_t size)
{
    const enum sql_id q = SQL_party_sealed;
    out[0] = '\0';
    q_i64(db, q, 1, id);
    int rc = q_one(db, q);
    if (rc < 0)
        return rc;
    if (!of_tips_too && strcmp(q_str(db, q, 2), DOMAINS[PARTY_TIP]) == 0)
        rc = -EACCES;
    else
        rc = unseal_number(db, q, out, size);
    if (rc == -EPERM)
        log_err("database: the number of party %lld does not open", (long long)id);
    q_end(db, q);
    return rc;
}

int party_number(struct db *db, int64_t id, char *out, size_t size)
{
    return number_of(db, id, false, out, size);
}

int relay_number(struct db *db, int64_t party_id, char *out, size_t size)
{
    return number_of(db, party_id, true, out, size);
}

int party_set_stopped(struct db *db, int64_t id, bool stopped)
{
    q_i64(db, SQL_party_stop, 1, id);
    q_i64(db, SQL_party_stop, 2, stopped);
    int rc = q_run(db, SQL_party_stop);
    return rc > 0 ? 0 : rc == 0 ? -ENOENT : rc;
}

int party_stopped(struct db *db, int64_t id, bool *stopped)
{
    *stopped = false;
    q_i64(db, SQL_party_is_stopped, 1, id);
    int rc = q_one(db, SQL_party_is_stopped);
    if (rc < 0)
        return rc;
    *stopped = q_get(db, SQL_party_is_stopped, 0) != 0;
    q_end(db, SQL_party_is_stopped);
    return 0;
}

/* The hash goes too: with the key file at hand, all numbers there are can be tried against it
 * in minutes. Only who said NGUNG is still known by it, else the service would write again. */
int party_erase(struct db *db, int64_t id, int64_t now_ms)
{
    uint8_t nothing[DIGEST_SIZE];
    seal_random(nothing, sizeof nothing);
    q_i64(db, SQL_party_wipe, 1, id);
    q_i64(db, SQL_party_wipe, 2, now_ms);
    q_blob(db, SQL_party_wipe, 3, nothing, sizeof nothing);
    int rc = q_run(db, SQL_party_wipe);
    if (rc < 0)
        return rc;
    memset(db->party, 0, sizeof db->party);
    db->wipe = true;
    return 0;
}
