// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Cuts a folded text into words and numbers. Called by understand and by vocab_new for the
 * phrases. Letters of other scripts count as letters; what lies past TOKS_MAX words is
 * free text for sure and is not looked at.
 */
#include "parsers/token.h"

#include "gateway/base/err.h"

#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
}

/* "a, b", "a - b": a sign that people put between fields. */
static bool separates(const char *text, size_t i, size_t n)
{
    if (strchr("#,;:/|()[]\n", text[i]))
        return true;
    bool spaced = i > 0 && i + 1 < n && text[i - 1] == ' ' && text[i + 1] == ' ';
    return spaced && text[i] == '-';
}

void toks_read(struct toks *out, const char *text, size_t from, size_t n)
{
    out->n = 0;
    out->used = 0;
    size_t end = from;
    bool apart = false;
    for (size_t i = from; i < n && out->n < TOKS_MAX;) {
        bool num = is_digit(text[i]);
        if (!num && !is_letter(text[i])) {
            apart = apart || separates(text, i, n);
            i++;
            continue;
        }
        size_t s = i;
        while (i < n && (num ? is_digit(text[i]) : is_letter(text[i])))
            i++;
        out->t[out->n] = (struct tok){.w = text + s,
                                      .len = (uint16_t)(i - s),
                                      .s = (uint16_t)s,
                                      .e = (uint16_t)i,
                                      .num = num,
                                      .glued = out->n > 0 && s == end,
                                      .apart = apart};
        out->n++;
        apart = false;
        end = i;
    }
}

bool tok_is(const struct toks *t, size_t i, const char *word)
{
    if (i >= t->n)
        return false;
    const struct tok *k = &t->t[i];
    return k->w[0] == word[0] && strncmp(k->w, word, k->len) == 0 && word[k->len] == '\0';
}

size_t toks_phrase(const struct toks *t, size_t i, const char *phrase)
{
    size_t k = 0;
    if (i >= t->n || t->t[i].w[0] != phrase[0])
        return 0; /* most calls end here */
    for (const char *p = phrase; *p; k++) {
        size_t len = strcspn(p, " ");
        if (i + k >= t->n || t->t[i + k].len != len || memcmp(t->t[i + k].w, p, len) != 0)
            return 0;
        p += len;
        while (*p == ' ')
            p++;
    }
    return k;
}

uint64_t hash_letters(uint64_t h, const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)s[i]) * 1099511628211ull;
    return h;
}

uint64_t hash_tok(uint64_t h, const struct toks *t, size_t i, size_t first)
{
    if (i > first && t->t[i].num && t->t[i - 1].num)
        h = hash_letters(h, " ", 1);
    return hash_letters(h, t->t[i].w, t->t[i].len);
}

static int unit_word(const struct toks *t, size_t i)
{
    static const struct {
        const char *word;
        int value;
    } units[] = {{"khong", 0}, {"mot", 1}, {"hai", 2}, {"ba", 3},  {"bon", 4},  {"tu", 4},   {"nam", 5},
                 {"lam", 5},   {"sau", 6}, {"bay", 7}, {"tam", 8}, {"chin", 9}, {"muoi", 10}};
    for (size_t k = 0; k < ARRAY_LEN(units); k++)
        if (tok_is(t, i, units[k].word))
            return units[k].value;
    return -1;
}

int number_word(const struct toks *t, size_t i, size_t *k)
{
    int first = unit_word(t, i);
    *k = 1;
    if (first != 10)
        return first;
    int second = unit_word(t, i + 1);
    if (second < 1 || second > 9)
        return 10;
    *k = 2;
    return 10 + second;
}

long tok_value(const struct tok *t)
{
    if (!t->num || t->len > 9)
        return -1;
    long v = 0;
    for (size_t i = 0; i < t->len; i++)
        v = v * 10 + (t->w[i] - '0');
    return v;
}
