// SPDX-License-Identifier: GPL-2.0-or-later
/* Webhooks, mail and the spare line in a config: what is refused, and in which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "config/config.h"
#include "tests/unit/scratch.h"

#include <sys/stat.h>

#define PLACES "places = ( { code = \"6\"; name = \"Mạn Đê\"; type = \"thon\"; aliases = [ ]; } );\n"
#define ROSTER "name,phone,role,places,pin\nAn,+84912000001,member,6,\n"
#define KEYS "places = \"places.cfg\"; roster = \"roster.csv\";\n"
#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

static struct config *load(struct scratch *s, const char *settings, struct problems *p)
{
    char text[2000];
    scratch_text(s, "places.cfg", PLACES);
    scratch_text(s, "roster.csv", ROSTER);
    snprintf(text, sizeof(text), KEYS "%s", settings);
    return config_load(scratch_text(s, "tinbao.cfg", text), p);
}

/* The settings are refused, and one of the problems says these words. */
static void refused(struct scratch *s, const char *settings, const char *words)
{
    struct problems *p = problems_new();
    struct config *c = load(s, settings, p);
    const struct problem *said = problem_with(p, 0, words);
    if (c || !said || said->warning) {
        problems_print(p, stderr);
        fail_msg("not refused with '%s': %s", words, settings);
    }
    config_free(c);
    problems_free(p);
}

static void an_address_that_anybody_can_read_is_refused(void **state)
{
    static const char *const bad[] = {"http://example.vn/x", "http://127.0.0.1.example.vn/",
                                      "http://localhost.evil.vn/", "http://10.0.0.1/"};
    char text[300];
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        snprintf(text, sizeof(text), "webhooks = ( { name = \"a\"; url = \"%s\"; secret = \"" SECRET "\"; } );",
                 bad[i]);
        refused(*state, text, "is not encrypted");
    }
    refused(*state, "webhooks = ( { name = \"a\"; url = \"ftp://x/\"; secret = \"" SECRET "\"; } );", "https://host");
    refused(*state, "webhooks = ( { name = \"a\"; url = \"https://u:p@x/\"; secret = \"" SECRET "\"; } );",
            "password in an address");
    refused(*state, "mail : { url = \"smtp://mail.example.vn\"; from = \"a@b\"; to = [ \"c@d\" ]; tls = \"none\"; };",
            "on this machine");
}

static void a_secret_that_is_none_is_refused(void **state)
{
    refused(*state, "webhooks = ( { name = \"a\"; url = \"https://x/\"; } );", "has no secret");
    refused(*state, "webhooks = ( { name = \"a\"; url = \"https://x/\"; secret = \"whsec_abc!\"; } );", "base64");
    refused(*state, "webhooks = ( { name = \"a\"; url = \"https://x/\"; secret = \"whsec_YWJj\"; } );", "24 to 64");
    refused(*state, "mail : { url = \"smtps://x\"; from = \"a@b\"; to = [ \"c@d\" ]; user = \"u\"; };", "go together");
}

static void a_secret_file_that_others_may_read_is_refused(void **state)
{
    struct scratch *s = *state;
    char path[512], text[600];
    snprintf(path, sizeof(path), "%s", scratch_text(s, "secret", SECRET "\n"));
    snprintf(text, sizeof(text), "webhooks = ( { name = \"a\"; url = \"https://x/\"; secret_file = \"secret\"; } );");
    assert_int_equal(chmod(path, 0644), 0);
    refused(s, text, "chmod 600");
    assert_int_equal(chmod(path, 0600), 0);
    struct problems *p = problems_new();
    struct config *c = load(s, text, p);
    assert_non_null(c);
    assert_int_equal(c->courier.n_webhooks, 1);
    assert_int_equal(c->courier.webhooks[0].key_len, 24);
    config_free(c);
    problems_free(p);
}

static void a_spare_line_without_number_or_text_is_refused(void **state)
{
    refused(*state, "spare : { url = \"https://x/{text}\"; };", "{number}");
    refused(*state, "spare : { url = \"https://x/{number}\"; };", "{text}");
    refused(*state, "spare : { url = \"https://x/{number}{text}\"; method = \"GET\"; body = \"x\"; };",
            "GET has no body");
    refused(*state, "spare : { url = \"https://x/{number}{text}\"; headers = [ \"no colon\" ]; };", "Name: value");
}

static void two_webhooks_of_one_name_and_bad_events_are_refused(void **state)
{
    refused(*state,
            "webhooks = ( { name = \"a\"; url = \"https://x/\"; secret = \"" SECRET "\"; }, { name = \"a\"; url = "
            "\"https://y/\"; secret = \"" SECRET "\"; } );",
            "rename one");
    refused(*state,
            "webhooks = ( { name = \"a\"; url = \"https://x/\"; secret = \"" SECRET
            "\"; events = [ \"*.created\" ]; } );",
            "incident.*");
    refused(*state, "courier : { retry_first_s = 60; retry_cap_s = 5; };", "the pauses grow");
    refused(*state, "courier : { bell = \"beep\"; };", "/dev/tty1");
}

static void nothing_is_on_by_default(void **state)
{
    struct problems *p = problems_new();
    struct config *c = load(*state, "", p);
    assert_non_null(c);
    assert_int_equal(c->courier.n_webhooks, 0);
    assert_string_equal(c->courier.mail.url, "");
    assert_string_equal(c->courier.spare.url, "");
    assert_int_equal(c->courier.retry_cap_s, 300);
    config_free(c);
    problems_free(p);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, scratch_make, scratch_remove)
    const struct CMUnitTest tests[] = {
        CASE(an_address_that_anybody_can_read_is_refused),         CASE(a_secret_that_is_none_is_refused),
        CASE(a_secret_file_that_others_may_read_is_refused),       CASE(a_spare_line_without_number_or_text_is_refused),
        CASE(two_webhooks_of_one_name_and_bad_events_are_refused), CASE(nothing_is_on_by_default),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
