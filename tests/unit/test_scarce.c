// SPDX-License-Identifier: GPL-2.0-or-later
/* Allocations and calls of the disk that fail, the quick form of tests/faults/malloc_faults.c and io_faults.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/faults/malloc_calls.h"

#define STEPS 12
#define ONCE_AND_EVER (1 << SCARCE_ONCE | 1 << SCARCE_EVER)

static void no_memory_loses_nothing(void **state)
{
    (void)state;
    struct scarce_plan plan = {.memory = true, .stride = 4000, .modes = 7, .steps = STEPS, .seed = 4, .say = 3};
    assert_int_equal(scarce_start(&plan), 0);
    assert_true(scarce.children >= 3);
    assert_int_equal(scarce.bad, 0);
}

static void a_disk_that_refuses_loses_nothing(void **state)
{
    (void)state;
    struct scarce_plan plan = {.stride = 1400, .modes = ONCE_AND_EVER, .steps = STEPS, .seed = 4, .say = 3};
    assert_int_equal(scarce_start(&plan), 0);
    assert_true(scarce.children >= 4);
    assert_int_equal(scarce.bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(no_memory_loses_nothing),
                                       cmocka_unit_test(a_disk_that_refuses_loses_nothing)};
    log_setup("test", LOG_WARN_, false);
    return cmocka_run_group_tests_name("nothing to be had", tests, NULL, NULL);
}
