// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Folding: the text that everything is matched in. Called by understand, vocab and the
 * templates. ASCII and the precomposed Vietnamese letters go by table; utf8proc sees only
 * the rest (NFD, other scripts). What can go wrong: the output does not fit (-EMSGSIZE).
 */
#include "parsers/fold.h"

#include "gateway/base/err.h"
#include "gateway/base/gsm7.h"
#include "gateway/base/sms.h"
#include "gateway/base/utf.h"

#include <stdbool.h>
#include <string.h>
#include <utf8proc.h>

/* Base letters by code point; '.' leaves it to the slow way. */
static const char latin_c0[] = "aaaaaa.ceeeeiiiidnooooo..uuuuy..aaaaaa.ceeeeiiiidnooooo..uuuuy.y"
                               "aaaaaaccccccccddddeeeeeeeeeegggggggghh..iiiiiiiii...jjkk.llllll..."
                               ".nnnnnn...oooooo..rrrrrrsssssssstttt..uuuuuuuuuuuuwwyyyzzzzzz.";
static const char viet_1ea0[] =
    "aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeeeeeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy";

/* Letters of other scripts that look like Latin ones: phones mix them in, and so do pranks. */
static const struct {
    uint16_t cp;
    char to;
} alike[] = {{0x131, 'i'}, {0x391, 'a'}, {0x392, 'b'}, {0x395, 'e'}, {0x396, 'z'}, {0x397, 'h'}, {0x399, 'i'},
             {0x39A, 'k'}, {0x39C, 'm'}, {0x39D, 'n'}, {0x39F, 'o'}, {0x3A1, 'p'}, {0x3A4, 't'}, {0x3A5, 'y'},
             {0x3A7, 'x'}, {0x3B1, 'a'}, {0x3B9, 'i'}, {0x3BA, 'k'}, {0x3BD, 'v'}, {0x3BF, 'o'}, {0x3C1, 'p'},
             {0x3C5, 'u'}, {0x405, 's'}, {0x406, 'i'}, {0x408, 'j'}, {0x410, 'a'}, {0x412, 'b'}, {0x415, 'e'},
             {0x41A, 'k'}, {0x41C, 'm'}, {0x41D, 'h'}, {0x41E, 'o'}, {0x420, 'p'}, {0x421, 'c'}, {0x422, 't'},
             {0x423, 'y'}, {0x425, 'x'}, {0x430, 'a'}, {0x435, 'e'}, {0x43A, 'k'}, {0x43C, 'm'}, {0x43E, 'o'},
             {0x440, 'p'}, {0x441, 'c'}, {0x442, 't'}, {0x443, 'y'}, {0x445, 'x'}, {0x455, 's'}, {0x456, 'i'},
             {0x458, 'j'}, {0x4BB, 'h'}, {0x501, 'd'}};

static char by_table(uint32_t cp)
{
    if (cp >= 0xC0 && cp <= 0x17F)
        return latin_c0[cp - 0xC0];
    if (cp >= 0x1EA0 && cp <= 0x1EF9)
        return viet_1ea0[cp - 0x1EA0];
    if (cp == 0x1A0 || cp == 0x1A1)
        return 'o';
    if (cp == 0x1AF || cp == 0x1B0)
        return 'u';
    return '.';
}

static bool is_blank(uint32_t cp)
{
    return cp == 0xA0 || (cp >= 0x2000 && cp <= 0x200A) || cp == 0x202F || cp == 0x3000;
}

