// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A phone number in every way in which it could stand in a file or in memory, and the search for it: as digits (E.164
 * with and without '+', national, in groups, backwards), UCS-2 of both orders, GSM-7 packed at all eight shifts, BCD
 * plain and swapped at both alignments, the same as hex in both cases, base64 at its three alignments, as an
 * integer. Where a way has octets that depend on what stands beside, the needle is what does not.
 */
#ifndef TB_TESTS_NEEDLES_H
#define TB_TESTS_NEEDLES_H

#include "gateway/base/base64.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NEEDLES_MAX 96
#define NEEDLE_LEAST 5 /* octets: of fewer the chance finds one in what is sealed */

struct needle {
    char what[40];
    uint8_t p[64];
    size_t n;
};

struct needles {
    struct needle one[NEEDLES_MAX];
    int n;
};

static inline void needle_add(struct needles *s, const char *what, const void *p, size_t n)
{
    if (s->n == NEEDLES_MAX || n < NEEDLE_LEAST || n > sizeof(s->one[0].p))
        abort();
    struct needle *d = &s->one[s->n++];
    snprintf(d->what, sizeof(d->what), "%s", what);
    memcpy(d->p, p, n);
    d->n = n;
}

static inline size_t needle_wide(const char *text, bool little, uint8_t *out)
{
    size_t n = 0;
    for (; *text; text++) {
        out[n++] = little ? (uint8_t)*text : 0;
        out[n++] = little ? 0 : (uint8_t)*text;
    }
    return n;
}

/* The octets of a packed text that begins `shift` bits into an octet, without the first and the last, which hold
 * bits of what is beside it. */
static inline size_t needle_gsm7(const char *text, int shift, uint8_t *out)
{
    uint8_t all[64] = {0};
    int bit = shift;
    for (const char *p = text; *p; p++)
        for (int i = 0; i < 7; i++, bit++)
            if (*p >> i & 1)
                all[bit / 8] |= (uint8_t)(1 << bit % 8);
    int from = shift ? 1 : 0, to = bit / 8;
    memcpy(out, all + from, (size_t)(to - from));
    return (size_t)(to - from);
}

/* Digits two an octet, from the digit `from` on. */
static inline size_t needle_bcd(const char *digits, int from, bool swapped, uint8_t *out)
{
    size_t n = 0;
    for (const char *p = digits + from; p[0] && p[1]; p += 2) {
        int a = p[0] - '0', b = p[1] - '0';
        out[n++] = (uint8_t)(swapped ? b << 4 | a : a << 4 | b);
    }
    return n;
}

static inline void needle_hex(struct needles *s, const char *what, const uint8_t *p, size_t n)
{
    char text[140], name[40];
    for (int upper = 0; upper < 2; upper++) {
        for (size_t i = 0; i < n; i++)
            snprintf(text + 2 * i, 3, upper ? "%02X" : "%02x", p[i]);
        bool letters = strpbrk(text, "abcdefABCDEF") != NULL;
        snprintf(name, sizeof(name), "hex of %s", what);
        if (!upper || letters)
            needle_add(s, name, text, 2 * n);
    }
}

/* What of the base64 is the same whatever stands before and after. */
static inline void needle_base64(struct needles *s, const char *what, const uint8_t *p, size_t n)
{
    char text[140], name[40];
    uint8_t padded[80] = {0};
    for (size_t k = 0; k < 3; k++) {
        memcpy(padded + k, p, n);
        base64_write(padded, k + n, text);
        size_t from = k == 0 ? 0 : k + 1, to = (k + n) * 8 / 6;
        snprintf(name, sizeof(name), "base64 of %s, %zu", what, k);
        needle_add(s, name, text + from, to - from);
    }
}

static inline void needle_texts(struct needles *s, const char *core)
{
    static const int groups[][5] = {
        {3, 3, 3, 0, 0}, {2, 3, 4, 0, 0}, {2, 4, 3, 0, 0}, {1, 2, 2, 2, 2}, {2, 2, 2, 3, 0}};
    static const char joiners[] = " .-";
    char text[32], back[16];
    needle_add(s, "digits", core, strlen(core));
    for (size_t i = 0; i < strlen(core); i++)
        back[i] = core[strlen(core) - 1 - i];
    needle_add(s, "digits backwards", back, strlen(core));
    for (size_t g = 0; g < sizeof(groups) / sizeof(groups[0]); g++)
        for (const char *j = joiners; *j; j++) {
            size_t n = 0, at = 0;
            for (int k = 0; k < 5 && groups[g][k]; k++) {
                if (k)
                    text[n++] = *j;
                memcpy(text + n, core + at, (size_t)groups[g][k]);
                n += (size_t)groups[g][k];
                at += (size_t)groups[g][k];
            }
            needle_add(s, "digits in groups", text, n);
        }
}

