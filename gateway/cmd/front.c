// SPDX-License-Identifier: GPL-2.0-or-later
/* `tinbao front`: the child that listens for HTTP on this machine; run by the core. */
#include "gateway/cmd/cmd.h"

#include "gateway/base/knock.h"
#include "gateway/base/log.h"
#include "gateway/confine/confine.h"
#include "gateway/front/front.h"

#include <getopt.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>

static int run(int argc, char **argv)
{
    static const struct option longs[] = {
        {"fd", required_argument, NULL, 'f'}, {"connect", required_argument, NULL, 'C'}, {NULL, 0, NULL, 0}};
    const char *socket = NULL;
    char *end = NULL;
    long given = -1;
    int c;
    optind = 1;
    while ((c = getopt_long(argc, argv, "f:", longs, NULL)) != -1) {
        if (c == 'C') {
            socket = optarg;
            continue;
        }
        if (c != 'f')
            return cmd_usage(&cmd_front, "unknown option");
        given = strtol(optarg, &end, 10);
        if (*end || end == optarg)
            given = -1;
    }
    if (optind < argc || given > 65535 || (given < 0) == !socket)
        return cmd_usage(&cmd_front, "give --fd N or --connect SOCKET; it is run by 'tinbao serve', or a unit");
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGINT, SIG_IGN); /* a Ctrl-C goes to the whole group; the core tells us to quit */
    log_setup("front", LOG_INFO_, getenv("JOURNAL_STREAM") != NULL);
    confine_early(true);
    int fd = (int)given;
    if (socket && knock(socket, KNOCK_FRONT, "", KNOCK_WAIT_MS, &fd))
        return 1;
    struct confine cage;
    confine_begin(&cage, CONFINE_FRONT);
    confine_close(&cage);
    return front_main(fd, FRONT_WAIT_MS);
}

const struct cmd cmd_front = {
    .name = "front",
    .one_line = "the process that answers HTTP: USSD sessions, metrics, health",
    .help = "usage: tinbao front --fd N             (run by tinbao serve)\n"
            "       tinbao front --connect SOCKET   (a unit of its own: knocks at the core's socket)\n"
            "\n"
            "Listens for HTTP where the group 'http' of the config says, on this machine alone unless that\n"
            "is said too, and puts what is asked to the core on descriptor N (a SOCK_SEQPACKET socket). It\n"
            "has no database and decides nothing.\n"
            "\n"
            "  POST /ussd     a USSD aggregator's request: sessionId, phoneNumber, serviceCode, text as a\n"
            "                 form; the answer is 'CON text' or 'END text', at most 182 characters\n"
            "  GET /metrics   Prometheus' text format\n"
            "  GET /healthz   pass, warn or fail, as application/health+json\n"
            "\n"
            "exit status:\n"
            "  0  the core has closed its socket\n"
            "  1  could not be started; with --connect: no core, or it refused\n"
            "  2  wrong usage\n"
            "  5  the core's packets made no sense\n"
            "\n"
            "example:\n"
            "  curl -H 'Authorization: Bearer SECRET' -d sessionId=1 -d phoneNumber=0912000099 \\\n"
            "       -d serviceCode='*123#' -d text= http://127.0.0.1:8077/ussd\n",
    .run = run};
