// SPDX-License-Identifier: GPL-2.0-or-later
/* The AT engine: what libgammu asks, answered octet by octet; indications; faults. */
#include "gateway/base/clock.h"
#include "gateway/base/err.h"
#include "gateway/line/tpdu.h"
#include "gateway/line/vmodem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OUT_MAX (1 << 20)
#define PDU_HELLO "0001000B914819000000F1000000" /* to +84910000001, no text */
#define PDU_REPORT "0021000B914819000000F1000000"

struct bench {
    struct clock *clock;
    struct air *air;
    struct at_engine *at;
    char *out;
    size_t n;
    int arrived;
};

static void on_put(void *ctx, const char *p, size_t n)
{
    struct bench *b = ctx;
    assert_true(b->n + n < OUT_MAX);
    memcpy(b->out + b->n, p, n);
    b->n += n;
    b->out[b->n] = '\0';
}

static void on_arrived(void *ctx, const struct air_sms *sms)
{
    struct bench *b = ctx;
    (void)sms;
    b->arrived++;
}

static int build(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    struct air_events ev = {.ctx = b, .arrived = on_arrived};
    b->clock = clock_new_manual(1794492300000, 0); /* 2026-11-12 21:05 in Vietnam */
    b->air = air_new(b->clock, "+84912999999", 10, 5);
    b->out = calloc(1, OUT_MAX);
    b->at = at_new(b->air, on_put, b);
    assert_non_null(b->at);
    assert_int_equal(air_listen(b->air, &ev), 0);
    *state = b;
    return 0;
}

static int drop(void **state)
{
    struct bench *b = *state;
    at_free(b->at);
    air_free(b->air);
    clock_free(b->clock);
    free(b->out);
    free(b);
    return 0;
}

/* What comes back for `in`. */
static const char *ask(struct bench *b, const char *in)
{
    b->n = 0;
    b->out[0] = '\0';
    at_input(b->at, in, strlen(in));
    return b->out;
}

static void echo_and_framing_are_as_libgammu_needs_them(void **state)
{
    struct bench *b = *state;
    assert_string_equal(ask(b, "AT\r"), "AT\r\r\nOK\r\n");
    assert_string_equal(ask(b, "at+csq\r"), "at+csq\r\r\n+CSQ: 23,99\r\n\r\nOK\r\n");
    assert_string_equal(ask(b, "\033\r"), "\033\r");
    assert_string_equal(ask(b, "ATE0\r"), "ATE0\r\r\nOK\r\n");
    assert_string_equal(ask(b, "AT\r"), "\r\nOK\r\n");
    assert_string_equal(ask(b, "ATE1\r"), "\r\nOK\r\n");
    assert_string_equal(ask(b, "AT+CMEE=1;+CMEE?;E1\r"), "AT+CMEE=1;+CMEE?;E1\r\r\n+CMEE: 1\r\n\r\nOK\r\n");
    assert_string_equal(ask(b, "hello\r"), "hello\r");
    assert_string_equal(ask(b, "AT+XYZ=1,2\r"), "AT+XYZ=1,2\r\r\nERROR\r\n");
    assert_true(at_quiet(b->at));
    assert_int_equal(at_commands(b->at), 7);
}

