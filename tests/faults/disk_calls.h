// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The system calls of this program and of the libraries it is linked with, where they touch the disk of
 * disk.h: a symbol that the program defines comes before libc's, also for libsqlite3.so. Each has a C name of
 * its own and the symbol's by asm label, so that no header's prototype (or its fortified form) is in the way.
 * Paths below DISK_ROOT and descriptors of such files are ours, all else goes straight to the kernel.
 * And the monotonic clock, which moves only when the program says so: a retry after ten seconds takes none.
 */
#ifndef TB_TESTS_DISK_CALLS_H
#define TB_TESTS_DISK_CALLS_H

#include "tests/faults/disk.h"

#include <dirent.h>
#include <dlfcn.h>
#include <stdarg.h>
#include <time.h>

static int64_t disk_mono_us = 1000000000; /* CLOCK_MONOTONIC and its coarse form */

static inline bool disk_has(const char *path)
{
    size_t n = sizeof(DISK_ROOT) - 1;
    return disk.on && path && !strncmp(path, DISK_ROOT, n) && (path[n] == '/' || path[n] == '\0');
}

static inline struct disk_node *disk_open_node(int fd)
{
    return fd >= 0 && fd < DISK_FDS && disk.on && disk.fd[fd].node >= 0 ? &disk.node[disk.fd[fd].node] : NULL;
}

static inline const char *disk_path_of_fd(int fd)
{
    return disk_path_of(disk.fd[fd].node);
}

static inline long disk_no(int error)
{
    errno = error;
    return -1;
}

/* Counts it; 0, or what refuse() says. */
static inline int disk_asked(enum disk_op op, const char *path)
{
    disk.ops[op] += !disk.quiet;
    return disk.refuse && !disk.quiet ? disk.refuse(op, path) : 0;
}

static inline void disk_point(const char *what, const char *path)
{
    if (disk.point && !disk.quiet)
        disk.point(what, path);
}

/* --- names -------------------------------------------------------------------------------- */

static inline long disk_make(const char *path, bool is_dir, unsigned mode, int *node)
{
    char dir[DISK_PATH];
    int rc = disk_asked(is_dir ? DISK_MKDIR : DISK_CREATE, path);
    snprintf(dir, sizeof(dir), "%s", path);
    *strrchr(dir, '/') = '\0';
    if (rc > 0)
        return disk_no(rc);
    if (disk_find(&disk.now, dir) < 0)
        return disk_no(ENOENT);
    *node = disk_new_node(is_dir, mode & 0777);
    disk_change("", path, *node);
    disk_point(is_dir ? "mkdir" : "create", path);
    return 0;
}

static inline long disk_open(const char *path, int flags, unsigned mode)
{
    int i = disk_find(&disk.now, path), rc = disk_asked(DISK_OPEN, path);
    int node = i >= 0 ? disk.now.name[i].node : -1;
    if (rc > 0)
        return disk_no(rc);
    if (strlen(path) >= DISK_PATH)
        return disk_no(ENAMETOOLONG);
    if (i < 0 && !(flags & O_CREAT))
        return disk_no(ENOENT);
    if (i >= 0 && (flags & O_CREAT) && (flags & O_EXCL))
        return disk_no(EEXIST);
    if (i >= 0 && disk.node[node].is_dir && (flags & O_ACCMODE) != O_RDONLY)
        return disk_no(EISDIR);
    if (i >= 0 && !disk.node[node].is_dir && (flags & O_DIRECTORY))
        return disk_no(ENOTDIR);
    if (i < 0 && disk_make(path, false, mode, &node) < 0)
        return -1;
    if (i >= 0 && (flags & O_TRUNC) && disk.node[node].size) {
        disk_cut_file(&disk.node[node], 0);
        disk_point("truncate", path);
    }
    long fd = syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDWR | O_CLOEXEC, 0); /* keeps the number */
    if (fd < 0 || fd >= DISK_FDS)
        disk_die("too many open files");
    disk.fd[fd] = (struct disk_fd){.node = node, .append = flags & O_APPEND};
    return fd;
}

