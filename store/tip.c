// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is erased of a tip's sender, and the sealed texts. Called by the desk (NGUNG, the daily job, each
 * tip) and by `tinbao tips --export`.
 *
 * The number itself is not all: with the key file at hand every hash of it can be tried against all
 * numbers there are, in minutes. So the hashes go with it. The key of a part is replaced by one of its other
 * fields, so that a part which lies on the SIM to this day is still known (message.c, part_known).
 */
#include "store/tip.h"

#include "gateway/base/err.h"
#include "store/engine.h"
#include "store/message.h"

#include <string.h>

int tip_used(struct db *db, int64_t party_id, int64_t rel_ms)
{
    q_i64(db, SQL_tip_party_used, 1, party_id);
    q_i64(db, SQL_tip_party_used, 2, rel_ms);
    int rc = q_run(db, SQL_tip_party_used);
    return rc < 0 ? rc : 0;
}

/* 1: a part was given another key, 0: there is none left. */
static int forget_part(struct db *db, int64_t party_id)
{
    const enum sql_id q = SQL_tip_part_of;
    char line[40];
    q_i64(db, q, 1, party_id);
    int rc = q_one(db, q);
    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    int64_t id = q_get(db, q, 0);
    q_copy(db, q, 1, line, sizeof line);
    struct sms_part p = {.ref = (uint16_t)q_get(db, q, 2),
                         .ref_bits = (uint8_t)q_get(db, q, 3),
                         .total = (uint8_t)q_get(db, q, 4),
                         .seq = (uint8_t)q_get(db, q, 5),
                         .smsc_ms = q_get(db, q, 6)};
    q_end(db, q);
    struct part_row r = {.line = line, .part = &p};
    uint8_t key[DIGEST_SIZE];
    part_key_without_number(db, &r, key);
    if (p.smsc_ms == 0 || part_has_key(db, key) == 0) /* two alike: neither is worth a collision */
        seal_random(key, sizeof key);
    q_i64(db, SQL_tip_part_forget, 1, id);
    q_blob(db, SQL_tip_part_forget, 2, key, sizeof key);
    rc = q_run(db, SQL_tip_part_forget);
    return rc < 0 ? rc : 1;
}

int tip_forget(struct db *db, int64_t party_id, int64_t now_ms)
{
    int rc = party_erase(db, party_id, now_ms);
    if (rc < 0)
        return rc;
    q_i64(db, SQL_tip_texts_forget, 1, party_id);
    rc = q_run(db, SQL_tip_texts_forget);
    while (rc >= 0 && (rc = forget_part(db, party_id)) == 1)
        ;
    return rc;
}

int tip_forget_old(struct db *db, int64_t before_ms, int64_t before_rel, int64_t now_ms)
{
    int64_t ids[256];
    int n, total = 0, rc;
    do {
        n = 0;
        q_i64(db, SQL_tip_party_old, 1, before_ms);
        q_i64(db, SQL_tip_party_old, 2, before_rel);
        while ((rc = q_row(db, SQL_tip_party_old)) == 1 && n < (int)ARRAY_LEN(ids))
            ids[n++] = q_get(db, SQL_tip_party_old, 0);
        q_end(db, SQL_tip_party_old);
        for (int i = 0; rc >= 0 && i < n; i++)
            rc = tip_forget(db, ids[i], now_ms);
        total += n;
    } while (rc >= 0 && n == (int)ARRAY_LEN(ids));
    if (rc < 0)
        return rc;
    q_i64(db, SQL_part_forget_groups, 1, before_ms);
    rc = q_run(db, SQL_part_forget_groups);
    return rc < 0 ? rc : total;
}

int tip_box_add(struct db *db, const struct tip_box *b)
{
    q_ref(db, SQL_tip_box_insert, 1, b->incident_id);
    q_text(db, SQL_tip_box_insert, 2, b->what);
    q_i64(db, SQL_tip_box_insert, 3, b->at_ms);
    q_blob(db, SQL_tip_box_insert, 4, b->box, b->size);
    return q_insert(db, SQL_tip_box_insert, NULL);
}

int tip_box_each(struct db *db, int (*fn)(void *ctx, const struct tip_box *b), void *ctx)
{
    const enum sql_id q = SQL_tip_box_all;
    struct tip_box b = {0};
    int rc, n, stop = 0;
    do { /* in pages: a reader that is slow does not hold the writer's log */
        q_i64(db, q, 1, b.id);
        for (n = 0; stop == 0 && (rc = q_row(db, q)) == 1; n++) {
            b.id = q_get(db, q, 0);
            q_copy(db, q, 1, b.what, sizeof b.what);
            b.at_ms = q_get(db, q, 2);
            b.box = q_bytes(db, q, 3, &b.size);
            q_copy(db, q, 4, b.code, sizeof b.code);
            q_copy(db, q, 5, b.place, sizeof b.place);
            stop = fn(ctx, &b);
        }
        q_end(db, q);
    } while (stop == 0 && rc == 0 && n > 0);
    return stop ? stop : rc;
}
