// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Making, testing and rotating backups, see backup.h. What can go wrong: the disk or the medium is full,
 * gone or read-only, the copy is not whole: then nothing gets a backup's name, the old ones stay, and
 * `why` says it in words. Killed half way it leaves files of other names, removed by the next run.
 *
 * The copy is made in the state directory first, since it holds what must not be on a medium that is
 * carried about; what goes to the backups' directory is written from it without the tipsters' numbers.
 */
#include "store/backup.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "store/check.h"
#include "store/copy.h"
#include "store/engine.h"

#include <dirent.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STAGE "backup.tmp"  /* in the state directory */
#define FRESH ".tinbao-new" /* in the backups' */
#define TEST "restore-test.tmp"
#define PAGES_A_STEP 512
#define NAME_FORM "tinbao_%06" PRId64 "_%04d-%02d-%02d_%02d%02d.db"
#define NAME_SCAN "tinbao_%6" SCNd64 "_%4d-%2d-%2d_%2d%2d.db%n"
#define META_OF "backup_of_ms"
#define META_COUNTS "backup_counts"

int backup_path(char *out, size_t size, const char *dir, const char *name)
{
    return statedir_path(out, size, dir, name);
}

static int say(struct backup_made *out, int rc, const char *what)
{
    const char *why = rc == -ENOSPC                                   ? "there is no space left"
                      : rc == -EROFS || rc == -EACCES || rc == -EPERM ? "it can not be written to"
                                                                      : strerror(-rc);
    if (rc < 0 && !out->why[0])
        snprintf(out->why, sizeof out->why, "%.150s: %s", what, why);
    return rc;
}

/* --- the list ----------------------------------------------------------------------------- */

static bool parse_name(const char *name, struct backup_entry *e)
{
    struct civil c = {.hour = 0};
    int hour, minute, end = 0;
    if (strlen(name) >= sizeof e->name ||
        sscanf(name, NAME_SCAN, &e->number, &c.year, &c.month, &c.day, &hour, &minute, &end) != 6 || !end || name[end])
        return false;
    e->day_ms = civil_to_ms(&c);
    q_cut(e->name, sizeof e->name, name);
    return e->day_ms != INT64_MIN;
}

static int by_number(const void *a, const void *b)
{
    const struct backup_entry *x = a, *y = b;
    return x->number < y->number ? 1 : x->number > y->number ? -1 : strcmp(y->name, x->name);
}

int backup_list(const char *dir, struct backup_entry *out, size_t max)
{
    size_t n = 0;
    DIR *d = opendir(dir);
    if (!d)
        return -errno;
    for (struct dirent *e; n < max && (e = readdir(d));)
        n += parse_name(e->d_name, &out[n]);
    closedir(d);
    qsort(out, n, sizeof *out, by_number);
    return (int)n;
}

static int64_t week_of(int64_t day_ms)
{
    return day_ms - civil_from_ms(day_ms).weekday * DAY_MS;
}

void backup_choose(const struct backup_entry *list, size_t n, int keep_days, int keep_weeks, bool *keep)
{
    int64_t day = INT64_MIN, week = INT64_MIN;
    int days = 0, weeks = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t its_week = week_of(list[i].day_ms);
        keep[i] = i == 0;
        if (list[i].day_ms != day && days < keep_days) {
            days++;
            keep[i] = true;
        }
        if (its_week != week && weeks < keep_weeks) {
            weeks++;
            keep[i] = true;
        }
        day = list[i].day_ms;
        week = its_week;
    }
}

/* --- one copy ----------------------------------------------------------------------------- */

int64_t backup_of_ms(struct db *db)
{
    int64_t ms;
    return meta_get_i64(db, META_OF, &ms) == 0 ? ms : 0;
}

static int count(struct db *db, const char *sql, int64_t *out)
{
    char got[32];
    int rc = db_exec(db, sql, got, sizeof got);
    *out = rc == 0 ? strtoll(got, NULL, 10) : 0;
    return rc;
}

