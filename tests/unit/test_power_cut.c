// SPDX-License-Identifier: GPL-2.0-or-later
/* Power cuts, the quick form of tests/faults/power_cut.c: a few spread over a mixed run, and that a disk which only
 * says that it has synced is found out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/faults/power.h"

static void nothing_is_lost_or_doubled(void **state)
{
    (void)state;
    struct power_plan plan = {.cuts = 4, .stride = 1100, .seed = 3, .say = 3, .steps = 29};
    assert_int_equal(power_start(&plan), 0);
    assert_int_equal(power.children, 4);
    assert_int_equal(power.bad, 0);
}

static void a_lying_disk_is_found_out(void **state)
{
    (void)state;
    struct power_plan plan = {.cuts = 1, .only = 2500, .seed = 3, .lying = true, .steps = 29};
    assert_int_equal(power_start(&plan), 0);
    assert_int_equal(power.bad, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_is_lost_or_doubled),
                                       cmocka_unit_test(a_lying_disk_is_found_out)};
    log_setup("test", LOG_ERR_ - 1, false);
    return cmocka_run_group_tests_name("power cuts", tests, NULL, NULL);
}
