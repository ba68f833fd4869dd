// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A record of the journal as octets, integers little endian, texts with their length before them.
 * Called by store/journal_file.c on both ways. What can go wrong: octets of a later version, or of
 * nobody: refused whole, nothing is guessed.
 */
#include "store/journal_item.h"

#include "gateway/base/err.h"

#include <string.h>

#define VERSION 1

/* -- writing -------------------------------------------------------------------------- */

struct out {
    uint8_t *p;
    size_t n, size;
    bool over;
};

static void put(struct out *o, const void *p, size_t n)
{
    if (o->over || n > o->size - o->n) {
        o->over = true;
        return;
    }
    if (n)
        memcpy(o->p + o->n, p, n);
    o->n += n;
}

static void put_int(struct out *o, uint64_t v, size_t octets)
{
    uint8_t b[8];
    for (size_t i = 0; i < octets; i++)
        b[i] = (uint8_t)(v >> 8 * i);
    put(o, b, octets);
}

static void put_text(struct out *o, const char *s)
{
    size_t n = strlen(s);
    put_int(o, n, 2);
    put(o, s, n);
}

static void put_part(struct out *o, const struct journal_item *it)
{
    const struct sms_part *p = &it->part;
    put_text(o, it->line);
    put_text(o, p->sender);
    if (it->type == JOURNAL_CALL)
        return;
    put(o, it->key, sizeof(it->key));
    put_int(o, it->hidden, 1);
    put_int(o, (uint64_t)p->smsc_ms, 8);
    put_int(o, p->ref, 2);
    put_int(o, p->ref_bits, 1);
    put_int(o, p->total, 1);
    put_int(o, p->seq, 1);
    put_int(o, p->coding, 1);
    put_int(o, p->corrupt, 1);
    put_int(o, p->body_len, 2);
    put(o, p->body, p->body_len);
}

static bool has_part(enum journal_type t)
{
    return t == JOURNAL_PART || t == JOURNAL_CALL;
}

int journal_pack(const struct journal_item *it, uint8_t *out, size_t size)
{
    struct out o = {.p = out, .size = size};
    if (it->n_codes < 0 || it->n_codes > JOURNAL_CODES || it->part.body_len > SMS_BODY_MAX)
        return -EMSGSIZE;
    put_int(&o, VERSION, 1);
    put_int(&o, it->type, 1);
    put_int(&o, (uint64_t)it->rel_ms, 8);
    if (has_part(it->type))
        put_part(&o, it);
    else if (it->type == JOURNAL_VOID)
        put_int(&o, it->from, 8);
    else
        put_text(&o, it->text);
    put_int(&o, (uint64_t)it->n_codes, 1);
    for (int i = 0; i < it->n_codes; i++)
        put_text(&o, it->codes[i]);
    return o.over ? -EMSGSIZE : (int)o.n;
}

/* -- reading -------------------------------------------------------------------------- */

struct in {
    const uint8_t *p;
    size_t n;
    bool bad;
};

static void get(struct in *in, void *out, size_t n)
{
    if (in->bad || n > in->n) {
        in->bad = true;
        memset(out, 0, n);
        return;
    }
    if (n)
        memcpy(out, in->p, n);
    in->p += n;
    in->n -= n;
}

static uint64_t get_int(struct in *in, size_t octets)
{
    uint8_t b[8] = {0};
    uint64_t v = 0;
    get(in, b, octets);
    for (size_t i = 0; i < octets; i++)
        v |= (uint64_t)b[i] << 8 * i;
    return v;
}

static void get_text(struct in *in, char *out, size_t size)
{
    size_t n = (size_t)get_int(in, 2);
    out[0] = '\0';
    if (n >= size) {
        in->bad = true;
        return;
    }
    get(in, out, n);
    out[n] = '\0';
    if (memchr(out, 0, n)) /* a text that lies about its length */
        in->bad = true;
}

static void get_part(struct in *in, struct journal_item *it)
{
    struct sms_part *p = &it->part;
    get_text(in, it->line, sizeof(it->line));
    get_text(in, p->sender, sizeof(p->sender));
    if (it->type == JOURNAL_CALL)
        return;
    get(in, it->key, sizeof(it->key));
    it->hidden = get_int(in, 1) != 0;
    p->smsc_ms = (int64_t)get_int(in, 8);
    p->ref = (uint16_t)get_int(in, 2);
    p->ref_bits = (uint8_t)get_int(in, 1);
    p->total = (uint8_t)get_int(in, 1);
    p->seq = (uint8_t)get_int(in, 1);
    p->coding = (uint8_t)get_int(in, 1);
    p->corrupt = (uint8_t)get_int(in, 1);
    p->body_len = (uint16_t)get_int(in, 2);
    if (p->body_len > SMS_BODY_MAX) {
        p->body_len = 0;
        in->bad = true;
    }
    get(in, p->body, p->body_len);
}

int journal_unpack(struct journal_item *it, const uint8_t *p, size_t n)
{
    struct in in = {.p = p, .n = n};
    uint64_t seq = it->seq;
    int64_t wall_ms = it->wall_ms;
    memset(it, 0, sizeof(*it));
    it->seq = seq;
    it->wall_ms = wall_ms;
    unsigned version = (unsigned)get_int(&in, 1), type = (unsigned)get_int(&in, 1);
    if (in.bad || version != VERSION || type < JOURNAL_START || type >= JOURNAL_TYPES)
        return -EINVAL;
    it->type = (enum journal_type)type;
    it->rel_ms = (int64_t)get_int(&in, 8);
    if (has_part(it->type))
        get_part(&in, it);
    else if (it->type == JOURNAL_VOID)
        it->from = get_int(&in, 8);
    else
        get_text(&in, it->text, sizeof(it->text));
    it->n_codes = (int)get_int(&in, 1);
    if (it->n_codes > JOURNAL_CODES)
        return -EINVAL;
    for (int i = 0; i < it->n_codes; i++)
        get_text(&in, it->codes[i], sizeof(it->codes[i]));
    return in.bad || in.n ? -EINVAL : 0;
}
