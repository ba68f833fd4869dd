// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The files of the journal. See journal.h. Called by gateway/serve/journaling.c. What can go wrong: the medium
 * is gone, full or read only (the error comes back, the file ends where it did), a name that is none of
 * ours (left alone), two files with the same records after a change of the medium (each is told once).
 */
#include "store/journal.h"

#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "store/journal_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DAY_SIZE 9
#define BUFFER_FIRST ((size_t)4096)
#define BUFFER_KEPT ((size_t)65536) /* a larger one is given back after its write */

struct journal {
    const struct db *db;
    int fd;
    char day[DAY_SIZE], path[PATH_MAX];
    uint8_t id[JOURNAL_ID_SIZE];
    uint64_t end; /* of the last whole record */
    uint8_t *buffer;
    size_t used, cap;
};

/* -- names ---------------------------------------------------------------------------- */

struct name {
    char path[PATH_MAX], day[DAY_SIZE];
    uint64_t first;
};

struct names {
    struct name *v;
    size_t n, cap;
};

/* "journal-20261112-0000000000000123.tbj" */
static bool name_read(const char *file, char day[DAY_SIZE], uint64_t *first)
{
    int n = 0;
    unsigned long long seq;
    if (sscanf(file, "journal-%8[0-9]-%16llx.tbj%n", day, &seq, &n) != 2 || !n || file[n] ||
        strlen(day) != DAY_SIZE - 1)
        return false;
    *first = seq;
    return true;
}

static int name_make(char *out, size_t size, const char *dir, const char *day, uint64_t first)
{
    struct sbuf b = sbuf_on(out, size);
    sbuf_addf(&b, "%s/journal-%s-%016" PRIx64 ".tbj", dir, day, first);
    return sbuf_done(&b);
}

static int names_add(struct names *l, const char *dir, const char *file)
{
    if (l->n == l->cap) {
        size_t cap = l->cap ? 2 * l->cap : 16;
        struct name *v = realloc(l->v, cap * sizeof(*v));
        if (!v)
            return -ENOMEM;
        l->v = v;
        l->cap = cap;
    }
    struct name *e = &l->v[l->n];
    struct sbuf b = sbuf_on(e->path, sizeof(e->path));
    sbuf_addf(&b, "%s/%s", dir, file);
    if (name_read(file, e->day, &e->first) && sbuf_done(&b) == 0)
        l->n++;
    return 0;
}

static int by_first(const void *a, const void *b)
{
    const struct name *x = a, *y = b;
    return x->first < y->first ? -1 : x->first > y->first ? 1 : strcmp(x->path, y->path);
}

/* Adds the directory's files; the caller frees l->v. */
static int names_of(struct names *l, const char *dir)
{
    int rc = 0;
    DIR *d = opendir(dir);
    if (!d)
        return -errno;
    for (struct dirent *e; !rc && (e = readdir(d));)
        if (!strncmp(e->d_name, "journal-", 8))
            rc = names_add(l, dir, e->d_name);
    closedir(d);
    if (l->n)
        qsort(l->v, l->n, sizeof(*l->v), by_first);
    return rc;
}

