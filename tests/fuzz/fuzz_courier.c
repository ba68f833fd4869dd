// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The courier's packets in both directions, the first octet chooses: what courier_check() lets through has its
 * size and no line break where a header comes from. 'S': the templates of a provider of SMS, with any text in
 * them: what becomes of it passes the check too.
 */
#include "tests/fuzz/must.h"
#include "tests/fuzz/overlay.h"

#include "gateway/base/err.h"
#include "gateway/courier/courier.h"
#include "gateway/serve/spare_form.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void good(struct courier_msg *m, uint8_t which)
{
    static const uint32_t types[] = {COURIER_ALIVE, COURIER_RESULT, COURIER_HTTP, COURIER_MAIL};
    courier_msg_init(m, (enum courier_type)types[which % 4]);
    if (m->type == COURIER_RESULT) {
        snprintf(m->u.result.why, sizeof(m->u.result.why), "HTTP 503");
    } else if (m->type == COURIER_HTTP) {
        m->u.http.timeout_ms = 20000;
        m->u.http.sign = 1;
        m->u.http.key_len = 24;
        snprintf(m->u.http.url, sizeof(m->u.http.url), "https://example.vn/tinbao");
        snprintf(m->u.http.event_id, sizeof(m->u.http.event_id), "evt_1");
        snprintf(m->u.http.headers, sizeof(m->u.http.headers), "A: b\nC: d");
    } else if (m->type == COURIER_MAIL) {
        m->u.mail.timeout_ms = 20000;
        snprintf(m->u.mail.url, sizeof(m->u.mail.url), "smtps://mail.example.vn:465");
        snprintf(m->u.mail.from, sizeof(m->u.mail.from), "tinbao@example.vn");
        snprintf(m->u.mail.to, sizeof(m->u.mail.to), "truc@example.vn");
        snprintf(m->u.mail.subject, sizeof(m->u.mail.subject), "Ban tin");
    }
}

static bool one_line(const char *s, size_t size)
{
    size_t n = strnlen(s, size);
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)s[i] < 0x20)
            return false;
    return n < size;
}

static void is_fine(const struct courier_msg *m)
{
    const struct courier_http *h = &m->u.http;
    const struct courier_mail *l = &m->u.mail;
    if (m->type == COURIER_HTTP)
        must(one_line(h->url, sizeof(h->url)) && one_line(h->event_id, sizeof(h->event_id)) && h->key_len <= 64 &&
             one_line(h->content_type, sizeof(h->content_type)) &&
             strnlen(h->body, COURIER_BODY_MAX) < COURIER_BODY_MAX);
    if (m->type == COURIER_MAIL)
        must(one_line(l->from, sizeof(l->from)) && one_line(l->to, sizeof(l->to)) &&
             one_line(l->subject, sizeof(l->subject)) && l->to[0]);
    if (m->type == COURIER_RESULT)
        must(m->u.result.outcome <= COURIER_REFUSED && one_line(m->u.result.why, sizeof(m->u.result.why)));
}

/* NUMBER, then url, body, a header and the text, each up to its line's end. */
static void spare(const uint8_t *data, size_t n)
{
    static struct courier_msg m;
    char part[4][500], *text = part[3], *header = part[2];
    const char *headers[] = {header};
    struct spare_config s = {.headers = headers, .n_headers = 1, .success = "ok", .secret = "khoa"};
    memset(part, 0, sizeof(part));
    if (n < 1)
        return;
    s.encoding = data[0] & 1 ? SPARE_JSON : SPARE_FORM;
    s.method = data[0] & 2 ? SPARE_GET : SPARE_POST;
    s.number = (enum spare_number)((data[0] >> 2) % 3);
    for (size_t i = 1, which = 0, len = 0; i < n && which < 4; i++) {
        if (data[i] == '\n' && which < 3)
            which++, len = 0;
        else if (len + 1 < sizeof(part[0]) && data[i])
            part[which][len++] = (char)data[i];
    }
    memcpy(s.url, part[0], sizeof(part[0]));
    memcpy(s.body, part[1], sizeof(part[1]));
    courier_msg_init(&m, COURIER_HTTP);
    if (spare_form(&s, data[0] & 64 ? "+12025550100" : "+84912000001", text, "evt_7", &m.u.http))
        return;
    must(strlen(m.u.http.url) < COURIER_URL_MAX && strlen(m.u.http.body) < COURIER_BODY_MAX);
    json_error_t err;
    if (s.encoding == SPARE_JSON && !strcmp(part[1], "{\"text\":\"{text}\"}")) { /* it stays JSON, and says the same */
        json_t *is = json_loads(m.u.http.body, 0, &err);
        must(is && !strcmp(json_string_value(json_object_get(is, "text")), text));
        json_decref(is);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct courier_msg m, again;
    if (n < 1)
        return 0;
    if (data[0] == 'S') {
        spare(data + 1, n - 1);
        return 0;
    }
    good(&m, data[0]);
    size_t size = overlay(&m, courier_size(m.type), sizeof(m), data + 1, n - 1);
    if (courier_check(&m, size))
        return 0;
    must(courier_size(m.type) == size);
    is_fine(&m);
    memcpy(&again, &m, size);
    must(courier_check(&again, size) == 0 && memcmp(&again, &m, size) == 0);
    return 0;
}
