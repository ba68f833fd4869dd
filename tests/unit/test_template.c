// SPDX-License-Identifier: GPL-2.0-or-later
/* Outgoing texts: one SMS each, cut where it may be cut, never the code. */
#include "gateway/base/gsm7.h"
#include "parsers/template.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define REPLY "Da nhan vu {code}: {kind} {place}. {text}"

static int render(const char *tpl, const char *place, const char *text, char *out, size_t size)
{
    const struct template_value v[] = {{"code", "48217"}, {"kind", "TROM"}, {"place", place}, {"text", text}};
    return template_render(tpl, v, 4, out, size);
}

static void values_are_unaccented(void **state)
{
    (void)state;
    char out[400];
    assert_int_equal(render(REPLY, "Mạn Đê", "mất xe", out, sizeof out), 0);
    assert_string_equal(out, "Da nhan vu 48217: TROM Man De. mat xe");
}

static void numbers_in_free_text_are_masked(void **state)
{
    (void)state;
    char out[400];
    assert_int_equal(render(REPLY, "A", "goi 0912000099", out, sizeof out), 0);
    assert_null(strstr(out, "0912000099"));
    assert_non_null(strstr(out, "099"));
    assert_non_null(strstr(out, "48217"));
}

static void a_long_text_is_cut_and_the_code_is_not(void **state)
{
    (void)state;
    char out[400], text[700];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_int_equal(render(REPLY, "Thượng Dương", text, out, sizeof out), 0);
    assert_int_equal(gsm7_septets(out), GSM7_SINGLE_SEPTETS);
    assert_non_null(strstr(out, "48217: TROM Thuong Duong. x"));
}

static void extension_characters_count_twice(void **state)
{
    (void)state;
    char out[400], text[200];
    memset(text, '[', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_int_equal(render("{text}", "A", text, out, sizeof out), 0);
    assert_int_equal(gsm7_septets(out), GSM7_SINGLE_SEPTETS);
    assert_int_equal(strspn(out, "["), GSM7_SINGLE_SEPTETS / 2 - 1);
}

static void a_text_that_was_cut_says_so(void **state)
{
    (void)state;
    char out[400], text[200];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_int_equal(render("{text}. NHAN", "A", text, out, sizeof out), 0);
    assert_int_equal(gsm7_septets(out), GSM7_SINGLE_SEPTETS);
    assert_non_null(strstr(out, "x... NHAN"));
    assert_int_equal(render("{text}. NHAN", "A", "xx", out, sizeof out), 0);
    assert_string_equal(out, "xx. NHAN");
}

static void what_can_not_fit_is_an_error(void **state)
{
    (void)state;
    char out[400], tpl[220];
    memset(tpl, 'a', sizeof tpl - 1);
    memcpy(tpl + 200, " {code}", 8);
    assert_int_equal(render(tpl, "A", "b", out, sizeof out), -EMSGSIZE);
    assert_int_equal(render("{nobody}", "A", "b", out, sizeof out), -EINVAL);
}

static void new_lines_in_values_become_spaces(void **state)
{
    (void)state;
    char out[400];
    assert_int_equal(render("{text}!", "A", "mot\nhai", out, sizeof out), 0);
    assert_string_equal(out, "mot hai!");
}

static void a_template_is_checked_at_its_longest(void **state)
{
    (void)state;
    static const struct template_rule rules[] = {{"code", 7}, {"place", 6}, {"text", 0}};
    char why[200] = "", tpl[200];
    assert_int_equal(template_check("Vu {code} {place}: {text}", rules, 3, why, sizeof why), 0);
    assert_int_equal(template_check("Vu {cod}", rules, 3, why, sizeof why), -EINVAL);
    assert_non_null(strstr(why, "{cod}"));
    assert_int_equal(template_check("Vụ {code}", rules, 3, why, sizeof why), -EINVAL);
    assert_non_null(strstr(why, "GSM-7"));
    memset(tpl, 'a', sizeof tpl);
    memcpy(tpl + 154, "{code}", 7);
    assert_int_equal(template_check(tpl, rules, 3, why, sizeof why), -EINVAL);
    assert_non_null(strstr(why, "161"));
    memcpy(tpl + 153, "{code}", 7);
    assert_int_equal(template_check(tpl, rules, 3, why, sizeof why), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_unaccented),
        cmocka_unit_test(numbers_in_free_text_are_masked),
        cmocka_unit_test(a_long_text_is_cut_and_the_code_is_not),
        cmocka_unit_test(extension_characters_count_twice),
        cmocka_unit_test(a_text_that_was_cut_says_so),
        cmocka_unit_test(what_can_not_fit_is_an_error),
        cmocka_unit_test(new_lines_in_values_become_spaces),
        cmocka_unit_test(a_template_is_checked_at_its_longest),
    };
    return cmocka_run_group_tests_name("template", tests, NULL, NULL);
}
