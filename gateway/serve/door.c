// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The door. Called by core.c; lines.c and child.c want children of it. What can go wrong: somebody connects who may
 * not (closed at once, said once a minute), says nothing (closed after 5 s), says nonsense, says a name that the
 * settings do not have (kept waiting: a reload or a restart may bring it, and the log says it).
 */
#include "gateway/serve/door.h"

#include "gateway/base/clock.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/packet.h"
#include "gateway/base/str.h"
#include "gateway/serve/timer.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define GUESTS_MAX 24 /* who stands at the door, named or not */
#define GUESTS_EACH 8 /* of them one user's: a child that is not honest keeps no other user's out */
#define PLACES_MAX 8
#define NAME_MS 5000
#define SAY_MS 60000

/* A connection that is not a child yet. */
struct guest {
    struct door *of;
    int fd; /* -1: free */
    pid_t pid;
    uid_t uid;
    bool named;
    struct knock_msg m; /* named: its call */
    struct event *readable, *timer;
};

struct door {
    struct origin origin;
    struct event_base *base;
    char path[sizeof(((struct children_config *)0)->socket)];
    uid_t users[KNOCK_FRONT + 1]; /* by kind */
    int fd;
    struct event *acceptable;
    struct guest guests[GUESTS_MAX];
    struct wanted *places[PLACES_MAX]; /* wanted now, or taken */
    bool waits[PLACES_MAX];            /* wanted, and nobody has come */
    int64_t said_ms;
};

const struct origin *door_origin(const struct door *d)
{
    return &d->origin;
}

/* --- guests ------------------------------------------------------------------------------ */

static void leave(struct guest *g)
{
    if (g->readable)
        event_free(g->readable);
    if (g->timer)
        event_free(g->timer);
    g->readable = g->timer = NULL;
    g->fd = -1;
    g->named = false;
}

static void send_away(struct guest *g, const char *why)
{
    struct knock_msg m;
    char who[48];
    knock_init(&m, KNOCK_REFUSED, g->m.kind);
    memcpy(m.name, g->m.name, sizeof(m.name));
    knock_who(&m, who, sizeof(who));
    str_copy(m.why, sizeof(m.why), why);
    log_warn("%s: process %ld is refused: %s", who, (long)g->pid, why);
    (void)packet_put(g->fd, &m, sizeof(m));
    close(g->fd);
    leave(g);
}

static void drop(struct guest *g)
{
    close(g->fd);
    leave(g);
}

static bool same_place(const struct wanted *w, const struct knock_msg *m)
{
    return w && (uint32_t)w->kind == m->kind && !strcmp(w->name, m->name);
}

static int place_of(const struct door *d, const struct knock_msg *m)
{
    for (int i = 0; i < PLACES_MAX; i++)
        if (same_place(d->places[i], m))
            return i;
    return -1;
}

/* A child has come: its connection goes to its place. */
static void let_in(struct guest *g, int place)
{
    struct door *d = g->of;
    struct wanted *w = d->places[place];
    struct knock_msg m;
    int fd = g->fd;
    pid_t pid = g->pid;
    knock_init(&m, KNOCK_WELCOME, g->m.kind);
    memcpy(m.name, g->m.name, sizeof(m.name));
    int rc = packet_put(fd, &m, sizeof(m));
    leave(g);
    if (rc) { /* gone while it waited; the next one comes */
        close(fd);
        return;
    }
    d->waits[place] = false;
    w->came(w->ctx, pid, fd);
}

/* The other end is closed. */
static bool hung_up(int fd)
{
    char c;
    ssize_t n = recv(fd, &c, 1, MSG_PEEK | MSG_DONTWAIT);
    return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

/* Another who waits for the same place, and is alive. */
static bool waits_already(const struct guest *g)
{
    for (int i = 0; i < GUESTS_MAX; i++) {
        struct guest *o = &g->of->guests[i];
        if (o == g || o->fd < 0 || !o->named || o->m.kind != g->m.kind || strcmp(o->m.name, g->m.name) != 0)
            continue;
        if (!hung_up(o->fd))
            return true;
        drop(o);
    }
    return false;
}

static void seat(struct guest *g)
{
    char who[48];
    int place = place_of(g->of, &g->m);
    if (waits_already(g)) {
        send_away(g, "another process waits in its place");
    } else if (place >= 0 && g->of->waits[place]) {
        let_in(g, place);
    } else if (place >= 0 && g->of->places[place]->taken(g->of->places[place]->ctx)) {
        send_away(g, "another process has its place");
    } else {
        knock_who(&g->m, who, sizeof(who));
        log_info("%s: process %ld waits%s", who, (long)g->pid, place < 0 ? ": the settings do not ask for it" : "");
    }
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
    (void)what;
    struct guest *g = arg;
    struct knock_msg m;
    if (g->named) { /* it may not speak before it is welcome */
        drop(g);
        return;
    }
    int n = packet_get(fd, &m, sizeof(m), false);
    if (n == -EAGAIN)
        return;
    if (n <= 0 || knock_check(&m, (size_t)n) || m.type != KNOCK_CALL) {
        drop(g);
        return;
    }
    g->m = m;
    if (g->uid != g->of->users[m.kind]) {
        send_away(g, "its user is not the one that the settings name");
        return;
    }
    g->named = true;
    evtimer_del(g->timer);
    seat(g);
}

static void on_time(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    drop(arg);
}

/* --- at the door ------------------------------------------------------------------------- */

static bool may_come(const struct door *d, uid_t uid)
{
    for (int kind = KNOCK_LINE; kind <= KNOCK_FRONT; kind++)
        if (d->users[kind] == uid)
            return true;
    return false;
}

static void complain(struct door *d, const struct ucred *who, const char *why)
{
    if (d->said_ms && mono_ms() - d->said_ms < SAY_MS)
        return;
    d->said_ms = mono_ms();
    log_warn("%s: process %ld of user %ld is not let in: %s", d->path, (long)who->pid, (long)who->uid, why);
}

static int welcome_guest(struct door *d, struct guest *g, int fd, const struct ucred *who)
{
    g->fd = fd;
    g->pid = who->pid;
    g->uid = who->uid;
    g->named = false;
    g->readable = event_new(d->base, fd, EV_READ | EV_PERSIST, on_readable, g);
    g->timer = evtimer_new(d->base, on_time, g);
    if (!g->readable || !g->timer || event_add(g->readable, NULL)) {
        leave(g);
        return -ENOMEM;
    }
    timer_arm(g->timer, NAME_MS);
    return 0;
}

/* NULL: too many are there, of this user or in all. */
static struct guest *room_for(struct door *d, uid_t uid)
{
    struct guest *room = NULL;
    int his = 0;
    for (int i = 0; i < GUESTS_MAX; i++)
        if (d->guests[i].fd < 0)
            room = &d->guests[i];
        else
            his += d->guests[i].uid == uid;
    return his < GUESTS_EACH ? room : NULL;
}

static void on_acceptable(evutil_socket_t listener, short what, void *arg)
{
    (void)what;
    struct door *d = arg;
    struct ucred who = {.uid = (uid_t)-1};
    socklen_t len = sizeof(who);
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return;
    bool known = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) == 0 && may_come(d, who.uid);
    struct guest *g = known ? room_for(d, who.uid) : NULL;
    if (!g)
        complain(d, &who, known ? "too many wait" : "the settings (children) do not name it");
    if (!g || welcome_guest(d, g, fd, &who))
        close(fd);
}

