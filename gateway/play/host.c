// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The player's hold on the core. Called by player.c. What can go wrong: the core dies
 * (EOF on its control socket, then waitpid tells how), or is silent for longer than it may
 * (-ETIMEDOUT); both are the player's to judge.
 */
#include "gateway/play/host.h"

#include "gateway/base/err.h"
#include "gateway/base/str.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define TICK_MS 50
#define START_MAX_MS 60000
#define STOP_MAX_MS 5000
#define SETTLE_GRACE_MS 30000

static void on_tick(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd, (void)what, (void)ctx; /* only so that the loop looks at the time */
}

static void on_message(struct host *h, const struct play_msg *m)
{
    bool ours = m->magic == PLAY_MAGIC;
    if (ours && m->type == PLAY_READY) {
        h->ready = true;
    } else if (ours && m->type == PLAY_IDLE) {
        h->idle_n = m->n;
        h->next_ms = m->a;
        h->lines_up = m->b != 0;
    } else {
        h->broken = true;
    }
}

static void on_ctl(evutil_socket_t fd, short what, void *ctx)
{
    struct host *h = ctx;
    struct play_msg m;
    (void)what;
    for (;;) {
        ssize_t n = recv(fd, &m, sizeof m, MSG_DONTWAIT);
        if (n == (ssize_t)sizeof m) {
            on_message(h, &m);
        } else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            return;
        } else if (n < 0 && errno == EINTR) {
            continue;
        } else if (n > 0) {
            h->broken = true;
        } else {
            h->dead = true;
            event_del(h->ctl_ev);
            return;
        }
    }
}

int host_open(struct host *h, const struct host_makers *makers, struct air *air, struct clock *clock, bool modem)
{
    const struct timeval tick = {0, TICK_MS * 1000};
    h->makers = makers;
    h->air = air;
    h->clock = clock;
    h->ctl = -1;
    h->base = event_base_new();
    if (!h->base)
        return -ENOMEM;
    h->tick = event_new(h->base, -1, EV_PERSIST, on_tick, h);
    if (!h->tick || event_add(h->tick, &tick) < 0)
        return -ENOMEM;
    if (!modem) {
        h->sim = simline_new(h->base, air);
        return h->sim ? 0 : -ENOMEM;
    }
    /* a link, so that the device keeps its name when it is unplugged and comes back */
    int n = snprintf(h->link_path, sizeof h->link_path, "%s/modem", h->state_dir);
    if (n < 0 || (size_t)n >= sizeof h->link_path)
        return -EMSGSIZE;
    errno = 0;
    h->modem = makers->modem_new(h->base, air, h->link_path);
    return h->modem ? 0 : errno ? -errno : -ENOMEM;
}

static void run_until(struct host *h, const bool *flag, int64_t ms)
{
    int64_t end = mono_ms() + ms;
    while (!*flag && !h->dead && !h->broken && mono_ms() < end)
        event_base_loop(h->base, EVLOOP_ONCE);
}

void host_run(struct host *h, int64_t ms)
{
    const bool never = false;
    const struct timeval t = {(time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000)};
    event_base_once(h->base, -1, EV_TIMEOUT, on_tick, h, &t);
    run_until(h, &never, ms);
}

/* The core's standard error: a file beside the database, shown when something fails. */
static void child_log(const struct host *h)
{
    if (h->log_to_stderr)
        return;
    int fd = open(h->log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd >= 0)
        dup2(fd, STDERR_FILENO);
}

static void keep_only(int a, int b)
{
    int lo = a < b ? a : b, hi = a < b ? b : a;
    unsigned from = STDERR_FILENO + 1;
    if (lo >= 0) {
        if ((unsigned)lo > from)
            close_range(from, (unsigned)lo - 1, 0);
        from = (unsigned)lo + 1;
    }
    if ((unsigned)hi > from)
        close_range(from, (unsigned)hi - 1, 0);
    close_range((unsigned)hi + 1, ~0u, 0);
}

static void child_main(const struct host *h, int player_fd, int line_fd)
{
    struct core_options o = {.config_path = h->config_path,
                             .state_dir = h->state_dir,
                             .player_fd = player_fd,
                             .line_fd = line_fd,
                             .device = h->modem ? h->link_path : NULL};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    child_log(h);
    keep_only(player_fd, line_fd);
    int status = h->makers->core(&o);
    fflush(NULL);
    _exit(status);
}

static int pair(int fds[2])
{
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) < 0 ? -errno : 0;
}

static void close_fd(int fd)
{
    if (fd >= 0)
        close(fd);
}

