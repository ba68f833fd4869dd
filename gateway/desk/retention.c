// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Retention: once a day each rule of store/retention.h is run in portions, each a job and so a transaction of its
 * own; messages pass in between, and a kill costs nothing. Called by the daily job.
 *
 * What is old is told by the calendar, and the calendar may be wrong: a clock that jumps a year ahead must not
 * erase everything. So the day that is believed goes on by at most two days for each day that the box has
 * lived through (by boot time), and never past the wall clock. A box that was off for a month catches up in a
 * month; one whose clock is a year ahead, for a week until somebody sees it, has erased a week too early.
 */
#include "gateway/desk/retention.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/desk/room.h"
#include "store/delivery.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PORTION 500
#define PORTIONS_A_DAY 2000 /* of one rule */
#define ROUND_DAYS 28
#define LOST_MS (2 * DAY_MS)
#define BELIEF "keep_clock"

int retention_days(const struct config *cfg, enum keep_rule rule)
{
    const struct retention_config *r = &cfg->retention;
    const int days[KEEP_COUNT] = {
        [KEEP_IDLE] = r->idle_days,
        [KEEP_MESSAGES] = r->messages_days,
        [KEEP_RAW] = cfg->tip_number_days, /* the number of a tipster may stand in it */
        [KEEP_PARTS] = r->parts_days,
        [KEEP_PART_ROWS] = r->part_rows_days,
        [KEEP_QUESTIONS] = r->questions_days,
        [KEEP_OUTBOX] = r->outbox_days,
        [KEEP_NUMBERS] = r->numbers_days,
        [KEEP_TIP_WORDS] = r->tips_days,
        [KEEP_TIP_MESSAGES] = r->tips_days,
        [KEEP_TIP_BOXES] = r->tips_days,
        [KEEP_INCIDENTS] = r->incidents_days,
        [KEEP_ATTENDANCE] = r->attendance_days,
        [KEEP_PATROLS] = r->attendance_days,
        [KEEP_SHIFTS] = r->attendance_days,
        [KEEP_ACTIVITIES] = r->activities_days,
        [KEEP_AUDIT] = r->audit_days,
    };
    return days[rule];
}

/* "BELIEVED BOOT BOOT_ID" */
struct belief {
    long long believed_ms, boot_ms;
    char boot_id[40];
};

static int belief_get(struct db *db, struct belief *b)
{
    char text[96];
    int rc = meta_get(db, BELIEF, text, sizeof(text));
    *b = (struct belief){0};
    if (rc < 0)
        return rc;
    return sscanf(text, "%lld %lld %39s", &b->believed_ms, &b->boot_ms, b->boot_id) >= 2 ? 0 : -ENOENT;
}

int retention_believed(struct db *db, int64_t *believed_ms)
{
    struct belief b;
    int rc = belief_get(db, &b);
    *believed_ms = b.believed_ms;
    return rc;
}

/* At the first time: no later than the newest message says. */
static int first_belief(struct desk *d, int64_t wall_ms, long long *out)
{
    int64_t newest;
    int rc = retention_newest(d->db, &newest);
    *out = !rc && newest + LOST_MS < wall_ms ? newest + LOST_MS : wall_ms;
    return rc == -ENOENT ? 0 : rc;
}

static int believe(struct desk *d, int64_t *believed_ms)
{
    struct belief b;
    char text[96], id[40];
    int64_t wall_ms = clock_now_ms(d->clock), boot_ms = clock_boot_ms(d->clock);
    clock_boot_id(d->clock, id, sizeof(id));
    if (!*id)
        snprintf(id, sizeof(id), "-");
    int rc = belief_get(d->db, &b);
    if (rc == -ENOENT) {
        rc = first_belief(d, wall_ms, &b.believed_ms);
    } else if (!rc) {
        bool same_boot = !strcmp(id, b.boot_id) && b.boot_ms <= boot_ms;
        int64_t lived_ms = same_boot ? boot_ms - b.boot_ms : boot_ms;
        int64_t most_ms = b.believed_ms + 2 * lived_ms;
        if (wall_ms >= b.believed_ms)
            b.believed_ms = wall_ms < most_ms ? wall_ms : most_ms;
        else if (b.believed_ms - wall_ms <= LOST_MS)
            b.believed_ms = wall_ms; /* set back by hand; more than that is a clock that was lost */
    }
    *believed_ms = b.believed_ms;
    snprintf(text, sizeof(text), "%lld %lld %s", b.believed_ms, (long long)boot_ms, id);
    return rc < 0 ? rc : meta_set(d->db, BELIEF, text);
}

static int set_job(struct desk *d, int rule, int portion)
{
    char key[32];
    snprintf(key, sizeof(key), "%d %d", rule, portion);
    return rule < KEEP_COUNT ? job_set(d->db, "retention", key, JOB_REL, service_now(&d->time).rel_ms) : 0;
}

int retention_begin(struct desk *d)
{
    int64_t believed_ms, round = 0;
    int rc = believe(d, &believed_ms);
    if (!rc)
        rc = meta_get_i64(d->db, "keep_round", &round);
    if (rc == -ENOENT)
        rc = 0;
    if (!rc)
        rc = meta_set_i64(d->db, "keep_round", (round + 1) % ROUND_DAYS);
    if (!rc && round + 1 == ROUND_DAYS) /* incidents that were open then may be closed now */
        rc = retention_again(d->db);
    return rc < 0 ? rc : set_job(d, 0, 0);
}

/* One portion of one rule: the rows that went; *more: there may be another. */
static int run_rule(struct desk *d, enum keep_rule rule, int64_t believed_ms, bool first, bool *more)
{
    int days = retention_days(d->cfg, rule);
    struct keep_span s = {.before_ms = believed_ms - days * DAY_MS,
                          .believed_ms = believed_ms,
                          .now_ms = clock_now_ms(d->clock),
                          .max = PORTION};
    int n = days ? retention_run(d->db, rule, &s, more) : 0;
    if (n <= 0 || !first || rule == KEEP_AUDIT)
        return n;
    int rc = audit(d, 0, "retention", 0, 0, keep_name(rule)); /* who looks for what is gone finds when it went */
    return rc < 0 ? rc : n;
}

/* Rules that find nothing share the transaction: most days it is one. */
int retention_due_job(struct desk *d, const char *key)
{
    char *end;
    long rule = strtol(key, &end, 10), portion = strtol(end, NULL, 10);
    int64_t believed_ms;
    int rc = retention_believed(d->db, &believed_ms), n = 0;
    if (rc < 0 || rule < 0)
        return rc == -ENOENT ? 0 : rc;
    if (rule == 0 && portion == 0) /* courier: what was delivered or given up */
        rc = delivery_prune(d->db, believed_ms - d->cfg->retention.deliveries_days * DAY_MS);
    while (rc >= 0 && !n && rule < KEEP_COUNT) {
        bool more = false;
        rc = n = run_rule(d, (enum keep_rule)rule, believed_ms, portion == 0, &more);
        bool again = more && portion < PORTIONS_A_DAY;
        portion = again ? portion + 1 : 0;
        rule += !again;
        if (again)
            break;
    }
    return rc < 0 ? rc : set_job(d, (int)rule, (int)portion);
}
