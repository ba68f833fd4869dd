// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Incidents with their codes, those they concern, and the audit. Called by the desk, inside
 * its transaction. What can go wrong: a code that is held (-EEXIST, draw again); a state that
 * another message changed before (-ENOENT).
 */
#include "store/incident.h"

#include "gateway/base/err.h"
#include "gateway/base/mask.h"
#include "store/chain.h"
#include "store/engine.h"

#include <string.h>

#define AUDIT_DETAIL_SIZE 512

int incident_add(struct db *db, const struct incident *in, int64_t *id)
{
    const enum sql_id q = SQL_incident_insert;
    q_text(db, q, 1, in->code);
    q_text(db, q, 2, in->form);
    q_text(db, q, 3, in->kind);
    q_text(db, q, 4, in->place[0] ? in->place : NULL);
    q_i64(db, q, 5, in->severity);
    q_i64(db, q, 6, in->restricted);
    q_i64(db, q, 7, in->unverified);
    q_text(db, q, 8, in->text_in ? in->text_in : in->text);
    q_ref(db, q, 9, in->when_ms);
    q_ref(db, q, 10, in->user_id);
    q_ref(db, q, 11, in->party_id);
    q_ref(db, q, 12, in->message_id);
    q_i64(db, q, 13, in->created_ms);
    q_text(db, q, 14, in->state[0] ? in->state : "open");
    q_i64(db, q, 15, in->joinable);
    int rc = q_insert(db, q, id);
    size_t len = strlen(in->code);
    if (rc == 0 && db->codes_known && len < CODE_LENS)
        db->codes_held[len]++;
    return rc;
}

static void read_incident(struct db *db, enum sql_id q, struct incident *i)
{
    i->id = q_get(db, q, 0);
    q_copy(db, q, 1, i->code, sizeof i->code);
    q_copy(db, q, 2, i->form, sizeof i->form);
    q_copy(db, q, 3, i->kind, sizeof i->kind);
    q_copy(db, q, 4, i->place, sizeof i->place);
    i->severity = (int)q_get(db, q, 5);
    i->restricted = q_get(db, q, 6) != 0;
    i->unverified = q_get(db, q, 7) != 0;
    i->text_in = NULL;
    q_copy(db, q, 8, i->text, sizeof i->text);
    i->when_ms = q_get(db, q, 9);
    i->user_id = q_get(db, q, 10);
    i->party_id = q_get(db, q, 11);
    i->message_id = q_get(db, q, 12);
    i->created_ms = q_get(db, q, 13);
    q_copy(db, q, 14, i->state, sizeof i->state);
    i->acked_by = q_get(db, q, 15);
    i->acked_ms = q_get(db, q, 16);
    i->closed_by = q_get(db, q, 17);
    i->closed_ms = q_get(db, q, 18);
    q_copy(db, q, 19, i->outcome, sizeof i->outcome);
    i->alert_step = (int)q_get(db, q, 20);
}

static int one_incident(struct db *db, enum sql_id q, struct incident *out)
{
    memset(out, 0, sizeof *out);
    int rc = q_one(db, q);
    if (rc < 0)
        return rc;
    read_incident(db, q, out);
    q_end(db, q);
    return 0;
}

int incident_by_code(struct db *db, const char *code, struct incident *out)
{
    q_text(db, SQL_incident_of_code, 1, code);
    return one_incident(db, SQL_incident_of_code, out);
}

int incident_by_id(struct db *db, int64_t id, struct incident *out)
{
    q_i64(db, SQL_incident_of_id, 1, id);
    return one_incident(db, SQL_incident_of_id, out);
}

int incident_ack(struct db *db, int64_t id, int64_t user_id, int64_t now_ms)
{
    q_i64(db, SQL_incident_set_acked, 1, id);
    q_ref(db, SQL_incident_set_acked, 2, user_id);
    q_i64(db, SQL_incident_set_acked, 3, now_ms);
    return q_change(db, SQL_incident_set_acked);
}

static int end_incident(struct db *db, int64_t id, int64_t user_id, int64_t now_ms, const char *outcome,
                        const char *state)
{
    q_i64(db, SQL_incident_set_closed, 1, id);
    q_ref(db, SQL_incident_set_closed, 2, user_id);
    q_i64(db, SQL_incident_set_closed, 3, now_ms);
    q_text(db, SQL_incident_set_closed, 4, outcome ? outcome : "");
    q_text(db, SQL_incident_set_closed, 5, state);
    return q_change(db, SQL_incident_set_closed);
}

int incident_close(struct db *db, int64_t id, int64_t user_id, int64_t now_ms, const char *outcome)
{
    return end_incident(db, id, user_id, now_ms, outcome, "closed");
}