/* --- the origin -------------------------------------------------------------------------- */

static int want(const struct origin *o, struct wanted *w)
{
    struct door *d = o->self;
    int i = 0;
    while (i < PLACES_MAX && d->places[i] != w)
        i++;
    if (i == PLACES_MAX)
        for (i = 0; i < PLACES_MAX && d->places[i]; i++) {
        }
    if (i == PLACES_MAX)
        return -ENOSPC;
    d->places[i] = w;
    d->waits[i] = true;
    for (int k = 0; k < GUESTS_MAX && d->waits[i]; k++)
        if (d->guests[k].fd >= 0 && d->guests[k].named && same_place(w, &d->guests[k].m))
            let_in(&d->guests[k], i);
    return 0;
}

static void forget(const struct origin *o, struct wanted *w)
{
    struct door *d = o->self;
    for (int i = 0; i < PLACES_MAX; i++)
        if (d->places[i] == w) {
            d->places[i] = NULL;
            d->waits[i] = false;
        }
}

/* --- making ------------------------------------------------------------------------------ */

static int find_user(const char *name, uid_t *uid)
{
    struct passwd pw, *found = NULL;
    char buf[4096];
    *uid = geteuid();
    if (!name[0])
        return 0;
    if (getpwnam_r(name, &pw, buf, sizeof(buf), &found) || !found) {
        log_err("children: this machine has no user '%s': make it (systemd-sysusers), or name another in the settings; "
                "\"\" is the user that runs serve",
                name);
        return -ENOENT;
    }
    *uid = found->pw_uid;
    return 0;
}

static int find_users(struct door *d, const struct children_config *cfg)
{
    int rc = find_user(cfg->line_user, &d->users[KNOCK_LINE]);
    if (!rc)
        rc = find_user(cfg->courier_user, &d->users[KNOCK_COURIER]);
    if (!rc)
        rc = find_user(cfg->front_user, &d->users[KNOCK_FRONT]);
    d->users[0] = (uid_t)-1;
    return rc;
}

/* Who connects is looked at one by one, so the socket's mode lets all of them knock. */
static int listen_there(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    if (str_copy(a.sun_path, sizeof(a.sun_path), path))
        return -EMSGSIZE;
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), rc = 0;
    if (fd < 0)
        return -errno;
    if (connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0) {
        close(fd);
        return -EBUSY;
    }
    unlink(path);
    if (bind(fd, (struct sockaddr *)&a, sizeof(a)) || chmod(path, 0666) || listen(fd, GUESTS_MAX))
        rc = -errno;
    if (rc)
        close(fd);
    return rc ? rc : fd;
}

struct door *door_new(struct event_base *base, const struct children_config *cfg)
{
    struct door *d = calloc(1, sizeof(*d));
    if (!d)
        return NULL;
    d->origin = (struct origin){.own = false, .want = want, .forget = forget, .self = d};
    d->base = base;
    d->fd = -1;
    for (int i = 0; i < GUESTS_MAX; i++)
        d->guests[i] = (struct guest){.of = d, .fd = -1};
    str_copy(d->path, sizeof(d->path), cfg->socket);
    int rc = find_users(d, cfg);
    if (!rc) {
        d->fd = listen_there(d->path);
        if (d->fd < 0)
            log_err("children: %s: %s", d->path, d->fd == -EBUSY ? "another core listens there" : strerror(-d->fd));
        else
            d->acceptable = event_new(base, d->fd, EV_READ | EV_PERSIST, on_acceptable, d);
    }
    if (!d->acceptable || event_add(d->acceptable, NULL)) {
        door_free(d);
        return NULL;
    }
    return d;
}

void door_free(struct door *d)
{
    if (!d)
        return;
    for (int i = 0; i < GUESTS_MAX; i++)
        if (d->guests[i].fd >= 0)
            drop(&d->guests[i]);
    if (d->acceptable) {
        event_free(d->acceptable);
        (void)unlink(d->path); /* where it still may; a start removes what is left */
    }
    if (d->fd >= 0)
        close(d->fd);
    free(d);
}
