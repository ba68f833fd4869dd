// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the slots of a form from words. Called by understand() once a keyword is found. The
 * typed slots may come in any order; the free text is what is left. Everything exact is
 * tried first, then with Telex and VNI keys taken out, then within one edit.
 */
#include "gateway/base/err.h"
#include "gateway/base/phone.h"
#include "parsers/code.h"
#include "parsers/syllable.h"
#include "parsers/vocab.h"

#include <string.h>

int form_slot(const struct cform *f, enum slot_type type)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->slots[i].type == type)
            return (int)i;
    return -1;
}

bool slot_done(const struct reading *r, enum slot_type type)
{
    int i = form_slot(r->f, type);
    return i >= 0 && (r->done & (1u << i));
}

void take_span(struct reading *r, size_t s, size_t e)
{
    if (r->n_spans < SPANS_MAX)
        r->spans[r->n_spans++] = (struct span){s, e};
}

void take_toks(struct reading *r, size_t from, size_t to)
{
    if (to > from)
        take_span(r, r->t->t[from].s, r->t->t[to - 1].e);
}

static bool inside_span(const struct reading *r, size_t i)
{
    for (size_t k = 0; k < r->n_spans; k++)
        if (r->t->t[i].s >= r->spans[k].s && r->t->t[i].s < r->spans[k].e)
            return true;
    return false;
}

/* Numbers from the token on that are no time, and the `so` slots still open. */
static bool numbers_are_wanted(const struct reading *r, size_t i)
{
    size_t have = 0, want = 0;
    for (size_t k = i; k < r->t->n && k < i + 8; k++)
        have += r->t->t[k].num && !inside_span(r, k);
    for (size_t k = 0; k < r->f->n; k++)
        want += r->f->slots[k].type == SLOT_SO && !r->f->slots[k].optional && !(r->done & (1u << k));
    return want && have <= want;
}

static size_t skip_place_words(const struct reading *r, size_t i)
{
    static const char *const before[] = {"o tai",   "tai dia ban", "dia ban", "o khu vuc",
                                         "khu vuc", "tai",         "o",       "thuoc"};
    for (size_t k = 0; k < ARRAY_LEN(before); k++) {
        size_t n = toks_phrase(r->t, i, before[k]);
        if (n)
            return n;
    }
    return 0;
}

/* "my thanh an cap", when Mỹ Thạnh An is called Mỹ Thạnh too: the shorter name lets the kind
 * be read. */
static struct hit place_before_kind(struct reading *r, struct hit h)
{
    size_t end = r->pos + h.k;
    if (h.k < 2 || !h.n || form_slot(r->f, SLOT_LOAI) < 0 || r->kind_seen || end >= r->t->n || r->t->t[end].apart ||
        r->t->t[end].num || kind_exact(r->v, r->t, end, SIZE_MAX).n || kind_filler(r->t, end))
        return h;
    struct toks *t = r->t == &r->v->b ? &r->v->b : r->t == &r->v->c ? &r->v->c : &r->v->a;
    size_t n = t->n;
    t->n = end - 1;
    struct hit shorter = place_exact(r->v, t, r->pos);
    t->n = n;
    if (!shorter.n || shorter.ask || shorter.by_number)
        return h;
    struct hit kind = kind_exact(r->v, t, r->pos + shorter.k, SIZE_MAX);
    return kind.n && r->pos + shorter.k + kind.k > end ? shorter : h;
}

static bool try_place(struct reading *r)
{
    struct hit h = place_before_kind(r, place_exact(r->v, r->t, r->pos));
    if (h.by_number && numbers_are_wanted(r, r->pos))
        return false;
    int choice = h.by_number ? form_slot(r->f, SLOT_CHOICE) : -1;
    if (choice >= 0 && h.ask && choice_at(r, &r->f->slots[choice], r->pos + h.k)) { /* "HG 10 THANH": no ten of them */
        h.ask = false;
        h.n = 1;
    }
    size_t skip = 0;
    if (!h.k && (skip = skip_place_words(r, r->pos)) > 0) {
        h = place_exact(r->v, r->t, r->pos + skip);
        if (h.by_number || h.unknown)
            h = (struct hit){0};
    }
    if (!h.n && r->near) {
        struct hit near = place_near(r->v, r->t, r->pos + skip, r->kind_seen);
        if (near.n)
            h = near;
        else if (!h.k)
            skip = 0;
    }
    if (!h.k || (h.unknown && !r->near))
        return false;
    h.skip = skip;
    r->place = h;
    r->place_seen = true;
    if (h.unknown)
        return true; /* its words stay in the text */
    take_toks(r, r->pos, r->pos + skip + h.k);
    r->pos += skip + h.k;
    return true;
}

