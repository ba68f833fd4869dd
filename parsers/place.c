// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The slot `thon`: from words to places. Called by the form reader; place_near() only after
 * everything exact has failed. What can go wrong is a wrong place without asking, so every
 * doubt ends in candidates and `ask`.
 */
#include "gateway/base/err.h"
#include "parsers/place.h"

#include <string.h>

static const struct {
    const char *words;
    uint8_t cls;
    bool strong;
} types[] = {{"to dan pho", CLASS_TDP, true}, {"todanpho", CLASS_TDP, true}, {"to dp", CLASS_TDP, true},
             {"tdp", CLASS_TDP, true},        {"to", CLASS_TDP, false},      {"khu dan cu", CLASS_KDC, true},
             {"kdc", CLASS_KDC, true},        {"khu pho", CLASS_KHU, true},  {"kp", CLASS_KHU, true},
             {"khu", CLASS_KHU, false},       {"thon", CLASS_THON, true},    {"xom", CLASS_XOM, true},
             {"lang", CLASS_LANG, false},     {"ap", CLASS_AP, false},       {"ban", CLASS_BAN, false},
             {"buon", CLASS_BUON, false},     {"khom", CLASS_KHOM, true},    {"doi", CLASS_DOI, false},
             {"phum", CLASS_SOC, true},       {"soc", CLASS_SOC, false}};

const char *const place_class_letters[CLASS_COUNT] = {"",     "thon", "xom", "lang", "ap",  "ban", "buon",
                                                      "khom", "tdp",  "khu", "kdc",  "doi", "soc"};

const size_t place_n_type_words = ARRAY_LEN(types);

const char *place_type_words(size_t i)
{
    return types[i].words;
}

size_t place_type_at(const struct toks *t, size_t i, enum place_class *cls, bool *strong)
{
    for (size_t k = 0; k < ARRAY_LEN(types) && i < t->n && !t->t[i].num; k++) {
        size_t n = toks_phrase(t, i, types[k].words);
        if (n) {
            *cls = types[k].cls;
            *strong = types[k].strong;
            return n;
        }
    }
    return 0;
}

static bool among(const struct toks *t, size_t i, const char *const *words, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (tok_is(t, i, words[k]))
            return true;
    return false;
}

bool counts_things(const struct toks *t, size_t i)
{
    static const char *const nouns[] = {"nguoi", "ng",  "ten",   "tuoi",  "gio",  "g",     "h",   "phut", "p",
                                        "trieu", "tr",  "nghin", "ngan",  "k",    "kg",    "ky",  "km",   "m",
                                        "met",   "lit", "chiec", "thang", "ngay", "tieng", "dua", "dong", "d",
                                        "ke",    "bao", "thung", "khau",  "vien", "lop",   "ho",  "oto",  "vu"};
    return among(t, i, nouns, ARRAY_LEN(nouns)) || toks_phrase(t, i, "doi tuong") > 0;
}

/* "3 nhom", "1 cu ba": a place and its tale, or a number of them. Asked. */
static bool may_count(const struct toks *t, size_t i)
{
    static const char *const nouns[] = {
        "nhom", "cay",   "cu",  "chau", "xe",   "thanh", "thieu", "nam",  "nu",   "em",  "be",   "ba",   "ong",
        "nha",  "can",   "con", "bo",   "trau", "meo",   "ga",    "cai",  "tan",  "ta",  "chai", "binh", "qua",
        "dao",  "goi",   "tep", "lan",  "dem",  "may",   "dien",  "tang", "hoc",  "anh", "chi",  "bac",  "chu",
        "vo",   "chong", "me",  "cha",  "mang", "nan",   "tre",   "doan", "trai", "gai", "cuoc"};
    static const char *const tales[] = {"can ho tro", "ba con",      "nha ong",   "nha ba",  "nha anh",
                                        "nha chi",    "nha van hoa", "nha hoang", "nha cua", "dem qua"};
    for (size_t k = 0; k < ARRAY_LEN(tales); k++)
        if (toks_phrase(t, i, tales[k]))
            return false;
    return among(t, i, nouns, ARRAY_LEN(nouns)) || toks_phrase(t, i, "o to") > 0;
}

int place_index(const struct vocab *v, const char *code)
{
    for (uint32_t i = phrases_find(&v->codes, hash_letters(HASH_START, code, strlen(code))); i != PHRASE_NONE;
         i = v->codes.p[i].next)
        return v->codes.p[i].value;
    return -1;
}

