// SPDX-License-Identifier: GPL-2.0-or-later
/* `tinbao line`: the child that the core runs for each modem, and the operator's probe. */
#include "gateway/cmd/cmd.h"

#include "gateway/base/err.h"
#include "gateway/base/knock.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "gateway/confine/confine.h"
#include "gateway/line/line.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPT_FD = 1000,
    OPT_NAME,
    OPT_DEVICE,
    OPT_CONNECTION,
    OPT_PIN_FILE,
    OPT_POLL,
    OPT_STATUS,
    OPT_CUT,
    OPT_QUARANTINE,
    OPT_PROBE,
    OPT_CONNECT
};

static const struct option options[] = {{"fd", required_argument, NULL, OPT_FD},
                                        {"name", required_argument, NULL, OPT_NAME},
                                        {"device", required_argument, NULL, OPT_DEVICE},
                                        {"connection", required_argument, NULL, OPT_CONNECTION},
                                        {"pin-file", required_argument, NULL, OPT_PIN_FILE},
                                        {"poll", required_argument, NULL, OPT_POLL},
                                        {"status", required_argument, NULL, OPT_STATUS},
                                        {"cut-pauses", no_argument, NULL, OPT_CUT},
                                        {"quarantine", required_argument, NULL, OPT_QUARANTINE},
                                        {"probe", required_argument, NULL, OPT_PROBE},
                                        {"connect", required_argument, NULL, OPT_CONNECT},
                                        {NULL, 0, NULL, 0}};

static const char help[] =
    "usage: tinbao line --probe DEVICE [--connection C]\n"
    "       tinbao line --fd N --name NAME --device DEVICE [OPTIONS]   (run by tinbao serve)\n"
    "       tinbao line --connect SOCKET --name NAME                   (a unit of its own)\n\n"
    "With --probe: opens the modem, prints maker, model, SIM, network, signal, service centre,\n"
    "storage and whether it announces texts, each with OK or !! and what to do. Stop 'tinbao\n"
    "serve' first: a modem has one user. Nothing is sent, read or deleted.\n\n"
    "With --fd: speaks for one modem to the core on descriptor N (a SOCK_SEQPACKET socket). It\n"
    "hands over every text that is stored in the modem and deletes it when the core has kept it.\n\n"
    "With --connect: knocks at the core's socket (settings: children.socket) and does the same; the\n"
    "core tells it the line's settings, the PIN too. It waits for a core for a minute, and for its\n"
    "place as long as the core lives.\n\n"
    "options:\n"
    "  --device DEVICE    the modem's AT port, best /dev/serial/by-id/...\n"
    "  --connection C     libgammu's connection: at (default), at115200 ..., dku2at (fast start, USB)\n"
    "  --name NAME        the line's name in logs\n"
    "  --pin-file FILE    the SIM's PIN, first line of FILE; else $TINBAO_PIN. Tried once\n"
    "  --poll S           look into the storages every S seconds besides notification (30)\n"
    "  --status S         tell the core the modem's state every S seconds (60)\n"
    "  --cut-pauses       cut libgammu's pauses around sending; some modems need them\n"
    "  --quarantine M:N   hand over slot N of storage M (SM or ME) as it is, unread: reading it\n"
    "                     has crashed the last process\n\n"
    "exit status:\n"
    "  0  told to quit, or the core is gone; with --probe: the modem is good\n"
    "  1  no modem, no answer, or it is gone (start again with back-off); --probe: not usable;\n"
    "     --connect: no core, or it refused\n"
    "  2  wrong usage\n"
    "  4  PIN refused or missing, or PUK asked: do not start again before that is mended\n"
    "  5  the core's packets made no sense\n\n"
    "example:\n"
    "  tinbao line --probe /dev/serial/by-id/usb-HUAWEI_Mobile-if00-port0\n";

/* 0, or -EINVAL. */
static int number(const char *text, long low, long high, int *out)
{
    char *end;
    errno = 0;
    long v = strtol(text, &end, 10);
    if (errno || end == text || *end || v < low || v > high)
        return -EINVAL;
    *out = (int)v;
    return 0;
}

static int read_pin_file(const char *path, char *out, size_t size)
{
    FILE *f = fopen(path, "re");
    char line[64] = "";
    if (!f)
        return -errno;
    char *got = fgets(line, sizeof line, f);
    fclose(f);
    line[strcspn(line, "\r\n")] = '\0';
    return got ? str_copy(out, size, line) : -EINVAL;
}

