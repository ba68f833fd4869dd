// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the calendar asks for and what of it was done: for the reminders, *4#, *5#, *6# and the
 * digests. Reads only. What fell due before the service kept its first message is not known, and
 * so is not said to be overdue.
 */
#ifndef TB_DESK_DUE_H
#define TB_DESK_DUE_H

#include "gateway/desk/desk.h"
#include "gateway/plan/calendar.h"

/* One entry of the calendar in one village. */
struct due {
    const struct calendar_item *item;
    const struct place *place; /* NULL: the office */
    struct calendar_window w;
    int done; /* so often, of item->target */
};

/* Midnight of the day of the first message that was ever kept; INT64_MAX when there is none. */
int due_since(struct desk *d, int64_t *since_ms);
/* How often the item was done in [from_ms, to_ms) in a village (NULL: by anybody, for the office). */
int due_count(struct desk *d, const struct calendar_item *item, const struct place *place, int64_t from_ms,
              int64_t to_ms, int *n);
/* Fills x->w with the next deadline after now, and x->done. */
int due_ahead(struct desk *d, const struct calendar_item *item, const struct place *place, int64_t now_ms,
              struct due *x);
/* Is it overdue at now? 1 and x, or 0. A date without a form is never overdue: nobody says it was done. */
int due_behind(struct desk *d, const struct calendar_item *item, const struct place *place, int64_t now_ms,
               int64_t since_ms, struct due *x);
/* All that is overdue at now, in the order of the calendar and of the villages. Non-zero of fn ends it. */
int due_each_overdue(struct desk *d, int64_t now_ms, int (*fn)(void *ctx, const struct due *x), void *ctx);

/* "20/11": the last day that still counts before this end. */
void due_day(int64_t end_ms, char *out, size_t size);

#endif
