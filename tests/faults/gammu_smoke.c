// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The real libgammu against the virtual modem over its pty: init, status, read, delete,
 * send with delivery report, +CMTI, USSD, a missed call; then how fast reading and deleting
 * go. A child process hosts the modem; this one is libgammu's and steers the phones through
 * the control socket. Exit 0 when all was as expected. `gammu_smoke debug` shows libgammu's
 * own log, `gammu_smoke stored` has the modem keep reports in slots (+CDSI). Built where gammu.h is in the include path
 * (pkg-config --cflags gammu).
 */
#if __has_include(<gammu.h>)
#include "gateway/base/clock.h"
#include "gateway/base/err.h"
#include "gateway/line/control.h"
#include "gateway/line/gammu_pause.h"
#include "gateway/line/vmodem.h"

#include <event2/event.h>
#include <gammu.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BULK 1000

struct smoke {
    char dir[64], device[96], control[96];
    int fd;
    FILE *phone;
    GSM_StateMachine *s;
    int failed;
    bool store_reports;
    /* what the callbacks saw */
    bool reports_due;
    int sent, sent_status, sent_ref, stored, location, reports, report_status, calls, call_ends, ussds;
    char ussd[400], caller[64], line[CONTROL_LINE_MAX];
};

static void check(struct smoke *k, const char *what, bool ok)
{
    printf("%-6s %s\n", ok ? "ok" : "FAILED", what);
    fflush(stdout);
    if (!ok)
        k->failed++;
}

static void host_modem(const struct smoke *k)
{
    struct clock *clock = clock_new_real();
    struct event_base *base = event_base_new();
    struct air *air = air_new(clock, "+84912999999", 2 * BULK, 50);
    struct vmodem *m = vmodem_new(base, air, k->device);
    if (!control_new(base, air, k->control) || !m)
        _exit(1);
    vmodem_store_reports(m, k->store_reports);
    event_base_dispatch(base);
    _exit(0);
}

/* Reads lines from the control socket until one begins with `word`; false when it fails. */
static bool phone_waits(struct smoke *k, const char *word)
{
    while (fgets(k->line, sizeof k->line, k->phone))
        if (!strncmp(k->line, word, strlen(word)))
            return true;
        else if (!strncmp(k->line, "error", 5))
            return false;
    return false;
}

static bool phone_does(struct smoke *k, const char *line)
{
    dprintf(k->fd, "%s\n", line);
    return phone_waits(k, "ok");
}

static void on_sent(GSM_StateMachine *s, int status, int ref, void *arg)
{
    (void)s;
    struct smoke *k = arg;
    k->sent++;
    k->sent_status = status;
    k->sent_ref = ref;
}

static void on_sms(GSM_StateMachine *s, GSM_SMSMessage *sms, void *arg)
{
    (void)s;
    struct smoke *k = arg;
    if (k->store_reports && k->reports_due) { /* +CDSI: a place only */
        k->reports++;
        k->location = sms->Location;
        return;
    }
    if (sms->PDU == SMS_Status_Report) {
        k->reports++;
        k->report_status = sms->DeliveryStatus;
        return;
    }
    k->stored++;
    k->location = sms->Location;
}

static void on_call(GSM_StateMachine *s, GSM_Call *call, void *arg)
{
    (void)s;
    struct smoke *k = arg;
    if (call->Status == GSM_CALL_IncomingCall) {
        k->calls++;
        EncodeUTF8(k->caller, call->PhoneNumber);
    } else {
        k->call_ends++;
    }
}

static void on_ussd(GSM_StateMachine *s, GSM_USSDMessage *u, void *arg)
{
    (void)s;
    struct smoke *k = arg;
    k->ussds++;
    EncodeUTF8(k->ussd, u->Text);
}

static void pump(struct smoke *k, const int *counter, int until)
{
    for (int64_t end = mono_ms() + 5000; *counter < until && mono_ms() < end;)
        GSM_ReadDevice(k->s, TRUE);
}

