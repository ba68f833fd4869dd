// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The vocabulary: places, kinds and forms compiled once. Called through vocab_new() by the
 * desk, parse and check. What can go wrong is said for all of the data, not the first: a
 * keyword twice, a slot nobody knows, a form without a keyword.
 */
#include "parsers/vocab.h"

#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "parsers/fold.h"
#include "parsers/syllable.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct building {
    struct vocab *v;
    vocab_problem_fn say;
    void *ctx;
    size_t problems;
};

static void complain(struct building *b, const struct form_def *f, const char *text)
{
    b->problems++;
    if (b->say)
        b->say(b->ctx, f && f->file ? f->file : "", f ? f->line : 0, text);
}

const char *vocab_own(struct vocab *v, const char *s, size_t n)
{
    char **more = realloc(v->owned, (v->n_owned + 1) * sizeof *more);
    if (!more)
        return NULL;
    v->owned = more;
    char *copy = strndup(s, n);
    if (copy)
        v->owned[v->n_owned++] = copy;
    return copy;
}

static const struct {
    const char *name;
    enum slot_type type;
} slot_names[] = {{"thon", SLOT_THON},   {"loai", SLOT_LOAI},   {"gio", SLOT_GIO},      {"ma", SLOT_MA},
                  {"so", SLOT_SO},       {"phone", SLOT_PHONE}, {"moi", SLOT_MOI},      {"field", SLOT_FIELD},
                  {"value", SLOT_VALUE}, {"mota", SLOT_FREE},   {"noidung", SLOT_FREE}, {"keyword", SLOT_KEYWORD}};

static bool compile_slot(struct cslot *c, const char *text)
{
    size_t n = strlen(text);
    c->optional = n > 2 && text[0] == '[' && text[n - 1] == ']';
    const char *name = c->optional ? text + 1 : text;
    size_t len = c->optional ? n - 2 : n;
    const char *colon = memchr(name, ':', len);
    size_t k = colon ? (size_t)(colon - name) : len;
    if (k == 0 || k >= sizeof c->name)
        return false;
    memcpy(c->name, name, k);
    c->name[k] = '\0';
    if (colon) {
        c->type = SLOT_CHOICE;
        c->choices = colon + 1;
        return colon[1] != '\0';
    }
    for (size_t i = 0; i < ARRAY_LEN(slot_names); i++)
        if (!strcmp(slot_names[i].name, c->name)) {
            c->type = slot_names[i].type;
            return true;
        }
    return false;
}

static const char *nearest_slot(const char *text)
{
    const char *names[ARRAY_LEN(slot_names)];
    for (size_t i = 0; i < ARRAY_LEN(slot_names); i++)
        names[i] = slot_names[i].name;
    return str_nearest(text, names, ARRAY_LEN(names));
}

static void compile_form(struct building *b, size_t i, const struct form_def *def)
{
    struct cform *f = &b->v->forms[i];
    static const char *const near[] = {"incident", "tip", "lookup", "help"};
    char text[256];
    f->def = def;
    f->near = def->activity;
    for (size_t k = 0; k < ARRAY_LEN(near); k++)
        f->near = f->near || !strcmp(def->name, near[k]);
    if (def->n_keywords == 0) {
        snprintf(text, sizeof text, "form '%s' has no keyword: give it one", def->name);
        complain(b, def, text);
    }
    for (size_t k = 0; k < def->n_slots; k++) {
        if (f->n == FORM_SLOTS_MAX) {
            snprintf(text, sizeof text, "form '%s' has more than %d slots", def->name, FORM_SLOTS_MAX);
            complain(b, def, text);
            return;
        }
        if (f->n && f->slots[f->n - 1].type == SLOT_FREE) {
            snprintf(text, sizeof text, "form '%s' has a slot after its free text: put '%s' last", def->name,
                     f->slots[f->n - 1].name);
            complain(b, def, text);
        }
        if (compile_slot(&f->slots[f->n], def->slots[k])) {
            f->n++;
            continue;
        }
        const char *hint = nearest_slot(def->slots[k]);
        snprintf(text, sizeof text, "form '%s' has an unknown slot '%s'%s%s%s", def->name, def->slots[k],
                 hint ? ", did you mean '" : "", hint ? hint : "", hint ? "'?" : "");
        complain(b, def, text);
    }
}

