// SPDX-License-Identifier: GPL-2.0-or-later
/* What is kept how long: words go when their time is over, in portions; what is open, unsent or counted stays;
 * and no clock that jumps takes anything before its time. */
#include "tests/unit/desk_rig.h"

#include "gateway/desk/retention.h"
#include "store/chain.h"
#include "store/relay.h"

static int setup(void **state)
{
    int rc = rig_setup(state);
    struct rig *r = *state;
    if (!rc) /* hundreds of days: it is not the disk that is tried here */
        rc = db_exec(r->db, "PRAGMA synchronous = OFF", NULL, 0);
    if (!rc)
        rc = db_begin(r->db);
    if (!rc)
        rc = desk_start(r->desk); /* the standing jobs */
    return rc ? rc : db_commit(r->db);
}

static void days(struct rig *r, int n)
{
    for (int i = 0; i < n; i++) /* each with its daily job */
        rig_later(r, DAY_MS);
}

static void texts_go_each_in_its_time(void **state)
{
    struct rig *r = *state;
    char code[8], text[80];
    r->cfg->retention.messages_days = 20;
    r->cfg->retention.parts_days = 20;
    rig_text(r, MEMBER, "chieu nay co ve som ZEBRA nhe");
    rig_text(r, MEMBER, "BC man de trom YAK cua ong Nam");
    rig_ask(r, "SELECT code FROM incident", code, sizeof(code));
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message WHERE disposition = 'duty_list'"), 1);
    days(r, 9);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message WHERE body LIKE '%ZEBRA%'"), 0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message WHERE body LIKE '%YAK%'"), 1);
    days(r, 14); /* nobody closed it: what it needs stays */
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message WHERE body LIKE '%YAK%'"), 1);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM part WHERE length(body) > 0 AND id = 1"), 0);
    snprintf(text, sizeof(text), "XONG %s da xong", code);
    rig_text(r, DUTY, text);
    days(r, 29); /* the next round looks at it again */
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message WHERE body LIKE '%YAK%'"), 0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM incident WHERE text LIKE '%YAK%'"), 1); /* years */
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message WHERE disposition = 'report'"), 1);
}

static void what_went_out_goes_and_the_newest_id_is_not_given_again(void **state)
{
    struct rig *r = *state;
    rig_text(r, MEMBER, "BC man de chay nha");
    long last = rig_number(r, "SELECT MAX(id) FROM outbox");
    assert_true(last > 1);
    db_exec(r->db, "UPDATE outbox SET state = 'sent', blocked = 0 WHERE id > 1", NULL, 0);
    db_exec(r->db, "DELETE FROM job WHERE kind IN ('alert', 'reach', 'still')", NULL, 0);
    db_exec(r->db, "UPDATE incident SET state = 'closed'", NULL, 0);
    days(r, 33);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM outbox WHERE id = 1"), 1); /* it was not sent */
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM outbox WHERE id > 1 AND created_ms < 1794500000000"), 0);
    assert_true(rig_number(r, "SELECT MAX(id) FROM outbox") >= last);
    db_exec(r->db, "UPDATE outbox SET state = 'sent', blocked = 0, created_ms = 1794492000000", NULL, 0);
    struct keep_span s = {.before_ms = RIG_START_MS + DAY_MS, .believed_ms = RIG_START_MS + 2 * DAY_MS, .max = 100};
    bool more;
    last = rig_number(r, "SELECT MAX(id) FROM outbox");
    assert_true(retention_run(r->db, KEEP_OUTBOX, &s, &more) >= 0);
    assert_int_equal(rig_number(r, "SELECT MAX(id) FROM outbox"), last);
}

static void a_clock_that_jumps_a_year_ahead_erases_nothing(void **state)
{
    struct rig *r = *state;
    rig_text(r, MEMBER, "chieu nay co ve som ZEBRA nhe");
    days(r, 2);
    assert_int_equal(clock_jump(r->clock, 366 * DAY_MS), 0);
    days(r, 1);
    rig_later(r, HOUR_MS);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message WHERE body LIKE '%ZEBRA%'"), 1);
    int64_t believed;
    assert_int_equal(retention_believed(r->db, &believed), 0);
    assert_true(believed < RIG_START_MS + 6 * DAY_MS);
    assert_int_equal(clock_jump(r->clock, -366 * DAY_MS), 0);
    days(r, 7); /* mended: as ever */
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message WHERE body LIKE '%ZEBRA%'"), 0);
}

static void a_clock_that_is_lost_does_not_stop_it_for_ever(void **state)
{
    struct rig *r = *state;
    rig_text(r, MEMBER, "chieu nay co ve som ZEBRA nhe");
    days(r, 1);
    int64_t back = clock_now_ms(r->clock);
    assert_int_equal(clock_jump(r->clock, -back), 0); /* 1970 */
    rig_text(r, MEMBER, "toi nay toi ve YAK nhe");
    days(r, 3);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message WHERE body LIKE '%YAK%'"), 1); /* no 56 years old */
    assert_int_equal(clock_jump(r->clock, back), 0);
    rig_text(r, MEMBER, "mai toi ve GNU nhe");
    days(r, 5);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message WHERE body LIKE '%ZEBRA%'"), 0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message WHERE body LIKE '%YAK%'"), 1);
    days(r, 4); /* when the one after it goes */
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message WHERE body LIKE '%YAK%' OR body LIKE '%GNU%'"), 0);
}

