// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Texts that go out, as one SMS each. Called by the desk for every reply and alert, and by
 * its check of messages.vi.cfg at start-up. What can go wrong: an unknown placeholder, or a
 * text that does not fit; both are found at start-up, not in the night.
 */
#include "parsers/template.h"

#include "gateway/base/err.h"
#include "gateway/base/gsm7.h"
#include "gateway/base/mask.h"
#include "gateway/base/sms.h"
#include "gateway/base/str.h"
#include "parsers/fold.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define VALUES_MAX 16
#define VALUE_SIZE 512
#define PLACE_LEAST_SEPTETS 6

struct part { /* a literal run or a placeholder */
    const char *p;
    size_t n;
    bool placeholder;
};

static bool in_name(char c)
{
    return (c >= 'a' && c <= 'z') || c == '_' || (c >= '0' && c <= '9');
}

/* The next part of *tpl: false at the end. A brace that opens no name is a literal. */
static bool next_part(const char **tpl, struct part *part)
{
    const char *s = *tpl;
    if (!*s)
        return false;
    if (*s == '{') {
        size_t k = 0;
        while (in_name(s[1 + k]))
            k++;
        if (k && s[1 + k] == '}') {
            *part = (struct part){s + 1, k, true};
            *tpl = s + k + 2;
            return true;
        }
    }
    size_t n = 1 + strcspn(s + 1, "{");
    *part = (struct part){s, n, false};
    *tpl = s + n;
    return true;
}

static bool cuttable(const char *name)
{
    return !strcmp(name, "place") || !strcmp(name, "text") || !strcmp(name, "name");
}

static bool named(const struct part *p, const char *name)
{
    return strlen(name) == p->n && !memcmp(name, p->p, p->n);
}

struct rendering {
    const struct template_value *v;
    size_t n;
    char text[VALUES_MAX][VALUE_SIZE]; /* unaccented, masked, on one line */
    int septets[VALUES_MAX];
    unsigned uses[VALUES_MAX];
    bool cut[VALUES_MAX];
};

static int prepare_value(struct rendering *r, size_t i)
{
    char raw[VALUE_SIZE];
    const char *value = r->v[i].value ? r->v[i].value : "";
    size_t n = strlen(value);
    if (n > VALUE_SIZE - 1) {
        n = VALUE_SIZE - 1; /* far over one SMS: the rest can not be sent anyway */
        while (n && ((unsigned char)value[n] & 0xC0) == 0x80)
            n--;
    }
    memcpy(raw, value, n);
    raw[n] = '\0';
    if (!strcmp(r->v[i].name, "text") || !strcmp(r->v[i].name, "name"))
        mask_numbers(raw);
    int rc = fold_unaccent(raw, strlen(raw), r->text[i], VALUE_SIZE);
    if (rc < 0)
        return rc;
    if (cuttable(r->v[i].name)) {
        for (char *c = r->text[i]; *c; c++)
            if (*c == '\n' || *c == '\r' || *c == '\t')
                *c = ' ';
        size_t whole = strlen(r->text[i]);
        gsm7_cut(r->text[i], GSM7_SINGLE_SEPTETS);
        r->cut[i] = strlen(r->text[i]) < whole;
    }
    r->septets[i] = gsm7_septets(r->text[i]);
    return r->septets[i] < 0 ? r->septets[i] : 0;
}

static int find_value(const struct rendering *r, const struct part *p)
{
    for (size_t i = 0; i < r->n; i++)
        if (named(p, r->v[i].name))
            return (int)i;
    return -EINVAL;
}

/* Septets of the text without its values; counts how often each value is used. */
static int measure(struct rendering *r, const char *tpl)
{
    int total = 0;
    struct part p;
    while (next_part(&tpl, &p)) {
        if (p.placeholder) {
            int i = find_value(r, &p);
            if (i < 0)
                return i;
            r->uses[i]++;
            continue;
        }
        char lit[1024];
        if (p.n >= sizeof lit)
            return -EMSGSIZE;
        memcpy(lit, p.p, p.n);
        lit[p.n] = '\0';
        int k = gsm7_septets(lit);
        if (k < 0)
            return k;
        total += k;
    }
    return total;
}

