// SPDX-License-Identifier: GPL-2.0-or-later
/* What the lines hand over becomes durable here: all that waits in one transaction, LINE_KEPT
 * only after its commit. */
#ifndef TB_SERVE_INBOX_H
#define TB_SERVE_INBOX_H

#include "gateway/serve/lines.h"
#include "gateway/serve/works.h"

struct inbox; /* owned by core.c */

struct inbox_events {
    void *ctx;
    /* Everything of a line that is no part and no call. */
    void (*other)(void *ctx, struct lane *l, const struct line_msg *m);
    /* Something was committed that may have made work for the sender or the ticker. */
    void (*kept)(void *ctx);
    /* The database takes nothing (true), or does again (false): nobody should read lines. */
    void (*stuck)(void *ctx, bool on);
};

struct inbox *inbox_new(struct works *w, const struct inbox_events *ev);
void inbox_free(struct inbox *in);
/* Reads what waits on the lane, at most one batch, and commits it. */
void inbox_read(struct inbox *in, struct lane *l);
/* From now on parts stay on their lines (shutdown). */
void inbox_close(struct inbox *in);
bool inbox_stuck(const struct inbox *in);

#endif
