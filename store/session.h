// SPDX-License-Identifier: GPL-2.0-or-later
/* The menu that is open on a user's phone, and the wrong PINs that were tried behind codes. */
#ifndef TB_STORE_SESSION_H
#define TB_STORE_SESSION_H

#include "store/db.h"

#define SESSION_STATE_SIZE 400

/* One a user. state is what the menu writes of itself: never a PIN. */
int session_put(struct db *db, int64_t user_id, const char *state, int64_t now_rel);
/* 0 or -ENOENT. */
int session_of(struct db *db, int64_t user_id, char *state, size_t size, int64_t *touched_rel);
int session_end(struct db *db, int64_t user_id); /* absent is fine */

/* Wrong PINs of a user, or of all together (who 0). Times are service time. */
struct pin_try {
    int wrong;
    int64_t since_rel;  /* of the first of them */
    int64_t locked_rel; /* no PIN counts before this; 0 = open */
};
/* All zero when there were none. */
int pin_try_get(struct db *db, int64_t who, struct pin_try *out);
int pin_try_set(struct db *db, int64_t who, const struct pin_try *t);
int pin_try_clear(struct db *db, int64_t who);

/* Deletes what ended before this. */
int session_forget(struct db *db, int64_t before_rel);

#endif
