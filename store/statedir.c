// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The files of a state directory besides the database: the lock of the one writer and the
 * key file. Called by db_open. A lock that another process has, a key file that is lost,
 * readable by others or cut short, a full disk: each is said with its remedy.
 */
#include "store/engine.h"

#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_HEAD "tinbao key 1 "
#define KEY_LINE (sizeof KEY_HEAD - 1 + 2 * (size_t)KEY_SIZE + 1) /* with its newline */

int statedir_path(char *out, size_t size, const char *dir, const char *file)
{
    struct sbuf b = sbuf_on(out, size);
    sbuf_addf(&b, "%s/%s", dir, file);
    return sbuf_done(&b);
}

static int sync_dir(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int rc = fsync(fd) < 0 ? -errno : 0;
    close(fd);
    return rc;
}

/* The name of a directory is its parent's to keep: without this a power cut soon after the first start may take the
 * whole directory, database and all. At every start, since the one that made it may have been killed in between.
 * Where the parent may not be opened, it was made by whoever may. */
static void sync_parent(const char *dir)
{
    char path[PATH_MAX];
    if (str_copy(path, sizeof path, dir) < 0)
        return;
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        path[--n] = '\0';
    char *slash = strrchr(path, '/');
    if (slash)
        slash[slash == path ? 1 : 0] = '\0';
    (void)sync_dir(slash ? path : ".");
}

/* Each missing directory on the way, as mkdir -p does, the last one closed to others. */
int statedir_make(const char *dir)
{
    char path[PATH_MAX];
    int rc = str_copy(path, sizeof path, dir);
    if (rc < 0)
        return rc;
    for (char *p = path + 1; *p; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        if (mkdir(path, 0755) == 0) /* what matters is whether the last one succeeds */
            sync_parent(path);
        *p = '/';
    }
    if (mkdir(path, 0700) < 0 && errno != EEXIST) {
        rc = -errno;
        log_err("state directory %s: %s", dir, strerror(-rc));
        return rc;
    }
    sync_parent(dir);
    return 0;
}

static void say_holder(const char *path, int fd)
{
    char text[32] = "";
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    long pid = n > 0 ? strtol(text, NULL, 10) : 0;
    if (pid > 0)
        log_err("%s: another tinbao is the writer of this directory, process %ld: stop it first, or use its "
                "control socket",
                path, pid);
    else
        log_err("%s: another process is the writer of this directory", path);
}

/* flock: it belongs to the open file, ends with the process, and a second one in the same
 * process is refused too. The file is never unlinked: who removes a lock file lets two in. */
int statedir_lock(const char *dir, int *out_fd)
{
    char path[PATH_MAX], pid[32];
    *out_fd = -1;
    int rc = statedir_path(path, sizeof path, dir, "tinbao.lock");
    if (rc < 0)
        return rc;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        rc = -errno;
        log_err("%s: %s", path, strerror(-rc));
        return rc;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        rc = errno == EWOULDBLOCK ? -EBUSY : -errno;
        if (rc == -EBUSY)
            say_holder(path, fd);
        else
            log_err("%s: %s", path, strerror(-rc));
        close(fd);
        return rc;
    }
    int n = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) < 0 || pwrite(fd, pid, (size_t)n, 0) != n)
        log_warn("%s: the pid could not be written", path); /* the lock itself holds */
    *out_fd = fd;
    return 0;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int key_parse(const char *line, size_t n, uint8_t key[KEY_SIZE])
{
    size_t head = sizeof KEY_HEAD - 1;
    if (n != KEY_LINE || memcmp(line, KEY_HEAD, head) != 0 || line[n - 1] != '\n')
        return -EINVAL;
    for (size_t i = 0; i < KEY_SIZE; i++) {
        int hi = hex_digit(line[head + 2 * i]), lo = hex_digit(line[head + 2 * i + 1]);
        if (hi < 0 || lo < 0)
            return -EINVAL;
        key[i] = (uint8_t)(hi << 4 | lo);
    }
    return 0;
}

/* A credential is handed over by systemd with an ACL, whose mask shows as the group's bits: only it and root
 * can make the directory. */
