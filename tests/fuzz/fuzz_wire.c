// SPDX-License-Identifier: GPL-2.0-or-later
/* Octets as a line or a core could send them: line_check() must hold its promises. */
#include "gateway/line/line.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct line_msg m;
    size_t take = n < sizeof m ? n : sizeof m;
    memset(&m, 0xA5, sizeof m);
    memcpy(&m, data, take);
    if (take >= 4)
        m.magic = LINE_WIRE_MAGIC; /* else the fuzzer spends its time on guessing it */
    if (line_check(&m, take) != 0)
        return 0;
    if (line_size(m.type) != take)
        abort();
    if (m.type == LINE_PART && (m.u.part.part.body_len > SMS_BODY_MAX || strlen(m.u.part.part.sender) >= ADDRESS_SIZE))
        abort();
    return 0;
}
