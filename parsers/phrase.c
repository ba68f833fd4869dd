// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The phrase sets of the vocabulary. Built by vocab_new, read by the place and kind slots.
 * Nothing is allocated after phrases_seal().
 */
#include "parsers/phrase.h"

#include "gateway/base/err.h"

#include <stdlib.h>
#include <string.h>

int phrases_add(struct phrases *ps, const char *letters, size_t len, size_t words, uint16_t value, unsigned flags,
                const char *raw)
{
    if (len == 0 || len > PHRASE_LETTERS_MAX)
        return 0;
    uint64_t hash = hash_letters(HASH_START, letters, len);
    if (ps->n == ps->cap) {
        size_t cap = ps->cap ? ps->cap * 2 : 128;
        struct phrase *p = realloc(ps->p, cap * sizeof *p);
        if (!p)
            return -ENOMEM;
        ps->p = p;
        ps->cap = cap;
    }
    struct phrase *p = &ps->p[ps->n++];
    *p = (struct phrase){.hash = hash,
                         .next = PHRASE_NONE,
                         .value = value,
                         .len = (uint8_t)len,
                         .words = (uint8_t)words,
                         .flags = (uint8_t)flags,
                         .raw = raw};
    memcpy(p->letters, letters, len);
    if (words > ps->max_words)
        ps->max_words = words;
    return 0;
}

static bool same(const struct phrase *a, const struct phrase *b)
{
    return a->hash == b->hash && a->len == b->len && !memcmp(a->letters, b->letters, a->len);
}

static size_t power_above(size_t n)
{
    size_t k = 64;
    while (k < n * 2)
        k *= 2;
    return k;
}

static void file_phrase(struct phrases *ps, uint32_t i)
{
    size_t at = (size_t)ps->p[i].hash & (ps->n_slots - 1);
    while (ps->slots[at] != PHRASE_NONE && !same(&ps->p[ps->slots[at]], &ps->p[i]))
        at = (at + 1) & (ps->n_slots - 1);
    if (ps->slots[at] == PHRASE_NONE) {
        ps->slots[at] = i;
        return;
    }
    uint32_t k = ps->slots[at];
    for (;; k = ps->p[k].next) {
        if (ps->p[k].value == ps->p[i].value && !strcmp(ps->p[k].raw, ps->p[i].raw)) {
            ps->p[k].flags &= ps->p[i].flags; /* whole in one place is whole */
            return;
        }
        if (ps->p[k].next == PHRASE_NONE)
            break;
    }
    ps->p[k].next = i;
}

static uint32_t short_hash(const char *s, size_t n, size_t without)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < n; i++)
        if (i != without)
            h = (h ^ (unsigned char)s[i]) * 16777619u;
    return h ? h : 1;
}

static void file_near(struct phrases *ps, uint32_t hash, uint32_t i)
{
    size_t at = hash & (ps->n_near - 1);
    while (ps->near[at].hash)
        at = (at + 1) & (ps->n_near - 1);
    ps->near[at] = (struct near_slot){hash, i};
}

static bool can_be_near(const struct phrase *p)
{
    return p->len >= PHRASE_NEAR_MIN && !(p->flags & PHRASE_NO_NEAR);
}

int phrases_seal(struct phrases *ps)
{
    size_t keys = 0;
    for (size_t i = 0; i < ps->n; i++)
        keys += can_be_near(&ps->p[i]) ? ps->p[i].len + 1u : 0;
    ps->n_slots = power_above(ps->n);
    ps->n_near = power_above(keys);
    ps->slots = malloc(ps->n_slots * sizeof *ps->slots);
    ps->near = calloc(ps->n_near, sizeof *ps->near);
    if (!ps->slots || !ps->near)
        return -ENOMEM;
    memset(ps->slots, 0xFF, ps->n_slots * sizeof *ps->slots);
    for (uint32_t i = 0; i < ps->n; i++) {
        file_phrase(ps, i);
        if (!can_be_near(&ps->p[i]))
            continue;
        file_near(ps, short_hash(ps->p[i].letters, ps->p[i].len, SIZE_MAX), i);
        for (size_t k = 0; k < ps->p[i].len; k++)
            file_near(ps, short_hash(ps->p[i].letters, ps->p[i].len, k), i);
    }
    return 0;
}

