// SPDX-License-Identifier: GPL-2.0-or-later
/* `tinbao serve`: the service itself. What can go wrong is said by the core, all of it. */
#include "gateway/cmd/cmd.h"

#include "gateway/confine/confine.h"
#include "gateway/serve/core.h"

#include <getopt.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define ARGS_MAX 16

static int run(int argc, char **argv)
{
    static const struct option longs[] = {{"config", required_argument, NULL, 'c'},
                                          {"state-dir", required_argument, NULL, 's'},
                                          {"device", required_argument, NULL, 'd'},
                                          {"unconfined", no_argument, NULL, 'u'},
                                          {NULL, 0, NULL, 0}};
    struct core_options o = {.player_fd = -1, .line_fd = -1, .confined = true};
    const char *config = NULL;
    int c;
    optind = 1;
    while ((c = getopt_long(argc, argv, "c:s:d:", longs, NULL)) != -1) {
        if (c == 'c')
            config = optarg;
        else if (c == 's')
            o.state_dir = optarg;
        else if (c == 'd')
            o.device = optarg;
        else if (c == 'u')
            (void)setenv(CONFINE_OFF_ENV, "1", 1); /* for the children too */
        else
            return cmd_usage(&cmd_serve, "unknown option");
    }
    if (optind < argc)
        return cmd_usage(&cmd_serve, "it takes options only");
    o.config_path = cmd_config_path(config);
    char *again[ARGS_MAX + 2] = {NULL}; /* as it was started, should its loop hang */
    again[0] = (char *)(uintptr_t) "tinbao";
    again[1] = (char *)(uintptr_t) "serve"; /* main() has made one name of both */
    for (int i = 1; i < argc && argc <= ARGS_MAX; i++)
        again[i + 1] = argv[i];
    o.argv = argc <= ARGS_MAX ? again : NULL;
    o.exe = getenv("TINBAO_LINE_EXE");
    if (o.exe) /* a debugger needs what a line does not */
        (void)setenv(CONFINE_OFF_ENV, "1", 1);
    confine_early(true); /* before a pattern is compiled */
    return core_main(&o);
}

const struct cmd cmd_serve = {
    .name = "serve",
    .one_line = "run the service: read texts, keep them, answer and alert",
    .help = "usage: tinbao serve [-c CONFIG] [-s DIR] [-d DEVICE]\n"
            "\n"
            "Runs the service in the foreground until SIGTERM or SIGINT. Each modem of the config is\n"
            "driven by a child process ('tinbao line') that is watched and restarted; everything\n"
            "that arrives is kept in the database before it is removed from the SIM.\n"
            "\n"
            "options:\n"
            "  -c, --config CONFIG   the configuration (default: $TINBAO_CONFIG, else\n"
            "                        /etc/tinbao/tinbao.cfg)\n"
            "  -s, --state-dir DIR   database, key file and control socket; replaces state_dir of\n"
            "                        the config\n"
            "  -d, --device DEVICE   replaces the device of the first line, e.g. the link of\n"
            "                        'tinbao modem'\n"
            "  --unconfined          give up nothing, neither here nor in the children: for debuggers. Else\n"
            "                        the core and its children keep only what they need (tinbao(1))\n"
            "\n"
            "A loop that hangs is ended by systemd's watchdog; started by hand, the service starts\n"
            "itself again after watchdog_s.\n"
            "\n"
            "signals:\n"
            "  SIGTERM, SIGINT   stop: lines end what they have in hand (at most 5 s); twice: at once\n"
            "  SIGHUP            read config and roster again; the log says what is taken over at\n"
            "                    once and what needs a restart; with errors nothing changes\n"
            "\n"
            "A config whose roster is the invented one (demo = true) is refused on a modem that is\n"
            "not virtual. The log goes to standard error, with systemd's priorities under systemd;\n"
            "phone numbers in it are masked.\n"
            "\n"
            "environment:\n"
            "  TINBAO_CONFIG    the configuration when -c is not given\n"
            "  TINBAO_LINE_EXE  the program to run as 'PROGRAM line ...' for each modem, instead of\n"
            "                   this binary itself; for runs under a debugger or valgrind: unconfined\n"
            "  TINBAO_UNCONFINED  1: as --unconfined, for any command\n"
            "\n"
            "files in the state directory:\n"
            "  tinbao.db    the database (and -wal, -shm while it runs)\n"
            "  tinbao.key   the key of numbers kept encrypted: back it up apart from the database\n"
            "  tinbao.lock  held by the one process that writes\n"
            "  tinbao.reserve  takes space, and is removed when the disk is full so that texts are still kept\n"
            "  audit.heads  the audit's head of each day, see 'tinbao verify'\n"
            "  backup/      the backups, unless the settings name another place\n"
            "  tinbao.db.corrupt-DATE, tinbao.db.before-DATE  a damaged database that was set aside, and one\n"
            "                  that 'tinbao restore' replaced; removed after tip_number_days\n"
            "  tinbao.sock  the control socket of 'tinbao status' and 'tinbao code'\n"
            "\n"
            "exit status:\n"
            "  0  asked to stop\n"
            "  1  could not start (the log says why)\n"
            "  2  wrong usage, or the config has errors: all of them are said\n"
            "  3  another instance runs on this state directory\n"
            "  5  the database is damaged: started again, it puts the newest good backup into place\n"
            "\n"
            "example:\n"
            "  tinbao check -c /etc/tinbao/tinbao.cfg && tinbao serve -c /etc/tinbao/tinbao.cfg\n",
    .run = run};
