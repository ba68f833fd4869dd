// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A strict reader of Prometheus' text format 0.0.4, for tests: each family has HELP, then TYPE, then all
 * its samples together; names and labels are well-formed; counters and only they end in _total; no
 * sample is there twice; buckets of a histogram grow and end in +Inf, which is its count. Stricter
 * than the format where promtool is too.
 */
#ifndef TB_TESTS_PROM_H
#define TB_TESTS_PROM_H

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROM_FAMILIES 200
#define PROM_SAMPLES 2000

struct prom {
    char why[200]; /* "" = fine */
    int line, n_families, n_samples;
    char families[PROM_FAMILIES][96], samples[PROM_SAMPLES][160];
    char name[96], type[16]; /* the family being read */
    bool helped;
    double bucket, inf; /* of the histogram being read */
    bool in_bucket;
};

static inline bool prom_bad(struct prom *p, const char *why, const char *line)
{
    if (!p->why[0])
        snprintf(p->why, sizeof(p->why), "line %d: %s: %.100s", p->line, why, line);
    return false;
}

static inline size_t prom_name(const char *s, bool label)
{
    size_t n = 0;
    if (!isalpha((unsigned char)*s) && *s != '_')
        return 0;
    while (isalnum((unsigned char)s[n]) || s[n] == '_' || (!label && s[n] == ':'))
        n++;
    return n;
}

/* {a="b",c="d"}: the octet behind it, or NULL. */
static inline const char *prom_labels(const char *s)
{
    if (*s != '{')
        return s;
    s++;
    for (;;) {
        size_t n = prom_name(s, true);
        if (!n || s[n] != '=' || s[n + 1] != '"')
            return NULL;
        for (s += n + 2; *s && *s != '"'; s++) {
            if ((unsigned char)*s < 0x20)
                return NULL;
            if (*s == '\\' && !(*++s && strchr("\\\"n", *s)))
                return NULL;
        }
        if (*s++ != '"')
            return NULL;
        if (*s == '}')
            return s + 1;
        if (*s++ != ',')
            return NULL;
    }
}

static inline bool ends_in(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);
    return n >= m && !strcmp(s + n - m, end);
}

static inline bool prom_close(struct prom *p)
{
    if (p->in_bucket && p->inf < 0)
        return prom_bad(p, "a histogram without +Inf", p->name);
    p->in_bucket = false;
    return true;
}

static inline bool prom_help(struct prom *p, const char *line)
{
    size_t n = prom_name(line + 7, false);
    if (!prom_close(p))
        return false;
    if (!n || n >= sizeof(p->name) || line[7 + n] != ' ' || strlen(line + 8 + n) < 3)
        return prom_bad(p, "HELP without a text", line);
    snprintf(p->name, sizeof(p->name), "%.*s", (int)n, line + 7);
    for (int i = 0; i < p->n_families; i++)
        if (!strcmp(p->families[i], p->name))
            return prom_bad(p, "the family is there twice", line);
    if (p->n_families == PROM_FAMILIES)
        return prom_bad(p, "too many families", line);
    snprintf(p->families[p->n_families++], sizeof(p->families[0]), "%s", p->name);
    p->helped = true;
    p->type[0] = '\0';
    return true;
}

static inline bool prom_type(struct prom *p, const char *line)
{
    char name[96], type[16], rest;
    if (sscanf(line, "# TYPE %95s %15s%c", name, type, &rest) != 2 || strcmp(name, p->name) != 0 || !p->helped)
        return prom_bad(p, "TYPE does not follow its HELP", line);
    p->helped = false;
    snprintf(p->type, sizeof(p->type), "%s", type);
    bool counter = !strcmp(type, "counter");
    if (!counter && strcmp(type, "gauge") != 0 && strcmp(type, "histogram") != 0 && strcmp(type, "summary") != 0)
        return prom_bad(p, "a type that is none", line);
    if (ends_in(name, "_total") != counter)
        return prom_bad(p, "counters, and only they, end in _total", line);
    p->bucket = 0;
    p->inf = -1;
    p->in_bucket = !strcmp(type, "histogram");
    return true;
}

