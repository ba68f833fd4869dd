// SPDX-License-Identifier: GPL-2.0-or-later
/* Lost phones: what a played conversation (tests/scenarios/lost) can not show: the rows that are left, an undone
 * transaction, a USSD session, an invite. */
#include "tests/unit/desk_rig.h"

#include "store/invite.h"
#include "store/revoked.h"

#define OF_OFFICER " FROM outbox WHERE user_id = (SELECT id FROM \"user\" WHERE name LIKE 'Bùi Thị Hà') AND state = "

static void lock_phone(struct rig *r, const char *what)
{
    char out[400] = "";
    assert_int_equal(db_begin(r->db), 0);
    if (desk_revoke(r->desk, what, out, sizeof(out)))
        fail_msg("%s", out);
    assert_int_equal(db_commit(r->db), 0);
}

static int unlock_phone(struct rig *r, const char *phone)
{
    char out[400] = "";
    assert_int_equal(db_begin(r->db), 0);
    int rc = desk_restore(r->desk, phone, out, sizeof(out));
    assert_int_equal(db_commit(r->db), 0);
    return rc;
}

static void what_waits_for_a_lost_phone_is_dropped_and_no_other(void **state)
{
    struct rig *r = *state;
    rig_text(r, MEMBER, "BC man de danh nhau o cau");
    rig_text(r, MEMBER, "BC man de chay o cho");
    assert_int_equal(rig_number(r, "SELECT COUNT(*)" OF_OFFICER "'queued'"), 2);
    long others = rig_number(r, "SELECT COUNT(*) FROM outbox WHERE state = 'queued'") - 2;
    lock_phone(r, OFFICER);
    assert_int_equal(rig_number(r, "SELECT COUNT(*)" OF_OFFICER "'queued'"), 0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*)" OF_OFFICER "'cancelled' AND blocked = 0"), 2);
    /* the two of the duty desk and the chief are told */
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM outbox WHERE state = 'queued' AND body NOT LIKE 'DA KHOA%'"),
                     others);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM outbox WHERE body LIKE 'DA KHOA%'"), 3);
}

static void its_number_stands_in_no_row(void **state)
{
    struct rig *r = *state;
    lock_phone(r, OFFICER);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM \"user\" WHERE phone LIKE '%903000001'"), 0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM revoked WHERE length(phone_hash) = 16"), 1);
    assert_int_equal(
        rig_number(r, "SELECT COUNT(*) FROM audit WHERE action = 'phone_revoked' AND detail NOT LIKE '%903%'"), 1);
}

static void a_roster_that_still_names_it_does_not_bring_it_back(void **state)
{
    struct rig *r = *state;
    int changed = 0;
    long before = rig_number(r, "SELECT COUNT(*) FROM \"user\" WHERE active = 1");
    lock_phone(r, OFFICER);
    log_setup("test", (enum log_level)0, false);
    assert_int_equal(user_sync(r->db, r->cfg->roster, r->cfg->n_roster, RIG_START_MS, &changed), 0);
    assert_int_equal(changed, 0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM \"user\" WHERE active = 1"), before - 1);
    assert_int_equal(unlock_phone(r, OFFICER), 0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM \"user\" WHERE active = 1"), before);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM \"user\""), before); /* the same one */
    rig_text(r, OFFICER, "*1#");
    assert_int_equal(rig_number(r, "SELECT COUNT(*)" OF_OFFICER "'queued' AND body LIKE 'Hom nay%'"), 1);
}

static void a_change_that_is_undone_leaves_him_his_rights(void **state)
{
    struct rig *r = *state;
    char out[400];
    assert_int_equal(db_begin(r->db), 0);
    assert_int_equal(desk_revoke(r->desk, OFFICER, out, sizeof(out)), 0);
    db_rollback(r->db);
    assert_int_equal(desk_rolled_back(r->desk), 0);
    rig_text(r, OFFICER, "*1#");
    assert_int_equal(rig_number(r, "SELECT COUNT(*)" OF_OFFICER "'queued' AND body LIKE 'Hom nay%'"), 1);
}

static void a_session_of_a_lost_phone_is_told_nothing_of_it(void **state)
{
    struct rig *r = *state;
    char screen[700];
    bool end = false;
    assert_int_equal(desk_session(r->desk, OFFICER, "", 160, screen, sizeof(screen), &end), 0);
    assert_non_null(strstr(screen, "1 Hom nay"));
    lock_phone(r, OFFICER);
    assert_int_equal(desk_session(r->desk, OFFICER, "1", 160, screen, sizeof(screen), &end), 0);
    assert_true(end);
    assert_non_null(strstr(screen, "He thong dang ban"));
}

static void an_invite_does_not_let_it_in(void **state)
{
    struct rig *r = *state;
    char code[INVITE_CODE_SIZE], text[32];
    lock_phone(r, MEMBER);
    assert_int_equal(db_begin(r->db), 0);
    assert_int_equal(desk_invite(r->desk, "7 leader 6 Nguyen Van Tam", code, sizeof(code)), 0);
    assert_int_equal(db_commit(r->db), 0);
    snprintf(text, sizeof(text), "DK %s", code);
    rig_text(r, MEMBER, text);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM invite"), 1);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM \"user\" WHERE name = 'Nguyen Van Tam'"), 0);
    rig_text(r, STRANGER, text); /* the invite is as good as before, from another phone */
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM \"user\" WHERE name = 'Nguyen Van Tam' AND active = 1"), 1);
    /* who came by DK has no line of the roster: found again, he is there at once */
    lock_phone(r, STRANGER);
    assert_int_equal(unlock_phone(r, STRANGER), 0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM \"user\" WHERE name = 'Nguyen Van Tam' AND active = 1"), 1);
}

static void one_person_waits_for_five_phones_at_most(void **state)
{
    struct rig *r = *state;
    char text[32];
    for (int i = 3; i <= 10; i++) {
        snprintf(text, sizeof(text), "KHOA 09120000%02d", i);
        rig_text(r, DUTY, text);
    }
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM revoke_ask"), 5);
    rig_later(r, DAY_MS + MINUTE_MS);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM revoke_ask"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_waits_for_a_lost_phone_is_dropped_and_no_other, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(its_number_stands_in_no_row, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(a_roster_that_still_names_it_does_not_bring_it_back, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(a_change_that_is_undone_leaves_him_his_rights, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(a_session_of_a_lost_phone_is_told_nothing_of_it, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(an_invite_does_not_let_it_in, rig_setup, rig_teardown),
        cmocka_unit_test_setup_teardown(one_person_waits_for_five_phones_at_most, rig_setup, rig_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
