// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From the text of a message to its meaning. Called for every message by the desk, and by
 * parse. Finds the keyword (one PCRE2 pattern of all forms), lets the form be read and
 * resolved; what has no keyword is "none". What can go wrong is a wrong meaning without a
 * question: where two readings are left, the meaning asks.
 */
#include "parsers/understand.h"

#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "parsers/code.h"
#include "parsers/fold.h"
#include "parsers/syllable.h"
#include "parsers/vocab.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

static void blank(struct meaning *m)
{
    /* not the text and the slots: 10 kB a message would be the most of the work */
    m->form = "none";
    m->def = NULL;
    m->place = m->kind = NULL;
    m->kind_words[0] = '\0';
    m->code[0] = '\0';
    m->when_ms = 0;
    m->has_when = m->has_number = m->place_from_home = m->not_now = m->kind_unknown = m->kind_apart = false;
    m->number = 0;
    m->ask = DOUBT_NONE;
    m->n_choices = m->n_slots = m->text_len = 0;
    m->text[0] = '\0';
}

static void fixed_slot(struct meaning *m, const char *name, const char *s, size_t n)
{
    struct meaning_slot *slot = &m->slots[m->n_slots];
    if (n >= sizeof slot->value || str_copy(slot->name, sizeof slot->name, name) != 0)
        return;
    memcpy(slot->value, s, n);
    slot->value[n] = '\0';
    m->n_slots++;
}

/* "*2*48217#4321", "* 1", "1#": normalised in the slot "digits", the PIN apart. */
static bool read_dial(struct vocab *v, struct meaning *m)
{
    size_t s = 0, e = 0, n = 0;
    char digits[64];
    if (!memchr(v->folded, '#', v->n) && !memchr(v->folded, '*', v->n))
        return false;
    if (v->n > 60 || vocab_match(v, v->rx_dial, 0) != 1 || !vocab_group(v, 1, &s, &e))
        return false;
    digits[n++] = '*';
    for (size_t i = s; i < e; i++) {
        char c = v->folded[i];
        if ((c >= '0' && c <= '9') || (c == '*' && n > 1))
            digits[n++] = c;
    }
    digits[n++] = '#';
    m->form = "code";
    fixed_slot(m, "digits", digits, n);
    if (vocab_group(v, 2, &s, &e))
        fixed_slot(m, "pin", v->folded + s, e - s);
    if (strncmp(digits, "*2*", 3) != 0)
        return true;
    digits[n - 1] = '\0';
    if (code_valid(digits + 3))
        memcpy(m->code, digits + 3, strlen(digits + 3) + 1);
    else
        m->ask = DOUBT_CODE;
    return true;
}

static bool read_answer(struct vocab *v, struct meaning *m)
{
    if (v->a.n != 1 || !v->a.t[0].num || v->a.t[0].len != 1 || v->a.t[0].w[0] == '0' || v->n > 12)
        return false;
    m->form = "answer";
    m->has_number = true;
    m->number = v->a.t[0].w[0] - '0';
    return true;
}

/* Is the keyword in capitals, and the rest not? */
static bool stands_out(const struct vocab *v, size_t s, size_t e)
{
    for (size_t i = v->at[s]; i < v->at[e];) {
        utf8proc_int32_t cp = 0;
        utf8proc_ssize_t k =
            utf8proc_iterate((const utf8proc_uint8_t *)v->nfc + i, (utf8proc_ssize_t)(v->n_nfc - i), &cp);
        if (k <= 0 || cp != utf8proc_toupper(cp))
            return false;
        i += (size_t)k;
    }
    for (size_t i = v->at[e]; i < v->n_nfc; i++)
        if (v->nfc[i] >= 'a' && v->nfc[i] <= 'z')
            return true;
    return false;
}

static bool alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

