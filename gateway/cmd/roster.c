// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tinbao roster: the users, as a CSV that a spreadsheet can read and write. Run by an operator. An
 * import replaces the configured file whole or not at all, and tells a running serve. Invites and
 * who came by them are in roster_invite.c.
 */
#include "config/config.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "gateway/cmd/cmd.h"
#include "gateway/cmd/roster.h"

#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: tinbao roster [-c CONFIG] check [FILE]\n"
    "       tinbao roster [-c CONFIG] import FILE\n"
    "       tinbao roster [-c CONFIG] export\n"
    "       tinbao roster [-c CONFIG] invite --role ROLE [--places CODES] --name NAME [--days N]\n"
    "       tinbao roster [-c CONFIG] revoke PHONE|NAME\n"
    "       tinbao roster [-c CONFIG] restore PHONE\n"
    "\n"
    "The roster says who uses the service. It is a CSV whose first line is\n"
    "\n"
    "  name,phone,role,places,pin\n"
    "\n"
    "in any order, in UTF-8, separated by commas or semicolons, as a spreadsheet saves it\n"
    "(format the columns phone and pin as text, or it drops zeros).\n"
    "\n"
    "  phone   0912345678, +84912345678, blanks and dots allowed\n"
    "  role    member, deputy, leader, village_head, area_officer, duty, chief\n"
    "  places  codes of places.cfg joined by ; or a blank; empty (all) for duty and chief\n"
    "  pin     4 to 12 digits, or empty\n"
    "\n"
    "commands:\n"
    "  check   says everything that is wrong with FILE, or with the configured roster:\n"
    "          bad lines, numbers twice, unknown places; and warns of teams that are not\n"
    "          3 to 5 people with one leader and one deputy, places without an officer,\n"
    "          and nobody on duty\n"
    "  import  checks FILE in full; without an error it becomes the configured roster. The\n"
    "          old one stays beside it as .bak. A running 'tinbao serve' is told to reload.\n"
    "          With an error nothing is changed\n"
    "  export  prints the configured roster and, after it, the users who came by DK, without\n"
    "          their PINs\n"
    "  invite  prints six digits to tell a person, who texts 'DK DIGITS' and is then a user\n"
    "          with this name, role and places, and no line of the roster. They count once.\n"
    "          A number that sends five wrong ones is not heard for a day. Made by the running\n"
    "          service, or in the database when none runs. Who came so stays a user until an\n"
    "          imported roster has had his phone and then has it no more\n"
    "  revoke  a phone is lost: from now on its number has no rights and gets no messages, what\n"
    "          waits for it is dropped, and what its user had taken is the duty desk's. The line of\n"
    "          the roster does not count any more (check warns of it): write the new number there.\n"
    "          By text two people do the same: KHOA PHONE\n"
    "  restore the phone is found: its line of the roster counts again\n"
    "\n"
    "options:\n"
    "  -c, --config CONFIG  the config; default $TINBAO_CONFIG, else /etc/tinbao/tinbao.cfg\n"
    "  -s, --state-dir DIR  where the running service keeps its things, if not in state_dir\n"
    "  -r, --role ROLE      invite: one of the roles above\n"
    "  -p, --places CODES   invite: places of that role; not for duty and chief\n"
    "  -n, --name NAME      invite: the person, as texts shall name him\n"
    "  -d, --days N         invite: it holds so long, 1 to 90; default 7\n"
    "  -h, --help           this text\n"
    "\n"
    "exit status:\n"
    "  0  done (there may be warnings)\n"
    "  1  errors: they are said, and nothing was changed\n"
    "  2  wrong usage\n"
    "  3  invite, revoke, restore: the database is held by another command\n"
    "\n"
    "example:\n"
    "  tinbao roster export > people.csv      # edit people.csv, then\n"
    "  tinbao roster import people.csv\n"
    "  tinbao roster invite --role member --places 6 --name 'Nguyen Van Tam'\n";

