// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Inside of the vocabulary, for the files of this room only. Everything here is built by
 * vocab_new(); the scratch at the end is overwritten by each message.
 */
#ifndef TB_PARSERS_VOCAB_H
#define TB_PARSERS_VOCAB_H

#include "parsers/phrase.h"
#include "parsers/rx.h"
#include "parsers/token.h"
#include "parsers/understand.h"

#define FORM_SLOTS_MAX 8

enum slot_type {
    SLOT_THON,
    SLOT_LOAI,
    SLOT_GIO,
    SLOT_MA,
    SLOT_SO,
    SLOT_PHONE,
    SLOT_MOI,
    SLOT_FIELD,
    SLOT_VALUE,
    SLOT_KEYWORD,
    SLOT_CHOICE,
    SLOT_FREE
};

struct cslot {
    enum slot_type type;
    bool optional;
    char name[24];
    const char *choices; /* "THANH|KHONG", for SLOT_CHOICE */
};

struct cform {
    const struct form_def *def;
    struct cslot slots[FORM_SLOTS_MAX];
    size_t n;
    bool near; /* its keyword may be matched nearly: nothing is changed by it but counts */
};

struct keyword {
    uint16_t form;
    bool weak; /* also a common word ("bao", "xem"): needs more evidence than itself */
    bool solo; /* one sign ("?") */
};

enum place_class {
    CLASS_NONE,
    CLASS_THON,
    CLASS_XOM,
    CLASS_LANG,
    CLASS_AP,
    CLASS_BAN,
    CLASS_BUON,
    CLASS_KHOM,
    CLASS_TDP,
    CLASS_KHU,
    CLASS_KDC,
    CLASS_DOI,
    CLASS_SOC,
    CLASS_COUNT
};

struct vocab {
    const struct place *places;
    size_t n_places;
    const struct kind *kinds;
    size_t n_kinds;
    struct cform *forms;
    size_t n_forms;
    struct keyword *keywords;
    size_t n_keywords;
    uint8_t *classes;      /* of each place */
    struct phrases names;  /* places: names, aliases, parts of numbered names, codes with letters */
    struct phrases codes;  /* places: codes of digits */
    struct phrases kwords; /* kinds */
    struct phrases keys;   /* keywords: value = index into keywords */
    struct phrases words;  /* every single word of the above */
    char **owned;          /* strings cut out of names */
    size_t n_owned;
    int khac;        /* index of KHAC, -1 */
    bool restricted; /* some kind is */
    pcre2_code *rx_key, *rx_time, *rx_ago, *rx_day, *rx_dial, *rx_contact;
    pcre2_match_data *data;
    pcre2_match_context *limits;

    /* scratch of one message */
    char nfc[SMS_TEXT_MAX];
    char folded[SMS_TEXT_MAX];
    uint16_t at[SMS_TEXT_MAX];
    size_t n_nfc, n;
    struct toks a, b, c; /* as typed; keys of Telex and VNI taken out; taken out loosely */
    int home;            /* index of the sender's only village, -1 */
};

/* A copy that lives as long as the vocab; NULL: no memory. */
const char *vocab_own(struct vocab *v, const char *s, size_t n);
/* A match of the folded text from `from`: 1, 0, or negative; groups by vocab_group(). */
int vocab_match(struct vocab *v, const pcre2_code *rx, size_t from);
/* Octets [*s, *e) of group g; false when it took no part. */
bool vocab_group(const struct vocab *v, unsigned g, size_t *s, size_t *e);

#define CANDS_MAX MEANING_CHOICES

struct hit {
    size_t skip; /* filler words before it */
    size_t k;    /* words it took after them, 0 = none */
    size_t n;    /* candidates, best first */
    uint16_t cand[CANDS_MAX];
    bool ask;       /* not sure: to be asked */
    bool unknown;   /* "thon" and then a name nobody knows */
    bool by_number; /* a bare number */
    bool typed;     /* a type word stood before the name */
    bool single;    /* one word of four letters or fewer */
};

/* The place that begins at token i: exact, else (near) within one edit. after_kind: the kind
 * is known already, so that the rest may well be free text. */
struct hit place_exact(const struct vocab *v, const struct toks *t, size_t i);
struct hit place_near(const struct vocab *v, const struct toks *t, size_t i, bool after_kind);
/* A word that counts things ("5 nguoi"): the number before it is no place. */
bool counts_things(const struct toks *t, size_t i);
/* Words of a type of place at i ("to dan pho"): how many; strong: never another word. */
size_t place_type_at(const struct toks *t, size_t i, enum place_class *cls, bool *strong);
/* "ban3", "xom1", "khom1": the type word with its own tone as VNI writes it. */
bool type_with_tone(const struct toks *t, size_t i);
int place_index(const struct vocab *v, const char *code);
int places_add(struct vocab *v);

