// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The names behind the numbers: the roster, if one was given, and the numbers seen since.
 * Used by `tinbao phone` only.
 */
#ifndef TB_CMD_PHONE_BOOK_H
#define TB_CMD_PHONE_BOOK_H

#include "gateway/base/commune.h"
#include "gateway/base/sms.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct phone_book;

/* roster may be NULL. NULL with errno; what is wrong with the roster is said on standard error. */
struct phone_book *phone_book_new(const char *roster);
void phone_book_free(struct phone_book *b);
/* "Bui Thi Ha, area_officer" into out, "" when not known. */
void phone_book_name(const struct phone_book *b, const char *number, char *out, size_t size);
void phone_book_seen(struct phone_book *b, const char *number);
/* A number, or part of a name or of a role, to a number: 0; -ENOENT; -EEXIST when several
 * fit (they are printed to `say`). */
int phone_book_find(const struct phone_book *b, const char *what, char number[ADDRESS_SIZE], FILE *say);
void phone_book_list(const struct phone_book *b, const char *current, FILE *to);
/* The first of the roster with this role, or NULL. */
const char *phone_book_first(const struct phone_book *b, enum role role);

#endif
