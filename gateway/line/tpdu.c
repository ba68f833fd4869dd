// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The TPDUs themselves: DELIVER (3GPP TS 23.040 9.2.2.1), SUBMIT (9.2.2.2) and
 * STATUS-REPORT (9.2.2.3), put together from the fields of tpdu_field.c. Called by the
 * air, the AT engine and tests. Malformed input is -EINVAL, never more.
 */
#include "gateway/line/tpdu.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/line/tpdu_field.h"

#include <string.h>

#define FO_SUBMIT 0x01
#define FO_REPORT 0x02
#define FO_NO_MORE 0x04 /* TP-MMS, in what the service centre sends */
#define FO_VPF 0x18
#define FO_SRR 0x20
#define FO_UDHI 0x40
#define PID_TYPE_0 0x40 /* 9.2.3.9 */

int tpdu_smsc(const uint8_t *pdu, size_t n)
{
    if (n == 0 || pdu[0] > 12 || pdu[0] == 1 || n <= pdu[0] + 1u)
        return -EINVAL;
    return pdu[0] + 1;
}

int tpdu_put_smsc(const char *number, uint8_t *out, size_t size)
{
    struct tpdu_out o = {.p = out, .cap = size};
    const char *digits = number + (number[0] == '+');
    size_t octets = strlen(digits) ? (strlen(digits) + 1) / 2 + 1 : 0;
    if (octets > 11)
        return -EINVAL;
    int rc = tpdu_out_u8(&o, (uint8_t)octets);
    if (!rc && octets)
        rc = tpdu_out_u8(&o, digits > number ? 0x91 : 0x81);
    if (!rc)
        rc = tpdu_out_digits(&o, digits);
    return rc ? rc : (int)o.n;
}

enum tpdu_type tpdu_type(uint8_t first, bool from_sc)
{
    switch (first & 3) {
    case 0:
        return from_sc ? TPDU_DELIVER : TPDU_RESERVED;
    case FO_SUBMIT:
        return from_sc ? TPDU_RESERVED : TPDU_SUBMIT;
    case FO_REPORT:
        return from_sc ? TPDU_STATUS_REPORT : TPDU_RESERVED;
    default:
        return TPDU_RESERVED;
    }
}

int tpdu_get_deliver(const uint8_t *p, size_t n, struct sms_part *out)
{
    struct tpdu_in in = {.p = p, .n = n};
    uint8_t fo, pid, dcs;
    memset(out, 0, sizeof *out);
    if (tpdu_in_u8(&in, &fo) || tpdu_type(fo, true) != TPDU_DELIVER || tpdu_in_address(&in, out->sender) ||
        tpdu_in_u8(&in, &pid) || tpdu_in_u8(&in, &dcs) || tpdu_in_scts(&in, &out->smsc_ms) ||
        tpdu_in_user_data(&in, dcs, fo & FO_UDHI, out)) {
        memset(out, 0, sizeof *out);
        return -EINVAL;
    }
    out->silent = pid == PID_TYPE_0;
    return 0;
}

int tpdu_put_deliver(const struct sms_part *in, uint8_t *out, size_t size)
{
    struct tpdu_out o = {.p = out, .cap = size};
    int rc = tpdu_out_u8(&o, FO_NO_MORE | (in->ref_bits ? FO_UDHI : 0));
    if (!rc)
        rc = tpdu_out_address(&o, in->sender);
    if (!rc)
        rc = tpdu_out_u8(&o, in->silent ? PID_TYPE_0 : 0);
    if (!rc)
        rc = tpdu_out_u8(&o, tpdu_dcs(in->coding));
    if (!rc)
        rc = tpdu_out_scts(&o, in->smsc_ms);
    if (!rc)
        rc = tpdu_out_user_data(&o, in);
    return rc ? rc : (int)o.n;
}

int64_t tpdu_validity_ms(uint8_t vp)
{
    if (vp <= 143)
        return (vp + 1) * 5 * MINUTE_MS;
    if (vp <= 167)
        return 12 * HOUR_MS + (vp - 143) * 30 * MINUTE_MS;
    if (vp <= 196)
        return (vp - 166) * DAY_MS;
    return (vp - 192) * 7 * DAY_MS;
}

/* The shortest code that is not shorter than asked. */
static uint8_t validity_code(int64_t ms)
{
    unsigned vp = 0;
    while (vp < 255 && tpdu_validity_ms((uint8_t)vp) < ms)
        vp++;
    return (uint8_t)vp;
}

uint8_t tpdu_validity_within(int64_t ms)
{
    unsigned vp = 0;
    while (vp < 255 && tpdu_validity_ms((uint8_t)(vp + 1)) <= ms)
        vp++;
    return (uint8_t)vp;
}

