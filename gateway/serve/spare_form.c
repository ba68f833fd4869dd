// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * {number} {text} {id} {secret} put into the templates of the spare line, each escaped as the
 * place asks: percent-encoded (RFC 3986 2.1) in the address and in a form, as a JSON string (RFC
 * 8259 7) in JSON, as it is in a header. Called by post.c; pure but for the memory of jansson.
 */
#include "gateway/serve/spare_form.h"

#include "gateway/base/err.h"
#include "gateway/base/str.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum escape { ESCAPE_NONE, ESCAPE_PERCENT, ESCAPE_JSON };

struct values {
    const char *number, *text, *id, *secret;
};

static const char *value_of(const struct values *v, const char *name, size_t n)
{
    const struct {
        const char *name, *value;
    } all[] = {{"number", v->number}, {"text", v->text}, {"id", v->id}, {"secret", v->secret}};
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        if (strlen(all[i].name) == n && !strncmp(all[i].name, name, n))
            return all[i].value;
    return NULL;
}

static void add_percent(struct sbuf *b, const char *s)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
    for (; *s; s++)
        if (strchr(plain, *s))
            sbuf_addc(b, *s);
        else
            sbuf_addf(b, "%%%02X", (unsigned)(unsigned char)*s);
}

static int add_json(struct sbuf *b, const char *s)
{
    json_t *o = json_string(s);
    char *text = o ? json_dumps(o, JSON_ENCODE_ANY) : NULL;
    json_decref(o);
    if (!text)
        return -ENOMEM;
    sbuf_addn(b, text + 1, strlen(text) - 2); /* without the quotes, which stand in the template */
    free(text);
    return 0;
}

static int fill(const char *template, const struct values *v, enum escape how, struct sbuf *b)
{
    int rc = 0;
    while (!rc && *template) {
        size_t n = strcspn(template, "{");
        sbuf_addn(b, template, n);
        template += n;
        n = strcspn(template, "}");
        const char *value = *template && template[n] ? value_of(v, template + 1, n - 1) : NULL;
        if (!value) { /* a brace of the JSON itself */
            if (*template)
                sbuf_addc(b, *template ++);
            continue;
        }
        template += n + 1;
        if (how == ESCAPE_PERCENT)
            add_percent(b, value);
        else if (how == ESCAPE_JSON)
            rc = add_json(b, value);
        else
            sbuf_add(b, value);
    }
    return rc ? rc : sbuf_done(b);
}

/* "+84912345678" as the provider writes it. */
static int write_number(enum spare_number how, const char *e164, char *out, size_t size)
{
    struct sbuf b = sbuf_on(out, size);
    if (e164[0] != '+' || (how == SPARE_LOCAL && strncmp(e164, "+84", 3) != 0))
        return -EINVAL;
    if (how == SPARE_LOCAL)
        sbuf_addf(&b, "0%s", e164 + 3);
    else
        sbuf_add(&b, how == SPARE_PLAIN ? e164 + 1 : e164);
    return sbuf_done(&b);
}

static int write_headers(const struct spare_config *s, const struct values *v, struct courier_http *out)
{
    struct sbuf b = sbuf_on(out->headers, sizeof(out->headers));
    int rc = 0;
    for (size_t i = 0; !rc && i < s->n_headers; i++) {
        if (i)
            sbuf_addc(&b, '\n');
        rc = fill(s->headers[i], v, ESCAPE_NONE, &b);
    }
    return rc;
}

int spare_form(const struct spare_config *s, const char *number, const char *text, const char *id,
               struct courier_http *out)
{
    char written[40];
    struct values v = {.number = written, .text = text, .id = id, .secret = s->secret};
    struct sbuf url = sbuf_on(out->url, sizeof(out->url)), body = sbuf_on(out->body, sizeof(out->body));
    bool json = s->encoding == SPARE_JSON;
    int rc = write_number(s->number, number, written, sizeof(written));
    if (!rc)
        rc = fill(s->url, &v, ESCAPE_PERCENT, &url);
    if (!rc)
        rc = fill(s->body, &v, json ? ESCAPE_JSON : ESCAPE_PERCENT, &body);
    if (!rc)
        rc = write_headers(s, &v, out);
    if (!rc)
        rc = str_copy(out->content_type, sizeof(out->content_type),
                      json ? "application/json" : "application/x-www-form-urlencoded");
    if (!rc)
        rc = str_copy(out->expect, sizeof(out->expect), s->success);
    out->method = s->method == SPARE_GET ? COURIER_GET : COURIER_POST;
    explicit_bzero(written, sizeof(written));
    return rc;
}
