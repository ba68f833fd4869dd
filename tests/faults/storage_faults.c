// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a disk does wrong, each fault through the real service: `tinbao serve` with refuse.so (preload/refuse.c)
 * loaded before libc, another process that holds the database's lock, octets that are not what was written. Texts
 * before, during and after; nothing is deleted from the SIM that is not kept. At every write and sync it is done by
 * io_faults.c and power_cut.c, in memory. See bench.h.
 *
 * usage: storage_faults TINBAO [FAULT...]    Exit 0 when all is as expected; 1 else, with the directories
 * of what failed left for a look.
 */
#define SQL_TEXTS /* the schemas */
#include "store/engine.h"

#include "tests/faults/bench.h"
#include "tests/faults/preload/refuse.h"

#include <sqlite3.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define RESERVE_KEEPS 1 /* a reserve file may have given room: not all need be on the SIM */

/* The page of memory; the service is started with it and the preloaded object. */
static struct refuse *arm(struct bench *b)
{
    char file[300], object[400];
    snprintf(file, sizeof(file), "%s/refuse", b->r.dir);
    char *built = realpath(b->r.tinbao, NULL), *slash = built ? strrchr(built, '/') : NULL;
    if (slash)
        slash[1] = '\0';
    snprintf(object, sizeof(object), "%stests/faults/refuse.so", built ? built : "");
    free(built);
    int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    void *p = fd >= 0 && ftruncate(fd, 4096) == 0
                  ? mmap(NULL, sizeof(struct refuse), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)
                  : MAP_FAILED;
    EXPECT(b, p != MAP_FAILED && access(object, R_OK) == 0, "%s is not there", object);
    setenv(REFUSE_FILE, file, 1);
    setenv(REFUSE_DIR, b->r.state, 1);
    setenv("LD_PRELOAD", object, 1);
    EXPECT(b, rig_start(&b->r) == 0, "the service could not be started");
    unsetenv("LD_PRELOAD");
    return p != MAP_FAILED ? p : NULL;
}

static int on_sim(const struct bench *b)
{
    int sm = 0, me = 0, total;
    air_capacity(b->r.air, AIR_SM, &sm, &total);
    air_capacity(b->r.air, AIR_ME, &me, &total);
    return sm + me + (int)air_held(b->r.air);
}

/* Is the service still the same process, and says so? */
static void still_there(struct bench *b)
{
    int status = 0;
    EXPECT(b, !rig_ended(&b->r, &status), "the service ended by itself, status %d", status);
}

/* While it lasts: texts wait on the SIM, at least as many as came. Then all is done, with no hand. */
static void refused(struct bench *b, enum refuse_fault fault, int64_t ms, int flags)
{
    struct refuse *r = arm(b);
    bench_before(b);
    if (b->bad || !r)
        return;
    r->room = 0;
    r->fault = fault;
    bench_feed(b, 6);
    rig_run(&b->r, ms);
    still_there(b);
    EXPECT(b, r->refused > 0, "nothing was refused: the test does not reach the service");
    EXPECT(b, on_sim(b) >= 6 || (flags & RESERVE_KEEPS), "%d texts on the SIM, although none could be kept", on_sim(b));
    r->fault = REFUSE_NOTHING;
    bench_recovery(b);
    bench_close_count(b, true);
}

static void disk_full(struct bench *b)
{
    refused(b, REFUSE_FULL, 20000, RESERVE_KEEPS);
}

static void read_only(struct bench *b)
{
    refused(b, REFUSE_READ_ONLY, 15000, 0);
}

static void sync_error(struct bench *b)
{
    refused(b, REFUSE_SYNC, 15000, 0);
}

/* The loop stands for half a minute; the line and its modem go on, and are not taken for dead. */
static void sync_slow(struct bench *b)
{
    struct refuse *r = arm(b);
    bench_before(b);
    pid_t line = rig_line_pid(&b->r);
    if (b->bad || !r)
        return;
    r->room = 30;
    r->refused = 0;
    r->fault = REFUSE_SLOW;
    bench_feed(b, 6);
    rig_run(&b->r, 31000);
    EXPECT(b, r->refused > 0, "no sync was slow: the test does not reach the service");
    bench_recovery(b);
    EXPECT(b, line > 0 && rig_line_pid(&b->r) == line, "the line was killed for the core's slowness");
    bench_close_count(b, true);
}

