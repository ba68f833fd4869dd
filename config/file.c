// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading a file of the operator's. Called by the loader and the roster. What can go
 * wrong is said with file, line and remedy; nothing here trusts the file.
 */
#include "config/file.h"

#include "gateway/base/err.h"
#include "gateway/base/utf.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX_BYTES (4u << 20)

static int open_plain(const char *path, struct problems *p)
{
    /* O_NONBLOCK: a FIFO in the file's place must not hang the start */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        if (errno == ENOENT)
            problems_add(p, false, path, 0, "there is no such file: make it, or correct the path that names it");
        else
            problems_add(p, false, path, 0, "can not be opened: %s", strerror(errno));
        return -errno;
    }
    struct stat st;
    const char *why = NULL;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        why = "is not a plain file";
    else if (st.st_size > (off_t)FILE_MAX_BYTES)
        why = "is larger than 4 MiB: no list of a commune is";
    if (!why)
        return fd;
    problems_add(p, false, path, 0, "%s", why);
    close(fd);
    return -EINVAL;
}

static ssize_t read_all(int fd, char *buf, size_t cap)
{
    size_t n = 0;
    while (n < cap) {
        ssize_t got = read(fd, buf + n, cap - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -errno;
        if (got == 0)
            break;
        n += (size_t)got;
    }
    return (ssize_t)n;
}

char *file_read(const char *path, size_t *size, struct problems *p)
{
    int fd = open_plain(path, p);
    if (fd < 0)
        return NULL;
    char *buf = NULL;
    struct stat st;
    size_t cap = fstat(fd, &st) == 0 ? (size_t)st.st_size : 0;
    buf = malloc(cap + 1);
    ssize_t n = buf ? read_all(fd, buf, cap) : -ENOMEM;
    close(fd);
    if (n < 0) {
        problems_add(p, false, path, 0, "can not be read: %s", strerror((int)-n));
        free(buf);
        return NULL;
    }
    buf[n] = '\0';
    *size = (size_t)n;
    return buf;
}

int file_check_text(const char *file, const char *text, size_t n, struct problems *p)
{
    int line = 1;
    if (n >= 2 && (!memcmp(text, "\xFF\xFE", 2) || !memcmp(text, "\xFE\xFF", 2))) {
        problems_add(p, false, file, 1, "the file is UTF-16: save it as UTF-8");
        return -EINVAL;
    }
    for (size_t i = 0; i < n;) {
        size_t used = 1;
        if (text[i] == '\0') {
            problems_add(p, false, file, line, "a NUL octet: this is no text file, or a damaged one");
            return -EINVAL;
        }
        if (text[i] == '\n')
            line++;
        /* U+FFFD itself is well-formed, but stands for a character that some program lost */
        if ((unsigned char)text[i] >= 0x80 && utf8_next(text + i, n - i, &used) == 0xFFFD) {
            problems_add(p, false, file, line, "a character that is not UTF-8: save the file as UTF-8");
            return -EINVAL;
        }
        i += used;
    }
    return 0;
}

static const char *remedy_of(const char *error)
{
    if (!strcmp(error, "duplicate setting name"))
        return "the same name is set twice: delete one of the two";
    if (!strcmp(error, "mismatched element type in array"))
        return "an array [ ] holds either texts or numbers: put all in quotes, or none";
    /* scan_settings() has said all others; this one is for what it may have overlooked */
    return "can not be understood: look on this line and the one before for a missing quote, '=', ';' or bracket";
}

int file_parse(const char *file, const char *text, size_t n, config_t *cfg, struct problems *p)
{
    config_init(cfg);
    if (n >= 3 && !memcmp(text, "\xEF\xBB\xBF", 3)) {
        text += 3; /* a byte order mark, as Windows editors write it */
        n -= 3;
    }
    if (file_check_text(file, text, n, p) < 0 || scan_settings(file, text, n, p) < 0)
        return -EINVAL;
    /* libconfig 1.5 does not know the end of a // comment but by its newline */
    char *ended = malloc(n + 2);
    if (!ended) {
        problems_add(p, false, file, 0, "out of memory");
        return -EINVAL;
    }
    memcpy(ended, text, n);
    memcpy(ended + n, "\n", 2);
    int ok = config_read_string(cfg, ended);
    free(ended);
    if (ok)
        return 0;
    problems_add(p, false, file, config_error_line(cfg), "%s", remedy_of(config_error_text(cfg)));
    return -EINVAL;
}
