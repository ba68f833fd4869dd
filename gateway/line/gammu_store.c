// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The storages of the modem. Listing and looking are plain AT: a stored PDU is checked
 * octet by octet before libgammu may see it, because libgammu 1.42 writes past its arrays
 * on some (a user data header longer than the user data, for one). Reading and deleting
 * are libgammu's. Called by the child and the probe.
 *
 * libgammu remembers which storage it selected and does not select it again, so dev_mem
 * (what the modem has selected) is set back to lib_mem before libgammu is called.
 */
#include "gateway/line/gammu_modem.h"

#include "gateway/base/err.h"
#include "gateway/line/tpdu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define READ_MS 8000
#define DELETE_MS 10000
#define LOOK_QUIET_MS 3000
#define LIST_QUIET_MS 5000
#define LIST_MAX_MS 45000

static int mem_select(struct gm_modem *m, int mem)
{
    if (m->dev_mem == mem)
        return 0;
    m->dev_mem = GM_NONE;
    int rc = raw_command(&m->port, mem == GM_SM ? "AT+CPMS=\"SM\"" : "AT+CPMS=\"ME\"", LOOK_QUIET_MS, NULL, NULL, NULL);
    if (!rc)
        m->dev_mem = mem;
    return rc;
}

int gm_usage(struct gm_modem *m, uint32_t *used, uint32_t *total)
{
    GSM_SMSMemoryStatus s;
    memset(&s, 0, sizeof s);
    gm_begin(m, "storage", READ_MS);
    int rc = gm_end(GSM_GetSMSStatus(m->s, &s)); /* selects SM, then ME, in any case */
    m->lib_mem = m->dev_mem = rc ? GM_NONE : m->has_me ? GM_ME : GM_SM;
    if (rc)
        return rc;
    long u = (long)s.SIMUsed + s.PhoneUsed, t = (long)s.SIMSize + s.PhoneSize;
    *used = u > 0 ? (uint32_t)u : 0;
    *total = t > 0 ? (uint32_t)t : 0;
    return 0;
}

/* Before libgammu touches a storage: the modem stands where libgammu believes it does. */
static int align(struct gm_modem *m)
{
    uint32_t used, total;
    int rc = raw_drain(&m->port, 20);
    if (!rc)
        rc = m->lib_mem == GM_NONE ? gm_usage(m, &used, &total) : mem_select(m, m->lib_mem);
    return rc;
}

void gm_doubt(struct gm_modem *m)
{
    m->lib_mem = m->dev_mem = GM_NONE;
}

static int settle(struct gm_modem *m, int rc, int mem)
{
    m->lib_mem = m->dev_mem = rc ? GM_NONE : mem;
    return rc;
}

int gm_list_add(struct gm_list *l, int mem, int index)
{
    if (l->n == l->cap) {
        size_t cap = l->cap ? 2 * l->cap : 64;
        struct gm_at *at = cap > 16384 ? NULL : realloc(l->at, cap * sizeof *at);
        if (!at)
            return -ENOMEM;
        l->at = at;
        l->cap = cap;
    }
    l->at[l->n].mem = mem;
    l->at[l->n++].index = index;
    return 0;
}

struct lister {
    struct gm_list *out;
    int mem, rc;
};

/* "+CMGL: index,stat,[alpha],length", TS 27.005 3.4.2; stat 2 and 3 are our own texts. */
static void on_listed(void *ctx, const char *line)
{
    struct lister *l = ctx;
    char *end;
    const char *p = strstr(line, "+CMGL:");
    if (!p)
        return;
    long index = strtol(p + 6, &end, 10);
    if (*end != ',' || index < 0 || index > 65535)
        return;
    long stat = strtol(end + 1, NULL, 10);
    if (stat == 0 || stat == 1)
        l->rc = gm_list_add(l->out, l->mem, (int)index);
}

int gm_list(struct gm_modem *m, struct gm_list *out)
{
    int rc = 0;
    if (m->announce)
        m->announce(m->ctx, "list", LIST_MAX_MS);
    rc = raw_command(&m->port, "AT+CMGF=0", LOOK_QUIET_MS, NULL, NULL, NULL);
    for (int mem = GM_SM; mem <= GM_ME && !gm_fatal(rc); mem++) {
        struct lister l = {.out = out, .mem = mem};
        if (!(mem == GM_SM ? m->has_sm : m->has_me))
            continue;
        rc = mem_select(m, mem);
        if (!rc)
            rc = raw_command(&m->port, "AT+CMGL=4", LIST_QUIET_MS, on_listed, &l, NULL);
        if (l.rc)
            return l.rc;
    }
    return rc;
}

