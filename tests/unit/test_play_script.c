// SPDX-License-Identifier: GPL-2.0-or-later
/* The reader of the play format, and the expectations with their captured names. */
#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/play/expect.h"
#include "gateway/play/script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct script *must_read(const char *text)
{
    struct script *s = NULL;
    struct script_error e;
    int rc = script_read(text, strlen(text), &s, &e);
    if (rc)
        print_message("line %d: %s\n", e.line, e.text);
    assert_int_equal(rc, 0);
    return s;
}

static void must_refuse(const char *text, int line, const char *word)
{
    struct script *s = NULL;
    struct script_error e;
    assert_int_equal(script_read(text, strlen(text), &s, &e), -EINVAL);
    assert_null(s);
    assert_int_equal(e.line, line);
    if (!strstr(e.text, word))
        fail_msg("'%s' does not say '%s'", e.text, word);
}

static const char example[] = "# a theft is reported, the officer takes it\n"
                              "at 2026-11-12 21:05\n"
                              "+84912000001 > BC man de trom mat xe wave\n"
                              "+84912000001 < /Da nhan vu (?<ma>[0-9]{5}).*TROM.*Man De/\n"
                              "+84903000001 < /{ma}.*TROM/\n"
                              "+84903000001 > NHAN {ma}\n"
                              "+84912000001 < /da nhan vu {ma}/i\n"
                              "wait 15m\n"
                              "+84909000001 < nothing\n"
                              "ignore the rest\n";

static void the_example_is_read_statement_by_statement(void **state)
{
    (void)state;
    struct script *s = must_read(example);
    int64_t at;
    assert_int_equal(civil_parse("2026-11-12 21:05", &at), 0);
    assert_int_equal(s->n, 8);
    assert_true(s->ignore_rest);
    assert_int_equal(s->items[0].op, OP_AT);
    assert_int_equal(s->items[0].ms, at);
    assert_int_equal(s->items[0].line, 2);
    assert_int_equal(s->items[1].op, OP_TEXT);
    assert_string_equal(s->items[1].number, "+84912000001");
    assert_string_equal(s->items[1].text, "BC man de trom mat xe wave");
    assert_int_equal(s->items[2].match, MATCH_PATTERN);
    assert_string_equal(s->items[2].text, "Da nhan vu (?<ma>[0-9]{5}).*TROM.*Man De");
    assert_string_equal(s->items[5].flags, "i");
    assert_int_equal(s->items[6].op, OP_WAIT);
    assert_int_equal(s->items[6].ms, 15 * MINUTE_MS);
    assert_int_equal(s->items[7].match, MATCH_NOTHING);
    assert_int_equal(s->last_line, 10);
    script_free(s);
}

static void every_statement_of_the_format_is_known(void **state)
{
    (void)state;
    struct script *s =
        must_read("at 2026-11-12 21:05:30\n"
                  "wait 90s\nwait 2d\nwait 1h30m\nclock +2h\nclock -1d\n"
                  "Viettel > chao\nMB Bank > ma OTP 1\n195 > goi cuoc\n"
                  "+84912000001 < any\n+84912000001 < skip\n+84912000001 <   Chao ban\\nhai  \n"
                  "+84912000001 rings\n+84912000001 is unreachable\n+84912000001 is reachable\n"
                  "restart\nrestart at received\nrestart at committed\nrestart at kept\nrestart at sent 3\n"
                  "modem mute\nmodem cms=38\nmodem sim-full\nmodem power-cycle\nmodem ok\n");
    assert_int_equal(s->n, 25);
    assert_int_equal(s->items[3].ms, 90 * MINUTE_MS);
    assert_int_equal(s->items[5].ms, -DAY_MS);
    assert_string_equal(s->items[7].number, "MB Bank");
    assert_int_equal(s->items[9].match, MATCH_ANY);
    assert_int_equal(s->items[10].match, MATCH_SKIP);
    assert_string_equal(s->items[11].text, "Chao ban\nhai");
    assert_int_equal(s->items[12].op, OP_RINGS);
    assert_false(s->items[13].reachable);
    assert_true(s->items[14].reachable);
    assert_int_equal(s->items[16].step, STEP_RECEIVED);
    assert_int_equal(s->items[18].passed, 0);
    assert_int_equal(s->items[19].step, STEP_SENT);
    assert_int_equal(s->items[19].passed, 2);
    assert_string_equal(s->items[21].text, "cms=38");
    script_free(s);
}

