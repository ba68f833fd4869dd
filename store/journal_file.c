// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Records of a journal file, sealed and read back. Called by store/journal.c and by the fuzz target. What
 * can go wrong: the last record is torn (left out, its place told), one in the middle is damaged (skipped
 * up to the next that is whole, and counted), the file is of another key.
 */
#include "store/journal_file.h"

#include "gateway/base/err.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WINDOW ((size_t)32768) /* many records, and more than one */
#define NONCE_SIZE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define AD_SIZE (JOURNAL_ID_SIZE + JOURNAL_RECORD_HEAD)

_Static_assert(WINDOW >= 2 * JOURNAL_RECORD_MAX, "a record fits, wherever it begins");

static void put_int(uint8_t *p, uint64_t v, size_t octets)
{
    for (size_t i = 0; i < octets; i++)
        p[i] = (uint8_t)(v >> 8 * i);
}

static uint64_t get_int(const uint8_t *p, size_t octets)
{
    uint64_t v = 0;
    for (size_t i = 0; i < octets; i++)
        v |= (uint64_t)p[i] << 8 * i;
    return v;
}

static const uint8_t FILE_MAGIC[8] = {'t', 'i', 'n', 'b', 'a', 'o', 'J', '1'};
static const uint8_t RECORD_MAGIC[4] = {'T', 'B', 'J', 'r'};

/* -- the head ------------------------------------------------------------------------- */

static void head_hash(const uint8_t key[KEY_SIZE], const uint8_t *head, uint8_t out[DIGEST_SIZE])
{
    struct piece p = {head, JOURNAL_HEAD_SIZE - DIGEST_SIZE};
    seal_hash(key, &p, 1, out);
}

void journal_head_make(const struct keys *k, const struct journal_head *h, uint8_t out[JOURNAL_HEAD_SIZE])
{
    memcpy(out, FILE_MAGIC, 8);
    memcpy(out + 8, h->id, JOURNAL_ID_SIZE);
    put_int(out + 24, h->first, 8);
    put_int(out + 32, (uint64_t)h->wall_ms, 8);
    put_int(out + 40, (uint64_t)h->rel_ms, 8);
    head_hash(k->journal, out, out + JOURNAL_HEAD_SIZE - DIGEST_SIZE);
}

/* -- where octets come from ----------------------------------------------------------- */

static int fill(struct journal_source *s, uint64_t at)
{
    if (!s->window)
        s->window = malloc(WINDOW);
    if (!s->window)
        return -ENOMEM;
    s->at = at;
    s->have = 0;
    while (s->have < WINDOW && at + s->have < s->size) {
        ssize_t n = pread(s->fd, s->window + s->have, WINDOW - s->have, (off_t)(at + s->have));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return s->have ? 0 : -EIO;
        if (n == 0)
            break;
        s->have += (uint64_t)n;
    }
    return 0;
}

/* `need` octets from `at` on in *p; NULL when there are not so many. */
static int view(struct journal_source *s, uint64_t at, size_t need, const uint8_t **p)
{
    *p = NULL;
    if (at > s->size || s->size - at < need)
        return 0;
    if (s->fd < 0) {
        *p = s->memory + at;
        return 0;
    }
    if (!s->window || at < s->at || at - s->at + need > s->have) {
        int rc = fill(s, at);
        if (rc < 0)
            return rc;
    }
    if (s->have >= need)
        *p = s->window + (at - s->at);
    return 0;
}

void journal_source_end(struct journal_source *s)
{
    free(s->window);
    s->window = NULL;
}

int journal_head_read(const struct keys *k, struct journal_source *s, struct journal_head *h)
{
    uint8_t hash[DIGEST_SIZE];
    const uint8_t *p;
    memset(h, 0, sizeof(*h));
    int rc = view(s, 0, JOURNAL_HEAD_SIZE, &p);
    if (rc < 0)
        return rc;
    if (!p || memcmp(p, FILE_MAGIC, 8) != 0)
        return -EINVAL;
    head_hash(k->journal, p, hash);
    if (sodium_memcmp(hash, p + JOURNAL_HEAD_SIZE - DIGEST_SIZE, DIGEST_SIZE) != 0)
        return -EPERM;
    memcpy(h->id, p + 8, JOURNAL_ID_SIZE);
    h->first = get_int(p + 24, 8);
    h->wall_ms = (int64_t)get_int(p + 32, 8);
    h->rel_ms = (int64_t)get_int(p + 40, 8);
    return 0;
}

/* -- records -------------------------------------------------------------------------- */

