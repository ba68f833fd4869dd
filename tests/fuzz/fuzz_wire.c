// SPDX-License-Identifier: GPL-2.0-or-later
/* Packets as a line or a core could send them (the first octet chooses the type), over a real socket: what
 * line_get() lets through has its size, terminated strings and enums in range, and goes the same way again. */
#include "tests/fuzz/line_packets.h"
#include "tests/fuzz/must.h"
#include "tests/fuzz/overlay.h"

#include "gateway/base/err.h"

#include <stdlib.h>
#include <sys/socket.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static bool text_fine(const char *s, size_t size)
{
    const char *end = memchr(s, 0, size);
    for (size_t i = end ? (size_t)(end - s) : size; i < size; i++)
        if (s[i])
            return false; /* something of the sender's memory went on */
    return end != NULL;
}

static void part_fine(const struct sms_part *p)
{
    must(p->body_len <= SMS_BODY_MAX && p->seq >= 1 && p->seq <= p->total && p->coding <= SMS_8BIT && p->silent <= 1);
    must(text_fine(p->sender, sizeof(p->sender)));
    for (size_t i = p->body_len; i < sizeof(p->body); i++)
        must(p->body[i] == 0);
}

static void is_fine(const struct line_msg *m)
{
    if (m->type == LINE_PART)
        part_fine(&m->u.part.part);
    if (m->type == LINE_SEND)
        part_fine(&m->u.send.part);
    if (m->type == LINE_USSD || m->type == LINE_USSD_REPLY)
        must(text_fine(m->u.ussd.text, sizeof(m->u.ussd.text)) && m->u.ussd.result <= 0);
    if (m->type == LINE_STATUS)
        must(text_fine(m->u.status.smsc, sizeof(m->u.status.smsc)) && m->u.status.registration <= REG_NONE);
    if (m->type == LINE_ALIVE)
        must(m->u.alive.deadline_ms >= 1000 && m->u.alive.deadline_ms <= 600000);
}

/* The first word to a line that knocked. */
static void setup(const int pair[2])
{
    static struct line_options o;
    int rc = line_wait_setup(pair[1], &o);
    must(rc == 0 || rc == -EPROTO || rc == -EPIPE);
    if (rc == 0)
        must(memchr(o.device, 0, sizeof(o.device)) && o.device[0] && memchr(o.pin, 0, sizeof(o.pin)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static int pair[2];
    struct line_msg m, got, again;
    if (!pair[1] && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
        abort();
    if (n < 1)
        return 0;
    good_line_msg(&m, data[0]);
    size_t size = overlay(&m, line_size(m.type), sizeof(m), data + 1, n - 1);
    if (size == 0 || send(pair[0], &m, size, MSG_DONTWAIT) != (ssize_t)size)
        return 0;
    if (m.type == LINE_SETUP) {
        setup(pair);
        return 0;
    }
    int rc = line_get(pair[1], &got);
    must(rc == 1 || rc == -EPROTO);
    if (rc == -EPROTO)
        return 0;
    must(line_size(got.type) == size);
    is_fine(&got);
    must(line_put(pair[0], &got) == 0 && line_get(pair[1], &again) == 1 && memcmp(&got, &again, size) == 0);
    return 0;
}
