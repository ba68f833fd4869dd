// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The roster against the places, by the product page: a number twice and a place that does
 * not exist are errors; what a commune may have to live with for a while (a team too small,
 * no deputy, no officer) are warnings. Called by the loader. Pure but for memory.
 */
#include "config/config.h"

#include "gateway/base/err.h"
#include "gateway/base/str.h"

#include <stdlib.h>
#include <string.h>

struct team {
    const struct place *place;
    int members, leaders, deputies, officers; /* members: all of the team */
};

struct checking {
    const char *file;
    struct problems *p;
    struct team *teams; /* sorted by code */
    size_t n_teams;
};

static int by_code(const void *a, const void *b)
{
    return strcmp(((const struct team *)a)->place->code, ((const struct team *)b)->place->code);
}

static int by_phone(const void *a, const void *b)
{
    const struct roster_entry *x = *(const struct roster_entry *const *)a, *y = *(const struct roster_entry *const *)b;
    int cmp = strcmp(x->phone, y->phone);
    return cmp ? cmp : (x->line > y->line) - (x->line < y->line);
}

static void check_phones(const struct checking *c, const struct roster_entry *r, size_t n)
{
    const struct roster_entry **sorted = malloc((n + 1) * sizeof(const struct roster_entry *));
    if (!sorted) {
        problems_add(c->p, false, c->file, 0, "out of memory");
        return;
    }
    for (size_t i = 0; i < n; i++)
        sorted[i] = &r[i];
    qsort(sorted, n, sizeof(const struct roster_entry *), by_phone);
    for (size_t i = 1; i < n; i++)
        if (!strcmp(sorted[i]->phone, sorted[i - 1]->phone))
            problems_add(c->p, false, c->file, sorted[i]->line,
                         "%s is the phone of %s on line %d too: one number is one user; delete one of the lines",
                         sorted[i]->phone, sorted[i - 1]->name, sorted[i - 1]->line);
    free(sorted);
}

static struct team *team_of(const struct checking *c, const char *code)
{
    struct place key = {.code = ""};
    if (str_copy(key.code, sizeof(key.code), code) < 0)
        return NULL;
    struct team probe = {.place = &key};
    return bsearch(&probe, c->teams, c->n_teams, sizeof(probe), by_code);
}

static void count_in(struct team *t, enum role role)
{
    t->members += role == ROLE_MEMBER || role == ROLE_DEPUTY || role == ROLE_LEADER;
    t->leaders += role == ROLE_LEADER;
    t->deputies += role == ROLE_DEPUTY;
    t->officers += role == ROLE_AREA_OFFICER;
}

static void check_entry(const struct checking *c, const struct roster_entry *e)
{
    for (const char *p = e->places; *p;) {
        size_t len = strcspn(p, " ");
        char code[PLACE_CODE_SIZE] = "";
        if (len < sizeof(code))
            memcpy(code, p, len);
        struct team *t = team_of(c, code);
        if (t)
            count_in(t, e->role);
        else
            problems_add(c->p, false, c->file, e->line, "there is no place '%.*s': add it to places.cfg, or correct it",
                         (int)len, p);
        p += len;
        p += *p == ' ';
    }
}

#define WARN(c, ...) problems_add((c)->p, true, (c)->file, 0, __VA_ARGS__)

static void check_team(const struct checking *c, const struct team *t)
{
    const char *name = t->place->name ? t->place->name : "", *code = t->place->code;
    if (t->members == 0)
        WARN(c, "%s (%s) has no team: name 3 to 5 people, one of them leader, one deputy", name, code);
    else if (t->members < 3 || t->members > 5)
        WARN(c, "%s (%s) has a team of %d: a team is 3 to 5 people", name, code, t->members);
    if (t->members > 0 && t->leaders != 1)
        WARN(c, "%s (%s) has %d leaders: a team has one", name, code, t->leaders);
    if (t->members > 0 && t->deputies != 1)
        WARN(c, "%s (%s) has %d deputies: a team has one", name, code, t->deputies);
    if (t->officers == 0)
        WARN(c, "%s (%s) has no area_officer: its alerts go to the duty desk only", name, code);
}

static void check_desk(const struct checking *c, const struct roster_entry *r, size_t n)
{
    int duty = 0, chiefs = 0;
    for (size_t i = 0; i < n; i++) {
        duty += r[i].role == ROLE_DUTY;
        chiefs += r[i].role == ROLE_CHIEF;
    }
    if (duty == 0)
        WARN(c, "nobody is on duty: name at least one user with the role duty");
    if (chiefs == 0)
        WARN(c, "there is no chief: nobody gets escalations or may ask the codes");
}

void roster_check(const struct roster_entry *r, size_t n, const struct place *places, size_t n_places, const char *file,
                  struct problems *p)
{
    struct checking c = {.file = file, .p = p, .n_teams = n_places};
    if (n == 0) {
        WARN(&c, "the roster has no users: everybody is an unknown number");
        return;
    }
    check_phones(&c, r, n);
    check_desk(&c, r, n);
    if (n_places == 0)
        return;
    c.teams = calloc(n_places, sizeof(c.teams[0]));
    if (!c.teams) {
        problems_add(p, false, file, 0, "out of memory");
        return;
    }
    for (size_t i = 0; i < n_places; i++)
        c.teams[i].place = &places[i];
    qsort(c.teams, n_places, sizeof(c.teams[0]), by_code);
    for (size_t i = 0; i < n; i++)
        check_entry(&c, &r[i]);
    for (size_t i = 0; i < n_places; i++)
        check_team(&c, &c.teams[i]);
    free(c.teams);
}
