// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `tinbao play`: plays conversations through the whole service. Reads all scripts first, so
 * that one that can not be read stops the run before it begins.
 */
#include "config/config.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "gateway/cmd/cmd.h"
#include "gateway/line/vmodem.h"
#include "gateway/play/player.h"
#include "gateway/play/script.h"
#include "gateway/serve/core.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: tinbao play [-c CONFIG] [--modem] [--chat] [--keep DIR] [-v] FILE...\n"
    "\n"
    "Plays each FILE, a conversation between phones and the service, through the whole\n"
    "service: for each file a fresh database, a line and a clock of its own. Time passes only\n"
    "when the script says so, so that a month takes seconds.\n"
    "\n"
    "options:\n"
    "  -c, --config CONFIG  the configuration (default: $TINBAO_CONFIG, else\n"
    "                       /etc/tinbao/tinbao.cfg)\n"
    "      --modem          through libgammu and the virtual modem instead of the in-process\n"
    "                       line\n"
    "      --chat           print the conversation as it happens\n"
    "      --keep DIR       keep the state directory (database, the core's log) under DIR\n"
    "  -v, --verbose        the core logs to standard error\n"
    "\n"
    "the script, one statement a line:\n"
    "  # ...                           a comment, at the start of a line only\n"
    "  at 2026-11-12 21:05             the first sets the clock (+07:00); later ones let time\n"
    "                                  pass until then, and all that falls due runs\n"
    "  wait 15m                        lets time pass (s m h d)\n"
    "  clock +2h                       the system's clock jumps, either way\n"
    "  NUMBER > TEXT                   a text from that phone; \\n is a new line\n"
    "  NUMBER < TEXT                   the oldest message waiting on that phone is TEXT\n"
    "  NUMBER < /PATTERN/is            ... is matched by the PCRE2 pattern; its named groups\n"
    "                                  (?<ma>...) are later inserted by {ma}\n"
    "  NUMBER < any | nothing | skip   take one; none is waiting; throw away what is waiting\n"
    "  console > REQUEST               what the console asks the running service, as tinbao\n"
    "                                  status, code and roster invite do: status, code *1#,\n"
    "                                  invite 7 member 6 Nguyen Van A, reload\n"
    "  console < ...                   its answer, as on a phone\n"
    "  NUMBER rings                    a missed call\n"
    "  NUMBER is unreachable | reachable\n"
    "                                  decides its delivery reports\n"
    "  restart                         SIGKILL for the core, and a new start\n"
    "  restart at received | committed | kept | sent\n"
    "                                  the same, at that step of the next text\n"
    "  restart at sent 2               at its second time; 1 to 9\n"
    "  modem FAULT                     mute, garbage, no-echo, unknown-urc, cms=N, sim-full,\n"
    "                                  delete-fails, unplug, power-cycle, slow; modem ok ends it\n"
    "  ignore the rest                 what is left waiting at the end is no difference\n"
    "\n"
    "exit status:\n"
    "  0  all was as written\n"
    "  1  the first difference: file, line, expected and got; or the service failed\n"
    "  2  wrong usage, a script or a configuration that can not be read\n"
    "\n"
    "example:\n"
    "  tinbao play --chat -c config/demo/tinbao.cfg config/demo/conversation.play\n";

struct arguments {
    const char *config, *keep;
    bool modem, chat, verbose;
};

static int read_arguments(int argc, char **argv, struct arguments *a)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'}, {"modem", no_argument, NULL, 'm'},   {"chat", no_argument, NULL, 'C'},
        {"keep", required_argument, NULL, 'k'},   {"verbose", no_argument, NULL, 'v'}, {NULL, 0, NULL, 0}};
    int c;
    opterr = 0;
    while ((c = getopt_long(argc, argv, "c:v", options, NULL)) != -1) {
        switch (c) {
        case 'c':
            a->config = optarg;
            break;
        case 'm':
            a->modem = true;
            break;
        case 'C':
            a->chat = true;
            break;
        case 'k':
            a->keep = optarg;
            break;
        case 'v':
            a->verbose = true;
            break;
        default:
            return -EINVAL;
        }
    }
    return optind < argc ? 0 : -EINVAL;
}

static int slurp(const char *path, char **out, size_t *n)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return -errno;
    int rc = 0;
    size_t cap = SCRIPT_MAX + 1;
    char *p = malloc(cap);
    if (!p) {
        rc = -ENOMEM;
    } else {
        *n = fread(p, 1, cap, f);
        if (ferror(f))
            rc = errno ? -errno : -EIO;
    }
    fclose(f);
    if (rc < 0)
        free(p);
    else
        *out = p;
    return rc;
}

static struct script *load_script(const char *path)
{
    struct script *s = NULL;
    struct script_error e;
    char *text = NULL;
    size_t n = 0;
    int rc = slurp(path, &text, &n);
    if (rc < 0) {
        fprintf(stderr, "%s: can not be read: %s\n", path, strerror(-rc));
        return NULL;
    }
    rc = script_read(text, n, &s, &e);
    free(text);
    if (rc == -EINVAL)
        fprintf(stderr, "%s:%d: %s\n", path, e.line, e.text);
    else if (rc < 0)
        fprintf(stderr, "%s: %s\n", path, strerror(-rc));
    return s;
}

static struct config *load_config(const char *path)
{
    struct problems *p = problems_new();
    if (!p)
        return NULL;
    struct config *cfg = config_load(path, p);
    if (!cfg)
        cmd_errors(p);
    problems_free(p);
    return cfg;
}

static int play_all(const struct arguments *a, const struct config *cfg, char **files, struct script **s, int n)
{
    static const struct host_makers makers = {core_main, vmodem_new, vmodem_free, vmodem_path, vmodem_quiet};
    const char *own = cfg->n_lines ? cfg->lines[0].own_number : "";
    const struct player_options o = {.config_path = a->config,
                                     .own_number = *own ? own : "+84900000000",
                                     .keep_dir = a->keep,
                                     .modem = a->modem,
                                     .chat = a->chat,
                                     .verbose = a->verbose,
                                     .roster = cfg->roster,
                                     .n_roster = cfg->n_roster,
                                     .makers = &makers,
                                     .out = stdout,
                                     .err = stderr};
    for (int i = 0; i < n; i++) {
        int rc = player_run(&o, files[i], s[i]);
        if (rc)
            return rc;
    }
    return 0;
}

static int run(int argc, char **argv)
{
    struct arguments a = {0};
    if (read_arguments(argc, argv, &a) < 0)
        return cmd_usage(&cmd_play, "wrong usage: it takes options and one or more files");
    a.config = cmd_config_path(a.config);
    signal(SIGPIPE, SIG_IGN);
    log_setup("play", LOG_WARN_, false);
    int n = argc - optind, rc = 2;
    char **files = argv + optind;
    struct config *cfg = NULL;
    struct script **scripts = calloc((size_t)n, sizeof(struct script *));
    if (!scripts)
        return 1;
    for (int i = 0; i < n; i++)
        if (!(scripts[i] = load_script(files[i])))
            goto out;
    cfg = load_config(a.config);
    if (cfg)
        rc = play_all(&a, cfg, files, scripts, n);
out:
    config_free(cfg);
    for (int i = 0; i < n; i++)
        script_free(scripts[i]);
    free(scripts);
    return rc;
}

const struct cmd cmd_play = {"play", "plays conversations through the whole service and checks the answers", help, run};