static int code_index(const struct vocab *v, const char *digits, size_t n)
{
    char code[PLACE_CODE_SIZE];
    if (n >= sizeof code)
        return -1;
    memcpy(code, digits, n);
    code[n] = '\0';
    int i = place_index(v, code);
    for (const char *p = code; i < 0 && *p == '0' && p[1]; p++)
        i = place_index(v, p + 1);
    return i;
}

void place_add_cand(struct hit *h, uint16_t value)
{
    for (size_t i = 0; i < h->n; i++)
        if (h->cand[i] == value)
            return;
    if (h->n < CANDS_MAX)
        h->cand[h->n++] = value;
}

/* A number at i, as digits or as a word: its digits in num, words in *k. */
size_t place_number_at(const struct toks *t, size_t i, char num[8], size_t *k)
{
    if (i >= t->n)
        return 0;
    if (t->t[i].num) {
        const char *w = t->t[i].w;
        size_t n = t->t[i].len;
        while (n > 1 && *w == '0') {
            w++;
            n--;
        }
        if (n > 3)
            return 0;
        memcpy(num, w, n);
        *k = 1;
        return n;
    }
    int value = number_word(t, i, k);
    if (value < 1)
        return 0;
    num[0] = (char)('0' + value / 10);
    num[value > 9] = (char)('0' + value % 10);
    return value > 9 ? 2 : 1;
}

/* The longest phrase that continues hash h from token i. min: words it must take. */
struct place_window place_longest(const struct vocab *v, const struct toks *t, uint64_t h, size_t i, bool after_number)
{
    struct place_window best = {PHRASE_NONE, i};
    size_t last = i + v->names.max_words + 1;
    for (size_t k = i; k < t->n && k < last; k++) {
        if (k == i && after_number && t->t[k].num)
            h = hash_letters(h, " ", 1);
        h = hash_tok(h, t, k, i);
        uint32_t p = phrases_find(&v->names, h);
        if (p != PHRASE_NONE)
            best = (struct place_window){p, k + 1};
    }
    return best;
}

/* The numbered name "tdp 3 …" of a class: a phrase and its end. */
static struct place_window numbered(const struct vocab *v, const struct toks *t, enum place_class cls, const char *num,
                                    size_t n, size_t after)
{
    uint64_t h = hash_letters(HASH_START, place_class_letters[cls], strlen(place_class_letters[cls]));
    h = hash_letters(h, num, n);
    struct place_window w = place_longest(v, t, h, after, true);
    if (w.phrase != PHRASE_NONE)
        return w;
    return (struct place_window){phrases_find(&v->names, h), after};
}

/* The candidates of a phrase; parts of longer names count only beside a number or alone. */
static void take_phrase(const struct vocab *v, struct hit *h, uint32_t phrase, bool with_parts)
{
    bool whole = false;
    for (uint32_t i = phrase; i != PHRASE_NONE; i = v->names.p[i].next)
        whole = whole || !(v->names.p[i].flags & PHRASE_PART);
    for (uint32_t i = phrase; i != PHRASE_NONE; i = v->names.p[i].next)
        if (with_parts || !whole || !(v->names.p[i].flags & PHRASE_PART))
            place_add_cand(h, v->names.p[i].value);
}

static void keep_class(const struct vocab *v, struct hit *h, enum place_class cls)
{
    size_t n = 0;
    uint16_t keep[CANDS_MAX];
    for (size_t i = 0; i < h->n; i++)
        if (v->classes[h->cand[i]] == cls)
            keep[n++] = h->cand[i];
    if (n && n < h->n) {
        memcpy(h->cand, keep, sizeof keep);
        h->n = n;
    }
}

static void keep_accents(const struct vocab *v, const struct toks *t, size_t i, struct hit *h)
{
    size_t n = 0, len = 0;
    uint16_t keep[CANDS_MAX];
    const char *typed = typed_span(v, t->t[i].s, t->t[i + h->k - 1].e, &len);
    for (size_t k = 0; k < h->n; k++)
        if (typed_agrees(typed, len, v->places[h->cand[k]].name))
            keep[n++] = h->cand[k];
    if (n && n < h->n) {
        memcpy(h->cand, keep, sizeof keep);
        h->n = n;
    }
}