static bool quarantine_ok(const char *s)
{
    return (!strncmp(s, "SM:", 3) || !strncmp(s, "ME:", 3)) && s[3] && strspn(s + 3, "0123456789") == strlen(s + 3);
}

struct parsed {
    struct line_options o;
    int fd;
    const char *connect;
    bool probe;
};

/* 0, or -EINVAL for a value that is none. */
static int take(struct parsed *p, int option)
{
    struct line_options *o = &p->o;
    switch (option) {
    case OPT_FD:
        return number(optarg, 0, 65535, &p->fd);
    case OPT_NAME:
        return str_copy(o->name, sizeof o->name, optarg);
    case OPT_CONNECT:
        p->connect = optarg;
        return 0;
    case OPT_PROBE:
        p->probe = true;
        return str_copy(o->device, sizeof o->device, optarg);
    case OPT_DEVICE:
        return str_copy(o->device, sizeof o->device, optarg);
    case OPT_CONNECTION:
        return strncmp(optarg, "at", 2) != 0 && strcmp(optarg, "dku2at") != 0
                   ? -EINVAL
                   : str_copy(o->connection, sizeof o->connection, optarg);
    case OPT_PIN_FILE:
        return read_pin_file(optarg, o->pin, sizeof o->pin);
    case OPT_POLL:
        return number(optarg, 5, 3600, &o->poll_s);
    case OPT_STATUS:
        return number(optarg, 5, 86400, &o->status_s);
    case OPT_CUT:
        o->cut_pauses = true;
        return 0;
    case OPT_QUARANTINE:
        return quarantine_ok(optarg) ? str_copy(o->quarantine, sizeof o->quarantine, optarg) : -EINVAL;
    default:
        return -EINVAL;
    }
}

/* The device as it is now; one that is plugged in again is another, and so is the process that opens it. */
static void confine(const char *device)
{
    struct confine c;
    confine_begin(&c, CONFINE_LINE);
    (void)confine_allow(&c, CONFINE_DEVICE, device);
    confine_close(&c);
}

/* One who knocked hears its settings from the core. */
static int set_up(struct parsed *p)
{
    int rc = line_wait_setup(p->fd, &p->o);
    if (rc)
        log_err("the core said nothing of this line's settings: %s", strerror(-rc));
    return rc;
}

/* Out of the environment, and out of what /proc/PID/environ shows of it. */
static int take_pin(struct line_options *o)
{
    char *pin = getenv("TINBAO_PIN");
    int rc = pin && !o->pin[0] ? str_copy(o->pin, sizeof o->pin, pin) : 0;
    if (pin)
        explicit_bzero(pin, strlen(pin));
    (void)unsetenv("TINBAO_PIN");
    return rc;
}

static int run(int argc, char **argv)
{
    struct parsed p = {.fd = -1, .o = {.name = "gsm", .connection = "at", .poll_s = 30, .status_s = 60}};
    char who[48];
    int opt;
    optind = 1;
    while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1)
        if (take(&p, opt) != 0)
            return cmd_usage(&cmd_line, "an option or its value is wrong");
    if (optind < argc || (p.fd >= 0) + p.probe + !!p.connect != 1 || !p.o.device[0] != !!p.connect)
        return cmd_usage(&cmd_line, "give either --probe DEVICE, or --fd N and --device DEVICE, or --connect SOCKET");
    if (take_pin(&p.o))
        return cmd_usage(&cmd_line, "TINBAO_PIN is too long for a PIN");
    confine_early(true);
    if (p.probe)
        return gammu_line_probe(&p.o);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGINT, SIG_IGN); /* a Ctrl-C goes to the whole group; the core tells us to quit */
    snprintf(who, sizeof who, "line %s", p.o.name);
    log_setup(who, LOG_INFO_, getenv("JOURNAL_STREAM") != NULL);
    if (p.connect && (knock(p.connect, KNOCK_LINE, p.o.name, KNOCK_WAIT_MS, &p.fd) || set_up(&p)))
        return 1;
    confine(p.o.device);
    return gammu_line_main(&p.o, p.fd);
}

const struct cmd cmd_line = {.name = "line",
                             .one_line = "the process that speaks to one modem; --probe tries a modem",
                             .help = help,
                             .run = run};
