// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Users of the service (the roster, mirrored) and parties (everyone else, sealed). The
 * encryption and the keyed hashes are here, with libsodium: BLAKE2b keyed, XChaCha20-Poly1305.
 */
#ifndef TB_STORE_PEOPLE_H
#define TB_STORE_PEOPLE_H

#include "gateway/base/commune.h"
#include "gateway/base/sms.h"
#include "store/db.h"

struct user {
    int64_t id;
    char name[96];
    char phone[20]; /* "" once off the roster */
    enum role role;
    char places[256]; /* codes joined by one space; "" = all */
    char pin_hash[128];
    bool active, stopped;
    bool by_dk; /* registered himself with an invite; no line of the roster */
    int64_t since_ms;
};

/* Makes the users equal to the roster: found by phone, added, changed, or set inactive and
 * their phone erased. Who came by DK stays, and is the roster's once it has his phone. Own
 * transaction if none is open. changed (may be NULL) counts. PINs are hashed (keyed, then
 * Argon2id of 2 MB: the core's memory is bounded) only when they differ.
 * -EEXIST when a phone stands there twice: nothing is changed. */
int user_sync(struct db *db, const struct roster_entry *r, size_t n, int64_t now_ms, int *changed);
/* Active users, ordered by id. A non-zero return of fn stops and is returned. */
int user_each(struct db *db, int (*fn)(void *ctx, const struct user *u), void *ctx);
int user_get(struct db *db, int64_t id, struct user *out);
/* 0, or -EPERM when that is not the user's PIN (or there is none), -ENOENT. */
int user_pin_check(struct db *db, int64_t id, const char *pin);
int user_set_stopped(struct db *db, int64_t id, bool stopped);

enum party_domain { PARTY_SENDER, PARTY_TIP };

/* Finds or makes the party of a number (E.164, or the address as it came). */
int party_of(struct db *db, enum party_domain d, const char *number, int64_t now_ms, int64_t *id);
int party_find(struct db *db, enum party_domain d, const char *number, int64_t *id);
/* The number of an unknown sender, never of a tip's (-EACCES; see store/relay.h): -ENOENT once erased. */
int party_number(struct db *db, int64_t id, char *out, size_t size);
int party_set_stopped(struct db *db, int64_t id, bool stopped);
int party_stopped(struct db *db, int64_t id, bool *stopped);
/* Erases the sealed number, and its hash unless the party said NGUNG: party_of then makes a new
 * one. The row and its incidents stay. */
int party_erase(struct db *db, int64_t id, int64_t now_ms);

#define DIGEST_SIZE 16
/* Keyed hash of a purpose and octets, for keys that must not reveal a number. */
void digest(struct db *db, const char *purpose, const void *p, size_t n, uint8_t out[DIGEST_SIZE]);

#endif
