// SPDX-License-Identifier: GPL-2.0-or-later
/* The courier's queue and the troubles, for the status. */
#ifndef TB_SERVE_REPORT_POST_H
#define TB_SERVE_REPORT_POST_H

#include "gateway/serve/works.h"

#include <jansson.h>

/* Adds to o: "courier" {wanted, up, pid, queued, dead}, "troubles" [{what, text, since, told}]. */
void report_post(struct works *w, bool up, int pid, json_t *o);

#endif
