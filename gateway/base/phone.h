// SPDX-License-Identifier: GPL-2.0-or-later
/* Phone numbers. In base because config (roster), parsers (slots) and the desk need them. */
#ifndef TB_BASE_PHONE_H
#define TB_BASE_PHONE_H

#include "gateway/base/sms.h"

#include <stddef.h>

/* As typed to E.164: 0…, 84…, 0084…, +…, spaces, dots, hyphens, parentheses; 11-digit
 * numbers from before the 2018 renumbering are converted. out >= 20 octets.
 * 0, -EINVAL when it is no subscriber number, -EMSGSIZE. */
int phone_normalize(const char *in, char *out, size_t size);
/* What a sender address is; a number the operator sends national ("0912…") is a NUMBER too.
 * Vietnamese short codes (3 to 6 digits, and 1800/1900 numbers) are SHORT. */
enum address_kind address_kind(const char *address);

#endif
