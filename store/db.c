// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SQLite: the only file that speaks to the engine. Opens and checks the database, brings its
 * schema up to date, prepares every query of store/sql once, and runs them for the record
 * files (store/engine.h). Called by serve and the commands through store/db.h.
 *
 * What can go wrong: the disk is full or fails (the transaction is rolled back), the file is
 * corrupt (said at open, the file stays as it is), the schema is from a later tinbao.
 */
#define SQL_TEXTS /* the texts too, not only their names */
#include "store/engine.h"

#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "store/chain.h"

#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUSY_MS 2000
#define VERSION_SANE 1000 /* no schema will ever have it */
/* A savepoint keeps each page it changes as it was. In one block of memory that costs half of
 * what it does in temp_store=MEMORY, which takes it in pieces of 1 KB; past the block it goes
 * to an unlinked file (temp_store=FILE), and no batch makes the core grow. */
#define UNDO_SIZE (512 * 1024)

static const char *const CONTROL[CTL_COUNT] = {
    [CTL_BEGIN] = "BEGIN IMMEDIATE",  [CTL_COMMIT] = "COMMIT",           [CTL_ROLLBACK] = "ROLLBACK",
    [CTL_SAVE] = "SAVEPOINT message", [CTL_RELEASE] = "RELEASE message", [CTL_UNDO] = "ROLLBACK TO message",
};

/* Of a new file. A message changes a dozen pages, each by a hundred octets, and the log takes
 * them whole: half of SQLite's own size is a third more commits a second. */
#define FILE_PAGE "2048"

struct pragma {
    const char *name, *set, *expect;
};

/* The cache is bounded because the core's memory is (16 MB in all); no mmap, because a page
 * that can not be read must be an error and not a SIGBUS. */
static const struct pragma PRAGMAS_WRITE[] = {
    {"journal_mode", "WAL", "wal"},
    {"synchronous", "FULL", "2"},
    {"foreign_keys", "ON", "1"},
    {"secure_delete", "ON", "1"},
    {"busy_timeout", "2000", "2000"},
    {"cache_size", "-3072", "-3072"},
    {"mmap_size", "0", "0"},
    {"temp_store", "FILE", "1"},
    {"wal_autocheckpoint", "8000", "8000"},
    {"journal_size_limit", "33554432", "33554432"},
    {"trusted_schema", "OFF", "0"},
    {"cell_size_check", "ON", "1"},
    {"encoding", NULL, "UTF-8"},
};

static const struct pragma PRAGMAS_READ[] = {
    {"query_only", "ON", "1"},      {"busy_timeout", "2000", "2000"}, {"cache_size", "-3072", "-3072"},
    {"mmap_size", "0", "0"},        {"temp_store", "MEMORY", "2"},    {"trusted_schema", "OFF", "0"},
    {"cell_size_check", "ON", "1"},
};

static int translate(int code)
{
    if (code == SQLITE_IOERR_SHMSIZE) /* no room for the index of the WAL */
        return -ENOSPC;
    switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return 0;
    case SQLITE_FULL:
        return -ENOSPC;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return -EBUSY;
    case SQLITE_NOMEM:
        return -ENOMEM;
    case SQLITE_TOOBIG:
        return -EMSGSIZE;
    case SQLITE_READONLY: /* the others of its kind are of the disk */
        return code == SQLITE_READONLY ? -EPERM : -EIO;
    case SQLITE_CONSTRAINT:
        return code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY ? -EEXIST : -EINVAL;
    default:
        return -EIO;
    }
}

/* What nobody who gets the error can mend: see db_sick. */
static void note_sick(struct db *db, int code)
{
    int kind = code & 0xff;
    if (kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB)
        db->sick |= DB_SICK_CORRUPT;
    if (kind == SQLITE_FULL || code == SQLITE_IOERR_SHMSIZE)
        db->sick |= DB_SICK_FULL;
    else if (kind == SQLITE_IOERR)
        db->sick |= DB_SICK_DISK;
}

unsigned db_sick(struct db *db)
{
    unsigned sick = db->sick;
    db->sick = 0;
    return sick;
}

int db_failed(struct db *db, const char *what)
{
    int rc = translate(sqlite3_extended_errcode(db->engine));
    if (rc == 0)
        rc = -EIO;
    note_sick(db, sqlite3_extended_errcode(db->engine));
    if (rc != -EEXIST)
        log_err("database: %s: %s", what, sqlite3_errmsg(db->engine));
    return rc;
}

