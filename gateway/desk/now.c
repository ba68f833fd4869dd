// SPDX-License-Identifier: GPL-2.0-or-later
/* Service time. See now.h. */
#include "gateway/desk/now.h"

void service_time_start(struct service_time *t, const struct clock *clock, int64_t stored_rel_ms)
{
    int64_t wall = clock_now_ms(clock);
    t->clock = clock;
    t->base_ms = wall > stored_rel_ms ? wall : stored_rel_ms;
    t->boot0_ms = clock_boot_ms(clock);
}

struct now service_now(const struct service_time *t)
{
    return (struct now){
        .wall_ms = clock_now_ms(t->clock),
        .rel_ms = t->base_ms + (clock_boot_ms(t->clock) - t->boot0_ms),
    };
}
