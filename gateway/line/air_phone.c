// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The phones: what the gateway submits is joined per phone and waits there to be read;
 * delivery reports say what became of it. Called by the virtual modem and the player. What
 * can go wrong: parts that never come (a bounded number of half messages is kept for each
 * phone), a phone that stays away (the report says so), no memory (a CMS error).
 */
#include "gateway/line/air_priv.h"

#include "gateway/base/err.h"
#include "gateway/base/phone.h"
#include "gateway/base/str.h"
#include "gateway/base/utf.h"
#include "gateway/line/tpdu.h"

#include <stdlib.h>
#include <string.h>

#define CMS_UNIDENTIFIED 28   /* TS 24.011 E.2: unidentified subscriber */
#define CMS_NO_MEMORY 38      /* network out of order */
#define CMS_NOT_SUBSCRIBED 50 /* TS 24.011 E.2: requested facility not subscribed */
#define CMS_NO_NETWORK 331    /* TS 27.005 3.2.5: no network service */
#define CMS_INVALID_PDU 304   /* TS 27.005 3.2.5: invalid PDU mode parameter */

#define ST_DELIVERED 0x00
#define ST_NO_RESPONSE 0x22 /* temporary, service centre still trying */
#define ST_EXPIRED 0x46     /* permanent: validity period expired */

uint64_t air_hash(const void *p, size_t n)
{
    const unsigned char *b = p;
    uint64_t h = 0xcbf29ce484222325ull; /* FNV-1a */
    for (size_t i = 0; i < n; i++)
        h = (h ^ b[i]) * 0x100000001b3ull;
    return h;
}

static void key_of(const char *number, char key[ADDRESS_SIZE])
{
    if (phone_normalize(number, key, ADDRESS_SIZE) && str_copy(key, ADDRESS_SIZE, number))
        key[0] = '\0';
}

static struct air_phone *find(const struct air *a, const char *key)
{
    struct air_phone *p = a->phones[air_hash(key, strlen(key)) % AIR_BUCKETS];
    while (p && strcmp(p->number, key) != 0)
        p = p->next;
    return p;
}

struct air_phone *air_phone(struct air *a, const char *number)
{
    char key[ADDRESS_SIZE];
    key_of(number, key);
    struct air_phone *p = find(a, key);
    if (p)
        return p;
    p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    memcpy(p->number, key, sizeof key);
    p->away_end = &p->away;
    struct air_phone **bucket = &a->phones[air_hash(key, strlen(key)) % AIR_BUCKETS];
    p->next = *bucket;
    *bucket = p;
    return p;
}

static void join_free(struct air_join *j)
{
    for (unsigned i = 0; i < j->total; i++)
        free(j->parts[i]);
    free(j);
}

static void phone_free(struct air_phone *p)
{
    while (p->joins) {
        struct air_join *next = p->joins->next;
        join_free(p->joins);
        p->joins = next;
    }
    while (p->away) {
        struct air_away *next = p->away->next;
        free(p->away);
        p->away = next;
    }
    free(p);
}

void air_phones_free(struct air *a)
{
    while (a->first) {
        struct air_msg *next = a->first->next;
        free(a->first);
        a->first = next;
    }
    for (size_t i = 0; i < AIR_BUCKETS; i++)
        while (a->phones[i]) {
            struct air_phone *next = a->phones[i]->next;
            phone_free(a->phones[i]);
            a->phones[i] = next;
        }
}

static int append_msg(struct air *a, struct air_phone *phone, const char *text)
{
    size_t n = strlen(text) + 1;
    struct air_msg *m = malloc(sizeof *m + n);
    if (!m)
        return -ENOMEM;
    *m = (struct air_msg){.prev = a->last, .phone = phone, .at_ms = clock_now_ms(a->clock)};
    memcpy(m->text, text, n);
    *(a->last ? &a->last->next : &a->first) = m;
    a->last = m;
    *(phone->last ? &phone->last->next_on_phone : &phone->first) = m;
    phone->last = m;
    phone->waiting++;
    return 0;
}