static int fork_core(struct host *h)
{
    int ctl[2] = {-1, -1}, line[2] = {-1, -1};
    int rc = pair(ctl);
    if (rc == 0 && h->sim)
        rc = pair(line);
    if (rc < 0)
        goto out;
    fflush(NULL);
    h->pid = fork();
    if (h->pid == 0)
        child_main(h, ctl[1], line[1]);
    if (h->pid < 0) {
        h->pid = 0;
        rc = -errno;
        goto out;
    }
    h->ctl = ctl[0];
    ctl[0] = -1;
    h->ctl_ev = event_new(h->base, h->ctl, EV_READ | EV_PERSIST, on_ctl, h);
    if (!h->ctl_ev || event_add(h->ctl_ev, NULL) < 0) {
        rc = -ENOMEM;
        goto out;
    }
    if (h->sim) {
        rc = simline_connect(h->sim, line[0]);
        line[0] = -1;
    }
out:
    close_fd(ctl[0]);
    close_fd(ctl[1]);
    close_fd(line[0]);
    close_fd(line[1]);
    return rc;
}

int host_start(struct host *h)
{
    h->dead = h->ready = h->lines_up = false;
    h->next_ms = INT64_MAX;
    int rc = fork_core(h);
    if (rc == 0)
        rc = host_tell_clock(h);
    if (rc < 0)
        return rc;
    run_until(h, &h->ready, START_MAX_MS);
    return h->dead ? -EPIPE : h->broken ? -EPROTO : h->ready ? 0 : -ETIMEDOUT;
}

static int tell(struct host *h, enum play_type type, uint64_t n, int64_t a, int64_t b)
{
    struct play_msg m = {.magic = PLAY_MAGIC, .type = type, .n = n, .a = a, .b = b};
    if (h->dead || h->ctl < 0)
        return -EPIPE;
    for (;;) {
        ssize_t sent = send(h->ctl, &m, sizeof m, MSG_NOSIGNAL);
        if (sent == (ssize_t)sizeof m)
            return 0;
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            host_run(h, 5);
        else if (errno != EINTR)
            h->dead = true;
        if (h->dead)
            return -EPIPE;
    }
}

int host_tell_clock(struct host *h)
{
    return tell(h, PLAY_CLOCK, 0, clock_now_ms(h->clock), clock_boot_ms(h->clock));
}

int host_fail_at(struct host *h, enum play_step step, int passed)
{
    return tell(h, PLAY_FAIL_AT, 0, step, passed);
}

int host_settle(struct host *h, int64_t stall_ms)
{
    int64_t end = mono_ms() + stall_ms + SETTLE_GRACE_MS;
    uint64_t n = ++h->n;
    int rc = tell(h, PLAY_SETTLE, n, stall_ms, 0);
    if (rc < 0)
        return rc;
    while (h->idle_n != n && !h->dead && !h->broken && mono_ms() < end)
        event_base_loop(h->base, EVLOOP_ONCE);
    return h->dead ? -EPIPE : h->broken ? -EPROTO : h->idle_n == n ? 0 : -ETIMEDOUT;
}

bool host_line_quiet(const struct host *h)
{
    return h->sim ? simline_quiet(h->sim) : h->makers->modem_quiet(h->modem);
}

/* Waits for the core's end while the loop runs on; false after `ms`. */
static bool wait_end(struct host *h, int64_t ms)
{
    int64_t end = mono_ms() + ms;
    for (;;) {
        pid_t p = waitpid(h->pid, &h->status, WNOHANG);
        if (p == h->pid || (p < 0 && errno == ECHILD))
            return true;
        if (mono_ms() >= end)
            return false;
        const struct timeval t = {0, 2000};
        event_base_once(h->base, -1, EV_TIMEOUT, on_tick, h, &t);
        event_base_loop(h->base, EVLOOP_ONCE);
    }
}

void host_reap(struct host *h)
{
    if (h->pid > 0 && !wait_end(h, STOP_MAX_MS)) {
        kill(h->pid, SIGKILL);
        waitpid(h->pid, &h->status, 0);
    }
    h->pid = 0;
    h->dead = true;
    if (h->sim)
        simline_disconnect(h->sim);
    if (h->ctl_ev)
        event_free(h->ctl_ev);
    h->ctl_ev = NULL;
    close_fd(h->ctl);
    h->ctl = -1;
}

void host_kill(struct host *h)
{
    if (h->pid > 0)
        kill(h->pid, SIGKILL);
    host_reap(h);
}

void host_close(struct host *h)
{
    if (h->pid > 0) {
        kill(h->pid, SIGTERM);
        host_reap(h);
    }
    simline_free(h->sim);
    if (h->modem)
        h->makers->modem_free(h->modem);
    if (h->tick)
        event_free(h->tick);
    if (h->base)
        event_base_free(h->base);
    h->sim = NULL;
    h->modem = NULL;
    h->tick = NULL;
    h->base = NULL;
}
