// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the files of attendance share; private to gateway/desk. What digests, codes and indicators ask of it
 * is in gateway/plan/shift.h and store/attendance.h. attend.c: VAO, RA and missed calls; attend_fix.c: corrections;
 * attend_patrol.c: TUAN; attend_watch.c: who is late.
 */
#ifndef TB_DESK_ATTEND_H
#define TB_DESK_ATTEND_H

#include "gateway/desk/room.h"
#include "gateway/plan/shift.h"
#include "store/attendance.h"

/* attend.c ---------------------------------------------------------------------------- */
/* The member's time: when it was written if it came late, else the calendar's. */
int64_t attend_time(const struct msg *m);
/* A night as texts say it: "12/11". */
#define ATTEND_DATE_SIZE 8
void attend_date(const char *night, char out[ATTEND_DATE_SIZE]);
/* The first village of a user: 0 or -EMSGSIZE. */
int attend_place(const struct user *u, char out[PLACE_CODE_SIZE]);
/* The end of the shift that a row belongs to; outside any, where it began. */
int64_t attend_end(const struct desk *d, const struct attendance *a);
/* When the service closes it, if nobody does. */
int64_t attend_out_due(const struct desk *d, const struct attendance *a);
/* VAO at at_ms. 1: he is in already (*a is that row, nothing changed), 0: *a is the new one. */
int attend_enter(struct msg *m, int64_t at_ms, const char *how, struct attendance *a);
/* RA at at_ms of an open row: closes it and his patrol. */
int attend_leave(struct msg *m, struct attendance *a, int64_t at_ms);
/* Sets the job that closes a forgotten RA of this open row. */
int attend_expect_out(struct desk *d, const struct attendance *a);
/* That job. key: the row's id. */
int attend_forgotten(struct desk *d, const char *key);
/* A missed call of a user, whose row is id: VAO or RA. */
int attend_call(struct desk *d, const char *line, const char *number, const struct user *u, int64_t message_id);

/* attend_patrol.c ----------------------------------------------------------------------- */
/* After TUAN BD or TUAN KT was recorded as an activity. */
int attend_patrol(struct msg *m);
/* Ends the open patrol of a user, if there is one. */
int attend_patrol_ends(struct desk *d, int64_t user_id, int64_t at_ms, bool forgotten);

/* attend_watch.c ------------------------------------------------------------------------ */
/* At start, after a reload and when the calendar has moved: sets the job that looks at the shifts. */
int attend_plan(struct desk *d);
/* That job. */
int attend_watch(struct desk *d, const char *key);

#endif
