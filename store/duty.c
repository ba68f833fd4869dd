// SPDX-License-Identifier: GPL-2.0-or-later
/* Attendance and the lines' last words. Called by the desk (VAO, RA, *3#, *7#) and status. */
#include "store/duty.h"

#include "gateway/base/err.h"
#include "gateway/base/mask.h"
#include "store/engine.h"

#include <string.h>

int attendance_in(struct db *db, const struct attendance *a, int64_t *id)
{
    const enum sql_id q = SQL_attendance_insert;
    q_i64(db, q, 1, a->user_id);
    q_text(db, q, 2, a->place);
    q_text(db, q, 3, a->night);
    q_i64(db, q, 4, a->in_ms);
    q_ref(db, q, 5, a->message_id);
    q_text(db, q, 6, a->how ? a->how : "text");
    return q_insert(db, q, id);
}

void attendance_read(struct db *db, enum sql_id q, struct attendance *a)
{
    a->id = q_get(db, q, 0);
    a->user_id = q_get(db, q, 1);
    q_copy(db, q, 2, a->place, sizeof a->place);
    q_copy(db, q, 3, a->night, sizeof a->night);
    a->in_ms = q_get(db, q, 4);
    a->out_ms = q_get(db, q, 5);
    a->message_id = q_get(db, q, 6);
    a->by_patrol = strcmp(q_str(db, q, 7), "patrol") == 0;
    a->forgotten = q_get(db, q, 8) != 0;
}

int attendance_open(struct db *db, int64_t user_id, struct attendance *out)
{
    memset(out, 0, sizeof *out);
    q_i64(db, SQL_attendance_of, 1, user_id);
    int rc = q_one(db, SQL_attendance_of);
    if (rc < 0)
        return rc;
    attendance_read(db, SQL_attendance_of, out);
    q_end(db, SQL_attendance_of);
    return 0;
}

int attendance_out(struct db *db, int64_t id, int64_t now_ms)
{
    q_i64(db, SQL_attendance_leave, 1, id);
    q_i64(db, SQL_attendance_leave, 2, now_ms);
    return q_change(db, SQL_attendance_leave);
}

int attendance_each_open(struct db *db, int (*fn)(void *ctx, const struct attendance *a), void *ctx)
{
    const enum sql_id q = SQL_attendance_now;
    struct attendance a;
    int stop = 0, rc = q_free(db, q);
    if (rc < 0)
        return rc;
    memset(&a, 0, sizeof a);
    while (stop == 0 && (rc = q_row(db, q)) == 1) {
        attendance_read(db, q, &a);
        stop = fn(ctx, &a);
    }
    q_end(db, q);
    return stop ? stop : rc;
}

int line_state_set(struct db *db, const struct line_state *s)
{
    const enum sql_id q = SQL_line_set;
    char balance[sizeof s->balance];
    memcpy(balance, s->balance, sizeof balance);
    mask_numbers(balance);
    q_text(db, q, 1, s->line);
    q_text(db, q, 2, s->state);
    q_i64(db, q, 3, s->signal_dbm);
    q_i64(db, q, 4, s->registration);
    q_i64(db, q, 5, s->sim);
    q_i64(db, q, 6, s->sim_used);
    q_i64(db, q, 7, s->sim_total);
    q_text(db, q, 8, s->operator_name);
    q_text(db, q, 9, s->smsc);
    q_text(db, q, 10, balance);
    q_i64(db, q, 11, s->balance_ms);
    q_i64(db, q, 12, s->seen_ms);
    q_i64(db, q, 13, s->balance_known ? s->balance_dong : -1);
    q_i64(db, q, 14, s->balance_until_ms);
    int rc = q_run(db, q);
    return rc < 0 ? rc : 0;
}

int line_state_get(struct db *db, const char *line, struct line_state *out)
{
    const enum sql_id q = SQL_line_get;
    memset(out, 0, sizeof *out);
    q_text(db, q, 1, line);
    int rc = q_one(db, q);
    if (rc < 0)
        return rc;
    q_copy(db, q, 0, out->line, sizeof out->line);
    q_copy(db, q, 1, out->state, sizeof out->state);
    out->signal_dbm = (int)q_get(db, q, 2);
    out->registration = (int)q_get(db, q, 3);
    out->sim = (int)q_get(db, q, 4);
    out->sim_used = (int)q_get(db, q, 5);
    out->sim_total = (int)q_get(db, q, 6);
    q_copy(db, q, 7, out->operator_name, sizeof out->operator_name);
    q_copy(db, q, 8, out->smsc, sizeof out->smsc);
    q_copy(db, q, 9, out->balance, sizeof out->balance);
    out->balance_ms = q_get(db, q, 10);
    out->seen_ms = q_get(db, q, 11);
    out->balance_known = q_get(db, q, 12) >= 0;
    out->balance_dong = out->balance_known ? q_get(db, q, 12) : 0;
    out->balance_until_ms = q_get(db, q, 13);
    q_end(db, q);
    return 0;
}
