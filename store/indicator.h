// SPDX-License-Identifier: GPL-2.0-or-later
/* What the indicators and the calendar count. Restricted and cancelled incidents are never among them. */
#ifndef TB_STORE_INDICATOR_H
#define TB_STORE_INDICATOR_H

#include "gateway/base/commune.h"
#include "store/db.h"

/* An incident, and when what happened to it. Times are UTC ms, 0 = it did not. */
struct indicator_incident {
    char form[FORM_NAME_SIZE]; /* "incident", "sos", "tip" */
    char kind[KIND_CODE_SIZE];
    char place[PLACE_CODE_SIZE]; /* "" = not known */
    int severity;
    bool unverified;
    bool under_way;     /* when it was reported */
    enum role reporter; /* ROLE_NONE: a stranger, or a tip's sender */
    int64_t created_ms;
    int64_t sent_ms;   /* its first alert was handed to the network */
    int64_t acked_ms;  /* the first NHAN */
    int64_t scene_ms;  /* the first COMAT, anybody's */
    int64_t team_ms;   /* the first COMAT of a team or village head */
    int64_t closed_ms; /* the last XONG */
    int64_t called_ms; /* the first DIEU */
};
/* Those reported in [from_ms, to_ms), oldest first. */
int indicator_each_incident(struct db *db, int64_t from_ms, int64_t to_ms,
                            int (*fn)(void *ctx, const struct indicator_incident *i), void *ctx);
/* The first alert of its incident goes out with this outbox row: noted. Called by outbox_sent. */
int indicator_alert_sent(struct db *db, int64_t outbox_id, int64_t now_ms);

/* Activities of a form in a village ("" = none given) in [from_ms, to_ms), oldest first. slots and text
 * until fn returns. */
int activity_each(struct db *db, const char *form, const char *place, int64_t from_ms, int64_t to_ms,
                  int (*fn)(void *ctx, int64_t at_ms, const char *slots, const char *text), void *ctx);
/* When the first message of all came: before, nothing was recorded. -ENOENT: none has come. */
int message_first(struct db *db, int64_t *at_ms);

/* month: "2026-11". The last number stands; -ENOENT when none was given. */
int tip_total_set(struct db *db, const char *month, int64_t total, int64_t user_id, int64_t now_ms);
int tip_total_get(struct db *db, const char *month, int64_t *total);

/* One step of the calendar for an item, a village ("" = the office) and a period. */
enum reminder_step { REMINDER_FIRST, REMINDER_THEN, REMINDER_OVERDUE };
int reminder_note(struct db *db, const char *item, const char *place, const char *period, enum reminder_step step,
                  int64_t now_ms);
/* 1 when it was said, else 0. */
int reminder_said(struct db *db, const char *item, const char *place, const char *period, enum reminder_step step);

#endif
