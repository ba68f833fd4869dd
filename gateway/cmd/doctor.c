// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `tinbao doctor`: a first look at a sick box, for somebody on the telephone with the office. Reads only, and works
 * with serve running, hung or gone, with a config that does not load, a full disk or no disk. Whatever can not be
 * looked at is a finding too.
 */
#include "gateway/cmd/doctor.h"

#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "gateway/cmd/cmd.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void look_config(struct doctor *d, const char *path, const struct problems *p)
{
    size_t warnings = 0, shown = 0;
    for (size_t i = 0; i < p->n; i++) {
        const struct problem *it = &p->items[i];
        warnings += it->warning;
        if (!it->warning && shown++ < 3)
            doctor_say(d, FIND_BAD, "settings", "%s:%d: %s", it->file, it->line, it->text);
    }
    if (!d->cfg)
        doctor_say(d, FIND_BAD, "settings", "%s does not load: 'tinbao check -c %s' says all that is wrong", path,
                   path);
    else if (warnings)
        doctor_say(d, FIND_LOOK, "settings", "%s loads, with %zu warning%s: 'tinbao check' names them", path, warnings,
                   warnings == 1 ? "" : "s");
    else
        doctor_say(d, FIND_OK, "settings", "%s loads", path);
    if (d->cfg && d->cfg->demo)
        doctor_say(d, FIND_LOOK, "settings", "demo = true: the people are invented; nobody real gets an alert");
}

static int print(const struct doctor *d, bool quiet)
{
    static const char *const words[] = {"ok  ", "look", "BAD "};
    int worst = FIND_OK;
    for (int level = FIND_BAD; level >= (quiet ? FIND_LOOK : FIND_OK); level--)
        for (int i = 0; i < d->n; i++)
            if ((int)d->found[i].level == level)
                printf("%s  %-10s %s\n", words[level], d->found[i].what, d->found[i].text);
    for (int i = 0; i < d->n; i++)
        worst = (int)d->found[i].level > worst ? (int)d->found[i].level : worst;
    return worst;
}

static int look(const char *path, const char *dir, bool with_chain, bool quiet)
{
    struct doctor *d = calloc(1, sizeof(*d));
    struct problems *p = problems_new();
    int status = FIND_BAD;
    if (d && p) {
        log_setup("doctor", (enum log_level)(LOG_ERR_ - 1), false); /* what is wrong stands in the findings */
        struct config *cfg = config_load(path, p);
        d->cfg = cfg;
        d->with_chain = with_chain;
        str_copy(d->state_dir, sizeof(d->state_dir), dir ? dir : cfg ? cfg->state_dir : "/var/lib/tinbao");
        look_config(d, path, p);
        doctor_files(d);
        doctor_service(d);
        doctor_box(d);
        status = print(d, quiet);
        json_decref(d->status);
        config_free(cfg);
    }
    problems_free(p);
    free(d);
    return status;
}

static int run(int argc, char **argv)
{
    static const struct option longs[] = {{"config", required_argument, NULL, 'c'},
                                          {"state-dir", required_argument, NULL, 's'},
                                          {"quiet", no_argument, NULL, 'q'},
                                          {"audit", no_argument, NULL, 'a'},
                                          {NULL, 0, NULL, 0}};
    const char *config = NULL, *dir = NULL;
    bool quiet = false, with_chain = false;
    int c;
    optind = 1;
    while ((c = getopt_long(argc, argv, "c:s:qa", longs, NULL)) != -1) {
        if (c == 'c')
            config = optarg;
        else if (c == 's')
            dir = optarg;
        else if (c == 'q')
            quiet = true;
        else if (c == 'a')
            with_chain = true;
        else
            return cmd_usage(&cmd_doctor, "unknown option");
    }
    if (optind < argc)
        return cmd_usage(&cmd_doctor, "it takes options only");
    return look(cmd_config_path(config), dir, with_chain, quiet);
}

const struct cmd cmd_doctor = {
    .name = "doctor",
    .one_line = "a first look at a sick box: what is wrong, and what to do",
    .help = "usage: tinbao doctor [-c CONFIG] [-s DIR] [--audit] [--quiet]\n"
            "\n"
            "Looks at everything the service needs, the worst first, one line each, with what to do: the\n"
            "settings, the state directory and its disk, the key file, the database, the backups, the\n"
            "journal, the process and its answer within three seconds, the modems, SIM and network, the\n"
            "clock, the memory, systemd's unit. It changes nothing, and works while the service runs, hangs or\n"
            "is gone. Run it as root or as the service's user: others may not look everywhere. No number of\n"
            "a phone is in its words: they can be read out on the telephone.\n"
            "\n"
            "options:\n"
            "  -c, --config CONFIG   the configuration (default: $TINBAO_CONFIG, else\n"
            "                        /etc/tinbao/tinbao.cfg)\n"
            "  -s, --state-dir DIR   where the service keeps its state (default: the config's)\n"
            "  -a, --audit           also walks the whole audit, which takes longer (tinbao verify)\n"
            "  -q, --quiet           only what is not well\n"
            "\n"
            "exit status:\n"
            "  0  all is well\n"
            "  1  something should be looked at\n"
            "  2  something is bad (or wrong usage)\n"
            "\n"
            "example:\n"
            "  tinbao doctor --quiet || tinbao status\n",
    .run = run};
