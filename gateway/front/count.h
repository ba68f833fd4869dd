// SPDX-License-Identifier: GPL-2.0-or-later
/* What the front counts of itself, for /metrics: requests by path and status, in closed lists, so
 * that no client can make a new label. Lives as long as the process; a restart starts at 0, which is
 * what Prometheus expects of a counter. */
#ifndef TB_FRONT_COUNT_H
#define TB_FRONT_COUNT_H

#include "gateway/base/str.h"

#include <stdint.h>

enum count_path { COUNT_USSD, COUNT_METRICS, COUNT_HEALTH, COUNT_OTHER, COUNT_PATHS };
#define COUNT_CODES 10

struct count {
    uint64_t requests[COUNT_PATHS][COUNT_CODES];
    uint64_t unanswered; /* questions to the core that nobody answered in time */
    uint64_t ussd_us, ussd_n;
};

void count_request(struct count *c, enum count_path path, int status);
/* How often so far. */
uint64_t count_of(const struct count *c, enum count_path path, int status);
/* In Prometheus' text format. */
void count_print(const struct count *c, int connections, struct sbuf *b);

#endif
