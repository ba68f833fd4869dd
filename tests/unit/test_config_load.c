// SPDX-License-Identifier: GPL-2.0-or-later
/* The loader: what ships loads, defaults hold, and what is wrong is said with line and remedy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "config/config.h"
#include "config/keys.h"
#include "gateway/base/err.h"
#include "tests/unit/scratch.h"

#define PLACES                                                                                                         \
    "places = ( { code = \"6\"; name = \"Mạn Đê\"; type = \"thon\"; aliases = [ \"lang man\" ]; },\n"              \
    "           { code = \"11\"; name = \"TDP 1\"; type = \"tdp\"; aliases = [ ]; } );\n"
#define ROSTER "name,phone,role,places,pin\nAn,+84912000001,member,6,\nLan,+84909000001,chief,,4321\n"
#define TWO_KEYS "places = \"places.cfg\";\nroster = \"roster.csv\";\n"

/* Loads a config of the two keys and `more`; the problems go to *p. */
static struct config *load(struct scratch *s, const char *more, struct problems **p)
{
    char text[4096];
    scratch_text(s, "places.cfg", PLACES);
    scratch_text(s, "roster.csv", ROSTER);
    snprintf(text, sizeof(text), "%s%s", TWO_KEYS, more);
    *p = problems_new();
    assert_non_null(*p);
    return config_load(scratch_text(s, "tinbao.cfg", text), *p);
}

static void refuses(struct scratch *s, const char *more, int line, const char *part)
{
    struct problems *p;
    struct config *c = load(s, more, &p);
    const struct problem *found = problem_with(p, line, part);
    if (c || !found) {
        problems_print(p, stderr);
        fail_msg("'%s' should say '%s' on line %d", more, part, line);
    }
    assert_false(found->warning);
    assert_non_null(strstr(found->file, "/tinbao.cfg"));
    problems_free(p);
}

static void the_demo_commune_loads_without_a_problem(void **state)
{
    (void)state;
    struct problems *p = problems_new();
    struct config *c = config_load(TINBAO_SHARE "/demo/tinbao.cfg", p);
    if (p->n)
        problems_print(p, stderr);
    assert_non_null(c);
    assert_int_equal(p->n, 0);
    assert_true(c->demo);
    assert_int_equal(c->n_places, 8);
    assert_in_range(c->n_roster, 25, 40);
    assert_string_equal(config_place(c, "6")->name, "Mạn Đê");
    assert_int_equal(c->n_lines, 1);
    assert_true(c->lines[0].is_virtual);
    assert_true(c->lines[0].cut_pauses);
    assert_string_equal(c->state_dir, TINBAO_SHARE "/demo/state");
    assert_int_equal(config_kind(c, "BAOHANH")->n_officers, 2);
    config_free(c);
    problems_free(p);
}

static void the_shipped_example_loads(void **state)
{
    (void)state;
    struct problems *p = problems_new();
    struct config *c = config_load(TINBAO_SHARE "/tinbao.cfg", p);
    assert_non_null(c);
    assert_int_equal(p->errors, 0);
    config_free(c);
    problems_free(p);
}

/* Is this comment of tinbao.cfg a setting that is commented out? */
static bool is_setting(const char *line)
{
    size_t name = strspn(line + 3, "abcdefghijklmnopqrstuvwxyz_");
    return !strncmp(line, "//   ", 5) || !strncmp(line, "// );", 5) || !strncmp(line, "// };", 5) ||
           (name > 0 && (!strncmp(line + 3 + name, " = ", 3) || !strncmp(line + 3 + name, " : ", 3)));
}

static void link_shipped(struct scratch *s, const char *name)
{
    char from[512], to[512];
    snprintf(from, sizeof(from), "%s/%s", TINBAO_SHARE, name);
    snprintf(to, sizeof(to), "%s/%s", s->dir, name);
    assert_int_equal(symlink(from, to), 0);
}

static void note(void *ctx, const char *key, bool needs_restart)
{
    char *said = ctx;
    size_t used = strlen(said);
    snprintf(said + used, 200 - used, "%s%s ", key, needs_restart ? "!" : "");
}

