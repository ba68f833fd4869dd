// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who is on duty when, over the config and a time. Pure: no store, no clock. Called by the desk
 * (whom to tell), by the code *3# and by `tinbao check`. All times are UTC milliseconds of the wall
 * clock; the caller sees to it that they are not 1970.
 *
 * A shift belongs to the day on which it begins, also past midnight. On a holiday the shifts with NL
 * count, if there are any for it; else those of the weekday. A replacement puts another in the place
 * of an officer wherever he is named: shifts, campaigns and calls. Restricted kinds do not come here.
 */
#ifndef TB_PLAN_ROTA_H
#define TB_PLAN_ROTA_H

#include "config/config.h"

/* Is a rota configured at all? Without one everybody with the role duty is on duty, always. */
bool rota_exists(const struct config *cfg);
/* Is this user on duty? Without a rota, and in hours that it leaves open: everybody with the role duty. */
bool rota_on_duty(const struct config *cfg, const char *phone, enum role role, int64_t wall_ms);
/* Is this phone named for this time, by a shift, as a replacement or by a campaign? */
bool rota_named(const struct config *cfg, const char *phone, int64_t wall_ms);
/* Does the rota name anybody for this time? */
bool rota_covered(const struct config *cfg, int64_t wall_ms);

/* Seconds without NHAN after which an alert of this severity (1..5) climbs. */
int rota_repeat_s(const struct config *cfg, int severity, int64_t wall_ms);
/* Does a campaign send kinds of this severity out at once? */
bool rota_at_once(const struct config *cfg, int severity, int64_t wall_ms);
/* Is this phone called to such an incident at this step? (place "" = not known) */
bool rota_called(const struct config *cfg, const char *phone, const char *kind, const char *place, int severity,
                 int step, int64_t wall_ms);
/* Does the replacement table put somebody else in this phone's place now? His phone, or NULL. */
const char *rota_instead(const struct config *cfg, const char *phone, int64_t wall_ms);

/* A stretch of time that no shift covers. */
struct rota_gap {
    int64_t from_ms, to_ms;
};
/* Those between from_ms and to_ms, to the minute; the count, of which at most `max` are in out. */
size_t rota_gaps(const struct config *cfg, int64_t from_ms, int64_t to_ms, struct rota_gap *out, size_t max);
/* Warnings of `tinbao check`: hours of the week, and of holidays, that nobody covers. */
void rota_check(const struct config *cfg, struct problems *p);

#endif
