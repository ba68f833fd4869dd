// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recovery of a database, see recover.h. Every step may be the last one before the power goes:
 *
 *   1. the new database is put together as tinbao.db.new, checked and synced;
 *   2. tinbao.db and its WAL are renamed out of the way;
 *   3. tinbao.db.new becomes tinbao.db.
 *
 * A start that finds no tinbao.db but a tinbao.db.new goes on at 2, so that no WAL of the old file is
 * ever read into the new one. What can go wrong: no backup is good (a fresh database, the service must
 * run); the disk takes no renames (it is said and refused); a disk that damages each file anew: after
 * five files that were set aside within a day it stops.
 */
#include "store/recover.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "store/check.h"
#include "store/copy.h"
#include "store/engine.h"
#include "store/heads.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NEW_FILE DB_FILE ".new"
#define MARK "tinbao.suspect"
#define MARKS_MAX 3
#define META_UNTOLD "recovered"
#define ASIDES_A_DAY 5

int recover_pending(struct db *db, int64_t *from_ms)
{
    int rc = meta_get_i64(db, META_RESTORED_FROM, from_ms);
    return rc < 0 ? rc : *from_ms < 0 ? -ENOENT : 0;
}

int recover_replayed(struct db *db)
{
    return meta_set_i64(db, META_RESTORED_FROM, -1);
}

int recover_untold(struct db *db, int64_t *from_ms, bool *fresh)
{
    int rc = meta_get_i64(db, META_UNTOLD, from_ms);
    *fresh = *from_ms == 0;
    return rc < 0 ? rc : *from_ms < 0 ? -ENOENT : 0;
}

int recover_told(struct db *db)
{
    return meta_set_i64(db, META_UNTOLD, -1);
}

/* --- the mark of a doubt ------------------------------------------------------------------ */

static int marks(const char *dir)
{
    char path[PATH_MAX], text[16] = "";
    int fd = statedir_path(path, sizeof path, dir, MARK) < 0 ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    int count = n > 0 ? (int)strtol(text, NULL, 10) : 1;
    return count > 0 ? count : 1;
}

void recover_sound(const char *state_dir)
{
    char path[PATH_MAX];
    if (statedir_path(path, sizeof path, state_dir, MARK) == 0)
        (void)unlink(path);
}

int recover_suspect(const char *state_dir, int64_t now_ms, const char *why)
{
    char path[PATH_MAX], text[300], at[32];
    int count = marks(state_dir) + 1;
    int rc = statedir_path(path, sizeof path, state_dir, MARK);
    if (rc < 0)
        return rc;
    civil_iso(now_ms, at, sizeof at);
    int n = snprintf(text, sizeof text, "%d %s %.200s\n", count, at, why);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    errno = fd < 0 ? errno : EIO;
    if (fd < 0 || write(fd, text, (size_t)n) != n || fsync(fd) < 0)
        rc = -errno;
    if (fd >= 0)
        close(fd);
    return rc < 0 ? rc : copy_sync_dir(state_dir);
}

/* --- aside -------------------------------------------------------------------------------- */

static bool is_there(const char *dir, const char *name)
{
    char path[PATH_MAX];
    struct stat st;
    return statedir_path(path, sizeof path, dir, name) == 0 && stat(path, &st) == 0 && st.st_size > 0;
}

/* -ENOENT is fine: a WAL is not always there. */
static int move(const char *dir, const char *from, const char *to)
{
    char a[PATH_MAX], b[PATH_MAX];
    int rc = statedir_path(a, sizeof a, dir, from);
    if (rc == 0)
        rc = statedir_path(b, sizeof b, dir, to);
    if (rc == 0 && rename(a, b) < 0 && errno != ENOENT)
        rc = -errno;
    return rc;
}

static void name_aside(const char *dir, const char *tag, int64_t now_ms, char out[ASIDE_SIZE])
{
    struct civil c = civil_from_ms(now_ms);
    for (int i = 0; i < 100; i++) { /* a name that is free, also for what belongs to it */
        int n = snprintf(out, ASIDE_SIZE, DB_FILE ".%.8s-%04d-%02d-%02d_%02d%02d%02d", tag, c.year % 10000, c.month,
                         c.day, c.hour, c.minute, c.second);
        if (i)
            snprintf(out + n, ASIDE_SIZE - (size_t)n, ".%d", i);
        if (!is_there(dir, out))
            return;
    }
}

