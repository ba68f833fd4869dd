// SPDX-License-Identifier: GPL-2.0-or-later
/* Who is on duty when. See rota.h. */
#include "gateway/plan/rota.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/plan/shift.h"

#include <stdio.h>
#include <string.h>

#define CHAIN_MAX 4 /* who stands in for whom, one after the other */
#define GAPS_SAID 8

/* Days since 1970-01-01 in Vietnam, and the minute of the day. */
struct moment {
    int day, minute;
};

static struct moment moment_of(int64_t wall_ms)
{
    int64_t start_ms = civil_day_start_ms(wall_ms);
    return (struct moment){.day = (int)((start_ms + VN_OFFSET_MS) / DAY_MS),
                           .minute = (int)((wall_ms - start_ms) / MINUTE_MS)};
}

static int64_t day_ms(int day)
{
    return day * DAY_MS - VN_OFFSET_MS;
}

static int month_day(int day)
{
    struct civil c = civil_from_ms(day_ms(day));
    return c.month * 100 + c.day;
}

static bool is_holiday(const struct rota_holiday *h, int day)
{
    int d = h->yearly ? month_day(day) : day;
    if (h->first <= h->last)
        return d >= h->first && d <= h->last;
    return d >= h->first || d <= h->last; /* over the end of the year */
}

/* Do shifts of this holiday exist? Then they alone count. */
static bool of_holiday(const struct rota_shift *s, const struct rota_holiday *h)
{
    return s->on_holidays && (!s->holiday[0] || !strcmp(s->holiday, h->name));
}

static bool begins_on(const struct rota *r, const struct rota_shift *s, int day)
{
    bool holiday_rota = false, counts = false;
    for (size_t i = 0; i < r->n_holidays; i++) {
        if (!is_holiday(&r->holidays[i], day))
            continue;
        for (size_t k = 0; k < r->n_shifts; k++)
            holiday_rota |= of_holiday(&r->shifts[k], &r->holidays[i]);
        counts |= of_holiday(s, &r->holidays[i]);
    }
    return holiday_rota ? counts : shift_days_has(&s->on, day);
}

static bool runs(const struct rota *r, const struct rota_shift *s, struct moment at)
{
    if (at.minute >= s->from_min && at.minute < s->to_min && begins_on(r, s, at.day))
        return true;
    int yesterday = at.minute + DAY_MINUTES;
    return yesterday >= s->from_min && yesterday < s->to_min && begins_on(r, s, at.day - 1);
}

const char *rota_instead(const struct config *cfg, const char *phone, int64_t wall_ms)
{
    const struct rota *r = &cfg->rota;
    const char *at = phone;
    for (int chain = 0; chain < CHAIN_MAX; chain++) {
        const char *by = NULL;
        for (size_t i = 0; i < r->n_replacements && !by; i++) {
            const struct rota_replacement *x = &r->replacements[i];
            if (!strcmp(x->officer, at) && wall_ms >= x->from_ms && wall_ms < x->to_ms)
                by = x->by;
        }
        if (!by)
            break;
        at = by;
    }
    return at == phone || !strcmp(at, phone) ? NULL : at;
}

/* Is phone one of these, or does it stand in for one? */
static bool among(const struct config *cfg, const char *const *officers, size_t n, const char *phone, int64_t wall_ms)
{
    for (size_t i = 0; i < n; i++) {
        const char *by = rota_instead(cfg, officers[i], wall_ms);
        if (!strcmp(by ? by : officers[i], phone))
            return true;
    }
    return false;
}

bool rota_exists(const struct config *cfg)
{
    return cfg->rota.n_shifts > 0;
}

bool rota_covered(const struct config *cfg, int64_t wall_ms)
{
    struct moment at = moment_of(wall_ms);
    for (size_t i = 0; i < cfg->rota.n_shifts; i++)
        if (runs(&cfg->rota, &cfg->rota.shifts[i], at))
            return true;
    return false;
}

