// SPDX-License-Identifier: GPL-2.0-or-later
/* Incidents, their codes, those they concern and the audit; attendance and lines. */
#include "tests/unit/store_dir.h"

#include "store/duty.h"

static int setup(void **state)
{
    int rc = store_setup(state);
    if (rc == 0)
        store_people(*state);
    return rc;
}

static int64_t add(struct store *s, const char *code, int severity, int64_t created_ms)
{
    struct incident in;
    int64_t id = 0;
    make_incident(&in, code, 1);
    in.severity = severity;
    in.created_ms = created_ms;
    assert_int_equal(incident_add(s->db, &in, &id), 0);
    return id;
}

static void an_incident_comes_back_as_it_was(void **state)
{
    struct store *s = *state;
    struct incident in, out;
    int64_t id;
    make_incident(&in, "48217", 1);
    in.restricted = in.unverified = true;
    in.when_ms = NOW_MS - 3600000;
    assert_int_equal(incident_add(s->db, &in, &id), 0);
    assert_int_equal(incident_by_code(s->db, "48217", &out), 0);
    assert_true(out.id == id && out.user_id == 1 && out.party_id == 0 && out.message_id == 0);
    assert_string_equal(out.code, "48217");
    assert_string_equal(out.form, "incident");
    assert_string_equal(out.kind, "TROM");
    assert_string_equal(out.place, "6");
    assert_string_equal(out.text, "mất xe wave");
    assert_string_equal(out.state, "open");
    assert_true(out.restricted && out.unverified && out.when_ms == in.when_ms && out.created_ms == NOW_MS);
    assert_null(out.text_in);
    in.place[0] = '\0';
    snprintf(in.code, sizeof in.code, "48225");
    assert_int_equal(incident_add(s->db, &in, &id), 0);
    assert_int_equal(incident_by_id(s->db, id, &out), 0);
    assert_string_equal(out.place, "");
    assert_int_equal(incident_by_id(s->db, 999, &out), -ENOENT);
    assert_int_equal(incident_by_code(s->db, "00000", &out), -ENOENT);
}

static void a_long_text_is_kept_whole_and_cut_at_a_character_when_read(void **state)
{
    struct store *s = *state;
    struct incident in, out;
    int64_t id;
    char *text = malloc(6001);
    assert_non_null(text);
    for (int i = 0; i < 2000; i++)
        memcpy(text + 3 * i, "ế", 3);
    text[6000] = '\0';
    make_incident(&in, "48217", 1);
    in.text_in = text;
    assert_int_equal(incident_add(s->db, &in, &id), 0);
    assert_int_equal(store_number(s, "SELECT LENGTH(text) FROM incident"), 2000);
    assert_int_equal(incident_by_id(s->db, id, &out), 0);
    assert_int_equal(strlen(out.text), (INCIDENT_TEXT_SIZE - 1) / 3 * 3);
    assert_memory_equal(out.text, text, strlen(out.text));
    free(text);
}

