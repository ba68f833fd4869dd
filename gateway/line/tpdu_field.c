// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Addresses (3GPP TS 23.040 9.1.2.5), service centre time stamps (9.2.3.11) and user data
 * with its header (9.2.3.24), packed as TS 23.038 6.1.2.1 says. Called by tpdu.c only.
 * What can go wrong: lengths that lie; every one is checked against what is there.
 */
#include "gateway/line/tpdu_field.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/gsm7.h"
#include "gateway/base/utf.h"
#include "gateway/line/tpdu.h"

#include <string.h>

#define TON_ALPHA 0x50
#define TON_INTERNATIONAL 0x10
#define ESCAPE 0x1B
#define SEPTETS_MAX 160

static const char digit_chars[] = "0123456789*#abc";

int tpdu_in_u8(struct tpdu_in *in, uint8_t *out)
{
    if (in->at >= in->n)
        return -EINVAL;
    *out = in->p[in->at++];
    return 0;
}

int tpdu_out_u8(struct tpdu_out *out, uint8_t v)
{
    if (out->n >= out->cap)
        return -EMSGSIZE;
    out->p[out->n++] = v;
    return 0;
}

static uint8_t septet_at(const uint8_t *p, size_t n, size_t bit)
{
    size_t octet = bit / 8;
    unsigned v = octet < n ? p[octet] : 0u;
    if (octet + 1 < n)
        v |= (unsigned)p[octet + 1] << 8;
    return (uint8_t)((v >> (bit % 8)) & 0x7F);
}

static void septet_put(uint8_t *p, size_t n, size_t bit, uint8_t septet)
{
    size_t octet = bit / 8;
    unsigned v = (unsigned)(septet & 0x7F) << (bit % 8);
    if (octet < n)
        p[octet] = (uint8_t)(p[octet] | (v & 0xFF));
    if (octet + 1 < n)
        p[octet + 1] = (uint8_t)(p[octet + 1] | (v >> 8));
}

/* An undefined extension shows the character of the default table (TS 23.038 6.2.1.1). */
static uint32_t septet_char(uint8_t septet, bool escaped)
{
    uint32_t cp = gsm7_decode(septet, escaped);
    return escaped && cp == 0xFFFD ? gsm7_decode(septet, 0) : cp;
}

/* A name that would read as a number, or as a short code. */
static bool reads_as_number(const char *name)
{
    return strpbrk(name, "0123456789") && strspn(name, "+0123456789 .-()") == strlen(name);
}

static int address_alpha(const uint8_t *p, size_t octets, size_t semi, char out[ADDRESS_SIZE])
{
    size_t septets = semi * 4 / 7, len = 0;
    bool escaped = false;
    for (size_t i = 0; i < septets; i++) {
        uint8_t s = septet_at(p, octets, i * 7);
        if (s == ESCAPE && !escaped) {
            escaped = true;
            continue;
        }
        char one[4];
        size_t k = utf8_put(septet_char(s, escaped), one);
        escaped = false;
        if (len + k >= ADDRESS_SIZE)
            return -EINVAL;
        memcpy(out + len, one, k);
        len += k;
    }
    out[len] = '\0';
    if (reads_as_number(out)) { /* 11 characters: there is room */
        memmove(out + 1, out, len + 1);
        out[0] = ADDRESS_NAME_MARK;
    }
    return 0;
}

int tpdu_in_address(struct tpdu_in *in, char out[ADDRESS_SIZE])
{
    uint8_t semi, toa;
    out[0] = '\0';
    if (tpdu_in_u8(in, &semi) || tpdu_in_u8(in, &toa) || semi > 20)
        return -EINVAL;
    size_t octets = (semi + 1u) / 2;
    if (in->n - in->at < octets)
        return -EINVAL;
    const uint8_t *p = in->p + in->at;
    in->at += octets;
    if ((toa & 0x70) == TON_ALPHA)
        return address_alpha(p, octets, semi, out);
    size_t len = 0;
    if ((toa & 0x70) == TON_INTERNATIONAL && semi > 0)
        out[len++] = '+';
    for (size_t i = 0; i < semi; i++) {
        unsigned d = i % 2 ? p[i / 2] >> 4 : p[i / 2] & 0xFu;
        if (d == 0xF)
            break;
        out[len++] = digit_chars[d];
    }
    out[len] = '\0';
    return 0;
}

int tpdu_out_digits(struct tpdu_out *out, const char *digits)
{
    size_t n = strlen(digits);
    for (size_t i = 0; i < n; i += 2) {
        const char *lo = strchr(digit_chars, digits[i]);
        const char *hi = i + 1 < n ? strchr(digit_chars, digits[i + 1]) : NULL;
        if (!lo || (i + 1 < n && !hi))
            return -EINVAL;
        unsigned v = (unsigned)(lo - digit_chars) | (hi ? (unsigned)(hi - digit_chars) : 0xFu) << 4;
        int rc = tpdu_out_u8(out, (uint8_t)v);
        if (rc)
            return rc;
    }
    return 0;
}

