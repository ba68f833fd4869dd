// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Binding, running and reading the prepared queries: the q_ functions of store/engine.h. Called by the
 * record files. What goes wrong is the engine's; it is logged here with the name of the query.
 */
#include "store/engine.h"

#include "gateway/base/err.h"
#include "gateway/base/log.h"

#include <sqlite3.h>
#include <string.h>

static void bound(struct db *db, enum sql_id id, int rc)
{
    if (rc != SQLITE_OK) /* a statement still in use, or a $n that the query has not: a fault of the caller */
        log_err("database: %s: binding: %s", db_query_name(id), sqlite3_errmsg(db->engine));
}

void q_i64(struct db *db, enum sql_id id, int n, int64_t v)
{
    bound(db, id, sqlite3_bind_int64(db->st[id].st, db->st[id].param[n - 1], v));
}

void q_ref(struct db *db, enum sql_id id, int n, int64_t v)
{
    if (v)
        q_i64(db, id, n, v);
    else
        bound(db, id, sqlite3_bind_null(db->st[id].st, db->st[id].param[n - 1]));
}

void q_text(struct db *db, enum sql_id id, int n, const char *s)
{
    bound(db, id, sqlite3_bind_text(db->st[id].st, db->st[id].param[n - 1], s, -1, SQLITE_STATIC));
}

void q_blob(struct db *db, enum sql_id id, int n, const void *p, size_t size)
{
    int i = db->st[id].param[n - 1];
    if (p && size == 0)
        bound(db, id, sqlite3_bind_zeroblob(db->st[id].st, i, 0));
    else
        bound(db, id, sqlite3_bind_blob(db->st[id].st, i, p, (int)size, SQLITE_STATIC));
}

bool db_gone(const struct db *db)
{
    return db->begun && sqlite3_get_autocommit(db->engine) != 0;
}

int q_run(struct db *db, enum sql_id id)
{
    sqlite3_stmt *st = db->st[id].st;
    if (db_gone(db))
        return -EIO; /* the cause was told */
    int rc = sqlite3_step(st);
    int out = rc == SQLITE_DONE ? sqlite3_changes(db->engine) : db_failed(db, db_query_name(id));
    sqlite3_reset(st);
    return out;
}

int q_change(struct db *db, enum sql_id id)
{
    int rc = q_run(db, id);
    return rc > 0 ? 0 : rc == 0 ? -ENOENT : rc;
}

int q_insert(struct db *db, enum sql_id id, int64_t *rowid)
{
    int n = q_run(db, id);
    if (n < 0)
        return n;
    if (n == 0)
        return -EEXIST;
    if (rowid)
        *rowid = sqlite3_last_insert_rowid(db->engine);
    return 0;
}

int q_row(struct db *db, enum sql_id id)
{
    sqlite3_stmt *st = db->st[id].st;
    if (db_gone(db)) {
        sqlite3_reset(st);
        return -EIO;
    }
    int rc = sqlite3_step(st);
    if (rc == SQLITE_ROW)
        return 1;
    int out = rc == SQLITE_DONE ? 0 : db_failed(db, db_query_name(id));
    sqlite3_reset(st);
    return out;
}

int q_one(struct db *db, enum sql_id id)
{
    int rc = q_row(db, id);
    return rc == 1 ? 0 : rc == 0 ? -ENOENT : rc;
}

void q_end(struct db *db, enum sql_id id)
{
    sqlite3_reset(db->st[id].st);
}

int q_free(struct db *db, enum sql_id id)
{
    if (!sqlite3_stmt_busy(db->st[id].st))
        return 0;
    log_err("database: %s is asked again before it has ended", db_query_name(id));
    return -EBUSY;
}

int64_t q_get(struct db *db, enum sql_id id, int col)
{
    return sqlite3_column_int64(db->st[id].st, col);
}

bool q_null(struct db *db, enum sql_id id, int col)
{
    return sqlite3_column_type(db->st[id].st, col) == SQLITE_NULL;
}

const char *q_str(struct db *db, enum sql_id id, int col)
{
    const unsigned char *s = sqlite3_column_text(db->st[id].st, col);
    return s ? (const char *)s : "";
}

const void *q_bytes(struct db *db, enum sql_id id, int col, size_t *size)
{
    const void *p = sqlite3_column_blob(db->st[id].st, col);
    *size = (size_t)sqlite3_column_bytes(db->st[id].st, col);
    return p;
}

void q_cut(char *dst, size_t size, const char *src)
{
    size_t n = strlen(src);
    if (size == 0)
        return;
    if (n >= size) {
        n = size - 1;
        while (n > 0 && ((unsigned char)src[n] & 0xC0) == 0x80) /* inside a UTF-8 character */
            n--;
    }
    memcpy(dst, src, n);
    dst[n] = '\0';
}

void q_copy(struct db *db, enum sql_id id, int col, char *dst, size_t size)
{
    q_cut(dst, size, q_str(db, id, col));
}
