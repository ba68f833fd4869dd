// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The commands of 3GPP TS 27.007 that tell who and where the modem is, the SIM's PIN, USSD
 * and calls. Called by at_engine.c through at_status_commands. What the modem does not
 * know it answers with ERROR, as libgammu expects when it asks for a maker's own commands.
 */
#include "gateway/line/at_priv.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/utf.h"
#include "gateway/line/tpdu.h"

#include <string.h>

#define OPERATOR_CODE "45204"
#define OPERATOR_NAME "Viettel"

/* A command with one small number, read and set. */
static int number_setting(struct at_engine *e, enum at_how how, const struct at_args *a, const char *name, int top,
                          int *value)
{
    if (how == AT_TEST)
        at_say(e, "%s: (0-%d)", name, top);
    else if (how == AT_READ)
        at_say(e, "%s: %d", name, *value);
    else if (how == AT_SET && at_number(a, 0, 0, top, -1) >= 0)
        *value = (int)at_number(a, 0, 0, top, 0);
    else
        return AT_ERROR;
    return AT_OK;
}

static int plain(struct at_engine *e, enum at_how how, const char *text)
{
    if (how == AT_READ || how == AT_SET)
        return AT_ERROR;
    if (how == AT_EXEC)
        at_say(e, "%s", text);
    return AT_OK;
}

static int cgmi(struct at_engine *e, enum at_how how, const struct at_args *a)
{
    (void)a;
    return plain(e, how, VMODEM_MAKER);
}

static int cgmm(struct at_engine *e, enum at_how how, const struct at_args *a)
{
    (void)a;
    return plain(e, how, VMODEM_MODEL);
}

static int cgmr(struct at_engine *e, enum at_how how, const struct at_args *a)
{
    (void)a;
    return plain(e, how, "1.0");
}

/* A number of the range that GSMA keeps for test equipment. */
static int cgsn(struct at_engine *e, enum at_how how, const struct at_args *a)
{
    (void)a;
    return plain(e, how, "004999010640000");
}

static int cimi(struct at_engine *e, enum at_how how, const struct at_args *a)
{
    (void)a;
    if (e->sim != AT_SIM_READY)
        return AT_CME(e->sim == AT_SIM_PIN ? CME_SIM_PIN : CME_SIM_PUK);
    return plain(e, how, OPERATOR_CODE "0000000001");
}

static int gcap(struct at_engine *e, enum at_how how, const struct at_args *a)
{
    (void)a;
    return plain(e, how, "+GCAP: +CGSM");
}

static int cnum(struct at_engine *e, enum at_how how, const struct at_args *a)
{
    (void)a;
    if (how == AT_EXEC)
        at_say(e, "+CNUM: \"\",\"%s\",145", air_own(e->air));
    return how == AT_EXEC || how == AT_TEST ? AT_OK : AT_ERROR;
}

static int cmee(struct at_engine *e, enum at_how how, const struct at_args *a)
{
    return number_setting(e, how, a, "+CMEE", 2, &e->set.cmee);
}

static int crc(struct at_engine *e, enum at_how how, const struct at_args *a)
{
    return number_setting(e, how, a, "+CRC", 1, &e->set.crc);
}

static int ccwa(struct at_engine *e, enum at_how how, const struct at_args *a)
{
    return number_setting(e, how, a, "+CCWA", 1, &e->set.ccwa);
}

static int clip(struct at_engine *e, enum at_how how, const struct at_args *a)
{
    if (how != AT_READ)
        return number_setting(e, how, a, "+CLIP", 1, &e->set.clip);
    at_say(e, "+CLIP: %d,1", e->set.clip);
    return AT_OK;
}

static bool has_network(const struct at_engine *e)
{
    return air_fault_now(e->air, NULL) != FAULT_NO_NETWORK;
}

static int registration(struct at_engine *e, enum at_how how, const struct at_args *a, const char *name, int *value)
{
    if (how != AT_READ)
        return number_setting(e, how, a, name, 2, value);
    /* 27.007 7.2: 1 registered, home; 2 not registered, searching; 0 not searching */
    int stat = e->sim != AT_SIM_READY ? 0 : has_network(e) ? 1 : 2;
    if (*value == 2 && stat == 1)
        at_say(e, "%s: 2,%d,\"1A2B\",\"3C4D\"", name, stat);
    else
        at_say(e, "%s: %d,%d", name, *value, stat);
    return AT_OK;
}

static int creg(struct at_engine *e, enum at_how how, const struct at_args *a)
{
    return registration(e, how, a, "+CREG", &e->set.creg);
}

static int cgreg(struct at_engine *e, enum at_how how, const struct at_args *a)
{
    return registration(e, how, a, "+CGREG", &e->set.cgreg);
}

static int cgatt(struct at_engine *e, enum at_how how, const struct at_args *a)
{
    (void)a;
    if (how == AT_READ)
        at_say(e, "+CGATT: %d", e->sim == AT_SIM_READY);
    return how == AT_EXEC ? AT_ERROR : AT_OK;
}

