// SPDX-License-Identifier: GPL-2.0-or-later
/* Files that are broken, by a slip or on purpose: an error with its line, never a crash. And the
 * list of problems itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "config/config.h"
#include "gateway/base/err.h"
#include "tests/unit/scratch.h"

static void refuses_octets(struct scratch *s, const char *data, size_t n, int line, const char *part)
{
    struct problems *p = problems_new();
    struct config *c = config_load(scratch_put(s, "tinbao.cfg", data, n), p);
    const struct problem *found = problem_with(p, line, part);
    if (c || !found) {
        problems_print(p, stderr);
        fail_msg("%.40s should say '%s' on line %d", data, part, line);
    }
    assert_int_equal(found->line, line);
    problems_free(p);
}

static void a_slip_of_the_hand_is_said_with_its_line(void **state)
{
    static const struct {
        const char *text;
        int line;
        const char *part;
    } slips[] = {
        {"dlr = true;\nroster = \"abc;\ndemo = true;\n", 2, "not closed on its line"},
        {"lines = (\n { name = \"a\"; }\n { name = \"b\"; } );", 2, "comma is missing"},
        {"lines = (\n { name = \"a\"; },\n );", 2, "no comma may follow"},
        {"lines = (\n\n { name = \"a\";\n", 3, "never closed"},
        {"lines = (\n { name = \"a\"; ) );", 2, "closes nothing"},
        {"dlr = true;\ndlr = false;\n", 2, "set twice"},
        {"\n@include \"/etc/passwd\"\n", 2, "@include"},
        {"dlr = true;\n/* comment\n\n", 2, "close it with */"},
        {"service_name = \xE2\x80\x9Cx\xE2\x80\x9D;", 1, "straight \"quotes\""},
        {"service_name = 'x';", 1, "double quotes"},
        {"service_name = \"a\\x00b\";", 1, "\\x"},
        {"service_name = \"a\\q\";", 1, "backslash"},
        {"reply_ttl_s = 0060;", 1, "begins with 0"},
        {"reply_ttl_s = 0xFFFFFFFFFF;", 1, "too large"},
        {"reply_ttl_s = -99999999999;", 1, "too large"},
        {"alert_repeat_s = [ 1, \"x\" ];", 1, "an array"},
        {"dlr = yes;", 1, "a switch is true or false"},
        {"\ndlr\n true;", 2, "'=' is missing"},
        {"dlr = ;", 1, "the value is missing"},
        {"dlr =\n", 1, "the value is missing"},
        {"dlr = true;;", 1, "too many"},
        {"\"dlr\" = true;", 1, "a name is missing"},
        {"lines = ( 1\n 2 );", 1, "a comma is missing"},
        {"lines = ( 1; 2 );", 1, "not ;"},
        {"lines = [ { } ];", 1, "in ( )"},
        {"lines = ( , );", 1, "delete a comma"},
        {"reply_ttl_s = 10m;", 1, "not a whole number"},
        {"a.b = 1;", 1, "a name has letters"},
        {"service_name = \"a\xFFz\";", 1, "not UTF-8"},
        {"\xFF\xFE"
         "d",
         1, "UTF-16"},
    };
    for (size_t i = 0; i < ARRAY_LEN(slips); i++)
        refuses_octets(*state, slips[i].text, strlen(slips[i].text), slips[i].line, slips[i].part);
}

static void separators_are_optional_and_a_byte_order_mark_is_forgiven(void **state)
{
    static const char *const good[] = {
        ("\xEF\xBB\xBF"
         "demo = true\ndlr = false, reply_ttl_s = 100\n"),
        "# x\n// \"y\n/* @include \" */ demo : true; dlr = FALSE; reply_ttl_s = 0x64;\n",
        "demo=true;dlr=false;reply_ttl_s=100;service_name = \"CA \"\n \"xa\"; // no newline at the end",
    };
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        struct problems *p = problems_new();
        struct config *c = config_load(scratch_text(*state, "tinbao.cfg", good[i]), p);
        assert_non_null(c);
        assert_true(c->demo);
        assert_false(c->dlr);
        assert_int_equal(c->reply_ttl_s, 100);
        assert_string_equal(c->service_name, "CA xa");
        config_free(c);
        problems_free(p);
    }
}

static void nul_octets_are_refused(void **state)
{
    refuses_octets(*state, "dlr = true;\n\0roster = \"x\";", 26, 2, "NUL");
}

/* `head`, then `n` times `unit`, then `tail`. */
static char *repeated(const char *head, const char *unit, size_t n, const char *tail, size_t *len)
{
    size_t h = strlen(head), u = strlen(unit), t = strlen(tail);
    char *out = malloc(h + u * n + t + 1);
    assert_non_null(out);
    memcpy(out, head, h);
    for (size_t i = 0; i < n; i++)
        memcpy(out + h + i * u, unit, u);
    memcpy(out + h + u * n, tail, t + 1);
    *len = h + u * n + t;
    return out;
}

