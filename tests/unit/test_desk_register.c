// SPDX-License-Identifier: GPL-2.0-or-later
/* DK, its invites and its guesses, and what DULIEU tells. A played conversation begins with an
 * empty database and has no invite, so it is here. */
#include "tests/unit/desk_rig.h"

#include "store/invite.h"

#define LAST_TO_HIM                                                                                                    \
    "SELECT body FROM outbox WHERE user_id = (SELECT id FROM \"user\" WHERE phone = '" STRANGER                        \
    "') ORDER BY id DESC LIMIT 1"
#define LAST_TO_PARTY "SELECT body FROM outbox WHERE party_id IS NOT NULL ORDER BY id DESC LIMIT 1"

static void invite(struct rig *r, const char *what, char code[INVITE_CODE_SIZE])
{
    assert_int_equal(db_begin(r->db), 0);
    assert_int_equal(desk_invite(r->desk, what, code, INVITE_CODE_SIZE), 0);
    assert_int_equal(db_commit(r->db), 0);
}

static void dk(struct rig *r, const char *sender, const char *code)
{
    char text[64];
    snprintf(text, sizeof(text), "DK %s", code);
    rig_text(r, sender, text);
}

static void expect(struct rig *r, const char *sql, const char *part)
{
    char body[400];
    rig_ask(r, sql, body, sizeof(body));
    if (!strstr(body, part))
        fail_msg("'%s' is not in '%s'", part, body);
}

static bool refused(struct rig *r, const char *what)
{
    char out[200] = "";
    int rc = desk_invite(r->desk, what, out, sizeof(out));
    return rc == -EINVAL && out[0];
}

static long users(struct rig *r)
{
    return rig_number(r, "SELECT COUNT(*) FROM \"user\" WHERE active = 1");
}

static void an_invite_makes_a_number_a_user(void **state)
{
    struct rig *r = *state;
    char code[INVITE_CODE_SIZE];
    long before = users(r);
    invite(r, "7 member 6 Nguyen Van Tam", code);
    dk(r, STRANGER, code);
    assert_int_equal(users(r), before + 1);
    expect(r, LAST_TO_HIM, "Nguyen Van Tam, to vien Man De");
    expect(r, LAST_TO_HIM, "DULIEU");
    expect(r, LAST_TO_HIM, "NGUNG");
    assert_true(rig_number(r, "SELECT COUNT(*) FROM outbox o JOIN \"user\" u ON u.id = o.user_id WHERE "
                              "u.role = 'duty' AND o.body LIKE 'Nguyen Van Tam da dang ky%'") > 0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM audit WHERE action IN ('invite', 'register')"), 2);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM invite"), 0);
    rig_text(r, STRANGER, "BC trom mat xe wave"); /* his own village */
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM incident WHERE place = '6' AND unverified = 0"), 1);
}

static void it_counts_once(void **state)
{
    struct rig *r = *state;
    char code[INVITE_CODE_SIZE];
    invite(r, "7 member 6 Nguyen Van Tam", code);
    dk(r, STRANGER, code);
    long before = users(r);
    dk(r, "+84912000091", code);
    assert_int_equal(users(r), before);
    expect(r, LAST_TO_PARTY, "Chua dang ky duoc");
}

static void digits_in_groups_are_read(void **state)
{
    struct rig *r = *state;
    char code[INVITE_CODE_SIZE], text[32];
    long before = users(r);
    invite(r, "7 leader 6 Nguyen Van Tam", code);
    snprintf(text, sizeof(text), "dk %.3s %.3s", code, code + 3);
    rig_text(r, STRANGER, text);
    assert_int_equal(users(r), before + 1);
}

static void it_runs_out(void **state)
{
    struct rig *r = *state;
    char code[INVITE_CODE_SIZE];
    long before = users(r);
    invite(r, "2 member 6 Nguyen Van Tam", code);
    clock_advance(r->clock, 2 * DAY_MS + 1);
    dk(r, STRANGER, code);
    assert_int_equal(users(r), before);
}

static void five_wrong_ones_in_a_day_and_then_silence(void **state)
{
    struct rig *r = *state;
    char code[INVITE_CODE_SIZE];
    long before = users(r);
    invite(r, "7 member 6 Nguyen Van Tam", code);
    for (int i = 0; i < 5; i++) {
        dk(r, STRANGER, "111");
        rig_later(r, HOUR_MS);
    }
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM outbox WHERE body LIKE 'Chua dang ky duoc%'"), 5);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM audit WHERE action = 'register_silenced'"), 1);
    dk(r, STRANGER, "111");
    dk(r, STRANGER, code); /* also a right one: it would be a guess */
    assert_int_equal(users(r), before);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM outbox WHERE body LIKE 'Chua dang ky duoc%'"), 5);
    rig_later(r, 20 * HOUR_MS);
    dk(r, STRANGER, code);
    assert_int_equal(users(r), before + 1);
}

static void dk_alone_is_a_question_and_no_guess(void **state)
{
    struct rig *r = *state;
    rig_text(r, STRANGER, "DK");
    expect(r, LAST_TO_PARTY, "Chua dang ky duoc");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM invite_guess"), 0);
}

static void his_number_is_nowhere_in_clear_before_he_is_a_user(void **state)
{
    struct rig *r = *state;
    dk(r, STRANGER, "123456");
    rig_text(r, STRANGER, "DULIEU");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM \"user\" WHERE phone = '" STRANGER "'"), 0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message WHERE body LIKE '%912000090%'") +
                         rig_number(r, "SELECT COUNT(*) FROM outbox WHERE body LIKE '%912000090%'") +
                         rig_number(r, "SELECT COUNT(*) FROM audit WHERE detail LIKE '%912000090%'"),
                     0);
}

