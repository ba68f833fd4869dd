// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The way out that is no modem: takes due rows of the delivery table, marks them, commits, gives
 * them to the courier child, and records what became of them. The courier runs only while the
 * config names a webhook, a mail server or a spare line. Called by core.c.
 */
#ifndef TB_SERVE_POST_H
#define TB_SERVE_POST_H

#include "gateway/serve/lines.h"
#include "gateway/serve/works.h"

struct post; /* owned by core.c */

struct post_events {
    void *ctx;
    void (*turn)(void *ctx); /* something was recorded: others may have to do */
    void (*gone)(void *ctx); /* after post_quit: the courier has ended */
};

struct post *post_new(struct works *w, const char *exe, const struct post_events *ev);
void post_free(struct post *p);
/* The lanes, once they exist: the spare line stands in when none works. */
void post_lines(struct post *p, struct lines *lines);
/* Starts the courier, or ends it, as the config asks: at start and after a reload. */
void post_start(struct post *p);
/* SIGCHLD came. */
void post_reap(struct post *p);
/* There may be something to do that no commit of this process tells of. */
void post_wake(struct post *p);
/* Records and sends what there is; does nothing when nothing happened. */
void post_run(struct post *p);
/* No new work; the courier ends. gone() follows, perhaps from within. */
void post_quit(struct post *p);
bool post_gone(const struct post *p);

bool post_up(const struct post *p);
int post_pid(const struct post *p); /* of the courier, 0 = none */
/* Jobs in the courier's hands, results not recorded, and 1 while it starts for work that waits. */
int post_under_way(struct post *p);
/* When something may go again, service time; INT64_MAX: nothing waits for a time. */
int64_t post_next_rel(struct post *p);
/* "dead", "retry ID|all", "test" (post_ask.c): 0 with the answer, or -errno with why. */
int post_ask(struct works *w, const char *what, char *out, size_t size);

#endif
