// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Webhooks, mail and the spare line of tinbao.cfg, with their secrets. Called by the loader. What
 * can go wrong: an address without TLS, a secret that others may read, is missing or is none:
 * each is said with its remedy, before anything is sent anywhere.
 */
#include "config/load.h"
#include "config/secret.h"

#include "gateway/base/base64.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"

#include <string.h>
#include <unistd.h>

#define KEY_LEAST 16 /* octets; Standard Webhooks asks for 24 to 64, some senders give 16 */

static bool host_is_here(const char *host)
{
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        size_t n = strlen(names[i]);
        if (!strncmp(host, names[i], n) && (!host[n] || strchr(":/?", host[n])))
            return true;
    }
    return false;
}

/* https, or http where nobody can listen. */
static void check_url(struct loader *l, const config_setting_t *at, const char *url, bool insecure_http)
{
    const char *host = !strncmp(url, "https://", 8) ? url + 8 : !strncmp(url, "http://", 7) ? url + 7 : NULL;
    if (!*url)
        return; /* said already */
    if (!host || !*host)
        load_bad(l, false, at, "url = \"%.60s\": write https://host/path", url);
    else if (memchr(host, '@', strcspn(host, "/?")))
        load_bad(l, false, at, "url: a password in an address ends up in logs: use a header or the secret");
    else if (url[4] == ':' && !insecure_http && !host_is_here(host))
        load_bad(l, false, at,
                 "url = \"%.60s\" is not encrypted: write https://, or insecure_http = true if nobody can listen", url);
}

static void check_ca(struct loader *l, const config_setting_t *at, char *file, size_t size)
{
    char path[256];
    if (!file[0])
        return;
    if (load_resolve(l->file, file, path, sizeof(path)) < 0 || str_copy(file, size, path) < 0)
        load_bad(l, false, at, "ca_file: the path is too long");
    else if (access(path, R_OK))
        load_bad(l, false, at, "ca_file = \"%.100s\": %s", path, strerror(errno));
}

static void read_key(struct loader *l, const config_setting_t *at, struct webhook_config *w)
{
    const char *text = !strncmp(w->secret, "whsec_", 6) ? w->secret + 6 : w->secret;
    int n = base64_read(text, strlen(text), w->key, sizeof(w->key));
    if (!w->secret[0])
        load_bad(l, false, at, "webhook %s has no secret: echo whsec_$(openssl rand -base64 32)", w->name);
    else if (n < KEY_LEAST)
        load_bad(l, false, at,
                 "webhook %s: its secret is whsec_ and the base64 of 24 to 64 octets: echo whsec_$(openssl rand "
                 "-base64 32)",
                 w->name);
    else
        w->key_len = (size_t)n;
}

static void load_webhook(struct loader *l, const config_setting_t *e, size_t i)
{
    struct key_table t = keys_of_webhook();
    struct webhook_config *hooks = l->c->courier.webhooks, *w = &hooks[i];
    size_t errors = l->p->errors;
    keys_read(l, e, &t, w, "a webhook");
    if (l->p->errors > errors)
        return;
    check_url(l, e, w->url, w->insecure_http);
    check_ca(l, e, w->ca_file, sizeof(w->ca_file));
    secret_take(l, e, "secret_file", w->secret_file, sizeof(w->secret_file), w->secret, sizeof(w->secret));
    if (l->p->errors == errors)
        read_key(l, e, w);
    for (size_t j = 0; j < i; j++)
        if (!strcmp(w->name, hooks[j].name))
            load_bad(l, false, e, "two webhooks are called '%s': rename one", w->name);
}

