// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The message commands of 3GPP TS 27.005 in PDU mode: storages, listing, reading, deleting,
 * sending, indications. Called by at_engine.c through at_sms_commands and the air's events.
 * What can go wrong is said with +CMS ERROR (27.005 3.2.5).
 */
#include "gateway/line/at_priv.h"

#include "gateway/base/err.h"
#include "gateway/line/tpdu.h"

#include <string.h>

#define SMSC_NUMBER "+84980200030"

static const char *const mem_names[] = {"SM", "ME"};

/* 0, or the code that says why the SIM can not serve now. */
static int sim_ready(const struct at_engine *e)
{
    return e->sim == AT_SIM_READY ? 0 : e->sim == AT_SIM_PIN ? CMS_SIM_PIN : CMS_SIM_PUK;
}

static int mem_from(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(mem_names); i++)
        if (!strcmp(mem_names[i], name))
            return (int)i;
    return -1;
}

static int cmgf(struct at_engine *e, enum at_how how, const struct at_args *a)
{
    if (how == AT_TEST)
        at_say(e, "+CMGF: (0)");
    else if (how == AT_READ)
        at_say(e, "+CMGF: 0");
    else if (how != AT_SET || at_number(a, 0, 0, 0, -1) != 0)
        return AT_ERROR;
    return AT_OK;
}

static int csms(struct at_engine *e, enum at_how how, const struct at_args *a)
{
    if (how == AT_TEST)
        at_say(e, "+CSMS: (0,1)");
    else if (how == AT_READ)
        at_say(e, "+CSMS: %d,1,1,1", e->set.csms);
    else if (how == AT_SET && at_number(a, 0, 0, 1, -1) >= 0) {
        e->set.csms = (int)at_number(a, 0, 0, 1, 0);
        at_say(e, "+CSMS: 1,1,1");
    } else
        return AT_ERROR;
    return AT_OK;
}

static int cpms_set(struct at_engine *e, const struct at_args *a)
{
    int mem[3];
    if (a->n < 1 || a->n > 3)
        return CMS_NOT_ALLOWED;
    for (int i = 0; i < 3; i++) {
        mem[i] = i < a->n ? mem_from(a->v[i].text) : (int)e->set.mem[i];
        if (mem[i] < 0)
            return CMS_NOT_ALLOWED;
    }
    int used[3], total[3];
    for (int i = 0; i < 3; i++) {
        e->set.mem[i] = (enum air_mem)mem[i];
        air_capacity(e->air, e->set.mem[i], &used[i], &total[i]);
    }
    at_say(e, "+CPMS: %d,%d,%d,%d,%d,%d", used[0], total[0], used[1], total[1], used[2], total[2]);
    return AT_OK;
}

static int cpms(struct at_engine *e, enum at_how how, const struct at_args *a)
{
    if (sim_ready(e))
        return sim_ready(e);
    if (how == AT_TEST) {
        at_say(e, "+CPMS: (\"SM\",\"ME\"),(\"SM\",\"ME\"),(\"SM\",\"ME\")");
        return AT_OK;
    }
    if (how == AT_SET)
        return cpms_set(e, a);
    if (how != AT_READ)
        return AT_ERROR;
    int used[3], total[3];
    const char *name[3];
    for (int i = 0; i < 3; i++) {
        air_capacity(e->air, e->set.mem[i], &used[i], &total[i]);
        name[i] = mem_names[e->set.mem[i]];
    }
    at_say(e, "+CPMS: \"%s\",%d,%d,\"%s\",%d,%d,\"%s\",%d,%d", name[0], used[0], total[0], name[1], used[1], total[1],
           name[2], used[2], total[2]);
    return AT_OK;
}

/* <length> counts the octets of the TPDU, without the SMSC address (27.005 3.1). */
static int tpdu_octets(const struct air_slot *s)
{
    int smsc = tpdu_smsc(s->pdu, s->pdu_len);
    return (int)s->pdu_len - (smsc < 0 ? 0 : smsc);
}

static void say_slot(struct at_engine *e, const struct air_slot *s, bool listed)
{
    char hex[2 * sizeof s->pdu + 1];
    tpdu_hex(s->pdu, s->pdu_len, hex);
    if (listed)
        at_say(e, "+CMGL: %d,%d,,%d\r\n%s", s->index, s->read, tpdu_octets(s), hex);
    else
        at_say(e, "+CMGR: %d,,%d\r\n%s", s->read, tpdu_octets(s), hex);
}

