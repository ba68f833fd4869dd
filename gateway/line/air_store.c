// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The storages of the modem (SIM and ME) and the service centre that holds what does not
 * fit. A slot is found through a bitmap, so that thousands of slots cost nothing. Called by
 * the virtual modem and the player. What can go wrong: storages full (texts are held, never
 * lost), no memory.
 */
#include "gateway/line/air_priv.h"

#include "gateway/base/err.h"
#include "gateway/line/tpdu.h"

#include <stdlib.h>
#include <string.h>

#define WORD 64

int air_bank_init(struct air_bank *b, enum air_mem mem, int total)
{
    b->total = total < 0 ? 0 : total;
    b->slots = calloc((size_t)b->total + 1, sizeof *b->slots);
    b->used = calloc((size_t)b->total / WORD + 1, sizeof *b->used);
    if (!b->slots || !b->used)
        return -ENOMEM;
    for (int i = 0; i < b->total; i++) {
        b->slots[i].mem = mem;
        b->slots[i].index = i + 1;
    }
    return 0;
}

void air_bank_free(struct air_bank *b)
{
    free(b->slots);
    free(b->used);
}

static bool is_used(const struct air_bank *b, int i)
{
    return b->used[i / WORD] >> (i % WORD) & 1;
}

/* The first slot from `from` on that is used (or free), or total. */
static int find(const struct air_bank *b, int from, bool used)
{
    for (int w = from / WORD; w * WORD < b->total; w++) {
        uint64_t bits = used ? b->used[w] : ~b->used[w];
        if (w == from / WORD)
            bits &= UINT64_MAX << (from % WORD);
        if (bits) {
            int i = w * WORD + __builtin_ctzll(bits);
            return i < b->total ? i : b->total;
        }
    }
    return b->total;
}

static void fill(struct air_slot *s, const struct air_slot *from)
{
    s->read = false;
    s->reads = 0;
    s->part = from->part;
    memcpy(s->pdu, from->pdu, from->pdu_len);
    s->pdu_len = from->pdu_len;
}

static struct air_slot *place(struct air *a, const struct air_slot *from)
{
    bool me_first = a->fault == FAULT_WRONG_STORAGE;
    for (int k = AIR_SM; k <= AIR_ME; k++) { /* a full SIM spills into the ME, as most modems do */
        struct air_bank *b = &a->bank[me_first ? AIR_ME - k : k];
        if (b->n_used == b->total)
            continue;
        int i = find(b, 0, false);
        struct air_slot *s = &b->slots[i];
        fill(s, from);
        b->used[i / WORD] |= 1ull << (i % WORD);
        b->n_used++;
        return s;
    }
    return NULL;
}

/* Can the service centre reach the modem, and the modem store? */
static bool takes(const struct air *a)
{
    switch (a->fault) {
    case FAULT_SIM_FULL:
    case FAULT_UNPLUG:
    case FAULT_NO_NETWORK:
        return false;
    case FAULT_SLOT_REPLACED: /* full with one: the next takes its place */
        return a->bank[AIR_SM].n_used + a->bank[AIR_ME].n_used == 0;
    default:
        return !a->away;
    }
}

static void unhold(struct air *a)
{
    struct air_wait *w = a->held;
    a->held = w->next;
    if (!a->held)
        a->held_end = &a->held;
    a->n_held--;
    free(w);
}

void air_was_read(struct air *a, enum air_mem mem, int index)
{
    struct air_bank *b = &a->bank[mem];
    if (a->fault != FAULT_SLOT_REPLACED || index < 1 || index > b->total || ++b->slots[index - 1].reads < 2 || !a->held)
        return;
    fill(&b->slots[index - 1], &a->held->slot);
    unhold(a);
    air_tell_stored(a, mem, index);
}

void air_away(struct air *a, bool away)
{
    a->away = away;
    air_pump(a);
}

void air_pump(struct air *a)
{
    air_phones_expire(a);
    while (a->held && takes(a)) {
        struct air_slot *s = place(a, &a->held->slot);
        if (!s)
            return;
        unhold(a);
        air_tell_stored(a, s->mem, s->index);
    }
}

