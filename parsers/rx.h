// SPDX-License-Identifier: GPL-2.0-or-later
/* PCRE2 for the files of this room: compiling with JIT, limits, error codes. */
#ifndef TB_PARSERS_RX_H
#define TB_PARSERS_RX_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <stddef.h>
#include <stdint.h>

#define RX_MATCH_LIMIT 50000u
#define RX_DEPTH_LIMIT 5000u
#define RX_HEAP_LIMIT_KIB 1024u

int rx_options(const char *flags, uint32_t *options);
/* NULL with the reason in why; the caller frees with pcre2_code_free(). */
pcre2_code *rx_compile(const char *pattern, uint32_t options, char *why, size_t why_size);
/* A match context with the limits above, or NULL. */
pcre2_match_context *rx_limits(void);
/* A result of pcre2_match: 1 found, 0 not, -E2BIG over a limit, -ENOMEM, -EINVAL. */
int rx_error(int rc);

#endif
