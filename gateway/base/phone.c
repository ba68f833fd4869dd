// SPDX-License-Identifier: GPL-2.0-or-later
/* Phone numbers as typed to E.164, and what a sender address is. See phone.h. */
#include "gateway/base/phone.h"

#include "gateway/base/err.h"
#include "gateway/base/str.h"

#include <stdbool.h>
#include <string.h>

/* The renumbering of 11-digit mobile numbers of 2018 (Ministry of Information and
 * Communications, decision 798/QD-BTTTT): old prefix after the 0, new prefix. */
static const struct {
    char old[4], now[3];
} renumbered[] = {
    {"162", "32"}, {"163", "33"}, {"164", "34"}, {"165", "35"}, {"166", "36"}, {"167", "37"}, {"168", "38"},
    {"169", "39"}, {"120", "70"}, {"121", "79"}, {"122", "77"}, {"126", "76"}, {"128", "78"}, {"123", "83"},
    {"124", "84"}, {"125", "85"}, {"127", "81"}, {"129", "82"}, {"186", "56"}, {"188", "58"}, {"199", "59"},
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits of `in` into d (NUL-terminated), other characters must be separators; *plus tells
 * of a leading '+'. */
static int take_digits(const char *in, char *d, size_t size, bool *plus)
{
    size_t n = 0;
    *plus = false;
    while (*in == ' ')
        in++;
    if (*in == '+') {
        *plus = true;
        in++;
    }
    for (; *in; in++) {
        if (is_digit(*in)) {
            if (n + 1 >= size)
                return -EINVAL;
            d[n++] = *in;
        } else if (!strchr(" .-()", *in)) {
            return -EINVAL;
        }
    }
    d[n] = '\0';
    return n ? 0 : -EINVAL;
}

/* national: digits after the country code. */
static int put_vietnamese(const char *national, char *out, size_t size)
{
    const char *prefix = "";
    size_t len = strlen(national);
    if (len == 10 && national[0] == '1') {
        for (size_t i = 0; i < ARRAY_LEN(renumbered); i++)
            if (!strncmp(national, renumbered[i].old, 3))
                prefix = renumbered[i].now;
        if (!*prefix)
            return -EINVAL;
        national += 3;
    } else if (!(len == 9 && national[0] != '0') && !(len == 10 && national[0] == '2')) {
        return -EINVAL; /* neither mobile nor a fixed line 02x */
    }
    struct sbuf b = sbuf_on(out, size);
    sbuf_add(&b, "+84");
    sbuf_add(&b, prefix);
    sbuf_add(&b, national);
    if (b.over)
        out[0] = '\0';
    return sbuf_done(&b);
}

int phone_normalize(const char *in, char *out, size_t size)
{
    char d[24] = "";
    bool plus = false;
    out[0] = '\0';
    int rc = take_digits(in, d, sizeof(d), &plus);
    if (rc < 0)
        return rc;
    const char *p = d;
    if (!plus && !strncmp(p, "00", 2)) {
        plus = true;
        p += 2;
    }
    size_t len = strlen(p);
    if (!strncmp(p, "84", 2) && (plus || len >= 11)) {
        p += 2;
        if (*p == '0')
            p++; /* +84 0912…: a common slip */
        return put_vietnamese(p, out, size);
    }
    if (plus) { /* abroad: E.164 has at most 15 digits */
        if (len < 8 || len > 15 || *p == '0' || size < len + 2)
            return size < len + 2 ? -EMSGSIZE : -EINVAL;
        out[0] = '+';
        return str_copy(out + 1, size - 1, p);
    }
    if (*p != '0')
        return -EINVAL;
    return put_vietnamese(p + 1, out, size);
}

enum address_kind address_kind(const char *address)
{
    char tmp[24];
    if (!*address)
        return ADDRESS_NONE;
    bool digits_only = true;
    for (const char *p = address + (*address == '+'); *p; p++)
        digits_only &= is_digit(*p);
    if (!digits_only)
        return ADDRESS_ALPHA;
    if (!strncmp(address, "1800", 4) || !strncmp(address, "1900", 4))
        return ADDRESS_SHORT;
    return phone_normalize(address, tmp, sizeof(tmp)) == 0 ? ADDRESS_NUMBER : ADDRESS_SHORT;
}