/* -- statements ----------------------------------------------------------------------- */

const char *db_query_name(enum sql_id id)
{
    return SQL_NAMES[id];
}

static int prepare(struct db *db, const char *sql, sqlite3_stmt **out, const char *name)
{
    if (sqlite3_prepare_v3(db->engine, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL) == SQLITE_OK)
        return 0;
    return db_failed(db, name);
}

static int prepare_all(struct db *db)
{
    char name[16];
    int rc = 0;
    for (int i = 0; rc == 0 && i < SQL_COUNT; i++) {
        struct statement *s = &db->st[i];
        rc = prepare(db, SQL_TEXT[i], &s->st, SQL_NAMES[i]);
        int n = rc == 0 ? sqlite3_bind_parameter_count(s->st) : 0;
        if (n > DB_PARAMS_MAX)
            return -EINVAL;
        for (int p = 0; p < n; p++) {
            snprintf(name, sizeof name, "$%d", p + 1);
            s->param[p] = (uint8_t)sqlite3_bind_parameter_index(s->st, name);
        }
    }
    for (int i = 0; rc == 0 && i < CTL_COUNT; i++)
        rc = prepare(db, CONTROL[i], &db->control[i], CONTROL[i]);
    return rc;
}

int db_exec(struct db *db, const char *sql, char *out, size_t size)
{
    sqlite3_stmt *st = NULL;
    int rc = 0;
    if (out)
        out[0] = '\0';
    while (rc == 0 && *sql) {
        bool first = true;
        int step = SQLITE_DONE;
        if (sqlite3_prepare_v2(db->engine, sql, -1, &st, &sql) != SQLITE_OK)
            return db_failed(db, "statement");
        while (st && (step = sqlite3_step(st)) == SQLITE_ROW) {
            const char *s = (const char *)sqlite3_column_text(st, 0);
            if (first && out)
                q_cut(out, size, s ? s : "");
            first = false;
        }
        if (step != SQLITE_DONE)
            rc = db_failed(db, "statement");
        sqlite3_finalize(st);
    }
    return rc;
}

int db_plan(struct db *db, enum sql_id id, char *out, size_t size)
{
    char sql[4096];
    sqlite3_stmt *st = NULL;
    struct sbuf s = sbuf_on(sql, sizeof sql), b = sbuf_on(out, size);
    sbuf_addf(&s, "EXPLAIN QUERY PLAN %s", SQL_TEXT[id]);
    int rc = sbuf_done(&s);
    if (rc == 0)
        rc = prepare(db, sql, &st, SQL_NAMES[id]);
    while (rc == 0 && sqlite3_step(st) == SQLITE_ROW)
        sbuf_addf(&b, "%s\n", (const char *)sqlite3_column_text(st, 3));
    sqlite3_finalize(st);
    return rc;
}

/* -- transactions --------------------------------------------------------------------- */

/* A savepoint outside of a transaction would begin one, and its release commit it. */
static int control(struct db *db, enum db_control c)
{
    if (c != CTL_BEGIN && c != CTL_ROLLBACK && db_gone(db))
        return -EIO;
    int rc = sqlite3_step(db->control[c]) == SQLITE_DONE ? 0 : db_failed(db, CONTROL[c]);
    sqlite3_reset(db->control[c]);
    return rc;
}

void db_forget(struct db *db)
{
    memset(db->party, 0, sizeof db->party);
    db->codes_known = false;
    db->questions_known = false;
    db->job_id = 0;
    db->chain_known = false;
}

bool db_in_transaction(const struct db *db)
{
    return sqlite3_get_autocommit(db->engine) == 0;
}

/* A rollback may have failed for want of memory: it is made up for here, or no transaction could ever begin. */
int db_begin(struct db *db)
{
    if (db_in_transaction(db))
        db_rollback(db);
    int rc = control(db, CTL_BEGIN);
    db->begun = rc == 0;
    return rc;
}

/* What was erased must not stay readable in the WAL. A reader may be in the way: then after
 * the next commit. */
static void wipe_wal(struct db *db)
{
    sqlite3_busy_timeout(db->engine, 0);
    if (sqlite3_wal_checkpoint_v2(db->engine, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) == SQLITE_OK)
        db->wipe = false;
    sqlite3_busy_timeout(db->engine, BUSY_MS);
}

