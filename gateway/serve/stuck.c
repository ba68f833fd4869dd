// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * See stuck.h. Called by core.c. A timer of the process (timer_create(2), on the monotonic clock, so that a
 * box that slept is not dead) raises SIGALRM; the loop puts it off again and again. The handler does what
 * signal-safety(7) allows and no more, and finds its words through the signal's own value: no globals. What
 * can go wrong: a loop that hangs in the kernel (a disk that does not answer) takes no signal until it is out.
 */
#include "gateway/serve/stuck.h"

#include "gateway/base/err.h"
#include "gateway/base/log.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct stuck {
    timer_t timer;
    struct event *beat;
    int after_s;
    const char *exe;
    char *const *argv;
};

static void on_alarm(int sig, siginfo_t *info, void *context)
{
    static const char words[] = "core: error: the loop has hung; it starts itself again\n";
    const struct stuck *s = info->si_value.sival_ptr;
    sigset_t none;
    (void)sig, (void)context;
    if (info->si_code != SI_TIMER || !s)
        return; /* somebody's kill -ALRM */
    if (write(STDERR_FILENO, words, sizeof(words) - 1) < 0)
        _exit(1);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execv(s->exe, s->argv);
    _exit(1);
}

static void put_off(const struct stuck *s)
{
    struct itimerspec at = {.it_value.tv_sec = s->after_s, .it_interval.tv_sec = s->after_s};
    (void)timer_settime(s->timer, 0, &at, NULL);
}

static void on_beat(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    put_off(arg);
}

static int arm(struct stuck *s, struct event_base *base)
{
    struct sigaction sa = {.sa_sigaction = on_alarm, .sa_flags = SA_SIGINFO | SA_RESTART};
    struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM, .sigev_value.sival_ptr = s};
    struct timeval every = {.tv_sec = s->after_s / 4, .tv_usec = s->after_s % 4 * 250000};
    if (sigaction(SIGALRM, &sa, NULL) || timer_create(CLOCK_MONOTONIC, &ev, &s->timer))
        return -errno;
    s->beat = event_new(base, -1, EV_PERSIST, on_beat, s);
    if (!s->beat || event_add(s->beat, &every)) {
        timer_delete(s->timer);
        return -ENOMEM;
    }
    put_off(s);
    return 0;
}

struct stuck *stuck_new(struct event_base *base, int after_s, const char *exe, char *const *argv)
{
    if (after_s < 1 || !argv)
        return NULL;
    struct stuck *s = calloc(1, sizeof(*s));
    if (!s)
        return NULL;
    *s = (struct stuck){.after_s = after_s, .exe = exe, .argv = argv};
    int rc = arm(s, base);
    if (!rc)
        return s;
    log_warn("a core that hangs will not start itself again: %s", strerror(-rc));
    if (s->beat)
        event_free(s->beat);
    free(s);
    return NULL;
}

void stuck_free(struct stuck *s)
{
    if (!s)
        return;
    (void)signal(SIGALRM, SIG_IGN);
    timer_delete(s->timer);
    event_free(s->beat);
    free(s);
}
