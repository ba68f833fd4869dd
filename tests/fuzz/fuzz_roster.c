// SPDX-License-Identifier: GPL-2.0-or-later
/* A roster as anybody could save it: what loads is within its bounds, and written and read again
 * it is the same. */
#include "config/config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void same_again(const struct roster_entry *r, int n)
{
    char *text = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&text, &len);
    struct problems *p = problems_new();
    struct roster_entry *again = NULL;
    if (!f || !p || roster_print(f, r, (size_t)n) < 0 || fclose(f) != 0)
        abort();
    if (roster_parse(text, len, "again", &again, p) != n || p->n)
        abort();
    for (int i = 0; i < n; i++)
        if (strcmp(r[i].name, again[i].name) || strcmp(r[i].phone, again[i].phone) || r[i].role != again[i].role ||
            strcmp(r[i].places, again[i].places) || strcmp(r[i].pin, again[i].pin))
            abort();
    free(again);
    free(text);
    problems_free(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const struct place places[] = {{.code = "6", .name = "A"}, {.code = "11", .name = "B"}};
    struct problems *p = problems_new();
    struct roster_entry *r = NULL;
    if (!p)
        return 0;
    int got = roster_parse((const char *)data, n, "fuzz", &r, p);
    if ((got < 0 && (r || !p->errors)) || (got > 0 && !r))
        abort();
    if (got >= 0) {
        same_again(r, got);
        roster_check(r, (size_t)got, places, 2, "fuzz", p);
    }
    free(r);
    problems_free(p);
    return 0;
}
