// SPDX-License-Identifier: GPL-2.0-or-later
/* Network addresses as text, without a look-up: which are this machine's own, which lie in a
 * network. In base because config checks them and the front listens and compares. */
#ifndef TB_BASE_NETADDR_H
#define TB_BASE_NETADDR_H

#include <stdbool.h>
#include <stdint.h>

struct netaddr {
    uint8_t octets[16];
    int bits; /* of the address: 32 or 128 */
    int net;  /* of them, those of the network; = bits when none was given */
};

/* "127.0.0.1", "::1", "10.0.0.0/8": 0 or -EINVAL. An IPv4 address in IPv6's clothes is IPv4. */
int netaddr_parse(const char *text, struct netaddr *out);
/* 127.0.0.0/8 or ::1. */
bool netaddr_is_loopback(const struct netaddr *a);
/* Is `a` in the network of `net`? Never, when one is IPv4 and the other is not. */
bool netaddr_in(const struct netaddr *a, const struct netaddr *net);

#endif
