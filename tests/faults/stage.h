// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A core under the player's clock, for faults that need exact moments: step_kills.c and clock_faults.c. The
 * clock stands still unless moved, so days pass in seconds. The core is killed when the program says so
 * (stage_arm), and started again; when it dies unasked the run is over.
 */
#ifndef TB_TESTS_FAULTS_STAGE_H
#define TB_TESTS_FAULTS_STAGE_H

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/line/vmodem.h"
#include "gateway/play/host.h"
#include "gateway/play/workdir.h"
#include "gateway/serve/core.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

struct stage {
    struct host host;
    struct air *air;
    struct clock *clock;
    char config[300];
    bool armed;
    int restarts;
    int64_t died_ms, worst_ms; /* mono_ms; the longest from a death until all was done */
};

/* The core died: as asked, and then it starts again; else the run is over. */
static inline int stage_revive(struct stage *s)
{
    host_reap(&s->host);
    if (!WIFSIGNALED(s->host.status) || WTERMSIG(s->host.status) != SIGKILL || !s->armed) {
        fprintf(stderr, "the core died unasked, status %d\n", s->host.status);
        workdir_log_tail(s->host.log_path, stderr);
        return -EPIPE;
    }
    s->armed = false;
    s->restarts++;
    s->died_ms = mono_ms();
    return host_start(&s->host);
}

/* All that is due is done, and the air is still. */
static inline int stage_settle(struct stage *s)
{
    for (int quiet = 0; quiet < 2;) {
        int rc = host_settle(&s->host, 20000);
        if (rc == -EPIPE) {
            rc = stage_revive(s);
            quiet = 0;
        } else if (rc == 0) {
            int sm = 0, me = 0, total;
            air_capacity(s->air, AIR_SM, &sm, &total);
            air_capacity(s->air, AIR_ME, &me, &total);
            bool clean = sm + me == 0 && air_held(s->air) == 0 && s->host.lines_up && host_line_quiet(&s->host);
            quiet = clean ? quiet + 1 : 0;
            if (!clean)
                host_run(&s->host, 2);
        }
        if (rc)
            return rc;
    }
    if (s->died_ms && mono_ms() - s->died_ms > s->worst_ms)
        s->worst_ms = mono_ms() - s->died_ms;
    s->died_ms = 0;
    return 0;
}

/* The hands move on by so much; whatever falls due meanwhile is done at its time. */
static inline int stage_move(struct stage *s, int64_t ms)
{
    int64_t end = clock_boot_ms(s->clock) + ms;
    for (int64_t now; (now = clock_boot_ms(s->clock)) < end;) {
        int rc = stage_settle(s);
        if (rc)
            return rc;
        int64_t wall = clock_now_ms(s->clock), next = s->host.next_ms;
        int64_t dt = next == INT64_MAX || next - wall > end - now ? end - now : next - wall;
        clock_advance(s->clock, dt < 1000 ? (end - now < 1000 ? end - now : 1000) : dt);
        if (host_tell_clock(&s->host) < 0 && (rc = stage_revive(s)))
            return rc;
        air_pump(s->air);
    }
    return stage_settle(s);
}

static inline int stage_text(struct stage *s, const char *from, const char *text)
{
    int rc = air_text(s->air, from, text);
    return rc ? rc : stage_settle(s);
}

/* The core kills itself at this step, when it was passed so many times (STEP_NONE: not at all). */
static inline int stage_arm(struct stage *s, enum play_step step, int passed)
{
    s->armed = step != STEP_NONE;
    return host_fail_at(&s->host, step, passed) < 0 ? stage_revive(s) : 0;
}

/* SIGKILL now, and a new start. */
static inline int stage_kill(struct stage *s)
{
    host_kill(&s->host);
    s->armed = false;
    s->restarts++;
    s->died_ms = mono_ms();
    return host_start(&s->host);
}

/* The wall clock jumps; the time since the boot does not. */
static inline int stage_jump(struct stage *s, int64_t by_ms)
{
    clock_jump(s->clock, by_ms);
    int rc = host_tell_clock(&s->host) < 0 ? stage_revive(s) : 0;
    return rc ? rc : stage_settle(s);
}

static inline int stage_config(struct stage *s)
{
    char here[200];
    snprintf(s->config, sizeof(s->config), "%s/tinbao.cfg", s->host.state_dir);
    FILE *f = getcwd(here, sizeof(here)) ? fopen(s->config, "we") : NULL;
    if (!f)
        return -errno;
    fprintf(f,
            "places = \"%s/config/demo/places.cfg\"; roster = \"%s/config/demo/roster.csv\"; demo = true;\n"
            "join_window_s = 0; balance_every_h = 0;\n"
            "lines = ( { name = \"sim\"; device = \"virtual\"; own_number = \"+84900000000\"; } );\n",
            here, here);
    return fclose(f) ? -errno : 0;
}

/* 2026-11-12 21:00, a started core. name: of the working directory. */
static inline int stage_open(struct stage *s, const char *name, const struct air_events *ev)
{
    static const struct host_makers makers = {core_main, vmodem_new, vmodem_free, vmodem_path, vmodem_quiet};
    const struct civil start = {.year = 2026, .month = 11, .day = 12, .hour = 21};
    s->clock = clock_new_manual(civil_to_ms(&start), HOUR_MS);
    s->air = s->clock ? air_new(s->clock, "+84900000000", 50, 100) : NULL;
    if (!s->air || air_listen(s->air, ev) < 0)
        return -ENOMEM;
    int rc = workdir_make(NULL, name, s->host.state_dir, sizeof(s->host.state_dir));
    rc = rc ? rc : stage_config(s);
    if (rc)
        return rc;
    snprintf(s->host.log_path, sizeof(s->host.log_path), "%s/core.log", s->host.state_dir);
    s->host.config_path = s->config;
    rc = host_open(&s->host, &makers, s->air, s->clock, false);
    rc = rc ? rc : host_start(&s->host);
    return rc ? rc : stage_settle(s);
}

static inline void stage_close(struct stage *s, bool keep)
{
    host_close(&s->host);
    air_free(s->air);
    clock_free(s->clock);
    if (keep)
        fprintf(stderr, "kept for a look: %s\n", s->host.state_dir);
    else
        workdir_remove(s->host.state_dir);
}

#endif
