// SPDX-License-Identifier: GPL-2.0-or-later
/* The line child's pure parts: unsolicited lines, the check of stored PDUs, the table of slots. */
#include "gateway/base/err.h"
#include "gateway/line/gammu_check.h"
#include "gateway/line/gammu_event.h"
#include "gateway/line/gammu_slots.h"
#include "gateway/line/tpdu.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
    struct gm_queue *q = malloc(sizeof *q);
    *state = q;
    return q ? gm_queue_init(q) : -1;
}

static int teardown(void **state)
{
    gm_queue_free(*state);
    free(*state);
    return 0;
}

static void one(struct gm_queue *q, enum gm_event_kind kind, struct gm_event *e)
{
    assert_true(gm_queue_take(q, e));
    assert_int_equal(e->kind, kind);
    assert_false(gm_queue_take(q, &(struct gm_event){.mem = 0}));
}

static void a_stored_text_names_its_place(void **state)
{
    struct gm_queue *q = *state;
    struct gm_event e;
    assert_false(gm_unsolicited(q, "+CMTI: \"SM\",7"));
    one(q, GM_STORED, &e);
    assert_int_equal(e.mem, GM_SM);
    assert_int_equal(e.index, 7);
    assert_false(gm_unsolicited(q, "+CDSI: \"ME\",12"));
    one(q, GM_STORED, &e);
    assert_int_equal(e.mem, GM_ME);
    assert_int_equal(e.index, 12);
}

static void a_place_that_makes_no_sense_asks_for_a_listing(void **state)
{
    static const char *const lines[] = {"+CMTI:", "+CMTI: \"SM\"", "+CMTI: \"SM\",-2", "+CMTI: \"SM\",99999999999",
                                        "+CMTI: \"XX\",1"};
    struct gm_queue *q = *state;
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        q->overflow = false;
        assert_false(gm_unsolicited(q, lines[i]));
        assert_true(q->overflow);
        assert_int_equal(q->n, 0);
    }
}

static void a_delivery_report_is_decoded_on_its_second_line(void **state)
{
    struct gm_queue *q = *state;
    struct gm_event e;
    struct tpdu_report r = {
        .ref = 200, .number = "+84912000001", .smsc_ms = 1790000000000, .discharge_ms = 1790000005000};
    uint8_t pdu[64] = {0};
    char hex[129];
    int n = tpdu_put_report(&r, pdu + 1, sizeof pdu - 1);
    assert_true(n > 0);
    tpdu_hex(pdu, (size_t)n + 1, hex);
    assert_true(gm_unsolicited(q, "+CDS: 25"));
    assert_false(gm_unsolicited(q, hex));
    one(q, GM_REPORT, &e);
    assert_int_equal(e.u.report.ref, 200);
    assert_int_equal(e.u.report.status, REPORT_DELIVERED);
    assert_string_equal(e.u.report.number, "+84912000001");
    assert_true(e.u.report.discharge_ms == 1790000005000);
}

static void an_over_long_report_is_dropped(void **state)
{
    struct gm_queue *q = *state;
    char hex[1501];
    memset(hex, 'A', sizeof hex - 1);
    hex[sizeof hex - 1] = '\0';
    assert_true(gm_unsolicited(q, "+CDS: 750"));
    assert_false(gm_unsolicited(q, hex));
    assert_int_equal(q->n, 0);
    assert_false(gm_unsolicited(q, "+CMTI: \"SM\",1")); /* and the next line is its own again */
    assert_int_equal(q->n, 1);
}

static void calls_give_their_number(void **state)
{
    static const struct {
        const char *line, *number;
    } cases[] = {{"+CLIP: \"+84912000001\",145,,,,0", "+84912000001"},
                 {"+CLIP: \"84912000001\",145", "+84912000001"},
                 {"+CLIP: \"0912000001\",129", "0912000001"},
                 {"+CLIP: \"002B00380034\",145", "+84"},
                 {"+CLIP: \"\",128", ""}};
    struct gm_queue *q = *state;
    struct gm_event e;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_false(gm_unsolicited(q, cases[i].line));
        one(q, GM_CLIP, &e);
        assert_string_equal(e.u.number, cases[i].number);
    }
    gm_unsolicited(q, "RING");
    one(q, GM_RING, &e);
    gm_unsolicited(q, "NO CARRIER");
    one(q, GM_CALL_END, &e);
}