static int least_of(const char *name)
{
    return !strcmp(name, "place") ? PLACE_LEAST_SEPTETS : 0;
}

/* The longest value that may still be cut, or -1. */
static int longest_cuttable(const struct rendering *r)
{
    int best = -1;
    for (size_t i = 0; i < r->n; i++) {
        if (!r->uses[i] || !cuttable(r->v[i].name) || r->septets[i] <= least_of(r->v[i].name))
            continue;
        if (best < 0 || r->septets[i] > r->septets[best])
            best = (int)i;
    }
    return best;
}

static int fit(struct rendering *r, int fixed)
{
    for (;;) {
        int total = fixed;
        for (size_t i = 0; i < r->n; i++)
            total += r->septets[i] * (int)r->uses[i];
        if (total <= GSM7_SINGLE_SEPTETS)
            return 0;
        int i = longest_cuttable(r);
        if (i < 0)
            return -EMSGSIZE;
        gsm7_cut(r->text[i], r->septets[i] - 1);
        r->septets[i] = gsm7_septets(r->text[i]);
        r->cut[i] = true;
    }
}

#define CUT_MARK ".." /* the reader should know that there is more */

static void mark_cuts(struct rendering *r)
{
    for (size_t i = 0; i < r->n; i++) {
        if (!r->cut[i] || strcmp(r->v[i].name, "text") != 0 || r->septets[i] < 8)
            continue;
        gsm7_cut(r->text[i], r->septets[i] - 2);
        struct sbuf b = {.p = r->text[i], .cap = VALUE_SIZE, .len = strlen(r->text[i])};
        sbuf_add(&b, CUT_MARK);
    }
}

int template_render(const char *tpl, const struct template_value *v, size_t n, char *out, size_t size)
{
    if (n > VALUES_MAX || size == 0)
        return -EINVAL;
    struct rendering r; /* 8 kB of which most is not used: nothing is cleared but the counts */
    r.v = v;
    r.n = n;
    memset(r.uses, 0, sizeof r.uses);
    memset(r.cut, 0, sizeof r.cut);
    for (size_t i = 0; i < n; i++) {
        int rc = prepare_value(&r, i);
        if (rc < 0)
            return rc;
    }
    int fixed = measure(&r, tpl);
    int rc = fixed < 0 ? fixed : fit(&r, fixed);
    if (rc < 0)
        return rc;
    mark_cuts(&r);
    struct sbuf b = sbuf_on(out, size);
    struct part p;
    while (next_part(&tpl, &p)) {
        if (p.placeholder)
            sbuf_add(&b, r.text[find_value(&r, &p)]);
        else
            sbuf_addn(&b, p.p, p.n);
    }
    return sbuf_done(&b);
}

static int check_literal(const struct part *p, char *why, size_t size)
{
    char lit[1024];
    if (p->n >= sizeof lit) {
        snprintf(why, size, "the text is far longer than one SMS");
        return -EINVAL;
    }
    memcpy(lit, p->p, p->n);
    lit[p->n] = '\0';
    int k = gsm7_septets(lit);
    if (k < 0)
        snprintf(why, size, "'%.40s' holds a character that is not in the GSM-7 alphabet", lit);
    return k;
}

int template_check(const char *tpl, const struct template_rule *rules, size_t n, char *why, size_t size)
{
    int total = 0;
    struct part p;
    while (next_part(&tpl, &p)) {
        int add = -EINVAL;
        if (p.placeholder) {
            for (size_t i = 0; i < n && add < 0; i++)
                if (named(&p, rules[i].name))
                    add = rules[i].least_septets;
            if (add < 0)
                snprintf(why, size, "unknown placeholder {%.*s}", (int)p.n, p.p);
        } else {
            add = check_literal(&p, why, size);
        }
        if (add < 0)
            return -EINVAL;
        total += add;
    }
    if (total <= GSM7_SINGLE_SEPTETS)
        return 0;
    snprintf(why, size, "%d septets at the longest values, one SMS holds %d", total, GSM7_SINGLE_SEPTETS);
    return -EINVAL;
}
