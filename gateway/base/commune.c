// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of the roles. See commune.h. */
#include "gateway/base/commune.h"

#include <string.h>

static const char *const role_names[ROLE_COUNT] = {
    [ROLE_MEMBER] = "member",
    [ROLE_DEPUTY] = "deputy",
    [ROLE_LEADER] = "leader",
    [ROLE_VILLAGE_HEAD] = "village_head",
    [ROLE_AREA_OFFICER] = "area_officer",
    [ROLE_DUTY] = "duty",
    [ROLE_CHIEF] = "chief",
};

const char *role_name(enum role r)
{
    return r > ROLE_NONE && r < ROLE_COUNT ? role_names[r] : NULL;
}

enum role role_from(const char *name)
{
    for (enum role r = ROLE_MEMBER; r < ROLE_COUNT; r++)
        if (!strcmp(name, role_names[r]))
            return r;
    return ROLE_NONE;
}