static void a_code_is_held_until_it_is_freed(void **state)
{
    struct store *s = *state;
    struct incident in, out;
    int64_t id = add(s, "48217", 3, NOW_MS), second, n;
    make_incident(&in, "48217", 1);
    assert_int_equal(incident_codes_held(s->db, 5, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(incident_add(s->db, &in, &second), -EEXIST);
    assert_int_equal(incident_codes_held(s->db, 5, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(incident_free_codes(s->db, NOW_MS + 1000), 0); /* open ones keep it */
    assert_int_equal(incident_close(s->db, id, 2, NOW_MS, "hòa giải"), 0);
    assert_int_equal(incident_free_codes(s->db, NOW_MS), 0); /* closed, not yet long enough */
    assert_int_equal(incident_add(s->db, &in, &second), -EEXIST);
    assert_int_equal(incident_free_codes(s->db, NOW_MS + 1), 1);
    assert_int_equal(incident_codes_held(s->db, 5, &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(incident_by_code(s->db, "48217", &out), -ENOENT);
    assert_int_equal(incident_add(s->db, &in, &second), 0);
    assert_int_equal(incident_by_code(s->db, "48217", &out), 0);
    assert_true(out.id == second);
    assert_int_equal(incident_by_id(s->db, id, &out), 0); /* the old one keeps its history */
    add(s, "482170", 3, NOW_MS);
    assert_int_equal(incident_codes_held(s->db, 6, &n), 0);
    assert_int_equal(n, 1);
    store_reopen(s);
    assert_int_equal(incident_codes_held(s->db, 5, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(incident_codes_held(s->db, 99, &n), -EINVAL);
}

static void an_incident_goes_from_open_to_acked_to_closed_once(void **state)
{
    struct store *s = *state;
    struct incident out;
    int64_t id = add(s, "48217", 3, NOW_MS);
    assert_int_equal(incident_ack(s->db, id, 2, NOW_MS + 1), 0);
    assert_int_equal(incident_ack(s->db, id, 3, NOW_MS + 2), -ENOENT); /* the first one has it */
    assert_int_equal(incident_set_step(s->db, id, 2), 0);
    assert_int_equal(incident_close(s->db, id, 2, NOW_MS + 3, "hòa giải"), 0);
    assert_int_equal(incident_close(s->db, id, 3, NOW_MS + 4, "lại"), -ENOENT);
    assert_int_equal(incident_cancel(s->db, id, 3, NOW_MS + 4, "nhầm"), -ENOENT);
    assert_int_equal(incident_by_id(s->db, id, &out), 0);
    assert_string_equal(out.state, "closed");
    assert_string_equal(out.outcome, "hòa giải");
    assert_true(out.acked_by == 2 && out.acked_ms == NOW_MS + 1 && out.closed_by == 2);
    assert_int_equal(out.alert_step, 2);
    id = add(s, "48225", 3, NOW_MS);
    assert_int_equal(incident_cancel(s->db, id, 1, NOW_MS, "báo nhầm"), 0);
    assert_int_equal(incident_by_id(s->db, id, &out), 0);
    assert_string_equal(out.state, "cancelled");
}

struct listed {
    int n;
    char codes[10][CODE_SIZE];
};

static int list(void *ctx, const struct incident *i)
{
    struct listed *l = ctx;
    memcpy(l->codes[l->n++], i->code, CODE_SIZE);
    return l->n == 10 ? 1 : 0;
}

static void live_ones_come_most_severe_then_oldest_first(void **state)
{
    struct store *s = *state;
    struct listed l = {0};
    add(s, "00001", 3, NOW_MS + 2);
    add(s, "00002", 5, NOW_MS + 3);
    add(s, "00003", 3, NOW_MS + 1);
    int64_t acked = add(s, "00004", 5, NOW_MS + 1), closed = add(s, "00005", 5, NOW_MS);
    assert_int_equal(incident_ack(s->db, acked, 2, NOW_MS), 0);
    assert_int_equal(incident_close(s->db, closed, 2, NOW_MS, ""), 0);
    assert_int_equal(incident_each_live(s->db, list, &l), 0);
    assert_int_equal(l.n, 4);
    const char *const want[] = {"00004", "00002", "00003", "00001"};
    for (int i = 0; i < 4; i++)
        assert_string_equal(l.codes[i], want[i]);
}

static void those_between_two_times_come_oldest_first(void **state)
{
    struct store *s = *state;
    struct listed l = {0};
    add(s, "00001", 3, NOW_MS);
    add(s, "00002", 3, NOW_MS + 100);
    add(s, "00003", 3, 0); /* written while the clock stood at 1970 */
    add(s, "00004", 3, NOW_MS + 50);
    add(s, "00005", 3, NOW_MS + 200);
    assert_int_equal(incident_each_between(s->db, NOW_MS, NOW_MS + 200, list, &l), 0);
    assert_int_equal(l.n, 3);
    assert_string_equal(l.codes[0], "00001");
    assert_string_equal(l.codes[1], "00004");
    assert_string_equal(l.codes[2], "00002");
}

static int nest(void *ctx, const struct incident *i)
{
    struct store *s = ctx;
    struct incident out;
    struct listed l = {0};
    assert_int_equal(incident_by_id(s->db, i->id, &out), 0); /* other questions are fine */
    return incident_each_live(s->db, list, &l);
}

static void a_question_inside_itself_is_refused(void **state)
{
    struct store *s = *state;
    struct listed l = {0};
    add(s, "00001", 3, NOW_MS);
    store_log_begin(s);
    int rc = incident_each_live(s->db, nest, s);
    free(store_log_end(s));
    assert_int_equal(rc, -EBUSY);
    assert_int_equal(incident_each_live(s->db, list, &l), 0);
    assert_int_equal(l.n, 1);
}

struct concerned {
    int n, step[8];
    int64_t user[8], onscene[8];
};

static int collect(void *ctx, int64_t user_id, int step, int64_t onscene_ms)
{
    struct concerned *c = ctx;
    c->user[c->n] = user_id;
    c->step[c->n] = step;
    c->onscene[c->n++] = onscene_ms;
    return 0;
}

static void who_was_alerted_first_stays_first(void **state)
{
    struct store *s = *state;
    struct concerned c = {0};
    int64_t id = add(s, "48217", 3, NOW_MS);
    assert_int_equal(concern_add(s->db, id, 3, 1), 0);
    assert_int_equal(concern_add(s->db, id, 2, 0), 0);
    assert_int_equal(concern_add(s->db, id, 2, 2), 0); /* keeps step 0 */
    assert_int_equal(concern_onscene(s->db, id, 2, NOW_MS + 5), 0);
    assert_int_equal(concern_onscene(s->db, id, 2, NOW_MS + 9), 0); /* the first arrival counts */
    assert_int_equal(concern_onscene(s->db, id, 4, NOW_MS + 7), 0); /* was not alerted */
    assert_int_equal(concern_each(s->db, id, collect, &c), 0);
    assert_int_equal(c.n, 3);
    assert_true(c.user[0] == 2 && c.step[0] == 0 && c.onscene[0] == NOW_MS + 5);
    assert_true(c.user[1] == 4 && c.onscene[1] == NOW_MS + 7);
    assert_true(c.user[2] == 3 && c.step[2] == 1 && c.onscene[2] == 0);
}

static int read_audit(void *ctx, const struct audit_row *r)
{
    char *out = ctx;
    size_t len = strlen(out);
    snprintf(out + len, 700 - len, "%s:%s;", r->action, r->detail);
    return 0;
}

static void audit_is_the_history_without_numbers(void **state)
{
    struct store *s = *state;
    int64_t id = add(s, "48217", 3, NOW_MS);
    char out[700] = "", lots[2000];
    struct audit_row r = {.at_ms = NOW_MS, .user_id = 2, .action = "ack", .incident_id = id, .detail = ""};
    assert_int_equal(audit_add(s->db, &r), 0);
    r.action = "close";
    r.detail = "goi 0912 000 077, ma 48217";
    assert_int_equal(audit_add(s->db, &r), 0);
    r.incident_id = 0;
    r.detail = NULL;
    assert_int_equal(audit_add(s->db, &r), 0);
    assert_int_equal(audit_each(s->db, id, read_audit, out), 0);
    assert_non_null(strstr(out, "ack:;close:goi "));
    assert_non_null(strstr(out, "077, ma 48217;"));
    assert_null(strstr(out, "0912"));
    memset(lots, 'x', sizeof lots);
    lots[sizeof lots - 1] = '\0';
    r.detail = lots;
    assert_int_equal(audit_add(s->db, &r), 0); /* cut, not refused */
}

static int count_open(void *ctx, const struct attendance *a)
{
    *(int *)ctx += a->out_ms == 0;
    return 0;
}

static void attendance_opens_and_closes(void **state)
{
    struct store *s = *state;
    struct attendance a = {.user_id = 1, .place = "6", .night = "2026-11-12", .in_ms = NOW_MS}, out;
    int64_t id;
    int n = 0;
    assert_int_equal(attendance_open(s->db, 1, &out), -ENOENT);
    assert_int_equal(attendance_in(s->db, &a, &id), 0);
    a.user_id = 2;
    assert_int_equal(attendance_in(s->db, &a, &id), 0);
    assert_int_equal(attendance_each_open(s->db, count_open, &n), 0);
    assert_int_equal(n, 2);
    assert_int_equal(attendance_open(s->db, 1, &out), 0);
    assert_string_equal(out.night, "2026-11-12");
    assert_string_equal(out.place, "6");
    assert_int_equal(attendance_out(s->db, out.id, NOW_MS + 100), 0);
    assert_int_equal(attendance_out(s->db, out.id, NOW_MS + 200), -ENOENT); /* once */
    assert_int_equal(attendance_open(s->db, 1, &out), -ENOENT);
}

static void a_line_keeps_its_last_words(void **state)
{
    struct store *s = *state;
    struct line_state l = {.line = "gsm1", .state = "up", .signal_dbm = -77, .seen_ms = NOW_MS}, out;
    snprintf(l.balance, sizeof l.balance, "TK goc 12000d cua 0912000077");
    assert_int_equal(line_state_get(s->db, "gsm1", &out), -ENOENT);
    assert_int_equal(line_state_set(s->db, &l), 0);
    l.signal_dbm = -90;
    assert_int_equal(line_state_set(s->db, &l), 0);
    assert_int_equal(line_state_get(s->db, "gsm1", &out), 0);
    assert_int_equal(out.signal_dbm, -90);
    assert_string_equal(out.state, "up");
    assert_null(strstr(out.balance, "0912000"));
    assert_non_null(strstr(out.balance, "12000d"));
    assert_int_equal(store_number(s, "SELECT COUNT(*) FROM line_state"), 1);
}

#define incident_test(name) cmocka_unit_test_setup_teardown(name, setup, store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        incident_test(an_incident_comes_back_as_it_was),
        incident_test(a_long_text_is_kept_whole_and_cut_at_a_character_when_read),
        incident_test(a_code_is_held_until_it_is_freed),
        incident_test(an_incident_goes_from_open_to_acked_to_closed_once),
        incident_test(live_ones_come_most_severe_then_oldest_first),
        incident_test(those_between_two_times_come_oldest_first),
        incident_test(a_question_inside_itself_is_refused),
        incident_test(who_was_alerted_first_stays_first),
        incident_test(audit_is_the_history_without_numbers),
        incident_test(attendance_opens_and_closes),
        incident_test(a_line_keeps_its_last_words),
    };
    return cmocka_run_group_tests_name("store_incident", tests, NULL, NULL);
}
