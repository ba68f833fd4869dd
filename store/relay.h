// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The number of a tip's sender in clear. For the relay alone (gateway/desk/relay.c; scripts/layers
 * sees to it): nothing else of the service can ask for it.
 */
#ifndef TB_STORE_RELAY_H
#define TB_STORE_RELAY_H

#include "store/db.h"

/* The number of a party of any domain: -ENOENT once erased, -EPERM when it does not open. The caller wipes it. */
int relay_number(struct db *db, int64_t party_id, char *out, size_t size);

#endif