static struct key_found found_key(struct vocab *v, size_t index, size_t s, size_t e)
{
    const struct keyword *k = &v->keywords[index];
    bool letters = e < v->n && alnum(v->folded[e]) && !(v->folded[e] >= '0' && v->folded[e] <= '9');
    return (struct key_found){
        .f = &v->forms[k->form], .weak = k->weak && !stands_out(v, s, e), .glued = letters && !k->solo, .s = s, .e = e};
}

/* The keyword at the beginning of the text, after junk. */
static bool key_in_front(struct vocab *v, struct key_found *key)
{
    size_t from = 0, s = 0, e = 0;
    for (int tries = 0; tries < 2; tries++) {
        while (from < v->n && !alnum(v->folded[from]) && !(tries == 0 && v->folded[from] == '?'))
            from++;
        if (from == v->n || vocab_match(v, v->rx_key, from) != 1)
            return false;
        PCRE2_SPTR mark = pcre2_get_mark(v->data);
        vocab_group(v, 0, &s, &e);
        *key = found_key(v, mark ? strtoul((const char *)mark, NULL, 10) : 0, s, e);
        if (v->folded[s] != '?' || v->a.n <= 1)
            return true;
    }
    return false;
}

/* "kim lan trom BC": the keyword at the end. */
static bool key_at_end(struct vocab *v, struct key_found *key)
{
    if (v->a.n < 3 || v->a.n > 40)
        return false;
    const struct tok *t = &v->a.t[v->a.n - 1];
    uint32_t p = phrases_find(&v->keys, hash_letters(HASH_START, t->w, t->len));
    if (p == PHRASE_NONE || t->num)
        return false;
    *key = found_key(v, v->keys.p[p].value, t->s, t->e);
    return form_slot(key->f, SLOT_LOAI) >= 0;
}

static bool read_at_end(struct vocab *v, const struct understand_ctx *ctx, struct meaning *m)
{
    struct key_found key;
    struct reading r;
    if (!key_at_end(v, &key))
        return false;
    size_t s = key.s, e = key.e, n = v->n;
    v->n = s; /* the text before the keyword is what is read */
    key.s = key.e = 0;
    key.glued = false;
    read_slots(v, ctx, &key, &r);
    v->n = n;
    take_span(&r, s, e);
    if (!r.place_seen || !r.place.n || r.place.by_number || !r.kind_seen)
        return false;
    return resolve(&key, ctx, &r, m);
}

/* HD's argument: a keyword of some form, or a single word. */
static void read_help_word(struct vocab *v, struct reading *r)
{
    if (form_slot(r->f, SLOT_KEYWORD) < 0)
        return;
    uint64_t h = HASH_START;
    for (size_t i = 0; i < v->a.n && i < 3; i++) {
        h = hash_tok(h, &v->a, i, 0);
        if (phrases_find(&v->keys, h) != PHRASE_NONE || v->a.n == 1)
            r->keyword = (struct span){v->a.t[0].s, v->a.t[i].e};
    }
    if (r->keyword.e)
        take_span(r, r->keyword.s, r->keyword.e);
}

/* "bao hanh man de": the keyword is itself the first word of the kind. */
static bool kind_with_keyword(struct vocab *v, const struct key_found *key, struct reading *r)
{
    if (form_slot(key->f, SLOT_LOAI) < 0 || r->kind_seen || key->glued)
        return false;
    toks_read(&v->a, v->folded, key->s, v->n);
    struct hit h = kind_exact(v, &v->a, 0, SIZE_MAX);
    if (h.k < 2 || h.ask) {
        toks_read(&v->a, v->folded, key->e, v->n); /* as the reading left them */
        return false;
    }
    struct reading whole = *r;
    whole.t = &v->a;
    whole.first = whole.pos = h.k;
    whole.kind = h;
    whole.kind_seen = true;
    whole.kind_at = (struct span){v->a.t[0].s, v->a.t[h.k - 1].e};
    struct hit place = place_exact(v, &v->a, h.k);
    if (place.n && !place.ask && !place.by_number) {
        whole.place = place;
        whole.place_seen = true;
        whole.pos += place.k;
    }
    take_span(&whole, v->a.t[0].s, v->a.t[whole.pos - 1].e);
    *r = whole;
    return true;
}

