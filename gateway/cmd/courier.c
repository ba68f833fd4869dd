// SPDX-License-Identifier: GPL-2.0-or-later
/* `tinbao courier`: the child that the core runs for webhooks, mail and the spare line; and the
 * operator's view of what could not be delivered. */
#include "gateway/cmd/cmd.h"

#include "config/config.h"
#include "gateway/base/err.h"
#include "gateway/base/knock.h"
#include "gateway/base/log.h"
#include "gateway/confine/confine.h"
#include "gateway/courier/courier.h"
#include "gateway/serve/control.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPT_FD = 1000, OPT_DEAD, OPT_RETRY, OPT_TEST, OPT_READ, OPT_CONNECT };

#define READS_MAX 16

static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                        {"state-dir", required_argument, NULL, 's'},
                                        {"fd", required_argument, NULL, OPT_FD},
                                        {"dead", no_argument, NULL, OPT_DEAD},
                                        {"retry", required_argument, NULL, OPT_RETRY},
                                        {"test", no_argument, NULL, OPT_TEST},
                                        {"read", required_argument, NULL, OPT_READ},
                                        {"connect", required_argument, NULL, OPT_CONNECT},
                                        {NULL, 0, NULL, 0}};

static const char help[] =
    "usage: tinbao courier [--dead] [-c CONFIG] [-s DIR]\n"
    "       tinbao courier --retry ID|all [-c CONFIG] [-s DIR]\n"
    "       tinbao courier --test [-c CONFIG] [-s DIR]\n"
    "       tinbao courier --fd N                              (run by tinbao serve)\n"
    "       tinbao courier --connect SOCKET                    (a unit of its own)\n\n"
    "Webhooks and mails go out by a queue in the database: what fails is tried again, ever slower,\n"
    "and is given up (dead) after give_up_h hours, or when the other end says that it will never\n"
    "take it. Asks the running service; nothing of the content is shown.\n\n"
    "options:\n"
    "  --dead                what was given up, and why (the default)\n"
    "  --retry ID            put this one, or all of them, back into the queue\n"
    "  --test                send an event 'service.test' to every webhook and a mail to every\n"
    "                        recipient; look at the log or --dead for what became of them\n"
    "  -c, --config CONFIG   the configuration (default: $TINBAO_CONFIG, else\n"
    "                        /etc/tinbao/tinbao.cfg)\n"
    "  -s, --state-dir DIR   where the service keeps its state (default: the config's)\n\n"
    "With --fd: does the core's HTTP and SMTP jobs, given on descriptor N (a SOCK_SEQPACKET\n"
    "socket). No redirects; certificates are checked; answers are bounded and dropped. It opens\n"
    "nothing of the disk but /usr, /etc (what others may read there) and what is named:\n"
    "  --read PATH           a certificate of the settings (ca_file) that is elsewhere, or its\n"
    "                        directory; at most 16\n"
    "With --connect: the same, after it has knocked at the core's socket (children.socket).\n\n"
    "exit status:\n"
    "  0  done; with --fd: the core is gone or said so\n"
    "  1  the service gave no answer; with --fd: libcurl could not be started; with --connect: no\n"
    "     core, or it refused\n"
    "  2  wrong usage or config\n"
    "  4  the service does not run\n"
    "  5  with --fd: the core's packets made no sense\n\n"
    "example:\n"
    "  tinbao courier --retry all\n";

/* Asks the service and prints its answer. */
static int ask(const char *dir, const char *request)
{
    char out[CONTROL_ANSWER_MAX];
    int rc = ctlsock_ask(dir, request, out, sizeof(out));
    if (!rc) {
        fputs(out, stdout);
        return 0;
    }
    if (rc == -ENOENT)
        fprintf(stderr, "tinbao courier: no service runs in %s\n", dir);
    else
        fprintf(stderr, "tinbao courier: %s: %s\n", dir, rc == -EINVAL ? out : strerror(-rc));
    return rc == -ENOENT ? 4 : 1;
}

static int ask_of_config(const char *given, const char *request)
{
    struct config *cfg = cmd_config(&cmd_courier, given, true);
    int status = 2;
    if (cfg)
        status = ask(cfg->state_dir, request);
    config_free(cfg);
    return status;
}

struct reads {
    const char *path[READS_MAX];
    size_t n;
};

static int run_child(int fd, const char *socket, const struct reads *reads)
{
    struct confine c;
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGINT, SIG_IGN); /* a Ctrl-C goes to the whole group; the core tells us to quit */
    log_setup("courier", LOG_INFO_, getenv("JOURNAL_STREAM") != NULL);
    confine_early(true);
    if (socket && knock(socket, KNOCK_COURIER, "", KNOCK_WAIT_MS, &fd))
        return 1;
    confine_begin(&c, CONFINE_COURIER);
    for (size_t i = 0; i < reads->n; i++)
        (void)confine_allow(&c, CONFINE_READ, reads->path[i]);
    confine_close(&c);
    return courier_main(fd);
}

/* A descriptor, or -1. */
static int descriptor(const char *text)
{
    char *end;
    long v = strtol(text, &end, 10);
    return end == text || *end || v < 0 || v > 65535 ? -1 : (int)v;
}

static int run(int argc, char **argv)
{
    const char *config = NULL, *dir = NULL, *fd = NULL, *socket = NULL;
    char request[64] = "courier dead";
    struct reads reads = {.n = 0};
    int opt;
    optind = 1;
    while ((opt = getopt_long(argc, argv, "c:s:", options, NULL)) != -1) {
        if (opt == 'c')
            config = optarg;
        else if (opt == 's')
            dir = optarg;
        else if (opt == OPT_FD)
            fd = optarg;
        else if (opt == OPT_CONNECT)
            socket = optarg;
        else if (opt == OPT_READ && reads.n < READS_MAX)
            reads.path[reads.n++] = optarg;
        else if (opt == OPT_TEST)
            snprintf(request, sizeof(request), "courier test");
        else if (opt == OPT_RETRY && strlen(optarg) < 24)
            snprintf(request, sizeof(request), "courier retry %s", optarg);
        else if (opt != OPT_DEAD)
            return cmd_usage(&cmd_courier, "an option or its value is wrong");
    }
    if (optind < argc || (fd && (socket || descriptor(fd) < 0)))
        return cmd_usage(&cmd_courier, "it takes options only");
    if (fd || socket)
        return run_child(fd ? descriptor(fd) : -1, socket, &reads);
    return dir ? ask(dir, request) : ask_of_config(config, request);
}

const struct cmd cmd_courier = {.name = "courier",
                                .one_line = "webhooks and mails that could not be delivered; sends them again",
                                .help = help,
                                .run = run};
