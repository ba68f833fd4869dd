// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The indicators of a month, as the product page's table has them, each by its formula and within
 * what the asker may see. Counts, never a rank; what was not recorded is not known, and is not
 * taken for zero. Restricted and cancelled incidents are in none of them. Reads only.
 *
 *   nights      nights that enough people of the shift were in / nights of a shift that are over
 *   force       distinct members who were in / members, deputies and leaders of the roster
 *   taken       incidents, SOS and tips that somebody said NHAN or XONG to / all of them
 *   closed      of the same, those with XONG
 *   present     incidents where somebody of the team said COMAT within presence.minutes / incidents
 *               that need it: of presence.kinds and severity, reported by the roster, or called out
 *               (DIEU). The time runs from the report; from DIEU where only that called the team
 *   mobilised   the same, of the kinds of fire and rescue
 *   tips        what came through the force / all: see struct tips_count
 *   deeds       teams with a good deed (TOT) / teams
 *   meetings    villages that met (HOP) / villages
 *   weeks       village-weeks with the sessions that the calendar asks / village-weeks that are over; a
 *               week belongs to the month of its Sunday
 *   teams       teams of 3 to 5 with one leader and one deputy, as the roster is now / villages
 */
#ifndef TB_DESK_INDICATOR_H
#define TB_DESK_INDICATOR_H

#include "gateway/desk/codes.h"

struct ratio {
    int got, of;
};

/* Minutes are rounded up; n 0: nothing to measure. */
struct spread {
    int n;
    int64_t median_ms, worst_ms;
};

/* TIN may come from anybody, and its sender is not known: it counts with the force that passes the
 * number on. What a stranger reports by BC or SOS is not the force's. */
struct tips_count {
    int force; /* reports of the teams and village heads, and TIN */
    int strangers;
    int other;  /* TONGTIN, of the whole commune */
    bool known; /* somebody sent TONGTIN */
};

enum response { RESPONSE_ALERT, RESPONSE_ACK, RESPONSE_SCENE, RESPONSE_CLOSE, RESPONSE_COUNT };

struct indicators {
    int year, month;
    bool known;             /* some of it was recorded */
    int64_t from_ms, to_ms; /* of the month: what was recorded, up to now */
    bool partial;           /* less than the month */
    bool commune;           /* all villages, not a part of them */
    int places;
    struct ratio nights, force, taken, closed, present, mobilised, deeds, meetings, weeks, teams;
    struct tips_count tips;
    int deeds_n, meetings_in_time;
    int mediated, not_mediated;
    int sessions;                           /* LOA, less the direct ones */
    bool has_direct;                        /* the calendar has them */
    struct ratio direct;                    /* since the year began / asked of a year */
    struct spread response[RESPONSE_COUNT]; /* from the report; of what goes out at once, and SOS */
};

/* The last month of that number that has begun: the year of "*5*11#" when it is asked at now. */
int indicator_year(int month, int64_t now_ms);
int indicator_month(const struct view *v, int year, int month, struct indicators *out);
/* "3/4", "khong co" for nothing to count. */
void indicator_ratio(struct ratio r, const char *none, char *out, size_t size);
/* "4p", "1h05", "2 ngay". */
void indicator_time(int64_t ms, char *out, size_t size);

#endif
