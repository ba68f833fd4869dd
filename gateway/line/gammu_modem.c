// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opening, closing and listening: libgammu's connection and its callbacks. Called by the
 * child and the probe. What can go wrong: see gammu_modem.h; libgammu itself may crash or
 * never return, which is the core's to notice.
 */
#include "gateway/line/gammu_modem.h"

#include "gateway/base/clock.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "gateway/line/gammu_pause.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INIT_MS 30000
#define SETUP_MS 12000
#define NOTIFY_MS 5000
#define SIM_BUSY_MS 15000
#define GRACE_MS 5000 /* between libgammu's own end and the core's patience */

static int code_of(GSM_Error e)
{
    switch (e) {
    case ERR_NONE:
        return 0;
    case ERR_TIMEOUT:
    case ERR_ABORTED:
    case ERR_BUG: /* what libgammu says when the mode of texts could not be set for want of an answer */
        return -ETIMEDOUT;
    case ERR_DEVICEOPENERROR:
    case ERR_DEVICELOCKED:
    case ERR_DEVICENOTEXIST:
    case ERR_DEVICEBUSY:
    case ERR_DEVICENODRIVER:
    case ERR_DEVICENOTWORK:
    case ERR_DEVICEDTRRTSERROR:
    case ERR_DEVICECHANGESPEEDERROR:
    case ERR_DEVICEWRITEERROR:
    case ERR_DEVICEREADERROR:
    case ERR_DEVICEPARITYERROR:
    case ERR_NOTCONNECTED:
        return -ENODEV;
    case ERR_EMPTY:
        return -ENOENT;
    case ERR_SECURITYERROR:
    case ERR_NOSIM:
    case ERR_DEVICENOPERMISSION:
        return -EPERM;
    case ERR_CORRUPTED:
    case ERR_UNKNOWN:
    case ERR_UNKNOWNRESPONSE:
        return -EBADMSG;
    default:
        return -EIO;
    }
}

static void too_late(void *ctx)
{
    struct gm_modem *m = ctx;
    GSM_AbortOperation(m->s);
}

void gm_begin(struct gm_modem *m, const char *doing, int own_ms)
{
    if (m->announce)
        m->announce(m->ctx, doing, (uint32_t)(own_ms + GRACE_MS));
    if (m->s)
        gammu_pause_guard(mono_ms() + own_ms, too_late, m);
}

int gm_end(GSM_Error e)
{
    gammu_pause_unguard();
    return code_of(e);
}

static void on_sms(GSM_StateMachine *s, GSM_SMSMessage *sms, void *ctx)
{
    struct gm_modem *m = ctx;
    struct gm_event *e;
    (void)s;
    if (sms->Location > 0) { /* +CMTI, +CDSI: only the place is filled in */
        e = gm_queue_put(&m->q, GM_STORED);
        if (e) {
            e->mem = sms->Memory == MEM_ME || sms->Folder >= 3 || !m->has_sm ? GM_ME : GM_SM;
            e->index = sms->Location;
        }
    } else if (sms->PDU == SMS_Status_Report) {
        e = gm_queue_put(&m->q, GM_REPORT);
        if (e)
            gm_report_from_sms(sms, &e->u.report);
    } else if (sms->PDU == SMS_Deliver) {
        e = gm_queue_put(&m->q, GM_DIRECT);
        if (e && gm_part_from_sms(sms, &e->u.part) != 0)
            gm_corrupt_part((const uint8_t *)"", 0, &e->u.part);
    } else {
        m->q.overflow = true; /* something came, somewhere: list */
    }
}

static void on_call(GSM_StateMachine *s, GSM_Call *call, void *ctx)
{
    struct gm_modem *m = ctx;
    struct gm_event *e;
    (void)s;
    if (call->Status == GSM_CALL_IncomingCall) {
        e = gm_queue_put(&m->q, GM_CLIP);
        if (e)
            (void)gm_text(call->PhoneNumber, GSM_MAX_NUMBER_LENGTH, e->u.number, sizeof e->u.number);
    } else if (call->Status == GSM_CALL_CallEnd || call->Status == GSM_CALL_CallRemoteEnd ||
               call->Status == GSM_CALL_CallLocalEnd) {
        (void)gm_queue_put(&m->q, GM_CALL_END);
    }
}

static void on_ussd(GSM_StateMachine *s, GSM_USSDMessage *ussd, void *ctx)
{
    struct gm_modem *m = ctx;
    struct gm_event *e = gm_queue_put(&m->q, GM_USSD);
    (void)s;
    if (!e)
        return;
    if (ussd->Status == USSD_NotSupported)
        e->u.ussd.result = -EPROTO;
    else if (ussd->Status == USSD_Timeout)
        e->u.ussd.result = -ETIMEDOUT;
    (void)gm_text(ussd->Text, GSM_MAX_USSD_LENGTH, e->u.ussd.text, sizeof e->u.ussd.text);
}

