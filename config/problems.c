// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The sink for what is wrong with the settings. Called by everything that reads a file of
 * the operator's. It never grows past its cap: when full, an error takes the place of a
 * warning, and the rest is counted. Text from a file can hold anything, so control
 * characters and cut characters are cleaned here, once.
 */
#include "config/config.h"

#include "gateway/base/str.h"
#include "gateway/base/utf.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define PROBLEMS_CAP 256

struct problems *problems_new(void)
{
    struct problems *p = calloc(1, sizeof(*p));
    if (!p)
        return NULL;
    p->items = calloc(PROBLEMS_CAP, sizeof(p->items[0]));
    if (!p->items) {
        free(p);
        return NULL;
    }
    p->cap = PROBLEMS_CAP;
    return p;
}

void problems_free(struct problems *p)
{
    if (!p)
        return;
    free(p->items);
    free(p);
}

static struct problem *free_item(struct problems *p, bool warning)
{
    if (p->n < p->cap)
        return &p->items[p->n++];
    p->lost++;
    if (warning)
        return NULL;
    for (size_t i = p->n; i > 0; i--)
        if (p->items[i - 1].warning)
            return &p->items[i - 1];
    return NULL;
}

/* vsnprintf may have cut inside a character, and the file may hold escape sequences. */
static void clean(char *text)
{
    char out[sizeof(((struct problem *)0)->text)];
    struct sbuf b = sbuf_on(out, sizeof(out));
    size_t n = strlen(text), used = 0;
    for (size_t i = 0; i < n; i += used) {
        uint32_t cp = utf8_next(text + i, n - i, &used);
        bool cut_end = cp == 0xFFFD && n - i < 4;
        if (cut_end && n + 1 == sizeof(out))
            break;
        if (cp < 0x20 || (cp >= 0x7F && cp < 0xA0) || cp == 0xFFFD)
            sbuf_addc(&b, '?');
        else
            sbuf_addn(&b, text + i, used);
    }
    memcpy(text, out, strlen(out) + 1);
}

void problems_add(struct problems *p, bool warning, const char *file, int line, const char *fmt, ...)
{
    if (!p)
        return;
    if (!warning)
        p->errors++;
    struct problem *it = free_item(p, warning);
    if (!it)
        return;
    it->line = line;
    it->warning = warning;
    if (str_copy(it->file, sizeof(it->file), file ? file : "") < 0)
        (void)str_copy(it->file, sizeof(it->file), "(path too long)");
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(it->text, sizeof(it->text), fmt, ap);
    va_end(ap);
    clean(it->text);
}

static void print_one(const struct problem *it, FILE *to)
{
    if (it->file[0] && it->line > 0)
        fprintf(to, "%s:%d: ", it->file, it->line);
    else if (it->file[0])
        fprintf(to, "%s: ", it->file);
    fprintf(to, "%s%s\n", it->warning ? "warning: " : "", it->text);
}

void problems_print(const struct problems *p, FILE *to)
{
    for (int warnings = 0; warnings < 2; warnings++)
        for (size_t i = 0; i < p->n; i++)
            if (p->items[i].warning == (warnings == 1))
                print_one(&p->items[i], to);
    if (p->lost)
        fprintf(to, "and %zu more\n", p->lost);
}
