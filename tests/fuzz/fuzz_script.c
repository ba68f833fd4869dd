// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzz target of the play format's reader and of the inserting of names. Run by scripts/fuzz
 * (libFuzzer). A script that is read must hold what the player relies on. */
#include "gateway/play/expect.h"
#include "gateway/play/script.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_item(const struct expect_names *names, const struct script_item *it)
{
    char out[SMS_TEXT_MAX];
    if (it->line < 1 || (unsigned)it->op > OP_REACHABLE)
        abort();
    if ((it->op == OP_TEXT || it->op == OP_EXPECT || it->op == OP_MODEM) && !it->text)
        abort();
    if ((it->op == OP_TEXT || it->op == OP_EXPECT || it->op == OP_RINGS || it->op == OP_REACHABLE) && !it->number[0])
        abort();
    if (it->text)
        (void)expect_insert(names, it->text, it->match == MATCH_PATTERN, out, sizeof out, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const char value[] = "4.8(2)1";
    struct script *s = NULL;
    struct script_error e;
    struct expect_names *names = calloc(1, sizeof *names);
    if (!names)
        return 0;
    (void)expect_set(names, "ma", value, sizeof value - 1);
    int rc = script_read((const char *)data, n, &s, &e);
    if (rc == 0)
        for (size_t i = 0; i < s->n; i++)
            check_item(names, &s->items[i]);
    else if (!e.text[0])
        abort();
    script_free(s);
    free(names);
    return 0;
}
