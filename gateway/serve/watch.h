// SPDX-License-Identifier: GPL-2.0-or-later
/* What the lines say of themselves, told to the desk when it matters; and the balance query. */
#ifndef TB_SERVE_WATCH_H
#define TB_SERVE_WATCH_H

#include "gateway/serve/lines.h"
#include "gateway/serve/works.h"

struct watch; /* owned by core.c */

struct watch *watch_new(struct works *w);
void watch_free(struct watch *h);
void watch_lines(struct watch *h, struct lines *lines);

/* A lane went up or down, or reported its status. Committed at once when it matters, else at
 * the latest five minutes after the last time. */
void watch_lane(struct watch *h, struct lane *l);
/* The answer to a USSD query of ours. */
void watch_ussd(struct watch *h, struct lane *l, const struct line_ussd *u);
/* The balance job is due: asks the first line that is up, if there is one. An operator without
 * a code counts as asked in vain. */
void watch_balance(struct watch *h);
/* A lane went down: what it was asked is not answered. */
void watch_lost(struct watch *h, struct lane *l);

#endif
