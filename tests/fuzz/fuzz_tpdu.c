// SPDX-License-Identifier: GPL-2.0-or-later
/* Any octets as TPDUs; what was decoded and can be encoded must decode to the same text. */
#include "gateway/base/err.h"
#include "gateway/line/air.h"
#include "gateway/line/tpdu.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sms_part part, again;
    struct tpdu_submit submit;
    struct tpdu_report report;
    uint8_t out[TPDU_MAX];
    tpdu_get_report(data, size, &report);
    if (!tpdu_get_submit(data, size, &submit) && submit.part.body_len > sizeof submit.part.body)
        abort();
    int skip = tpdu_smsc(data, size);
    if (skip < 0 || (size_t)skip >= size)
        skip = 0;
    if (tpdu_get_deliver(data + skip, size - (size_t)skip, &part))
        return 0;
    int n = tpdu_put_deliver(&part, out, sizeof out);
    if (n == -EINVAL) /* a character that is not in the alphabet */
        return 0;
    if (n < 0 || tpdu_get_deliver(out, (size_t)n, &again))
        abort();
    if (again.body_len != part.body_len || memcmp(again.body, part.body, sizeof part.body) != 0 ||
        again.ref != part.ref || again.total != part.total || again.seq != part.seq || again.smsc_ms != part.smsc_ms)
        abort();
    return 0;
}