static bool read_in_front(struct vocab *v, const struct understand_ctx *ctx, struct meaning *m)
{
    struct key_found key;
    struct reading r;
    if (!key_in_front(v, &key))
        return false;
    if (form_slot(key.f, SLOT_THON) >= 0)
        wild_mend(v, key.e);
    read_slots(v, ctx, &key, &r);
    read_help_word(v, &r);
    if (key.weak)
        kind_with_keyword(v, &key, &r);
    return resolve(&key, ctx, &r, m);
}

struct near_key {
    const struct vocab *v;
    size_t n;
    uint32_t phrase;
};

static void near_key(void *ctx, uint32_t phrase, int cost)
{
    struct near_key *c = ctx;
    (void)cost;
    if (c->v->keys.p[phrase].len < 4)
        return;
    if (!c->n || c->v->keywords[c->v->keys.p[phrase].value].form != c->v->keywords[c->v->keys.p[c->phrase].value].form)
        c->n++;
    c->phrase = phrase;
}

/* The first word is a keyword but for one slip. Forms that change nothing but counts are
 * read; a short keyword, or one that changes something, is asked. */
static bool read_near_key(struct vocab *v, const struct understand_ctx *ctx, struct meaning *m)
{
    toks_read(&v->a, v->folded, 0, v->n);
    const struct tok *t = &v->a.t[0];
    if (v->a.n < 2 || t->num || t->len < 4 || t->len > 10 || syllable_valid(t->w, t->len))
        return false;
    struct near_key c = {.v = v};
    phrases_near(&v->keys, t->w, t->len, near_key, &c);
    if (c.n != 1)
        return false;
    struct reading r;
    struct key_found key = found_key(v, v->keys.p[c.phrase].value, t->s, t->e);
    key.weak = true; /* must be borne out */
    key.glued = false;
    read_slots(v, ctx, &key, &r);
    return (form_slot(key.f, SLOT_MA) < 0 || r.code_seen) && resolve(&key, ctx, &r, m);
}

static bool one_slip(const struct tok *t, const char *key)
{
    return one_edit(t->w, t->len, key, strlen(key)) > 0;
}

/* "TUAN", "TT 4": the half that two forms have in common, and nothing else. Not of forms with a code:
 * "tra" is a word. */
static bool ask_half(struct vocab *v, struct meaning *m)
{
    toks_read(&v->a, v->folded, 0, v->n);
    size_t words = v->a.n;
    while (words > 1 && v->a.t[words - 1].num)
        words--;
    if (words == 0 || words > 2 || v->a.n > words + 1 || v->a.t[0].num)
        return false;
    char half[PHRASE_LETTERS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < words && n + v->a.t[i].len < sizeof half; n += v->a.t[i].len, i++)
        memcpy(half + n, v->a.t[i].w, v->a.t[i].len);
    m->n_choices = 0;
    for (size_t i = 0; i < v->keys.n; i++) {
        const struct phrase *p = &v->keys.p[i];
        const struct cform *f = &v->forms[v->keywords[p->value].form];
        const char *last = strrchr(p->raw, ' ');
        if (!last || p->len != n + strlen(last + 1) || memcmp(p->letters, half, n) != 0 || form_slot(f, SLOT_MA) >= 0)
            continue;
        size_t k = 0;
        while (k < m->n_choices && strcmp(m->choices[k], f->def->name) != 0)
            k++;
        if (k == m->n_choices && k < MEANING_CHOICES &&
            str_copy(m->choices[k], sizeof m->choices[k], f->def->name) == 0)
            m->n_choices++;
    }
    if (m->n_choices < 2)
        m->n_choices = 0;
    else
        m->ask = DOUBT_FORM;
    return m->n_choices > 0;
}