int db_commit(struct db *db)
{
    int rc = control(db, CTL_COMMIT);
    if (rc < 0) {
        db_rollback(db);
        return rc;
    }
    db->begun = false;
    if (db->wipe)
        wipe_wal(db);
    return 0;
}

/* After some errors (disk full, out of memory) SQLite has rolled back by itself already; what is remembered of the
 * tables is as wrong then. */
void db_rollback(struct db *db)
{
    if (db_in_transaction(db))
        (void)control(db, CTL_ROLLBACK);
    if (db->begun)
        db_forget(db);
    db->begun = false;
}

int db_save(struct db *db)
{
    return control(db, CTL_SAVE);
}

int db_release(struct db *db)
{
    return control(db, CTL_RELEASE);
}

int db_undo(struct db *db)
{
    int rc = control(db, CTL_UNDO);
    if (rc == 0)
        rc = control(db, CTL_RELEASE);
    db_forget(db);
    return rc;
}

/* -- open ----------------------------------------------------------------------------- */

int db_pragma(struct db *db, const char *name, const char *set, const char *expect)
{
    char sql[96], got[64] = "";
    struct sbuf b = sbuf_on(sql, sizeof sql);
    if (set)
        sbuf_addf(&b, "PRAGMA %s = %s;", name, set);
    sbuf_addf(&b, "PRAGMA %s;", name);
    int rc = sbuf_done(&b);
    if (rc == 0)
        rc = db_exec(db, sql, got, sizeof got);
    if (rc == 0 && strcmp(got, expect) != 0) {
        log_err("database: PRAGMA %s is '%s' and not '%s'", name, got, expect);
        rc = -EIO;
    }
    return rc;
}

static int set_pragmas(struct db *db, const struct pragma *p, size_t n)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = db_pragma(db, p[i].name, p[i].set, p[i].expect);
    return rc;
}

static int read_number(struct db *db, const char *sql, long *out)
{
    char got[32];
    int rc = db_exec(db, sql, got, sizeof got);
    *out = rc == 0 ? strtol(got, NULL, 10) : 0;
    return rc;
}

/* Our key opens it, so it is ours whatever its head says. */
static bool sealed_with(struct db *db)
{
    char want[2 * DIGEST_SIZE + 1], got[2 * DIGEST_SIZE + 1] = "";
    seal_key_check(&db->keys, want);
    return db_exec(db, "SELECT value FROM meta WHERE key = 'key_check'", got, sizeof got) == 0 && !strcmp(got, want);
}

/* A head that makes no sense over a database that is ours is damage, and no other program's file. */
static int not_ours(struct db *db, const char *path)
{
    bool damaged = sealed_with(db);
    if (damaged)
        db->sick |= DB_SICK_CORRUPT;
    log_err("%s: %s", path, damaged ? "is corrupt (its first page is damaged)" : "is not a database of tinbao");
    return damaged ? -EIO : -EPROTO;
}

/* Reads only: a file that is corrupt, or not ours, stays as it is. */
static int check_file(struct db *db, const char *path)
{
    char got[256];
    long version = 0, application = 0, tables = 0;
    int rc = read_number(db, "PRAGMA user_version", &version);
    if (rc == 0)
        rc = read_number(db, "PRAGMA application_id", &application);
    if (rc == 0)
        rc = read_number(db, "SELECT COUNT(*) FROM sqlite_schema", &tables);
    if (rc < 0) {
        log_err("%s: can not be read as a database; it was left as it is: restore it from the backup", path);
        return rc;
    }
    db->version = (int)version;
    if (version == 0 ? tables > 0 : application != DB_APPLICATION_ID || version < 0 || version > VERSION_SANE)
        return not_ours(db, path);
    if (version > DB_SCHEMA_VERSION || (db->mode == DB_READ && version < DB_SCHEMA_VERSION)) {
        log_err("%s: has schema version %ld, this tinbao knows %d: %s", path, version, DB_SCHEMA_VERSION,
                version > DB_SCHEMA_VERSION ? "use the newer tinbao" : "start serve once, it brings it up to date");
        return -EPROTO;
    }
    if (db->mode == DB_READ)
        return 0;
    rc = db_exec(db, "PRAGMA quick_check(1)", got, sizeof got);
    if (rc == 0)
        rc = db_checked(db, got);
    if (rc < 0 && (db->sick & DB_SICK_CORRUPT))
        log_err("%s: is corrupt (%s); it was left as it is: restore it from the backup", path, got);
    else if (rc < 0)
        log_err("%s: can not be checked (%s); it was left as it is", path, got[0] ? got : strerror(-rc));
    return rc;
}