static void on_sent(GSM_StateMachine *s, int status, int ref, void *ctx)
{
    struct gm_modem *m = ctx;
    (void)s;
    m->sent.done = true;
    m->sent.status = status;
    m->sent.ref = ref;
}

static int configure(struct gm_modem *m)
{
    GSM_Config *c = GSM_GetConfig(m->s, 0);
    if (!c)
        return -ENOMEM;
    memset(c, 0, sizeof *c);
    c->Device = strdup(m->o->device);
    c->Connection = strdup(m->o->connection[0] ? m->o->connection : "at");
    c->DebugFile = strdup("");
    if (!c->Device || !c->Connection || !c->DebugFile)
        return -ENOMEM;
    (void)str_copy(c->Model, sizeof c->Model, "at");
    c->UseGlobalDebugFile = FALSE; /* its log holds numbers and texts */
    for (size_t i = 0; i < ARRAY_LEN(c->CNMIParams); i++)
        c->CNMIParams[i] = -1;
    GSM_SetConfigNum(m->s, 1);
    return 0;
}

static int init_library(struct gm_modem *m)
{
    m->s = GSM_AllocStateMachine();
    m->multi = calloc(1, sizeof *m->multi);
    if (!m->s || !m->multi || configure(m) != 0)
        return -ENOMEM;
    gm_begin(m, "init", INIT_MS);
    m->opened = true; /* after a failed init too: only Terminate gives the descriptor back */
    int rc = gm_end(GSM_InitConnection(m->s, 1));
    if (rc)
        return rc;
    GSM_SetIncomingSMSCallback(m->s, on_sms, m);
    GSM_SetIncomingCallCallback(m->s, on_call, m);
    GSM_SetIncomingUSSDCallback(m->s, on_ussd, m);
    GSM_SetSendSMSStatusCallback(m->s, on_sent, m);
    return 0;
}

static void explain_open(struct gm_modem *m, int rc)
{
    const char *d = m->o->device;
    if (rc == -ENOENT || rc == -ENODEV || rc == -ENXIO)
        snprintf(m->why, sizeof m->why, "%.80s is not there: is the modem plugged in and powered?", d);
    else if (rc == -EACCES || rc == -EPERM)
        snprintf(m->why, sizeof m->why,
                 "no permission for %.80s: its group (ls -lL) must be the service's, see 60-tinbao.rules", d);
    else if (rc == -EBUSY)
        snprintf(m->why, sizeof m->why, "%.80s is used by another program (ModemManager?): stop that one", d);
    else if (rc == -ENOTTY)
        snprintf(m->why, sizeof m->why, "%.80s is no serial device: give the modem's AT port", d);
    else
        snprintf(m->why, sizeof m->why, "%.80s cannot be opened: %s", d, strerror(-rc));
}

static void read_memories(void *ctx, const char *line)
{
    struct gm_modem *m = ctx;
    if (strncmp(line, "+CPMS:", 6) != 0)
        return;
    m->has_sm = strstr(line, "\"SM\"") != NULL;
    m->has_me = strstr(line, "\"ME\"") != NULL;
}

int gm_open(struct gm_modem *m, const struct line_options *o,
            void (*announce)(void *ctx, const char *doing, uint32_t deadline_ms), void *ctx)
{
    memset(m, 0, sizeof *m);
    m->o = o;
    m->port.fd = -1;
    (void)str_copy(m->quarantine, sizeof m->quarantine, o->quarantine);
    m->announce = announce;
    m->ctx = ctx;
    int rc = gm_queue_init(&m->q);
    if (rc)
        return rc;
    gm_begin(m, "open", 5000);
    rc = raw_open(&m->port, o->device, o->connection);
    if (rc) {
        explain_open(m, rc);
        return rc;
    }
    m->port.unsolicited = gm_unsolicited;
    m->port.ctx = &m->q;
    rc = raw_wake(&m->port);
    if (rc || !m->port.echo) {
        snprintf(m->why, sizeof m->why, "%.80s %s: is it the modem's AT port? Unplug it and plug it in again",
                 o->device, rc ? "does not answer AT" : "answers without echo");
        return rc ? rc : -ETIMEDOUT;
    }
    rc = init_library(m);
    if (rc)
        snprintf(m->why, sizeof m->why, "the modem at %.80s answers, but could not be set up", o->device);
    return rc;
}

