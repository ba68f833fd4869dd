// SPDX-License-Identifier: GPL-2.0-or-later
/* GSM-7 default alphabet and its extension (3GPP TS 23.038 6.2.1). In base because the
 * templates count septets and the air packs them. */
#ifndef TB_BASE_GSM7_H
#define TB_BASE_GSM7_H

#include <stddef.h>
#include <stdint.h>

#define GSM7_SINGLE_SEPTETS 160

/* Septets of a UTF-8 text (extension characters count 2), or -EINVAL when a character is
 * not in the alphabet. */
int gsm7_septets(const char *utf8);
/* Cuts `text` in place so that it has at most `septets`, never inside a character. */
void gsm7_cut(char *text, int septets);

/* The septets of one code point into out[2]: 1, 2, or 0 when not in the alphabet. */
int gsm7_encode(uint32_t cp, uint8_t out[2]);
/* The code point of a septet (ext: it followed 0x1B); U+FFFD when undefined. */
uint32_t gsm7_decode(uint8_t septet, int ext);

#endif
