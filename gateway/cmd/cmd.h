// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The subcommands, from one table (main.c). Each takes its own argv (argv[0] is its name)
 * and returns the process's exit status: 0 done, 1 the answer is no or it failed (said why),
 * 2 wrong usage or unreadable input, 3 another instance holds the lock; others as its help says.
 */
#ifndef TB_CMD_CMD_H
#define TB_CMD_CMD_H

#include <stdbool.h>

struct config;
struct problems;

struct cmd {
    const char *name;
    const char *one_line;
    const char *help; /* usage, options, exit status, examples; man-page quality */
    int (*run)(int argc, char **argv);
};

extern const struct cmd cmd_serve, cmd_line, cmd_modem, cmd_phone, cmd_play, cmd_parse, cmd_check, cmd_roster,
    cmd_status, cmd_code, cmd_front, cmd_courier, cmd_verify, cmd_tips, cmd_backup, cmd_restore, cmd_export,
    cmd_retention, cmd_doctor;

/* Prints a command's help (to stdout) and returns 0; prints the usage line to stderr and
 * returns 2. */
int cmd_help(const struct cmd *c);
int cmd_usage(const struct cmd *c, const char *why);
/* The errors among them, without the warnings, to stderr. */
void cmd_errors(const struct problems *p);

/* Default config path, in this order: -c, $TINBAO_CONFIG, /etc/tinbao/tinbao.cfg. */
const char *cmd_config_path(const char *given);
/* The settings, for a command that only asks them where things are; given as for cmd_config_path. NULL: said
 * that they can not be read, and, for a command that takes -s, that it would do. Owned by the caller. */
struct config *cmd_config(const struct cmd *c, const char *given, bool takes_dir);

#endif
