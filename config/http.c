// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The group `http` of tinbao.cfg. Called by the loader. What can go wrong: a port open to
 * others that was not meant to be, sessions that anybody could open, a secret that others may read;
 * each is said with its remedy.
 */
#include "config/http.h"

#include "config/load.h"
#include "config/secret.h"
#include "gateway/base/err.h"
#include "gateway/base/netaddr.h"

static void check_allow(struct loader *l, const config_setting_t *group, const struct http_config *h)
{
    struct netaddr a;
    const config_setting_t *at = config_setting_get_member((config_setting_t *)group, "allow");
    for (size_t i = 0; i < h->n_allow; i++)
        if (netaddr_parse(h->allow[i], &a))
            load_bad(l, false, at, "http: allow: '%.60s' is no address or network: write 127.0.0.1 or 10.1.0.0/16",
                     h->allow[i]);
}

/* Whose number asks is taken from the request: whoever may send one can be the chief. */
static void check_access(struct loader *l, const config_setting_t *group, const struct http_config *h)
{
    struct netaddr a;
    bool here = netaddr_parse(h->listen, &a) == 0 && netaddr_is_loopback(&a);
    if (!here && !h->beyond_loopback)
        load_bad(l, false, group,
                 "http: listen = \"%s\" can be reached by other machines: take 127.0.0.1 (a proxy or a tunnel on this "
                 "machine leads there), or set beyond_loopback = true if it is meant",
                 h->listen);
    if (!here && h->beyond_loopback)
        load_bad(l, true, group, "http: beyond this machine nothing is encrypted: put a proxy with TLS in front");
    if (h->ussd && !h->secret[0] && !h->n_allow)
        load_bad(l, false, group,
                 "http: with ussd every program that reaches the port could ask in the chief's name: set secret_file "
                 "(openssl rand -hex 24 makes one), or allow with the aggregator's address");
}

void load_http(struct loader *l, const config_setting_t *group)
{
    struct key_table t = keys_of_http();
    struct http_config *h = &l->c->http;
    size_t errors = l->p->errors;
    keys_default(&t, h);
    if (!group)
        return;
    keys_read(l, group, &t, h, "http");
    if (l->p->errors > errors)
        return;
    secret_take(l, group, "secret_file", h->secret_file, sizeof(h->secret_file), h->secret, sizeof(h->secret));
    const char *why = h->secret_file[0] ? keys_http_secret(h->secret) : NULL;
    if (why && h->secret[0])
        load_bad(l, false, group, "secret_file = \"%.100s\": %s", h->secret_file, why);
    check_allow(l, group, h);
    if (l->p->errors == errors && h->port)
        check_access(l, group, h);
}
