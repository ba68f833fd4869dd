// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From what was read to what is meant: which doubt is asked, what is filled in, and whether
 * the keyword was one at all ("Xem phim khong?" is no look-up). Called by understand().
 */
#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "parsers/syllable.h"
#include "parsers/vocab.h"

#include <string.h>

static void doubt(struct meaning *m, enum doubt d)
{
    if (m->ask == DOUBT_NONE || d < m->ask) {
        m->ask = d;
        m->n_choices = 0;
    }
}

static void choice(struct meaning *m, enum doubt d, const char *text)
{
    if (m->ask != d || m->n_choices == MEANING_CHOICES)
        return;
    for (size_t i = 0; i < m->n_choices; i++)
        if (!strcmp(m->choices[i], text))
            return;
    if (str_copy(m->choices[m->n_choices], sizeof m->choices[0], text) == 0)
        m->n_choices++;
}

static void set_slot(struct meaning *m, const char *name, const char *value, size_t n)
{
    if (m->n_slots == MEANING_SLOTS)
        return;
    struct meaning_slot *s = &m->slots[m->n_slots];
    if (n >= sizeof s->value) {
        n = sizeof s->value - 1;
        while (n && ((unsigned char)value[n] & 0xC0) == 0x80)
            n--;
    }
    if (str_copy(s->name, sizeof s->name, name) != 0)
        return;
    memcpy(s->value, value, n);
    s->value[n] = '\0';
    m->n_slots++;
}

static void set_typed_slot(const struct reading *r, struct meaning *m, const char *name, struct span at)
{
    size_t n = 0;
    const char *typed = typed_span(r->v, at.s, at.e, &n);
    while (n && strchr(" \t\r\n.,;\")", typed[n - 1]))
        n--;
    set_slot(m, name, typed, n);
}

static bool among(const struct toks *t, size_t i, const char *const *words, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (tok_is(t, i, words[k]))
            return true;
    return false;
}

/* ---- the text that is left ---- */

static bool edge_sign(const char *s, size_t n, bool at_end, size_t *len)
{
    *len = 1;
    if (n >= 3 && !at_end && !memcmp(s, "\xE2\x80", 2)) {
        *len = 3;
        return true;
    }
    if (n >= 3 && at_end && !memcmp(s + n - 3, "\xE2\x80", 2)) {
        *len = 3;
        return true;
    }
    char c = at_end ? s[n - 1] : s[0];
    if (c == ')' && at_end)
        return !memchr(s, '(', n);
    if (c == '(' && !at_end)
        return !memchr(s, ')', n) || !memchr(s + 1, ' ', n - 1) || s[n - 1] == ')';
    return strchr(" \t\r\n,;:.-/#()[]{}\"'*|=_", c) != NULL;
}

static void trim(const char **s, size_t *n)
{
    size_t len = 0;
    while (*n && edge_sign(*s, *n, false, &len)) {
        *s += len;
        *n -= len;
    }
    while (*n && edge_sign(*s, *n, true, &len))
        *n -= len;
}

static void add_piece(const struct reading *r, size_t s, size_t e, char *out, size_t size, size_t *len)
{
    if (s >= e)
        return;
    size_t n = 0;
    const char *p = typed_span(r->v, s, e, &n);
    trim(&p, &n);
    if (!n || *len + n + 2 > size)
        return;
    if (*len)
        out[(*len)++] = ' ';
    memcpy(out + *len, p, n);
    *len += n;
    out[*len] = '\0';
}

void rest_of_text(const struct reading *r, size_t from, char *out, size_t size, size_t *len)
{
    struct span spans[SPANS_MAX];
    size_t n = r->n_spans, at = from;
    memcpy(spans, r->spans, n * sizeof *spans);
    for (size_t i = 1; i < n; i++) /* few, and nearly sorted */
        for (size_t k = i; k > 0 && spans[k].s < spans[k - 1].s; k--) {
            struct span x = spans[k];
            spans[k] = spans[k - 1];
            spans[k - 1] = x;
        }
    *len = 0;
    out[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        add_piece(r, at, spans[i].s, out, size, len);
        if (spans[i].e > at)
            at = spans[i].e;
    }
    add_piece(r, at, r->v->n, out, size, len);
}

