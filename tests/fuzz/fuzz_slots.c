// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The small readers, each alone: numbers of phones, codes, times, days, addresses, base64, the alphabets,
 * masks, syllables. The first octet chooses; each must keep its bounds, and what it wrote it reads again.
 */
#include "tests/fuzz/must.h"

#include "config/rota.h"
#include "config/shifts.h"
#include "gateway/base/base64.h"
#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/gsm7.h"
#include "gateway/base/mask.h"
#include "gateway/base/netaddr.h"
#include "gateway/base/phone.h"
#include "gateway/base/str.h"
#include "gateway/base/utf.h"
#include "parsers/code.h"
#include "parsers/phrase.h"
#include "parsers/syllable.h"
#include "parsers/token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void phone(const char *s)
{
    char e164[20], again[20];
    int rc = phone_normalize(s, e164, sizeof(e164));
    (void)address_kind(s);
    if (rc) {
        must(rc == -EINVAL || rc == -EMSGSIZE);
        return;
    }
    must(e164[0] == '+' && strspn(e164 + 1, "0123456789") == strlen(e164) - 1);
    must(phone_normalize(e164, again, sizeof(again)) == 0 && !strcmp(e164, again));
    must(address_kind(e164) == ADDRESS_NUMBER);
}

static void code(const char *s)
{
    char made[8], wrong[8]; /* up to 7 digits */
    size_t n = strlen(s);
    char check = code_check_digit(s, n);
    must(check == 0 || (check >= '0' && check <= '9'));
    if (n < 4 || n > 6 || strspn(s, "0123456789") != n)
        return;
    must(code_make((unsigned)strtoul(s, NULL, 10), (int)n, made, sizeof(made)) == 0 && code_valid(made));
    for (size_t i = 0; i <= n; i++) { /* one digit mistyped, or two swapped, is no code */
        memcpy(wrong, made, sizeof(made));
        wrong[i] = (char)('0' + (wrong[i] - '0' + 1) % 10);
        must(!code_valid(wrong));
        memcpy(wrong, made, sizeof(made));
        wrong[i] = made[i ? i - 1 : 1];
        wrong[i ? i - 1 : 1] = made[i];
        must(!code_valid(wrong) || !strcmp(wrong, made));
    }
}

static void moment(const char *s)
{
    int64_t ms, again, day;
    char iso[32];
    int minutes;
    if (civil_parse(s, &ms) == 0) {
        civil_iso(ms, iso, sizeof(iso));
        iso[19] = '\0'; /* without its zone */
        must(civil_parse(iso, &again) == 0 && again == ms);
        must(civil_day_start_ms(ms) <= ms && ms - civil_day_start_ms(ms) < DAY_MS);
    }
    if (shift_clock_parse(s, &minutes) == 0)
        must(minutes >= 0 && minutes <= 24 * 60);
    if (shift_date_parse(s, &day) == 0)
        must(day > -1000000 && day < 10000000);
}

static void days(const char *s)
{
    struct shift_days on;
    bool on_holidays = false;
    int rc = shift_days_parse(s, &on);
    must(rc == 0 || rc == -EINVAL);
    rc = rota_days_parse(s, &on, &on_holidays);
    must(rc == 0 || rc == -EINVAL);
}

static void address(const char *s)
{
    struct netaddr a;
    if (netaddr_parse(s, &a))
        return;
    must((a.bits == 32 || a.bits == 128) && a.net >= 0 && a.net <= a.bits);
    must(netaddr_in(&a, &a));
    (void)netaddr_is_loopback(&a);
}

static void base64(const char *s, size_t n)
{
    uint8_t out[300], same[300];
    char text[BASE64_SIZE(300)];
    int got = base64_read(s, n, out, sizeof(out));
    must(got <= (int)sizeof(out));
    if (got >= 0) {
        size_t len = base64_write(out, (size_t)got, text);
        must(len < sizeof(text) && base64_read(text, len, same, sizeof(same)) == got &&
             !memcmp(out, same, (size_t)got));
    }
}

