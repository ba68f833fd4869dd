// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The slot `gio`: times as people write them ("2h sang", "21h05", "9h toi hom qua", "30 phut
 * truoc", "vua xong"), day first and 24 hours. Called by the form reader. A time means its
 * latest occurrence not after the message; one that contradicts itself ("15h sang") is asked.
 */
#include "parsers/vocab.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"

#include <string.h>

/* A period may carry the VNI digit or the Telex key of its tone. */
#define PERIOD "(sang|trua|chieu|toi|dem|khuya)[1-5sfrxj]?"
/* Between the words of one time: also a dot, when dots stand for spaces. */
#define GAP "[\\s._-]+"
#define DAY_WORD                                                                                                       \
    "hom" GAP "qua|hom" GAP "nay|hom" GAP "kia|hom" GAP "truoc|qua|nay|(?:ngay\\s+)?\\d{1,2}[/"                        \
    ".-]\\d{1,2}(?:[/.-]\\d{2,4})?"

enum { G_HOUR = 1, G_MIN, G_COLON_MIN, G_HALF, G_SPACED_HOUR, G_SPACED_MIN, G_SPACED_HALF, G_PERIOD, G_DAY };

static const char time_pattern[] =
    "(?<![a-z0-9])(?<!\\d[.,:/])(?:(?:vao|luc|khoang|hoi|tam|tu)\\s*){0,3}"
    "(?:(\\d{1,2})(?:(?:h|gio|g)\\s?(\\d{1,2}(?!\\d|\\s?nguoi))?(?:\\s?(?:phut|ph|p)\\b)?|:(\\d{2}))"
    "(\\s?ruoi)?(?=[^a-z0-9]|$|sang|trua|chieu|toi|dem|khuya)"
    "|(?<!thon )(?<!xom )(?<!to )(?<!tdp )(?<!khu )(?<!ap )(?<!ban )(?<!pho )(?<!so )"
    "(\\d{1,2})\\s(?:h|gio)\\b(?:\\s?(\\d{1,2})\\b(?!\\s?nguoi)(?:\\s?(?:phut|ph|p)\\b)?)?(\\s?ruoi)?)"
    "(?:(?:[ ,\\n]{0,2}|[.;_-])(?:buoi\\s+)?" PERIOD "(?![a-z0-9]))?"
    "(?:(?:[ ,\\n]{0,2}|[.;_-])(" DAY_WORD ")(?![a-z0-9/]))?";

static const char ago_pattern[] =
    "(?<![a-z0-9])(?:(cach\\s+day\\s+)(?:khoang\\s+)?(\\d{1,3}|nua|mot|hai|ba)\\s*(phut|p|tieng|gio|h|g)(?![a-z0-9])"
    "|(?:khoang\\s+)?(\\d{1,3}|nua|mot|hai|ba)\\s*(phut|p|tieng|gio)\\s+truoc(?![a-z])"
    "(?!\\s+(?:cong|nha|cua|mat|cho|truong|san|ngo|quan|tiem|chua|dinh|uy|ubnd|tram|ca|cay|thon|xom|lang))"
    "|(vua" GAP "xong|vua" GAP "xay" GAP "ra|ngay" GAP "bay" GAP "gio|bay" GAP "gio|luc" GAP "nay|hien" GAP
    "nay|hien" GAP "tai|dang" GAP "xay" GAP "ra)"
    ")"
    "(?![a-z0-9])";

static const char day_pattern[] =
    "(?<![a-z0-9])(?:(?:(sang|trua|chieu|toi|dem)" GAP ")?(hom" GAP "qua|hom" GAP "kia|hom" GAP "truoc|hom" GAP
    "no|hom" GAP "nay|"
    "tuan" GAP "truoc)"
    "|(sang|trua|chieu|toi|dem)" GAP "(qua|nay)|ngay\\s+(\\d{1,2}[/.-]\\d{1,2}(?:[/.-]\\d{2,4})?))(?![a-z0-9])";

int when_compile(struct vocab *v, char *why, size_t size)
{
    v->rx_time = rx_compile(time_pattern, 0, why, size);
    v->rx_ago = v->rx_time ? rx_compile(ago_pattern, 0, why, size) : NULL;
    v->rx_day = v->rx_ago ? rx_compile(day_pattern, 0, why, size) : NULL;
    return v->rx_day ? 0 : -EINVAL;
}

struct read_time {
    int hour, minute;
    char period;  /* 's' 'r' (trua) 'c' 't' 'd', 0 none */
    int days_ago; /* -1 not said */
    int day, month, year;
};

