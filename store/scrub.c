// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What must not live on in backups. Called by backup.c for the copy that is being made, and for each
 * older backup afterwards: erasure happens in the live database alone (a stranger who said NGUNG, a user who
 * left, what is past its time), so an older backup is made to forget what a newer one of the same
 * database does not have. By the tables as they are: whoever erases something need not know of this.
 *
 * What can go wrong: the older one is of another line of history (from before a restore): its rows are
 * other rows under the same numbers, and it is left alone (-EXDEV); the disk; then it stays as it was.
 */
#include "store/backup.h"

#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "store/chain.h"
#include "store/check.h"
#include "store/copy.h"
#include "store/engine.h"
#include "store/tip.h"

#include <limits.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STAGE "backup.tmp"
#define FRESH_TAIL ".new"

/* The tables that hold what people said and who they are, each with an id. `fixed`: their texts never change
 * but by erasure, so they become the newer ones; of the others only what was emptied is emptied. */
static const struct {
    const char *name;
    bool fixed;
} TABLES[] = {
    {"party", false},      {"user", true},
    {"message", true},     {"part", true},
    {"report", true},      {"incident", false},
    {"outbox", false},     {"delivery", false},
    {"activity", true},    {"question", false},
    {"invite", true},      {"tip_box", true},
    {"attendance", false}, {"attendance_change", false},
    {"patrol", false},     {"shift_watch", false},
};

/* As if every tip were past its time; then also the hash of one who said NGUNG. A part that waits for others
 * has its sender sealed in it, and may be a tip's: it goes, and the backup counts as of the moment before it
 * came, so that a replay brings it back. */
int backup_drop_tips(struct db *db, int64_t now_ms, int64_t *of_ms)
{
    char got[32];
    int rc = tip_forget_old(db, INT64_MAX, INT64_MAX, now_ms);
    if (rc >= 0)
        rc = db_exec(db, "UPDATE party SET sealed = NULL, hash = randomblob(16) WHERE domain = 'tip'", NULL, 0);
    if (rc == 0)
        rc = db_exec(db, "SELECT MIN(received_ms) FROM part WHERE message_id IS NULL AND sender IS NOT NULL", got,
                     sizeof got);
    if (rc == 0 && got[0] && strtoll(got, NULL, 10) <= now_ms)
        *of_ms = strtoll(got, NULL, 10) - 1;
    return rc < 0 ? rc : db_exec(db, "DELETE FROM part WHERE message_id IS NULL AND sender IS NOT NULL", NULL, 0);
}