static const struct cform *form_of_key(const struct vocab *v, uint32_t phrase)
{
    return &v->forms[v->keywords[v->keys.p[phrase].value].form];
}

/* Folds into v->folded and reads the words; how many. */
static size_t words_of(struct vocab *v, const char *text)
{
    int n = fold_nfc(text, strlen(text), v->nfc, sizeof v->nfc);
    n = n < 0 ? n : fold_text(v->nfc, (size_t)n, v->folded, sizeof v->folded, v->at);
    v->n_nfc = strlen(v->nfc);
    v->n = n < 0 ? 0 : (size_t)n;
    toks_read(&v->a, v->folded, 0, v->n);
    return v->a.n;
}

/* "tuan bd" as "tuan[^a-z0-9]*bd(*MARK:7)|". */
static void add_key_pattern(struct sbuf *p, struct vocab *v, size_t index)
{
    for (size_t i = 0; i < v->a.n; i++) {
        if (i)
            sbuf_add(p, "[^a-z0-9]*");
        for (size_t k = 0; k < v->a.t[i].len; k++) /* other scripts byte by byte, by number */
            if ((unsigned char)v->a.t[i].w[k] < 0x80)
                sbuf_addc(p, v->a.t[i].w[k]);
            else
                sbuf_addf(p, "\\x%02x", (unsigned char)v->a.t[i].w[k]);
    }
    if (v->a.n == 0)
        for (size_t k = 0; k < v->n; k++)
            sbuf_addf(p, "\\x%02x", (unsigned char)v->folded[k]);
    sbuf_addf(p, "(*MARK:%zu)|", index);
}

struct pattern_piece {
    size_t len;
    char text[160];
};

static int by_length(const void *a, const void *b)
{
    const struct pattern_piece *x = a, *y = b;
    return x->len < y->len ? 1 : x->len > y->len ? -1 : strcmp(x->text, y->text);
}

static void claim_keyword(struct building *b, const struct cform *f, const char *key, size_t index,
                          struct pattern_piece *piece)
{
    struct vocab *v = b->v;
    char letters[64], text[256];
    size_t len = 0;
    words_of(v, key);
    bool weak = v->a.n > 0;
    for (size_t i = 0; i < v->a.n && len + v->a.t[i].len < sizeof letters; i++) {
        memcpy(letters + len, v->a.t[i].w, v->a.t[i].len);
        len += v->a.t[i].len;
        weak = weak && syllable_valid(v->a.t[i].w, v->a.t[i].len);
    }
    bool spelling = false; /* "BAO CAO" beside "BAOCAO": one pattern more, the same letters */
    v->keywords[index] = (struct keyword){.form = (uint16_t)(f - v->forms), .weak = weak, .solo = v->a.n == 0};
    for (size_t i = 0; i < v->keys.n; i++)
        if (len && v->keys.p[i].len == len && !memcmp(v->keys.p[i].letters, letters, len)) {
            const struct cform *other = form_of_key(v, (uint32_t)i);
            if (other == f) {
                spelling = true;
                break;
            }
            snprintf(text, sizeof text, "keyword '%s' of form '%s' is taken by form '%s': choose another", key,
                     f->def->name, other->def->name);
            complain(b, f->def, text);
            return;
        }
    if (v->n == 0 || len > PHRASE_LETTERS_MAX) {
        snprintf(text, sizeof text, "keyword '%s' of form '%s' is empty or too long", key, f->def->name);
        complain(b, f->def, text);
        return;
    }
    struct sbuf p = sbuf_on(piece->text, sizeof piece->text);
    add_key_pattern(&p, v, index);
    if (sbuf_done(&p) != 0)
        complain(b, f->def, "a keyword is too long: shorten it");
    piece->len = len ? len : v->n;
    if (!spelling &&
        phrases_add(&v->keys, letters, len, v->a.n, (uint16_t)index, f->near ? 0 : PHRASE_NO_NEAR, key) != 0)
        b->problems++;
}