/* More than one left: the sender's own village wins, else it is asked. */
void place_settle(const struct vocab *v, const struct toks *t, size_t i, struct hit *h, enum place_class cls)
{
    if (h->n > 1 && cls)
        keep_class(v, h, cls);
    if (h->n > 1 && h->k)
        keep_accents(v, t, i, h);
    for (size_t k = 0; h->n > 1 && !h->by_number && k < h->n; k++)
        if (v->home == h->cand[k]) {
            h->cand[0] = h->cand[k];
            h->n = 1;
        }
    h->ask = h->ask || h->n > 1;
}

/* "thon 3" when no place is called so: place 3; tdp and khu stand for each other. */
static void by_class_and_code(const struct vocab *v, const struct toks *t, struct hit *h, enum place_class cls,
                              const char *num, size_t n, size_t after)
{
    enum place_class other = cls == CLASS_TDP ? CLASS_KHU : cls == CLASS_KHU ? CLASS_TDP : CLASS_NONE;
    if (other) {
        struct place_window w = numbered(v, t, other, num, n, after);
        if (w.phrase != PHRASE_NONE)
            take_phrase(v, h, w.phrase, true);
    }
    int code = code_index(v, num, n);
    if (code >= 0)
        place_add_cand(h, (uint16_t)code);
    if (h->n)
        return;
    for (int c = CLASS_NONE + 1; c < CLASS_COUNT; c++) {
        struct place_window w = numbered(v, t, (enum place_class)c, num, n, after);
        if (w.phrase != PHRASE_NONE)
            take_phrase(v, h, w.phrase, true);
    }
    h->ask = h->n > 0; /* another sort of place with that number: asked */
}

static struct hit bare_number(const struct vocab *v, const struct toks *t, size_t i)
{
    struct hit h = {0};
    bool kind_next = kind_exact(v, t, i + 1, SIZE_MAX).k > 0;
    bool field = i + 1 >= t->n || t->t[i + 1].apart; /* "(3)(nhom thanh nien)" */
    bool hard = !field && counts_things(t, i + 1) && !(kind_next && !tok_is(t, i + 1, "nguoi"));
    bool soft = !field && !kind_next && may_count(t, i + 1);
    bool after_kind = i != 0;
    if (hard && tok_is(t, i + 1, "vu") && code_index(v, t->t[i].w, t->t[i].len) >= 0) { /* "35 vu hki" */
        hard = false;
        soft = true;
    }
    if (hard && after_kind && (tok_is(t, i + 1, "nguoi") || tok_is(t, i + 1, "ng"))) {
        hard = code_index(v, t->t[i].w, t->t[i].len) < 0;
        soft = !hard;
    }
    if (t->t[i].len > 3 || hard)
        return h;
    int code = code_index(v, t->t[i].w, t->t[i].len);
    h.by_number = true;
    if (code >= 0) {
        h.k = 1;
        h.ask = soft;
        place_add_cand(&h, (uint16_t)code);
        if (soft && v->home >= 0)
            place_add_cand(&h, (uint16_t)v->home);
    } else if (!soft) {
        h.k = 1;
        h.unknown = true;
    }
    return h;
}

struct hit place_after_type(const struct vocab *v, const struct toks *t, size_t i, size_t words, enum place_class cls,
                            bool strong)
{
    struct hit h = {.typed = true};
    char num[8];
    size_t j = i + words, k = 0;
    if (tok_is(t, j, "so") || tok_is(t, j, "thu"))
        j++;
    struct place_window name = place_longest(v, t, HASH_START, i + words, false);
    size_t n = place_number_at(t, j, num, &k);
    if (n && name.end <= j + k) {
        struct place_window w = numbered(v, t, cls, num, n, j + k);
        h.k = (w.phrase != PHRASE_NONE ? w.end : j + k) - i;
        if (w.phrase != PHRASE_NONE)
            take_phrase(v, &h, w.phrase, true);
        else
            by_class_and_code(v, t, &h, cls, num, n, j + k);
        bool word = !t->t[j].num;
        if (h.n == 0 && word)
            return (struct hit){.unknown = strong, .k = strong ? words : 0, .typed = true};
        h.unknown = h.n == 0;
        return h;
    }
    if (name.phrase != PHRASE_NONE) {
        h.k = name.end - i;
        take_phrase(v, &h, name.phrase, false);
        return h;
    }
    h.unknown = strong;
    h.k = strong ? words : 0;
    return h;
}

