// SPDX-License-Identifier: GPL-2.0-or-later
/* Bounded strings. See str.h. */
#include "gateway/base/str.h"

#include "gateway/base/err.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

int str_copy(char *dst, size_t size, const char *src)
{
    size_t n = strlen(src);
    if (n >= size) {
        dst[0] = '\0';
        return -EMSGSIZE;
    }
    memcpy(dst, src, n + 1);
    return 0;
}

struct sbuf sbuf_on(char *p, size_t cap)
{
    p[0] = '\0';
    return (struct sbuf){.p = p, .cap = cap};
}

void sbuf_addn(struct sbuf *b, const char *s, size_t n)
{
    if (b->over || n >= b->cap - b->len) {
        b->over = true;
        return;
    }
    memcpy(b->p + b->len, s, n);
    b->len += n;
    b->p[b->len] = '\0';
}

void sbuf_add(struct sbuf *b, const char *s)
{
    sbuf_addn(b, s, strlen(s));
}

void sbuf_addc(struct sbuf *b, char c)
{
    sbuf_addn(b, &c, 1);
}

void sbuf_addf(struct sbuf *b, const char *fmt, ...)
{
    if (b->over)
        return;
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(b->p + b->len, b->cap - b->len, fmt, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= b->cap - b->len) {
        b->p[b->len] = '\0';
        b->over = true;
        return;
    }
    b->len += (size_t)n;
}

int sbuf_done(const struct sbuf *b)
{
    return b->over ? -EMSGSIZE : 0;
}

#define NEAREST_MAX 40

static size_t min3(size_t a, size_t b, size_t c)
{
    size_t m = a < b ? a : b;
    return m < c ? m : c;
}

/* Levenshtein distance of two short names. */
static size_t distance(const char *a, size_t na, const char *b, size_t nb)
{
    size_t row[NEAREST_MAX + 1];
    for (size_t j = 0; j <= nb; j++)
        row[j] = j;
    for (size_t i = 1; i <= na; i++) {
        size_t diag = row[0];
        row[0] = i;
        for (size_t j = 1; j <= nb; j++) {
            size_t up = row[j];
            row[j] = min3(up + 1, row[j - 1] + 1, diag + (a[i - 1] != b[j - 1]));
            diag = up;
        }
    }
    return row[nb];
}

const char *str_nearest(const char *got, const char *const *names, size_t n)
{
    size_t len = strlen(got), best = SIZE_MAX;
    const char *near = NULL;
    if (len > NEAREST_MAX)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        size_t ln = strlen(names[i]);
        if (ln > NEAREST_MAX)
            continue;
        size_t d = distance(got, len, names[i], ln);
        if (d < best) {
            best = d;
            near = names[i];
        }
    }
    return best <= 1 + len / 3 ? near : NULL;
}