static void ussd_answers_are_read_in_every_coat(void **state)
{
    struct gm_queue *q = *state;
    struct gm_event e;
    assert_false(gm_unsolicited(q, "+CUSD: 0,\"TK 5000d\",15"));
    one(q, GM_USSD, &e);
    assert_string_equal(e.u.ussd.text, "TK 5000d");
    assert_false(gm_unsolicited(q, "+CUSD: 0,\"0054004B\",72"));
    one(q, GM_USSD, &e);
    assert_string_equal(e.u.ussd.text, "TK");
    assert_true(gm_unsolicited(q, "+CUSD: 0,\"line one"));
    assert_false(gm_unsolicited(q, "line two\",15"));
    one(q, GM_USSD, &e);
    assert_string_equal(e.u.ussd.text, "line one\nline two");
    assert_false(gm_unsolicited(q, "+CUSD: 4"));
    one(q, GM_USSD, &e);
    assert_int_equal(e.u.ussd.result, -EPROTO);
}

static void a_ussd_answer_without_end_does_not_swallow_all(void **state)
{
    struct gm_queue *q = *state;
    char text[301];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    bool more = gm_unsolicited(q, "+CUSD: 0,\"never ends");
    for (int i = 0; i < 20 && more; i++)
        more = gm_unsolicited(q, text);
    assert_false(more);
    gm_unsolicited(q, "+CMTI: \"SM\",1");
    assert_int_equal(q->n, 1);
}

static void unknown_lines_are_dropped(void **state)
{
    struct gm_queue *q = *state;
    gm_unsolicited(q, "+ZUSIMR:2");
    gm_unsolicited(q, "\xff\x80garbage");
    assert_int_equal(q->n, 0);
}

static void a_full_queue_asks_for_a_listing(void **state)
{
    struct gm_queue *q = *state;
    struct gm_event e;
    for (int i = 0; i < GM_EVENTS + 5; i++)
        gm_unsolicited(q, "+CMTI: \"SM\",3");
    assert_true(q->overflow);
    int n = 0;
    while (gm_queue_take(q, &e))
        n++;
    assert_int_equal(n, GM_EVENTS);
}

static enum gm_stored judge(const char *hex)
{
    uint8_t pdu[320];
    int n = tpdu_unhex(hex, strlen(hex), pdu, sizeof pdu);
    assert_true(n > 0);
    return gm_classify(pdu, (size_t)n);
}

static void sound_pdus_are_libgammus_to_read(void **state)
{
    (void)state;
    assert_int_equal(judge("07914889200009F1040B914819020000F100006211221200008203C3E13A"), STORED_DELIVER);
    /* padded with 0xFF by the phone */
    assert_int_equal(judge("07914889200009F1040B914819020000F100006211221200008203C3E13AFFFFFF"), STORED_DELIVER);
    /* no SMSC; UCS2 */
    assert_int_equal(judge("00040B914819020000F10008621122120000820400410042"), STORED_DELIVER);
    /* two parts, 8-bit reference */
    assert_int_equal(judge("00440B914819020000F1000862112212000082080500030102010041"), STORED_DELIVER);
    assert_int_equal(judge("0001000B914819020000F1000001C1"), STORED_OWN);
}

