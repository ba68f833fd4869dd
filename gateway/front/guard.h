// SPDX-License-Identifier: GPL-2.0-or-later
/* Who may ask the front: addresses and the shared secret; and what may be said of it in the log. */
#ifndef TB_FRONT_GUARD_H
#define TB_FRONT_GUARD_H

#include "gateway/front/front.h"

/* Is this address (as text) in the allow list? */
bool guard_address(const struct front_setup *s, const char *peer);
/* Is this the secret? The time it takes does not tell how much of it was right. No secret set: nothing
 * is asked for. given may be NULL. */
bool guard_secret(const struct front_setup *s, const char *given);
/* The secret in an Authorization header ("Bearer ..."), or NULL. */
const char *guard_bearer(const char *authorization);

#endif
