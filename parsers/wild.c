// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Letters that a phone or a gateway could not write and sent as '?': "tr?m", "m?n ??". Called once the keyword is
 * known, before the slots are read. Where exactly one name, kind or type of place has the letters that are left, the
 * '?' become its letters in the folded text; else they stay. Bounded: only texts with such a '?' cost anything.
 */
#include "gateway/base/err.h"
#include "parsers/place.h"

#include <string.h>

#define WILD_WORDS 12
#define WILD_WINDOW 5 /* words looked at together: what is longer is rare, and each costs all names */
#define WILD_LETTERS_MIN 4

struct wild_word {
    uint16_t s, n;
    bool wild;
};

struct wild_find {
    char window[PHRASE_LETTERS_MAX];
    size_t n, words;
    char letters[PHRASE_LETTERS_MAX]; /* of what fits */
    const void *set;
    uint16_t value;
    bool found, several;
};

static bool wild_letter(char c)
{
    return (c >= 'a' && c <= 'z') || c == '?';
}

static size_t wild_words(const struct vocab *v, size_t from, struct wild_word *out)
{
    size_t n = 0;
    for (size_t i = from; i < v->n && n < WILD_WORDS;) {
        if (!wild_letter(v->folded[i])) {
            i++;
            continue;
        }
        size_t s = i, wild = 0;
        for (; i < v->n && wild_letter(v->folded[i]); i++)
            wild += v->folded[i] == '?';
        out[n] = (struct wild_word){.s = (uint16_t)s, .n = (uint16_t)(i - s), .wild = wild > 0};
        n++;
    }
    /* the question mark of a question */
    if (n && out[n - 1].n > 1 && v->folded[out[n - 1].s + out[n - 1].n - 1] == '?' && v->folded[out[n - 1].s] != '?')
        out[n - 1].n--;
    return n;
}

static void try_letters(struct wild_find *f, const char *letters, size_t n, size_t words, const void *set,
                        uint16_t value)
{
    if (n != f->n || words != f->words)
        return;
    for (size_t i = 0; i < n; i++)
        if (f->window[i] != '?' && f->window[i] != letters[i])
            return;
    if (f->found && memcmp(f->letters, letters, n) != 0 && (f->set != set || f->value != value))
        f->several = true;
    if (f->found)
        return;
    f->found = true;
    f->set = set;
    f->value = value;
    memcpy(f->letters, letters, n);
}

static void try_phrases(struct wild_find *f, const struct phrases *ps)
{
    for (size_t i = 0; i < ps->n && !f->several; i++)
        if (!(ps->p[i].flags & PHRASE_PART))
            try_letters(f, ps->p[i].letters, ps->p[i].len, ps->p[i].words, ps, ps->p[i].value);
}

static void try_types(struct wild_find *f)
{
    for (size_t i = 0; i < place_n_type_words; i++) {
        char letters[PHRASE_LETTERS_MAX];
        size_t n = 0, words = 1;
        for (const char *p = place_type_words(i); *p && n < sizeof letters; p++) {
            words += *p == ' ';
            if (*p != ' ')
                letters[n++] = *p;
        }
        try_letters(f, letters, n, words, place_type_words, (uint16_t)i);
    }
}

/* The words [i, i + k) as one window; false when nothing can be made of it. */
static bool wild_window(const struct vocab *v, const struct wild_word *w, size_t i, size_t k, struct wild_find *f)
{
    size_t known = 0;
    bool wild = false;
    *f = (struct wild_find){.words = k};
    for (size_t j = i; j < i + k; j++) {
        if (f->n + w[j].n > sizeof f->window)
            return false;
        memcpy(f->window + f->n, v->folded + w[j].s, w[j].n);
        f->n += w[j].n;
        wild = wild || w[j].wild;
    }
    for (size_t j = 0; j < f->n; j++)
        known += f->window[j] != '?';
    return wild && f->n >= WILD_LETTERS_MIN && known >= 2 && known * 5 >= f->n * 2;
}

static void put_letters(struct vocab *v, const struct wild_word *w, size_t i, const struct wild_find *f)
{
    size_t at = 0;
    for (size_t j = i; j < i + f->words; j++)
        for (size_t k = 0; k < w[j].n; k++, at++)
            v->folded[w[j].s + k] = f->letters[at];
}

/* Is there a '?' that stands where a letter could be? */
static bool has_lost_letters(const struct vocab *v, size_t from)
{
    for (size_t i = from; i + 1 < v->n; i++) {
        bool before = i > from && v->folded[i - 1] >= 'a' && v->folded[i - 1] <= 'z';
        bool after = wild_letter(v->folded[i + 1]);
        if (v->folded[i] == '?' && (after || (before && i + 2 < v->n)))
            return true;
    }
    return false;
}

void wild_mend(struct vocab *v, size_t from)
{
    struct wild_word w[WILD_WORDS];
    if (!memchr(v->folded + from, '?', v->n - from) || !has_lost_letters(v, from))
        return;
    size_t n = wild_words(v, from, w);
    for (size_t i = 0; i < n;) {
        size_t k = WILD_WINDOW < n - i ? WILD_WINDOW : n - i;
        struct wild_find f;
        for (; k > 0; k--) {
            if (!wild_window(v, w, i, k, &f))
                continue;
            try_phrases(&f, &v->names);
            try_phrases(&f, &v->kwords);
            try_types(&f);
            if (f.found && !f.several)
                break;
        }
        if (k)
            put_letters(v, w, i, &f);
        i += k ? k : 1;
    }
}
