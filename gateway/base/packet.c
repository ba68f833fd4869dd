// SPDX-License-Identifier: GPL-2.0-or-later
/* Packets between the core and its children. See packet.h. */
#include "gateway/base/packet.h"

#include "gateway/base/err.h"

#include <string.h>
#include <sys/socket.h>

bool packet_text_ok(char *s, size_t size)
{
    size_t n = strnlen(s, size);
    if (n == size)
        return false;
    memset(s + n, 0, size - n);
    return true;
}

int packet_put(int fd, const void *p, size_t n)
{
    for (;;) {
        ssize_t sent = send(fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent == (ssize_t)n)
            return 0;
        if (sent >= 0)
            return -EIO; /* a seqpacket goes whole or not at all */
        if (errno == EINTR)
            continue;
        if (errno == EAGAIN || errno == ENOBUFS)
            return -EAGAIN;
        return -EPIPE;
    }
}

int packet_get(int fd, void *p, size_t size, bool wait)
{
    struct iovec iov = {.iov_base = p, .iov_len = size};
    struct msghdr h = {.msg_iov = &iov, .msg_iovlen = 1};
    ssize_t n;
    do
        n = recvmsg(fd, &h, MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT));
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK ? -EAGAIN : errno == ECONNRESET ? 0 : -EPIPE;
    return h.msg_flags & MSG_TRUNC ? -EPROTO : (int)n;
}
