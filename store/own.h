// SPDX-License-Identifier: GPL-2.0-or-later
/* All that is kept of one person as his own: for `tinbao export`. Reads only. */
#ifndef TB_STORE_OWN_H
#define TB_STORE_OWN_H

#include "store/people.h"

enum own_kind {
    OWN_MESSAGES,
    OWN_INCIDENTS,
    OWN_JOINED,
    OWN_REPLIES,
    OWN_ATTENDANCE,
    OWN_PATROLS,
    OWN_ACTIVITIES,
    OWN_SCENES,
    OWN_TAKEN,
    OWN_COUNT
};
#define OWN_FIELDS 6

/* A row: when, and fields by the names of own_fields(). Names that end in _ms are times. */
struct own_row {
    int64_t at_ms;
    const char *field[OWN_FIELDS];
};
const char *own_name(enum own_kind kind);
/* The names of the fields, ended by NULL. */
const char *const *own_fields(enum own_kind kind);
/* user_id or party_id, the other 0. A non-zero return of fn stops and is returned. */
int own_each(struct db *db, enum own_kind kind, int64_t user_id, int64_t party_id,
             int (*fn)(void *ctx, const struct own_row *row), void *ctx);
/* The user of a phone, also one who is no more active: 0 or -ENOENT. */
int own_user(struct db *db, const char *phone, struct user *out);

#endif