void gm_close(struct gm_modem *m)
{
    if (m->s) {
        gm_begin(m, "close", 5000);
        if (m->opened)
            (void)GSM_TerminateConnection(m->s);
        gammu_pause_unguard();
        GSM_FreeStateMachine(m->s);
        m->s = NULL;
    }
    free(m->multi);
    m->multi = NULL;
    raw_close(&m->port);
    gm_queue_free(&m->q);
}

void gm_hello(struct gm_modem *m, struct line_hello *out)
{
    char maker[GSM_MAX_MANUFACTURER_LENGTH + 1] = "", model[GSM_MAX_MODEL_LENGTH + 1] = "";
    char imei[GSM_MAX_IMEI_LENGTH + 1] = "";
    gm_begin(m, "init", SETUP_MS);
    if (GSM_GetManufacturer(m->s, maker) == ERR_NONE)
        snprintf(out->maker, sizeof out->maker, "%.*s", (int)sizeof out->maker - 1, maker);
    if (GSM_GetModel(m->s, model) == ERR_NONE)
        snprintf(out->model, sizeof out->model, "%.*s", (int)sizeof out->model - 1, model);
    if (GSM_GetIMEI(m->s, imei) == ERR_NONE)
        snprintf(out->imei, sizeof out->imei, "%.*s", (int)sizeof out->imei - 1, imei);
    (void)gm_end(ERR_NONE);
}

/* A SIM that was just unlocked, or a modem that just booted, is busy for some seconds. */
static int wait_sim(struct gm_modem *m)
{
    int64_t until = mono_ms() + SIM_BUSY_MS;
    if (m->announce)
        m->announce(m->ctx, "sim", SIM_BUSY_MS + GRACE_MS);
    for (;;) {
        int rc = raw_command(&m->port, "AT+CPMS?", 3000, NULL, NULL, NULL);
        if (rc != -EIO || mono_ms() > until)
            return gm_fatal(rc) ? rc : 0;
        (void)poll(NULL, 0, 500);
    }
}

int gm_unlock(struct gm_modem *m)
{
    int rc;
    m->sim = gm_sim(m, &rc);
    switch (m->sim) {
    case SIM_PIN:
        rc = gm_enter_pin(m);
        break;
    case SIM_PUK:
        snprintf(m->why, sizeof m->why, "the SIM is locked and asks for its PUK: unlock it in a phone");
        return -EPERM;
    case SIM_ABSENT:
        snprintf(m->why, sizeof m->why, "no SIM in the modem, or it is not seated well");
        return -EIO;
    default:
        break;
    }
    return gm_fatal(rc) || rc == -EPERM ? rc : wait_sim(m);
}

static void on_cnmi(void *ctx, const char *line)
{
    bool *told = ctx;
    const char *comma = strncmp(line, "+CNMI:", 6) ? NULL : strchr(line, ',');
    if (comma)
        *told = strtol(comma + 1, NULL, 10) != 0;
}

int gm_still_notified(struct gm_modem *m)
{
    bool told = true; /* also for a modem that does not tell */
    int rc = raw_command(&m->port, "AT+CNMI?", SETUP_MS / 4, on_cnmi, &told, NULL);
    if (gm_fatal(rc))
        return rc;
    return told && m->notify ? 0 : 1;
}

int gm_notify(struct gm_modem *m)
{
    int rc = raw_command(&m->port, "AT+CPMS=?", 5000, read_memories, m, NULL);
    if (gm_fatal(rc))
        return rc;
    if (!m->has_sm && !m->has_me)
        m->has_sm = true;
    m->lib_mem = m->dev_mem = GM_NONE;
    /* One deadline a call: an unknown line that comes just then must not hold us for long. */
    gm_begin(m, "notify", NOTIFY_MS);
    rc = gm_end(GSM_SetIncomingSMS(m->s, FALSE)); /* else a second TRUE would not be said again */
    if (gm_fatal(rc))
        return rc;
    gm_begin(m, "notify", NOTIFY_MS);
    rc = gm_end(GSM_SetIncomingSMS(m->s, TRUE));
    m->notify = rc == 0;
    if (gm_fatal(rc))
        return rc;
    gm_begin(m, "notify", NOTIFY_MS);
    rc = gm_end(GSM_SetIncomingCall(m->s, TRUE));
    if (gm_fatal(rc))
        return rc;
    gm_begin(m, "notify", NOTIFY_MS);
    rc = gm_end(GSM_SetIncomingUSSD(m->s, TRUE));
    return gm_fatal(rc) ? rc : 0;
}