/* The config with the users of `file` (NULL: its own); problems are printed to `to`. */
static struct config *load(const char *path, const char *file, FILE *to)
{
    struct problems *p = problems_new();
    struct config *cfg = p ? config_load_roster(path, file, p) : NULL;
    if (p)
        problems_print(p, to);
    problems_free(p);
    return cfg;
}

static const char *plural(const struct config *cfg)
{
    return cfg->n_roster == 1 ? "" : "s";
}

static int run_check(const char *path, const char *file, const char *state_dir)
{
    struct config *cfg = load(path, file, stdout);
    if (cfg)
        roster_warn_revoked(cfg, state_dir, stdout);
    if (cfg)
        printf("%s: %zu user%s, no errors\n", file ? file : cfg->roster_path, cfg->n_roster, plural(cfg));
    config_free(cfg);
    return cfg ? 0 : 1;
}

static int run_export(const char *path, const char *state_dir)
{
    struct roster_entry *all = NULL;
    struct config *cfg = load(path, NULL, stderr);
    int n = cfg ? roster_with_registered(cfg, state_dir, &all) : -EINVAL;
    int rc = n < 0 ? n : roster_print(stdout, all, (size_t)n);
    free(all);
    config_free(cfg);
    return rc < 0 || fflush(stdout) != 0;
}

static int run_revoke(const char *path, const char *state_dir, const char *verb, const char *whose)
{
    struct config *cfg = load(path, NULL, stderr);
    int rc = cfg ? roster_revoke(cfg, state_dir, verb, whose) : 1;
    config_free(cfg);
    return rc;
}

static int run_invite(const char *path, const char *state_dir, const struct roster_invitation *i)
{
    if (!i->role || !i->name || !*i->role || !*i->name || strpbrk(i->role, " \t\n") ||
        (i->days && (!*i->days || strspn(i->days, "0123456789") != strlen(i->days))))
        return cmd_usage(&cmd_roster, "invite needs --role and --name; --days is a number");
    struct config *cfg = load(path, NULL, stderr);
    int rc = cfg ? roster_invite(cfg, state_dir, i) : 1;
    config_free(cfg);
    return rc;
}

/* The old roster gets a second name, so that there is no moment without one. 1: it has; 0: there was none. */
static int keep_old(const char *path)
{
    char bak[PATH_MAX], temp[PATH_MAX];
    struct sbuf b = sbuf_on(bak, sizeof(bak)), t = sbuf_on(temp, sizeof(temp));
    sbuf_addf(&b, "%s.bak", path);
    sbuf_addf(&t, "%s.bak.%ld", path, (long)getpid());
    if (sbuf_done(&b) < 0 || sbuf_done(&t) < 0)
        return -EMSGSIZE;
    if (link(path, temp) < 0)
        return errno == ENOENT ? 0 : -errno;
    int rc = rename(temp, bak) < 0 ? -errno : 1;
    unlink(temp); /* rename of two names of one file does nothing */
    return rc;
}

static ssize_t read_small(const char *path, char *buf, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    ssize_t n = read(fd, buf, size - 1);
    close(fd);
    if (n < 0)
        return -EIO;
    buf[n] = '\0';
    return n;
}

/* Is pid a 'tinbao serve'? A lock file outlives its process, and numbers come again. */
static bool is_serve(long pid)
{
    char path[64], text[256] = "";
    struct sbuf b = sbuf_on(path, sizeof(path));
    sbuf_addf(&b, "/proc/%ld/comm", pid);
    if (read_small(path, text, sizeof(text)) < 0 || strcmp(text, "tinbao\n") != 0)
        return false;
    b = sbuf_on(path, sizeof(path));
    sbuf_addf(&b, "/proc/%ld/cmdline", pid);
    ssize_t n = read_small(path, text, sizeof(text));
    size_t first = strlen(text) + 1;
    return n > 0 && first < (size_t)n && !strcmp(text + first, "serve");
}