static void the_console_asks_and_is_answered(void **state)
{
    (void)state;
    struct script *s =
        must_read("console > invite 7 member 6 Nguy\xE1\xBB\x85n V\xC4\x83n A \nconsole < /^(?<moi>[0-9]{6})$/\n"
                  "console > code *2*{ma}#\nconsole < any\nconsole < nothing\nconsole < skip\n"
                  "console < Khong co vu nao\nConsole > BC\n");
    assert_int_equal(s->n, 8);
    assert_int_equal(s->items[0].op, OP_REQUEST);
    assert_string_equal(s->items[0].text, "invite 7 member 6 Nguy\xE1\xBB\x85n V\xC4\x83n A");
    assert_int_equal(s->items[1].op, OP_ANSWER);
    assert_int_equal(s->items[1].match, MATCH_PATTERN);
    assert_string_equal(s->items[2].text, "code *2*{ma}#");
    assert_int_equal(s->items[3].match, MATCH_ANY);
    assert_int_equal(s->items[4].match, MATCH_NOTHING);
    assert_int_equal(s->items[5].match, MATCH_SKIP);
    assert_string_equal(s->items[6].text, "Khong co vu nao");
    assert_int_equal(s->items[7].op, OP_TEXT); /* a sender's name, in its own case */
    script_free(s);
    must_refuse("console >\n", 1, "invite 7 member 6");
    must_refuse("console rings\n", 1, "no phone");
    must_refuse("console is unreachable\n", 1, "no phone");
    must_refuse("console <\n", 1, "nothing is expected");
    char longest[700];
    memset(longest, 'a', sizeof longest);
    memcpy(longest, "console > ", 10);
    longest[sizeof longest - 1] = '\0';
    must_refuse(longest, 1, "longer than");
}

static void a_text_keeps_arrows_slashes_and_hashes(void **state)
{
    (void)state;
    struct script *s = must_read("+84912000001 > # a > b < c /x/ \\n\\\\ \\q\n+84912000001 < a > b\n+84912000001 >\n");
    assert_string_equal(s->items[0].text, "# a > b < c /x/ \n\\ \\q");
    assert_string_equal(s->items[1].text, "a > b");
    assert_string_equal(s->items[2].text, "");
    script_free(s);
}

static void a_byte_order_mark_and_carriage_returns_are_forgiven(void **state)
{
    (void)state;
    struct script *s = must_read("\xEF\xBB\xBF# one\r\n\r\n+84912000001 > M\xE1\xBA\xA1n\r\n+84912000001 < any\r\n");
    assert_int_equal(s->n, 2);
    assert_string_equal(s->items[0].text, "M\xE1\xBA\xA1n");
    assert_int_equal(s->items[1].line, 4);
    script_free(s);
}

static void what_can_not_be_read_names_line_and_remedy(void **state)
{
    (void)state;
    must_refuse("at yesterday\n", 1, "at 2026-11-12 21:05");
    must_refuse("\n\nwait 15\n", 3, "wait 15m");
    must_refuse("wait -5m\n", 1, "wait 15m");
    must_refuse("wait 99999d\n", 1, "wait 15m");
    must_refuse("clock 2h\n", 1, "clock -2h");
    must_refuse("clock -1d7777777777757777777777001\n", 1, "clock -2h"); /* found by the fuzzer */
    must_refuse("restart at lunch\n", 1, "received, committed, kept or sent");
    must_refuse("restart at sent 0\n", 1, "or sent 2");
    must_refuse("restart at sent 12\n", 1, "or sent 2");
    must_refuse("modem mut\n", 1, "did you mean 'mute'");
    must_refuse("modem cms=\n", 1, "cms=N");
    must_refuse("hello world\n", 1, "no statement");
    must_refuse("0912000001 > BC\n", 1, "+84912000001");
    must_refuse("84912000001 > BC\n", 1, "begins with +");
    must_refuse("+84-912 > BC\n", 1, "no number");
    must_refuse("A name far too long > BC\n", 1, "11 characters");
    must_refuse("+84912000001 <\n", 1, "nothing is expected");
    must_refuse("+84912000001 < /abc\n", 1, "closing");
    must_refuse("+84912000001 < /abc/x\n", 1, "flags");
    must_refuse("+84912000001 < /a(b/\n", 1, "does not compile");
    must_refuse("# x\n+84912000001 > \xC3\x28\n", 2, "UTF-8");
}

static void time_can_not_go_backwards_but_the_clock_can_jump(void **state)
{
    (void)state;
    must_refuse("at 2026-11-12 21:05\nat 2026-11-12 21:04\n", 2, "backwards");
    must_refuse("at 2026-11-12 21:05\nwait 1h\nat 2026-11-12 22:00\n", 3, "2026-11-12T22:05");
    script_free(must_read("at 2026-11-12 21:05\nclock -1d\nat 2026-11-11 22:00\n"));
    script_free(must_read("at 2026-11-12 21:05\nat 2026-11-12 21:05\n"));
}

static void a_nul_octet_is_refused(void **state)
{
    (void)state;
    struct script *s = NULL;
    struct script_error e;
    assert_int_equal(script_read("wait 1m\0\n", 9, &s, &e), -EINVAL);
    assert_int_equal(e.line, 1);
}

