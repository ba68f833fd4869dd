// SPDX-License-Identifier: GPL-2.0-or-later
/* The audit's chain: each kind of tampering is found and named, an old database is taken over, heads
 * show a tail that was cut, retention moves the beginning. */
#include "tests/unit/store_dir.h"

#include "store/chain.h"
#include "store/heads.h"

static void add(struct store *s, const char *action, const char *detail)
{
    struct audit_row r = {.at_ms = NOW_MS, .action = action, .detail = detail, .user_id = 1};
    assert_int_equal(db_begin(s->db), 0);
    assert_int_equal(audit_add(s->db, &r), 0);
    assert_int_equal(db_commit(s->db), 0);
}

static void add_many(struct store *s, int n)
{
    struct audit_row r = {.action = "ack", .detail = "x"};
    assert_int_equal(db_begin(s->db), 0);
    for (int i = 0; i < n; i++) {
        r.at_ms = NOW_MS + i * 1000LL;
        r.incident_id = i % 3;
        assert_int_equal(audit_add(s->db, &r), 0);
    }
    assert_int_equal(db_commit(s->db), 0);
}

static struct chain_state walk(struct store *s)
{
    struct chain_state c;
    assert_int_equal(chain_walk(s->db, &c), 0);
    return c;
}

static void expect(struct store *s, enum chain_wrong wrong, int64_t from, int64_t to)
{
    struct chain_state c = walk(s);
    assert_int_equal(c.wrong, wrong);
    assert_int_equal(c.wrong_id, from);
    assert_int_equal(c.wrong_to, to);
    assert_int_equal(c.breaks, wrong == CHAIN_FINE ? 0 : 1);
}

static void run(struct store *s, const char *sql)
{
    assert_int_equal(db_exec(s->db, sql, NULL, 0), 0);
}

static void an_untouched_audit_is_whole(void **state)
{
    struct store *s = *state;
    expect(s, CHAIN_FINE, 0, 0); /* empty */
    add_many(s, 1203);           /* more than two batches */
    expect(s, CHAIN_FINE, 0, 0);
    struct chain_state c = walk(s);
    assert_int_equal(c.rows, 1203);
    assert_int_equal(c.head.id, 1203);
    store_reopen(s);
    add(s, "close", "hoa giai");
    expect(s, CHAIN_FINE, 0, 0);
}

static void what_is_rolled_back_leaves_no_gap(void **state)
{
    struct store *s = *state;
    struct audit_row r = {.at_ms = NOW_MS, .action = "ack", .detail = ""};
    add_many(s, 3);
    assert_int_equal(db_begin(s->db), 0);
    assert_int_equal(audit_add(s->db, &r), 0);
    assert_int_equal(db_save(s->db), 0);
    assert_int_equal(audit_add(s->db, &r), 0);
    assert_int_equal(db_undo(s->db), 0);
    assert_int_equal(audit_add(s->db, &r), 0);
    assert_int_equal(db_commit(s->db), 0);
    assert_int_equal(db_begin(s->db), 0);
    assert_int_equal(audit_add(s->db, &r), 0);
    db_rollback(s->db);
    add_many(s, 2);
    expect(s, CHAIN_FINE, 0, 0);
    assert_int_equal(walk(s).head.id, 7);
}

/* Every column, in the middle, at the beginning and at the end. */
static void a_changed_field_is_found_with_its_row(void **state)
{
    struct store *s = *state;
    static const char *const changes[] = {
        "at_ms = at_ms + 1",          "user_id = 2",    "user_id = 0",  "action = 'close'",
        "incident_id = 77",           "message_id = 5", "detail = 'y'", "chain = randomblob(16)",
        "detail = detail || char(0)", "chain = NULL",
    };
    static const int rows[] = {1, 5, 10};
    add_many(s, 10);
    for (size_t i = 0; i < ARRAY_LEN(changes); i++)
        for (size_t j = 0; j < ARRAY_LEN(rows); j++) {
            char sql[120];
            run(s, "SAVEPOINT t");
            snprintf(sql, sizeof sql, "UPDATE audit SET %s WHERE id = %d", changes[i], rows[j]);
            run(s, sql);
            struct chain_state c = walk(s);
            if (c.wrong != CHAIN_CHANGED && !(c.wrong == CHAIN_ADDED && rows[j] == 10))
                fail_msg("%s in row %d: found %d", changes[i], rows[j], (int)c.wrong);
            assert_int_equal(c.wrong_id, rows[j]);
            run(s, "ROLLBACK TO t; RELEASE t");
        }
    expect(s, CHAIN_FINE, 0, 0);
}

