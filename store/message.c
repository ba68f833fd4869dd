// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Parts and messages. Called by the desk for each part that a line hands over. No row here
 * holds a number: keys are keyed hashes, senders are user or party ids, and the body of a
 * part that could not be decoded (a raw PDU, with its sender inside) is sealed.
 */
#include "store/message.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "store/engine.h"

#include <string.h>

#define SOUND_SEALED 2 /* part.corrupt: sound, its body sealed */

/* Both keys begin alike: line and sender. The part's own key starts with the service
 * centre's time in seconds, which is in the row anyway: keys of one day stand together, and
 * the index of a million parts is written at its end instead of all over. */
void part_keys(struct db *db, struct part_row *r)
{
    const struct sms_part *p = r->part;
    /* Without a time stamp the same words later are other words: told apart by the hour. */
    int64_t stamp_ms = p->smsc_ms ? p->smsc_ms : -(r->received_ms / HOUR_MS);
    const uint8_t numbers[] = {(uint8_t)(p->ref >> 8), (uint8_t)p->ref, p->ref_bits, p->total, p->seq};
    struct piece group[] = {
        {"group", 5}, {r->line, strlen(r->line)}, {p->sender, strlen(p->sender)}, {numbers, sizeof numbers - 1}};
    struct piece part[] = {{"part", 4},
                           {r->line, strlen(r->line)},
                           {p->sender, strlen(p->sender)},
                           {numbers, sizeof numbers},
                           {&stamp_ms, sizeof stamp_ms},
                           {p->body, p->body_len <= SMS_BODY_MAX ? p->body_len : SMS_BODY_MAX}};
    uint32_t seconds = (uint32_t)(p->smsc_ms / 1000);
    seal_hash(db->keys.part, part, ARRAY_LEN(part), r->key);
    for (int i = 0; i < 4; i++)
        r->key[i] = (uint8_t)(seconds >> (24 - 8 * i));
    r->grouped = p->ref_bits != 0 && p->total > 1;
    if (r->grouped)
        seal_hash(db->keys.part, group, ARRAY_LEN(group), r->group_key);
    else
        memset(r->group_key, 0, sizeof r->group_key);
}

void part_key_without_number(struct db *db, const struct part_row *r, uint8_t key[DIGEST_SIZE])
{
    const struct sms_part *p = r->part;
    const uint8_t numbers[] = {(uint8_t)(p->ref >> 8), (uint8_t)p->ref, p->ref_bits, p->total, p->seq};
    struct piece pieces[] = {
        {"old part", 8}, {r->line, strlen(r->line)}, {numbers, sizeof numbers}, {&p->smsc_ms, sizeof p->smsc_ms}};
    uint32_t seconds = (uint32_t)(p->smsc_ms / 1000);
    seal_hash(db->keys.part, pieces, ARRAY_LEN(pieces), key);
    for (int i = 0; i < 4; i++)
        key[i] = (uint8_t)(seconds >> (24 - 8 * i));
}

int part_add(struct db *db, const struct part_row *r)
{
    const enum sql_id q = SQL_part_insert;
    const struct sms_part *p = r->part;
    uint8_t sealed[SMS_BODY_MAX + SEAL_EXTRA], sender[ADDRESS_SIZE + SEAL_EXTRA];
    if (p->body_len > SMS_BODY_MAX)
        return -EINVAL;
    bool hide = p->corrupt || r->seal_body;
    if (hide)
        seal(&db->keys, p->body, p->body_len, r->key, sealed);
    if (r->waits) {
        char padded[ADDRESS_SIZE] = {0};
        memcpy(padded, p->sender, strnlen(p->sender, sizeof padded - 1));
        seal(&db->keys, padded, sizeof padded, r->key, sender);
        explicit_bzero(padded, sizeof padded);
    }
    q_blob(db, q, 1, r->key, DIGEST_SIZE);
    q_text(db, q, 2, r->line);
    q_blob(db, q, 3, r->grouped ? r->group_key : NULL, DIGEST_SIZE);
    q_blob(db, q, 4, r->waits ? sender : NULL, sizeof sender);
    q_i64(db, q, 5, p->ref);
    q_i64(db, q, 6, p->ref_bits);
    q_i64(db, q, 7, p->total);
    q_i64(db, q, 8, p->seq);
    q_i64(db, q, 9, p->coding);
    q_i64(db, q, 10, p->corrupt ? 1 : hide ? SOUND_SEALED : 0);
    q_i64(db, q, 11, p->smsc_ms);
    q_i64(db, q, 12, r->received_ms);
    if (hide)
        q_blob(db, q, 13, sealed, (size_t)p->body_len + SEAL_EXTRA);
    else
        q_blob(db, q, 13, p->body, p->body_len);
    q_ref(db, q, 14, r->message_id);
    q_ref(db, q, 15, r->tip_id);
    return q_insert(db, q, NULL);
}

