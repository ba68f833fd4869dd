// SPDX-License-Identifier: GPL-2.0-or-later
/* How slow a line goes that the network refuses: pure functions, used by the sender. Each ordinary text that is
 * refused doubles the pause of the next; what is urgent waits a small and steady time, so that it is tried
 * often and yet no storm. The first text that goes out ends the pauses but for the shortest. */
#ifndef TB_SERVE_SLOWNESS_H
#define TB_SERVE_SLOWNESS_H

#include "store/outbox.h"

#define REFUSED_TOLD 4 /* refusals in a row after which a person should know: over half a minute of them */

struct slowness {
    int steps, refused;   /* since a text went out: of ordinary ones, of all */
    bool clean;           /* none since the start: nobody has to be told that it is over */
    int64_t until_rel[3]; /* SOS, alerts, the rest */
};

/* The network refused a text of this priority: it and what is less urgent must wait; the pause of the
 * rest, ms. */
int64_t slowness_refused(struct slowness *s, enum priority p, int64_t now_rel, uint64_t seed);
/* A text went out: true if it is the first since the start or since a refusal. */
bool slowness_sent(struct slowness *s, int64_t now_rel);
/* The cause is gone: no pause. */
void slowness_over(struct slowness *s);
/* Until a text of this priority may be tried, 0 = now. */
int64_t slowness_wait_ms(const struct slowness *s, enum priority p, int64_t now_rel);

#endif
