// SPDX-License-Identifier: GPL-2.0-or-later
/* A directory of one's own for tests of files: made by scratch_make(), emptied and removed by
 * scratch_remove(). And the search in a list of problems. */
#ifndef TB_TESTS_SCRATCH_H
#define TB_TESTS_SCRATCH_H

#include "config/config.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct scratch {
    char dir[64];
    char path[512]; /* of the file last written */
};

static inline int scratch_make(void **state)
{
    struct scratch *s = calloc(1, sizeof(*s));
    if (!s)
        return -1;
    memcpy(s->dir, "/tmp/tinbao-test-XXXXXX", sizeof("/tmp/tinbao-test-XXXXXX"));
    *state = s;
    return mkdtemp(s->dir) ? 0 : -1;
}

static inline int scratch_remove(void **state)
{
    struct scratch *s = *state;
    DIR *d = opendir(s->dir);
    for (struct dirent *e; d && (e = readdir(d));) {
        char path[sizeof(s->dir) + 260];
        snprintf(path, sizeof(path), "%s/%s", s->dir, e->d_name);
        if (e->d_name[0] != '.')
            unlink(path);
    }
    if (d)
        closedir(d);
    int rc = rmdir(s->dir);
    free(s);
    return rc;
}

/* Writes n octets to the file `name`; its path. */
static inline const char *scratch_put(struct scratch *s, const char *name, const char *data, size_t n)
{
    snprintf(s->path, sizeof(s->path), "%s/%s", s->dir, name);
    FILE *f = fopen(s->path, "w");
    if (!f || fwrite(data, 1, n, f) != n || fclose(f) != 0)
        abort();
    return s->path;
}

static inline const char *scratch_text(struct scratch *s, const char *name, const char *text)
{
    return scratch_put(s, name, text, strlen(text));
}

/* The first problem whose text holds `part`; line 0 = any; NULL: there is none. */
static inline const struct problem *problem_with(const struct problems *p, int line, const char *part)
{
    for (size_t i = 0; i < p->n; i++)
        if ((line == 0 || p->items[i].line == line) && strstr(p->items[i].text, part))
            return &p->items[i];
    return NULL;
}

#endif