static void the_shipped_example_shows_every_setting_with_its_default(void **state)
{
    static const char *const shipped[] = {"places.cfg", "roster.csv", "kinds.cfg", "forms.cfg", "messages.vi.cfg"};
    struct scratch *s = *state;
    char line[400], text[65536] = "";
    FILE *f = fopen(TINBAO_SHARE "/tinbao.cfg", "r");
    assert_non_null(f);
    while (fgets(line, sizeof(line), f))
        strncat(text, !strncmp(line, "//", 2) && is_setting(line) ? line + 3 : line, sizeof(text) - strlen(text) - 1);
    fclose(f);
    for (size_t i = 0; i < ARRAY_LEN(shipped); i++)
        link_shipped(s, shipped[i]);
    struct problems *p = problems_new();
    struct config *all = config_load(scratch_text(s, "tinbao.cfg", text), p);
    if (!all)
        problems_print(p, stderr);
    assert_non_null(all);
    struct config *none = config_load(scratch_text(s, "less.cfg",
                                                   TWO_KEYS "kinds = \"kinds.cfg\"; forms = "
                                                            "\"forms.cfg\"; messages = \"messages.vi.cfg\";"),
                                      p);
    assert_non_null(none);
    char said[200] = "";
    config_diff(none, all, note, said);
    /* the officers of restricted kinds, a modem, a rota, and the calendar: the list that stands, but then
     * people are reminded of it */
    assert_string_equal(said, "kinds lines! webhooks mail spare duty calendar ");
    struct key_table t = keys_of_config(), tl = keys_of_line();
    for (size_t i = 0; i < t.n + tl.n; i++)
        assert_non_null(strstr(text, i < t.n ? t.keys[i].name : tl.keys[i - t.n].name));
    config_free(all);
    config_free(none);
    problems_free(p);
}

static void two_keys_do_and_the_defaults_hold(void **state)
{
    struct problems *p;
    struct config *c = load(*state, "", &p);
    assert_non_null(c);
    assert_int_equal(p->errors, 0);
    assert_string_equal(c->service_name, "CA xa");
    assert_int_equal(c->code_digits, 4);
    static const int repeat[] = {1800, 1800, 1800, 900, 300};
    for (size_t i = 0; i < ARRAY_LEN(repeat); i++)
        assert_int_equal(c->alert_repeat_s[i + 1], repeat[i]);
    assert_int_equal(c->reply_ttl_s, 3600);
    assert_int_equal(c->night_start_h, 21);
    assert_true(c->dlr);
    assert_false(c->demo);
    assert_string_equal(c->state_dir, "/var/lib/tinbao");
    assert_string_equal(c->forms_path, TINBAO_SHARE "/forms.cfg");
    assert_int_equal(c->n_balances, 4);
    assert_string_equal(c->balances[0].operator_code, "45204");
    assert_true(c->roster_given);
    assert_non_null(problem_with(p, 0, "no line is configured"));
    config_free(c);
    problems_free(p);
}

static void places_kinds_and_forms_are_found_by_code(void **state)
{
    struct problems *p;
    struct config *c = load(*state, "", &p);
    assert_non_null(c);
    assert_string_equal(config_place(c, "11")->name, "TDP 1");
    assert_string_equal(config_place(c, "6")->aliases[0], "lang man");
    assert_null(config_place(c, "7"));
    assert_null(config_place(c, NULL));
    assert_int_equal(config_kind(c, "TROM")->goes, GOES_WHILE_UNDER_WAY);
    assert_true(config_kind(c, "TRENGUY")->restricted);
    assert_null(config_kind(c, "trom"));
    assert_string_equal(config_form(c, "incident")->keywords[0], "BC");
    assert_true(config_form(c, "incident")->line > 0);
    assert_null(config_form(c, "none"));
    config_free(c);
    problems_free(p);
}