/* Text in the character set of the session (27.007 5.5). */
static void in_charset(const struct at_engine *e, const char *utf8, char *out, size_t size)
{
    uint8_t u[2 * 200];
    int n = e->set.charset == CS_UCS2 ? utf8_to_utf16be(utf8, u, sizeof u) : -1;
    size_t k = strnlen(utf8, size - 1);
    if (n > 0 && 2 * (size_t)n < size) {
        tpdu_hex(u, (size_t)n, out);
        return;
    }
    memcpy(out, utf8, k);
    out[k] = '\0';
}

static int cops(struct at_engine *e, enum at_how how, const struct at_args *a)
{
    char name[80];
    in_charset(e, OPERATOR_NAME, name, sizeof name);
    if (how == AT_TEST) {
        at_say(e, "+COPS: (2,\"%s\",\"%s\",\"" OPERATOR_CODE "\"),,(0-4),(0-2)", name, name);
    } else if (how == AT_READ) {
        if (e->sim != AT_SIM_READY || !has_network(e))
            at_say(e, "+COPS: 0");
        else
            at_say(e, "+COPS: 0,%d,\"%s\"", e->set.cops_format, e->set.cops_format == 2 ? OPERATOR_CODE : name);
    } else if (how == AT_SET && at_number(a, 0, 0, 4, -1) >= 0) {
        if (at_number(a, 0, 0, 4, 0) == 3)
            e->set.cops_format = (int)at_number(a, 1, 0, 2, 0);
    } else {
        return AT_ERROR;
    }
    return AT_OK;
}

static int csq(struct at_engine *e, enum at_how how, const struct at_args *a)
{
    (void)a;
    if (how == AT_TEST)
        at_say(e, "+CSQ: (0-31,99),(0-7,99)");
    else if (how == AT_EXEC)
        at_say(e, has_network(e) ? "+CSQ: 23,99" : "+CSQ: 99,99");
    else
        return AT_ERROR;
    return AT_OK;
}

static int cbc(struct at_engine *e, enum at_how how, const struct at_args *a)
{
    (void)a;
    return plain(e, how, "+CBC: 0,100");
}

static int cclk(struct at_engine *e, enum at_how how, const struct at_args *a)
{
    (void)a;
    if (how == AT_READ) {
        struct civil c = civil_from_ms(air_now_ms(e->air));
        at_say(e, "+CCLK: \"%02d/%02d/%02d,%02d:%02d:%02d+28\"", c.year % 100, c.month, c.day, c.hour, c.minute,
               c.second);
    }
    return how == AT_EXEC ? AT_ERROR : AT_OK;
}

static int cfun(struct at_engine *e, enum at_how how, const struct at_args *a)
{
    if (how == AT_TEST)
        at_say(e, "+CFUN: (0,1,4),(0,1)");
    else if (how == AT_READ)
        at_say(e, "+CFUN: 1");
    else if (how != AT_SET || at_number(a, 0, 0, 4, -1) < 0)
        return AT_ERROR;
    return AT_OK;
}

static int cpas(struct at_engine *e, enum at_how how, const struct at_args *a)
{
    (void)a;
    return plain(e, how, "+CPAS: 0");
}

/* Restricted SIM access (27.007 8.18), of which the modem knows one thing: EF ICCID, which TS 51.011
 * 10.1.1 lets be read before the PIN. 10 octets, the digits in pairs with the second one first. */
static int crsm(struct at_engine *e, enum at_how how, const struct at_args *a)
{
    char hex[21];
    if (how == AT_TEST)
        return AT_OK;
    if (how != AT_SET || at_number(a, 0, 0, 255, -1) != 176 || at_number(a, 1, 0, 65535, -1) != 0x2FE2)
        return how == AT_SET ? AT_CME(CME_NOT_ALLOWED) : AT_ERROR;
    for (size_t i = 0; i < 20; i++)
        hex[i] = e->iccid[i ^ 1] ? e->iccid[i ^ 1] : 'F';
    hex[20] = '\0';
    at_say(e, "+CRSM: 144,0,\"%s\"", hex);
    return AT_OK;
}

/* Tries that are left (27.007 8.65). */
static int cpinr(struct at_engine *e, enum at_how how, const struct at_args *a)
{
    (void)a;
    if (!e->tells_tries)
        return AT_ERROR;
    if (how == AT_EXEC || how == AT_SET)
        at_say(e, "+CPINR: SIM PIN,%d,3", e->sim == AT_SIM_PUK ? 0 : e->pin_tries);
    return how == AT_READ ? AT_ERROR : AT_OK;
}

static int try_pin(struct at_engine *e, const char *pin)
{
    if (e->sim == AT_SIM_READY)
        return AT_CME(CME_NOT_ALLOWED);
    if (e->sim == AT_SIM_PUK)
        return AT_CME(CME_SIM_PUK);
    e->pin_asked++;
    if (!strcmp(pin, e->pin)) {
        e->sim = AT_SIM_READY;
        e->pin_tries = 3;
        return AT_OK;
    }
    if (--e->pin_tries > 0)
        return AT_CME(CME_BAD_PASSWORD);
    e->sim = AT_SIM_PUK;
    return AT_CME(CME_SIM_PUK);
}