int incident_cancel(struct db *db, int64_t id, int64_t user_id, int64_t now_ms, const char *why)
{
    return end_incident(db, id, user_id, now_ms, why, "cancelled");
}

int incident_set_step(struct db *db, int64_t id, int step)
{
    q_i64(db, SQL_incident_set_alert_step, 1, id);
    q_i64(db, SQL_incident_set_alert_step, 2, step);
    return q_change(db, SQL_incident_set_alert_step);
}

int incident_verify(struct db *db, int64_t id)
{
    q_i64(db, SQL_incident_set_verified, 1, id);
    return q_change(db, SQL_incident_set_verified);
}

int incident_reopen(struct db *db, int64_t id)
{
    q_i64(db, SQL_incident_set_reopened, 1, id);
    return q_change(db, SQL_incident_set_reopened);
}

int incident_set_held(struct db *db, int64_t id)
{
    q_i64(db, SQL_incident_set_held, 1, id);
    return q_change(db, SQL_incident_set_held);
}

int incident_set_contact(struct db *db, int64_t id, int64_t party_id)
{
    q_i64(db, SQL_incident_set_contact, 1, id);
    q_ref(db, SQL_incident_set_contact, 2, party_id);
    return q_change(db, SQL_incident_set_contact);
}

int incident_contact(struct db *db, int64_t id, int64_t *party_id)
{
    q_i64(db, SQL_incident_get_contact, 1, id);
    int rc = q_one(db, SQL_incident_get_contact);
    if (rc < 0)
        return rc;
    *party_id = q_get(db, SQL_incident_get_contact, 0);
    q_end(db, SQL_incident_get_contact);
    return 0;
}

int incident_set_place(struct db *db, int64_t id, const char *place)
{
    q_i64(db, SQL_incident_set_place, 1, id);
    q_text(db, SQL_incident_set_place, 2, place);
    return q_change(db, SQL_incident_set_place);
}

int incident_set_kind(struct db *db, int64_t id, const char *kind, int severity, bool restricted)
{
    q_i64(db, SQL_incident_set_kind, 1, id);
    q_text(db, SQL_incident_set_kind, 2, kind);
    q_i64(db, SQL_incident_set_kind, 3, severity);
    q_i64(db, SQL_incident_set_kind, 4, restricted);
    return q_change(db, SQL_incident_set_kind);
}

int incident_set_text(struct db *db, int64_t id, const char *text)
{
    q_i64(db, SQL_incident_set_text, 1, id);
    q_text(db, SQL_incident_set_text, 2, text);
    return q_change(db, SQL_incident_set_text);
}

int incident_set_when(struct db *db, int64_t id, int64_t when_ms)
{
    q_i64(db, SQL_incident_set_when, 1, id);
    q_i64(db, SQL_incident_set_when, 2, when_ms);
    return q_change(db, SQL_incident_set_when);
}

/* Counted once, then kept in step: the desk asks before every draw. */
static int count_codes(struct db *db)
{
    const enum sql_id q = SQL_incident_count_codes;
    int rc;
    memset(db->codes_held, 0, sizeof db->codes_held);
    while ((rc = q_row(db, q)) == 1) {
        int64_t len = q_get(db, q, 0);
        if (len >= 0 && len < CODE_LENS)
            db->codes_held[len] = q_get(db, q, 1);
    }
    db->codes_known = rc == 0 && db->mode == DB_WRITE; /* a reader does not hear of changes */
    return rc;
}

int incident_codes_held(struct db *db, int code_len, int64_t *n)
{
    *n = 0;
    if (code_len < 0 || code_len >= CODE_LENS)
        return -EINVAL;
    int rc = db->codes_known ? 0 : count_codes(db);
    if (rc == 0)
        *n = db->codes_held[code_len];
    return rc;
}

int incident_free_codes(struct db *db, int64_t closed_before_ms)
{
    q_i64(db, SQL_incident_release_codes, 1, closed_before_ms);
    db->codes_known = false;
    return q_run(db, SQL_incident_release_codes);
}

static int each_incident(struct db *db, enum sql_id q, int (*fn)(void *ctx, const struct incident *i), void *ctx)
{
    struct incident i;
    int rc = 0, stop = 0;
    memset(&i, 0, sizeof i);
    while (stop == 0 && (rc = q_row(db, q)) == 1) {
        read_incident(db, q, &i);
        stop = fn(ctx, &i);
    }
    q_end(db, q);
    return stop ? stop : rc;
}

