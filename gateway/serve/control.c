// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The control socket, both sides. Called by core.c (server), status.c and code.c (client). A
 * connection that says too much, too little or nothing for 5 s is closed; at most 8 at a time.
 * The socket is reached through /proc/self/fd/N, because a state directory may have a longer
 * path than a socket address can hold.
 */
#include "gateway/serve/control.h"

#include "gateway/base/clock.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define CONNECTIONS_MAX 8
#define IDLE_S 5
#define ASK_MS 10000

struct ctlsock {
    struct ctlsock_events ev;
    struct event_base *base;
    struct evconnlistener *listener;
    int dir_fd;
    struct bufferevent *open[CONNECTIONS_MAX];
    char answer[CONTROL_ANSWER_MAX];
};

/* An address of the socket in an open directory. */
static int address(int dir_fd, struct sockaddr_un *a)
{
    memset(a, 0, sizeof(*a));
    a->sun_family = AF_UNIX;
    int n = snprintf(a->sun_path, sizeof(a->sun_path), "/proc/self/fd/%d/" CONTROL_SOCKET, dir_fd);
    return n < (int)sizeof(a->sun_path) ? 0 : -EMSGSIZE;
}

/* The open directory, or -errno; the caller closes it. */
static int open_dir(const char *dir)
{
    int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        fd = -errno;
    return fd;
}

/* --- the server ------------------------------------------------------------------------ */

static void drop(struct ctlsock *c, struct bufferevent *b)
{
    for (int i = 0; i < CONNECTIONS_MAX; i++)
        if (c->open[i] == b)
            c->open[i] = NULL;
    bufferevent_free(b);
}

static void on_event(struct bufferevent *b, short what, void *arg)
{
    (void)what; /* closed, an error or a time-out: the same end */
    drop(arg, b);
}

static void on_written(struct bufferevent *b, void *arg)
{
    drop(arg, b);
}

static void on_read(struct bufferevent *b, void *arg)
{
    struct ctlsock *c = arg;
    struct evbuffer *in = bufferevent_get_input(b), *out = bufferevent_get_output(b);
    char *line = evbuffer_readln(in, NULL, EVBUFFER_EOL_LF);
    if (!line) {
        if (evbuffer_get_length(in) > CONTROL_REQUEST_MAX)
            drop(c, b);
        return;
    }
    bufferevent_disable(b, EV_READ);
    c->answer[0] = '\0';
    int rc =
        strlen(line) > CONTROL_REQUEST_MAX ? -EMSGSIZE : c->ev.request(c->ev.ctx, line, c->answer, sizeof(c->answer));
    free(line);
    if (rc)
        evbuffer_add_printf(out, "error: %s\n", c->answer[0] ? c->answer : strerror(-rc));
    else
        evbuffer_add_printf(out, "ok\n%s", c->answer);
    bufferevent_setcb(b, NULL, on_written, on_event, c);
}

static void on_accept(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *a, int n, void *arg)
{
    (void)l, (void)a, (void)n;
    struct ctlsock *c = arg;
    struct timeval idle = {.tv_sec = IDLE_S};
    int i = 0;
    while (i < CONNECTIONS_MAX && c->open[i])
        i++;
    struct bufferevent *b = i < CONNECTIONS_MAX ? bufferevent_socket_new(c->base, fd, BEV_OPT_CLOSE_ON_FREE) : NULL;
    if (!b) {
        close(fd);
        return;
    }
    c->open[i] = b;
    bufferevent_setcb(b, on_read, NULL, on_event, c);
    bufferevent_set_timeouts(b, &idle, &idle);
    bufferevent_enable(b, EV_READ | EV_WRITE);
}

