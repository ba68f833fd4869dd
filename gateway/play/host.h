// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The player's hold on the core: forks it, kills it, starts it again, tells it the time and
 * waits until it is idle (gateway/serve/player.h). It also owns the line's far end: the
 * in-process line, or the virtual modem's pty. Called by player.c only.
 */
#ifndef TB_PLAY_HOST_H
#define TB_PLAY_HOST_H

#include "gateway/base/clock.h"
#include "gateway/line/air.h"
#include "gateway/play/simline.h"
#include "gateway/serve/core.h"
#include "gateway/serve/player.h"

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct vmodem;

/* A core's main and a virtual modem's functions: given, so that tests need neither. */
struct host_makers {
    int (*core)(const struct core_options *o);
    struct vmodem *(*modem_new)(struct event_base *base, struct air *air, const char *link);
    void (*modem_free)(struct vmodem *m);
    const char *(*modem_path)(const struct vmodem *m);
    bool (*modem_quiet)(const struct vmodem *m);
};

struct host {
    const struct host_makers *makers;
    const char *config_path;
    char state_dir[256], log_path[300], link_path[300];
    bool log_to_stderr;
    struct event_base *base;
    struct event *tick, *ctl_ev;
    struct air *air;
    struct clock *clock;
    struct simline *sim; /* one of the two */
    struct vmodem *modem;
    pid_t pid; /* 0: none */
    int ctl;
    int status; /* of waitpid, once dead */
    bool dead, ready;
    bool broken; /* the core sent what player.h does not know */
    uint64_t n, idle_n;
    int64_t next_ms; /* of the last PLAY_IDLE */
    bool lines_up;
};

/* Makes the loop and the far end of the line. 0 or negative errno; host_close() always. */
int host_open(struct host *h, const struct host_makers *makers, struct air *air, struct clock *clock, bool modem);
/* Ends the core (asks, then kills) and frees everything but air and clock. */
void host_close(struct host *h);

/* Forks a core on state_dir, tells it the time and waits until it is ready: 0, -EPIPE it
 * died (status), -ETIMEDOUT, or -errno. */
int host_start(struct host *h);
/* SIGKILL, and waits for the end. */
void host_kill(struct host *h);
/* Reaps a core that died; the line's far end is closed. */
void host_reap(struct host *h);

/* These send, 0 or -EPIPE when the core is dead. */
int host_tell_clock(struct host *h);
/* At this step, when it was passed so many times. */
int host_fail_at(struct host *h, enum play_step step, int passed);

/* One PLAY_SETTLE round: 0 (next_ms, lines_up), -EPIPE dead, -ETIMEDOUT. */
int host_settle(struct host *h, int64_t stall_ms);
/* Runs the loop for so long (real time), or until the core dies. */
void host_run(struct host *h, int64_t ms);
/* The far end of the line has nothing under way. */
bool host_line_quiet(const struct host *h);

#endif
