// SPDX-License-Identifier: GPL-2.0-or-later
/* PCRE2 behind a small face, for the forms and for the player's expectations. Match limits
 * are always set: an expensive pattern fails with -E2BIG instead of burning the CPU. */
#ifndef TB_PARSERS_REGEX_H
#define TB_PARSERS_REGEX_H

#include <stdbool.h>
#include <stddef.h>

struct regex; /* owned by the caller, regex_free() */

/* flags: any of "i" "s"; UTF-8 always. NULL with the reason and offset in why. */
struct regex *regex_new(const char *pattern, const char *flags, char *why, size_t why_size);
void regex_free(struct regex *r);
/* Searches: 1 found, 0 not, -E2BIG (limits), -EINVAL (bad UTF-8). Calls group() for each
 * named group that took part, value not terminated. */
int regex_search(struct regex *r, const char *text, size_t n,
                 void (*group)(void *ctx, const char *name, const char *value, size_t len), void *ctx);

#endif
