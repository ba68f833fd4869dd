// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tips kept apart: the end of a tipster's number, and the texts that are sealed to a key whose secret
 * half is not on this box.
 */
#ifndef TB_STORE_TIP_H
#define TB_STORE_TIP_H

#include "store/db.h"

/* A tip came from this party on the day of rel_ms (service time). */
int tip_used(struct db *db, int64_t party_id, int64_t rel_ms);
/* NGUNG: erases the party's number and hash, and what else could be tried against all numbers there are:
 * the keys of its parts, and of its texts. */
int tip_forget(struct db *db, int64_t party_id, int64_t now_ms);
/* The same for every party without a tip since before_ms by the calendar, or before_rel by service time:
 * how many. */
int tip_forget_old(struct db *db, int64_t before_ms, int64_t before_rel, int64_t now_ms);

#define TIP_WHAT_SIZE 8
struct tip_box {
    int64_t id, incident_id;  /* 0: belongs to none that is known */
    char what[TIP_WHAT_SIZE]; /* "tip", "more", "rest", "failed" */
    int64_t at_ms;
    const void *box;
    size_t size;
    char code[8], place[16]; /* of the incident, "" = none */
};
int tip_box_add(struct db *db, const struct tip_box *b);
/* Every one in order; a non-zero return of fn stops and is returned. box lives as long as the call. */
int tip_box_each(struct db *db, int (*fn)(void *ctx, const struct tip_box *b), void *ctx);

#endif