static int out_alpha(struct tpdu_out *out, const char *name)
{
    uint8_t packed[10] = {0};
    size_t septets = 0, n = strlen(name), used;
    for (size_t i = 0; i < n; i += used) {
        uint8_t s[2];
        int k = gsm7_encode(utf8_next(name + i, n - i, &used), s);
        if (k == 0)
            return -EINVAL;
        if (septets + (size_t)k > 11)
            return -EMSGSIZE;
        for (int j = 0; j < k; j++)
            septet_put(packed, sizeof packed, septets++ * 7, s[j]);
    }
    size_t semi = (septets * 7 + 3) / 4, octets = (semi + 1) / 2;
    int rc = tpdu_out_u8(out, (uint8_t)semi);
    if (!rc)
        rc = tpdu_out_u8(out, 0x80 | TON_ALPHA);
    for (size_t i = 0; i < octets && !rc; i++)
        rc = tpdu_out_u8(out, packed[i]);
    return rc;
}

int tpdu_out_address(struct tpdu_out *out, const char *address)
{
    const char *digits = address + (address[0] == '+');
    size_t n = strlen(digits);
    if (address[0] == ADDRESS_NAME_MARK && reads_as_number(address + 1))
        return out_alpha(out, address + 1);
    if (strspn(digits, digit_chars) != n)
        return out_alpha(out, address);
    if (n > 20)
        return -EMSGSIZE;
    int rc = tpdu_out_u8(out, (uint8_t)n);
    if (!rc)
        rc = tpdu_out_u8(out, digits > address ? 0x91 : 0x81);
    return rc ? rc : tpdu_out_digits(out, digits);
}

static int bcd(uint8_t octet)
{
    unsigned lo = octet & 0xFu, hi = octet >> 4;
    return lo > 9 || hi > 9 ? -1 : (int)(lo * 10 + hi); /* swapped */
}

static uint8_t to_bcd(int v)
{
    return (uint8_t)((v % 10) << 4 | (v / 10) % 10);
}

int tpdu_in_scts(struct tpdu_in *in, int64_t *ms)
{
    *ms = 0;
    if (in->n - in->at < 7)
        return -EINVAL;
    const uint8_t *p = in->p + in->at;
    in->at += 7;
    int f[6];
    for (int i = 0; i < 6; i++) {
        f[i] = bcd(p[i]);
        if (f[i] < 0)
            return 0;
    }
    int quarters = bcd(p[6] & 0xF7); /* bit 3 is the sign */
    struct civil c = {.year = 2000 + f[0], .month = f[1], .day = f[2], .hour = f[3], .minute = f[4], .second = f[5]};
    int64_t as_vn = civil_to_ms(&c);
    if (as_vn == INT64_MIN || quarters < 0)
        return 0;
    int64_t zone_ms = quarters * 15 * MINUTE_MS * (p[6] & 0x08 ? -1 : 1);
    *ms = as_vn + VN_OFFSET_MS - zone_ms;
    return 0;
}

int tpdu_out_scts(struct tpdu_out *out, int64_t ms)
{
    uint8_t p[7] = {0};
    if (ms > 0) {
        struct civil c = civil_from_ms(ms);
        int f[6] = {c.year % 100, c.month, c.day, c.hour, c.minute, c.second};
        for (int i = 0; i < 6; i++)
            p[i] = to_bcd(f[i]);
        p[6] = to_bcd((int)(VN_OFFSET_MS / (15 * MINUTE_MS)));
    }
    for (size_t i = 0; i < sizeof p; i++)
        if (tpdu_out_u8(out, p[i]))
            return -EMSGSIZE;
    return 0;
}

uint8_t tpdu_dcs(uint8_t coding)
{
    return coding == SMS_UCS2 ? 0x08 : coding == SMS_8BIT ? 0x04 : 0x00;
}

/* TS 23.038 clause 4. Compressed text is handed on as octets. */
static uint8_t coding_of(uint8_t dcs)
{
    if ((dcs & 0xC0) == 0 || (dcs & 0xC0) == 0x40) {
        if (dcs & 0x20)
            return SMS_8BIT;
        unsigned alphabet = (dcs >> 2) & 3u;
        return alphabet == 1 ? SMS_8BIT : alphabet == 2 ? SMS_UCS2 : SMS_GSM7;
    }
    if ((dcs & 0xF0) == 0xE0)
        return SMS_UCS2;
    if ((dcs & 0xF0) == 0xF0)
        return dcs & 0x04 ? SMS_8BIT : SMS_GSM7;
    return SMS_GSM7;
}