static bool runs_now(const struct rota_campaign *c, int64_t wall_ms)
{
    return wall_ms >= c->from_ms && wall_ms < c->to_ms;
}

bool rota_named(const struct config *cfg, const char *phone, int64_t wall_ms)
{
    const struct rota *r = &cfg->rota;
    struct moment at = moment_of(wall_ms);
    for (size_t i = 0; i < r->n_shifts; i++)
        if (runs(r, &r->shifts[i], at) && among(cfg, r->shifts[i].officers, r->shifts[i].n_officers, phone, wall_ms))
            return true;
    for (size_t i = 0; i < r->n_campaigns; i++)
        if (runs_now(&r->campaigns[i], wall_ms) &&
            among(cfg, r->campaigns[i].officers, r->campaigns[i].n_officers, phone, wall_ms))
            return true;
    return false;
}

static enum role role_of(const struct config *cfg, const char *phone)
{
    for (size_t i = 0; i < cfg->n_roster; i++)
        if (!strcmp(cfg->roster[i].phone, phone))
            return cfg->roster[i].role;
    return ROLE_NONE;
}

/* Does this phone stand in for somebody with the role duty? */
static bool stands_in_for_duty(const struct config *cfg, const char *phone, int64_t wall_ms)
{
    for (size_t i = 0; i < cfg->rota.n_replacements; i++) {
        const char *away = cfg->rota.replacements[i].officer;
        const char *by = role_of(cfg, away) == ROLE_DUTY ? rota_instead(cfg, away, wall_ms) : NULL;
        if (by && !strcmp(by, phone))
            return true;
    }
    return false;
}

bool rota_on_duty(const struct config *cfg, const char *phone, enum role role, int64_t wall_ms)
{
    if (rota_named(cfg, phone, wall_ms))
        return true;
    if (rota_covered(cfg, wall_ms))
        return false;
    if (stands_in_for_duty(cfg, phone, wall_ms))
        return true;
    return role == ROLE_DUTY && !rota_instead(cfg, phone, wall_ms);
}

int rota_repeat_s(const struct config *cfg, int severity, int64_t wall_ms)
{
    int least = 0, s = severity < 1 ? 1 : severity > 5 ? 5 : severity;
    for (size_t i = 0; i < cfg->rota.n_campaigns; i++) {
        const struct rota_campaign *c = &cfg->rota.campaigns[i];
        int v = runs_now(c, wall_ms) ? c->repeat_s[s - 1] : 0;
        if (v > 0 && (!least || v < least))
            least = v;
    }
    return least ? least : cfg->alert_repeat_s[s];
}

bool rota_at_once(const struct config *cfg, int severity, int64_t wall_ms)
{
    for (size_t i = 0; i < cfg->rota.n_campaigns; i++) {
        const struct rota_campaign *c = &cfg->rota.campaigns[i];
        if (runs_now(c, wall_ms) && c->at_once_from && severity >= c->at_once_from)
            return true;
    }
    return false;
}

static bool has(const char *const *list, size_t n, const char *what)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(list[i], what))
            return true;
    return n == 0;
}

static bool call_day(const struct rota *r, const struct rota_call *c, int day)
{
    if (shift_days_has(&c->on, day))
        return true;
    for (size_t i = 0; i < r->n_holidays; i++)
        if (c->on_holidays && is_holiday(&r->holidays[i], day))
            return true;
    return false;
}

static bool call_time(const struct rota *r, const struct rota_call *c, struct moment at)
{
    if (at.minute >= c->from_min && at.minute < c->to_min && call_day(r, c, at.day))
        return true;
    int yesterday = at.minute + DAY_MINUTES;
    return yesterday >= c->from_min && yesterday < c->to_min && call_day(r, c, at.day - 1);
}

bool rota_called(const struct config *cfg, const char *phone, const char *kind, const char *place, int severity,
                 int step, int64_t wall_ms)
{
    struct moment at = moment_of(wall_ms);
    for (size_t i = 0; i < cfg->rota.n_calls; i++) {
        const struct rota_call *c = &cfg->rota.calls[i];
        if (severity >= c->severity && step >= c->step && has(c->kinds, c->n_kinds, kind) &&
            has(c->places, c->n_places, place) && call_time(&cfg->rota, c, at) &&
            among(cfg, c->officers, c->n_officers, phone, wall_ms))
            return true;
    }
    return false;
}

