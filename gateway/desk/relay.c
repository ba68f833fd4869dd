// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The relay: from a row of the outbox to the number it goes to. Called by the sender and the spare line at the
 * moment of sending, and by TRALOI, which asks whether there still is one. The only file that may open the number
 * of a tip's sender (store/relay.h; scripts/layers sees to it). The number lives in the caller's buffer and is
 * wiped there.
 */
#include "gateway/desk/room.h"

#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "store/relay.h"

#include <string.h>

int desk_recipient(struct desk *d, const struct outbox_row *row, char *number, size_t size)
{
    if (row->party_id)
        return relay_number(d->db, row->party_id, number, size);
    const struct user *u = people_by_id(&d->people, row->user_id);
    return u && u->phone[0] ? str_copy(number, size, u->phone) : -ENOENT;
}

int party_is_silent(struct desk *d, int64_t party_id, bool *silent)
{
    char number[ADDRESS_SIZE];
    int64_t sender;
    *silent = true;
    int rc = relay_number(d->db, party_id, number, sizeof(number));
    if (rc < 0)
        return rc == -ENOENT || rc == -EPERM ? 0 : rc;
    const struct user *u = people_by_phone(&d->people, number);
    *silent = u ? u->stopped : people_lost(&d->people, d->db, number);
    if (*silent && !u) {
        explicit_bzero(number, sizeof(number));
        return 0;
    }
    rc = u ? 0 : party_find(d->db, PARTY_SENDER, number, &sender);
    if (!rc && !u)
        rc = party_stopped(d->db, sender, silent);
    explicit_bzero(number, sizeof(number));
    return rc == -ENOENT ? 0 : rc;
}