int part_has_key(struct db *db, const uint8_t key[DIGEST_SIZE])
{
    q_blob(db, SQL_part_by_key, 1, key, DIGEST_SIZE);
    int rc = q_one(db, SQL_part_by_key);
    if (rc == 0)
        q_end(db, SQL_part_by_key);
    return rc;
}

/* A part that comes twice is found by its key. The keys of tips that were erased are others: looked for only
 * when the part is old, which is when the SIM has kept it. */
int part_known(struct db *db, const struct part_row *r)
{
    uint8_t key[DIGEST_SIZE];
    int rc = part_has_key(db, r->key);
    if (rc != -ENOENT || !r->part->smsc_ms || r->received_ms - r->part->smsc_ms < DAY_MS)
        return rc;
    part_key_without_number(db, r, key);
    return part_has_key(db, key);
}

static int read_sender(struct db *db, enum sql_id q, struct group_part *p, const uint8_t *key)
{
    size_t n;
    const uint8_t *sender = q_bytes(db, q, 9, &n);
    p->sender[0] = '\0';
    if (!sender)
        return 0;
    if (n != sizeof p->sender + SEAL_EXTRA || unseal(&db->keys, sender, n, key, p->sender) < 0)
        return -EIO;
    p->sender[sizeof p->sender - 1] = '\0';
    return 0;
}

static int read_body(struct db *db, enum sql_id q, struct group_part *p, bool sealed)
{
    size_t n, key_n;
    const uint8_t *body = q_bytes(db, q, 7, &n), *key = q_bytes(db, q, 8, &key_n);
    size_t extra = sealed ? SEAL_EXTRA : 0;
    if (n < extra || n - extra > SMS_BODY_MAX || key_n != DIGEST_SIZE)
        return -EIO;
    int rc = sealed ? unseal(&db->keys, body, n, key, p->body) : 0;
    if (!sealed && n)
        memcpy(p->body, body, n);
    p->body_len = (uint16_t)(n - extra);
    return rc < 0 ? rc : read_sender(db, q, p, key);
}

static int read_part(struct db *db, struct group_part *p)
{
    const enum sql_id q = SQL_part_of_group;
    p->seq = (int)q_get(db, q, 0);
    p->total = (int)q_get(db, q, 1);
    p->party_id = q_get(db, q, 2);
    p->smsc_ms = q_get(db, q, 3);
    p->received_ms = q_get(db, q, 4);
    p->coding = (uint8_t)q_get(db, q, 5);
    int64_t corrupt = q_get(db, q, 6);
    p->corrupt = corrupt == 1;
    return read_body(db, q, p, corrupt != 0);
}

int part_group_each(struct db *db, const uint8_t group_key[DIGEST_SIZE],
                    int (*fn)(void *ctx, const struct group_part *p), void *ctx)
{
    const enum sql_id q = SQL_part_of_group;
    struct group_part p = {0};
    int last = -1, stop = 0, rc = q_free(db, q);
    if (rc < 0)
        return rc;
    q_blob(db, q, 1, group_key, DIGEST_SIZE);
    while (stop == 0 && (rc = q_row(db, q)) == 1) {
        if (q_get(db, q, 0) == last)
            continue;
        rc = read_part(db, &p);
        if (rc < 0) {
            log_err("database: a kept part can not be read");
            break;
        }
        last = p.seq;
        stop = fn(ctx, &p);
    }
    q_end(db, q);
    return stop ? stop : rc;
}

static int one_i64(struct db *db, enum sql_id q, int64_t *out)
{
    *out = 0;
    int rc = q_one(db, q);
    if (rc < 0)
        return rc;
    *out = q_get(db, q, 0);
    q_end(db, q);
    return 0;
}

