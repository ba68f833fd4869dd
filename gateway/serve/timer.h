// SPDX-License-Identifier: GPL-2.0-or-later
/* The loop's timers in milliseconds. */
#ifndef TB_SERVE_TIMER_H
#define TB_SERVE_TIMER_H

#include <event2/event.h>
#include <stdint.h>

/* (Re)arms an evtimer; less than 0 counts as 0. */
void timer_arm(struct event *timer, int64_t ms);

/* At start: makes the loop's heap of timers so long that arming one never needs memory later. A timer
 * that could not be armed for want of memory would hold for ever what waits for it. -ENOMEM. */
int timer_reserve(struct event_base *base);

#endif