struct looker {
    bool header, pdu, clean;
    long stat, length;
    struct gm_slot *out;
};

/* "+CMGR: stat,[alpha],length" and the PDU on the next line. */
static void on_looked(void *ctx, const char *line)
{
    struct looker *l = ctx;
    if (!l->header) {
        const char *p = strstr(line, "+CMGR:"), *last = p ? strrchr(p, ',') : NULL;
        if (!last)
            return;
        l->header = true;
        l->stat = strtol(p + 6, NULL, 10);
        l->length = strtol(last + 1, NULL, 10);
        return;
    }
    if (l->pdu)
        return;
    l->pdu = true;
    int n = tpdu_unhex(line, strlen(line), l->out->pdu, sizeof l->out->pdu);
    l->clean = n > 0;
    l->out->n = n > 0 ? (size_t)n : 0;
}

static uint64_t fnv1a(const uint8_t *p, size_t n)
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ p[i]) * 1099511628211u;
    return h;
}

static bool quarantined(const struct gm_modem *m, int mem, int index)
{
    char at[16];
    snprintf(at, sizeof at, "%s:%d", mem == GM_SM ? "SM" : "ME", index);
    return !strcmp(at, m->quarantine);
}

void gm_unquarantine(struct gm_modem *m, int mem, int index)
{
    if (quarantined(m, mem, index))
        m->quarantine[0] = '\0';
}

int gm_look(struct gm_modem *m, int mem, int index, struct gm_slot *out)
{
    char command[32];
    int code = 0;
    struct looker l = {.out = out};
    memset(out, 0, sizeof *out);
    out->mem = mem;
    out->index = index;
    snprintf(command, sizeof command, "AT+CMGR=%d", index);
    int rc = mem_select(m, mem);
    if (!rc)
        rc = raw_command(&m->port, command, LOOK_QUIET_MS, on_looked, &l, &code);
    if (rc)
        return rc == -EIO ? -ENOENT : rc;
    if (!l.header)
        return -ENOENT;
    out->hash = fnv1a(out->pdu, out->n);
    int smsc = l.clean ? out->pdu[0] + 1 : 0;
    if (l.stat >= 2)
        out->kind = STORED_OWN;
    else if (!l.clean || (long)out->n != l.length + smsc)
        out->kind = STORED_NOISE; /* the line, not the PDU: what is stored agrees with its length */
    else
        out->kind = quarantined(m, mem, index) ? STORED_BAD : gm_classify(out->pdu, out->n);
    return 0;
}

/* libgammu's flat numbering: 100000 for every storage before this one. */
static int location(const struct gm_modem *m, int mem, int index)
{
    return mem == GM_ME && m->has_sm ? GSM_PHONE_MAXSMSINFOLDER + index : index;
}

static void name_slot(char out[32], const char *verb, int mem, int index)
{
    snprintf(out, 32, "%s %s %d", verb, mem == GM_SM ? "SM" : "ME", index);
}

int gm_read(struct gm_modem *m, const struct gm_slot *at, struct sms_part *out)
{
    char doing[32];
    int rc = align(m);
    if (rc)
        return rc;
    name_slot(doing, "read", at->mem, at->index);
    memset(&m->multi->SMS[0], 0, sizeof m->multi->SMS[0]); /* libgammu reads what was left in Memory */
    m->multi->Number = 1;
    m->multi->SMS[0].Location = location(m, at->mem, at->index);
    gm_begin(m, doing, READ_MS);
    rc = settle(m, gm_end(GSM_GetSMS(m->s, m->multi)), at->mem);
    if (rc)
        return rc;
    return m->multi->SMS[0].PDU == SMS_Deliver ? gm_part_from_sms(&m->multi->SMS[0], out) : -EBADMSG;
}

int gm_delete(struct gm_modem *m, int mem, int index)
{
    char command[32];
    snprintf(command, sizeof command, "AT+CMGD=%d", index);
    if (m->announce)
        m->announce(m->ctx, "delete", DELETE_MS);
    int rc = mem_select(m, mem);
    return rc ? rc : raw_command(&m->port, command, LOOK_QUIET_MS, NULL, NULL, NULL);
}
