// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Telex and VNI keys that were left in a text. Called by the form reader after the exact
 * reading was not whole, because `tdp2` and `to1` look like VNI and are places.
 */
#include "parsers/syllable.h"
#include "parsers/vocab.h"

/* "to63 da6n pho": the number is the circumflex and the hook of "tổ". */
static bool vni_of_to(const struct toks *in, size_t i)
{
    return tok_is(in, i, "to") && i + 2 < in->n && in->t[i + 1].len == 2 && in->t[i + 1].w[0] == '6' &&
           (tok_is(in, i + 2, "dan") || tok_is(in, i + 2, "da"));
}

void decode_toks(const struct vocab *v, const struct toks *in, struct toks *out, bool loose)
{
    out->n = 0;
    out->used = 0;
    for (size_t i = 0; i < in->n && out->n < TOKS_MAX;) {
        struct tok t = in->t[i];
        size_t end = i + 1;
        enum place_class cls;
        bool strong;
        bool type_and_number = place_type_at(in, i, &cls, &strong) == 1 && end < in->n && in->t[end].num &&
                               !(end + 1 < in->n && in->t[end + 1].glued) && !vni_of_to(in, i) &&
                               !type_with_tone(in, i);
        if (i < DECODE_MAX && !t.num && !type_and_number)
            while (end < in->n && in->t[end].glued)
                end++;
        char *word = out->buf + out->used;
        size_t room = sizeof out->buf - out->used, typed = in->t[end - 1].e - t.s;
        size_t n = i < DECODE_MAX && !t.num && typed <= 14 && room >= 16 ? keys_out(t.w, typed, word, room) : 0;
        bool fits = n && (word_known(v, word, n) || (loose && looks_keyed(t.w, typed)));
        if (fits && !(end == i + 1 && word_known(v, t.w, t.len))) {
            t.w = word;
            t.len = (uint16_t)n;
            t.e = in->t[end - 1].e;
            out->used += n;
            i = end;
        } else {
            i++;
        }
        out->t[out->n++] = t;
    }
}
