// SPDX-License-Identifier: GPL-2.0-or-later
/* What the files of the place slot share: place.c reads exactly, place_near.c within a slip,
 * place_add.c files the names. */
#ifndef TB_PARSERS_PLACE_H
#define TB_PARSERS_PLACE_H

#include "parsers/vocab.h"

extern const char *const place_class_letters[CLASS_COUNT];
extern const size_t place_n_type_words;
/* The words of a type, "to dan pho". */
const char *place_type_words(size_t i);

struct place_window {
    uint32_t phrase;
    size_t end; /* token after it */
};

/* A number at i, as digits or as a word: its digits in num, words in *k; 0 none. */
size_t place_number_at(const struct toks *t, size_t i, char num[8], size_t *k);
/* The longest name that continues hash h from token i. */
struct place_window place_longest(const struct vocab *v, const struct toks *t, uint64_t h, size_t i, bool after_number);
/* What follows `words` words of a type at i. */
struct hit place_after_type(const struct vocab *v, const struct toks *t, size_t i, size_t words, enum place_class cls,
                            bool strong);
void place_add_cand(struct hit *h, uint16_t value);
/* More than one left: the sender's own village wins, else it is asked. */
void place_settle(const struct vocab *v, const struct toks *t, size_t i, struct hit *h, enum place_class cls);

#endif