static GSM_Error open_phone(struct smoke *k, bool debug)
{
    k->s = GSM_AllocStateMachine();
    GSM_Config *c = GSM_GetConfig(k->s, 0);
    memset(c, 0, sizeof *c);
    c->Device = strdup(k->device);
    c->Connection = strdup("at");
    snprintf(c->Model, sizeof c->Model, "at");
    snprintf(c->DebugLevel, sizeof c->DebugLevel, "%s", debug ? "textall" : "");
    c->DebugFile = strdup(debug ? "/dev/stderr" : "");
    c->UseGlobalDebugFile = FALSE;
    for (int i = 0; i < 5; i++)
        c->CNMIParams[i] = -1;
    GSM_SetConfigNum(k->s, 1);
    GSM_Error e = GSM_InitConnection(k->s, 1);
    GSM_SetSendSMSStatusCallback(k->s, on_sent, k); /* GSM_InitConnection forgets them */
    GSM_SetIncomingSMSCallback(k->s, on_sms, k);
    GSM_SetIncomingCallCallback(k->s, on_call, k);
    GSM_SetIncomingUSSDCallback(k->s, on_ussd, k);
    return e;
}

static void try_status(struct smoke *k)
{
    char text[200];
    GSM_SignalQuality q;
    GSM_NetworkInfo net = {0};
    GSM_BatteryCharge bat;
    GSM_SMSC smsc = {.Location = 1};
    GSM_SMSMemoryStatus mem = {0};
    GSM_SecurityCodeType sec;
    check(k, "manufacturer", GSM_GetManufacturer(k->s, text) == ERR_NONE && !strcmp(text, VMODEM_MAKER));
    check(k, "model", GSM_GetModel(k->s, text) == ERR_NONE && !strcmp(text, VMODEM_MODEL));
    check(k, "IMEI", GSM_GetIMEI(k->s, text) == ERR_NONE && strlen(text) == 15);
    check(k, "IMSI", GSM_GetSIMIMSI(k->s, text) == ERR_NONE && !strncmp(text, "45204", 5));
    check(k, "signal", GSM_GetSignalQuality(k->s, &q) == ERR_NONE && q.SignalStrength == -67);
    GSM_Error e = GSM_GetNetworkInfo(k->s, &net);
    EncodeUTF8(text, net.NetworkName);
    check(k, "registered at home", e == ERR_NONE && net.State == GSM_HomeNetwork && strstr(net.NetworkCode, "452"));
    printf("       network %s '%s'\n", net.NetworkCode, text);
    check(k, "battery", GSM_GetBatteryCharge(k->s, &bat) == ERR_NONE);
    check(k, "SMSC", GSM_GetSMSC(k->s, &smsc) == ERR_NONE && (EncodeUTF8(text, smsc.Number), text[0] == '+'));
    check(k, "storages", GSM_GetSMSStatus(k->s, &mem) == ERR_NONE && mem.SIMSize == 2 * BULK && mem.PhoneSize == 50);
    check(k, "no PIN asked", GSM_GetSecurityStatus(k->s, &sec) == ERR_NONE && sec == SEC_None);
    GSM_DateTime dt;
    check(k, "clock", GSM_GetDateTime(k->s, &dt) == ERR_NONE);
}

/* Reads one stored text and compares. */
static bool text_at(struct smoke *k, int location, const char *from, const char *text)
{
    static GSM_MultiSMSMessage sms;
    char got[1000], who[100];
    memset(&sms, 0, sizeof sms);
    sms.SMS[0].Location = location;
    if (GSM_GetSMS(k->s, &sms) != ERR_NONE)
        return false;
    EncodeUTF8(got, sms.SMS[0].Text);
    EncodeUTF8(who, sms.SMS[0].Number);
    if (strcmp(got, text) != 0 || strcmp(who, from) != 0)
        printf("       got '%s' from '%s'\n", got, who);
    return !strcmp(got, text) && !strcmp(who, from);
}

