// SPDX-License-Identifier: GPL-2.0-or-later
/* A folded text as words and numbers, with the way back to the octets it came from. */
#ifndef TB_PARSERS_TOKEN_H
#define TB_PARSERS_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TOKS_MAX 512  /* words and numbers of a message that are looked at */
#define DECODE_MAX 48 /* how many of them are decoded: the slots stand in front */

struct tok {
    const char *w; /* letters or digits, folded; not terminated */
    uint16_t len;
    uint16_t s, e; /* octets of the folded text it covers */
    bool num;      /* digits */
    bool glued;    /* nothing stands between it and the one before */
    bool apart;    /* a sign that separates fields stands before it */
};

struct toks {
    size_t n;
    struct tok t[TOKS_MAX];
    size_t used;
    char buf[DECODE_MAX * 16]; /* letters of decoded words */
};

#define HASH_START 14695981039346656037ull

/* text must outlive out; from: the octet to begin at. */
void toks_read(struct toks *out, const char *text, size_t from, size_t n);
/* Does the word (a C string) stand at i? */
bool tok_is(const struct toks *t, size_t i, const char *word);
/* How many words of a spaced phrase stand at i: all of them, or 0. */
size_t toks_phrase(const struct toks *t, size_t i, const char *phrase);
/* Hash of words written together: spaces do not count, but two numbers stay two. */
uint64_t hash_letters(uint64_t h, const char *s, size_t n);
uint64_t hash_tok(uint64_t h, const struct toks *t, size_t i, size_t first);
/* 0..20 of a number word ("ba", "muoi hai"), words used in *k; -1 when it is none. */
int number_word(const struct toks *t, size_t i, size_t *k);
/* The value of a token of digits; -1 over nine digits. */
long tok_value(const struct tok *t);

#endif
