// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Copies of databases, see copy.h. Called by backup.c, scrub.c and recover.c, in a child of the core or in
 * a command, never in the core's loop: a medium that hangs must hold up nobody. What can go wrong: the
 * disk is full, the medium is gone, either side can not be read; what was begun is then left to the
 * caller, who knows its name.
 */
#include "store/copy.h"

#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "store/engine.h"

#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define PAGES_A_STEP 512
#define BUSY_TRIES 200
#define BUSY_PAUSE_MS 50
#define CHUNK 65536

static int errno_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_DONE:
        return 0;
    case SQLITE_FULL:
        return -ENOSPC;
    case SQLITE_NOMEM:
        return -ENOMEM;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
        return -EACCES;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return -EBUSY;
    default:
        return -EIO;
    }
}

static int open_one(const char *path, int flags, sqlite3 **out)
{
    int code = sqlite3_open_v2(path, out, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    if (code == SQLITE_OK) {
        sqlite3_busy_timeout(*out, 2000);
        /* Closing a reader must not write: only serve checkpoints. */
        sqlite3_db_config(*out, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        return 0;
    }
    log_err("%s: %s", path, *out ? sqlite3_errmsg(*out) : "out of memory");
    return errno_of(code);
}

/* In a read transaction of its own the source stands still, however long it takes. */
static int copy_pages(sqlite3 *from, sqlite3 *to)
{
    int code = sqlite3_exec(from, "BEGIN; SELECT COUNT(*) FROM sqlite_schema", NULL, NULL, NULL), busy = 0;
    sqlite3_backup *b = code == SQLITE_OK ? sqlite3_backup_init(to, "main", from, "main") : NULL;
    if (!b)
        return errno_of(code ? code : sqlite3_extended_errcode(to));
    do {
        code = sqlite3_backup_step(b, PAGES_A_STEP);
        if (errno_of(code) == -EBUSY)
            sqlite3_sleep(BUSY_PAUSE_MS);
        busy += errno_of(code) == -EBUSY;
    } while (code == SQLITE_OK || (errno_of(code) == -EBUSY && busy < BUSY_TRIES));
    int end = sqlite3_backup_finish(b);
    return errno_of(code == SQLITE_DONE ? end : code);
}

int copy_database(const char *from, const char *to)
{
    sqlite3 *src = NULL, *dst = NULL;
    int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int rc = fd < 0 ? -errno : 0;
    if (fd >= 0)
        close(fd);
    if (rc == 0)
        rc = open_one(from, SQLITE_OPEN_READONLY, &src);
    if (rc == 0)
        rc = open_one(to, SQLITE_OPEN_READWRITE, &dst);
    /* Nobody reads it before it is whole and synced. */
    if (rc == 0 && sqlite3_exec(dst, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", NULL, NULL, NULL))
        rc = -EIO;
    if (rc == 0)
        rc = copy_pages(src, dst);
    sqlite3_close(dst);
    sqlite3_close(src);
    if (rc < 0)
        log_err("%s: can not be copied to %s: %s", from, to, strerror(-rc));
    return rc;
}

static int pump(int in, int out)
{
    char chunk[CHUNK];
    ssize_t n;
    while ((n = read(in, chunk, sizeof chunk)) > 0)
        for (ssize_t done = 0, w; done < n; done += w)
            if ((w = write(out, chunk + done, (size_t)(n - done))) <= 0)
                return w < 0 ? -errno : -ENOSPC;
    if (n < 0 || fsync(out) < 0)
        return -errno;
    return 0;
}

int copy_file(const char *from, const char *to)
{
    int in = open(from, O_RDONLY | O_CLOEXEC), out = -1;
    int rc = in < 0 ? -errno : 0;
    if (rc == 0 && (out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) < 0)
        rc = -errno;
    if (rc == 0)
        rc = pump(in, out);
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    if (rc < 0)
        log_err("%s: can not be copied to %s: %s", from, to, strerror(-rc));
    return rc;
}

void copy_remove(const char *path)
{
    static const char *const beside[] = {"", "-wal", "-shm", "-journal"};
    char name[PATH_MAX];
    for (size_t i = 0; i < ARRAY_LEN(beside); i++)
        if (snprintf(name, sizeof name, "%s%s", path, beside[i]) < (int)sizeof name)
            (void)unlink(name);
}

int copy_sync_dir(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int rc = fsync(fd) < 0 && errno != EINVAL ? -errno : 0; /* EINVAL: a file system without it */
    close(fd);
    return rc;
}

int copy_sync(const char *path)
{
    char dir[PATH_MAX];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int rc = fsync(fd) < 0 ? -errno : 0;
    close(fd);
    q_cut(dir, sizeof dir, path);
    char *slash = strrchr(dir, '/');
    if (slash)
        *slash = '\0';
    return rc < 0 ? rc : copy_sync_dir(slash ? dir : ".");
}

int64_t copy_room(const char *path)
{
    struct statvfs st;
    return statvfs(path, &st) ? -1 : (int64_t)st.f_bavail * (int64_t)st.f_frsize;
}

int64_t copy_size(const char *path)
{
    struct stat st;
    return stat(path, &st) ? 0 : st.st_size;
}