static inline bool prom_histogram(struct prom *p, const char *suffix, const char *labels, double v, const char *line)
{
    if (!strcmp(suffix, "_bucket")) {
        if (v < p->bucket || p->inf >= 0)
            return prom_bad(p, "buckets do not grow", line);
        p->bucket = v;
        if (strstr(labels, "le=\"+Inf\""))
            p->inf = v;
        return true;
    }
    if (!strcmp(suffix, "_count") && v != p->inf)
        return prom_bad(p, "the count is not the last bucket", line);
    return !strcmp(suffix, "_count") || !strcmp(suffix, "_sum") || prom_bad(p, "no part of a histogram", line);
}

static inline bool prom_sample(struct prom *p, const char *line)
{
    size_t n = prom_name(line, false);
    const char *after = n ? prom_labels(line + n) : NULL;
    char name[96], *end;
    if (!after || *after != ' ' || n >= sizeof(name))
        return prom_bad(p, "no sample", line);
    snprintf(name, sizeof(name), "%.*s", (int)n, line);
    double v = strtod(after + 1, &end);
    if (end == after + 1 || *end)
        return prom_bad(p, "no value", line);
    if (!p->type[0] || strncmp(name, p->name, strlen(p->name)) != 0)
        return prom_bad(p, "a sample outside its family", line);
    if (p->n_samples == PROM_SAMPLES || (size_t)(after - line) >= sizeof(p->samples[0]))
        return prom_bad(p, "too many samples, or too long labels", line);
    snprintf(p->samples[p->n_samples], sizeof(p->samples[0]), "%.*s", (int)(after - line), line);
    for (int i = 0; i < p->n_samples; i++)
        if (!strcmp(p->samples[i], p->samples[p->n_samples]))
            return prom_bad(p, "the sample is there twice", line);
    p->n_samples++;
    if (!strcmp(p->type, "counter") && v < 0)
        return prom_bad(p, "a counter below 0", line);
    const char *suffix = name + strlen(p->name);
    if (!strcmp(p->type, "histogram"))
        return prom_histogram(p, suffix, line + n, v, line);
    if (!strcmp(p->type, "summary"))
        return !strcmp(suffix, "_sum") || !strcmp(suffix, "_count") || prom_bad(p, "no part of a summary", line);
    return !*suffix || prom_bad(p, "a sample outside its family", line);
}

static inline bool prom_line(struct prom *p, const char *line)
{
    p->line++;
    if (!strncmp(line, "# HELP ", 7))
        return prom_help(p, line);
    if (!strncmp(line, "# TYPE ", 7))
        return prom_type(p, line);
    return *line != '#' && *line ? prom_sample(p, line) : prom_bad(p, "an empty line or a comment", line);
}

/* Is it in the format? p->why says what is not. */
static inline bool prom_read(struct prom *p, const char *text)
{
    char line[512];
    memset(p, 0, sizeof(*p));
    if (!ends_in(text, "\n"))
        return prom_bad(p, "the last line has no end", "");
    for (const char *s = text; *s;) {
        size_t n = strcspn(s, "\n");
        if (n >= sizeof(line))
            return prom_bad(p, "a line is too long", "");
        memcpy(line, s, n);
        line[n] = '\0';
        if (!prom_line(p, line))
            return false;
        s += n + 1;
    }
    return prom_close(p);
}

/* The value of a sample, written as in the text; NAN-free: -1e300 when it is not there. */
static inline double prom_value(const char *text, const char *sample)
{
    size_t n = strlen(sample);
    for (const char *s = text; s; s = strchr(s, '\n'), s = s ? s + 1 : NULL)
        if (!strncmp(s, sample, n) && s[n] == ' ')
            return strtod(s + n + 1, NULL);
    return -1e300;
}

#endif
