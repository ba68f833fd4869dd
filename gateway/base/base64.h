// SPDX-License-Identifier: GPL-2.0-or-later
/* Base64 (RFC 4648 section 4): mails, webhook signatures and their secrets. */
#ifndef TB_BASE_BASE64_H
#define TB_BASE_BASE64_H

#include <stddef.h>
#include <stdint.h>

#define BASE64_SIZE(n) (((n) + 2) / 3 * 4 + 1) /* of the text of n octets, with its NUL */

/* Writes the text of n octets, padded; out has room for BASE64_SIZE(n). Its length. */
size_t base64_write(const void *p, size_t n, char *out);
/* Reads a text of n characters, padded or not: the number of octets, -EINVAL when it is none,
 * -EMSGSIZE when they do not fit. */
int base64_read(const char *text, size_t n, uint8_t *out, size_t size);

#endif