/* The kind that begins at token i with at most `longest` words. */
struct hit kind_exact(const struct vocab *v, const struct toks *t, size_t i, size_t longest);
struct hit kind_near(const struct vocab *v, const struct toks *t, size_t i);
/* Kinds that the words at i may be a slip of, only good for a question. */
struct hit kind_like(const struct vocab *v, const struct toks *t, size_t i);
/* Words of a restricted kind anywhere from token i on, but not in `skip` spans: as kind_exact, with .skip its token.
 * restricted.c */
struct reading;
struct hit restricted_from(const struct vocab *v, const struct toks *t, size_t i, const struct reading *r);
/* A phrase of a kind that is an everyday one before the word that follows ("bao luc nao"); further: it stands away from
 * where a kind belongs, and more words make it so. */
bool everyday_phrase(const struct toks *t, size_t i, size_t k, bool further);
/* Words before a kind that mean nothing ("co vu", "vua xay ra"). */
size_t kind_filler(const struct toks *t, size_t i);
int kinds_add(struct vocab *v);

/* The text as typed (NFC) of folded octets [s, e). */
const char *typed_span(const struct vocab *v, size_t s, size_t e, size_t *n);
/* marks_agree() word by word, from the last one back. */
bool typed_agrees(const char *typed, size_t n, const char *meant);

#define WHEN_SPANS 2

struct when {
    bool found, ask, past_day;
    int64_t ms;
    int64_t choices[2];
    size_t n_choices;
    struct {
        size_t s, e;
    } spans[WHEN_SPANS];
    size_t n_spans;
};

int when_compile(struct vocab *v, char *why, size_t size);
/* The time in folded octets [from, v->n), the latest one not after at_ms. */
struct when when_read(struct vocab *v, size_t from, int64_t at_ms);

/* wild.c: '?' in the folded text from there on, where a letter was lost, become the letters of the one name or kind
 * that fits. */
void wild_mend(struct vocab *v, size_t from);

/* Telex and VNI keys out of the words that are unknown with them and known without; loose:
 * also out of those that merely look so, for the near reading. */
void decode_toks(const struct vocab *v, const struct toks *in, struct toks *out, bool loose);
bool word_known(const struct vocab *v, const char *s, size_t n);

#define SPANS_MAX 24

struct span {
    size_t s, e; /* folded octets */
};

/* One way to read a form: copied, so that the exact, the decoded and the near reading can
 * be compared and the fullest one kept. */
struct reading {
    struct vocab *v;
    const struct cform *f;
    const struct toks *t;
    size_t first;  /* token after the keyword */
    size_t pos;    /* first token not read */
    uint32_t done; /* bits of f->slots */
    bool near;
    bool strange;                 /* words nobody knows stand where the place belongs */
    struct span spans[SPANS_MAX]; /* recognised, to be left out of the text */
    size_t n_spans;
    struct hit place, kind;
    struct span kind_at; /* the words of the kind, folded octets */
    bool place_seen, kind_seen;
    struct when when;
    bool code_seen, code_good;
    char code[CODE_SIZE];
    long numbers[2];
    size_t n_numbers;
    const char *choice; /* into the slot's choices */
    size_t choice_len;
    struct span value[3]; /* moi, field, value */
    struct span phone;    /* octets of the number */
    char phone_e164[20];
    char contact[20];
    struct span keyword;
};

/* Where and how a keyword was found. */
struct key_found {
    const struct cform *f;
    bool weak;   /* a common word, not written so as to stand out */
    bool glued;  /* letters follow at once: "bcthon 3" */
    size_t s, e; /* folded octets */
};

/* Does a word near the front look as if keys of Telex or VNI were left in it? */
bool has_odd_words(const struct reading *r);
/* Is this octet in what was recognised, but not in the words of the kind? */
bool taken_by_others(const struct reading *r, size_t at);

/* read.c: the slots of a form, exact, then decoded, then near. */
void read_slots(struct vocab *v, const struct understand_ctx *ctx, const struct key_found *key, struct reading *out);
void take_span(struct reading *r, size_t s, size_t e);
void take_toks(struct reading *r, size_t from, size_t to);
/* read_value.c: true when the slot took words from r->pos on. */
bool read_choice(struct reading *r, const struct cslot *slot);
bool read_phone(struct reading *r);
bool read_invite(struct reading *r);
bool read_field(struct reading *r);
/* Letters of the choice that token i is, 0 none. */
size_t choice_at(const struct reading *r, const struct cslot *slot, size_t i);
/* Does slot type `type` exist in the form; is it filled? */
int form_slot(const struct cform *f, enum slot_type type);
bool slot_done(const struct reading *r, enum slot_type type);

/* resolve.c: from a reading to its meaning, or to nothing (false) when the keyword was only
 * a word of a sentence. */
bool resolve(const struct key_found *key, const struct understand_ctx *ctx, struct reading *r, struct meaning *out);
/* What is left of the text less the spans, cleaned at its edges. */
void rest_of_text(const struct reading *r, size_t from, char *out, size_t size, size_t *len);

#endif