static bool covered_at(const struct rota *r, int64_t ms)
{
    struct moment at = moment_of(ms);
    for (size_t i = 0; i < r->n_shifts; i++)
        if (runs(r, &r->shifts[i], at))
            return true;
    return false;
}

static size_t gaps(const struct rota *r, int64_t from_ms, int64_t to_ms, struct rota_gap *out, size_t max)
{
    size_t n = 0;
    bool open = false;
    for (int64_t ms = from_ms; ms < to_ms; ms += MINUTE_MS) {
        bool covered = covered_at(r, ms);
        if (!covered && !open) {
            if (n < max)
                out[n].from_ms = ms;
            n++;
        }
        open = !covered;
        if (open && n <= max)
            out[n - 1].to_ms = ms + MINUTE_MS;
    }
    return n;
}

size_t rota_gaps(const struct config *cfg, int64_t from_ms, int64_t to_ms, struct rota_gap *out, size_t max)
{
    return gaps(&cfg->rota, from_ms, to_ms, out, max);
}

static void say(const struct config *cfg, struct problems *p, const char *when, const struct rota_gap *g, size_t n)
{
    static const char *const names[] = {"T2", "T3", "T4", "T5", "T6", "T7", "CN"};
    for (size_t i = 0; i < n && i < GAPS_SAID; i++) {
        struct civil a = civil_from_ms(g[i].from_ms), b = civil_from_ms(g[i].to_ms);
        problems_add(p, true, cfg->path, cfg->rota.shifts[0].line,
                     "duty: %snobody has the duty from %s %02d:%02d to %s %02d:%02d: everybody with the role duty is "
                     "told then; add a shift",
                     when, names[a.weekday], a.hour, a.minute, names[b.weekday], b.hour, b.minute);
    }
    if (n > GAPS_SAID)
        problems_add(p, true, cfg->path, cfg->rota.shifts[0].line, "duty: %sand %zu more stretches without duty", when,
                     n - GAPS_SAID);
}

/* A yearly holiday is looked at in a year as good as any. */
static int first_day(const struct rota_holiday *h)
{
    struct civil c = {.year = 2027, .month = h->first / 100, .day = h->first % 100};
    int64_t ms = h->yearly ? civil_to_ms(&c) : day_ms(h->first);
    return ms == INT64_MIN ? 0 : moment_of(ms).day;
}

static void check_holidays(const struct config *cfg, struct problems *p)
{
    struct rota_gap found[GAPS_SAID];
    for (size_t i = 0; i < cfg->rota.n_holidays; i++) {
        const struct rota_holiday *h = &cfg->rota.holidays[i];
        bool own = false;
        for (size_t k = 0; k < cfg->rota.n_shifts; k++)
            own |= of_holiday(&cfg->rota.shifts[k], h);
        int day = first_day(h), last = day;
        while (is_holiday(h, last + 1) && last - day < 30)
            last++;
        if (!own || !is_holiday(h, day))
            continue;
        char when[64];
        snprintf(when, sizeof(when), "on the holiday %s ", h->name);
        say(cfg, p, when, found, gaps(&cfg->rota, day_ms(day), day_ms(last + 1), found, GAPS_SAID));
    }
}

void rota_check(const struct config *cfg, struct problems *p)
{
    struct rota plain = cfg->rota;
    struct rota_gap found[GAPS_SAID];
    int64_t monday_ms = 4 * DAY_MS - VN_OFFSET_MS; /* 1970-01-05 */
    if (!rota_exists(cfg))
        return;
    plain.n_holidays = 0;
    say(cfg, p, "", found, gaps(&plain, monday_ms, monday_ms + 7 * DAY_MS, found, GAPS_SAID));
    check_holidays(cfg, p);
}
