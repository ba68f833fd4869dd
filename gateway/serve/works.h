// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What every part of the core works with: loop, database, desk, config, clock; and the one
 * way to open and close a transaction. Made by core.c, outlives the parts.
 */
#ifndef TB_SERVE_WORKS_H
#define TB_SERVE_WORKS_H

#include "config/config.h"
#include "gateway/base/clock.h"
#include "gateway/desk/desk.h"
#include "gateway/serve/origin.h"
#include "gateway/serve/player.h"
#include "gateway/serve/tally.h"
#include "store/db.h"

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

struct journaling;

struct works {
    struct event_base *base;
    struct db *db;
    struct desk *desk;
    struct config *cfg;
    struct clock *clock;
    const struct origin *origin;   /* how children come to be; NULL: started by the core */
    bool manual;                   /* a player keeps the clock: nothing is timed but watchdogs */
    int64_t service_saved_ms;      /* the service time that was stored last */
    uint64_t changes;              /* grows with whatever happens; the player's side compares */
    struct tally tally;            /* for metrics */
    enum play_step fail_at;        /* armed by the player; STEP_NONE else */
    int64_t fail_after;            /* so many times it is passed before */
    struct journaling *journaling; /* raw messages, for the day the database is lost; NULL = none */
    /* vault: what the database met (db_sick) while somebody used it, told after each failed transaction */
    void (*sick)(void *ctx, unsigned what);
    void *sick_ctx;
    bool chain_broken; /* at start: the audit is not as it was written, and there is no backup */
};

/* 0 or the store's error; after an error no transaction is open. works_commit also stores
 * service time, at most once a minute. */
int works_begin(struct works *w);
int works_commit(struct works *w);
void works_rollback(struct works *w);
/* Tells of what the database met since: after reads outside of a transaction. */
void works_look(struct works *w);
/* Stores service time in a transaction of its own (shutdown). */
int works_save_time(struct works *w);
/* A step of the life of a text: does not return when the player asked for the end here. */
void works_step(struct works *w, enum play_step step);
/* Plain words for a storage error, for the log. */
const char *works_why(int rc);

#endif
