// SPDX-License-Identifier: GPL-2.0-or-later
/* Activities of the teams (meetings, loudspeaker, patrols …): recorded and counted by place. */
#ifndef TB_STORE_ACTIVITY_H
#define TB_STORE_ACTIVITY_H

#include "store/db.h"

struct activity {
    const char *form;  /* form name */
    const char *place; /* place code, "" = none */
    int64_t user_id, message_id;
    int64_t at_ms;     /* UTC ms */
    const char *slots; /* "25 3", "THANH": what else was slotted, joined by one space */
    const char *text;  /* UTF-8 */
};

int activity_add(struct db *db, const struct activity *a, int64_t *id);
/* How many of this form and place at or after since_ms. */
int activity_count(struct db *db, const char *form, const char *place, int64_t since_ms, int64_t *n);

#endif