static void alphabets(const char *s, size_t n)
{
    char clean[2048], again[2048], cut[2048];
    uint8_t units[2048];
    if (utf8_clean(s, n, clean, sizeof(clean)) < 0)
        return;
    int len = utf8_to_utf16be(clean, units, sizeof(units));
    if (len >= 0)
        must(utf16be_to_utf8(units, (size_t)len, again, sizeof(again)) >= 0 && !strcmp(clean, again));
    int septets = gsm7_septets(clean);
    memcpy(cut, clean, sizeof(cut));
    gsm7_cut(cut, 20);
    must(!strncmp(cut, clean, strlen(cut)));
    if (septets >= 0)
        must(gsm7_septets(cut) <= 20 && gsm7_septets(cut) >= 0);
    if (septets >= 0 && septets <= 20)
        must(!strcmp(cut, clean));
    for (const char *p = clean; *p;) {
        size_t used;
        uint8_t out[2];
        uint32_t cp = utf8_next(p, strlen(p), &used);
        int k = gsm7_encode(cp, out);
        must(k == 0 || gsm7_decode(out[k - 1], k == 2) == cp);
        p += used;
    }
}

static void mask(char *s)
{
    char once[1024];
    mask_numbers(s);
    snprintf(once, sizeof(once), "%s", s);
    mask_numbers(once);
    must(!strncmp(once, s, sizeof(once) - 1));
    for (const char *p = s; *p;) { /* nine in a row are a number whoever reads it */
        size_t run = strspn(p, "0123456789");
        must(run < 9);
        p += run + (p[run] != '\0');
    }
}

static void words(const char *s, size_t n)
{
    static struct toks t;
    char out[64];
    size_t half = n / 2, k;
    if (n > 120)
        return;
    (void)syllable_valid(s, n);
    (void)looks_keyed(s, n);
    size_t len = keys_out(s, n, out, sizeof(out));
    must(len <= sizeof(out) && len <= n);
    if (half <= PHRASE_LETTERS_MAX) {
        int cost = one_edit(s, half, s + half, n - half);
        must(cost == one_edit(s + half, n - half, s, half) && cost >= -1 && cost <= 3);
        must(common_end(s, half, s + half, n - half) <= half);
    }
    (void)marks_agree(s, half, s + half, n - half);
    toks_read(&t, s, 0, n);
    must(t.n <= TOKS_MAX);
    for (size_t i = 0; i < t.n; i++) {
        must(t.t[i].s <= t.t[i].e && t.t[i].e <= n && tok_value(&t.t[i]) >= -1);
        int v = number_word(&t, i, &k);
        must(v >= -1 && v <= 20 && (v < 0 || i + k <= t.n));
    }
}

static void names(const char *s)
{
    static const char *const all[] = {"places", "roster", "kinds", "alert_repeat_s", "digest_at"};
    const char *near = str_nearest(s, all, ARRAY_LEN(all));
    for (size_t i = 0; near && i < ARRAY_LEN(all); i++)
        near = near == all[i] ? NULL : near;
    must(near == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 1 || n > 1000)
        return 0;
    char *s = malloc(n); /* exactly: what reads past the end is seen */
    if (!s)
        return 0;
    memcpy(s, data + 1, n - 1);
    s[n - 1] = '\0';
    switch ((data[0] + 2) % 10) { /* '0' is 0 */
    case 0:
        phone(s);
        break;
    case 1:
        code(s);
        break;
    case 2:
        moment(s);
        break;
    case 3:
        days(s);
        break;
    case 4:
        address(s);
        break;
    case 5:
        base64(s, n - 1);
        break;
    case 6:
        alphabets(s, n - 1);
        break;
    case 7:
        mask(s);
        break;
    case 8:
        words(s, strlen(s));
        break;
    default:
        names(s);
    }
    free(s);
    return 0;
}