/* ---- the place ---- */

/* Words that begin a tale, not the name of a village. */
static bool begins_a_tale(const struct toks *t, size_t i)
{
    static const char *const words[] = {
        "nha",  "nguoi", "ong",  "ba",    "anh",  "chi",  "em",   "co",    "bac",   "chu",   "cho",  "truong", "duong",
        "nga",  "san",   "quan", "cong",  "ao",   "dinh", "chua", "tai",   "ngoai", "trong", "gan",  "o",      "bi",
        "mot",  "hai",   "nhom", "thanh", "hom",  "toi",  "dem",  "luc",   "sang",  "chieu", "trua", "vua",    "dang",
        "da",   "moi",   "sau",  "truoc", "ben",  "canh", "khu",  "doi",   "ke",    "may",   "xe",   "ca",     "con",
        "cac",  "nhieu", "thay", "nghe",  "phat", "dau",  "cuoi", "giua",  "ven",   "tren",  "duoi", "bo",     "me",
        "vo",   "chong", "chau", "be",    "tre",  "hang", "cua",  "cay",   "cau",   "song",  "kenh", "kho",    "xuong",
        "tiem", "hoc",   "bon",  "dam",   "xin",  "de",   "nghi", "chung", "minh",  "gia",   "cu",   "vu",     "su",
        "viec", "hien",  "qua",  "lai",   "va",   "la",   "thi",  "nay",   "ngay",  "khach", "dien", "nuoc",   "lop"};
    return i >= t->n || t->t[i].num || among(t, i, words, ARRAY_LEN(words));
}

/* "Kim Lan xe do": two words with a capital, and not everything in capitals. */
static bool looks_like_name(const struct reading *r, size_t i)
{
    if (i + 2 >= r->t->n || r->t->t[i].num || r->t->t[i + 1].num)
        return false;
    char a = r->v->nfc[r->v->at[r->t->t[i].s]], b = r->v->nfc[r->v->at[r->t->t[i + 1].s]];
    char c = r->v->nfc[r->v->at[r->t->t[i].s] + 1], d = r->v->nfc[r->v->at[r->t->t[i + 2].s]];
    return a >= 'A' && a <= 'Z' && b >= 'A' && b <= 'Z' && !(c >= 'A' && c <= 'Z') && !(d >= 'A' && d <= 'Z');
}

/* A kind a few words further on: what stands before it is a place nobody knows. */
static bool kind_further_on(struct reading *r)
{
    for (size_t m = 1; m <= 4 && r->pos + m < r->t->n; m++) {
        struct hit h = kind_exact(r->v, r->t, r->pos + m, SIZE_MAX);
        if (!h.n || h.ask)
            continue;
        r->kind = h;
        r->kind_seen = true;
        r->kind_at = (struct span){r->t->t[r->pos + m].s, r->t->t[r->pos + m + h.k - 1].e};
        take_span(r, r->kind_at.s, r->kind_at.e);
        r->pos += m + h.k;
        return true;
    }
    return false;
}

struct mention {
    int place;
    bool sure; /* "o Man De", "thon Man De" */
    bool many;
};

static struct mention find_mention(const struct reading *r)
{
    static const char *const before[] = {"o", "tai", "thuoc", "trong"};
    struct mention m = {.place = -1};
    for (size_t i = r->pos; i < r->t->n && i < r->pos + 200; i++) {
        if (r->t->t[i].num)
            continue;
        struct hit h = place_exact(r->v, r->t, i);
        bool led = i > r->first && among(r->t, i - 1, before, ARRAY_LEN(before));
        if (!h.n || h.ask || h.single || (!h.typed && h.k < 2))
            continue;
        bool sure = h.typed || led;
        if (m.place >= 0 && m.place != h.cand[0])
            m.many = true;
        if (m.place < 0 || (sure && !m.sure))
            m.place = h.cand[0];
        m.sure = m.sure || sure;
        i += h.k - 1;
    }
    return m;
}

