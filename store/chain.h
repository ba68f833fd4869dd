// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The audit as a chain: each row holds a hash, keyed from the key file, of the row before it and of
 * all its own fields. Who changes, removes or adds a row without the key breaks the chain there.
 * Rows cut off its end do not show by themselves: for that the head (the newest row's number and
 * link) is written to a file each day (store/heads.h) and can be kept elsewhere.
 *
 * Two things can not be shown: what was changed before the chain began, in a database from before
 * it; and what somebody did who had the key file.
 */
#ifndef TB_STORE_CHAIN_H
#define TB_STORE_CHAIN_H

#include "store/db.h"
#include "store/incident.h"
#include "store/people.h"

/* A link for people: 32 letters, no digits, so that no mask takes it for a phone number. */
#define CHAIN_WORD_SIZE (2 * DIGEST_SIZE + 1)
void chain_word(const uint8_t link[DIGEST_SIZE], char out[CHAIN_WORD_SIZE]);
int chain_word_read(const char *word, uint8_t link[DIGEST_SIZE]); /* -EINVAL */

struct chain_head {
    int64_t id, at_ms; /* 0: no row */
    uint8_t link[DIGEST_SIZE];
};
int chain_head(struct db *db, struct chain_head *out);
/* The link of a row: -ENOENT when there is no such row, or it has none. */
int chain_link_of(struct db *db, int64_t id, uint8_t link[DIGEST_SIZE]);

enum chain_wrong {
    CHAIN_FINE,
    CHAIN_CHANGED, /* row wrong_id is not as it was written */
    CHAIN_MISSING, /* rows wrong_id to wrong_to are gone */
    CHAIN_ADDED,   /* row wrong_id was put in by somebody else */
    CHAIN_ANCHOR   /* where the chain begins was changed or removed */
};

struct chain_state {
    int64_t rows, first_id;
    struct chain_head head;
    int64_t begun_id, begun_ms; /* rows up to this one are older than the chain; 0: none */
    int64_t cut_id;             /* rows up to this one were deleted by retention */
    enum chain_wrong wrong;     /* the first break */
    int64_t wrong_id, wrong_to, wrong_ms;
    int64_t breaks; /* all of them */
};
/* Walks the whole chain, a few hundred rows at a time, so that a reader never stands in the writer's
 * way. 0 also when it is broken: out says where. */
int chain_walk(struct db *db, struct chain_state *out);

/* For retention: deletes up to `max` rows from the old end of the audit that are older than
 * before_ms, and moves the chain's beginning behind them, in the caller's transaction. How many; the
 * newest row always stays. */
int chain_forget(struct db *db, int64_t before_ms, int max);

/* --- inside store/ ------------------------------------------------------------------------ */

struct chain_row {
    int64_t id;
    uint8_t link[DIGEST_SIZE];
};
/* Number and link of the row that is about to be written; and that it was. */
int chain_next(struct db *db, const struct audit_row *r, struct chain_row *out);
void chain_took(struct db *db, const struct chain_row *row);
/* At open: links the rows of a database from before the chain, once. */
int chain_begin(struct db *db);

#endif
