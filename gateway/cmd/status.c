// SPDX-License-Identifier: GPL-2.0-or-later
/* `tinbao status`: how the running service stands, for people or as JSON. Asks its control
 * socket; without an answer it is not running. */
#include "gateway/cmd/cmd.h"

#include "config/config.h"
#include "gateway/base/err.h"
#include "gateway/serve/control.h"

#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

static const char *text_of(json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));
    return s ? s : "";
}

static long long int_of(json_t *o, const char *key)
{
    return (long long)json_integer_value(json_object_get(o, key));
}

static void print_span(const char *what, long long s)
{
    if (s >= 86400)
        printf("%s%lld d %lld h", what, s / 86400, s % 86400 / 3600);
    else if (s >= 3600)
        printf("%s%lld h %lld min", what, s / 3600, s % 3600 / 60);
    else if (s >= 60)
        printf("%s%lld min", what, s / 60);
    else
        printf("%s%lld s", what, s);
}

/* The amount and its last day; words that were not understood as they are. */
static void print_balance(json_t *l)
{
    printf("%16s balance: ", "");
    if (!json_is_integer(json_object_get(l, "balance_dong")))
        printf("not understood: %s", text_of(l, "balance"));
    else
        printf("%lld dong%s%s", int_of(l, "balance_dong"), *text_of(l, "balance_until") ? " until " : "",
               text_of(l, "balance_until"));
    printf(" (asked %.16s)\n", text_of(l, "balance_at"));
}

static void print_line(json_t *l)
{
    const char *state = text_of(l, "state");
    printf("line %-10s %s", text_of(l, "name"), state);
    if (!strcmp(state, "up"))
        print_span(" for ", int_of(l, "since_s"));
    if (int_of(l, "signal_dbm"))
        printf(", %lld dBm", int_of(l, "signal_dbm"));
    printf(", network %s, SIM %s", text_of(l, "registration"), text_of(l, "sim"));
    if (int_of(l, "sim_total"))
        printf(" (%lld of %lld texts)", int_of(l, "sim_used"), int_of(l, "sim_total"));
    if (*text_of(l, "operator"))
        printf(", %s", text_of(l, "operator"));
    if (int_of(l, "restarts"))
        printf(", %lld restart%s", int_of(l, "restarts"), int_of(l, "restarts") == 1 ? "" : "s");
    printf("\n");
    if (*text_of(l, "balance"))
        print_balance(l);
}

static void print_counts(const char *title, json_t *o)
{
    const char *key;
    json_t *v;
    bool any = false;
    printf("%-15s", title);
    json_object_foreach(o, key, v)
    {
        if (!json_integer_value(v))
            continue;
        printf("%s%s %lld", any ? ", " : " ", key, (long long)json_integer_value(v));
        any = true;
    }
    printf("%s\n", any ? "" : " nothing");
}

static void print_budget(json_t *b)
{
    printf("%-15s sent %lld", "this month", int_of(b, "sent"));
    if (int_of(b, "month"))
        printf(" of %lld (only alerts and confirmations from %lld on)", int_of(b, "month"), int_of(b, "reserve_from"));
    if (int_of(b, "dropped") || int_of(b, "held"))
        printf(", over a bound: dropped %lld, held %lld", int_of(b, "dropped"), int_of(b, "held"));
    printf("\n");
}

/* Webhooks and mails, and what is wrong with the machinery. */
static void print_courier(json_t *o)
{
    json_t *c = json_object_get(o, "courier"), *t;
    size_t i;
    if (json_is_true(json_object_get(c, "wanted")))
        printf("%-15s %s, %lld wait, %lld given up%s\n", "courier",
               json_is_true(json_object_get(c, "up")) ? "up" : "DOWN", int_of(c, "queued"), int_of(c, "dead"),
               int_of(c, "dead") ? " ('tinbao courier --dead' lists them)" : "");
    json_array_foreach(json_object_get(o, "troubles"), i, t)
        printf("%-15s %s, since %.16s\n", "TROUBLE", text_of(t, "text"), text_of(t, "since"));
}

/* What an operator should look at, each in a line of its own, before everything else. */
static void print_problems(json_t *o)
{
    const char *name;
    json_t *list;
    json_object_foreach(json_object_get(json_object_get(o, "health"), "checks"), name, list)
    {
        json_t *c = json_array_get(list, 0);
        if (strcmp(text_of(c, "status"), "pass") != 0)
            printf("%-15s %s: %s\n", !strcmp(text_of(c, "status"), "fail") ? "!! FAILS" : "!  look at", name,
                   text_of(c, "output"));
    }
}

/* vault */
static void print_backup(json_t *o)
{
    json_t *b = json_object_get(o, "backup");
    if (!*text_of(b, "at"))
        printf("%-15s none yet%s\n", "backup",
               json_is_true(json_object_get(b, "fails")) ? ": THE LAST TRY FAILED" : "");
    else
        printf("%-15s %.16s, %.1f MB%s; restored to try: %.10s%s\n", "backup", text_of(b, "at"),
               (double)int_of(b, "bytes") / 1e6,
               json_is_true(json_object_get(b, "fails")) ? ", SINCE THEN IT FAILED" : "",
               *text_of(b, "tested_at") ? text_of(b, "tested_at") : "not yet",
               json_is_true(json_object_get(b, "test_fails")) ? ", SINCE THEN IT FAILED" : "");
}

static void print_http(json_t *o)
{
    json_t *http = json_object_get(o, "http");
    if (int_of(http, "port"))
        printf("%-15s port %lld\n", "http", int_of(http, "port"));
    else if (*text_of(http, "why"))
        printf("%-15s DOWN: %s\n", "http", text_of(http, "why"));
}

