// SPDX-License-Identifier: GPL-2.0-or-later
/* The group http: off by default, closed to others, and secrets that nobody else reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "config/config.h"
#include "tests/unit/scratch.h"

#define TWO_KEYS "places = \"places.cfg\";\nroster = \"roster.csv\";\n"
#define SECRET "0123456789abcdef"

static struct config *load(struct scratch *s, const char *http, struct problems **p)
{
    char text[4096];
    scratch_text(s, "places.cfg", "places = ( { code = \"6\"; name = \"Mạn Đê\"; type = \"thon\"; } );\n");
    scratch_text(s, "roster.csv", "name,phone,role,places,pin\nAn,+84912000001,member,6,\n");
    snprintf(text, sizeof(text), "%s%s", TWO_KEYS, http);
    *p = problems_new();
    assert_non_null(*p);
    return config_load(scratch_text(s, "tinbao.cfg", text), *p);
}

/* With the part of the message on line 3 (where the group stands); warned: it loads all the same. */
static void says(struct scratch *s, const char *http, bool warned, const char *part)
{
    struct problems *p;
    struct config *c = load(s, http, &p);
    const struct problem *found = problem_with(p, 0, part);
    if (!found || !c == warned) {
        problems_print(p, stderr);
        fail_msg("'%s' should %s '%s'", http, warned ? "warn of" : "be refused with", part);
    }
    assert_int_equal(found->warning, warned);
    assert_null(problem_with(p, 0, SECRET)); /* whatever is wrong, the secret is not told */
    config_free(c);
    problems_free(p);
}

static struct config *taken(struct scratch *s, const char *http)
{
    struct problems *p;
    struct config *c = load(s, http, &p);
    if (!c)
        problems_print(p, stderr);
    assert_non_null(c);
    problems_free(p);
    return c;
}

static void it_is_off_and_for_this_machine_alone(void **state)
{
    struct config *c = taken(*state, "");
    assert_int_equal(c->http.port, 0);
    assert_string_equal(c->http.listen, "127.0.0.1");
    assert_false(c->http.ussd);
    assert_true(c->http.metrics);
    assert_int_equal(c->http.n_allow, 0);
    config_free(c);
    c = taken(*state, "http : { port = 8077; };");
    assert_int_equal(c->http.port, 8077);
    config_free(c);
}

static void an_address_that_others_reach_must_be_meant(void **state)
{
    says(*state, "http : { port = 80; listen = \"0.0.0.0\"; };", false, "beyond_loopback = true");
    says(*state, "http : { port = 80; listen = \"::\"; };", false, "beyond_loopback = true");
    says(*state, "http : { port = 80; listen = \"192.168.1.2\"; beyond_loopback = true; };", true, "TLS");
    says(*state, "http : { port = 80; listen = \"localhost\"; };", false, "no name");
    says(*state, "http : { port = 65536; };", false, "0..65535");
}

static void sessions_need_a_secret_or_an_allow_list(void **state)
{
    says(*state, "http : { port = 80; ussd = true; };", false, "the chief's name");
    says(*state, "http : { port = 80; ussd = true; allow = [ ]; };", false, "the chief's name");
    says(*state, "http : { port = 80; ussd = true; allow = [ \"localhost\" ]; };", false, "is no address");
    struct config *c = taken(*state, "http : { port = 80; ussd = true; allow = [ \"10.0.0.0/8\", \"::1\" ]; };");
    assert_int_equal(c->http.n_allow, 2);
    config_free(c);
}

static void a_secret_is_long_and_kept_from_others(void **state)
{
    struct scratch *s = *state;
    says(s, "http : { port = 80; ussd = true; secret = \"short\"; };", false, "16 characters");
    says(s, "http : { port = 80; ussd = true; secret = \"with a blank in the middle\"; };", false, "without blanks");
    says(s, "http : { port = 80; ussd = true; secret = \"" SECRET "\"; };", true, "others may read");
    says(s, "http : { port = 80; ussd = true; secret_file = \"none\"; };", false, "No such file");
    char path[600];
    snprintf(path, sizeof(path), "%s", scratch_text(s, "secret", SECRET "\nand a second line\n"));
    assert_int_equal(chmod(path, 0644), 0);
    says(s, "http : { port = 80; ussd = true; secret_file = \"secret\"; };", false, "chmod 600");
    assert_int_equal(chmod(path, 0600), 0);
    says(s, "http : { port = 80; ussd = true; secret_file = \"secret\"; secret = \"" SECRET "\"; };", false,
         "not both");
    struct config *c = taken(s, "http : { port = 80; ussd = true; secret_file = \"secret\"; };");
    assert_string_equal(c->http.secret, SECRET);
    config_free(c);
    scratch_text(s, "secret", "short\n");
    says(s, "http : { port = 80; ussd = true; secret_file = \"secret\"; };", false, "16 characters");
    scratch_text(s, "secret", "\n" SECRET);
    says(s, "http : { port = 80; ussd = true; secret_file = \"secret\"; };", false, "first line is empty");
    scratch_text(s, "secret", "");
    says(s, "http : { port = 80; ussd = true; secret_file = \"secret\"; };", false, "it is empty");
}

static void note(void *ctx, const char *key, bool needs_restart)
{
    *(int *)ctx += !strcmp(key, "http") && !needs_restart;
}

static void a_change_is_taken_over_while_running(void **state)
{
    struct config *a = taken(*state, "http : { port = 80; };"),
                  *b = taken(*state, "http : { port = 80; metrics = false; };");
    int n = 0;
    config_diff(a, b, note, &n);
    assert_int_equal(n, 1);
    config_diff(a, a, note, &n);
    assert_int_equal(n, 1);
    config_free(a);
    config_free(b);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)
    const struct CMUnitTest tests[] = {
        T(it_is_off_and_for_this_machine_alone),    T(an_address_that_others_reach_must_be_meant),
        T(sessions_need_a_secret_or_an_allow_list), T(a_secret_is_long_and_kept_from_others),
        T(a_change_is_taken_over_while_running),
    };
    return cmocka_run_group_tests_name("config_http", tests, NULL, NULL);
}
