// SPDX-License-Identifier: GPL-2.0-or-later
/* Texts that come hours after they were written: flagged, told once, no siren; and a clock that is wrong
 * makes nobody late. */
#include "tests/unit/desk_rig.h"

static void text_of(struct rig *r, const char *from, const char *text, int64_t smsc_ms)
{
    struct sms_part p = {.total = 1, .seq = 1, .smsc_ms = smsc_ms};
    snprintf(p.sender, sizeof(p.sender), "%s", from);
    p.coding = SMS_UCS2;
    p.body_len = (uint16_t)utf8_to_utf16be(text, p.body, sizeof(p.body));
    assert_int_equal(db_begin(r->db), 0);
    assert_int_equal(desk_part(r->desk, "gsm1", &p), 0);
    assert_int_equal(db_commit(r->db), 0);
}

static int count(struct rig *r, const char *sql)
{
    char out[32];
    assert_int_equal(db_exec(r->db, sql, out, sizeof(out)), 0);
    return atoi(out);
}

#define ALERTS "SELECT COUNT(*) FROM outbox WHERE priority <= 1 AND incident_id IS NOT NULL"
#define TO(role) ALERTS " AND user_id IN (SELECT id FROM user WHERE role = '" role "')"
#define CLIMBS "SELECT COUNT(*) FROM job WHERE kind = 'alert'"

static void a_report_of_yesterday_is_flagged_told_once_and_never_climbs(void **state)
{
    struct rig *r = *state;
    text_of(r, MEMBER, "BC man de danh nhau o cau", RIG_START_MS - 22 * HOUR_MS);
    assert_true(count(r, TO("duty")) >= 1);
    assert_int_equal(count(r, TO("leader")), 0);
    assert_int_equal(count(r, "SELECT COUNT(*) FROM outbox WHERE priority = 0"), 0);
    assert_int_equal(count(r, ALERTS " AND body NOT LIKE '%(gui luc %hom qua)%'"), 0);
    assert_int_equal(count(r, CLIMBS), 0);
    assert_int_equal(count(r, "SELECT COUNT(*) FROM incident WHERE text LIKE '(gui luc %hom qua) %'"), 1);
    assert_int_equal(count(r, "SELECT COUNT(*) FROM outbox WHERE priority = 2 AND body LIKE 'Da nhan vu%'"), 1);
}

static void the_same_just_written_is_a_siren(void **state)
{
    struct rig *r = *state;
    text_of(r, MEMBER, "BC man de danh nhau o cau", RIG_START_MS - 20 * MINUTE_MS);
    assert_true(count(r, TO("leader")) >= 1);
    assert_int_equal(count(r, CLIMBS), 1);
    assert_int_equal(count(r, "SELECT COUNT(*) FROM incident WHERE text LIKE '%gui luc%'"), 0);
}

static void a_late_sos_is_told_and_does_not_pass_a_fresh_one(void **state)
{
    struct rig *r = *state;
    text_of(r, MEMBER, "SOS bi danh", RIG_START_MS - 22 * HOUR_MS);
    assert_int_equal(count(r, "SELECT COUNT(*) FROM outbox WHERE priority = 0"), 0);
    assert_true(count(r, TO("duty")) >= 1);
    assert_int_equal(count(r, ALERTS " AND body NOT LIKE '%hom qua%'"), 0);
    text_of(r, "+84912000005", "SOS bi vay", RIG_START_MS);
    assert_true(count(r, "SELECT COUNT(*) FROM outbox WHERE priority = 0") >= 1);
}

static void many_are_counted_in_one_text(void **state)
{
    struct rig *r = *state;
    char text[80];
    for (int i = 0; i < 60; i++) {
        snprintf(text, sizeof(text), "BC man de danh nhau o so nha %d", i);
        text_of(r, MEMBER, text, RIG_START_MS - 22 * HOUR_MS + i * MINUTE_MS);
    }
    assert_int_equal(count(r, "SELECT COUNT(*) FROM incident"), 60);
    assert_true(count(r, "SELECT COUNT(DISTINCT incident_id) FROM outbox WHERE priority = 1") <= 10);
    rig_later(r, 3 * MINUTE_MS);
    assert_true(count(r, "SELECT COUNT(*) FROM outbox WHERE body LIKE '50 tin gui tu truoc%'") >= 1);
    assert_int_equal(count(r, CLIMBS), 0);
}

static void a_clock_that_jumps_makes_nobody_late(void **state)
{
    struct rig *r = *state;
    clock_jump(r->clock, DAY_MS);
    text_of(r, MEMBER, "BC man de danh nhau o cau", RIG_START_MS);
    assert_int_equal(count(r, CLIMBS), 1);
    clock_jump(r->clock, -2 * DAY_MS);
    text_of(r, MEMBER, "BC man de chay nha o cho", RIG_START_MS);
    assert_int_equal(count(r, CLIMBS), 2);
}

static void a_restricted_one_goes_to_those_named_in_minimal_words(void **state)
{
    struct rig *r = *state;
    text_of(r, MEMBER, "BC man de bao hanh o xom tren", RIG_START_MS - 22 * HOUR_MS);
    assert_true(count(r, ALERTS) >= 1);
    assert_int_equal(count(r, ALERTS " AND body LIKE '%xom tren%'"), 0);
    assert_int_equal(count(r, TO("leader")), 0);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_report_of_yesterday_is_flagged_told_once_and_never_climbs),
        CASE(the_same_just_written_is_a_siren),
        CASE(a_late_sos_is_told_and_does_not_pass_a_fresh_one),
        CASE(many_are_counted_in_one_text),
        CASE(a_clock_that_jumps_makes_nobody_late),
        CASE(a_restricted_one_goes_to_those_named_in_minimal_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