static void no_place(struct reading *r, const struct understand_ctx *ctx, bool optional, struct meaning *m)
{
    struct mention said = find_mention(r);
    bool kind_first = r->kind_seen || form_slot(r->f, SLOT_LOAI) < 0;
    if (said.place >= 0 && said.sure && !said.many) {
        m->place = r->v->places[said.place].code;
        return;
    }
    bool strange = r->strange || (said.place >= 0 && said.place != r->v->home);
    if (!kind_first && !begins_a_tale(r->t, r->pos)) {
        bool named = looks_like_name(r, r->pos);
        strange = kind_further_on(r) || named || strange; /* the kind behind a strange name is read all the same */
    }
    if (!strange && ctx->home_place && r->v->home >= 0) {
        m->place = r->v->places[r->v->home].code;
        m->place_from_home = true;
        return;
    }
    if (optional)
        return;
    doubt(m, DOUBT_PLACE);
    if (said.place >= 0)
        choice(m, DOUBT_PLACE, r->v->places[said.place].code);
    if (strange && r->v->home >= 0)
        choice(m, DOUBT_PLACE, r->v->places[r->v->home].code);
}

static void settle_place(struct reading *r, const struct understand_ctx *ctx, struct meaning *m)
{
    int slot = form_slot(r->f, SLOT_THON);
    if (slot < 0)
        return;
    if (!r->place_seen) {
        no_place(r, ctx, r->f->slots[slot].optional, m);
        return;
    }
    if (r->place.n && !r->place.ask) {
        m->place = r->v->places[r->place.cand[0]].code;
        return;
    }
    if (!r->place.n && form_slot(r->f, SLOT_LOAI) >= 0 && !r->kind_seen)
        kind_further_on(r);
    doubt(m, DOUBT_PLACE);
    for (size_t i = 0; i < r->place.n; i++)
        choice(m, DOUBT_PLACE, r->v->places[r->place.cand[i]].code);
}

/* ---- the kind, the time, the code ---- */

static void set_kind_words(const struct reading *r, struct meaning *m)
{
    size_t n = 0;
    const char *typed = typed_span(r->v, r->kind_at.s, r->kind_at.e, &n);
    trim(&typed, &n);
    if (n >= sizeof m->kind_words)
        return;
    memcpy(m->kind_words, typed, n);
    m->kind_words[n] = '\0';
}

/* "xa6m ha": a slip once the keys are taken out. */
static struct hit like_decoded(struct reading *r)
{
    struct vocab *v = r->v;
    size_t i = 0;
    if (r->pos >= r->t->n || !has_odd_words(r))
        return (struct hit){0};
    decode_toks(v, &v->a, &v->b, false);
    while (i < v->b.n && v->b.t[i].s < r->t->t[r->pos].s)
        i++;
    struct hit h = kind_like(v, &v->b, i);
    return h.k > 1 ? h : (struct hit){0};
}