static int build_keyword_pattern(struct building *b, struct pattern_piece *pieces, size_t n)
{
    struct vocab *v = b->v;
    size_t size = n * sizeof pieces[0].text + 32;
    char *pattern = malloc(size);
    char why[200] = "";
    if (!pattern)
        return -ENOMEM;
    qsort(pieces, n, sizeof *pieces, by_length);
    struct sbuf p = sbuf_on(pattern, size);
    sbuf_add(&p, "\\G(?:");
    for (size_t i = 0; i < n; i++)
        sbuf_add(&p, pieces[i].text);
    sbuf_add(&p, "(?!))"); /* after the last '|': never matches */
    v->rx_key = sbuf_done(&p) == 0 ? rx_compile(pattern, 0, why, sizeof why) : NULL;
    free(pattern);
    if (!v->rx_key)
        complain(b, NULL, why);
    return v->rx_key ? 0 : -EINVAL;
}

static int add_forms(struct building *b, const struct form_def *forms)
{
    struct vocab *v = b->v;
    size_t n = 0, k = 0;
    for (size_t i = 0; i < v->n_forms; i++)
        n += forms[i].n_keywords;
    v->forms = calloc(v->n_forms + 1, sizeof *v->forms);
    v->keywords = calloc(n + 1, sizeof *v->keywords);
    v->n_keywords = n;
    struct pattern_piece *pieces = calloc(n + 1, sizeof *pieces);
    int rc = v->forms && v->keywords && pieces ? 0 : -ENOMEM;
    for (size_t i = 0; i < v->n_forms && rc == 0; i++) {
        compile_form(b, i, &forms[i]);
        for (size_t j = 0; j < forms[i].n_keywords; j++, k++)
            claim_keyword(b, &v->forms[i], forms[i].keywords[j], k, &pieces[k]);
    }
    if (rc == 0)
        rc = build_keyword_pattern(b, pieces, n);
    free(pieces);
    return rc;
}

static const char dial_pattern[] =
    "\\A(?=[^*#]*[*#])[\\s\"'.,;:()\\[\\]-]*"
    "(\\*(?=\\s*#)\\s*#|\\**\\s*\\d{1,7}(?:\\s*\\*+\\s*\\d{1,7})*\\s*\\*?\\s*#*)(?:(?<=#)\\s*(\\d{4,12})\\s*#?)?"
    "[\\s\"'.,;:()\\[\\]-]*\\z";
static const char contact_pattern[] =
    "(?<![a-z])(?:so\\s+)?(?:sdt|so dt|dt|so dien thoai|dien thoai|lien he|lh|goi so|goi|zalo)[^a-z0-9+]{0,3}"
    "(\\+?\\d[\\d .-]{7,14}\\d)(?!\\d)";

static int add_patterns(struct building *b)
{
    struct vocab *v = b->v;
    char why[200] = "";
    v->rx_dial = rx_compile(dial_pattern, 0, why, sizeof why);
    v->rx_contact = rx_compile(contact_pattern, 0, why, sizeof why);
    v->data = pcre2_match_data_create(16, NULL);
    v->limits = rx_limits();
    if (when_compile(v, why, sizeof why) == 0 && v->rx_dial && v->rx_contact && v->data && v->limits)
        return 0;
    complain(b, NULL, why);
    return -EINVAL;
}

static int build(struct building *b, const struct form_def *forms)
{
    struct vocab *v = b->v;
    int rc = add_patterns(b);
    rc = rc ? rc : add_forms(b, forms);
    rc = rc ? rc : places_add(v);
    rc = rc ? rc : kinds_add(v);
    rc = rc ? rc : phrases_seal(&v->names);
    rc = rc ? rc : phrases_seal(&v->codes);
    rc = rc ? rc : phrases_seal(&v->kwords);
    rc = rc ? rc : phrases_seal(&v->keys);
    return rc ? rc : phrases_seal(&v->words);
}

