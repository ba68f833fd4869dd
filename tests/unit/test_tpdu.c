// SPDX-License-Identifier: GPL-2.0-or-later
/* TPDUs: known octets, round trips, lies about lengths. */
#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/phone.h"
#include "gateway/base/utf.h"
#include "gateway/line/tpdu.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static size_t octets(const char *hex, uint8_t *out, size_t size)
{
    int n = tpdu_unhex(hex, strlen(hex), out, size);
    assert_true(n >= 0);
    return (size_t)n;
}

static void set_text(struct sms_part *p, const char *utf8)
{
    int n = utf8_to_utf16be(utf8, p->body, sizeof p->body);
    assert_true(n >= 0);
    p->body_len = (uint16_t)n;
}

static void assert_text(const struct sms_part *p, const char *utf8)
{
    char got[600];
    assert_true(utf16be_to_utf8(p->body, p->body_len, got, sizeof got) >= 0);
    assert_string_equal(got, utf8);
}

static void a_known_deliver_is_decoded(void **state)
{
    (void)state;
    uint8_t p[200];
    struct sms_part part;
    /* "hellohello" from +27838890001, 1999-03-29 15:16:59 +02:00: the textbook example */
    size_t n = octets("07917283010010F5040BC87238880900F10000993092516195800AE8329BFD4697D9EC37", p, sizeof p);
    int skip = tpdu_smsc(p, n);
    assert_int_equal(skip, 8);
    p[skip + 2] = 0x91; /* type of address: international */
    assert_int_equal(tpdu_get_deliver(p + skip, n - (size_t)skip, &part), 0);
    assert_string_equal(part.sender, "+27838890001");
    assert_text(&part, "hellohello");
    assert_int_equal(part.total, 1);
    assert_int_equal(part.ref_bits, 0);
    assert_int_equal(part.coding, SMS_GSM7);
}

static void the_time_stamp_keeps_its_zone(void **state)
{
    (void)state;
    uint8_t p[200];
    struct sms_part part;
    /* 2026-11-12 21:05:00 at +07:00, then the same instant written at -03:00 */
    size_t n = octets("0405811950F00000621121125000820141", p, sizeof p);
    assert_int_equal(tpdu_get_deliver(p, n, &part), 0);
    int64_t vn;
    assert_int_equal(civil_parse("2026-11-12 21:05:00", &vn), 0);
    assert_true(part.smsc_ms == vn);
    n = octets("0405811950F00000621121115000290141", p, sizeof p); /* 11:05 at -12 quarters */
    assert_int_equal(tpdu_get_deliver(p, n, &part), 0);
    assert_true(part.smsc_ms == vn);
    n = octets("0405811950F000009999999999999F0141", p, sizeof p);
    assert_int_equal(tpdu_get_deliver(p, n, &part), 0);
    assert_true(part.smsc_ms == 0);
}

static void deliver_round_trips(void **state)
{
    (void)state;
    static const struct {
        const char *from, *text;
        uint8_t coding, ref_bits;
    } cases[] = {
        {"+84912000001", "BC man de trom mat xe wave", SMS_GSM7, 0},
        {"+84912000001", "{}[]^~|\\€ @£$¥", SMS_GSM7, 8},
        {"+84912000001", "1234567", SMS_GSM7, 0},
        {"+84912000001", "12345678", SMS_GSM7, 16},
        {"0912000001", "", SMS_GSM7, 0},
        {"195", "So du", SMS_GSM7, 16},
        {"VIETTEL", "Khuyến mãi", SMS_UCS2, 0},
        {"BCA@VN 1234", "x", SMS_GSM7, 8},
        {"+84912000001", "Mạn Đê \xF0\x9F\x94\xA5", SMS_UCS2, 16},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct sms_part in = {.total = 1, .seq = 1, .coding = cases[i].coding, .ref_bits = cases[i].ref_bits}, out;
        memcpy(in.sender, cases[i].from, strlen(cases[i].from) + 1);
        in.smsc_ms = 1794492300000;
        if (in.ref_bits) {
            in.ref = in.ref_bits == 16 ? 0xBEEF : 0xEF;
            in.total = 5;
            in.seq = 3;
        }
        set_text(&in, cases[i].text);
        uint8_t p[TPDU_MAX];
        int n = tpdu_put_deliver(&in, p, sizeof p);
        assert_true(n > 0);
        assert_int_equal(tpdu_get_deliver(p, (size_t)n, &out), 0);
        assert_memory_equal(&in, &out, sizeof in);
        for (size_t cut = 0; cut < (size_t)n; cut++) /* no prefix of it passes */
            assert_int_equal(tpdu_get_deliver(p, cut, &out), -EINVAL);
    }
}

