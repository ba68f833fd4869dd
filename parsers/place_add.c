// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The places of the vocabulary: names, aliases and codes as phrases, at start-up. Called by
 * vocab_new().
 */
#include "gateway/base/err.h"
#include "parsers/fold.h"
#include "parsers/place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int add_name(struct vocab *v, const char *letters, size_t n, size_t words, size_t place, unsigned flags,
                    const char *raw)
{
    bool digits = strcspn(letters, "0123456789") < n;
    return phrases_add(&v->names, letters, n, words, (uint16_t)place, flags | (digits ? PHRASE_NO_NEAR : 0), raw);
}

/* Words [from, to) written together into letters (terminated); 0 when too long. */
static size_t join(const struct toks *t, size_t from, size_t to, char *letters, size_t size)
{
    size_t n = 0;
    for (size_t i = from; i < to; i++) {
        bool gap = i > from && t->t[i].num && t->t[i - 1].num;
        if (n + t->t[i].len + gap >= size)
            return 0;
        if (gap)
            letters[n++] = ' ';
        memcpy(letters + n, t->t[i].w, t->t[i].len);
        n += t->t[i].len;
    }
    letters[n] = '\0';
    return n;
}

/* "TDP 1 Tan Phuc Thanh": by its number and all, and as parts its beginning and its end. */
static int add_numbered(struct vocab *v, size_t place, enum place_class cls, size_t at, size_t k, const char *num,
                        size_t n, const char *raw)
{
    char letters[160], rest[128];
    const struct toks *t = &v->a;
    size_t more = join(t, at + k, t->n, rest, 96);
    int len = snprintf(letters, sizeof letters, "%s%.*s", place_class_letters[cls], (int)n, num);
    int rc = add_name(v, letters, (size_t)len, 2, place, more ? PHRASE_PART : 0, raw);
    if (rc || !more)
        return rc;
    len = snprintf(letters, sizeof letters, "%s%.*s%s%s", place_class_letters[cls], (int)n, num,
                   t->t[at + k].num ? " " : "", rest);
    rc = add_name(v, letters, (size_t)len, 2 + t->n - at - k, place, 0, raw);
    rc = rc ? rc : add_name(v, rest, more, t->n - at - k, place, PHRASE_PART, raw);
    len = snprintf(letters, sizeof letters, "%s%.*s", rest, (int)n, num);
    return rc ? rc : add_name(v, letters, (size_t)len, 1 + t->n - at - k, place, 0, raw);
}

static int add_spelling(struct vocab *v, size_t place, const char *raw)
{
    char nfc[256], folded[256], letters[128], num[8];
    int m = fold_nfc(raw, strlen(raw), nfc, sizeof nfc);
    m = m < 0 ? m : fold_text(nfc, (size_t)m, folded, sizeof folded, NULL);
    if (m <= 0)
        return 0;
    struct toks *t = &v->a;
    toks_read(t, folded, 0, (size_t)m);
    size_t n = join(t, 0, t->n, letters, sizeof letters), k = 0;
    int rc = n ? add_name(v, letters, n, t->n, place, 0, raw) : 0;
    for (size_t i = 0; i < t->n && rc == 0; i++)
        if (!t->t[i].num)
            rc = phrases_add(&v->words, t->t[i].w, t->t[i].len, 1, 0, PHRASE_NO_NEAR, "");
    enum place_class cls = CLASS_NONE;
    bool strong = false;
    size_t words = place_type_at(t, 0, &cls, &strong);
    size_t at = words + (words && tok_is(t, words, "so"));
    size_t digits = place_number_at(t, at, num, &k);
    if (rc || (!words && t->n != 1))
        return rc;
    if (digits && (t->t[at].num || at + k == t->n) && (words || t->t[at].num))
        return add_numbered(v, place, words ? cls : v->classes[place], at, k, num, digits, raw);
    n = words < t->n ? join(t, words, t->n, letters, sizeof letters) : 0;
    return words && n ? add_name(v, letters, n, t->n - words, place, 0, raw) : 0;
}

static uint8_t class_of(struct vocab *v, const char *text)
{
    char nfc[256], folded[256];
    enum place_class cls = CLASS_NONE;
    bool strong = false;
    int m = text ? fold_nfc(text, strlen(text), nfc, sizeof nfc) : -EINVAL;
    m = m < 0 ? m : fold_text(nfc, (size_t)m, folded, sizeof folded, NULL);
    if (m <= 0)
        return CLASS_NONE;
    toks_read(&v->a, folded, 0, (size_t)m);
    place_type_at(&v->a, 0, &cls, &strong);
    return (uint8_t)cls;
}

static int add_type_words(struct vocab *v)
{
    int rc = 0;
    for (size_t i = 0; i < place_n_type_words && rc == 0; i++)
        for (const char *p = place_type_words(i); *p && rc == 0; p += strspn(p, " ")) {
            size_t n = strcspn(p, " ");
            rc = phrases_add(&v->words, p, n, 1, 0, PHRASE_NO_NEAR, "");
            p += n;
        }
    return rc ? rc : phrases_add(&v->words, "so", 2, 1, 0, PHRASE_NO_NEAR, "");
}

static bool all_digits(const char *s)
{
    return *s && s[strspn(s, "0123456789")] == '\0';
}

int places_add(struct vocab *v)
{
    v->classes = calloc(v->n_places + 1, 1);
    int rc = v->classes ? add_type_words(v) : -ENOMEM;
    for (size_t i = 0; i < v->n_places && rc == 0; i++) {
        const struct place *p = &v->places[i];
        v->classes[i] = class_of(v, p->name);
        if (!v->classes[i])
            v->classes[i] = class_of(v, p->type);
        rc = phrases_add(&v->codes, p->code, strlen(p->code), 1, (uint16_t)i, PHRASE_NO_NEAR, p->code);
        if (rc == 0 && !all_digits(p->code))
            rc = add_spelling(v, i, p->code);
        rc = rc ? rc : add_spelling(v, i, p->name);
        for (size_t k = 0; k < p->n_aliases && rc == 0; k++)
            rc = add_spelling(v, i, p->aliases[k]);
    }
    return rc;
}
