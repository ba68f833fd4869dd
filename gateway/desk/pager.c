// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Phrases to pages. Called by the codes and the menu. A page fills up to where its end `more`
 * still fits; what would stand in the room of that end waits in the tail, and stays on the page
 * only when it is the last one. What can go wrong: nothing that is said; a page that is not there.
 */
#include "gateway/desk/pager.h"

#include "gateway/base/err.h"
#include "gateway/base/gsm7.h"
#include "gateway/base/mask.h"
#include "gateway/base/str.h"
#include "parsers/fold.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PIECE_SEPTETS 36 /* a word without end is cut into pieces: one fits with the longest end and a number */
#define PHRASE_SIZE 2300 /* free text of an incident */

void pager_start(struct pager *p, int width, int page)
{
    memset(p, 0, sizeof(*p));
    p->width = width < PAGER_WIDTH_MIN ? PAGER_WIDTH_MIN : width > PAGER_WIDTH_MAX ? PAGER_WIDTH_MAX : width;
    p->page = page < 1 ? 1 : page;
    p->at = 1;
}

bool page_full(const struct pager *p)
{
    return p->done;
}

bool page_empty(const struct pager *p)
{
    return p->at == 1 && !p->phrases && !p->tail.n;
}

/* The phrase as it stands on the page: its number before it, or the sign that ends an entry. */
static void dressed(const struct pager *p, const struct phrase *f, int number, char *out, size_t size)
{
    struct sbuf b = sbuf_on(out, size);
    if (f->key[0] && p->picks && number <= p->picks)
        sbuf_addf(&b, "%d %s", number, f->text);
    else if (f->key[0] && !p->picks)
        sbuf_addf(&b, "%s;", f->text);
    else
        sbuf_add(&b, f->text);
}

static char joint(const struct pager *p, const struct phrase *f)
{
    return f->key[0] && p->picks ? '\n' : ' ';
}

static void put(struct pager *p, const struct phrase *f)
{
    char text[PAGER_OUT_SIZE + 8];
    struct sbuf b = {.p = p->text, .cap = sizeof(p->text), .len = p->len};
    dressed(p, f, p->n_text_keys + 1, text, sizeof(text));
    if (p->len)
        sbuf_addc(&b, joint(p, f));
    sbuf_add(&b, text);
    p->len = b.len;
    p->septets = gsm7_septets(p->text);
    p->phrases++;
    if (f->key[0] && p->picks)
        str_copy(p->text_keys[p->n_text_keys++], PAGER_KEY_SIZE, f->key);
}

/* Septets of the page in hand with the tail and this phrase (NULL: without). */
static int septets_with(const struct pager *p, const struct phrase *f)
{
    char text[PAGER_OUT_SIZE + 8];
    int n = p->septets, number = p->n_text_keys;
    bool any = p->len > 0;
    for (int i = 0; i <= p->tail.n; i++) {
        const struct phrase *t = i < p->tail.n ? &p->tail.p[i] : f;
        if (!t)
            continue;
        number += t->key[0] && p->picks;
        dressed(p, t, number, text, sizeof(text));
        n += any + gsm7_septets(text);
        any = true;
    }
    return n;
}

static int picks_with(const struct pager *p, const struct phrase *f)
{
    int n = p->n_text_keys + (f && f->key[0] && p->picks);
    for (int i = 0; i < p->tail.n; i++)
        n += p->tail.p[i].key[0] && p->picks;
    return n;
}

/* The page in hand is whole: kept when it is the wanted one. */
static void close_page(struct pager *p, const char *end, bool more)
{
    if (p->at == p->page) {
        struct sbuf b = sbuf_on(p->out, sizeof(p->out));
        sbuf_add(&b, p->text);
        sbuf_add(&b, !b.len && *end == '\n' ? end + 1 : end);
        memcpy(p->keys, p->text_keys, sizeof(p->keys));
        p->n_keys = p->n_text_keys;
        p->has_more = more;
        p->done = true;
    }
    p->len = 0;
    p->text[0] = '\0';
    p->septets = p->phrases = p->n_text_keys = 0;
    p->at++;
}

