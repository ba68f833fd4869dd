// SPDX-License-Identifier: GPL-2.0-or-later
/* What `tinbao roster` does with the database: invites, lost phones, and the users who came by DK. */
#ifndef TB_CMD_ROSTER_H
#define TB_CMD_ROSTER_H

#include "config/config.h"

#include <stdio.h>

struct desk;

struct roster_invitation {
    const char *role, *places, *name, *days; /* as typed; places and days may be NULL */
};

/* Makes an invite and prints its digits; the exit status. */
int roster_invite(const struct config *cfg, const char *state_dir, const struct roster_invitation *i);
/* A change by the running service ("VERB WHAT" at its control socket), or by fn(WHAT) on the database when none
 * runs: 0, or -errno; after -EINVAL out has the reason. */
typedef int roster_change(struct desk *d, const char *what, char *out, size_t size);
int roster_ask(const struct config *cfg, const char *state_dir, const char *request, roster_change *fn, char *out,
               size_t size);
/* Says it; the exit status. */
int roster_failed(const char *dir, int rc, const char *why);
/* Did a service ever run here? */
bool roster_has_database(const char *dir);
/* verb: "revoke" a phone or name, "restore" a phone; the exit status. */
int roster_revoke(const struct config *cfg, const char *state_dir, const char *verb, const char *whose);
/* Warns of lines whose phone is revoked; how many. Reads the database, if there is one. */
size_t roster_warn_revoked(const struct config *cfg, const char *state_dir, FILE *to);
/* The roster of the config and, after it, those who came by DK: *out is malloc'ed, the caller
 * frees. The count, or -errno (said). Reads the database only. */
int roster_with_registered(const struct config *cfg, const char *state_dir, struct roster_entry **out);

#endif