/* Steps 2 and 3. */
static int swap(const char *dir, const char *aside)
{
    char wal[ASIDE_SIZE + 8], shm[PATH_MAX];
    snprintf(wal, sizeof wal, "%s-wal", aside);
    int rc = move(dir, DB_FILE, aside);
    if (rc == 0)
        rc = move(dir, DB_FILE "-wal", wal);
    if (rc == 0 && (rc = statedir_path(shm, sizeof shm, dir, DB_FILE "-shm")) == 0)
        (void)unlink(shm); /* only an index of the WAL */
    if (rc == 0)
        rc = copy_sync_dir(dir);
    if (rc == 0)
        rc = move(dir, NEW_FILE, DB_FILE);
    if (rc == 0)
        rc = copy_sync_dir(dir);
    if (rc < 0)
        log_err("%s: the database can not be put into place: %s", dir, strerror(-rc));
    return rc;
}

/* A start after a kill between the steps. */
static int finish_swap(const char *dir, int64_t now_ms)
{
    char aside[ASIDE_SIZE], path[PATH_MAX];
    if (!is_there(dir, NEW_FILE))
        return 0;
    if (!is_there(dir, DB_FILE)) {
        log_note("%s: a recovery that was cut off goes on", dir);
        name_aside(dir, "corrupt", now_ms, aside);
        return swap(dir, aside);
    }
    if (statedir_path(path, sizeof path, dir, NEW_FILE) == 0)
        copy_remove(path); /* it was not finished */
    return 0;
}

static bool too_many_asides(const char *dir, int64_t now_ms)
{
    char path[PATH_MAX];
    struct stat st;
    int n = 0;
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d));) {
        size_t len = strlen(e->d_name);
        bool one = !strncmp(e->d_name, DB_FILE ".corrupt-", sizeof DB_FILE ".corrupt-" - 1) &&
                   (len < 4 || strcmp(e->d_name + len - 4, "-wal") != 0);
        if (one && statedir_path(path, sizeof path, dir, e->d_name) == 0 && stat(path, &st) == 0)
            n += now_ms - (int64_t)st.st_ctim.tv_sec * SECOND_MS < DAY_MS;
    }
    if (d)
        closedir(d);
    return n >= ASIDES_A_DAY;
}

/* --- the new database --------------------------------------------------------------------- */

/* Says in the new database what it is, and in the file of heads what was given up. */
static int stamp(struct db *db, const char *state_dir, const char *name, int64_t now_ms, bool by_itself,
                 struct recovery *r)
{
    char line[HEADS_LINE_SIZE], detail[BACKUP_NAME_SIZE + 8];
    struct chain_head h;
    r->from_ms = backup_of_ms(db);
    snprintf(detail, sizeof detail, "%.*s", BACKUP_NAME_SIZE, name ? name : "begun empty");
    struct audit_row row = {.at_ms = now_ms, .action = "restored", .detail = detail};
    int rc = chain_head(db, &h);
    if (rc == 0) {
        heads_line(db, HEADS_RESTORED, now_ms, &h, line);
        rc = db_begin(db);
    }
    if (rc == 0)
        rc = meta_set_i64(db, META_RESTORED_FROM, r->from_ms);
    if (rc == 0 && by_itself)
        rc = meta_set_i64(db, META_UNTOLD, r->from_ms);
    if (rc == 0)
        rc = audit_add(db, &row);
    if (rc == 0)
        rc = db_commit(db);
    if (db_in_transaction(db))
        db_rollback(db);
    if (rc == 0 && heads_append(state_dir, line) < 0)
        log_warn("%s/%s: can not be written: 'tinbao verify' will miss rows that were given up", state_dir, HEADS_FILE);
    return rc;
}

