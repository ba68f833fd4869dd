// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Attendance over nights. Called by the desk: VAO, RA and their corrections, the watch over
 * the shifts, digests and indicators. See attendance.h.
 */
#include "store/attendance.h"

#include "gateway/base/err.h"
#include "store/engine.h"

#include <string.h>

static void night_range(struct db *db, enum sql_id q, const char *place, const char *first, const char *last)
{
    int n = 1;
    if (place)
        q_text(db, q, n++, place);
    q_text(db, q, n++, first);
    q_text(db, q, n, last);
}

/* The first column of the only row. */
static int ask_number(struct db *db, enum sql_id q, int *n)
{
    int rc = q_one(db, q);
    *n = 0;
    if (rc < 0)
        return rc;
    *n = (int)q_get(db, q, 0);
    q_end(db, q);
    return 0;
}

static int present(struct db *db, enum sql_id q, const char *place, const char *night, int64_t from_ms, int64_t to_ms,
                   int *n)
{
    q_text(db, q, 1, place);
    q_text(db, q, 2, night);
    q_i64(db, q, 3, from_ms);
    q_i64(db, q, 4, to_ms);
    return ask_number(db, q, n);
}

int attendance_present(struct db *db, const char *place, const char *night, int64_t from_ms, int64_t to_ms, int *n)
{
    int patrol = 0, rc = present(db, SQL_attendance_present, place, night, from_ms, to_ms, n);
    if (!rc)
        rc = present(db, SQL_patrol_people, place, night, from_ms, to_ms, &patrol);
    if (!rc && patrol > *n)
        *n = patrol;
    return rc;
}

int attendance_people(struct db *db, const char *place, const char *first, const char *last, int *n)
{
    enum sql_id q = *place ? SQL_attendance_people_in : SQL_attendance_people_all;
    night_range(db, q, *place ? place : NULL, first, last);
    return ask_number(db, q, n);
}

int attendance_nights(struct db *db, const char *place, const char *first, const char *last,
                      int (*fn)(void *ctx, const struct attendance_night *n), void *ctx)
{
    const enum sql_id q = SQL_attendance_by_night;
    int stop = 0, rc = q_free(db, q);
    if (rc < 0)
        return rc;
    night_range(db, q, place, first, last);
    while (stop == 0 && (rc = q_row(db, q)) == 1) {
        struct attendance_night n = {
            .people = (int)q_get(db, q, 1), .forgotten = (int)q_get(db, q, 2), .first_in_ms = q_get(db, q, 3)};
        q_copy(db, q, 0, n.night, sizeof n.night);
        stop = fn(ctx, &n);
    }
    q_end(db, q);
    return stop ? stop : rc;
}

int attendance_of_night(struct db *db, const char *place, const char *night,
                        int (*fn)(void *ctx, const struct attendance *a), void *ctx)
{
    const enum sql_id q = SQL_attendance_of_night;
    struct attendance a;
    int stop = 0, rc = q_free(db, q);
    if (rc < 0)
        return rc;
    q_text(db, q, 1, place);
    q_text(db, q, 2, night);
    memset(&a, 0, sizeof a);
    while (stop == 0 && (rc = q_row(db, q)) == 1) {
        attendance_read(db, q, &a);
        stop = fn(ctx, &a);
    }
    q_end(db, q);
    return stop ? stop : rc;
}

static int read_one(struct db *db, enum sql_id q, struct attendance *out)
{
    memset(out, 0, sizeof *out);
    int rc = q_one(db, q);
    if (rc < 0)
        return rc;
    attendance_read(db, q, out);
    q_end(db, q);
    return 0;
}

int attendance_by_id(struct db *db, int64_t id, struct attendance *out)
{
    q_i64(db, SQL_attendance_get, 1, id);
    return read_one(db, SQL_attendance_get, out);
}

int attendance_last(struct db *db, int64_t user_id, int64_t since_ms, int64_t until_ms, struct attendance *out)
{
    q_i64(db, SQL_attendance_newest, 1, user_id);
    q_i64(db, SQL_attendance_newest, 2, since_ms);
    q_i64(db, SQL_attendance_newest, 3, until_ms);
    return read_one(db, SQL_attendance_newest, out);
}

int attendance_forget(struct db *db, int64_t id, int64_t out_ms)
{
    q_i64(db, SQL_attendance_forget, 1, id);
    q_i64(db, SQL_attendance_forget, 2, out_ms);
    return q_change(db, SQL_attendance_forget);
}

static const char *const what_names[] = {[ATTENDANCE_ADD] = "add",
                                         [ATTENDANCE_IN] = "in",
                                         [ATTENDANCE_OUT] = "out",
                                         [ATTENDANCE_UNDO_IN] = "undo_in",
                                         [ATTENDANCE_UNDO_OUT] = "undo_out"};

