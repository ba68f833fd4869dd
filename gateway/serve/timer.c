// SPDX-License-Identifier: GPL-2.0-or-later
/* The loop's timers in milliseconds. Called by every file of this room that waits. */
#include "gateway/serve/timer.h"

void timer_arm(struct event *timer, int64_t ms)
{
    if (ms < 0)
        ms = 0;
    struct timeval tv = {.tv_sec = (time_t)(ms / 1000), .tv_usec = (suseconds_t)(ms % 1000 * 1000)};
    evtimer_add(timer, &tv);
}
