// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The connections of the HTTP server, seen from outside. Called by server.c. evhttp of libevent 2.1
 * has no limit on connections, tells nobody when one closes, and its time-outs start over with every
 * octet, so that a client who sends one octet a second stays for ever. So the process's sockets
 * are looked at: the front has no others than its clients', its listener and the core's. A
 * connection carries one request and has one time to live; then it is shut down, and evhttp sees an
 * end of file like any other. A socket is known by its inode, because numbers are used again.
 */
#include "gateway/front/conns.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define SPARE 64 /* files that are no connections */

struct seen {
    ino_t inode; /* 0 = none; own: never looked at */
    bool own;
    int64_t since_ms;
};

struct conns {
    int most, fds, open;
    int64_t life_ms;
    struct seen *seen;
};

/* How many files this process may open, at least `want` if the system lets it. */
static int files(int want)
{
    struct rlimit r;
    if (getrlimit(RLIMIT_NOFILE, &r))
        return want;
    if (r.rlim_cur < (rlim_t)want) {
        rlim_t before = r.rlim_cur;
        r.rlim_cur = r.rlim_max == RLIM_INFINITY || r.rlim_max > (rlim_t)want ? (rlim_t)want : r.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &r))
            r.rlim_cur = before;
    }
    return r.rlim_cur < (rlim_t)want ? (int)r.rlim_cur : want;
}

struct conns *conns_new(int most, int64_t life_ms)
{
    struct conns *c = calloc(1, sizeof(*c));
    struct stat st;
    if (!c)
        return NULL;
    c->fds = files(most + SPARE);
    c->most = c->fds - SPARE > 1 ? c->fds - SPARE : 1;
    c->most = c->most < most ? c->most : most;
    c->life_ms = life_ms;
    c->seen = calloc((size_t)c->fds, sizeof(*c->seen));
    if (!c->seen) {
        free(c);
        return NULL;
    }
    for (int fd = 0; fd < c->fds; fd++)
        c->seen[fd].own = fstat(fd, &st) == 0;
    return c;
}

void conns_free(struct conns *c)
{
    if (!c)
        return;
    free(c->seen);
    free(c);
}

void conns_own(struct conns *c, int fd, bool own)
{
    if (fd >= 0 && fd < c->fds)
        c->seen[fd].own = own;
}

bool conns_opened(struct conns *c)
{
    c->open++;
    return conns_full(c);
}

bool conns_full(const struct conns *c)
{
    return c->open >= c->most;
}

int conns_sweep(struct conns *c, int64_t now_ms)
{
    struct stat st;
    c->open = 0;
    for (int fd = 0; fd < c->fds; fd++) {
        struct seen *s = &c->seen[fd];
        if (s->own)
            continue;
        if (fstat(fd, &st) || !S_ISSOCK(st.st_mode)) {
            s->inode = 0;
            continue;
        }
        c->open++;
        if (s->inode != st.st_ino)
            *s = (struct seen){.inode = st.st_ino, .since_ms = now_ms};
        else if (now_ms - s->since_ms > c->life_ms)
            shutdown(fd, SHUT_RDWR);
    }
    return c->open;
}
