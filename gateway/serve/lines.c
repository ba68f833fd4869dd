// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Supervision of the lines. Called by core.c through the event loop. A line may die, hang or
 * send nonsense at any moment: each of these ends in the same place, lane_down(), which tells
 * the others once and plans the restart. Deadlines and pauses run on the real monotonic clock,
 * also when a player keeps the other one.
 */
#include "gateway/serve/lines.h"

#include "gateway/base/clock.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "gateway/serve/backoff.h"
#include "gateway/serve/lane_queue.h"
#include "gateway/serve/spawn.h"
#include "gateway/serve/timer.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define RESTART_FIRST_MS 100
#define SETTLED_MS 60000     /* up for so long: the next restart is quick again */
#define LINGER_MS 1000       /* a child whose socket is closed may take so long to exit */
#define BARRED_LOOK_MS 60000 /* whether its SIM is mended */
#define EXIT_PIN 4           /* of tinbao line: not to be started again as it is */
#define PID_ENDED (-1)       /* it ended, its last words are being read */

enum phase { PHASE_DOWN, PHASE_STARTING, PHASE_UP };

struct lane {
    struct lines *of;
    size_t index;
    struct line_config cfg;
    enum phase phase;
    pid_t pid;
    int fd;
    struct event *readable, *writable, *timer;
    struct lane_queue out;
    int64_t deadline_ms, up_ms; /* mono_ms; deadline 0 = none */
    int tries, restarts;
    bool killed, told_delete;
    bool barred, told_barred; /* its SIM wants a PIN or PUK that it can not have */
    struct line_hello hello;
    struct line_status said;
    char doing[32];      /* as announced last */
    char hung_at[16];    /* "SM:3" where it was silent when it was killed */
    char quarantine[16]; /* for the next start */
    char trouble[200];
};

struct lines {
    struct lines_setup s;
    size_t n;
    bool quitting, paused;
    struct lane lanes[CONFIG_LINES_MAX];
};

static void lane_start(struct lane *l);
static void lane_down(struct lane *l);

size_t lines_count(const struct lines *ls)
{
    return ls->n;
}

struct lane *lines_at(const struct lines *ls, size_t i)
{
    return (struct lane *)(uintptr_t)&ls->lanes[i];
}

size_t lane_index(const struct lane *l)
{
    return l->index;
}

const char *lane_name(const struct lane *l)
{
    return l->cfg.name;
}

const struct line_config *lane_config(const struct lane *l)
{
    return &l->cfg;
}

bool lane_up(const struct lane *l)
{
    return l->phase == PHASE_UP;
}

bool lane_starting(const struct lane *l)
{
    return l->phase == PHASE_STARTING;
}

int64_t lane_up_since_ms(const struct lane *l)
{
    return l->phase == PHASE_UP ? l->up_ms : 0;
}

int lane_restarts(const struct lane *l)
{
    return l->restarts;
}

pid_t lane_pid(const struct lane *l)
{
    return l->pid > 0 ? l->pid : 0;
}

const struct line_status *lane_said(const struct lane *l)
{
    return &l->said;
}

const struct line_hello *lane_hello(const struct lane *l)
{
    return &l->hello;
}

void lane_worked(struct lane *l)
{
    l->tries = 0;
}

/* "read SM 3" -> "SM:3"; "" when it was doing something else. */
static void reading_at(const char *doing, char *out, size_t size)
{
    char mem[4];
    unsigned index;
    out[0] = '\0';
    if (sscanf(doing, "read %3[A-Z] %u", mem, &index) == 2)
        snprintf(out, size, "%s:%u", mem, index);
}

/* --- deadlines ------------------------------------------------------------------------- */

static void lane_watch(struct lane *l, int64_t ms)
{
    l->deadline_ms = mono_ms() + ms;
    if (!evtimer_pending(l->timer, NULL))
        timer_arm(l->timer, ms);
}

static void lane_kill(struct lane *l)
{
    if (l->pid > 0) {
        l->killed = true;
        kill(l->pid, SIGKILL); /* lines_reap goes on */
    } else {
        lane_down(l);
    }
}

static void on_silence(struct lane *l)
{
    char at[16];
    reading_at(l->doing, at, sizeof(at));
    /* Silent twice at the same message: that message is the cause. Once may be the modem. */
    if (at[0] && !strcmp(at, l->hung_at))
        str_copy(l->quarantine, sizeof(l->quarantine), at);
    str_copy(l->hung_at, sizeof(l->hung_at), at);
    log_warn("%s: silent past its deadline (%s): killed", l->cfg.name, l->doing[0] ? l->doing : "start");
    lane_kill(l);
}

