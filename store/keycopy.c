// SPDX-License-Identifier: GPL-2.0-or-later
/* See keycopy.h. Called by `tinbao backup --key`. */
#include "store/keycopy.h"

#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "store/copy.h"
#include "store/engine.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool same_dir(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static int check_place(const char *state_dir, const char *backup_dir, const char *to)
{
    char dir[PATH_MAX];
    q_cut(dir, sizeof dir, to);
    char *slash = strrchr(dir, '/');
    if (!slash)
        q_cut(dir, sizeof dir, ".");
    else
        slash[slash == dir] = '\0';
    if (!same_dir(dir, state_dir) && !same_dir(dir, backup_dir))
        return 0;
    log_err("%s: lies beside what it opens: who takes the backups would have the key too. Name another place", to);
    return -EXDEV;
}

static int write_key(const char *to, const uint8_t key[KEY_SIZE])
{
    char line[KEY_LINE_SIZE];
    statedir_key_line(key, line);
    size_t n = strlen(line);
    int rc = 0, fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        rc = -errno;
    else if (write(fd, line, n) != (ssize_t)n || fsync(fd) < 0)
        rc = errno ? -errno : -EIO;
    if (fd >= 0)
        close(fd);
    explicit_bzero(line, sizeof line);
    return rc < 0 ? rc : copy_sync(to);
}

int keycopy(const char *state_dir, const char *backup_dir, const char *to)
{
    uint8_t key[KEY_SIZE];
    int rc = check_place(state_dir, backup_dir, to);
    if (rc == 0)
        rc = statedir_key(state_dir, false, key);
    if (rc < 0)
        return rc;
    rc = write_key(to, key);
    explicit_bzero(key, sizeof key);
    if (rc < 0)
        log_err("%s: %s", to, strerror(-rc));
    return rc;
}
