// SPDX-License-Identifier: GPL-2.0-or-later
/* A word as people type it: with its marks, without, without tones, or with the keys of Telex or
 * VNI left in. Included by make_labelled.c alone. */
#ifndef TB_TESTS_MADE_TYPING_H
#define TB_TESTS_MADE_TYPING_H

#include "gateway/base/str.h"
#include "gateway/base/utf.h"

#include <ctype.h>
#include <stdint.h>
#include <utf8proc.h>

enum typing { FULL, BARE, NO_TONES, TELEX, VNI };

static const char telex_tone[] = {'s', 'f', 'r', 'x', 'j'}, vni_tone[] = {'1', '2', '3', '4', '5'};

static inline int tone_of(int32_t cp)
{
    static const int32_t tones[] = {0x301, 0x300, 0x309, 0x303, 0x323};
    for (int i = 0; i < 5; i++)
        if (cp == tones[i])
            return i;
    return -1;
}

/* A letter with its shape as two keys: "aa" "aw", "a6" "a8". */
static inline char shape_key(enum typing t, char base, int32_t shape)
{
    if (shape == 0x302)
        return t == VNI ? '6' : (char)tolower((unsigned char)base);
    if (shape == 0x306)
        return t == VNI ? '8' : 'w';
    return t == VNI ? '7' : 'w';
}

struct word_out {
    struct sbuf b;
    enum typing how;
    int tone;
};

static inline void put_letter(struct word_out *w, int32_t cp)
{
    utf8proc_int32_t parts[4];
    int boundary = 0;
    utf8proc_ssize_t n = utf8proc_decompose_char(cp, parts, 4, UTF8PROC_DECOMPOSE, &boundary);
    if (cp == 0x111 || cp == 0x110) {
        char d = cp == 0x111 ? 'd' : 'D';
        sbuf_addc(&w->b, d);
        if (w->how == TELEX || w->how == VNI)
            sbuf_addc(&w->b, w->how == TELEX ? 'd' : '9');
        return;
    }
    sbuf_addc(&w->b, (char)parts[0]);
    for (utf8proc_ssize_t i = 1; i < n; i++) {
        int tone = tone_of(parts[i]);
        if (tone >= 0)
            w->tone = tone;
        else if (w->how == TELEX || w->how == VNI)
            sbuf_addc(&w->b, shape_key(w->how, (char)parts[0], parts[i]));
    }
}

/* Marks or their keys: FULL as it is; NO_TONES by composing again without the tone. */
static inline void type_word(const char *s, size_t n, enum typing how, char *out, size_t size)
{
    struct word_out w = {.b = sbuf_on(out, size), .how = how, .tone = -1};
    for (size_t i = 0; i < n;) {
        size_t used = 0;
        int32_t cp = (int32_t)utf8_next(s + i, n - i, &used);
        utf8proc_int32_t parts[4];
        int boundary = 0;
        utf8proc_ssize_t m = utf8proc_decompose_char(cp, parts, 4, UTF8PROC_DECOMPOSE, &boundary);
        if (how == FULL || (how == NO_TONES && (m < 2 || tone_of(parts[m - 1]) < 0) && m < 3)) {
            sbuf_addn(&w.b, s + i, used);
        } else if (how == NO_TONES) {
            utf8proc_int32_t keep[4];
            utf8proc_ssize_t k = 0;
            for (utf8proc_ssize_t j = 0; j < m; j++)
                if (tone_of(parts[j]) < 0)
                    keep[k++] = parts[j];
            utf8proc_uint8_t text[20];
            k = utf8proc_normalize_utf32(keep, k, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
            for (utf8proc_ssize_t j = 0; j < k; j++)
                sbuf_addn(&w.b, (char *)text, (size_t)utf8proc_encode_char(keep[j], text));
        } else {
            put_letter(&w, cp);
        }
        i += used;
    }
    if (w.tone >= 0 && (how == TELEX || how == VNI))
        sbuf_addc(&w.b, how == TELEX ? telex_tone[w.tone] : vni_tone[w.tone]);
    sbuf_done(&w.b);
}

#endif
