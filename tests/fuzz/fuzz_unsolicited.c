// SPDX-License-Identifier: GPL-2.0-or-later
/* Any lines a modem may say, split at new lines, to the reader of unsolicited results; the
 * same octets as a stored PDU to the check that stands before libgammu. */
#include "gateway/line/gammu_check.h"
#include "gateway/line/gammu_event.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct gm_queue q;
    struct gm_event e;
    char *text = malloc(n + 1);
    if (!text || gm_queue_init(&q) != 0)
        abort();
    memcpy(text, data, n);
    text[n] = '\0';
    if (n > 0)
        (void)gm_classify(data, n);
    for (char *line = text, *end; line < text + n; line = end + 1) {
        end = line + strcspn(line, "\r\n");
        *end = '\0';
        (void)gm_unsolicited(&q, line);
        while (gm_queue_take(&q, &e))
            if (e.kind == GM_USSD && strlen(e.u.ussd.text) >= LINE_TEXT_MAX)
                abort();
    }
    gm_queue_free(&q);
    free(text);
    return 0;
}
