// SPDX-License-Identifier: GPL-2.0-or-later
/* What the core gives up once it has opened its database and its doors: see gateway/confine. */
#ifndef TB_SERVE_FENCE_H
#define TB_SERVE_FENCE_H

#include "config/config.h"

/* Before the database is opened: temporary files of SQLite belong into the state directory. */
void fence_temp(const char *state_dir);
/* From now on the core opens its state, its settings and what it names itself, nothing else. spawns: it
 * starts its children itself, so that it keeps what they need. What can not be done is logged. */
void fence_core(const struct config *cfg, const char *state_dir, bool spawns);

#endif
