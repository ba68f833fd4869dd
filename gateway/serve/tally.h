// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the core counts while it runs, for /metrics. Counters of the process: they begin at 0 at each
 * start, as Prometheus expects of counters, and cost no write. Each is added to after the commit
 * that made it true.
 */
#ifndef TB_SERVE_TALLY_H
#define TB_SERVE_TALLY_H

#include "config/config.h"

#include <stdint.h>

#define TALLY_BUCKETS 9 /* of the commit time, the last is +Inf */

struct tally {
    /* by line */
    uint64_t sent[CONFIG_LINES_MAX], refused[CONFIG_LINES_MAX], unanswered[CONFIG_LINES_MAX];
    uint64_t delivered, undelivered; /* delivery reports */
    uint64_t jobs;
    uint64_t commits[TALLY_BUCKETS], commit_us, commits_failed;
    int64_t commit_ok_ms; /* mono_ms of the last commit that succeeded, 0 = none yet */
};

/* Upper bounds of the buckets in microseconds, 0 = no bound. */
extern const int64_t tally_bounds_us[TALLY_BUCKETS];

void tally_commit(struct tally *t, int64_t us, bool ok);

#endif
