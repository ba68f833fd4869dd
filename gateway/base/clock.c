// SPDX-License-Identifier: GPL-2.0-or-later
/* The clock object. See clock.h. */
#include "gateway/base/clock.h"

#include "gateway/base/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct clock {
    bool manual;
    int64_t wall_ms, boot_ms;
};

static int64_t read_us(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

struct clock *clock_new_real(void)
{
    return calloc(1, sizeof(struct clock));
}

struct clock *clock_new_manual(int64_t wall_ms, int64_t boot_ms)
{
    struct clock *c = calloc(1, sizeof(*c));
    if (c) {
        c->manual = true;
        c->wall_ms = wall_ms;
        c->boot_ms = boot_ms;
    }
    return c;
}

void clock_free(struct clock *c)
{
    free(c);
}

bool clock_is_manual(const struct clock *c)
{
    return c->manual;
}

int64_t clock_now_ms(const struct clock *c)
{
    return c->manual ? c->wall_ms : read_us(CLOCK_REALTIME) / 1000;
}

int64_t clock_boot_ms(const struct clock *c)
{
    return c->manual ? c->boot_ms : read_us(CLOCK_BOOTTIME) / 1000;
}

/* random(4): a UUID, new at each boot. A manual clock's boot outlives the processes that read it. */
void clock_boot_id(const struct clock *c, char *out, size_t size)
{
    int n = snprintf(out, size, "%s", c->manual ? "manual" : "");
    FILE *f = c->manual ? NULL : fopen("/proc/sys/kernel/random/boot_id", "re");
    if (f && fgets(out, (int)size, f))
        n = (int)strcspn(out, "\n");
    out[n] = '\0';
    if (f)
        fclose(f);
}

int clock_advance(struct clock *c, int64_t dt_ms)
{
    if (!c->manual || dt_ms < 0)
        return -EINVAL;
    c->wall_ms += dt_ms;
    c->boot_ms += dt_ms;
    return 0;
}

int clock_jump(struct clock *c, int64_t dt_ms)
{
    if (!c->manual)
        return -EINVAL;
    c->wall_ms += dt_ms;
    return 0;
}

int64_t mono_ms(void)
{
    return mono_us() / 1000;
}

int64_t mono_us(void)
{
    return read_us(CLOCK_MONOTONIC);
}
