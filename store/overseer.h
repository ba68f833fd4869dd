// SPDX-License-Identifier: GPL-2.0-or-later
/* The second look at alerts: open incidents and when somebody was last asked. */
#ifndef TB_STORE_OVERSEER_H
#define TB_STORE_OVERSEER_H

#include "store/incident.h"

/* Service times, 0 = never. */
struct asked {
    int64_t received_rel; /* of its message */
    int64_t told_rel;     /* the last alert to anybody */
    int64_t alarm_rel;    /* the last alarm of this look */
};

/* Every open incident that was not held back. */
int overseer_each(struct db *db, int (*fn)(void *ctx, const struct incident *in, const struct asked *a), void *ctx);
int overseer_alarm(struct db *db, int64_t incident_id, int64_t now_rel);

#endif
