// SPDX-License-Identifier: GPL-2.0-or-later
/* A good packet of each type of the line's contract, for overlay.h. */
#ifndef TB_FUZZ_LINE_PACKETS_H
#define TB_FUZZ_LINE_PACKETS_H

#include "gateway/base/utf.h"
#include "gateway/line/line.h"

#include <stdio.h>

/* In the order in which they came to be: seeds count on it. */
static const uint32_t LINE_TYPES[] = {LINE_HELLO,   LINE_ALIVE,  LINE_STATUS,  LINE_PART,       LINE_GONE,
                                      LINE_SENT,    LINE_REPORT, LINE_CALL,    LINE_USSD_REPLY, LINE_SYNCED,
                                      LINE_TROUBLE, LINE_KEPT,   LINE_SEND,    LINE_USSD,       LINE_SYNC,
                                      LINE_QUIT,    LINE_PIN,    LINE_PIN_MAY, LINE_SETUP};
#define LINE_TYPES_N (sizeof(LINE_TYPES) / sizeof(LINE_TYPES[0]))

static inline void good_part(struct sms_part *p, const char *text)
{
    p->total = p->seq = 1;
    p->smsc_ms = 1794492000000LL;
    snprintf(p->sender, sizeof(p->sender), "+84912000001");
    int n = utf8_to_utf16be(text, p->body, sizeof(p->body));
    p->body_len = (uint16_t)(n < 0 ? 0 : n);
}

static inline void good_line_msg(struct line_msg *m, uint8_t which)
{
    line_msg_init(m, (enum line_type)LINE_TYPES[which % LINE_TYPES_N]);
    switch ((enum line_type)m->type) {
    case LINE_HELLO:
        snprintf(m->u.hello.model, sizeof(m->u.hello.model), "E173");
        break;
    case LINE_ALIVE:
        m->u.alive.deadline_ms = 30000;
        snprintf(m->u.alive.doing, sizeof(m->u.alive.doing), "read SM 3");
        break;
    case LINE_STATUS:
        m->u.status = (struct line_status){.signal_dbm = -71, .registration = REG_HOME, .sim = SIM_READY};
        snprintf(m->u.status.operator_code, sizeof(m->u.status.operator_code), "45204");
        break;
    case LINE_PART:
        good_part(&m->u.part.part, "BC man de trom");
        break;
    case LINE_SEND:
        good_part(&m->u.send.part, "Da nhan");
        break;
    case LINE_REPORT:
        snprintf(m->u.report.number, sizeof(m->u.report.number), "+84912000001");
        break;
    case LINE_CALL:
        snprintf(m->u.call.number, sizeof(m->u.call.number), "+84912000001");
        break;
    case LINE_USSD:
    case LINE_USSD_REPLY:
        snprintf(m->u.ussd.text, sizeof(m->u.ussd.text), "TK goc: 12.000d");
        break;
    case LINE_PIN:
        m->u.pin.left = 3;
        snprintf(m->u.pin.iccid, sizeof(m->u.pin.iccid), "8984048000000000017");
        break;
    case LINE_SETUP:
        snprintf(m->u.setup.device, sizeof(m->u.setup.device), "/dev/ttyUSB0");
        snprintf(m->u.setup.connection, sizeof(m->u.setup.connection), "at");
        m->u.setup.poll_s = m->u.setup.status_s = 60;
        break;
    case LINE_PIN_MAY:
    case LINE_GONE:
    case LINE_SENT:
    case LINE_SYNCED:
    case LINE_TROUBLE:
    case LINE_KEPT:
    case LINE_SYNC:
    case LINE_QUIT:
        break;
    }
}

#endif
