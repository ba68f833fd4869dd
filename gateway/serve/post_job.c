// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a delivery needs from config, desk and outbox to become a job: address, key, number, text.
 * Called by post.c. What can go wrong: its target is not configured any more; its text has gone by
 * a modem meanwhile; its recipient is gone.
 */
#include "gateway/serve/post_job.h"

#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "gateway/serve/spare_form.h"

#include <stdio.h>
#include <string.h>

static int give_up(char *why, size_t size, const char *text)
{
    snprintf(why, size, "%s", text);
    return -EINVAL;
}

static const struct webhook_config *hook_named(const struct config *cfg, const char *name)
{
    for (size_t i = 0; i < cfg->courier.n_webhooks; i++)
        if (!strcmp(cfg->courier.webhooks[i].name, name))
            return &cfg->courier.webhooks[i];
    return NULL;
}

static int webhook_job(const struct config *cfg, const struct delivery *d, struct courier_http *h, char *why,
                       size_t size)
{
    const struct webhook_config *w = hook_named(cfg, d->target);
    if (!w)
        return give_up(why, size, "this webhook is not in the config any more");
    h->sign = 1;
    h->key_len = (uint8_t)w->key_len;
    memcpy(h->key, w->key, w->key_len);
    h->plain_ok = !strncmp(w->url, "http:", 5);
    int rc = str_copy(h->url, sizeof(h->url), w->url);
    if (!rc)
        rc = str_copy(h->content_type, sizeof(h->content_type), "application/json");
    if (!rc)
        rc = str_copy(h->ca_file, sizeof(h->ca_file), w->ca_file);
    if (!rc)
        rc = str_copy(h->body, sizeof(h->body), d->body);
    return rc ? give_up(why, size, "too long for the courier") : 0;
}

static int spare_job(struct works *w, const struct delivery *d, struct now now, struct courier_http *h, char *why,
                     size_t size)
{
    const struct spare_config *s = &w->cfg->courier.spare;
    struct outbox_row row;
    char number[40], state[16];
    int rc = outbox_text(w->db, d->outbox_id, &row, state, sizeof(state));
    if (rc)
        return rc;
    if (strcmp(state, "sending") != 0 && strcmp(state, "failed") != 0)
        return -ENOENT;
    if (!s->url[0])
        return give_up(why, size, "the spare line is not in the config any more");
    if (row.expires_rel <= now.rel_ms)
        return give_up(why, size, "its time is over");
    rc = desk_recipient(w->desk, &row, number, sizeof(number));
    if (!rc)
        rc = spare_form(s, number, row.body, d->event_id, h);
    explicit_bzero(number, sizeof(number));
    if (rc == -ENOENT || rc == -EPERM || rc == -EINVAL)
        return give_up(why, size, "its recipient is gone, or has no number that the provider takes");
    h->plain_ok = !strncmp(s->url, "http:", 5);
    if (!rc)
        rc = str_copy(h->ca_file, sizeof(h->ca_file), s->ca_file);
    return rc == -EMSGSIZE ? give_up(why, size, "too long for the courier") : rc;
}

static int http_job(struct works *w, const struct delivery *d, struct now now, struct courier_http *h, char *why,
                    size_t size)
{
    h->id = (uint64_t)d->id;
    h->at_s = now.wall_ms / 1000;
    h->timeout_ms = (uint32_t)w->cfg->courier.timeout_s * 1000;
    memcpy(h->event_id, d->event_id, sizeof(h->event_id));
    return d->outbox_id ? spare_job(w, d, now, h, why, size) : webhook_job(w->cfg, d, h, why, size);
}

static bool is_recipient(const struct mail_config *m, const char *to)
{
    for (size_t i = 0; i < m->n_to; i++)
        if (!strcmp(m->to[i], to))
            return true;
    return false;
}

static int mail_job(const struct config *cfg, const struct delivery *d, struct courier_mail *m, char *why, size_t size)
{
    const struct mail_config *c = &cfg->courier.mail;
    if (!c->url[0] || !is_recipient(c, d->target))
        return give_up(why, size, "this recipient is not in the config any more");
    m->id = (uint64_t)d->id;
    m->at_s = d->created_ms / 1000;
    m->timeout_ms = (uint32_t)cfg->courier.timeout_s * 1000;
    m->tls = c->tls == MAIL_TLS_NONE ? COURIER_TLS_NONE : COURIER_TLS_REQUIRED;
    memcpy(m->event_id, d->event_id, sizeof(m->event_id));
    memcpy(m->subject, d->subject, sizeof(m->subject));
    int rc = str_copy(m->url, sizeof(m->url), c->url);
    if (!rc)
        rc = str_copy(m->user, sizeof(m->user), c->user);
    if (!rc)
        rc = str_copy(m->password, sizeof(m->password), c->password);
    if (!rc)
        rc = str_copy(m->from, sizeof(m->from), c->from);
    if (!rc)
        rc = str_copy(m->to, sizeof(m->to), d->target);
    if (!rc)
        rc = str_copy(m->ca_file, sizeof(m->ca_file), c->ca_file);
    if (!rc)
        rc = str_copy(m->body, sizeof(m->body), d->body);
    return rc ? give_up(why, size, "too long for the courier") : 0;
}

int post_job(struct works *w, const struct delivery *d, struct now now, struct courier_msg *out, char *why, size_t size)
{
    bool mail = !strcmp(d->kind, "mail");
    courier_msg_init(out, mail ? COURIER_MAIL : COURIER_HTTP);
    int rc = mail ? mail_job(w->cfg, d, &out->u.mail, why, size) : http_job(w, d, now, &out->u.http, why, size);
    if (!rc && courier_check(out, courier_size(out->type))) /* the courier would not take it, and die */
        rc = give_up(why, size, "a control character in its address, header or subject");
    if (rc)
        explicit_bzero(out, sizeof(*out));
    return rc;
}
