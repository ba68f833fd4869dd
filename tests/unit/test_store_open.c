// SPDX-License-Identifier: GPL-2.0-or-later
/* Opening: the lock, the key file, PRAGMAs, the schema and its steps, files that are broken,
 * readers; transactions and what a crash leaves of them. */
#include "tests/unit/store_dir.h"

#include <signal.h>
#include <sys/wait.h>

static unsigned mode_of(const struct store *s, const char *file)
{
    char path[400];
    struct stat st;
    store_path(s, file, path, sizeof path);
    return stat(path, &st) == 0 ? (unsigned)(st.st_mode & 0777) : 0;
}

static void expect_refused(struct store *s, enum db_mode mode, int rc, const char *says)
{
    struct db *db = (struct db *)s;
    store_log_begin(s);
    int got = db_open(&db, s->dir, mode);
    char *log = store_log_end(s);
    assert_int_equal(got, rc);
    assert_null(db);
    if (!strstr(log, says))
        fail_msg("the log should say '%s': %s", says, log);
    free(log);
}

static void write_file(const struct store *s, const char *file, const void *p, size_t n, off_t at)
{
    char path[400];
    store_path(s, file, path, sizeof path);
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, p, n, at), n);
    close(fd);
}

static void close_it(struct store *s)
{
    db_close(s->db);
    s->db = NULL;
}

static void a_new_directory_is_made_and_closed_to_others(void **state)
{
    struct store *s = *state, deep = *s;
    memcpy(deep.dir + strlen(deep.dir), "/a/b", sizeof "/a/b");
    assert_int_equal(db_open(&deep.db, deep.dir, DB_WRITE), 0);
    assert_int_equal(db_version(deep.db), DB_SCHEMA_VERSION);
    assert_int_equal(mode_of(&deep, ""), 0700);
    assert_int_equal(mode_of(&deep, "tinbao.db"), 0600);
    assert_int_equal(mode_of(&deep, "tinbao.key"), 0600);
    assert_int_equal(mode_of(&deep, "tinbao.db-wal"), 0600);
    assert_int_equal(mode_of(&deep, "tinbao.key.new"), 0);
    close_it(&deep);
    const char *files[] = {"tinbao.db", "tinbao.key", "tinbao.lock"};
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        char path[400];
        store_path(&deep, files[i], path, sizeof path);
        unlink(path);
    }
    assert_int_equal(rmdir(deep.dir), 0);
    deep.dir[strlen(deep.dir) - 2] = '\0';
    assert_int_equal(rmdir(deep.dir), 0);
}

static void a_second_writer_is_refused_with_the_pid_of_the_first(void **state)
{
    struct store *s = *state;
    char says[64];
    snprintf(says, sizeof says, "process %ld:", (long)getpid());
    expect_refused(s, DB_WRITE, -EBUSY, says);
    close_it(s);
    assert_int_equal(db_open(&s->db, s->dir, DB_WRITE), 0); /* free again */
}

