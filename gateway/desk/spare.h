// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The spare line: a provider of SMS over HTTP, for SOS and alerts alone, when no modem works or a
 * modem fails with a text. A text has one carrier at a time: while the provider has it, its outbox
 * row is 'sending' with line 'spare' and no modem takes it; what the provider did not take goes back
 * to the modems. So it goes out twice only where any text may (an answer that got lost). Its
 * texts a day are bounded (spare.daily_max). Called in the caller's transaction.
 */
#ifndef TB_DESK_SPARE_H
#define TB_DESK_SPARE_H

#include "gateway/desk/desk.h"

#include <stdbool.h>

bool spare_is_there(const struct desk *d);
/* A modem failed with this text, for the tries-th time, and it is queued again: taken over if that is
 * enough. */
int spare_after_try(struct desk *d, int64_t outbox_id, int tries);
/* This text was given up, or reported as not delivered: tried by the spare line until it expires. */
int spare_undelivered(struct desk *d, int64_t outbox_id);
/* No modem works: takes over up to max texts that may go now; the count. */
int spare_take_over(struct desk *d, int max);
/* What became of a delivery of kind spare. `taken`: the provider has it. */
int spare_result(struct desk *d, int64_t delivery_id, int64_t outbox_id, bool taken, int64_t pause_ms, const char *why);
/* The courier is not there or died: what it had, or was about to get, goes back to the modems. */
int spare_give_back(struct desk *d, int64_t delivery_id, int64_t outbox_id);

#endif
