// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Quiet hours: what is not urgent waits until they end. Alerts, SOS and replies to a text that a person
 * has just sent know no quiet hours. Called by out.c for every row of PRIO_DIGEST; tell_later() of
 * room.h is the way to write one.
 */
#ifndef TB_DESK_QUIET_H
#define TB_DESK_QUIET_H

#include "config/config.h"
#include "gateway/desk/now.h"

#include <stdbool.h>

/* Is this time (UTC ms, calendar) within the quiet hours? */
bool quiet_at(const struct config *cfg, int64_t at_ms);
/* The service time from which something that is not urgent may go: now.rel_ms, or the end of the
 * quiet hours that it is in. For an outbox row's not_before_rel; its expiry counts from there. */
int64_t quiet_until(const struct config *cfg, struct now now);

#endif
