// SPDX-License-Identifier: GPL-2.0-or-later
/* The HTTP of the front: /ussd, /metrics, /healthz. Owned by the child's main. */
#ifndef TB_FRONT_SERVER_H
#define TB_FRONT_SERVER_H

#include "gateway/front/front.h"

#include <event2/event.h>

struct server;

struct server_events {
    void *ctx;
    /* Puts a question to the core: 0, or it can not be asked. server_answer(who) follows. */
    int (*ask)(void *ctx, struct front_ask *ask, void *who);
    /* The client has gone away. */
    void (*forget)(void *ctx, const void *who);
};

/* To be made when all other sockets of the process are open: whatever is opened later is taken
 * for a client. NULL: out of memory. */
struct server *server_new(struct event_base *base, const struct server_events *ev);
/* Closes everything; forget() is called for those who wait. */
void server_free(struct server *s);
/* Takes over settings; ready tells where it listens now, or why it does not. */
void server_setup(struct server *s, const struct front_setup *setup, struct front_ready *ready);
/* No new clients. */
void server_close(struct server *s);
/* The answer to a question (NULL: there is none). */
void server_answer(struct server *s, void *who, enum front_kind kind, const struct front_answer *a);
/* Open connections. */
int server_connections(struct server *s);

#endif
