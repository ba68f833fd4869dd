// SPDX-License-Identifier: GPL-2.0-or-later
/* Vietnamese syllables and their marks: what tells a slip of the thumb from another word. */
#ifndef TB_PARSERS_SYLLABLE_H
#define TB_PARSERS_SYLLABLE_H

#include <stdbool.h>
#include <stddef.h>

/* Could these folded letters be a syllable of Vietnamese ("thuong", not "trnih")? */
bool syllable_valid(const char *s, size_t n);
/* Is the typed word the meant one with marks left out, none of them another? "chay" and
 * "cháy" go with "cháy", "chạy" does not. Both NFC of one syllable, any case. */
bool marks_agree(const char *typed, size_t n, const char *meant, size_t m);
/* Telex or VNI keys left in a folded word, taken out: "ddoong" -> "dong", "ta8c1" -> "tac".
 * Length of out (0 = does not fit). */
size_t keys_out(const char *s, size_t n, char *out, size_t size);
/* No syllable, and it looks as if such keys were left in it ("gaatj", "ta8c"). */
bool looks_keyed(const char *s, size_t n);

#endif
