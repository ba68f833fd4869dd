// SPDX-License-Identifier: GPL-2.0-or-later
/* A code as it was dialled, and what is known of it: between codes.c, which answers one, and the
 * menu, which walks through them. */
#ifndef TB_DESK_CODES_TABLE_H
#define TB_DESK_CODES_TABLE_H

#include "gateway/desk/codes.h"

#define CODES_DIAL_SIZE 32 /* "*5*11*7777777*999#" */

struct code_def {
    int number;    /* 1 of "*1*2#" */
    int args;      /* so many of its own; the page stands behind them */
    int place;     /* which of them is a village, from 1; 0 = none */
    bool officers; /* not for leaders and village heads */
    int (*answer)(struct view *v, const struct codes_args *a, struct pager *p);
};

#define NO_CODE (-1) /* "*12#": no code has two digits */

struct code_call {
    int number;
    struct codes_args args;
    int page; /* from 1 */
};

/* NULL when there is no such code. */
const struct code_def *codes_def(int number);
/* May whoever looks use it? */
bool codes_allowed(const struct view *v, const struct code_def *def);
/* Reads "*1*2#", "1#", "* 1 * 02": -EINVAL when no digit is in it. */
int codes_read(const char *digits, struct code_call *c);
/* The code that gives a page of the same. */
void codes_write(const struct code_call *c, int page, char *out, size_t size);
/* "*2*48217#", also mistyped, not "*2*6#", which is a village. */
bool code_is_incident(const struct config *cfg, const struct code_call *c);
/* The phrases of the answer, or why there is none. */
int codes_say(struct view *v, const struct code_call *c, struct pager *p);

#endif