/* One timer a lane: its restart while down, its deadline else. */
static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct lane *l = arg;
    if (l->phase == PHASE_DOWN) {
        if (l->pid > 0)
            lane_kill(l); /* its socket is closed and it did not exit */
        else if (!l->of->quitting)
            lane_start(l);
        return;
    }
    if (!l->deadline_ms)
        return;
    int64_t left_ms = l->deadline_ms - mono_ms();
    if (left_ms > 0)
        timer_arm(l->timer, left_ms);
    else if (l->of->paused)
        lane_watch(l, 1000); /* not its fault that nobody listens */
    else
        on_silence(l);
}

/* --- up and down ----------------------------------------------------------------------- */

static void lane_close(struct lane *l)
{
    if (l->readable)
        event_free(l->readable);
    if (l->writable)
        event_free(l->writable);
    l->readable = l->writable = NULL;
    if (l->fd >= 0)
        close(l->fd);
    l->fd = -1;
    lane_queue_clear(&l->out);
}

static void plan_restart(struct lane *l)
{
    struct lines *ls = l->of;
    if (ls->quitting || ls->s.ready_fd >= 0)
        return;
    if (l->barred && !l->told_barred)
        log_err(
            "%s: down until its SIM is mended: set pin in the config and SIGHUP, or see to the SIM; it is looked at "
            "now and then, and no PIN is tried twice",
            l->cfg.name);
    l->told_barred = l->barred;
    int64_t pause_ms =
        l->barred ? BARRED_LOOK_MS : backoff_ms(l->tries, RESTART_FIRST_MS, ls->s.restart_cap_ms, l->index + 1);
    l->tries++;
    l->restarts++;
    log_info("%s: starts again in %lld ms%s%s", l->cfg.name, (long long)pause_ms,
             l->quarantine[0] ? ", setting aside " : "", l->quarantine);
    timer_arm(l->timer, pause_ms);
}

/* The end of a lane's life: its socket is closed, the others are told. With a child that still
 * runs, the restart waits for lines_reap. */
static void lane_down(struct lane *l)
{
    enum phase was = l->phase;
    if (l->up_ms && mono_ms() - l->up_ms >= SETTLED_MS)
        l->tries = 0;
    l->phase = PHASE_DOWN;
    l->deadline_ms = l->up_ms = 0;
    evtimer_del(l->timer);
    lane_close(l);
    if (was != PHASE_DOWN)
        l->of->s.events.lost(l->of->s.events.ctx, l);
    if (l->pid > 0)
        timer_arm(l->timer, LINGER_MS);
    else if (l->pid == 0)
        plan_restart(l);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct lane *l = arg;
    l->of->s.events.readable(l->of->s.events.ctx, l);
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct lane *l = arg;
    int rc = lane_queue_flush(&l->out, l->fd);
    if (rc == -EAGAIN)
        event_add(l->writable, NULL);
    else if (rc)
        lane_down(l);
}

static int lane_open(struct lane *l, int fd)
{
    struct event_base *base = l->of->s.base;
    l->fd = fd;
    l->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, l);
    l->writable = event_new(base, fd, EV_WRITE, on_writable, l);
    if (!l->readable || !l->writable)
        return -ENOMEM;
    if (!l->of->paused)
        event_add(l->readable, NULL);
    return 0;
}

static void lane_start(struct lane *l)
{
    int fd = -1;
    l->pid = 0;
    l->killed = l->barred = false;
    l->trouble[0] = l->doing[0] = '\0';
    memset(&l->said, 0, sizeof(l->said));
    memset(&l->hello, 0, sizeof(l->hello));
    int rc = spawn_line(l->of->s.exe, &l->cfg, l->quarantine, &l->pid, &fd);
    l->quarantine[0] = '\0';
    if (!rc)
        rc = lane_open(l, fd);
    if (rc) {
        l->pid > 0 ? lane_kill(l) : lane_down(l);
        return;
    }
    l->phase = PHASE_STARTING;
    lane_watch(l, l->of->s.start_deadline_s * 1000LL);
}

static void start_ready(struct lane *l)
{
    if (lane_open(l, l->of->s.ready_fd)) {
        lane_down(l);
        return;
    }
    l->phase = PHASE_UP;
    l->up_ms = mono_ms();
    l->of->s.events.up(l->of->s.events.ctx, l);
}

