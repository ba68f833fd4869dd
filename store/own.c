// SPDX-License-Identifier: GPL-2.0-or-later
/* A person's own rows, by kind. See own.h. Called by `tinbao export`. */
#include "store/own.h"

#include "gateway/base/err.h"
#include "store/engine.h"

#include <string.h>

static const struct {
    const char *name;
    enum sql_id query;
    const char *fields[OWN_FIELDS + 1];
} KINDS[OWN_COUNT] = {
    [OWN_MESSAGES] = {"messages", SQL_own_messages, {"form", "disposition", "text"}},
    [OWN_INCIDENTS] = {"reports", SQL_own_incidents, {"code", "form", "kind", "place", "state", "text"}},
    [OWN_JOINED] = {"joined", SQL_own_joined, {"code", "text"}},
    [OWN_REPLIES] = {"replies", SQL_own_replies, {"state", "text"}},
    [OWN_ATTENDANCE] = {"attendance", SQL_own_attendance, {"place", "night", "out_ms", "how", "forgotten"}},
    [OWN_PATROLS] = {"patrols", SQL_own_patrols, {"place", "night", "end_ms", "people"}},
    [OWN_ACTIVITIES] = {"activities", SQL_own_activities, {"form", "place", "numbers", "text"}},
    [OWN_SCENES] = {"on_the_scene", SQL_own_scenes, {"code"}},
    [OWN_TAKEN] = {"taken", SQL_own_taken, {"code"}},
};

const char *own_name(enum own_kind kind)
{
    return KINDS[kind].name;
}

const char *const *own_fields(enum own_kind kind)
{
    return KINDS[kind].fields;
}

int own_each(struct db *db, enum own_kind kind, int64_t user_id, int64_t party_id,
             int (*fn)(void *ctx, const struct own_row *row), void *ctx)
{
    const enum sql_id q = KINDS[kind].query;
    struct own_row row;
    int stop = 0, rc = q_free(db, q);
    if (rc < 0)
        return rc;
    q_ref(db, q, 1, user_id); /* NULL is nobody's */
    if (kind <= OWN_REPLIES)  /* the others are of users alone */
        q_ref(db, q, 2, party_id);
    if (kind == OWN_REPLIES)
        q_i64(db, q, 3, recipient_of(user_id, party_id));
    while (stop == 0 && (rc = q_row(db, q)) == 1) {
        memset(&row, 0, sizeof row);
        row.at_ms = q_get(db, q, 0);
        for (int i = 0; KINDS[kind].fields[i]; i++)
            row.field[i] = q_str(db, q, i + 1);
        stop = fn(ctx, &row);
    }
    q_end(db, q);
    return stop ? stop : rc;
}