int backup_count(struct db *db, struct backup_counts *out)
{
    int rc = count(db, "SELECT COUNT(*) FROM message", &out->messages);
    if (rc == 0)
        rc = count(db, "SELECT COUNT(*) FROM incident", &out->incidents);
    return rc < 0 ? rc : count(db, "SELECT COUNT(*) FROM audit", &out->audits);
}

static void counts_text(const struct backup_counts *c, char *out, size_t size)
{
    snprintf(out, size, "%" PRId64 " %" PRId64 " %" PRId64, c->messages, c->incidents, c->audits);
}

/* What makes the copy a backup: no tipster's number, and its own moment and counts in it. */
static int dress(struct db *db, int64_t now_ms, struct backup_made *out)
{
    char text[80];
    int rc = backup_count(db, &out->counts);
    counts_text(&out->counts, text, sizeof text);
    if (rc == 0)
        rc = db_begin(db);
    if (rc == 0)
        rc = backup_drop_tips(db, now_ms, &out->of_ms);
    if (rc == 0)
        rc = meta_set(db, META_COUNTS, text);
    if (rc == 0)
        rc = meta_set_i64(db, META_OF, out->of_ms);
    if (rc == 0)
        rc = db_commit(db);
    return rc;
}

/* VACUUM INTO writes every row anew: nothing of a free page or of an overwritten row comes along. */
static int vacuum_into(struct db *db, const char *path)
{
    char sql[2 * PATH_MAX];
    struct sbuf b = sbuf_on(sql, sizeof sql);
    sbuf_add(&b, "VACUUM INTO '");
    for (const char *p = path; *p; p++) {
        sbuf_addc(&b, *p);
        if (*p == '\'')
            sbuf_addc(&b, '\'');
    }
    sbuf_add(&b, "'");
    int rc = sbuf_done(&b);
    if (rc == 0) /* empty and closed to others: SQLite would make it as the umask says */
        rc = statedir_touch(path);
    return rc < 0 ? rc : db_exec(db, sql, NULL, 0);
}

static int verify(const struct backup_place *p, const char *path, struct backup_made *out)
{
    struct db *db = NULL;
    struct backup_counts c;
    int rc = db_open_file(&db, p->state_dir, path, DB_READ);
    if (rc == 0)
        rc = check_whole(db, out->why, sizeof out->why);
    if (rc == 0)
        rc = backup_count(db, &c);
    if (rc == 0 && memcmp(&c, &out->counts, sizeof c) != 0)
        rc = -EIO;
    db_close(db);
    return say(out, rc, "the copy is not whole");
}

static int write_copy(const struct backup_place *p, int64_t now_ms, const char *stage, const char *fresh,
                      struct backup_made *out)
{
    struct db *db = NULL;
    int rc = copy_size(stage) > 0 ? 0 : say(out, -ENOENT, "the copy");
    if (rc == 0)
        rc = say(out, db_open_file(&db, p->state_dir, stage, DB_WRITE), "the copy does not open");
    if (rc == 0)
        rc = say(out, dress(db, now_ms, out), "the copy");
    if (rc == 0)
        rc = say(out, vacuum_into(db, fresh), p->dir);
    db_close(db);
    copy_remove(stage);
    if (rc == 0)
        rc = say(out, copy_sync(fresh), p->dir);
    return rc < 0 ? rc : verify(p, fresh, out);
}

static int name_it(const struct backup_place *p, int64_t now_ms, const char *fresh, struct backup_made *out)
{
    struct backup_entry newest;
    char path[PATH_MAX];
    struct backup_entry *list = calloc(BACKUPS_MAX, sizeof *list);
    int n = list ? backup_list(p->dir, list, BACKUPS_MAX) : -ENOMEM;
    newest.number = n > 0 ? list[0].number : 0;
    free(list);
    struct civil c = civil_from_ms(now_ms);
    snprintf(out->name, sizeof out->name, NAME_FORM, newest.number + 1, c.year % 10000, c.month, c.day, c.hour,
             c.minute);
    int rc = n < 0 ? n : statedir_path(path, sizeof path, p->dir, out->name);
    out->bytes = copy_size(fresh);
    if (rc == 0 && rename(fresh, path) < 0)
        rc = -errno;
    return say(out, rc < 0 ? rc : copy_sync_dir(p->dir), p->dir);
}

