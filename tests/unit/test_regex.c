// SPDX-License-Identifier: GPL-2.0-or-later
/* The regex face: groups, flags, and patterns that would burn the CPU. */
#include "parsers/regex.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void keep(void *ctx, const char *name, const char *value, size_t len)
{
    char *all = ctx;
    size_t n = strlen(all);
    snprintf(all + n, 128 - n, "%s=%.*s;", name, (int)len, value);
}

static void named_groups_are_told(void **state)
{
    (void)state;
    char why[100] = "", all[128] = "";
    struct regex *r = regex_new("vu (?<ma>[0-9]{5})(?<none>x)?.*(?<kind>[A-Z]{4})", "", why, sizeof why);
    assert_non_null(r);
    const char *text = "Da nhan vu 48217: TROM Man De";
    assert_int_equal(regex_search(r, text, strlen(text), keep, all), 1);
    assert_string_equal(all, "kind=TROM;ma=48217;");
    assert_int_equal(regex_search(r, "khong co", 8, keep, all), 0);
    regex_free(r);
}

static void flags_change_the_match(void **state)
{
    (void)state;
    char why[100];
    struct regex *plain = regex_new("đã.nhan", "", why, sizeof why);
    struct regex *both = regex_new("đã.nhan", "is", why, sizeof why);
    const char *text = "ĐÃ\nNHAN";
    assert_int_equal(regex_search(plain, text, strlen(text), NULL, NULL), 0);
    assert_int_equal(regex_search(both, text, strlen(text), NULL, NULL), 1);
    regex_free(plain);
    regex_free(both);
    assert_null(regex_new("a", "x", why, sizeof why));
}

static void a_bad_pattern_says_why_and_where(void **state)
{
    (void)state;
    char why[100] = "";
    assert_null(regex_new("a(b", "", why, sizeof why));
    assert_non_null(strstr(why, "offset 3"));
}

static void an_expensive_pattern_is_given_up(void **state)
{
    (void)state;
    char why[100], text[64];
    struct regex *r = regex_new("^(a|a)*$", "", why, sizeof why);
    memset(text, 'a', sizeof text);
    text[40] = 'b';
    assert_int_equal(regex_search(r, text, 41, NULL, NULL), -E2BIG);
    regex_free(r);
}

static void broken_text_is_an_error_not_a_crash(void **state)
{
    (void)state;
    char why[100];
    struct regex *r = regex_new("a", "", why, sizeof why);
    assert_int_equal(regex_search(r, "\xC3(", 2, NULL, NULL), -EINVAL);
    regex_free(r);
    regex_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(named_groups_are_told),
        cmocka_unit_test(flags_change_the_match),
        cmocka_unit_test(a_bad_pattern_says_why_and_where),
        cmocka_unit_test(an_expensive_pattern_is_given_up),
        cmocka_unit_test(broken_text_is_an_error_not_a_crash),
    };
    return cmocka_run_group_tests_name("regex", tests, NULL, NULL);
}
