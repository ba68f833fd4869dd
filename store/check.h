// SPDX-License-Identifier: GPL-2.0-or-later
/* Is a database whole? SQLite's own integrity check, the references, and the audit's chain. */
#ifndef TB_STORE_CHECK_H
#define TB_STORE_CHECK_H

#include "store/chain.h"

#include <stddef.h>

#define CHECK_WHY_SIZE 200

/* 0: every page, index and reference is sound; -EIO: why says what is not; or another error. */
int check_pages(struct db *db, char *why, size_t size);
/* In words: "row 17 of the audit (2026-11-12T21:05:00+07:00) was changed"; "" when it is whole. */
void check_chain_words(const struct chain_state *s, char *out, size_t size);
/* Both; what a backup must pass before it counts as one. */
int check_whole(struct db *db, char *why, size_t size);

#endif