static void settle_kind(struct reading *r, const struct key_found *key, struct meaning *m)
{
    const struct vocab *v = r->v;
    if (form_slot(r->f, SLOT_LOAI) < 0)
        return;
    if (!r->kind_seen) {
        const struct tok *next = r->pos < r->t->n ? &r->t->t[r->pos] : NULL;
        bool garbled = next && !next->num && looks_keyed(next->w, next->len); /* a kind beyond reading, perhaps */
        struct hit like = kind_like(v, r->t, r->pos);
        if (!like.n && r->t == &v->a)
            like = like_decoded(r);
        if (like.n && (like.k > 1 || !begins_a_tale(r->t, r->pos))) { /* "tom mat": a slip of "trom", or what it says */
            doubt(m, DOUBT_KIND);
            for (size_t i = 0; i < like.n; i++)
                choice(m, DOUBT_KIND, v->kinds[like.cand[i]].code);
            if (v->khac >= 0)
                choice(m, DOUBT_KIND, v->kinds[v->khac].code);
        } else if (m->text_len && v->khac >= 0 && !garbled) {
            m->kind = v->kinds[v->khac].code;
            m->kind_unknown = true;
        } else {
            doubt(m, DOUBT_KIND);
        }
        return;
    }
    /* "bao chay den nha anh": the word may be the everyday one */
    bool thin = key->weak && r->kind.single && !r->place_seen && m->text_len;
    if (!r->kind.ask && !thin) {
        m->kind = v->kinds[r->kind.cand[0]].code;
        if (r->kind.cand[0] != v->khac)
            set_kind_words(r, m);
        return;
    }
    doubt(m, DOUBT_KIND);
    for (size_t i = 0; i < r->kind.n; i++)
        choice(m, DOUBT_KIND, v->kinds[r->kind.cand[i]].code);
    if (r->kind.n == 1 && v->khac >= 0)
        choice(m, DOUBT_KIND, v->kinds[v->khac].code);
}

/* "danh nhau danh vo": words of a restricted kind anywhere win over every other, and are not asked about. */
static void restricted_wins(struct reading *r, struct meaning *m)
{
    struct vocab *v = r->v;
    if (form_slot(r->f, SLOT_LOAI) < 0 || !v->restricted)
        return;
    for (size_t i = 0; m->kind && i < v->n_kinds; i++)
        if (v->kinds[i].restricted && v->kinds[i].code == m->kind)
            return;
    const struct toks *t = r->t;
    struct hit h = restricted_from(v, t, r->first, r);
    if (!h.n && t == &v->a && has_odd_words(r)) {
        decode_toks(v, &v->a, &v->b, false);
        t = &v->b;
        h = restricted_from(v, t, 0, r);
    }
    if (!h.n)
        return;
    m->kind = v->kinds[h.cand[0]].code;
    m->kind_unknown = false;
    m->kind_apart = true;
    m->kind_words[0] = '\0';
    if (m->ask == DOUBT_KIND) {
        m->ask = DOUBT_NONE;
        m->n_choices = 0;
    }
}

static void settle_when(const struct when *w, struct meaning *m)
{
    m->not_now = w->past_day;
    if (w->found) {
        m->has_when = true;
        m->when_ms = w->ms;
    }
    if (!w->ask)
        return;
    doubt(m, DOUBT_WHEN);
    for (size_t i = 0; i < w->n_choices; i++) {
        char iso[32];
        civil_iso(w->choices[i], iso, sizeof iso);
        choice(m, DOUBT_WHEN, iso);
    }
}

static void settle_code(const struct reading *r, struct meaning *m)
{
    if (form_slot(r->f, SLOT_MA) < 0)
        return;
    if (r->code_good)
        memcpy(m->code, r->code, sizeof m->code);
    else
        doubt(m, DOUBT_CODE);
}

static void settle_others(const struct reading *r, struct meaning *m)
{
    int slot = form_slot(r->f, SLOT_CHOICE);
    if (r->n_numbers) {
        char second[16];
        m->has_number = true;
        m->number = r->numbers[0];
        struct sbuf b = sbuf_on(second, sizeof second);
        sbuf_addf(&b, "%ld", r->numbers[1]);
        if (r->n_numbers > 1)
            set_slot(m, "so2", second, b.len);
    }
    if (slot >= 0 && r->choice)
        set_slot(m, r->f->slots[slot].name, r->choice, r->choice_len);
    if (r->phone_e164[0])
        set_slot(m, "phone", r->phone_e164, strlen(r->phone_e164));
    if (r->contact[0])
        set_slot(m, "phone", r->contact, strlen(r->contact));
    if (r->value[0].e)
        set_typed_slot(r, m, "moi", r->value[0]);
    if (r->keyword.e)
        set_typed_slot(r, m, "keyword", r->keyword);
}

