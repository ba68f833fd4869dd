// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `tinbao modem`: the virtual modem as a process of its own, with the control socket that
 * `tinbao phone` and test programs talk to. What can go wrong: the link or the socket can
 * not be made (exit 1, with the path), another virtual modem runs there (exit 3).
 */
#include "gateway/cmd/cmd.h"

#include "gateway/base/clock.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/phone.h"
#include "gateway/base/str.h"
#include "gateway/line/control.h"
#include "gateway/line/vmodem.h"

#include <event2/event.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct modem_options {
    char link[256], control[108], number[ADDRESS_SIZE], pin[9];
    const char *fault;
    int sim, me;
    bool store_reports;
};

static void on_stop(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    event_base_loopbreak(arg);
}

static void log_text(void *ctx, enum air_mem mem, int index)
{
    (void)ctx;
    log_debug("stored in %s %d", mem == AIR_SM ? "SM" : "ME", index);
}

static void log_arrived(void *ctx, const struct air_sms *sms)
{
    (void)ctx;
    log_info("a text arrived on %s, %zu octets", sms->phone, strlen(sms->text));
}

static void log_fault(void *ctx, enum air_fault f, int cms)
{
    (void)ctx;
    (void)cms;
    log_note(f == FAULT_NONE ? "fault ended" : "fault %d begins", (int)f);
}

static void log_ring(void *ctx, const char *number)
{
    (void)ctx;
    log_info("%s rings", number);
}

static int serve(const struct modem_options *o)
{
    struct clock *clock = clock_new_real();
    struct air *air = clock ? air_new(clock, o->number, o->sim, o->me) : NULL;
    struct event_base *base = event_base_new();
    struct event *term = NULL, *intr = NULL;
    struct control *control = NULL;
    struct vmodem *modem = NULL;
    struct air_events ev = {.stored = log_text, .arrived = log_arrived, .fault = log_fault, .ring = log_ring};
    int status = 1;
    if (!air || !base || air_listen(air, &ev))
        goto out;
    control = control_new(base, air, o->control); /* first: it tells whether another one runs here */
    if (!control) {
        status = errno == EADDRINUSE ? 3 : 1;
        fprintf(stderr, "tinbao modem: %s: %s\n", o->control,
                status == 3 ? "another virtual modem answers here" : strerror(errno));
        goto out;
    }
    modem = vmodem_new(base, air, o->link);
    if (!modem) {
        fprintf(stderr, "tinbao modem: %s: %s\n", o->link, strerror(errno));
        goto out;
    }
    if (vmodem_sim_pin(modem, o->pin) || (o->fault && air_fault_set(air, o->fault))) {
        fprintf(stderr, "tinbao modem: no such fault or PIN\n");
        status = 2;
        goto out;
    }
    vmodem_store_reports(modem, o->store_reports);
    term = evsignal_new(base, SIGTERM, on_stop, base);
    intr = evsignal_new(base, SIGINT, on_stop, base);
    if (!term || !intr || event_add(term, NULL) || event_add(intr, NULL))
        goto out;
    printf("device %s\ncontrol %s\n", o->link, o->control);
    fflush(stdout);
    status = event_base_dispatch(base) < 0;
out:
    if (term)
        event_free(term);
    if (intr)
        event_free(intr);
    vmodem_free(modem);
    control_free(control);
    air_free(air);
    if (base)
        event_base_free(base);
    clock_free(clock);
    return status;
}

static const struct option modem_long[] = {
    {"link", required_argument, NULL, 'l'},   {"control", required_argument, NULL, 'c'},
    {"sim", required_argument, NULL, 's'},    {"me", required_argument, NULL, 'm'},
    {"number", required_argument, NULL, 'n'}, {"pin", required_argument, NULL, 'p'},
    {"fault", required_argument, NULL, 'f'},  {"store-reports", no_argument, NULL, 'r'},
    {"verbose", no_argument, NULL, 'v'},      {NULL, 0, NULL, 0}};

