// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is sent without haste, and how much may be sent: quiet hours, digests, the budget. Plain data,
 * read by config/digest.c; what it means is gateway/desk/quiet.h's, digest.h's and budget.h's.
 */
#ifndef TB_CONFIG_DIGEST_H
#define TB_CONFIG_DIGEST_H

#include <stdbool.h>

#define CONFIG_DIGESTS_MAX 32
#define HHMM_SIZE 6 /* "05:30" */

/* "digests = ( { who = ...; }, ... )": which digests a role or one person gets. */
struct digest_rule {
    char who[24]; /* "area_officer", "duty", "chief", or a phone as E.164 */
    bool night, week, month;
    char empty[8]; /* "line", "nothing", "" = as digest_empty */
};

/* "budget : { ... }" in messages; 0 = no bound. */
struct budget_config {
    int month;        /* to all, a calendar month */
    int reserve;      /* percent of it that only alerts and the like may use */
    int day;          /* to all, a day */
    int day_per_user; /* to one recipient, a day */
};

/* "05:30" to minutes since midnight (0..1439), -1 when it is no time. */
int config_minutes(const char *hhmm);

#endif