static void a_writer_that_was_killed_leaves_no_lock(void **state)
{
    struct store *s = *state;
    close_it(s);
    pid_t pid = fork();
    if (pid == 0) {
        struct db *db;
        if (db_open(&db, s->dir, DB_WRITE) == 0)
            raise(SIGKILL);
        _exit(1);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(db_open(&s->db, s->dir, DB_WRITE), 0);
}

static void pragmas_are_set_and_read_back(void **state)
{
    struct store *s = *state;
    assert_int_equal(db_pragma(s->db, "journal_mode", NULL, "wal"), 0);
    assert_int_equal(db_pragma(s->db, "synchronous", NULL, "2"), 0);
    assert_int_equal(db_pragma(s->db, "foreign_keys", NULL, "1"), 0);
    assert_int_equal(db_pragma(s->db, "secure_delete", NULL, "1"), 0);
    assert_int_equal(db_pragma(s->db, "mmap_size", NULL, "0"), 0);
    assert_int_equal(db_pragma(s->db, "temp_store", NULL, "1"), 0);
    assert_true(store_number(s, "PRAGMA cache_size") < 0);
    assert_int_equal(store_number(s, "PRAGMA page_size"), 2048);
}

static void a_pragma_that_does_not_take_is_an_error(void **state)
{
    struct store *s = *state;
    store_log_begin(s);
    assert_int_equal(db_begin(s->db), 0);
    int rc = db_pragma(s->db, "foreign_keys", "OFF", "0"); /* is ignored inside a transaction */
    int unknown = db_pragma(s->db, "no_such_pragma", "1", "1");
    db_rollback(s->db);
    char *log = store_log_end(s);
    assert_int_equal(rc, -EIO);
    assert_int_equal(unknown, -EIO);
    assert_non_null(strstr(log, "PRAGMA foreign_keys is '1' and not '0'"));
    free(log);
}

static void foreign_keys_hold(void **state)
{
    struct store *s = *state;
    struct incident in;
    int64_t id;
    make_incident(&in, "48217", 77);
    store_log_begin(s);
    int rc = incident_add(s->db, &in, &id);
    free(store_log_end(s));
    assert_int_equal(rc, -EINVAL);
}

static void a_database_without_its_key_file_is_refused_with_the_remedy(void **state)
{
    struct store *s = *state;
    char path[400], aside[400];
    close_it(s);
    store_path(s, "tinbao.key", path, sizeof path);
    store_path(s, "aside", aside, sizeof aside);
    assert_int_equal(rename(path, aside), 0);
    expect_refused(s, DB_WRITE, -ENOENT, "restore it from the backup");
    expect_refused(s, DB_READ, -ENOENT, "restore it from the backup");
    assert_int_not_equal(access(path, F_OK), 0); /* and none was made */
    assert_int_equal(rename(aside, path), 0);
    assert_int_equal(db_open(&s->db, s->dir, DB_WRITE), 0);
}

static void a_key_file_of_another_database_is_refused(void **state)
{
    struct store *s = *state;
    char key[100];
    memset(key, 'a', sizeof key);
    memcpy(key, "tinbao key 1 ", 13);
    key[13 + 64] = '\n';
    close_it(s);
    write_file(s, "tinbao.key", key, 13 + 64 + 1, 0);
    expect_refused(s, DB_WRITE, -EPERM, "not the one");
}

static void a_key_file_that_is_cut_short_or_open_to_others_is_refused(void **state)
{
    struct store *s = *state;
    char path[400];
    close_it(s);
    store_path(s, "tinbao.key", path, sizeof path);
    assert_int_equal(chmod(path, 0640), 0);
    expect_refused(s, DB_WRITE, -EPERM, "chmod 600");
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(truncate(path, 40), 0);
    expect_refused(s, DB_WRITE, -EINVAL, "cut short");
}

static void a_reader_works_beside_the_writer_and_without_it(void **state)
{
    struct store *s = *state;
    struct db *r = NULL;
    char value[32];
    assert_int_equal(meta_set(s->db, "k", "one"), 0);
    assert_int_equal(db_open(&r, s->dir, DB_READ), 0);
    assert_int_equal(meta_get(r, "k", value, sizeof value), 0);
    assert_string_equal(value, "one");
    assert_int_equal(meta_set(s->db, "k", "two"), 0); /* committed while the reader is there */
    assert_int_equal(meta_get(r, "k", value, sizeof value), 0);
    assert_string_equal(value, "two");
    close_it(s);
    assert_int_equal(meta_get(r, "k", value, sizeof value), 0);
    db_close(r);
    assert_int_equal(db_open(&r, s->dir, DB_READ), 0); /* no serve, no WAL */
    assert_int_equal(meta_get(r, "k", value, sizeof value), 0);
    assert_string_equal(value, "two");
    db_close(r);
    assert_int_equal(db_open(&s->db, s->dir, DB_WRITE), 0);
}

static void a_reader_can_not_write(void **state)
{
    struct store *s = *state;
    struct db *r = NULL;
    assert_int_equal(db_open(&r, s->dir, DB_READ), 0);
    store_log_begin(s);
    int rc = meta_set(r, "k", "no");
    int sql = db_exec(r, "PRAGMA query_only = OFF; DELETE FROM meta", NULL, 0);
    free(store_log_end(s));
    db_close(r);
    assert_int_equal(rc, -EPERM);
    assert_int_equal(sql, -EPERM);
    assert_true(store_number(s, "SELECT COUNT(*) FROM meta") > 0);
}

static void a_reader_of_nothing_makes_nothing(void **state)
{
    struct store *s = *state;
    expect_refused(s, DB_READ, -ENOENT, "tinbao serve makes it");
    assert_int_equal(mode_of(s, "tinbao.db"), 0);
    assert_int_equal(mode_of(s, "tinbao.key"), 0);
}

static void an_empty_file_gets_the_schema(void **state)
{
    struct store *s = *state;
    write_file(s, "tinbao.db", "", 0, 0);
    assert_int_equal(db_open(&s->db, s->dir, DB_WRITE), 0);
    assert_int_equal(store_number(s, "PRAGMA user_version"), DB_SCHEMA_VERSION);
    assert_int_equal(store_number(s, "PRAGMA application_id"), DB_APPLICATION_ID);
    store_reopen(s);
    assert_int_equal(db_version(s->db), DB_SCHEMA_VERSION);
}

static void older_schemas_are_brought_up_step_by_step(void **state)
{
    struct store *s = *state;
    char found[64];
    static const struct db_step steps[] = {
        {DB_SCHEMA_VERSION, "CREATE TABLE never (x)"}, /* the file is past it */
        {DB_SCHEMA_VERSION + 1, "CREATE TABLE later (x INTEGER); INSERT INTO later VALUES (2)"},
        {DB_SCHEMA_VERSION + 2, "UPDATE later SET x = x + 1"},
    };
    assert_int_equal(db_version(s->db), DB_SCHEMA_VERSION);
    assert_int_equal(db_migrate(s->db, steps, ARRAY_LEN(steps)), 0);
    assert_int_equal(db_version(s->db), DB_SCHEMA_VERSION + 2);
    assert_int_equal(store_number(s, "PRAGMA user_version"), DB_SCHEMA_VERSION + 2);
    assert_int_equal(store_number(s, "SELECT x FROM later"), 3);
    store_ask(s, "SELECT name FROM sqlite_schema WHERE name = 'never'", found, sizeof found);
    assert_string_equal(found, "");
}

static void a_step_that_fails_leaves_the_version_before_it(void **state)
{
    struct store *s = *state;
    static const struct db_step steps[] = {
        {DB_SCHEMA_VERSION + 1, "CREATE TABLE later (x INTEGER)"},
        {DB_SCHEMA_VERSION + 2, "INSERT INTO later VALUES (1); CREATE TABLE later (x)"},
    };
    store_log_begin(s);
    int rc = db_migrate(s->db, steps, ARRAY_LEN(steps));
    free(store_log_end(s));
    assert_int_equal(rc, -EIO);
    assert_false(db_in_transaction(s->db));
    assert_int_equal(store_number(s, "PRAGMA user_version"), DB_SCHEMA_VERSION + 1);
    assert_int_equal(store_number(s, "SELECT COUNT(*) FROM later"), 0);
}

static void a_schema_from_the_future_is_refused(void **state)
{
    struct store *s = *state;
    assert_int_equal(db_exec(s->db, "PRAGMA user_version = 99", NULL, 0), 0);
    close_it(s);
    expect_refused(s, DB_WRITE, -EPROTO, "use the newer tinbao");
    expect_refused(s, DB_READ, -EPROTO, "use the newer tinbao");
}

static void a_database_of_something_else_is_refused(void **state)
{
    struct store *s = *state;
    assert_int_equal(db_exec(s->db, "PRAGMA application_id = 7; DELETE FROM meta", NULL, 0), 0);
    close_it(s);
    expect_refused(s, DB_WRITE, -EPROTO, "not a database of tinbao");
}

static void a_damaged_head_is_no_other_programs_file(void **state)
{
    struct store *s = *state;
    struct db *db;
    unsigned sick;
    assert_int_equal(db_exec(s->db, "PRAGMA application_id = 7", NULL, 0), 0);
    close_it(s);
    expect_refused(s, DB_WRITE, -EIO, "first page is damaged");
    assert_int_equal(db_open_sick(&db, s->dir, DB_WRITE, &sick), -EIO);
    assert_int_equal(sick, DB_SICK_CORRUPT);
}

static void expect_corrupt(struct store *s, const char *says)
{
    char path[400];
    size_t n = 0, m = 0;
    store_path(s, "tinbao.db", path, sizeof path);
    char *before = store_slurp(path, &n);
    expect_refused(s, DB_WRITE, -EIO, says);
    char *after = store_slurp(path, &m);
    assert_int_equal(n, m);
    assert_memory_equal(before, after, n);
    free(before);
    free(after);
}

static void a_corrupt_page_is_refused_and_the_file_left_as_it_is(void **state)
{
    struct store *s = *state;
    char junk[4096];
    memset(junk, 0xA5, sizeof junk);
    close_it(s);
    write_file(s, "tinbao.db", junk, sizeof junk, 4096 * 3);
    expect_corrupt(s, "left as it is");
}

static void a_file_that_is_no_database_is_refused_and_left_as_it_is(void **state)
{
    struct store *s = *state;
    char junk[8192];
    memset(junk, 'x', sizeof junk);
    close_it(s);
    write_file(s, "tinbao.db", junk, sizeof junk, 0);
    expect_corrupt(s, "can not be read as a database");
}

static void a_truncated_file_is_refused_and_left_as_it_is(void **state)
{
    struct store *s = *state;
    char path[400];
    close_it(s);
    store_path(s, "tinbao.db", path, sizeof path);
    assert_int_equal(truncate(path, 4096 * 5), 0);
    expect_corrupt(s, "left as it is");
}

static void rollback_leaves_nothing(void **state)
{
    struct store *s = *state;
    int64_t id, again;
    char value[32];
    assert_int_equal(db_begin(s->db), 0);
    assert_int_equal(meta_set(s->db, "k", "v"), 0);
    assert_int_equal(party_of(s->db, PARTY_SENDER, "+84912000099", NOW_MS, &id), 0);
    assert_true(db_in_transaction(s->db));
    db_rollback(s->db);
    assert_false(db_in_transaction(s->db));
    assert_int_equal(meta_get(s->db, "k", value, sizeof value), -ENOENT);
    assert_int_equal(party_find(s->db, PARTY_SENDER, "+84912000099", &id), -ENOENT);
    assert_int_equal(party_of(s->db, PARTY_SENDER, "+84912000099", NOW_MS, &again), 0);
    assert_int_equal(store_number(s, "SELECT COUNT(*) FROM party"), 1);
}

static void undo_takes_back_one_of_a_batch(void **state)
{
    struct store *s = *state;
    int64_t id, n = 0;
    struct incident in;
    assert_int_equal(incident_codes_held(s->db, 5, &n), 0);
    assert_int_equal(db_begin(s->db), 0);
    for (int i = 0; i < 3; i++) {
        char code[8], phone[20];
        snprintf(code, sizeof code, "4821%d", i);
        snprintf(phone, sizeof phone, "+8491200009%d", i);
        make_incident(&in, code, 0);
        assert_int_equal(db_save(s->db), 0);
        assert_int_equal(party_of(s->db, PARTY_SENDER, phone, NOW_MS, &in.party_id), 0);
        assert_int_equal(incident_add(s->db, &in, &id), 0);
        assert_int_equal(i == 1 ? db_undo(s->db) : db_release(s->db), 0);
    }
    assert_int_equal(db_commit(s->db), 0);
    assert_int_equal(incident_by_code(s->db, "48210", &in), 0);
    assert_int_equal(incident_by_code(s->db, "48211", &in), -ENOENT);
    assert_int_equal(incident_by_code(s->db, "48212", &in), 0);
    assert_int_equal(party_find(s->db, PARTY_SENDER, "+84912000091", &id), -ENOENT);
    assert_int_equal(incident_codes_held(s->db, 5, &n), 0);
    assert_int_equal(n, 2);
}

/* Killed after `done` commits and in the middle of the next. */
static void killed_in_the_middle(const char *dir, int done)
{
    struct db *db;
    if (db_open(&db, dir, DB_WRITE) < 0)
        _exit(1);
    for (int i = 0; i <= done; i++) {
        struct incident in;
        char code[8];
        int64_t id;
        snprintf(code, sizeof code, "%05d", i);
        make_incident(&in, code, 0);
        if (db_begin(db) < 0 || incident_add(db, &in, &id) < 0 || meta_set_i64(db, "last", i) < 0)
            _exit(2);
        if (i == done)
            raise(SIGKILL);
        if (db_commit(db) < 0)
            _exit(3);
    }
}

static void what_was_committed_survives_kill_and_nothing_else(void **state)
{
    struct store *s = *state;
    for (int round = 1; round <= 5; round++) {
        char sql[64];
        close_it(s);
        pid_t pid = fork();
        if (pid == 0)
            killed_in_the_middle(s->dir, round);
        int status = 0;
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        assert_int_equal(db_open(&s->db, s->dir, DB_WRITE), 0);
        assert_int_equal(store_number(s, "SELECT COUNT(*) FROM incident"), round);
        snprintf(sql, sizeof sql, "SELECT value FROM meta WHERE key = 'last'");
        assert_int_equal(store_number(s, sql), round - 1);
        assert_int_equal(db_exec(s->db, "DELETE FROM incident", NULL, 0), 0);
    }
}

static void meta_keeps_text_and_numbers(void **state)
{
    struct store *s = *state;
    char text[8];
    int64_t v;
    assert_int_equal(meta_set_i64(s->db, "service_ms", INT64_MAX), 0);
    assert_int_equal(meta_get_i64(s->db, "service_ms", &v), 0);
    assert_true(v == INT64_MAX);
    assert_int_equal(meta_get_i64(s->db, "absent", &v), -ENOENT);
    assert_int_equal(meta_set(s->db, "long", "12345678"), 0);
    assert_int_equal(meta_get(s->db, "long", text, sizeof text), -EMSGSIZE);
    assert_int_equal(meta_set(s->db, "word", "x1"), 0);
    store_log_begin(s);
    int rc = meta_get_i64(s->db, "word", &v);
    free(store_log_end(s));
    assert_int_equal(rc, -EINVAL);
}

/* The queries that walk a table or an index, and what they must walk: a partial index whose
 * rows are few, or NULL where the whole is little or the walk is a daily one. */
static const struct {
    const char *query, *index;
} WALKS[] = {
    {"user_active", NULL}, /* a roster of some hundred */
    {"attendance_now", "attendance_open"},
    {"digest_live", "incident_live"},
    {"incident_live", "incident_live"},
    {"incident_of_sender", "incident_live"},
    {"alert_open_for", "incident_live"},         /* a bare NHAN, over those that live */
    {"incident_count_codes", "incident_code"},   /* once at start */
    {"overseer_open", "incident_live"},          /* those that are open, when one may be overdue */
    {"question_count_open", "question_open"},    /* once, and only those that are open */
    {"incident_release_codes", "incident_code"}, /* once a day */
    {"outbox_ready", "outbox_head"},
    {"outbox_wait", "outbox_head"},
    {"outbox_overdue", "outbox_head"},
    {"outbox_of_incident_low", "outbox_live"}, /* nobody asks by now */
    {"outbox_count_live", "outbox_live"},
    {"gauge_waiting", "outbox_head"}, /* metrics and health */
    {"gauge_incidents", "incident_live"},
    {"tip_party_old", NULL},      /* once a day */
    {"part_forget_groups", NULL}, /* once a day */
    {"message_backwards", NULL},  /* from the end, until all is older */
    {"outbox_backwards", NULL},
    {"invite_delete_old", NULL},       /* few rows: they go when used or run out */
    {"invite_guess_delete_old", NULL}, /* a day of them */
    {"session_delete_old", NULL},      /* a row a user */
    {"pin_delete_old", NULL},
    {"revoked_all", NULL},   /* lost phones, at a start and a reload */
    {"kept_messages", NULL}, /* DULIEU: seldom, and an index would cost each message */
    {"kept_incidents", NULL},
    /* the courier's queue: what has ended is in none of these */
    {"delivery_ready", "delivery_due"},
    {"delivery_spares", "delivery_due"},
    {"delivery_recover", "delivery_sending"},
    {"delivery_drop_spares", "delivery_sending"},
    {"delivery_drop_waiting_spares", "delivery_due"},
    {"delivery_wake", "delivery_due"},
    {"delivery_count_live", "delivery_due"},
    {"delivery_count_dead", "delivery_dead"},
    {"delivery_dead", "delivery_dead"},
    {"delivery_revive_all", "delivery_dead"},
    {"own_messages", NULL}, /* tinbao export: seldom, and an index would cost each message */
    {"own_incidents", NULL},
    {"own_joined", NULL},
    {"own_replies", NULL},
    {"own_activities", NULL},
    {"own_patrols", NULL},
    {"own_scenes", NULL},
    {"own_taken", NULL},
    {"keep_numbers", "incident_live"}, /* once a day: strangers, and the incidents that are open */
    {"keep_newest", NULL},             /* one row, from the end, once in the life of a box */
    {"trouble_all", NULL},             /* one a line and cause */
    {"chain_last", NULL},              /* from the end, one row */
};

static bool may_walk(const char *query, const char *plan)
{
    for (size_t i = 0; i < ARRAY_LEN(WALKS); i++)
        if (strcmp(WALKS[i].query, query) == 0)
            return !WALKS[i].index || strstr(plan, WALKS[i].index);
    return false;
}

static void no_query_walks_a_table_that_grows(void **state)
{
    struct store *s = *state;
    char plan[2000];
    for (int q = 0; q < SQL_COUNT; q++) {
        const char *name = db_query_name((enum sql_id)q);
        assert_int_equal(db_plan(s->db, (enum sql_id)q, plan, sizeof plan), 0);
        if (strstr(plan, "SCAN") && !may_walk(name, plan))
            fail_msg("%s: %s", name, plan);
        if (strstr(plan, "TEMP B-TREE") && strstr(name, "outbox_ready"))
            fail_msg("%s: %s", name, plan);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test_empty(a_new_directory_is_made_and_closed_to_others),
        store_test(a_second_writer_is_refused_with_the_pid_of_the_first),
        store_test(a_writer_that_was_killed_leaves_no_lock),
        store_test(pragmas_are_set_and_read_back),
        store_test(a_pragma_that_does_not_take_is_an_error),
        store_test(foreign_keys_hold),
        store_test(a_database_without_its_key_file_is_refused_with_the_remedy),
        store_test(a_key_file_of_another_database_is_refused),
        store_test(a_key_file_that_is_cut_short_or_open_to_others_is_refused),
        store_test(a_reader_works_beside_the_writer_and_without_it),
        store_test(a_reader_can_not_write),
        store_test_empty(a_reader_of_nothing_makes_nothing),
        store_test_empty(an_empty_file_gets_the_schema),
        store_test(older_schemas_are_brought_up_step_by_step),
        store_test(a_step_that_fails_leaves_the_version_before_it),
        store_test(a_schema_from_the_future_is_refused),
        store_test(a_database_of_something_else_is_refused),
        store_test(a_damaged_head_is_no_other_programs_file),
        store_test(a_corrupt_page_is_refused_and_the_file_left_as_it_is),
        store_test(a_file_that_is_no_database_is_refused_and_left_as_it_is),
        store_test(a_truncated_file_is_refused_and_left_as_it_is),
        store_test(rollback_leaves_nothing),
        store_test(undo_takes_back_one_of_a_batch),
        store_test(what_was_committed_survives_kill_and_nothing_else),
        store_test(meta_keeps_text_and_numbers),
        store_test(no_query_walks_a_table_that_grows),
    };
    return cmocka_run_group_tests_name("store_open", tests, NULL, NULL);
}
