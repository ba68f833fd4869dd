// SPDX-License-Identifier: GPL-2.0-or-later
/* Children that the core starts itself. See origin.h. */
#include "gateway/serve/origin.h"

#include <stddef.h>

static int want(const struct origin *o, struct wanted *w)
{
    pid_t pid = 0;
    int fd = -1;
    (void)o;
    int rc = w->spawn(w->ctx, &pid, &fd);
    if (!rc)
        w->came(w->ctx, pid, fd);
    return rc;
}

static void forget(const struct origin *o, struct wanted *w)
{
    (void)o, (void)w; /* nobody waits */
}

const struct origin origin_spawned = {.own = true, .want = want, .forget = forget, .self = NULL};
