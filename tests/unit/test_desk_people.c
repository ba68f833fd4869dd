// SPDX-License-Identifier: GPL-2.0-or-later
/* Who covers what, and service time. */
#include <setjmp.h>
#include <stdio.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/base/civil.h"
#include "gateway/desk/now.h"
#include "gateway/desk/people.h"

static void an_officer_covers_his_places_and_no_others(void **state)
{
    (void)state;
    struct user u = {.role = ROLE_AREA_OFFICER, .places = "4 15 6"};
    assert_true(user_covers(&u, "4"));
    assert_true(user_covers(&u, "15"));
    assert_true(user_covers(&u, "6"));
    assert_false(user_covers(&u, "5")); /* part of 15 */
    assert_false(user_covers(&u, "1"));
    assert_false(user_covers(&u, ""));
}

static void duty_covers_all_also_what_is_not_known(void **state)
{
    (void)state;
    struct user u = {.role = ROLE_DUTY};
    assert_true(user_covers(&u, "4"));
    assert_true(user_covers(&u, ""));
}

static void a_home_is_the_only_village(void **state)
{
    (void)state;
    char out[8];
    struct user one = {.places = "6"}, two = {.places = "6 7"}, all = {.places = ""};
    assert_string_equal(user_home(&one, out, sizeof(out)), "6");
    assert_null(user_home(&two, out, sizeof(out)));
    assert_null(user_home(&all, out, sizeof(out)));
}

static void service_time_never_goes_back(void **state)
{
    (void)state;
    struct clock *c = clock_new_manual(1000 * DAY_MS, 500);
    struct service_time t;
    service_time_start(&t, c, "");
    assert_int_equal(service_now(&t).rel_ms, 1000 * DAY_MS);
    clock_advance(c, HOUR_MS);
    clock_jump(c, -900 * DAY_MS); /* 1970 and the like: relative time goes on */
    assert_int_equal(service_now(&t).rel_ms, 1000 * DAY_MS + HOUR_MS);
    assert_int_equal(service_now(&t).wall_ms, 100 * DAY_MS + HOUR_MS);
    char stored[SERVICE_TEXT_SIZE];
    snprintf(stored, sizeof(stored), "%lld", (long long)service_now(&t).rel_ms); /* as schema 1 stored it */
    int64_t rel = service_now(&t).rel_ms;
    service_time_start(&t, c, stored); /* another boot, and the clock is still wrong */
    assert_int_equal(service_now(&t).rel_ms, rel);
    clock_jump(c, 5000 * DAY_MS);
    assert_int_equal(service_now(&t).rel_ms, rel);
    service_time_start(&t, c, stored); /* another boot, long off */
    assert_int_equal(service_now(&t).rel_ms, clock_now_ms(c));
    clock_free(c);
}

static void a_restart_within_one_boot_hears_nothing_of_the_wall_clock(void **state)
{
    (void)state;
    struct clock *c = clock_new_manual(1000 * DAY_MS, 500);
    struct service_time t;
    char stored[SERVICE_TEXT_SIZE];
    service_time_start(&t, c, "");
    service_time_text(&t, stored);
    clock_advance(c, 4 * MINUTE_MS); /* nothing stored since */
    clock_jump(c, -DAY_MS);
    service_time_start(&t, c, stored);
    assert_int_equal(service_now(&t).rel_ms, 1000 * DAY_MS + 4 * MINUTE_MS);
    clock_jump(c, 3 * DAY_MS);
    service_time_start(&t, c, stored);
    assert_int_equal(service_now(&t).rel_ms, 1000 * DAY_MS + 4 * MINUTE_MS);
    service_time_start(&t, c, "86400000000 99999999 manual"); /* a boot time that is not yet: not this boot's */
    assert_int_equal(service_now(&t).rel_ms, clock_now_ms(c));
    clock_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_officer_covers_his_places_and_no_others),
        cmocka_unit_test(duty_covers_all_also_what_is_not_known),
        cmocka_unit_test(a_home_is_the_only_village),
        cmocka_unit_test(service_time_never_goes_back),
        cmocka_unit_test(a_restart_within_one_boot_hears_nothing_of_the_wall_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
