// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Is a stored PDU what it says it is? Pure. Called by gammu_store.c before libgammu may see
 * the PDU. Stricter than tpdu.c: also what libgammu alone stumbles over is malformed.
 */
#include "gateway/line/gammu_check.h"

#include "gateway/base/sms.h"
#include "gateway/line/tpdu.h"

#include <stdbool.h>

/* Coding groups that libgammu and TS 23.038 clause 4 agree on, uncompressed. */
static bool known_dcs(uint8_t dcs)
{
    return ((dcs & 0xC0) == 0 && !(dcs & 0x20) && (dcs & 0x0C) != 0x0C) || (dcs & 0xC0) == 0xC0;
}

/* tpdu_get_deliver() has accepted it: bounds hold. Is there nothing behind the user data
 * (but the 0xFF some phones pad with), and a coding libgammu reads as we do? */
static bool strict_deliver(const uint8_t *p, size_t n)
{
    size_t at = 2 + (size_t)(p[1] + 1) / 2 + 1; /* octets up to and with the address */
    uint8_t dcs = p[at + 1], udl = p[at + 9];
    bool septets = ((dcs & 0xC0) == 0 && (dcs & 0x0C) == 0) || (dcs & 0xE0) == 0xC0 || (dcs & 0xF4) == 0xF0;
    size_t end = at + 10 + (septets ? (udl * 7u + 7) / 8 : udl);
    return known_dcs(dcs) && end <= n && (end == n || p[end] == 0xFF);
}

enum gm_stored gm_classify(const uint8_t *pdu, size_t n)
{
    struct sms_part part;
    struct tpdu_report report;
    int smsc = tpdu_smsc(pdu, n);
    if (smsc < 0)
        return STORED_BAD;
    const uint8_t *p = pdu + smsc;
    n -= (size_t)smsc;
    switch (p[0] & 3) {
    case 0:
        return n <= TPDU_MAX && tpdu_get_deliver(p, n, &part) == 0 && strict_deliver(p, n) ? STORED_DELIVER
                                                                                           : STORED_BAD;
    case 1:
        return STORED_OWN; /* never shown to libgammu */
    case 2:
        return tpdu_get_report(p, n, &report) == 0 ? STORED_REPORT : STORED_BAD;
    default:
        return STORED_BAD;
    }
}