static int get_validity(struct tpdu_in *in, uint8_t fo, int64_t *ms)
{
    uint8_t vp = 0;
    *ms = 0;
    if ((fo & FO_VPF) == 0)
        return 0;
    if ((fo & FO_VPF) == 0x10) {
        if (tpdu_in_u8(in, &vp))
            return -EINVAL;
        *ms = tpdu_validity_ms(vp);
        return 0;
    }
    for (int i = 0; i < 7; i++) /* enhanced or absolute: skipped */
        if (tpdu_in_u8(in, &vp))
            return -EINVAL;
    return 0;
}

int tpdu_get_submit(const uint8_t *p, size_t n, struct tpdu_submit *out)
{
    struct tpdu_in in = {.p = p, .n = n};
    uint8_t fo = 0, pid, dcs = 0;
    memset(out, 0, sizeof *out);
    if (tpdu_in_u8(&in, &fo) || tpdu_type(fo, false) != TPDU_SUBMIT || tpdu_in_u8(&in, &out->ref) ||
        tpdu_in_address(&in, out->part.sender) || tpdu_in_u8(&in, &pid) || tpdu_in_u8(&in, &dcs) ||
        get_validity(&in, fo, &out->validity_ms) || tpdu_in_user_data(&in, dcs, fo & FO_UDHI, &out->part)) {
        memset(out, 0, sizeof *out);
        return -EINVAL;
    }
    out->want_report = fo & FO_SRR;
    return 0;
}

int tpdu_put_submit(const struct tpdu_submit *in, uint8_t *out, size_t size)
{
    struct tpdu_out o = {.p = out, .cap = size};
    unsigned fo = FO_SUBMIT | (in->want_report ? FO_SRR : 0) | (in->part.ref_bits ? FO_UDHI : 0) |
                  (in->validity_ms > 0 ? 0x10 : 0);
    int rc = tpdu_out_u8(&o, (uint8_t)fo);
    if (!rc)
        rc = tpdu_out_u8(&o, in->ref);
    if (!rc)
        rc = tpdu_out_address(&o, in->part.sender);
    if (!rc)
        rc = tpdu_out_u8(&o, 0);
    if (!rc)
        rc = tpdu_out_u8(&o, tpdu_dcs(in->part.coding));
    if (!rc && in->validity_ms > 0)
        rc = tpdu_out_u8(&o, validity_code(in->validity_ms));
    if (!rc)
        rc = tpdu_out_user_data(&o, &in->part);
    return rc ? rc : (int)o.n;
}

int tpdu_get_report(const uint8_t *p, size_t n, struct tpdu_report *out)
{
    struct tpdu_in in = {.p = p, .n = n};
    uint8_t fo;
    memset(out, 0, sizeof *out);
    if (tpdu_in_u8(&in, &fo) || tpdu_type(fo, true) != TPDU_STATUS_REPORT || tpdu_in_u8(&in, &out->ref) ||
        tpdu_in_address(&in, out->number) || tpdu_in_scts(&in, &out->smsc_ms) ||
        tpdu_in_scts(&in, &out->discharge_ms) || tpdu_in_u8(&in, &out->status)) {
        memset(out, 0, sizeof *out);
        return -EINVAL;
    }
    return 0;
}

int tpdu_put_report(const struct tpdu_report *in, uint8_t *out, size_t size)
{
    struct tpdu_out o = {.p = out, .cap = size};
    int rc = tpdu_out_u8(&o, FO_REPORT | FO_NO_MORE);
    if (!rc)
        rc = tpdu_out_u8(&o, in->ref);
    if (!rc)
        rc = tpdu_out_address(&o, in->number);
    if (!rc)
        rc = tpdu_out_scts(&o, in->smsc_ms);
    if (!rc)
        rc = tpdu_out_scts(&o, in->discharge_ms);
    if (!rc)
        rc = tpdu_out_u8(&o, in->status);
    return rc ? rc : (int)o.n;
}

static int nibble(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int tpdu_unhex(const char *hex, size_t n, uint8_t *out, size_t size)
{
    if (n % 2)
        return -EINVAL;
    if (n / 2 > size)
        return -EMSGSIZE;
    for (size_t i = 0; i < n; i += 2) {
        int hi = nibble(hex[i]), lo = nibble(hex[i + 1]);
        if (hi < 0 || lo < 0)
            return -EINVAL;
        out[i / 2] = (uint8_t)(hi << 4 | lo);
    }
    return (int)(n / 2);
}

void tpdu_hex(const uint8_t *p, size_t n, char *out)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[p[i] >> 4];
        out[2 * i + 1] = digits[p[i] & 0xF];
    }
    out[2 * n] = '\0';
}
