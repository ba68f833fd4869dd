// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The protocol of sd_notify(3), whose page documents it as stable and gives it as a program of its
 * own: one datagram of NAME=VALUE lines to the socket in $NOTIFY_SOCKET. libsystemd would bring five more
 * libraries into the process that holds the keys, for a sendto(). Called by core.c.
 *
 * The watchdog's word goes out from a timer of the loop, so a loop that hangs says nothing, and
 * only after the database took a write. What can go wrong: nobody listens; that is not an error.
 */
#include "gateway/serve/notify.h"

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "gateway/serve/timer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define STATUS_EVERY_MS 10000
#define LEAST_MS 20

struct notify {
    struct notify_events ev;
    int fd; /* -1: nobody listens */
    struct sockaddr_un to;
    socklen_t to_len;
    struct event *timer;
    int64_t every_ms;
    bool watched, silent;
    char status[256]; /* as it was said last */
};

/* A path or, with @, a name in the abstract space; other kinds are for virtual machines. */
static bool address(struct notify *n, const char *name)
{
    size_t len = strlen(name);
    if ((name[0] != '/' && name[0] != '@') || !name[1] || len >= sizeof(n->to.sun_path))
        return false;
    n->to.sun_family = AF_UNIX;
    memcpy(n->to.sun_path, name, len);
    if (name[0] == '@')
        n->to.sun_path[0] = '\0';
    n->to_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (name[0] == '/'));
    return true;
}

/* Half of what systemd waits, so that one late word is no death. */
static void read_watchdog(struct notify *n)
{
    const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
    long long us = usec ? strtoll(usec, NULL, 10) : 0;
    n->every_ms = STATUS_EVERY_MS;
    if (us <= 0 || (pid && strtoll(pid, NULL, 10) != getpid()))
        return;
    n->watched = true;
    n->every_ms = us / 2000 < n->every_ms ? us / 2000 : n->every_ms;
    if (n->every_ms < LEAST_MS)
        n->every_ms = LEAST_MS;
}

static void say(struct notify *n, const char *text)
{
    if (n->fd >= 0)
        (void)sendto(n->fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT, (struct sockaddr *)&n->to, n->to_len);
}

static void say_status(struct notify *n)
{
    char line[256], text[300];
    n->ev.status(n->ev.ctx, line, sizeof(line));
    if (!strcmp(line, n->status))
        return;
    str_copy(n->status, sizeof(n->status), line);
    snprintf(text, sizeof(text), "STATUS=%s\n", line);
    say(n, text);
}

static void tick(struct notify *n)
{
    say_status(n);
    if (n->watched) {
        bool good = n->ev.writable(n->ev.ctx);
        if (good)
            say(n, "WATCHDOG=1\n");
        else if (!n->silent)
            log_err("the database takes no writes: the watchdog is not told that all is well");
        n->silent = !good;
    }
    timer_arm(n->timer, n->every_ms);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    tick(arg);
}

void notify_ready(struct notify *n)
{
    if (n->fd < 0)
        return;
    say(n, "READY=1\n");
    tick(n);
}

void notify_reloading(struct notify *n)
{
    char text[80];
    snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%lld\n", (long long)mono_us());
    say(n, text);
}

void notify_stopping(struct notify *n)
{
    say(n, "STOPPING=1\nSTATUS=stops\n");
}

struct notify *notify_new(struct event_base *base, const struct notify_events *ev)
{
    struct notify *n = calloc(1, sizeof(*n));
    const char *name = getenv("NOTIFY_SOCKET");
    if (!n)
        return NULL;
    n->ev = *ev;
    n->fd = name && address(n, name) ? socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;
    if (name && n->fd < 0)
        log_warn("systemd can not be told: NOTIFY_SOCKET is of an unknown kind");
    read_watchdog(n);
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
    n->timer = evtimer_new(base, on_timer, n);
    if (!n->timer) {
        notify_free(n);
        return NULL;
    }
    return n;
}

bool notify_watched(const struct notify *n)
{
    return n->watched;
}

void notify_free(struct notify *n)
{
    if (!n)
        return;
    if (n->timer)
        event_free(n->timer);
    if (n->fd >= 0)
        close(n->fd);
    free(n);
}
