// SPDX-License-Identifier: GPL-2.0-or-later
/* Keys of `tinbao tips` as text. See tipkey.h. Pure. */
#include "gateway/base/tipkey.h"

#include "gateway/base/err.h"

#include <string.h>

#define HEX_DIGITS (2 * TIPKEY_SIZE)
#define CHECK_DIGITS 8

/* FNV-1a: against a slip of the hand, not against anybody. */
static uint32_t check_of(const uint8_t key[TIPKEY_SIZE])
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < TIPKEY_SIZE; i++)
        h = (h ^ key[i]) * 16777619u;
    return h;
}

static void put_hex(const uint8_t *p, size_t n, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[p[i] >> 4];
        out[2 * i + 1] = digits[p[i] & 15];
    }
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static int get_hex(const char *text, uint8_t *out, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int hi = digit(text[2 * i]), lo = hi < 0 ? -1 : digit(text[2 * i + 1]);
        if (lo < 0)
            return -EINVAL;
        out[i] = (uint8_t)(hi << 4 | lo);
    }
    return 0;
}

static void check_octets(const uint8_t key[TIPKEY_SIZE], uint8_t out[4])
{
    uint32_t h = check_of(key);
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(h >> (24 - 8 * i));
}

void tipkey_write(const uint8_t key[TIPKEY_SIZE], char out[TIPKEY_TEXT_SIZE])
{
    uint8_t check[4];
    check_octets(key, check);
    put_hex(key, TIPKEY_SIZE, out);
    out[HEX_DIGITS] = '-';
    put_hex(check, sizeof check, out + HEX_DIGITS + 1);
    out[TIPKEY_TEXT_SIZE - 1] = '\0';
}

int tipkey_read(const char *text, uint8_t key[TIPKEY_SIZE])
{
    uint8_t check[4], want[4];
    size_t n = strcspn(text, " \t\r\n");
    if (n != HEX_DIGITS + 1 + CHECK_DIGITS || text[n + strspn(text + n, " \t\r\n")] || text[HEX_DIGITS] != '-' ||
        get_hex(text, key, TIPKEY_SIZE) || get_hex(text + HEX_DIGITS + 1, check, sizeof check))
        return -EINVAL;
    check_octets(key, want);
    return memcmp(check, want, sizeof want) ? -EINVAL : 0;
}