/* When the place is still to come, a shorter kind that lets it be read is the right one:
 * "chay dong trinh" is a fire in Dong Trinh, not a burning field. */
static struct hit kind_before_place(const struct reading *r, size_t i, struct hit h)
{
    if (!h.n || form_slot(r->f, SLOT_THON) < 0 || slot_done(r, SLOT_THON))
        return h;
    if (place_exact(r->v, r->t, i + h.k).n)
        return h;
    for (size_t k = h.k; k-- > 1;) {
        struct hit shorter = kind_exact(r->v, r->t, i, k);
        if (!shorter.n)
            break;
        struct hit place = place_exact(r->v, r->t, i + shorter.k);
        if (place.n && !place.by_number && !place.single)
            return shorter;
        k = shorter.k;
    }
    return h;
}

/* Only longer phrases may follow words that do not say what comes ("co nguoi chay"). */
static bool fits_after_filler(const struct hit *h, const struct toks *t, size_t i, size_t filler)
{
    return !filler || !h->single || !tok_is(t, i + filler - 1, "nguoi");
}

bool taken_by_others(const struct reading *r, size_t at)
{
    if (at >= r->kind_at.s && at < r->kind_at.e)
        return false;
    for (size_t k = 0; k < r->n_spans; k++)
        if (at >= r->spans[k].s && at < r->spans[k].e)
            return true;
    return false;
}

/* How many words from i until one that can be no Vietnamese is taken in, two at most; 0 none. */
static size_t garbled(const struct reading *r, size_t i)
{
    for (size_t k = i; k < r->t->n && k < i + 2 && !r->t->t[k].apart && !r->t->t[k].num; k++) {
        const struct tok *t = &r->t->t[k];
        char plain[16];
        size_t n = t->len < sizeof plain ? keys_out(t->w, t->len, plain, sizeof plain) : 0;
        if (syllable_valid(t->w, t->len) || word_known(r->v, t->w, t->len) || (n && syllable_valid(plain, n)))
            continue; /* a word, or one with the keys of its tone left in */
        return k + 1 - i;
    }
    return 0;
}

/* "lu dao": a flood, or a slip of "lua dao"? Asked when the longer one is of another kind. */
static void ask_longer_like(const struct reading *r, size_t i, struct hit *h)
{
    size_t next = i + 1;
    if (next >= r->t->n || r->t->t[next].num || r->t->t[next].apart || place_exact(r->v, r->t, next).n)
        return;
    struct hit like = kind_like(r->v, r->t, i);
    if (like.k < 2 || like.n != 1 || like.cand[0] == h->cand[0])
        return;
    /* "danh co dao" is no slip of "danh con": nobody is asked about a restricted kind */
    if (r->v->kinds[like.cand[0]].restricted && syllable_valid(r->t->t[next].w, r->t->t[next].len))
        return;
    h->cand[h->n++] = like.cand[0];
    h->ask = true;
}

