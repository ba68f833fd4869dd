// SPDX-License-Identifier: GPL-2.0-or-later
/* The state directory of one run: made fresh, its log shown, removed. Called by player.c. */
#ifndef TB_PLAY_WORKDIR_H
#define TB_PLAY_WORKDIR_H

#include <stddef.h>
#include <stdio.h>

/* A new directory of mode 0700 in `keep` (NULL: $TMPDIR, else
 * /dev/shm when it has room, else /tmp), its name begins as the
 * script's. 0, -EMSGSIZE, or -errno of mkdtemp. */
int workdir_make(const char *keep, const char *file, char *out, size_t size);
/* Removes it with what is in it (one level of directories deep is all the core makes; more is
 * removed too). What can not be removed stays. */
void workdir_remove(const char *dir);
/* Prints the last lines of the core's log. */
void workdir_log_tail(const char *path, FILE *to);

#endif
