// SPDX-License-Identifier: GPL-2.0-or-later
/* The second look at alerts: whatever becomes of the jobs that climb, an alert that is overdue and that
 * nobody was asked about raises an alarm, and climbs again. */
#include "tests/unit/desk_rig.h"

#define CHIEF "+84909000001"
#define ALARMS "SELECT COUNT(*) FROM audit WHERE action = 'overdue_unasked'"

static int look(struct rig *r)
{
    assert_int_equal(db_begin(r->db), 0);
    int n = desk_overseer(r->desk);
    assert_int_equal(db_commit(r->db), 0);
    return n;
}

static long told(struct rig *r, const char *phone, const char *like)
{
    char sql[300];
    snprintf(
        sql, sizeof(sql),
        "SELECT COUNT(*) FROM outbox o JOIN \"user\" u ON u.id = o.user_id WHERE u.phone = '%s' AND o.body LIKE '%s'",
        phone, like);
    return rig_number(r, sql);
}

static void an_alert_that_climbs_raises_no_alarm(void **state)
{
    struct rig *r = *state;
    rig_text(r, MEMBER, "BC man de danh nhau o cau");
    for (int minute = 0; minute < 600; minute++) {
        rig_later(r, MINUTE_MS);
        assert_int_equal(look(r), 0);
    }
}

static void a_lost_job_raises_an_alarm_and_the_alert_climbs_again(void **state)
{
    struct rig *r = *state;
    rig_text(r, MEMBER, "BC man de danh nhau o cau");
    rig_number(r, "DELETE FROM job WHERE kind = 'alert'; SELECT 0");
    rig_later(r, 5 * MINUTE_MS);
    assert_int_equal(look(r), 0);
    rig_later(r, MINUTE_MS + SECOND_MS);
    assert_int_equal(look(r), 1);
    assert_int_equal(rig_number(r, ALARMS), 1);
    assert_int_equal(told(r, CHIEF, "CANH BAO%"), 1);
    rig_later(r, 0);
    assert_int_equal(told(r, DUTY, "NHAC LAN 1%"), 1);
    assert_int_equal(look(r), 0);
    rig_later(r, 5 * MINUTE_MS); /* and it goes on by itself */
    assert_int_equal(told(r, DUTY, "NHAC LAN 2%"), 1);
    assert_int_equal(look(r), 0);
    assert_int_equal(rig_number(r, ALARMS), 1);
}

/* The repeat that it sets off cancels what is queued of the incident: not the alarm. */
static void the_alarm_outlives_the_repeat_that_it_sets_off(void **state)
{
    struct rig *r = *state;
    rig_text(r, MEMBER, "BC man de danh nhau o cau");
    rig_number(r, "DELETE FROM job WHERE kind = 'alert'; SELECT 0");
    rig_later(r, HOUR_MS);
    assert_int_equal(look(r), 1);
    rig_later(r, MINUTE_MS);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM outbox WHERE body LIKE 'CANH BAO%' AND state <> 'cancelled'"),
                     1);
}

/* DIEU, and NHAN while the modem is still at it: the team is called all the same, until it is over. */
static void nhan_and_a_repeat_call_nobody_back_whom_dieu_called(void **state)
{
    static const char *const queued = "SELECT COUNT(*) FROM outbox WHERE body LIKE 'DIEU CA TO%' AND state = 'queued'";
    struct rig *r = *state;
    char code[16], text[40];
    rig_text(r, MEMBER, "BC man de danh nhau o cau");
    rig_ask(r, "SELECT code FROM incident", code, sizeof(code));
    snprintf(text, sizeof(text), "DIEU %s", code);
    rig_text(r, DUTY, text);
    long n = rig_number(r, queued);
    assert_true(n > 1);
    rig_later(r, 6 * MINUTE_MS);
    assert_int_equal(rig_number(r, queued), n);
    snprintf(text, sizeof(text), "NHAN %s", code);
    rig_text(r, DUTY, text);
    assert_int_equal(rig_number(r, queued), n);
    snprintf(text, sizeof(text), "XONG %s bao nham", code);
    rig_text(r, DUTY, text);
    assert_int_equal(rig_number(r, queued), 0);
}