/* UTF-16BE octets as the text a phone shows; over-long ones are cut at a character. */
static int show(struct air *a, struct air_phone *phone, const uint8_t *u, size_t n)
{
    size_t cap = n / 2 * 3 + 1;
    char *text = malloc(cap);
    if (!text)
        return -ENOMEM;
    struct air_sms sms = {.at_ms = clock_now_ms(a->clock)};
    int len = utf16be_to_utf8(u, n, text, cap);
    if (len < 0)
        len = 0;
    if ((size_t)len >= sizeof sms.text) {
        len = sizeof sms.text - 1;
        while (len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80)
            len--;
    }
    text[len] = '\0';
    memcpy(sms.text, text, (size_t)len + 1);
    memcpy(sms.phone, phone->number, sizeof sms.phone);
    free(text);
    int rc = append_msg(a, phone, sms.text);
    if (!rc)
        air_tell_arrived(a, &sms);
    return rc;
}

/* A part's body as UTF-16BE; octets of an 8-bit one are shown as Latin-1. */
static size_t units_of(const struct sms_part *p, uint8_t *u)
{
    if (p->coding != SMS_8BIT) {
        memcpy(u, p->body, p->body_len);
        return p->body_len;
    }
    for (size_t i = 0; i < p->body_len; i++) {
        u[2 * i] = 0;
        u[2 * i + 1] = p->body[i];
    }
    return 2u * p->body_len;
}

static int show_join(struct air *a, struct air_phone *phone, const struct air_join *j)
{
    uint8_t *u = malloc((size_t)j->total * 2 * SMS_BODY_MAX);
    size_t n = 0;
    if (!u)
        return -ENOMEM;
    for (unsigned i = 0; i < j->total; i++)
        if (j->parts[i])
            n += units_of(j->parts[i], u + n);
    int rc = show(a, phone, u, n);
    free(u);
    return rc;
}

/* Found or made; a phone with too many half messages shows the oldest as it is. */
static struct air_join *join_for(struct air *a, struct air_phone *phone, const struct sms_part *p)
{
    struct air_join **at = &phone->joins;
    for (; *at; at = &(*at)->next)
        if ((*at)->ref == p->ref && (*at)->ref_bits == p->ref_bits && (*at)->total == p->total)
            return *at;
    struct air_join *oldest = phone->joins;
    if (oldest && phone->n_joins == AIR_JOINS_MAX) {
        phone->joins = oldest->next;
        phone->n_joins--;
        show_join(a, phone, oldest);
        join_free(oldest);
        for (at = &phone->joins; *at;)
            at = &(*at)->next;
    }
    struct air_join *j = calloc(1, sizeof *j + p->total * sizeof(struct sms_part *));
    if (!j)
        return NULL;
    j->ref = p->ref;
    j->ref_bits = p->ref_bits;
    j->total = p->total;
    *at = j;
    phone->n_joins++;
    return j;
}

static int join_part(struct air *a, struct air_phone *phone, const struct sms_part *p)
{
    struct air_join *j = join_for(a, phone, p);
    if (!j)
        return -ENOMEM;
    struct sms_part **slot = &j->parts[p->seq - 1];
    if (!*slot) {
        *slot = malloc(sizeof **slot);
        if (!*slot)
            return -ENOMEM;
        j->have++;
    }
    **slot = *p;
    if (j->have < j->total)
        return 0;
    struct air_join **at = &phone->joins;
    while (*at != j)
        at = &(*at)->next;
    *at = j->next;
    phone->n_joins--;
    int rc = show_join(a, phone, j);
    join_free(j);
    return rc;
}

static int deliver(struct air *a, struct air_phone *phone, const struct sms_part *p)
{
    if (!strcmp(phone->number, a->own)) { /* a text to itself comes back in */
        struct sms_part in = *p;
        memcpy(in.sender, a->own, sizeof in.sender);
        in.smsc_ms = 0;
        return air_part(a, &in);
    }
    if (p->ref_bits && p->total > 1)
        return join_part(a, phone, p);
    uint8_t u[2 * SMS_BODY_MAX];
    return show(a, phone, u, units_of(p, u));
}

static int keep_away(struct air *a, struct air_phone *phone, const struct tpdu_submit *s)
{
    struct air_away *w = calloc(1, sizeof *w);
    if (!w)
        return -ENOMEM;
    w->part = s->part;
    w->want_report = s->want_report;
    w->ref = s->ref;
    w->expires_ms = clock_boot_ms(a->clock) + (s->validity_ms > 0 ? s->validity_ms : AIR_VALIDITY_MS);
    *phone->away_end = w;
    phone->away_end = &w->next;
    a->n_away++;
    return 0;
}

