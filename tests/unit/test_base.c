// SPDX-License-Identifier: GPL-2.0-or-later
/* The leaves: phone numbers, masking, time, bounded strings, Unicode, GSM-7. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/base/civil.h"
#include "gateway/base/clock.h"
#include "gateway/base/commune.h"
#include "gateway/base/err.h"
#include "gateway/base/gsm7.h"
#include "gateway/base/mask.h"
#include "gateway/base/phone.h"
#include "gateway/base/str.h"
#include "gateway/base/utf.h"

static void phones_are_stored_as_e164(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } good[] = {
        {"0912 000 002", "+84912000002"},    {"84912000003", "+84912000003"},      {"0084.912.000.003", "+84912000003"},
        {"+84 912-000-003", "+84912000003"}, {"01620000001", "+84320000001"},      {"01990000001", "+84590000001"},
        {"+841230000001", "+84830000001"},   {"(024) 3800 0001", "+842438000001"}, {"+4915112345678", "+4915112345678"},
        {"+840912000001", "+84912000001"},
    };
    char out[20];
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        assert_int_equal(phone_normalize(good[i].in, out, sizeof(out)), 0);
        assert_string_equal(out, good[i].out);
    }
    static const char *const bad[] = {"",
                                      "113",
                                      "12345",
                                      "0912x00001",
                                      "091200000",
                                      "09120000011",
                                      "01110000001",
                                      "VIETTEL",
                                      "+0",
                                      "++84912000001",
                                      "99999999999999999999999999"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(phone_normalize(bad[i], out, sizeof(out)), -EINVAL);
    assert_int_equal(phone_normalize("0912000001", out, 8), -EMSGSIZE);
}

static void only_subscribers_are_numbers(void **state)
{
    (void)state;
    assert_int_equal(address_kind("+84912000001"), ADDRESS_NUMBER);
    assert_int_equal(address_kind("0912000001"), ADDRESS_NUMBER);
    assert_int_equal(address_kind("191"), ADDRESS_SHORT);
    assert_int_equal(address_kind("18001090"), ADDRESS_SHORT);
    assert_int_equal(address_kind("VIETTEL"), ADDRESS_ALPHA);
    assert_int_equal(address_kind("'; rm -rf /"), ADDRESS_ALPHA);
    assert_int_equal(address_kind(""), ADDRESS_NONE);
}

static void long_numbers_are_masked_and_codes_are_not(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"goi 0912000001 ngay", "goi xxxxxxx001 ngay"},
        {"+84 912.000.001", "+xx xxx.xxx.001"},
        {"CCCD 001099000123, vu 48217", "CCCD xxxxxxxxx123, vu 48217"},
        {"luc 21h05 ngay 30/11/2026", "luc 21h05 ngay 30/11/2026"},
        {"at 2026-11-12 21:00", "at 2026-11-12 21:00"},
        {"ma 482170", "ma 482170"},
        {"12345678", "12345678"},
        {"1234567890123456789012", "xxxxxxxxxxxxxxxxxxx012"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char text[64];
        assert_int_equal(str_copy(text, sizeof(text), cases[i].in), 0);
        mask_numbers(text);
        assert_string_equal(text, cases[i].out);
    }
}

static void civil_time_round_trips_over_two_centuries(void **state)
{
    (void)state;
    for (int64_t ms = -2208988800000LL; ms < 4102444800000LL; ms += 86399999LL) {
        struct civil c = civil_from_ms(ms);
        assert_int_equal(civil_to_ms(&c), ms - ((ms % 1000) + 1000) % 1000);
    }
    struct civil c = civil_from_ms(1794492000000LL); /* 2026-11-12T14:00:00Z */
    assert_int_equal(c.hour, 21);
    assert_int_equal(c.weekday, 3);
}

static void civil_text_is_read_and_refused(void **state)
{
    (void)state;
    int64_t ms;
    char iso[32];
    assert_int_equal(civil_parse("2026-11-12 21:00", &ms), 0);
    civil_iso(ms, iso, sizeof(iso));
    assert_string_equal(iso, "2026-11-12T21:00:00+07:00");
    assert_int_equal(civil_parse("2026-02-29 21:00", &ms), -EINVAL);
    assert_int_equal(civil_parse("2024-02-29T21:00:59", &ms), 0);
    assert_int_equal(civil_parse("2026-11-12 24:00", &ms), -EINVAL);
    assert_int_equal(civil_parse("2026-11-12 21:00 x", &ms), -EINVAL);
    assert_int_equal(civil_parse("hom qua", &ms), -EINVAL);
}

