// SPDX-License-Identifier: GPL-2.0-or-later
/* Parts as they came and messages as they were joined. */
#ifndef TB_STORE_MESSAGE_H
#define TB_STORE_MESSAGE_H

#include "gateway/base/sms.h"
#include "store/db.h"
#include "store/people.h"

struct part_row {
    uint8_t key[DIGEST_SIZE];       /* of line, sender, time stamp, reference, number, body */
    uint8_t group_key[DIGEST_SIZE]; /* of line, sender, reference, bits, total */
    bool grouped;
    const char *line;
    bool waits;         /* for other parts: its sender is sealed in the row until then */
    bool seal_body;     /* while it waits, it may be a tip's */
    int64_t tip_id;     /* of a tip of this party, 0 = none */
    int64_t message_id; /* 0 = not yet part of a message */
    int64_t received_ms;
    const struct sms_part *part;
};

/* Computes key and group_key from line and part; received_ms must be set. */
void part_keys(struct db *db, struct part_row *r);
/* -EEXIST: this very part is kept already. */
int part_add(struct db *db, const struct part_row *r);
/* Was this part kept already? 0 or -ENOENT. */
int part_known(struct db *db, const struct part_row *r);
/* A key that does not need the number, for parts whose sender was erased (store/tip.c); and is it there? */
void part_key_without_number(struct db *db, const struct part_row *r, uint8_t key[DIGEST_SIZE]);
int part_has_key(struct db *db, const uint8_t key[DIGEST_SIZE]);

/* The parts of a group that belong to no message yet, ordered by seq, one row a seq (the
 * first that came). */
struct group_part {
    int seq, total;
    int64_t party_id; /* of rows from before schema 3; now: */
    char sender[ADDRESS_SIZE];
    int64_t smsc_ms, received_ms;
    uint8_t coding, corrupt;
    uint16_t body_len;
    uint8_t body[SMS_BODY_MAX];
};
int part_group_each(struct db *db, const uint8_t group_key[DIGEST_SIZE],
                    int (*fn)(void *ctx, const struct group_part *p), void *ctx);
/* Distinct seqs waiting in the group, or -errno. */
int part_group_count(struct db *db, const uint8_t group_key[DIGEST_SIZE]);
/* The message that was made of this group since since_ms without its part seq: that part is a
 * late one. Or -ENOENT: none was, or it had this part, and the phone uses the reference again. */
int part_group_message(struct db *db, const uint8_t group_key[DIGEST_SIZE], int seq, int64_t since_ms,
                       int64_t *message_id);
/* Gives the group's waiting parts to a message and forgets their sender; tip_id as in part_row. */
int part_group_take(struct db *db, const uint8_t group_key[DIGEST_SIZE], int64_t message_id, int64_t tip_id);
/* Empties the bodies of the group's waiting parts: the text stands sealed elsewhere. */
int part_group_empty(struct db *db, const uint8_t group_key[DIGEST_SIZE]);

struct message_row {
    int64_t id;
    const char *line;
    int64_t user_id, party_id; /* 0 = none */
    enum address_kind sender_kind;
    int64_t received_ms, received_rel, smsc_ms;
    const char *body;        /* UTF-8 */
    const char *form;        /* form name or "none" */
    const char *disposition; /* see gateway/desk/intake.h */
    int64_t incident_id;     /* 0 = none */
    int64_t text_key;        /* 0 = never a resend */
};

int message_add(struct db *db, const struct message_row *r, int64_t *id);
int message_settle(struct db *db, int64_t id, const char *disposition, int64_t incident_id);
/* The newest message with this text_key received at or after since_rel: 0 with its id and
 * incident (0 = none), or -ENOENT. */
int message_same(struct db *db, int64_t text_key, int64_t since_rel, int64_t *id, int64_t *incident_id);
/* Forgets by what texts received before before_ms would be known again. */
int message_forget_texts(struct db *db, int64_t before_ms);
/* Incident of a message, for late parts. */
int message_incident(struct db *db, int64_t id, int64_t *incident_id);
/* Messages received at or after since_ms whose disposition is this; NULL counts all. */
int message_count(struct db *db, const char *disposition, int64_t since_ms, int64_t *n);

#endif
