// SPDX-License-Identifier: GPL-2.0-or-later
/* The system calls of a role, by libseccomp. Private to this room. */
#ifndef TB_CONFINE_FILTER_H
#define TB_CONFINE_FILTER_H

#include "gateway/confine/confine.h"

/* From now on only the role's system calls work, here and in all that is started: 0 or -errno. */
int filter_load(enum confine_role role);

#endif
