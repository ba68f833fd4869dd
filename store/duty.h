// SPDX-License-Identifier: GPL-2.0-or-later
/* Who is in, and what the lines last said of themselves. The nights, corrections and patrols:
 * store/attendance.h. */
#ifndef TB_STORE_DUTY_H
#define TB_STORE_DUTY_H

#include "store/db.h"

struct attendance {
    int64_t id, user_id;
    char place[16];
    char night[12];        /* "2026-11-12" */
    int64_t in_ms, out_ms; /* out 0 = still there */
    int64_t message_id;
    const char *how; /* in: 'text' (NULL), 'call', 'patrol', 'leader' */
    bool by_patrol;  /* out: TUAN BD said it, TUAN KT ends it */
    bool forgotten;  /* out: RA never came, the service closed it */
};

int attendance_in(struct db *db, const struct attendance *a, int64_t *id);
/* The open row of a user: 0 or -ENOENT. */
int attendance_open(struct db *db, int64_t user_id, struct attendance *out);
int attendance_out(struct db *db, int64_t id, int64_t now_ms);
int attendance_each_open(struct db *db, int (*fn)(void *ctx, const struct attendance *a), void *ctx);

struct line_state {
    char line[32];
    char state[8]; /* "up" "down" */
    int signal_dbm, registration, sim, sim_used, sim_total;
    char operator_name[48], smsc[40];
    char balance[160];
    int64_t balance_ms, seen_ms;
    bool balance_known;       /* the words were understood */
    int64_t balance_dong;     /* of the main account */
    int64_t balance_until_ms; /* the start of its last day; 0 = not said */
};
int line_state_set(struct db *db, const struct line_state *s);
int line_state_get(struct db *db, const char *line, struct line_state *out);

#endif
