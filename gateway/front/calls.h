// SPDX-License-Identifier: GPL-2.0-or-later
/* Questions that wait for the core, each with somebody behind it who must not wait for ever. */
#ifndef TB_FRONT_CALLS_H
#define TB_FRONT_CALLS_H

#include "gateway/front/front.h"

#include <event2/event.h>
#include <stddef.h>

struct calls; /* owned by the child's main */

struct calls_events {
    void *ctx;
    /* The answer for `who`, once; NULL: none came in time. */
    void (*answered)(void *ctx, void *who, enum front_kind kind, const struct front_answer *a);
    void (*setup)(void *ctx, const struct front_setup *s);
    /* The core closed (0) or sent nonsense (-EPROTO, -EPIPE); nothing is read any more. */
    void (*ended)(void *ctx, int why);
};

/* Speaks to the core on fd (not closed by it); wait_ms is FRONT_WAIT_MS but for tests. NULL: out of
 * memory. */
struct calls *calls_new(struct event_base *base, int fd, int64_t wait_ms, const struct calls_events *ev);
/* Nobody is told. */
void calls_free(struct calls *c);
/* Asks (the id is filled in): 0, or -EBUSY when too many wait, or the core is gone. answered()
 * follows after 0, never from within. */
int calls_ask(struct calls *c, struct front_ask *ask, void *who);
/* `who` is gone: its answer will be dropped. */
void calls_forget(struct calls *c, const void *who);
/* A packet for the core: 0, -EAGAIN, -EPIPE. */
int calls_say(struct calls *c, const struct front_msg *m);
/* Everybody is told that no answer comes. */
void calls_give_up(struct calls *c);
size_t calls_waiting(const struct calls *c);

#endif
