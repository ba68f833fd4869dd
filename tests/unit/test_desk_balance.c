// SPDX-License-Identifier: GPL-2.0-or-later
/* The balance: warned of once a day until it is topped up; and the budget's counters. */
#include "tests/unit/desk_rig.h"

#include "gateway/desk/budget.h"
#include "gateway/desk/room.h"

static int start(void **state)
{
    if (rig_setup(state))
        return -1;
    struct rig *r = *state;
    int64_t morning;
    assert_int_equal(civil_parse("2026-11-12 09:00", &morning), 0);
    clock_jump(r->clock, morning - clock_now_ms(r->clock));
    return 0;
}

static void says(struct rig *r, const char *words)
{
    assert_int_equal(db_begin(r->db), 0);
    assert_int_equal(desk_balance(r->desk, "gsm1", 0, words), 0);
    assert_int_equal(db_commit(r->db), 0);
}

/* Texts so far to the chief that begin so. */
static long told(struct rig *r, const char *words)
{
    char sql[300];
    snprintf(sql, sizeof(sql),
             "SELECT COUNT(*) FROM outbox o JOIN \"user\" u ON u.id = o.user_id WHERE u.role = 'chief' AND "
             "o.body LIKE '%s%%'",
             words);
    return rig_number(r, sql);
}

static void little_credit_is_told_once_a_day_until_it_is_topped_up(void **state)
{
    struct rig *r = *state;
    says(r, "TKG: 45.300d, HSD: 12/12/2027");
    assert_int_equal(told(r, "SIM"), 0);
    says(r, "TKG: 15.300d, HSD: 12/12/2027");
    assert_int_equal(told(r, "SIM gsm1 con 15.300d, han 12/12/2027."), 1);
    clock_advance(r->clock, 3 * HOUR_MS);
    says(r, "TKG: 15.000d, HSD: 12/12/2027");
    assert_int_equal(told(r, "SIM"), 1);
    clock_jump(r->clock, DAY_MS); /* the wall clock: no day has passed */
    says(r, "TKG: 14.900d, HSD: 12/12/2027");
    assert_int_equal(told(r, "SIM"), 1);
    clock_advance(r->clock, 21 * HOUR_MS);
    says(r, "TKG: 14.800d, HSD: 12/12/2027");
    assert_int_equal(told(r, "SIM"), 2);
    says(r, "TKG: 64.800d, HSD: 12/12/2027");
    assert_int_equal(told(r, "SIM"), 2);
    says(r, "TKG: 4.800d, HSD: 12/12/2027"); /* a new shortage is a new word */
    assert_int_equal(told(r, "SIM"), 3);
}

static void credit_that_ends_is_told_days_before(void **state)
{
    struct rig *r = *state;
    says(r, "TKC: 90.000 d, han su dung 19-11-2026");
    assert_int_equal(told(r, "SIM"), 0);
    says(r, "TKC: 90.000 d, han su dung 18-11-2026");
    assert_int_equal(told(r, "SIM gsm1 con 90.000d, han 18/11/2026."), 1);
}

static void no_credit_is_a_trouble_until_it_is_over(void **state)
{
    struct rig *r = *state;
    says(r, "TKG: 0d");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM trouble WHERE what = 'credit gsm1'"), 1);
    says(r, "TKG: 50.000d");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM trouble WHERE what = 'credit gsm1'"), 0);
}

static void words_that_are_not_understood_are_told_once(void **state)
{
    struct rig *r = *state;
    struct line_state s;
    says(r, "Loi he thong 0912000077");
    says(r, "Loi he thong");
    assert_int_equal(told(r, "Khong doc duoc so du SIM gsm1"), 1);
    assert_int_equal(told(r, "%0912000077"), 0);
    says(r, "TKG: 50.000d");
    assert_int_equal(line_state_get(r->db, "gsm1", &s), 0);
    assert_true(s.balance_known);
    assert_int_equal(s.balance_dong, 50000);
    says(r, "Loi he thong");
    assert_int_equal(told(r, "Khong doc duoc"), 2);
    assert_int_equal(line_state_get(r->db, "gsm1", &s), 0);
    assert_false(s.balance_known);
}

/* --- the budget ------------------------------------------------------------------------ */

static bool may(struct rig *r, enum priority p, enum row_need need, const char *role)
{
    char sql[100];
    struct outbox_row row = {.priority = p, .need = need, .body_in = "x", .expires_rel = INT64_MAX / 2};
    snprintf(sql, sizeof(sql), "SELECT id FROM \"user\" WHERE role = '%s' LIMIT 1", role);
    row.user_id = rig_number(r, sql);
    row.created_ms = clock_now_ms(r->clock);
    bool yes;
    assert_int_equal(db_begin(r->db), 0);
    assert_int_equal(outbox_add(r->db, &row, &row.id), 0);
    assert_int_equal(desk_may_send(r->desk, &row, &yes), 0);
    if (yes)
        assert_int_equal(outbox_sending(r->db, row.id, "gsm1"), 0);
    assert_int_equal(db_commit(r->db), 0);
    return yes;
}

static struct budget_state stands(struct rig *r)
{
    struct budget_state s;
    assert_int_equal(budget_state(r->db, r->cfg, clock_now_ms(r->clock), &s), 0);
    return s;
}

