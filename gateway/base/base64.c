// SPDX-License-Identifier: GPL-2.0-or-later
/* Base64. Called by config (secrets) and the courier (signatures, mails); pure. */
#include "gateway/base/base64.h"

#include "gateway/base/err.h"

#include <string.h>

static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t base64_write(const void *p, size_t n, char *out)
{
    const uint8_t *in = p;
    size_t at = 0;
    for (size_t i = 0; i < n; i += 3) {
        uint32_t v = (uint32_t)in[i] << 16 | (i + 1 < n ? (uint32_t)in[i + 1] << 8 : 0) | (i + 2 < n ? in[i + 2] : 0);
        out[at++] = DIGITS[v >> 18 & 63];
        out[at++] = DIGITS[v >> 12 & 63];
        out[at++] = i + 1 < n ? DIGITS[v >> 6 & 63] : '=';
        out[at++] = i + 2 < n ? DIGITS[v & 63] : '=';
    }
    out[at] = '\0';
    return at;
}

int base64_read(const char *text, size_t n, uint8_t *out, size_t size)
{
    uint32_t v = 0;
    unsigned bits = 0;
    size_t at = 0;
    for (int pad = 0; pad < 2 && n > 0 && text[n - 1] == '='; pad++)
        n--;
    if (n % 4 == 1)
        return -EINVAL;
    for (size_t i = 0; i < n; i++) {
        const char *digit = text[i] ? strchr(DIGITS, text[i]) : NULL;
        if (!digit)
            return -EINVAL;
        v = v << 6 | (uint32_t)(digit - DIGITS);
        bits += 6;
        if (bits < 8)
            continue;
        bits -= 8;
        if (at == size)
            return -EMSGSIZE;
        out[at++] = (uint8_t)(v >> bits);
    }
    return (int)at;
}
