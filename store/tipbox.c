// SPDX-License-Identifier: GPL-2.0-or-later
/* Boxes for the texts of tips. See tipbox.h. Called by the desk, and by `tinbao tips`. */
#include "store/tipbox.h"

#include "gateway/base/err.h"
#include "gateway/base/log.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 128

_Static_assert(TIPKEY_SIZE == crypto_box_PUBLICKEYBYTES && TIPKEY_SIZE == crypto_box_SECRETKEYBYTES, "key size");

static int start(void)
{
    if (sodium_init() >= 0)
        return 0;
    log_err("libsodium does not start");
    return -EIO;
}

int tipbox_make(uint8_t public_key[TIPKEY_SIZE], uint8_t secret_key[TIPKEY_SIZE])
{
    int rc = start();
    if (!rc && crypto_box_keypair(public_key, secret_key) != 0)
        rc = -EIO;
    return rc;
}

int tipbox_public(const uint8_t secret_key[TIPKEY_SIZE], uint8_t public_key[TIPKEY_SIZE])
{
    int rc = start();
    return rc ? rc : crypto_scalarmult_base(public_key, secret_key) != 0 ? -EPERM : 0;
}

int tipbox_close(const uint8_t public_key[TIPKEY_SIZE], const void *text, size_t n, uint8_t **box, size_t *size)
{
    size_t padded = n;
    *box = NULL;
    int rc = start();
    if (rc)
        return rc;
    uint8_t *plain = malloc(n + BLOCK);
    if (!plain)
        return -ENOMEM;
    memcpy(plain, text, n);
    sodium_pad(&padded, plain, n, BLOCK, n + BLOCK);
    *size = padded + crypto_box_SEALBYTES;
    *box = malloc(*size);
    if (!*box)
        rc = -ENOMEM;
    else if (crypto_box_seal(*box, plain, padded, public_key) != 0)
        rc = -EIO; /* a public key of small order */
    sodium_memzero(plain, n + BLOCK);
    free(plain);
    if (rc) {
        free(*box);
        *box = NULL;
    }
    return rc;
}

int tipbox_open(const uint8_t secret_key[TIPKEY_SIZE], const void *box, size_t size, char **text, size_t *n)
{
    uint8_t public_key[TIPKEY_SIZE];
    *text = NULL;
    int rc = tipbox_public(secret_key, public_key);
    if (rc || size < crypto_box_SEALBYTES + BLOCK)
        return rc ? rc : -EPERM;
    size_t padded = size - crypto_box_SEALBYTES;
    char *plain = malloc(padded + 1);
    if (!plain)
        return -ENOMEM;
    if (crypto_box_seal_open((uint8_t *)plain, box, size, public_key, secret_key) != 0 ||
        sodium_unpad(n, (uint8_t *)plain, padded, BLOCK) != 0) {
        free(plain);
        return -EPERM;
    }
    plain[*n] = '\0';
    *text = plain;
    return 0;
}