/* tinbao.db.new out of a backup (NULL: empty), checked and synced. */
static int prepare_new(const char *state_dir, const char *from, const char *name, int64_t now_ms, bool by_itself,
                       struct recovery *r)
{
    char path[PATH_MAX];
    struct db *db = NULL;
    int rc = statedir_path(path, sizeof path, state_dir, NEW_FILE);
    if (rc < 0)
        return rc;
    copy_remove(path);
    if (from)
        rc = copy_file(from, path);
    if (rc == 0)
        rc = db_open_file(&db, state_dir, path, DB_WRITE);
    if (rc == 0 && from)
        rc = check_whole(db, r->why, sizeof r->why);
    if (rc == 0)
        rc = stamp(db, state_dir, name, now_ms, by_itself, r);
    db_close(db);
    if (rc == 0)
        rc = copy_sync(path);
    if (rc < 0)
        copy_remove(path);
    return rc;
}

/* Says nothing of the backup: an older one, or none, must not be taken for that; the next start tries again. */
static bool is_passing(int rc)
{
    return rc == -ENOSPC || rc == -ENOMEM || rc == -EMFILE || rc == -ENFILE || rc == -EINTR || rc == -EDQUOT;
}

static int newest_good(const char *state_dir, const char *backup_dir, int64_t now_ms, bool by_itself,
                       struct recovery *r)
{
    char path[PATH_MAX];
    struct backup_entry *list = calloc(BACKUPS_MAX, sizeof *list);
    int n = list ? backup_list(backup_dir, list, BACKUPS_MAX) : -ENOMEM, rc = -ENOENT;
    if (n < 0 && is_passing(n))
        rc = n;
    for (int i = 0; i < n && rc < 0 && !is_passing(rc); i++) {
        rc = backup_path(path, sizeof path, backup_dir, list[i].name);
        if (rc == 0)
            rc = prepare_new(state_dir, path, list[i].name, now_ms, by_itself, r);
        if (rc == 0)
            q_cut(r->backup, sizeof r->backup, list[i].name);
        else
            log_warn("%s: can not be restored: %s", path, r->why[0] ? r->why : strerror(-rc));
    }
    free(list);
    return rc < 0 && !is_passing(rc) ? -ENOENT : rc;
}

static bool any_backup(const char *backup_dir)
{
    struct backup_entry e;
    return backup_list(backup_dir, &e, 1) > 0;
}

static void say_done(const char *dir, const struct recovery *r)
{
    char at[32];
    civil_iso(r->from_ms, at, sizeof at);
    if (r->aside[0])
        log_err("%s: the old database is kept as %s; look at it, or send it to who can", dir, r->aside);
    if (r->fresh)
        log_err("%s: there is no backup that is whole: an empty database was begun", dir);
    else
        log_note("%s: restored from the backup %s, as of %s", dir, r->backup, at);
}

/* The whole of it, by itself; the caller holds no lock. fresh: an empty database is better than none. */
static int recover(const char *state_dir, const char *backup_dir, int64_t now_ms, bool fresh, struct recovery *r)
{
    int fd, rc = statedir_lock(state_dir, &fd);
    if (rc < 0)
        return rc;
    if (too_many_asides(state_dir, now_ms)) {
        log_err("%s: %d databases were set aside within a day: the disk or the memory is broken. Move the directory to "
                "another disk, remove the files tinbao.db.corrupt-*, start again",
                state_dir, ASIDES_A_DAY);
        rc = -EIO;
    }
    if (rc == 0)
        rc = newest_good(state_dir, backup_dir, now_ms, true, r);
    if (rc == -ENOENT && fresh) {
        r->fresh = true;
        rc = prepare_new(state_dir, NULL, NULL, now_ms, true, r);
    }
    if (rc == 0) {
        bool old = is_there(state_dir, DB_FILE);
        name_aside(state_dir, "corrupt", now_ms, r->aside);
        rc = swap(state_dir, r->aside);
        if (!old)
            r->aside[0] = '\0';
    }
    if (rc == 0) {
        r->done = true;
        recover_sound(state_dir);
        say_done(state_dir, r);
    }
    close(fd);
    return rc;
}

/* --- serve -------------------------------------------------------------------------------- */