static void a_full_part_fits_and_one_more_does_not(void **state)
{
    (void)state;
    char text[200];
    memset(text, 'a', sizeof text);
    static const struct {
        uint8_t coding, ref_bits;
        int fits;
    } cases[] = {{SMS_GSM7, 0, 160}, {SMS_GSM7, 8, 153}, {SMS_GSM7, 16, 152},
                 {SMS_UCS2, 0, 70},  {SMS_UCS2, 8, 67},  {SMS_UCS2, 16, 66}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        for (int more = 0; more < 2; more++) {
            struct sms_part in = {.sender = "+84912000001", .total = 2, .seq = 1, .smsc_ms = 1794492300000};
            uint8_t p[TPDU_MAX];
            struct sms_part out;
            in.coding = cases[i].coding;
            in.ref_bits = cases[i].ref_bits;
            int k = cases[i].fits + more;
            if (2 * k > SMS_BODY_MAX)
                continue;
            text[k] = '\0';
            set_text(&in, text);
            text[k] = 'a';
            int n = tpdu_put_deliver(&in, p, sizeof p);
            if (more) {
                assert_int_equal(n, -EMSGSIZE);
                continue;
            }
            assert_true(n > 0);
            assert_int_equal(tpdu_get_deliver(p, (size_t)n, &out), 0);
            assert_int_equal(out.body_len, in.body_len);
        }
}

/* A provider's customer chooses his name, also one that is an officer's number. */
static void a_name_that_reads_as_a_number_is_no_number(void **state)
{
    (void)state;
    static const char *const names[] = {"'84903000001", "'0903000001", "'191", "'09.0300.001"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct sms_part in = {.total = 1, .seq = 1, .coding = SMS_GSM7, .smsc_ms = 1794492000000LL}, out;
        uint8_t pdu[TPDU_MAX];
        snprintf(in.sender, sizeof in.sender, "%s", names[i]);
        set_text(&in, "NHAN 48217");
        int n = tpdu_put_deliver(&in, pdu, sizeof pdu);
        assert_true(n > 0);
        assert_int_equal(pdu[2] & 0x70, 0x50); /* alphanumeric, TS 23.040 9.1.2.5 */
        assert_int_equal(tpdu_get_deliver(pdu, (size_t)n, &out), 0);
        assert_string_equal(out.sender, names[i]);
        assert_int_equal(address_kind(out.sender), ADDRESS_ALPHA);
        char number[ADDRESS_SIZE];
        assert_int_not_equal(phone_normalize(out.sender, number, sizeof number), 0);
    }
}

static void a_lying_header_is_refused(void **state)
{
    (void)state;
    uint8_t p[TPDU_MAX];
    struct sms_part in = {.sender = "+84912000001", .total = 2, .seq = 1, .ref_bits = 8}, out;
    set_text(&in, "abcdefgh");
    int n = tpdu_put_deliver(&in, p, sizeof p);
    assert_true(n > 0);
    size_t udl = 1 + 2 + 6 + 2 + 7; /* first octet, address, PID and DCS, time */
    assert_int_equal(p[udl + 1], 5);
    p[udl + 1] = 0xFF; /* the UDHL that makes libgammu write past its array */
    assert_int_equal(tpdu_get_deliver(p, (size_t)n, &out), -EINVAL);
    assert_int_equal(out.body_len, 0);
    p[udl + 1] = 5;
    p[udl + 3] = 200; /* an element longer than the header */
    assert_int_equal(tpdu_get_deliver(p, (size_t)n, &out), -EINVAL);
}

static void an_impossible_sequence_number_is_ignored(void **state)
{
    (void)state;
    uint8_t p[TPDU_MAX];
    struct sms_part in = {.sender = "+84912000001", .total = 2, .seq = 2, .ref_bits = 8}, out;
    set_text(&in, "abc");
    int n = tpdu_put_deliver(&in, p, sizeof p);
    size_t seq = 1 + 2 + 6 + 2 + 7 + 1 + 5;
    assert_int_equal(p[seq], 2);
    p[seq] = 3;
    assert_int_equal(tpdu_get_deliver(p, (size_t)n, &out), 0);
    assert_int_equal(out.ref_bits, 0);
    assert_int_equal(out.total, 1);
    assert_text(&out, "abc");
}

static void submit_round_trips_with_validity_and_report(void **state)
{
    (void)state;
    struct tpdu_submit in = {.want_report = true, .ref = 7}, out;
    static const int64_t validity[] = {0, 5 * MINUTE_MS, 12 * HOUR_MS, DAY_MS, 3 * DAY_MS, 63 * 7 * DAY_MS};
    for (size_t i = 0; i < ARRAY_LEN(validity); i++) {
        uint8_t p[TPDU_MAX];
        memset(&in.part, 0, sizeof in.part);
        in.part = (struct sms_part){.sender = "+84903000001", .total = 1, .seq = 1};
        set_text(&in.part, "48217 TROM Man De");
        in.validity_ms = validity[i];
        int n = tpdu_put_submit(&in, p, sizeof p);
        assert_true(n > 0);
        assert_int_equal(tpdu_get_submit(p, (size_t)n, &out), 0);
        assert_true(out.want_report);
        assert_int_equal(out.ref, 7);
        assert_true(out.validity_ms == validity[i]);
        assert_memory_equal(&in.part, &out.part, sizeof out.part);
        struct sms_part wrong;
        assert_int_equal(tpdu_get_deliver(p, (size_t)n, &wrong), -EINVAL);
    }
}

static void report_round_trips(void **state)
{
    (void)state;
    struct tpdu_report in = {.ref = 255, .smsc_ms = 1794492300000, .discharge_ms = 1794492305000, .status = 0x46}, out;
    memcpy(in.number, "+84903000001", 13);
    uint8_t p[TPDU_MAX];
    int n = tpdu_put_report(&in, p, sizeof p);
    assert_true(n > 0);
    assert_int_equal(tpdu_get_report(p, (size_t)n, &out), 0);
    assert_memory_equal(&in, &out, sizeof in);
    assert_int_equal(tpdu_put_report(&in, p, (size_t)n - 1), -EMSGSIZE);
}

static void no_octets_whatever_are_dangerous(void **state)
{
    (void)state;
    uint32_t x = 12345;
    for (int round = 0; round < 200000; round++) {
        uint8_t p[200] = {0};
        size_t n = (size_t)(x >> 8) % 190;
        for (size_t i = 0; i < n; i++) {
            x = x * 1664525u + 1013904223u;
            p[i] = (uint8_t)(x >> 24);
        }
        x = x * 1664525u + 1013904223u;
        struct sms_part part;
        struct tpdu_submit s;
        struct tpdu_report r;
        uint8_t *exact = malloc(n + 1); /* so that a read behind the end is seen */
        assert_non_null(exact);
        memcpy(exact + 1, p, n);
        if (!tpdu_get_deliver(exact + 1, n, &part)) {
            assert_true(part.body_len <= sizeof part.body);
            assert_true(part.seq >= 1 && part.seq <= part.total);
        }
        tpdu_get_submit(exact + 1, n, &s);
        tpdu_get_report(exact + 1, n, &r);
        tpdu_smsc(exact + 1, n);
        free(exact);
    }
}

static void smsc_addresses(void **state)
{
    (void)state;
    uint8_t p[16];
    assert_int_equal(tpdu_put_smsc("+84980200030", p, sizeof p), 8);
    assert_memory_equal(p, "\x07\x91\x48\x89\x20\x00\x30\xF0", 8);
    assert_int_equal(tpdu_put_smsc("", p, sizeof p), 1);
    assert_int_equal(tpdu_smsc((const uint8_t *)"\0x", 2), 1);
    assert_int_equal(tpdu_smsc((const uint8_t *)"\x07xxxxxxx", 8), -EINVAL); /* nothing after it */
    assert_int_equal(tpdu_smsc((const uint8_t *)"\xFF", 1), -EINVAL);
}

static void bad_addresses_and_characters_are_refused(void **state)
{
    (void)state;
    uint8_t p[TPDU_MAX];
    struct sms_part in = {.total = 1, .seq = 1};
    set_text(&in, "x");
    memcpy(in.sender, "TWELVE LETTERS", 15);
    assert_int_equal(tpdu_put_deliver(&in, p, sizeof p), -EMSGSIZE);
    memcpy(in.sender, "Mạn", 6);
    assert_int_equal(tpdu_put_deliver(&in, p, sizeof p), -EINVAL);
    memcpy(in.sender, "+84912000001", 13);
    set_text(&in, "ạ");
    assert_int_equal(tpdu_put_deliver(&in, p, sizeof p), -EINVAL);
    set_text(&in, "x");
    assert_int_equal(tpdu_put_deliver(&in, p, 5), -EMSGSIZE);
}

static void hex_is_strict(void **state)
{
    (void)state;
    uint8_t p[4];
    char out[9];
    assert_int_equal(tpdu_unhex("00fF", 4, p, sizeof p), 2);
    assert_int_equal(p[1], 0xFF);
    assert_int_equal(tpdu_unhex("0", 1, p, sizeof p), -EINVAL);
    assert_int_equal(tpdu_unhex("0g", 2, p, sizeof p), -EINVAL);
    assert_int_equal(tpdu_unhex("0011223344", 10, p, sizeof p), -EMSGSIZE);
    tpdu_hex((const uint8_t *)"\x01\xAB", 2, out);
    assert_string_equal(out, "01AB");
}

static void a_validity_is_never_longer_than_asked_but_for_five_minutes(void **state)
{
    (void)state;
    assert_int_equal(tpdu_validity_within(0), 0);
    assert_int_equal(tpdu_validity_within(-HOUR_MS), 0);
    assert_int_equal(tpdu_validity_within(5 * MINUTE_MS), 0);
    assert_int_equal(tpdu_validity_within(10 * MINUTE_MS - 1), 0);
    assert_int_equal(tpdu_validity_within(10 * MINUTE_MS), 1);
    assert_int_equal(tpdu_validity_within(2 * HOUR_MS), 23);
    assert_int_equal(tpdu_validity_within(INT64_MAX), 255);
    for (int64_t ms = 5 * MINUTE_MS; ms < 400 * DAY_MS; ms += 7 * MINUTE_MS) {
        uint8_t vp = tpdu_validity_within(ms);
        assert_true(tpdu_validity_ms(vp) <= ms);
        assert_true(tpdu_validity_ms((uint8_t)(vp + 1)) > ms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_known_deliver_is_decoded),
        cmocka_unit_test(the_time_stamp_keeps_its_zone),
        cmocka_unit_test(deliver_round_trips),
        cmocka_unit_test(a_full_part_fits_and_one_more_does_not),
        cmocka_unit_test(a_name_that_reads_as_a_number_is_no_number),
        cmocka_unit_test(a_lying_header_is_refused),
        cmocka_unit_test(an_impossible_sequence_number_is_ignored),
        cmocka_unit_test(submit_round_trips_with_validity_and_report),
        cmocka_unit_test(a_validity_is_never_longer_than_asked_but_for_five_minutes),
        cmocka_unit_test(report_round_trips),
        cmocka_unit_test(no_octets_whatever_are_dangerous),
        cmocka_unit_test(smsc_addresses),
        cmocka_unit_test(bad_addresses_and_characters_are_refused),
        cmocka_unit_test(hex_is_strict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
