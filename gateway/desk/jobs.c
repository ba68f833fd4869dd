// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of jobs: what runs when something falls due. Called by desk_start and by the ticker
 * through desk_job, in its transaction; a handler that fails is tried again later.
 */
#include "gateway/desk/desk.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/desk/attend.h"
#include "gateway/desk/budget.h"
#include "gateway/desk/digest.h"
#include "gateway/desk/intake.h"
#include "gateway/desk/menu.h"
#include "gateway/desk/retention.h"
#include "gateway/desk/room.h"
#include "gateway/desk/trouble.h"
#include "gateway/desk/vault.h"

#include <stdlib.h>
#include <string.h>

int job_standing(struct desk *d, const char *kind, const char *meta, int64_t period_ms)
{
    int64_t last = 0, now = service_now(&d->time).rel_ms;
    int rc = meta_get_i64(d->db, meta, &last);
    if (rc < 0 && rc != -ENOENT)
        return rc;
    return job_set(d->db, kind, "", JOB_REL, last + period_ms > now ? last + period_ms : now);
}

/* Each sets its jobs of the calendar (JOB_WALL) from the calendar as it is, the last one what the roster as it
 * is leaves to nobody; called again and again. */
static int (*const calendars[])(struct desk *d) = {digest_plan, attend_plan, reminder_plan, still_left, vault_plan};

static int64_t calendar_off(const struct desk *d)
{
    struct now now = service_now(&d->time);
    return now_calendar(now) - now.rel_ms;
}

bool desk_calendar_moved(const struct desk *d)
{
    int64_t by_ms = calendar_off(d) - d->calendar_off_ms;
    return !d->calendar_known || by_ms > MINUTE_MS || by_ms < -MINUTE_MS;
}

int jobs_calendar(struct desk *d)
{
    int rc = 0;
    for (size_t i = 0; !rc && i < ARRAY_LEN(calendars); i++)
        rc = calendars[i](d);
    d->calendar_off_ms = calendar_off(d);
    d->calendar_known = true;
    return rc;
}

int jobs_start(struct desk *d)
{
    int rc = job_standing(d, "daily", "daily_rel", DAY_MS);
    if (!rc)
        rc = jobs_calendar(d);
    if (!rc)
        rc = alive_start(d); /* courier */
    if (!rc)
        rc = vault_start(d);
    if (rc < 0)
        return rc;
    if (d->cfg->balance_every_h <= 0)
        return job_cancel(d->db, "balance", "");
    return job_standing(d, "balance", "balance_rel", d->cfg->balance_every_h * HOUR_MS);
}

static int daily(struct desk *d, const char *key)
{
    (void)key;
    struct now now = service_now(&d->time);
    int rc = incident_free_codes(d->db, now.wall_ms - d->cfg->code_rest_days * DAY_MS);
    if (rc >= 0)
        rc = apart_daily(d);
    if (rc >= 0)
        rc = register_daily(d);
    if (rc >= 0)
        rc = budget_daily(d);
    if (rc >= 0)
        rc = menu_daily(d);
    if (rc >= 0)
        rc = retention_begin(d);
    if (rc >= 0)
        rc = meta_set_i64(d->db, "daily_rel", now.rel_ms);
    return rc < 0 ? rc : job_standing(d, "daily", "daily_rel", DAY_MS);
}

static int alert(struct desk *d, const char *key)
{
    return alert_again(d, strtoll(key, NULL, 10));
}

/* The balance is no job of the desk: the ticker asks a line. */
static const struct {
    const char *kind;
    int (*run)(struct desk *d, const char *key);
} handlers[] = {
    /* clang-format off */ /* one a line, so that two who add one do not meet */
    {"alert", alert},
    {"parts", intake_incomplete},
    {"question", dialogue_expired},
    {"daily", daily},
    {"callout", callout_due},
    {"strangers", strangers_due},
    {"late", late_due},
    {"digest", digest_run},
    {"retention", retention_due_job},
    /* courier */
    {"trouble", trouble_due},
    {"alive", alive_due},
    {"forgotten", attend_forgotten},
    {"shift", attend_watch},
    {"reach", reach_due},
    {"handover", handover_late},
    {"still", still_due},
    {"calendar", reminder_due},
    {"revoke", revoke_due},
    {"backup", vault_due}, /* the copying is serve's, see ticker.c */
    {"restore_test", vault_due},
    /* clang-format on */
};

int desk_job(struct desk *d, const struct job *job)
{
    int rc = job_done(d->db, job->id); /* first: the handler may set the next one */
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < ARRAY_LEN(handlers); i++)
        if (!strcmp(job->kind, handlers[i].kind))
            return handlers[i].run(d, job->key);
    log_warn("a job of an unknown kind '%s' is dropped", job->kind);
    return 0;
}
