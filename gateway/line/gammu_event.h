// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a modem says unasked, from two mouths: lines that the raw port read while libgammu
 * was idle, and libgammu's callbacks during its calls. Both only queue; the child's loop
 * acts (a library call inside a callback never returns well).
 */
#ifndef TB_LINE_GAMMU_EVENT_H
#define TB_LINE_GAMMU_EVENT_H

#include "gateway/line/line.h"

#include <stdbool.h>

enum gm_mem { GM_NONE, GM_SM, GM_ME };

enum gm_event_kind {
    GM_STORED, /* mem, index: +CMTI, +CDSI */
    GM_DIRECT, /* part: +CMT, nothing is stored */
    GM_REPORT, /* report: +CDS */
    GM_RING,   /* it rings; number "" until +CLIP came */
    GM_CLIP,   /* number */
    GM_CALL_END,
    GM_USSD,     /* text and result */
    GM_RESTARTED /* the modem said that it has just booted */
};

struct gm_event {
    enum gm_event_kind kind;
    int mem, index;
    union {
        struct sms_part part;
        struct line_report_info report;
        char number[ADDRESS_SIZE];
        struct {
            int result;
            char text[LINE_TEXT_MAX];
        } ussd;
    } u;
};

#define GM_EVENTS 256

struct gm_queue {
    struct gm_event *ring; /* GM_EVENTS of them, owned */
    size_t head, n;
    bool overflow;                     /* something was dropped: list the storages */
    int pending;                       /* a header waits for its second line */
    char ussd[LINE_TEXT_MAX * 4 + 64]; /* a +CUSD that goes over lines */
    size_t ussd_n;
};

int gm_queue_init(struct gm_queue *q);
void gm_queue_free(struct gm_queue *q);
/* The next free event, zeroed, already queued; NULL when full (overflow is set). */
struct gm_event *gm_queue_put(struct gm_queue *q, enum gm_event_kind kind);
/* Takes the oldest: true, or false when none. */
bool gm_queue_take(struct gm_queue *q, struct gm_event *out);

/* A line that is no answer. True: the next line belongs to it. */
bool gm_unsolicited(void *queue, const char *line);

/* Raw octets (SMSC and TPDU) as a corrupt part. */
void gm_corrupt_part(const uint8_t *pdu, size_t n, struct sms_part *out);
/* TP-ST (TS 23.040 9.2.3.15) to what the core wants to know. */
enum line_report gm_report_status(uint8_t tp_status);

#endif
