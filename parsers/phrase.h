// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A set of phrases (names of places, words of kinds) found by hash, so that a look-up does
 * not depend on how many there are; and the same set by near miss: every phrase is also
 * filed under itself with one letter left out, which finds all within one edit.
 */
#ifndef TB_PARSERS_PHRASE_H
#define TB_PARSERS_PHRASE_H

#include "parsers/token.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PHRASE_LETTERS_MAX 40
#define PHRASE_NEAR_MIN 4 /* shorter ones are never matched nearly */
#define PHRASE_NONE UINT32_MAX

enum phrase_flag {
    PHRASE_PART = 1,   /* only the beginning or the end of a longer name */
    PHRASE_NO_NEAR = 2 /* exact only */
};

struct phrase {
    uint64_t hash;
    uint32_t next;  /* another phrase with the same letters, PHRASE_NONE at the end */
    uint16_t value; /* index of the place or kind */
    uint8_t len, words, flags;
    const char *raw;                  /* as in the config, for accents; owned by the config */
    char letters[PHRASE_LETTERS_MAX]; /* folded, together, not terminated */
};

struct phrases {
    struct phrase *p;
    size_t n, cap;
    uint32_t *slots; /* open addressing by hash, after phrases_seal() */
    size_t n_slots;
    struct near_slot {
        uint32_t hash, phrase;
    } * near;
    size_t n_near;
    size_t max_words;
};

/* 0 or -ENOMEM; longer than PHRASE_LETTERS_MAX is left out (0). The same letters, value and
 * raw text twice are one phrase. */
int phrases_add(struct phrases *ps, const char *letters, size_t len, size_t words, uint16_t value, unsigned flags,
                const char *raw);
/* Builds the hashes; 0 or -ENOMEM. */
int phrases_seal(struct phrases *ps);
void phrases_free(struct phrases *ps);

/* First phrase with this hash or PHRASE_NONE; follow .next. */
uint32_t phrases_find(const struct phrases *ps, uint64_t hash);
/* Calls hit() for each phrase one edit away from the letters (never equal ones); cost is the
 * weight of the edit: 2 for a doubled or swapped letter or a neighbour on the keypad, else 3. */
void phrases_near(const struct phrases *ps, const char *s, size_t n, void (*hit)(void *ctx, uint32_t phrase, int cost),
                  void *ctx);
/* Weight of the one edit from a to b (2 or 3), 0 when equal, -1 when more than one. */
int one_edit(const char *a, size_t n, const char *b, size_t m);

/* Letters at either end that two words have in common: the longer end. */
size_t common_end(const char *a, size_t n, const char *b, size_t m);

#endif
