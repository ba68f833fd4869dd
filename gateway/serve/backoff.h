// SPDX-License-Identifier: GPL-2.0-or-later
/* When to try again, and how often at most: pure functions, used by the sender, the line
 * supervision and the ticker. */
#ifndef TB_SERVE_BACKOFF_H
#define TB_SERVE_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

/* The pause before try number `tries` + 1 (tries >= 0 have failed): first_ms doubled `tries`
 * times, at most cap_ms, less a share of up to a quarter that depends on the seed and on
 * `tries` only, so that things which failed together do not come back together. At least 1. */
int64_t backoff_ms(int tries, int64_t first_ms, int64_t cap_ms, uint64_t seed);

/* A token bucket: `per_minute` texts a minute with a burst of half that, 1 to 10. A rate of
 * BUCKET_FREE or more is no limit: no modem sends as fast. Times are of one clock that never
 * goes back. */
#define BUCKET_FREE 600
struct bucket {
    int per_minute;
    int64_t level_us; /* one text costs 60,000,000 us / per_minute */
    int64_t at_ms;
};
void bucket_init(struct bucket *b, int per_minute, int64_t now_ms);
/* Milliseconds until a text may go; 0 = now. */
int64_t bucket_wait_ms(struct bucket *b, int64_t now_ms);
/* Takes one, also when there is none (SOS): later ones wait the longer, at most a burst. */
void bucket_take(struct bucket *b, int64_t now_ms);

#endif
