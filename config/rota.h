// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who is on duty when, as the group `duty` of tinbao.cfg says it: shifts, holidays, replacements,
 * campaigns, and who else is called to what. Plain data, read by gateway/plan/rota.c; the texts are
 * kept as they were written, for the comparison at SIGHUP.
 */
#ifndef TB_CONFIG_ROTA_H
#define TB_CONFIG_ROTA_H

#include "config/shifts.h"
#include "gateway/base/commune.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DAY_MINUTES (24 * 60)

struct rota_shift {
    char days[160]; /* as of the teams' shifts (config/shifts.h), and NL: holidays */
    char from[8], to[8];
    char holiday[32]; /* "" = any */
    const char *const *officers;
    size_t n_officers;
    struct shift_days on;
    bool on_holidays;
    int from_min, to_min; /* of the day it begins; to_min > from_min, over 1440 on the next day */
    int line;
};

/* Days are counted from 1970-01-01 in Vietnam; of a yearly one month * 100 + day. */
struct rota_holiday {
    char name[32];
    char from[16], to[16]; /* "2027-02-05", or "02/09" for every year; to "" = the same day */
    bool yearly;
    int first, last;
};

struct rota_replacement {
    char officer[20], by[20];
    char from[24], to[24]; /* "2026-11-20" (whole days) or "2026-11-20 07:00" */
    int64_t from_ms, to_ms;
    int line;
};

struct rota_campaign {
    char name[32];
    char from[24], to[24];
    const char *const *officers; /* on duty too */
    size_t n_officers;
    int repeat_s[5];  /* by severity 1..5; 0 = as otherwise */
    int at_once_from; /* kinds of this severity and above go out at once; 0 = as the kind says */
    int64_t from_ms, to_ms;
    int line;
};

/* Also told, beside the ordinary steps: by kind, village, severity and time. */
struct rota_call {
    const char *const *kinds; /* none = all */
    size_t n_kinds;
    const char *const *places; /* none = all */
    size_t n_places;
    int severity; /* from this one on */
    char days[160], from[8], to[8];
    int step; /* from this step on */
    const char *const *officers;
    size_t n_officers;
    struct shift_days on;
    bool on_holidays;
    int from_min, to_min;
    int line;
};

struct rota {
    struct rota_shift *shifts;
    size_t n_shifts;
    struct rota_holiday *holidays;
    size_t n_holidays;
    struct rota_replacement *replacements;
    size_t n_replacements;
    struct rota_campaign *campaigns;
    size_t n_campaigns;
    struct rota_call *calls;
    size_t n_calls;
};

/* "T2-T6, CN NL" (NL: a holiday) or any other pattern of days: 0 or -EINVAL. */
int rota_days_parse(const char *text, struct shift_days *on, bool *on_holidays);

#endif
