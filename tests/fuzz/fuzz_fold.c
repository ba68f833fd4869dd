// SPDX-License-Identifier: GPL-2.0-or-later
/* Any octets folded: what does not fit is emptied, offsets rise and stay inside, and folded
 * text folds to itself. */
#include "parsers/fold.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char nfc[2048], out[2048], again[2048], plain[2048];
    uint16_t at[2048];
    size_t size = n ? 1 + data[0] * 8u : 1;
    int m = fold_nfc((const char *)data, n, nfc, sizeof nfc);
    if (m < 0)
        return 0;
    int k = fold_text(nfc, (size_t)m, out, size < sizeof out ? size : sizeof out, at);
    if (k < 0) {
        if (k != -EMSGSIZE || out[0])
            abort();
        return 0;
    }
    for (int i = 0; i < k; i++)
        if (at[i] > at[i + 1] || at[i + 1] > m)
            abort();
    int twice = fold_text(out, (size_t)k, again, sizeof again, NULL);
    if (twice < 0 || (strspn(out, "abcdefghijklmnopqrstuvwxyz 0123456789") == (size_t)k && strcmp(out, again) != 0))
        abort();
    (void)fold_unaccent(nfc, (size_t)m, plain, sizeof plain);
    return 0;
}
