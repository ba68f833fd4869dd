// SPDX-License-Identifier: GPL-2.0-or-later
/* Any octets as an operator's words: an amount within bounds and a date of the calendar, or neither. */
#include "parsers/balance.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct balance b;
    char *text = malloc(n + 1);
    if (!text)
        return 0;
    if (n)
        memcpy(text, data, n);
    text[n] = '\0';
    bool got = balance_read(text, &b);
    free(text);
    if (got != b.has_dong || b.dong < 0 || b.dong > 1000000000LL)
        abort();
    if (b.has_date && (b.year < 2000 || b.year > 2099 || b.month < 1 || b.month > 12 || b.day < 1 || b.day > 31))
        abort();
    return 0;
}