static bool try_kind(struct reading *r)
{
    struct hit h = kind_before_place(r, r->pos, kind_exact(r->v, r->t, r->pos, SIZE_MAX));
    size_t filler = 0;
    for (int round = 0; !h.n && round < 3; round++) {
        size_t n = kind_filler(r->t, r->pos + filler);
        if (!n)
            break;
        filler += n;
        h = kind_before_place(r, r->pos + filler, kind_exact(r->v, r->t, r->pos + filler, SIZE_MAX));
        if (h.n && !fits_after_filler(&h, r->t, r->pos, filler))
            h = (struct hit){0};
    }
    if (!h.n && r->near && r->pos < r->t->n && r->t->t[r->pos].num) { /* "thuy;5 tong xe" */
        filler = 1;
        h = kind_exact(r->v, r->t, r->pos + 1, SIZE_MAX);
    }
    if (!h.n && r->near) {
        filler = 0;
        h = kind_near(r->v, r->t, r->pos);
    } else if (h.n && garbled(r, r->pos + filler + h.k)) { /* "tai nan giao thpng", "danh bax" */
        struct hit longer = kind_near(r->v, r->t, r->pos + filler);
        if (longer.n == 1 && !longer.ask && longer.k >= h.k + garbled(r, r->pos + filler + h.k))
            h = longer;
    }
    if (!h.n)
        return false;
    if (h.k == 1 && h.n < CANDS_MAX)
        ask_longer_like(r, r->pos + filler, &h);
    h.skip = filler;
    r->kind = h;
    r->kind_seen = true;
    r->kind_at = (struct span){r->t->t[r->pos + filler].s, r->t->t[r->pos + filler + h.k - 1].e};
    bool khac = h.cand[0] == r->v->khac && !tok_is(r->t, r->pos + filler, "khac");
    bool number = filler && r->t->t[r->pos].num;
    if (!khac)
        take_toks(r, number ? r->pos + filler : r->pos, r->pos + filler + h.k);
    r->pos += filler + h.k;
    return true;
}

static bool try_number(struct reading *r, size_t slot)
{
    static const char *const units[] = {"nguoi", "ng", "y", "kien", "viec", "vu", "buoi", "hoi", "so", "va", "co"};
    size_t i = r->pos;
    for (size_t skipped = 0; r->n_numbers && i < r->t->n && skipped < 3 && !r->t->t[i].num; skipped++) {
        size_t k = 0;
        while (k < ARRAY_LEN(units) && !tok_is(r->t, i, units[k]))
            k++;
        if (k == ARRAY_LEN(units))
            return false;
        i++;
    }
    if (i >= r->t->n || !r->t->t[i].num || inside_span(r, i))
        return false;
    if (tok_is(r->t, i + 1, "h") || tok_is(r->t, i + 1, "gio") || tok_is(r->t, i + 1, "g"))
        return false;
    long value = tok_value(&r->t->t[i]);
    if (value < 0 || r->n_numbers == ARRAY_LEN(r->numbers))
        return false;
    r->numbers[r->n_numbers++] = value;
    r->done |= 1u << slot;
    take_toks(r, r->pos, i + 1);
    r->pos = i + 1;
    return true;
}

/* Digits from token i, split by a space or a dot perhaps ("48 217"), that make a code. */
static size_t code_at(const struct reading *r, size_t i, char *digits, size_t size)
{
    size_t n = 0, k = i;
    for (; k < r->t->n && r->t->t[k].num && k < i + 3; k++) {
        if (n + r->t->t[k].len >= size)
            break;
        memcpy(digits + n, r->t->t[k].w, r->t->t[k].len);
        n += r->t->t[k].len;
        digits[n] = '\0';
        if (n >= 5)
            return k + 1 - i;
    }
    digits[0] = '\0';
    return 0;
}

static void keep_code(struct reading *r, size_t from, size_t i, size_t k, const char *digits)
{
    r->code_seen = true;
    r->code_good = code_valid(digits);
    if (r->code_good)
        memcpy(r->code, digits, strlen(digits) + 1);
    take_toks(r, from, i + k);
    if (i <= r->pos + 2)
        r->pos = i + k;
}

