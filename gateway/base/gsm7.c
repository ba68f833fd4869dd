// SPDX-License-Identifier: GPL-2.0-or-later
/* The GSM-7 default alphabet, 3GPP TS 23.038 6.2.1 and 6.2.1.1. See gsm7.h. */
#include "gateway/base/gsm7.h"

#include "gateway/base/err.h"
#include "gateway/base/utf.h"

#include <string.h>

#define ESCAPE 0x1B

static const uint16_t basic[128] = {
    '@',  0xA3,   '$',  0xA5,   0xE8,   0xE9,   0xF9,   0xEC,   0xF2,   0xC7,   '\n',   0xD8,   0xF8,   '\r', 0xC5,
    0xE5, 0x0394, '_',  0x03A6, 0x0393, 0x039B, 0x03A9, 0x03A0, 0x03A8, 0x03A3, 0x0398, 0x039E, 0xFFFD, 0xC6, 0xE6,
    0xDF, 0xC9,   ' ',  '!',    '"',    '#',    0xA4,   '%',    '&',    '\'',   '(',    ')',    '*',    '+',  ',',
    '-',  '.',    '/',  '0',    '1',    '2',    '3',    '4',    '5',    '6',    '7',    '8',    '9',    ':',  ';',
    '<',  '=',    '>',  '?',    0xA1,   'A',    'B',    'C',    'D',    'E',    'F',    'G',    'H',    'I',  'J',
    'K',  'L',    'M',  'N',    'O',    'P',    'Q',    'R',    'S',    'T',    'U',    'V',    'W',    'X',  'Y',
    'Z',  0xC4,   0xD6, 0xD1,   0xDC,   0xA7,   0xBF,   'a',    'b',    'c',    'd',    'e',    'f',    'g',  'h',
    'i',  'j',    'k',  'l',    'm',    'n',    'o',    'p',    'q',    'r',    's',    't',    'u',    'v',  'w',
    'x',  'y',    'z',  0xE4,   0xF6,   0xF1,   0xFC,   0xE0,
};

static const struct {
    uint8_t septet;
    uint16_t cp;
} extension[] = {
    {0x0A, '\f'}, {0x14, '^'}, {0x28, '{'}, {0x29, '}'}, {0x2F, '\\'},
    {0x3C, '['},  {0x3D, '~'}, {0x3E, ']'}, {0x40, '|'}, {0x65, 0x20AC},
};

int gsm7_encode(uint32_t cp, uint8_t out[2])
{
    if ((cp >= 'a' && cp <= 'z') || (cp >= 'A' && cp <= 'Z') || (cp >= ' ' && cp <= '?' && cp != '$')) {
        out[0] = (uint8_t)cp; /* the same in both, the common case */
        return 1;
    }
    for (uint8_t i = 0; i < 128; i++) {
        if (basic[i] == cp && i != ESCAPE) {
            out[0] = i;
            return 1;
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(extension); i++) {
        if (extension[i].cp == cp) {
            out[0] = ESCAPE;
            out[1] = extension[i].septet;
            return 2;
        }
    }
    return 0;
}

uint32_t gsm7_decode(uint8_t septet, int ext)
{
    if (!ext)
        return basic[septet & 0x7F];
    for (size_t i = 0; i < ARRAY_LEN(extension); i++)
        if (extension[i].septet == septet)
            return extension[i].cp;
    return 0xFFFD;
}

int gsm7_septets(const char *utf8)
{
    int septets = 0;
    size_t n = strlen(utf8);
    for (size_t i = 0; i < n;) {
        size_t used;
        uint8_t s[2];
        int k = gsm7_encode(utf8_next(utf8 + i, n - i, &used), s);
        if (k == 0)
            return -EINVAL;
        septets += k;
        i += used;
    }
    return septets;
}

void gsm7_cut(char *text, int septets)
{
    int have = 0;
    size_t n = strlen(text);
    for (size_t i = 0; i < n;) {
        size_t used;
        uint8_t s[2];
        int k = gsm7_encode(utf8_next(text + i, n - i, &used), s);
        have += k ? k : 1;
        if (have > septets) {
            text[i] = '\0';
            return;
        }
        i += used;
    }
}
