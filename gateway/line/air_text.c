// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A person's text, split in parts as a phone does it (3GPP TS 23.038, TS 23.040 9.2.3.24.1):
 * GSM-7 when every character fits, else UCS2; never inside an escape or a surrogate pair.
 * Called by air_text() only. What can go wrong: more than 255 parts, no memory.
 */
#include "gateway/line/air_priv.h"

#include "gateway/base/err.h"
#include "gateway/base/gsm7.h"
#include "gateway/base/str.h"
#include "gateway/base/utf.h"

#include <stdlib.h>
#include <string.h>

#define GSM7_SINGLE 160
#define GSM7_PART 153
#define UCS2_SINGLE 70
#define UCS2_PART 67

static unsigned unit_at(const uint8_t *u)
{
    return (unsigned)(u[0] << 8 | u[1]);
}

/* Octets of u[0..n) that fit a part of `limit` septets or units. */
static size_t take(const uint8_t *u, size_t n, bool gsm7, int limit)
{
    size_t at = 0;
    int used = 0;
    while (at < n) {
        uint8_t septets[2];
        int cost = gsm7 ? gsm7_encode(unit_at(u + at), septets) : 1;
        if (used + cost > limit)
            break;
        used += cost;
        at += 2;
    }
    if (!gsm7 && at < n && at > 2 && (unit_at(u + at - 2) & 0xFC00) == 0xD800)
        at -= 2;
    return at;
}

/* The service centre's stamp. It has whole seconds only, and the same text twice in one
 * second would be one message to whoever tells them apart by it; a person takes at least
 * a second to send a text again, and so does this one. */
static int64_t stamp(struct air *a, struct air_phone *phone, const char *text)
{
    int64_t ms = air_stamp_ms(a);
    uint64_t hash = air_hash(text, strlen(text));
    unsigned known = phone->n_recent < AIR_RECENT ? phone->n_recent : AIR_RECENT;
    for (unsigned i = 0; i < known; i++)
        if (phone->recent[i].hash == hash && phone->recent[i].stamp_ms >= ms && phone->recent[i].stamp_ms - ms < 60000)
            ms = phone->recent[i].stamp_ms + 1000;
    unsigned at = phone->n_recent++ % AIR_RECENT;
    phone->recent[at].hash = hash;
    phone->recent[at].stamp_ms = ms;
    return ms;
}

static int send_parts(struct air *a, struct sms_part *p, const uint8_t *u, size_t n, int limit)
{
    p->seq = 0;
    size_t at = 0;
    do {
        size_t k = p->total == 1 ? n : take(u + at, n - at, p->coding == SMS_GSM7, limit);
        memset(p->body, 0, sizeof p->body);
        memcpy(p->body, u + at, k);
        p->body_len = (uint16_t)k;
        p->seq++;
        int rc = air_part(a, p);
        if (rc)
            return rc;
        at += k;
    } while (at < n);
    return 0;
}

int air_text(struct air *a, const char *from, const char *utf8)
{
    struct sms_part p = {.total = 1, .seq = 1};
    if (!*from || str_copy(p.sender, sizeof p.sender, from))
        return -EINVAL;
    struct air_phone *phone = air_phone(a, from);
    size_t size = 2 * strlen(utf8) + 2;
    uint8_t *u = malloc(size);
    int n = u ? utf8_to_utf16be(utf8, u, size) : -ENOMEM, rc = -ENOMEM;
    if (!phone || n < 0)
        goto out;
    bool gsm7 = gsm7_septets(utf8) >= 0;
    int limit = gsm7 ? GSM7_PART : UCS2_PART;
    p.coding = gsm7 ? SMS_GSM7 : SMS_UCS2;
    if (take(u, (size_t)n, gsm7, gsm7 ? GSM7_SINGLE : UCS2_SINGLE) < (size_t)n) {
        unsigned parts = 0;
        for (size_t at = 0; at < (size_t)n; parts++)
            at += take(u + at, (size_t)n - at, gsm7, limit);
        rc = -EMSGSIZE;
        if (parts > 255)
            goto out;
        p.total = (uint8_t)parts;
        p.ref_bits = 8;
        p.ref = phone->next_ref++;
    }
    p.smsc_ms = stamp(a, phone, utf8);
    rc = send_parts(a, &p, u, (size_t)n, limit);
out:
    free(u);
    return rc;
}
