// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One errand, see errand.h. What can go wrong: the child dies (its pipe ends without a result: -EIO), or
 * hangs in the kernel over a medium that is gone (killed after a time; what can not be killed is left, and
 * the file lock in the state directory keeps a second one from starting beside it).
 */
#include "gateway/serve/errand.h"

#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/serve/timer.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define RESULT_FD 3
#define LOCK_FILE "backup.lock"
#define NICE 10

struct errand {
    void (*done)(void *ctx, const struct errand_result *r);
    void *ctx;
    pid_t pid;
    int fd;
    struct event *readable, *timer;
    struct errand_result result;
    size_t got;
    bool late;
};

void errand_run(const struct backup_place *p, bool test, int64_t now_ms, struct errand_result *out)
{
    char path[PATH_MAX];
    memset(out, 0, sizeof(*out));
    snprintf(path, sizeof(path), "%s/" LOCK_FILE, p->state_dir);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0) {
        out->rc = fd < 0 ? -errno : -EBUSY;
        snprintf(out->made.why, sizeof(out->made.why), "%s",
                 fd < 0 ? strerror(errno) : "another backup is under way, or hangs");
    } else {
        out->rc = test ? backup_test(p, &out->made) : backup_make(p, now_ms, &out->made);
    }
    if (fd >= 0)
        close(fd);
}

/* --- the child ---------------------------------------------------------------------------- */

/* Nothing of the core's but the log and the pipe: above all not its lock, which would live on with us. */
static void child(int fd, const struct backup_place *p, bool test, int64_t now_ms)
{
    struct errand_result r;
    sigset_t none;
    sigemptyset(&none);
    for (int sig = 1; sig < 32; sig++)
        (void)signal(sig, SIG_DFL);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)setpgid(0, 0); /* a ^C is for the core */
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (fd != RESULT_FD && dup2(fd, RESULT_FD) < 0)
        _exit(1);
    (void)close_range(RESULT_FD + 1, ~0U, 0);
    errno = 0;
    if (nice(NICE) < 0 && errno)
        log_debug("backup: %s", strerror(errno));
    errand_run(p, test, now_ms, &r);
    _exit(write(RESULT_FD, &r, sizeof(r)) == (ssize_t)sizeof(r) ? 0 : 1);
}

/* --- the core ----------------------------------------------------------------------------- */

static void finish(struct errand *e, int rc)
{
    event_del(e->readable);
    event_del(e->timer);
    if (rc) {
        e->result.rc = rc;
        snprintf(e->result.made.why, sizeof(e->result.made.why), "%s",
                 rc == -ETIMEDOUT ? "it took too long: does the medium answer?" : "its process died");
    }
    e->done(e->ctx, &e->result);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
    (void)what;
    struct errand *e = arg;
    ssize_t n = read(fd, (char *)&e->result + e->got, sizeof(e->result) - e->got);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    e->got += n > 0 ? (size_t)n : 0;
    if (e->got == sizeof(e->result))
        finish(e, 0);
    else if (n <= 0)
        finish(e, e->late ? -ETIMEDOUT : -EIO);
}

static void on_late(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct errand *e = arg;
    kill(e->pid, SIGKILL);
    e->late = true;
    finish(e, -ETIMEDOUT); /* a process in the middle of a read of a dead disk does not end yet */
}

struct errand *errand_start(struct event_base *base, const struct backup_place *p, bool test, int64_t now_ms,
                            int64_t max_ms, void (*done)(void *ctx, const struct errand_result *r), void *ctx)
{
    int pipes[2] = {-1, -1};
    struct errand *e = calloc(1, sizeof(*e));
    if (!e || pipe2(pipes, O_CLOEXEC) < 0) {
        free(e);
        return NULL;
    }
    e->done = done;
    e->ctx = ctx;
    e->fd = pipes[0];
    e->readable = event_new(base, e->fd, EV_READ | EV_PERSIST, on_readable, e);
    e->timer = evtimer_new(base, on_late, e);
    e->pid = e->readable && e->timer && event_add(e->readable, NULL) == 0 ? fork() : -1;
    if (e->pid == 0)
        child(pipes[1], p, test, now_ms);
    close(pipes[1]);
    if (e->pid < 0) {
        errand_free(e);
        return NULL;
    }
    (void)fcntl(e->fd, F_SETFL, O_NONBLOCK);
    timer_arm(e->timer, max_ms);
    return e;
}

void errand_free(struct errand *e)
{
    if (!e)
        return;
    if (e->pid > 0) {
        kill(e->pid, SIGKILL);
        /* It has ended or ends now; what hangs in the kernel is left to init. */
        for (int i = 0; i < 50 && waitpid(e->pid, NULL, WNOHANG) == 0; i++)
            usleep(2000);
    }
    if (e->readable)
        event_free(e->readable);
    if (e->timer)
        event_free(e->timer);
    close(e->fd);
    free(e);
}
