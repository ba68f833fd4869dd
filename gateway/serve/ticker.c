// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Everything due lives in the job table; this runs it. Called by core.c on its timer, after
 * commits, and by the player's side. A job that fails is moved by a growing pause, never
 * fatal; one that claims success and stays due is moved too, or it would spin. The timer never
 * sleeps longer than LOOK_EVERY_MS, because wall time may jump while it sleeps.
 */
#include "gateway/serve/ticker.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/serve/backoff.h"
#include "gateway/serve/journaling.h"
#include "gateway/serve/timer.h"

#include <stdlib.h>
#include <string.h>

#define LOOK_EVERY_MS 30000
#define RUN_MAX 64
#define OVERSEE_EVERY_MS 300000
#define BALANCE_AGAIN_MS (5 * MINUTE_MS)
#define ERRAND_AGAIN_MS HOUR_MS /* vault: a kill in the middle of it is no end of it */

struct ticker {
    struct works *w;
    struct ticker_events ev;
    struct event *timer;
    struct job last; /* the job that was run last, as it was then */
    int fails;
    int64_t looked_rel; /* service time of the last look for overdue alerts */
};

static int run_job(struct ticker *t, const struct job *job)
{
    int rc = works_begin(t->w);
    journaling_next(t->w->journaling);
    if (!rc)
        rc = desk_job(t->w->desk, job);
    if (!rc)
        journaling_job(t->w->journaling, job);
    works_step(t->w, STEP_JOB_RUN);
    if (!rc)
        rc = works_commit(t->w);
    works_rollback(t->w);
    works_step(t->w, STEP_JOB_DONE);
    return rc;
}

/* To delay_ms from now: job_delay counts from when it was due, perhaps long ago. */
static int move_job(struct ticker *t, const struct job *job, int64_t delay_ms)
{
    struct now now = desk_now(t->w->desk);
    int64_t now_ms = job->clock == JOB_WALL ? now_calendar(now) : now.rel_ms;
    int rc = works_begin(t->w);
    if (!rc)
        rc = job_delay(t->w->db, job->id, now_ms - job->due_ms + delay_ms);
    if (!rc)
        rc = works_commit(t->w);
    works_rollback(t->w);
    return rc;
}

/* The balance needs a line: asked here, settled by the desk, which plans the next one when
 * the answer comes. Should none come at all, the job stands a few minutes later. */
static int run_balance(struct ticker *t, const struct job *job)
{
    int rc = move_job(t, job, BALANCE_AGAIN_MS);
    if (!rc)
        t->ev.balance(t->ev.ctx);
    return rc;
}

/* vault: what takes long is done by a process of its own; what became of it plans the next one. */
static int run_errand(struct ticker *t, const struct job *job)
{
    int rc = move_job(t, job, ERRAND_AGAIN_MS);
    if (!rc)
        t->ev.errand(t->ev.ctx, job->kind);
    return rc;
}

/* How a job of this kind is run: by the desk, but for those that need somebody outside. */
static int (*runner(const struct ticker *t, const char *kind))(struct ticker *, const struct job *)
{
    if (!strcmp(kind, "balance"))
        return run_balance;
    return t->ev.errand && (!strcmp(kind, "backup") || !strcmp(kind, "restore_test")) ? run_errand : run_job;
}

static int run_one(struct ticker *t, const struct job *job)
{
    bool again = job->due_ms == t->last.due_ms && !strcmp(job->kind, t->last.kind) && !strcmp(job->key, t->last.key);
    t->last = *job;
    if (again) {
        log_err("job %s %s stays due after it was run: later", job->kind, job->key);
        return move_job(t, job, backoff_ms(job->tries, MINUTE_MS, HOUR_MS, (uint64_t)job->id));
    }
    int rc = runner(t, job->kind)(t, job);
    if (!rc)
        return 0;
    memset(&t->last, 0, sizeof(t->last)); /* it did not claim success; perhaps not even its move can be written */
    int64_t delay_ms = backoff_ms(job->tries, SECOND_MS, HOUR_MS, (uint64_t)job->id);
    log_err("job %s: %s; again in %lld s", job->kind, works_why(rc), (long long)(delay_ms + 999) / 1000);
    return move_job(t, job, delay_ms);
}

