// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The errands of the vault (a backup, the test of one) in a process of their own: they read every page and
 * write to media that may hang, and the core must not wait for either. The child is the core forked, without
 * its sockets and its lock. It never opens the core's database, which SQLite forbids after a fork, but the copy
 * that the core made page by page, and the backups. Called by vault.c.
 */
#ifndef TB_SERVE_ERRAND_H
#define TB_SERVE_ERRAND_H

#include "store/backup.h"

#include <event2/event.h>
#include <stdbool.h>

struct errand; /* owned by vault.c */

struct errand_result {
    int rc;
    struct backup_made made;
};

/* done() comes from the loop, once. NULL: no process could be started. At most max_ms, then it is killed
 * (-ETIMEDOUT). */
struct errand *errand_start(struct event_base *base, const struct backup_place *p, bool test, int64_t now_ms,
                            int64_t max_ms, void (*done)(void *ctx, const struct errand_result *r), void *ctx);
/* Kills it if it still runs; done() does not come any more. */
void errand_free(struct errand *e);
/* The errand here and now, in this process. */
void errand_run(const struct backup_place *p, bool test, int64_t now_ms, struct errand_result *out);

#endif