static void removed_rows_are_found_with_their_numbers(void **state)
{
    struct store *s = *state;
    add_many(s, 12);
    run(s, "DELETE FROM audit WHERE id IN (5, 6)");
    expect(s, CHAIN_MISSING, 5, 6);
}

static void a_beginning_that_is_cut_off_is_found(void **state)
{
    struct store *s = *state;
    add_many(s, 12);
    run(s, "DELETE FROM audit WHERE id <= 4");
    expect(s, CHAIN_MISSING, 1, 4);
}

static void an_added_row_is_found(void **state)
{
    struct store *s = *state;
    add_many(s, 6);
    run(s, "INSERT INTO audit (id, at_ms, action, detail) VALUES (7, 9, 'close', '')");
    expect(s, CHAIN_ADDED, 7, 7);
    store_reopen(s); /* the service goes on behind it, and it is still found */
    add_many(s, 6);
    expect(s, CHAIN_ADDED, 7, 7);
}

static void rows_that_changed_places_are_found(void **state)
{
    struct store *s = *state;
    add_many(s, 9);
    run(s, "UPDATE audit SET id = -1 WHERE id = 4; UPDATE audit SET id = 4 WHERE id = 5; UPDATE audit SET id = 5 WHERE "
           "id = -1");
    assert_int_equal(walk(s).wrong_id, 4);
    assert_true(walk(s).breaks >= 1);
}

static void a_beginning_that_was_moved_by_hand_is_found(void **state)
{
    struct store *s = *state;
    char anchor[200], sql[300];
    add_many(s, 9);
    store_ask(s, "SELECT value FROM meta WHERE key = 'audit_anchor'", anchor, sizeof anchor);
    anchor[0] = '3';
    snprintf(sql, sizeof sql,
             "DELETE FROM audit WHERE id <= 3; UPDATE meta SET value = '%s' WHERE key = 'audit_anchor'", anchor);
    run(s, sql);
    assert_int_equal(walk(s).wrong, CHAIN_ANCHOR);
    run(s, "DELETE FROM meta WHERE key = 'audit_anchor'");
    store_log_begin(s);
    store_reopen(s);
    char *log = store_log_end(s);
    assert_non_null(strstr(log, "lost its beginning"));
    free(log);
    assert_int_equal(walk(s).wrong, CHAIN_ANCHOR);
}

static void a_database_from_before_the_chain_is_taken_over(void **state)
{
    struct store *s = *state;
    add_many(s, 1100);
    run(s, "UPDATE audit SET chain = NULL; UPDATE meta SET value = 'begin' WHERE key = 'audit_anchor'");
    store_log_begin(s);
    store_reopen(s);
    char *log = store_log_end(s);
    assert_non_null(strstr(log, "1100 rows until now"));
    free(log);
    add_many(s, 3);
    expect(s, CHAIN_FINE, 0, 0);
    assert_int_equal(walk(s).begun_id, 1100);
    assert_int_equal(walk(s).begun_ms, NOW_MS + 1099 * 1000LL);
    run(s, "UPDATE audit SET detail = 'z' WHERE id = 40"); /* from now on they are covered too */
    expect(s, CHAIN_CHANGED, 40, 40);
}

static void retention_moves_the_beginning(void **state)
{
    struct store *s = *state;
    add_many(s, 20);
    assert_int_equal(db_begin(s->db), 0);
    assert_int_equal(chain_forget(s->db, NOW_MS + 5 * 1000, 3), 3); /* the bound */
    assert_int_equal(chain_forget(s->db, NOW_MS + 5 * 1000, 100), 2);
    assert_int_equal(db_commit(s->db), 0);
    expect(s, CHAIN_FINE, 0, 0);
    assert_int_equal(walk(s).cut_id, 5);
    assert_int_equal(walk(s).first_id, 6);
    assert_int_equal(db_begin(s->db), 0);
    assert_int_equal(chain_forget(s->db, INT64_MAX, 1000), 14); /* the newest stays */
    assert_int_equal(db_commit(s->db), 0);
    store_reopen(s);
    add_many(s, 2);
    expect(s, CHAIN_FINE, 0, 0);
    assert_int_equal(walk(s).head.id, 22);
}