/* A clock that jumped, or new settings: the calendar's jobs are planned anew before one is run. */
static void plan_calendar(struct ticker *t)
{
    if (!desk_calendar_moved(t->w->desk))
        return;
    int rc = works_begin(t->w);
    if (!rc)
        rc = desk_calendar(t->w->desk);
    if (!rc)
        rc = works_commit(t->w);
    works_rollback(t->w);
    if (rc)
        log_err("the jobs of the calendar could not be planned: %s", works_why(rc));
}

/* The second look at alerts: by its own time, and now and then whatever that says. */
static void oversee(struct ticker *t)
{
    int64_t now_rel = desk_now(t->w->desk).rel_ms;
    if (now_rel < desk_overseer_next(t->w->desk) && (t->w->manual || now_rel - t->looked_rel < OVERSEE_EVERY_MS))
        return;
    int rc = works_begin(t->w);
    int n = rc ? rc : desk_overseer(t->w->desk);
    rc = n < 0 ? n : works_commit(t->w);
    works_rollback(t->w);
    t->looked_rel = now_rel;
    if (rc)
        log_err("the look for overdue alerts: %s", works_why(rc));
    else if (n > 0)
        t->w->changes++;
}

int ticker_run(struct ticker *t, int max)
{
    int n = 0;
    oversee(t);
    plan_calendar(t);
    struct job job;
    while (n < max) {
        struct now now = desk_now(t->w->desk);
        int rc = job_due(t->w->db, now.rel_ms, now_calendar(now), &job);
        if (rc == -ENOENT) {
            t->fails = 0;
            memset(&t->last, 0, sizeof(t->last));
            break;
        }
        if (!rc)
            rc = run_one(t, &job);
        n++;
        if (rc) { /* the database itself: not even the move could be written */
            t->fails++;
            break;
        }
        t->fails = 0;
    }
    t->w->changes += (uint64_t)n;
    t->w->tally.jobs += (uint64_t)n;
    if (n)
        t->ev.ran(t->ev.ctx);
    return n;
}

int64_t ticker_next_wall(struct ticker *t)
{
    struct now now = desk_now(t->w->desk);
    int64_t rel_ms = INT64_MAX, wall_ms = INT64_MAX;
    if (job_next(t->w->db, &rel_ms, &wall_ms))
        return INT64_MAX;
    if (desk_overseer_next(t->w->desk) < rel_ms)
        rel_ms = desk_overseer_next(t->w->desk);
    if (wall_ms != INT64_MAX)
        wall_ms = now.wall_ms + (wall_ms - now_calendar(now));
    if (rel_ms != INT64_MAX && now.wall_ms + (rel_ms - now.rel_ms) < wall_ms)
        wall_ms = now.wall_ms + (rel_ms - now.rel_ms);
    return wall_ms;
}

void ticker_arm(struct ticker *t)
{
    if (t->w->manual)
        return;
    int64_t next_ms = ticker_next_wall(t), now_ms = desk_now(t->w->desk).wall_ms;
    int64_t wait_ms = next_ms == INT64_MAX || next_ms - now_ms > LOOK_EVERY_MS ? LOOK_EVERY_MS : next_ms - now_ms;
    int64_t least_ms = t->fails ? backoff_ms(t->fails, 200, 10000, 3) : 0;
    timer_arm(t->timer, wait_ms < least_ms ? least_ms : wait_ms);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct ticker *t = arg;
    ticker_run(t, RUN_MAX);
    ticker_arm(t);
}

struct ticker *ticker_new(struct works *w, const struct ticker_events *ev)
{
    struct ticker *t = calloc(1, sizeof(*t));
    if (!t)
        return NULL;
    t->w = w;
    t->ev = *ev;
    t->timer = evtimer_new(w->base, on_timer, t);
    if (!t->timer) {
        free(t);
        return NULL;
    }
    return t;
}

void ticker_free(struct ticker *t)
{
    if (!t)
        return;
    event_free(t->timer);
    free(t);
}
