// SPDX-License-Identifier: GPL-2.0-or-later
/* Starting a child: the same binary, one socket, nothing else inherited. */
#ifndef TB_SERVE_SPAWN_H
#define TB_SERVE_SPAWN_H

#include "config/config.h"

#include <sys/types.h>

#define SPAWN_STATUS_S 60 /* a line tells its modem's state so often */
#define SPAWN_FD_TEXT "3" /* the number of the socket in the child, for --fd */

/* Runs exe with argv (argv[0] and on, NULL at the end) and env (NULL: the core's own); name is for
 * the log. 0 with *pid and *fd (the core's end: non-blocking, close-on-exec; the caller closes it),
 * or -errno. The child dies with this process. */
int spawn_child(const char *exe, const char *name, const char *const *argv, char **env, pid_t *pid, int *fd);
/* Runs `exe line --fd 3 …` for this line. quarantine: "" or "SM:3", the message that killed the
 * line before. As spawn_child. */
int spawn_line(const char *exe, const struct line_config *lc, const char *quarantine, pid_t *pid, int *fd);

#endif
