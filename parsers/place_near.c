// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The slot `thon` within one slip. Called by the form reader after everything exact has failed.
 * What can go wrong is a wrong place without asking: only long names, or words that can be no
 * Vietnamese, are sure; all else is asked.
 */
#include "gateway/base/err.h"
#include "parsers/place.h"
#include "parsers/syllable.h"

#include <string.h>

struct near_places {
    const struct vocab *v;
    struct hit hit;
    size_t words; /* of the window under look */
    uint8_t len;  /* letters of the best phrase so far */
    int cost;
    bool sure;
    const char *letters;
    size_t n;
    bool typo;  /* a word of the window is no Vietnamese syllable */
    bool typed; /* after a type word */
};

static void near_place(void *ctx, uint32_t phrase, int cost)
{
    struct near_places *c = ctx;
    const struct phrase *p = &c->v->names.p[phrase];
    if ((p->flags & PHRASE_PART) || p->len < 4 || (p->len < 5 && c->words < 2))
        return;
    if (p->len < c->len || (p->len == c->len && cost > c->cost && c->words == c->hit.k))
        return;
    if (p->len > c->len || c->words != c->hit.k) {
        c->hit = (struct hit){.k = c->words};
        c->sure = true;
    }
    c->len = p->len;
    c->cost = cost;
    bool anchored = common_end(c->letters, c->n, p->letters, p->len) >= 4;
    bool sure = (c->typo && p->len >= 5) || (anchored && p->len >= 8) || (anchored && c->typed && p->len >= 6);
    c->sure = c->sure && sure;
    for (uint32_t i = phrase; i != PHRASE_NONE; i = c->v->names.p[i].next)
        if (!(c->v->names.p[i].flags & PHRASE_PART))
            place_add_cand(&c->hit, c->v->names.p[i].value);
}

static bool add_letters(const struct toks *t, size_t k, char *letters, size_t *n, bool *typo)
{
    if (t->t[k].num || *n + t->t[k].len > PHRASE_LETTERS_MAX)
        return false;
    memcpy(letters + *n, t->t[k].w, t->t[k].len);
    *n += t->t[k].len;
    if (!syllable_valid(t->t[k].w, t->t[k].len))
        *typo = true;
    return true;
}

/* "tpd 3": the type word itself slipped. */
static struct hit near_type(const struct vocab *v, const struct toks *t, size_t i)
{
    static const struct {
        const char *word;
        enum place_class cls;
    } ways[] = {{"tdp", CLASS_TDP},   {"thon", CLASS_THON}, {"xom", CLASS_XOM},
                {"khu", CLASS_KHU},   {"lang", CLASS_LANG}, {"buon", CLASS_BUON},
                {"khom", CLASS_KHOM}, {"ban", CLASS_BAN},   {"soc", CLASS_SOC}};
    static const struct {
        const char *letters;
        size_t words;
        enum place_class cls;
    } longer[] = {{"khupho", 2, CLASS_KHU}, {"todanpho", 3, CLASS_TDP}, {"khudancu", 3, CLASS_KDC}};
    for (size_t k = 0; k < ARRAY_LEN(longer); k++) { /* "khu pjo 5" */
        char letters[PHRASE_LETTERS_MAX];
        size_t n = 0;
        bool typo = false;
        for (size_t j = i; j < i + longer[k].words && i + longer[k].words < t->n; j++)
            if (!add_letters(t, j, letters, &n, &typo))
                n = 0;
        size_t after = i + longer[k].words;
        if (n && one_edit(letters, n, longer[k].letters, strlen(longer[k].letters)) > 0 &&
            (t->t[after].num || tok_is(t, after, "so")))
            return place_after_type(v, t, i, longer[k].words, longer[k].cls, false);
    }
    if (i + 1 >= t->n || t->t[i].num || t->t[i].len < 2)
        return (struct hit){0};
    bool syllable = syllable_valid(t->t[i].w, t->t[i].len);
    for (size_t k = 0; k < ARRAY_LEN(ways); k++) {
        int cost = one_edit(t->t[i].w, t->t[i].len, ways[k].word, strlen(ways[k].word));
        bool number = t->t[i + 1].num || tok_is(t, i + 1, "so");
        struct place_window name =
            cost > 0 && !number ? place_longest(v, t, HASH_START, i + 1, false) : (struct place_window){PHRASE_NONE, 0};
        bool named = name.phrase != PHRASE_NONE && v->names.p[name.phrase].len >= 4;
        if (cost > 0 && (named || (number && !syllable) || (cost == 2 && k < 3 && !syllable)))
            return place_after_type(v, t, i, 1, ways[k].cls, false);
    }
    return (struct hit){0};
}

struct hit place_near(const struct vocab *v, const struct toks *t, size_t i, bool after_kind)
{
    struct hit none = {0};
    if (i >= t->n || t->t[i].num)
        return none;
    struct hit typed = near_type(v, t, i);
    if (typed.n) {
        place_settle(v, t, i, &typed, CLASS_NONE);
        return typed;
    }
    enum place_class cls = CLASS_NONE;
    bool strong = false, typo = false;
    size_t words = place_type_at(t, i, &cls, &strong), n = 0;
    char letters[PHRASE_LETTERS_MAX];
    struct near_places c = {.v = v, .letters = letters, .typed = words > 0};
    for (size_t k = i + words; k < t->n && k < i + words + v->names.max_words + 1; k++) {
        if (!add_letters(t, k, letters, &n, &typo))
            break;
        c.words = k + 1 - i;
        c.n = n;
        c.typo = typo;
        phrases_near(&v->names, letters, n, near_place, &c);
    }
    if (!c.hit.n || (after_kind && !c.sure && (c.len < 5 || c.hit.k < 2)))
        return none;
    c.hit.ask = !c.sure;
    c.hit.typed = words > 0;
    place_settle(v, t, i, &c.hit, cls);
    return c.hit;
}