/* A slipped keyword of a form that is asked: "NHNA 48217", "BV man de trom". */
static bool ask_form(struct vocab *v, const struct understand_ctx *ctx, struct meaning *m)
{
    toks_read(&v->a, v->folded, 0, v->n);
    const struct tok first = v->a.n > 1 ? v->a.t[0] : (struct tok){.num = true};
    if (first.num || first.len > 10)
        return false;
    for (size_t i = 0; i < v->keys.n; i++) {
        const struct phrase *p = &v->keys.p[i];
        char letters[PHRASE_LETTERS_MAX + 1];
        memcpy(letters, p->letters, p->len);
        letters[p->len] = '\0';
        if (p->len < 2 || p->len > first.len + 1 || p->len + 1 < first.len || !one_slip(&first, letters))
            continue;
        struct reading r;
        struct key_found key = found_key(v, p->value, first.s, first.e);
        bool code = form_slot(key.f, SLOT_MA) >= 0, kind = form_slot(key.f, SLOT_LOAI) >= 0;
        if ((!code && !kind) || (code && syllable_valid(first.w, first.len) && p->len < 4))
            continue;
        read_slots(v, ctx, &key, &r);
        bool good = code ? r.code_good : r.place_seen && r.place.n && !r.place.by_number && r.kind_seen && !r.kind.ask;
        key.weak = true;
        key.glued = false;
        if (!good || !resolve(&key, ctx, &r, m))
            continue;
        m->ask = DOUBT_FORM;
        m->n_choices = 0;
        if (str_copy(m->choices[0], sizeof m->choices[0], m->form) == 0)
            m->n_choices = 1;
        m->form = "none";
        m->def = NULL;
        return true;
    }
    return false;
}

/* No form: the text whole; a place and a kind that were named help whoever reads it. */
static void none(struct vocab *v, const char *nfc, size_t n, struct meaning *m)
{
    blank(m);
    if (n >= sizeof m->text)
        n = sizeof m->text - 1;
    memcpy(m->text, nfc, n);
    m->text[n] = '\0';
    m->text_len = n;
    toks_read(&v->a, v->folded, 0, v->n);
    for (size_t i = 0; i < v->a.n && i < 40 && !(m->place && m->kind); i++) {
        struct hit place = place_exact(v, &v->a, i), kind = kind_exact(v, &v->a, i, SIZE_MAX);
        if (!m->place && place.n && !place.ask && !place.by_number && (place.k > 1 || place.typed))
            m->place = v->places[place.cand[0]].code;
        if (!m->kind && kind.n && !kind.ask && kind.k > 1)
            m->kind = v->kinds[kind.cand[0]].code;
    }
}

static bool read_any(struct vocab *v, const struct understand_ctx *ctx, struct meaning *m)
{
    if (read_dial(v, m) || read_answer(v, m))
        return true;
    if (v->a.n == 0 && !memchr(v->folded, '?', v->n))
        return false;
    if (read_in_front(v, ctx, m))
        return true;
    blank(m);
    if (read_at_end(v, ctx, m))
        return true;
    blank(m);
    if (read_near_key(v, ctx, m))
        return true;
    blank(m);
    return ask_half(v, m) || ask_form(v, ctx, m);
}

void understand(struct vocab *v, const struct understand_ctx *ctx, const char *text, size_t n, struct meaning *out)
{
    blank(out);
    int len = fold_nfc(text, n, v->nfc, sizeof v->nfc);
    int folded = len < 0 ? len : fold_text(v->nfc, (size_t)len, v->folded, sizeof v->folded, v->at);
    v->n_nfc = len < 0 ? 0 : (size_t)len;
    v->n = folded < 0 ? 0 : (size_t)folded;
    v->home = ctx->home_place ? place_index(v, ctx->home_place) : -1;
    toks_read(&v->a, v->folded, 0, v->n);
    if (!read_any(v, ctx, out))
        none(v, len < 0 ? text : v->nfc, len < 0 ? n : (size_t)len, out);
}
