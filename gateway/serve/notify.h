// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What systemd is told: READY, STATUS, WATCHDOG, RELOADING, STOPPING (sd_notify(3)). Without
 * $NOTIFY_SOCKET all of it does nothing. Owned by core.c.
 */
#ifndef TB_SERVE_NOTIFY_H
#define TB_SERVE_NOTIFY_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>

struct notify;

struct notify_events {
    void *ctx;
    /* Does the database take writes? Asked before each WATCHDOG: without it there is none. */
    bool (*writable)(void *ctx);
    /* How it stands, in a line. */
    void (*status)(void *ctx, char *out, size_t size);
};

/* Reads and removes NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID: no child may speak for the core.
 * NULL: out of memory. */
struct notify *notify_new(struct event_base *base, const struct notify_events *ev);
void notify_free(struct notify *n);
/* Does systemd end a core that hangs? */
bool notify_watched(const struct notify *n);
/* From now on status and watchdog follow by themselves, as long as the loop turns. Also after a reload. */
void notify_ready(struct notify *n);
void notify_reloading(struct notify *n);
void notify_stopping(struct notify *n);

#endif
