// SPDX-License-Identifier: GPL-2.0-or-later
/* Where somebody was last, for an SOS that does not say where. */
#ifndef TB_STORE_SOS_H
#define TB_STORE_SOS_H

#include "store/db.h"

#include <stdbool.h>

/* The village of the newest report of this user or party (the other 0) since since_ms: 0 or -ENOENT. */
int sos_last_place(struct db *db, int64_t user_id, int64_t party_id, int64_t since_ms, char *out, size_t size);
/* The incident's village is only where its reporter was last. */
int sos_set_place_last(struct db *db, int64_t incident_id);
int sos_place_is_last(struct db *db, int64_t incident_id, bool *last);

#endif