/* --- heads -------------------------------------------------------------------------------- */

static void note_head(struct store *s, enum heads_kind kind, int64_t at_ms)
{
    struct chain_head h;
    char line[HEADS_LINE_SIZE];
    assert_int_equal(chain_head(s->db, &h), 0);
    heads_line(s->db, kind, at_ms, &h, line);
    assert_int_equal(heads_append(s->dir, line), 0);
}

static struct heads_check compare(struct store *s)
{
    char path[400];
    struct heads_check c;
    struct chain_state w = walk(s);
    store_path(s, HEADS_FILE, path, sizeof path);
    assert_int_equal(heads_compare(s->db, s->dir, path, &w, &c), 0);
    return c;
}

static void a_tail_that_was_cut_is_shown_by_a_head(void **state)
{
    struct store *s = *state;
    add_many(s, 5);
    note_head(s, HEADS_HEAD, NOW_MS);
    add_many(s, 5);
    note_head(s, HEADS_HEAD, NOW_MS + 1000);
    struct heads_check c = compare(s);
    assert_int_equal(c.good, 2);
    assert_false(c.cut || c.other);
    run(s, "DELETE FROM audit WHERE id > 7");
    expect(s, CHAIN_FINE, 0, 0); /* it does not show by itself */
    c = compare(s);
    assert_true(c.cut);
    assert_int_equal(c.id, 10);
    assert_int_equal(c.at_ms, NOW_MS + 1000);
    store_reopen(s); /* and other rows in their place do not help */
    add_many(s, 8);
    c = compare(s);
    assert_true(c.other);
    assert_int_equal(c.id, 10);
}

static void a_restore_explains_what_it_gave_up(void **state)
{
    struct store *s = *state;
    add_many(s, 10);
    note_head(s, HEADS_HEAD, NOW_MS);
    run(s, "DELETE FROM audit WHERE id > 7");
    store_reopen(s);
    note_head(s, HEADS_RESTORED, NOW_MS + 2000);
    add_many(s, 9);
    note_head(s, HEADS_HEAD, NOW_MS + 4000);
    struct heads_check c = compare(s);
    assert_int_equal(c.given_up, 1);
    assert_int_equal(c.good, 2);
    assert_false(c.cut || c.other);
    run(s, "DELETE FROM audit WHERE id > 14");
    assert_true(compare(s).cut); /* but only what was before it */
}

static void a_line_that_is_forged_or_half_is_not_believed(void **state)
{
    struct store *s = *state;
    struct chain_head h;
    char line[HEADS_LINE_SIZE];
    add_many(s, 10);
    note_head(s, HEADS_HEAD, NOW_MS);
    assert_int_equal(chain_head(s->db, &h), 0);
    h.id = 3;
    heads_line(s->db, HEADS_RESTORED, NOW_MS + 5000, &h, line);
    line[strlen(line) - 1] = line[strlen(line) - 1] == 'a' ? 'b' : 'a';
    assert_int_equal(heads_append(s->dir, line), 0);
    run(s, "DELETE FROM audit WHERE id > 7");
    struct heads_check c = compare(s);
    assert_true(c.cut);
    assert_int_equal(c.unread, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(an_untouched_audit_is_whole),
        store_test(what_is_rolled_back_leaves_no_gap),
        store_test(a_changed_field_is_found_with_its_row),
        store_test(removed_rows_are_found_with_their_numbers),
        store_test(a_beginning_that_is_cut_off_is_found),
        store_test(an_added_row_is_found),
        store_test(rows_that_changed_places_are_found),
        store_test(a_beginning_that_was_moved_by_hand_is_found),
        store_test(a_database_from_before_the_chain_is_taken_over),
        store_test(retention_moves_the_beginning),
        store_test(a_tail_that_was_cut_is_shown_by_a_head),
        store_test(a_restore_explains_what_it_gave_up),
        store_test(a_line_that_is_forged_or_half_is_not_believed),
    };
    return cmocka_run_group_tests_name("store_chain", tests, NULL, NULL);
}
