// SPDX-License-Identifier: GPL-2.0-or-later
/* A lane from within: shared by lines.c (the set of them), lane_life.c (up, down, watched) and lane_talk.c (its
 * messages). Private to these. */
#ifndef TB_SERVE_LANE_H
#define TB_SERVE_LANE_H

#include "gateway/serve/lane_queue.h"
#include "gateway/serve/lines.h"

#define LANE_PID_ENDED (-1) /* it ended, its last words are being read */

enum lane_phase { PHASE_DOWN, PHASE_STARTING, PHASE_UP };

struct lane {
    struct lines *of;
    size_t index;
    struct line_config cfg;
    enum lane_phase phase;
    struct wanted wanted; /* its place at the origin */
    pid_t pid;            /* the core's own child, 0 = none */
    pid_t peer;           /* who knocked, where children are awaited */
    int fd;
    struct event *readable, *writable, *timer;
    struct lane_queue out;
    int64_t deadline_ms, up_ms; /* mono_ms; deadline 0 = none */
    int tries, restarts;
    bool killed, told_delete;
    bool barred, told_barred; /* its SIM wants a PIN or PUK that it can not have */
    struct line_hello hello;
    struct line_status said;
    char doing[32];      /* as announced last */
    char hung_at[16];    /* "SM:3" where it was silent when it was killed */
    char quarantine[16]; /* for the next start */
    char trouble[200];
};

struct lines {
    struct lines_setup s;
    size_t n;
    bool quitting, paused;
    struct lane lanes[CONFIG_LINES_MAX];
};

/* lane_life.c */
void lane_on_timer(evutil_socket_t fd, short what, void *arg); /* arg: the lane */
void lane_place(struct lane *l);                               /* makes its place at the origin; it has its settings */
void lane_start(struct lane *l);
void lane_start_ready(struct lane *l); /* its socket is lines_setup.ready_fd */
/* It has a process that was started here, or that knocked. */
bool lane_has_child(const struct lane *l);
/* The next word comes within so many ms. */
void lane_watch(struct lane *l, int64_t ms);
/* Its process is ended; of one that is not ours the socket is closed. */
void lane_kill(struct lane *l);
const char *lane_killed(const struct lane *l); /* in words */
/* The end of its life: the socket is closed, the others are told, the restart is planned. */
void lane_down(struct lane *l);
void lane_close(struct lane *l);
void lane_reap(struct lane *l); /* SIGCHLD came */

#endif