static const char *overall(json_t *o)
{
    if (!json_is_true(json_object_get(o, "healthy")))
        return "SOMETHING IS DOWN";
    return !strcmp(text_of(json_object_get(o, "health"), "status"), "pass") ? "well" : "it runs, but look at this";
}

static void print_person(json_t *o)
{
    json_t *db = json_object_get(o, "database"), *l;
    size_t i;
    printf("tinbao %s, process %lld", text_of(o, "version"), int_of(o, "pid"));
    print_span(", up for ", int_of(o, "uptime_s"));
    printf(": %s\n", overall(o));
    print_problems(o);
    json_array_foreach(json_object_get(o, "lines"), i, l) print_line(l);
    print_counts("waiting to go", json_object_get(o, "queue"));
    print_counts("came in today", json_object_get(o, "today"));
    print_counts("went out today", json_object_get(o, "out_today"));
    print_budget(json_object_get(o, "budget"));
    printf("%-15s %lld open without NHAN\n", "incidents", int_of(o, "unacked"));
    print_courier(o);
    printf("%-15s %.1f MB%s\n", "database", (double)int_of(db, "bytes") / 1e6,
           json_is_true(json_object_get(db, "stuck")) ? ", CAN NOT BE WRITTEN" : "");
    print_backup(o);
    print_http(o);
}

/* vault: what recovery did was seen, so the bell may rest. */
static int say_seen(const char *dir)
{
    char out[CONTROL_ANSWER_MAX];
    int rc = ctlsock_ask(dir, "seen", out, sizeof(out));
    if (rc)
        fprintf(stderr, "tinbao status: %s: %s\n", dir, rc == -ENOENT ? "no service runs there" : strerror(-rc));
    else
        fputs(out, stdout);
    return rc == -ENOENT ? 4 : rc ? 1 : 0;
}

static int show(const char *dir, bool as_json)
{
    char out[CONTROL_ANSWER_MAX];
    int rc = ctlsock_ask(dir, "status", out, sizeof(out));
    if (rc == -ENOENT) {
        fprintf(stderr, "tinbao status: no service runs in %s\n", dir);
        return 4;
    }
    if (rc) {
        fprintf(stderr, "tinbao status: %s: %s\n", dir, rc == -EINVAL ? out : strerror(-rc));
        return rc == -EACCES || rc == -EPERM ? 1 : 4;
    }
    json_t *o = json_loads(out, 0, NULL);
    if (!o) {
        fprintf(stderr, "tinbao status: the service gave no readable answer\n");
        return 1;
    }
    bool healthy = json_is_true(json_object_get(o, "healthy"));
    if (as_json)
        puts(out);
    else
        print_person(o);
    json_decref(o);
    return healthy ? 0 : 1;
}

/* The config's state_dir; a config with errors does not keep one from asking. */
static int show_of_config(const char *given, bool as_json, bool seen)
{
    struct config *cfg = cmd_config(&cmd_status, given, true);
    int status = 2;
    if (cfg)
        status = seen ? say_seen(cfg->state_dir) : show(cfg->state_dir, as_json);
    config_free(cfg);
    return status;
}

static int run(int argc, char **argv)
{
    static const struct option longs[] = {{"config", required_argument, NULL, 'c'},
                                          {"state-dir", required_argument, NULL, 's'},
                                          {"json", no_argument, NULL, 'j'},
                                          {"seen", no_argument, NULL, 'S'},
                                          {NULL, 0, NULL, 0}};
    const char *config = NULL, *dir = NULL;
    bool as_json = false, seen = false;
    int c;
    optind = 1;
    while ((c = getopt_long(argc, argv, "c:s:j", longs, NULL)) != -1) {
        if (c == 'c')
            config = optarg;
        else if (c == 's')
            dir = optarg;
        else if (c == 'j')
            as_json = true;
        else if (c == 'S')
            seen = true;
        else
            return cmd_usage(&cmd_status, "unknown option");
    }
    if (optind < argc)
        return cmd_usage(&cmd_status, "it takes options only");
    if (dir)
        return seen ? say_seen(dir) : show(dir, as_json);
    return show_of_config(config, as_json, seen);
}

const struct cmd cmd_status = {
    .name = "status",
    .one_line = "how the running service stands: modems, queue, messages of today",
    .help =
        "usage: tinbao status [-c CONFIG] [-s DIR] [--json | --seen]\n"
        "\n"
        "Asks the running service how it stands: its lines (state, signal, network, SIM, balance),\n"
        "what waits to go out, what came in today by what became of it, what went out, incidents\n"
        "that nobody took yet, the size of the database, its last backup. What needs a look stands first: the checks\n"
        "of /healthz that do not pass, and troubles that were told. Nobody's name or number is in it.\n"
        "\n"
        "options:\n"
        "  -c, --config CONFIG   the configuration (default: $TINBAO_CONFIG, else\n"
        "                        /etc/tinbao/tinbao.cfg)\n"
        "  -s, --state-dir DIR   where the service keeps its state (default: the config's)\n"
        "  -j, --json            one line of JSON\n"
        "      --seen            I have seen that the database was put back: that trouble ends, and the\n"
        "                        bell with it\n"
        "\n"
        "exit status:\n"
        "  0  all is well\n"
        "  1  something is down: a line, its SIM or network, the database, or a check that fails;\n"
        "     or the service gave no answer\n"
        "  2  wrong usage or config\n"
        "  4  the service does not run\n"
        "\n"
        "example:\n"
        "  tinbao status --json | jq '.lines[].signal_dbm'\n",
    .run = run};
