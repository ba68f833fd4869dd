// SPDX-License-Identifier: GPL-2.0-or-later
/* What `tinbao roster` does with the database: invites, and the users who came by DK. */
#ifndef TB_CMD_ROSTER_H
#define TB_CMD_ROSTER_H

#include "config/config.h"

struct roster_invitation {
    const char *role, *places, *name, *days; /* as typed; places and days may be NULL */
};

/* Makes an invite and prints its digits; the exit status. */
int roster_invite(const struct config *cfg, const char *state_dir, const struct roster_invitation *i);
/* The roster of the config and, after it, those who came by DK: *out is malloc'ed, the caller
 * frees. The count, or -errno (said). Reads the database only. */
int roster_with_registered(const struct config *cfg, const char *state_dir, struct roster_entry **out);

#endif
