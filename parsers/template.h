// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Texts that go out: "Da nhan vu {code}: {kind} {place}." Values are unaccented, free text is
 * masked, and when the whole is over one SMS the parts marked as cuttable are cut, longest
 * first, never the code: {place}, {text} and {name} are cuttable, others are not.
 */
#ifndef TB_PARSERS_TEMPLATE_H
#define TB_PARSERS_TEMPLATE_H

#include <stddef.h>

struct template_value {
    const char *name;  /* "code" */
    const char *value; /* UTF-8, as kept */
};

/* Renders into out (>= 161*2 octets; one SMS of at most 160 septets of GSM-7). 0, -EINVAL
 * for a placeholder without a value, -EMSGSIZE when even cut it does not fit. */
int template_render(const char *tpl, const struct template_value *v, size_t n, char *out, size_t size);

/* What a text may hold: each placeholder with the longest value it can have, in septets,
 * when cut to the least (place names to 6, free text to 0). */
struct template_rule {
    const char *name;
    int least_septets;
};
/* Checks one text: unknown placeholder, not GSM-7, over one segment at the longest values
 * that can not be cut. 0 or -EINVAL with the reason in why. */
int template_check(const char *tpl, const struct template_rule *rules, size_t n, char *why, size_t size);

#endif
