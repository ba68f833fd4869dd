// SPDX-License-Identifier: GPL-2.0-or-later
/* Folding: NFC, marks stripped, đ to d, lower case. Matching happens in folded text only. */
#ifndef TB_PARSERS_FOLD_H
#define TB_PARSERS_FOLD_H

#include <stddef.h>
#include <stdint.h>

/* UTF-8 to NFC UTF-8: length, or -EMSGSIZE (out emptied). */
int fold_nfc(const char *in, size_t n, char *out, size_t size);
/* Folded text of an NFC text; at[i] (may be NULL, size entries) is the offset in `in` of the
 * code point that gave folded octet i, at[len] = n. Length or -EMSGSIZE. Works on NFD too. */
int fold_text(const char *in, size_t n, char *out, size_t size, uint16_t *at);
/* Unaccented text in its own case for outgoing SMS: "Mạn Đê" -> "Man De"; what GSM-7 can
 * not carry becomes '?'. Length or -EMSGSIZE. */
int fold_unaccent(const char *in, size_t n, char *out, size_t size);

#endif
