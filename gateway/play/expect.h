// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a script expects of a message, and the names it has captured. Over parsers/regex.h;
 * pure. Called by the script reader (to try a pattern) and by the player.
 */
#ifndef TB_PLAY_EXPECT_H
#define TB_PLAY_EXPECT_H

#include "gateway/base/sms.h"
#include "gateway/play/script.h"

#include <stddef.h>

#define EXPECT_NAMES_MAX 64
#define EXPECT_NAME_SIZE 33 /* PCRE2: a name has at most 32 characters */
#define EXPECT_VALUE_SIZE 512

struct expect_name {
    char name[EXPECT_NAME_SIZE];
    char value[EXPECT_VALUE_SIZE];
};
/* The values captured so far; zeroed at the start of a file. */
struct expect_names {
    struct expect_name items[EXPECT_NAMES_MAX];
    size_t n;
};

/* Sets or replaces a name. -EMSGSIZE when it or the table is too long. */
int expect_set(struct expect_names *t, const char *name, const char *value, size_t len);

/* Copies `in` with each {name} that was captured replaced by its value: plain in a text;
 * in a pattern quoted, and quantifiers, escapes and \p{..} left alone. A name that was not
 * captured stays as it is written and is told in `unknown` (may be NULL; "" when none).
 * 0 or -EMSGSIZE. */
int expect_insert(const struct expect_names *t, const char *in, bool pattern, char *out, size_t size,
                  char unknown[EXPECT_NAME_SIZE]);

/* Would this pattern compile, whatever its names hold? 0 or -EINVAL with the reason. */
int expect_try(const char *pattern, const char *flags, char *why, size_t why_size);

/* MATCH_TEXT and MATCH_PATTERN against a message: 1 as expected (names captured), 0 not,
 * -EINVAL (why says what: a pattern that does not compile with these values, or is too
 * expensive), -EMSGSIZE. `shown` gets the expectation with its values. */
int expect_match(struct expect_names *t, const struct script_item *it, const char *got, char *shown, size_t shown_size,
                 char *why, size_t why_size);

#endif