static bool delete_at(struct smoke *k, int location)
{
    GSM_SMSMessage sms = {.Location = location};
    return GSM_DeleteSMS(k->s, &sms) == ERR_NONE;
}

static void try_incoming(struct smoke *k)
{
    static const struct {
        const char *from, *as, *text;
    } texts[] = {{"+84912000001", "+84912000001", "BC man de trom mat xe wave {1} [2] €"},
                 {"+84912000001", "+84912000001", "BC Mạn Đê trộm: mất xe Wave"},
                 {"+84912000001", "+84912000001", "chay \xF0\x9F\x94\xA5 lon"},
                 {"VIETTEL", "VIETTEL", "Khuyen mai"},
                 {"195", "195", "So du"}};
    char line[400];
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        k->stored = 0;
        snprintf(line, sizeof line, "text %s %s", texts[i].from, texts[i].text);
        check(k, "phone sends a text", phone_does(k, line));
        pump(k, &k->stored, 1);
        check(k, "+CMTI came", k->stored == 1);
        check(k, texts[i].text, text_at(k, k->location, texts[i].as, texts[i].text));
        check(k, "deleted", delete_at(k, k->location));
        check(k, "gone", !text_at(k, k->location, "", ""));
    }
}

static void try_sending(struct smoke *k)
{
    GSM_SMSMessage sms;
    GSM_SetDefaultSMSData(&sms);
    sms.PDU = SMS_Status_Report;
    sms.UDH.Type = UDH_NoUDH;
    sms.Coding = SMS_Coding_Default_No_Compression;
    sms.Class = 1;
    sms.SMSC.Location = 1;
    EncodeUnicode(sms.Number, "+84903000001", 12);
    EncodeUnicode(sms.Text, "48217 TROM Man De", 17);
    k->reports_due = true;
    check(k, "a text is accepted", GSM_SendSMS(k->s, &sms) == ERR_NONE);
    pump(k, &k->sent, 1);
    check(k, "sent", k->sent == 1 && k->sent_status == 0);
    check(k, "arrived on the phone", phone_waits(k, "arrived") && strstr(k->line, "+84903000001 48217 TROM Man De\n"));
    pump(k, &k->reports, 1);
    if (k->store_reports) {
        static GSM_MultiSMSMessage sms_read;
        memset(&sms_read, 0, sizeof sms_read);
        sms_read.SMS[0].Location = k->location;
        check(k, "stored report is read", GSM_GetSMS(k->s, &sms_read) == ERR_NONE);
        printf("       PDU %d status %d\n", sms_read.SMS[0].PDU, sms_read.SMS[0].DeliveryStatus);
        k->report_status = sms_read.SMS[0].PDU == SMS_Status_Report ? sms_read.SMS[0].DeliveryStatus : -1;
        check(k, "deleted", delete_at(k, k->location));
    }
    k->reports_due = false;
    check(k, "delivery report", k->reports == 1 && k->report_status == 0);
    check(k, "fault cms=38", phone_does(k, "fault cms=38"));
    k->sent = 0;
    GSM_SendSMS(k->s, &sms);
    pump(k, &k->sent, 1);
    check(k, "the network refuses", k->sent == 1 && k->sent_status == 38);
    check(k, "fault ok", phone_does(k, "fault ok"));
}

static void try_ussd_and_call(struct smoke *k)
{
    check(k, "USSD on", GSM_SetIncomingUSSD(k->s, TRUE) == ERR_NONE);
    check(k, "USSD asked", GSM_DialService(k->s, (char[]){"*101#"}) == ERR_NONE);
    pump(k, &k->ussds, 1);
    check(k, "USSD answered", k->ussds == 1 && strstr(k->ussd, "50000d"));
    check(k, "calls on", GSM_SetIncomingCall(k->s, TRUE) == ERR_NONE);
    check(k, "phone rings", phone_does(k, "call +84912000004"));
    pump(k, &k->call_ends, 1);
    check(k, "missed call", k->calls >= 1 && k->call_ends == 1 && !strcmp(k->caller, "+84912000004"));
}

