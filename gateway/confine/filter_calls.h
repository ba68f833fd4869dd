// SPDX-License-Identifier: GPL-2.0-or-later
/* The tables of filter.c: plain data. Private to this room. */
#ifndef TB_CONFINE_FILTER_CALLS_H
#define TB_CONFINE_FILTER_CALLS_H

#define FILTER_WRITE 1u    /* files are made, renamed, removed, made durable */
#define FILTER_UNIX 2u     /* sockets of this machine */
#define FILTER_INET 4u     /* sockets of the network */
#define FILTER_SERVE 8u    /* bind, listen, accept */
#define FILTER_CONNECT 16u /* connect */
#define FILTER_FORK 32u    /* processes are started and ended */
#define FILTER_THREAD 64u  /* threads: those of libcurl that resolve names */
#define FILTER_EXEC 128u   /* a program is run, which then confines itself */

struct filter_call {
    const char *name;
    unsigned sets; /* allowed where one of these is; 0 = everywhere */
};

extern const struct filter_call filter_calls[]; /* a NULL name at the end */
/* What no role does: memory of other processes, namespaces, mounts, modules, keys, the clock. */
extern const char *const filter_deadly[]; /* NULL at the end */

#endif
