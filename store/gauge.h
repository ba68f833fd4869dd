// SPDX-License-Identifier: GPL-2.0-or-later
/* How it stands, for metrics and health: counts and ages, nobody's name or number. */
#ifndef TB_STORE_GAUGE_H
#define TB_STORE_GAUGE_H

#include "store/db.h"

struct gauge {
    int64_t queued[4];       /* outbox rows by priority, those in a line's hands aside */
    int64_t sending;         /* in a line's hands */
    int64_t ready_since[4];  /* service time from which the oldest of this priority could go; 0 = none can */
    int64_t incidents_open;  /* nobody said NHAN */
    int64_t incidents_acked; /* somebody did, and it is not closed */
    int64_t jobs_overdue;
    int64_t job_behind_ms; /* how long the one that is due longest has been */
};

/* late_ms: a job counts as overdue when it has been due for longer. 0 or -errno. */
int gauge_read(struct db *db, int64_t now_rel, int64_t now_wall, int64_t late_ms, struct gauge *out);

/* The messages after *last, at most `max`, in order; *last becomes the last one's id. 0 or -errno. */
int gauge_messages(struct db *db, int64_t *last, int max,
                   void (*fn)(void *ctx, const char *line, const char *disposition), void *ctx);
/* The messages since then, read back from the newest; each is told by what became of it. 0 or -errno. */
int gauge_today(struct db *db, int64_t since_ms, void (*fn)(void *ctx, const char *disposition), void *ctx);
/* The id of the last message, 0 = none. */
int gauge_message_last(struct db *db, int64_t *id);

#endif
