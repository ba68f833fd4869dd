// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unsolicited result codes (3GPP TS 27.005 3.4.1, TS 27.007 7) as events, see
 * gammu_event.h. Pure but for the queue. What can go wrong: any line at all may come; what
 * is not understood is dropped.
 */
#include "gateway/line/gammu_event.h"

#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "gateway/base/utf.h"
#include "gateway/line/tpdu.h"

#include <stdlib.h>
#include <string.h>

#define RAW_NUMBER_MAX 128

enum { PEND_NONE, PEND_CDS, PEND_CMT, PEND_CBM, PEND_USSD };

int gm_queue_init(struct gm_queue *q)
{
    memset(q, 0, sizeof *q);
    q->ring = calloc(GM_EVENTS, sizeof *q->ring);
    return q->ring ? 0 : -ENOMEM;
}

void gm_queue_free(struct gm_queue *q)
{
    free(q->ring);
    q->ring = NULL;
}

struct gm_event *gm_queue_put(struct gm_queue *q, enum gm_event_kind kind)
{
    if (q->n == GM_EVENTS) {
        q->overflow = true;
        return NULL;
    }
    struct gm_event *e = &q->ring[(q->head + q->n++) % GM_EVENTS];
    memset(e, 0, sizeof *e);
    e->kind = kind;
    return e;
}

bool gm_queue_take(struct gm_queue *q, struct gm_event *out)
{
    if (q->n == 0)
        return false;
    *out = q->ring[q->head];
    q->head = (q->head + 1) % GM_EVENTS;
    q->n--;
    return true;
}

enum line_report gm_report_status(uint8_t tp_status)
{
    if (tp_status & 0x40)
        return REPORT_FAILED;
    return tp_status & 0x20 ? REPORT_PENDING : REPORT_DELIVERED;
}

void gm_corrupt_part(const uint8_t *pdu, size_t n, struct sms_part *out)
{
    memset(out, 0, sizeof *out);
    out->corrupt = 1;
    out->coding = SMS_8BIT;
    out->total = out->seq = 1;
    out->body_len = (uint16_t)(n < sizeof out->body ? n : sizeof out->body);
    memcpy(out->body, pdu, out->body_len);
}

/* The n-th quoted string of a line into out: 0 or -EINVAL. */
static int quoted(const char *line, int nth, char *out, size_t size)
{
    const char *p = line;
    for (;;) {
        const char *a = strchr(p, '"'), *b = a ? strchr(a + 1, '"') : NULL;
        if (!b)
            return -EINVAL;
        if (nth-- == 0) {
            size_t n = (size_t)(b - a - 1);
            if (n >= size)
                return -EMSGSIZE;
            memcpy(out, a + 1, n);
            out[n] = '\0';
            return 0;
        }
        p = b + 1;
    }
}

static void on_stored(struct gm_queue *q, const char *line)
{
    const char *comma = strchr(line, ','), *at = strchr(line, ':');
    int mem = strstr(at, "SM") ? GM_SM : strstr(at, "ME") || strstr(at, "MT") ? GM_ME : GM_NONE;
    long index = comma ? strtol(comma + 1, NULL, 10) : -1;
    if (mem == GM_NONE || index < 0 || index > 65535) {
        q->overflow = true; /* something was stored, somewhere: list */
        return;
    }
    struct gm_event *e = gm_queue_put(q, GM_STORED);
    if (e) {
        e->mem = mem;
        e->index = (int)index;
    }
}

static void on_report_pdu(struct gm_queue *q, const uint8_t *pdu, size_t n)
{
    struct tpdu_report r;
    int at = tpdu_smsc(pdu, n);
    if (at < 0 || tpdu_get_report(pdu + at, n - (size_t)at, &r) != 0)
        return;
    struct gm_event *e = gm_queue_put(q, GM_REPORT);
    if (!e)
        return;
    e->u.report.ref = r.ref;
    e->u.report.tp_status = r.status;
    e->u.report.status = (uint8_t)gm_report_status(r.status);
    e->u.report.discharge_ms = r.discharge_ms;
    (void)str_copy(e->u.report.number, sizeof e->u.report.number, r.number);
}

static void on_direct_pdu(struct gm_queue *q, const uint8_t *pdu, size_t n)
{
    struct gm_event *e = gm_queue_put(q, GM_DIRECT);
    int at = tpdu_smsc(pdu, n);
    if (e && (at < 0 || tpdu_get_deliver(pdu + at, n - (size_t)at, &e->u.part) != 0))
        gm_corrupt_part(pdu, n, &e->u.part);
}

/* A string of the modem is hexadecimal UCS2 when its character set is UCS2. */
static bool hex_ucs2(const char *s, char *out, size_t size)
{
    uint8_t units[LINE_TEXT_MAX * 2];
    size_t n = strlen(s);
    if (n == 0 || n % 4 != 0)
        return false;
    int octets = tpdu_unhex(s, n, units, sizeof units);
    return octets > 0 && utf16be_to_utf8(units, (size_t)octets, out, size) >= 0;
}