static int read_header(const uint8_t *p, size_t n, struct sms_part *out)
{
    for (size_t at = 1; at < n;) {
        if (n - at < 2 || n - at - 2 < p[at + 1])
            return -EINVAL;
        const uint8_t *v = p + at + 2;
        uint8_t id = p[at], len = p[at + 1];
        at += 2u + len;
        bool narrow = id == 0x00 && len == 3, wide = id == 0x08 && len == 4;
        if (!narrow && !wide)
            continue;
        uint8_t total = v[len - 2], seq = v[len - 1];
        if (total == 0 || seq == 0 || seq > total)
            continue;
        out->ref = (uint16_t)(narrow ? v[0] : v[0] << 8 | v[1]);
        out->ref_bits = narrow ? 8 : 16;
        out->total = total;
        out->seq = seq;
    }
    return 0;
}

static void put_unit(struct sms_part *out, uint32_t cp)
{
    if (out->body_len + 2u > sizeof out->body)
        return;
    out->body[out->body_len++] = (uint8_t)(cp >> 8);
    out->body[out->body_len++] = (uint8_t)cp;
}

static void unpack_text(const uint8_t *p, size_t n, size_t first, size_t septets, struct sms_part *out)
{
    bool escaped = false;
    for (size_t i = first; i < septets; i++) {
        uint8_t s = septet_at(p, n, i * 7);
        if (s == ESCAPE && !escaped) {
            escaped = true;
            continue;
        }
        put_unit(out, septet_char(s, escaped));
        escaped = false;
    }
}

int tpdu_in_user_data(struct tpdu_in *in, uint8_t dcs, bool udhi, struct sms_part *out)
{
    uint8_t udl;
    out->total = out->seq = 1;
    out->coding = coding_of(dcs);
    if (tpdu_in_u8(in, &udl))
        return -EINVAL;
    size_t octets = out->coding == SMS_GSM7 ? (udl * 7u + 7) / 8 : udl;
    if (octets > TPDU_UD_MAX || in->n - in->at < octets)
        return -EINVAL;
    const uint8_t *p = in->p + in->at;
    in->at += octets;
    size_t header = 0;
    if (udhi) {
        if (octets == 0 || p[0] >= octets)
            return -EINVAL;
        header = p[0] + 1u;
        if (read_header(p, header, out))
            return -EINVAL;
    }
    if (out->coding == SMS_GSM7) {
        unpack_text(p, octets, (header * 8 + 6) / 7, udl, out);
        return 0;
    }
    size_t n = octets - header;
    if (out->coding == SMS_UCS2)
        n &= ~(size_t)1;
    memcpy(out->body, p + header, n);
    out->body_len = (uint16_t)n;
    return 0;
}

static size_t write_header(const struct sms_part *in, uint8_t *p)
{
    if (in->ref_bits == 0)
        return 0;
    size_t n = 1;
    p[n++] = in->ref_bits == 16 ? 0x08 : 0x00;
    p[n++] = in->ref_bits == 16 ? 4 : 3;
    if (in->ref_bits == 16)
        p[n++] = (uint8_t)(in->ref >> 8);
    p[n++] = (uint8_t)in->ref;
    p[n++] = in->total;
    p[n++] = in->seq;
    p[0] = (uint8_t)(n - 1);
    return n;
}

static int pack_text(const struct sms_part *in, size_t header, uint8_t *ud)
{
    size_t septets = (header * 8 + 6) / 7;
    for (size_t i = 0; i + 1 < in->body_len; i += 2) {
        uint8_t s[2];
        int k = gsm7_encode((uint32_t)(in->body[i] << 8 | in->body[i + 1]), s);
        if (k == 0)
            return -EINVAL;
        if (septets + (size_t)k > SEPTETS_MAX)
            return -EMSGSIZE;
        for (int j = 0; j < k; j++)
            septet_put(ud, TPDU_UD_MAX, septets++ * 7, s[j]);
    }
    return (int)septets;
}

int tpdu_out_user_data(struct tpdu_out *out, const struct sms_part *in)
{
    uint8_t ud[TPDU_UD_MAX] = {0};
    size_t header = write_header(in, ud), octets;
    int udl;
    if (in->body_len > sizeof in->body)
        return -EINVAL;
    if (in->coding == SMS_GSM7) {
        udl = pack_text(in, header, ud);
        if (udl < 0)
            return udl;
        octets = ((size_t)udl * 7 + 7) / 8;
    } else {
        octets = header + in->body_len;
        if (octets > sizeof ud)
            return -EMSGSIZE;
        memcpy(ud + header, in->body, in->body_len);
        udl = (int)octets;
    }
    int rc = tpdu_out_u8(out, (uint8_t)udl);
    for (size_t i = 0; i < octets && !rc; i++)
        rc = tpdu_out_u8(out, ud[i]);
    return rc;
}
