// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The reserve of the disk. Called by vault.c at start, when the disk is full, and when it has space again.
 * posix_fallocate: the blocks are taken, not only the length, and on a file system that can not do that glibc
 * writes them. What can go wrong: there is no space for it; then the service runs without.
 */
#include "gateway/base/err.h"
#include "gateway/serve/vault.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int path_of(const char *state_dir, char *out, size_t size)
{
    return snprintf(out, size, "%s/" RESERVE_FILE, state_dir) < (int)size ? 0 : -EMSGSIZE;
}

int reserve_make(const char *state_dir, int64_t bytes)
{
    char path[PATH_MAX];
    struct stat st;
    int rc = path_of(state_dir, path, sizeof(path));
    if (rc < 0 || (stat(path, &st) == 0 && st.st_size == bytes && (int64_t)st.st_blocks * 512 >= bytes))
        return rc;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    rc = -posix_fallocate(fd, 0, (off_t)bytes);
    if (rc == 0 && fsync(fd) < 0)
        rc = -errno;
    close(fd);
    if (rc < 0)
        (void)unlink(path);
    return rc;
}

int reserve_free(const char *state_dir)
{
    char path[PATH_MAX];
    int rc = path_of(state_dir, path, sizeof(path));
    return rc < 0 ? rc : unlink(path) < 0 ? -errno : 0;
}
