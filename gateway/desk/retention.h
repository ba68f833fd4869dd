// SPDX-License-Identifier: GPL-2.0-or-later
/* What is kept how long: the job that erases in portions, and the day it believes. */
#ifndef TB_DESK_RETENTION_H
#define TB_DESK_RETENTION_H

#include "gateway/desk/desk.h"
#include "store/retention.h"

/* Once a day (service time): believes the day, and sets the job that erases. */
int retention_begin(struct desk *d);
/* The job, one portion. key: "RULE PORTION". */
int retention_due_job(struct desk *d, const char *key);

/* The days of a rule by these settings, 0 = for ever. */
int retention_days(const struct config *cfg, enum keep_rule rule);
/* The day that is believed as it was stored last: -ENOENT before the first. */
int retention_believed(struct db *db, int64_t *believed_ms);

#endif
