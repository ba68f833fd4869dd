// SPDX-License-Identifier: GPL-2.0-or-later
/* The loop's timers in milliseconds. Called by every file of this room that waits. */
#include "gateway/serve/timer.h"

#include "gateway/base/err.h"

#define TIMERS_MAX 64

void timer_arm(struct event *timer, int64_t ms)
{
    if (ms < 0)
        ms = 0;
    struct timeval tv = {.tv_sec = (time_t)(ms / 1000), .tv_usec = (suseconds_t)(ms % 1000 * 1000)};
    evtimer_add(timer, &tv);
}

static void nothing(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what, (void)arg;
}

int timer_reserve(struct event_base *base)
{
    struct event *ev[TIMERS_MAX] = {NULL};
    int rc = 0;
    for (int i = 0; i < TIMERS_MAX; i++) {
        ev[i] = evtimer_new(base, nothing, NULL);
        if (!ev[i] || evtimer_add(ev[i], &(struct timeval){.tv_sec = 3600}))
            rc = -ENOMEM;
    }
    for (int i = 0; i < TIMERS_MAX; i++)
        if (ev[i])
            event_free(ev[i]);
    return rc;
}
