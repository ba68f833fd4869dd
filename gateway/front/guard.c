// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses and the shared secret. Called by the server for each request. Pure. */
#include "gateway/front/guard.h"

#include "gateway/base/err.h"
#include "gateway/base/netaddr.h"
#include "gateway/base/str.h"

#include <string.h>
#include <strings.h>

bool guard_address(const struct front_setup *s, const char *peer)
{
    struct netaddr a, net;
    if (netaddr_parse(peer, &a))
        return false;
    for (size_t i = 0; i < FRONT_ALLOW_MAX && s->allow[i][0]; i++)
        if (netaddr_parse(s->allow[i], &net) == 0 && netaddr_in(&a, &net))
            return true;
    return false;
}

/* Both are compared over the whole field, whatever their lengths. */
bool guard_secret(const struct front_setup *s, const char *given)
{
    char want[sizeof(s->secret)] = "", got[sizeof(s->secret)] = "";
    volatile unsigned char differs = 0;
    if (!s->secret[0])
        return true;
    if (!given || !given[0] || str_copy(got, sizeof(got), given))
        return false;
    memcpy(want, s->secret, strlen(s->secret));
    for (size_t i = 0; i < sizeof(want); i++)
        differs = (unsigned char)(differs | (want[i] ^ got[i]));
    return differs == 0;
}

const char *guard_bearer(const char *authorization)
{
    if (!authorization || strncasecmp(authorization, "Bearer ", 7) != 0)
        return NULL;
    authorization += 7;
    return authorization + strspn(authorization, " ");
}
