// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The budget. See budget.h. Called by the sender through desk.h, in the transaction that marks a row as on
 * its way: the counters and the row are one commit. Of the month's budget what is no alert stops at the
 * reserve, confirmations at the last message, SOS and alerts never. What is over a bound is held until the
 * next morning (a digest, over a day's bound) or dropped, with a row in the audit, and counted; duty and
 * chief are told once at 80 percent and once at the reserve.
 */
#include "gateway/desk/budget.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/desk/quiet.h"
#include "gateway/desk/room.h"

#include <stdio.h>
#include <string.h>

#define WARN_PERCENT 80
#define KEPT_DAYS 3

static void day_of(int64_t at_ms, char day[BUDGET_DAY_SIZE])
{
    char iso[32];
    civil_iso(at_ms, iso, sizeof(iso));
    snprintf(day, BUDGET_DAY_SIZE, "%.10s", iso);
}

static int64_t limit_of(const struct budget_config *b)
{
    return b->month - (int64_t)b->month * b->reserve / 100;
}

static int month_sum(struct db *db, const char *day, struct sms_count *out)
{
    char first[BUDGET_DAY_SIZE], last[BUDGET_DAY_SIZE];
    snprintf(first, sizeof(first), "%.7s-01", day);
    snprintf(last, sizeof(last), "%.7s-31", day);
    return sms_count_sum(db, first, last, out);
}

int budget_state(struct db *db, const struct config *cfg, int64_t now_ms, struct budget_state *out)
{
    char day[BUDGET_DAY_SIZE];
    day_of(now_ms, day);
    out->limit = cfg->budget.month ? limit_of(&cfg->budget) : 0;
    int rc = month_sum(db, day, &out->month);
    return rc < 0 ? rc : sms_count_sum(db, day, day, &out->day);
}

enum row_need budget_need_of(const char *form)
{
    static const char *const spare[] = {"help", "lookup", "code", "checkin", "checkout", "none"};
    static const char *const needed[] = {"incident", "tip",   "close",   "onscene",  "cancel", "supplement",
                                         "correct",  "split", "reopen",  "call_out", "relay",  "revoke",
                                         "register", "stop",  "my_data", "answer"};
    static const char *const always[] = {"sos", "safe", "ack"}; /* product page: always answered */
    for (size_t i = 0; i < ARRAY_LEN(always); i++)
        if (!strcmp(form, always[i]))
            return NEED_ALWAYS;
    for (size_t i = 0; i < ARRAY_LEN(spare); i++)
        if (!strcmp(form, spare[i]))
            return NEED_NONE;
    for (size_t i = 0; i < ARRAY_LEN(needed); i++)
        if (!strcmp(form, needed[i]))
            return NEED_REPLY;
    return NEED_NONE; /* activities */
}

/* --- telling --------------------------------------------------------------------------- */

/* 0, 1 = 80 percent, 2 = the reserve. */
static int level_of(const struct budget_config *b, int64_t used)
{
    if (used >= limit_of(b))
        return 2;
    return used * 100 >= (int64_t)b->month * WARN_PERCENT ? 1 : 0;
}

static int tell(struct desk *d, int level, int64_t used, const char *day)
{
    char out[OUT_SIZE], used_text[24], limit[16], when[24];
    int y = 0, m = 0;
    (void)sscanf(day, "%d-%d", &y, &m);
    snprintf(used_text, sizeof(used_text), "%lld", (long long)used);
    snprintf(limit, sizeof(limit), "%d", d->cfg->budget.month);
    snprintf(when, sizeof(when), "%d/%d", m, y);
    int rc = text_say(d->cfg, level > 1 ? TEXT_BUDGET_RESERVE : TEXT_BUDGET_SOON, out, sizeof(out), "used", used_text,
                      "limit", limit, "when", when, NULL);
    return rc < 0 ? rc : tell_warning(d, out);
}

/* Once a month and level; a clock that jumps between two months does not say it again. */
static int warn(struct desk *d, const char *day, int64_t used)
{
    char meta[40], month[8];
    int64_t told = 0;
    int level = level_of(&d->cfg->budget, used);
    if (!level)
        return 0;
    snprintf(month, sizeof(month), "%.7s", day);
    snprintf(meta, sizeof(meta), "budget_told_%s", month);
    int rc = meta_get_i64(d->db, meta, &told);
    if (rc < 0 && rc != -ENOENT)
        return rc;
    if (level <= told)
        return 0;
    rc = meta_set_i64(d->db, meta, level);
    if (!rc)
        rc = audit(d, 0, level > 1 ? "budget_reserve" : "budget_soon", 0, 0, month);
    return rc < 0 ? rc : tell(d, level, used, day);
}

/* --- asking ---------------------------------------------------------------------------- */

struct asked {
    struct desk *d;
    const struct outbox_row *row;
    char day[BUDGET_DAY_SIZE];
    int64_t recipient;
    bool urgent;
    struct sms_count month; /* read when there is a bound */
};

/* The bound that it is over, NULL: none. */
static int over(struct asked *a, const char **which)
{
    const struct budget_config *b = &a->d->cfg->budget;
    struct sms_count day = {0};
    int64_t n = 0, used;
    *which = NULL;
    int rc = b->month ? month_sum(a->d->db, a->day, &a->month) : 0;
    if (rc < 0 || a->urgent || a->row->need == NEED_ALWAYS)
        return rc;
    used = a->month.urgent + a->month.other;
    if (b->month && used >= (a->row->need == NEED_REPLY ? b->month : limit_of(b)))
        *which = "month";
    if (*which || a->row->need == NEED_REPLY)
        return 0;
    if (b->day)
        rc = sms_count_sum(a->d->db, a->day, a->day, &day);
    if (!rc && b->day && day.urgent + day.other >= b->day)
        *which = "day";
    if (!rc && !*which && b->day_per_user)
        rc = sms_count_user(a->d->db, a->day, a->recipient, &n);
    if (!rc && !*which && b->day_per_user && n >= b->day_per_user)
        *which = "user";
    return rc;
}

/* A digest waits for the next morning, once. */
static bool can_wait(const struct asked *a, const char *which)
{
    char made[BUDGET_DAY_SIZE];
    day_of(a->row->created_ms, made);
    return a->row->priority == PRIO_DIGEST && strcmp(which, "month") != 0 && !strcmp(made, a->day);
}

static int hold(struct asked *a, struct now now)
{
    int64_t cal = now_calendar(now);
    struct now midnight = {.wall_ms = civil_day_start_ms(cal) + DAY_MS};
    midnight.rel_ms = now.rel_ms + (midnight.wall_ms - cal);
    /* as if it were written at midnight: behind the quiet hours, with a whole time to live */
    struct now then = {.wall_ms = midnight.wall_ms, .rel_ms = midnight.wall_ms};
    int64_t from = midnight.rel_ms + (quiet_until(a->d->cfg, then) - then.rel_ms);
    return outbox_defer(a->d->db, a->row->id, from, from + a->d->cfg->digest_ttl_s * SECOND_MS);
}

static int refuse(struct asked *a, const char *which, struct now now)
{
    bool wait = can_wait(a, which);
    struct sms_count by = {.dropped = !wait, .held = wait};
    int rc = wait ? hold(a, now) : outbox_drop(a->d->db, a->row->id);
    if (!rc)
        rc = sms_count_add(a->d->db, a->day, &by);
    if (!rc)
        rc = audit(a->d, 0, wait ? "sms_held" : "sms_dropped", a->row->incident_id, a->row->message_id, which);
    log_info("outbox %lld: over the bound of the %s, %s", (long long)a->row->id, which, wait ? "held" : "dropped");
    return rc;
}

static int count(const struct asked *a, int by)
{
    struct sms_count n = {.urgent = a->urgent ? by : 0, .other = a->urgent ? 0 : by};
    int rc = sms_count_add(a->d->db, a->day, &n);
    if (!rc && !a->urgent)
        rc = sms_count_user_add(a->d->db, a->day, a->recipient, by);
    return rc;
}

static struct asked asked_of(struct desk *d, const struct outbox_row *row, struct now now)
{
    struct asked a = {.d = d, .row = row, .urgent = row->priority <= PRIO_ALERT};
    a.recipient = row->user_id ? row->user_id : -row->party_id;
    day_of(now_calendar(now), a.day);
    return a;
}

int desk_may_send(struct desk *d, const struct outbox_row *row, bool *may)
{
    struct now now = service_now(&d->time);
    struct asked a = asked_of(d, row, now);
    const char *which;
    int rc = over(&a, &which);
    *may = !rc && !which;
    if (rc < 0)
        return rc;
    if (which)
        return refuse(&a, which, now);
    rc = count(&a, 1);
    return rc < 0 || !d->cfg->budget.month ? rc : warn(d, a.day, a.month.urgent + a.month.other + 1);
}

int desk_not_sent(struct desk *d, const struct outbox_row *row)
{
    struct asked a = asked_of(d, row, service_now(&d->time));
    return count(&a, -1);
}

int budget_daily(struct desk *d)
{
    char before[BUDGET_DAY_SIZE];
    day_of(now_calendar(service_now(&d->time)) - KEPT_DAYS * DAY_MS, before);
    int rc = sms_count_forget(d->db, before);
    return rc < 0 ? rc : 0;
}
