// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The packets of courier.h: sizes and checks. Called by both ends. What can go wrong: a peer
 * that lies, or a config that lets a line break into what becomes a header.
 */
#include "gateway/courier/courier.h"

#include "gateway/base/err.h"
#include "gateway/base/packet.h"

#include <stdbool.h>
#include <string.h>

#define HEADER offsetof(struct courier_msg, u)
#define WITH(member) (HEADER + sizeof(((struct courier_msg *)0)->u.member))
#define TIMEOUT_MIN_MS 1000u
#define TIMEOUT_MAX_MS 300000u

size_t courier_size(uint32_t type)
{
    switch ((enum courier_type)type) {
    case COURIER_ALIVE:
        return HEADER;
    case COURIER_RESULT:
        return WITH(result);
    case COURIER_HTTP:
        return WITH(http);
    case COURIER_MAIL:
        return WITH(mail);
    }
    return 0;
}

/* A text that becomes a line of a header: no control character but those allowed. */
static bool line_ok(char *s, size_t size, const char *allowed)
{
    if (!packet_text_ok(s, size))
        return false;
    for (; *s; s++)
        if (((unsigned char)*s < 0x20 || *s == 0x7F) && !strchr(allowed, *s))
            return false;
    return true;
}

#define TEXT_OK PACKET_TEXT_OK
#define LINE_OK(array) line_ok((array), sizeof(array), "")

static bool time_ok(uint32_t timeout_ms)
{
    return timeout_ms >= TIMEOUT_MIN_MS && timeout_ms <= TIMEOUT_MAX_MS;
}

static bool result_ok(struct courier_result *r)
{
    return r->outcome <= COURIER_REFUSED && LINE_OK(r->why);
}

static bool http_ok(struct courier_http *h)
{
    return time_ok(h->timeout_ms) && h->method <= COURIER_GET && h->sign <= 1 && h->plain_ok <= 1 &&
           h->key_len <= sizeof(h->key) && LINE_OK(h->event_id) && LINE_OK(h->url) && LINE_OK(h->content_type) &&
           line_ok(h->headers, sizeof(h->headers), "\n") && TEXT_OK(h->expect) && TEXT_OK(h->ca_file) &&
           TEXT_OK(h->body) && h->url[0] && (!h->sign || (h->key_len > 0 && h->event_id[0]));
}

static bool mail_ok(struct courier_mail *m)
{
    return time_ok(m->timeout_ms) && m->tls <= COURIER_TLS_NONE && LINE_OK(m->url) && TEXT_OK(m->user) &&
           TEXT_OK(m->password) && LINE_OK(m->from) && LINE_OK(m->to) && LINE_OK(m->event_id) && LINE_OK(m->subject) &&
           TEXT_OK(m->ca_file) && TEXT_OK(m->body) && m->url[0] && m->from[0] && m->to[0];
}

int courier_check(struct courier_msg *m, size_t n)
{
    bool fine = n >= HEADER && m->magic == COURIER_WIRE_MAGIC && courier_size(m->type) == n;
    if (fine && m->type == COURIER_RESULT)
        fine = result_ok(&m->u.result);
    else if (fine && m->type == COURIER_HTTP)
        fine = http_ok(&m->u.http);
    else if (fine && m->type == COURIER_MAIL)
        fine = mail_ok(&m->u.mail);
    return fine ? 0 : -EPROTO;
}

void courier_msg_init(struct courier_msg *m, enum courier_type type)
{
    size_t n = courier_size(type);
    memset(m, 0, n ? n : sizeof(*m));
    m->magic = COURIER_WIRE_MAGIC;
    m->type = type;
}