/* ---- SUA ---- */

static struct hit in_value(struct reading *r, bool place)
{
    struct hit h = place ? place_exact(r->v, r->t, r->pos) : kind_exact(r->v, r->t, r->pos, SIZE_MAX);
    if (!h.n) {
        decode_toks(r->v, &r->v->a, &r->v->b, false);
        r->t = &r->v->b;
        size_t i = 0;
        while (i < r->t->n && r->t->t[i].s < r->value[2].s)
            i++;
        r->pos = i;
        h = place ? place_exact(r->v, r->t, i) : kind_exact(r->v, r->t, i, SIZE_MAX);
        if (!h.n)
            h = place ? place_near(r->v, r->t, i, false) : kind_near(r->v, r->t, i);
    }
    return h;
}

/* "SUA 48217 LOAI cuop": the field and its value as typed, and what the value means. */
static void settle_correction(struct reading *r, const struct understand_ctx *ctx, struct meaning *m)
{
    if (form_slot(r->f, SLOT_FIELD) < 0 || !r->choice)
        return;
    set_slot(m, "field", r->choice, r->choice_len);
    if (r->value[2].e)
        set_typed_slot(r, m, "value", r->value[2]);
    if (r->choice[0] == 'M') {
        return; /* the value is the text that is left */
    } else if (r->choice[0] == 'G') {
        struct when w = when_read(r->v, r->value[2].e ? r->value[2].s : r->v->n, ctx->at_ms);
        settle_when(&w, m);
        if (!w.found && !w.ask)
            doubt(m, DOUBT_WHEN);
    } else {
        bool place = r->choice[0] == 'T';
        enum doubt d = place ? DOUBT_PLACE : DOUBT_KIND;
        struct hit h = in_value(r, place);
        if (h.n && !h.ask && place)
            m->place = r->v->places[h.cand[0]].code;
        else if (h.n && !h.ask)
            m->kind = r->v->kinds[h.cand[0]].code;
        else
            doubt(m, d);
        for (size_t i = 0; h.ask && i < h.n; i++)
            choice(m, d, place ? r->v->places[h.cand[i]].code : r->v->kinds[h.cand[i]].code);
    }
    if (r->value[2].e)
        take_span(r, r->value[2].s, r->value[2].e);
    rest_of_text(r, 0, m->text, sizeof m->text, &m->text_len);
}

/* ---- was it a keyword? ---- */

static bool chatter_after_tip(const struct toks *t)
{
    static const char *const words[] = {"nhan",  "tuong", "em",    "anh", "toi",  "minh",  "chac", "hay",
                                        "khong", "ko",    "k",     "di",  "gi",   "dc",    "duoc", "vao",
                                        "hoc",   "dung",  "buon",  "vui", "nong", "tuc",   "moi",  "the",
                                        "rang",  "la",    "chuan", "do",  "nay",  "khuyen"};
    return t->n == 0 || among(t, 0, words, ARRAY_LEN(words));
}

static bool chatter_after_cry(const struct toks *t)
{
    static const char *const words[] = {"gia", "truong", "giay", "quang", "hiem",  "tho",  "tro",
                                        "van", "vot",    "mat",  "lau",   "tay",   "uot",  "am",
                                        "ban", "canh",   "lanh", "dai",   "tieng", "giong"};
    return among(t, 0, words, ARRAY_LEN(words));
}

/* "bao khy pho 5 kim tiem", "bao thom Dai Tu cuop giat": words that can be no Vietnamese, or a
 * place, and soon a kind: no chatter, although the place must be asked. */
