// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of keys of the group `http`. Called by config/http.c; plain data. */
#include "config/keys.h"

#include "config/http.h"
#include "gateway/base/err.h"
#include "gateway/base/netaddr.h"

#include <string.h>

#define SECRET_LEAST 16

static const char *wrong_listen(const char *v)
{
    struct netaddr a;
    return netaddr_parse(v, &a) == 0 && a.net == a.bits ? NULL : "it is an address, no name: 127.0.0.1 or ::1";
}

static const char *wrong_secret(const char *v)
{
    size_t n = strlen(v);
    for (const char *p = v; *p; p++)
        if (*p <= ' ' || *p > '~')
            return "a secret is letters, digits and signs without blanks: openssl rand -hex 24 makes one";
    return n == 0 || n >= SECRET_LEAST ? NULL : "a secret has 16 characters or more: openssl rand -hex 24 makes one";
}

static const struct key http_keys[] = {
    {.name = "port",
     .type = KEY_INT,
     .max = 65535,
     .def = "0",
     .what = "TCP port, 0 = no HTTP at all",
     .offset = offsetof(struct http_config, port)},
    {.name = "listen",
     .type = KEY_STR,
     .min = 1,
     .def = "127.0.0.1",
     .wrong = wrong_listen,
     .what = "address to listen on",
     .offset = offsetof(struct http_config, listen),
     .size = sizeof(((struct http_config *)0)->listen)},
    {.name = "beyond_loopback",
     .type = KEY_BOOL,
     .def = "false",
     .what = "listen may be an address that other machines reach",
     .offset = offsetof(struct http_config, beyond_loopback)},
    {.name = "ussd",
     .type = KEY_BOOL,
     .def = "false",
     .what = "POST /ussd: sessions of a USSD aggregator",
     .offset = offsetof(struct http_config, ussd)},
    {.name = "metrics",
     .type = KEY_BOOL,
     .def = "true",
     .what = "GET /metrics for Prometheus",
     .offset = offsetof(struct http_config, metrics)},
    {.name = "secret",
     .type = KEY_STR,
     .def = "",
     .wrong = wrong_secret,
     .what = "what the aggregator must know; better in secret_file",
     .offset = offsetof(struct http_config, secret),
     .size = sizeof(((struct http_config *)0)->secret)},
    {.name = "secret_file",
     .type = KEY_STR,
     .def = "",
     .what = "a file of mode 0600 with the secret in its first line",
     .offset = offsetof(struct http_config, secret_file),
     .size = sizeof(((struct http_config *)0)->secret_file)},
    {.name = "allow",
     .type = KEY_STRINGS,
     .max = HTTP_ALLOW_MAX,
     .def = "",
     .what = "addresses or networks that may ask; none: this machine",
     .offset = offsetof(struct http_config, allow),
     .count_at = offsetof(struct http_config, n_allow)},
};

struct key_table keys_of_http(void)
{
    return (struct key_table){http_keys, ARRAY_LEN(http_keys)};
}

const char *keys_http_secret(const char *v)
{
    return wrong_secret(v);
}
