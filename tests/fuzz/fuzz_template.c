// SPDX-License-Identifier: GPL-2.0-or-later
/* Any template and any value: what is rendered is one SMS, and a template that passed its
 * check renders with values no longer than it was checked for. */
#include "gateway/base/gsm7.h"
#include "parsers/template.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const struct template_rule rules[] = {{"code", 7}, {"place", 6}, {"text", 0}};
    char tpl[600] = "", value[600] = "", out[512], why[200];
    const uint8_t *cut = memchr(data, 0, n);
    size_t k = cut ? (size_t)(cut - data) : n;
    memcpy(tpl, data, k < sizeof tpl ? k : sizeof tpl - 1);
    if (cut && n - k - 1 < sizeof value)
        memcpy(value, cut + 1, n - k - 1);
    const struct template_value v[] = {{"code", "4821748"}, {"place", value}, {"text", value}};
    bool checked = template_check(tpl, rules, 3, why, sizeof why) == 0;
    int rc = template_render(tpl, v, 3, out, sizeof out);
    if (rc == 0 && (gsm7_septets(out) < 0 || gsm7_septets(out) > GSM7_SINGLE_SEPTETS))
        abort();
    if (checked && rc != 0)
        abort();
    return 0;
}
