// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A shared object that is preloaded into the real `tinbao serve`: its calls on files of one directory are refused, or
 * take long, as long as storage_faults.c says so in a page of memory that both have. What goes wrong: without the two
 * variables of its environment it does nothing.
 */
#include "tests/faults/preload/refuse.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define FDS 1024

static struct refuse *control;
static char dir[256];
static bool ours[FDS];

__attribute__((constructor)) static void begin(void)
{
    const char *file = getenv(REFUSE_FILE), *under = getenv(REFUSE_DIR);
    int fd = file && under && strlen(under) < sizeof(dir) ? open(file, O_RDWR | O_CLOEXEC) : -1;
    void *p = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED)
        return;
    memcpy(dir, under, strlen(under) + 1);
    control = p;
}

static bool in_dir(const char *path)
{
    size_t n = strlen(dir);
    return control && path && n && !strncmp(path, dir, n) && path[n] == '/';
}

static bool is_ours(int fd)
{
    return control && fd >= 0 && fd < FDS && ours[fd];
}

/* 0, or the error for a change of n octets. */
static int change(size_t n)
{
    if (control->fault == REFUSE_READ_ONLY)
        return EROFS;
    if (control->fault != REFUSE_FULL)
        return 0;
    if (control->room < (long)n)
        return ENOSPC;
    control->room -= (long)n;
    return 0;
}

static int no(int error)
{
    control->refused++;
    errno = error;
    return -1;
}

static int open_it(const char *path, int flags, unsigned mode)
{
    bool makes = (flags & O_CREAT) && in_dir(path) && access(path, F_OK) != 0;
    int error = in_dir(path) && (makes || (flags & O_ACCMODE) != O_RDONLY) ? change(0) : 0;
    if (makes && !error && control->fault == REFUSE_FULL && control->room <= 0)
        error = ENOSPC;
    if (error)
        return no(error);
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    if (fd >= 0 && fd < FDS)
        ours[fd] = in_dir(path) && !strstr(path, "-shm");
    return fd;
}

#define OPEN(name)                                                                                                     \
    int name(const char *path, int flags, ...)                                                                         \
    {                                                                                                                  \
        va_list ap;                                                                                                    \
        va_start(ap, flags);                                                                                           \
        unsigned mode = flags & O_CREAT ? va_arg(ap, unsigned) : 0;                                                    \
        va_end(ap);                                                                                                    \
        return open_it(path, flags, mode);                                                                             \
    }
OPEN(open)
OPEN(open64)

int close(int fd)
{
    if (fd >= 0 && fd < FDS)
        ours[fd] = false;
    return (int)syscall(SYS_close, fd);
}

ssize_t write(int fd, const void *p, size_t n)
{
    int error = is_ours(fd) ? change(n) : 0;
    return error ? no(error) : syscall(SYS_write, fd, p, n);
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t off)
{
    int error = is_ours(fd) ? change(n) : 0;
    return error ? no(error) : syscall(SYS_pwrite64, fd, p, n, off);
}

ssize_t pwrite64(int fd, const void *p, size_t n, off_t off)
{
    return pwrite(fd, p, n, off);
}

int ftruncate(int fd, off_t size)
{
    int error = is_ours(fd) && control->fault == REFUSE_READ_ONLY ? EROFS : 0;
    return error ? no(error) : (int)syscall(SYS_ftruncate, fd, size);
}

int ftruncate64(int fd, off_t size)
{
    return ftruncate(fd, size);
}

int posix_fallocate(int fd, off_t off, off_t len)
{
    int error = is_ours(fd) ? change((size_t)len) : 0;
    return error ? error : syscall(SYS_fallocate, fd, 0, off, len) < 0 ? errno : 0;
}

/* What is removed gives its room back. */
int unlink(const char *path)
{
    struct stat st;
    if (in_dir(path) && control->fault == REFUSE_READ_ONLY)
        return no(EROFS);
    if (in_dir(path) && control->fault == REFUSE_FULL && lstat(path, &st) == 0)
        control->room += (long)st.st_blocks * 512;
    return (int)syscall(SYS_unlink, path);
}

static int sync_it(int fd, long number)
{
    if (is_ours(fd) && control->fault == REFUSE_SYNC)
        return no(EIO);
    if (is_ours(fd) && control->fault == REFUSE_SLOW && control->refused++ == 0) {
        struct timespec t = {.tv_sec = control->room};
        syscall(SYS_nanosleep, &t, NULL);
    }
    return (int)syscall(number, fd);
}

int fsync(int fd)
{
    return sync_it(fd, SYS_fsync);
}

int fdatasync(int fd)
{
    return sync_it(fd, SYS_fdatasync);
}
