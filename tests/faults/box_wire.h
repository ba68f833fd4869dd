// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The socket between the box and its line, such that a child made by fork() in the midst of a run gets one of its own
 * with the same packets waiting: what is sent and not yet read is remembered beside it.
 */
#ifndef TB_TESTS_BOX_WIRE_H
#define TB_TESTS_BOX_WIRE_H

#include "gateway/line/line.h"

#include "tests/faults/disk_calls.h"

#include <event2/event.h>
#include <sys/socket.h>

#define WIRE_MAX 256 /* a power of two */

struct wire_end {
    int fd;
    unsigned first, last; /* waiting to be read here */
    size_t len[WIRE_MAX];
    uint8_t packet[WIRE_MAX][sizeof(struct line_msg)];
};
static struct wire_end wire[2] = {{.fd = -1}, {.fd = -1}};

DISK_CALL(ssize_t, call_send, "send", int fd, const void *p, size_t n, int flags)
{
    long sent = syscall(SYS_sendto, fd, p, n, flags, NULL, 0);
    for (int i = 0; i < 2 && fd >= 0; i++) {
        struct wire_end *to = &wire[1 - i];
        if (wire[i].fd != fd || sent != (long)n || n > sizeof(to->packet[0]))
            continue;
        if (to->last - to->first == WIRE_MAX)
            disk_die("too many packets wait at the line");
        memcpy(to->packet[to->last % WIRE_MAX], p, n);
        to->len[to->last++ % WIRE_MAX] = n;
    }
    return sent;
}

DISK_CALL(ssize_t, call_recvmsg, "recvmsg", int fd, struct msghdr *h, int flags)
{
    long got = syscall(SYS_recvmsg, fd, h, flags);
    for (int i = 0; i < 2 && fd >= 0 && got > 0; i++)
        wire[i].first += wire[i].fd == fd;
    return got;
}

/* A new pair: [0] the line's end, [1] the core's. */
static inline int wire_open(void)
{
    int fds[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds))
        return -errno;
    for (int i = 0; i < 2; i++) {
        wire[i].fd = fds[i];
        wire[i].first = wire[i].last = 0;
    }
    return 0;
}

/* In a child: the same numbers, the same packets waiting, nothing shared with the parent; nor its epoll. */
static inline int wire_part(struct event_base *base)
{
    int fds[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds))
        return -errno;
    for (int i = 0; i < 2; i++) {
        dup2(fds[i], wire[i].fd);
        syscall(SYS_close, fds[i]);
    }
    for (int i = 0; i < 2; i++)
        for (unsigned k = wire[i].first; k != wire[i].last; k++)
            syscall(SYS_sendto, wire[1 - i].fd, wire[i].packet[k % WIRE_MAX], wire[i].len[k % WIRE_MAX], MSG_DONTWAIT,
                    NULL, 0);
    return event_reinit(base);
}

#endif
