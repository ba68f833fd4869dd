// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The packets of line.h: sizes, checks, reading and writing. Called by both ends. What can
 * go wrong: a peer that lies; whatever line_check() lets through has its type's exact size,
 * terminated strings and enums and lengths in range.
 */
#include "gateway/line/line.h"

#include "gateway/base/err.h"
#include "gateway/base/packet.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#define HEADER offsetof(struct line_msg, u)
#define DEADLINE_MIN_MS 1000u
#define DEADLINE_MAX_MS 600000u
#define WITH(member) (HEADER + sizeof(((struct line_msg *)0)->u.member))

size_t line_size(uint32_t type)
{
    switch ((enum line_type)type) {
    case LINE_HELLO:
        return WITH(hello);
    case LINE_ALIVE:
        return WITH(alive);
    case LINE_STATUS:
        return WITH(status);
    case LINE_PART:
        return WITH(part);
    case LINE_GONE:
        return WITH(gone);
    case LINE_SENT:
        return WITH(sent);
    case LINE_REPORT:
        return WITH(report);
    case LINE_CALL:
        return WITH(call);
    case LINE_USSD_REPLY:
    case LINE_USSD:
        return WITH(ussd);
    case LINE_SYNCED:
    case LINE_SYNC:
        return WITH(sync);
    case LINE_TROUBLE:
        return WITH(trouble);
    case LINE_KEPT:
        return WITH(kept);
    case LINE_SEND:
        return WITH(send);
    case LINE_QUIT:
        return HEADER;
    case LINE_PIN:
        return WITH(pin);
    case LINE_PIN_MAY:
        return WITH(may);
    case LINE_SETUP:
        return WITH(setup);
    }
    return 0;
}

#define TEXT_OK PACKET_TEXT_OK

static bool part_ok(struct sms_part *p)
{
    if (!TEXT_OK(p->sender) || p->coding > SMS_8BIT || p->corrupt > 1 || p->silent > 1 || p->body_len > sizeof p->body)
        return false;
    if (p->ref_bits != 0 && p->ref_bits != 8 && p->ref_bits != 16)
        return false;
    if (p->total == 0 || p->seq == 0 || p->seq > p->total)
        return false;
    if (p->ref_bits == 0 && (p->total != 1 || p->seq != 1 || p->ref != 0))
        return false;
    if (p->ref_bits == 8 && p->ref > 0xFF)
        return false;
    if (p->coding != SMS_8BIT && !p->corrupt && p->body_len % 2 != 0)
        return false;
    memset(p->body + p->body_len, 0, sizeof p->body - p->body_len);
    return true;
}

static bool status_ok(struct line_status *s)
{
    return TEXT_OK(s->operator_code) && TEXT_OK(s->operator_name) && TEXT_OK(s->smsc) && s->signal_dbm >= -140 &&
           s->signal_dbm <= 0 && s->registration <= REG_NONE && s->sim <= SIM_FAULT && s->roaming <= 1;
}

static bool body_ok(struct line_msg *m)
{
    switch ((enum line_type)m->type) {
    case LINE_HELLO:
        return TEXT_OK(m->u.hello.maker) && TEXT_OK(m->u.hello.model) && TEXT_OK(m->u.hello.imei);
    case LINE_ALIVE:
        return TEXT_OK(m->u.alive.doing) && m->u.alive.deadline_ms >= DEADLINE_MIN_MS &&
               m->u.alive.deadline_ms <= DEADLINE_MAX_MS;
    case LINE_STATUS:
        return status_ok(&m->u.status);
    case LINE_PART:
        return part_ok(&m->u.part.part);
    case LINE_GONE:
        return m->u.gone.deleted <= 1;
    case LINE_SENT:
        return m->u.sent.result <= SENT_NOT;
    case LINE_REPORT:
        return TEXT_OK(m->u.report.number) && m->u.report.status <= REPORT_FAILED;
    case LINE_CALL:
        return TEXT_OK(m->u.call.number);
    case LINE_USSD_REPLY:
    case LINE_USSD:
        return TEXT_OK(m->u.ussd.text) && m->u.ussd.result <= 0;
    case LINE_TROUBLE:
        return TEXT_OK(m->u.trouble.text) && m->u.trouble.fatal <= TROUBLE_PIN;
    case LINE_SEND:
        return part_ok(&m->u.send.part) && m->u.send.want_report <= 1 && !m->u.send.part.corrupt &&
               m->u.send.part.sender[0] != '\0';
    case LINE_PIN:
        return TEXT_OK(m->u.pin.iccid) && m->u.pin.what <= PIN_REFUSED;
    case LINE_PIN_MAY:
        return m->u.may.may <= 1;
    case LINE_SETUP:
        return TEXT_OK(m->u.setup.device) && TEXT_OK(m->u.setup.connection) && TEXT_OK(m->u.setup.pin) &&
               TEXT_OK(m->u.setup.quarantine) && m->u.setup.device[0] && m->u.setup.cut_pauses <= 1;
    case LINE_SYNCED:
    case LINE_SYNC:
    case LINE_KEPT:
    case LINE_QUIT:
        return true;
    }
    return false;
}

int line_check(struct line_msg *m, size_t n)
{
    if (n < HEADER || m->magic != LINE_WIRE_MAGIC)
        return -EPROTO;
    size_t want = line_size(m->type);
    if (want == 0 || want != n || !body_ok(m))
        return -EPROTO;
    memset((char *)m + n, 0, sizeof *m - n);
    return 0;
}

void line_msg_init(struct line_msg *m, enum line_type type)
{
    memset(m, 0, sizeof *m);
    m->magic = LINE_WIRE_MAGIC;
    m->type = (uint32_t)type;
}

int line_put(int fd, const struct line_msg *m)
{
    size_t n = line_size(m->type);
    return n == 0 ? -EINVAL : packet_put(fd, m, n);
}

int line_get(int fd, struct line_msg *m)
{
    int n = packet_get(fd, m, sizeof(*m), true);
    if (n <= 0)
        return n;
    int rc = line_check(m, (size_t)n);
    return rc ? rc : 1;
}

int line_wait_setup(int fd, struct line_options *o)
{
    struct line_msg m;
    int rc = line_get(fd, &m);
    if (rc <= 0)
        return rc == -EPROTO ? rc : -EPIPE;
    if (m.type != LINE_SETUP)
        return -EPROTO;
    const struct line_setup *s = &m.u.setup;
    memcpy(o->device, s->device, sizeof(o->device));
    memcpy(o->connection, s->connection, sizeof(o->connection));
    memcpy(o->pin, s->pin, sizeof(o->pin));
    memcpy(o->quarantine, s->quarantine, sizeof(o->quarantine));
    o->poll_s = s->poll_s;
    o->status_s = s->status_s;
    o->cut_pauses = s->cut_pauses;
    explicit_bzero(&m, sizeof(m));
    return 0;
}
