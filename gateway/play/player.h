// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The runner of a script: the parent of the core, owner of the air and of the clock.
 * Called by gateway/cmd/play.c and by its tests (with a core of their own).
 *
 * For each file: a fresh state directory, the core forked on it, each statement carried
 * out, and after each everything settled: all that is due is done before the next.
 */
#ifndef TB_PLAY_PLAYER_H
#define TB_PLAY_PLAYER_H

#include "gateway/base/commune.h"
#include "gateway/play/host.h"
#include "gateway/play/script.h"

#include <stdbool.h>
#include <stdio.h>

struct player_options {
    const char *config_path;
    const char *own_number;            /* the gateway's, E.164 */
    const char *keep_dir;              /* NULL: the state directory is removed at the end */
    bool modem;                        /* libgammu and the virtual modem, else the in-process line */
    bool chat;                         /* print the conversation to `out` */
    bool verbose;                      /* the core logs to standard error */
    const struct roster_entry *roster; /* names for the chat */
    size_t n_roster;
    const struct host_makers *makers;
    FILE *out, *err; /* differences and troubles go to err */
};

/* Plays a script. 0 as written; 1 a difference, or the core died unasked, or it could not be
 * run: said to err with file, line, expected and got. */
int player_run(const struct player_options *o, const char *file, const struct script *s);

#endif
