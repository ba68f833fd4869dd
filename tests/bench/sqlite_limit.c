// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What this machine's disk and plain SQLite can do, for the bench to stand beside: durable
 * commits a second of one incident row and one outbox row, one by one and 100 at a time, on
 * the store's own schema and PRAGMAs, with nothing else of the service. Run by scripts/bench.
 *
 * usage: sqlite_limit [DIR]
 *
 * DIR (default: the current directory) gets a directory with the database, removed at the
 * end: it must be on the disk that is to be measured. Prints "name value unit" lines; takes
 * about 5 s. Exit 0, or 1 with the reason on standard error.
 */
#include "gateway/base/clock.h"
#include "gateway/base/err.h"
#include "store/db.h"

#include <sqlite3.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SHARE_MS 2000 /* for each of the two ways */
#define BODY "Da nhan vu 48217: TROM, Man De. Co gi them xin nhan THEM 48217. Cam on ong ba."

struct limit {
    sqlite3 *db;
    sqlite3_stmt *begin, *commit, *incident, *outbox;
    int64_t n;
};

static int prepare(struct limit *l)
{
    const struct {
        sqlite3_stmt **st;
        const char *sql;
    } statements[] = {
        {&l->begin, "BEGIN IMMEDIATE"},
        {&l->commit, "COMMIT"},
        {&l->incident, "INSERT INTO incident (code, form, kind, place, severity, restricted, unverified, text, "
                       "user_id, created_ms, state) VALUES (?1, 'incident', 'TROM', '6', 3, 0, 0, ?2, 1, ?3, 'open')"},
        {&l->outbox, "INSERT INTO outbox (user_id, priority, resend, incident_id, body, created_ms, not_before_rel, "
                     "expires_rel, state, recipient, blocked) VALUES (1, 2, 1, ?1, ?2, ?3, ?3, ?3 + 600000, "
                     "'queued', 1, ?4)"},
    };
    for (size_t i = 0; i < ARRAY_LEN(statements); i++)
        if (sqlite3_prepare_v2(l->db, statements[i].sql, -1, statements[i].st, NULL) != SQLITE_OK)
            return -EIO;
    return 0;
}

/* The PRAGMAs of store/db.c that cost or save time; the schema is there. */
static int open_plain(struct limit *l, const char *dir)
{
    char path[600];
    snprintf(path, sizeof path, "%s/tinbao.db", dir);
    if (sqlite3_open_v2(path, &l->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        return -EIO;
    if (sqlite3_exec(l->db,
                     "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
                     "PRAGMA secure_delete = ON; PRAGMA cache_size = -3072; PRAGMA mmap_size = 0;"
                     "PRAGMA temp_store = FILE; PRAGMA wal_autocheckpoint = 8000;"
                     "PRAGMA journal_size_limit = 33554432; PRAGMA trusted_schema = OFF;"
                     "PRAGMA cell_size_check = ON;"
                     "INSERT INTO \"user\" (name, role, places, since_ms) VALUES ('An', 'member', '6', 0)",
                     NULL, NULL, NULL) != SQLITE_OK)
        return -EIO;
    return prepare(l);
}

static int run(sqlite3_stmt *st)
{
    int rc = sqlite3_step(st) == SQLITE_DONE ? 0 : -EIO;
    sqlite3_reset(st);
    return rc;
}

static int one_pair(struct limit *l)
{
    char code[16];
    int64_t i = l->n++;
    snprintf(code, sizeof code, "%07lld", (long long)(i * 7919 % 10000000)); /* 7919 is prime: all differ */
    sqlite3_bind_text(l->incident, 1, code, -1, SQLITE_STATIC);
    sqlite3_bind_text(l->incident, 2, "mat xe wave o dau xom", -1, SQLITE_STATIC);
    sqlite3_bind_int64(l->incident, 3, i);
    int rc = run(l->incident);
    sqlite3_bind_int64(l->outbox, 1, sqlite3_last_insert_rowid(l->db));
    sqlite3_bind_text(l->outbox, 2, BODY, -1, SQLITE_STATIC);
    sqlite3_bind_int64(l->outbox, 3, i);
    sqlite3_bind_int64(l->outbox, 4, i > 0);
    return rc == 0 ? run(l->outbox) : rc;
}

/* Pairs a second. */
static int measure(struct limit *l, int batch, double *per_s)
{
    int64_t began = mono_us(), from = l->n, now = began;
    int rc = 0;
    while (rc == 0 && now - began < SHARE_MS * 1000LL) {
        rc = run(l->begin);
        for (int i = 0; rc == 0 && i < batch; i++)
            rc = one_pair(l);
        if (rc == 0)
            rc = run(l->commit);
        now = mono_us();
    }
    *per_s = (double)(l->n - from) * 1e6 / (double)(now - began);
    return rc;
}

/* An fdatasync of one page, for the record: the floor of a durable commit. */
static int measure_sync(const char *dir, double *us)
{
    char path[600], page[4096];
    enum { N = 200 };
    snprintf(path, sizeof path, "%s/sync", dir);
    memset(page, 1, sizeof page);
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600), rc = fd < 0 ? -errno : 0;
    int64_t began = mono_us();
    for (int i = 0; rc == 0 && i < N; i++)
        if (pwrite(fd, page, sizeof page, (off_t)i * (off_t)sizeof page) < 0 || fdatasync(fd) < 0)
            rc = -errno;
    *us = (double)(mono_us() - began) / N;
    if (fd >= 0)
        close(fd);
    return rc;
}

static void remove_state(const char *dir)
{
    DIR *d = opendir(dir);
    char path[900];
    for (struct dirent *e; d && (e = readdir(d));) {
        snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        if (e->d_name[0] != '.')
            unlink(path);
    }
    if (d)
        closedir(d);
    rmdir(dir);
}

int main(int argc, char **argv)
{
    struct limit l = {0};
    struct db *db = NULL;
    char dir[512];
    double one = 0, many = 0, sync_us = 0;
    snprintf(dir, sizeof dir, "%s/sqlite-limit-XXXXXX", argc > 1 ? argv[1] : ".");
    if (!mkdtemp(dir)) {
        fprintf(stderr, "sqlite_limit: %s: %s\n", dir, strerror(errno));
        return 1;
    }
    int rc = db_open(&db, dir, DB_WRITE); /* makes the schema; no second writer later */
    db_close(db);
    if (rc == 0)
        rc = measure_sync(dir, &sync_us);
    if (rc == 0)
        rc = open_plain(&l, dir);
    if (rc == 0)
        rc = measure(&l, 1, &one);
    if (rc == 0)
        rc = measure(&l, 100, &many);
    if (rc < 0) {
        fprintf(stderr, "sqlite_limit: %s: %s\n", dir, l.db ? sqlite3_errmsg(l.db) : strerror(-rc));
    } else {
        printf("sync_page %.0f us\n", sync_us);
        printf("sqlite_one_by_one %.0f commits/s\n", one);
        printf("sqlite_100_at_a_time %.0f pairs/s\n", many);
    }
    sqlite3_finalize(l.begin);
    sqlite3_finalize(l.commit);
    sqlite3_finalize(l.incident);
    sqlite3_finalize(l.outbox);
    sqlite3_close(l.db);
    remove_state(dir);
    return rc < 0;
}
