// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How a child of the core comes to be: started by the core (spawned), or a unit of its own that knocks
 * at the named socket (awaited, door.c). lines.c and child.c want a child and are told when it has come;
 * which of the two it is they need to know at its end only: what is the core's own is killed and waited
 * for, of the others nothing but the socket can be closed, and whoever runs them starts them again.
 */
#ifndef TB_SERVE_ORIGIN_H
#define TB_SERVE_ORIGIN_H

#include "gateway/base/knock.h"

#include <stdbool.h>
#include <sys/types.h>

/* A place for one child; owned by whoever wants it, at a fixed address while it is wanted. */
struct wanted {
    enum knock_kind kind;
    const char *name; /* of a line; "" */
    void *ctx;
    int (*spawn)(void *ctx, pid_t *pid, int *fd); /* how the core starts it, where the core does: 0 or -errno */
    void (*came)(void *ctx, pid_t pid, int fd);   /* it is there; fd (non-blocking) is the callee's from now on */
    bool (*taken)(const void *ctx);               /* one is there, and its end of the socket is open */
};

struct origin {
    bool own; /* children are processes of this one */
    /* came() is called, at once or later, once; or -errno, when it can not be started. */
    int (*want)(const struct origin *o, struct wanted *w);
    /* From now on nobody comes to this place, and nobody is kept waiting. */
    void (*forget)(const struct origin *o, struct wanted *w);
    void *self;
};

/* The core starts them. */
extern const struct origin origin_spawned;

#endif
