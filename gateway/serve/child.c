// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Supervision of the children that are no lines. Called by core.c and the parts that have one.
 * A child may die, hang or send nonsense at any moment: each of these ends in down(), which
 * tells the owner once and plans the restart. lines.c does the same for modems, which have
 * more to them (PINs, quarantine, deadlines that they announce themselves).
 */
#include "gateway/serve/child.h"

#include "gateway/base/clock.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/serve/backoff.h"
#include "gateway/serve/spawn.h"
#include "gateway/serve/timer.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define RESTART_FIRST_MS 100
#define SETTLED_MS 60000 /* up for so long: the next restart is quick again */
#define LINGER_MS 3000   /* a child whose socket is closed may take so long to exit */
#define READS_MAX 64     /* packets in one turn of the loop: others want it too */
#define ARGS_MAX 32

enum phase { PHASE_DOWN, PHASE_STARTING, PHASE_UP };

struct waiting {
    struct waiting *next;
    size_t n;
    unsigned char p[];
};

struct child {
    struct child_setup s;
    enum phase phase;
    struct wanted wanted; /* its place at the origin */
    pid_t pid;            /* the core's own child, 0 = none */
    pid_t peer;           /* who knocked, where it is awaited */
    int fd;
    struct event *readable, *writable, *timer;
    struct waiting *first, **last;
    size_t queued; /* octets */
    int64_t heard_ms, up_ms;
    int tries, restarts;
    bool quitting, killed;
    unsigned char *packet; /* packet_max + 1 */
};

static void start(struct child *c);

bool child_up(const struct child *c)
{
    return c->phase == PHASE_UP;
}

pid_t child_pid(const struct child *c)
{
    return c->pid > 0 ? c->pid : c->fd >= 0 ? c->peer : 0;
}

int child_restarts(const struct child *c)
{
    return c->restarts;
}

void child_worked(struct child *c)
{
    c->tries = 0;
}

bool child_gone(const struct child *c)
{
    return c->pid <= 0 && c->fd < 0 && (c->quitting || !evtimer_pending(c->timer, NULL));
}

/* --- the queue ------------------------------------------------------------------------- */

static void drop_first(struct child *c)
{
    struct waiting *w = c->first;
    c->first = w->next;
    if (!c->first)
        c->last = &c->first;
    c->queued -= w->n;
    explicit_bzero(w->p, w->n); /* a job may carry a secret */
    free(w);
}

static void clear_queue(struct child *c)
{
    while (c->first)
        drop_first(c);
}

