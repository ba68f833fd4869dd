// SPDX-License-Identifier: GPL-2.0-or-later
/* One event, many reports: those that joined an incident after its first. */
#ifndef TB_STORE_REPORT_H
#define TB_STORE_REPORT_H

#include "store/db.h"
#include "store/incident.h"

struct report {
    int64_t id, incident_id, message_id;
    int64_t user_id, party_id; /* one of the two, or none */
    int64_t at_ms;
    const char *text_in;           /* in */
    char text[INCIDENT_TEXT_SIZE]; /* out: cut at a character */
};

/* The newest live joinable incident of this kind and place made at or after since_ms: 0 or
 * -ENOENT. */
int report_find(struct db *db, const char *kind, const char *place, int64_t since_ms, int64_t *incident_id);
int report_add(struct db *db, const struct report *r, int64_t *id);
/* The joined reports of an incident, oldest first. */
int report_each(struct db *db, int64_t incident_id, int (*fn)(void *ctx, const struct report *r), void *ctx);
/* The join was wrong: the row goes, the audit keeps it. */
int report_remove(struct db *db, int64_t id);

#endif