/* --- rotation ----------------------------------------------------------------------------- */

/* What was set aside holds what must be erased, and nobody scrubs it: it is kept as long as a tipster's
 * number is. */
static void remove_asides(const struct backup_place *p, int64_t now_ms)
{
    char path[PATH_MAX];
    struct stat st;
    DIR *d = opendir(p->state_dir);
    for (struct dirent *e; d && (e = readdir(d));) {
        bool aside = !strncmp(e->d_name, DB_FILE ".corrupt-", sizeof DB_FILE ".corrupt-" - 1) ||
                     !strncmp(e->d_name, DB_FILE ".before-", sizeof DB_FILE ".before-" - 1);
        if (!aside || statedir_path(path, sizeof path, p->state_dir, e->d_name) < 0 || stat(path, &st) < 0)
            continue;
        if (now_ms - (int64_t)st.st_ctim.tv_sec * SECOND_MS > p->aside_days * DAY_MS && unlink(path) == 0)
            log_note("%s: removed: what was set aside is kept for %d days", path, p->aside_days);
    }
    if (d)
        closedir(d);
}

static int tend_one(const struct backup_place *p, const struct backup_entry *e, const char *newest, bool keep,
                    int64_t now_ms)
{
    char path[PATH_MAX];
    int rc = statedir_path(path, sizeof path, p->dir, e->name);
    if (rc < 0)
        return rc;
    rc = keep ? backup_scrub(p->state_dir, path, newest) : -EXDEV;
    bool old = !keep || now_ms - e->day_ms > p->keep_days * DAY_MS;
    if (rc == -EXDEV)
        return old && unlink(path) == 0 ? 2 : 0;
    if (rc < 0) /* it stays: a backup that can not be cleaned is still better than none */
        log_warn("%s: what was erased since can not be taken out of it (%s)", path, strerror(-rc));
    return rc == 1;
}

/* The newest is out->name. A failure here is logged: the new backup is good. */
static void tend(const struct backup_place *p, int64_t now_ms, struct backup_made *out)
{
    char newest[PATH_MAX];
    struct backup_entry *list = calloc(BACKUPS_MAX, sizeof *list);
    bool *keep = calloc(BACKUPS_MAX, sizeof *keep);
    int n = list && keep ? backup_list(p->dir, list, BACKUPS_MAX) : -ENOMEM;
    if (n > 0 && statedir_path(newest, sizeof newest, p->dir, out->name) == 0) {
        backup_choose(list, (size_t)n, p->keep_days, p->keep_weeks, keep);
        for (int i = 0; i < n; i++) {
            int rc = strcmp(list[i].name, out->name) ? tend_one(p, &list[i], newest, keep[i], now_ms) : 0;
            out->scrubbed += rc == 1;
            out->removed += rc == 2;
        }
        (void)copy_sync_dir(p->dir);
    }
    free(list);
    free(keep);
    remove_asides(p, now_ms);
}

/* --- the two errands ---------------------------------------------------------------------- */

static int check_dir(const struct backup_place *p, int64_t size, struct backup_made *out)
{
    struct stat st;
    int rc = p->own_dir && mkdir(p->dir, 0700) < 0 && errno != EEXIST ? -errno : 0;
    if (rc == 0 && stat(p->dir, &st) < 0)
        rc = -errno;
    if (rc < 0)
        return say(out, rc, rc == -ENOENT ? "the backups' directory: is its medium in place?" : p->dir);
    int64_t room = copy_room(p->dir);
    return room >= 0 && room < size + (size >> 2) ? say(out, -ENOSPC, p->dir) : 0;
}

