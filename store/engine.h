// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Inside store/ only: the database handle and its statements as the record files see them.
 * No sqlite3.h: db.c, statement.c and copy.c alone speak to the engine, so that a second engine is
 * a second one of each.
 *
 * A statement is bound, run or stepped, and free again before its function returns. Text and
 * octets are bound without copying: they must live until then. Statements do not nest: a
 * callback of user_each that calls user_each gets -EBUSY.
 */
#ifndef TB_STORE_ENGINE_H
#define TB_STORE_ENGINE_H

#include "store/db.h"
#include "store/people.h"

#include "sql_gen.h"

#define DB_SCHEMA_VERSION 3
#define DB_APPLICATION_ID 0x54424F31 /* "TBO1" */
#define DB_PARAMS_MAX 15
#define KEY_SIZE 32
#define PARTY_CACHE 1024 /* a power of two */
#define CODE_LENS 9
#define Q_OLDER_MAX                                                                                                    \
    256 /* so many older rows in a row end a count: a clock that was wrong for a while hides nothing                   \
         */

struct sqlite3;
struct sqlite3_stmt;

struct keys {
    uint8_t seal[KEY_SIZE], party[KEY_SIZE], part[KEY_SIZE], digest[KEY_SIZE], check[KEY_SIZE];
    uint8_t chain[KEY_SIZE];   /* of the audit */
    uint8_t journal[KEY_SIZE]; /* of raw messages */
};

struct party_slot {
    uint8_t hash[DIGEST_SIZE];
    int64_t id; /* 0 = empty */
};

struct statement {
    struct sqlite3_stmt *st;
    uint8_t param[DB_PARAMS_MAX]; /* the engine's index of $1, $2 … */
};

enum db_control { CTL_BEGIN, CTL_COMMIT, CTL_ROLLBACK, CTL_SAVE, CTL_RELEASE, CTL_UNDO, CTL_COUNT };

struct db {
    struct sqlite3 *engine;
    enum db_mode mode;
    int version;
    int lock_fd;
    unsigned sick; /* see db_sick */
    bool wipe;     /* something was erased: after the commit nothing of it stays in the WAL */
    struct statement st[SQL_COUNT];
    struct sqlite3_stmt *control[CTL_COUNT];
    struct keys keys;
    /* What is remembered from the tables; forgotten when anything is rolled back. */
    struct party_slot party[PARTY_CACHE];
    int64_t codes_held[CODE_LENS];
    bool begun; /* db_begin, and neither db_commit nor db_rollback since */
    bool codes_known;
    int64_t questions_open; /* valid if questions_known: asked of every report, nearly always none */
    bool questions_known;
    int64_t job_id, job_due_ms; /* as job_due gave it last */
    int64_t chain_id;           /* the newest row of the audit and its link */
    uint8_t chain_link[DIGEST_SIZE];
    bool chain_known;
};

/* Bind $n. q_ref: 0 is NULL. q_text: NULL is NULL. */
void q_i64(struct db *db, enum sql_id id, int n, int64_t v);
void q_ref(struct db *db, enum sql_id id, int n, int64_t v);
void q_text(struct db *db, enum sql_id id, int n, const char *s);
void q_blob(struct db *db, enum sql_id id, int n, const void *p, size_t size);

/* -EBUSY (logged) while the statement is in use: asked by the functions that take a callback. */
int q_free(struct db *db, enum sql_id id);
/* Runs a statement that gives no rows: the number of rows changed or -errno. */
int q_run(struct db *db, enum sql_id id);
/* Runs a change of one row: 0, or -ENOENT when there was none, or -errno. */
int q_change(struct db *db, enum sql_id id);
/* Runs an insert: 0 with the new id (rowid may be NULL), or -EEXIST when ON CONFLICT did
 * nothing. (Another engine appends RETURNING id; here that costs a temporary table.) */
int q_insert(struct db *db, enum sql_id id, int64_t *rowid);
/* The next row: 1, or 0 at the end, or -errno; the statement is free again after 0 and -errno. */
int q_row(struct db *db, enum sql_id id);
/* The only row: 0 (q_end frees the statement), -ENOENT, or -errno. */
int q_one(struct db *db, enum sql_id id);
void q_end(struct db *db, enum sql_id id);

