// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The life of a lane: it is started, watched, goes down, and is started again. Called by lines.c and
 * lane_talk.c. A line may die, hang or send nonsense at any moment: each of these ends in the same place,
 * lane_down(), which tells the others once and plans the restart. Deadlines and pauses run on the real
 * monotonic clock, also when a player keeps the other one.
 */
#include "gateway/serve/lane.h"

#include "gateway/base/clock.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "gateway/serve/backoff.h"
#include "gateway/serve/spawn.h"
#include "gateway/serve/timer.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define RESTART_FIRST_MS 100
#define SETTLED_MS 60000     /* up for so long: the next restart is quick again */
#define LINGER_MS 1000       /* a child whose socket is closed may take so long to exit */
#define BARRED_LOOK_MS 60000 /* whether its SIM is mended */
#define EXIT_PIN 4           /* of tinbao line: not to be started again as it is */

static const struct origin *origin_of(const struct lane *l)
{
    return l->of->s.origin;
}

/* It has a process that was started here, or that knocked. */
bool lane_has_child(const struct lane *l)
{
    return l->pid > 0 || (!origin_of(l)->own && l->fd >= 0);
}

const char *lane_killed(const struct lane *l)
{
    return origin_of(l)->own ? "killed" : "dropped";
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

void lane_watch(struct lane *l, int64_t ms)
{
    l->deadline_ms = mono_ms() + ms;
    if (!evtimer_pending(l->timer, NULL))
        timer_arm(l->timer, ms);
}

void lane_kill(struct lane *l)
{
    l->killed = true;
    if (l->pid > 0) {
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
    if (l->fd < 0)
        log_warn("%s: no process has come as this line: does its unit run (systemctl status tinbao-line@%s)?",
                 l->cfg.name, l->cfg.name);
    else
        log_warn("%s: silent past its deadline (%s): %s", l->cfg.name, l->doing[0] ? l->doing : "start",
                 lane_killed(l));
    lane_kill(l);
}

/* One timer a lane: its restart while down, its deadline else. */
void lane_on_timer(evutil_socket_t fd, short what, void *arg)
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

void lane_close(struct lane *l)
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

/* Of a process that is not ours nobody tells how it ended: what it was reading when it went, or was dropped,
 * is the cause when it is so twice. */
static void judge_leaving(struct lane *l)
{
    char at[16];
    reading_at(l->doing, at, sizeof(at));
    if (l->of->quitting)
        return;
    if (!l->killed)
        log_line(l->told_barred ? LOG_INFO_ : LOG_WARN_, "%s: process %ld is gone (%s)%s%s", l->cfg.name, (long)l->peer,
                 l->doing[0] ? l->doing : "start", l->trouble[0] ? ": " : "", l->trouble);
    if (at[0] && !l->killed && !strcmp(at, l->hung_at))
        str_copy(l->quarantine, sizeof(l->quarantine), at);
    if (!l->killed)
        str_copy(l->hung_at, sizeof(l->hung_at), at);
}

/* The end of a lane's life: its socket is closed, the others are told. With a child that still
 * runs, the restart waits for lines_reap. */
void lane_down(struct lane *l)
{
    enum lane_phase was = l->phase;
    bool knocked = !origin_of(l)->own && l->fd >= 0;
    if (l->up_ms && mono_ms() - l->up_ms >= SETTLED_MS)
        l->tries = 0;
    l->phase = PHASE_DOWN;
    l->deadline_ms = l->up_ms = 0;
    evtimer_del(l->timer);
    lane_close(l);
    if (knocked)
        judge_leaving(l);
    if (was != PHASE_DOWN)
        l->of->s.events.lost(l->of->s.events.ctx, l);
    if (l->pid > 0)
        timer_arm(l->timer, LINGER_MS);
    else if (l->pid == 0)
        plan_restart(l);
    if (knocked && l->of->quitting && lines_gone(l->of))
        l->of->s.events.all_gone(l->of->s.events.ctx);
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

static int lane_spawn(void *ctx, pid_t *pid, int *fd)
{
    const struct lane *l = ctx;
    return spawn_line(l->of->s.exe, &l->cfg, l->quarantine, pid, fd);
}

/* One who knocked is told by packet what one who was started was told by arguments. */
static int lane_introduce(const struct lane *l)
{
    struct line_msg m;
    line_msg_init(&m, LINE_SETUP);
    struct line_setup *s = &m.u.setup;
    str_copy(s->device, sizeof(s->device), l->cfg.device);
    str_copy(s->connection, sizeof(s->connection), l->cfg.connection);
    str_copy(s->pin, sizeof(s->pin), l->cfg.pin);
    str_copy(s->quarantine, sizeof(s->quarantine), l->quarantine);
    s->poll_s = l->cfg.poll_s;
    s->status_s = SPAWN_STATUS_S;
    s->cut_pauses = l->cfg.cut_pauses;
    int rc = line_put(l->fd, &m);
    explicit_bzero(&m, sizeof(m));
    return rc;
}

static void lane_came(void *ctx, pid_t pid, int fd)
{
    struct lane *l = ctx;
    bool own = origin_of(l)->own;
    *(own ? &l->pid : &l->peer) = pid;
    l->phase = PHASE_STARTING;
    int rc = lane_open(l, fd);
    if (!rc && !own)
        rc = lane_introduce(l);
    l->quarantine[0] = '\0';
    if (rc)
        lane_kill(l);
    else
        lane_watch(l, l->of->s.start_deadline_s * 1000LL);
}

static bool lane_taken(const void *ctx)
{
    const struct lane *l = ctx;
    char c;
    return l->fd >= 0 && recv(l->fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) != 0;
}

void lane_place(struct lane *l)
{
    l->wanted = (struct wanted){
        .kind = KNOCK_LINE, .name = l->cfg.name, .ctx = l, .spawn = lane_spawn, .came = lane_came, .taken = lane_taken};
}

void lane_start(struct lane *l)
{
    evtimer_del(l->timer); /* a reload may come before its time */
    l->pid = 0;
    l->killed = l->barred = false;
    l->trouble[0] = l->doing[0] = '\0';
    memset(&l->said, 0, sizeof(l->said));
    memset(&l->hello, 0, sizeof(l->hello));
    if (!origin_of(l)->own) { /* it may take a while until somebody comes */
        l->phase = PHASE_STARTING;
        lane_watch(l, l->of->s.start_deadline_s * 1000LL);
    }
    if (origin_of(l)->want(origin_of(l), &l->wanted))
        lane_down(l);
}

void lane_start_ready(struct lane *l)
{
    if (lane_open(l, l->of->s.ready_fd)) {
        lane_down(l);
        return;
    }
    l->phase = PHASE_UP;
    l->up_ms = mono_ms();
    l->of->s.events.up(l->of->s.events.ctx, l);
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

void lane_reap(struct lane *l)
{
    int status;
    if (l->pid <= 0 || waitpid(l->pid, &status, WNOHANG) != l->pid)
        return;
    l->pid = LANE_PID_ENDED;
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