static bool try_code(struct reading *r)
{
    char digits[CODE_SIZE];
    size_t i = r->pos;
    while (i < r->pos + 2 && (tok_is(r->t, i, "ma") || tok_is(r->t, i, "vu") || tok_is(r->t, i, "so")))
        i++;
    size_t k = code_at(r, i, digits, sizeof digits);
    if (k) {
        bool one = k == 1 || code_valid(digits);
        if (!one) { /* "48 217" that does not check: two numbers, not a code */
            memcpy(digits, r->t->t[i].w, r->t->t[i].len < CODE_SIZE ? r->t->t[i].len : 0);
            return false;
        }
        keep_code(r, r->pos, i, k, digits);
        return true;
    }
    if (i < r->t->n && r->t->t[i].num && r->t->t[i].len == 4 && i + 1 == r->t->n) {
        keep_code(r, r->pos, i, 1, "x"); /* the check digit was forgotten: a bad code */
        return true;
    }
    for (size_t j = i; j < r->t->n; j++) /* "XONG hoa giai 48217" */
        if (r->t->t[j].num && (k = code_at(r, j, digits, sizeof digits)) == 1) {
            keep_code(r, j, j, k, digits);
            return true;
        }
    return false;
}

static bool try_slot(struct reading *r, size_t i)
{
    switch (r->f->slots[i].type) {
    case SLOT_THON:
        return try_place(r);
    case SLOT_LOAI:
        return try_kind(r);
    case SLOT_MA:
        return try_code(r);
    case SLOT_SO:
        return try_number(r, i);
    case SLOT_PHONE:
        return read_phone(r);
    case SLOT_MOI:
        return read_invite(r);
    case SLOT_CHOICE:
        return read_choice(r, &r->f->slots[i]);
    case SLOT_FIELD:
        return read_field(r);
    default:
        return false; /* gio was read before; free text is the rest */
    }
}

/* One word that means nothing where it stands: a VNI digit glued to what was read, a lone
 * Telex key after a slipped separator. */
static bool skip_noise(struct reading *r)
{
    if (r->pos >= r->t->n || r->pos == r->first)
        return false;
    const struct tok *t = &r->t->t[r->pos];
    bool digit = t->num && t->glued && t->len <= 2 && !r->t->t[r->pos - 1].num;
    bool key = r->near && t->len == 1 && strchr("sfrxjwz", *t->w) && r->pos + 1 < r->t->n;
    if (!digit && !key)
        return false;
    take_toks(r, r->pos, r->pos + 1);
    r->pos++;
    return true;
}

static bool fill_one(struct reading *r)
{
    if (r->pos < r->t->n && inside_span(r, r->pos)) {
        r->pos++;
        return true;
    }
    if (r->near && r->pos + 1 < r->t->n && r->t->t[r->pos].len == 1 && !r->t->t[r->pos].num &&
        (kind_exact(r->v, r->t, r->pos + 1, SIZE_MAX).n || place_exact(r->v, r->t, r->pos + 1).n) && skip_noise(r))
        return true;
    size_t vni = r->pos; /* "tai nan5 thuong duong": the digit is a tone when the place follows */
    if (r->kind_seen && !r->place_seen && vni < r->t->n && r->t->t[vni].num && r->t->t[vni].glued &&
        place_exact(r->v, r->t, vni + 1).n && skip_noise(r))
        return true;
    for (size_t i = 0; i < r->f->n; i++) {
        if ((r->done & (1u << i)) || !try_slot(r, i))
            continue;
        r->done |= 1u << i;
        return true;
    }
    return skip_noise(r);
}

static void fill_slots(struct reading *r)
{
    r->pos = r->first;
    for (size_t guard = 0; r->pos < r->t->n && guard < 40; guard++)
        if (!fill_one(r))
            break;
}

static void read_contact(struct reading *r, size_t from)
{
    size_t s = 0, e = 0;
    char typed[24];
    if (form_slot(r->f, SLOT_LOAI) < 0 || vocab_match(r->v, r->v->rx_contact, from) != 1 ||
        !vocab_group(r->v, 1, &s, &e) || e - s >= sizeof typed)
        return;
    memcpy(typed, r->v->folded + s, e - s);
    typed[e - s] = '\0';
    if (phone_normalize(typed, r->contact, sizeof r->contact) != 0)
        return;
    vocab_group(r->v, 0, &s, &e);
    take_span(r, s, e);
}

/* How much of what names a place and a kind was read. */
static int fullness(const struct reading *r)
{
    int n = 0;
    for (size_t i = 0; i < r->f->n; i++)
        n += (r->done & (1u << i)) != 0;
    n -= r->place_seen && (!r->place.n || r->place.ask);
    n -= r->kind_seen && r->kind.ask;
    return n;
}