void phrases_free(struct phrases *ps)
{
    free(ps->p);
    free(ps->slots);
    free(ps->near);
    *ps = (struct phrases){0};
}

uint32_t phrases_find(const struct phrases *ps, uint64_t hash)
{
    if (!ps->n_slots)
        return PHRASE_NONE;
    size_t at = (size_t)hash & (ps->n_slots - 1);
    while (ps->slots[at] != PHRASE_NONE) {
        if (ps->p[ps->slots[at]].hash == hash)
            return ps->slots[at];
        at = (at + 1) & (ps->n_slots - 1);
    }
    return PHRASE_NONE;
}

/* Same key of a 12-key keypad, or side by side on a QWERTY one. */
static bool neighbours(char a, char b)
{
    static const char *const pairs[] = {"abc",  "def",  "ghi",  "jkl",  "mno",  "pqrs", "tuv",  "wxyz", "qwas",
                                        "wesd", "erdf", "rtfg", "tygh", "yuhj", "uijk", "iokl", "opl",  "asz",
                                        "sdzx", "dfxc", "fgcv", "ghvb", "hjbn", "jknm", "klm"};
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
        if (strchr(pairs[i], a) && strchr(pairs[i], b))
            return true;
    return false;
}

int one_edit(const char *a, size_t n, const char *b, size_t m)
{
    if (n > m + 1 || m > n + 1)
        return -1;
    size_t i = 0;
    while (i < n && i < m && a[i] == b[i])
        i++;
    if (n == m) {
        if (i == n)
            return 0;
        if (i + 1 < n && a[i] == b[i + 1] && a[i + 1] == b[i] && !memcmp(a + i + 2, b + i + 2, n - i - 2))
            return 2;
        return memcmp(a + i + 1, b + i + 1, n - i - 1) ? -1 : neighbours(a[i], b[i]) ? 2 : 3;
    }
    const char *shorter = n < m ? a : b, *longer = n < m ? b : a;
    size_t k = n < m ? n : m;
    if (memcmp(shorter + i, longer + i + 1, k - i) != 0)
        return -1;
    return i > 0 && longer[i] == longer[i - 1] ? 2 : 3;
}

static void probe(const struct phrases *ps, uint32_t hash, const char *s, size_t n,
                  void (*hit)(void *ctx, uint32_t phrase, int cost), void *ctx)
{
    for (size_t at = hash & (ps->n_near - 1); ps->near[at].hash; at = (at + 1) & (ps->n_near - 1)) {
        if (ps->near[at].hash != hash)
            continue;
        const struct phrase *p = &ps->p[ps->near[at].phrase];
        int cost = one_edit(s, n, p->letters, p->len);
        if (cost > 0)
            hit(ctx, ps->near[at].phrase, cost);
    }
}

void phrases_near(const struct phrases *ps, const char *s, size_t n, void (*hit)(void *ctx, uint32_t phrase, int cost),
                  void *ctx)
{
    if (!ps->n_near || n + 1 < PHRASE_NEAR_MIN || n > PHRASE_LETTERS_MAX)
        return;
    probe(ps, short_hash(s, n, SIZE_MAX), s, n, hit, ctx);
    for (size_t k = 0; k < n; k++)
        probe(ps, short_hash(s, n, k), s, n, hit, ctx);
}

size_t common_end(const char *a, size_t n, const char *b, size_t m)
{
    size_t head = 0, tail = 0;
    while (head < n && head < m && a[head] == b[head])
        head++;
    while (tail < n && tail < m && a[n - 1 - tail] == b[m - 1 - tail])
        tail++;
    return head > tail ? head : tail;
}