/* Before it is opened: true when it must be put back. */
static bool is_lost(const char *state_dir, const char *backup_dir, int64_t now_ms)
{
    char path[PATH_MAX], why[CHECK_WHY_SIZE] = "";
    struct db *db = NULL;
    int fd, count = marks(state_dir);
    struct stat st;
    if (stat(state_dir, &st) < 0 || statedir_lock(state_dir, &fd) < 0)
        return false;                             /* db_open says what is wrong */
    int swapped = finish_swap(state_dir, now_ms); /* one that can not be ended must not look like a first start */
    bool lost = !is_there(state_dir, DB_FILE) && (swapped < 0 || any_backup(backup_dir));
    if (lost)
        log_err("%s/%s: is gone, but there are backups of it", state_dir, DB_FILE);
    if (!lost && count && statedir_path(path, sizeof path, state_dir, DB_FILE) == 0 &&
        db_open_file(&db, state_dir, path, DB_WRITE) == 0) {
        int rc = check_pages(db, why, sizeof why);
        lost = count > MARKS_MAX || (rc == -EIO && (db_sick(db) & DB_SICK_CORRUPT));
        if (lost)
            log_err("%s: was found damaged while it ran%s%s", path, why[0] ? ": " : "", why);
    }
    db_close(db);
    close(fd);
    return lost;
}

/* The errors of the disk itself: a file that can not be read start after start is as good as damaged. */
static bool is_damage(const char *state_dir, int64_t now_ms, int rc, unsigned sick)
{
    if (sick & DB_SICK_CORRUPT)
        return true;
    if (rc != -EIO || !(sick & DB_SICK_DISK) || (sick & DB_SICK_FULL))
        return false; /* what may not be opened, or not be brought up to date, is as good as it was */
    return recover_suspect(state_dir, now_ms, "it can not be opened") == 0 && marks(state_dir) > MARKS_MAX;
}

static int look_at_chain(struct db *db, struct recovery *r)
{
    struct chain_state s;
    int rc = chain_walk(db, &s);
    if (rc < 0 || s.wrong == CHAIN_FINE)
        return rc;
    check_chain_words(&s, r->why, sizeof r->why);
    log_err("database: %s; see 'tinbao verify'", r->why);
    r->chain_broken = true;
    return 0;
}

int recover_open(struct db **out, const char *state_dir, const char *backup_dir, int64_t now_ms, struct recovery *r)
{
    unsigned sick = 0;
    memset(r, 0, sizeof *r);
    int rc = is_lost(state_dir, backup_dir, now_ms) ? recover(state_dir, backup_dir, now_ms, true, r) : 0;
    if (rc == 0)
        rc = db_open_sick(out, state_dir, DB_WRITE, &sick);
    if (rc < 0 && !r->done && is_damage(state_dir, now_ms, rc, sick)) {
        rc = recover(state_dir, backup_dir, now_ms, true, r);
        if (rc == 0)
            rc = db_open_sick(out, state_dir, DB_WRITE, &sick);
    }
    if (rc < 0 || r->done)
        return rc;
    rc = look_at_chain(*out, r);
    if (rc < 0 || !r->chain_broken || !any_backup(backup_dir))
        return rc;
    db_close(*out);
    *out = NULL;
    rc = recover(state_dir, backup_dir, now_ms, false, r);
    r->chain_broken = rc < 0;
    /* Without a good backup, or without room for it, it stays: it can be read, and no service would be worse. */
    return rc < 0 && !is_there(state_dir, DB_FILE) ? rc : db_open_sick(out, state_dir, DB_WRITE, &sick);
}

/* --- the console -------------------------------------------------------------------------- */

int recover_restore(const char *state_dir, const char *backup_dir, const char *file, int64_t now_ms, struct recovery *r)
{
    const char *slash = file ? strrchr(file, '/') : NULL;
    memset(r, 0, sizeof *r);
    int fd, rc = statedir_lock(state_dir, &fd);
    if (rc < 0)
        return rc;
    rc = finish_swap(state_dir, now_ms);
    if (rc == 0 && file) {
        q_cut(r->backup, sizeof r->backup, slash ? slash + 1 : file);
        rc = access(file, R_OK) < 0 ? -errno : prepare_new(state_dir, file, r->backup, now_ms, false, r);
    } else if (rc == 0) {
        rc = newest_good(state_dir, backup_dir, now_ms, false, r);
    }
    if (rc == 0) {
        bool old = is_there(state_dir, DB_FILE);
        name_aside(state_dir, "before", now_ms, r->aside);
        rc = swap(state_dir, r->aside);
        if (!old)
            r->aside[0] = '\0';
    }
    if (rc == 0) {
        r->done = true;
        recover_sound(state_dir);
    }
    close(fd);
    return rc;
}
