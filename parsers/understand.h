// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From the text of a message to its meaning. Pure: bytes, vocabulary and context in,
 * meaning out; no clock, no files, no database, no allocation after vocab_new.
 *
 * The vocabulary is compiled once from the places, kinds and forms (plain data of
 * gateway/base/commune.h): keywords and structural patterns to PCRE2 (with match limits),
 * place and kind phrases to a hash of folded words, so that the cost of a message does
 * not grow with the gazetteer. A vocab is read-only after vocab_new but holds the match
 * scratch of its one user: one vocab per thread.
 */
#ifndef TB_PARSERS_UNDERSTAND_H
#define TB_PARSERS_UNDERSTAND_H

#include "gateway/base/commune.h"
#include "gateway/base/sms.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vocab;

/* Says what is wrong with the data: a form without keyword, an unknown slot, a keyword or
 * alias claimed twice. file and line are the form's. */
typedef void (*vocab_problem_fn)(void *ctx, const char *file, int line, const char *text);

/* The arrays must outlive the vocab. NULL: ENOMEM, or problems were said. */
struct vocab *vocab_new(const struct place *places, size_t n_places, const struct kind *kinds, size_t n_kinds,
                        const struct form_def *forms, size_t n_forms, vocab_problem_fn say, void *ctx);
void vocab_free(struct vocab *v);

struct understand_ctx {
    int64_t at_ms;          /* when the message was written (UTC ms): times are the latest match not after it */
    const char *home_place; /* the sender's only village (its code), or NULL */
    bool member;            /* on the roster; never decides the form, only the use of home_place */
};

enum doubt { DOUBT_NONE, DOUBT_FORM, DOUBT_PLACE, DOUBT_KIND, DOUBT_CODE, DOUBT_WHEN };

#define MEANING_SLOTS 8
#define MEANING_CHOICES 9

struct meaning_slot {
    char name[24]; /* "field", "value", "phone", "moi", "keyword", "result", "so2", "digits", "pin" … */
    char value[256];
};

/* All of `tinbao parse`'s line. Strings that come from the vocabulary point into it. */
struct meaning {
    const char *form;           /* a form name, or "none" (also when ask is DOUBT_FORM: see choices) */
    const struct form_def *def; /* NULL for "none", "code" and "answer" */
    const char *place;          /* place code or NULL */
    const char *kind;           /* kind code or NULL */
    char code[CODE_SIZE];       /* "" = none */
    int64_t when_ms;            /* valid if has_when */
    bool has_when;
    bool has_number;
    long number;          /* the first `so` */
    bool place_from_home; /* no place was written: the sender's only village was taken */
    bool not_now;         /* the text says hom qua / da xay ra: not under way even if has_when is false */
    char kind_words[64];  /* the words that said the kind, as typed ("mat ga"); "" = none or too long */
    bool kind_apart;      /* a restricted kind that was named further on in the text, not where a kind belongs */
    bool kind_unknown;    /* a kind was there and not known: kind is KHAC, text kept whole */
    enum doubt ask;
    size_t n_choices;
    char choices[MEANING_CHOICES][40];
    size_t n_slots;
    struct meaning_slot slots[MEANING_SLOTS];
    size_t text_len;
    char text[SMS_TEXT_MAX]; /* NFC, own case and accents, less what was recognised; "none": whole */
};

/* text: UTF-8 (already clean: utf8_clean), n octets. Never fails: what it can not read is
 * "none". The cost is bounded for any input. */
void understand(struct vocab *v, const struct understand_ctx *ctx, const char *text, size_t n, struct meaning *out);

/* For the dialogue and the supervisor: a place or kind by what was typed; NULL when none. */
const struct place *vocab_place(struct vocab *v, const char *typed);
const struct kind *vocab_kind(struct vocab *v, const char *typed);
/* The restricted kind whose words stand anywhere in a text, NULL none: such a text is for those named alone. */
const struct kind *vocab_restricted(struct vocab *v, const char *text);
/* The form of a keyword ("BC", "bao cao"), for HD BC; NULL. */
const struct form_def *vocab_form(struct vocab *v, const char *typed);

/* Advertising, one-time passwords and operators' notices: true only when sure. Pure. */
bool looks_like_machine(const char *text);

#endif
