// SPDX-License-Identifier: GPL-2.0-or-later
/* Who was called out to an incident (DIEU), and how many of them came (COMAT). */
#ifndef TB_STORE_CALLOUT_H
#define TB_STORE_CALLOUT_H

#include "store/db.h"

struct callout {
    int called, came;
    int64_t by_id; /* the user who called last; 0 = nobody was called */
};

/* Calling again keeps the first time, and the caller becomes who is told. */
int callout_add(struct db *db, int64_t incident_id, int64_t user_id, int64_t by_id, int64_t now_ms);
int callout_count(struct db *db, int64_t incident_id, struct callout *out);
/* Was this user called? 0, or -ENOENT. */
int callout_find(struct db *db, int64_t incident_id, int64_t user_id);

#endif