static int put(int fd, const void *p, size_t n)
{
    ssize_t sent;
    do
        sent = send(fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    if (sent >= 0)
        return 0;
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS ? -EAGAIN : -EPIPE;
}

/* 0 empty, -EAGAIN, -EPIPE. */
static int flush(struct child *c)
{
    int rc = 0;
    while (c->first && (rc = put(c->fd, c->first->p, c->first->n)) == 0)
        drop_first(c);
    return rc;
}

static int keep(struct child *c, const void *p, size_t n)
{
    struct waiting *w = c->queued + n > CHILD_QUEUE_MAX ? NULL : malloc(sizeof(*w) + n);
    if (!w)
        return -ENOSPC;
    w->next = NULL;
    w->n = n;
    memcpy(w->p, p, n);
    *c->last = w;
    c->last = &w->next;
    c->queued += n;
    return 0;
}

/* --- down ------------------------------------------------------------------------------ */

static void close_socket(struct child *c)
{
    if (c->readable)
        event_free(c->readable);
    if (c->writable)
        event_free(c->writable);
    c->readable = c->writable = NULL;
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
    clear_queue(c);
}

static void tell_gone(struct child *c)
{
    if (c->s.events.gone)
        c->s.events.gone(c->s.events.ctx);
}

static void plan_restart(struct child *c)
{
    if (c->quitting) {
        tell_gone(c);
        return;
    }
    int64_t pause_ms = backoff_ms(c->tries, RESTART_FIRST_MS, c->s.restart_cap_ms, (uint64_t)getpid());
    c->tries++;
    c->restarts++;
    log_info("%s: starts again in %lld ms", c->s.name, (long long)pause_ms);
    timer_arm(c->timer, pause_ms);
}

/* The end of its life: the socket is closed, the owner is told. While the process still runs the
 * restart waits for child_reap. */
static void down(struct child *c)
{
    enum phase was = c->phase;
    if (!c->s.origin->own && c->fd >= 0 && !c->killed && !c->quitting)
        log_warn("%s: process %ld is gone", c->s.name, (long)c->peer);
    if (c->up_ms && mono_ms() - c->up_ms >= SETTLED_MS)
        c->tries = 0;
    c->phase = PHASE_DOWN;
    c->up_ms = 0;
    evtimer_del(c->timer);
    close_socket(c);
    if (was != PHASE_DOWN && c->s.events.lost)
        c->s.events.lost(c->s.events.ctx);
    if (c->pid > 0)
        timer_arm(c->timer, LINGER_MS);
    else
        plan_restart(c);
}

static void kill_it(struct child *c)
{
    c->killed = true;
    if (c->pid > 0)
        kill(c->pid, SIGKILL); /* child_reap goes on */
    else if (c->fd >= 0)
        shutdown(c->fd, SHUT_RDWR); /* not ours to kill: both ends read end of file */
}

static const char *killed(const struct child *c)
{
    return c->s.origin->own ? "killed" : "dropped";
}

void child_distrust(struct child *c, const char *why)
{
    if (c->phase == PHASE_DOWN)
        return;
    log_err("%s: %s: %s", c->s.name, why, killed(c));
    kill_it(c);
    down(c);
}

/* One timer: the restart while down, the silence else. */
static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct child *c = arg;
    if (c->phase == PHASE_DOWN || c->quitting) {
        if (c->pid > 0)
            kill_it(c); /* told to end, and it did not */
        else if (c->quitting && c->fd >= 0)
            down(c);
        else if (!c->quitting)
            start(c);
        return;
    }
    int64_t left_ms = c->heard_ms + c->s.silent_s * 1000LL - mono_ms();
    if (left_ms > 0) {
        timer_arm(c->timer, left_ms);
        return;
    }
    if (c->fd < 0)
        log_warn("%s: no process has come as this: does its unit run (systemctl status tinbao-%s)?", c->s.name,
                 c->s.name);
    else
        log_warn("%s: silent for %d s: %s", c->s.name, c->s.silent_s, killed(c));
    kill_it(c);
    down(c);
}

/* --- packets --------------------------------------------------------------------------- */

static void hear(struct child *c, size_t n)
{
    c->heard_ms = mono_ms();
    if (c->phase == PHASE_STARTING) {
        c->phase = PHASE_UP;
        c->up_ms = c->heard_ms;
        log_info("%s: up, process %ld", c->s.name, (long)child_pid(c));
        if (c->s.events.up)
            c->s.events.up(c->s.events.ctx);
    }
    if (c->phase == PHASE_UP && c->s.events.packet)
        c->s.events.packet(c->s.events.ctx, c->packet, n);
}

