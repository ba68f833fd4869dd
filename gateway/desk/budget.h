// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How much may be sent: a month's budget with a reserve, and bounds of a day. Asked by the sender for each
 * row just before it goes to a line, so that whatever wrote the row is under it. SOS and alerts always go.
 */
#ifndef TB_DESK_BUDGET_H
#define TB_DESK_BUDGET_H

#include "config/config.h"
#include "store/budget.h"
#include "store/outbox.h"

struct desk;

struct budget_state {
    struct sms_count month, day; /* so far */
    int64_t limit;               /* what is no alert stops here; 0 = no bound */
};

/* How it stands in the month and day of now_ms (calendar). For *7# and status. */
int budget_state(struct db *db, const struct config *cfg, int64_t now_ms, struct budget_state *out);
/* Once a day: what a day's recipients got is forgotten. */
int budget_daily(struct desk *d);
/* Replies that a person needs: they may use the reserve. form: of the text that is answered. */
enum row_need budget_need_of(const char *form);

#endif