static char by_likeness(uint32_t cp)
{
    if (cp >= 0xFF01 && cp <= 0xFF5E) { /* full width */
        char c = (char)(cp - 0xFEE0);
        return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    if (is_blank(cp))
        return ' ';
    if ((cp >= 0x2018 && cp <= 0x201F) || cp == 0xAB || cp == 0xBB)
        return '"';
    if (cp >= 0x2010 && cp <= 0x2027)
        return cp == 0x2026 ? '.' : '-';
    if ((cp >= 0x2030 && cp <= 0x2BFF) || cp == 0xFFFD || cp >= 0x1F000) /* signs, arrows, faces */
        return ' ';
    for (size_t i = 0; i < ARRAY_LEN(alike); i++)
        if (alike[i].cp == cp)
            return alike[i].to;
    return 0;
}

static bool invisible(uint32_t cp)
{
    return cp == 0xAD || (cp >= 0x200B && cp <= 0x200F) || cp == 0xFEFF || (cp >= 0x300 && cp <= 0x36F);
}

/* True when the text is NFC for sure, without asking the library. */
static bool surely_nfc(const char *in, size_t n)
{
    for (size_t i = 0; i < n;) {
        if ((unsigned char)in[i] < 0x80) {
            i++;
            continue;
        }
        size_t used = 0;
        uint32_t cp = utf8_next(in + i, n - i, &used);
        if (!(cp < 0x300 || (cp >= 0x1E00 && cp <= 0x1EFF) || (cp >= 0x2002 && cp <= 0x206F) || cp >= 0x1F000))
            return false;
        i += used;
    }
    return true;
}

static int copy_raw(const char *in, size_t n, char *out, size_t size)
{
    if (n + 1 > size) {
        if (size)
            out[0] = '\0';
        return -EMSGSIZE;
    }
    memmove(out, in, n);
    out[n] = '\0';
    return (int)n;
}

int fold_nfc(const char *in, size_t n, char *out, size_t size)
{
    if (surely_nfc(in, n))
        return copy_raw(in, n, out, size);
    utf8proc_int32_t cps[SMS_TEXT_MAX + 1];
    const utf8proc_option_t how = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
    utf8proc_ssize_t len =
        utf8proc_decompose((const utf8proc_uint8_t *)in, (utf8proc_ssize_t)n, cps, SMS_TEXT_MAX, how);
    if (len < 0 || len > SMS_TEXT_MAX)
        return copy_raw(in, n, out, size);
    len = utf8proc_reencode(cps, len, how);
    if (len < 0)
        return copy_raw(in, n, out, size);
    return copy_raw((const char *)cps, (size_t)len, out, size);
}

struct folding {
    char *out;
    size_t size, len;
    uint16_t *at;
    bool over;
};

static void put(struct folding *f, const char *s, size_t n, size_t from)
{
    if (f->over || f->len + n + 1 > f->size) {
        f->over = true;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        if (f->at)
            f->at[f->len] = (uint16_t)from;
        f->out[f->len++] = s[i];
    }
}

/* The rare code points: decomposed, case folded, marks dropped. */
static void put_slowly(struct folding *f, uint32_t cp, size_t from)
{
    utf8proc_int32_t parts[32];
    int boundary = 0;
    utf8proc_ssize_t k = utf8proc_decompose_char((utf8proc_int32_t)cp, parts, 32,
                                                 UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK, &boundary);
    for (utf8proc_ssize_t i = 0; i < k && i < 32; i++) {
        char buf[4];
        uint32_t part = (uint32_t)parts[i];
        size_t m = utf8_put(part == 0x111 ? 'd' : part, buf);
        put(f, buf, m, from);
    }
}

static void fold_one(struct folding *f, uint32_t cp, size_t from)
{
    if (invisible(cp))
        return;
    char c = by_table(cp);
    if (c == '.')
        c = by_likeness(cp);
    if (c)
        put(f, &c, 1, from);
    else
        put_slowly(f, cp, from);
}

int fold_text(const char *in, size_t n, char *out, size_t size, uint16_t *at)
{
    struct folding f = {.out = out, .size = size, .at = at};
    for (size_t i = 0; i < n && !f.over;) {
        unsigned char c = (unsigned char)in[i];
        if (c < 0x80) {
            char lower = c >= 'A' && c <= 'Z' ? (char)(c + 32) : (char)c;
            put(&f, &lower, 1, i++);
            continue;
        }
        size_t used = 0;
        uint32_t cp = utf8_next(in + i, n - i, &used);
        fold_one(&f, cp, i);
        i += used;
    }
    if (f.over || f.len + 1 > size) {
        if (size)
            out[0] = '\0';
        return -EMSGSIZE;
    }
    out[f.len] = '\0';
    if (at)
        at[f.len] = (uint16_t)n;
    return (int)f.len;
}

/* The letter without its marks, in its own case; 0 when it is no letter with marks. */
static uint32_t bare_letter(uint32_t cp)
{
    if (cp == 0x110 || cp == 0xD0)
        return 'D';
    if (cp == 0x111)
        return 'd';
    utf8proc_int32_t parts[8];
    int boundary = 0;
    utf8proc_ssize_t k = utf8proc_decompose_char((utf8proc_int32_t)cp, parts, 8, UTF8PROC_DECOMPOSE, &boundary);
    return k > 1 && parts[0] < 0x80 ? (uint32_t)parts[0] : 0;
}

static const char *plain_sign(uint32_t cp)
{
    switch (cp) {
    case 0x2018:
    case 0x2019:
        return "'";
    case 0x201C:
    case 0x201D:
        return "\"";
    case 0x2010:
    case 0x2011:
    case 0x2013:
    case 0x2014:
        return "-";
    case 0x2026:
        return "...";
    case 0x2022:
        return "*";
    default:
        return NULL;
    }
}

/* One code point of an outgoing text; the number of octets in buf[4]. */
static size_t unaccented(uint32_t cp, char buf[4])
{
    if (cp >= ' ' && cp <= '~' && cp != '`') { /* nearly all: ASCII that GSM-7 has too */
        buf[0] = (char)cp;
        return 1;
    }
    uint32_t bare = bare_letter(cp);
    if (bare)
        return utf8_put(bare, buf);
    const char *sign = plain_sign(cp);
    if (sign) {
        size_t k = strlen(sign);
        for (size_t i = 0; i < k; i++)
            buf[i] = sign[i];
        return k;
    }
    if (is_blank(cp))
        return utf8_put(' ', buf);
    uint8_t septets[2];
    return utf8_put(gsm7_encode(cp, septets) > 0 ? cp : '?', buf);
}

int fold_unaccent(const char *in, size_t n, char *out, size_t size)
{
    struct folding f = {.out = out, .size = size};
    for (size_t i = 0; i < n && !f.over;) {
        size_t used = 0;
        uint32_t cp = utf8_next(in + i, n - i, &used);
        char buf[4];
        if (!invisible(cp))
            put(&f, buf, unaccented(cp, buf), i);
        i += used;
    }
    if (f.over || f.len + 1 > size) {
        if (size)
            out[0] = '\0';
        return -EMSGSIZE;
    }
    out[f.len] = '\0';
    return (int)f.len;
}