/* Reads what is there; false once it is down. */
static bool read_packets(struct child *c)
{
    for (int i = 0; i < READS_MAX && c->fd >= 0; i++) {
        ssize_t n = recv(c->fd, c->packet, c->s.packet_max + 1, MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return true;
        if (n <= 0) {
            down(c);
            return false;
        }
        if ((size_t)n > c->s.packet_max) {
            child_distrust(c, "sent a packet that is too long");
            return false;
        }
        hear(c, (size_t)n);
    }
    return c->fd >= 0;
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    read_packets(arg);
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct child *c = arg;
    int rc = flush(c);
    if (rc == -EAGAIN)
        event_add(c->writable, NULL);
    else if (rc)
        down(c);
    else if (c->quitting)
        shutdown(c->fd, SHUT_WR);
}

int child_send(struct child *c, const void *p, size_t n)
{
    if (c->phase != PHASE_UP || c->quitting)
        return -EPIPE;
    int rc = flush(c);
    if (!rc)
        rc = put(c->fd, p, n);
    if (rc == -EAGAIN) {
        rc = keep(c, p, n);
        if (rc) {
            log_err("%s: does not read what it is told: %s", c->s.name, killed(c));
            kill_it(c);
            return rc;
        }
        event_add(c->writable, NULL);
    }
    /* A closed peer is seen by the reader too, which tells everybody; not from within here. */
    return rc;
}

/* --- life ------------------------------------------------------------------------------ */

static int open_socket(struct child *c, int fd)
{
    c->fd = fd;
    c->readable = event_new(c->s.base, fd, EV_READ | EV_PERSIST, on_readable, c);
    c->writable = event_new(c->s.base, fd, EV_WRITE, on_writable, c);
    if (!c->readable || !c->writable)
        return -ENOMEM;
    return event_add(c->readable, NULL) ? -ENOMEM : 0;
}

static int spawn_it(void *ctx, pid_t *pid, int *fd)
{
    const struct child *c = ctx;
    const char *args[ARGS_MAX] = {c->s.exe, c->s.name, "--fd", SPAWN_FD_TEXT};
    size_t n = 4;
    for (size_t i = 0; c->s.args && c->s.args[i] && n < ARGS_MAX - 1; i++)
        args[n++] = c->s.args[i];
    return spawn_child(c->s.exe, c->s.name, args, NULL, pid, fd);
}

static void watch(struct child *c)
{
    c->phase = PHASE_STARTING;
    c->heard_ms = mono_ms();
    timer_arm(c->timer, c->s.silent_s * 1000LL);
}

static void came(void *ctx, pid_t pid, int fd)
{
    struct child *c = ctx;
    *(c->s.origin->own ? &c->pid : &c->peer) = pid;
    if (open_socket(c, fd)) {
        kill_it(c);
        down(c);
    } else {
        watch(c);
    }
}

static bool taken(const void *ctx)
{
    const struct child *c = ctx;
    char octet;
    return c->fd >= 0 && recv(c->fd, &octet, 1, MSG_PEEK | MSG_DONTWAIT) != 0;
}

static void start(struct child *c)
{
    c->pid = 0;
    c->killed = false;
    if (!c->s.origin->own) /* it may take a while until somebody comes */
        watch(c);
    if (c->s.origin->want(c->s.origin, &c->wanted))
        down(c);
}

void child_start(struct child *c)
{
    c->quitting = false;
    if (c->pid <= 0 && c->fd < 0 && !evtimer_pending(c->timer, NULL))
        start(c);
}

static void judge_exit(const struct child *c, int status)
{
    if (WIFEXITED(status) && (WEXITSTATUS(status) || !c->quitting))
        log_warn("%s: exited with %d", c->s.name, WEXITSTATUS(status));
    else if (WIFSIGNALED(status) && !c->killed)
        log_warn("%s: died by signal %d", c->s.name, WTERMSIG(status));
}

void child_reap(struct child *c)
{
    int status;
    if (c->pid <= 0 || waitpid(c->pid, &status, WNOHANG) != c->pid)
        return;
    /* What it said before it died still counts: results above all. */
    while (c->phase != PHASE_DOWN && read_packets(c))
        if (recv(c->fd, c->packet, 1, MSG_PEEK | MSG_DONTWAIT) < 0)
            break;
    c->pid = 0;
    judge_exit(c, status);
    if (c->phase != PHASE_DOWN) {
        down(c);
    } else {
        evtimer_del(c->timer);
        plan_restart(c);
    }
}

void child_quit(struct child *c)
{
    c->quitting = true;
    evtimer_del(c->timer);
    c->s.origin->forget(c->s.origin, &c->wanted);
    if (c->pid <= 0 && c->fd < 0) {
        c->phase = PHASE_DOWN;
        tell_gone(c);
        return;
    }
    int rc = c->fd >= 0 ? flush(c) : -EPIPE;
    if (rc == -EAGAIN)
        event_add(c->writable, NULL);
    else if (!rc)
        shutdown(c->fd, SHUT_WR);
    timer_arm(c->timer, LINGER_MS);
}

struct child *child_new(const struct child_setup *s)
{
    struct child *c = calloc(1, sizeof(*c));
    if (!c)
        return NULL;
    c->s = *s;
    c->fd = -1;
    if (!c->s.origin)
        c->s.origin = &origin_spawned;
    c->wanted = (struct wanted){.kind = s->kind, .name = "", .ctx = c, .spawn = spawn_it, .came = came, .taken = taken};
    c->last = &c->first;
    c->timer = evtimer_new(s->base, on_timer, c);
    c->packet = malloc(s->packet_max + 1);
    if (!c->timer || !c->packet) {
        child_free(c);
        return NULL;
    }
    return c;
}

void child_free(struct child *c)
{
    if (!c)
        return;
    if (c->pid > 0) {
        kill(c->pid, SIGKILL);
        waitpid(c->pid, NULL, 0);
    }
    c->s.origin->forget(c->s.origin, &c->wanted);
    close_socket(c);
    if (c->timer)
        event_free(c->timer);
    free(c->packet);
    free(c);
}