static int cmgl(struct at_engine *e, enum at_how how, const struct at_args *a)
{
    if (sim_ready(e))
        return sim_ready(e);
    if (how == AT_TEST) {
        at_say(e, "+CMGL: (0-4)");
        return AT_OK;
    }
    long stat = how == AT_EXEC ? 0 : at_number(a, 0, 0, 4, -1);
    if (how == AT_READ || stat < 0)
        return CMS_NOT_ALLOWED;
    enum air_mem mem = e->set.mem[0];
    const struct air_slot *s;
    for (int at = 0; !air_next(e->air, mem, at, &s); at = s->index) {
        if (stat != 4 && stat != (s->read ? 1 : 0))
            continue;
        say_slot(e, s, true);
        air_mark_read(e->air, mem, s->index);
    }
    return AT_OK;
}

static int cmgr(struct at_engine *e, enum at_how how, const struct at_args *a)
{
    if (sim_ready(e))
        return sim_ready(e);
    if (how == AT_TEST)
        return AT_OK;
    const struct air_slot *s;
    enum air_mem mem = e->set.mem[0];
    if (how != AT_SET || air_slot(e->air, mem, (int)at_number(a, 0, 1, 1000000, 0), &s))
        return CMS_BAD_INDEX;
    say_slot(e, s, false);
    air_mark_read(e->air, mem, s->index);
    air_was_read(e->air, mem, s->index);
    return AT_OK;
}

/* <delflag> 1..3 delete what was read, 4 all (27.005 3.5.4). */
static int delete_many(struct at_engine *e, bool all)
{
    enum air_mem mem = e->set.mem[0];
    const struct air_slot *s;
    for (int at = 0; !air_next(e->air, mem, at, &s);) {
        at = s->index;
        if ((all || s->read) && air_delete(e->air, mem, at) == -EIO)
            return CMS_UNKNOWN;
    }
    return AT_OK;
}

static int cmgd(struct at_engine *e, enum at_how how, const struct at_args *a)
{
    if (sim_ready(e))
        return sim_ready(e);
    if (how == AT_TEST) {
        at_say(e, "+CMGD: (1-%d),(0-4)", 255);
        return AT_OK;
    }
    long flag = at_number(a, 1, 0, 4, a->n > 1 ? -1 : 0);
    if (how != AT_SET || flag < 0)
        return AT_ERROR;
    if (flag > 0)
        return delete_many(e, flag == 4);
    switch (air_delete(e->air, e->set.mem[0], (int)at_number(a, 0, 1, 1000000, 0))) {
    case 0:
        return AT_OK;
    case -ENOENT:
        return CMS_BAD_INDEX;
    default:
        return AT_ERROR;
    }
}

static int cmgs(struct at_engine *e, enum at_how how, const struct at_args *a)
{
    if (sim_ready(e))
        return sim_ready(e);
    if (how == AT_TEST)
        return AT_OK;
    long octets = at_number(a, 0, 1, 164, -1);
    if (how != AT_SET || octets < 0)
        return CMS_BAD_PDU;
    e->pdu_octets = (int)octets;
    e->pdu_len = 0;
    e->pdu_over = false;
    e->state = IN_PDU;
    at_emit(e, "\r\n> ", 4);
    return AT_PROMPT;
}

int at_send_pdu(struct at_engine *e)
{
    uint8_t pdu[AT_PDU_MAX / 2], ref = 0;
    if (air_fault_now(e->air, NULL) == FAULT_UNKNOWN_URC)
        at_say(e, "+ZDONR: \"Viettel\",452,4,\"CS_PS\",\"ROAM_OFF\"");
    int n = e->pdu_over ? -1 : tpdu_unhex(e->pdu, e->pdu_len, pdu, sizeof pdu);
    int smsc = n < 0 ? -1 : tpdu_smsc(pdu, (size_t)n);
    if (smsc < 0 || n - smsc != e->pdu_octets)
        return CMS_BAD_PDU;
    int rc = air_submit_pdu(e->air, pdu + smsc, (size_t)(n - smsc), &ref);
    if (rc)
        return rc > 0 ? rc : CMS_BAD_PDU;
    if (air_fault_now(e->air, NULL) == FAULT_NO_ANSWER)
        return AT_SILENT; /* as by a modem that hangs, or restarts, just then */
    at_say(e, "+CMGS: %u", ref);
    return AT_OK;
}

