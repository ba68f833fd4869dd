// SPDX-License-Identifier: GPL-2.0-or-later
/* When to try again: pure, without a clock of its own. Called by sender.c, lines.c, inbox.c
 * and ticker.c. Nothing can go wrong: every input has an answer within its bounds. */
#include "gateway/serve/backoff.h"

/* splitmix64: a good mix of one word. */
static uint64_t mix(uint64_t x)
{
    x += 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

int64_t backoff_ms(int tries, int64_t first_ms, int64_t cap_ms, uint64_t seed)
{
    int64_t ms = first_ms < 1 ? 1 : first_ms;
    for (int i = 0; i < tries && ms < cap_ms; i++)
        ms = ms > cap_ms / 2 ? cap_ms : ms * 2;
    if (ms > cap_ms)
        ms = cap_ms;
    int64_t share = ms / 4;
    if (share > 0)
        ms -= (int64_t)(mix(seed * 31 + (uint64_t)(tries < 0 ? 0 : tries)) % (uint64_t)(share + 1));
    return ms < 1 ? 1 : ms;
}

static int64_t cost_us(const struct bucket *b)
{
    return 60000000 / b->per_minute;
}

static int64_t burst_us(const struct bucket *b)
{
    int burst = b->per_minute / 2;
    burst = burst < 1 ? 1 : burst > 10 ? 10 : burst;
    return burst * cost_us(b);
}

void bucket_init(struct bucket *b, int per_minute, int64_t now_ms)
{
    b->per_minute = per_minute < 1 ? 1 : per_minute;
    b->at_ms = now_ms;
    b->level_us = burst_us(b);
}

static void fill(struct bucket *b, int64_t now_ms)
{
    int64_t dt_ms = now_ms - b->at_ms;
    if (dt_ms <= 0)
        return;
    b->at_ms = now_ms;
    int64_t full_us = burst_us(b);
    if (dt_ms > 3600000)
        dt_ms = 3600000;
    b->level_us += dt_ms * 1000;
    if (b->level_us > full_us)
        b->level_us = full_us;
}

int64_t bucket_wait_ms(struct bucket *b, int64_t now_ms)
{
    if (b->per_minute >= BUCKET_FREE)
        return 0;
    fill(b, now_ms);
    int64_t lacks_us = cost_us(b) - b->level_us;
    return lacks_us <= 0 ? 0 : (lacks_us + 999) / 1000;
}

void bucket_take(struct bucket *b, int64_t now_ms)
{
    if (b->per_minute >= BUCKET_FREE)
        return;
    fill(b, now_ms);
    b->level_us -= cost_us(b);
    if (b->level_us < -burst_us(b))
        b->level_us = -burst_us(b);
}
