// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The one source of `now`. Wall time is UTC milliseconds since 1970; boot time is
 * milliseconds that only move forward (relative jobs follow it). A real clock reads the
 * system, a manual one stands until it is moved (play, tests). mono_ms() is the real
 * monotonic clock, for watchdogs, library time-outs and back-off only.
 */
#ifndef TB_BASE_CLOCK_H
#define TB_BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct clock; /* owned by whoever called clock_new_* */

struct clock *clock_new_real(void);
struct clock *clock_new_manual(int64_t wall_ms, int64_t boot_ms);
void clock_free(struct clock *c);

bool clock_is_manual(const struct clock *c);
int64_t clock_now_ms(const struct clock *c);  /* wall, UTC ms */
int64_t clock_boot_ms(const struct clock *c); /* CLOCK_BOOTTIME or its manual stand-in, ms */

/* Names the boot that clock_boot_ms counts from, so that a later process knows whether a stored
 * boot time is of its own boot; "" when the system does not tell. */
void clock_boot_id(const struct clock *c, char *out, size_t size);

/* Manual clocks only (-EINVAL on a real one or when dt_ms < 0): both hands move by dt_ms. */
int clock_advance(struct clock *c, int64_t dt_ms);
/* Manual clocks only: the wall hand alone jumps by dt_ms, either way. */
int clock_jump(struct clock *c, int64_t dt_ms);

int64_t mono_ms(void);
int64_t mono_us(void);

#endif
