// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Copies of databases, see copy.h. Called by backup.c, scrub.c and recover.c; in the core only copy_step, a
 * few pages at a time onto its own disk: a medium that hangs must hold up nobody. What can go wrong: the
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
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define BUSY_TRIES 200
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

struct copy {
    sqlite3 *to;
    sqlite3_backup *b;
    int busy;
};

static int open_new(const char *path, sqlite3 **out)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    close(fd);
    int code = sqlite3_open_v2(path, out, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    /* Nobody reads it before it is whole and synced. */
    if (code == SQLITE_OK)
        code = sqlite3_exec(*out, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -256", NULL,
                            NULL, NULL);
    return errno_of(code);
}

int copy_begin(struct copy **out, struct db *db, const char *to)
{
    struct copy *c = calloc(1, sizeof *c);
    int rc = c ? open_new(to, &c->to) : -ENOMEM;
    if (rc == 0 && !(c->b = sqlite3_backup_init(c->to, "main", db->engine, "main")))
        rc = errno_of(sqlite3_extended_errcode(c->to));
    if (rc < 0) {
        log_err("%s: %s", to, strerror(-rc));
        copy_free(c);
        c = NULL;
    }
    *out = c;
    return rc;
}

int copy_step(struct copy *c, int pages)
{
    int code = sqlite3_backup_step(c->b, pages), rc = errno_of(code);
    if (rc == -EBUSY && c->busy++ < BUSY_TRIES)
        return 0;
    return code == SQLITE_DONE ? 1 : rc;
}

int copy_free(struct copy *c)
{
    if (!c)
        return 0;
    int rc = errno_of(sqlite3_backup_finish(c->b));
    int end = errno_of(sqlite3_close(c->to));
    free(c);
    return rc < 0 ? rc : end;
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
