// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pages of an answer. A provider gives whole phrases, first to last; the pager joins them, keeps
 * each on one page, and holds the page that was asked for. A page is never wider than asked (in
 * septets: an SMS has 160, a USSD screen 182), its end included: the code of the next page, or
 * the keys of a menu. Over all pages each phrase stands once. No clock, no database.
 */
#ifndef TB_DESK_PAGER_H
#define TB_DESK_PAGER_H

#include <stdbool.h>
#include <stddef.h>

#define PAGER_WIDTH_MAX 182
#define PAGER_WIDTH_MIN 92
#define PAGER_OUT_SIZE (3 * PAGER_WIDTH_MAX + 1) /* a septet is at most three octets of UTF-8 */
#define PAGER_END_SIZE 53                        /* its septets and a NUL */
#define PAGER_KEYS_MAX 8
#define PAGER_KEY_SIZE 8 /* an incident's code, or a place's */

struct phrase {
    char text[PAGER_OUT_SIZE];
    char key[PAGER_KEY_SIZE]; /* "" = can not be picked */
};

struct pager {
    /* set by whoever asks, by pager_start and then by hand */
    int width;                 /* septets */
    int page;                  /* the wanted one, from 1 */
    char more[PAGER_END_SIZE]; /* how a page ends that another follows: "\nTiep: *2*0*2#" */
    char last[PAGER_END_SIZE]; /* how the last one ends: "\n0 Ve", or "" */
    int picks;                 /* so many entries of a page have a number to be picked by, 0 = none */
    /* the result, after pager_end */
    char out[PAGER_OUT_SIZE];
    bool has_more;                             /* another page follows */
    char keys[PAGER_KEYS_MAX][PAGER_KEY_SIZE]; /* of the numbers 1.. on the page */
    int n_keys;
    /* the page in hand */
    int at; /* its number, from 1 */
    char text[PAGER_OUT_SIZE];
    size_t len;
    int septets, phrases;
    char text_keys[PAGER_KEYS_MAX][PAGER_KEY_SIZE];
    int n_text_keys;
    struct tail { /* phrases that stay only if none follows: they stand where the end `more` would */
        struct phrase p[8];
        int n;
    } tail;
    bool done; /* the wanted page is whole */
};

/* Clears it; width is kept within PAGER_WIDTH_MIN..MAX. */
void pager_start(struct pager *p, int width, int page);
/* One phrase, without blanks at its ends: unaccented, numbers masked, on one line. Longer than a
 * page: word by word. */
void page_add(struct pager *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* An entry of a list that a session can pick; its key says which. */
void page_pick(struct pager *p, const char *key, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Free text: word by word, over as many pages as it takes. */
void page_flow(struct pager *p, const char *text);
/* Nothing that follows can reach the wanted page: a provider may stop, and need not. */
bool page_full(const struct pager *p);
/* Nothing was said yet. */
bool page_empty(const struct pager *p);
/* Ends the last page. False when there is no page of that number: out is then "". */
bool pager_end(struct pager *p);

#endif
