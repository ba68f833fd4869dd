// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What to do with a database that is damaged or lost: it is set aside, never deleted, and the newest
 * good backup takes its place; without one a fresh database does. Called by serve before anything
 * else opens the database, and by `tinbao restore`.
 *
 * The contract with the journal's replay: a database that was put back says so in its meta row
 * META_RESTORED_FROM until the replay is done, over any number of restarts.
 */
#ifndef TB_STORE_RECOVER_H
#define TB_STORE_RECOVER_H

#include "store/db.h"

#define META_RESTORED_FROM "restored_from_ms"

/* Was this database put back, and what came since is not replayed yet? 0 with *from_ms, the wall time
 * (UTC ms) of the state it was put back to: everything committed before is in it, nothing after; 0: it
 * was begun empty. -ENOENT: it was not. */
int recover_pending(struct db *db, int64_t *from_ms);
/* The replay is done, in the caller's transaction. */
int recover_replayed(struct db *db);

#endif
