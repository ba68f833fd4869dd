// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is to go out, and jobs: everything due. Times called rel are service time. States:
 *
 *   queued -> sending -> sent -> delivered | failed
 *          -> expired | cancelled
 *   sending -> queued again (not sent, back-off) | uncertain (no answer, or a crash)
 *
 * Order: SOS before alert before reply before digest; for one recipient and one priority
 * in the order of writing, also while the earlier one waits for its back-off.
 */
#ifndef TB_STORE_OUTBOX_H
#define TB_STORE_OUTBOX_H

#include "store/db.h"

enum priority { PRIO_SOS, PRIO_ALERT, PRIO_REPLY, PRIO_DIGEST };
/* When the budget is short: left out, or up to the last message of the month, or always. */
enum row_need { NEED_NONE, NEED_REPLY, NEED_ALWAYS };

struct outbox_row {
    int64_t id;
    int64_t user_id, party_id; /* one of the two */
    enum priority priority;
    bool resend;                     /* alerts, what nobody asked for, and confirmations of reports, SOS and tips */
    int64_t incident_id, message_id; /* 0 = none */
    const char *body_in;             /* in: GSM-7 text, one SMS */
    char body[400];                  /* out */
    int64_t created_ms, not_before_rel, expires_rel;
    int attempts;
    enum row_need need;
};

int outbox_add(struct db *db, const struct outbox_row *r, int64_t *id);
/* Up to `max` rows that may go now (queued, not_before_rel <= now_rel < expires_rel, first in
 * their recipient's order, recipient has none in `sending`), in order, one a recipient; the count. */
int outbox_due(struct db *db, int64_t now_rel, struct outbox_row *rows, int max);
/* The earliest not_before_rel after now_rel of a queued row that is first in its recipient's
 * order, or -ENOENT. */
int outbox_next_rel(struct db *db, int64_t now_rel, int64_t *at_rel);
/* State moves before the act. */
int outbox_sending(struct db *db, int64_t id, const char *line);
int outbox_sent(struct db *db, int64_t id, int ref, int64_t now_ms);
/* Not sent: back to queued at not_before_rel; attempts + 1; cms 0 or the code. */
int outbox_retry(struct db *db, int64_t id, int64_t not_before_rel, int cms);
int outbox_failed(struct db *db, int64_t id, int cms);
/* Written and not answered: resend rows go back to queued at not_before_rel (same body, same
 * code), the others become 'uncertain'. Returns 1 when queued again. */
int outbox_unknown(struct db *db, int64_t id, int64_t not_before_rel);
/* After a start: every row in 'sending' as outbox_unknown; the count. */
int outbox_recover(struct db *db, int64_t now_rel);
/* Marks queued rows past their expiry, those behind an earlier one of their recipient as soon
 * as that one is gone; the count. */
int outbox_expire(struct db *db, int64_t now_rel);
/* Cancels queued rows of an incident with this priority (NHAN stops the alerts), but for
 * user except_user (0 = none, OUTBOX_CALLED = all whom DIEU called out to it); the count. */
#define OUTBOX_CALLED (-1)
int outbox_cancel(struct db *db, int64_t incident_id, enum priority p, int64_t except_user);
/* A delivery report: the newest sent row of this line, reference and recipient (user or
 * party, the other 0) sent at or after since_ms: 0 with its id, or -ENOENT. */
int outbox_report(struct db *db, const char *line, int ref, int64_t user_id, int64_t party_id, bool delivered,
                  int64_t since_ms, int64_t now_ms, int64_t *id);
/* Rows written to this party (0 = all parties) at or after since_ms. */
int outbox_count_party(struct db *db, int64_t party_id, int64_t since_ms, int64_t *n);

struct outbox_counts {
    int64_t queued[4]; /* by priority */
    int64_t sending, sent, delivered, failed, expired, uncertain;
};
/* A queued row that is over the budget: later, or not at all ('cancelled'). */
int outbox_defer(struct db *db, int64_t id, int64_t not_before_rel, int64_t expires_rel);
int outbox_drop(struct db *db, int64_t id);
/* Played again from the journal: it went out then, or not, nobody knows: 'uncertain'. */
int outbox_played(struct db *db, int64_t id);
int outbox_counts(struct db *db, int64_t since_ms, struct outbox_counts *out);

/* Jobs. */
enum job_clock { JOB_REL, JOB_WALL };
#define JOB_KEY_SIZE 72
struct job {
    int64_t id;
    char kind[24];
    char key[JOB_KEY_SIZE];
    enum job_clock clock;
    int64_t due_ms;
    int tries;
};
/* Sets or moves the one job of this kind and key. */
int job_set(struct db *db, const char *kind, const char *key, enum job_clock clock, int64_t due_ms);
int job_cancel(struct db *db, const char *kind, const char *key); /* absent is fine */
/* The job that has been due longest, by either clock: 0 or -ENOENT. */
int job_due(struct db *db, int64_t now_rel, int64_t now_wall, struct job *out);
/* Deletes it; not when it was set anew since job_due gave it. */
int job_done(struct db *db, int64_t id);
/* A job that failed: moved by delay_ms, tries + 1. */
int job_delay(struct db *db, int64_t id, int64_t delay_ms);
/* The keys of the jobs of a kind, in order, behind `after` ("" = from the first): at most max, the count. */
int job_keys(struct db *db, const char *kind, const char *after, char (*keys)[JOB_KEY_SIZE], int max);
/* The next due time of each clock (INT64_MAX = none). */
int job_next(struct db *db, int64_t *rel_ms, int64_t *wall_ms);

#endif
