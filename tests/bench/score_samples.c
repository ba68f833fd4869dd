// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Scores a labelled set of messages by noise class: right, asked, wrong. Run by `make bench`:
 *   score_samples CONFIG SAMPLES.tsv [FROM [AT]]
 * Columns of the set: noise classes joined by '+', form, place, kind, code, ask, message
 * ('-': not checked; `\n` in a message is a new line). Right: every checked column is right.
 * Asked: the parser asks where the label does not. Wrong: a wrong value without asking.
 * Exit status: 0 nothing wrong, 1 something wrong, 2 unreadable. With SHOW=1 in the
 * environment the misses are listed.
 */
#include "config/config.h"
#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/phone.h"
#include "gateway/base/str.h"
#include "gateway/desk/desk.h"
#include "parsers/understand.h"
#include "tests/unit/labelled.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLASSES_MAX 64

struct score {
    char name[32];
    unsigned n[VERDICTS];
};

struct scoring {
    struct vocab *vocab;
    struct understand_ctx ctx;
    char home[PLACE_CODE_SIZE];
    struct score classes[CLASSES_MAX];
    size_t n_classes;
    struct score all, negatives;
    struct meaning m;
    bool show;
};

static struct score *class_of(struct scoring *s, const char *name)
{
    for (size_t i = 0; i < s->n_classes; i++)
        if (!strcmp(s->classes[i].name, name))
            return &s->classes[i];
    if (s->n_classes == CLASSES_MAX)
        return &s->classes[CLASSES_MAX - 1];
    struct score *c = &s->classes[s->n_classes++];
    if (str_copy(c->name, sizeof c->name, name) != 0)
        s->n_classes--;
    return c;
}

static void count(struct scoring *s, char *classes, enum verdict v)
{
    s->all.n[v]++;
    char *save = NULL;
    for (char *name = strtok_r(classes, "+", &save); name; name = strtok_r(NULL, "+", &save))
        class_of(s, name)->n[v]++;
}

static void score_line(struct scoring *s, char *line)
{
    char *col[LABEL_COLUMNS];
    static const char *const verdicts[] = {"right", "asked", "wrong"};
    static const char *const doubts[] = {"-", "form", "place", "kind", "code", "when"};
    if (!label_split(line, col))
        return;
    const char *p = col[6];
    size_t n = strlen(p);
    understand(s->vocab, &s->ctx, p, n, &s->m);
    enum verdict v = label_judge(&s->m, col);
    if (v != RIGHT && s->show)
        printf("%s  [%s] %s\n       wanted %s %s %s %s, got %s %s %s %s ask %s\n", verdicts[v], col[0], p, col[1],
               col[2], col[3], col[4], s->m.form, s->m.place ? s->m.place : "-", s->m.kind ? s->m.kind : "-",
               s->m.code[0] ? s->m.code : "-", doubts[s->m.ask]);
    count(s, col[0], v);
}

static int score_file(struct scoring *s, const char *path)
{
    FILE *f = fopen(path, "r");
    char *line = NULL;
    size_t cap = 0;
    if (!f) {
        perror(path);
        return -EIO;
    }
    while (getline(&line, &cap, f) >= 0)
        if (line[0] != '#' && line[0] != '\n')
            score_line(s, line);
    free(line);
    fclose(f);
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct score *)a)->name, ((const struct score *)b)->name);
}

static void print_score(const struct score *c, const char *name)
{
    unsigned total = c->n[RIGHT] + c->n[ASKED] + c->n[WRONG];
    printf("%-12s %6u messages  %6.2f %% right  %6.2f %% asked  %6.2f %% wrong\n", name, total,
           total ? 100.0 * c->n[RIGHT] / total : 0, total ? 100.0 * c->n[ASKED] / total : 0,
           total ? 100.0 * c->n[WRONG] / total : 0);
}

static void print_scores(struct scoring *s)
{
    qsort(s->classes, s->n_classes, sizeof s->classes[0], by_name);
    for (size_t i = 0; i < s->n_classes; i++)
        print_score(&s->classes[i], s->classes[i].name);
    print_score(&s->all, "all");
}

static void find_home(struct scoring *s, const struct config *cfg, const char *from)
{
    char phone[20];
    if (!from || phone_normalize(from, phone, sizeof phone) != 0)
        return;
    for (size_t i = 0; i < cfg->n_roster; i++)
        if (!strcmp(cfg->roster[i].phone, phone) && cfg->roster[i].places[0] && !strchr(cfg->roster[i].places, ' ') &&
            str_copy(s->home, sizeof s->home, cfg->roster[i].places) == 0) {
            s->ctx.home_place = s->home;
            s->ctx.member = true;
        }
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: score_samples CONFIG SAMPLES.tsv [FROM [AT]]\n");
        return 2;
    }
    struct problems *ps = problems_new();
    struct scoring *s = calloc(1, sizeof *s);
    struct config *cfg = ps && s ? config_load(argv[1], ps) : NULL;
    int rc = 2;
    if (cfg && (s->vocab = desk_vocab(cfg, ps)) != NULL &&
        civil_parse(argc > 4 ? argv[4] : "2026-11-12 21:00", &s->ctx.at_ms) == 0) {
        s->show = getenv("SHOW") != NULL;
        find_home(s, cfg, argc > 3 ? argv[3] : NULL);
        if (score_file(s, argv[2]) == 0) {
            print_scores(s);
            rc = s->all.n[WRONG] > 0;
        }
    }
    for (size_t i = 0; ps && i < ps->n; i++)
        if (!ps->items[i].warning)
            fprintf(stderr, "%s:%d: %s\n", ps->items[i].file, ps->items[i].line, ps->items[i].text);
    if (s)
        vocab_free(s->vocab);
    config_free(cfg);
    problems_free(ps);
    free(s);
    return rc;
}