static int submit(struct air *a, struct tpdu_submit *s, uint8_t *ref)
{
    const struct sms_part *p = &s->part;
    const char *digits = p->sender + (p->sender[0] == '+');
    a->submits++;
    if (a->fault == FAULT_CMS)
        return a->cms;
    if (a->fault == FAULT_NO_NETWORK || a->fault == FAULT_NO_CREDIT)
        return a->fault == FAULT_NO_CREDIT ? CMS_NOT_SUBSCRIBED : CMS_NO_NETWORK;
    if (p->body_len > sizeof p->body || (p->ref_bits && (p->seq == 0 || p->seq > p->total)))
        return -EINVAL;
    if (!*digits || strspn(digits, "0123456789") != strlen(digits))
        return CMS_UNIDENTIFIED;
    struct air_phone *phone = air_phone(a, p->sender);
    if (!phone)
        return CMS_NO_MEMORY;
    *ref = s->ref = a->next_mr++;
    int rc = phone->unreachable ? keep_away(a, phone, s) : deliver(a, phone, p);
    if (rc)
        return CMS_NO_MEMORY;
    if (s->want_report)
        air_tell_report(a, s->ref, p->sender, phone->unreachable ? ST_NO_RESPONSE : ST_DELIVERED);
    return 0;
}

uint64_t air_submits(const struct air *a)
{
    return a->submits;
}

int air_submit(struct air *a, const struct sms_part *p, bool want_report, int64_t validity_ms, uint8_t *ref)
{
    struct tpdu_submit s = {.part = *p, .want_report = want_report, .validity_ms = validity_ms};
    return submit(a, &s, ref);
}

int air_submit_pdu(struct air *a, const uint8_t *tpdu, size_t n, uint8_t *ref)
{
    struct tpdu_submit s;
    if (tpdu_get_submit(tpdu, n, &s))
        return CMS_INVALID_PDU;
    return submit(a, &s, ref);
}

static struct air_away *pop_away(struct air *a, struct air_phone *phone)
{
    struct air_away *w = phone->away;
    phone->away = w->next;
    if (!phone->away)
        phone->away_end = &phone->away;
    a->n_away--;
    return w;
}

int air_reachable(struct air *a, const char *number, bool reachable)
{
    struct air_phone *phone = air_phone(a, number);
    if (!phone)
        return -ENOMEM;
    phone->unreachable = !reachable;
    while (reachable && phone->away) {
        struct air_away *w = pop_away(a, phone);
        int rc = deliver(a, phone, &w->part);
        if (!rc && w->want_report)
            air_tell_report(a, w->ref, w->part.sender, ST_DELIVERED);
        free(w);
        if (rc)
            return rc;
    }
    return 0;
}

void air_phones_expire(struct air *a)
{
    if (a->n_away == 0)
        return;
    int64_t now = clock_boot_ms(a->clock);
    for (size_t i = 0; i < AIR_BUCKETS; i++)
        for (struct air_phone *p = a->phones[i]; p; p = p->next)
            while (p->away && p->away->expires_ms <= now) {
                struct air_away *w = pop_away(a, p);
                if (w->want_report)
                    air_tell_report(a, w->ref, w->part.sender, ST_EXPIRED);
                free(w);
            }
}

int air_take(struct air *a, const char *phone, struct air_sms *out)
{
    struct air_msg *m = a->first;
    if (phone) {
        char key[ADDRESS_SIZE];
        key_of(phone, key);
        const struct air_phone *p = find(a, key);
        m = p ? p->first : NULL;
    }
    if (!m)
        return 0;
    struct air_phone *p = m->phone; /* m is the oldest of its phone either way */
    p->first = m->next_on_phone;
    if (!p->first)
        p->last = NULL;
    p->waiting--;
    *(m->prev ? &m->prev->next : &a->first) = m->next;
    *(m->next ? &m->next->prev : &a->last) = m->prev;
    memcpy(out->phone, p->number, sizeof out->phone);
    out->at_ms = m->at_ms;
    memcpy(out->text, m->text, strlen(m->text) + 1);
    free(m);
    return 1;
}

size_t air_waiting(const struct air *a, const char *phone)
{
    size_t n = 0;
    if (phone) {
        char key[ADDRESS_SIZE];
        key_of(phone, key);
        const struct air_phone *p = find(a, key);
        return p ? p->waiting : 0;
    }
    for (const struct air_msg *m = a->first; m; m = m->next)
        n++;
    return n;
}
