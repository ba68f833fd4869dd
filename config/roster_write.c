// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes a roster as CSV. Called by `tinbao roster import|export`. The file is replaced whole
 * or not at all, over a power cut too.
 */
#include "config/config.h"

#include "gateway/base/err.h"
#include "gateway/base/str.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void put_cell(FILE *to, const char *v)
{
    if (!strpbrk(v, ",;\"\r\n")) {
        fputs(v, to);
        return;
    }
    fputc('"', to);
    for (; *v; v++) {
        if (*v == '"')
            fputc('"', to);
        fputc(*v, to);
    }
    fputc('"', to);
}

int roster_print(FILE *to, const struct roster_entry *r, size_t n)
{
    fputs("name,phone,role,places,pin\n", to);
    for (size_t i = 0; i < n; i++) {
        char places[sizeof(r[i].places)];
        memcpy(places, r[i].places, sizeof(places));
        for (char *p = places; *p; p++)
            if (*p == ' ')
                *p = ';';
        const char *role = role_name(r[i].role);
        const char *const values[] = {r[i].name, r[i].phone, role ? role : "", places, r[i].pin};
        for (size_t k = 0; k < ARRAY_LEN(values); k++) {
            if (k)
                fputc(',', to);
            put_cell(to, values[k]);
        }
        fputc('\n', to);
    }
    return ferror(to) ? -EIO : 0;
}

static int sync_directory(const char *path)
{
    char dir[PATH_MAX];
    if (str_copy(dir, sizeof(dir), path) < 0)
        return -EMSGSIZE;
    char *slash = strrchr(dir, '/');
    if (slash == dir)
        slash[1] = '\0';
    else if (slash)
        *slash = '\0';
    int fd = open(slash ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int rc = fsync(fd) < 0 ? -errno : 0;
    close(fd);
    return rc;
}

static int fill(int fd, const struct roster_entry *r, size_t n)
{
    FILE *to = fdopen(fd, "w");
    if (!to) {
        int rc = -errno;
        close(fd);
        return rc;
    }
    errno = 0;
    int rc = roster_print(to, r, n);
    if (rc == 0 && (fflush(to) != 0 || fsync(fileno(to)) < 0))
        rc = errno ? -errno : -EIO;
    if (fclose(to) != 0 && rc == 0)
        rc = errno ? -errno : -EIO;
    return rc;
}

/* The new file belongs to whom the old one did: root imports, the service's user reads. */
static void keep_owner(int fd, const char *path)
{
    struct stat st;
    if (stat(path, &st) < 0)
        return;
    if (fchown(fd, st.st_uid, st.st_gid) < 0 && st.st_uid != geteuid())
        return; /* not root and not the owner: it stays the caller's, and private */
    (void)fchmod(fd, st.st_mode & 0777);
}

int roster_write(const char *path, const struct roster_entry *r, size_t n)
{
    char temp[PATH_MAX];
    struct sbuf b = sbuf_on(temp, sizeof(temp));
    sbuf_addf(&b, "%s.XXXXXX", path);
    if (sbuf_done(&b) < 0)
        return -EMSGSIZE;
    int fd = mkostemp(temp, O_CLOEXEC); /* mode 0600: the roster holds people's numbers */
    if (fd < 0)
        return -errno;
    keep_owner(fd, path);
    int rc = fill(fd, r, n);
    if (rc == 0 && rename(temp, path) < 0)
        rc = -errno;
    if (rc < 0) {
        unlink(temp);
        return rc;
    }
    return sync_directory(path);
}
