// SPDX-License-Identifier: GPL-2.0-or-later
/* Runs what is due in the job table, one job a transaction, and wakes the core for the next. */
#ifndef TB_SERVE_TICKER_H
#define TB_SERVE_TICKER_H

#include "gateway/serve/works.h"

struct ticker; /* owned by core.c */

struct ticker_events {
    void *ctx;
    /* A balance job: ask if a line is up. */
    void (*balance)(void *ctx);
    /* A job of the vault: "backup", "restore_test". */
    void (*errand)(void *ctx, const char *kind);
    /* Jobs were run: there may be something to send. */
    void (*ran)(void *ctx);
};

struct ticker *ticker_new(struct works *w, const struct ticker_events *ev);
void ticker_free(struct ticker *t);
/* Runs the jobs that are due, at most `max`; how many were run. */
int ticker_run(struct ticker *t, int max);
/* Arms the timer for the next job; with a manual clock there is none. */
void ticker_arm(struct ticker *t);
/* Wall time of the next due job on the present clock, INT64_MAX = none. */
int64_t ticker_next_wall(struct ticker *t);

#endif
