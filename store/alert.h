// SPDX-License-Identifier: GPL-2.0-or-later
/* What climbing alerts keep: who was told and reached, incidents that stand still, handing over. */
#ifndef TB_STORE_ALERT_H
#define TB_STORE_ALERT_H

#include "store/outbox.h"

/* One who was alerted, with the state of his last alert. */
struct reach {
    int64_t user_id;
    int step;           /* the first that told him */
    int64_t told_rel;   /* the last alert, service time */
    int64_t reached_ms; /* the first delivery report, 0 = none yet */
    int64_t away_rel;   /* the last report on any text to him said that his phone is off; 0 = not */
    char state[12];     /* of the last alert: a state of outbox.h */
};

/* An alert was written to him: step is kept from the first. */
int alert_told(struct db *db, int64_t incident_id, int64_t user_id, int step, int64_t now_rel, int64_t outbox_id);
int alert_reach_each(struct db *db, int64_t incident_id, int (*fn)(void *ctx, const struct reach *r), void *ctx);
/* Opened again: what came to his phone before counts no more. */
int alert_forget_reach(struct db *db, int64_t incident_id);

/* What a row of the outbox was: -ENOENT. */
struct alert_row {
    int64_t user_id, incident_id; /* 0 = none */
    enum priority priority;
    bool user_away; /* his phone was known to be off before this report */
};
int alert_row(struct db *db, int64_t outbox_id, struct alert_row *out);
/* A delivery report on an alert to him. */
int alert_reached(struct db *db, int64_t incident_id, int64_t user_id, int64_t now_ms);
/* His phone is off, said at now_rel; 0 = it is there. */
int alert_user_away(struct db *db, int64_t user_id, int64_t now_rel);
/* The newest row of this line, reference and user that waits for its report: 0 or -ENOENT. */
int alert_sent_row(struct db *db, const char *line, int ref, int64_t user_id, int64_t since_ms, int64_t *id);

/* Open incidents that this user was alerted to, most severe first: up to `max` ids, the count. */
int alert_open_for(struct db *db, int64_t user_id, int64_t *ids, int max);

/* Taken over from him who had it: -ENOENT when he has it no more. */
int incident_set_taker(struct db *db, int64_t id, int64_t user_id, int64_t from_id);
/* How often an incident that was taken was asked for since it last moved. */
int incident_still(struct db *db, int64_t id, int *asks);
int incident_set_still(struct db *db, int64_t id, int asks);

struct handover {
    int64_t user_id, from_id; /* who wants it, who has it */
    int64_t asked_ms;
};
int handover_set(struct db *db, int64_t incident_id, const struct handover *h);
/* The one that waits for an answer: 0 or -ENOENT. */
int handover_of(struct db *db, int64_t incident_id, struct handover *out);
/* how: "yes" "no" "late"; -ENOENT when none waits. */
int handover_finish(struct db *db, int64_t incident_id, const char *how);

#endif