static int key_read(int fd, const char *path, bool credential, uint8_t key[KEY_SIZE])
{
    char line[KEY_LINE + 2];
    struct stat st;
    if (fstat(fd, &st) < 0)
        return -errno;
    if ((st.st_mode & (credential ? 027 : 077)) != 0) {
        log_err("%s: others may read it (mode %o): chmod 600 it, and think about who may have read it", path,
                (unsigned)(st.st_mode & 0777));
        return -EPERM;
    }
    ssize_t n = read(fd, line, sizeof line);
    if (n < 0)
        return -errno;
    int rc = key_parse(line, (size_t)n, key);
    explicit_bzero(line, sizeof line);
    if (rc < 0)
        log_err("%s: is no key file of tinbao, or is cut short: restore it from the backup", path);
    return rc;
}

void statedir_key_line(const uint8_t key[KEY_SIZE], char out[KEY_LINE_SIZE])
{
    struct sbuf b = sbuf_on(out, KEY_LINE_SIZE);
    sbuf_add(&b, KEY_HEAD);
    for (size_t i = 0; i < KEY_SIZE; i++)
        sbuf_addf(&b, "%02x", key[i]);
    sbuf_addc(&b, '\n');
}

/* Written whole and synced under another name first: a key file is never half there. */
static int key_make(const char *dir, const char *path, uint8_t key[KEY_SIZE])
{
    char tmp[PATH_MAX], line[KEY_LINE_SIZE];
    int rc = statedir_path(tmp, sizeof tmp, dir, "tinbao.key.new");
    if (rc < 0)
        return rc;
    seal_random(key, KEY_SIZE);
    statedir_key_line(key, line);
    (void)unlink(tmp); /* a crash may have left one */
    int fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        rc = -errno;
    else if (fchmod(fd, 0600) < 0 || write(fd, line, KEY_LINE) != (ssize_t)KEY_LINE || fsync(fd) < 0)
        rc = errno ? -errno : -EIO;
    if (fd >= 0)
        close(fd);
    if (rc == 0 && rename(tmp, path) < 0)
        rc = -errno;
    if (rc == 0)
        rc = sync_dir(dir);
    explicit_bzero(line, sizeof line);
    if (rc < 0)
        log_err("%s: %s", path, strerror(-rc));
    else
        log_note("%s: made; back it up apart from the database, without it no sealed number can be read", path);
    return rc;
}

static int key_missing(const char *path, int rc)
{
    if (rc == -ENOENT)
        log_err("%s: missing, but the database beside it was sealed with it: restore it from the backup (or move the "
                "database away to begin a new one); if the service gets it as a systemd credential, run this as "
                "tinbao(1), KEY FILE, says",
                path);
    else
        log_err("%s: %s", path, strerror(-rc));
    return rc;
}

/* The credential "tinbao.key" (LoadCredential= or LoadCredentialEncrypted= of the unit): -ENOENT when there
 * is none. One that is there and can not be read is an error, or a new key would be made beside it. */
static int key_credential(uint8_t key[KEY_SIZE])
{
    char path[PATH_MAX];
    const char *dir = getenv("CREDENTIALS_DIRECTORY");
    if (!dir || dir[0] != '/')
        return -ENOENT;
    int rc = statedir_path(path, sizeof path, dir, "tinbao.key");
    int fd = rc < 0 ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (rc < 0 || fd < 0) {
        rc = rc < 0 ? rc : -errno;
        if (rc != -ENOENT)
            log_err("%s: the credential can not be read: %s; see LoadCredential= of the unit", path, strerror(-rc));
        return rc;
    }
    rc = key_read(fd, path, true, key);
    close(fd);
    return rc;
}

int statedir_key(const char *dir, bool make, uint8_t key[KEY_SIZE])
{
    char path[PATH_MAX];
    int rc = statedir_path(path, sizeof path, dir, "tinbao.key");
    if (rc < 0)
        return rc;
    rc = key_credential(key);
    if (rc == 0 && access(path, F_OK) == 0)
        log_warn("%s: not read, the key came as a systemd credential: move this copy off the box", path);
    if (rc != -ENOENT)
        return rc;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT && make)
        return key_make(dir, path, key);
    if (fd < 0)
        return key_missing(path, -errno);
    rc = key_read(fd, path, false, key);
    close(fd);
    return rc;
}

int statedir_touch(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        int rc = -errno;
        log_err("%s: %s", path, strerror(-rc));
        return rc;
    }
    close(fd);
    return 0;
}