int db_migrate(struct db *db, const struct db_step *steps, size_t n)
{
    char set[96];
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        if (steps[i].to <= db->version)
            continue;
        snprintf(set, sizeof set, "PRAGMA application_id = %d; PRAGMA user_version = %d", DB_APPLICATION_ID,
                 steps[i].to);
        rc = db_exec(db, "BEGIN IMMEDIATE", NULL, 0);
        if (rc == 0)
            rc = db_exec(db, steps[i].text, NULL, 0);
        if (rc == 0)
            rc = db_exec(db, set, NULL, 0);
        if (rc == 0)
            rc = db_exec(db, "COMMIT", NULL, 0);
        if (rc < 0) {
            if (db_in_transaction(db))
                (void)db_exec(db, "ROLLBACK", NULL, 0);
            log_err("database: the step from schema %d to %d failed; the file is as before", db->version, steps[i].to);
            return -EIO;
        }
        db->version = steps[i].to;
    }
    return rc;
}

static int bring_up_to_date(struct db *db)
{
    struct db_step steps[1 + ARRAY_LEN(SQL_MIGRATIONS)] = {{1, SQL_SCHEMA}};
    size_t n = 1;
    for (size_t i = 0; SQL_MIGRATIONS[i].to; i++)
        steps[n++] = (struct db_step){SQL_MIGRATIONS[i].to, SQL_MIGRATIONS[i].text};
    return db_migrate(db, steps, n);
}

/* Does the key file belong to this database? The word is written with the first schema. */
static int check_key(struct db *db)
{
    char want[2 * DIGEST_SIZE + 1], got[2 * DIGEST_SIZE + 1];
    seal_key_check(&db->keys, want);
    int rc = meta_get(db, "key_check", got, sizeof got);
    if (rc == -ENOENT && db->mode == DB_WRITE)
        return meta_set(db, "key_check", want);
    if (rc == 0 && strcmp(got, want) != 0) {
        log_err("database: the key file is not the one that it was sealed with: restore that one from the backup");
        rc = -EPERM;
    }
    return rc;
}

