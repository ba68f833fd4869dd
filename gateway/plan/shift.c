// SPDX-License-Identifier: GPL-2.0-or-later
/* Shifts on the calendar. See shift.h. */
#include "gateway/plan/shift.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"

#include <stdio.h>
#include <string.h>

#define WINDOW_DAYS_MAX 800 /* the longest look at once */

static int64_t day_of(int64_t at_ms)
{
    return (civil_day_start_ms(at_ms) + VN_OFFSET_MS) / DAY_MS;
}

static int64_t day_start_ms(int64_t day)
{
    return day * DAY_MS - VN_OFFSET_MS;
}

static void write_day(int64_t day, char night[NIGHT_SIZE])
{
    struct civil c = civil_from_ms(day_start_ms(day));
    char text[48]; /* the compiler does not know that years have four digits */
    snprintf(text, sizeof(text), "%04d-%02d-%02d", c.year, c.month, c.day);
    memcpy(night, text, NIGHT_SIZE - 1);
    night[NIGHT_SIZE - 1] = '\0';
}

void shift_night(const struct config *c, int64_t at_ms, char night[NIGHT_SIZE])
{
    write_day(day_of(at_ms - c->night_end_h * HOUR_MS), night);
}

int shift_night_begin(const struct config *c, const char *night, int64_t *at_ms)
{
    int64_t day;
    if (shift_date_parse(night, &day) < 0)
        return -EINVAL;
    *at_ms = day_start_ms(day) + c->night_start_h * HOUR_MS;
    return 0;
}

int shift_night_add(const char *night, int days, char out[NIGHT_SIZE])
{
    int64_t day;
    if (shift_date_parse(night, &day) < 0)
        return -EINVAL;
    write_day(day + days, out);
    return 0;
}

bool shift_days_has(const struct shift_days *d, int64_t day)
{
    struct civil c = civil_from_ms(day_start_ms(day));
    if (d->weekdays & 1u << c.weekday || d->month_days & UINT32_C(1) << c.day)
        return true;
    if (d->every && day >= d->every_from && (day - d->every_from) % d->every == 0)
        return true;
    for (size_t i = 0; i < d->n_dates; i++)
        if (d->dates[i] == day)
            return true;
    return false;
}

bool shift_is_on(const struct shift_config *s, int64_t day)
{
    return day >= s->since_day && day <= s->until_day && shift_days_has(&s->on, day) &&
           !(s->has_off && shift_days_has(&s->off, day));
}

static bool names(const struct shift_config *s, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = s->places; n && (p = strstr(p, word)); p += n)
        if ((p == s->places || p[-1] == ' ' || p[-1] == ',') && (p[n] == ' ' || p[n] == ',' || p[n] == '\0'))
            return true;
    return false;
}

bool shift_is_of(const struct config *c, const struct shift_config *s, const char *place)
{
    if (names(s, place))
        return true;
    if (!place[0] || !names(s, "all"))
        return false;
    for (size_t i = 0; i < c->n_shifts; i++)
        if (names(&c->shifts[i], place))
            return false;
    return true;
}

bool shift_place_has(const struct config *c, const char *place)
{
    for (size_t i = 0; i < c->n_shifts; i++)
        if (shift_is_of(c, &c->shifts[i], place))
            return true;
    return false;
}

/* The hours of one night. A begin in the small hours is of the next date, but the night is the same. */
static void window_of(const struct config *c, const struct shift_config *s, int64_t day, struct shift_window *out)
{
    int from = s ? s->from_min : c->night_start_h * 60, to = s ? s->to_min : c->night_end_h * 60;
    if (s && from < c->night_end_h * 60)
        from += 24 * 60;
    while (to <= from)
        to += 24 * 60;
    *out = (struct shift_window){.shift = s,
                                 .begin_ms = day_start_ms(day) + from * MINUTE_MS,
                                 .end_ms = day_start_ms(day) + to * MINUTE_MS,
                                 .need = s ? s->need : 1};
    write_day(day, out->night);
}

/* Keeps out[] in the order of the begins. */
static void insert(struct shift_window *out, size_t n, size_t max, const struct shift_window *w)
{
    size_t i = n < max ? n : max;
    while (i > 0 && out[i - 1].begin_ms > w->begin_ms) {
        if (i < max)
            out[i] = out[i - 1];
        i--;
    }
    if (i < max)
        out[i] = *w;
}

size_t shift_windows(const struct config *c, const char *place, int64_t a_ms, int64_t b_ms, bool with_plain,
                     struct shift_window *out, size_t max)
{
    size_t n = 0;
    bool has = shift_place_has(c, place);
    if (b_ms <= a_ms || (!has && !with_plain))
        return 0;
    int64_t first = day_of(a_ms) - 1, last = day_of(b_ms - 1); /* a shift may begin on the date after its night */
    if (last - first > WINDOW_DAYS_MAX)
        last = first + WINDOW_DAYS_MAX;
    for (int64_t day = first; day <= last; day++) {
        for (size_t i = 0; i < (has ? c->n_shifts : 1); i++) {
            const struct shift_config *s = has ? &c->shifts[i] : NULL;
            if (s && (!shift_is_of(c, s, place) || !shift_is_on(s, day)))
                continue;
            struct shift_window w;
            window_of(c, s, day, &w);
            if (w.begin_ms < a_ms || w.begin_ms >= b_ms)
                continue;
            insert(out, n, max, &w);
            n++;
        }
    }
    return n;
}

bool shift_at(const struct config *c, const char *place, int64_t at_ms, int early_min, struct shift_window *out)
{
    struct shift_window w[16];
    size_t n = shift_windows(c, place, at_ms - DAY_MS, at_ms + early_min * MINUTE_MS + 1, true, w, 16);
    bool found = false;
    if (n > 16)
        n = 16;
    for (size_t i = 0; i < n; i++) {
        if (w[i].end_ms <= at_ms || (found && w[i].begin_ms > at_ms))
            continue;
        *out = w[i];
        found = true;
    }
    return found;
}

void shift_night_of(const struct config *c, const char *place, int64_t at_ms, int early_min, char night[NIGHT_SIZE])
{
    struct shift_window w;
    if (shift_at(c, place, at_ms, early_min, &w))
        memcpy(night, w.night, NIGHT_SIZE);
    else
        shift_night(c, at_ms, night);
}
