// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Expectations of a script: the inserting of captured names, and the matching. Called by
 * script.c and player.c. What can go wrong: a value that is longer than its bound, a
 * pattern that burns its match limit; both are told, never guessed around.
 */
#include "gateway/play/expect.h"

#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "parsers/regex.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool name_first(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool name_char(char c)
{
    return name_first(c) || (c >= '0' && c <= '9');
}

/* The length of a name that stands in braces at p ("{name}"), 0 when it is none: {5}, {2,3}. */
static size_t braced_name(const char *p)
{
    if (p[0] != '{' || !name_first(p[1]))
        return 0;
    size_t n = 1;
    while (name_char(p[1 + n]))
        n++;
    return p[1 + n] == '}' && n < EXPECT_NAME_SIZE ? n : 0;
}

static const struct expect_name *find_name(const struct expect_names *t, const char *name, size_t len)
{
    for (size_t i = 0; t && i < t->n; i++)
        if (strlen(t->items[i].name) == len && !memcmp(t->items[i].name, name, len))
            return &t->items[i];
    return NULL;
}

int expect_set(struct expect_names *t, const char *name, const char *value, size_t len)
{
    size_t nlen = strlen(name);
    if (nlen >= EXPECT_NAME_SIZE || len >= EXPECT_VALUE_SIZE)
        return -EMSGSIZE;
    const struct expect_name *old = find_name(t, name, nlen);
    if (!old && t->n == EXPECT_NAMES_MAX)
        return -EMSGSIZE;
    struct expect_name *e = old ? &t->items[old - t->items] : &t->items[t->n++];
    memcpy(e->name, name, nlen + 1);
    memcpy(e->value, value, len);
    e->value[len] = '\0';
    return 0;
}

static void add_quoted(struct sbuf *b, const char *s)
{
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c < 0x80 && !name_char(*s))
            sbuf_addc(b, '\\');
        sbuf_addc(b, *s);
    }
}

/* An escape of a pattern at p ("\d", "\{", "\p{Lu}", "\x{1EA1}"): copied whole, its length. */
static size_t copy_escape(struct sbuf *b, const char *p)
{
    size_t n = p[1] ? 2 : 1;
    if (n == 2 && p[2] == '{' && strchr("xpPoNkg", p[1])) {
        const char *end = strchr(p + 2, '}');
        if (end)
            n = (size_t)(end - p) + 1;
    }
    sbuf_addn(b, p, n);
    return n;
}

int expect_insert(const struct expect_names *t, const char *in, bool pattern, char *out, size_t size,
                  char unknown[EXPECT_NAME_SIZE])
{
    struct sbuf b = sbuf_on(out, size);
    if (unknown)
        unknown[0] = '\0';
    while (*in) {
        size_t n = braced_name(in);
        const struct expect_name *e = n ? find_name(t, in + 1, n) : NULL;
        if (pattern && *in == '\\') {
            in += copy_escape(&b, in);
        } else if (e) {
            if (pattern)
                add_quoted(&b, e->value);
            else
                sbuf_add(&b, e->value);
            in += n + 2;
        } else {
            if (n && unknown && !unknown[0]) {
                memcpy(unknown, in + 1, n);
                unknown[n] = '\0';
            }
            sbuf_addc(&b, *in++);
        }
    }
    return sbuf_done(&b);
}

/* The pattern with an 'x' for each name in braces. */
static void neutral_pattern(const char *in, struct sbuf *b)
{
    while (*in) {
        size_t n = braced_name(in);
        if (*in == '\\') {
            in += copy_escape(b, in);
        } else if (n) {
            sbuf_addc(b, 'x');
            in += n + 2;
        } else {
            sbuf_addc(b, *in++);
        }
    }
}

int expect_try(const char *pattern, const char *flags, char *why, size_t why_size)
{
    size_t size = strlen(pattern) + 1;
    char *buf = malloc(size);
    if (!buf)
        return -ENOMEM;
    struct sbuf b = sbuf_on(buf, size);
    neutral_pattern(pattern, &b);
    struct regex *r = regex_new(buf, flags, why, why_size);
    free(buf);
    if (!r)
        return -EINVAL;
    regex_free(r);
    return 0;
}

struct capture {
    struct expect_names *names;
    int rc;
};

static void on_group(void *ctx, const char *name, const char *value, size_t len)
{
    struct capture *c = ctx;
    int rc = expect_set(c->names, name, value, len);
    if (rc < 0)
        c->rc = rc;
}

static int match_pattern(struct expect_names *t, const struct script_item *it, const char *pattern, const char *got,
                         char *why, size_t why_size)
{
    struct regex *r = regex_new(pattern, it->flags, why, why_size);
    if (!r)
        return -EINVAL;
    struct capture c = {t, 0};
    int rc = regex_search(r, got, strlen(got), on_group, &c);
    regex_free(r);
    if (rc == -E2BIG)
        (void)str_copy(why, why_size, "the pattern is too expensive for this text");
    else if (rc == -EINVAL)
        (void)str_copy(why, why_size, "the text is not UTF-8");
    else if (rc == 1 && c.rc < 0)
        (void)str_copy(why, why_size, "a captured value is longer than 511 octets, or there are over 64 names");
    if (rc < 0)
        return -EINVAL;
    return rc == 1 && c.rc < 0 ? -EINVAL : rc;
}

int expect_match(struct expect_names *t, const struct script_item *it, const char *got, char *shown, size_t shown_size,
                 char *why, size_t why_size)
{
    size_t size = strlen(it->text) * 2 + 4 * EXPECT_VALUE_SIZE + SMS_TEXT_MAX;
    bool pattern = it->match == MATCH_PATTERN;
    char unknown[EXPECT_NAME_SIZE];
    char *want = malloc(size);
    if (!want)
        return -ENOMEM;
    why[0] = '\0';
    int rc = expect_insert(t, it->text, pattern, want, size, unknown);
    if (rc == 0) {
        struct sbuf b = sbuf_on(shown, shown_size);
        sbuf_addf(&b, pattern ? "/%s/%s" : "%s%s", want, pattern ? it->flags : "");
        rc = pattern ? match_pattern(t, it, want, got, why, why_size) : !strcmp(want, got);
        if (rc == 0 && unknown[0])
            snprintf(why, why_size, "{%s} was not captured by a line before this one", unknown);
    }
    free(want);
    return rc;
}
