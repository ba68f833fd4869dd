// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is asked at the console: one table of requests ("status", "code *1#", "invite ..."), each with
 * its handler. Called by core.c with what came over the control socket, or from a player's script.
 */
#ifndef TB_SERVE_REQUESTS_H
#define TB_SERVE_REQUESTS_H

#include "gateway/serve/works.h"

#include <stddef.h>

/* What a handler works with; the functions are the core's. */
struct requests {
    struct works *w;
    void *ctx;
    int (*status)(void *ctx, char *out, size_t size);
    int (*reload)(void *ctx);
    struct vault *vault;
    void (*turn)(void *ctx); /* rows were written: the sender and the courier have work */
};

/* Answers a request: 0 with the answer in out, or a negative errno with plain words there; -EINVAL and
 * the list of all when there is no such request. size >= 256. */
int requests_answer(const struct requests *r, const char *request, char *out, size_t size);

#endif
