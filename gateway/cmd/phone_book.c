// SPDX-License-Identifier: GPL-2.0-or-later
/* The phone book of `tinbao phone` (phone_book.h). What can go wrong: the roster can not be
 * read (said on standard error). */
#include "gateway/cmd/phone_book.h"

#include "config/config.h"
#include "gateway/base/err.h"
#include "gateway/base/phone.h"
#include "gateway/base/str.h"
#include "gateway/cmd/cmd.h"
#include "parsers/fold.h"

#include <stdlib.h>
#include <string.h>

#define SEEN_MAX 500

struct phone_book {
    struct roster_entry *roster;
    size_t n_roster;
    char seen[SEEN_MAX][ADDRESS_SIZE]; /* not on the roster */
    size_t n_seen;
};

static int load(struct phone_book *b, const char *path)
{
    struct problems *p = problems_new();
    if (!p)
        return -ENOMEM;
    int n = roster_read(path, &b->roster, p);
    cmd_errors(p);
    problems_free(p);
    b->n_roster = n > 0 ? (size_t)n : 0;
    return n < 0 ? n : 0;
}

struct phone_book *phone_book_new(const char *roster)
{
    struct phone_book *b = calloc(1, sizeof *b);
    int rc = !b ? -ENOMEM : roster ? load(b, roster) : 0;
    if (!rc)
        return b;
    phone_book_free(b);
    errno = -rc;
    return NULL;
}

void phone_book_free(struct phone_book *b)
{
    if (!b)
        return;
    free(b->roster);
    free(b);
}

static const struct roster_entry *on_roster(const struct phone_book *b, const char *number)
{
    for (size_t i = 0; i < b->n_roster; i++)
        if (!strcmp(b->roster[i].phone, number))
            return &b->roster[i];
    return NULL;
}

void phone_book_name(const struct phone_book *b, const char *number, char *out, size_t size)
{
    const struct roster_entry *r = on_roster(b, number);
    struct sbuf s = sbuf_on(out, size);
    if (r)
        sbuf_addf(&s, "%s, %s", r->name, role_name(r->role));
}

void phone_book_seen(struct phone_book *b, const char *number)
{
    if (on_roster(b, number) || b->n_seen == SEEN_MAX)
        return;
    for (size_t i = 0; i < b->n_seen; i++)
        if (!strcmp(b->seen[i], number))
            return;
    if (!str_copy(b->seen[b->n_seen], sizeof b->seen[0], number))
        b->n_seen++;
}

/* How well an entry fits: 3 a word of the name begins so, 2 it is inside of the name, 1 it
 * is in the role, 0 not at all. */
static int fits(const struct roster_entry *r, const char *folded)
{
    char name[200];
    const char *at = NULL;
    if (fold_text(r->name, strlen(r->name), name, sizeof name, NULL) >= 0)
        at = strstr(name, folded);
    int best = at ? 2 : strstr(role_name(r->role), folded) ? 1 : 0;
    for (; at; at = strstr(at + 1, folded))
        if (at == name || at[-1] == ' ')
            best = 3;
    return best;
}

int phone_book_find(const struct phone_book *b, const char *what, char number[ADDRESS_SIZE], FILE *say)
{
    char folded[200];
    const struct roster_entry *found = NULL;
    size_t n = 0;
    int best = 1;
    if (!phone_normalize(what, number, ADDRESS_SIZE))
        return 0;
    if (strspn(what, "+0123456789") == strlen(what) && strlen(what) >= 3)
        return str_copy(number, ADDRESS_SIZE, what); /* a short code */
    if (!*what || fold_text(what, strlen(what), folded, sizeof folded, NULL) < 0)
        return -ENOENT;
    for (size_t i = 0; i < b->n_roster; i++) {
        int fit = fits(&b->roster[i], folded);
        if (fit < best)
            continue;
        n = fit > best ? 0 : n;
        best = fit;
        found = n++ ? found : &b->roster[i];
    }
    if (n == 0)
        return -ENOENT;
    for (size_t i = 0; n > 1 && i < b->n_roster; i++) {
        const struct roster_entry *r = &b->roster[i];
        if (fits(r, folded) == best)
            fprintf(say, "  %-14s %s, %s\n", r->phone, r->name, role_name(r->role));
    }
    return n > 1 ? -EEXIST : str_copy(number, ADDRESS_SIZE, found->phone);
}

void phone_book_list(const struct phone_book *b, const char *current, FILE *to)
{
    for (size_t i = 0; i < b->n_roster; i++) {
        const struct roster_entry *r = &b->roster[i];
        fprintf(to, "%c %-14s %s, %s%s%s\n", strcmp(r->phone, current) != 0 ? ' ' : '*', r->phone, r->name,
                role_name(r->role), r->places[0] ? ", place " : "", r->places);
    }
    for (size_t i = 0; i < b->n_seen; i++)
        fprintf(to, "%c %-14s not on the roster\n", strcmp(b->seen[i], current) != 0 ? ' ' : '*', b->seen[i]);
}

const char *phone_book_first(const struct phone_book *b, enum role role)
{
    for (size_t i = 0; i < b->n_roster; i++)
        if (b->roster[i].role == role)
            return b->roster[i].phone;
    return NULL;
}
