// SPDX-License-Identifier: GPL-2.0-or-later
/* Copying whole databases, for backup and recovery: no other file of the room than copy.c and scrub.c
 * opens a database past store/db.h. All return 0 or a negative errno; the cause is logged. */
#ifndef TB_STORE_COPY_H
#define TB_STORE_COPY_H

#include <stdint.h>

struct db;
struct copy; /* owned by whoever called copy_begin */

#define COPY_ROOM_LEFT (INT64_C(40) << 20) /* no copy takes the live service's last space */
/* An open database into the new file `to`, by SQLite's online backup, some pages at a time. What is written
 * through db meanwhile goes into both. copy_step: 1 it is whole, as db is now; 0 go on; or -errno. */
int copy_begin(struct copy **out, struct db *db, const char *to);
int copy_step(struct copy *c, int pages);
/* Ends it, whole or not; then nothing of it is open. */
int copy_free(struct copy *c);
/* Any file, octet by octet, synced. -EEXIST: `to` is there. */
int copy_file(const char *from, const char *to);
/* unlink of a database and what SQLite keeps beside it; not being there is fine. */
void copy_remove(const char *path);
/* fsync of a file and of the directory it is in. */
int copy_sync(const char *path);
int copy_sync_dir(const char *dir);
/* Free space where `path` is, octets; -1: not known. */
int64_t copy_room(const char *path);
/* Size of a file, 0: there is none. */
int64_t copy_size(const char *path);

#endif
