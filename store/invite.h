// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Invites made at the console, which let a number become a user by DK; the wrong guesses of
 * numbers; and what is kept of one sender (DULIEU). Called by the desk, inside its transaction.
 *
 * Of an invite only a keyed hash of its digits is stored. It is deleted when it is used, and
 * once it has run out: it holds a person's name. Times are service time, which never jumps.
 */
#ifndef TB_STORE_INVITE_H
#define TB_STORE_INVITE_H

#include "store/people.h"

#define INVITE_CODE_SIZE 8 /* six digits, NUL (7 reserved) */

struct invite {
    int64_t id;
    char name[96];
    enum role role;
    char places[256]; /* codes joined by one space; "" = all */
    int64_t expires_rel;
};

/* With this code. -EEXIST when another has it. */
int invite_put(struct db *db, const struct invite *in, const char *code);
/* Draws a code that no invite has, and keeps its hash. -EEXIST when none was found. */
int invite_add(struct db *db, const struct invite *in, char code[INVITE_CODE_SIZE]);
/* The invite of these digits that has not run out: 0 or -ENOENT. */
int invite_find(struct db *db, const char *code, int64_t now_rel, struct invite *out);
/* It counts once: 0, or -ENOENT when it is gone already. */
int invite_use(struct db *db, int64_t id);
/* How many wrong codes this party sent in the window that began at or after since_rel. */
int invite_wrongs(struct db *db, int64_t party_id, int64_t since_rel, int *n);
/* One more; a window that began before since_rel is over and a new one begins now. */
int invite_wrong(struct db *db, int64_t party_id, int64_t now_rel, int64_t since_rel);
/* Deletes what has run out, and the guesses of windows that began before since_rel; the count. */
int invite_forget(struct db *db, int64_t now_rel, int64_t since_rel);

/* A number becomes a user. -EEXIST when it is one. */
int user_register(struct db *db, const struct invite *in, const char *phone, int64_t now_ms, int64_t *id);

struct kept {
    int64_t messages;  /* no missed calls, and none of a tip */
    int64_t incidents; /* that he reported; no restricted one: another may hold the phone */
};

/* What is kept of a user or of a party; the other id is 0. Walks both tables. */
int kept_of(struct db *db, int64_t user_id, int64_t party_id, struct kept *out);

#endif
