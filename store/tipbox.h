// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The box of a tip's text (crypto_box_seal: Curve25519, XSalsa20-Poly1305): whoever has the public key can close it,
 * only the secret half opens it. No database. The text is padded, so that the size of a box says little.
 */
#ifndef TB_STORE_TIPBOX_H
#define TB_STORE_TIPBOX_H

#include "gateway/base/tipkey.h"

#include <stddef.h>

/* Draws a pair: -EIO when the library does not start. */
int tipbox_make(uint8_t public_key[TIPKEY_SIZE], uint8_t secret_key[TIPKEY_SIZE]);
/* The public key of a secret one. */
int tipbox_public(const uint8_t secret_key[TIPKEY_SIZE], uint8_t public_key[TIPKEY_SIZE]);
/* *box is malloc'ed. -ENOMEM, -EIO. */
int tipbox_close(const uint8_t public_key[TIPKEY_SIZE], const void *text, size_t n, uint8_t **box, size_t *size);
/* *text is malloc'ed and ends in a NUL. -EPERM: another key, or not whole. */
int tipbox_open(const uint8_t secret_key[TIPKEY_SIZE], const void *box, size_t size, char **text, size_t *n);

#endif
