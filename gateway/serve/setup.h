// SPDX-License-Identifier: GPL-2.0-or-later
/* What the core makes sure of before it runs: config, lines, database, users. */
#ifndef TB_SERVE_SETUP_H
#define TB_SERVE_SETUP_H

#include "gateway/serve/core.h"
#include "gateway/serve/works.h"

#include <stdio.h>

/* Prints all problems, one a line: "file:line: error: text". */
void setup_say(const struct problems *p);
/* Loads the config and its log level: NULL after having said why. */
struct config *setup_config(const char *path);
/* The lines to run: the config's with o's replacements, devices resolved; which are virtual.
 * How many, or 0 after having said why (no lines, or the demo roster on a real modem). */
size_t setup_lines(const struct config *cfg, const struct core_options *o, struct line_config *lines, bool *is_virtual);
/* Opens the database, syncs the users, makes the desk and starts it: 0 or the exit status of
 * core_main, after having said why. What was opened is in w, also on failure. */
int setup_desk(struct works *w, const char *state_dir);
/* Takes over a changed config (SIGHUP): 0, or -EINVAL after having said why; then all stays. */
int setup_reload(struct works *w);

#endif
