// SPDX-License-Identifier: GPL-2.0-or-later
/* Calendar time in Vietnam (UTC+7, no summer time since 1975) as pure functions: no TZ,
 * no static buffers, unlike localtime() and libgammu's Fill_Time_T. */
#ifndef TB_BASE_CIVIL_H
#define TB_BASE_CIVIL_H

#include <stddef.h>
#include <stdint.h>

#define VN_OFFSET_MS (7 * 3600 * 1000LL)
#define SECOND_MS 1000LL
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

struct civil {
    int year, month, day; /* 2026, 1..12, 1..31 */
    int hour, minute, second;
    int weekday; /* 0 = Monday .. 6 = Sunday */
};

/* UTC ms to Vietnamese civil time and back; civil_to_ms does not normalise: -EINVAL
 * fields give INT64_MIN. */
struct civil civil_from_ms(int64_t utc_ms);
int64_t civil_to_ms(const struct civil *c);
/* Midnight (+07:00) of the day that holds utc_ms. */
int64_t civil_day_start_ms(int64_t utc_ms);
/* "2026-11-12T21:00:00+07:00"; size >= 26. */
void civil_iso(int64_t utc_ms, char *out, size_t size);
/* "2026-11-12 21:00" or with seconds or with 'T', taken as +07:00; -EINVAL. */
int civil_parse(const char *text, int64_t *utc_ms);

#endif