/* Of "+84912000093". */
static inline void needles_of(struct needles *s, const char *e164)
{
    uint8_t b[64];
    char national[16], name[40];
    size_t n;
    const char *intl = e164 + 1, *core = e164 + 3; /* 84912000093, 912000093 */
    memset(s, 0, sizeof(*s));
    snprintf(national, sizeof(national), "0%s", core);
    needle_texts(s, core);
    for (int little = 0; little < 2; little++) {
        n = needle_wide(core, little, b);
        needle_add(s, little ? "UCS-2 LE" : "UCS-2 BE", b, n);
        needle_hex(s, "UCS-2", b, n);
        needle_base64(s, "UCS-2", b, n);
    }
    for (int shift = 0; shift < 8; shift++) {
        n = needle_gsm7(core, shift, b);
        snprintf(name, sizeof(name), "GSM-7 at %d", shift);
        needle_add(s, name, b, n);
    }
    const struct {
        const char *digits;
        int from;
    } bcd[] = {{intl, 0}, {intl, 1}, {national, 0}, {national, 1}};
    for (size_t i = 0; i < sizeof(bcd) / sizeof(bcd[0]); i++)
        for (int swapped = 0; swapped < 2; swapped++) {
            n = needle_bcd(bcd[i].digits, bcd[i].from, swapped, b);
            if (n < NEEDLE_LEAST)
                continue; /* the same digits stand in another of them */
            needle_add(s, swapped ? "swapped BCD" : "BCD", b, n);
            needle_hex(s, "BCD", b, n);
        }
    needle_hex(s, "digits", (const uint8_t *)core, strlen(core));
    needle_base64(s, "digits", (const uint8_t *)core, strlen(core));
    uint64_t v = strtoull(intl, NULL, 10);
    for (int i = 0; i < 5; i++)
        b[i] = (uint8_t)(v >> (8 * (4 - i)));
    needle_add(s, "integer BE", b, 5);
    for (int i = 0; i < 8; i++)
        b[i] = (uint8_t)(v >> (8 * i));
    needle_add(s, "integer LE", b, 8);
}

/* The first that is found in n octets; NULL none. *at: where. */
static inline const struct needle *needles_in(const struct needles *s, const void *p, size_t n, size_t *at)
{
    for (int i = 0; i < s->n; i++) {
        const uint8_t *hit = memmem(p, n, s->one[i].p, s->one[i].n);
        if (hit) {
            *at = (size_t)(hit - (const uint8_t *)p);
            return &s->one[i];
        }
    }
    return NULL;
}

struct needle_count {
    long files, octets, hits;
};

static inline void needles_in_file(const struct needles *s, const char *path, struct needle_count *c)
{
    struct stat st;
    size_t at = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    uint8_t *all = fd >= 0 && fstat(fd, &st) == 0 && st.st_size > 0 ? malloc((size_t)st.st_size) : NULL;
    ssize_t n = all ? read(fd, all, (size_t)st.st_size) : 0;
    if (fd >= 0)
        close(fd);
    c->files++;
    c->octets += n > 0 ? n : 0;
    const struct needle *hit = n > 0 ? needles_in(s, all, (size_t)n, &at) : NULL;
    if (hit) {
        c->hits++;
        fprintf(stderr, "%s: the number stands at %zu: %s\n", path, at, hit->what);
    }
    free(all);
}

/* Every file under a directory. */
static inline void needles_in_tree(const struct needles *s, const char *dir, struct needle_count *c)
{
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d));) {
        char path[1300];
        struct stat st;
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..") ||
            snprintf(path, sizeof(path), "%s/%s", dir, e->d_name) >= (int)sizeof(path) || lstat(path, &st))
            continue;
        if (S_ISDIR(st.st_mode))
            needles_in_tree(s, path, c);
        else if (S_ISREG(st.st_mode))
            needles_in_file(s, path, c);
    }
    if (d)
        closedir(d);
}

#endif