static int cpin(struct at_engine *e, enum at_how how, const struct at_args *a)
{
    static const char *const words[] = {"READY", "SIM PIN", "SIM PUK"};
    if (how == AT_SET)
        return a->n == 1 ? try_pin(e, a->v[0].text) : AT_ERROR;
    if (how == AT_READ)
        at_say(e, "+CPIN: %s", words[e->sim]);
    return how == AT_EXEC ? AT_ERROR : AT_OK;
}

static int cscs(struct at_engine *e, enum at_how how, const struct at_args *a)
{
    static const char *const names[] = {"GSM", "IRA", "UCS2"};
    if (how == AT_TEST)
        at_say(e, "+CSCS: (\"GSM\",\"IRA\",\"UCS2\")");
    else if (how == AT_READ)
        at_say(e, "+CSCS: \"%s\"", names[e->set.charset]);
    if (how == AT_TEST || how == AT_READ)
        return AT_OK;
    /* A name may itself come in UCS2, as 3GPP TS 27.007 5.5 has it for strings. */
    for (size_t i = 0; i < ARRAY_LEN(names) && how == AT_SET && a->n == 1; i++) {
        char hex[24];
        uint8_t u[12];
        int n = utf8_to_utf16be(names[i], u, sizeof u);
        tpdu_hex(u, (size_t)n, hex);
        if (!strcmp(a->v[0].text, names[i]) || !strcmp(a->v[0].text, hex)) {
            e->set.charset = (enum at_charset)i;
            return AT_OK;
        }
    }
    return AT_ERROR;
}

static void ussd_answer(struct at_engine *e, const char *code)
{
    char text[200], said[2 * 2 * 200 + 1];
    int rc = air_ussd(e->air, code, text, sizeof text);
    if (rc) {
        at_unsolicited(e, "+CUSD: 4");
        return;
    }
    in_charset(e, text, said, sizeof said);
    at_unsolicited(e, "+CUSD: 0,\"%s\",%d", said, e->set.charset == CS_UCS2 ? 72 : 15);
}

static int cusd(struct at_engine *e, enum at_how how, const struct at_args *a)
{
    if (how != AT_SET)
        return number_setting(e, how, a, "+CUSD", 2, &e->set.cusd);
    long mode = at_number(a, 0, 0, 2, -1);
    if (mode < 0 || e->sim != AT_SIM_READY)
        return mode < 0 ? AT_ERROR : AT_CME(CME_SIM_PIN);
    if (mode < 2)
        e->set.cusd = (int)mode;
    if (a->n < 2)
        return AT_OK;
    char code[64];
    const char *given = a->v[1].text;
    uint8_t u[AT_ARG_SIZE / 2];
    int n = e->set.charset == CS_UCS2 ? tpdu_unhex(given, strlen(given), u, sizeof u) : -1;
    if (n >= 0) {
        if (utf16be_to_utf8(u, (size_t)n, code, sizeof code) < 0)
            return AT_ERROR;
        given = code;
    }
    if (e->set.cusd == 1)
        ussd_answer(e, given); /* waits until OK went out */
    return AT_OK;
}

static int chup(struct at_engine *e, enum at_how how, const struct at_args *a)
{
    (void)e;
    (void)a;
    return how == AT_EXEC || how == AT_TEST ? AT_OK : AT_ERROR;
}

static int clcc(struct at_engine *e, enum at_how how, const struct at_args *a)
{
    return chup(e, how, a);
}

/* A missed call: it rings twice and gives up. */
void at_call(void *ctx, const char *number)
{
    struct at_engine *e = ctx;
    for (int i = 0; i < 2; i++) {
        at_unsolicited(e, "%s", e->set.crc ? "+CRING: VOICE" : "RING");
        if (e->set.clip)
            at_unsolicited(e, "+CLIP: \"%s\",%d,\"\",0,\"\",%d", number,
                           !number[0]         ? 128
                           : number[0] == '+' ? 145
                                              : 129,
                           number[0] ? 0 : 1);
    }
    at_unsolicited(e, "NO CARRIER");
}

const struct at_command at_status_commands[] = {
    {"+CSQ", csq},     {"+CREG", creg}, {"+CGREG", cgreg}, {"+CGATT", cgatt}, {"+COPS", cops}, {"+CPIN", cpin},
    {"+CBC", cbc},     {"+CGMI", cgmi}, {"+GMI", cgmi},    {"+CGMM", cgmm},   {"+GMM", cgmm},  {"+CGMR", cgmr},
    {"+GMR", cgmr},    {"+CGSN", cgsn}, {"+GSN", cgsn},    {"+CIMI", cimi},   {"+CNUM", cnum}, {"+CCLK", cclk},
    {"+CFUN", cfun},   {"+CPAS", cpas}, {"+CSCS", cscs},   {"+CUSD", cusd},   {"+CMEE", cmee}, {"+CLIP", clip},
    {"+CRC", crc},     {"+CCWA", ccwa}, {"+CHUP", chup},   {"+CLCC", clcc},   {"+GCAP", gcap}, {"+CRSM", crsm},
    {"+CPINR", cpinr}, {NULL, NULL},
};