static void try_bulk(struct smoke *k)
{
    static GSM_MultiSMSMessage sms;
    GSM_SetIncomingSMS(k->s, FALSE);
    for (int i = 0; i < BULK; i++) {
        char line[100];
        snprintf(line, sizeof line, "text +84912%06d BC man de trom so %d", i % 50, i);
        if (!phone_does(k, line))
            check(k, "bulk text", false);
    }
    int64_t t0 = mono_ms();
    int n = 0;
    memset(&sms, 0, sizeof sms);
    for (gboolean start = TRUE; GSM_GetNextSMS(k->s, &sms, start) == ERR_NONE; start = FALSE) {
        n++;
        sms.SMS[0].Folder = 0;
        if (GSM_DeleteSMS(k->s, &sms.SMS[0]) != ERR_NONE)
            break;
        sms.SMS[0].Folder = 0;
    }
    int64_t ms = mono_ms() - t0;
    check(k, "all of the bulk read and deleted", n == BULK);
    printf("       read and delete: %lld/s\n", (long long)n * 1000 / (ms ? ms : 1));
    t0 = mono_ms();
    GSM_SignalQuality q;
    for (n = 0; n < BULK && GSM_GetSignalQuality(k->s, &q) == ERR_NONE; n++)
        ;
    ms = mono_ms() - t0;
    printf("       commands: %lld/s\n", (long long)n * 1000 / (ms ? ms : 1));
}

static bool wait_for_modem(struct smoke *k)
{
    for (int i = 0; i < 500; i++, nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL)) {
        k->fd = control_connect(k->control);
        if (k->fd >= 0 && !access(k->device, F_OK))
            return (k->phone = fdopen(k->fd, "r")) != NULL;
    }
    return false;
}

int main(int argc, char **argv)
{
    static struct smoke k = {.dir = "/tmp/tinbao-smoke-XXXXXX"};
    bool debug = argc > 1 && !strcmp(argv[1], "debug");
    k.store_reports = argc > 1 && !strcmp(argv[1], "stored");
    if (!mkdtemp(k.dir))
        return 1;
    snprintf(k.device, sizeof k.device, "%s/modem", k.dir);
    snprintf(k.control, sizeof k.control, "%s/control", k.dir);
    pid_t modem = fork();
    if (modem == 0)
        host_modem(&k);
    GSM_InitLocales(NULL);
    gammu_pause_cut(true);
    check(&k, "modem runs", wait_for_modem(&k) && phone_does(&k, "watch"));
    int64_t t0 = mono_ms();
    GSM_Error e = open_phone(&k, debug);
    printf("       init: %lld ms, %s\n", (long long)(mono_ms() - t0), GSM_ErrorString(e));
    check(&k, "init", e == ERR_NONE);
    if (e == ERR_NONE) {
        check(&k, "indications on", GSM_SetIncomingSMS(k.s, TRUE) == ERR_NONE);
        try_status(&k);
        try_incoming(&k);
        try_sending(&k);
        try_ussd_and_call(&k);
        try_bulk(&k);
    }
    GSM_TerminateConnection(k.s);
    GSM_FreeStateMachine(k.s);
    kill(modem, SIGTERM);
    waitpid(modem, NULL, 0);
    unlink(k.device);
    unlink(k.control);
    rmdir(k.dir);
    printf("%d failed\n", k.failed);
    return k.failed != 0;
}
#else
#include <stdio.h>
int main(void)
{
    fputs("gammu_smoke: built without gammu.h\n", stderr);
    return 77;
}
#endif
