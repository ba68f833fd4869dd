// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Service time. Wall time may jump (a dead battery, 1970 at boot, an operator); everything
 * relative (repeat an alert in five minutes, a reply's time to live) follows service time:
 * the later of wall time and the last stored service time when the core started, plus boot
 * time since. It never goes back, over restarts too.
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

/* stored_rel_ms: meta "service_ms", 0 at the first start. */
void service_time_start(struct service_time *t, const struct clock *clock, int64_t stored_rel_ms);
struct now service_now(const struct service_time *t);

#endif
