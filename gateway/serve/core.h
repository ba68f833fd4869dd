// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The core: one thread, one event loop, the only writer. Called by `tinbao serve`, by the
 * player (which forks it) and by the bench.
 */
#ifndef TB_SERVE_CORE_H
#define TB_SERVE_CORE_H

#include <stdbool.h>

struct core_options {
    const char *config_path;
    const char *state_dir; /* NULL: the config's */
    int player_fd;         /* -1, or the player's control socket: manual clock, see player.h */
    int line_fd;           /* -1, or a ready line (the player's in-process one), named "sim" */
    const char *device;    /* NULL, or replaces the device of the first line (a virtual modem) */
    const char *exe;       /* the binary for children, NULL: /proc/self/exe */
    char *const *argv;     /* of the program, to start it again when the loop hangs; NULL: it is not (stuck.h) */
    bool confined;         /* gives up what it does not need, see fence.h; not in a process with others' work */
};

#define CORE_DAMAGED 5

/* Runs until SIGTERM or SIGINT (or the player's socket closes). The exit status:
 * 0 asked to stop, 1 could not start (said why), 2 bad config (all problems said),
 * 3 another instance runs, 5 the database is damaged: start it again, it recovers by itself. */
int core_main(const struct core_options *o);

#endif
