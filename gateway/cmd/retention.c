// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `tinbao retention`: what is kept how long, and what the next run would look at. Reads only: the days are set in
 * tinbao.cfg and nowhere else. What can go wrong: no database yet.
 */
#include "gateway/cmd/cmd.h"

#include "config/config.h"
#include "gateway/base/civil.h"
#include "gateway/base/clock.h"
#include "gateway/base/err.h"
#include "gateway/desk/retention.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

static int show(const struct config *cfg, struct db *db)
{
    int64_t believed_ms, wall_ms = 0;
    struct clock *clock = clock_new_real();
    char day[32];
    if (!clock)
        return -ENOMEM;
    wall_ms = clock_now_ms(clock);
    clock_free(clock);
    int rc = retention_believed(db, &believed_ms);
    if (rc == -ENOENT) {
        printf("The daily run has not begun yet; these are the days of the settings.\n\n");
        believed_ms = wall_ms;
    } else if (rc < 0) {
        return rc;
    } else {
        civil_iso(believed_ms, day, sizeof(day));
        printf("The day that is believed: %.10s%s\n\n", day,
               wall_ms - believed_ms > 3 * DAY_MS ? " (behind the clock: it goes on by two days a day)" : "");
    }
    printf("%-14s %6s  %-12s %s\n", "what", "days", "older than", "rows past it, not yet looked at");
    for (int rule = 0; rule < KEEP_COUNT; rule++) {
        int days = retention_days(cfg, (enum keep_rule)rule);
        struct keep_span s = {.before_ms = believed_ms - days * DAY_MS, .believed_ms = believed_ms};
        int64_t n = days ? retention_due(db, (enum keep_rule)rule, &s) : 0;
        civil_iso(s.before_ms, day, sizeof(day));
        if (n < 0 && n != -ENOTSUP)
            return (int)n;
        if (!days)
            printf("%-14s %6s\n", keep_name((enum keep_rule)rule), "ever");
        else if (n < 0)
            printf("%-14s %6d  %.10s\n", keep_name((enum keep_rule)rule), days, day);
        else
            printf("%-14s %6d  %.10s   %lld\n", keep_name((enum keep_rule)rule), days, day, (long long)n);
    }
    return 0;
}

enum { OPT_STATE = 256, OPT_HELP };

static int run(int argc, char **argv)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                            {"state-dir", required_argument, NULL, OPT_STATE},
                                            {"help", no_argument, NULL, OPT_HELP},
                                            {NULL, 0, NULL, 0}};
    const char *config = NULL, *state = NULL;
    for (int o; (o = getopt_long(argc, argv, "c:", options, NULL)) != -1;) {
        if (o == 'c')
            config = optarg;
        else if (o == OPT_STATE)
            state = optarg;
        else
            return o == OPT_HELP ? cmd_help(&cmd_retention) : cmd_usage(&cmd_retention, "unknown option");
    }
    if (argc != optind)
        return cmd_usage(&cmd_retention, "it takes options only");
    struct problems *p = problems_new();
    struct config *cfg = p ? config_load(cmd_config_path(config), p) : NULL;
    struct db *db = NULL;
    int status = 2;
    if (cfg) {
        int rc = db_open(&db, state ? state : cfg->state_dir, DB_READ);
        if (!rc)
            rc = show(cfg, db);
        if (rc)
            fprintf(stderr, "tinbao retention: %s\n", strerror(-rc));
        status = rc ? 1 : 0;
    } else if (p) {
        cmd_errors(p);
    }
    db_close(db);
    config_free(cfg);
    problems_free(p);
    return status;
}

const struct cmd cmd_retention = {
    .name = "retention",
    .one_line = "what is kept how long, and what would go next",
    .help =
        "usage: tinbao retention [-c CONFIG] [--state-dir DIR]\n\n"
        "Shows each kind of record, its days (retention : { ... } of tinbao.cfg; 'ever' keeps it), the date before\n"
        "which it goes, and how many rows past that date the next daily run will look at. What an open incident or\n"
        "an unsent text needs stays even then. Reads only; the service may run meanwhile.\n\n"
        "The run goes by the day that is believed: it goes on by two days at most for each day that the box was\n"
        "on, so a clock that jumped ahead erases nothing before its time.\n\n"
        "exit status: 0 shown; 1 the database can not be read; 2 wrong usage or settings\n",
    .run = run,
};