static void all_that_libgammu_asks_at_init_is_answered(void **state)
{
    struct bench *b = *state;
    static const struct {
        const char *ask, *has;
    } table[] = {
        {"AT+MODE=2\r", "ERROR"},
        {"AT+CMEE=1\r", "OK"},
        {"AT+CSCS?\r", "+CSCS: \"GSM\""},
        {"AT+CSCS=?\r", "\"UCS2\""},
        {"AT+CGMM\r", VMODEM_MODEL},
        {"AT+CGMI\r", VMODEM_MAKER},
        {"AT+CPROT=?\r", "ERROR"},
        {"AT+SYNCML=?\r", "ERROR"},
        {"AT$TSSPCSW=?\r", "ERROR"},
        {"AT+CHUP=?\r", "OK"},
        {"AT+CGMR\r", "1.0"},
        {"AT+CFUN=1\r", "OK"},
        {"AT+CPMS=?\r", "(\"SM\",\"ME\")"},
        {"AT+CPMS=\"SM\",\"SM\"\r", "+CPMS: 0,10,0,10,0,10"},
        {"AT+CPMS=\"ME\",\"ME\"\r", "+CPMS: 0,5,0,5,0,10"},
        {"AT+CPMS=\"MT\"\r", "+CMS ERROR: 302"},
        {"AT+CMGF=0\r", "OK"},
        {"AT+CMGF=1\r", "ERROR"},
        {"AT+CMGL=4\r", "OK"},
        {"AT+CSCA?\r", "+CSCA: \"+84980200030\",145"},
        {"AT+CNMI=?\r", "+CNMI: (0-2),(0-3),(0-3),(0-1),(0,1)"},
        {"AT+CNMI=2,1,0,1,0\r", "OK"},
        {"AT+CNMI=9\r", "+CMS ERROR: 302"},
        {"AT+CLIP=1\r", "OK"},
        {"AT+CRC=1\r", "OK"},
        {"AT+CCWA=1\r", "OK"},
        {"AT+CREG=2\r", "OK"},
        {"AT+CREG?\r", "+CREG: 2,1,\"1A2B\",\"3C4D\""},
        {"AT+CGREG?\r", "+CGREG: 0,1"},
        {"AT+CGATT?\r", "+CGATT: 1"},
        {"AT+COPS=3,2\r", "OK"},
        {"AT+COPS?\r", "+COPS: 0,2,\"45204\""},
        {"AT+COPS=3,0\r", "OK"},
        {"AT+COPS?\r", "+COPS: 0,0,\"Viettel\""},
        {"AT+CPIN?\r", "+CPIN: READY"},
        {"AT+CBC\r", "+CBC: 0,100"},
        {"AT+CGSN\r", "004999010640000"},
        {"AT+CIMI\r", "452040000000001"},
        {"AT+CCLK?\r", "+CCLK: \"26/11/12,21:05:00+28\""},
    };
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (!strstr(ask(b, table[i].ask), table[i].has))
            fail_msg("%s gave %s", table[i].ask, b->out);
}

static void messages_are_listed_read_and_deleted(void **state)
{
    struct bench *b = *state;
    char want[600], hex[401];
    const struct air_slot *s;
    assert_int_equal(air_text(b->air, "+84912000001", "VAO"), 0);
    assert_int_equal(air_text(b->air, "VIETTEL", "Khuyến mãi"), 0);
    assert_int_equal(air_slot(b->air, AIR_SM, 1, &s), 0);
    tpdu_hex(s->pdu, s->pdu_len, hex);
    snprintf(want, sizeof want, "AT+CMGR=1\r\r\n+CMGR: 0,,%d\r\n%s\r\n\r\nOK\r\n", (int)s->pdu_len - 8, hex);
    assert_string_equal(ask(b, "AT+CMGR=1\r"), want);
    ask(b, "AT+CMGL=4\r");
    assert_non_null(strstr(b->out, "+CMGL: 1,1,,"));
    assert_non_null(strstr(b->out, "+CMGL: 2,0,,"));
    assert_non_null(strstr(ask(b, "AT+CPMS?\r"), "+CPMS: \"SM\",2,10,\"SM\",2,10,\"SM\",2,10"));
    assert_non_null(strstr(ask(b, "AT+CMGD=1\r"), "OK"));
    assert_non_null(strstr(ask(b, "AT+CMGD=1\r"), "+CMS ERROR: 321"));
    assert_non_null(strstr(ask(b, "AT+CMGR=1\r"), "+CMS ERROR: 321"));
    assert_non_null(strstr(ask(b, "AT+CMGR=\r"), "+CMS ERROR: 321"));
    assert_int_equal(air_fault_set(b->air, "delete-fails"), 0);
    assert_non_null(strstr(ask(b, "AT+CMGD=2\r"), "ERROR"));
    assert_int_equal(air_slot(b->air, AIR_SM, 2, &s), 0);
    assert_int_equal(air_fault_set(b->air, "ok"), 0);
    assert_non_null(strstr(ask(b, "AT+CMGD=1,4\r"), "OK"));
    assert_int_equal(air_slot(b->air, AIR_SM, 2, &s), -ENOENT);
}

