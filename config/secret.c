// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Secrets of the settings. Called by the readers of groups that have one. What can go wrong: a
 * file that is missing, is a link, is empty or may be read by others; it is said with the remedy,
 * and the secret itself never.
 */
#include "config/secret.h"

#include "gateway/base/err.h"
#include "gateway/base/str.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_SIZE 512

/* The octets of an open file's beginning, or a problem and -1. */
static ssize_t read_file(struct loader *l, const config_setting_t *at, const char *name, const char *path, char *line)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    ssize_t n = -1;
    if (fd < 0 || fstat(fd, &st))
        load_bad(l, false, at, "%s = \"%.100s\": %s", name, path, strerror(errno));
    else if (!S_ISREG(st.st_mode) || (st.st_mode & 077))
        load_bad(l, false, at, "%s = \"%.100s\": others may read it: chmod 600 it", name, path);
    else if ((n = read(fd, line, LINE_SIZE - 1)) <= 0)
        load_bad(l, false, at, "%s = \"%.100s\": it is empty: write the secret into it", name, path);
    if (fd >= 0)
        close(fd);
    return n;
}

static void from_file(struct loader *l, const config_setting_t *at, const char *name, char *file, size_t file_size,
                      char *out, size_t size)
{
    char path[256], line[LINE_SIZE];
    if (load_resolve(l->file, file, path, sizeof(path)) < 0 || str_copy(file, file_size, path) < 0) {
        load_bad(l, false, at, "%s: the path is too long", name);
        return;
    }
    ssize_t n = read_file(l, at, name, path, line);
    if (n <= 0)
        return;
    line[n] = '\0';
    line[strcspn(line, "\r\n")] = '\0';
    if (str_copy(out, size, line))
        load_bad(l, false, at, "%s = \"%.100s\": the secret is too long: at most %zu octets", name, path, size - 1);
    else if (!line[0])
        load_bad(l, false, at, "%s = \"%.100s\": its first line is empty: write the secret there", name, path);
    explicit_bzero(line, sizeof(line));
}

void secret_take(struct loader *l, const config_setting_t *at, const char *name, char *file, size_t file_size,
                 char *out, size_t size)
{
    struct stat st;
    if (file[0] && out[0])
        load_bad(l, false, at, "give the secret or %s, not both", name);
    else if (file[0])
        from_file(l, at, name, file, file_size, out, size);
    else if (out[0] && stat(l->file, &st) == 0 && (st.st_mode & 007))
        load_bad(l, true, at, "a secret stands in a config that others may read: chmod 640 it, or use %s", name);
}