static void on_clip(struct gm_queue *q, const char *line)
{
    char raw[RAW_NUMBER_MAX];
    struct gm_event *e = gm_queue_put(q, GM_CLIP);
    if (!e || quoted(line, 0, raw, sizeof raw) != 0)
        return;
    if (strncmp(raw, "002B", 4) != 0 || !hex_ucs2(raw, e->u.number, sizeof e->u.number))
        (void)str_copy(e->u.number, sizeof e->u.number, raw);
    const char *type = strstr(line, "\",145"); /* international, TS 24.008 10.5.4.7 */
    if (type && e->u.number[0] && e->u.number[0] != '+' && strlen(e->u.number) + 2 < sizeof e->u.number) {
        memmove(e->u.number + 1, e->u.number, strlen(e->u.number) + 1);
        e->u.number[0] = '+';
    }
}

/* +CUSD: m[,"text",dcs] (TS 27.007 7.15); m 0 done, 1 wants an answer, 2 ended, 4 and 5 failed. */
static void on_ussd(struct gm_queue *q)
{
    char raw[LINE_TEXT_MAX * 4];
    const char *p = q->ussd + strlen("+CUSD:");
    long m = strtol(p, NULL, 10);
    struct gm_event *e = gm_queue_put(q, GM_USSD);
    if (!e)
        return;
    if (m == 4 || m == 5)
        e->u.ussd.result = m == 4 ? -EPROTO : -ETIMEDOUT;
    if (quoted(q->ussd, 0, raw, sizeof raw) != 0)
        return;
    const char *after = strrchr(q->ussd, '"');
    long dcs = after && after[1] == ',' ? strtol(after + 2, NULL, 10) : 15;
    bool ucs2 = (dcs & 0x0C) == 0x08 || strlen(raw) >= 4;
    if (!ucs2 || !hex_ucs2(raw, e->u.ussd.text, sizeof e->u.ussd.text))
        (void)utf8_clean(raw, strlen(raw), e->u.ussd.text, sizeof e->u.ussd.text);
}

static bool ussd_line(struct gm_queue *q, const char *line)
{
    size_t n = strlen(line), quotes = 0;
    if (q->ussd_n > 0 && q->ussd_n + 1 < sizeof q->ussd)
        q->ussd[q->ussd_n++] = '\n';
    if (q->ussd_n + n >= sizeof q->ussd) {
        q->ussd_n = 0;
        q->pending = PEND_NONE;
        return false;
    }
    memcpy(q->ussd + q->ussd_n, line, n + 1);
    q->ussd_n += n;
    for (size_t i = 0; i < q->ussd_n; i++)
        quotes += q->ussd[i] == '"';
    if (quotes % 2) { /* the text holds a new line */
        q->pending = PEND_USSD;
        return true;
    }
    on_ussd(q);
    q->ussd_n = 0;
    q->pending = PEND_NONE;
    return false;
}

static void second_line(struct gm_queue *q, const char *line)
{
    uint8_t pdu[SMS_BODY_MAX];
    int kind = q->pending, n = tpdu_unhex(line, strlen(line), pdu, sizeof pdu);
    q->pending = PEND_NONE;
    if (n <= 0)
        return;
    if (kind == PEND_CDS)
        on_report_pdu(q, pdu, (size_t)n);
    else if (kind == PEND_CMT)
        on_direct_pdu(q, pdu, (size_t)n);
}

static bool starts(const char *line, const char *prefix)
{
    return strncmp(line, prefix, strlen(prefix)) == 0;
}

static bool says_restarted(const char *line)
{
    static const char *const known[] = {"RDY", "SMS Ready", "Call Ready", "SMS DONE", "PB DONE", "^SYSSTART", "START"};
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (!strcmp(line, known[i]))
            return true;
    return false;
}

bool gm_unsolicited(void *queue, const char *line)
{
    struct gm_queue *q = queue;
    if (q->pending == PEND_USSD)
        return ussd_line(q, line);
    if (q->pending != PEND_NONE) {
        second_line(q, line);
        return false;
    }
    if (starts(line, "+CMTI:") || starts(line, "+CDSI:"))
        on_stored(q, line);
    else if (starts(line, "+CDS:"))
        q->pending = PEND_CDS;
    else if (starts(line, "+CMT:"))
        q->pending = PEND_CMT;
    else if (starts(line, "+CBM:"))
        q->pending = PEND_CBM;
    else if (starts(line, "+CUSD:"))
        return ussd_line(q, line);
    else if (starts(line, "+CLIP:"))
        on_clip(q, line);
    else if (!strcmp(line, "RING") || starts(line, "+CRING"))
        (void)gm_queue_put(q, GM_RING);
    else if (starts(line, "NO CARRIER"))
        (void)gm_queue_put(q, GM_CALL_END);
    else if (says_restarted(line))
        (void)gm_queue_put(q, GM_RESTARTED);
    return q->pending != PEND_NONE;
}