/* Another process holds the lock of a writer for a minute. */
static pid_t hold_lock(struct bench *b, int seconds)
{
    char path[400];
    snprintf(path, sizeof(path), "%s/tinbao.db", b->r.state);
    fflush(NULL);
    pid_t pid = fork();
    if (pid)
        return pid;
    sqlite3 *db = NULL;
    struct timespec t = {.tv_sec = seconds};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) || sqlite3_busy_timeout(db, 10000) ||
        sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL))
        _exit(1);
    nanosleep(&t, NULL);
    _exit(0);
}

static void lock_held(struct bench *b)
{
    EXPECT(b, rig_start(&b->r) == 0, "the service could not be started");
    bench_before(b);
    pid_t pid = hold_lock(b, 60);
    int status = -1;
    rig_run(&b->r, 1000);
    bench_feed(b, 6);
    rig_run(&b->r, 58000);
    still_there(b);
    EXPECT(b, on_sim(b) >= 6, "%d texts on the SIM, although none could be kept", on_sim(b));
    EXPECT(b, waitpid(pid, &status, 0) == pid && status == 0, "the lock could not be held");
    bench_recovery(b);
    bench_close_count(b, true);
}

/* --- damage ------------------------------------------------------------------------------- */

/* Where the table's tree begins, in octets. */
static long root_of(const struct bench *b, const char *table)
{
    char path[400];
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;
    long at = 0;
    snprintf(path, sizeof(path), "%s/tinbao.db", b->r.state);
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(db, "SELECT rootpage FROM sqlite_schema WHERE name = $1", -1, &st, NULL) == SQLITE_OK &&
        sqlite3_bind_text(st, 1, table, -1, SQLITE_STATIC) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW)
        at = (sqlite3_column_int64(st, 0) - 1) * 2048;
    sqlite3_finalize(st);
    sqlite3_close(db);
    return at;
}

static int set_aside(const struct bench *b)
{
    int n = 0;
    DIR *d = opendir(b->r.state);
    for (struct dirent *e; d && (e = readdir(d));)
        n += !strncmp(e->d_name, "tinbao.db.corrupt-", 18) && !strstr(e->d_name, "-wal");
    if (d)
        closedir(d);
    return n;
}

/* `tinbao backup`, beside the running service; meanwhile its modem goes on. */
static void make_backup(struct bench *b)
{
    int status = -1;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        execl(b->r.tinbao, "tinbao", "backup", "-c", b->r.config, (char *)NULL);
        _exit(127);
    }
    for (int64_t until_ms = mono_ms() + 20000; pid > 0 && mono_ms() < until_ms; rig_run(&b->r, 20))
        if (waitpid(pid, &status, WNOHANG) == pid)
            break;
    EXPECT(b, status == 0, "tinbao backup ended with %d", status);
}

/* Texts, a backup of them, the service ended, three texts on the SIM, octets overwritten: starts again by itself. */
static void damaged(struct bench *b, const char *table, size_t n)
{
    char path[400], junk[4096];
    snprintf(path, sizeof(path), "%s/tinbao.db", b->r.state);
    EXPECT(b, rig_start(&b->r) == 0, "the service could not be started");
    bench_before(b);
    make_backup(b);
    EXPECT(b, rig_stop(&b->r, 10000) == 0, "the service did not end");
    bench_feed(b, 3);
    long off = table ? root_of(b, table) : 0;
    EXPECT(b, !table || off > 0, "no table %s", table);
    memset(junk, 0xA5, sizeof(junk));
    int fd = open(path, O_RDWR | O_CLOEXEC);
    EXPECT(b, fd >= 0 && pwrite(fd, junk, n, off) == (ssize_t)n && fsync(fd) == 0, "could not be damaged");
    if (fd >= 0)
        close(fd);
    EXPECT(b, rig_start(&b->r) == 0, "the service could not be started");
    bench_recovery(b);
    still_there(b);
    bench_close_count(b, true);
    EXPECT(b, set_aside(b) == 1, "%d damaged files set aside", set_aside(b));
}