int part_group_count(struct db *db, const uint8_t group_key[DIGEST_SIZE])
{
    int64_t n;
    q_blob(db, SQL_part_group_seqs, 1, group_key, DIGEST_SIZE);
    int rc = one_i64(db, SQL_part_group_seqs, &n);
    return rc < 0 ? rc : (int)n;
}

int part_group_message(struct db *db, const uint8_t group_key[DIGEST_SIZE], int seq, int64_t since_ms,
                       int64_t *message_id)
{
    q_blob(db, SQL_part_group_joined, 1, group_key, DIGEST_SIZE);
    q_i64(db, SQL_part_group_joined, 2, since_ms);
    q_i64(db, SQL_part_group_joined, 3, seq);
    return one_i64(db, SQL_part_group_joined, message_id);
}

int part_group_take(struct db *db, const uint8_t group_key[DIGEST_SIZE], int64_t message_id, int64_t tip_id)
{
    q_blob(db, SQL_part_group_give, 1, group_key, DIGEST_SIZE);
    q_i64(db, SQL_part_group_give, 2, message_id);
    q_ref(db, SQL_part_group_give, 3, tip_id);
    int rc = q_run(db, SQL_part_group_give);
    return rc < 0 ? rc : 0;
}

int part_group_empty(struct db *db, const uint8_t group_key[DIGEST_SIZE])
{
    q_blob(db, SQL_tip_part_blank, 1, group_key, DIGEST_SIZE);
    q_blob(db, SQL_tip_part_blank, 2, "", 0);
    db->wipe = true;
    int rc = q_run(db, SQL_tip_part_blank);
    return rc < 0 ? rc : 0;
}

int message_add(struct db *db, const struct message_row *r, int64_t *id)
{
    const enum sql_id q = SQL_message_insert;
    q_text(db, q, 1, r->line);
    q_ref(db, q, 2, r->user_id);
    q_ref(db, q, 3, r->party_id);
    q_i64(db, q, 4, r->sender_kind);
    q_i64(db, q, 5, r->received_ms);
    q_i64(db, q, 6, r->received_rel);
    q_i64(db, q, 7, r->smsc_ms);
    q_text(db, q, 8, r->body);
    q_text(db, q, 9, r->form);
    q_text(db, q, 10, r->disposition);
    q_ref(db, q, 11, r->incident_id);
    q_ref(db, q, 12, r->text_key);
    return q_insert(db, q, id);
}

int message_settle(struct db *db, int64_t id, const char *disposition, int64_t incident_id)
{
    q_i64(db, SQL_message_update, 1, id);
    q_text(db, SQL_message_update, 2, disposition);
    q_ref(db, SQL_message_update, 3, incident_id);
    int rc = q_run(db, SQL_message_update);
    return rc > 0 ? 0 : rc == 0 ? -ENOENT : rc;
}

int message_same(struct db *db, int64_t text_key, int64_t since_rel, int64_t *id, int64_t *incident_id)
{
    *id = *incident_id = 0;
    if (text_key == 0)
        return -ENOENT;
    q_i64(db, SQL_message_by_text, 1, text_key);
    q_i64(db, SQL_message_by_text, 2, since_rel);
    int rc = q_one(db, SQL_message_by_text);
    if (rc < 0)
        return rc;
    *id = q_get(db, SQL_message_by_text, 0);
    *incident_id = q_get(db, SQL_message_by_text, 1);
    q_end(db, SQL_message_by_text);
    return 0;
}

int message_forget_texts(struct db *db, int64_t before_ms)
{
    q_i64(db, SQL_message_forget_texts, 1, before_ms);
    int rc = q_run(db, SQL_message_forget_texts);
    return rc < 0 ? rc : 0;
}

int message_incident(struct db *db, int64_t id, int64_t *incident_id)
{
    q_i64(db, SQL_message_incident_of, 1, id);
    return one_i64(db, SQL_message_incident_of, incident_id);
}

int message_count(struct db *db, const char *disposition, int64_t since_ms, int64_t *n)
{
    const enum sql_id q = SQL_message_backwards;
    int rc = 0;
    *n = 0;
    for (int older = 0; older < Q_OLDER_MAX && (rc = q_row(db, q)) == 1;) {
        bool recent = q_get(db, q, 0) >= since_ms;
        older = recent ? 0 : older + 1;
        if (recent && (!disposition || strcmp(q_str(db, q, 1), disposition) == 0))
            ++*n;
    }
    q_end(db, q);
    return rc < 0 ? rc : 0;
}