static void a_user_keeps_his_invite_for_another(void **state)
{
    struct rig *r = *state;
    char code[INVITE_CODE_SIZE];
    invite(r, "7 chief - Vu Thi Mai", code);
    dk(r, MEMBER, code);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM invite"), 1);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM \"user\" WHERE phone = '" MEMBER "' AND role = 'member'"), 1);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM outbox WHERE body LIKE 'Ban da dang ky%'"), 1);
}

static void dk_ends_ones_own_ngung(void **state)
{
    struct rig *r = *state;
    rig_text(r, MEMBER, "NGUNG");
    rig_text(r, MEMBER, "DK");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM \"user\" WHERE stopped = 1"), 0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM audit WHERE action = 'register_again'"), 1);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM outbox WHERE body LIKE 'Da dang ky%'"), 1);
    assert_true(rig_number(r, "SELECT COUNT(*) FROM outbox WHERE body LIKE 'Nguyen Van An da dang ky%'") > 0);
    rig_text(r, LEADER, "BC man de danh nhau o cau");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM \"user\" WHERE phone = '" MEMBER "' AND stopped = 0"), 1);
}

static void a_phone_that_always_says_dk_is_not_answered_for_ever(void **state)
{
    struct rig *r = *state;
    for (int i = 0; i < 60; i++) {
        rig_text(r, MEMBER, "DK");
        clock_advance(r->clock, MINUTE_MS - 1000);
    }
    assert_true(rig_number(r, "SELECT COUNT(*) FROM outbox") <= 3);
}

static void an_invite_that_says_nonsense_is_refused_with_a_reason(void **state)
{
    struct rig *r = *state;
    assert_true(refused(r, ""));
    assert_true(refused(r, "7 member 6"));
    assert_true(refused(r, "0 member 6 Tam"));
    assert_true(refused(r, "91 member 6 Tam"));
    assert_true(refused(r, "7 boss 6 Tam"));
    assert_true(refused(r, "7 member - Tam"));
    assert_true(refused(r, "7 member 6,nowhere Tam"));
    assert_true(refused(r, "7 member 6,,7 Tam"));
    assert_true(refused(r, "7 member 6 =SUM(A1)"));
    assert_true(refused(r, "7 member 6 Tam\tTam"));
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM invite"), 0);
}

static void invites_that_ran_out_are_deleted_daily(void **state)
{
    struct rig *r = *state;
    char code[INVITE_CODE_SIZE];
    assert_int_equal(db_begin(r->db), 0);
    assert_int_equal(desk_start(r->desk), 0);
    assert_int_equal(db_commit(r->db), 0);
    invite(r, "2 member 6 Nguyen Van Tam", code);
    rig_later(r, DAY_MS);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM invite"), 1);
    rig_later(r, 2 * DAY_MS);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM invite"), 0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM audit WHERE action = 'invites_expired'"), 1);
}

/* Neither a tip nor a restricted report may show: the phone may be in another's hand. */
static void dulieu_tells_a_user_what_is_kept_and_nothing_of_a_tip(void **state)
{
    struct rig *r = *state;
    const char *last = "SELECT body FROM outbox WHERE body LIKE 'Luu ve ban%' ORDER BY id DESC LIMIT 1";
    rig_text(r, MEMBER, "BC man de trom mat xe");
    rig_text(r, MEMBER, "BC man de bao hanh danh vo");
    rig_text(r, MEMBER, "DULIEU");
    expect(r, last, "Nguyen Van An, to vien Man De");
    expect(r, last, "3 tin, 1 vu da bao tu 12/11/2026");
    rig_text(r, MEMBER, "TIN man de co danh bac");
    rig_text(r, MEMBER, "DULIEU");
    expect(r, last, "4 tin, 1 vu");
}

static void dulieu_tells_a_stranger_a_count_that_has_no_tip_in_it(void **state)
{
    struct rig *r = *state;
    rig_text(r, STRANGER, "BC man de danh nhau o quan");
    rig_text(r, STRANGER, "TIN man de co danh bac");
    rig_text(r, STRANGER, "DULIEU");
    expect(r, LAST_TO_PARTY, "ma hoa");
    expect(r, LAST_TO_PARTY, "Dang luu 2 tin");
    expect(r, LAST_TO_PARTY, "NGUNG");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        rig_test(an_invite_makes_a_number_a_user),
        rig_test(it_counts_once),
        rig_test(digits_in_groups_are_read),
        rig_test(it_runs_out),
        rig_test(five_wrong_ones_in_a_day_and_then_silence),
        rig_test(dk_alone_is_a_question_and_no_guess),
        rig_test(his_number_is_nowhere_in_clear_before_he_is_a_user),
        rig_test(a_user_keeps_his_invite_for_another),
        rig_test(dk_ends_ones_own_ngung),
        rig_test(a_phone_that_always_says_dk_is_not_answered_for_ever),
        rig_test(an_invite_that_says_nonsense_is_refused_with_a_reason),
        rig_test(invites_that_ran_out_are_deleted_daily),
        rig_test(dulieu_tells_a_user_what_is_kept_and_nothing_of_a_tip),
        rig_test(dulieu_tells_a_stranger_a_count_that_has_no_tip_in_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