static int open_engine(struct db *db, const char *path)
{
    int flags = db->mode == DB_WRITE ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
    /* Both are refused once the library runs, which is no harm. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    (void)sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, UNDO_SIZE);
    int rc = sqlite3_open_v2(path, &db->engine, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    if (rc != SQLITE_OK) {
        log_err("%s: %s", path, db->engine ? sqlite3_errmsg(db->engine) : "out of memory");
        return translate(rc);
    }
    /* Until all is checked, and ever for a reader: closing must not write a thing. */
    sqlite3_db_config(db->engine, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_busy_timeout(db->engine, BUSY_MS);
    return 0;
}

static int open_files(struct db *db, const char *dir, const char *path)
{
    uint8_t key[KEY_SIZE];
    struct stat st;
    bool there = stat(path, &st) == 0 && st.st_size > 0;
    if (!there && db->mode == DB_READ) {
        log_err("%s: is not there: tinbao serve makes it", path);
        return -ENOENT;
    }
    int rc = statedir_key(dir, !there && db->lock_fd >= 0, key);
    if (rc == 0)
        rc = seal_init(&db->keys, key);
    explicit_bzero(key, sizeof key);
    if (rc == 0 && db->mode == DB_WRITE)
        rc = statedir_touch(path);
    return rc;
}

/* All statements. When they do not fit a schema that is at its version, the schema is damaged. */
static int prepare_current(struct db *db, int version_before)
{
    int rc = prepare_all(db);
    if (rc == -EIO && !(db->sick & DB_SICK_DISK) && version_before == DB_SCHEMA_VERSION)
        db->sick |= DB_SICK_CORRUPT;
    return rc;
}

static int open_database(struct db *db, const char *path)
{
    bool write = db->mode == DB_WRITE;
    int rc = open_engine(db, path), before = 0;
    if (rc == 0)
        rc = check_file(db, path);
    before = db->version;
    if (rc == 0 && write && db->version == 0)
        rc = db_pragma(db, "page_size", FILE_PAGE, FILE_PAGE);
    if (rc == 0)
        rc = write ? set_pragmas(db, PRAGMAS_WRITE, ARRAY_LEN(PRAGMAS_WRITE))
                   : set_pragmas(db, PRAGMAS_READ, ARRAY_LEN(PRAGMAS_READ));
    if (rc == 0 && write) {
        rc = bring_up_to_date(db);
        if (rc < 0 && before > 0 && before < DB_SCHEMA_VERSION && prepare_all(db) == 0)
            db->sick |= DB_SICK_CORRUPT; /* it is as new as can be: the number in its head is wrong */
    }
    if (rc == 0)
        rc = prepare_current(db, before);
    if (rc == 0)
        rc = check_key(db);
    if (rc == 0 && write)
        rc = chain_begin(db);
    if (rc == 0 && write)
        sqlite3_db_config(db->engine, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
    return rc;
}

/* What SQLite refuses for the numbers in its head, as it would the file of a later version of itself, it does not
 * call damage; but it never wrote these. (The format: sqlite.org/fileformat2.html, 1.3) */
static bool head_is_sane(const char *path)
{
    static const struct {
        int at;
        uint8_t least, most;
    } octets[] = {{18, 1, 2}, {19, 1, 2}, {20, 0, 0}, {21, 64, 64}, {22, 32, 32}, {23, 32, 32}, {44, 0, 0},
                  {45, 0, 0}, {46, 0, 0}, {47, 0, 4}, {56, 0, 0},   {57, 0, 0},   {58, 0, 0},   {59, 0, 3}};
    uint8_t head[100];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : pread(fd, head, sizeof head, 0);
    if (fd >= 0)
        close(fd);
    bool sane = n <= 0 || n == (ssize_t)sizeof head; /* nothing, or what can not be read, is another matter */
    for (size_t i = 0; sane && n > 0 && i < ARRAY_LEN(octets); i++)
        sane = head[octets[i].at] >= octets[i].least && head[octets[i].at] <= octets[i].most;
    return sane;
}

static struct db *db_new(enum db_mode mode)
{
    struct db *db = calloc(1, sizeof *db);
    if (db) {
        db->mode = mode;
        db->lock_fd = -1;
    }
    return db;
}

/* Opens what db was made for, or frees it. */
static int open_or_free(struct db **out, struct db *db, int rc, const char *dir, const char *path, unsigned *sick)
{
    if (rc == 0)
        rc = open_files(db, dir, path);
    if (rc == -EIO)
        db->sick |= DB_SICK_DISK;
    if (rc == 0)
        rc = open_database(db, path);
    if (rc < 0) {
        if (rc != -EBUSY && rc != -ENOSPC && !head_is_sane(path))
            db->sick |= DB_SICK_CORRUPT;
        *sick = db->sick;
        db_close(db);
        return rc;
    }
    *sick = 0;
    *out = db;
    return 0;
}

int db_open_sick(struct db **out, const char *dir, enum db_mode mode, unsigned *sick)
{
    char path[PATH_MAX];
    *out = NULL;
    *sick = 0;
    struct db *db = db_new(mode);
    if (!db)
        return -ENOMEM;
    int rc = statedir_path(path, sizeof path, dir, DB_FILE);
    if (rc == 0 && mode == DB_WRITE)
        rc = statedir_make(dir);
    if (rc == 0 && mode == DB_WRITE)
        rc = statedir_lock(dir, &db->lock_fd);
    return open_or_free(out, db, rc, dir, path, sick);
}

int db_open(struct db **out, const char *dir, enum db_mode mode)
{
    unsigned sick;
    return db_open_sick(out, dir, mode, &sick);
}

int db_open_file(struct db **out, const char *dir, const char *path, enum db_mode mode)
{
    unsigned sick;
    *out = NULL;
    struct db *db = db_new(mode);
    return db ? open_or_free(out, db, 0, dir, path, &sick) : -ENOMEM;
}

void db_close(struct db *db)
{
    if (!db)
        return;
    for (int i = 0; i < SQL_COUNT; i++)
        sqlite3_finalize(db->st[i].st);
    for (int i = 0; i < CTL_COUNT; i++)
        sqlite3_finalize(db->control[i]);
    if (db->engine && sqlite3_close(db->engine) != SQLITE_OK)
        log_err("database: closing: %s", sqlite3_errmsg(db->engine));
    if (db->lock_fd >= 0)
        close(db->lock_fd); /* only now: the last checkpoint is done */
    seal_wipe(&db->keys);
    free(db);
}

int db_version(const struct db *db)
{
    return db->version;
}
