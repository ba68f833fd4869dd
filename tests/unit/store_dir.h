// SPDX-License-Identifier: GPL-2.0-or-later
/* A state directory of its own for each test of the store, and what they share: rows with
 * sensible fields, a search for octets in the files, and what was logged meanwhile. */
#ifndef TB_TESTS_STORE_DIR_H
#define TB_TESTS_STORE_DIR_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/base/err.h"
#include "store/engine.h"
#include "store/incident.h"
#include "store/message.h"
#include "store/outbox.h"
#include "store/people.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOW_MS 1794492000000LL /* 2026-11-12, the evening */

struct store {
    char dir[64];
    struct db *db;
    int saved_stderr;
};

static inline void store_path(const struct store *s, const char *file, char *out, size_t size)
{
    snprintf(out, size, "%s/%s", s->dir, file);
}

/* Members +84912000001 (id 1) to +84912000004. */
static inline void store_people(struct store *s)
{
    struct roster_entry r[4];
    memset(r, 0, sizeof r);
    for (int i = 0; i < 4; i++) {
        snprintf(r[i].name, sizeof r[i].name, "Nguoi %d", i + 1);
        memcpy(r[i].phone, "+84912000001", sizeof "+84912000001");
        r[i].phone[11] = (char)('1' + i);
        snprintf(r[i].places, sizeof r[i].places, "6");
        r[i].role = ROLE_MEMBER;
    }
    assert_int_equal(user_sync(s->db, r, 4, NOW_MS, NULL), 0);
}

static inline int store_setup_empty(void **state)
{
    struct store *s = calloc(1, sizeof *s);
    if (!s)
        return -1;
    memcpy(s->dir, "/tmp/tinbao-store-XXXXXX", sizeof "/tmp/tinbao-store-XXXXXX");
    s->saved_stderr = -1;
    *state = s;
    return mkdtemp(s->dir) ? 0 : -1;
}

static inline int store_setup(void **state)
{
    if (store_setup_empty(state) < 0)
        return -1;
    struct store *s = *state;
    return db_open(&s->db, s->dir, DB_WRITE);
}

static inline int store_teardown(void **state)
{
    struct store *s = *state;
    char path[400];
    db_close(s->db);
    DIR *d = opendir(s->dir);
    for (struct dirent *e; d && (e = readdir(d));) {
        store_path(s, e->d_name, path, sizeof path);
        if (e->d_name[0] != '.')
            unlink(path);
    }
    if (d)
        closedir(d);
    int rc = rmdir(s->dir);
    free(s);
    return rc;
}

static inline void store_reopen(struct store *s)
{
    db_close(s->db);
    s->db = NULL;
    assert_int_equal(db_open(&s->db, s->dir, DB_WRITE), 0);
}

/* A file whole (malloc'ed); NULL when it is not there. */
static inline char *store_slurp(const char *path, size_t *n)
{
    struct stat st;
    char *p = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    if (fstat(fd, &st) == 0 && (p = malloc((size_t)st.st_size + 1)) != NULL) {
        ssize_t got = read(fd, p, (size_t)st.st_size);
        *n = got > 0 ? (size_t)got : 0;
        p[*n] = '\0';
    }
    close(fd);
    return p;
}

/* How many files of the directory hold these octets. */
static inline int store_files_with(const struct store *s, const void *needle, size_t n)
{
    int found = 0;
    char path[400];
    DIR *d = opendir(s->dir);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d));) {
        size_t size = 0;
        store_path(s, e->d_name, path, sizeof path);
        char *p = e->d_name[0] == '.' ? NULL : store_slurp(path, &size);
        if (p && memmem(p, size, needle, n))
            found++;
        free(p);
    }
    closedir(d);
    return found;
}

/* The first column of the first row. */
static inline void store_ask(struct store *s, const char *sql, char *out, size_t size)
{
    assert_int_equal(db_exec(s->db, sql, out, size), 0);
}

static inline long store_number(struct store *s, const char *sql)
{
    char text[64];
    store_ask(s, sql, text, sizeof text);
    return strtol(text, NULL, 10);
}

/* From here to store_log_end standard error goes to a file; then its text (free it). */
static inline void store_log_begin(struct store *s)
{
    char path[400];
    store_path(s, "log", path, sizeof path);
    fflush(stderr);
    s->saved_stderr = dup(STDERR_FILENO);
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    assert_true(s->saved_stderr >= 0 && fd >= 0);
    dup2(fd, STDERR_FILENO);
    close(fd);
}

static inline char *store_log_end(struct store *s)
{
    char path[400];
    size_t n = 0;
    fflush(stderr);
    dup2(s->saved_stderr, STDERR_FILENO);
    close(s->saved_stderr);
    store_path(s, "log", path, sizeof path);
    char *text = store_slurp(path, &n);
    assert_non_null(text);
    unlink(path);
    return text;
}

static inline void make_incident(struct incident *in, const char *code, int64_t user_id)
{
    memset(in, 0, sizeof *in);
    snprintf(in->code, sizeof in->code, "%.7s", code);
    snprintf(in->form, sizeof in->form, "incident");
    snprintf(in->kind, sizeof in->kind, "TROM");
    snprintf(in->place, sizeof in->place, "6");
    snprintf(in->state, sizeof in->state, "open");
    in->severity = 3;
    in->text_in = "mất xe wave";
    in->user_id = user_id;
    in->created_ms = NOW_MS;
}

static inline void make_part(struct sms_part *p, const char *sender, const char *body)
{
    memset(p, 0, sizeof *p);
    snprintf(p->sender, sizeof p->sender, "%s", sender);
    p->smsc_ms = NOW_MS;
    p->total = p->seq = 1;
    p->body_len = (uint16_t)strlen(body);
    memcpy(p->body, body, p->body_len);
}

#define store_test(name) cmocka_unit_test_setup_teardown(name, store_setup, store_teardown)
#define store_test_empty(name) cmocka_unit_test_setup_teardown(name, store_setup_empty, store_teardown)

#endif