static void an_unknown_setting_is_refused_with_the_nearest(void **state)
{
    refuses(*state, "alert_tll_s = 100;\n", 3, "did you mean 'alert_ttl_s'?");
    refuses(*state, "\nzzzzzzzzzz = 1;\n", 4, "tinbao check --keys");
    refuses(*state, "lines = ( { name = \"a\"; devise = \"virtual\"; } );\n", 3, "did you mean 'device'?");
    refuses(*state, "restricted : { BAOHAN = [ \"+84909000001\" ]; };\n", 3, "did you mean 'BAOHANH'?");
}

static void a_wrong_type_or_range_is_said_with_unit_and_default(void **state)
{
    refuses(*state, "reply_ttl_s = 5;\n", 3, "60..86400 s, default 3600");
    refuses(*state, "reply_ttl_s = \"3600\";\n", 3, "60..86400 s, default 3600");
    refuses(*state, "reply_ttl_s = 60.5;\n", 3, "a whole number");
    refuses(*state, "code_digits = 7;\n", 3, "4..6 digits, default 4");
    refuses(*state, "dlr = 1;\n", 3, "true or false, default true");
    refuses(*state, "alert_repeat_s = [ 60, 60 ];\n", 3, "5 numbers");
    refuses(*state, "alert_repeat_s = [ 60, 60, 60, 60, 1 ];\n", 3, "10..86400 s");
    refuses(*state, "log_level = \"inof\";\n", 3, "did you mean \"info\"?");
    refuses(*state, "service_name = \"a name that no text could ever carry\";\n", 3, "at most 31");
    refuses(*state, "service_name = \"\";\n", 3, "empty");
    refuses(*state, "reply_ttl_s = 99999999999;\n", 3, "too large");
    refuses(*state, "lines = ( { name = \"a\"; device = \"virtual\"; rate_per_minute = 601; } );\n", 3, "1..600");
    refuses(*state, "lines = ( { name = \"a\"; device = \"ttyUSB0\"; } );\n", 3, "/dev/serial/by-id/");
    refuses(*state, "lines = ( { name = \"a\"; } );\n", 3, "needs 'device'");
    refuses(*state, "lines = ( 5 );\n", 3, "{ name = value; ... }");
    refuses(*state, "balance = ( { operator = \"45204\"; ussd = \"101\"; } );\n", 3, "*101#");
    refuses(*state, "restricted : { TROM = [ \"+84909000001\" ]; };\n", 3, "not a restricted one");
    refuses(*state, "restricted : { BAOHANH = [ \"12\" ]; };\n", 3, "no phone number");
}

static void all_problems_of_all_files_are_said_at_once(void **state)
{
    struct scratch *s = *state;
    scratch_text(s, "p.cfg", "places = ( { code = \"6\"; name = \"A\"; },\n { code = \"6\"; nam = \"B\"; } );\n");
    scratch_text(s, "r.csv", "name,phone,role,places\nAn,12,member,6\n");
    struct problems *p = problems_new();
    const char *path =
        scratch_text(s, "tinbao.cfg", "places = \"p.cfg\";\nroster = \"r.csv\";\ndlr = 3;\nkinds = \"none.cfg\";\n");
    assert_null(config_load(path, p));
    assert_non_null(problem_with(p, 3, "dlr must be"));
    assert_non_null(problem_with(p, 2, "did you mean 'name'?"));
    assert_non_null(problem_with(p, 2, "two places have the code \"6\""));
    assert_non_null(problem_with(p, 2, "is no phone number"));
    assert_non_null(problem_with(p, 0, "there is no such file"));
    problems_free(p);
}

static void a_missing_config_says_so(void **state)
{
    struct problems *p = problems_new();
    (void)state;
    assert_null(config_load("/nonexistent/tinbao.cfg", p));
    assert_int_equal(p->errors, 1);
    assert_non_null(problem_with(p, 0, "no such file"));
    problems_free(p);
}

