// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sending one part. Called by the child. What can go wrong: libgammu returns before the
 * modem has answered; an answer that never comes leaves the part's fate unknown, which is
 * said as such: it may have gone out.
 */
#include "gateway/line/gammu_modem.h"

#include "gateway/base/clock.h"
#include "gateway/base/err.h"

#include <poll.h>
#include <string.h>

#define PROMPT_MS 12000
#define ANSWER_MS 30000
#define CMS_INVALID_PDU 304
#define CMS_UNKNOWN_ERROR 500
#define CMS_SMSC_UNKNOWN 330

static int refused(struct line_sent_info *info, int code)
{
    info->result = SENT_REFUSED;
    info->cms = code > 0 && code <= 0xFFFF ? (uint16_t)code : CMS_UNKNOWN_ERROR;
    return 0;
}

/* The PDU is out. Pumps until libgammu's callback or the end of patience. */
static int await_answer(struct gm_modem *m)
{
    int64_t until = mono_ms() + ANSWER_MS;
    while (!m->sent.done) {
        int64_t left = until - mono_ms();
        if (left <= 0)
            return -ETIMEDOUT;
        struct pollfd f = {.fd = m->port.fd, .events = POLLIN};
        int rc = poll(&f, 1, (int)left);
        if (rc > 0 && !(f.revents & POLLIN))
            return -ENODEV;
        if (rc > 0 && GSM_ReadDevice(m->s, FALSE) < 0)
            return -ENODEV;
    }
    return 0;
}

static int tell_result(struct gm_modem *m, struct line_sent_info *info)
{
    if (m->sent.status != 0)
        return refused(info, m->sent.status);
    info->result = SENT_OK;
    info->ref = m->sent.ref >= 0 ? (uint8_t)m->sent.ref : 0;
    return 0;
}

int gm_send(struct gm_modem *m, const struct line_send *send, struct line_sent_info *info)
{
    GSM_SMSMessage sms;
    memset(info, 0, sizeof *info);
    info->id = send->id;
    info->result = SENT_NOT;
    if (gm_sms_from_part(&send->part, send->want_report, send->validity, &sms) != 0)
        return refused(info, CMS_INVALID_PDU);
    if (!m->have_smsc) {
        int rc = gm_smsc(m);
        if (gm_fatal(rc))
            return rc;
        if (!m->have_smsc)
            return refused(info, CMS_SMSC_UNKNOWN);
    }
    memcpy(sms.SMSC.Number, m->smsc.Number, sizeof sms.SMSC.Number);
    memset(&m->sent, 0, sizeof m->sent);
    int rc = raw_drain(&m->port, 20);
    if (rc)
        return rc;
    gm_begin(m, "send", PROMPT_MS);
    rc = gm_end(GSM_SendSMS(m->s, &sms));
    if (m->sent.done)
        return tell_result(m, info);
    if (rc) /* no prompt, or the PDU was not written to its end: without ^Z nothing goes out */
        return gm_fatal(rc) ? rc : refused(info, CMS_UNKNOWN_ERROR);
    if (m->announce)
        m->announce(m->ctx, "send", ANSWER_MS + 5000);
    rc = await_answer(m);
    if (rc) {
        info->result = SENT_UNKNOWN;
        return rc;
    }
    return tell_result(m, info);
}
