// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keyed hashes and sealing with libsodium. Called by people.c, message.c and db.c. One key
 * file, one subkey a purpose (crypto_kdf), so that no two kinds of key in the database can
 * be compared with one another.
 */
#include "store/engine.h"

#include "gateway/base/err.h"
#include "gateway/base/log.h"

#include <sodium.h>
#include <string.h>

/* A PIN has 4 to 8 digits: no amount of memory saves it from who has the hash, so it is
 * keyed first, and Argon2id stays small enough for the core's memory bound. */
#define PIN_OPS 3
#define PIN_MEMORY ((size_t)2 << 20)

_Static_assert(SEAL_EXTRA == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES,
               "nonce and tag");
_Static_assert(KEY_SIZE == crypto_kdf_KEYBYTES && KEY_SIZE == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "key size");

int seal_init(struct keys *k, const uint8_t key[KEY_SIZE])
{
    uint8_t *sub[] = {k->seal, k->party, k->part, k->digest, k->check, k->chain, k->journal};
    if (sodium_init() < 0) {
        log_err("libsodium does not start");
        return -EIO;
    }
    for (size_t i = 0; i < ARRAY_LEN(sub); i++)
        crypto_kdf_derive_from_key(sub[i], KEY_SIZE, i + 1, "tinbao-1", key);
    return 0;
}

void seal_wipe(struct keys *k)
{
    sodium_memzero(k, sizeof *k);
}

void seal_random(void *p, size_t n)
{
    randombytes_buf(p, n);
}

void seal(const struct keys *k, const void *p, size_t n, const uint8_t ad[DIGEST_SIZE], uint8_t *out)
{
    uint8_t *nonce = out;
    randombytes_buf(nonce, crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out + crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, NULL, p, n, ad,
                                               DIGEST_SIZE, NULL, nonce, k->seal);
}

int unseal(const struct keys *k, const void *sealed, size_t n, const uint8_t ad[DIGEST_SIZE], void *out)
{
    const uint8_t *nonce = sealed;
    size_t head = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
    if (n < SEAL_EXTRA)
        return -EPERM;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, nonce + head, n - head, ad, DIGEST_SIZE, nonce,
                                                   k->seal) != 0)
        return -EPERM;
    return 0;
}

/* The pieces are laid side by side where they fit, which is nearly always: one pass of
 * BLAKE2b costs a third of its streaming interface. */
void seal_hash(const uint8_t key[KEY_SIZE], const struct piece *pieces, size_t n, uint8_t out[DIGEST_SIZE])
{
    uint8_t flat[512];
    size_t len = 0;
    crypto_generichash_state state;
    bool stream = false;
    for (size_t i = 0; i < n; i++) {
        uint32_t size = (uint32_t)pieces[i].n;
        if (!stream && len + sizeof size + pieces[i].n > sizeof flat) {
            crypto_generichash_init(&state, key, KEY_SIZE, DIGEST_SIZE);
            crypto_generichash_update(&state, flat, len);
            stream = true;
        }
        if (stream) {
            crypto_generichash_update(&state, (const uint8_t *)&size, sizeof size);
            crypto_generichash_update(&state, pieces[i].p, pieces[i].n);
            continue;
        }
        memcpy(flat + len, &size, sizeof size);
        len += sizeof size;
        if (pieces[i].n)
            memcpy(flat + len, pieces[i].p, pieces[i].n);
        len += pieces[i].n;
    }
    if (stream)
        crypto_generichash_final(&state, out, DIGEST_SIZE);
    else
        crypto_generichash(out, DIGEST_SIZE, flat, len, key, KEY_SIZE);
}

void seal_key_check(const struct keys *k, char out[2 * DIGEST_SIZE + 1])
{
    uint8_t hash[DIGEST_SIZE];
    struct piece word = {"key check", 9};
    seal_hash(k->check, &word, 1, hash);
    sodium_bin2hex(out, 2 * DIGEST_SIZE + 1, hash, sizeof hash);
}

static void keyed_pin(const struct keys *k, const char *pin, char out[2 * DIGEST_SIZE + 1])
{
    uint8_t hash[DIGEST_SIZE];
    struct piece pieces[] = {{"pin", 3}, {pin, strlen(pin)}};
    seal_hash(k->check, pieces, ARRAY_LEN(pieces), hash);
    sodium_bin2hex(out, 2 * DIGEST_SIZE + 1, hash, sizeof hash);
}

int seal_pin(const struct keys *k, const char *pin, char *out, size_t size)
{
    char keyed[2 * DIGEST_SIZE + 1];
    if (size < crypto_pwhash_STRBYTES)
        return -EMSGSIZE;
    keyed_pin(k, pin, keyed);
    if (crypto_pwhash_str(out, keyed, strlen(keyed), PIN_OPS, PIN_MEMORY) != 0) {
        log_err("hashing a PIN: out of memory");
        return -ENOMEM;
    }
    return 0;
}

bool seal_pin_is(const struct keys *k, const char *pin, const char *hash)
{
    char keyed[2 * DIGEST_SIZE + 1];
    keyed_pin(k, pin, keyed);
    return hash[0] && crypto_pwhash_str_verify(hash, keyed, strlen(keyed)) == 0;
}
