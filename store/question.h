// SPDX-License-Identifier: GPL-2.0-or-later
/* What the service asked back and still waits for: one open question for each number. */
#ifndef TB_STORE_QUESTION_H
#define TB_STORE_QUESTION_H

#include "store/db.h"

struct question {
    int64_t id;
    int64_t user_id, party_id; /* one of the two */
    int64_t incident_id;       /* 0 = none: 'cancel' asks which */
    char field[12];            /* "place" "kind" "cancel" */
    char choices[200];         /* codes joined by one space, in the order of their digits; "" = by name only */
    int64_t asked_ms;
};

/* Opens it; an older open one of the same number is 'replaced' and given in *replaced (0 = none). */
int question_ask(struct db *db, const struct question *q, int64_t *id, int64_t *replaced);
/* The open one of this number: 0 or -ENOENT. */
int question_of(struct db *db, int64_t user_id, int64_t party_id, struct question *out);
/* An open one by its id: 0 or -ENOENT. */
int question_get(struct db *db, int64_t id, struct question *out);
/* state: "answered", "expired". -ENOENT when it is not open. */
int question_end(struct db *db, int64_t id, const char *state);

#endif
