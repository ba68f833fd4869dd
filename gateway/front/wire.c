// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The packets of front.h: sizes, checks, reading and writing. Called by both ends. What can go
 * wrong: a peer that lies; whatever front_check() lets through has its type's exact size, terminated
 * strings, enums in range.
 */
#include "gateway/front/front.h"

#include "gateway/base/err.h"
#include "gateway/base/packet.h"
#include "gateway/base/netaddr.h"
#include "gateway/base/phone.h"

#include <string.h>

#define HEADER offsetof(struct front_msg, u)
#define WITH(member) (HEADER + sizeof(((struct front_msg *)0)->u.member))
#define WITH_TEXT(len) (HEADER + offsetof(struct front_answer, text) + (len))

size_t front_size(const struct front_msg *m)
{
    switch ((enum front_type)m->type) {
    case FRONT_READY:
        return WITH(ready);
    case FRONT_ASK:
        return WITH(ask);
    case FRONT_SETUP:
        return WITH(setup);
    case FRONT_ANSWER:
        return m->u.answer.len < FRONT_TEXT_SIZE ? WITH_TEXT(m->u.answer.len) : 0;
    case FRONT_ALIVE:
        return HEADER;
    }
    return 0;
}

#define TEXT_OK PACKET_TEXT_OK

static bool ask_ok(struct front_ask *a)
{
    char phone[sizeof(a->phone)];
    if (a->kind < FRONT_SESSION || a->kind > FRONT_HEALTH || !TEXT_OK(a->phone) || !TEXT_OK(a->service_code) ||
        !TEXT_OK(a->text))
        return false;
    a->pad = 0;
    if (a->kind != FRONT_SESSION)
        return !a->phone[0] && !a->service_code[0] && !a->text[0];
    for (const char *p = a->text; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7F)
            return false;
    return phone_normalize(a->phone, phone, sizeof(phone)) == 0 && !strcmp(phone, a->phone);
}

static bool setup_ok(struct front_setup *s)
{
    struct netaddr a;
    bool ended = false;
    if (!TEXT_OK(s->listen) || !TEXT_OK(s->secret) || !TEXT_OK(s->busy) || !TEXT_OK(s->too_long))
        return false;
    if (s->ussd > 1 || s->metrics > 1 || s->beyond > 1 || netaddr_parse(s->listen, &a) || a.net != a.bits)
        return false;
    for (size_t i = 0; i < FRONT_ALLOW_MAX; i++) {
        if (!TEXT_OK(s->allow[i]) || (ended && s->allow[i][0]) || (s->allow[i][0] && netaddr_parse(s->allow[i], &a)))
            return false;
        ended = !s->allow[i][0];
    }
    memset(s->pad, 0, sizeof(s->pad));
    return true;
}

static bool answer_ok(struct front_answer *a)
{
    if (a->result > FRONT_BUSY || memchr(a->text, '\0', a->len))
        return false;
    a->text[a->len] = '\0';
    return true;
}

static bool body_ok(struct front_msg *m)
{
    switch ((enum front_type)m->type) {
    case FRONT_READY:
        m->u.ready.pad = 0;
        return TEXT_OK(m->u.ready.why) && m->u.ready.port <= 65535;
    case FRONT_ASK:
        return ask_ok(&m->u.ask);
    case FRONT_SETUP:
        return setup_ok(&m->u.setup);
    case FRONT_ANSWER:
        return answer_ok(&m->u.answer);
    case FRONT_ALIVE:
        return true;
    }
    return false;
}

int front_check(struct front_msg *m, size_t n)
{
    if (n < HEADER || m->magic != FRONT_WIRE_MAGIC)
        return -EPROTO;
    if (m->type == FRONT_ANSWER && n < WITH_TEXT(0))
        return -EPROTO; /* its length is not even there */
    size_t want = front_size(m);
    return want != 0 && want == n && body_ok(m) ? 0 : -EPROTO;
}

void front_msg_init(struct front_msg *m, enum front_type type)
{
    if (type == FRONT_ANSWER)
        memset(m, 0, WITH_TEXT(1)); /* 64 kB are not cleared for each */
    else
        memset(m, 0, WITH(setup)); /* the largest of the others */
    m->magic = FRONT_WIRE_MAGIC;
    m->type = (uint32_t)type;
}

int front_put(int fd, const struct front_msg *m)
{
    size_t n = front_size(m);
    return n == 0 ? -EINVAL : packet_put(fd, m, n);
}

int front_get(int fd, struct front_msg *m)
{
    int n = packet_get(fd, m, sizeof(*m), false);
    if (n <= 0)
        return n;
    int rc = front_check(m, (size_t)n);
    return rc ? rc : 1;
}
