// SPDX-License-Identifier: GPL-2.0-or-later
/* Operators' words of a balance: amount and date, or nothing claimed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/base/err.h"
#include "parsers/balance.h"

struct sample {
    const char *text;
    int64_t dong; /* -1: none */
    const char *date;
};

static const struct sample samples[] = {
    {"TKG: 45.300d, HSD: 12/12/2026", 45300, "2026-12-12"},
    {"Tai khoan chinh cua Quy khach la 12,500 dong", 12500, ""},
    {"TK goc 50000d, su dung den 31/12/2027. TK khuyen mai: 100 SMS noi mang.", 50000, "2027-12-31"},
    /* Viettel */
    {"TK goc: 15.000d, su dung den 0h ngay 12/12/2026. TK KM: 20.000d, HSD 01/12/2026", 15000, "2026-12-12"},
    {"Tai khoan goc cua quy khach la 1.234.567 dong. Han su dung: 00:00:00 12/12/2026.", 1234567, "2026-12-12"},
    {"Quy khach dang dung goi TOM690. TKG: 0d, HSD: 05/01/2027", 0, "2027-01-05"},
    {"Tài khoản gốc: 45.300đ, sử dụng đến 0h ngày 12/12/2026", 45300, "2026-12-12"},
    /* MobiFone */
    {"TKC:12500 d,han su dung 12-12-2026. KM1: 5000d", 12500, "2026-12-12"},
    {"TKC 8.500 d,0h ngay 31/12/2026.KM1:1000d. KM2T:0d", 8500, "2026-12-31"},
    {"Tai khoan chinh:25.000d, han su dung: 23:59:59 31/12/2026. TK KM1: 3.000d", 25000, "2026-12-31"},
    /* VinaPhone */
    {"TK chinh=45300 VND, HSD: 12/12/2026; TK KM=0 VND; TK KM1=1000 VND", 45300, "2026-12-12"},
    {"So TB 0912000099. TKC: 8.500 dong, HSD:12/12/26. TK KM: 0 dong", 8500, "2026-12-12"},
    {"TK KM: 90.000d HSD 01/12/2026; TK chinh: 1.200d HSD 12/12/2026", 1200, "2026-12-12"},
    /* Vietnamobile */
    {"TK chinh: 12,500 VND, het han 2026-12-12. TK khuyen mai: 0 VND", 12500, "2026-12-12"},
    {"Main balance 12.500,00 VND expires 12/12/2026", 12500, "2026-12-12"},
    {"So du: 20 000 d", 20000, ""},
    {"Ban con 7.000đ", 7000, ""},
    /* nothing to claim */
    {"", -1, ""},
    {"Yeu cau cua Quy khach khong thuc hien duoc. Vui long thu lai sau.", -1, ""},
    {"Goi cuoc SMS100, con 100 tin.", -1, ""},
    {"Goi 18008098 de duoc ho tro, *098#", -1, ""},
    {"TK KM: 5.000d", -1, ""},
    {"TKG: 99999999999999999999d", -1, ""},
    {"HSD: 32/13/2026", -1, ""},
    {"TKG: 5.000d HSD 30/02/2027", 5000, ""},
};

static void words_of_operators(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
        const struct sample *s = &samples[i];
        struct balance b;
        char date[40] = "";
        bool got = balance_read(s->text, &b);
        if (b.has_date)
            snprintf(date, sizeof(date), "%04d-%02d-%02d", b.year, b.month, b.day);
        if (got == (s->dong >= 0) && (!got || b.dong == s->dong) && !strcmp(date, s->date))
            continue;
        print_error("%s: %s %lld %s\n", s->text, got ? "got" : "none", (long long)b.dong, date);
        wrong++;
    }
    assert_int_equal(wrong, 0);
}

static void octets_of_any_kind_are_survived(void **state)
{
    (void)state;
    uint32_t x = 12345;
    static const char alphabet[] = "0123456789.,/-: dvnđTKGHS\n*#+\x80\xff";
    for (int i = 0; i < 20000; i++) {
        char text[260];
        size_t n = (size_t)(i % 250);
        for (size_t k = 0; k < n; k++) {
            x = x * 1664525u + 1013904223u;
            text[k] = alphabet[(x >> 16) % (sizeof(alphabet) - 1)];
        }
        text[n] = '\0';
        struct balance b;
        (void)balance_read(text, &b);
        assert_true(b.dong >= 0);
        assert_in_range(b.month, 0, 12);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_of_operators),
        cmocka_unit_test(octets_of_any_kind_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
