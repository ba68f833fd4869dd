// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fdatasync of a medium that may be slow, or never answer: on a thread of its own, which touches nothing
 * else, so that a dying stick can not hold the loop. Owned by journaling.c.
 */
#ifndef TB_SERVE_SYNCER_H
#define TB_SERVE_SYNCER_H

#include <stdbool.h>
#include <stdint.h>

struct syncer;

/* NULL: no memory or no thread. */
struct syncer *syncer_new(void);
/* Waits for it at most wait_ms; one that hangs in the kernel is left behind. */
void syncer_free(struct syncer *s, int64_t wait_ms);
/* Syncs this file (the descriptor is doubled). -EBUSY while the last one is under way. */
int syncer_ask(struct syncer *s, int fd);
/* So long one has been under way; 0 = none. */
int64_t syncer_busy_ms(struct syncer *s);
/* What came of the last one that ended since it was asked for last: 1 with *rc, or 0. */
int syncer_result(struct syncer *s, int *rc);

#endif