static void sending_prompts_and_answers_with_a_reference(void **state)
{
    struct bench *b = *state;
    assert_string_equal(ask(b, "AT+CMGS=13\r"), "AT+CMGS=13\r\r\n> ");
    assert_false(at_quiet(b->at));
    assert_non_null(strstr(ask(b, PDU_HELLO "\x1A"), "\r\n+CMGS: 0\r\n\r\nOK\r\n"));
    assert_int_equal(b->arrived, 1);
    ask(b, "AT+CMGS=13\r");
    assert_non_null(strstr(ask(b, PDU_HELLO "\x1A"), "+CMGS: 1\r\n"));
    ask(b, "AT+CMGS=13\r"); /* given up */
    assert_non_null(strstr(ask(b, "0011\033"), "OK"));
    assert_string_equal(ask(b, "AT\r"), "AT\r\r\nOK\r\n");
    ask(b, "AT+CMGS=14\r"); /* a length that lies */
    assert_non_null(strstr(ask(b, PDU_HELLO "\x1A"), "+CMS ERROR: 304"));
    ask(b, "AT+CMGS=13\r");
    assert_non_null(strstr(ask(b, "no hex\x1A"), "+CMS ERROR: 304"));
    assert_non_null(strstr(ask(b, "AT+CMGS=0\r"), "+CMS ERROR: 304"));
    assert_int_equal(air_fault_set(b->air, "cms=38"), 0);
    ask(b, "AT+CMGS=13\r");
    assert_non_null(strstr(ask(b, PDU_HELLO "\x1A"), "+CMS ERROR: 38"));
    assert_int_equal(b->arrived, 2);
}

static void an_endless_pdu_is_refused(void **state)
{
    struct bench *b = *state;
    char many[3000];
    memset(many, '0', sizeof many - 2);
    many[sizeof many - 2] = 0x1A;
    many[sizeof many - 1] = '\0';
    ask(b, "AT+CMGS=13\r");
    assert_non_null(strstr(ask(b, many), "+CMS ERROR: 304"));
    memset(many, 'A', sizeof many - 2);
    many[sizeof many - 2] = '\r';
    many[1] = 'T';
    assert_non_null(strstr(ask(b, many), "ERROR"));
    assert_string_equal(ask(b, "AT\r"), "AT\r\r\nOK\r\n");
}

static void indications_come_when_asked_for(void **state)
{
    struct bench *b = *state;
    b->n = 0;
    assert_int_equal(air_text(b->air, "+84912000001", "VAO"), 0);
    assert_int_equal(b->n, 0);
    ask(b, "AT+CNMI=2,1,0,1,0\r");
    b->n = 0;
    assert_int_equal(air_text(b->air, "+84912000001", "RA"), 0);
    assert_string_equal(b->out, "\r\n+CMTI: \"SM\",2\r\n");
    ask(b, "AT+CMGS=13\r"); /* nothing may come between the prompt and the answer */
    b->n = 0;
    assert_int_equal(air_text(b->air, "+84912000001", "SOS"), 0);
    assert_int_equal(b->n, 0);
    ask(b, PDU_REPORT "\x1A");
    const char *sent = strstr(b->out, "+CMGS: 0\r\n\r\nOK\r\n"), *cmti = strstr(b->out, "+CMTI: \"SM\",3");
    const char *cds = strstr(b->out, "+CDS: 25\r\n0791");
    assert_non_null(sent);
    assert_true(cmti > sent && cds > sent);
    ask(b, "AT+CNMI=2,2\r");
    b->n = 0;
    assert_int_equal(air_text(b->air, "+84912000001", "HD"), 0);
    assert_memory_equal(b->out, "\r\n+CMT: ,", 9);
    const struct air_slot *s;
    assert_int_equal(air_slot(b->air, AIR_SM, 4, &s), -ENOENT); /* handed over, nothing kept */
}