static int csca(struct at_engine *e, enum at_how how, const struct at_args *a)
{
    (void)a;
    if (sim_ready(e))
        return sim_ready(e);
    if (how == AT_READ)
        at_say(e, "+CSCA: \"" SMSC_NUMBER "\",145");
    return how == AT_EXEC ? AT_ERROR : AT_OK; /* a number that is set is the operator's business */
}

static int cnmi(struct at_engine *e, enum at_how how, const struct at_args *a)
{
    const int top[5] = {2, 3, 3, e->store_reports ? 2 : 1, 1};
    if (how == AT_TEST) {
        at_say(e, "+CNMI: (0-2),(0-3),(0-3),(0-%d),(0,1)", top[3]);
        return AT_OK;
    }
    if (how == AT_READ) {
        const int *c = e->set.cnmi;
        at_say(e, "+CNMI: %d,%d,%d,%d,%d", c[0], c[1], c[2], c[3], c[4]);
        return AT_OK;
    }
    int v[5];
    for (int i = 0; i < 5; i++) {
        v[i] = (int)at_number(a, i, 0, top[i], i < a->n ? -1 : e->set.cnmi[i]);
        if (v[i] < 0)
            return CMS_NOT_ALLOWED;
    }
    if (how != AT_SET || a->n > 5)
        return AT_ERROR;
    memcpy(e->set.cnmi, v, sizeof v);
    return AT_OK;
}

void at_sms_stored(void *ctx, enum air_mem mem, int index)
{
    struct at_engine *e = ctx;
    const struct air_slot *s;
    if (e->set.cnmi[0] == 0 || e->sim != AT_SIM_READY)
        return;
    if (e->set.cnmi[1] == 1 || e->set.cnmi[1] == 3) {
        if (air_fault_now(e->air, NULL) == FAULT_WRONG_STORAGE)
            mem = mem == AIR_SM ? AIR_ME : AIR_SM;
        at_unsolicited(e, "+CMTI: \"%s\",%d", mem_names[mem], index);
    } else if (e->set.cnmi[1] == 2 && !air_slot(e->air, mem, index, &s)) {
        char hex[2 * sizeof s->pdu + 1];
        tpdu_hex(s->pdu, s->pdu_len, hex);
        at_unsolicited(e, "+CMT: ,%d\r\n%s", tpdu_octets(s), hex);
        air_delete(e->air, mem, index);
    }
}

void at_sms_report(void *ctx, uint8_t ref, const char *number, uint8_t status, int64_t at_ms)
{
    struct at_engine *e = ctx;
    struct tpdu_report r = {.ref = ref, .smsc_ms = at_ms, .discharge_ms = at_ms, .status = status};
    memcpy(r.number, number, strnlen(number, sizeof r.number - 1));
    uint8_t pdu[TPDU_MAX + 12];
    if (e->set.cnmi[0] == 0 || e->set.cnmi[3] == 0)
        return;
    int smsc = tpdu_put_smsc(SMSC_NUMBER, pdu, sizeof pdu);
    int n = smsc < 0 ? smsc : tpdu_put_report(&r, pdu + smsc, sizeof pdu - (size_t)smsc);
    if (n < 0)
        return;
    enum air_mem mem;
    int index;
    if (e->set.cnmi[3] == 2) {
        if (!air_put_report(e->air, pdu, (size_t)smsc + (size_t)n, &mem, &index))
            at_unsolicited(e, "+CDSI: \"%s\",%d", mem_names[mem], index);
        return;
    }
    char hex[2 * sizeof pdu + 1];
    tpdu_hex(pdu, (size_t)smsc + (size_t)n, hex);
    at_unsolicited(e, "+CDS: %d\r\n%s", n, hex);
}

const struct at_command at_sms_commands[] = {
    {"+CMGL", cmgl}, {"+CMGR", cmgr}, {"+CMGD", cmgd}, {"+CMGS", cmgs}, {"+CPMS", cpms},
    {"+CMGF", cmgf}, {"+CSCA", csca}, {"+CNMI", cnmi}, {"+CSMS", csms}, {NULL, NULL},
};
