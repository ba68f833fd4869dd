// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The database as the rest sees it: open, transaction, close. No sqlite3.h here. One
 * writer (serve, or a command that holds the lock while no serve runs), any number of
 * read-only connections.
 *
 * Every function of store/ returns 0 (or what it says) or a negative errno: -ENOENT not
 * there, -EEXIST key taken, -EBUSY another process holds the lock, -ENOSPC disk full, -EIO
 * I/O or corruption, -EINVAL constraint, -EPROTO a schema from the future. The cause is
 * logged where it happens; -ENOENT and -EEXIST are not.
 */
#ifndef TB_STORE_DB_H
#define TB_STORE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db; /* owned by whoever called db_open */

enum db_mode { DB_WRITE, DB_READ };

/* Opens dir/tinbao.db (made with its schema or migrated in DB_WRITE), takes the lock file
 * dir/tinbao.lock (DB_WRITE; -EBUSY when another process has it), reads the key ($CREDENTIALS_DIRECTORY/tinbao.key,
 * else dir/tinbao.key, mode 0600, which it makes), sets and reads back every PRAGMA (WAL, synchronous=FULL,
 * foreign_keys, secure_delete …), checks integrity (quick_check, DB_WRITE only) and prepares
 * all statements. -ENOENT: no database (DB_READ) or no key file; -EPERM: a key file that others
 * may read, or of another database.
 * dir is made (0700) if needed. */
int db_open(struct db **out, const char *dir, enum db_mode mode);
/* The same; on an error *sick says whether the file itself is damaged (DB_SICK_CORRUPT). */
int db_open_sick(struct db **out, const char *dir, enum db_mode mode, unsigned *sick);
/* Opens the database file `path` with the key file of dir: a backup, or one that is being put
 * together. No lock: the caller sees to it that the file is his alone. */
int db_open_file(struct db **out, const char *dir, const char *path, enum db_mode mode);
void db_close(struct db *db);
#define DB_FILE "tinbao.db"
#define DB_SICK_CORRUPT 1U /* the file is damaged */
#define DB_SICK_FULL 2U    /* the disk is full */
#define DB_SICK_DISK 4U    /* the disk failed a read or a write; the next one may succeed */
/* What statements met since it was last asked, bits of the above; asking forgets it. */
unsigned db_sick(struct db *db);
/* The version of the schema in the file; migrations run from 0. */
int db_version(const struct db *db);

/* BEGIN IMMEDIATE / COMMIT / ROLLBACK. Not nested. A savepoint wraps one message inside a
 * batch: db_save, then db_release, or db_undo (back to db_save, and released). */
int db_begin(struct db *db);
int db_commit(struct db *db); /* when it fails, all is rolled back */
void db_rollback(struct db *db);
bool db_in_transaction(const struct db *db);
int db_save(struct db *db);
int db_release(struct db *db);
int db_undo(struct db *db);

/* meta: text values. out is emptied and -ENOENT when absent. */
int meta_get(struct db *db, const char *key, char *out, size_t size);
int meta_set(struct db *db, const char *key, const char *value);
int meta_get_i64(struct db *db, const char *key, int64_t *out);
int meta_set_i64(struct db *db, const char *key, int64_t value);

#endif
