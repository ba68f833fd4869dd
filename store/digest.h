// SPDX-License-Identifier: GPL-2.0-or-later
/* What a digest reads: incidents and texts since an id, so that no clock can skip or double one. */
#ifndef TB_STORE_DIGEST_H
#define TB_STORE_DIGEST_H

#include "gateway/base/commune.h"
#include "store/db.h"

/* An incident without its text. */
struct digest_row {
    int64_t id;
    char code[CODE_SIZE];
    char form[FORM_NAME_SIZE];
    char kind[KIND_CODE_SIZE];
    char place[PLACE_CODE_SIZE];
    int severity;
    bool restricted, unverified;
    bool told; /* somebody was alerted to it, or came to it */
    int64_t user_id, created_ms;
    char state[12];
};

/* Those made after the incident `after`, oldest first. A non-zero return of fn stops and is returned. */
int digest_each_fresh(struct db *db, int64_t after, int (*fn)(void *ctx, const struct digest_row *r), void *ctx);
/* Open and acknowledged ones, most severe then oldest first. */
int digest_each_live(struct db *db, int (*fn)(void *ctx, const struct digest_row *r), void *ctx);
/* The texts after the message `after` that nobody understood (disposition duty_list), oldest first;
 * user_id 0: a stranger. body is valid within fn only. */
int digest_each_unread(struct db *db, int64_t after, int (*fn)(void *ctx, int64_t user_id, const char *body),
                       void *ctx);
/* The newest incident and message, 0 = none. */
int digest_last(struct db *db, int64_t *incident_id, int64_t *message_id);

#endif