/* One sector of a page that is in use. */
static void torn_page(struct bench *b)
{
    damaged(b, "incident", 512);
}

static void corrupt_file(struct bench *b)
{
    damaged(b, NULL, 4096);
}

/* --- migration ---------------------------------------------------------------------------- */

static int old_schema(const char *path)
{
    sqlite3 *db = NULL;
    char set[100];
    const char *text = NULL;
    for (size_t i = 0; SQL_MIGRATIONS[i].to; i++)
        text = SQL_MIGRATIONS[i].to == 2 ? SQL_MIGRATIONS[i].text : text;
    snprintf(set, sizeof(set), "PRAGMA application_id = %d; PRAGMA user_version = 2; PRAGMA journal_mode = WAL;",
             DB_APPLICATION_ID);
    int rc = sqlite3_open(path, &db);
    rc = rc ? rc : sqlite3_exec(db, "PRAGMA page_size = 2048;", NULL, NULL, NULL);
    rc = rc ? rc : sqlite3_exec(db, SQL_SCHEMA, NULL, NULL, NULL);
    rc = rc ? rc : sqlite3_exec(db, text, NULL, NULL, NULL);
    rc = rc ? rc : sqlite3_exec(db, set, NULL, NULL, NULL);
    sqlite3_close(db);
    return rc ? -EIO : 0;
}

static int schema_of(const char *path)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;
    int version = -1;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW)
        version = sqlite3_column_int(st, 0);
    sqlite3_finalize(st);
    sqlite3_close(db);
    return version;
}

/* A file of the last schema, and a disk that is full after so many octets: refused, the file as before; with space
 * it starts and serves. */
static void full_in_migration(struct bench *b)
{
    static const long room[] = {0, 1000, 5000, 12000, 30000, 60000};
    char path[400];
    int status = 0;
    snprintf(path, sizeof(path), "%s/tinbao.db", b->r.state);
    EXPECT(b, mkdir(b->r.state, 0700) == 0, "no directory");
    /* the key file is made with an empty database: let the service make one */
    EXPECT(b, rig_start(&b->r) == 0, "the service could not be started");
    rig_run(&b->r, 1500);
    EXPECT(b, rig_stop(&b->r, 10000) == 0 && unlink(path) == 0, "the service did not end");
    EXPECT(b, old_schema(path) == 0 && schema_of(path) == 2, "no file of the last schema could be made");
    int refusals = 0;
    for (size_t i = 0; !b->bad && i < sizeof(room) / sizeof(room[0]); i++) {
        struct refuse *r = arm(b);
        rig_kill_core(&b->r); /* it has the page now: the next one begins full */
        r->room = room[i];
        r->fault = REFUSE_FULL;
        arm(b);
        for (int64_t until_ms = mono_ms() + 5000; b->r.core > 0 && mono_ms() < until_ms; rig_run(&b->r, 50))
            refusals += rig_ended(&b->r, &status);
        rig_kill_core(&b->r);
        EXPECT(b, schema_of(path) == 2 || schema_of(path) == DB_SCHEMA_VERSION, "schema %d after %ld octets",
               schema_of(path), room[i]);
        r->fault = REFUSE_NOTHING;
    }
    EXPECT(b, refusals > 0, "no start was refused: the test does not reach the migration");
    EXPECT(b, rig_start(&b->r) == 0, "the service could not be started");
    bench_recovery(b);
    bench_close_count(b, true);
    EXPECT(b, schema_of(path) == DB_SCHEMA_VERSION, "schema %d at the end", schema_of(path));
}

static const struct bench_case cases[] = {
    {.group = "storage", .name = "disk-full", .run = disk_full},
    {.group = "storage", .name = "read-only", .run = read_only},
    {.group = "storage", .name = "fsync-error", .run = sync_error},
    {.group = "storage", .name = "fsync-30s", .run = sync_slow},
    {.group = "storage", .name = "lock-60s", .run = lock_held},
    {.group = "storage", .name = "torn-page", .run = torn_page},
    {.group = "storage", .name = "corrupt-file", .run = corrupt_file},
    {.group = "storage", .name = "full-in-migration", .run = full_in_migration},
};

int main(int argc, char **argv)
{
    return bench_main(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