static void a_manual_clock_moves_only_when_told(void **state)
{
    (void)state;
    struct clock *c = clock_new_manual(1000, 50);
    assert_int_equal(clock_advance(c, 500), 0);
    assert_int_equal(clock_jump(c, -1400), 0);
    assert_int_equal(clock_now_ms(c), 100);
    assert_int_equal(clock_boot_ms(c), 550);
    assert_int_equal(clock_advance(c, -1), -EINVAL);
    clock_free(c);
    c = clock_new_real();
    assert_int_equal(clock_jump(c, 5), -EINVAL);
    assert_true(clock_now_ms(c) > 1600000000000LL);
    clock_free(c);
}

static void strings_never_truncate_in_silence(void **state)
{
    (void)state;
    char d[4];
    assert_int_equal(str_copy(d, sizeof(d), "abc"), 0);
    assert_int_equal(str_copy(d, sizeof(d), "abcd"), -EMSGSIZE);
    assert_string_equal(d, "");
    char b[8];
    struct sbuf s = sbuf_on(b, sizeof(b));
    sbuf_addf(&s, "%d", 12345);
    sbuf_add(&s, "67");
    assert_int_equal(sbuf_done(&s), 0);
    sbuf_addc(&s, '8');
    assert_int_equal(sbuf_done(&s), -EMSGSIZE);
    assert_string_equal(b, "1234567");
}

static void a_misspelt_name_finds_its_neighbour(void **state)
{
    (void)state;
    static const char *const names[] = {"places", "roster", "alert_ttl_s"};
    assert_string_equal(str_nearest("placs", names, 3), "places");
    assert_string_equal(str_nearest("alert_tll_s", names, 3), "alert_ttl_s");
    assert_null(str_nearest("zzzzzz", names, 3));
}

static void ill_formed_unicode_becomes_a_replacement(void **state)
{
    (void)state;
    char out[64];
    assert_int_equal(utf8_clean("a\xff\xc3(", 4, out, sizeof(out)), 8);
    assert_string_equal(out, "a\xef\xbf\xbd\xef\xbf\xbd(");
    assert_int_equal(utf8_clean("\xed\xa0\x80", 3, out, sizeof(out)) > 0, 1); /* a surrogate */
    assert_null(strstr(out, "\xed\xa0"));
    assert_int_equal(utf8_clean("a\0b", 3, out, sizeof(out)), 5);
    assert_int_equal(utf8_clean("abc", 3, out, 3), -EMSGSIZE);
    static const uint8_t split[] = {0xD8, 0x3D, 0x00, 'x'};
    assert_int_equal(utf16be_to_utf8(split, 4, out, sizeof(out)), 4);
    assert_string_equal(out, "\xef\xbf\xbdx");
}

static void utf16_round_trips_with_accents_and_emoji(void **state)
{
    (void)state;
    static const char text[] = "Mạn Đê 😀 trộm";
    uint8_t u[64];
    char back[64];
    int n = utf8_to_utf16be(text, u, sizeof(u));
    assert_true(n > 0);
    assert_true(utf16be_to_utf8(u, (size_t)n, back, sizeof(back)) > 0);
    assert_string_equal(back, text);
    assert_int_equal(utf8_to_utf16be(text, u, 10), -EMSGSIZE);
}

static void gsm7_counts_and_round_trips(void **state)
{
    (void)state;
    assert_int_equal(gsm7_septets("abc"), 3);
    assert_int_equal(gsm7_septets("a^{}[]\\~|€"), 19);
    assert_int_equal(gsm7_septets("Đ"), -EINVAL);
    assert_int_equal(gsm7_septets("$@_"), 3);
    for (uint8_t i = 0; i < 128; i++) {
        uint8_t s[2];
        if (i == 0x1B)
            continue;
        assert_int_equal(gsm7_encode(gsm7_decode(i, 0), s), 1);
        assert_int_equal(s[0], i);
    }
    char t[] = "ab€c";
    gsm7_cut(t, 3);
    assert_string_equal(t, "ab");
}

static void roles_have_names(void **state)
{
    (void)state;
    for (enum role r = ROLE_MEMBER; r < ROLE_COUNT; r++)
        assert_int_equal(role_from(role_name(r)), r);
    assert_int_equal(role_from("boss"), ROLE_NONE);
    assert_null(role_name(ROLE_NONE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phones_are_stored_as_e164),
        cmocka_unit_test(only_subscribers_are_numbers),
        cmocka_unit_test(long_numbers_are_masked_and_codes_are_not),
        cmocka_unit_test(civil_time_round_trips_over_two_centuries),
        cmocka_unit_test(civil_text_is_read_and_refused),
        cmocka_unit_test(a_manual_clock_moves_only_when_told),
        cmocka_unit_test(strings_never_truncate_in_silence),
        cmocka_unit_test(a_misspelt_name_finds_its_neighbour),
        cmocka_unit_test(ill_formed_unicode_becomes_a_replacement),
        cmocka_unit_test(utf16_round_trips_with_accents_and_emoji),
        cmocka_unit_test(gsm7_counts_and_round_trips),
        cmocka_unit_test(roles_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
