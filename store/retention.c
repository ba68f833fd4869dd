// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Retention by kind of record. Called by the desk's daily job, a portion a transaction, and by
 * `tinbao retention`, which only counts.
 *
 * Rows are looked at in the order in which they came, and a row goes only when all before it are old enough: so
 * a row that was stamped 1970 by a clock that was lost goes no sooner than its neighbours. Stamps that can not be
 * (before the service was written, or later than the day that is believed) say nothing: such a row follows the one
 * after it. A row that something still needs is passed over, and looked at again in the next round.
 */
#include "store/retention.h"

#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "store/chain.h"
#include "store/engine.h"

#include <limits.h>
#include <stdio.h>

#define FIRST_MS 1577836800000LL /* 2020: no box ran before */
#define ACTS_MAX 5
#define SCAN_FACTOR 20 /* so many rows of doubtful stamps are passed over at a time */

struct rule {
    const char *name;
    bool walks, from_start; /* its rows are gone afterwards: no place to remember */
    enum sql_id ages;
    int n;
    enum sql_id acts[ACTS_MAX];
    bool with_date; /* the statements know $3 */
};

static const struct rule RULES[KEEP_COUNT] = {
    [KEEP_IDLE] = {"idle", true, false, SQL_keep_ages_message, 1, {SQL_keep_message_idle}, false},
    [KEEP_MESSAGES] = {"messages", true, false, SQL_keep_ages_message, 1, {SQL_keep_message}, false},
    [KEEP_RAW] = {"raw", true, false, SQL_keep_ages_part, 1, {SQL_keep_part_raw}, false},
    [KEEP_PARTS] = {"parts", true, false, SQL_keep_ages_part, 1, {SQL_keep_part_body}, false},
    [KEEP_PART_ROWS] = {"part_rows", true, true, SQL_keep_ages_part, 1, {SQL_keep_part_row}, false},
    [KEEP_QUESTIONS] = {"questions", true, true, SQL_keep_ages_question, 1, {SQL_keep_question}, false},
    [KEEP_OUTBOX] = {"outbox", true, true, SQL_keep_ages_outbox, 1, {SQL_keep_outbox}, false},
    [KEEP_NUMBERS] = {.name = "numbers"},
    [KEEP_TIP_WORDS] = {"tips", true, false, SQL_keep_ages_incident, 1, {SQL_keep_incident_tip}, false},
    [KEEP_TIP_MESSAGES] = {"tip_messages", true, false, SQL_keep_ages_message, 1, {SQL_keep_message_tip}, false},
    [KEEP_TIP_BOXES] = {"tip_boxes", true, true, SQL_keep_ages_box, 1, {SQL_keep_box}, false},
    [KEEP_INCIDENTS] = {"incidents",
                        true,
                        false,
                        SQL_keep_ages_incident,
                        5,
                        {SQL_keep_report, SQL_keep_concern, SQL_keep_call_out, SQL_keep_handover, SQL_keep_incident},
                        true},
    [KEEP_ATTENDANCE] = {"attendance",
                         true,
                         true,
                         SQL_keep_ages_attendance,
                         2,
                         {SQL_keep_attendance_change, SQL_keep_attendance},
                         false},
    [KEEP_PATROLS] = {"patrols", true, true, SQL_keep_ages_patrol, 1, {SQL_keep_patrol}, false},
    [KEEP_SHIFTS] = {"shifts", true, true, SQL_keep_ages_shift, 1, {SQL_keep_shift}, false},
    [KEEP_ACTIVITIES] = {"activities", true, true, SQL_keep_ages_activity, 1, {SQL_keep_activity}, false},
    [KEEP_AUDIT] = {.name = "audit"},
};

const char *keep_name(enum keep_rule rule)
{
    return RULES[rule].name;
}

static void place_name(const struct rule *r, char *out, size_t size)
{
    snprintf(out, size, "keep_%s", r->name);
}

static int place_get(struct db *db, const struct rule *r, int64_t *id)
{
    char name[40];
    *id = 0;
    if (r->from_start)
        return 0;
    place_name(r, name, sizeof name);
    int rc = meta_get_i64(db, name, id);
    return rc == -ENOENT ? 0 : rc;
}

