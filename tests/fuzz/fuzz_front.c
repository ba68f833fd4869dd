// SPDX-License-Identifier: GPL-2.0-or-later
/* What a client posts, and octets as the front or the core could send them: form_read() and
 * front_check() must hold their promises. The first octet chooses. */
#include "tests/fuzz/overlay.h"

#include "gateway/front/form.h"
#include "gateway/front/front.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void form(const char *body, size_t n)
{
    struct form f;
    const char *why;
    int rc = form_read(body, n, &f, &why);
    if (!rc != !why || (rc && f.phone[0]))
        abort();
    if (rc)
        return;
    if (f.phone[0] != '+' || !f.session[0] || !f.service_code[0] || strlen(f.text) >= sizeof(f.text))
        abort();
    if (f.too_long && f.text[0])
        abort();
    for (const char *p = f.text; *p; p++)
        if ((unsigned char)*p < 0x20)
            abort();
    /* what the form lets through, the packet takes */
    static struct front_msg m;
    front_msg_init(&m, FRONT_ASK);
    m.u.ask.kind = FRONT_SESSION;
    memcpy(m.u.ask.phone, f.phone, sizeof(m.u.ask.phone));
    memcpy(m.u.ask.service_code, f.service_code, sizeof(m.u.ask.service_code));
    memcpy(m.u.ask.text, f.text, sizeof(m.u.ask.text));
    if (front_check(&m, front_size(&m)))
        abort();
}

static void good(struct front_msg *m, uint8_t which)
{
    static const enum front_type types[] = {FRONT_ASK, FRONT_SETUP, FRONT_READY, FRONT_ANSWER, FRONT_ALIVE};
    front_msg_init(m, types[which % 5]);
    if (m->type == FRONT_ASK) {
        m->u.ask.kind = FRONT_SESSION;
        memcpy(m->u.ask.phone, "+84912000001", 13);
        memcpy(m->u.ask.text, "1*2", 4);
    } else if (m->type == FRONT_SETUP) {
        memcpy(m->u.setup.listen, "127.0.0.1", 10);
        memcpy(m->u.setup.allow[0], "10.1.0.0/16", 12);
    } else if (m->type == FRONT_ANSWER) {
        m->u.answer.len = 5;
        memcpy(m->u.answer.text, "Ban b", 6);
    }
}

static void packet(const uint8_t *data, size_t n)
{
    static struct front_msg m; /* 64 kB */
    if (n < 1)
        return;
    good(&m, data[0]);
    size_t size = overlay(&m, front_size(&m), sizeof(m), data + 1, n - 1);
    if (front_check(&m, size))
        return;
    if (front_size(&m) != size || front_check(&m, size))
        abort();
    if (m.type == FRONT_ANSWER && strlen(m.u.answer.text) != m.u.answer.len)
        abort();
    if (m.type == FRONT_ASK && strlen(m.u.ask.text) >= FRONT_INPUT_SIZE)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0)
        return 0;
    if (data[0] == 'P')
        packet(data + 1, n - 1);
    else
        form((const char *)data + 1, n - 1);
    return 0;
}
