// SPDX-License-Identifier: GPL-2.0-or-later
/* Quiet hours and the calendar that they follow. */
#include "tests/unit/desk_rig.h"

#include "gateway/desk/quiet.h"
#include "gateway/desk/room.h"

static int64_t ms_of(const char *text)
{
    int64_t ms = 0;
    assert_int_equal(civil_parse(text, &ms), 0);
    return ms;
}

/* The minutes that something which is not urgent waits at this time. */
static long waits(const char *from, const char *to, const char *at)
{
    struct config c = {0};
    snprintf(c.quiet_from, sizeof(c.quiet_from), "%s", from);
    snprintf(c.quiet_to, sizeof(c.quiet_to), "%s", to);
    struct now now = {.wall_ms = ms_of(at), .rel_ms = ms_of(at) - 3};
    return (long)((quiet_until(&c, now) - now.rel_ms) / MINUTE_MS);
}

static void the_night_is_quiet(void **state)
{
    (void)state;
    assert_int_equal(waits("22:00", "05:30", "2026-11-12 21:59:59"), 0);
    assert_int_equal(waits("22:00", "05:30", "2026-11-12 22:00"), 450);
    assert_int_equal(waits("22:00", "05:30", "2026-11-13 00:00"), 330);
    assert_int_equal(waits("22:00", "05:30", "2026-11-13 05:29"), 1);
    assert_int_equal(waits("22:00", "05:30", "2026-11-13 05:30"), 0);
}

static void quiet_hours_within_a_day(void **state)
{
    (void)state;
    assert_int_equal(waits("11:30", "13:00", "2026-11-12 11:29"), 0);
    assert_int_equal(waits("11:30", "13:00", "2026-11-12 12:00"), 60);
    assert_int_equal(waits("11:30", "13:00", "2026-11-12 13:00"), 0);
}

static void the_same_time_twice_is_no_quiet(void **state)
{
    (void)state;
    assert_int_equal(waits("22:00", "22:00", "2026-11-12 22:00"), 0);
    assert_int_equal(waits("00:00", "00:00", "2026-11-12 00:00"), 0);
}

static void times_of_day_are_read_strictly(void **state)
{
    (void)state;
    assert_int_equal(config_minutes("05:30"), 330);
    assert_int_equal(config_minutes("5:30"), 330);
    assert_int_equal(config_minutes("00:00"), 0);
    assert_int_equal(config_minutes("23:59"), 1439);
    const char *wrong[] = {"", ":", "5", "24:00", "12:60", "12:5", "12:300", "123:00", "-1:00", "05h30", "05:3a"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        assert_int_equal(config_minutes(wrong[i]), -1);
}

static void a_lost_clock_is_replaced_by_service_time(void **state)
{
    (void)state;
    int64_t t = ms_of("2026-11-12 21:00");
    assert_int_equal(now_calendar((struct now){.wall_ms = 0, .rel_ms = t}), t);
    assert_int_equal(now_calendar((struct now){.wall_ms = t - DAY_MS, .rel_ms = t}), t - DAY_MS);
    assert_int_equal(now_calendar((struct now){.wall_ms = t + DAY_MS, .rel_ms = t}), t + DAY_MS);
}

static void only_what_is_not_urgent_waits(void **state)
{
    struct rig *r = *state;
    int64_t officer = people_by_phone(&r->desk->people, OFFICER)->id;
    clock_jump(r->clock, ms_of("2026-11-12 23:00") - clock_now_ms(r->clock));
    int64_t rel = desk_now(r->desk).rel_ms;
    assert_int_equal(db_begin(r->db), 0);
    assert_int_equal(tell_later(r->desk, officer, 0, 0, "later"), 0);
    assert_int_equal(tell_user(r->desk, officer, PRIO_ALERT, 0, 0, "now"), 0);
    assert_int_equal(tell_user(r->desk, officer, PRIO_REPLY, 0, 0, "now"), 0);
    assert_int_equal(db_commit(r->db), 0);
    struct outbox_row rows[8];
    assert_int_equal(outbox_due(r->db, rel, rows, 8), 1);
    assert_string_equal(rows[0].body, "now");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM outbox WHERE not_before_rel > created_ms"), 1);
    int64_t at = rel + 390 * MINUTE_MS;
    assert_int_equal(outbox_next_rel(r->db, rel, &at), 0);
    assert_int_equal(at, rel + 390 * MINUTE_MS);
    /* its time to live counts from there */
    char left[32];
    rig_ask(r, "SELECT expires_rel - not_before_rel FROM outbox WHERE body = 'later'", left, sizeof(left));
    assert_int_equal(strtol(left, NULL, 10), r->cfg->digest_ttl_s * 1000L);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_night_is_quiet),
        cmocka_unit_test(quiet_hours_within_a_day),
        cmocka_unit_test(the_same_time_twice_is_no_quiet),
        cmocka_unit_test(times_of_day_are_read_strictly),
        cmocka_unit_test(a_lost_clock_is_replaced_by_service_time),
        rig_test(only_what_is_not_urgent_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
