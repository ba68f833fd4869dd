// SPDX-License-Identifier: GPL-2.0-or-later
/* Counting. Called by the parts of the core. */
#include "gateway/serve/tally.h"

#include "gateway/base/clock.h"

/* An SSD commits in a millisecond or two, a tired SD card in half a second. */
const int64_t tally_bounds_us[TALLY_BUCKETS] = {1000, 2500, 5000, 10000, 25000, 100000, 500000, 2500000, 0};

void tally_commit(struct tally *t, int64_t us, bool ok)
{
    int i = 0;
    if (!ok) {
        t->commits_failed++;
        return;
    }
    while (tally_bounds_us[i] && us > tally_bounds_us[i])
        i++;
    t->commits[i]++;
    t->commit_us += us > 0 ? (uint64_t)us : 0;
    t->commit_ok_ms = mono_ms();
}