static void huge_input_is_an_error_not_a_crash(void **state)
{
    static const struct {
        const char *head, *unit;
        size_t n;
        const char *tail, *part;
        int line;
    } huge[] = {
        {"x = ", "(", 100000, ";", "nested too deep", 1},
        {"x = \"", "a", 1u << 20, "\";", "longer than 4096", 1},
        {"", " ", 1u << 20, "", "longer than 4096", 1},
        {"alert_repeat_s = [\n1", ",\n1", 200000, "];", "5 numbers", 1},
        {"lines = (\n{}", ",\n{}", 200000, ");", "at most 4", 1},
        {"", "a=1;\n", 5000, "", "too many names", 4001},
        {"", "# \n", 2u << 20, "", "4 MiB", 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(huge); i++) {
        size_t n;
        char *text = repeated(huge[i].head, huge[i].unit, huge[i].n, huge[i].tail, &n);
        refuses_octets(*state, text, n, huge[i].line, huge[i].part);
        free(text);
    }
}

static void a_directory_or_fifo_in_the_files_place_is_refused(void **state)
{
    struct scratch *s = *state;
    struct problems *p = problems_new();
    char path[128];
    assert_null(config_load(s->dir, p));
    assert_non_null(problem_with(p, 0, "not a plain file"));
    snprintf(path, sizeof(path), "%s/fifo", s->dir);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_null(config_load(path, p));
    assert_int_equal(p->errors, 2);
    problems_free(p);
}

static void sisters_hold_their_list_alone(void **state)
{
    static const struct {
        const char *key, *text, *part;
    } bad[] = {
        {"places", "places = ( );", "no places"},
        {"places", "place = ( );", "no setting 'place' belongs here"},
        {"places", "", "is not in this file"},
        {"places", "places = 5;", "is written"},
        {"places", "places = ( { code = \"a b\"; name = \"A\"; } );", "1 to 7 digits or letters"},
        {"places", "places = ( { code = 6; name = \"A\"; } );", "in quotes"},
        {"places", "places = ( { code = \"6\"; name = \"A\"; aliases = [ \"\" ]; } );", "an empty text"},
        {"kinds", "kinds = ( { code = \"TROM\"; name = \"x\"; severity = 3; goes = \"digest\"; } );",
         "KHAC is missing"},
        {"kinds", "kinds = ( { code = \"KHAC\"; name = \"x\"; severity = 6; goes = \"digest\"; } );", "1..5"},
        {"kinds", "kinds = ( { code = \"KHAC\"; name = \"x\"; severity = 2; goes = \"digets\"; } );", "\"digest\"?"},
        {"kinds", "kinds = ( { code = \"khac\"; name = \"x\"; severity = 2; goes = \"duty\"; } );", "capital letters"},
        {"forms", "forms = ( { name = \"x\"; keywords = [ ]; } );", "keywords has 0 entries"},
        {"forms", "forms = ( { name = \"x\"; keywords = [ \"A\" ]; }, { name = \"x\"; keywords = [ \"B\" ]; } );",
         "two forms are called 'x'"},
        {"messages", "messages : { a = 5; };", "must be in quotes"},
        {"messages", "messages = ( );", "is written"},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        char main_text[200];
        snprintf(main_text, sizeof(main_text), "%s = \"sister.cfg\";", bad[i].key);
        scratch_text(*state, "sister.cfg", bad[i].text);
        struct problems *p = problems_new();
        assert_null(config_load(scratch_text(*state, "tinbao.cfg", main_text), p));
        const struct problem *found = problem_with(p, 0, bad[i].part);
        if (!found)
            problems_print(p, stderr);
        assert_non_null(found);
        assert_non_null(strstr(found->file, "/sister.cfg"));
        problems_free(p);
    }
}

static void a_text_keeps_its_line_and_adjacent_strings_are_joined(void **state)
{
    scratch_text(*state, "m.cfg", "messages : {\n a = \"x\";\n\n b = \"Da nhan \"\n     \"{code}.\";\n};\n");
    struct problems *p = problems_new();
    struct config *c = config_load(scratch_text(*state, "tinbao.cfg", "messages = \"m.cfg\";"), p);
    assert_non_null(c);
    assert_int_equal(c->n_messages, 2);
    assert_string_equal(c->messages[1].key, "b");
    assert_string_equal(c->messages[1].text, "Da nhan {code}.");
    assert_int_equal(c->messages[1].line, 4);
    config_free(c);
    problems_free(p);
}

static void a_full_list_of_problems_keeps_the_errors(void **state)
{
    (void)state;
    struct problems *p = problems_new();
    for (int i = 0; i < 1000; i++)
        problems_add(p, true, "f", i, "warning %d", i);
    problems_add(p, false, "f", 1, "the error");
    assert_int_equal(p->errors, 1);
    assert_int_equal(p->n + p->lost, 1001);
    assert_non_null(problem_with(p, 1, "the error"));
    problems_free(p);
}

static void control_characters_never_reach_the_terminal(void **state)
{
    (void)state;
    char longest[600];
    struct problems *p = problems_new();
    memset(longest, 'x', 398);
    memcpy(longest + 398, "\xC3\xAA", 3); /* cut inside by the bound of 400 */
    problems_add(p, false, "f", 1, "a\x1B[31m\n\xFF z");
    problems_add(p, false, "f", 2, "%s", longest);
    assert_string_equal(p->items[0].text, "a?[31m?? z");
    assert_int_equal(strlen(p->items[1].text), 398);
    problems_free(p);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, scratch_make, scratch_remove)
    const struct CMUnitTest tests[] = {
        T(a_slip_of_the_hand_is_said_with_its_line),
        T(separators_are_optional_and_a_byte_order_mark_is_forgiven),
        T(nul_octets_are_refused),
        T(huge_input_is_an_error_not_a_crash),
        T(a_directory_or_fifo_in_the_files_place_is_refused),
        T(sisters_hold_their_list_alone),
        T(a_text_keeps_its_line_and_adjacent_strings_are_joined),
        T(a_full_list_of_problems_keeps_the_errors),
        T(control_characters_never_reach_the_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
