// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Inside store/ only: one file of the journal. A head of 64 octets with a keyed hash, then records:
 *
 *   head of a record   "TBJr", length of what is sealed, sequence, date (UTC ms); 24 octets, in clear
 *   nonce              24 octets, random
 *   sealed             XChaCha20-Poly1305 of the octets of journal_pack and its tag, by a key of its own
 *                      (a subkey of the key file); the file's random name and the head are bound to it
 *
 * So a record can not be read, changed, moved to another file, or given another place or date
 * without the key. Integers are little endian.
 */
#ifndef TB_STORE_JOURNAL_FILE_H
#define TB_STORE_JOURNAL_FILE_H

#include "store/engine.h"
#include "store/journal_item.h"

#define JOURNAL_ID_SIZE 16
#define JOURNAL_HEAD_SIZE 64
#define JOURNAL_RECORD_HEAD 24
#define JOURNAL_RECORD_MAX (JOURNAL_RECORD_HEAD + SEAL_EXTRA + JOURNAL_PAYLOAD_MAX)

struct journal_head {
    uint8_t id[JOURNAL_ID_SIZE];
    uint64_t first; /* sequence of its first record */
    int64_t wall_ms, rel_ms;
};

/* Where octets come from: a file, read through a window, or memory (fd < 0). */
struct journal_source {
    int fd;
    const uint8_t *memory;
    uint64_t size;
    uint8_t *window; /* made when needed, freed by journal_source_end */
    uint64_t at, have;
};

struct journal_read {
    uint64_t records, last;  /* good ones, sequence of the last */
    uint64_t spoilt, octets; /* places where something was skipped, and how much */
    uint64_t unordered;      /* good ones out of order: skipped */
    uint64_t end;            /* octets up to the end of the last good record */
    bool torn;               /* something is behind it: the write that a death cut off */
};

void journal_head_make(const struct keys *k, const struct journal_head *h, uint8_t out[JOURNAL_HEAD_SIZE]);
/* 0, -EINVAL: no journal, cut short or damaged; -EPERM: of another key file. */
int journal_head_read(const struct keys *k, struct journal_source *s, struct journal_head *h);
/* Seals n <= JOURNAL_PAYLOAD_MAX octets of journal_pack into out (JOURNAL_RECORD_MAX): how many octets. */
size_t journal_seal(const struct keys *k, const uint8_t id[JOURNAL_ID_SIZE], uint64_t seq, int64_t wall_ms,
                    const uint8_t *packed, size_t n, uint8_t *out);
/* Each good record after the sequence `after`, in order. A non-zero return of fn stops and is returned.
 * -EIO when the file can not be read; *r says what was found up to then. */
int journal_file_each(const struct keys *k, struct journal_source *s, uint64_t after,
                      int (*fn)(void *ctx, const struct journal_item *it), void *ctx, struct journal_read *r);
void journal_source_end(struct journal_source *s);

#endif
