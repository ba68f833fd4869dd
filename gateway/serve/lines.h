// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The core's side of its lines: children that are started, watched, killed when silent past
 * their announced deadline and restarted with back-off; or one ready line without a child (the
 * player's). A lane is one line as the core sees it. Called by core.c; inbox, sender, watch and
 * the player's side talk to lanes.
 *
 * States of a lane: down -> starting (spawned, or awaited) -> up (LINE_HELLO) -> down.
 */
#ifndef TB_SERVE_LINES_H
#define TB_SERVE_LINES_H

#include "config/config.h"
#include "gateway/line/line.h"
#include "gateway/serve/origin.h"

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

struct lines; /* owned by core.c */
struct lane;  /* owned by its lines */

struct lines_events {
    void *ctx;
    void (*readable)(void *ctx, struct lane *l); /* call lane_next until it is empty */
    void (*up)(void *ctx, struct lane *l);
    /* Went down: handles and sends of this lane are void now. */
    void (*lost)(void *ctx, struct lane *l);
    void (*all_gone)(void *ctx); /* after lines_quit: no child is left */
};

struct lines_setup {
    struct event_base *base;
    const struct line_config *configs; /* copied */
    size_t n;
    const char *exe;             /* for children */
    const struct origin *origin; /* where they come from; NULL: started here */
    int ready_fd;                /* -1, or a ready line's socket: configs[0] names it */
    int64_t restart_cap_ms;      /* longest pause between restarts */
    int deadline_max_s;          /* longest deadline that a line may announce */
    int start_deadline_s;        /* first word after a start within */
    struct lines_events events;
};

/* Nothing runs before lines_start. NULL: out of memory. */
struct lines *lines_new(const struct lines_setup *s);
void lines_free(struct lines *ls); /* kills what still runs */
void lines_start(struct lines *ls);
/* SIGCHLD came. */
void lines_reap(struct lines *ls);
/* LINE_QUIT to all, no restarts; all_gone follows, perhaps from within. */
void lines_quit(struct lines *ls);
bool lines_gone(const struct lines *ls); /* no child is left */
/* A config was reloaded: takes over PINs, by the lines' names, and starts what a PIN held back (pin_guard.h
 * sees to it that the same one is not tried again). */
void lines_reload(struct lines *ls, const struct line_config *configs, size_t n);
/* While on, nothing is read from any lane and no lane is killed for silence. */
void lines_pause(struct lines *ls, bool on);

size_t lines_count(const struct lines *ls);
struct lane *lines_at(const struct lines *ls, size_t i);

size_t lane_index(const struct lane *l);
const char *lane_name(const struct lane *l);
const struct line_config *lane_config(const struct lane *l);
bool lane_up(const struct lane *l);
bool lane_starting(const struct lane *l);
int64_t lane_up_since_ms(const struct lane *l); /* mono_ms of the HELLO, 0 while not up */
int lane_restarts(const struct lane *l);
pid_t lane_pid(const struct lane *l); /* 0 = none */
/* The last status this line reported since it came up; zeros before. */
const struct line_status *lane_said(const struct lane *l);
const struct line_hello *lane_hello(const struct lane *l);

/* The next message that is not for the supervision alone (PART, SENT, REPORT, CALL, USSD_REPLY,
 * SYNCED, STATUS; GONE and HELLO and others are dealt with here): 1, or 0 when none waits. */
int lane_next(struct lane *l, struct line_msg *m);
/* Sends or queues: 0, -EPIPE when the lane is not up. */
int lane_tell(struct lane *l, const struct line_msg *m);
/* The lane has done work (a text was kept and deleted, or sent): its restarts start over at
 * the shortest pause. */
void lane_worked(struct lane *l);
/* This lane can not be trusted further (it never answered a send): kill it. */
void lane_break(struct lane *l, const char *why);

#endif