static int change_row(struct db *db, const struct attendance *a, const struct attendance_edit *e)
{
    const enum sql_id q = SQL_attendance_edit;
    q_i64(db, q, 1, a->id);
    q_i64(db, q, 2, a->in_ms);
    q_ref(db, q, 3, a->out_ms);
    q_text(db, q, 4, a->night);
    q_i64(db, q, 5, a->forgotten);
    q_ref(db, q, 6, e->what == ATTENDANCE_UNDO_IN ? e->at_ms : 0);
    return q_change(db, q);
}

int attendance_change(struct db *db, const struct attendance *a, const struct attendance_edit *e)
{
    const enum sql_id q = SQL_attendance_change_add;
    int64_t id;
    int rc = change_row(db, a, e);
    if (rc < 0)
        return rc;
    q_i64(db, q, 1, a->id);
    q_i64(db, q, 2, e->user_id);
    q_i64(db, q, 3, e->at_ms);
    q_text(db, q, 4, what_names[e->what]);
    q_ref(db, q, 5, e->old_ms);
    q_ref(db, q, 6, e->new_ms);
    q_ref(db, q, 7, e->message_id);
    return q_insert(db, q, &id);
}

int patrol_begin(struct db *db, const struct patrol_row *p, int64_t *id)
{
    const enum sql_id q = SQL_patrol_insert;
    q_i64(db, q, 1, p->user_id);
    q_text(db, q, 2, p->place);
    q_text(db, q, 3, p->night);
    q_i64(db, q, 4, p->people);
    q_i64(db, q, 5, p->start_ms);
    q_ref(db, q, 6, p->message_id);
    return q_insert(db, q, id);
}

int patrol_of(struct db *db, int64_t user_id, struct patrol_row *out)
{
    const enum sql_id q = SQL_patrol_of;
    memset(out, 0, sizeof *out);
    q_i64(db, q, 1, user_id);
    int rc = q_one(db, q);
    if (rc < 0)
        return rc;
    out->id = q_get(db, q, 0);
    out->user_id = q_get(db, q, 1);
    q_copy(db, q, 2, out->place, sizeof out->place);
    q_copy(db, q, 3, out->night, sizeof out->night);
    out->people = (int)q_get(db, q, 4);
    out->start_ms = q_get(db, q, 5);
    out->end_ms = q_get(db, q, 6);
    out->message_id = q_get(db, q, 7);
    q_end(db, q);
    return 0;
}

int patrol_end(struct db *db, int64_t id, int64_t end_ms, bool forgotten)
{
    q_i64(db, SQL_patrol_end, 1, id);
    q_i64(db, SQL_patrol_end, 2, end_ms);
    q_i64(db, SQL_patrol_end, 3, forgotten);
    return q_change(db, SQL_patrol_end);
}

int shift_watch_find(struct db *db, const char *place, int64_t begin_ms, struct shift_watch *out)
{
    const enum sql_id q = SQL_shift_watch_get;
    memset(out, 0, sizeof *out);
    q_text(db, q, 1, place);
    q_i64(db, q, 2, begin_ms);
    int rc = q_one(db, q);
    if (rc < 0)
        return rc;
    out->id = q_get(db, q, 0);
    q_copy(db, q, 1, out->place, sizeof out->place);
    q_copy(db, q, 2, out->night, sizeof out->night);
    out->begin_ms = q_get(db, q, 3);
    out->end_ms = q_get(db, q, 4);
    out->step = (enum shift_step)q_get(db, q, 5);
    out->step_ms = q_get(db, q, 6);
    out->told = (int)q_get(db, q, 7);
    q_end(db, q);
    return 0;
}

int shift_watch_of(struct db *db, const struct shift_watch *w, struct shift_watch *out)
{
    const enum sql_id q = SQL_shift_watch_insert;
    int64_t id;
    q_text(db, q, 1, w->place);
    q_i64(db, q, 2, w->begin_ms);
    q_i64(db, q, 3, w->end_ms);
    q_text(db, q, 4, w->night);
    int rc = q_insert(db, q, &id);
    return rc < 0 && rc != -EEXIST ? rc : shift_watch_find(db, w->place, w->begin_ms, out);
}

int shift_watch_step(struct db *db, int64_t id, enum shift_step step, int64_t now_ms, int told)
{
    q_i64(db, SQL_shift_watch_step, 1, id);
    q_i64(db, SQL_shift_watch_step, 2, step);
    q_i64(db, SQL_shift_watch_step, 3, now_ms);
    q_i64(db, SQL_shift_watch_step, 4, told);
    return q_change(db, SQL_shift_watch_step);
}
