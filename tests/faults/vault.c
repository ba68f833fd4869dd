// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A database that is damaged again and again, through the real service: octets at random places, cut short at
 * random lengths, its first page, gone altogether. Each round: texts that are answered, a SIGKILL, texts that wait
 * on the SIM, the damage, a start. The service must come up by itself each time, from the backup and the journal, and
 * at the end every text is one incident and confirmed, and what was put in was never told twice. See bench.h.
 *
 * usage: vault TINBAO [CASE...]    VAULT_ROUNDS=n: rounds a case (default 13, 4 cases); VAULT_SEED=n
 */
#include "tests/faults/bench.h"

#include "gateway/base/civil.h"
#include "store/backup.h"
#include "store/copy.h"

#include <sys/stat.h>

#define ROUNDS 13
#define DAMAGE_MAX 8192

static unsigned next_random(unsigned *seed)
{
    *seed = *seed * 1103515245U + 12345U;
    return *seed >> 8;
}

static long setting(const char *name, long def)
{
    const char *s = getenv(name);
    return s && *s ? strtol(s, NULL, 10) : def;
}

static void path_of(const struct bench *b, const char *tail, char *out, size_t size)
{
    snprintf(out, size, "%s/tinbao.db%s", b->r.state, tail);
}

static void back_up(struct bench *b)
{
    char dir[300];
    struct backup_made made = {.why = ""};
    struct db *db = NULL;
    snprintf(dir, sizeof(dir), "%s/backup", b->r.state);
    struct backup_place p = {
        .state_dir = b->r.state, .dir = dir, .own_dir = true, .keep_days = 7, .keep_weeks = 4, .aside_days = 7};
    int rc = db_open(&db, b->r.state, DB_READ);
    if (!rc)
        rc = backup_all(&p, db, clock_now_ms(b->r.clock), &made);
    db_close(db);
    EXPECT(b, rc == 0, "no backup: %s", made.why);
}

/* --- damages ------------------------------------------------------------------------------ */

static void overwrite(struct bench *b, const char *path, long at, size_t n, unsigned *seed)
{
    static unsigned char junk[DAMAGE_MAX];
    for (size_t i = 0; i < n; i++)
        junk[i] = (unsigned char)next_random(seed);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    EXPECT(b, fd >= 0 && pwrite(fd, junk, n, at) == (ssize_t)n && fsync(fd) == 0, "%s could not be damaged", path);
    if (fd >= 0)
        close(fd);
}

static void octets(struct bench *b, const char *path, int64_t size, unsigned *seed)
{
    size_t n = 16 + next_random(seed) % (DAMAGE_MAX - 16);
    overwrite(b, path, size ? (long)(next_random(seed) % (unsigned)size) : 0, n, seed);
}

static void first_page(struct bench *b, const char *path, int64_t size, unsigned *seed)
{
    (void)size;
    overwrite(b, path, (long)(next_random(seed) % 100), 1 + next_random(seed) % 64, seed);
}

static void cut_short(struct bench *b, const char *path, int64_t size, unsigned *seed)
{
    EXPECT(b, truncate(path, size ? (off_t)(next_random(seed) % (unsigned)size) : 0) == 0, "could not be cut");
}

static void gone(struct bench *b, const char *path, int64_t size, unsigned *seed)
{
    char wal[400];
    (void)size, (void)seed;
    path_of(b, "-wal", wal, sizeof(wal));
    EXPECT(b, unlink(path) == 0, "could not be removed");
    (void)unlink(wal);
}

/* --- a case ------------------------------------------------------------------------------- */

/* All is in the file itself: the WAL would mend what is done to pages that it has too. */
static void fold_wal(struct bench *b)
{
    struct db *db = NULL;
    EXPECT(b, db_open(&db, b->r.state, DB_WRITE) == 0, "the database does not open before the damage");
    db_close(db);
}

/* Five a day are set aside, then a person must come: a person comes. */
static void clear_asides(const struct bench *b)
{
    char path[600];
    DIR *d = opendir(b->r.state);
    for (struct dirent *e; d && (e = readdir(d));)
        if (!strncmp(e->d_name, "tinbao.db.corrupt-", 18) &&
            snprintf(path, sizeof(path), "%s/%s", b->r.state, e->d_name) < (int)sizeof(path))
            unlink(path);
    if (d)
        closedir(d);
}

static void rounds(struct bench *b, void (*damage)(struct bench *, const char *, int64_t, unsigned *))
{
    char path[400];
    unsigned seed = (unsigned)setting("VAULT_SEED", 1);
    long n = setting("VAULT_ROUNDS", ROUNDS);
    int recovered = 0;
    path_of(b, "", path, sizeof(path));
    EXPECT(b, rig_start(&b->r) == 0, "the service could not be started");
    for (long i = 0; !b->bad && i < n; i++) {
        bench_before(b);
        rig_kill_core(&b->r);
        if (i % 3 == 0)
            back_up(b);
        fold_wal(b);
        bench_feed(b, 2); /* to the SIM */
        damage(b, path, copy_size(path), &seed);
        EXPECT(b, rig_start(&b->r) == 0, "the service could not be started");
        bench_recovery(b);
        int64_t aside = 0;
        DIR *d = opendir(b->r.state);
        for (struct dirent *e; d && (e = readdir(d));)
            aside += !strncmp(e->d_name, "tinbao.db.corrupt-", 18);
        if (d)
            closedir(d);
        recovered += aside > 0;
        clear_asides(b);
    }
    bench_close_count(b, true);
    if (!b->bad)
        snprintf(b->why, sizeof(b->why), "%ld rounds, %d set aside, %d texts, none lost, none doubled", n, recovered,
                 b->r.count);
}

static void random_octets(struct bench *b)
{
    rounds(b, octets);
}

static void head(struct bench *b)
{
    rounds(b, first_page);
}

static void truncated(struct bench *b)
{
    rounds(b, cut_short);
}

static void removed(struct bench *b)
{
    rounds(b, gone);
}

static const struct bench_case cases[] = {
    {.group = "vault", .name = "random-octets", .run = random_octets},
    {.group = "vault", .name = "first-page", .run = head},
    {.group = "vault", .name = "cut-short", .run = truncated},
    {.group = "vault", .name = "removed", .run = removed},
};

int main(int argc, char **argv)
{
    return bench_main(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
