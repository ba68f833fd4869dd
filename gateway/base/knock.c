// SPDX-License-Identifier: GPL-2.0-or-later
/* The child's side of the named socket, and the packets of both. See knock.h. */
#include "gateway/base/knock.h"

#include "gateway/base/clock.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/packet.h"
#include "gateway/base/str.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define AGAIN_MS 500

void knock_init(struct knock_msg *m, enum knock_type type, enum knock_kind kind)
{
    memset(m, 0, sizeof(*m));
    m->magic = KNOCK_MAGIC;
    m->type = type;
    m->kind = kind;
}

int knock_check(struct knock_msg *m, size_t n)
{
    if (n != sizeof(*m) || m->magic != KNOCK_MAGIC || m->kind < KNOCK_LINE || m->kind > KNOCK_FRONT ||
        (m->type != KNOCK_CALL && m->type != KNOCK_WELCOME && m->type != KNOCK_REFUSED) || !PACKET_TEXT_OK(m->name) ||
        !PACKET_TEXT_OK(m->why))
        return -EPROTO;
    for (const char *p = m->name; *p; p++)
        if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7F)
            return -EPROTO; /* it stands in the log */
    return (m->kind == KNOCK_LINE) == (m->name[0] != '\0') ? 0 : -EPROTO;
}

void knock_who(const struct knock_msg *m, char *out, size_t size)
{
    if (m->kind == KNOCK_LINE)
        snprintf(out, size, "line %s", m->name);
    else
        snprintf(out, size, "%s", m->kind == KNOCK_COURIER ? "courier" : "front");
}

/* A connected socket, or -errno. */
static int connect_once(const struct sockaddr_un *a)
{
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    if (connect(fd, (const struct sockaddr *)a, sizeof(*a)) == 0)
        return fd;
    int rc = -errno;
    close(fd);
    return rc;
}

static int connect_patiently(const char *path, int wait_ms)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int64_t until_ms = mono_ms() + wait_ms;
    if (str_copy(a.sun_path, sizeof(a.sun_path), path))
        return -EINVAL;
    for (;;) {
        int fd = connect_once(&a);
        if (fd >= 0 || (fd != -ENOENT && fd != -ECONNREFUSED && fd != -EAGAIN))
            return fd;
        if (mono_ms() >= until_ms)
            return -ETIMEDOUT;
        poll(NULL, 0, AGAIN_MS);
    }
}

static int hear(int fd, enum knock_kind kind)
{
    struct knock_msg m;
    int n = packet_get(fd, &m, sizeof(m), true);
    if (n <= 0 || knock_check(&m, (size_t)n) || m.kind != kind || m.type == KNOCK_CALL) {
        log_err("the core %s", n > 0 || n == -EPROTO ? "makes no sense" : "closed the door");
        return n > 0 || n == -EPROTO ? -EPROTO : -EPIPE;
    }
    if (m.type == KNOCK_WELCOME)
        return 0;
    log_err("the core refused: %s", m.why);
    return -EPERM;
}

int knock(const char *socket, enum knock_kind kind, const char *name, int wait_ms, int *fd)
{
    struct knock_msg m;
    knock_init(&m, KNOCK_CALL, kind);
    int s = str_copy(m.name, sizeof(m.name), name) ? -EINVAL : connect_patiently(socket, wait_ms);
    if (s < 0) {
        log_err("%s: %s", socket, s == -ETIMEDOUT ? "no core listens there: does the service run?" : strerror(-s));
        return s;
    }
    int rc = packet_put(s, &m, sizeof(m));
    rc = rc ? -EPIPE : hear(s, kind);
    if (rc)
        close(s);
    else
        *fd = s;
    return rc;
}
