// SPDX-License-Identifier: GPL-2.0-or-later
/* Bounded strings: truncation is an error, never silent. */
#ifndef TB_BASE_STR_H
#define TB_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* Copy with the NUL; -EMSGSIZE leaves dst empty. */
int str_copy(char *dst, size_t size, const char *src);

/* A builder over the caller's buffer. `over` stays set once something did not fit. */
struct sbuf {
    char *p;
    size_t cap, len;
    bool over;
};

struct sbuf sbuf_on(char *p, size_t cap); /* cap >= 1; starts empty and terminated */
void sbuf_add(struct sbuf *b, const char *s);
void sbuf_addn(struct sbuf *b, const char *s, size_t n);
void sbuf_addc(struct sbuf *b, char c);
void sbuf_addf(struct sbuf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* 0 or -EMSGSIZE. */
int sbuf_done(const struct sbuf *b);

/* The nearest of n names to `got` by edit distance, or NULL when none is near. */
const char *str_nearest(const char *got, const char *const *names, size_t n);

#endif
