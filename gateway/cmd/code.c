// SPDX-License-Identifier: GPL-2.0-or-later
/* `tinbao code '*1#'`: a supervisor's code at the console, as the chief would get it. Asks the
 * running service; without one it opens the database itself, under the same lock. */
#include "gateway/cmd/cmd.h"

#include "config/config.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "gateway/desk/desk.h"
#include "gateway/serve/control.h"
#include "store/people.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void print(const char *text)
{
    size_t n = strlen(text);
    printf("%s%s", text, n && text[n - 1] == '\n' ? "" : "\n");
}

/* A code reads: it must not be what makes the database. */
static bool has_database(const char *dir)
{
    char path[PATH_MAX];
    struct sbuf b = sbuf_on(path, sizeof(path));
    sbuf_addf(&b, "%s/tinbao.db", dir);
    return !sbuf_done(&b) && access(path, F_OK) == 0;
}

/* Without a service: the desk on the database, which nobody else writes meanwhile. */
static int answer_alone(const struct config *cfg, const char *dir, const char *code, char *out, size_t size,
                        struct problems *p)
{
    struct db *db = NULL;
    struct desk *desk = NULL;
    struct clock *clock = clock_new_real();
    int rc = !clock ? -ENOMEM : has_database(dir) ? db_open(&db, dir, DB_WRITE) : -ENOENT;
    if (!rc)
        rc = user_sync(db, cfg->roster, cfg->n_roster, clock_now_ms(clock), NULL);
    if (!rc)
        desk = desk_new(db, cfg, clock, p);
    if (desk)
        rc = desk_code(desk, code, out, size);
    else if (!rc)
        rc = -EPROTO;
    desk_free(desk);
    db_close(db);
    clock_free(clock);
    return rc;
}

static int answer(const struct config *cfg, const char *dir, const char *code, struct problems *p)
{
    char request[CONTROL_REQUEST_MAX], out[CONTROL_ANSWER_MAX];
    struct sbuf b = sbuf_on(request, sizeof(request));
    sbuf_addf(&b, "code %s", code);
    if (sbuf_done(&b) || strchr(code, '\n'))
        return cmd_usage(&cmd_code, "that is no code");
    int rc = ctlsock_ask(dir, request, out, sizeof(out));
    bool refused = rc == -EINVAL;
    if (rc == -ENOENT)
        rc = answer_alone(cfg, dir, code, out, sizeof(out), p);
    if (!rc) {
        print(out);
        return 0;
    }
    cmd_errors(p);
    if (refused)
        fprintf(stderr, "tinbao code: %s", out);
    else if (rc == -EINVAL)
        fprintf(stderr, "tinbao code: '%s' is no code; '*0#' lists them\n", code);
    else if (rc == -ENOENT)
        fprintf(stderr, "tinbao code: there is no database in %s, and no service runs there\n", dir);
    else
        fprintf(stderr, "tinbao code: %s: %s\n", dir, strerror(-rc));
    return rc == -EBUSY ? 3 : 1;
}

static int run(int argc, char **argv)
{
    static const struct option longs[] = {
        {"config", required_argument, NULL, 'c'}, {"state-dir", required_argument, NULL, 's'}, {NULL, 0, NULL, 0}};
    const char *config = NULL, *dir = NULL;
    int c;
    optind = 1;
    while ((c = getopt_long(argc, argv, "c:s:", longs, NULL)) != -1) {
        if (c == 'c')
            config = optarg;
        else if (c == 's')
            dir = optarg;
        else
            return cmd_usage(&cmd_code, "unknown option");
    }
    if (optind + 1 != argc)
        return cmd_usage(&cmd_code, "one code, quoted: '*1#'");
    log_setup("code", LOG_WARN_, false);
    struct problems *p = problems_new();
    struct config *cfg = p ? config_load(cmd_config_path(config), p) : NULL;
    int status = 2;
    if (cfg)
        status = answer(cfg, dir ? dir : cfg->state_dir, argv[optind], p);
    else if (p)
        cmd_errors(p);
    config_free(cfg);
    problems_free(p);
    return status;
}

const struct cmd cmd_code = {
    .name = "code",
    .one_line = "ask a supervisor's code, such as '*1#', at the console",
    .help = "usage: tinbao code [-c CONFIG] [-s DIR] CODE\n"
            "\n"
            "Prints what the chief would get by SMS for CODE. The codes read, they change nothing.\n"
            "Quote the code, or the shell takes * and # for its own.\n"
            "\n"
            "  *0#     help                    *1#       today\n"
            "  *1*2#   place 2 today           *2#       what is open\n"
            "  *2*48217#  one incident         *7#       modem, queue, balance\n"
            "\n"
            "options:\n"
            "  -c, --config CONFIG   the configuration (default: $TINBAO_CONFIG, else\n"
            "                        /etc/tinbao/tinbao.cfg)\n"
            "  -s, --state-dir DIR   where the service keeps its state (default: the config's)\n"
            "\n"
            "The running service is asked; when none runs, the database is read directly.\n"
            "\n"
            "exit status:\n"
            "  0  answered\n"
            "  1  that is no code, or it could not be read\n"
            "  2  wrong usage or config\n"
            "  3  the database is held by another command\n"
            "\n"
            "example:\n"
            "  tinbao code -c config/demo/tinbao.cfg '*1#'\n",
    .run = run};
