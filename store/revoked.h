// SPDX-License-Identifier: GPL-2.0-or-later
/* Phones that are lost, and who said so. A phone is known by its keyed hash alone. */
#ifndef TB_STORE_REVOKED_H
#define TB_STORE_REVOKED_H

#include "store/people.h"

/* Its user leaves (phone and PIN erased), his menu and wrong PINs go, whatever waits to be sent to him is
 * cancelled, and no roster brings the phone back: 0, or -ENOENT when there is no such active user. */
int revoked_add(struct db *db, int64_t user_id, int64_t now_ms);
/* What the phone is known by. */
void revoked_hash(struct db *db, const char *phone, uint8_t out[DIGEST_SIZE]);
/* 0 with whose it was, or -ENOENT. */
int revoked_find(struct db *db, const char *phone, int64_t *user_id);
int revoked_each(struct db *db, int (*fn)(void *ctx, const uint8_t hash[DIGEST_SIZE]), void *ctx);
/* It is found again: counts as any other from now on. back: its user has it again: he who came by DK at once,
 * anybody else with the next user_sync, which brings his PIN. -ENOENT when it was not revoked. */
int revoked_undo(struct db *db, const char *phone, bool back, int64_t *user_id);

/* KHOA waits for the second who says so. */
#define REVOKE_ASKS_MAX 8 /* of one phone; who comes after is not needed */
struct revoke_ask {
    int64_t by_id, expires_rel;
};
/* 0, or -EEXIST when he said so already (and his time does not begin anew). */
int revoke_ask_add(struct db *db, int64_t user_id, int64_t by_id, int64_t now_ms, int64_t expires_rel);
/* Those who said so of this phone, oldest first: the count, or an error. */
int revoke_asks(struct db *db, int64_t user_id, struct revoke_ask out[REVOKE_ASKS_MAX]);
/* How many phones he waits for. */
int revoke_asks_by(struct db *db, int64_t by_id, int64_t *n);
int revoke_asks_clear(struct db *db, int64_t user_id);

#endif
