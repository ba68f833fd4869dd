// SPDX-License-Identifier: GPL-2.0-or-later
/* How much was sent, by day and by recipient and day: counters, never a scan of the outbox. */
#ifndef TB_STORE_BUDGET_H
#define TB_STORE_BUDGET_H

#include "store/db.h"

#define BUDGET_DAY_SIZE 11 /* "2026-11-12" */

struct sms_count {
    int64_t urgent, other; /* handed to a line: SOS and alerts; all else */
    int64_t dropped, held;
};

/* Adds (or takes off) to a day. */
int sms_count_add(struct db *db, const char *day, const struct sms_count *by);
/* The sum of the days from first to last, both included. */
int sms_count_sum(struct db *db, const char *first, const char *last, struct sms_count *out);
/* By recipient (user, or -party). */
int sms_count_user_add(struct db *db, const char *day, int64_t recipient, int by);
int sms_count_user(struct db *db, const char *day, int64_t recipient, int64_t *n);
/* Forgets the recipients of the days before; the count. */
int sms_count_forget(struct db *db, const char *before);

#endif
