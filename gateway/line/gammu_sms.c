// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Between libgammu's GSM_SMSMessage and our parts. Pure. Called by gammu_modem.c,
 * gammu_store.c and gammu_send.c. What can go wrong: libgammu hands over what it made of
 * octets from the air, so every length is checked again.
 */
#include "gateway/line/gammu_modem.h"

#include "gateway/base/err.h"
#include "gateway/base/gsm7.h"
#include "gateway/base/str.h"
#include "gateway/base/utf.h"

#include <string.h>

#define UD_OCTETS 140

static size_t units(const unsigned char *ucs2, size_t max_units)
{
    size_t n = 0;
    while (n < max_units && (ucs2[2 * n] || ucs2[2 * n + 1]))
        n++;
    return n;
}

int gm_text(const unsigned char *ucs2, size_t max_units, char *out, size_t size)
{
    int rc = utf16be_to_utf8(ucs2, 2 * units(ucs2, max_units), out, size);
    if (rc < 0)
        out[0] = '\0';
    return rc;
}

int gm_to_ucs2(const char *utf8, unsigned char *out, size_t size)
{
    int n = utf8_to_utf16be(utf8, out, size - 2);
    if (n < 0)
        return n;
    out[n] = out[n + 1] = 0;
    return n / 2;
}

