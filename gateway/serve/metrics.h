// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The core's figures in Prometheus' text format (version 0.0.4), for /metrics. Labels come from
 * closed sets: lines of the config, dispositions, priorities, checks. Never a phone number, a name, a
 * village or a kind of incident. Counters begin at 0 with the process.
 */
#ifndef TB_SERVE_METRICS_H
#define TB_SERVE_METRICS_H

#include "gateway/serve/lines.h"
#include "gateway/serve/report.h"
#include "gateway/serve/works.h"

struct metrics; /* owned by core.c */

/* Messages count from now on. NULL: out of memory. */
struct metrics *metrics_new(struct works *w, struct lines *lines);
void metrics_free(struct metrics *m);
/* The text: 0, -EMSGSIZE, or the store's error. */
int metrics_text(struct metrics *m, const struct report_about *about, char *out, size_t size);

#endif
