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

#include "store/backup.h"
#include "store/db.h"

#define META_RESTORED_FROM "restored_from_ms"

/* Was this database put back, and what came since is not replayed yet? 0 with *from_ms, the wall time
 * (UTC ms) of the state it was put back to: everything committed before is in it, nothing after; 0: it
 * was begun empty. -ENOENT: it was not. */
int recover_pending(struct db *db, int64_t *from_ms);
/* The replay is done, in the caller's transaction. */
int recover_replayed(struct db *db);

/* What recovery did by itself and nobody has been told of yet: 0, or -ENOENT. */
int recover_untold(struct db *db, int64_t *from_ms, bool *fresh);
int recover_told(struct db *db);

#define ASIDE_SIZE 64

struct recovery {
    bool done;         /* a database was put into place */
    bool fresh;        /* an empty one: no backup was good */
    bool chain_broken; /* the audit is not as it was written, and there is no backup to go back to */
    int64_t from_ms;   /* of the backup */
    char backup[BACKUP_NAME_SIZE], aside[ASIDE_SIZE]; /* names; "" none */
    char why[BACKUP_WHY_SIZE];
};

/* db_open for serve: what is damaged, or gone although there are backups, is put back from backup_dir. What
 * recovery can not mend is refused as db_open does: another's lock, a key file that is lost or foreign, a
 * schema of the future, a full disk. now_ms: wall time. */
int recover_open(struct db **out, const char *state_dir, const char *backup_dir, int64_t now_ms, struct recovery *r);
/* Puts this backup (a path; NULL: the newest good one of backup_dir) into place by hand; no serve runs
 * (-EBUSY). -ENOENT: there is none. The present database is kept as tinbao.db.before-DATE. */
int recover_restore(const char *state_dir, const char *backup_dir, const char *file, int64_t now_ms,
                    struct recovery *r);
/* A statement met damage: notes it beside the database, so that the next start looks at every page and,
 * should it find nothing again and again, puts the backup into place all the same. 0 or -errno. */
int recover_suspect(const char *state_dir, int64_t now_ms, const char *why);
/* A backup of it was made and is whole: what was noted before says nothing any more. */
void recover_sound(const char *state_dir);

#endif
