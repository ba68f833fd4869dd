// SPDX-License-Identifier: GPL-2.0-or-later
/* Parts that come in odd ways, through the desk: none of their text may be lost, and none may
 * tell whose tip it was. */
#include "tests/unit/desk_rig.h"

static void a_reference_used_again_the_same_day_is_another_report(void **state)
{
    struct rig *r = *state;
    rig_part(r, MEMBER, 7, 1, 2, "BC man de trom mat xe wave ");
    rig_part(r, MEMBER, 7, 2, 2, "mau xanh");
    clock_advance(r->clock, 2 * HOUR_MS);
    rig_part(r, MEMBER, 7, 1, 2, "BC man de chay nha kho ");
    rig_part(r, MEMBER, 7, 2, 2, "cua hop tac xa");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM incident"), 2);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM incident WHERE kind = 'CHAY' AND text LIKE '%hop tac xa'"), 1);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message WHERE disposition = 'late'"), 0);
}

static void a_late_last_part_is_a_supplement(void **state)
{
    struct rig *r = *state;
    rig_part(r, MEMBER, 7, 1, 2, "BC man de trom mat xe wave ");
    rig_later(r, 11 * MINUTE_MS);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM incident"), 1);
    rig_part(r, MEMBER, 7, 2, 2, "hai thanh nien di SH");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message WHERE disposition = 'late'"), 1);
    assert_true(rig_number(r, "SELECT COUNT(*) FROM outbox WHERE body LIKE '%hai thanh nien%'") > 0);
}

static void a_late_first_part_is_read_and_not_shelved(void **state)
{
    struct rig *r = *state;
    rig_part(r, MEMBER, 7, 2, 2, "hai thanh nien di SH");
    rig_later(r, 11 * MINUTE_MS);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message WHERE disposition = 'unclear'"), 1);
    rig_part(r, MEMBER, 7, 1, 2, "BC man de cuop giat tui ");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM incident WHERE kind = 'CUOP'"), 1);
}

static void a_late_middle_part_of_what_nobody_understood_goes_to_the_duty_desk(void **state)
{
    struct rig *r = *state;
    rig_part(r, MEMBER, 7, 3, 3, "cuoi cung");
    rig_later(r, 11 * MINUTE_MS);
    rig_part(r, MEMBER, 7, 2, 3, "khuc giua cua tin");
    assert_true(rig_number(r, "SELECT COUNT(*) FROM outbox WHERE body LIKE '%khuc giua%'") > 0);
}

/* It may be a tip's: the member must stand nowhere until the first part says that it is not. */
static void the_rest_of_a_members_tip_does_not_name_him(void **state)
{
    struct rig *r = *state;
    rig_part(r, MEMBER, 7, 2, 2, "nha ong Nam dau lang");
    rig_later(r, 11 * MINUTE_MS);
    rig_part(r, MEMBER, 7, 1, 2, "TIN man de co danh bac o ");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM incident WHERE form = 'tip' AND user_id IS NULL"), 1);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message WHERE user_id IS NOT NULL"), 0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM outbox WHERE body LIKE '%Nguyen Van An%'"), 0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM part WHERE party_id IS NOT NULL"), 0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message WHERE party_id IN "
                                   "(SELECT id FROM party WHERE domain = 'sender')"),
                     0);
}

static void a_part_whose_seal_does_not_open_is_read_by_the_duty_desk(void **state)
{
    struct rig *r = *state;
    rig_part(r, STRANGER, 7, 1, 2, "BC man de chay nha ");
    assert_int_equal(db_exec(r->db, "UPDATE party SET sealed = zeroblob(80)", NULL, 0), 0);
    rig_later(r, 11 * MINUTE_MS);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM part WHERE message_id IS NULL"), 0);
}

/* Else every VAO of a network that sends no usable time would be the first one, read again. */
static void a_text_without_a_time_stamp_is_another_one_later(void **state)
{
    struct rig *r = *state;
    for (int i = 0; i < 2; i++) {
        struct sms_part p = {.total = 1, .seq = 1, .smsc_ms = -1};
        rig_give(r, &p, MEMBER, "VAO");
        rig_give(r, &p, MEMBER, "VAO"); /* read again from the SIM */
        clock_advance(r->clock, DAY_MS);
    }
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message WHERE disposition = 'checkin'"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        rig_test(a_reference_used_again_the_same_day_is_another_report),
        rig_test(a_late_last_part_is_a_supplement),
        rig_test(a_late_first_part_is_read_and_not_shelved),
        rig_test(a_late_middle_part_of_what_nobody_understood_goes_to_the_duty_desk),
        rig_test(a_part_whose_seal_does_not_open_is_read_by_the_duty_desk),
        rig_test(a_text_without_a_time_stamp_is_another_one_later),
        rig_test(the_rest_of_a_members_tip_does_not_name_him),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
