// SPDX-License-Identifier: GPL-2.0-or-later
/* Databases as earlier versions wrote them (tests/upgrade/schema.N.sql, with their key file) are brought up when they
 * are opened: nothing is lost, and sealed numbers still open. A kill in between leaves the old or the new. */
#include "tests/unit/store_dir.h"

#include "store/people.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <time.h>

static char *slurp_dump(int version)
{
    char path[64];
    size_t n = 0;
    snprintf(path, sizeof(path), "tests/upgrade/schema.%d.sql", version);
    char *text = store_slurp(path, &n);
    assert_non_null(text); /* tests run in the top directory */
    return text;
}

static int octet(const char *hex)
{
    unsigned v = 0;
    return sscanf(hex, "%2x", &v) == 1 ? (int)v : -1;
}

static void write_key(const struct store *s, const char *dump)
{
    char path[400];
    const char *hex = strstr(dump, "-- key ");
    assert_non_null(hex);
    store_path(s, "tinbao.key", path, sizeof(path));
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    for (hex += 7; *hex != '\n'; hex += 2) {
        unsigned char c = (unsigned char)octet(hex);
        assert_int_equal(write(fd, &c, 1), 1);
    }
    close(fd);
}

/* The state directory as that version left it. */
static void lay_out(struct store *s, int version)
{
    char path[400], *dump = slurp_dump(version);
    sqlite3 *db = NULL;
    write_key(s, dump);
    store_path(s, "tinbao.db", path, sizeof(path));
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    char *why = NULL;
    if (sqlite3_exec(db, dump, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("schema.%d.sql: %s", version, why);
    sqlite3_close(db);
    assert_int_equal(chmod(path, 0600), 0);
    free(dump);
}

static void is_whole(struct store *s)
{
    char text[400];
    int64_t party;
    assert_int_equal(db_version(s->db), DB_SCHEMA_VERSION);
    store_ask(s, "PRAGMA integrity_check", text, sizeof(text));
    assert_string_equal(text, "ok");
    store_ask(s, "SELECT COUNT(*) FROM pragma_foreign_key_check", text, sizeof(text));
    assert_string_equal(text, "0");
    assert_int_equal(store_number(s, "SELECT COUNT(*) FROM message"), 3);
    store_ask(s, "SELECT kind FROM incident WHERE place = '6' AND kind = 'TROM'", text, sizeof(text));
    assert_string_equal(text, "TROM");
    assert_int_equal(store_number(s, "SELECT COUNT(*) FROM attendance"), 1);
    /* the key still is that of the file: the tipster is found by the keyed hash, not in clear anywhere */
    assert_int_equal(party_find(s->db, PARTY_TIP, "+84987000101", &party), 0);
    assert_int_equal(store_files_with(s, "987000101", 9), 0);
}

static void upgrade(struct store *s, int version)
{
    lay_out(s, version);
    assert_int_equal(db_open(&s->db, s->dir, DB_WRITE), 0);
    is_whole(s);
    store_reopen(s);
    is_whole(s);
}

static void a_database_of_schema_1_is_brought_up(void **state)
{
    upgrade(*state, 1);
}

static void a_database_of_schema_2_is_brought_up(void **state)
{
    upgrade(*state, 2);
}

static void a_reader_leaves_an_old_database_as_it_is(void **state)
{
    struct store *s = *state;
    char text[16];
    lay_out(s, 1);
    store_log_begin(s);
    int rc = db_open(&s->db, s->dir, DB_READ);
    free(store_log_end(s));
    if (rc == 0) {
        store_ask(s, "PRAGMA user_version", text, sizeof(text));
        assert_string_equal(text, "1");
        db_close(s->db);
        s->db = NULL;
    }
    assert_int_equal(db_open(&s->db, s->dir, DB_WRITE), 0);
    is_whole(s);
}

/* Killed at a moment that moves on from try to try until one upgrade ends by itself. */
static void a_kill_on_the_way_is_no_loss(void **state)
{
    struct store *s = *state;
    lay_out(s, 1);
    int status = 0;
    long wait_us = 200;
    for (int i = 0; i < 60; i++, wait_us += wait_us / 5) {
        fflush(NULL);
        pid_t pid = fork();
        if (pid == 0) {
            struct db *db;
            _exit(db_open(&db, s->dir, DB_WRITE) ? 1 : 0);
        }
        struct timespec t = {.tv_sec = wait_us / 1000000, .tv_nsec = wait_us % 1000000 * 1000};
        nanosleep(&t, NULL);
        kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        if (WIFEXITED(status))
            break;
    }
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(db_open(&s->db, s->dir, DB_WRITE), 0);
    is_whole(s);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, store_setup_empty, store_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_database_of_schema_1_is_brought_up),
        TEST(a_database_of_schema_2_is_brought_up),
        TEST(a_reader_leaves_an_old_database_as_it_is),
        TEST(a_kill_on_the_way_is_no_loss),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
