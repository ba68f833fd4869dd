// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shifts on the calendar: which night a moment belongs to, which shifts of a village begin and end
 * when. Pure: config and time in, windows out; no store, no clock. Called by the desk (attendance,
 * digests, indicators). A night belongs to the date it began, "the 21:00 date": 02:00 on the 13th is the
 * night of the 12th, also for a shift that itself begins after midnight (before night_end_h).
 */
#ifndef TB_PLAN_SHIFT_H
#define TB_PLAN_SHIFT_H

#include "config/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NIGHT_SIZE 11 /* "2026-11-12" */

/* One shift of one village on one night. */
struct shift_window {
    const struct shift_config *shift; /* NULL: none is configured, the plain night */
    int64_t begin_ms, end_ms;         /* UTC ms, end not included */
    char night[NIGHT_SIZE];           /* the date it belongs to */
    int need;                         /* people that cover it, 1 for the plain night */
};

/* The date a moment belongs to, "2026-11-12": before night_end_h that of yesterday. */
void shift_night(const struct config *c, int64_t at_ms, char night[NIGHT_SIZE]);
/* night_start_h of that date, UTC ms; -EINVAL when it is none. */
int shift_night_begin(const struct config *c, const char *night, int64_t *at_ms);
/* A date so many days on (or back): "2026-12-31" + 1 = "2027-01-01"; -EINVAL. */
int shift_night_add(const char *night, int days, char out[NIGHT_SIZE]);

/* Does the pattern name the day (a day number: see config/shifts.h)? */
bool shift_days_has(const struct shift_days *d, int64_t day);
/* Has this entry a shift on the night of that day number? */
bool shift_is_on(const struct shift_config *s, int64_t day);
/* Does the entry speak of this village? "all" only when no other entry names it. */
bool shift_is_of(const struct config *c, const struct shift_config *s, const char *place);
/* Has the village any entry? Without one nobody is expected there and nobody is reminded. */
bool shift_place_has(const struct config *c, const char *place);

/* The windows of a village that begin in [a_ms, b_ms), in the order of their begin. Of a village without
 * an entry the plain nights, night_start_h to night_end_h (with_plain), or none. Returns how many there
 * are; only the first max are written. b - a is at most about a year. */
size_t shift_windows(const struct config *c, const char *place, int64_t a_ms, int64_t b_ms, bool with_plain,
                     struct shift_window *out, size_t max);
/* The window that a moment falls into, or that begins within early_min after it; the one that has begun
 * wins. A village without an entry has its plain night. False: no shift then. */
bool shift_at(const struct config *c, const char *place, int64_t at_ms, int early_min, struct shift_window *out);
/* The date a moment belongs to in this village: its shift's, else as shift_night. */
void shift_night_of(const struct config *c, const char *place, int64_t at_ms, int early_min, char night[NIGHT_SIZE]);

#endif
