// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How a child that is a unit of its own comes to the core: it connects to the named SOCK_SEQPACKET socket
 * (settings: children.socket) and says who it is; the core looks at who it really is (SO_PEERCRED) and
 * welcomes it when its place is free, and not before a pause after the last one is over. From then on
 * the connection is what a spawned child has as descriptor 3; a line first gets LINE_SETUP. Called by
 * gateway/cmd (children) and gateway/serve/door.c (core).
 */
#ifndef TB_BASE_KNOCK_H
#define TB_BASE_KNOCK_H

#include <stddef.h>
#include <stdint.h>

#define KNOCK_WAIT_MS 60000     /* for a core: systemd may have started us first */
#define KNOCK_MAGIC 0x746B0001u /* "tk", version 1 */

enum knock_kind { KNOCK_LINE = 1, KNOCK_COURIER, KNOCK_FRONT };
enum knock_type {
    KNOCK_CALL = 1,     /* child to core: kind and, of a line, its name */
    KNOCK_WELCOME = 64, /* core to child */
    KNOCK_REFUSED       /* why; the core closes */
};

struct knock_msg {
    uint32_t magic;
    uint32_t type; /* enum knock_type */
    uint32_t kind; /* enum knock_kind */
    uint32_t pad;
    char name[32];
    char why[120];
};

void knock_init(struct knock_msg *m, enum knock_type type, enum knock_kind kind);
/* A received packet of n octets: 0 or -EPROTO. */
int knock_check(struct knock_msg *m, size_t n);
/* "line gsm1", "courier" */
void knock_who(const struct knock_msg *m, char *out, size_t size);

/* Knocks until somebody opens: a core that is not there yet is waited for, wait_ms at most; one that
 * does not want this child yet, as long as it lives. 0 with *fd (blocking, close-on-exec), or said in the log:
 * -ETIMEDOUT no core, -EPERM refused, -EPIPE the core is gone, -EPROTO, -EINVAL a path that is too long. */
int knock(const char *socket, enum knock_kind kind, const char *name, int wait_ms, int *fd);

#endif
