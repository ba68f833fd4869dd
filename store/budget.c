// SPDX-License-Identifier: GPL-2.0-or-later
/* How much was sent. Called by the desk's budget, once a message that is handed to a line. */
#include "store/budget.h"

#include "gateway/base/err.h"
#include "store/engine.h"

int sms_count_add(struct db *db, const char *day, const struct sms_count *by)
{
    const enum sql_id q = SQL_sms_day_add;
    q_text(db, q, 1, day);
    q_i64(db, q, 2, by->urgent);
    q_i64(db, q, 3, by->other);
    q_i64(db, q, 4, by->dropped);
    q_i64(db, q, 5, by->held);
    int rc = q_run(db, q);
    return rc < 0 ? rc : 0;
}

int sms_count_sum(struct db *db, const char *first, const char *last, struct sms_count *out)
{
    const enum sql_id q = SQL_sms_day_sum;
    q_text(db, q, 1, first);
    q_text(db, q, 2, last);
    int rc = q_one(db, q);
    if (rc < 0)
        return rc;
    *out = (struct sms_count){q_get(db, q, 0), q_get(db, q, 1), q_get(db, q, 2), q_get(db, q, 3)};
    q_end(db, q);
    return 0;
}

int sms_count_user_add(struct db *db, const char *day, int64_t recipient, int by)
{
    const enum sql_id q = SQL_sms_user_add;
    q_text(db, q, 1, day);
    q_i64(db, q, 2, recipient);
    q_i64(db, q, 3, by);
    int rc = q_run(db, q);
    return rc < 0 ? rc : 0;
}

int sms_count_user(struct db *db, const char *day, int64_t recipient, int64_t *n)
{
    const enum sql_id q = SQL_sms_user_get;
    *n = 0;
    q_text(db, q, 1, day);
    q_i64(db, q, 2, recipient);
    int rc = q_one(db, q);
    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    *n = q_get(db, q, 0);
    q_end(db, q);
    return 0;
}

int sms_count_forget(struct db *db, const char *before)
{
    q_text(db, SQL_sms_user_forget, 1, before);
    return q_run(db, SQL_sms_user_forget);
}
