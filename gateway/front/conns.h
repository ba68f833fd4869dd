// SPDX-License-Identifier: GPL-2.0-or-later
/* How many clients are connected, and for how long each may be. */
#ifndef TB_FRONT_CONNS_H
#define TB_FRONT_CONNS_H

#include <stdbool.h>
#include <stdint.h>

struct conns;

/* Descriptors that are open now are none of its business. most: connections at a time; life_ms: of one
 * connection, after which it is shut down. Raises the limit of open files if it must; with fewer
 * files there will be fewer connections. NULL: out of memory. */
struct conns *conns_new(int most, int64_t life_ms);
void conns_free(struct conns *c);
/* A socket of the process's own that was opened later (the listener), or is closed again. */
void conns_own(struct conns *c, int fd, bool own);
/* One was accepted: true when no more fit. */
bool conns_opened(struct conns *c);
/* Looks at all of them, shuts down those past their time: how many are open. */
int conns_sweep(struct conns *c, int64_t now_ms);
bool conns_full(const struct conns *c);

#endif
