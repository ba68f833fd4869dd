// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The signature of Standard Webhooks (https://www.standardwebhooks.com, "Signature scheme").
 * Called by http.c. This is the one place outside store/ that includes sodium.h: the key is the
 * receiver's and comes with the job, the store's keys have no business here, and the child
 * that signs must not link the database.
 */
#include "gateway/courier/sign.h"

#include "gateway/base/base64.h"
#include "gateway/base/err.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

int sign_webhook(const uint8_t *key, size_t key_len, const char *id, int64_t at_s, const char *body,
                 char out[SIGN_SIZE])
{
    crypto_auth_hmacsha256_state st;
    uint8_t mac[crypto_auth_hmacsha256_BYTES];
    char at[32];
    if (sodium_init() < 0)
        return -EINVAL;
    snprintf(at, sizeof(at), ".%lld.", (long long)at_s);
    crypto_auth_hmacsha256_init(&st, key, key_len);
    crypto_auth_hmacsha256_update(&st, (const uint8_t *)id, strlen(id));
    crypto_auth_hmacsha256_update(&st, (const uint8_t *)at, strlen(at));
    crypto_auth_hmacsha256_update(&st, (const uint8_t *)body, strlen(body));
    crypto_auth_hmacsha256_final(&st, mac);
    memcpy(out, "v1,", 4);
    base64_write(mac, sizeof(mac), out + 3);
    sodium_memzero(&st, sizeof(st));
    return 0;
}
