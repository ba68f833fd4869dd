// SPDX-License-Identifier: GPL-2.0-or-later
/* Network addresses. Called by config and the front. Pure. */
#include "gateway/base/netaddr.h"

#include "gateway/base/err.h"
#include "gateway/base/str.h"

#include <arpa/inet.h>
#include <string.h>

/* The digits after the slash, or -EINVAL. */
static int prefix(const char *text, int bits)
{
    int n = 0;
    if (!*text || strlen(text) > 3)
        return -EINVAL;
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return -EINVAL;
        n = 10 * n + (*text - '0');
    }
    return n <= bits ? n : -EINVAL;
}

/* ::ffff:192.0.2.1 is 192.0.2.1. */
static void undress(struct netaddr *a)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    if (a->bits != 128 || memcmp(a->octets, mapped, sizeof(mapped)) != 0 || a->net < 96)
        return;
    memmove(a->octets, a->octets + 12, 4);
    memset(a->octets + 4, 0, 12);
    a->bits = 32;
    a->net -= 96;
}

int netaddr_parse(const char *text, struct netaddr *out)
{
    char host[64];
    const char *slash = strchr(text, '/');
    size_t n = slash ? (size_t)(slash - text) : strlen(text);
    memset(out, 0, sizeof(*out));
    if (n >= sizeof(host))
        return -EINVAL;
    memcpy(host, text, n);
    host[n] = '\0';
    if (inet_pton(AF_INET, host, out->octets) == 1)
        out->bits = 32;
    else if (inet_pton(AF_INET6, host, out->octets) == 1)
        out->bits = 128;
    else
        return -EINVAL;
    out->net = slash ? prefix(slash + 1, out->bits) : out->bits;
    if (out->net < 0)
        return -EINVAL;
    undress(out);
    return 0;
}

bool netaddr_in(const struct netaddr *a, const struct netaddr *net)
{
    int whole = net->net / 8, rest = net->net % 8;
    if (a->bits != net->bits || memcmp(a->octets, net->octets, (size_t)whole) != 0)
        return false;
    if (!rest)
        return true;
    uint8_t mask = (uint8_t)(0xFF << (8 - rest));
    return (a->octets[whole] & mask) == (net->octets[whole] & mask);
}

bool netaddr_is_loopback(const struct netaddr *a)
{
    static const struct netaddr v4 = {.octets = {127}, .bits = 32, .net = 8};
    static const struct netaddr v6 = {.octets = {[15] = 1}, .bits = 128, .net = 128};
    return netaddr_in(a, &v4) || netaddr_in(a, &v6);
}
