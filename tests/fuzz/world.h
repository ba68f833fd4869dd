// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A desk over the demo commune for targets that need a whole one: made once a process, and the same
 * again before each input. Everything happens in one transaction that is rolled back afterwards; what
 * the desk remembers beside the database is put back too, and chance and the cost of PINs are taken
 * away, so that one input always does the same. The database has no name once it is open: nothing is
 * left behind. Run from the top of the tree.
 */
#ifndef TB_FUZZ_WORLD_H
#define TB_FUZZ_WORLD_H

#include "tests/fuzz/must.h"

#include "config/config.h"
#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/desk/menu.h"
#include "gateway/desk/room.h"
#include "store/engine.h"

#include <dirent.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORLD_START_MS 1794492000000LL /* 2026-11-12, the evening */

struct world {
    struct db *db;
    struct config *cfg;
    struct clock *clock;
    struct desk *desk;
    struct desk at_first; /* as it was when all began; its pointers are not put back */
};

/* The store allocates much: with the usual quarantine it would walk through fresh memory all the time. */
__attribute__((weak)) const char *__asan_default_options(void);
__attribute__((weak)) const char *__asan_default_options(void)
{
    return "quarantine_size_mb=16:malloc_context_size=8";
}

/* --- no chance, no cost ------------------------------------------------------------------ */

/* Weak: all targets are one program in `make test`. */
__attribute__((weak)) uint64_t world_seed;

static const char *world_chance_name(void)
{
    return "fuzz";
}

static void world_chance(void *const p, const size_t n)
{
    for (size_t i = 0; i < n; i++) {
        world_seed = world_seed * 6364136223846793005ull + 1442695040888963407ull;
        ((uint8_t *)p)[i] = (uint8_t)(world_seed >> 56);
    }
}

static uint32_t world_chance_word(void)
{
    uint32_t w;
    world_chance(&w, sizeof(w));
    return w;
}

/* In the place of Argon2id, which is slow on purpose. */
__attribute__((weak)) int crypto_pwhash_str(char out[crypto_pwhash_STRBYTES], const char *const passwd,
                                            unsigned long long n, unsigned long long ops, size_t mem)
{
    (void)ops, (void)mem;
    snprintf(out, crypto_pwhash_STRBYTES, "plain%.*s", (int)n, passwd);
    return 0;
}

__attribute__((weak)) int crypto_pwhash_str_verify(const char str[crypto_pwhash_STRBYTES], const char *const passwd,
                                                   unsigned long long n)
{
    char want[crypto_pwhash_STRBYTES];
    if (crypto_pwhash_str(want, passwd, n, 0, 0))
        return -1;
    return strcmp(want, str);
}

/* --- its life ------------------------------------------------------------------------------ */

/* What is open stays open. */
static inline void world_unlink(const char *dir)
{
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d));) {
        char path[400];
        snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
        if (e->d_name[0] != '.')
            unlink(path);
    }
    if (d)
        closedir(d);
    rmdir(dir);
}

/* BEGIN and COMMIT of the code under test become a savepoint inside the one transaction. */
static inline void world_nest(struct db *db)
{
    static const struct {
        enum db_control c;
        const char *sql;
    } swap[] = {{CTL_BEGIN, "SAVEPOINT world"}, {CTL_COMMIT, "RELEASE world"}, {CTL_ROLLBACK, "SELECT 1 WHERE 0"}};
    for (size_t i = 0; i < ARRAY_LEN(swap); i++) {
        sqlite3_finalize(db->control[swap[i].c]);
        must_hold(sqlite3_prepare_v2(db->engine, swap[i].sql, -1, &db->control[swap[i].c], NULL) == SQLITE_OK,
                  "a savepoint");
    }
}

static inline struct world *world_new(void)
{
    static const char *const homes[] = {"/dev/shm/tinbao-fuzz-XXXXXX", "/tmp/tinbao-fuzz-XXXXXX"};
    static randombytes_implementation no_chance = {
        .implementation_name = world_chance_name, .random = world_chance_word, .buf = world_chance};
    char dir[64];
    struct world *w = calloc(1, sizeof(*w));
    struct problems *p = problems_new();
    must_hold(w && p, "memory");
    log_setup("fuzz", getenv("WORLD_LOG") ? LOG_DEBUG_ : (enum log_level)0, false);
    randombytes_set_implementation(&no_chance);
    snprintf(dir, sizeof(dir), "%s", homes[0]);
    if (!mkdtemp(dir)) {
        snprintf(dir, sizeof(dir), "%s", homes[1]);
        must_hold(mkdtemp(dir) != NULL, "a directory");
    }
    w->clock = clock_new_manual(WORLD_START_MS, 1000);
    w->cfg = config_load("tests/fuzz/world/tinbao.cfg", p);
    if (!w->cfg)
        problems_print(p, stderr);
    must_hold(w->clock && w->cfg && db_open(&w->db, dir, DB_WRITE) == 0, "a config and a database");
    must_hold(user_sync(w->db, w->cfg->roster, w->cfg->n_roster, WORLD_START_MS, NULL) == 0, "a roster");
    w->desk = desk_new(w->db, w->cfg, w->clock, p);
    must_hold(w->desk && db_begin(w->db) == 0 && desk_start(w->desk) == 0 && db_commit(w->db) == 0, "a desk");
    world_unlink(dir);
    world_nest(w->db);
    w->at_first = *w->desk;
    problems_free(p);
    return w;
}

static inline void world_begin(struct world *w)
{
    struct desk *d = w->desk;
    struct people people = d->people;
    struct vocab *vocab = d->vocab;
    menu_memory_free(d->menus);
    *d = w->at_first;
    d->people = people;
    d->vocab = vocab;
    d->menus = NULL;
    d->time.boot0_ms = clock_boot_ms(w->clock);
    clock_jump(w->clock, WORLD_START_MS - clock_now_ms(w->clock));
    world_seed = 1;
    must_hold(db_exec(w->db, "BEGIN IMMEDIATE", NULL, 0) == 0, "a transaction");
}

static inline void world_end(struct world *w)
{
    must_hold(db_exec(w->db, "ROLLBACK", NULL, 0) == 0, "a rollback");
    db_forget(w->db);
    must_hold(desk_rolled_back(w->desk) == 0, "the people");
}

#endif