static struct expect_names *names(const char *name, const char *value)
{
    struct expect_names *t = calloc(1, sizeof *t);
    assert_non_null(t);
    assert_int_equal(expect_set(t, name, value, strlen(value)), 0);
    return t;
}

static void check_insert(const struct expect_names *t, const char *in, bool pattern, const char *want)
{
    char out[256], unknown[EXPECT_NAME_SIZE];
    assert_int_equal(expect_insert(t, in, pattern, out, sizeof out, unknown), 0);
    assert_string_equal(out, want);
}

static void names_are_inserted_plain_in_texts_and_quoted_in_patterns(void **state)
{
    (void)state;
    struct expect_names *t = names("ma", "4.8(2)");
    check_insert(t, "NHAN {ma}!", false, "NHAN 4.8(2)!");
    check_insert(t, "vu {ma}.*", true, "vu 4\\.8\\(2\\).*");
    free(t);
}

static void quantifiers_escapes_and_unknown_names_are_left_alone(void **state)
{
    (void)state;
    struct expect_names *t = names("ma", "1");
    char out[64], unknown[EXPECT_NAME_SIZE];
    check_insert(t, "[0-9]{5}x{2,3}{,4}{}", true, "[0-9]{5}x{2,3}{,4}{}");
    check_insert(t, "\\{ma\\} \\p{ma} \\x{1EA1} {ma}", true, "\\{ma\\} \\p{ma} \\x{1EA1} 1");
    assert_int_equal(expect_insert(t, "a {code} b", false, out, sizeof out, unknown), 0);
    assert_string_equal(out, "a {code} b");
    assert_string_equal(unknown, "code");
    assert_int_equal(expect_insert(t, "a longer text", false, out, 5, NULL), -EMSGSIZE);
    free(t);
}

static int match(struct expect_names *t, const char *line, const char *got)
{
    char shown[512], why[200];
    struct script *s = must_read(line);
    int rc = expect_match(t, &s->items[0], got, shown, sizeof shown, why, sizeof why);
    script_free(s);
    return rc;
}

static void a_text_is_the_whole_message_and_a_pattern_is_searched(void **state)
{
    (void)state;
    struct expect_names *t = names("ma", "48217");
    assert_int_equal(match(t, "1414 < Da nhan {ma}\n", "Da nhan 48217"), 1);
    assert_int_equal(match(t, "1414 < Da nhan\n", "Da nhan 48217"), 0);
    assert_int_equal(match(t, "1414 < /NHAN {ma}/i\n", "x da nhan 48217 y"), 1);
    assert_int_equal(match(t, "1414 < /NHAN {ma}/\n", "x da nhan 48217 y"), 0);
    assert_int_equal(match(t, "1414 < /a.b/\n", "a\nb"), 0);
    assert_int_equal(match(t, "1414 < /a.b/s\n", "a\nb"), 1);
    assert_int_equal(match(t, "1414 < /^M.n$/\n", "M\xE1\xBA\xA1n"), 1);
    free(t);
}

static void a_match_captures_its_names_and_a_miss_captures_nothing(void **state)
{
    (void)state;
    struct expect_names *t = names("ma", "1");
    char out[64];
    assert_int_equal(match(t, "1414 < /vu (?<ma>[0-9]{5}).*(?<loai>TROM)/\n", "vu 48217 la TROM"), 1);
    assert_int_equal(expect_insert(t, "{ma} {loai}", false, out, sizeof out, NULL), 0);
    assert_string_equal(out, "48217 TROM");
    assert_int_equal(match(t, "1414 < /vu (?<ma>[0-9]{5})$/\n", "vu 48217 "), 0);
    assert_int_equal(expect_insert(t, "{ma}", false, out, sizeof out, NULL), 0);
    assert_string_equal(out, "48217");
    free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_is_read_statement_by_statement),
        cmocka_unit_test(every_statement_of_the_format_is_known),
        cmocka_unit_test(the_console_asks_and_is_answered),
        cmocka_unit_test(a_text_keeps_arrows_slashes_and_hashes),
        cmocka_unit_test(a_byte_order_mark_and_carriage_returns_are_forgiven),
        cmocka_unit_test(what_can_not_be_read_names_line_and_remedy),
        cmocka_unit_test(time_can_not_go_backwards_but_the_clock_can_jump),
        cmocka_unit_test(a_nul_octet_is_refused),
        cmocka_unit_test(names_are_inserted_plain_in_texts_and_quoted_in_patterns),
        cmocka_unit_test(quantifiers_escapes_and_unknown_names_are_left_alone),
        cmocka_unit_test(a_text_is_the_whole_message_and_a_pattern_is_searched),
        cmocka_unit_test(a_match_captures_its_names_and_a_miss_captures_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