void lines_start(struct lines *ls)
{
    for (size_t i = 0; i < ls->n; i++)
        ls->s.ready_fd >= 0 ? start_ready(&ls->lanes[i]) : lane_start(&ls->lanes[i]);
}

/* --- the end of a child ---------------------------------------------------------------- */

/* What an exit says: a crash while it read a message accuses that message. */
static void judge_exit(struct lane *l, int status)
{
    char at[16];
    reading_at(l->doing, at, sizeof(at));
    if (WIFEXITED(status)) {
        if (!l->told_barred && (!l->of->quitting || WEXITSTATUS(status)))
            log_warn("%s: exited with %d%s%s", l->cfg.name, WEXITSTATUS(status), l->trouble[0] ? ": " : "", l->trouble);
        l->barred = WEXITSTATUS(status) == EXIT_PIN;
        return;
    }
    int sig = WTERMSIG(status);
    bool crash = sig == SIGSEGV || sig == SIGBUS || sig == SIGABRT || sig == SIGFPE || sig == SIGILL || sig == SIGTRAP;
    if (!l->killed)
        log_warn("%s: died by signal %d (%s)", l->cfg.name, sig, l->doing[0] ? l->doing : "start");
    if (crash && at[0])
        str_copy(l->quarantine, sizeof(l->quarantine), at);
}

static void lane_reap(struct lane *l)
{
    int status;
    if (l->pid <= 0 || waitpid(l->pid, &status, WNOHANG) != l->pid)
        return;
    l->pid = PID_ENDED;
    /* What it said before it died still counts: the results of sends above all. */
    if (l->phase != PHASE_DOWN && !l->of->paused)
        for (int i = 0; i < 16 && l->phase != PHASE_DOWN; i++)
            l->of->s.events.readable(l->of->s.events.ctx, l);
    judge_exit(l, status);
    if (l->phase != PHASE_DOWN)
        lane_down(l);
    evtimer_del(l->timer);
    l->pid = 0;
    plan_restart(l);
}

static bool any_child(const struct lines *ls)
{
    for (size_t i = 0; i < ls->n; i++)
        if (ls->lanes[i].pid > 0)
            return true;
    return false;
}

bool lines_gone(const struct lines *ls)
{
    return !any_child(ls);
}

void lines_reap(struct lines *ls)
{
    for (size_t i = 0; i < ls->n; i++)
        lane_reap(&ls->lanes[i]);
    if (ls->quitting && !any_child(ls))
        ls->s.events.all_gone(ls->s.events.ctx);
}

void lines_quit(struct lines *ls)
{
    struct line_msg m;
    line_msg_init(&m, LINE_QUIT);
    ls->quitting = true;
    for (size_t i = 0; i < ls->n; i++) {
        struct lane *l = &ls->lanes[i];
        if (l->phase == PHASE_DOWN)
            evtimer_del(l->timer);
        else if (lane_queue_put(&l->out, l->fd, &m) == -EAGAIN)
            event_add(l->writable, NULL);
    }
    if (!any_child(ls))
        ls->s.events.all_gone(ls->s.events.ctx);
}

void lines_reload(struct lines *ls, const struct line_config *configs, size_t n)
{
    for (size_t i = 0; i < ls->n; i++) {
        struct lane *l = &ls->lanes[i];
        for (size_t j = 0; j < n; j++)
            if (!strcmp(configs[j].name, l->cfg.name))
                str_copy(l->cfg.pin, sizeof(l->cfg.pin), configs[j].pin);
        if (l->barred && l->phase == PHASE_DOWN && l->pid == 0 && !ls->quitting)
            lane_start(l);
    }
}

void lane_break(struct lane *l, const char *why)
{
    log_err("%s: %s: killed", l->cfg.name, why);
    lane_kill(l);
}

void lines_pause(struct lines *ls, bool on)
{
    ls->paused = on;
    for (size_t i = 0; i < ls->n; i++) {
        struct lane *l = &ls->lanes[i];
        if (!l->readable)
            continue;
        if (on)
            event_del(l->readable);
        else
            event_add(l->readable, NULL);
    }
}

/* --- messages -------------------------------------------------------------------------- */

static void on_hello(struct lane *l, const struct line_hello *h)
{
    l->hello = *h;
    if (l->phase == PHASE_UP)
        return;
    l->phase = PHASE_UP;
    l->told_barred = false;
    l->up_ms = mono_ms();
    log_note("%s: up: %s %s", l->cfg.name, h->maker, h->model);
    l->of->s.events.up(l->of->s.events.ctx, l);
}

