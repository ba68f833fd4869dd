// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the operator wants to know of a modem: SIM, network, signal, service centre, and
 * USSD codes. Called by the child and the probe. What can go wrong: modems leave answers
 * out; what was not answered stays "unknown" and is no error.
 */
#include "gateway/line/gammu_modem.h"

#include "gateway/base/err.h"
#include "gateway/base/str.h"

#include <string.h>

#define ASK_MS 5000
#define NETWORK_MS 9000 /* eight commands */
#define USSD_MS 32000

static void on_pin(void *ctx, const char *line)
{
    enum line_sim *sim = ctx;
    if (strncmp(line, "+CPIN:", 6) != 0)
        return;
    line += 6 + strspn(line + 6, " ");
    *sim = !strcmp(line, "READY") ? SIM_READY
           : strstr(line, "PUK")  ? SIM_PUK
           : strstr(line, "PIN")  ? SIM_PIN
                                  : SIM_FAULT;
}

/* Plain +CPIN? (TS 27.007 8.3): libgammu's way of asking goes on listening for up to a
 * second after the answer, and a text that comes then would wait. */
enum line_sim gm_sim(struct gm_modem *m, int *rc)
{
    enum line_sim sim = SIM_UNKNOWN;
    int code = -1;
    if (m->announce)
        m->announce(m->ctx, "sim", 2 * ASK_MS);
    *rc = raw_command(&m->port, "AT+CPIN?", ASK_MS, on_pin, &sim, &code);
    if (*rc == -EIO)
        return code == 10 ? SIM_ABSENT : code == 13 || code == 15 ? SIM_FAULT : SIM_UNKNOWN; /* 9.2: CME codes */
    return sim;
}

int gm_smsc(struct gm_modem *m)
{
    GSM_SMSC smsc;
    memset(&smsc, 0, sizeof smsc);
    smsc.Location = 1;
    gm_begin(m, "smsc", ASK_MS);
    int rc = gm_end(GSM_GetSMSC(m->s, &smsc));
    m->have_smsc = rc == 0 && (smsc.Number[0] || smsc.Number[1]);
    if (m->have_smsc)
        m->smsc = smsc;
    return rc;
}

static enum line_reg registration(GSM_NetworkInfo_State s)
{
    switch (s) {
    case GSM_HomeNetwork:
        return REG_HOME;
    case GSM_RoamingNetwork:
        return REG_ROAMING;
    case GSM_RequestingNetwork:
        return REG_SEARCHING;
    case GSM_RegistrationDenied:
        return REG_DENIED;
    case GSM_NoNetwork:
        return REG_NONE;
    default:
        return REG_UNKNOWN;
    }
}

static int network(struct gm_modem *m, struct line_status *out)
{
    GSM_NetworkInfo n;
    memset(&n, 0, sizeof n);
    n.State = n.PacketState = GSM_NetworkStatusUnknown;
    gm_begin(m, "network", NETWORK_MS);
    int rc = gm_end(GSM_GetNetworkInfo(m->s, &n));
    if (rc)
        return rc;
    enum line_reg reg = registration(n.State), packet = registration(n.PacketState);
    if (reg != REG_HOME && reg != REG_ROAMING && (packet == REG_HOME || packet == REG_ROAMING))
        reg = packet; /* an LTE modem may be registered for packets only, and texts go there */
    out->registration = (uint8_t)reg;
    out->roaming = reg == REG_ROAMING;
    size_t k = 0;
    for (size_t i = 0; i < sizeof n.NetworkCode && n.NetworkCode[i]; i++)
        if (n.NetworkCode[i] != ' ' && k + 1 < sizeof out->operator_code)
            out->operator_code[k++] = n.NetworkCode[i];
    if (gm_text(n.NetworkName, sizeof n.NetworkName / 2, out->operator_name, sizeof out->operator_name) <= 0) {
        const unsigned char *name = GSM_GetNetworkName(n.NetworkCode);
        if (name)
            (void)gm_text(name, sizeof out->operator_name, out->operator_name, sizeof out->operator_name);
    }
    return 0;
}

static int signal_strength(struct gm_modem *m, struct line_status *out)
{
    GSM_SignalQuality q = {.SignalStrength = -1, .SignalPercent = -1, .BitErrorRate = -1};
    gm_begin(m, "signal", ASK_MS);
    int rc = gm_end(GSM_GetSignalQuality(m->s, &q));
    if (!rc && q.SignalStrength >= -140 && q.SignalStrength < -1)
        out->signal_dbm = q.SignalStrength;
    return rc;
}

int gm_status(struct gm_modem *m, struct line_status *out)
{
    int rc;
    memset(out, 0, sizeof *out);
    out->sim = (uint8_t)gm_sim(m, &rc);
    if (gm_fatal(rc))
        return rc;
    rc = signal_strength(m, out);
    if (!gm_fatal(rc))
        rc = network(m, out);
    if (!gm_fatal(rc))
        rc = gm_smsc(m);
    if (m->have_smsc)
        (void)gm_text(m->smsc.Number, GSM_MAX_NUMBER_LENGTH, out->smsc, sizeof out->smsc);
    if (!gm_fatal(rc))
        rc = gm_usage(m, &out->sim_used, &out->sim_total);
    return gm_fatal(rc) ? rc : 0;
}

int gm_ussd(struct gm_modem *m, const char *code)
{
    char number[LINE_TEXT_MAX];
    if (str_copy(number, sizeof number, code) != 0 || strlen(number) > 160)
        return -EMSGSIZE;
    gm_begin(m, "ussd", USSD_MS);
    return gm_end(GSM_DialService(m->s, number));
}