static int group_number(const struct vocab *v, unsigned g)
{
    size_t s = 0, e = 0;
    if (!vocab_group(v, g, &s, &e))
        return -1;
    int n = 0;
    for (; s < e; s++)
        if (v->folded[s] >= '0' && v->folded[s] <= '9')
            n = n * 10 + (v->folded[s] - '0');
    return n;
}

static char period_at(const char *p)
{
    switch (*p) {
    case 's':
        return 's';
    case 'c':
        return 'c';
    case 'd':
    case 'k':
        return 'd';
    default:
        return p[1] == 'r' ? 'r' : 't';
    }
}

static void date_at(const char *s, const char *e, struct read_time *r)
{
    int part[3] = {0}, k = 0;
    for (; s < e && k < 3; s++) {
        if (*s >= '0' && *s <= '9')
            part[k] = part[k] * 10 + (*s - '0');
        else if (part[k])
            k++;
    }
    r->day = part[0];
    r->month = part[1];
    r->year = part[2] && part[2] < 100 ? 2000 + part[2] : part[2];
}

/* A day word into r; "nay" and "qua" mean a day only after a period ("toi qua"). */
static bool day_at(const char *s, const char *e, bool after_period, struct read_time *r)
{
    size_t n = (size_t)(e - s);
    if (n == 3 && (!memcmp(s, "qua", 3) || !memcmp(s, "nay", 3))) {
        if (after_period)
            r->days_ago = *s == 'q' ? 1 : 0;
        return after_period;
    }
    if (*s == 'h' || *s == 't') {
        const char *last = e - (e[-1] == 'o' || e[-1] == 'c' ? 0 : 3);
        if (!strncmp(s, "tuan", 4) || last == e)
            return false; /* some day before: no date */
        r->days_ago = !memcmp(last, "qua", 3) ? 1 : !memcmp(last, "nay", 3) ? 0 : 2;
        return true;
    }
    date_at(s, e, r);
    return r->day >= 1 && r->day <= 31 && r->month >= 1 && r->month <= 12;
}

/* The hour on a 24 hour clock, or -1 when period and hour contradict each other. */
static int hour_of(int h, char period)
{
    switch (period) {
    case 's':
        return h <= 11 ? h : -1;
    case 'r':
        return h == 1 || h == 2 ? h + 12 : h >= 10 && h <= 14 ? h : -1;
    case 'c':
        return h >= 1 && h <= 7 ? h + 12 : h >= 12 && h <= 19 ? h : -1;
    case 't':
        return h >= 5 && h <= 11 ? h + 12 : h == 12 ? 0 : h >= 17 && h <= 24 ? h % 24 : -1;
    case 'd':
        return h >= 7 && h <= 11 ? h + 12 : h == 12 || h == 24 ? 0 : h <= 6 || h >= 19 ? h : -1;
    default:
        return h == 24 ? 0 : h <= 23 ? h : -1;
    }
}

/* The latest such moment not after at; INT64_MIN when there is none. */
static int64_t latest(const struct read_time *r, int hour, int64_t at)
{
    int64_t of_day = hour * HOUR_MS + r->minute * MINUTE_MS;
    int64_t today = civil_day_start_ms(at);
    if (r->days_ago >= 0) {
        int64_t t = today - r->days_ago * DAY_MS + of_day;
        return t <= at ? t : INT64_MIN;
    }
    if (r->day) {
        struct civil now = civil_from_ms(at);
        struct civil c = {.year = r->year ? r->year : now.year, .month = r->month, .day = r->day};
        int64_t t = civil_to_ms(&c);
        if (t != INT64_MIN && t + of_day > at && !r->year) {
            c.year--;
            t = civil_to_ms(&c);
        }
        return t != INT64_MIN && t + of_day <= at ? t + of_day : INT64_MIN;
    }
    return today + of_day <= at ? today + of_day : today + of_day - DAY_MS;
}

static void ask_when(struct when *w, const struct read_time *r, int64_t at)
{
    w->ask = true;
    for (int way = 0; way < 2 && r->minute <= 59; way++) {
        int hour = way == 0 ? r->hour : r->hour >= 12 ? r->hour - 12 : r->hour + 12;
        int64_t t = hour >= 0 && hour <= 23 ? latest(r, hour, at) : INT64_MIN;
        if (t != INT64_MIN)
            w->choices[w->n_choices++] = t;
    }
}