int air_hold(struct air *a, const struct air_slot *slot)
{
    struct air_wait *w = malloc(sizeof *w);
    if (!w)
        return -ENOMEM;
    w->next = NULL;
    w->slot = *slot;
    *a->held_end = w;
    a->held_end = &w->next;
    a->n_held++;
    return 0;
}

static void as_corrupt(struct air_slot *s)
{
    s->part.corrupt = 1;
    s->part.coding = SMS_8BIT;
    s->part.total = s->part.seq = 1;
    s->part.body_len = (uint16_t)s->pdu_len;
    memcpy(s->part.body, s->pdu, s->pdu_len);
}

int air_put_report(struct air *a, const uint8_t *pdu, size_t n, enum air_mem *mem, int *index)
{
    struct air_slot from = {.pdu_len = n}, *s;
    if (n > sizeof from.pdu)
        return -EMSGSIZE;
    memcpy(from.pdu, pdu, n);
    as_corrupt(&from);
    s = a->fault == FAULT_SIM_FULL ? NULL : place(a, &from);
    if (!s)
        return -ENOSPC;
    *mem = s->mem;
    *index = s->index;
    return 0;
}

int air_raw(struct air *a, const uint8_t *pdu, size_t n)
{
    struct air_slot s = {0};
    if (n == 0 || n > sizeof s.pdu)
        return -EMSGSIZE;
    memcpy(s.pdu, pdu, n);
    s.pdu_len = n;
    int skip = tpdu_smsc(pdu, n);
    if (skip < 0 || tpdu_get_deliver(pdu + skip, n - (size_t)skip, &s.part))
        as_corrupt(&s);
    int rc = air_hold(a, &s);
    if (!rc)
        air_pump(a);
    return rc;
}

int air_part(struct air *a, const struct sms_part *p)
{
    struct air_slot s = {.part = *p};
    if (p->corrupt)
        return air_raw(a, p->body, p->body_len <= sizeof p->body ? p->body_len : 0);
    if (s.part.smsc_ms == 0)
        s.part.smsc_ms = air_stamp_ms(a);
    s.part.smsc_ms -= s.part.smsc_ms % 1000;
    int smsc = tpdu_put_smsc(AIR_SMSC, s.pdu, sizeof s.pdu);
    if (smsc < 0)
        return smsc;
    int n = tpdu_put_deliver(&s.part, s.pdu + smsc, sizeof s.pdu - (size_t)smsc);
    if (n < 0)
        return n;
    s.pdu_len = (size_t)smsc + (size_t)n;
    int rc = air_hold(a, &s);
    if (!rc)
        air_pump(a);
    return rc;
}

int air_capacity(const struct air *a, enum air_mem mem, int *used, int *total)
{
    if (mem != AIR_SM && mem != AIR_ME)
        return -EINVAL;
    *total = a->bank[mem].total;
    *used = a->fault == FAULT_SIM_FULL ? *total : a->bank[mem].n_used;
    return 0;
}

int air_slot(struct air *a, enum air_mem mem, int index, const struct air_slot **out)
{
    struct air_bank *b = &a->bank[mem];
    if (index < 1 || index > b->total || !is_used(b, index - 1))
        return -ENOENT;
    *out = &b->slots[index - 1];
    return 0;
}

int air_next(struct air *a, enum air_mem mem, int after, const struct air_slot **out)
{
    struct air_bank *b = &a->bank[mem];
    if (after < 0 || after >= b->total)
        return -ENOENT;
    int i = find(b, after, true);
    if (i == b->total)
        return -ENOENT;
    *out = &b->slots[i];
    return 0;
}

void air_mark_read(struct air *a, enum air_mem mem, int index)
{
    struct air_bank *b = &a->bank[mem];
    if (index >= 1 && index <= b->total && is_used(b, index - 1))
        b->slots[index - 1].read = true;
}

int air_delete(struct air *a, enum air_mem mem, int index)
{
    struct air_bank *b = &a->bank[mem];
    if (index < 1 || index > b->total || !is_used(b, index - 1))
        return -ENOENT;
    if (a->fault == FAULT_DELETE_FAILS)
        return -EIO;
    b->used[(index - 1) / WORD] &= ~(1ull << ((index - 1) % WORD));
    b->n_used--;
    air_pump(a);
    return 0;
}

size_t air_held(const struct air *a)
{
    return a->n_held;
}
