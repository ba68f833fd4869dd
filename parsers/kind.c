// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The slot `loai`: from words to kinds. Called by the form reader. A word that folds to two
 * kinds ("lua": lửa, lừa) is told apart by its accents or asked, the more severe first.
 */
#include "gateway/base/err.h"
#include "gateway/base/utf.h"
#include "parsers/fold.h"
#include "parsers/syllable.h"
#include "parsers/vocab.h"

#include <string.h>

static bool is_sign(char c)
{
    unsigned char u = (unsigned char)c;
    return u < 0x80 && !((u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || (u >= '0' && u <= '9'));
}

const char *typed_span(const struct vocab *v, size_t s, size_t e, size_t *n)
{
    *n = (size_t)(v->at[e] - v->at[s]);
    return v->nfc + v->at[s];
}

/* The last word of s[0..*n): its start and length, and *n cut before it. */
static const char *last_word(const char *s, size_t *n, size_t *len)
{
    size_t e = *n;
    while (e && is_sign(s[e - 1]))
        e--;
    size_t b = e;
    while (b && !is_sign(s[b - 1]))
        b--;
    *len = e - b;
    *n = b;
    return s + b;
}

bool typed_agrees(const char *typed, size_t n, const char *meant)
{
    size_t m = strlen(meant);
    for (;;) {
        size_t a = 0, b = 0;
        const char *x = last_word(typed, &n, &a), *y = last_word(meant, &m, &b);
        if (!a || !b)
            return true;
        if (!marks_agree(x, a, y, b))
            return false;
    }
}

static void add_kind(const struct vocab *v, struct hit *h, uint16_t value)
{
    size_t i = 0;
    for (size_t k = 0; k < h->n; k++)
        if (h->cand[k] == value)
            return;
    if (h->n == CANDS_MAX)
        return;
    while (i < h->n && v->kinds[h->cand[i]].severity >= v->kinds[value].severity)
        i++;
    memmove(h->cand + i + 1, h->cand + i, (h->n - i) * sizeof h->cand[0]);
    h->cand[i] = value;
    h->n++;
}

/* All kinds of a phrase whose accents agree with the typed ones. One-syllable words must
 * agree ("chạy" is no "cháy"); longer phrases only choose by it. */
static void take_kinds(const struct vocab *v, const struct toks *t, size_t i, size_t k, uint32_t phrase, struct hit *h)
{
    size_t n = 0;
    const char *typed = typed_span(v, t->t[i].s, t->t[i + k - 1].e, &n);
    for (uint32_t p = phrase; p != PHRASE_NONE; p = v->kwords.p[p].next)
        if (typed_agrees(typed, n, v->kwords.p[p].raw))
            add_kind(v, h, v->kwords.p[p].value);
    bool agreed = h->n > 0;
    for (uint32_t p = agreed ? PHRASE_NONE : phrase; p != PHRASE_NONE; p = v->kwords.p[p].next)
        if (v->kwords.p[p].words > 1)
            add_kind(v, h, v->kwords.p[p].value);
    h->typed = agreed;
    h->k = h->n ? k : 0;
    h->ask = h->n > 1;
    h->single = k == 1 && t->t[i].len <= 4;
}

/* "lu7u5": a digit that is a hook, and more of the word; not "trom9h". */
static bool goes_on(const struct toks *t, size_t k)
{
    if (k + 2 >= t->n || !t->t[k + 1].num || !t->t[k + 1].glued || t->t[k + 1].len != 1 || t->t[k + 1].w[0] < '6')
        return false;
    const struct tok *rest = &t->t[k + 2];
    return rest->glued && !rest->num && !tok_is(t, k + 2, "h") && !tok_is(t, k + 2, "g") && !tok_is(t, k + 2, "gio");
}

struct hit kind_exact(const struct vocab *v, const struct toks *t, size_t i, size_t longest)
{
    struct hit best = {0};
    uint64_t h = HASH_START;
    size_t most = v->kwords.max_words + 1;
    if (longest < most)
        most = longest;
    for (size_t k = i; k < t->n && k < i + most && !t->t[k].num; k++) {
        if (best.n && t->t[k].apart)
            break; /* "tai nan # xe may": the next field begins */
        h = hash_tok(h, t, k, i);
        uint32_t p = phrases_find(&v->kwords, h);
        if (p == PHRASE_NONE || everyday_phrase(t, i, k + 1 - i, false) || goes_on(t, k))
            continue;
        struct hit now = {0};
        take_kinds(v, t, i, k + 1 - i, p, &now);
        if (now.n && (now.typed || !best.n)) /* "đâm chạy" is not "đám cháy" but "đâm" */
            best = now;
    }
    return best;
}

size_t kind_filler(const struct toks *t, size_t i)
{
    static const char *const fillers[] = {
        "vua xay ra", "moi xay ra",  "dang xay ra",   "xay ra",    "phat hien",    "co vu",     "co viec",
        "tinh hinh",  "nghi co",     "hien co",       "hien dang", "vua co",       "dang co",   "co nguoi",
        "co nhom",    "co mot nhom", "co hien tuong", "co ke",     "co doi tuong", "ve viec",   "co",
        "bi",         "vu",          "vua",           "dang",      "da",           "moi",       "nghi",
        "nghi van",   "viec",        "nguoi",         "loai",      "vu viec",      "co mot vu", "co 1 vu"};
    size_t best = 0;
    for (size_t k = 0; k < ARRAY_LEN(fillers); k++) {
        size_t n = toks_phrase(t, i, fillers[k]);
        if (n > best)
            best = n;
    }
    if (!best && i + 1 < t->n && t->t[i].num && counts_things(t, i + 1))
        best = toks_phrase(t, i + 1, "doi tuong") ? 3 : 2;
    return best;
}

struct near_kinds {
    const struct vocab *v;
    struct hit hit;
    size_t words;
    uint8_t len;
    int cost;
    bool typo, sure;
    const char *letters;
    size_t n;
};

static void near_kind(void *ctx, uint32_t phrase, int cost)
{
    struct near_kinds *c = ctx;
    const struct phrase *p = &c->v->kwords.p[phrase];
    if ((p->len < 7 && !c->typo) || (p->len < 5 && p->words > 1))
        return;
    if (p->len < c->len && cost < c->cost && c->words == c->hit.k && c->hit.n && c->hit.cand[0] != p->value) {
        add_kind(c->v, &c->hit, p->value); /* "ttom": trom, or to tom */
        c->sure = false;
        return;
    }
    if (p->len < c->len || (p->len == c->len && cost > c->cost && c->words == c->hit.k))
        return;
    if (p->len > c->len || c->words != c->hit.k) {
        bool other = c->hit.n && c->hit.cand[0] != p->value; /* "maty nuoc": ma tuy, or mat nuoc */
        if (!other)
            c->hit = (struct hit){0};
        c->hit.k = c->words;
        c->sure = !other;
    }
    c->len = p->len;
    c->cost = cost;
    bool anchored = p->len >= 8 && p->words > 1 && common_end(c->letters, c->n, p->letters, p->len) >= 4;
    c->sure = c->sure && (c->typo || anchored);
    for (uint32_t i = phrase; i != PHRASE_NONE; i = c->v->kwords.p[i].next)
        add_kind(c->v, &c->hit, c->v->kwords.p[i].value);
}

struct hit kind_near(const struct vocab *v, const struct toks *t, size_t i)
{
    struct near_kinds c = {.v = v};
    char letters[PHRASE_LETTERS_MAX];
    size_t n = 0;
    for (size_t k = i; k < t->n && k < i + v->kwords.max_words + 1; k++) {
        if (t->t[k].num || n + t->t[k].len > PHRASE_LETTERS_MAX)
            break;
        memcpy(letters + n, t->t[k].w, t->t[k].len);
        n += t->t[k].len;
        if (!syllable_valid(t->t[k].w, t->t[k].len))
            c.typo = true;
        c.words = k + 1 - i;
        c.letters = letters;
        c.n = n;
        phrases_near(&v->kwords, letters, n, near_kind, &c);
    }
    if (c.hit.n)
        c.hit.ask = c.hit.n > 1 || !c.sure;
    return c.hit;
}

struct like_kinds {
    const struct vocab *v;
    struct hit hit;
    size_t words, n;
};

static void like_kind(void *ctx, uint32_t phrase, int cost)
{
    struct like_kinds *c = ctx;
    const struct phrase *p = &c->v->kwords.p[phrase];
    if (p->len < 4 || (p->len < 5 && cost > 2 && c->words > 1) || (cost > 2 && p->len == c->n))
        return; /* another letter must be a neighbour on the keypad */
    for (uint32_t i = phrase; i != PHRASE_NONE; i = c->v->kwords.p[i].next)
        add_kind(c->v, &c->hit, c->v->kwords.p[i].value);
    c->hit.k = c->words;
    c->hit.ask = true;
}

/* "bm", "bomm": words of three letters are not filed by near miss. */
static void like_short(struct like_kinds *c, const struct tok *t)
{
    if (t->num || t->len < 2 || t->len > 4 || syllable_valid(t->w, t->len) || word_known(c->v, t->w, t->len))
        return;
    c->words = 1;
    c->n = t->len;
    for (uint32_t i = 0; i < c->v->kwords.n; i++) {
        const struct phrase *p = &c->v->kwords.p[i];
        int cost = p->len == 3 ? one_edit(t->w, t->len, p->letters, p->len) : 0;
        if (cost > 0 && !(cost > 2 && t->len == 3)) {
            add_kind(c->v, &c->hit, p->value);
            c->hit.k = 1;
            c->hit.ask = true;
        }
    }
}

struct hit kind_like(const struct vocab *v, const struct toks *t, size_t i)
{
    struct like_kinds c = {.v = v};
    char letters[PHRASE_LETTERS_MAX];
    size_t n = 0;
    for (size_t k = i; k < t->n && k < i + 3 && !t->t[k].num && n + t->t[k].len <= sizeof letters; k++) {
        memcpy(letters + n, t->t[k].w, t->t[k].len);
        n += t->t[k].len;
        c.words = k + 1 - i;
        c.n = n;
        phrases_near(&v->kwords, letters, n, like_kind, &c);
    }
    if (!c.hit.n && i < t->n)
        like_short(&c, &t->t[i]);
    return c.hit;
}

static int add_words(struct vocab *v, const struct toks *t)
{
    int rc = 0;
    for (size_t i = 0; i < t->n && rc == 0; i++)
        if (!t->t[i].num)
            rc = phrases_add(&v->words, t->t[i].w, t->t[i].len, 1, 0, PHRASE_NO_NEAR, "");
    return rc;
}

static int add_phrase(struct vocab *v, const char *raw, size_t n, uint16_t value, const char *meant)
{
    char nfc[256], folded[256], letters[256];
    if (fold_nfc(raw, n, nfc, sizeof nfc) < 0)
        return 0;
    int m = fold_text(nfc, strlen(nfc), folded, sizeof folded, NULL);
    if (m <= 0)
        return 0;
    toks_read(&v->a, folded, 0, (size_t)m);
    size_t len = 0;
    for (size_t i = 0; i < v->a.n; i++) {
        memcpy(letters + len, v->a.t[i].w, v->a.t[i].len);
        len += v->a.t[i].len;
    }
    int rc = phrases_add(&v->kwords, letters, len, v->a.n, value, 0, meant);
    return rc ? rc : add_words(v, &v->a);
}

/* "cháy, nổ": each part of a name is a word. */
int kinds_add(struct vocab *v)
{
    int rc = 0;
    v->khac = -1;
    for (size_t i = 0; i < v->n_kinds && rc == 0; i++) {
        const struct kind *k = &v->kinds[i];
        if (!strcmp(k->code, "KHAC"))
            v->khac = (int)i;
        v->restricted = v->restricted || k->restricted;
        rc = add_phrase(v, k->code, strlen(k->code), (uint16_t)i, k->code);
        for (size_t w = 0; w < k->n_words && rc == 0; w++)
            rc = add_phrase(v, k->words[w], strlen(k->words[w]), (uint16_t)i, k->words[w]);
        for (const char *p = k->name; p && *p && rc == 0;) {
            size_t n = strcspn(p, ",");
            const char *own = vocab_own(v, p, n);
            rc = own ? add_phrase(v, own, n, (uint16_t)i, own) : -ENOMEM;
            p += n + strspn(p + n, ", ");
        }
    }
    return rc;
}