static void reports_are_stored_where_the_modem_does_so(void **state)
{
    struct bench *b = *state;
    at_store_reports(b->at, true);
    assert_non_null(strstr(ask(b, "AT+CNMI=?\r"), "(0-2),(0-3),(0-3),(0-2),(0,1)"));
    ask(b, "AT+CNMI=2,1,0,2,0\r");
    ask(b, "AT+CMGS=13\r");
    assert_non_null(strstr(ask(b, PDU_REPORT "\x1A"), "\r\n+CDSI: \"SM\",1\r\n"));
    assert_non_null(strstr(ask(b, "AT+CMGR=1\r"), "+CMGR: 0,,25\r\n"));
}

static void a_missed_call_rings_and_ends(void **state)
{
    struct bench *b = *state;
    b->n = 0;
    assert_int_equal(air_ring(b->air, "+84912000004"), 0);
    assert_string_equal(b->out, "\r\nRING\r\n\r\nRING\r\n\r\nNO CARRIER\r\n");
    ask(b, "AT+CLIP=1;+CRC=1\r");
    b->n = 0;
    assert_int_equal(air_ring(b->air, ""), 0);
    assert_non_null(strstr(b->out, "\r\n+CRING: VOICE\r\n\r\n+CLIP: \"\",128,"));
    assert_int_equal(air_ring(b->air, "+84912000004"), 0);
    assert_non_null(strstr(b->out, "+CLIP: \"+84912000004\",145,\"\",0,\"\",0\r\n"));
}

static void ussd_is_answered_in_the_character_set(void **state)
{
    struct bench *b = *state;
    ask(b, "AT+CUSD=1\r");
    ask(b, "AT+CSCS=\"UCS2\"\r");
    ask(b, "AT+CUSD=1,\"002A0031003000310023\",15\r");
    assert_non_null(strstr(b->out, "\r\nOK\r\n\r\n+CUSD: 0,\"0054004B"));
    assert_non_null(strstr(b->out, "\",72\r\n"));
    ask(b, "AT+CSCS=\"00470053004D\"\r");
    assert_non_null(strstr(ask(b, "AT+CSCS?\r"), "\"GSM\""));
    assert_non_null(strstr(ask(b, "AT+CUSD=1,\"*101#\",15\r"), "+CUSD: 0,\"TK goc 50000d"));
    assert_non_null(strstr(ask(b, "AT+CUSD=1,\"*999#\",15\r"), "+CUSD: 4"));
}

static void the_pin_is_asked_and_three_wrong_ones_lock(void **state)
{
    struct bench *b = *state;
    assert_int_equal(at_sim_pin(b->at, "12"), -EINVAL);
    assert_int_equal(at_sim_pin(b->at, "12ab"), -EINVAL);
    assert_int_equal(at_sim_pin(b->at, "1234"), 0);
    ask(b, "AT+CMEE=1\r");
    assert_non_null(strstr(ask(b, "AT+CPIN?\r"), "+CPIN: SIM PIN"));
    assert_non_null(strstr(ask(b, "AT+CMGL=4\r"), "+CMS ERROR: 311"));
    assert_non_null(strstr(ask(b, "AT+CIMI\r"), "+CME ERROR: 11"));
    assert_non_null(strstr(ask(b, "AT+CREG?\r"), "+CREG: 0,0"));
    assert_non_null(strstr(ask(b, "AT+CPIN=\"9999\"\r"), "+CME ERROR: 16"));
    assert_non_null(strstr(ask(b, "AT+CPIN=\"1234\"\r"), "OK"));
    assert_non_null(strstr(ask(b, "AT+CPIN?\r"), "READY"));
    assert_non_null(strstr(ask(b, "AT+CMGL=4\r"), "OK"));
    assert_int_equal(air_fault_set(b->air, "power-cycle"), 0);
    ask(b, "AT+CMEE=1\r");
    for (int i = 0; i < 3; i++)
        ask(b, "AT+CPIN=\"0000\"\r");
    assert_non_null(strstr(b->out, "+CME ERROR: 12"));
    assert_non_null(strstr(ask(b, "AT+CPIN?\r"), "+CPIN: SIM PUK"));
    assert_non_null(strstr(ask(b, "AT+CMGS=13\r"), "+CMS ERROR: 316"));
}