static void load_webhooks(struct loader *l, const config_setting_t *list)
{
    struct courier_config *c = &l->c->courier;
    if (!config_setting_is_list(list)) {
        load_bad(l, false, list, "webhooks is written ( { ... }, { ... } );");
        return;
    }
    size_t n = (size_t)config_setting_length(list);
    if (n > WEBHOOKS_MAX) {
        load_bad(l, false, list, "webhooks has %zu entries: at most %d there may be", n, WEBHOOKS_MAX);
        return;
    }
    c->webhooks = arena_array(l->arena, n ? n : 1, sizeof(c->webhooks[0]));
    if (!c->webhooks) {
        load_no_memory(l);
        return;
    }
    c->n_webhooks = n;
    for (size_t i = 0; i < n; i++)
        load_webhook(l, config_setting_get_elem(list, (unsigned)i), i);
}

static void load_mail(struct loader *l, const config_setting_t *group)
{
    struct key_table t = keys_of_mail();
    struct mail_config *m = &l->c->courier.mail;
    size_t errors = l->p->errors;
    keys_read(l, group, &t, m, "mail");
    if (l->p->errors > errors)
        return;
    const char *host = strstr(m->url, "://") + 3;
    if (m->tls == MAIL_TLS_NONE && !host_is_here(host))
        load_bad(l, false, group, "mail: tls = \"none\" is for a server on this machine: the others can do TLS");
    check_ca(l, group, m->ca_file, sizeof(m->ca_file));
    secret_take(l, group, "password_file", m->password_file, sizeof(m->password_file), m->password,
                sizeof(m->password));
    if (!m->user[0] != !m->password[0])
        load_bad(l, false, group, "mail: user and password (or password_file) go together: give both or none");
}

static void load_spare(struct loader *l, const config_setting_t *group)
{
    struct key_table t = keys_of_spare();
    struct spare_config *s = &l->c->courier.spare;
    size_t errors = l->p->errors;
    keys_read(l, group, &t, s, "spare");
    if (l->p->errors > errors)
        return;
    check_url(l, group, s->url, s->insecure_http);
    check_ca(l, group, s->ca_file, sizeof(s->ca_file));
    secret_take(l, group, "secret_file", s->secret_file, sizeof(s->secret_file), s->secret, sizeof(s->secret));
    const char *where = s->method == SPARE_GET ? s->url : s->body;
    if (!strstr(s->url, "{number}") && !strstr(where, "{number}"))
        load_bad(l, false, group, "spare: {number} stands neither in url nor in body: the provider must know whom");
    if (!strstr(s->url, "{text}") && !strstr(where, "{text}"))
        load_bad(l, false, group, "spare: {text} stands neither in url nor in body: the provider must know what");
    if (s->method == SPARE_GET && s->body[0])
        load_bad(l, false, group, "spare: a GET has no body: delete body, or method = \"POST\"");
}

void load_courier(struct loader *l, const config_t *cfg)
{
    struct key_table t = keys_of_courier();
    const config_setting_t *hooks = config_lookup(cfg, "webhooks"), *mail = config_lookup(cfg, "mail"),
                           *spare = config_lookup(cfg, "spare"), *courier = config_lookup(cfg, "courier");
    struct courier_config *c = &l->c->courier;
    keys_default(&t, c);
    if (courier)
        keys_read(l, courier, &t, c, "courier");
    if (c->retry_cap_s < c->retry_first_s)
        load_bad(l, false, courier, "courier: retry_cap_s is less than retry_first_s: the pauses grow");
    if (c->bell[0] && strncmp(c->bell, "/dev/", 5) != 0)
        load_bad(l, false, courier, "courier: bell is a terminal, e.g. \"/dev/tty1\"");
    if (hooks)
        load_webhooks(l, hooks);
    if (mail)
        load_mail(l, mail);
    if (spare)
        load_spare(l, spare);
}

void courier_config_wipe(struct courier_config *c)
{
    for (size_t i = 0; i < c->n_webhooks; i++) {
        explicit_bzero(c->webhooks[i].secret, sizeof(c->webhooks[i].secret));
        explicit_bzero(c->webhooks[i].key, sizeof(c->webhooks[i].key));
    }
    explicit_bzero(c->mail.password, sizeof(c->mail.password));
    explicit_bzero(c->spare.secret, sizeof(c->spare.secret));
}
