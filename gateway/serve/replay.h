// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The journal played again, at each start: what stands in it and not in the database. After an orderly end
 * that is nothing; after a death between journal and commit one message; after a restore, or with an empty database,
 * all since.
 *
 * Each record is given to a desk whose clock stands at the time of its arrival, with the codes that were drawn
 * for it then; what fell due in between is done at its own time. What the desk writes to be sent was sent then, as far
 * as anybody knows, and is not sent again, but for the last minute's. It can be ended at any moment and
 * begun again: what was played is marked in its own transaction.
 */
#ifndef TB_SERVE_REPLAY_H
#define TB_SERVE_REPLAY_H

#include "gateway/serve/journaling.h"

/* Before the desk of the service is made. *last: the sequence to go on behind. 0, or an error of the
 * store or of memory: then the service must not begin, or the rest would be lost. */
int replay_run(struct works *w, uint64_t *last);
/* With the desk, in the first transaction of the service: tells what was brought back, and lets the alerts of open
 * incidents go out once more. */
int replay_tell(struct works *w);

#endif