static inline int call_open_any(const char *path, int flags, unsigned mode)
{
    return (int)(disk_has(path) ? disk_open(path, flags, mode) : syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

#define DISK_OPEN_CALL(name, symbol)                                                                                   \
    int name(const char *path, int flags, ...) __asm__(symbol);                                                        \
    int name(const char *path, int flags, ...)                                                                         \
    {                                                                                                                  \
        va_list ap;                                                                                                    \
        va_start(ap, flags);                                                                                           \
        unsigned mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, unsigned) : 0;                                      \
        va_end(ap);                                                                                                    \
        return call_open_any(path, flags, mode);                                                                       \
    }
DISK_OPEN_CALL(call_open, "open")
DISK_OPEN_CALL(call_open64, "open64")

#define DISK_CALL(type, name, symbol, ...)                                                                             \
    type name(__VA_ARGS__) __asm__(symbol);                                                                            \
    type name(__VA_ARGS__)

DISK_CALL(int, call_mkdir, "mkdir", const char *path, unsigned mode)
{
    int node;
    if (!disk_has(path))
        return (int)syscall(SYS_mkdir, path, mode);
    return disk_find(&disk.now, path) >= 0 ? (int)disk_no(EEXIST) : (int)disk_make(path, true, mode, &node);
}

DISK_CALL(int, call_unlink, "unlink", const char *path)
{
    if (!disk_has(path))
        return (int)syscall(SYS_unlink, path);
    int i = disk_find(&disk.now, path), rc = disk_asked(DISK_UNLINK, path);
    if (rc > 0 || i < 0)
        return (int)disk_no(rc > 0 ? rc : ENOENT);
    disk_change(path, "", disk.now.name[i].node);
    disk_point("unlink", path);
    return 0;
}

DISK_CALL(int, call_rename, "rename", const char *from, const char *to)
{
    if (!disk_has(from))
        return (int)syscall(SYS_rename, from, to);
    int i = disk_find(&disk.now, from), rc = disk_asked(DISK_RENAME, from);
    if (rc > 0 || i < 0)
        return (int)disk_no(rc > 0 ? rc : ENOENT);
    disk_change(from, to, disk.now.name[i].node);
    disk_point("rename", to);
    return 0;
}

static inline int disk_tell(const struct disk_node *f, struct stat *st)
{
    memset(st, 0, sizeof(*st));
    st->st_mode = (f->is_dir ? S_IFDIR : S_IFREG) | f->mode;
    st->st_size = (off_t)f->size;
    st->st_blocks = (blkcnt_t)(f->size + 511) / 512;
    st->st_ino = f->ino;
    st->st_dev = 123;
    st->st_nlink = *disk_path_of((int)(f - disk.node)) ? 1 : 0;
    st->st_blksize = 4096;
    st->st_uid = (uid_t)syscall(SYS_geteuid);
    st->st_gid = (gid_t)syscall(SYS_getegid);
    return 0;
}

static inline int disk_stat(const char *path, struct stat *st, int flags)
{
    if (!disk_has(path))
        return (int)syscall(SYS_newfstatat, AT_FDCWD, path, st, flags);
    int i = disk_find(&disk.now, path);
    return i < 0 ? (int)disk_no(ENOENT) : disk_tell(&disk.node[disk.now.name[i].node], st);
}

DISK_CALL(int, call_stat, "stat", const char *path, struct stat *st)
{
    return disk_stat(path, st, 0);
}
DISK_CALL(int, call_stat64, "stat64", const char *path, struct stat *st)
{
    return disk_stat(path, st, 0);
}
DISK_CALL(int, call_lstat, "lstat", const char *path, struct stat *st)
{
    return disk_stat(path, st, AT_SYMLINK_NOFOLLOW);
}
DISK_CALL(int, call_lstat64, "lstat64", const char *path, struct stat *st)
{
    return disk_stat(path, st, AT_SYMLINK_NOFOLLOW);
}
DISK_CALL(int, call_access, "access", const char *path, int mode)
{
    struct stat st;
    return disk_has(path) ? disk_stat(path, &st, 0) : (int)syscall(SYS_access, path, mode);
}

/* --- open files --------------------------------------------------------------------------- */

static inline int disk_fstat(int fd, struct stat *st)
{
    const struct disk_node *f = disk_open_node(fd);
    return f ? disk_tell(f, st) : (int)syscall(SYS_fstat, fd, st);
}
DISK_CALL(int, call_fstat, "fstat", int fd, struct stat *st)
{
    return disk_fstat(fd, st);
}
DISK_CALL(int, call_fstat64, "fstat64", int fd, struct stat *st)
{
    return disk_fstat(fd, st);
}

DISK_CALL(int, call_close, "close", int fd)
{
    if (disk_open_node(fd))
        disk.fd[fd].node = -1;
    return (int)syscall(SYS_close, fd);
}

static inline long disk_read_at(int fd, void *p, size_t n, size_t off)
{
    const struct disk_node *f = disk_open_node(fd);
    int rc = disk_asked(DISK_READ, disk_path_of_fd(fd));
    if (rc > 0)
        return disk_no(rc);
    if (off >= f->size)
        return 0;
    n = n < f->size - off ? n : f->size - off;
    memcpy(p, f->now + off, n);
    return (long)n;
}

static inline long disk_write_at(int fd, const void *p, size_t n, size_t off)
{
    struct disk_node *f = disk_open_node(fd);
    int rc = disk_asked(DISK_WRITE, disk_path_of_fd(fd));
    if (rc > 0)
        return disk_no(rc);
    n = rc == DISK_SHORT && n > 1 ? n / 2 : n;
    disk_put(f, off, p, n);
    disk_point("write", disk_path_of_fd(fd));
    return (long)n;
}

DISK_CALL(ssize_t, call_read, "read", int fd, void *p, size_t n)
{
    if (!disk_open_node(fd))
        return syscall(SYS_read, fd, p, n);
    long got = disk_read_at(fd, p, n, disk.fd[fd].pos);
    disk.fd[fd].pos += got > 0 ? (size_t)got : 0;
    return got;
}

DISK_CALL(ssize_t, call_write, "write", int fd, const void *p, size_t n)
{
    struct disk_node *f = disk_open_node(fd);
    if (!f)
        return syscall(SYS_write, fd, p, n);
    size_t off = disk.fd[fd].append ? f->size : disk.fd[fd].pos;
    long got = disk_write_at(fd, p, n, off);
    if (got > 0)
        disk.fd[fd].pos = off + (size_t)got;
    return got;
}

#define DISK_PREAD(name, symbol)                                                                                       \
    DISK_CALL(ssize_t, name, symbol, int fd, void *p, size_t n, off_t off)                                             \
    {                                                                                                                  \
        return disk_open_node(fd) ? disk_read_at(fd, p, n, (size_t)off) : syscall(SYS_pread64, fd, p, n, off);         \
    }
#define DISK_PWRITE(name, symbol)                                                                                      \
    DISK_CALL(ssize_t, name, symbol, int fd, const void *p, size_t n, off_t off)                                       \
    {                                                                                                                  \
        return disk_open_node(fd) ? disk_write_at(fd, p, n, (size_t)off) : syscall(SYS_pwrite64, fd, p, n, off);       \
    }
DISK_PREAD(call_pread, "pread")
DISK_PREAD(call_pread64, "pread64")
DISK_PWRITE(call_pwrite, "pwrite")
DISK_PWRITE(call_pwrite64, "pwrite64")

static inline int disk_truncate(int fd, off_t size)
{
    struct disk_node *f = disk_open_node(fd);
    if (!f)
        return (int)syscall(SYS_ftruncate, fd, size);
    int rc = disk_asked(DISK_TRUNCATE, disk_path_of_fd(fd));
    if (rc > 0)
        return (int)disk_no(rc);
    disk_cut_file(f, (size_t)size);
    disk_point("truncate", disk_path_of_fd(fd));
    return 0;
}
DISK_CALL(int, call_ftruncate, "ftruncate", int fd, off_t size)
{
    return disk_truncate(fd, size);
}
DISK_CALL(int, call_ftruncate64, "ftruncate64", int fd, off_t size)
{
    return disk_truncate(fd, size);
}

static inline int disk_sync_fd(int fd, long number)
{
    if (!disk_open_node(fd))
        return (int)syscall(number, fd);
    const char *path = disk_path_of_fd(fd);
    int rc = disk_asked(DISK_SYNC, path);
    disk_point("sync", path);
    if (rc > 0) {
        disk_sync_failed(disk.fd[fd].node);
        return (int)disk_no(rc);
    }
    disk_sync(disk.fd[fd].node);
    return 0;
}
DISK_CALL(int, call_fsync, "fsync", int fd)
{
    return disk_sync_fd(fd, SYS_fsync);
}
DISK_CALL(int, call_fdatasync, "fdatasync", int fd)
{
    return disk_sync_fd(fd, SYS_fdatasync);
}

DISK_CALL(int, call_fchmod, "fchmod", int fd, unsigned mode)
{
    struct disk_node *f = disk_open_node(fd);
    if (!f)
        return (int)syscall(SYS_fchmod, fd, mode);
    f->mode = mode & 0777;
    return 0;
}
DISK_CALL(int, call_fchown, "fchown", int fd, uid_t uid, gid_t gid)
{
    return disk_open_node(fd) ? 0 : (int)syscall(SYS_fchown, fd, uid, gid);
}

DISK_CALL(int, call_posix_fallocate, "posix_fallocate", int fd, off_t off, off_t len)
{
    struct disk_node *f = disk_open_node(fd);
    if (!f)
        return syscall(SYS_fallocate, fd, 0, off, len) < 0 ? errno : 0;
    int rc = disk_asked(DISK_WRITE, disk_path_of_fd(fd));
    if (rc > 0)
        return rc;
    if ((size_t)(off + len) > f->size)
        disk_cut_file(f, (size_t)(off + len));
    disk_point("fallocate", disk_path_of_fd(fd));
    return 0;
}

/* One process: a lock is always to be had. */
DISK_CALL(int, call_flock, "flock", int fd, int op)
{
    return disk_open_node(fd) ? 0 : (int)syscall(SYS_flock, fd, op);
}

static inline int disk_control(int fd, int what, void *arg)
{
    if (!disk_open_node(fd) || what == F_GETFD || what == F_SETFD)
        return (int)syscall(SYS_fcntl, fd, what, arg);
    if (what == F_GETLK)
        ((struct flock *)arg)->l_type = F_UNLCK;
    return what == F_GETLK || what == F_SETLK || what == F_SETLKW ? 0 : (int)disk_no(EINVAL);
}

#define DISK_FCNTL(name, symbol)                                                                                       \
    int name(int fd, int what, ...) __asm__(symbol);                                                                   \
    int name(int fd, int what, ...)                                                                                    \
    {                                                                                                                  \
        va_list ap;                                                                                                    \
        va_start(ap, what);                                                                                            \
        void *arg = va_arg(ap, void *);                                                                                \
        va_end(ap);                                                                                                    \
        return disk_control(fd, what, arg);                                                                            \
    }
DISK_FCNTL(call_fcntl, "fcntl")
DISK_FCNTL(call_fcntl64, "fcntl64")

/* A mapped file is its own content: seen by all, never synced. */
static inline void *disk_map(void *at, size_t n, int prot, int flags, int fd, off_t off)
{
    struct disk_node *f = flags & MAP_ANONYMOUS ? NULL : disk_open_node(fd);
    if (f)
        return f->now + off;
    return (void *)syscall(SYS_mmap, at, n, prot, flags, fd, off);
}
DISK_CALL(void *, call_mmap, "mmap", void *at, size_t n, int prot, int flags, int fd, off_t off)
{
    return disk_map(at, n, prot, flags, fd, off);
}
DISK_CALL(void *, call_mmap64, "mmap64", void *at, size_t n, int prot, int flags, int fd, off_t off)
{
    return disk_map(at, n, prot, flags, fd, off);
}
DISK_CALL(int, call_munmap, "munmap", void *at, size_t n)
{
    for (int i = 0; i < DISK_NODES; i++)
        if (disk.node[i].now && (uint8_t *)at >= disk.node[i].now && (uint8_t *)at < disk.node[i].now + DISK_AREA)
            return 0;
    return (int)syscall(SYS_munmap, at, n);
}

/* --- listings ----------------------------------------------------------------------------- */

struct disk_list {
    char dir[DISK_PATH]; /* "" = free */
    int next;
    struct dirent e;
};
static struct disk_list disk_lists[4];

static inline struct disk_list *disk_listing(void *d)
{
    for (size_t i = 0; i < sizeof(disk_lists) / sizeof(disk_lists[0]); i++)
        if (d == &disk_lists[i])
            return &disk_lists[i];
    return NULL;
}

DISK_CALL(void *, call_opendir, "opendir", const char *path)
{
    if (!disk_has(path))
        return ((void *(*)(const char *))dlsym(RTLD_NEXT, "opendir"))(path);
    int i = disk_find(&disk.now, path), rc = disk_asked(DISK_OPEN, path);
    if (rc > 0 || i < 0)
        return (void *)(intptr_t)(disk_no(rc > 0 ? rc : ENOENT) + 1);
    for (size_t k = 0; k < sizeof(disk_lists) / sizeof(disk_lists[0]); k++) {
        if (disk_lists[k].dir[0])
            continue;
        snprintf(disk_lists[k].dir, sizeof(disk_lists[k].dir), "%s", path);
        disk_lists[k].next = 0;
        return &disk_lists[k];
    }
    return (void *)(intptr_t)(disk_no(EMFILE) + 1);
}

static inline struct dirent *disk_next(struct disk_list *l)
{
    while (l->next < disk.now.n) {
        const char *path = disk.now.name[l->next++].path;
        if (!disk_is_in(path, l->dir))
            continue;
        memset(&l->e, 0, sizeof(l->e));
        snprintf(l->e.d_name, sizeof(l->e.d_name), "%s", strrchr(path, '/') + 1);
        return &l->e;
    }
    return NULL;
}

#define DISK_READDIR(name, symbol)                                                                                     \
    DISK_CALL(struct dirent *, name, symbol, void *d)                                                                  \
    {                                                                                                                  \
        struct disk_list *l = disk_listing(d);                                                                         \
        return l ? disk_next(l) : ((struct dirent * (*)(void *)) dlsym(RTLD_NEXT, symbol))(d);                         \
    }
DISK_READDIR(call_readdir, "readdir")
DISK_READDIR(call_readdir64, "readdir64")

DISK_CALL(int, call_closedir, "closedir", void *d)
{
    struct disk_list *l = disk_listing(d);
    if (!l)
        return ((int (*)(void *))dlsym(RTLD_NEXT, "closedir"))(d);
    l->dir[0] = '\0';
    return 0;
}

/* --- time --------------------------------------------------------------------------------- */

DISK_CALL(int, call_clock_gettime, "clock_gettime", clockid_t id, struct timespec *t)
{
    if (id != CLOCK_MONOTONIC && id != CLOCK_MONOTONIC_COARSE)
        return (int)syscall(SYS_clock_gettime, id, t);
    t->tv_sec = disk_mono_us / 1000000;
    t->tv_nsec = disk_mono_us % 1000000 * 1000;
    return 0;
}

static inline double disk_real_s(void)
{
    struct timespec t;
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

#endif