static void faults_show_on_the_wire(void **state)
{
    struct bench *b = *state;
    assert_int_equal(air_fault_set(b->air, "mute"), 0);
    assert_string_equal(ask(b, "AT\r"), "");
    assert_int_equal(air_fault_set(b->air, "no-echo"), 0);
    assert_string_equal(ask(b, "AT\r"), "\r\nOK\r\n");
    assert_int_equal(air_fault_set(b->air, "ok"), 0);
    b->n = 0;
    assert_int_equal(air_fault_set(b->air, "unknown-urc"), 0);
    assert_string_equal(b->out, "\r\n+ZUSIMR:2\r\n");
    ask(b, "AT+CMGS=13\r");
    assert_non_null(strstr(ask(b, PDU_HELLO "\x1A"), "+ZDONR: "));
    assert_non_null(strstr(b->out, "+CMGS: 0"));
    assert_int_equal(air_fault_set(b->air, "garbage"), 0);
    int whole = 0;
    for (int i = 0; i < 50; i++)
        whole += !strcmp(ask(b, "AT+CSQ\r"), "AT+CSQ\r\r\n+CSQ: 23,99\r\n\r\nOK\r\n");
    assert_true(whole < 25);
    assert_int_equal(air_fault_set(b->air, "ok"), 0);
    assert_string_equal(ask(b, "AT\r"), "AT\r\r\nOK\r\n");
}

static void a_power_cycle_forgets_settings_and_keeps_texts(void **state)
{
    struct bench *b = *state;
    ask(b, "AT+CNMI=2,1,0,1,0;+CMEE=1\r");
    ask(b, "AT+CPMS=\"ME\"\r");
    assert_int_equal(air_text(b->air, "+84912000001", "VAO"), 0);
    ask(b, "AT+CMGS=13\r");
    assert_int_equal(air_fault_set(b->air, "power-cycle"), 0);
    assert_string_equal(ask(b, "AT\r"), "AT\r\r\nOK\r\n");
    assert_non_null(strstr(ask(b, "AT+CNMI?\r"), "+CNMI: 0,0,0,0,0"));
    assert_non_null(strstr(ask(b, "AT+CMGL=4\r"), "+CMGL: 1,0,,"));
}

static void pieces_of_a_command_are_one_command(void **state)
{
    struct bench *b = *state;
    const char *all = "AT+CSQ\rAT+CPIN?\r";
    b->n = 0;
    for (const char *p = all; *p; p++)
        at_input(b->at, p, 1);
    assert_string_equal(b->out, "AT+CSQ\r\r\n+CSQ: 23,99\r\n\r\nOK\r\nAT+CPIN?\r\r\n+CPIN: READY\r\n\r\nOK\r\n");
    ask(b, "ATX\b+CSQ\r");
    assert_non_null(strstr(b->out, "+CSQ: 23,99"));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, build, drop)
    const struct CMUnitTest tests[] = {
        T(echo_and_framing_are_as_libgammu_needs_them),
        T(all_that_libgammu_asks_at_init_is_answered),
        T(messages_are_listed_read_and_deleted),
        T(sending_prompts_and_answers_with_a_reference),
        T(an_endless_pdu_is_refused),
        T(indications_come_when_asked_for),
        T(reports_are_stored_where_the_modem_does_so),
        T(a_missed_call_rings_and_ends),
        T(ussd_is_answered_in_the_character_set),
        T(the_pin_is_asked_and_three_wrong_ones_lock),
        T(faults_show_on_the_wire),
        T(a_power_cycle_forgets_settings_and_keeps_texts),
        T(pieces_of_a_command_are_one_command),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