int backup_begin(const struct backup_place *p, struct db *db, struct copy **copy, struct backup_made *out)
{
    char live[PATH_MAX], wal[PATH_MAX], stage[PATH_MAX];
    memset(out, 0, sizeof *out);
    *copy = NULL;
    int rc = statedir_path(live, sizeof live, p->state_dir, DB_FILE);
    if (rc == 0)
        rc = statedir_path(wal, sizeof wal, p->state_dir, DB_FILE "-wal");
    if (rc == 0)
        rc = statedir_path(stage, sizeof stage, p->state_dir, STAGE);
    if (rc < 0)
        return say(out, rc, p->state_dir);
    copy_remove(stage); /* of a run that was killed */
    int64_t here = copy_room(p->state_dir);
    if (here >= 0 && here < 2 * (copy_size(live) + copy_size(wal)) + COPY_ROOM_LEFT)
        return say(out, -ENOSPC, p->state_dir);
    return say(out, copy_begin(copy, db, stage), "the database can not be copied");
}

int backup_make(const struct backup_place *p, int64_t now_ms, struct backup_made *out)
{
    char stage[PATH_MAX], fresh[PATH_MAX];
    fresh[0] = '\0';
    memset(out, 0, sizeof *out);
    out->of_ms = now_ms;
    int rc = statedir_path(stage, sizeof stage, p->state_dir, STAGE);
    if (rc == 0)
        rc = statedir_path(fresh, sizeof fresh, p->dir, FRESH);
    if (rc < 0)
        return say(out, rc, p->dir);
    copy_remove(fresh); /* of a run that was killed */
    rc = check_dir(p, copy_size(stage), out);
    if (rc == 0)
        rc = write_copy(p, now_ms, stage, fresh, out);
    if (rc == 0)
        rc = name_it(p, now_ms, fresh, out);
    copy_remove(stage);
    if (rc < 0) {
        copy_remove(fresh);
        return rc;
    }
    tend(p, now_ms, out);
    return 0;
}

int backup_all(const struct backup_place *p, struct db *db, int64_t now_ms, struct backup_made *out)
{
    struct copy *copy;
    int more = 0, rc = backup_begin(p, db, &copy, out);
    while (rc == 0 && (more = copy_step(copy, PAGES_A_STEP)) == 0)
        ;
    if (rc == 0 && more < 0)
        rc = more;
    int end = copy_free(copy);
    if (rc == 0)
        rc = end;
    return rc < 0 ? say(out, rc, "the database can not be copied") : backup_make(p, now_ms, out);
}

static int try_it(const struct backup_place *p, const char *path, struct backup_made *out)
{
    struct db *db = NULL;
    char text[80], want[80];
    int rc = say(out, db_open_file(&db, p->state_dir, path, DB_WRITE), "it does not open");
    if (rc == 0)
        rc = say(out, check_whole(db, out->why, sizeof out->why), "it is not whole");
    if (rc == 0)
        rc = backup_count(db, &out->counts);
    counts_text(&out->counts, text, sizeof text);
    if (rc == 0 && (meta_get(db, META_COUNTS, want, sizeof want) < 0 || strcmp(text, want) != 0))
        rc = say(out, -EIO, "it has not the rows that it had when it was made");
    out->of_ms = db ? backup_of_ms(db) : 0;
    db_close(db);
    return rc;
}

int backup_test(const struct backup_place *p, struct backup_made *out)
{
    char from[PATH_MAX], to[PATH_MAX];
    memset(out, 0, sizeof *out);
    struct backup_entry *list = calloc(BACKUPS_MAX, sizeof *list);
    int n = list ? backup_list(p->dir, list, BACKUPS_MAX) : -ENOMEM;
    int rc = n < 0 ? n : n == 0 ? -ENOENT : 0;
    if (rc == 0)
        q_cut(out->name, sizeof out->name, list[0].name);
    free(list);
    if (rc < 0)
        return say(out, rc, p->dir);
    rc = statedir_path(from, sizeof from, p->dir, out->name);
    if (rc == 0)
        rc = statedir_path(to, sizeof to, p->state_dir, TEST);
    if (rc < 0)
        return say(out, rc, p->dir);
    copy_remove(to);
    out->bytes = copy_size(from);
    rc = copy_room(p->state_dir) < 2 * out->bytes + COPY_ROOM_LEFT ? -ENOSPC : copy_file(from, to);
    rc = say(out, rc, "a copy of it to try");
    if (rc == 0)
        rc = try_it(p, to, out);
    copy_remove(to);
    return rc;
}
