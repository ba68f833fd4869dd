// SPDX-License-Identifier: GPL-2.0-or-later
/* Service time. See now.h. */
#include "gateway/desk/now.h"

#include <stdio.h>
#include <string.h>

#define BOOT_ID_SIZE 40
#define LOST_MS (2LL * 24 * 3600 * 1000)

void service_time_start(struct service_time *t, const struct clock *clock, const char *stored)
{
    int64_t wall = clock_now_ms(clock);
    long long rel = 0, boot = 0;
    char then[BOOT_ID_SIZE] = "", id[BOOT_ID_SIZE];
    int n = sscanf(stored, "%lld %lld %39s", &rel, &boot, then);
    clock_boot_id(clock, id, sizeof(id));
    t->clock = clock;
    if (n == 3 && *id && !strcmp(id, then) && boot <= clock_boot_ms(clock)) {
        t->base_ms = rel;
        t->boot0_ms = boot;
        return;
    }
    t->base_ms = wall > rel ? wall : rel;
    t->boot0_ms = clock_boot_ms(clock);
}

void service_time_text(const struct service_time *t, char out[SERVICE_TEXT_SIZE])
{
    char id[BOOT_ID_SIZE];
    int64_t boot = clock_boot_ms(t->clock);
    clock_boot_id(t->clock, id, sizeof(id));
    snprintf(out, SERVICE_TEXT_SIZE, "%lld %lld %s", (long long)(t->base_ms + boot - t->boot0_ms), (long long)boot, id);
}

int64_t now_calendar(struct now now)
{
    /* an operator who sets a clock back by a day means it: nothing is that wrong for other reasons */
    return now.rel_ms - now.wall_ms > LOST_MS ? now.rel_ms : now.wall_ms;
}

struct now service_now(const struct service_time *t)
{
    return (struct now){
        .wall_ms = clock_now_ms(t->clock),
        .rel_ms = t->base_ms + (clock_boot_ms(t->clock) - t->boot0_ms),
    };
}