size_t journal_seal(const struct keys *k, const uint8_t id[JOURNAL_ID_SIZE], uint64_t seq, int64_t wall_ms,
                    const uint8_t *packed, size_t n, uint8_t *out)
{
    uint8_t ad[AD_SIZE], *nonce = out + JOURNAL_RECORD_HEAD;
    size_t sealed = n + crypto_aead_xchacha20poly1305_ietf_ABYTES;
    memcpy(out, RECORD_MAGIC, 4);
    put_int(out + 4, sealed, 4);
    put_int(out + 8, seq, 8);
    put_int(out + 16, (uint64_t)wall_ms, 8);
    memcpy(ad, id, JOURNAL_ID_SIZE);
    memcpy(ad + JOURNAL_ID_SIZE, out, JOURNAL_RECORD_HEAD);
    seal_random(nonce, NONCE_SIZE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + NONCE_SIZE, NULL, packed, n, ad, sizeof(ad), NULL, nonce,
                                               k->journal);
    return JOURNAL_RECORD_HEAD + NONCE_SIZE + sealed;
}

struct record {
    uint64_t seq, size; /* octets in the file */
    size_t sealed;
};

/* Does a record stand at `at`? 1, 0, or an error of reading. */
static int look(struct journal_source *s, uint64_t at, struct record *r)
{
    const uint8_t *p;
    int rc = view(s, at, JOURNAL_RECORD_HEAD, &p);
    if (rc < 0 || !p || memcmp(p, RECORD_MAGIC, 4) != 0)
        return rc;
    r->sealed = (size_t)get_int(p + 4, 4);
    r->seq = get_int(p + 8, 8);
    if (r->sealed < crypto_aead_xchacha20poly1305_ietf_ABYTES ||
        r->sealed > JOURNAL_PAYLOAD_MAX + crypto_aead_xchacha20poly1305_ietf_ABYTES)
        return 0;
    r->size = JOURNAL_RECORD_HEAD + NONCE_SIZE + r->sealed;
    return at + r->size <= s->size;
}

/* 1 with the item, 0 when it does not open, or an error. */
static int open_record(const struct keys *k, const uint8_t *id, struct journal_source *s, uint64_t at,
                       const struct record *r, struct journal_item *it)
{
    uint8_t plain[JOURNAL_PAYLOAD_MAX], ad[AD_SIZE];
    const uint8_t *p;
    unsigned long long n;
    int rc = view(s, at, (size_t)r->size, &p);
    if (rc < 0 || !p)
        return rc;
    const uint8_t *nonce = p + JOURNAL_RECORD_HEAD;
    memcpy(ad, id, JOURNAL_ID_SIZE);
    memcpy(ad + JOURNAL_ID_SIZE, p, JOURNAL_RECORD_HEAD);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, &n, NULL, nonce + NONCE_SIZE, r->sealed, ad, sizeof(ad),
                                                   nonce, k->journal) != 0)
        return 0;
    it->seq = r->seq;
    it->wall_ms = (int64_t)get_int(p + 16, 8);
    rc = journal_unpack(it, plain, (size_t)n);
    sodium_memzero(plain, sizeof(plain));
    return rc == 0;
}

/* 1 with the item, 0 when no record stands there that opens, or an error. */
static int at_record(const struct keys *k, const uint8_t *id, struct journal_source *s, uint64_t at, struct record *r,
                     struct journal_item *it)
{
    int rc = look(s, at, r);
    return rc <= 0 ? rc : open_record(k, id, s, at, r, it);
}

int journal_file_each(const struct keys *k, struct journal_source *s, uint64_t after,
                      int (*fn)(void *ctx, const struct journal_item *it), void *ctx, struct journal_read *r)
{
    struct journal_item it;
    struct journal_head h;
    struct record rec = {0};
    uint64_t at = JOURNAL_HEAD_SIZE;
    memset(r, 0, sizeof(*r));
    int rc = journal_head_read(k, s, &h);
    r->end = rc < 0 ? 0 : at;
    while (rc >= 0 && at < s->size) {
        rc = at_record(k, h.id, s, at, &rec, &it);
        if (rc < 0)
            break;
        if (rc == 0) { /* perhaps the next octet begins one that is whole */
            at++;
            continue;
        }
        if (at > r->end) {
            r->spoilt++;
            r->octets += at - r->end;
        }
        at = r->end = at + rec.size;
        if (r->records && rec.seq <= r->last) {
            r->unordered++;
            rc = 0;
            continue;
        }
        r->records++;
        r->last = rec.seq;
        rc = rec.seq > after ? fn(ctx, &it) : 0;
        if (rc)
            break;
    }
    r->torn = r->end < s->size;
    sodium_memzero(&it, sizeof(it));
    return rc;
}