static int slots_from(const char *text, int *out)
{
    char *end;
    long v = strtol(text, &end, 10);
    if (end == text || *end || v < 0 || v > 100000)
        return -EINVAL;
    *out = (int)v;
    return 0;
}

static int read_options(int argc, char **argv, struct modem_options *o, bool *verbose)
{
    int c, rc = 0;
    while (!rc && (c = getopt_long(argc, argv, "", modem_long, NULL)) != -1) {
        switch (c) {
        case 'l':
            rc = str_copy(o->link, sizeof o->link, optarg);
            break;
        case 'c':
            rc = str_copy(o->control, sizeof o->control, optarg);
            break;
        case 's':
            rc = slots_from(optarg, &o->sim);
            break;
        case 'm':
            rc = slots_from(optarg, &o->me);
            break;
        case 'n':
            rc = phone_normalize(optarg, o->number, sizeof o->number);
            break;
        case 'p':
            rc = str_copy(o->pin, sizeof o->pin, optarg);
            break;
        case 'f':
            o->fault = optarg;
            break;
        case 'r':
            o->store_reports = true;
            break;
        case 'v':
            *verbose = true;
            break;
        default:
            return -EINVAL;
        }
    }
    return rc || optind < argc ? -EINVAL : 0;
}

static int run(int argc, char **argv)
{
    struct modem_options o = {.number = "+84912999999", .sim = 30, .me = 100};
    bool verbose = false;
    if (control_default_path("", o.link, sizeof o.link) || control_default_path(".sock", o.control, sizeof o.control))
        return cmd_usage(&cmd_modem, "XDG_RUNTIME_DIR is too long");
    optind = 1;
    if (read_options(argc, argv, &o, &verbose))
        return cmd_usage(&cmd_modem, "wrong option or value");
    log_setup("modem", verbose ? LOG_INFO_ : LOG_NOTE_, false);
    signal(SIGPIPE, SIG_IGN);
    return serve(&o);
}

const struct cmd cmd_modem = {
    .name = "modem",
    .one_line = "a virtual GSM modem on a pty, with a network of phones behind it",
    .help = "usage: tinbao modem [--link PATH] [--control SOCKET] [--sim N] [--me N]\n"
            "                    [--number NUMBER] [--pin PIN] [--fault NAME]\n"
            "                    [--store-reports] [--verbose]\n\n"
            "Runs a GSM modem that is not there: it speaks AT commands on a pty, keeps texts on a\n"
            "SIM and in its own memory, and has a network of any number of phones behind it. The\n"
            "service drives it through libgammu like a real one. Prints the two paths as\n"
            "'device PATH' and 'control PATH' and runs until SIGTERM or SIGINT.\n\n"
            "options:\n"
            "  --link PATH       symbolic link kept pointing to the pty; gone while unplugged\n"
            "                    (default $XDG_RUNTIME_DIR/tinbao-modem, else ./tinbao-modem)\n"
            "  --control SOCKET  where 'tinbao phone' connects (default the same with .sock)\n"
            "  --sim N, --me N   message slots of the SIM (30) and of the modem (100)\n"
            "  --number NUMBER   the modem's own number (+84912999999)\n"
            "  --pin PIN         the SIM asks for this PIN\n"
            "  --fault NAME      begin with a fault: mute garbage no-echo unknown-urc cms=N sim-full\n"
            "                    delete-fails unplug power-cycle slow no-answer slot-replaced\n"
            "                    wrong-storage brownout no-network no-credit\n"
            "  --store-reports   keep delivery reports in slots and tell with +CDSI\n"
            "  --verbose         say what arrives; numbers are masked\n\n"
            "The control socket takes lines: text FROM TEXT, call FROM, raw HEX, fault NAME,\n"
            "unreachable NUMBER, reachable NUMBER, held, watch.\n\n"
            "exit status: 0 stopped by a signal, 1 it could not start, 2 wrong usage, 3 another\n"
            "virtual modem answers at SOCKET.\n\n"
            "example:\n"
            "  tinbao modem --link /tmp/gsm1 --control /tmp/gsm1.sock &\n"
            "  tinbao line --probe /tmp/gsm1\n",
    .run = run,
};
