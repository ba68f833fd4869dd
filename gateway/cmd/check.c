// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tinbao check: everything that is wrong with the settings, at once. Run by an operator before
 * a start or a reload. It reads files, and whose phones were revoked, and changes nothing.
 */
#include "config/config.h"
#include "gateway/cmd/cmd.h"
#include "gateway/cmd/roster.h"
#include "gateway/desk/desk.h"
#include "gateway/plan/rota.h"
#include "parsers/understand.h"

#include <getopt.h>
#include <string.h>

static const char help[] =
    "usage: tinbao check [-c CONFIG]\n"
    "       tinbao check --keys\n"
    "\n"
    "Reads the config and all its sisters (places, kinds, forms, messages, roster) and\n"
    "prints everything that is wrong with them, not only the first thing: errors, then\n"
    "warnings, one a line, as FILE:LINE: what is wrong and what to do. An error keeps\n"
    "'tinbao serve' from starting (and a running one from taking the change over); a\n"
    "warning does not. Nothing is changed.\n"
    "\n"
    "It checks that every setting is known, of its type and in its range; that the forms\n"
    "can be understood and no keyword is claimed twice; that every text is there and fits\n"
    "one SMS at the longest values; that the roster has no number twice and no unknown\n"
    "place; and warns of teams that are not 3 to 5 people with one leader and one deputy,\n"
    "places without an officer, an empty duty desk, restricted kinds without named officers,\n"
    "hours of the week or of a holiday that the duty rota leaves open, lines of the roster whose\n"
    "phone was lost and revoked.\n"
    "\n"
    "options:\n"
    "  -c, --config CONFIG  the config; default $TINBAO_CONFIG, else /etc/tinbao/tinbao.cfg\n"
    "  -k, --keys           list the settings: name, type, what for, range, default\n"
    "  -h, --help           this text\n"
    "\n"
    "environment:\n"
    "  TINBAO_SHARE         where the shipped kinds.cfg, forms.cfg, messages.vi.cfg are\n"
    "  TINBAO_STATE_DIR     wins over state_dir of the config\n"
    "\n"
    "exit status:\n"
    "  0  no errors (there may be warnings)\n"
    "  1  errors\n"
    "  2  wrong usage\n"
    "\n"
    "example:\n"
    "  tinbao check -c /etc/tinbao/tinbao.cfg && systemctl reload tinbao\n";

static int check(const char *path)
{
    struct problems *p = problems_new();
    if (!p) {
        fputs("tinbao check: out of memory\n", stderr);
        return 1;
    }
    struct config *cfg = config_load(path, p);
    if (cfg) {
        texts_check(cfg, p);
        rota_check(cfg, p);
        vocab_free(desk_vocab(cfg, p));
    }
    problems_print(p, stdout);
    size_t warnings = p->n + p->lost - p->errors;
    if (cfg)
        warnings += roster_warn_revoked(cfg, NULL, stdout);
    printf("%s: %zu error%s, %zu warning%s\n", path, p->errors, p->errors == 1 ? "" : "s", warnings,
           warnings == 1 ? "" : "s");
    int rc = p->errors || !cfg ? 1 : 0;
    config_free(cfg);
    problems_free(p);
    return rc;
}

static int run(int argc, char **argv)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                            {"keys", no_argument, NULL, 'k'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    const char *path = NULL;
    for (int o; (o = getopt_long(argc, argv, "c:kh", options, NULL)) != -1;) {
        if (o == 'c')
            path = optarg;
        else if (o == 'h')
            return cmd_help(&cmd_check);
        else if (o == 'k')
            return config_print_keys(stdout), 0;
        else
            return 2;
    }
    if (optind < argc)
        return cmd_usage(&cmd_check, "it takes no argument: the config is named with -c CONFIG");
    return check(cmd_config_path(path));
}

const struct cmd cmd_check = {"check", "says everything that is wrong with the settings", help, run};