bool type_with_tone(const struct toks *t, size_t i)
{
    static const char *const typed[] = {"xom1", "khom1", "ap1", "soc1", "lang2", "ban3", "to3", "doi5"};
    if (i + 1 >= t->n || !t->t[i + 1].num || !t->t[i + 1].glued || t->t[i + 1].len != 1)
        return false;
    for (size_t k = 0; k < ARRAY_LEN(typed); k++) {
        size_t n = strlen(typed[k]) - 1;
        if (t->t[i].len == n && !memcmp(t->t[i].w, typed[k], n) && t->t[i + 1].w[0] == typed[k][n])
            return true;
    }
    return false;
}

/* "ban3 mu" where a village is called Bản Mù: that one; where there is a Bản 3 too, asked.
 * Where neither is, place 3 is only a guess when no kind follows. */
static void name_with_tone(const struct vocab *v, const struct toks *t, size_t i, bool numbered_name, struct hit *h)
{
    uint64_t hash = hash_tok(HASH_START, t, i, i);
    struct place_window w = place_longest(v, t, hash, i + 2, false),
                        bare = place_longest(v, t, HASH_START, i + 2, false);
    if (w.phrase == PHRASE_NONE || w.end == i + 2)
        w = bare;
    if (w.phrase == PHRASE_NONE || w.end == i + 2) {
        h->ask = h->ask || (!numbered_name && h->n && i + 2 < t->n && !t->t[i + 2].num &&
                            !kind_exact(v, t, i + 2, SIZE_MAX).n && !kind_filler(t, i + 2));
        return;
    }
    if (numbered_name)
        h->ask = true;
    else
        h->n = 0;
    h->unknown = false;
    take_phrase(v, h, w.phrase, false);
    h->k = w.end - i;
}

/* "xom1 hung long": the digit is the tone of "xóm". "tdp 1 hung long", both places: asked. */
static void name_after_number(const struct vocab *v, const struct toks *t, size_t i, size_t words, struct hit *h)
{
    size_t j = i + words;
    if (h->n != 1 || j >= t->n || i + h->k >= t->n || t->t[i + h->k].apart)
        return;
    struct place_window w = place_longest(v, t, HASH_START, i + h->k, false);
    if (w.phrase == PHRASE_NONE || w.end < i + h->k + 2 || v->names.p[w.phrase].value == h->cand[0])
        return;
    bool tone = t->t[j].num && t->t[j].glued && t->t[j].len == 1 &&
                (tok_is(t, i, "xom") || tok_is(t, i, "lang") || tok_is(t, i, "ban"));
    if (tone)
        h->n = 0;
    else
        h->ask = true;
    take_phrase(v, h, w.phrase, false);
    h->k = w.end - i;
}

/* Is the place itself called by that number ("Bản 3")? */
static bool has_number_name(const struct vocab *v, uint16_t place, char digit)
{
    return strchr(v->places[place].name, digit) != NULL;
}

struct hit place_exact(const struct vocab *v, const struct toks *t, size_t i)
{
    if (i >= t->n)
        return (struct hit){0};
    enum place_class cls = CLASS_NONE;
    bool strong = false;
    struct hit h = {0};
    struct place_window plain = place_longest(v, t, HASH_START, i, false);
    size_t words = place_type_at(t, i, &cls, &strong);
    if (words) {
        h = place_after_type(v, t, i, words, cls, strong);
        if (words == 1 && type_with_tone(t, i))
            name_with_tone(v, t, i, h.n && has_number_name(v, h.cand[0], t->t[i + 1].w[0]), &h);
        else
            name_after_number(v, t, i, words, &h);
    }
    if (plain.phrase != PHRASE_NONE && (h.n == 0 || plain.end >= i + h.k) && !t->t[i].num) {
        bool part_beside = words && h.n > 1; /* "tdp 1" alone and as the beginning of another name */
        if (!part_beside) {
            h = (struct hit){.k = plain.end - i, .typed = words > 0};
            take_phrase(v, &h, plain.phrase, words > 0);
            h.single = h.k == 1 && t->t[i].len <= 4;
        }
    } else if (!words && t->t[i].num) {
        h = bare_number(v, t, i);
    }
    if (h.n)
        place_settle(v, t, i, &h, cls);
    return h;
}