static void add_span(struct when *w, size_t s, size_t e)
{
    if (w->n_spans < WHEN_SPANS) {
        w->spans[w->n_spans].s = s;
        w->spans[w->n_spans].e = e;
        w->n_spans++;
    }
}

/* A day said elsewhere in the text ("hom qua … 9h toi"). */
static void day_apart(struct vocab *v, size_t from, struct read_time *r, struct when *w, bool have_hour)
{
    size_t s = 0, e = 0, ps = 0, pe = 0;
    if (vocab_match(v, v->rx_day, from) != 1)
        return;
    struct read_time day = {.days_ago = -1};
    bool known = false, with_period = vocab_group(v, 1, &ps, &pe) || vocab_group(v, 3, &ps, &pe);
    if (vocab_group(v, 2, &s, &e) || vocab_group(v, 4, &s, &e) || vocab_group(v, 5, &s, &e))
        known = day_at(v->folded + s, v->folded + e, true, &day);
    w->past_day = !known || day.days_ago > 0 || day.day > 0;
    if (!known || !have_hour || r->days_ago >= 0 || r->day)
        return;
    r->days_ago = day.days_ago;
    r->day = day.day;
    r->month = day.month;
    r->year = day.year;
    if (with_period && !r->period)
        r->period = period_at(v->folded + ps);
    vocab_group(v, 0, &s, &e);
    add_span(w, s, e);
}

static struct when clock_time(struct vocab *v, size_t from, int64_t at)
{
    struct when w = {0};
    struct read_time r = {.days_ago = -1};
    size_t s = 0, e = 0, ds = 0, de = 0;
    vocab_group(v, 0, &s, &e);
    bool spaced = group_number(v, G_HOUR) < 0;
    r.hour = group_number(v, spaced ? G_SPACED_HOUR : G_HOUR);
    r.minute = group_number(v, spaced ? G_SPACED_MIN : G_MIN);
    if (r.minute < 0)
        r.minute = group_number(v, G_COLON_MIN);
    if (r.minute < 0)
        r.minute = group_number(v, spaced ? G_SPACED_HALF : G_HALF) >= 0 ? 30 : 0;
    if (vocab_group(v, G_PERIOD, &ds, &de))
        r.period = period_at(v->folded + ds);
    if (vocab_group(v, G_DAY, &ds, &de) && !day_at(v->folded + ds, v->folded + de, r.period != 0, &r))
        e = ds;
    while (e > s && (v->folded[e - 1] == ' ' || v->folded[e - 1] == ',' || v->folded[e - 1] == '\n'))
        e--;
    add_span(&w, s, e);
    day_apart(v, from, &r, &w, true);
    int hour = r.minute > 59 ? -1 : hour_of(r.hour, r.period);
    int64_t t = hour < 0 ? INT64_MIN : latest(&r, hour, at);
    if (t == INT64_MIN) {
        ask_when(&w, &r, at);
        return w;
    }
    w.found = true;
    w.ms = t;
    return w;
}

static int64_t ago_ms(const struct vocab *v, unsigned amount, unsigned unit)
{
    size_t s = 0, e = 0, us = 0, ue = 0;
    vocab_group(v, amount, &s, &e);
    vocab_group(v, unit, &us, &ue);
    int64_t one = v->folded[us] == 'p' ? MINUTE_MS : HOUR_MS;
    if (v->folded[s] == 'n')
        return one / 2;
    if (v->folded[s] == 'm' || v->folded[s] == 'h' || v->folded[s] == 'b')
        return one * (v->folded[s] == 'm' ? 1 : v->folded[s] == 'h' ? 2 : 3);
    return one * group_number(v, amount);
}

static struct when relative_time(struct vocab *v, int64_t at)
{
    struct when w = {.found = true, .ms = at};
    size_t s = 0, e = 0;
    if (vocab_group(v, 2, &s, &e))
        w.ms = at - ago_ms(v, 2, 3);
    else if (vocab_group(v, 4, &s, &e))
        w.ms = at - ago_ms(v, 4, 5);
    vocab_group(v, 0, &s, &e);
    add_span(&w, s, e);
    return w;
}

struct when when_read(struct vocab *v, size_t from, int64_t at_ms)
{
    if (vocab_match(v, v->rx_ago, from) == 1)
        return relative_time(v, at_ms);
    if (vocab_match(v, v->rx_time, from) == 1)
        return clock_time(v, from, at_ms);
    struct when w = {0};
    struct read_time r = {.days_ago = -1};
    day_apart(v, from, &r, &w, false);
    return w;
}