static void it_goes_in_portions_and_over_a_kill(void **state)
{
    struct rig *r = *state;
    struct job job;
    int portions = 0, most = 0;
    db_exec(r->db,
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1700) "
            "INSERT INTO message (line, sender_kind, received_ms, received_rel, smsc_ms, body, form, disposition) "
            "SELECT 'gsm1', 0, 1794492000000, 0, 0, 'ZEBRA', 'none', 'machine' FROM n",
            NULL, 0);
    clock_advance(r->clock, DAY_MS);
    days(r, 1);
    clock_advance(r->clock, 9 * DAY_MS);
    for (struct now now = desk_now(r->desk); job_due(r->db, now.rel_ms, now.wall_ms, &job) == 0;) {
        long before = rig_number(r, "SELECT COUNT(*) FROM message WHERE body <> ''");
        bool killed = !strcmp(job.kind, "retention") && ++portions % 2;
        assert_int_equal(db_begin(r->db), 0);
        assert_int_equal(desk_job(r->desk, &job), 0);
        if (killed) { /* once before its commit, then again */
            db_rollback(r->db);
            assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message WHERE body <> ''"), before);
            assert_int_equal(db_begin(r->db), 0);
            assert_int_equal(desk_job(r->desk, &job), 0);
        }
        assert_int_equal(db_commit(r->db), 0);
        long gone = before - rig_number(r, "SELECT COUNT(*) FROM message WHERE body <> ''");
        most = gone > most ? (int)gone : most;
    }
    assert_true(most > 0 && most <= 500);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message WHERE body = 'ZEBRA'"), 0);
}

static void old_incidents_lose_words_and_people_and_are_counted_still(void **state)
{
    struct rig *r = *state;
    char code[8], text[80], out[80];
    struct chain_state chain;
    rig_text(r, MEMBER, "BC man de danh nhau YAK");
    rig_ask(r, "SELECT code FROM incident", code, sizeof(code));
    snprintf(text, sizeof(text), "NHAN %s", code);
    rig_text(r, OFFICER, text);
    snprintf(text, sizeof(text), "CM %s", code);
    rig_text(r, OFFICER, text);
    snprintf(text, sizeof(text), "XONG %s YAK da hoa giai", code);
    rig_text(r, OFFICER, text);
    rig_text(r, MEMBER, "VAO");
    rig_text(r, MEMBER, "RA");
    rig_text(r, LEADER, "TOT man de YAK tra vi");
    rig_text(r, MEMBER, "BC man de trom ZEBRA"); /* stays open: nobody took it */
    rig_later(r, DAY_MS);
    clock_advance(r->clock, 1900 * DAY_MS);
    days(r, 3);
    rig_text(r, MEMBER, "VAO");
    rig_text(r, LEADER, "TOT man de nua");
    days(r, 30);
    assert_int_equal(rig_number(r,
                                "SELECT COUNT(*) FROM incident WHERE kind = 'DANH' AND place = '6' AND text = '' AND "
                                "user_id IS NULL AND acked_by IS NULL AND acked_ms IS NOT NULL AND outcome IS NULL"),
                     1);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM incident WHERE text LIKE '%ZEBRA%' AND user_id IS NOT NULL"),
                     1);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM concern c JOIN incident i ON i.id = c.incident_id WHERE "
                                   "i.state = 'closed'"),
                     0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM attendance"), 1);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM activity"), 1);
    rig_ask(r, "PRAGMA foreign_key_check", out, sizeof(out));
    assert_string_equal(out, "");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM audit WHERE detail LIKE '%YAK%'"), 0);
    assert_int_equal(chain_walk(r->db, &chain), 0);
    assert_true(chain.wrong == CHAIN_FINE && chain.cut_id > 0 && chain.rows > 0);
}

static void a_strangers_number_goes_when_nothing_needs_it(void **state)
{
    struct rig *r = *state;
    char number[ADDRESS_SIZE], open[] = "+84912000095";
    int64_t gone, needed;
    rig_text(r, STRANGER, "HD");
    rig_text(r, open, "BC man de trom xe");
    assert_int_equal(party_find(r->db, PARTY_SENDER, STRANGER, &gone), 0);
    assert_int_equal(party_find(r->db, PARTY_SENDER, open, &needed), 0);
    rig_later(r, DAY_MS);
    clock_advance(r->clock, 95 * DAY_MS);
    days(r, 2);
    assert_int_equal(relay_number(r->db, gone, number, sizeof(number)), -ENOENT);
    assert_int_equal(relay_number(r->db, needed, number, sizeof(number)), 0);
}

static void zero_keeps_for_ever(void **state)
{
    struct rig *r = *state;
    r->cfg->retention.idle_days = 0;
    r->cfg->retention.messages_days = 0;
    rig_text(r, MEMBER, "chieu nay co ve som ZEBRA nhe");
    rig_later(r, DAY_MS);
    clock_advance(r->clock, 3000 * DAY_MS);
    days(r, 3);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message WHERE body LIKE '%ZEBRA%'"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(texts_go_each_in_its_time, setup, rig_teardown),
        cmocka_unit_test_setup_teardown(what_went_out_goes_and_the_newest_id_is_not_given_again, setup, rig_teardown),
        cmocka_unit_test_setup_teardown(a_clock_that_jumps_a_year_ahead_erases_nothing, setup, rig_teardown),
        cmocka_unit_test_setup_teardown(a_clock_that_is_lost_does_not_stop_it_for_ever, setup, rig_teardown),
        cmocka_unit_test_setup_teardown(it_goes_in_portions_and_over_a_kill, setup, rig_teardown),
        cmocka_unit_test_setup_teardown(old_incidents_lose_words_and_people_and_are_counted_still, setup, rig_teardown),
        cmocka_unit_test_setup_teardown(a_strangers_number_goes_when_nothing_needs_it, setup, rig_teardown),
        cmocka_unit_test_setup_teardown(zero_keeps_for_ever, setup, rig_teardown),
    };
    return cmocka_run_group_tests_name("desk_retention", tests, NULL, NULL);
}
