// SPDX-License-Identifier: GPL-2.0-or-later
/* What lies on the disk: state directory, key file, database, backups, journal. Called by doctor.c. */
#include "gateway/cmd/doctor.h"

#include "gateway/base/err.h"
#include "store/backup.h"
#include "store/check.h"
#include "store/db.h"
#include "store/journal.h"

#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#define MB 1000000.0
#define SPACE_LOOK_MB 200
#define SPACE_BAD_MB 20
#define INODES_LOOK 1000
#define WAL_LOOK_MB 64
#define BACKUP_LOOK_DAYS 2
#define DAY_S 86400

static const char *in_state(const struct doctor *d, const char *file, char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, "%s/%s", d->state_dir, file);
    return path;
}

static const char *user_name(uid_t uid, char *out, size_t size)
{
    const struct passwd *p = getpwuid(uid);
    if (p)
        snprintf(out, size, "%s", p->pw_name);
    else
        snprintf(out, size, "user %u", (unsigned)uid);
    return out;
}

/* Files of another owner than the directory: somebody ran serve as root once. */
static void look_owner(struct doctor *d, const char *file, const struct stat *dir)
{
    char path[PATH_MAX], a[64], b[64];
    struct stat st;
    if (stat(in_state(d, file, path), &st) < 0 || st.st_uid == dir->st_uid)
        return;
    doctor_say(d, FIND_BAD, "files", "%s belongs to %s, its directory to %s: the service can not open it. chown %s %s",
               path, user_name(st.st_uid, a, sizeof(a)), user_name(dir->st_uid, b, sizeof(b)), b, path);
}

static void look_medium(struct doctor *d)
{
    struct statvfs v;
    if (statvfs(d->state_dir, &v) < 0)
        return;
    double free_mb = (double)v.f_bavail * (double)v.f_frsize / MB;
    if (v.f_flag & ST_RDONLY)
        doctor_say(
            d, FIND_BAD, "disk",
            "%s is mounted read only: after errors the kernel does so; see 'dmesg', then check or replace the medium",
            d->state_dir);
    if (free_mb < SPACE_LOOK_MB)
        doctor_say(
            d, free_mb < SPACE_BAD_MB ? FIND_BAD : FIND_LOOK, "disk",
            "only %.0f MB free on the disk of %s: delete what is not tinbao's; texts wait on the SIM when it is full",
            free_mb, d->state_dir);
    if (v.f_files && v.f_favail < INODES_LOOK)
        doctor_say(d, FIND_LOOK, "disk", "only %lu files can still be made on it: something makes very many small ones",
                   (unsigned long)v.f_favail);
    if (!(v.f_flag & ST_RDONLY) && free_mb >= SPACE_LOOK_MB)
        doctor_say(d, FIND_OK, "disk", "%.1f GB free", free_mb / 1000);
}

static bool look_dir(struct doctor *d)
{
    static const char *const files[] = {"tinbao.db", "tinbao.db-wal", "tinbao.db-shm", "tinbao.key", "tinbao.lock"};
    struct stat st;
    if (stat(d->state_dir, &st) < 0) {
        doctor_say(d, FIND_BAD, "files", "%s: %s: %s", d->state_dir, strerror(errno),
                   errno == EACCES ? "run the doctor as root or as the service's user"
                                   : "is the disk mounted, is state_dir right?");
        return false;
    }
    if (!S_ISDIR(st.st_mode) || (st.st_mode & 07) || (st.st_mode & 020))
        doctor_say(d, FIND_LOOK, "files", "%s: others may enter it (mode %o): chmod 700 it", d->state_dir,
                   (unsigned)(st.st_mode & 0777));
    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        look_owner(d, files[i], &st);
    if (access(d->state_dir, R_OK | X_OK) < 0) {
        doctor_say(d, FIND_LOOK, "files", "%s can not be read by you: run the doctor as root or as the service's user",
                   d->state_dir);
        return false;
    }
    return true;
}

static void look_key(struct doctor *d)
{
    char path[PATH_MAX];
    struct stat st;
    if (getenv("CREDENTIALS_DIRECTORY"))
        return;
    if (stat(in_state(d, "tinbao.key", path), &st) < 0) {
        struct stat db;
        char file[PATH_MAX];
        if (stat(in_state(d, "tinbao.db", file), &db) == 0)
            doctor_say(d, FIND_LOOK, "key",
                       "%s is not there: fine if systemd gives it as a credential; else put your copy back, without it "
                       "numbers, journal and PINs can not be read",
                       path);
        return;
    }
    if (st.st_mode & 077)
        doctor_say(d, FIND_BAD, "key", "%s: others may read it (mode %o): the service refuses it. chmod 600 %s", path,
                   (unsigned)(st.st_mode & 0777), path);
    else
        doctor_say(d, FIND_OK, "key", "there, and closed to others; is there a copy of it in another place?");
}

