// SPDX-License-Identifier: GPL-2.0-or-later
/* A journal's file as a dying medium could leave it: the first octet chooses. Either the octets are a file, or they are
 * laid over one that is whole (place and octets): every record that comes out is one that was written. Or they are an
 * unsealed record: what is read, written again is the same. */
#include "store/journal_file.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define RECORDS 6

struct whole {
    struct keys keys;
    uint8_t octets[JOURNAL_HEAD_SIZE + RECORDS * 256];
    size_t size;
    bool made;
};

static void make(struct whole *w)
{
    uint8_t key[KEY_SIZE] = {1}, packed[JOURNAL_PAYLOAD_MAX];
    struct journal_head h = {.id = {2}, .first = 1};
    if (seal_init(&w->keys, key) < 0)
        abort();
    journal_head_make(&w->keys, &h, w->octets);
    w->size = JOURNAL_HEAD_SIZE;
    for (uint64_t i = 1; i <= RECORDS; i++) {
        struct journal_item it = {.type = JOURNAL_JOB, .text = "parts 00"};
        int len = journal_pack(&it, packed, sizeof(packed));
        if (len < 0)
            abort();
        w->size += journal_seal(&w->keys, h.id, i, 7, packed, (size_t)len, w->octets + w->size);
    }
    w->made = true;
}

static int check(void *ctx, const struct journal_item *it)
{
    uint64_t *last = ctx;
    if (it->type != JOURNAL_JOB || it->seq <= *last || it->seq > RECORDS || it->wall_ms != 7 ||
        strcmp(it->text, "parts 00") != 0)
        abort(); /* forged */
    *last = it->seq;
    return 0;
}

static void read_file(const struct keys *k, const uint8_t *p, size_t n)
{
    struct journal_source s = {.fd = -1, .memory = p, .size = n};
    struct journal_read r;
    uint64_t last = 0;
    journal_file_each(k, &s, 0, check, &last, &r);
    if (r.end > n || (r.records && r.last != last))
        abort();
    journal_source_end(&s);
}

static void read_record(const uint8_t *p, size_t n)
{
    struct journal_item it = {.seq = 9, .wall_ms = 8};
    uint8_t again[JOURNAL_PAYLOAD_MAX];
    if (journal_unpack(&it, p, n) < 0)
        return;
    int len = journal_pack(&it, again, sizeof(again));
    struct journal_item other = {.seq = 9, .wall_ms = 8};
    if (len < 0 || journal_unpack(&other, again, (size_t)len) < 0 || memcmp(&it, &other, sizeof(it)) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct whole w;
    uint8_t copy[sizeof(w.octets)];
    if (!w.made)
        make(&w);
    if (n < 3)
        return 0;
    size_t at = (size_t)(data[1] | data[2] << 8) % w.size, len = n - 3 < w.size - at ? n - 3 : w.size - at;
    memcpy(copy, w.octets, w.size);
    switch (data[0] % 4) {
    case 0:
        read_file(&w.keys, data + 3, n - 3);
        break;
    case 1: /* changed */
        memcpy(copy + at, data + 3, len);
        read_file(&w.keys, copy, w.size);
        break;
    case 2: /* pieces left out */
        memmove(copy + at, copy + at + len, w.size - at - len);
        read_file(&w.keys, copy, w.size - len);
        break;
    default:
        read_record(data + 3, n - 3);
    }
    return 0;
}
