// SPDX-License-Identifier: GPL-2.0-or-later
/* See part.h; and letter_text() of letter.h. */
#include "gateway/desk/part.h"

#include "gateway/base/utf.h"
#include "gateway/desk/letter.h"

#include <string.h>

/* Octets that a person may have typed: some phones send text as 8-bit data. */
static bool is_typed(const struct sms_part *p)
{
    char clean[SMS_BODY_MAX * 3 + 1];
    int n = utf8_clean((const char *)p->body, p->body_len, clean, sizeof(clean));
    if (n <= 0 || strstr(clean, "\xEF\xBF\xBD"))
        return false; /* U+FFFD also for a NUL */
    for (const char *c = clean; *c; c++)
        if (*c == 0x7F || ((unsigned char)*c < 0x20 && !strchr("\r\n\t", *c)))
            return false;
    return true;
}

const char *part_unshown(const struct sms_part *p)
{
    if (p->corrupt)
        return "corrupt";
    if (p->silent)
        return "silent";
    return p->coding == SMS_8BIT && !is_typed(p) ? "binary" : NULL;
}

/* What is not shown has no text: its octets may hold the sender's number and stay sealed in its row. */
int letter_text(const struct sms_part *p, char *text, size_t size)
{
    text[0] = '\0';
    if (part_unshown(p))
        return 0;
    int n = p->coding == SMS_8BIT ? utf8_clean((const char *)p->body, p->body_len, text, size)
                                  : utf16be_to_utf8(p->body, p->body_len, text, size);
    return n < 0 ? n : 0;
}