/* Letters of the place and the kind that were read. */
static size_t matched(const struct reading *r)
{
    size_t n = 0;
    for (size_t i = r->first; i < r->pos && i < r->t->n; i++)
        n += r->t->t[i].num && r->t->t[i].glued ? 0 : r->t->t[i].len; /* the digit may be a tone */
    return n;
}

/* "lu d9ao3": "lu" alone says another kind than the two words with the keys taken out, which is asked. */
static bool doubts(const struct reading *a, const struct reading *b)
{
    if (a->near || !a->kind_seen || !a->kind.ask || a->kind.n < 2 || !b->kind_seen || b->kind.ask || b->kind.k != 1)
        return false;
    return a->kind.cand[0] == b->kind.cand[0] && a->place_seen == b->place_seen;
}

static bool is_fuller(const struct reading *a, const struct reading *b)
{
    if (doubts(a, b))
        return true;
    int x = fullness(a), y = fullness(b);
    if (x != y)
        return x > y;
    if (a->kind_seen != b->kind_seen)
        return a->kind_seen; /* a doubt is better than nothing */
    return (a->place_seen && !b->place_seen) || (!a->near && matched(a) > matched(b));
}

bool has_odd_words(const struct reading *r)
{
    for (size_t i = 0; i < r->t->n && i < 12; i++) {
        const struct tok *t = &r->t->t[i];
        if (t->num ? t->glued && i > 0 && !r->t->t[i - 1].num
                   : !syllable_valid(t->w, t->len) && !word_known(r->v, t->w, t->len))
            return true;
    }
    return false;
}

static bool wants_more(const struct reading *r)
{
    bool place = form_slot(r->f, SLOT_THON) >= 0 && (!r->place_seen || !r->place.n);
    bool kind = form_slot(r->f, SLOT_LOAI) >= 0 && !r->kind_seen;
    bool choice = form_slot(r->f, SLOT_CHOICE) >= 0 && !r->choice;
    return (place || kind || choice) && r->pos < r->t->n;
}

/* "LOA kim lan 15 pccc": no place of ours, but the number that follows it is there. */
static void skip_strange_place(struct reading *r)
{
    int place = form_slot(r->f, SLOT_THON);
    if (place < 0 || r->place_seen || r->f->slots[place].optional || form_slot(r->f, SLOT_LOAI) >= 0)
        return;
    for (size_t m = 1; m <= 4 && r->pos + m < r->t->n; m++) {
        struct reading next = *r;
        next.first = next.pos += m;
        fill_slots(&next);
        next.first = r->first;
        if (next.n_numbers == r->n_numbers && next.choice == r->choice)
            continue;
        *r = next;
        r->strange = true;
        return;
    }
}

void read_slots(struct vocab *v, const struct understand_ctx *ctx, const struct key_found *key, struct reading *out)
{
    toks_read(&v->a, v->folded, key->e, v->n);
    struct reading blank = {.v = v, .f = key->f, .t = &v->a};
    take_span(&blank, key->s, key->e);
    read_contact(&blank, key->e);
    if (form_slot(key->f, SLOT_GIO) >= 0) {
        blank.when = when_read(v, key->e, ctx->at_ms);
        for (size_t i = 0; i < blank.when.n_spans; i++)
            take_span(&blank, blank.when.spans[i].s, blank.when.spans[i].e);
    }
    *out = blank;
    fill_slots(out);
    bool more = wants_more(out);
    if (!more && !has_odd_words(out))
        return;
    decode_toks(v, &v->a, &v->b, false);
    if (more)
        decode_toks(v, &v->a, &v->c, true);
    const struct toks *const ways[] = {&v->b, &v->c, &v->b}; /* decoded, near, near less decoded */
    for (size_t way = 0; way < ARRAY_LEN(ways) && (more || way == 0); way++) {
        struct reading r = blank;
        r.t = ways[way];
        r.near = way > 0;
        fill_slots(&r);
        if (is_fuller(&r, out))
            *out = r;
        more = wants_more(out);
    }
    skip_strange_place(out);
}
