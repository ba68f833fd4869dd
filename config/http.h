// SPDX-License-Identifier: GPL-2.0-or-later
/* The HTTP of the box itself (USSD sessions, metrics, health), as tinbao.cfg says it. Included by
 * config.h. Off by default, and on this machine alone. */
#ifndef TB_CONFIG_HTTP_H
#define TB_CONFIG_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#define HTTP_ALLOW_MAX 16

struct http_config {
    int port;             /* 0 = off */
    char listen[64];      /* an address, default 127.0.0.1 */
    bool beyond_loopback; /* listen may be one that others reach */
    bool ussd, metrics;
    char secret[128], secret_file[256]; /* of the aggregator; "" = none is asked for */
    const char *const *allow;           /* addresses or networks; none: this machine */
    size_t n_allow;
};

#endif
