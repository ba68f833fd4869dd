// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The audit's heads, one a day: a small text file in the state directory, only ever appended to. A
 * copy of it kept elsewhere shows when rows were cut off the audit's end. A line is
 *
 *   2026-11-12T03:30:00+07:00 head 1234 LINK MAC
 *
 * with `restored` instead of `head` when the database was put back to an older state: what came
 * after that row until then is in the file that was set aside. MAC is keyed: nobody without the key
 * file can write a line.
 */
#ifndef TB_STORE_HEADS_H
#define TB_STORE_HEADS_H

#include "store/chain.h"

#include <stdbool.h>

#define HEADS_FILE "audit.heads"
#define HEADS_LINE_SIZE 160

enum heads_kind { HEADS_HEAD, HEADS_RESTORED };

/* A line without its newline. */
void heads_line(struct db *db, enum heads_kind kind, int64_t at_ms, const struct chain_head *h,
                char out[HEADS_LINE_SIZE]);
/* Appends a line to dir/audit.heads and syncs it: 0 or -errno (not logged). */
int heads_append(const char *dir, const char *line);

struct heads_check {
    int lines, good;
    int old;           /* rows that retention has deleted since */
    int given_up;      /* rows that a restore gave up, by a line of dir/audit.heads */
    int unread;        /* lines that are none of ours, or of another key */
    bool cut;          /* the audit ends before a row that was its head */
    bool other;        /* or has another row in its place */
    int64_t id, at_ms; /* that row */
};
/* Compares the audit with the lines of `path`; dir/audit.heads tells of restores. state: as chain_walk
 * left it. 0, or -errno when path can not be read. */
int heads_compare(struct db *db, const char *dir, const char *path, const struct chain_state *state,
                  struct heads_check *out);

#endif