static int source_open(struct journal_source *s, const char *path)
{
    struct stat st;
    memset(s, 0, sizeof(*s));
    s->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (s->fd < 0)
        return -errno;
    if (fstat(s->fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        close(s->fd);
        s->fd = -1;
        return -EINVAL;
    }
    s->size = (uint64_t)st.st_size;
    return 0;
}

static void source_close(struct journal_source *s)
{
    journal_source_end(s);
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}

/* -- writing -------------------------------------------------------------------------- */

/* The last part alone: above it a medium is to be mounted, which must not be made up. */
static int make_dir(const char *dir)
{
    struct stat st;
    if (mkdir(dir, 0700) < 0 && errno != EEXIST)
        return -errno;
    if (stat(dir, &st) < 0)
        return -errno;
    return S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
}

static int sync_dir(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int rc = fsync(fd) < 0 && errno != EINVAL ? -errno : 0; /* EINVAL: a file system that has no such thing */
    close(fd);
    return rc;
}

static int write_all(int fd, const uint8_t *p, size_t n, uint64_t at)
{
    while (n) {
        ssize_t k = pwrite(fd, p, n, (off_t)at);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return k < 0 ? -errno : -EIO;
        p += k;
        n -= (size_t)k;
        at += (uint64_t)k;
    }
    return 0;
}

static int begin_file(struct journal *j, const char *dir, uint64_t first, int64_t wall_ms, int64_t rel_ms)
{
    uint8_t octets[JOURNAL_HEAD_SIZE];
    struct journal_head h = {.first = first, .wall_ms = wall_ms, .rel_ms = rel_ms};
    int rc = name_make(j->path, sizeof(j->path), dir, j->day, first);
    if (rc < 0)
        return rc;
    seal_random(h.id, sizeof(h.id));
    memcpy(j->id, h.id, sizeof(h.id));
    /* one of this name has no record that counts: its records would be the same */
    j->fd = open(j->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (j->fd < 0)
        return -errno;
    journal_head_make(&j->db->keys, &h, octets);
    j->end = sizeof(octets);
    rc = write_all(j->fd, octets, sizeof(octets), 0);
    if (rc < 0) {
        (void)unlink(j->path);
        return rc;
    }
    return sync_dir(dir);
}

struct last {
    uint64_t seq;
};

static int note_last(void *ctx, const struct journal_item *it)
{
    ((struct last *)ctx)->seq = it->seq;
    return 0;
}

/* 0: it can be gone on with, and ends where its last whole record does. */
static int continue_file(struct journal *j, const struct name *e, uint64_t next_seq)
{
    struct journal_source s;
    struct journal_read r = {0};
    struct journal_head h;
    struct last last = {0};
    int rc = source_open(&s, e->path);
    if (!rc)
        rc = journal_head_read(&j->db->keys, &s, &h);
    if (!rc)
        rc = journal_file_each(&j->db->keys, &s, 0, note_last, &last, &r);
    source_close(&s);
    if (rc < 0)
        return rc;
    if (!r.records || last.seq + 1 != next_seq)
        return -EINVAL;
    j->fd = open(e->path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (j->fd < 0)
        return -errno;
    if (r.torn && ftruncate(j->fd, (off_t)r.end) < 0) {
        rc = -errno;
        close(j->fd);
        j->fd = -1;
        return rc;
    }
    memcpy(j->id, h.id, sizeof(h.id));
    memcpy(j->path, e->path, sizeof(j->path));
    j->end = r.end;
    return 0;
}

int journal_open(struct journal **out, const struct db *db, const char *dir, const char *day, uint64_t next_seq,
                 int64_t wall_ms, int64_t rel_ms)
{
    struct names l = {0};
    *out = NULL;
    struct journal *j = calloc(1, sizeof(*j));
    if (!j)
        return -ENOMEM;
    j->db = db;
    j->fd = -1;
    int rc = str_copy(j->day, sizeof(j->day), day);
    if (!rc)
        rc = make_dir(dir);
    if (!rc)
        rc = names_of(&l, dir);
    const struct name *newest = l.n ? &l.v[l.n - 1] : NULL;
    if (!rc && (!newest || strcmp(newest->day, day) != 0 || continue_file(j, newest, next_seq) != 0))
        rc = begin_file(j, dir, next_seq, wall_ms, rel_ms);
    free(l.v);
    if (rc < 0) {
        journal_close(j);
        return rc;
    }
    *out = j;
    return 0;
}

void journal_close(struct journal *j)
{
    if (!j)
        return;
    if (j->fd >= 0)
        close(j->fd);
    free(j->buffer);
    free(j);
}

const char *journal_day(const struct journal *j)
{
    return j->day;
}

int journal_fd(const struct journal *j)
{
    return j->fd;
}

int64_t journal_size(const struct journal *j)
{
    return (int64_t)j->end;
}

/* -- batches -------------------------------------------------------------------------- */

/* Before the octets of a packed record. */
struct packed {
    uint64_t seq;
    int64_t wall_ms;
    size_t n;
};

static int grow(uint8_t **p, size_t *cap, size_t used, size_t need)
{
    size_t to = *cap ? *cap : BUFFER_FIRST;
    while (to - used < need)
        to *= 2;
    if (to == *cap)
        return 0;
    uint8_t *q = realloc(*p, to);
    if (!q)
        return -ENOMEM;
    *p = q;
    *cap = to;
    return 0;
}

int journal_batch_add(struct journal_batch *b, const struct journal_item *it)
{
    struct packed h = {.seq = it->seq, .wall_ms = it->wall_ms};
    int rc = grow(&b->p, &b->cap, b->used, sizeof(h) + JOURNAL_PAYLOAD_MAX);
    if (rc < 0)
        return rc;
    rc = journal_pack(it, b->p + b->used + sizeof(h), JOURNAL_PAYLOAD_MAX);
    if (rc < 0)
        return rc;
    h.n = (size_t)rc;
    memcpy(b->p + b->used, &h, sizeof(h));
    b->used += sizeof(h) + h.n;
    return 0;
}

void journal_batch_clear(struct journal_batch *b)
{
    if (b->used)
        explicit_bzero(b->p, b->used);
    b->used = 0;
    if (b->cap > BUFFER_KEPT)
        journal_batch_free(b);
}

void journal_batch_free(struct journal_batch *b)
{
    if (b->used)
        explicit_bzero(b->p, b->used);
    free(b->p);
    *b = (struct journal_batch){0};
}

static int seal_batch(struct journal *j, const struct journal_batch *b)
{
    struct packed h;
    int rc = 0;
    j->used = 0;
    for (size_t at = 0; !rc && at < b->used; at += sizeof(h) + h.n) {
        memcpy(&h, b->p + at, sizeof(h));
        rc = grow(&j->buffer, &j->cap, j->used, JOURNAL_RECORD_MAX);
        if (!rc)
            j->used +=
                journal_seal(&j->db->keys, j->id, h.seq, h.wall_ms, b->p + at + sizeof(h), h.n, j->buffer + j->used);
    }
    return rc;
}

int journal_write(struct journal *j, const struct journal_batch *b)
{
    int rc = seal_batch(j, b);
    if (!rc)
        rc = write_all(j->fd, j->buffer, j->used, j->end);
    if (!rc)
        j->end += j->used;
    else if (ftruncate(j->fd, (off_t)j->end) < 0)
        log_debug("journal: half a record stays at the end of %s", j->path); /* a reader leaves it out */
    if (j->cap > BUFFER_KEPT) {
        free(j->buffer);
        j->buffer = NULL;
        j->cap = 0;
    }
    return rc;
}

/* -- reading -------------------------------------------------------------------------- */

struct walk {
    uint64_t after;
    int (*fn)(void *ctx, const struct journal_item *it);
    void *ctx;
    struct journal_seen *seen;
    int failed; /* of fn: no fault of the file */
};

/* Between files of several media the same record may stand twice. */
static int walk_item(void *ctx, const struct journal_item *it)
{
    struct walk *w = ctx;
    struct journal_seen *seen = w->seen;
    if (it->seq <= seen->last)
        return 0;
    if (seen->last && it->seq > seen->last + 1 && it->seq > w->after + 1 && it->seq - seen->last < JOURNAL_LEAP / 2) {
        seen->gaps++;
        seen->missing += it->seq - seen->last - 1;
        seen->gap_from_ms = seen->last_wall_ms;
        seen->gap_to_ms = it->wall_ms;
    }
    seen->records++;
    seen->last = it->seq;
    seen->last_wall_ms = it->wall_ms;
    seen->last_rel_ms = it->rel_ms > seen->last_rel_ms ? it->rel_ms : seen->last_rel_ms;
    w->failed = it->seq > w->after && w->fn ? w->fn(w->ctx, it) : 0;
    return w->failed;
}

static int walk_file(const struct db *db, const struct name *e, struct walk *w)
{
    struct journal_source s;
    struct journal_read r = {0};
    int rc = source_open(&s, e->path);
    if (!rc)
        rc = journal_file_each(&db->keys, &s, 0, walk_item, w, &r);
    source_close(&s);
    w->seen->files++;
    w->seen->spoilt += r.spoilt;
    w->seen->octets += r.octets;
    w->seen->torn += r.torn;
    w->seen->unordered += r.unordered;
    if (r.spoilt)
        log_err("%s: damaged in %" PRIu64 " places, %" PRIu64 " octets: what stood there is lost", e->path, r.spoilt,
                r.octets);
    if (w->failed)
        return w->failed;
    if (rc == -EPERM) {
        w->seen->foreign++;
        log_err("%s: was written with another key file: it can not be read", e->path);
        return 0;
    }
    if (rc == -EINVAL || rc == -EIO || rc == -EACCES || rc == -ENOENT || rc == -ELOOP) {
        w->seen->unreadable++;
        log_err("%s: can not be read: %s", e->path, rc == -EINVAL ? "it is no journal, or cut short" : strerror(-rc));
        return 0;
    }
    return rc;
}

int journal_each(const struct db *db, const char *const *dirs, size_t n, uint64_t after,
                 int (*fn)(void *ctx, const struct journal_item *it), void *ctx, struct journal_seen *seen)
{
    struct names l = {0};
    struct walk w = {.after = after, .fn = fn, .ctx = ctx, .seen = seen};
    int rc = 0;
    memset(seen, 0, sizeof(*seen));
    for (size_t i = 0; i < n && rc != -ENOMEM; i++)
        rc = names_of(&l, dirs[i]);
    rc = rc == -ENOMEM ? rc : 0;
    for (size_t i = 0; !rc && i < l.n; i++) {
        /* the next one begins where this one has ended: nothing in it is asked for */
        if (i + 1 < l.n && l.v[i + 1].first <= after + 1 && strcmp(l.v[i].path, l.v[i + 1].path) != 0)
            continue;
        rc = walk_file(db, &l.v[i], &w);
    }
    free(l.v);
    return rc;
}

int journal_prune(const struct db *db, const char *dir, int64_t before_rel)
{
    struct names l = {0};
    int n = 0, rc = names_of(&l, dir);
    for (size_t i = 0; !rc && i + 1 < l.n; i++) {
        struct journal_source s;
        struct journal_head next;
        rc = source_open(&s, l.v[i + 1].path);
        if (!rc)
            rc = journal_head_read(&db->keys, &s, &next);
        source_close(&s);
        if (!rc && next.rel_ms < before_rel && unlink(l.v[i].path) == 0)
            n++;
        rc = 0; /* one that can not be read hides no other */
    }
    free(l.v);
    return rc < 0 ? rc : n;
}

int journal_look(const char *dir, struct journal_disk *out)
{
    struct names l = {0};
    memset(out, 0, sizeof(*out));
    int rc = names_of(&l, dir);
    for (size_t i = 0; !rc && i < l.n; i++) {
        struct stat st;
        if (stat(l.v[i].path, &st) < 0)
            continue;
        int64_t at_ms = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
        out->files++;
        out->octets += (uint64_t)st.st_size;
        out->written_ms = at_ms > out->written_ms ? at_ms : out->written_ms;
    }
    free(l.v);
    return rc;
}
