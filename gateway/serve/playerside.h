// SPDX-License-Identifier: GPL-2.0-or-later
/* The core's side of player.h: a clock that stands, and settling. */
#ifndef TB_SERVE_PLAYERSIDE_H
#define TB_SERVE_PLAYERSIDE_H

#include "gateway/serve/lines.h"
#include "gateway/serve/post.h"
#include "gateway/serve/sender.h"
#include "gateway/serve/ticker.h"
#include "gateway/serve/works.h"

struct playerside; /* owned by core.c */

struct playerside_parts {
    struct lines *lines;
    struct sender *sender;
    struct ticker *ticker;
    struct post *post; /* courier */
    void *ctx;
    void (*gone)(void *ctx); /* the player closed its socket */
};

/* Blocks for the first PLAY_CLOCK: 0 with a new manual clock, -EPIPE, -EPROTO. */
int playerside_clock(int fd, struct clock **clock);
struct playerside *playerside_new(struct works *w, int fd, const struct playerside_parts *parts);
void playerside_free(struct playerside *p);
/* Reads what the player said, before anything that came from a line afterwards. */
void playerside_hear(struct playerside *p);
/* PLAY_READY. */
void playerside_ready(struct playerside *p);
/* A line answered LINE_SYNC n. */
void playerside_synced(struct playerside *p, struct lane *l, uint64_t n);
/* A line came up: it is asked too when a round is on. */
void playerside_up(struct playerside *p, struct lane *l);
/* Something happened: perhaps all is settled now. */
void playerside_poke(struct playerside *p);

#endif