static void add(struct pager *p, const struct phrase *f);

static void turn_page(struct pager *p, const struct phrase *f)
{
    struct tail tail = p->tail;
    p->tail.n = 0;
    close_page(p, p->more, true);
    for (int i = 0; i < tail.n; i++)
        add(p, &tail.p[i]);
    add(p, f);
}

static void add_words(struct pager *p, const char *text, const char *key)
{
    struct phrase f;
    while (*text) {
        text += strspn(text, " ");
        size_t n = strcspn(text, " ");
        if (!n)
            break;
        memset(&f, 0, sizeof(f));
        memcpy(f.text, text, n < sizeof(f.text) ? n : sizeof(f.text) - 1);
        gsm7_cut(f.text, PIECE_SEPTETS);
        text += strlen(f.text);
        str_copy(f.key, sizeof(f.key), key);
        key = "";
        add(p, &f);
    }
}

/* Nothing is on the page, and the phrase is wider than one: so it comes in words. */
static void add_wide(struct pager *p, const struct phrase *f)
{
    struct tail tail = p->tail;
    p->tail.n = 0;
    for (int i = 0; i < tail.n; i++)
        add_words(p, tail.p[i].text, tail.p[i].key);
    if (tail.n)
        add(p, f);
    else
        add_words(p, f->text, f->key);
}

static void add(struct pager *p, const struct phrase *f)
{
    if (p->done)
        return;
    int more = gsm7_septets(p->more), last = gsm7_septets(p->last), n = septets_with(p, f);
    bool pickable = !p->picks || picks_with(p, f) <= p->picks;
    if (pickable && !p->tail.n && n + more <= p->width && n + last <= p->width)
        put(p, f);
    else if (pickable && n + last <= p->width && p->tail.n < (int)ARRAY_LEN(p->tail.p))
        p->tail.p[p->tail.n++] = *f;
    else if (p->phrases)
        turn_page(p, f);
    else
        add_wide(p, f);
}

/* Unaccented, masked, on one line. */
static void clean(char *text, size_t size)
{
    char raw[PHRASE_SIZE];
    str_copy(raw, sizeof(raw), text);
    mask_numbers(raw);
    if (fold_unaccent(raw, strlen(raw), text, size) < 0)
        text[0] = '\0';
    for (char *c = text; *c; c++)
        if ((unsigned char)*c <= ' ')
            *c = ' ';
    size_t n = strlen(text), from = strspn(text, " ");
    while (n > from && text[n - 1] == ' ')
        text[--n] = '\0';
    memmove(text, text + from, n - from + 1);
}

static void add_clean(struct pager *p, const char *key, char *text)
{
    struct phrase f = {.text = ""};
    clean(text, PHRASE_SIZE);
    if (!*text || p->done)
        return;
    str_copy(f.key, sizeof(f.key), key);
    if (str_copy(f.text, sizeof(f.text), text) == 0)
        add(p, &f);
    else
        add_words(p, text, key);
}

void page_add(struct pager *p, const char *fmt, ...)
{
    char text[PHRASE_SIZE];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    add_clean(p, "", text);
}

void page_pick(struct pager *p, const char *key, const char *fmt, ...)
{
    char text[PHRASE_SIZE];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    add_clean(p, key, text);
}

void page_flow(struct pager *p, const char *free_text)
{
    char text[PHRASE_SIZE];
    snprintf(text, sizeof(text), "%s", free_text);
    clean(text, sizeof(text));
    add_words(p, text, "");
}

bool pager_end(struct pager *p)
{
    if (p->done)
        return true;
    bool any = p->phrases || p->tail.n || p->at == 1;
    for (int i = 0; i < p->tail.n; i++)
        put(p, &p->tail.p[i]);
    p->tail.n = 0;
    if (any)
        close_page(p, p->last, false);
    if (!p->done)
        p->out[0] = '\0';
    return p->done;
}
