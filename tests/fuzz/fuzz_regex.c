// SPDX-License-Identifier: GPL-2.0-or-later
/* Any pattern over any text, as a script or a config could hold them: refused, found, not
 * found or given up, soon. */
#include "parsers/regex.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct text {
    const char *p;
    size_t n;
};

static void inside(void *ctx, const char *name, const char *value, size_t len)
{
    const struct text *t = ctx;
    if (!*name || value < t->p || value + len > t->p + t->n)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char pattern[512], why[200];
    const uint8_t *cut = memchr(data, 0, n);
    if (!cut || (size_t)(cut - data) >= sizeof pattern)
        return 0;
    memcpy(pattern, data, (size_t)(cut - data) + 1);
    struct regex *r = regex_new(pattern, "is", why, sizeof why);
    if (!r)
        return 0;
    struct text t = {(const char *)cut + 1, n - (size_t)(cut - data) - 1};
    (void)regex_search(r, t.p, t.n, inside, &t);
    regex_free(r);
    return 0;
}
