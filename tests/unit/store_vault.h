// SPDX-License-Identifier: GPL-2.0-or-later
/* A store with a directory of backups, for the tests of backup and of recovery. */
#ifndef TB_TESTS_STORE_VAULT_H
#define TB_TESTS_STORE_VAULT_H

#include "tests/unit/store_dir.h"

#include "store/backup.h"

struct vault {
    struct store s;
    char dir[100];
    struct backup_place place;
    struct backup_made made;
};

static inline int setup(void **state)
{
    struct vault *v = calloc(1, sizeof *v);
    void *store = NULL;
    if (!v || store_setup(&store) < 0)
        return -1;
    v->s = *(struct store *)store;
    free(store);
    snprintf(v->dir, sizeof v->dir, "%s/backup", v->s.dir);
    v->place = (struct backup_place){
        .state_dir = v->s.dir, .dir = v->dir, .own_dir = true, .keep_days = 7, .keep_weeks = 4, .aside_days = 7};
    *state = v;
    return 0;
}

static inline int teardown(void **state)
{
    struct vault *v = *state;
    char path[400];
    DIR *d = opendir(v->dir);
    for (struct dirent *e; d && (e = readdir(d));) {
        snprintf(path, sizeof path, "%s/%s", v->dir, e->d_name);
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            unlink(path);
    }
    if (d)
        closedir(d);
    rmdir(v->dir);
    struct store *s = malloc(sizeof *s);
    if (!s)
        return -1;
    *s = v->s;
    free(v);
    void *store = s;
    return store_teardown(&store);
}

static inline void say(struct vault *v, const char *detail, int n)
{
    struct audit_row r = {.at_ms = NOW_MS, .action = "ack", .detail = detail};
    assert_int_equal(db_begin(v->s.db), 0);
    for (int i = 0; i < n; i++)
        assert_int_equal(audit_add(v->s.db, &r), 0);
    assert_int_equal(db_commit(v->s.db), 0);
}

static inline int64_t message(struct vault *v, const char *body, int64_t party_id)
{
    int64_t id;
    struct message_row m = {.line = "gsm1",
                            .party_id = party_id,
                            .received_ms = NOW_MS,
                            .received_rel = NOW_MS,
                            .body = body,
                            .form = "none",
                            .disposition = "chatter"};
    assert_int_equal(message_add(v->s.db, &m, &id), 0);
    return id;
}

static inline void make(struct vault *v, int64_t now_ms)
{
    int rc = backup_all(&v->place, v->s.db, now_ms, &v->made);
    if (rc)
        fail_msg("backup: %s (%d)", v->made.why, rc);
}

static inline void path_of(const struct vault *v, const char *name, char *out, size_t size)
{
    snprintf(out, size, "%s/%s", v->dir, name);
}

static inline bool file_has(const char *path, const void *needle, size_t n)
{
    size_t size = 0;
    char *p = store_slurp(path, &size);
    assert_non_null(p);
    bool has = memmem(p, size, needle, n) != NULL;
    free(p);
    return has;
}

static inline bool newest_has(const struct vault *v, const void *needle, size_t n)
{
    char path[400];
    path_of(v, v->made.name, path, sizeof path);
    return file_has(path, needle, n);
}

static inline int backups(const struct vault *v)
{
    static struct backup_entry list[BACKUPS_MAX];
    return backup_list(v->dir, list, BACKUPS_MAX);
}

static inline void close_it(struct vault *v)
{
    db_close(v->s.db);
    v->s.db = NULL;
}

#define vault_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