static void the_reserve_is_for_what_must_go(void **state)
{
    struct rig *r = *state;
    r->cfg->budget = (struct budget_config){.month = 10, .reserve = 50};
    for (int i = 0; i < 5; i++)
        assert_true(may(r, PRIO_REPLY, NEED_NONE, "member"));
    assert_int_equal(told(r, "Thang 11/2026 da gui 5/10 SMS: chi con gui bao dong"), 1);
    assert_false(may(r, PRIO_REPLY, NEED_NONE, "member"));
    assert_false(may(r, PRIO_DIGEST, NEED_NONE, "duty"));
    for (int i = 0; i < 5; i++)
        assert_true(may(r, PRIO_REPLY, NEED_REPLY, "member"));
    assert_false(may(r, PRIO_REPLY, NEED_REPLY, "member"));
    assert_true(may(r, PRIO_ALERT, NEED_NONE, "duty"));
    assert_true(may(r, PRIO_SOS, NEED_NONE, "duty"));
    assert_true(may(r, PRIO_DIGEST, NEED_ALWAYS, "chief"));
    assert_int_equal(stands(r).month.urgent, 2);
    assert_int_equal(stands(r).month.other, 11);
    assert_int_equal(stands(r).month.dropped, 3);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM audit WHERE action = 'sms_dropped'"), 3);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM outbox WHERE state = 'cancelled'"), 3);
    assert_int_equal(told(r, "Thang"), 1);
}

static void what_was_not_sent_does_not_count(void **state)
{
    struct rig *r = *state;
    struct outbox_row row = {.priority = PRIO_REPLY, .user_id = rig_number(r, "SELECT MIN(id) FROM \"user\"")};
    r->cfg->budget = (struct budget_config){.month = 10};
    assert_true(may(r, PRIO_REPLY, NEED_NONE, "member"));
    assert_int_equal(db_begin(r->db), 0);
    assert_int_equal(desk_not_sent(r->desk, &row), 0);
    assert_int_equal(db_commit(r->db), 0);
    assert_int_equal(stands(r).month.other, 0);
}

static void eighty_percent_is_told_once_over_clock_jumps(void **state)
{
    struct rig *r = *state;
    r->cfg->budget = (struct budget_config){.month = 10};
    for (int i = 0; i < 7; i++)
        assert_true(may(r, PRIO_REPLY, NEED_NONE, "member"));
    assert_int_equal(told(r, "Thang"), 0);
    assert_true(may(r, PRIO_REPLY, NEED_NONE, "member"));
    assert_int_equal(told(r, "Thang 11/2026 da gui 8/10 SMS, sap het"), 1);
    clock_jump(r->clock, 30 * DAY_MS); /* another month, by mistake */
    assert_true(may(r, PRIO_REPLY, NEED_NONE, "member"));
    clock_jump(r->clock, -30 * DAY_MS);
    assert_true(may(r, PRIO_REPLY, NEED_NONE, "member"));
    assert_int_equal(told(r, "Thang 11/2026 da gui"), 1);
    assert_int_equal(stands(r).month.other, 9);
}

static void a_digest_over_the_days_bound_waits_once(void **state)
{
    struct rig *r = *state;
    r->cfg->budget = (struct budget_config){.day_per_user = 2};
    assert_true(may(r, PRIO_REPLY, NEED_NONE, "chief"));
    assert_true(may(r, PRIO_DIGEST, NEED_NONE, "chief"));
    assert_false(may(r, PRIO_DIGEST, NEED_NONE, "chief"));
    assert_false(may(r, PRIO_REPLY, NEED_NONE, "chief"));
    assert_true(may(r, PRIO_REPLY, NEED_NONE, "duty"));
    assert_int_equal(stands(r).month.held, 1);
    assert_int_equal(stands(r).month.dropped, 1);
    char at[32];
    int64_t dawn;
    assert_int_equal(civil_parse("2026-11-13 05:30", &dawn), 0);
    rig_ask(r, "SELECT not_before_rel FROM outbox WHERE state = 'queued' AND priority = 3", at, sizeof(at));
    assert_int_equal(strtoll(at, NULL, 10), desk_now(r->desk).rel_ms + dawn - clock_now_ms(r->clock));
}

static void a_day_for_all_has_a_bound_too(void **state)
{
    struct rig *r = *state;
    r->cfg->budget = (struct budget_config){.day = 2};
    assert_true(may(r, PRIO_REPLY, NEED_NONE, "chief"));
    assert_true(may(r, PRIO_ALERT, NEED_NONE, "duty"));
    assert_false(may(r, PRIO_REPLY, NEED_NONE, "member"));
    assert_true(may(r, PRIO_ALERT, NEED_NONE, "duty"));
    assert_true(may(r, PRIO_REPLY, NEED_REPLY, "member"));
    clock_advance(r->clock, DAY_MS);
    assert_true(may(r, PRIO_REPLY, NEED_NONE, "member"));
}

#define T(name) cmocka_unit_test_setup_teardown(name, start, rig_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(little_credit_is_told_once_a_day_until_it_is_topped_up),
        T(credit_that_ends_is_told_days_before),
        T(no_credit_is_a_trouble_until_it_is_over),
        T(words_that_are_not_understood_are_told_once),
        T(the_reserve_is_for_what_must_go),
        T(what_was_not_sent_does_not_count),
        T(eighty_percent_is_told_once_over_clock_jumps),
        T(a_digest_over_the_days_bound_waits_once),
        T(a_day_for_all_has_a_bound_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
