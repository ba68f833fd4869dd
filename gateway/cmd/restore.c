// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `tinbao restore`: puts a backup into place while no serve runs. Nothing is deleted: the present database is
 * set aside. What can go wrong: serve runs (it holds the lock), no backup is good, the key file is another.
 */
#include "gateway/cmd/cmd.h"

#include "config/config.h"
#include "gateway/base/civil.h"
#include "gateway/base/clock.h"
#include "gateway/base/err.h"
#include "gateway/serve/vault.h"
#include "store/recover.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What the database that was set aside had and the restored one has not. */
static void say_missing(const char *state_dir, const struct recovery *r)
{
    char path[600];
    struct db *old = NULL, *now = NULL;
    struct backup_counts had = {0}, has = {0};
    snprintf(path, sizeof(path), "%s/%s", state_dir, r->aside);
    int rc = db_open_file(&old, state_dir, path, DB_READ);
    if (!rc)
        rc = db_open(&now, state_dir, DB_READ);
    if (!rc)
        rc = backup_count(old, &had);
    if (!rc)
        rc = backup_count(now, &has);
    db_close(old);
    db_close(now);
    if (rc)
        printf("What is missing since can not be counted: the old database can not be read.\n");
    else
        printf("Missing since: %" PRId64 " messages, %" PRId64 " incidents; they are in the old database.\n",
               had.messages - has.messages, had.incidents - has.incidents);
}

static int say_done(const char *state_dir, const struct recovery *r)
{
    char at[32];
    civil_iso(r->from_ms, at, sizeof(at));
    printf("Restored: %s, as of %s.\n", r->backup, at);
    if (r->aside[0]) {
        printf("The old database: %s/%s (kept; the service removes it after tip_number_days).\n", state_dir, r->aside);
        say_missing(state_dir, r);
    }
    printf("Start the service again: it reads what is on the SIM and in its journal since then.\n");
    return 0;
}

static int failed(const char *state_dir, const char *dir, const char *from, int rc, const struct recovery *r)
{
    if (rc == -EBUSY) {
        fprintf(stderr, "tinbao restore: the service runs in %s: stop it first (systemctl stop tinbao)\n", state_dir);
        return 3;
    }
    if (rc == -ENOENT && !from)
        fprintf(stderr, "tinbao restore: no backup in %s is good%s%s\n", dir, r->why[0] ? ": " : "", r->why);
    else
        fprintf(stderr, "tinbao restore: %s: %s\n", from ? from : dir, r->why[0] ? r->why : strerror(-rc));
    fprintf(stderr, "The database is as it was.\n");
    return 1;
}

static int restore(const struct config *cfg, const char *state_dir, const char *from)
{
    char dir[300];
    struct backup_place p;
    struct recovery r = {.done = false};
    struct clock *clock = clock_new_real();
    int rc = clock ? vault_place(cfg, state_dir, &p, dir, sizeof(dir)) : -ENOMEM;
    if (!rc)
        rc = recover_restore(state_dir, dir, from, clock_now_ms(clock), &r);
    clock_free(clock);
    return rc ? failed(state_dir, dir, from, rc, &r) : say_done(state_dir, &r);
}

static int run(int argc, char **argv)
{
    static const struct option longs[] = {{"config", required_argument, NULL, 'c'},
                                          {"state-dir", required_argument, NULL, 's'},
                                          {"from", required_argument, NULL, 'f'},
                                          {NULL, 0, NULL, 0}};
    const char *path = NULL, *dir = NULL, *from = NULL;
    int c, status = 2;
    optind = 1;
    while ((c = getopt_long(argc, argv, "c:s:", longs, NULL)) != -1) {
        if (c == 'c')
            path = optarg;
        else if (c == 's')
            dir = optarg;
        else if (c == 'f')
            from = strcmp(optarg, "newest") ? optarg : NULL;
        else
            return cmd_usage(&cmd_restore, "unknown option");
    }
    if (optind < argc)
        return cmd_usage(&cmd_restore, "it takes options only");
    struct config *cfg = cmd_config(&cmd_restore, path, false);
    if (cfg)
        status = restore(cfg, dir ? dir : cfg->state_dir, from);
    config_free(cfg);
    return status;
}

const struct cmd cmd_restore = {
    .name = "restore",
    .one_line = "put a backup into place; the service must be stopped",
    .help = "usage: tinbao restore [--from FILE|newest] [-c CONFIG] [-s DIR]\n"
            "\n"
            "Checks the backup, page by page, brings it up to date, and puts it into the place of the\n"
            "database. The present database is never deleted: it is set aside as tinbao.db.before-DATE in the\n"
            "state directory. Then it says what came since the backup was made; at its next start the service\n"
            "reads that again from its journal and the SIM.\n"
            "\n"
            "Mostly there is no need for it: a database that is damaged or gone is found when the service\n"
            "starts, set aside as tinbao.db.corrupt-DATE, and the newest good backup takes its place by\n"
            "itself; the duty desk and the chief are told by SMS.\n"
            "\n"
            "options:\n"
            "      --from FILE       this backup ('tinbao backup --list' has them); newest, and without it: the\n"
            "                        newest one that is good\n"
            "  -c, --config CONFIG   the configuration (default: $TINBAO_CONFIG, else\n"
            "                        /etc/tinbao/tinbao.cfg)\n"
            "  -s, --state-dir DIR   where the service keeps its state (default: the config's)\n"
            "\n"
            "exit status:\n"
            "  0  done\n"
            "  1  it failed, and everything is as it was\n"
            "  2  wrong usage or config\n"
            "  3  the service runs: stop it first\n"
            "\n"
            "example:\n"
            "  systemctl stop tinbao && sudo -u tinbao tinbao restore && systemctl start tinbao\n",
    .run = run};