static void tell_serve(const char *state_dir)
{
    char path[PATH_MAX], text[32], *end = NULL;
    struct sbuf b = sbuf_on(path, sizeof(path));
    sbuf_addf(&b, "%s/tinbao.lock", state_dir);
    long pid = sbuf_done(&b) == 0 && read_small(path, text, sizeof(text)) > 0 ? strtol(text, &end, 10) : 0;
    if (pid > 1 && pid <= INT_MAX && is_serve(pid) && kill((pid_t)pid, SIGHUP) == 0)
        printf("told the running service (process %ld) to take it over\n", pid);
    else
        puts("no running service could be told: the next start takes it over");
}

static int replace(const struct config *cfg, const char *state_dir)
{
    int kept = keep_old(cfg->roster_path);
    if (kept < 0) {
        fprintf(stderr, "tinbao roster: the old roster can not be kept as %s.bak: %s; nothing was changed\n",
                cfg->roster_path, strerror(-kept));
        return 1;
    }
    int rc = roster_write(cfg->roster_path, cfg->roster, cfg->n_roster);
    if (rc < 0) {
        fprintf(stderr, "tinbao roster: %s can not be written: %s\n", cfg->roster_path, strerror(-rc));
        return 1;
    }
    printf("%s: %zu user%s%s\n", cfg->roster_path, cfg->n_roster, plural(cfg),
           kept ? ", the old roster is beside it as .bak" : "");
    tell_serve(state_dir ? state_dir : cfg->state_dir);
    return 0;
}

static int run_import(const char *path, const char *file, const char *state_dir)
{
    struct config *cfg = load(path, file, stderr);
    int rc = 1;
    if (!cfg)
        fputs("tinbao roster: nothing was changed\n", stderr);
    else if (!cfg->roster_given)
        fprintf(stderr,
                "tinbao roster: %s names no roster, so there is nothing to replace: write roster = \"roster.csv\";\n",
                path);
    else
        rc = replace(cfg, state_dir);
    config_free(cfg);
    return rc;
}

static int run(int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'}, {"state-dir", required_argument, NULL, 's'},
        {"role", required_argument, NULL, 'r'},   {"places", required_argument, NULL, 'p'},
        {"name", required_argument, NULL, 'n'},   {"days", required_argument, NULL, 'd'},
        {"help", no_argument, NULL, 'h'},         {0}};
    const char *path = NULL, *state_dir = NULL;
    struct roster_invitation invitation = {0};
    for (int o; (o = getopt_long(argc, argv, "c:s:r:p:n:d:h", options, NULL)) != -1;) {
        if (o == 'c')
            path = optarg;
        else if (o == 's')
            state_dir = optarg;
        else if (o == 'r')
            invitation.role = optarg;
        else if (o == 'p')
            invitation.places = optarg;
        else if (o == 'n')
            invitation.name = optarg;
        else if (o == 'd')
            invitation.days = optarg;
        else if (o == 'h')
            return cmd_help(&cmd_roster);
        else
            return 2;
    }
    log_setup("roster", LOG_WARN_, false);
    path = cmd_config_path(path);
    int left = argc - optind;
    const char *what = left > 0 ? argv[optind] : "", *file = left > 1 ? argv[optind + 1] : NULL;
    if (!strcmp(what, "check") && left <= 2)
        return run_check(path, file, state_dir);
    if (!strcmp(what, "import") && left == 2)
        return run_import(path, file, state_dir);
    if (!strcmp(what, "export") && left == 1)
        return run_export(path, state_dir);
    if (!strcmp(what, "invite") && left == 1)
        return run_invite(path, state_dir, &invitation);
    if ((!strcmp(what, "revoke") || !strcmp(what, "restore")) && left == 2)
        return run_revoke(path, state_dir, what, file);
    return cmd_usage(&cmd_roster, "say check [FILE], import FILE, export, invite, revoke PHONE or restore PHONE");
}

const struct cmd cmd_roster = {"roster", "checks, imports and exports the users", help, run};
