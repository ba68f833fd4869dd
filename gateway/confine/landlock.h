// SPDX-License-Identifier: GPL-2.0-or-later
/* Landlock by its raw system calls, as the kernel has it (ABI 1 to 6 are used). Private to this room. */
#ifndef TB_CONFINE_LANDLOCK_H
#define TB_CONFINE_LANDLOCK_H

#include "gateway/confine/confine.h"

/* Makes c's ruleset: nothing may be opened yet. Leaves c->ruleset -1 when the kernel has no Landlock. */
void landlock_begin(struct confine *c);
/* 0, -ENOENT, or another -errno. */
int landlock_allow(const struct confine *c, enum confine_may may, const char *path);
/* From now on it holds, for this process and all it starts; c->ruleset is closed. 0 or -errno. */
int landlock_close(struct confine *c);

#endif
