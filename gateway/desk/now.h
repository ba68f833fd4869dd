// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Service time. Wall time may jump (a dead battery, 1970 at boot, an operator); everything
 * relative (repeat an alert in five minutes, a reply's time to live) follows service time, which
 * never goes back. Within one boot of the box it follows boot time, over restarts of the core and
 * jumps of the wall clock; after a boot it is the later of wall time and what was stored last, since
 * nothing else tells how long the power was off.
 */
#ifndef TB_DESK_NOW_H
#define TB_DESK_NOW_H

#include "gateway/base/clock.h"

struct now {
    int64_t wall_ms; /* UTC ms: what people are told, calendar jobs */
    int64_t rel_ms;  /* service time, ms: everything relative */
};

struct service_time {
    const struct clock *clock;
    int64_t base_ms, boot0_ms;
};

#define SERVICE_TEXT_SIZE 96

/* stored: the text of service_time_text that was stored last, "" at the first start. */
void service_time_start(struct service_time *t, const struct clock *clock, const char *stored);
/* What a later start needs, for meta "service_time": "REL_MS BOOT_MS BOOT_ID". */
void service_time_text(const struct service_time *t, char out[SERVICE_TEXT_SIZE]);
struct now service_now(const struct service_time *t);
/* UTC ms for calendar jobs (JOB_WALL), quiet hours and dates: wall time; service time when the wall clock
 * is lost (1970 after a dead battery), that is days behind it. */
int64_t now_calendar(struct now now);

#endif
