// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A disk in memory that can lose power: used by the programs that cut it (power_cut.c, scarce.c and their
 * quick forms). disk_calls.h sends every system call on a path below DISK_ROOT here, whoever makes it:
 * SQLite, the store's own files, whatever else is linked in. It lives in the memory of the process, so
 * that fork() copies it with everything else: a cut is a child that goes on from there.
 *
 * What is assumed, the harsher where file systems differ:
 *  - A file's content is durable as it was at its last fsync or fdatasync that succeeded. Each write since
 *    may be there, or not, or torn: every sector of 512 octets by itself old, new, zeros or garbage (within
 *    the octets that were written: those beside them in the sector stay, SQLite's "powersafe overwrite",
 *    which Debian's is built for). Writes may overtake one another; a truncation or a growth may be lost
 *    too, and what grew may be cut anywhere.
 *  - A name (made, renamed, removed) is durable only after an fsync of its directory, not of the file; the
 *    changes since may each be there or not, in any combination. rename is one change.
 *  - What is mapped (the -shm of SQLite) is gone or garbage.
 *  - After an fsync that failed the writes before it are clean and will never be written, which is what
 *    Linux does: a later fsync that succeeds says nothing of them.
 */
#ifndef TB_TESTS_DISK_H
#define TB_TESTS_DISK_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DISK_ROOT "/simulated-disk"
#define DISK_NODES 40
#define DISK_NAMES 40
#define DISK_PATH 120
#define DISK_FDS 1024
#define DISK_AREA ((size_t)48 << 20) /* reserved for a file, touched as it grows */
#define DISK_PENDING (1 << 16)
#define DISK_SECTOR 512

enum disk_op {
    DISK_OPEN,
    DISK_READ,
    DISK_WRITE,
    DISK_TRUNCATE,
    DISK_SYNC,
    DISK_CREATE,
    DISK_RENAME,
    DISK_UNLINK,
    DISK_MKDIR,
    DISK_OPS
};
#define DISK_SHORT (-1) /* an answer of refuse(): half of it is written */

struct disk_write {
    bool truncate;
    size_t off, len, at; /* at: where its octets are in the log */
};

struct disk_node {
    bool used, is_dir;
    unsigned mode;
    uint64_t ino;
    uint8_t *now, *durable, *log; /* as programs see it; as it survives; octets of the writes since */
    size_t size, durable_size, logged;
    struct disk_write *pending;
    int n_pending;
};

struct disk_name {
    char path[DISK_PATH];
    int node;
};
struct disk_names {
    int n;
    struct disk_name name[DISK_NAMES];
};

/* A change of names that no fsync of the directory has made durable yet. */
struct disk_change {
    char from[DISK_PATH], to[DISK_PATH]; /* "" = none: from alone is unlink, to alone is create */
    int node;
};

struct disk_fd {
    int node; /* -1 = not ours */
    size_t pos;
    bool append;
};

struct disk {
    bool on;
    struct disk_node node[DISK_NODES];
    struct disk_names now, durable;
    struct disk_change change[DISK_NAMES * 4];
    int n_changes;
    struct disk_fd fd[DISK_FDS];
    uint64_t inos, octets, ops[DISK_OPS];
    bool lying;     /* fsync says yes and does nothing */
    int quiet;      /* > 0: the town asks for itself, nothing is refused nor counted */
    bool forgetful; /* after an fsync that failed the old content is read again, as when memory was short */
    /* 0, an errno, or DISK_SHORT, before anything is done. May be NULL. */
    int (*refuse)(enum disk_op op, const char *path);
    /* The power may go here: a change has been asked for (and is pending), a sync has not begun. May be NULL. */
    void (*point)(const char *what, const char *path);
};

static struct disk disk;

static inline uint32_t disk_random(uint32_t *x, uint32_t below)
{
    *x ^= *x << 13, *x ^= *x >> 17, *x ^= *x << 5;
    return (uint32_t)((uint64_t)*x * below >> 32);
}

/* --- files -------------------------------------------------------------------------------- */

static inline void disk_die(const char *why)
{
    fprintf(stderr, "the simulated disk: %s\n", why);
    abort();
}

static inline void *disk_area(size_t size)
{
    long p = syscall(SYS_mmap, NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p < 0 && p > -4096)
        disk_die("no address space");
    return (void *)p;
}

static inline bool disk_in_use(int node)
{
    for (int i = 0; i < disk.now.n; i++)
        if (disk.now.name[i].node == node)
            return true;
    for (int i = 0; i < disk.durable.n; i++)
        if (disk.durable.name[i].node == node)
            return true;
    for (int i = 0; i < disk.n_changes; i++)
        if (disk.change[i].node == node)
            return true;
    for (int i = 0; i < DISK_FDS; i++)
        if (disk.fd[i].node == node)
            return true;
    return false;
}

static inline int disk_new_node(bool is_dir, unsigned mode)
{
    int k = 0;
    while (k < DISK_NODES && disk.node[k].used && disk_in_use(k))
        k++;
    if (k == DISK_NODES)
        disk_die("too many files");
    struct disk_node *f = &disk.node[k];
    if (!f->now) {
        f->now = disk_area(DISK_AREA);
        f->durable = disk_area(DISK_AREA);
        f->log = disk_area(DISK_AREA);
        f->pending = disk_area(DISK_PENDING * sizeof(*f->pending));
    }
    memset(f->now, 0, f->size);
    memset(f->durable, 0, f->durable_size);
    f->used = true;
    f->is_dir = is_dir;
    f->mode = mode;
    f->ino = ++disk.inos;
    f->size = f->durable_size = f->logged = 0;
    f->n_pending = 0;
    return k;
}

static inline struct disk_write *disk_note(struct disk_node *f)
{
    if (f->n_pending == DISK_PENDING)
        disk_die("too many writes without a sync");
    struct disk_write *w = &f->pending[f->n_pending++];
    memset(w, 0, sizeof(*w));
    return w;
}

static inline void disk_put(struct disk_node *f, size_t off, const void *p, size_t len)
{
    if (off + len > DISK_AREA || f->logged + len > DISK_AREA)
        disk_die("a file is too long");
    struct disk_write *w = disk_note(f);
    *w = (struct disk_write){.off = off, .len = len, .at = f->logged};
    memcpy(f->log + f->logged, p, len);
    f->logged += len;
    memcpy(f->now + off, p, len);
    f->size = off + len > f->size ? off + len : f->size;
    disk.octets += len;
}

static inline void disk_resize(uint8_t *p, size_t *size, size_t to)
{
    if (to > DISK_AREA)
        disk_die("a file is too long");
    if (to < *size)
        memset(p + to, 0, *size - to);
    *size = to;
}

static inline void disk_cut_file(struct disk_node *f, size_t size)
{
    struct disk_write *w = disk_note(f);
    *w = (struct disk_write){.truncate = true, .off = size};
    disk_resize(f->now, &f->size, size);
}

static inline void disk_clean(struct disk_node *f)
{
    f->n_pending = 0;
    f->logged = 0;
}

/* --- names -------------------------------------------------------------------------------- */

static inline int disk_find(const struct disk_names *t, const char *path)
{
    for (int i = 0; i < t->n; i++)
        if (!strcmp(t->name[i].path, path))
            return i;
    return -1;
}

static inline void disk_apply(struct disk_names *t, const struct disk_change *c)
{
    int i = c->from[0] ? disk_find(t, c->from) : -1;
    if (i >= 0)
        t->name[i] = t->name[--t->n];
    if (!c->to[0])
        return;
    i = disk_find(t, c->to);
    if (i < 0) {
        if (t->n == DISK_NAMES)
            disk_die("too many names");
        i = t->n++;
        memcpy(t->name[i].path, c->to, sizeof(t->name[i].path));
    }
    t->name[i].node = c->node;
}

static inline void disk_change(const char *from, const char *to, int node)
{
    if (disk.n_changes == (int)(sizeof(disk.change) / sizeof(disk.change[0])))
        disk_die("too many changes of names without a sync");
    struct disk_change *c = &disk.change[disk.n_changes++];
    snprintf(c->from, sizeof(c->from), "%s", from);
    snprintf(c->to, sizeof(c->to), "%s", to);
    c->node = node;
    disk_apply(&disk.now, c);
}

static inline bool disk_is_in(const char *path, const char *dir)
{
    size_t n = strlen(dir);
    return !strncmp(path, dir, n) && path[n] == '/' && !strchr(path + n + 1, '/');
}

/* fsync of a directory: what was changed in it is durable. */
static inline void disk_settle_names(const char *dir)
{
    int left = 0;
    for (int i = 0; i < disk.n_changes; i++) {
        struct disk_change *c = &disk.change[i];
        if (disk_is_in(c->to[0] ? c->to : c->from, dir))
            disk_apply(&disk.durable, c);
        else
            disk.change[left++] = *c;
    }
    disk.n_changes = left;
}

static inline const char *disk_path_of(int node)
{
    for (int i = 0; i < disk.now.n; i++)
        if (disk.now.name[i].node == node)
            return disk.now.name[i].path;
    return "";
}

static inline void disk_sync(int node)
{
    struct disk_node *f = &disk.node[node];
    if (disk.lying)
        return;
    if (f->is_dir) {
        disk_settle_names(disk_path_of(node));
        return;
    }
    for (int i = 0; i < f->n_pending; i++) {
        const struct disk_write *w = &f->pending[i];
        if (w->truncate)
            continue;
        memcpy(f->durable + w->off, f->now + w->off, w->off + w->len > f->size ? 0 : w->len);
    }
    /* what was cut off and written again in between: by sizes all is equal again */
    if (f->durable_size > f->size)
        memset(f->durable + f->size, 0, f->durable_size - f->size);
    for (int i = 0; i < f->n_pending; i++)
        if (f->pending[i].truncate || f->pending[i].off + f->pending[i].len > f->size) {
            memcpy(f->durable, f->now, f->size);
            break;
        }
    f->durable_size = f->size;
    disk_clean(f);
}

/* The pages are clean and lost. */
static inline void disk_sync_failed(int node)
{
    struct disk_node *f = &disk.node[node];
    if (f->is_dir)
        return;
    for (int i = 0; disk.forgetful && i < f->n_pending; i++)
        if (!f->pending[i].truncate)
            memcpy(f->now + f->pending[i].off, f->durable + f->pending[i].off, f->pending[i].len);
    disk_clean(f);
}

/* --- the cut ------------------------------------------------------------------------------ */

/* One write, whole or sector by sector. */
static inline void disk_survive(struct disk_node *f, const struct disk_write *w, uint32_t *x, bool torn)
{
    for (size_t at = 0; at < w->len;) {
        size_t n = DISK_SECTOR - (w->off + at) % DISK_SECTOR;
        n = n < w->len - at ? n : w->len - at;
        uint8_t *p = f->durable + w->off + at;
        uint32_t fate = torn ? disk_random(x, 8) : 7;
        if (fate == 0)
            memset(p, 0, n);
        else if (fate == 1)
            for (size_t i = 0; i < n; i++)
                p[i] = (uint8_t)disk_random(x, 256);
        else if (fate >= 4)
            memcpy(p, f->log + w->at + at, n);
        if ((fate < 2 || fate >= 4) && w->off + at + n > f->durable_size)
            f->durable_size = w->off + at + n;
        at += n;
    }
}

enum disk_fate { FATE_NONE, FATE_ALL, FATE_FIRST, FATE_ANY, FATE_COUNT };

static inline void disk_cut_node(struct disk_node *f, uint32_t *x)
{
    enum disk_fate fate = (enum disk_fate)disk_random(x, FATE_COUNT);
    size_t before = f->durable_size;
    int first = f->n_pending ? (int)disk_random(x, (uint32_t)f->n_pending + 1) : 0;
    for (int i = 0; i < f->n_pending; i++) {
        const struct disk_write *w = &f->pending[i];
        bool torn = fate == FATE_ANY ? disk_random(x, 3) == 0 : fate == FATE_FIRST && i == first;
        bool kept = fate == FATE_ALL || (fate == FATE_FIRST && i < first) || (fate == FATE_ANY && disk_random(x, 2));
        if (w->truncate && (kept || torn))
            disk_resize(f->durable, &f->durable_size, w->off);
        else if (!w->truncate && (kept || torn))
            disk_survive(f, w, x, torn);
    }
    if (f->durable_size > before && disk_random(x, 4) == 0) /* its length was not written yet */
        disk_resize(f->durable, &f->durable_size,
                    before + disk_random(x, (uint32_t)(f->durable_size - before)) / DISK_SECTOR * DISK_SECTOR);
    disk_clean(f);
    memcpy(f->now, f->durable, f->durable_size);
    if (f->size > f->durable_size)
        memset(f->now + f->durable_size, 0, f->size - f->durable_size);
    f->size = f->durable_size;
    f->ino = ++disk.inos;
}

static inline bool disk_is_shm(const char *path)
{
    size_t n = strlen(path);
    return n > 4 && !strcmp(path + n - 4, "-shm");
}

static inline void disk_cut_names(uint32_t *x)
{
    enum disk_fate fate = (enum disk_fate)disk_random(x, FATE_COUNT);
    int first = disk.n_changes ? (int)disk_random(x, (uint32_t)disk.n_changes + 1) : 0;
    for (int i = 0; i < disk.n_changes; i++)
        if (fate == FATE_ALL || (fate == FATE_FIRST && i < first) || (fate == FATE_ANY && disk_random(x, 2)))
            disk_apply(&disk.durable, &disk.change[i]);
    disk.n_changes = 0;
    for (int i = 0; i < disk.durable.n; i++) {
        struct disk_name *n = &disk.durable.name[i];
        if (disk_is_shm(n->path) && disk_random(x, 2)) {
            *n = disk.durable.name[--disk.durable.n];
            i--;
        }
    }
    /* a directory that is gone takes along what was in it */
    for (int i = 0; i < disk.durable.n; i++) {
        char dir[DISK_PATH];
        snprintf(dir, sizeof(dir), "%s", disk.durable.name[i].path);
        *strrchr(dir, '/') = '\0';
        if (strcmp(dir, "") != 0 && disk_find(&disk.durable, dir) < 0) {
            disk.durable.name[i] = disk.durable.name[--disk.durable.n];
            i = -1;
        }
    }
    disk.now = disk.durable;
}

/* The power is gone, and comes back: what is left of the files. All open files are gone too. */
static inline void disk_cut(uint32_t seed)
{
    uint32_t x = seed * 2654435761U + 1;
    x = x ? x : 1;
    for (int i = 0; i < DISK_FDS; i++)
        disk.fd[i].node = -1;
    disk_cut_names(&x);
    for (int i = 0; i < disk.now.n; i++) {
        struct disk_node *f = &disk.node[disk.now.name[i].node];
        if (f->is_dir)
            continue;
        disk_cut_node(f, &x);
        if (!disk_is_shm(disk.now.name[i].path))
            continue;
        f->size = f->durable_size = 32768;
        for (size_t k = 0; k < f->size; k++)
            f->now[k] = f->durable[k] = (uint8_t)disk_random(&x, 256);
    }
}

/* An empty disk: its root, which is there to stay. */
static inline void disk_format(void)
{
    for (int i = 0; i < DISK_FDS; i++)
        disk.fd[i].node = -1;
    disk.now.n = disk.durable.n = disk.n_changes = 0;
    struct disk_change root = {.to = DISK_ROOT, .node = disk_new_node(true, 0755)};
    disk_apply(&disk.now, &root);
    disk_apply(&disk.durable, &root);
    disk.on = true;
}

#endif
