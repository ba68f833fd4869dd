// SPDX-License-Identifier: GPL-2.0-or-later
/* Signatures of webhooks. */
#ifndef TB_COURIER_SIGN_H
#define TB_COURIER_SIGN_H

#include <stddef.h>
#include <stdint.h>

#define SIGN_SIZE 64

/* Writes "v1,<base64>" of the HMAC-SHA256 of "id.at_s.body" under the key, as Standard Webhooks
 * 1.0 asks. 0 or -EINVAL (the library does not run). */
int sign_webhook(const uint8_t *key, size_t key_len, const char *id, int64_t at_s, const char *body,
                 char out[SIGN_SIZE]);

#endif
