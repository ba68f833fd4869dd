// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is kept no longer: a table of rules, each run in portions. Deleted and blanked octets are overwritten
 * (secure_delete) and leave the write-ahead log after the commit.
 */
#ifndef TB_STORE_RETENTION_H
#define TB_STORE_RETENTION_H

#include "store/db.h"

enum keep_rule {
    KEEP_IDLE,
    KEEP_MESSAGES,
    KEEP_RAW,
    KEEP_PARTS,
    KEEP_PART_ROWS,
    KEEP_QUESTIONS,
    KEEP_OUTBOX,
    KEEP_NUMBERS,
    KEEP_TIP_WORDS,
    KEEP_TIP_MESSAGES,
    KEEP_TIP_BOXES,
    KEEP_INCIDENTS,
    KEEP_ATTENDANCE,
    KEEP_PATROLS,
    KEEP_SHIFTS,
    KEEP_ACTIVITIES,
    KEEP_AUDIT,
    KEEP_COUNT
};
/* "messages", for people and for meta. */
const char *keep_name(enum keep_rule rule);

struct keep_span {
    int64_t before_ms;   /* what is older goes */
    int64_t believed_ms; /* what is stamped later is stamped wrongly */
    int64_t now_ms;      /* for the mark of an erased number */
    int max;             /* at most so many rows are looked at */
};
/* One portion of a rule, in the caller's transaction: the rows it changed; *more: there may be another. Goes on
 * where it stopped (meta), so that a kill costs nothing. */
int retention_run(struct db *db, enum keep_rule rule, const struct keep_span *s, bool *more);
/* How many rows are past before_ms and not yet looked at: reads only. -ENOTSUP: not counted for this rule. */
int64_t retention_due(struct db *db, enum keep_rule rule, const struct keep_span *s);
/* All rules begin anew: what was needed the last time may be not by now. */
int retention_again(struct db *db);
/* The stamp of the newest message: -ENOENT when there is none. */
int retention_newest(struct db *db, int64_t *at_ms);

#endif
