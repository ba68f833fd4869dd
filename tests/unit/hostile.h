// SPDX-License-Identifier: GPL-2.0-or-later
/* Texts meant to hurt the parsers: random octets, mutated labelled messages, long texts of
 * what costs most. Shared by the unit test and the bench; the same number gives the same text. */
#ifndef TB_TESTS_HOSTILE_H
#define TB_TESTS_HOSTILE_H

#include "gateway/base/utf.h"
#include "tests/unit/labelled.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOSTILE_CHARS 1120 /* seven parts of 160 */
#define HOSTILE_SIZE 4600
#define HOSTILE_EACH 10000
#define HOSTILE_LONG 400

enum hostile_sort { HOSTILE_RANDOM, HOSTILE_MUTATED, HOSTILE_LONG_TEXT, HOSTILE_SORTS };

struct hostile {
    char **lines;
    size_t n_lines;
    uint64_t seed;
};

static inline uint32_t hostile_draw(struct hostile *h, uint32_t n)
{
    h->seed = h->seed * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(h->seed >> 33) % n;
}

static inline int hostile_load(struct hostile *h, const char *path)
{
    FILE *f = fopen(path, "r");
    char line[4096];
    *h = (struct hostile){.seed = 1};
    while (f && fgets(line, sizeof line, f)) {
        char *col[LABEL_COLUMNS];
        char **more = label_split(line, col) ? realloc(h->lines, (h->n_lines + 1) * sizeof *more) : NULL;
        if (!more)
            continue;
        h->lines = more;
        more[h->n_lines] = strdup(col[LABEL_COLUMNS - 1]);
        h->n_lines += more[h->n_lines] != NULL;
    }
    if (f)
        fclose(f);
    return h->n_lines ? 0 : -1;
}

static inline void hostile_free(struct hostile *h)
{
    for (size_t i = 0; i < h->n_lines; i++)
        free(h->lines[i]);
    free(h->lines);
}

static inline size_t hostile_random(struct hostile *h, char *raw, size_t size)
{
    size_t n = 1 + hostile_draw(h, hostile_draw(h, 8) ? 160 : (uint32_t)size - 1);
    bool printable = hostile_draw(h, 2);
    for (size_t i = 0; i < n; i++)
        raw[i] = (char)(printable ? 32 + hostile_draw(h, 95) : 1 + hostile_draw(h, 255));
    return n;
}

/* One to eight changes: an octet, a stretch left out, doubled or taken from another message. */
static inline size_t hostile_mutated(struct hostile *h, char *raw, size_t size)
{
    const char *line = h->lines[hostile_draw(h, (uint32_t)h->n_lines)];
    size_t n = strnlen(line, size / 2);
    memcpy(raw, line, n);
    for (uint32_t k = 1 + hostile_draw(h, 8); k-- > 0 && n > 1;) {
        size_t at = hostile_draw(h, (uint32_t)n), len = 1 + hostile_draw(h, 12);
        if (at + len > n)
            len = n - at;
        const char *other = h->lines[hostile_draw(h, (uint32_t)h->n_lines)];
        size_t m = strnlen(other, 40);
        switch (hostile_draw(h, 4)) {
        case 0:
            raw[at] = (char)(1 + hostile_draw(h, 255));
            break;
        case 1:
            memmove(raw + at, raw + at + len, n - at - len);
            n -= len;
            break;
        case 2:
            if (n + len <= size) {
                memmove(raw + at + len, raw + at, n - at);
                n += len;
            }
            break;
        default:
            if (n + m <= size) {
                memmove(raw + at + m, raw + at, n - at);
                memcpy(raw + at, other, m);
                n += m;
            }
        }
    }
    return n;
}

/* Up to 1,120 characters of words that are nearly something. */
static inline size_t hostile_long(struct hostile *h, char *raw, size_t size)
{
    static const char *const heads[] = {"BC ", "BAO ", "TIN ", "HOP ", "SUA 48217 THON ", "", "XONG ", "NHA 48217 "};
    static const char *const pieces[] = {
        "kim lam ", "kim ", "thon ",  "to dan pho ",     "tdp 1",   "danh bac ", "ma ",   "tuy ", "dah nhau ", "lo de",
        "1 ",       "2h ",  "21h05 ", "9h toi hom qua ", "sdt 09 ", "aa",        "ddoo6", "w",    "(",         "*2*",
        "#",        "\n",   ", ",     "ngoooj "};
    uint32_t a = hostile_draw(h, 24), b = hostile_draw(h, 24), mixed = hostile_draw(h, 2);
    size_t n = (size_t)snprintf(raw, size, "%s", heads[hostile_draw(h, 8)]);
    size_t goal = HOSTILE_CHARS - hostile_draw(h, 2) * hostile_draw(h, 900);
    while (n < goal && n + 32 < size) {
        const char *p = pieces[mixed ? hostile_draw(h, 24) : hostile_draw(h, 2) ? a : b];
        memcpy(raw + n, p, strlen(p));
        n += strlen(p);
    }
    return n < HOSTILE_CHARS ? n : HOSTILE_CHARS;
}

/* A text of a sort, as clean UTF-8 as the service hands it on; its length. */
static inline size_t hostile_text(struct hostile *h, enum hostile_sort sort, char *out, size_t size)
{
    char raw[HOSTILE_CHARS];
    size_t n = sort == HOSTILE_RANDOM    ? hostile_random(h, raw, sizeof raw)
               : sort == HOSTILE_MUTATED ? hostile_mutated(h, raw, sizeof raw)
                                         : hostile_long(h, raw, sizeof raw);
    int len = utf8_clean(raw, n, out, size);
    return len < 0 ? 0 : (size_t)len;
}

#endif
