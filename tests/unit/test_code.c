// SPDX-License-Identifier: GPL-2.0-or-later
/* Incident codes: one wrong digit, or two swapped, is refused. */
#include "parsers/code.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void the_example_of_the_product_page_checks(void **state)
{
    (void)state;
    assert_int_equal(code_check_digit("4821", 4), '7');
    assert_true(code_valid("48217"));
    assert_int_equal(code_check_digit("48x1", 4), 0);
}

static void every_single_wrong_digit_is_refused(void **state)
{
    (void)state;
    for (unsigned number = 0; number < 10000; number += 37) {
        char code[8], bad[8];
        assert_int_equal(code_make(number, 4, code, sizeof code), 0);
        assert_true(code_valid(code));
        for (size_t i = 0; i < 5; i++)
            for (int k = 0; k < 10; k++) {
                const char d = "0123456789"[k];
                memcpy(bad, code, sizeof bad);
                bad[i] = d;
                assert_int_equal(code_valid(bad), d == code[i]);
            }
    }
}

static void every_swap_of_neighbours_is_refused(void **state)
{
    (void)state;
    for (unsigned number = 1; number < 10000; number += 41) {
        char code[8];
        assert_int_equal(code_make(number, 4, code, sizeof code), 0);
        for (size_t i = 0; i < 4; i++) {
            char bad[8];
            memcpy(bad, code, sizeof bad);
            bad[i] = code[i + 1];
            bad[i + 1] = code[i];
            assert_int_equal(code_valid(bad), code[i] == code[i + 1]);
        }
    }
}

static void lengths_are_kept(void **state)
{
    (void)state;
    char code[8];
    assert_int_equal(code_make(7, 4, code, sizeof code), 0);
    assert_memory_equal(code, "0007", 4);
    assert_int_equal(code_make(10000, 4, code, sizeof code), -EINVAL);
    assert_int_equal(code_make(999999, 6, code, sizeof code), 0);
    assert_int_equal(strlen(code), 7);
    assert_int_equal(code_make(1, 6, code, 7), -EMSGSIZE);
    assert_int_equal(code_make(1, 3, code, sizeof code), -EINVAL);
    assert_false(code_valid("4821"));
    assert_false(code_valid(""));
    assert_false(code_valid("48217482"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_of_the_product_page_checks),
        cmocka_unit_test(every_single_wrong_digit_is_refused),
        cmocka_unit_test(every_swap_of_neighbours_is_refused),
        cmocka_unit_test(lengths_are_kept),
    };
    return cmocka_run_group_tests_name("code", tests, NULL, NULL);
}