static void pdus_that_lie_are_never_shown_to_libgammu(void **state)
{
    static const char *const bad[] = {
        "07914889200009F1440B914819020000F10000621122120000820AFF000301020304050607", /* UDHL 0xFF */
        "00440B914819020000F1000862112212000082080800030102010041", /* an element beyond the header's end */
        "00440B914819020000F10008621122120000820805000A0102010041",
        "00040B914819020000F10008621122120000828C0041",                 /* fewer octets than UDL says */
        "00040B914819020000F100006211221200008203C3E13A00",             /* more of them */
        "00041F914819020000F100006211221200008203C3E13A",               /* an address of 31 digits */
        "00040B914819020000F1000062112212000082FFC3E13A",               /* 255 septets */
        "00040B914819020000F1002062112212000082020041",                 /* compressed */
        "00040B914819020000F1008062112212000082020041",                 /* a reserved coding group */
        "00FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",               /* the filler of some Siemens modems */
        "0F914889200009F1040B914819020000F100006211221200008203C3E13A", /* SMSC of 15 octets */
        "00060B0B914819020000F1",                                       /* a report cut short */
        "00"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(judge(bad[i]), STORED_BAD);
}

static void every_cut_of_a_sound_pdu_is_malformed(void **state)
{
    static const char whole[] = "07914889200009F1440B914819020000F1000862112212000082080500030102010041";
    uint8_t pdu[64];
    (void)state;
    int n = tpdu_unhex(whole, sizeof whole - 1, pdu, sizeof pdu);
    for (int i = 1; i < n; i++)
        assert_int_equal(gm_classify(pdu, (size_t)i), STORED_BAD);
    assert_int_equal(gm_classify(pdu, (size_t)n), STORED_DELIVER);
}

static void slots_are_found_by_place_and_handle(void **state)
{
    struct slots *t = calloc(1, sizeof *t);
    (void)state;
    assert_non_null(t);
    slots_put(t, GM_SM, 1, SLOT_OFFERED)->handle = 11;
    slots_put(t, GM_ME, 1, SLOT_OFFERED)->handle = 12;
    assert_int_equal(t->offered, 2);
    assert_int_equal(slots_at(t, GM_ME, 1)->handle, 12);
    assert_int_equal(slots_by_handle(t, 11)->mem, GM_SM);
    assert_null(slots_by_handle(t, 13));
    slots_state(t, slots_at(t, GM_SM, 1), SLOT_STUCK);
    assert_null(slots_by_handle(t, 11));               /* it was kept once */
    slots_put(t, GM_ME, 1, SLOT_OFFERED)->handle = 20; /* another text in the same place */
    assert_null(slots_by_handle(t, 12));
    assert_int_equal(t->n, 2);
    assert_int_equal(t->offered, 1);
    slots_drop(t, slots_by_handle(t, 20));
    assert_int_equal(t->offered, 0);
    assert_null(slots_at(t, GM_ME, 1));
    free(t);
}

static void a_full_table_takes_no_more(void **state)
{
    struct slots *t = calloc(1, sizeof *t);
    (void)state;
    assert_non_null(t);
    for (int i = 0; i < SLOTS_MAX; i++)
        assert_non_null(slots_put(t, GM_SM, i, SLOT_STUCK));
    assert_null(slots_put(t, GM_ME, 0, SLOT_OFFERED));
    assert_non_null(slots_put(t, GM_SM, 5, SLOT_OFFERED));
    assert_int_equal(t->offered, 1);
    free(t);
}

static void tries_back_off_to_ten_minutes(void **state)
{
    struct slot s = {.tries = 0};
    (void)state;
    slots_later(&s, 1000);
    assert_int_equal(s.retry_ms, 3000);
    slots_later(&s, 0);
    assert_int_equal(s.retry_ms, 4000);
    for (int i = 0; i < 100; i++)
        slots_later(&s, 0);
    assert_int_equal(s.retry_ms, 600000);
}

static void report_states_follow_the_standard(void **state)
{
    (void)state;
    assert_int_equal(gm_report_status(0x00), REPORT_DELIVERED);
    assert_int_equal(gm_report_status(0x02), REPORT_DELIVERED);
    assert_int_equal(gm_report_status(0x20), REPORT_PENDING);
    assert_int_equal(gm_report_status(0x41), REPORT_FAILED);
    assert_int_equal(gm_report_status(0x62), REPORT_FAILED);
}

#define WITH_QUEUE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_QUEUE(a_stored_text_names_its_place),
        WITH_QUEUE(a_place_that_makes_no_sense_asks_for_a_listing),
        WITH_QUEUE(a_delivery_report_is_decoded_on_its_second_line),
        WITH_QUEUE(an_over_long_report_is_dropped),
        WITH_QUEUE(calls_give_their_number),
        WITH_QUEUE(ussd_answers_are_read_in_every_coat),
        WITH_QUEUE(a_ussd_answer_without_end_does_not_swallow_all),
        WITH_QUEUE(unknown_lines_are_dropped),
        WITH_QUEUE(a_full_queue_asks_for_a_listing),
        cmocka_unit_test(sound_pdus_are_libgammus_to_read),
        cmocka_unit_test(pdus_that_lie_are_never_shown_to_libgammu),
        cmocka_unit_test(every_cut_of_a_sound_pdu_is_malformed),
        cmocka_unit_test(slots_are_found_by_place_and_handle),
        cmocka_unit_test(a_full_table_takes_no_more),
        cmocka_unit_test(tries_back_off_to_ten_minutes),
        cmocka_unit_test(report_states_follow_the_standard),
    };
    return cmocka_run_group_tests_name("gammu_lines", tests, NULL, NULL);
}
