// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Attendance over nights: what was recorded where and when, its corrections with their history,
 * patrols, and the shifts that are watched. Nights are dates "2026-11-12"; ranges take the first
 * and leave out the last. What was undone counts nowhere. People are only ever counted here: there
 * is no list by person.
 */
#ifndef TB_STORE_ATTENDANCE_H
#define TB_STORE_ATTENDANCE_H

#include "store/duty.h"

#include <stdbool.h>

/* ---- questions of digests, codes and indicators ---- */

/* How many people were in, in this village and night, at some time within [from_ms, to_ms): distinct
 * members, or as many as a patrol said when that is more. */
int attendance_present(struct db *db, const char *place, const char *night, int64_t from_ms, int64_t to_ms, int *n);
/* Distinct members, deputies and leaders (on the roster today) who were in at least once in the nights
 * [first, last) in this village, "" = anywhere: the upper number of "distinct members on patrol / active
 * members". */
int attendance_people(struct db *db, const char *place, const char *first, const char *last, int *n);
/* One row a night of the village on which anybody was in. */
struct attendance_night {
    char night[12];
    int people;    /* distinct members */
    int forgotten; /* rows that the service had to close */
    int64_t first_in_ms;
};
int attendance_nights(struct db *db, const char *place, const char *first, const char *last,
                      int (*fn)(void *ctx, const struct attendance_night *n), void *ctx);
/* The rows of one village and night, oldest first. */
int attendance_of_night(struct db *db, const char *place, const char *night,
                        int (*fn)(void *ctx, const struct attendance *a), void *ctx);
/* ---- rows ---- */

int attendance_by_id(struct db *db, int64_t id, struct attendance *out);
/* The user's newest row that began in [since_ms, until_ms] and is not undone: 0 or -ENOENT. */
int attendance_last(struct db *db, int64_t user_id, int64_t since_ms, int64_t until_ms, struct attendance *out);
/* Closes what nobody closed; -ENOENT when it is closed already. */
int attendance_forget(struct db *db, int64_t id, int64_t out_ms);
/* One change of a row, with its history. out_ms 0 opens it again. -ENOENT: no such row. */
enum attendance_field { ATTENDANCE_ADD, ATTENDANCE_IN, ATTENDANCE_OUT, ATTENDANCE_UNDO_IN, ATTENDANCE_UNDO_OUT };
struct attendance_edit {
    enum attendance_field what;
    int64_t user_id; /* who changes it */
    int64_t at_ms;   /* when */
    int64_t old_ms, new_ms;
    int64_t message_id;
};
/* Sets in, out and night of the row as in a (void for ATTENDANCE_UNDO_IN) and writes the history. */
int attendance_change(struct db *db, const struct attendance *a, const struct attendance_edit *e);
/* ---- patrols ---- */

struct patrol_row {
    int64_t id, user_id;
    char place[16], night[12];
    int people; /* as reported, 0 = not said */
    int64_t start_ms, end_ms;
    int64_t message_id;
};
int patrol_begin(struct db *db, const struct patrol_row *p, int64_t *id);
/* The open patrol that this user reported: 0 or -ENOENT. */
int patrol_of(struct db *db, int64_t user_id, struct patrol_row *out);
int patrol_end(struct db *db, int64_t id, int64_t end_ms, bool forgotten);

/* ---- shifts that are watched ---- */

enum shift_step { SHIFT_NEW, SHIFT_MEMBERS, SHIFT_LEADER, SHIFT_OFFICER, SHIFT_ENDED };
enum { SHIFT_TOLD_MEMBERS = 1, SHIFT_TOLD_LEADER = 2, SHIFT_TOLD_OFFICER = 4 };
struct shift_watch {
    int64_t id;
    char place[16], night[12];
    int64_t begin_ms, end_ms;
    enum shift_step step;
    int64_t step_ms;
    int told; /* SHIFT_TOLD_... */
};
/* Finds or makes the row of place and begin. */
int shift_watch_of(struct db *db, const struct shift_watch *w, struct shift_watch *out);
/* 0 or -ENOENT. */
int shift_watch_find(struct db *db, const char *place, int64_t begin_ms, struct shift_watch *out);
int shift_watch_step(struct db *db, int64_t id, enum shift_step step, int64_t now_ms, int told);

#endif
