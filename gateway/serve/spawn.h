// SPDX-License-Identifier: GPL-2.0-or-later
/* Starting a line child: the same binary, one socket, nothing else inherited. */
#ifndef TB_SERVE_SPAWN_H
#define TB_SERVE_SPAWN_H

#include "config/config.h"

#include <sys/types.h>

/* Runs `exe line --fd 3 …` for this line. quarantine: "" or "SM:3", the message that killed the
 * line before. 0 with *pid and *fd (the core's end: non-blocking, close-on-exec; the caller
 * closes it), or -errno. The child dies with this process. */
int spawn_line(const char *exe, const struct line_config *lc, const char *quarantine, pid_t *pid, int *fd);

#endif