struct vocab *vocab_new(const struct place *places, size_t n_places, const struct kind *kinds, size_t n_kinds,
                        const struct form_def *forms, size_t n_forms, vocab_problem_fn say, void *ctx)
{
    struct vocab *v = calloc(1, sizeof *v);
    struct building b = {.v = v, .say = say, .ctx = ctx};
    if (!v || n_places > UINT16_MAX || n_kinds > UINT16_MAX || n_forms > UINT16_MAX) {
        free(v);
        return NULL;
    }
    v->places = places;
    v->n_places = n_places;
    v->kinds = kinds;
    v->n_kinds = n_kinds;
    v->n_forms = n_forms;
    v->home = -1;
    if (build(&b, forms) == 0 && b.problems == 0)
        return v;
    vocab_free(v);
    return NULL;
}

void vocab_free(struct vocab *v)
{
    if (!v)
        return;
    pcre2_code *const codes[] = {v->rx_key, v->rx_time, v->rx_ago, v->rx_day, v->rx_dial, v->rx_contact};
    for (size_t i = 0; i < ARRAY_LEN(codes); i++)
        pcre2_code_free(codes[i]);
    pcre2_match_data_free(v->data);
    pcre2_match_context_free(v->limits);
    phrases_free(&v->names);
    phrases_free(&v->codes);
    phrases_free(&v->kwords);
    phrases_free(&v->keys);
    phrases_free(&v->words);
    for (size_t i = 0; i < v->n_owned; i++)
        free(v->owned[i]);
    free(v->owned);
    free(v->classes);
    free(v->keywords);
    free(v->forms);
    free(v);
}

int vocab_match(struct vocab *v, const pcre2_code *rx, size_t from)
{
    return rx_error(pcre2_match(rx, (PCRE2_SPTR)v->folded, v->n, from, 0, v->data, v->limits));
}

bool vocab_group(const struct vocab *v, unsigned g, size_t *s, size_t *e)
{
    const PCRE2_SIZE *ov = pcre2_get_ovector_pointer(v->data);
    if (g >= pcre2_get_ovector_count(v->data) || ov[2 * g] == PCRE2_UNSET)
        return false;
    *s = ov[2 * g];
    *e = ov[2 * g + 1];
    return true;
}

bool word_known(const struct vocab *v, const char *s, size_t n)
{
    return phrases_find(&v->words, hash_letters(HASH_START, s, n)) != PHRASE_NONE;
}

/* All words of a typed thing must be taken: k of them, and no doubt. */
static int whole(const struct vocab *v, const struct hit *h)
{
    return h->n >= 1 && !h->ask && h->skip + h->k == v->a.n ? h->cand[0] : -1;
}

const struct place *vocab_place(struct vocab *v, const char *typed)
{
    v->home = -1;
    if (strlen(typed) >= sizeof v->nfc / 2 || words_of(v, typed) == 0)
        return NULL;
    struct hit h = place_exact(v, &v->a, 0);
    if (!h.n || h.k != v->a.n) {
        h = place_near(v, &v->a, 0, false);
    }
    int i = whole(v, &h);
    return i < 0 ? NULL : &v->places[i];
}

const struct kind *vocab_kind(struct vocab *v, const char *typed)
{
    if (strlen(typed) >= sizeof v->nfc / 2 || words_of(v, typed) == 0)
        return NULL;
    struct hit h = kind_exact(v, &v->a, 0, SIZE_MAX);
    if (!h.n || h.k != v->a.n)
        h = kind_near(v, &v->a, 0);
    int i = whole(v, &h);
    return i < 0 ? NULL : &v->kinds[i];
}

const struct kind *vocab_restricted(struct vocab *v, const char *text)
{
    if (strlen(text) >= sizeof v->nfc || words_of(v, text) == 0)
        return NULL;
    struct hit h = restricted_from(v, &v->a, 0, NULL);
    return h.n ? &v->kinds[h.cand[0]] : NULL;
}

const struct form_def *vocab_form(struct vocab *v, const char *typed)
{
    if (strlen(typed) >= sizeof v->nfc / 2 || words_of(v, typed) == 0)
        return NULL;
    uint64_t h = HASH_START;
    for (size_t i = 0; i < v->a.n; i++)
        h = hash_tok(h, &v->a, i, 0);
    uint32_t p = phrases_find(&v->keys, h);
    return p == PHRASE_NONE ? NULL : form_of_key(v, p)->def;
}
