// SPDX-License-Identifier: GPL-2.0-or-later
/* `tinbao code '*1#'`: a supervisor's code at the console, as the chief would get it; `tinbao code`
 * alone: the menu, a digit a line. Asks the running service; without one it opens the database
 * itself, under the same lock, for each question. */
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
#include <stdlib.h>
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

/* What is asked: a code, or the menu with all that was typed in it so far. */
struct question {
    const struct config *cfg;
    const char *dir;
    struct problems *p;
    const char *code; /* NULL: the menu */
    char session[24], typed[400];
    bool end; /* of the menu */
    char out[CONTROL_ANSWER_MAX];
};

/* Without a service: the desk on the database, which nobody else writes meanwhile. */
static int answer_alone(struct question *q)
{
    struct db *db = NULL;
    struct desk *desk = NULL;
    struct clock *clock = clock_new_real();
    int rc = !clock ? -ENOMEM : has_database(q->dir) ? db_open(&db, q->dir, DB_WRITE) : -ENOENT;
    if (!rc)
        rc = user_sync(db, q->cfg->roster, q->cfg->n_roster, clock_now_ms(clock), NULL);
    if (!rc)
        desk = desk_new(db, q->cfg, clock, q->p);
    if (desk && q->code)
        rc = desk_code(desk, q->code, q->out, sizeof(q->out));
    else if (desk)
        rc = desk_console(desk, q->session, q->typed, q->out, sizeof(q->out), &q->end);
    else if (!rc)
        rc = -EPROTO;
    desk_free(desk);
    db_close(db);
    clock_free(clock);
    return rc;
}

/* "CON\n" or "END\n" stands before a screen of the menu. */
static int take_mark(struct question *q)
{
    bool goes_on = !strncmp(q->out, "CON\n", 4);
    if (!goes_on && strncmp(q->out, "END\n", 4) != 0)
        return -EPROTO;
    q->end = !goes_on;
    memmove(q->out, q->out + 4, strlen(q->out + 4) + 1);
    return 0;
}

/* 0 with the answer in q->out, or the exit status, and it was said why. */
static int ask(struct question *q)
{
    char request[CONTROL_REQUEST_MAX];
    struct sbuf b = sbuf_on(request, sizeof(request));
    if (q->code)
        sbuf_addf(&b, "code %s", q->code);
    else
        sbuf_addf(&b, "session %s %s", q->session, q->typed);
    if (sbuf_done(&b) || strchr(request, '\n'))
        return cmd_usage(&cmd_code, "that is no code");
    int rc = ctlsock_ask(q->dir, request, q->out, sizeof(q->out));
    bool refused = rc == -EINVAL;
    if (rc == -ENOENT)
        rc = answer_alone(q);
    else if (!rc && !q->code)
        rc = take_mark(q);
    if (rc >= 0)
        return 0;
    cmd_errors(q->p);
    if (refused)
        fprintf(stderr, "tinbao code: %s", q->out);
    else if (rc == -EINVAL)
        fprintf(stderr, "tinbao code: '%s' is no code; '*0#' lists them\n", q->code);
    else if (rc == -ENOENT)
        fprintf(stderr, "tinbao code: there is no database in %s, and no service runs there\n", q->dir);
    else
        fprintf(stderr, "tinbao code: %s: %s\n", q->dir, strerror(-rc));
    return rc == -EBUSY ? 3 : 1;
}

/* The menu until it ends, or the input does. */
static int talk(struct question *q)
{
    char *line = NULL;
    size_t size = 0;
    bool terminal = isatty(STDIN_FILENO);
    snprintf(q->session, sizeof(q->session), "%ld.%lld", (long)getpid(), (long long)mono_ms());
    struct sbuf b = sbuf_on(q->typed, sizeof(q->typed));
    int status;
    while (!(status = ask(q))) {
        print(q->out);
        if (q->end)
            break;
        if (terminal)
            printf("> ");
        fflush(stdout);
        if (getline(&line, &size, stdin) < 0)
            break;
        line[strcspn(line, "\r\n*")] = '\0';
        sbuf_addf(&b, "%s%s", b.len ? "*" : "", *line ? line : "?");
        if (b.over)
            break; /* more than anybody types */
    }
    free(line);
    return status;
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
    if (optind + 1 < argc)
        return cmd_usage(&cmd_code, "one code, quoted: '*1#'");
    log_setup("code", LOG_WARN_, false);
    struct problems *p = problems_new();
    struct config *cfg = p ? config_load(cmd_config_path(config), p) : NULL;
    struct question *q = calloc(1, sizeof(*q));
    int status = 2;
    if (cfg && q) {
        *q = (struct question){.cfg = cfg, .dir = dir ? dir : cfg->state_dir, .p = p, .code = argv[optind]};
        status = q->code ? ask(q) : talk(q);
        if (q->code && !status)
            print(q->out);
    } else if (p) {
        cmd_errors(p);
    }
    free(q);
    config_free(cfg);
    problems_free(p);
    return status;
}

const struct cmd cmd_code = {
    .name = "code",
    .one_line = "ask a supervisor's code, such as '*1#', or the menu, at the console",
    .help = "usage: tinbao code [-c CONFIG] [-s DIR] [CODE]\n"
            "\n"
            "Prints what the chief would get by SMS for CODE. The codes read, they change nothing.\n"
            "Quote the code, or the shell takes * and # for its own. Without CODE: the menu, as a\n"
            "phone shows it; type a digit and Enter, 0 goes back.\n"
            "\n"
            "  *0#     help                    *1#       today\n"
            "  *1*2#   place 2 today           *2#       what is open\n"
            "  *2*48217#  one incident         *3#       on duty and on patrol\n"
            "  *4#     what is overdue         *5*11#    November's indicators\n"
            "  *6#     deadlines ahead         *7#       modem, queue, balance\n"
            "\n"
            "A longer answer ends in the code of its next page. *2# to *6# take a village too: *3*2#.\n"
            "Incidents of a restricted kind are not shown here: they are for the officers named.\n"
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