int incident_each_live(struct db *db, int (*fn)(void *ctx, const struct incident *i), void *ctx)
{
    int rc = q_free(db, SQL_incident_live);
    return rc < 0 ? rc : each_incident(db, SQL_incident_live, fn, ctx);
}

int incident_each_of(struct db *db, int64_t user_id, int64_t party_id, int (*fn)(void *ctx, const struct incident *i),
                     void *ctx)
{
    int rc = q_free(db, SQL_incident_of_sender);
    if (rc < 0)
        return rc;
    q_i64(db, SQL_incident_of_sender, 1, user_id);
    q_i64(db, SQL_incident_of_sender, 2, party_id);
    return each_incident(db, SQL_incident_of_sender, fn, ctx);
}

int incident_each_between(struct db *db, int64_t from_ms, int64_t to_ms, int (*fn)(void *ctx, const struct incident *i),
                          void *ctx)
{
    int rc = q_free(db, SQL_incident_between);
    if (rc < 0)
        return rc;
    q_i64(db, SQL_incident_between, 1, from_ms);
    q_i64(db, SQL_incident_between, 2, to_ms);
    return each_incident(db, SQL_incident_between, fn, ctx);
}

int concern_add(struct db *db, int64_t incident_id, int64_t user_id, int step)
{
    q_i64(db, SQL_concern_insert, 1, incident_id);
    q_i64(db, SQL_concern_insert, 2, user_id);
    q_i64(db, SQL_concern_insert, 3, step);
    int rc = q_run(db, SQL_concern_insert);
    return rc < 0 ? rc : 0;
}

int concern_each(struct db *db, int64_t incident_id,
                 int (*fn)(void *ctx, int64_t user_id, int step, int64_t onscene_ms), void *ctx)
{
    const enum sql_id q = SQL_concern_of;
    int stop = 0, rc = q_free(db, q);
    if (rc < 0)
        return rc;
    q_i64(db, q, 1, incident_id);
    while (stop == 0 && (rc = q_row(db, q)) == 1)
        stop = fn(ctx, q_get(db, q, 0), (int)q_get(db, q, 1), q_get(db, q, 2));
    q_end(db, q);
    return stop ? stop : rc;
}

int concern_on_scene(struct db *db, int64_t incident_id, int64_t user_id)
{
    const enum sql_id q = SQL_concern_there;
    q_i64(db, q, 1, incident_id);
    q_i64(db, q, 2, user_id);
    int rc = q_one(db, q);
    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    q_end(db, q);
    return 1;
}

int concern_onscene(struct db *db, int64_t incident_id, int64_t user_id, int64_t now_ms)
{
    q_i64(db, SQL_concern_scene, 1, incident_id);
    q_i64(db, SQL_concern_scene, 2, user_id);
    q_i64(db, SQL_concern_scene, 3, now_ms);
    int rc = q_run(db, SQL_concern_scene);
    return rc < 0 ? rc : 0;
}

int audit_add(struct db *db, const struct audit_row *r)
{
    const enum sql_id q = SQL_audit_insert;
    char detail[AUDIT_DETAIL_SIZE] = "";
    if (r->detail && r->detail[0]) {
        q_cut(detail, sizeof detail, r->detail);
        mask_numbers(detail);
    }
    struct audit_row row = *r;
    struct chain_row next;
    row.detail = detail;
    int rc = chain_next(db, &row, &next);
    if (rc < 0)
        return rc;
    q_i64(db, q, 1, r->at_ms);
    q_ref(db, q, 2, r->user_id);
    q_text(db, q, 3, r->action);
    q_ref(db, q, 4, r->incident_id);
    q_ref(db, q, 5, r->message_id);
    q_text(db, q, 6, detail);
    q_i64(db, q, 7, next.id);
    q_blob(db, q, 8, next.link, sizeof next.link);
    rc = q_insert(db, q, NULL);
    if (rc == 0)
        chain_took(db, &next);
    return rc;
}

int audit_each(struct db *db, int64_t incident_id, int (*fn)(void *ctx, const struct audit_row *r), void *ctx)
{
    const enum sql_id q = SQL_audit_of;
    int stop = 0, rc = q_free(db, q);
    if (rc < 0)
        return rc;
    q_i64(db, q, 1, incident_id);
    while (stop == 0 && (rc = q_row(db, q)) == 1) {
        struct audit_row r = {.at_ms = q_get(db, q, 0),
                              .user_id = q_get(db, q, 1),
                              .action = q_str(db, q, 2),
                              .incident_id = q_get(db, q, 3),
                              .message_id = q_get(db, q, 4),
                              .detail = q_str(db, q, 5)};
        stop = fn(ctx, &r);
    }
    q_end(db, q);
    return stop ? stop : rc;
}