/* Days since 1970-01-01 of a civil date (proleptic Gregorian). */
static int64_t days_from_civil(int64_t y, int m, int d)
{
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

/* libgammu's own conversion changes TZ and takes local time for UTC; this one takes the
 * zone of the service centre's stamp. 0 for a date that is none. */
int64_t gm_time_ms(const GSM_DateTime *t)
{
    if (t->Year < 1990 || t->Year > 2100 || t->Month < 1 || t->Month > 12 || t->Day < 1 || t->Day > 31 || t->Hour < 0 ||
        t->Hour > 23 || t->Minute < 0 || t->Minute > 59 || t->Second < 0 || t->Second > 59)
        return 0;
    int64_t s = days_from_civil(t->Year, t->Month, t->Day) * 86400 + t->Hour * 3600 + t->Minute * 60 + t->Second;
    return (s - t->Timezone) * 1000;
}

/* Information elements, TS 23.040 9.2.3.24. */
static int read_header(const GSM_UDHHeader *h, struct sms_part *out)
{
    if (h->Type == UDH_NoUDH || h->Length <= 0)
        return 0;
    size_t n = h->Text[0] + 1u;
    if (n > UD_OCTETS)
        return -EBADMSG;
    for (size_t at = 1; at + 2 <= n;) {
        uint8_t id = h->Text[at], len = h->Text[at + 1];
        const unsigned char *v = h->Text + at + 2;
        at += 2u + len;
        if (at > n)
            return -EBADMSG;
        bool narrow = id == 0x00 && len == 3, wide = id == 0x08 && len == 4;
        if ((!narrow && !wide) || v[len - 2] == 0 || v[len - 1] == 0 || v[len - 1] > v[len - 2])
            continue;
        out->ref = (uint16_t)(narrow ? v[0] : v[0] << 8 | v[1]);
        out->ref_bits = narrow ? 8 : 16;
        out->total = v[len - 2];
        out->seq = v[len - 1];
    }
    return 0;
}

int gm_part_from_sms(const GSM_SMSMessage *sms, struct sms_part *out)
{
    size_t n;
    memset(out, 0, sizeof *out);
    out->total = out->seq = 1;
    if (sms->Length < 0 || sms->Length > GSM_MAX_SMS_LENGTH ||
        gm_text(sms->Number, GSM_MAX_NUMBER_LENGTH, out->sender, sizeof out->sender) < 0)
        return -EBADMSG;
    if (read_header(&sms->UDH, out) != 0)
        return -EBADMSG;
    switch (sms->Coding) {
    case SMS_Coding_Default_No_Compression: /* Length counts septets, escapes too */
        out->coding = SMS_GSM7;
        n = 2 * units(sms->Text, (size_t)sms->Length);
        break;
    case SMS_Coding_Unicode_No_Compression:
        out->coding = SMS_UCS2;
        n = 2 * (size_t)sms->Length;
        break;
    case SMS_Coding_8bit:
        out->coding = SMS_8BIT;
        n = (size_t)sms->Length;
        break;
    default:
        return -EBADMSG;
    }
    if (n > sizeof out->body)
        return -EBADMSG;
    memcpy(out->body, sms->Text, n);
    out->body_len = (uint16_t)n;
    out->smsc_ms = gm_time_ms(&sms->DateTime);
    return 0;
}

void gm_report_from_sms(const GSM_SMSMessage *sms, struct line_report_info *out)
{
    out->ref = sms->MessageReference;
    out->tp_status = sms->DeliveryStatus;
    out->status = (uint8_t)gm_report_status(sms->DeliveryStatus);
    out->discharge_ms = gm_time_ms(&sms->SMSCTime);
    (void)gm_text(sms->Number, GSM_MAX_NUMBER_LENGTH, out->number, sizeof out->number);
}

static int septets(const struct sms_part *p)
{
    int n = 0;
    for (size_t i = 0; i + 1 < p->body_len; i += 2) {
        uint8_t s[2];
        int k = gsm7_encode((uint32_t)(p->body[i] << 8 | p->body[i + 1]), s);
        if (k == 0)
            return -EINVAL;
        n += k;
    }
    return n;
}

static int put_header(const struct sms_part *p, GSM_UDHHeader *h)
{
    h->Type = UDH_NoUDH;
    if (p->ref_bits == 0)
        return 0;
    size_t n = 1;
    h->Text[n++] = p->ref_bits == 16 ? 0x08 : 0x00;
    h->Text[n++] = p->ref_bits == 16 ? 4 : 3;
    if (p->ref_bits == 16)
        h->Text[n++] = (unsigned char)(p->ref >> 8);
    h->Text[n++] = (unsigned char)p->ref;
    h->Text[n++] = p->total;
    h->Text[n++] = p->seq;
    h->Text[0] = (unsigned char)(n - 1);
    h->Type = p->ref_bits == 16 ? UDH_ConcatenatedMessages16bit : UDH_ConcatenatedMessages;
    h->Length = (int)n;
    h->ID8bit = p->ref_bits == 8 ? p->ref : -1;
    h->ID16bit = p->ref_bits == 16 ? p->ref : -1;
    h->PartNumber = p->seq;
    h->AllParts = p->total;
    return (int)n;
}

int gm_sms_from_part(const struct sms_part *p, bool want_report, uint8_t validity, GSM_SMSMessage *out)
{
    memset(out, 0, sizeof *out);
    GSM_SetDefaultSMSData(out);
    int header = put_header(p, &out->UDH);
    if (p->coding == SMS_GSM7) {
        int n = septets(p);
        if (n < 0)
            return n;
        if (n > (UD_OCTETS * 8 - header * 8) / 7)
            return -EMSGSIZE;
        out->Coding = SMS_Coding_Default_No_Compression;
    } else {
        if (p->body_len > UD_OCTETS - header)
            return -EMSGSIZE;
        out->Coding = p->coding == SMS_UCS2 ? SMS_Coding_Unicode_No_Compression : SMS_Coding_8bit;
    }
    memcpy(out->Text, p->body, p->body_len);
    out->Length = p->coding == SMS_8BIT ? p->body_len : p->body_len / 2;
    out->Class = -1;
    out->PDU = want_report ? SMS_Status_Report : SMS_Submit;
    out->SMSC.Location = 0;                                  /* else libgammu asks for it at every part */
    out->SMSC.Validity.Format = SMS_Validity_RelativeFormat; /* libgammu writes TP-VP in any case */
    out->SMSC.Validity.Relative = (GSM_ValidityPeriod)validity;
    return gm_to_ucs2(p->sender, out->Number, sizeof out->Number) > 0 ? 0 : -EINVAL;
}
