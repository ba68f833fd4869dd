// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whom an alert is for: by kind, village, severity, step, time and duty rota. Called by the alerts and
 * by whoever speaks to the duty desk.
 *
 * Step 0: who is on duty by the rota, the officers of the area (or who stands in for them), who is
 * called besides by `calls`; of kinds that are not restricted also the leader and whoever is on
 * patrol there. 1: all of the duty desk, and the other officers of the area. 2: the chief. 3 and on: all
 * officers. A restricted kind stays among the officers named for it at every step.
 */
#ifndef TB_DESK_WHOM_H
#define TB_DESK_WHOM_H

#include "gateway/desk/room.h"

enum { STEP_FIRST, STEP_DESK, STEP_CHIEF, STEP_ALL };

enum wanted { WANTED_NO, WANTED_OFFICER, WANTED_TEAM };

#define PATROL_MAX 128

/* One incident at one step; filled by whom_of. */
struct whom {
    const struct desk *d;
    const struct incident *in;
    int step;
    int64_t at_ms;           /* calendar time */
    bool nobody;             /* the rota names nobody who is there: all of the duty desk */
    int64_t ids[PATROL_MAX]; /* on patrol there; for an SOS: nearby */
    size_t n;
};

/* 0 or a storage error. */
int whom_of(struct whom *w, struct desk *d, const struct incident *in, int step);
enum wanted whom_wanted(const struct whom *w, const struct user *u);

/* Is this user on duty now? By the rota; when it names nobody who is there, all of the duty desk. */
bool whom_on_duty(const struct desk *d, const struct user *u);

#endif
