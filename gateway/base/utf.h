// SPDX-License-Identifier: GPL-2.0-or-later
/* UTF-8 and UTF-16 as bytes come from a phone: anything ill-formed becomes U+FFFD, never
 * an error, because a message is never refused for its bytes. */
#ifndef TB_BASE_UTF_H
#define TB_BASE_UTF_H

#include <stddef.h>
#include <stdint.h>

/* One code point from p[0..n), n >= 1; *used gets 1..4; U+FFFD for ill-formed bytes. */
uint32_t utf8_next(const char *p, size_t n, size_t *used);
/* 1..4 bytes into out[4]; surrogates and values above U+10FFFF become U+FFFD. */
size_t utf8_put(uint32_t cp, char *out);
/* Copy, replacing ill-formed sequences and NUL by U+FFFD; -EMSGSIZE when size (with the
 * NUL) does not do; returns the length else. */
int utf8_clean(const char *in, size_t n, char *out, size_t size);
/* UTF-16BE octets to UTF-8; lone surrogates and NUL become U+FFFD; length or -EMSGSIZE. */
int utf16be_to_utf8(const uint8_t *in, size_t n, char *out, size_t size);
/* UTF-8 to UTF-16BE octets; octets written or -EMSGSIZE. */
int utf8_to_utf16be(const char *in, uint8_t *out, size_t size);

#endif
