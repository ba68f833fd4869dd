// SPDX-License-Identifier: GPL-2.0-or-later
/* Counts for the indicators and the calendar's memory. Called by the desk; only tip_total_set and
 * reminder_note write. See indicator.h. */
#include "store/indicator.h"

#include "gateway/base/err.h"
#include "store/engine.h"

#include <string.h>

static void read_incident(struct db *db, enum sql_id q, struct indicator_incident *i)
{
    q_copy(db, q, 0, i->form, sizeof i->form);
    q_copy(db, q, 1, i->kind, sizeof i->kind);
    q_copy(db, q, 2, i->place, sizeof i->place);
    i->severity = (int)q_get(db, q, 3);
    i->unverified = q_get(db, q, 4) != 0;
    i->under_way = q_get(db, q, 5) != 0;
    i->created_ms = q_get(db, q, 7);
    i->sent_ms = q_get(db, q, 8);
    i->acked_ms = q_get(db, q, 9);
    i->scene_ms = q_get(db, q, 10);
    i->team_ms = q_get(db, q, 11);
    i->closed_ms = strcmp(q_str(db, q, 6), "closed") == 0 ? q_get(db, q, 12) : 0;
    i->called_ms = q_get(db, q, 13);
    i->reporter = role_from(q_str(db, q, 14));
}

int indicator_each_incident(struct db *db, int64_t from_ms, int64_t to_ms,
                            int (*fn)(void *ctx, const struct indicator_incident *i), void *ctx)
{
    const enum sql_id q = SQL_indicator_incidents;
    struct indicator_incident i;
    int stop = 0, rc = q_free(db, q);
    if (rc < 0)
        return rc;
    memset(&i, 0, sizeof i);
    q_i64(db, q, 1, from_ms);
    q_i64(db, q, 2, to_ms);
    while (stop == 0 && (rc = q_row(db, q)) == 1) {
        read_incident(db, q, &i);
        stop = fn(ctx, &i);
    }
    q_end(db, q);
    return stop ? stop : rc;
}

int indicator_alert_sent(struct db *db, int64_t outbox_id, int64_t now_ms)
{
    const enum sql_id q = SQL_indicator_alert_sent;
    q_i64(db, q, 1, outbox_id);
    q_i64(db, q, 2, now_ms);
    int rc = q_run(db, q);
    return rc < 0 ? rc : 0;
}

int activity_each(struct db *db, const char *form, const char *place, int64_t from_ms, int64_t to_ms,
                  int (*fn)(void *ctx, int64_t at_ms, const char *slots, const char *text), void *ctx)
{
    const enum sql_id q = SQL_activity_between;
    int stop = 0, rc = q_free(db, q);
    if (rc < 0)
        return rc;
    q_text(db, q, 1, form);
    q_text(db, q, 2, place);
    q_i64(db, q, 3, from_ms);
    q_i64(db, q, 4, to_ms);
    while (stop == 0 && (rc = q_row(db, q)) == 1)
        stop = fn(ctx, q_get(db, q, 0), q_str(db, q, 1), q_str(db, q, 2));
    q_end(db, q);
    return stop ? stop : rc;
}

/* The one number of a query. */
static int number(struct db *db, enum sql_id q, int64_t *out)
{
    int rc = q_one(db, q);
    if (rc < 0)
        return rc;
    *out = q_get(db, q, 0);
    q_end(db, q);
    return 0;
}

int message_first(struct db *db, int64_t *at_ms)
{
    return number(db, SQL_message_first, at_ms);
}

int tip_total_set(struct db *db, const char *month, int64_t total, int64_t user_id, int64_t now_ms)
{
    const enum sql_id q = SQL_tip_total_set;
    q_text(db, q, 1, month);
    q_i64(db, q, 2, total);
    q_i64(db, q, 3, user_id);
    q_i64(db, q, 4, now_ms);
    int rc = q_run(db, q);
    return rc < 0 ? rc : 0;
}

int tip_total_get(struct db *db, const char *month, int64_t *total)
{
    q_text(db, SQL_tip_total_get, 1, month);
    return number(db, SQL_tip_total_get, total);
}

static void bind_step(struct db *db, enum sql_id q, const char *item, const char *place, const char *period,
                      enum reminder_step step)
{
    q_text(db, q, 1, item);
    q_text(db, q, 2, place);
    q_text(db, q, 3, period);
    q_i64(db, q, 4, step);
}

int reminder_note(struct db *db, const char *item, const char *place, const char *period, enum reminder_step step,
                  int64_t now_ms)
{
    bind_step(db, SQL_reminder_insert, item, place, period, step);
    q_i64(db, SQL_reminder_insert, 5, now_ms);
    int rc = q_run(db, SQL_reminder_insert);
    return rc < 0 ? rc : 0;
}

int reminder_said(struct db *db, const char *item, const char *place, const char *period, enum reminder_step step)
{
    int64_t one;
    bind_step(db, SQL_reminder_find, item, place, period, step);
    int rc = number(db, SQL_reminder_find, &one);
    return rc == -ENOENT ? 0 : rc < 0 ? rc : 1;
}
