// SPDX-License-Identifier: GPL-2.0-or-later
/* UTF-8 and UTF-16 conversions that replace instead of failing. See utf.h. */
#include "gateway/base/utf.h"

#include "gateway/base/err.h"

#include <string.h>

#define REPLACEMENT 0xFFFDu

uint32_t utf8_next(const char *p, size_t n, size_t *used)
{
    const unsigned char *u = (const unsigned char *)p;
    *used = 1;
    if (u[0] < 0x80)
        return u[0];
    size_t len = u[0] >= 0xF0 ? 4 : u[0] >= 0xE0 ? 3 : 2;
    if (u[0] < 0xC2 || u[0] > 0xF4)
        return REPLACEMENT;
    uint32_t cp = u[0] & (0xFFu >> (len + 1));
    for (size_t i = 1; i < len; i++) {
        if (i >= n || (u[i] & 0xC0) != 0x80) {
            *used = i;
            return REPLACEMENT;
        }
        cp = cp << 6 | (u[i] & 0x3Fu);
    }
    *used = len;
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (cp < least[len] || cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF))
        return REPLACEMENT;
    return cp;
}

size_t utf8_put(uint32_t cp, char *out)
{
    if (cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF))
        cp = REPLACEMENT;
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xC0 | cp >> 6);
        out[1] = (char)(0x80 | (cp & 0x3F));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (char)(0xE0 | cp >> 12);
        out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
        out[2] = (char)(0x80 | (cp & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | cp >> 18);
    out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
    out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
    out[3] = (char)(0x80 | (cp & 0x3F));
    return 4;
}

static int put_cp(uint32_t cp, char *out, size_t size, size_t *len)
{
    char tmp[4];
    size_t k = utf8_put(cp, tmp);
    if (*len + k >= size)
        return -EMSGSIZE;
    memcpy(out + *len, tmp, k);
    *len += k;
    return 0;
}

int utf8_clean(const char *in, size_t n, char *out, size_t size)
{
    size_t len = 0;
    for (size_t i = 0; i < n;) {
        size_t used;
        uint32_t cp = utf8_next(in + i, n - i, &used);
        i += used;
        if (put_cp(cp ? cp : REPLACEMENT, out, size, &len) < 0) {
            out[0] = '\0';
            return -EMSGSIZE;
        }
    }
    out[len] = '\0';
    return (int)len;
}

int utf16be_to_utf8(const uint8_t *in, size_t n, char *out, size_t size)
{
    size_t len = 0;
    for (size_t i = 0; i + 1 < n; i += 2) {
        uint32_t cp = (uint32_t)in[i] << 8 | in[i + 1];
        if (cp >= 0xD800 && cp <= 0xDBFF && i + 3 < n && (in[i + 2] & 0xFC) == 0xDC) {
            uint32_t low = (uint32_t)in[i + 2] << 8 | in[i + 3];
            cp = 0x10000 + ((cp - 0xD800) << 10) + (low - 0xDC00);
            i += 2;
        }
        if (put_cp(cp ? cp : REPLACEMENT, out, size, &len) < 0) {
            out[0] = '\0';
            return -EMSGSIZE;
        }
    }
    out[len] = '\0';
    return (int)len;
}

int utf8_to_utf16be(const char *in, uint8_t *out, size_t size)
{
    size_t len = 0, n = strlen(in);
    for (size_t i = 0; i < n;) {
        size_t used;
        uint32_t cp = utf8_next(in + i, n - i, &used);
        i += used;
        uint32_t units[2] = {cp, 0};
        size_t k = 1;
        if (cp >= 0x10000) {
            units[0] = 0xD800 + ((cp - 0x10000) >> 10);
            units[1] = 0xDC00 + ((cp - 0x10000) & 0x3FF);
            k = 2;
        }
        if (len + 2 * k > size)
            return -EMSGSIZE;
        for (size_t j = 0; j < k; j++) {
            out[len++] = (uint8_t)(units[j] >> 8);
            out[len++] = (uint8_t)units[j];
        }
    }
    return (int)len;
}
