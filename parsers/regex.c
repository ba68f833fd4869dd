// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * PCRE2 behind a small face. Called by the player (expectations) and tests; the vocabulary
 * uses regex_compile() of rx.h for its own patterns. Every match has limits, so that a
 * pattern from a config file can not burn the CPU.
 */
#include "parsers/regex.h"

#include "gateway/base/err.h"
#include "parsers/rx.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct regex {
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *limits;
};

static void say(char *why, size_t size, const char *text, size_t offset)
{
    if (why && size)
        snprintf(why, size, "%s at offset %zu", text, offset);
}

int rx_options(const char *flags, uint32_t *options)
{
    for (const char *f = flags ? flags : ""; *f; f++) {
        if (*f == 'i')
            *options |= PCRE2_CASELESS;
        else if (*f == 's')
            *options |= PCRE2_DOTALL;
        else
            return -EINVAL;
    }
    return 0;
}

pcre2_code *rx_compile(const char *pattern, uint32_t options, char *why, size_t why_size)
{
    int error = 0;
    PCRE2_SIZE offset = 0;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, options, &error, &offset, NULL);
    if (!code) {
        PCRE2_UCHAR text[160];
        pcre2_get_error_message(error, text, sizeof text);
        say(why, why_size, (const char *)text, offset);
        return NULL;
    }
    (void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); /* without JIT it is slower, not wrong */
    return code;
}

pcre2_match_context *rx_limits(void)
{
    pcre2_match_context *c = pcre2_match_context_create(NULL);
    if (c) {
        pcre2_set_match_limit(c, RX_MATCH_LIMIT);
        pcre2_set_depth_limit(c, RX_DEPTH_LIMIT);
        pcre2_set_heap_limit(c, RX_HEAP_LIMIT_KIB);
    }
    return c;
}

int rx_error(int rc)
{
    switch (rc) {
    case PCRE2_ERROR_NOMATCH:
        return 0;
    case PCRE2_ERROR_MATCHLIMIT:
    case PCRE2_ERROR_DEPTHLIMIT:
    case PCRE2_ERROR_HEAPLIMIT:
    case PCRE2_ERROR_JIT_STACKLIMIT:
        return -E2BIG;
    case PCRE2_ERROR_NOMEMORY:
        return -ENOMEM;
    default:
        return rc < 0 ? -EINVAL : 1;
    }
}

struct regex *regex_new(const char *pattern, const char *flags, char *why, size_t why_size)
{
    uint32_t options = PCRE2_UTF | PCRE2_UCP;
    if (rx_options(flags, &options) != 0) {
        say(why, why_size, "a flag is neither 'i' nor 's'", 0);
        return NULL;
    }
    struct regex *r = calloc(1, sizeof *r);
    if (!r) {
        say(why, why_size, "out of memory", 0);
        return NULL;
    }
    r->code = rx_compile(pattern, options, why, why_size);
    r->limits = r->code ? rx_limits() : NULL;
    r->data = r->limits ? pcre2_match_data_create_from_pattern(r->code, NULL) : NULL;
    if (r->data)
        return r;
    if (r->code)
        say(why, why_size, "out of memory", 0);
    regex_free(r);
    return NULL;
}

void regex_free(struct regex *r)
{
    if (!r)
        return;
    pcre2_match_data_free(r->data);
    pcre2_match_context_free(r->limits);
    pcre2_code_free(r->code);
    free(r);
}

static void tell_groups(const struct regex *r, const char *text,
                        void (*group)(void *ctx, const char *name, const char *value, size_t len), void *ctx)
{
    uint32_t count = 0, entry = 0;
    PCRE2_SPTR table = NULL;
    pcre2_pattern_info(r->code, PCRE2_INFO_NAMECOUNT, &count);
    pcre2_pattern_info(r->code, PCRE2_INFO_NAMEENTRYSIZE, &entry);
    pcre2_pattern_info(r->code, PCRE2_INFO_NAMETABLE, &table);
    const PCRE2_SIZE *ov = pcre2_get_ovector_pointer(r->data);
    for (uint32_t i = 0; i < count; i++, table += entry) {
        size_t n = (size_t)table[0] << 8 | table[1];
        if (ov[2 * n] != PCRE2_UNSET)
            group(ctx, (const char *)table + 2, text + ov[2 * n], ov[2 * n + 1] - ov[2 * n]);
    }
}

int regex_search(struct regex *r, const char *text, size_t n,
                 void (*group)(void *ctx, const char *name, const char *value, size_t len), void *ctx)
{
    int rc = rx_error(pcre2_match(r->code, (PCRE2_SPTR)text, n, 0, 0, r->data, r->limits));
    if (rc == 1 && group)
        tell_groups(r, text, group, ctx);
    return rc;
}