static void on_alive(struct lane *l, const struct line_alive *a)
{
    int64_t ms = a->deadline_ms, max_ms = l->of->s.deadline_max_s * 1000LL;
    str_copy(l->doing, sizeof(l->doing), a->doing);
    if (l->pid <= 0)
        return; /* a ready line is in its owner's care */
    if (ms > max_ms)
        ms = max_ms;
    int64_t before_ms = l->deadline_ms;
    l->deadline_ms = mono_ms() + ms;
    if (l->deadline_ms < before_ms || !evtimer_pending(l->timer, NULL))
        timer_arm(l->timer, ms); /* sooner than the timer stands; a later one is seen when it fires */
}

static void on_trouble(struct lane *l, const struct line_trouble *t)
{
    log_line(l->told_barred ? LOG_INFO_ : t->fatal ? LOG_ERR_ : LOG_WARN_, "%s: %s", l->cfg.name, t->text);
    if (t->fatal)
        str_copy(l->trouble, sizeof(l->trouble), t->text);
}

static void on_gone(struct lane *l, const struct line_gone *g)
{
    if (g->deleted) {
        lane_worked(l);
        l->told_delete = false;
    } else if (!l->told_delete) {
        l->told_delete = true;
        log_warn("%s: a kept text could not be deleted from the modem; it will be tried again", l->cfg.name);
    }
}

/* Deals with what concerns the supervision; true when the message is for others too. */
static bool supervise(struct lane *l, const struct line_msg *m)
{
    switch (m->type) {
    case LINE_HELLO:
        on_hello(l, &m->u.hello);
        return false;
    case LINE_ALIVE:
        on_alive(l, &m->u.alive);
        return false;
    case LINE_TROUBLE:
        on_trouble(l, &m->u.trouble);
        return false;
    case LINE_GONE:
        on_gone(l, &m->u.gone);
        return false;
    case LINE_STATUS:
        l->said = m->u.status;
        return true;
    default:
        return true;
    }
}

int lane_next(struct lane *l, struct line_msg *m)
{
    while (l->fd >= 0) {
        int rc = line_get(l->fd, m);
        if (rc == -EAGAIN)
            return 0;
        if (rc == 1 && m->type >= LINE_KEPT)
            rc = -EPROTO; /* a word that only the core may say */
        if (rc != 1) {
            if (rc == -EPROTO) {
                log_err("%s: sent what no line may send: not trusted further", l->cfg.name);
                lane_kill(l);
            }
            if (l->phase != PHASE_DOWN)
                lane_down(l);
            return 0;
        }
        if (supervise(l, m) && l->fd >= 0)
            return 1;
    }
    return 0;
}

int lane_tell(struct lane *l, const struct line_msg *m)
{
    if ((l->phase != PHASE_UP && m->type != LINE_PIN_MAY) || l->fd < 0)
        return -EPIPE;
    int rc = lane_queue_put(&l->out, l->fd, m);
    if (rc == -EAGAIN) {
        event_add(l->writable, NULL);
        return 0;
    }
    /* A closed peer is seen by the reader too, which tells everybody; not from within here. */
    return rc ? -EPIPE : 0;
}

/* --- making and ending ----------------------------------------------------------------- */

struct lines *lines_new(const struct lines_setup *s)
{
    struct lines *ls = calloc(1, sizeof(*ls));
    if (!ls)
        return NULL;
    ls->s = *s;
    ls->n = s->n < CONFIG_LINES_MAX ? s->n : CONFIG_LINES_MAX;
    for (size_t i = 0; i < ls->n; i++) {
        struct lane *l = &ls->lanes[i];
        l->of = ls;
        l->index = i;
        l->cfg = s->configs[i];
        l->fd = -1;
        l->timer = evtimer_new(s->base, on_timer, l);
        if (!l->timer || lane_queue_init(&l->out)) {
            lines_free(ls);
            return NULL;
        }
    }
    return ls;
}

void lines_free(struct lines *ls)
{
    if (!ls)
        return;
    for (size_t i = 0; i < ls->n; i++) {
        struct lane *l = &ls->lanes[i];
        if (l->pid > 0) {
            kill(l->pid, SIGKILL);
            waitpid(l->pid, NULL, 0);
        }
        if (l->of)
            lane_close(l);
        if (l->timer)
            event_free(l->timer);
        lane_queue_free(&l->out);
    }
    free(ls);
}