/* From after on: *upto is the last row that is old enough (after when none is), the return how many. */
static int64_t find_old(struct db *db, const struct rule *r, const struct keep_span *s, int64_t after, int64_t *upto)
{
    int64_t seen = 0, old = 0;
    int rc = 0;
    *upto = after;
    q_i64(db, r->ages, 1, after);
    while (old < s->max && seen < (int64_t)s->max * SCAN_FACTOR && (rc = q_row(db, r->ages)) == 1) {
        int64_t at_ms = q_get(db, r->ages, 1);
        seen++;
        if (at_ms < FIRST_MS || at_ms > s->believed_ms)
            continue;
        if (at_ms >= s->before_ms)
            break;
        old = seen;
        *upto = q_get(db, r->ages, 0);
    }
    q_end(db, r->ages);
    return rc < 0 ? rc : old;
}

static int act(struct db *db, const struct rule *r, const struct keep_span *s, int64_t after, int64_t upto)
{
    int rc = 0, changed = 0;
    for (int i = 0; rc >= 0 && i < r->n; i++) {
        q_i64(db, r->acts[i], 1, after);
        q_i64(db, r->acts[i], 2, upto);
        if (r->with_date)
            q_i64(db, r->acts[i], 3, s->before_ms);
        rc = q_run(db, r->acts[i]);
        changed += rc > 0 ? rc : 0;
    }
    return rc < 0 ? rc : changed;
}

static int walk(struct db *db, const struct rule *r, const struct keep_span *s, bool *more)
{
    char name[40];
    int64_t after, upto;
    int rc = place_get(db, r, &after);
    int64_t n = rc < 0 ? rc : find_old(db, r, s, after, &upto);
    if (n <= 0)
        return (int)n;
    rc = act(db, r, s, after, upto);
    /* what deletes from the start comes by the rows it left again: done when nothing more goes */
    *more = n >= s->max && (!r->from_start || rc > 0);
    place_name(r, name, sizeof name);
    int kept = rc < 0 || r->from_start ? 0 : meta_set_i64(db, name, upto);
    return kept < 0 ? kept : rc;
}

static int numbers(struct db *db, const struct keep_span *s, bool *more)
{
    const enum sql_id q = SQL_keep_numbers;
    int64_t ids[256];
    int n = 0, rc, max = s->max < (int)ARRAY_LEN(ids) ? s->max : (int)ARRAY_LEN(ids);
    q_i64(db, q, 1, s->before_ms);
    q_i64(db, q, 2, max);
    while (n < max && (rc = q_row(db, q)) == 1)
        ids[n++] = q_get(db, q, 0);
    q_end(db, q);
    rc = 0;
    for (int i = 0; rc >= 0 && i < n; i++)
        rc = party_erase(db, ids[i], s->now_ms);
    *more = n == max;
    return rc < 0 ? rc : n;
}

int retention_run(struct db *db, enum keep_rule rule, const struct keep_span *s, bool *more)
{
    const struct rule *r = &RULES[rule];
    int rc;
    *more = false;
    if (rule == KEEP_NUMBERS)
        rc = numbers(db, s, more);
    else if (rule == KEEP_AUDIT)
        *more = (rc = chain_forget(db, s->before_ms, s->max)) >= s->max;
    else
        rc = walk(db, r, s, more);
    if (rc > 0)
        db->wipe = true;
    return rc;
}

int64_t retention_due(struct db *db, enum keep_rule rule, const struct keep_span *s)
{
    struct keep_span all = *s;
    int64_t after, upto;
    if (!RULES[rule].walks)
        return -ENOTSUP;
    all.max = INT_MAX;
    int rc = place_get(db, &RULES[rule], &after);
    return rc < 0 ? rc : find_old(db, &RULES[rule], &all, after, &upto);
}

int retention_again(struct db *db)
{
    char name[40];
    int rc = 0;
    for (size_t i = 0; rc >= 0 && i < KEEP_COUNT; i++) {
        place_name(&RULES[i], name, sizeof name);
        if (RULES[i].walks && !RULES[i].from_start)
            rc = meta_set_i64(db, name, 0);
    }
    return rc < 0 ? rc : 0;
}

int retention_newest(struct db *db, int64_t *at_ms)
{
    int rc = q_one(db, SQL_keep_newest);
    if (rc < 0)
        return rc;
    *at_ms = q_get(db, SQL_keep_newest, 0);
    q_end(db, SQL_keep_newest);
    return 0;
}
