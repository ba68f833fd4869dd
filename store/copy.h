// SPDX-License-Identifier: GPL-2.0-or-later
/* Copying whole databases, for backup and recovery: no other file of the room than copy.c and scrub.c
 * opens a database past store/db.h. All return 0 or a negative errno; the cause is logged. */
#ifndef TB_STORE_COPY_H
#define TB_STORE_COPY_H

#include <stdint.h>

/* The database `from` as of one moment into the new file `to`, by SQLite's online backup: a writer of
 * `from` is not held up, and only read. */
int copy_database(const char *from, const char *to);
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