static void look_pages(struct doctor *d, struct db *db)
{
    char why[CHECK_WHY_SIZE];
    struct chain_state chain;
    int rc = check_pages(db, why, sizeof(why));
    if (rc)
        doctor_say(d, FIND_BAD, "database", "damaged: %s. Copy %s away as it is, then 'tinbao restore'",
                   why[0] ? why : strerror(-rc), d->state_dir);
    else
        doctor_say(d, FIND_OK, "database", "version %d, every page sound", db_version(db));
    if (!d->with_chain || rc)
        return;
    rc = chain_walk(db, &chain);
    if (!rc)
        check_chain_words(&chain, why, sizeof(why));
    if (rc || why[0])
        doctor_say(d, FIND_BAD, "audit", "%s: 'tinbao verify' says more; leave everything as it is",
                   rc ? strerror(-rc) : why);
    else
        doctor_say(d, FIND_OK, "audit", "as the service wrote it");
}

static void look_database(struct doctor *d)
{
    char path[PATH_MAX];
    struct stat st;
    struct db *db;
    if (stat(in_state(d, "tinbao.db", path), &st) < 0) {
        doctor_say(d, errno == ENOENT ? FIND_LOOK : FIND_BAD, "database", "%s: %s: %s", path, strerror(errno),
                   errno == ENOENT ? "the service makes it at its first start, or puts the newest backup there"
                                   : "look at the disk");
        return;
    }
    if (stat(in_state(d, "tinbao.db-wal", path), &st) == 0 && (double)st.st_size / MB > WAL_LOOK_MB)
        doctor_say(d, FIND_LOOK, "database",
                   "its log has %.0f MB: some program holds the database open and reads for long",
                   (double)st.st_size / MB);
    int rc = db_open(&db, d->state_dir, DB_READ);
    if (!rc) {
        look_pages(d, db);
        db_close(db);
        return;
    }
    doctor_say(d, rc == -ENOENT || rc == -EACCES ? FIND_LOOK : FIND_BAD, "database", "it can not be opened: %s",
               rc == -EPERM    ? "the key file is closed, open to others, or of another database"
               : rc == -EPROTO ? "it is of another version: use the newer tinbao, or start this one once"
               : rc == -ENOENT ? "a file of it is missing (the key?)"
               : rc == -EIO ? "it is damaged or the disk can not be read: 'tinbao restore' puts the newest backup there"
                            : strerror(-rc));
}

static void look_backups(struct doctor *d)
{
    char dir[PATH_MAX];
    struct backup_entry newest;
    const char *given = d->cfg ? d->cfg->backup.dir : "";
    snprintf(dir, sizeof(dir), "%s%s", given[0] ? given : d->state_dir, given[0] ? "" : "/backup");
    int n = backup_list(dir, &newest, 1);
    if (n < 0)
        doctor_say(d, FIND_LOOK, "backup", "%s: %s%s", dir, strerror(-n),
                   given[0] ? ": is the medium mounted?" : ": none was made yet; 'tinbao backup' makes one");
    else if (n == 0)
        doctor_say(d, FIND_LOOK, "backup", "%s: there is none; 'tinbao backup' makes one", dir);
    else {
        long days = (long)((time(NULL) - newest.day_ms / 1000) / DAY_S);
        if (days > BACKUP_LOOK_DAYS)
            doctor_say(d, FIND_LOOK, "backup",
                       "the newest in %s is %ld days old: see the log for why, 'tinbao backup' makes one", dir, days);
        else
            doctor_say(d, FIND_OK, "backup", "the newest is %s", newest.name);
    }
}

static void look_journal_in(struct doctor *d, const char *dir, const struct journal_disk *j)
{
    struct stat a, b;
    bool given = strcmp(dir, d->state_dir) != 0;
    if (given && stat(dir, &a) == 0 && stat(d->state_dir, &b) == 0 && a.st_dev == b.st_dev)
        doctor_say(d, FIND_LOOK, "journal", "%s is on the same medium as the database: is the other one mounted?", dir);
    else if (!j->files)
        doctor_say(d, FIND_LOOK, "journal", "none in %s: the service makes it at its start", dir);
    else
        doctor_say(d, FIND_OK, "journal", "%llu file%s, %.1f MB, written last %ld min ago%s",
                   (unsigned long long)j->files, j->files == 1 ? "" : "s", (double)j->octets / MB,
                   (long)((time(NULL) - j->written_ms / 1000) / 60),
                   given ? "" : "; on another medium it would outlive the disk");
}

static void look_journal(struct doctor *d)
{
    struct journal_disk j, beside;
    const char *given = d->cfg ? d->cfg->journal.dir : "", *dir = given[0] ? given : d->state_dir;
    int rc = journal_look(dir, &j);
    if (rc < 0)
        doctor_say(d, FIND_BAD, "journal",
                   "%s: %s: is the medium mounted? The service writes it beside the database meanwhile", dir,
                   strerror(-rc));
    else
        look_journal_in(d, dir, &j);
    if (given[0] && !rc && journal_look(d->state_dir, &beside) == 0 && beside.written_ms > j.written_ms)
        doctor_say(d, FIND_LOOK, "journal", "it is written beside the database, not to %s: full, read only or gone?",
                   given);
}

void doctor_files(struct doctor *d)
{
    look_journal(d);
    if (!look_dir(d))
        return;
    look_medium(d);
    look_key(d);
    look_database(d);
    look_backups(d);
}