static int run(struct db *db, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static int run(struct db *db, const char *fmt, ...)
{
    char sql[1024];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(sql, sizeof sql, fmt, ap);
    va_end(ap);
    return n < (int)sizeof sql ? db_exec(db, sql, NULL, 0) : -EMSGSIZE;
}

/* One column of a table. */
static int scrub_column(struct db *db, const char *t, const char *c, bool fixed)
{
    if (fixed)
        return run(db,
                   "UPDATE main.\"%s\" SET \"%s\" = (SELECT n.\"%s\" FROM newer.\"%s\" n WHERE n.id = \"%s\".id) "
                   "WHERE \"%s\" IS NOT (SELECT n.\"%s\" FROM newer.\"%s\" n WHERE n.id = \"%s\".id)",
                   t, c, c, t, t, c, c, t, t);
    return run(db,
               "UPDATE main.\"%s\" SET \"%s\" = (SELECT n.\"%s\" FROM newer.\"%s\" n WHERE n.id = \"%s\".id) "
               "WHERE LENGTH(\"%s\") > 0 AND EXISTS (SELECT 1 FROM newer.\"%s\" n WHERE n.id = \"%s\".id "
               "AND COALESCE(LENGTH(n.\"%s\"), 0) = 0)",
               t, c, c, t, t, c, t, t, c);
}

/* Texts, octets, and what refers to a message, an incident or a person. */
static const char COLUMNS[] =
    "SELECT c.name FROM pragma_table_info($1) c WHERE c.pk = 0 AND (c.type IN ('TEXT', 'BLOB') "
    "OR c.name IN ('message_id', 'incident_id', 'party_id', 'contact_id', 'user_id', 'acked_by', 'closed_by')) "
    "AND c.name NOT IN ('state', 'hash')";

static int scrub_table(struct db *db, const char *t, bool fixed)
{
    sqlite3_stmt *st = NULL;
    int rc = run(db, "DELETE FROM main.\"%s\" WHERE id NOT IN (SELECT id FROM newer.\"%s\")", t, t);
    if (rc == 0 && sqlite3_prepare_v2(db->engine, COLUMNS, -1, &st, NULL) != SQLITE_OK)
        rc = db_failed(db, "the columns of a table");
    if (rc == 0)
        sqlite3_bind_text(st, 1, t, -1, SQLITE_STATIC);
    while (rc == 0 && sqlite3_step(st) == SQLITE_ROW)
        rc = scrub_column(db, t, (const char *)sqlite3_column_text(st, 0), fixed);
    sqlite3_finalize(st);
    return rc;
}

/* The keyed hash of a number that was erased; and of the audit what retention deleted, with its beginning. */
static const char REST[] =
    "UPDATE main.party SET hash = (SELECT n.hash FROM newer.party n WHERE n.id = party.id) WHERE domain <> 'tip' AND "
    "hash <> (SELECT n.hash FROM newer.party n WHERE n.id = party.id);"
    "DELETE FROM main.concern WHERE (incident_id, user_id) NOT IN (SELECT incident_id, user_id FROM newer.concern);"
    "DELETE FROM main.call_out WHERE (incident_id, user_id) NOT IN (SELECT incident_id, user_id FROM newer.call_out);"
    "DELETE FROM main.handover WHERE incident_id NOT IN (SELECT incident_id FROM newer.handover);"
    "DELETE FROM main.audit WHERE id < (SELECT MIN(id) FROM newer.audit);"
    "UPDATE main.meta SET value = (SELECT n.value FROM newer.meta n WHERE n.key = 'audit_anchor') WHERE key = "
    "'audit_anchor' AND value <> (SELECT n.value FROM newer.meta n WHERE n.key = 'audit_anchor');"
    "UPDATE main.delivery SET state = 'dropped' WHERE state IN ('queued', 'sending') AND kind <> 'spare' AND body = ''";

/* Is the older one's last row a row of the newer one too? */
static bool same_line(struct db *older, struct db *newer)
{
    struct chain_head h;
    uint8_t link[DIGEST_SIZE];
    struct chain_state s;
    if (chain_head(older, &h) < 0 || h.id == 0)
        return h.id == 0;
    int rc = chain_link_of(newer, h.id, link);
    if (rc == -ENOENT) /* deleted by retention, or never there */
        return chain_walk(newer, &s) == 0 && h.id <= s.cut_id;
    return rc == 0 && memcmp(link, h.link, DIGEST_SIZE) == 0;
}

static int attach(struct db *db, const char *path)
{
    sqlite3_stmt *st = NULL;
    if (sqlite3_prepare_v2(db->engine, "ATTACH $1 AS newer", -1, &st, NULL) != SQLITE_OK)
        return db_failed(db, "ATTACH");
    sqlite3_bind_text(st, 1, path, -1, SQLITE_STATIC);
    int rc = sqlite3_step(st) == SQLITE_DONE ? 0 : db_failed(db, "ATTACH");
    sqlite3_finalize(st);
    return rc;
}

static int forget(struct db *db, const char *newest, bool *changed)
{
    int rc = attach(db, newest);
    if (rc == 0) /* rows go in the order of the list, not of their references */
        rc = db_pragma(db, "foreign_keys", "OFF", "0");
    int before = sqlite3_total_changes(db->engine);
    if (rc == 0)
        rc = db_begin(db);
    for (size_t i = 0; rc == 0 && i < ARRAY_LEN(TABLES); i++)
        rc = scrub_table(db, TABLES[i].name, TABLES[i].fixed);
    if (rc == 0)
        rc = db_exec(db, REST, NULL, 0);
    if (rc == 0)
        rc = db_commit(db);
    if (db_in_transaction(db))
        db_rollback(db);
    if (rc == 0)
        *changed = sqlite3_total_changes(db->engine) != before;
    return rc < 0 ? rc : db_exec(db, "DETACH newer", NULL, 0);
}

/* What is left counts from now on: the restore test compares with it. */
static int recount(struct db *db)
{
    struct backup_counts c;
    char text[80];
    int rc = backup_count(db, &c);
    snprintf(text, sizeof text, "%lld %lld %lld", (long long)c.messages, (long long)c.incidents, (long long)c.audits);
    return rc < 0 ? rc : meta_set(db, "backup_counts", text);
}

static int write_back(struct db *db, const char *state_dir, const char *path)
{
    char fresh[PATH_MAX], sql[2 * PATH_MAX], why[CHECK_WHY_SIZE];
    struct db *check = NULL;
    if (strchr(path, '\'') || snprintf(fresh, sizeof fresh, "%s" FRESH_TAIL, path) >= (int)sizeof fresh)
        return -EINVAL;
    copy_remove(fresh);
    snprintf(sql, sizeof sql, "VACUUM INTO '%.*s'", PATH_MAX, fresh);
    int rc = recount(db);
    if (rc == 0)
        rc = statedir_touch(fresh);
    if (rc == 0)
        rc = db_exec(db, sql, NULL, 0);
    if (rc == 0)
        rc = copy_sync(fresh);
    if (rc == 0)
        rc = db_open_file(&check, state_dir, fresh, DB_READ);
    if (rc == 0)
        rc = check_whole(check, why, sizeof why);
    db_close(check);
    if (rc == 0 && rename(fresh, path) < 0)
        rc = -errno;
    if (rc < 0)
        copy_remove(fresh);
    return rc < 0 ? rc : copy_sync(path);
}

int backup_scrub(const char *state_dir, const char *path, const char *newest)
{
    char stage[PATH_MAX];
    struct db *db = NULL, *newer = NULL;
    bool changed = false;
    int rc = statedir_path(stage, sizeof stage, state_dir, STAGE);
    if (rc < 0)
        return rc;
    copy_remove(stage);
    int64_t here = copy_room(state_dir); /* with what is written back, which may be on this disk too */
    rc = here >= 0 && here < 2 * copy_size(path) + COPY_ROOM_LEFT ? -ENOSPC : copy_file(path, stage);
    if (rc == 0)
        rc = db_open_file(&newer, state_dir, newest, DB_READ);
    if (rc == 0)
        rc = db_open_file(&db, state_dir, stage, DB_WRITE);
    if (rc == 0 && !same_line(db, newer))
        rc = -EXDEV;
    db_close(newer);
    if (rc == 0)
        rc = forget(db, newest, &changed);
    if (rc == 0 && changed)
        rc = write_back(db, state_dir, path);
    db_close(db);
    copy_remove(stage);
    return rc < 0 ? rc : changed;
}
