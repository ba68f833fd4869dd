// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * When digests are due. One job of each kind stands in the table (JOB_WALL); it is set anew from the
 * calendar at every start, after each digest, when the wall clock has jumped and when the settings have
 * changed. Two of a kind are at least half a period of service time apart, so a clock that is set back
 * doubles none; and the job is found again from the calendar as it is, so a clock that was ahead for a
 * while skips none. Called by jobs.c.
 */
#include "gateway/desk/digest.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int64_t apart_ms;  /* the least service time from one to the next */
    int64_t useful_ms; /* so long after it was due it may still go */
} kinds[DIGEST_KINDS] = {
    [DIGEST_NIGHT] = {"night", 12 * HOUR_MS, 6 * HOUR_MS + 30 * MINUTE_MS},
    [DIGEST_WEEK] = {"week", 84 * HOUR_MS, 3 * DAY_MS},
    [DIGEST_MONTH] = {"month", 14 * DAY_MS, 10 * DAY_MS},
};

const char *digest_name(enum digest_kind k)
{
    return kinds[k].name;
}

int digest_kind_of(const char *key, enum digest_kind *k)
{
    for (int i = 0; i < DIGEST_KINDS; i++) {
        if (strcmp(key, kinds[i].name) != 0)
            continue;
        *k = (enum digest_kind)i;
        return 0;
    }
    return -EINVAL;
}

bool digest_useful(enum digest_kind k, int64_t late_ms)
{
    return late_ms <= kinds[k].useful_ms;
}

static bool is_day(const struct config *cfg, enum digest_kind k, const struct civil *c)
{
    if (k == DIGEST_WEEK)
        return c->weekday == cfg->digest_week_day;
    return k == DIGEST_NIGHT || c->day == 1;
}

int64_t digest_next(const struct config *cfg, enum digest_kind k, int64_t from_ms)
{
    int minutes = config_minutes(k == DIGEST_NIGHT ? cfg->digest_at : cfg->digest_report_at);
    int64_t day = civil_day_start_ms(from_ms);
    for (int i = 0; i < 33; i++, day += DAY_MS) {
        struct civil c = civil_from_ms(day);
        int64_t at = day + (minutes < 0 ? 0 : minutes) * MINUTE_MS;
        if (at >= from_ms && is_day(cfg, k, &c))
            return at;
    }
    return day; /* not reached: every kind of day comes within 31 */
}

/* Before the first one nothing is owed: it covers what comes from now on. */
static int begin_one(struct desk *d, enum digest_kind k, int64_t *last_rel)
{
    char meta[40];
    int64_t incident, message;
    *last_rel = service_now(&d->time).rel_ms - kinds[k].apart_ms + 1; /* what is past now is too near to it */
    int rc = digest_last(d->db, &incident, &message);
    snprintf(meta, sizeof(meta), "digest_%s_incident", kinds[k].name);
    if (!rc)
        rc = meta_set_i64(d->db, meta, incident);
    snprintf(meta, sizeof(meta), "digest_%s_message", kinds[k].name);
    if (!rc)
        rc = meta_set_i64(d->db, meta, message);
    snprintf(meta, sizeof(meta), "digest_%s_rel", kinds[k].name);
    return rc < 0 ? rc : meta_set_i64(d->db, meta, *last_rel);
}

static int plan_one(struct desk *d, enum digest_kind k)
{
    char meta[32];
    int64_t last = 0;
    struct now now = service_now(&d->time);
    int64_t cal = now_calendar(now);
    snprintf(meta, sizeof(meta), "digest_%s_rel", kinds[k].name);
    int rc = meta_get_i64(d->db, meta, &last);
    if (rc == -ENOENT)
        rc = begin_one(d, k, &last);
    if (rc < 0)
        return rc;
    /* one that is due and still of use is not over */
    int64_t at = digest_next(d->cfg, k, cal - kinds[k].useful_ms);
    while (at - cal + (now.rel_ms - last) < kinds[k].apart_ms)
        at = digest_next(d->cfg, k, at + 1);
    return job_set(d->db, "digest", kinds[k].name, JOB_WALL, at);
}

int digest_plan(struct desk *d)
{
    int rc = 0;
    for (int k = 0; !rc && k < DIGEST_KINDS; k++)
        rc = plan_one(d, (enum digest_kind)k);
    return rc;
}