static int listen_on(int dir_fd)
{
    struct sockaddr_un a;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    unlinkat(dir_fd, CONTROL_SOCKET, 0);
    mode_t before = umask(0177);
    int rc = address(dir_fd, &a);
    if (!rc && (bind(fd, (struct sockaddr *)&a, sizeof(a)) || listen(fd, CONNECTIONS_MAX)))
        rc = -errno;
    umask(before);
    if (rc)
        close(fd);
    return rc ? rc : fd;
}

struct ctlsock *ctlsock_new(struct event_base *base, const char *dir, const struct ctlsock_events *ev)
{
    struct ctlsock *c = calloc(1, sizeof(*c));
    if (!c)
        return NULL;
    c->ev = *ev;
    c->base = base;
    c->dir_fd = open_dir(dir);
    int fd = c->dir_fd < 0 ? c->dir_fd : listen_on(c->dir_fd);
    if (fd >= 0)
        c->listener = evconnlistener_new(base, on_accept, c, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
    if (!c->listener) {
        log_err("control socket %s/" CONTROL_SOCKET ": %s", dir, fd < 0 ? strerror(-fd) : "no listener");
        if (fd >= 0)
            close(fd);
        ctlsock_free(c);
        return NULL;
    }
    return c;
}

void ctlsock_free(struct ctlsock *c)
{
    if (!c)
        return;
    for (int i = 0; i < CONNECTIONS_MAX; i++)
        if (c->open[i])
            bufferevent_free(c->open[i]);
    if (c->listener) {
        evconnlistener_free(c->listener);
        unlinkat(c->dir_fd, CONTROL_SOCKET, 0);
    }
    if (c->dir_fd >= 0)
        close(c->dir_fd);
    free(c);
}

/* --- the client ------------------------------------------------------------------------ */

static int connect_to(const char *dir)
{
    struct sockaddr_un a;
    int dir_fd = open_dir(dir), fd = -1;
    if (dir_fd < 0)
        return dir_fd;
    int rc = address(dir_fd, &a);
    if (!rc && (fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0)
        rc = -errno;
    if (!rc && connect(fd, (struct sockaddr *)&a, sizeof(a)))
        rc = errno == ECONNREFUSED ? -ENOENT : -errno;
    close(dir_fd);
    if (rc && fd >= 0)
        close(fd);
    return rc ? rc : fd;
}

/* All there is until the end, or the time is over. */
static int read_all(int fd, int64_t within_ms, char *out, size_t size)
{
    size_t n = 0;
    int64_t until_ms = mono_ms() + within_ms;
    for (;;) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        int64_t left_ms = until_ms - mono_ms();
        if (left_ms <= 0 || poll(&p, 1, (int)left_ms) == 0)
            return -ETIMEDOUT;
        if (n + 1 >= size)
            return -EMSGSIZE;
        ssize_t got = read(fd, out + n, size - 1 - n);
        if (got < 0 && errno != EINTR)
            return -errno;
        if (got == 0)
            break;
        n += got > 0 ? (size_t)got : 0;
    }
    out[n] = '\0';
    return 0;
}

int ctlsock_ask_within(const char *dir, const char *request, int64_t within_ms, char *out, size_t size)
{
    char line[CONTROL_REQUEST_MAX + 2];
    out[0] = '\0';
    int n = snprintf(line, sizeof(line), "%s\n", request);
    if (n >= (int)sizeof(line) || strchr(request, '\n'))
        return -EMSGSIZE;
    int fd = connect_to(dir);
    if (fd < 0)
        return fd;
    int rc = send(fd, line, (size_t)n, MSG_NOSIGNAL) == n ? read_all(fd, within_ms, out, size) : -EPIPE;
    close(fd);
    if (rc)
        return rc;
    if (!strncmp(out, "ok\n", 3)) {
        memmove(out, out + 3, strlen(out + 3) + 1);
        return 0;
    }
    return out[0] ? -EINVAL : -EPIPE;
}

int ctlsock_ask(const char *dir, const char *request, char *out, size_t size)
{
    return ctlsock_ask_within(dir, request, ASK_MS, out, size);
}