int64_t q_get(struct db *db, enum sql_id id, int col); /* NULL is 0 */
bool q_null(struct db *db, enum sql_id id, int col);
const char *q_str(struct db *db, enum sql_id id, int col); /* NULL is "" ; until q_row or q_end */
const void *q_bytes(struct db *db, enum sql_id id, int col, size_t *size);
/* A user or a party in one column: the user's id, or the party's made negative. */
static inline int64_t recipient_of(int64_t user_id, int64_t party_id)
{
    return user_id ? user_id : -party_id;
}
/* Into a bounded field; what does not fit is cut at a character. */
void q_copy(struct db *db, enum sql_id id, int col, char *dst, size_t size);
/* The same for any text. */
void q_cut(char *dst, size_t size, const char *src);

/* Logs the engine's last error with what was tried, and translates it. */
int db_failed(struct db *db, const char *what);

/* A step of the schema: SQL that leads to version `to`. */
struct db_step {
    int to;
    const char *text;
};
/* Runs each step above the file's version in a transaction of its own; -EIO and the file as
 * before that step when one fails. */
int db_migrate(struct db *db, const struct db_step *steps, size_t n);
/* store/check.c: what quick_check or integrity_check said. 0, -ENOMEM, -EIO (damage or the disk: see db_sick). */
int db_checked(struct db *db, const char *got);
/* Sets a PRAGMA (set NULL: only reads) and compares what it then says; -EIO when another. */
int db_pragma(struct db *db, const char *name, const char *set, const char *expect);
/* Runs SQL of the tests: db.c's own way, first column of the first row into out (may be NULL). */
int db_exec(struct db *db, const char *sql, char *out, size_t size);
/* The plan of a prepared query, one step a line. */
int db_plan(struct db *db, enum sql_id id, char *out, size_t size);
const char *db_query_name(enum sql_id id);
/* SQLite has rolled back by itself (out of memory, disk full) what db_begin began: until db_rollback nothing may be
 * written, or each statement would be a transaction of its own. */
bool db_gone(const struct db *db);
/* Forgets what was remembered of the tables. */
void db_forget(struct db *db);

/* duty.c: a row of attendance, in the order of its queries */
struct attendance;
void attendance_read(struct db *db, enum sql_id q, struct attendance *a);

/* statedir.c */
int statedir_make(const char *dir);
int statedir_path(char *out, size_t size, const char *dir, const char *file);
/* The lock, or -EBUSY with the holder's pid in the log. *fd is -1 when not taken. */
int statedir_lock(const char *dir, int *fd);
/* Reads the key: of the systemd credential tinbao.key if there is one, else of the key file, which is made
 * when make is set; key[32]. -ENOENT when it must be there and is not. */
int statedir_key(const char *dir, bool make, uint8_t key[KEY_SIZE]);
/* The line of a key file. */
#define KEY_LINE_SIZE 96
void statedir_key_line(const uint8_t key[KEY_SIZE], char out[KEY_LINE_SIZE]);
/* An empty database file of mode 0600, if there is none. */
int statedir_touch(const char *path);

/* seal.c */
int seal_init(struct keys *k, const uint8_t key[KEY_SIZE]);
void seal_wipe(struct keys *k);
#define SEAL_EXTRA 40 /* nonce and tag */
/* out gets n + SEAL_EXTRA octets. ad: what the sealed octets belong to. */
void seal(const struct keys *k, const void *p, size_t n, const uint8_t ad[DIGEST_SIZE], uint8_t *out);
/* out gets n - SEAL_EXTRA octets; -EPERM when key, ad or octets are not the ones. */
int unseal(const struct keys *k, const void *sealed, size_t n, const uint8_t ad[DIGEST_SIZE], void *out);
/* A keyed hash over pieces, each preceded by its length. */
struct piece {
    const void *p;
    size_t n;
};
void seal_hash(const uint8_t key[KEY_SIZE], const struct piece *pieces, size_t n, uint8_t out[DIGEST_SIZE]);
void seal_random(void *p, size_t n);
/* A word that tells whether a key file belongs to a database. */
void seal_key_check(const struct keys *k, char out[2 * DIGEST_SIZE + 1]);
/* PINs: -ENOMEM; seal_pin_is says whether the hash is that PIN's. */
int seal_pin(const struct keys *k, const char *pin, char *out, size_t size);
bool seal_pin_is(const struct keys *k, const char *pin, const char *hash);

#endif