static bool report_further_on(const struct reading *r)
{
    bool odd = false;
    for (size_t i = r->first; i < r->t->n && i < r->first + 6; i++) {
        const struct tok *w = &r->t->t[i];
        struct hit kind = kind_exact(r->v, r->t, i, SIZE_MAX);
        if (odd && kind.n && !kind.ask && (kind.k > 1 || w->len >= 4))
            return true;
        struct hit place = place_exact(r->v, r->t, i);
        odd = odd || (place.n && !w->num && place.k > 1) ||
              (!w->num && !syllable_valid(w->w, w->len) && !word_known(r->v, w->w, w->len));
    }
    return false;
}

/* A common word as keyword must be borne out by what follows it. */
static bool borne_out(const struct reading *r)
{
    const struct cform *f = r->f;
    const struct toks *t = &r->v->a;
    bool place = r->place_seen && r->place.n && !r->place.by_number;
    bool kind = r->kind_seen && !(r->kind.ask && !place);
    bool coded = r->place_seen && r->place.by_number && r->place.n && !r->place.ask;
    bool alone = t->n == 0;
    if (form_slot(f, SLOT_LOAI) >= 0)
        return kind || place || (coded && (r->kind_seen || kind_like(r->v, r->t, r->pos).n)) || report_further_on(r);
    if (form_slot(f, SLOT_MA) >= 0)
        return alone || r->code_seen || kind_exact(r->v, r->t, r->pos, SIZE_MAX).n ||
               place_exact(r->v, r->t, r->pos).typed || toks_phrase(t, 0, "bao nham");
    if (form_slot(f, SLOT_PHONE) >= 0)
        return alone || r->phone_e164[0];
    if (form_slot(f, SLOT_THON) >= 0 && !f->slots[form_slot(f, SLOT_THON)].optional)
        return place || (coded && t->n >= 4) || r->choice || r->n_numbers >= 2 || (r->place.n && r->n_numbers);
    if (form_slot(f, SLOT_THON) >= 0)
        return place || !chatter_after_tip(t);
    if (form_slot(f, SLOT_SO) >= 0)
        return alone || r->n_numbers;
    return !chatter_after_cry(t);
}

/* "An toan giao thong la ...": a slogan, nobody's SOS has ended. */
static bool is_slogan(const struct toks *t)
{
    static const char *const after[] = {"giao thong",   "thuc pham", "lao dong",  "ve sinh", "dien",
                                        "phong chay",   "pccc",      "thong tin", "la tren", "la ban",
                                        "la hanh phuc", "khong",     "chua",      "ko",      "mang"};
    for (size_t k = 0; k < ARRAY_LEN(after); k++)
        if (toks_phrase(t, 0, after[k]))
            return true;
    return false;
}

static bool is_keyword(const struct key_found *key, const struct reading *r)
{
    const struct toks *t = &r->v->a;
    if (!strcmp(r->f->def->name, "safe") && is_slogan(t))
        return false;
    if (r->f->n == 0)
        return t->n == 0; /* without slots it stands alone */
    if (form_slot(r->f, SLOT_MOI) >= 0 && !r->value[0].e && t->n)
        return false;
    if (key->glued && !(r->place_seen && r->place.n) && !(r->kind_seen && !r->kind.skip))
        return false;
    return !key->weak || borne_out(r);
}

bool resolve(const struct key_found *key, const struct understand_ctx *ctx, struct reading *r, struct meaning *m)
{
    if (!is_keyword(key, r))
        return false;
    m->form = r->f->def->name;
    m->def = r->f->def;
    settle_place(r, ctx, m);
    rest_of_text(r, 0, m->text, sizeof m->text, &m->text_len);
    settle_kind(r, key, m);
    restricted_wins(r, m);
    settle_when(&r->when, m);
    settle_code(r, m);
    settle_others(r, m);
    settle_correction(r, ctx, m);
    return true;
}
