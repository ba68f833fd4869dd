// SPDX-License-Identifier: GPL-2.0-or-later
/* Quiet hours. See quiet.h. Pure. */
#include "gateway/desk/quiet.h"

#include "gateway/base/civil.h"

/* Milliseconds from at_ms to the end of the quiet hours, 0 when it is outside them. */
static int64_t left_ms(const struct config *cfg, int64_t at_ms)
{
    int from = config_minutes(cfg->quiet_from), to = config_minutes(cfg->quiet_to);
    if (from < 0 || to < 0 || from == to)
        return 0;
    int64_t in_day = at_ms - civil_day_start_ms(at_ms), from_ms = from * MINUTE_MS, to_ms = to * MINUTE_MS;
    if (from < to) /* within one day */
        return in_day >= from_ms && in_day < to_ms ? to_ms - in_day : 0;
    if (in_day >= from_ms)
        return DAY_MS - in_day + to_ms;
    return in_day < to_ms ? to_ms - in_day : 0;
}

bool quiet_at(const struct config *cfg, int64_t at_ms)
{
    return left_ms(cfg, at_ms) > 0;
}

int64_t quiet_until(const struct config *cfg, struct now now)
{
    return now.rel_ms + left_ms(cfg, now_calendar(now));
}