static void restricted_kinds_without_officers_on_the_roster_are_warned_of(void **state)
{
    struct problems *p;
    struct config *c =
        load(*state, "restricted : { BAOHANH = [ \"0909000001\", \"0912000001\", \"0912000077\" ]; };\n", &p);
    assert_non_null(c);
    assert_string_equal(config_kind(c, "BAOHANH")->officers[0], "+84909000001");
    assert_int_equal(config_kind(c, "BAOHANH")->n_officers, 3);
    assert_non_null(problem_with(p, 0, "TRENGUY has no named officers"));
    assert_null(problem_with(p, 0, "+84909000001, named"));
    assert_non_null(problem_with(p, 0, "+84912000001, named for the restricted kind BAOHANH, is no officer"));
    assert_non_null(problem_with(p, 0, "+84912000077, named for the restricted kind BAOHANH, is not on the roster"));
    config_free(c);
    problems_free(p);
}

static void the_environment_moves_the_state_and_the_share(void **state)
{
    struct problems *p;
    setenv("TINBAO_STATE_DIR", "/run/elsewhere", 1);
    struct config *c = load(*state, "state_dir = \"x\";\n", &p);
    unsetenv("TINBAO_STATE_DIR");
    assert_non_null(c);
    assert_string_equal(c->state_dir, "/run/elsewhere");
    config_free(c);
    problems_free(p);
    setenv("TINBAO_SHARE", "/nonexistent", 1);
    c = load(*state, "", &p);
    unsetenv("TINBAO_SHARE");
    assert_null(c);
    assert_non_null(problem_with(p, 0, "no such file"));
    assert_int_equal(p->errors, 3); /* kinds, forms, messages */
    problems_free(p);
}

static void a_demo_roster_on_a_real_modem_is_warned_of(void **state)
{
    struct problems *p;
    struct config *c =
        load(*state, "demo = true;\nlines = ( { name = \"a\"; device = \"/dev/serial/by-id/x\"; } );\n", &p);
    assert_non_null(c);
    assert_false(c->lines[0].is_virtual);
    assert_false(c->lines[0].cut_pauses);
    assert_int_equal(c->lines[0].rate_per_minute, 20);
    assert_int_equal(c->lines[0].poll_s, 60);
    assert_string_equal(c->lines[0].connection, "at");
    assert_non_null(problem_with(p, 0, "line a is a real modem"));
    config_free(c);
    problems_free(p);
}

static void a_reload_says_what_differs_and_what_needs_a_restart(void **state)
{
    struct problems *p, *q;
    struct config *a = load(*state, "", &p);
    struct config *b = load(*state,
                            "code_digits = 5;\nreply_ttl_s = 100;\nlines = ( { name = \"a\"; device = "
                            "\"virtual\"; } );\nrestricted : { BAOHANH = [ \"+84909000001\" ]; };\n",
                            &q);
    assert_non_null(a);
    assert_non_null(b);
    char said[200] = "";
    config_diff(a, a, note, said);
    assert_string_equal(said, "");
    config_diff(a, b, note, said);
    assert_string_equal(said, "kinds lines! code_digits! reply_ttl_s ");
    config_free(b);
    problems_free(q);
    scratch_text(*state, "roster.csv", ROSTER "Binh,0912000002,leader,6,\n");
    q = problems_new();
    char path[128];
    snprintf(path, sizeof(path), "%s/tinbao.cfg", ((struct scratch *)*state)->dir);
    b = config_load(path, q);
    assert_non_null(b);
    said[0] = '\0';
    config_diff(a, b, note, said);
    assert_non_null(strstr(said, "roster "));
    config_free(a);
    config_free(b);
    problems_free(p);
    problems_free(q);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, scratch_make, scratch_remove)
    const struct CMUnitTest tests[] = {
        T(the_demo_commune_loads_without_a_problem),
        T(the_shipped_example_loads),
        T(the_shipped_example_shows_every_setting_with_its_default),
        T(two_keys_do_and_the_defaults_hold),
        T(places_kinds_and_forms_are_found_by_code),
        T(an_unknown_setting_is_refused_with_the_nearest),
        T(a_wrong_type_or_range_is_said_with_unit_and_default),
        T(all_problems_of_all_files_are_said_at_once),
        T(a_missing_config_says_so),
        T(restricted_kinds_without_officers_on_the_roster_are_warned_of),
        T(the_environment_moves_the_state_and_the_share),
        T(a_demo_roster_on_a_real_modem_is_warned_of),
        T(a_reload_says_what_differs_and_what_needs_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
