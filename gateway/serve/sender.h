// SPDX-License-Identifier: GPL-2.0-or-later
/* The only way out: takes due outbox rows, marks them, commits, hands them to a line, and
 * records what became of them. */
#ifndef TB_SERVE_SENDER_H
#define TB_SERVE_SENDER_H

#include "gateway/serve/lines.h"
#include "gateway/serve/works.h"

struct sender; /* owned by core.c */

/* lines may be NULL at first (sender_lines). */
struct sender *sender_new(struct works *w);
void sender_free(struct sender *s);
/* The lanes to use, once they exist. is_virtual[i]: several sends may be under way. */
void sender_lines(struct sender *s, struct lines *lines, const bool *is_virtual);

/* News from a line; recorded by the next sender_run. */
void sender_result(struct sender *s, struct lane *l, const struct line_sent_info *r);
void sender_report(struct sender *s, struct lane *l, const struct line_report_info *r);
void sender_lost(struct sender *s, struct lane *l);
/* There may be something new to send. */
/* The lane told its state: back in the network, it need not be slow. Run it. */
void sender_network(struct sender *s, struct lane *l);
void sender_wake(struct sender *s);
/* Records the news, sends what may go; does nothing when nothing happened. */
void sender_run(struct sender *s);
/* Nothing is handed to lines any more (shutdown); results are still recorded. */
void sender_close(struct sender *s);

/* Rows in the hands of lines and news not recorded yet. */
int sender_under_way(const struct sender *s);
/* When something may go again, service time; INT64_MAX: nothing waits for a time. */
int64_t sender_next_rel(struct sender *s);

#endif