/* The roster is loaded anew without him who took it: the duty desk hears of it at once, and once. */
static void what_was_taken_by_one_who_left_the_roster_is_brought_to_the_duty_desk(void **state)
{
    static const char *const asked = "SELECT COUNT(*) FROM outbox o JOIN \"user\" u ON u.id = o.user_id "
                                     "WHERE u.phone = '" DUTY "' AND o.body LIKE '%nhan thay: NHAN%'";
    struct rig *r = *state;
    char code[16], text[40];
    rig_text(r, MEMBER, "BC man de danh nhau o cau");
    rig_ask(r, "SELECT code FROM incident", code, sizeof(code));
    snprintf(text, sizeof(text), "NHAN %s", code);
    rig_text(r, OFFICER, text);
    rig_number(r, "UPDATE \"user\" SET active = 0 WHERE phone = '" OFFICER "'; SELECT 0");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(db_begin(r->db), 0);
        assert_int_equal(desk_rolled_back(r->desk), 0);
        assert_int_equal(desk_calendar(r->desk), 0);
        assert_int_equal(db_commit(r->db), 0);
        rig_later(r, SECOND_MS);
        assert_int_equal(rig_number(r, asked), 1);
    }
}

static void nobody_was_ever_asked(void **state)
{
    struct rig *r = *state;
    rig_text(r, MEMBER, "BC man de danh nhau o cau");
    rig_number(r, "DELETE FROM job WHERE kind = 'alert'; SELECT 0");
    rig_number(r, "UPDATE concern SET told_rel = NULL; SELECT 0");
    rig_later(r, 2 * MINUTE_MS);
    assert_int_equal(look(r), 0);
    rig_later(r, MINUTE_MS);
    assert_int_equal(look(r), 1);
}

static void what_is_taken_closed_or_for_the_digest_is_nobodys_alarm(void **state)
{
    struct rig *r = *state;
    char code[16], text[40];
    rig_text(r, MEMBER, "BC man de co bac o quan nuoc");
    rig_text(r, MEMBER, "BC man de danh nhau o cau");
    rig_ask(r, "SELECT code FROM incident WHERE kind = 'DANH'", code, sizeof(code));
    snprintf(text, sizeof(text), "NHAN %s", code);
    rig_text(r, DUTY, text);
    rig_number(r, "DELETE FROM job; SELECT 0");
    rig_later(r, DAY_MS);
    assert_int_equal(look(r), 0);
}

static void a_restricted_one_alarms_only_those_named_for_it(void **state)
{
    struct rig *r = *state;
    rig_text(r, MEMBER, "BC man de bao hanh anh Ba danh vo");
    rig_number(r, "DELETE FROM job WHERE kind = 'alert'; SELECT 0");
    rig_later(r, HOUR_MS);
    assert_int_equal(look(r), 1);
    assert_int_equal(told(r, OFFICER, "CANH BAO%"), 1);
    assert_int_equal(told(r, CHIEF, "%"), 0);
    assert_int_equal(told(r, DUTY, "%"), 0);
}

static void the_next_look_is_when_the_first_alert_would_be_overdue(void **state)
{
    struct rig *r = *state;
    look(r);
    assert_true(desk_overseer_next(r->desk) == INT64_MAX);
    rig_text(r, MEMBER, "BC man de danh nhau o cau");
    int64_t now = desk_now(r->desk).rel_ms;
    look(r);
    int64_t next = desk_overseer_next(r->desk);
    assert_true(next > now + 5 * MINUTE_MS && next <= now + 6 * MINUTE_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        rig_test(an_alert_that_climbs_raises_no_alarm),
        rig_test(a_lost_job_raises_an_alarm_and_the_alert_climbs_again),
        rig_test(the_alarm_outlives_the_repeat_that_it_sets_off),
        rig_test(nhan_and_a_repeat_call_nobody_back_whom_dieu_called),
        rig_test(what_was_taken_by_one_who_left_the_roster_is_brought_to_the_duty_desk),
        rig_test(nobody_was_ever_asked),
        rig_test(what_is_taken_closed_or_for_the_digest_is_nobodys_alarm),
        rig_test(a_restricted_one_alarms_only_those_named_for_it),
        rig_test(the_next_look_is_when_the_first_alert_would_be_overdue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
