// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A child of the core that is no line (the courier, the front): the same binary run again as
 * `tinbao NAME --fd 3 ...`, started, watched, killed when silent, restarted with back-off. Packets
 * go both ways over a SOCK_SEQPACKET socket; what is in them is the owner's business, who checks
 * each on arrival and says child_distrust() when it is nonsense. Called by core.c and by the
 * part that the child works for. All times are of the real monotonic clock, also under a player.
 *
 * The child: says something at least every silent_s seconds (a third of it is a good pace), and
 * ends with exit status 0 when its socket gives end of file: that is how it is told to quit.
 *
 * States: down -> starting (spawned, or awaited) -> up (its first packet) -> down.
 */
#ifndef TB_SERVE_CHILD_H
#define TB_SERVE_CHILD_H

#include "gateway/serve/origin.h"

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define CHILD_QUEUE_MAX (1u << 20) /* octets that may wait for a child that does not read */

struct child; /* owned by whoever called child_new */

/* Each may be NULL. None is called from within child_send. */
struct child_events {
    void *ctx;
    void (*up)(void *ctx);
    void (*packet)(void *ctx, const void *p, size_t n); /* p: until it returns, aligned for anything */
    void (*lost)(void *ctx);                            /* went down: what it had in hand is void */
    void (*gone)(void *ctx);                            /* after child_quit: it has ended; perhaps from within */
};

struct child_setup {
    struct event_base *base;
    const char *exe;             /* the binary; must outlive the child, like name and args */
    const char *name;            /* the subcommand, and its name in the log: "courier" */
    const struct origin *origin; /* where it comes from; NULL: started here */
    enum knock_kind kind;        /* as what it knocks, where it is awaited */
    const char *const *args;     /* further arguments, NULL at the end; or NULL */
    size_t packet_max;           /* longest packet that it may send; longer is nonsense */
    int silent_s;                /* killed when nothing was heard for so long */
    int64_t restart_cap_ms;      /* longest pause between restarts */
    struct child_events events;
};

/* Nothing runs before child_start. NULL: out of memory. */
struct child *child_new(const struct child_setup *s);
void child_free(struct child *c); /* kills what still runs, and waits for it: never a zombie */
/* Starts it, or does nothing when it runs or its restart is planned; also after child_quit. */
void child_start(struct child *c);
/* SIGCHLD came. */
void child_reap(struct child *c);
/* What waits is written as far as the socket takes it, then the child reads end of file; killed
 * when it has not ended after 3 s. No restart. gone() follows, at once when there is no child. */
void child_quit(struct child *c);
bool child_gone(const struct child *c); /* no process, and none is planned */

/* Sends or queues a packet: 0, -EPIPE it is not up, -ENOSPC too much waits (it is killed then). What
 * was queued is wiped from memory afterwards. */
int child_send(struct child *c, const void *p, size_t n);
/* It said what it may not say: killed and started again. */
void child_distrust(struct child *c, const char *why);
/* It has done work: its restarts start over at the shortest pause. */
void child_worked(struct child *c);

bool child_up(const struct child *c);
pid_t child_pid(const struct child *c); /* 0 = none */
int child_restarts(const struct child *c);

#endif
