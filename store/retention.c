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

enum { WALKS = 1, FROM_START = 2, WITH_DATE = 4 };

struct rule {
    const char *name;
    unsigned
        how; /* FROM_START: its rows are gone afterwards, no place to remember; WITH_DATE: the statements know $3 */
    enum sql_id ages;
    int n;
    enum sql_id acts[ACTS_MAX];
};

static const struct rule RULES[KEEP_COUNT] = {
    [KEEP_IDLE] = {"idle", WALKS, SQL_keep_ages_message, 1, {SQL_keep_message_idle}},
    [KEEP_MESSAGES] = {"messages", WALKS, SQL_keep_ages_message, 1, {SQL_keep_message}},
    [KEEP_RAW] = {"raw", WALKS, SQL_keep_ages_part, 1, {SQL_keep_part_raw}},
    [KEEP_PARTS] = {"parts", WALKS, SQL_keep_ages_part, 1, {SQL_keep_part_body}},
    [KEEP_PART_ROWS] = {"part_rows", WALKS | FROM_START, SQL_keep_ages_part, 1, {SQL_keep_part_row}},
    [KEEP_QUESTIONS] = {"questions", WALKS | FROM_START, SQL_keep_ages_question, 1, {SQL_keep_question}},
    [KEEP_OUTBOX] = {"outbox", WALKS | FROM_START, SQL_keep_ages_outbox, 1, {SQL_keep_outbox}},
    [KEEP_NUMBERS] = {.name = "numbers"},
    [KEEP_TIP_WORDS] = {"tips", WALKS, SQL_keep_ages_incident, 1, {SQL_keep_incident_tip}},
    [KEEP_TIP_MESSAGES] = {"tip_messages", WALKS, SQL_keep_ages_message, 1, {SQL_keep_message_tip}},
    [KEEP_TIP_BOXES] = {"tip_boxes", WALKS | FROM_START, SQL_keep_ages_box, 1, {SQL_keep_box}},
    [KEEP_INCIDENTS] = {"incidents",
                        WALKS | WITH_DATE,
                        SQL_keep_ages_incident,
                        5,
                        {SQL_keep_report, SQL_keep_concern, SQL_keep_call_out, SQL_keep_handover, SQL_keep_incident}},
    [KEEP_ATTENDANCE] = {"attendance",
                         WALKS | FROM_START,
                         SQL_keep_ages_attendance,
                         2,
                         {SQL_keep_attendance_change, SQL_keep_attendance}},
    [KEEP_PATROLS] = {"patrols", WALKS | FROM_START, SQL_keep_ages_patrol, 1, {SQL_keep_patrol}},
    [KEEP_SHIFTS] = {"shifts", WALKS | FROM_START, SQL_keep_ages_shift, 1, {SQL_keep_shift}},
    [KEEP_ACTIVITIES] = {"activities", WALKS | FROM_START, SQL_keep_ages_activity, 1, {SQL_keep_activity}},
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
    if (r->how & FROM_START)
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
        if (r->how & WITH_DATE)
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
    *more = n >= s->max && (!(r->how & FROM_START) || rc > 0);
    place_name(r, name, sizeof name);
    int kept = rc < 0 || (r->how & FROM_START) ? 0 : meta_set_i64(db, name, upto);
    return kept < 0 ? kept : rc;
}

static int numbers(struct db *db, const struct keep_span *s, bool *more)
{
    const enum sql_id q = SQL_keep_numbers;
    int64_t ids[256];
    int n = 0, rc = 0, max = s->max < (int)ARRAY_LEN(ids) ? s->max : (int)ARRAY_LEN(ids);
    q_i64(db, q, 1, s->before_ms);
    q_i64(db, q, 2, max);
    while (n < max && (rc = q_row(db, q)) == 1)
        ids[n++] = q_get(db, q, 0);
    q_end(db, q);
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
    if (!(RULES[rule].how & WALKS))
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
        if (RULES[i].how & WALKS && !(RULES[i].how & FROM_START))
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
