// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What of a change can not be derived again from what came in: the codes that were drawn for it, whether
 * something of it may be nowhere stored. Serve hangs a trace on the desk around each message, writes what
 * it then holds into the journal, and gives the same back when the journal is played again, so that a
 * code means the same incident as before. The desk fills it; it is no part of the transaction: after
 * a rollback what it says is void.
 */
#ifndef TB_DESK_TRACE_H
#define TB_DESK_TRACE_H

#include "gateway/base/sms.h"
#include "gateway/desk/desk.h"
#include "store/people.h"

#define TRACE_CODES 4
#define TRACE_CODE_SIZE 12

struct trace {
    bool replay;  /* in: codes and hidden are given, as they were then */
    bool known;   /* out: the part was kept before, nothing was done */
    bool exact;   /* out: something was erased; done twice it would come back */
    bool changed; /* out: `masked` is what may be kept of the part */
    bool hidden;  /* what asked for something may be nowhere stored (a PIN): it is not played again, only kept */
    int n, used;
    char codes[TRACE_CODES][TRACE_CODE_SIZE];
    uint8_t key[DIGEST_SIZE]; /* of the part as it came */
    struct sms_part masked;
};

/* From now on, until another or NULL: the desk does not own it. */
void desk_trace(struct desk *d, struct trace *t);
/* Forgets what was drawn, for the next message. */
void trace_clear(struct trace *t);
/* Of a replay: the next code as it was drawn then, or NULL. */
const char *trace_given(struct trace *t);
/* Remembers a code that was drawn (t may be NULL). */
void trace_drew(struct trace *t, const char *code);

/* Each takes NULL. The key that tells the part, as it came or as it was given; what part_known says, back again;
 * what may be kept of it; of a tip whose words are sealed its place and code. */
void trace_key(struct trace *t, uint8_t key[DIGEST_SIZE]);
int trace_known(struct trace *t, int rc);
void trace_changed(struct trace *t, const struct sms_part *masked);
void trace_hidden(struct trace *t);
bool trace_is_hidden(const struct trace *t); /* in a replay */
struct meaning;
void trace_tip(struct trace *t, const struct meaning *m);
void trace_exact(struct trace *t);

/* A job as it ran then, whatever is due. */
int desk_replay_job(struct desk *d, const char *kind, const char *key);
/* All that may go by now went out then, as far as anybody knows: it is not sent again. */
int desk_replay_sent(struct desk *d);
/* What a replay brought back, for those who answer for it. */
struct replayed {
    int64_t count;    /* messages and calls */
    int64_t until_ms; /* UTC: of the last of them; what came after may be lost */
    int64_t told_ms;  /* UTC: what was written before is taken as sent */
    bool whole;       /* the service had ended in order: nothing is missing */
};
/* After a replay, at the time as it is: each alert of an open incident that began before told_ms goes out
 * once more, now, and the duty desk and the chief hear what was lost and found again. */
int desk_replayed(struct desk *d, const struct replayed *r);

#endif
