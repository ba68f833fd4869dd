// SPDX-License-Identifier: GPL-2.0-or-later
/* Calendar arithmetic on the proleptic Gregorian calendar (days from civil, after
 * H. Hinnant's "chrono-compatible low-level date algorithms"). See civil.h. */
#include "gateway/base/civil.h"

#include "gateway/base/err.h"

#include <stdio.h>

static int64_t floor_div(int64_t a, int64_t b)
{
    int64_t q = a / b;
    return q * b > a ? q - 1 : q;
}

/* Days since 1970-01-01. */
static int64_t days_from_civil(int64_t y, int m, int d)
{
    y -= m <= 2;
    int64_t era = floor_div(y, 400);
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

struct civil civil_from_ms(int64_t utc_ms)
{
    int64_t local = floor_div(utc_ms + VN_OFFSET_MS, SECOND_MS);
    int64_t days = floor_div(local, 86400);
    int64_t rest = local - days * 86400;
    int64_t z = days + 719468;
    int64_t era = floor_div(z, 146097);
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    struct civil c;
    c.day = (int)(doy - (153 * mp + 2) / 5 + 1);
    c.month = (int)(mp < 10 ? mp + 3 : mp - 9);
    c.year = (int)(yoe + era * 400 + (c.month <= 2));
    c.hour = (int)(rest / 3600);
    c.minute = (int)(rest / 60 % 60);
    c.second = (int)(rest % 60);
    c.weekday = (int)(((days + 3) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
    return c;
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month == 2 && (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)))
        return 29;
    return days[month - 1];
}

int64_t civil_to_ms(const struct civil *c)
{
    if (c->year < 1900 || c->year > 9999 || c->month < 1 || c->month > 12 || c->day < 1 ||
        c->day > month_days(c->year, c->month) || c->hour < 0 || c->hour > 23 || c->minute < 0 || c->minute > 59 ||
        c->second < 0 || c->second > 59)
        return INT64_MIN;
    int64_t s = days_from_civil(c->year, c->month, c->day) * 86400 + c->hour * 3600 + c->minute * 60 + c->second;
    return s * SECOND_MS - VN_OFFSET_MS;
}

int64_t civil_day_start_ms(int64_t utc_ms)
{
    return floor_div(utc_ms + VN_OFFSET_MS, DAY_MS) * DAY_MS - VN_OFFSET_MS;
}

void civil_iso(int64_t utc_ms, char *out, size_t size)
{
    struct civil c = civil_from_ms(utc_ms);
    snprintf(out, size, "%04d-%02d-%02dT%02d:%02d:%02d+07:00", c.year, c.month, c.day, c.hour, c.minute, c.second);
}

int civil_parse(const char *text, int64_t *utc_ms)
{
    struct civil c = {0};
    char sep;
    int used = 0;
    if (sscanf(text, "%4d-%2d-%2d%c%2d:%2d%n", &c.year, &c.month, &c.day, &sep, &c.hour, &c.minute, &used) != 6 ||
        (sep != ' ' && sep != 'T'))
        return -EINVAL;
    const char *rest = text + used;
    if (*rest == ':') {
        used = 0;
        if (sscanf(rest, ":%2d%n", &c.second, &used) != 1)
            return -EINVAL;
        rest += used;
    }
    if (*rest)
        return -EINVAL;
    int64_t ms = civil_to_ms(&c);
    if (ms == INT64_MIN)
        return -EINVAL;
    *utc_ms = ms;
    return 0;
}
