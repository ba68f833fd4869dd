// SPDX-License-Identifier: GPL-2.0-or-later
/* How slow a line goes that the network refuses: pure functions, used by the sender. Each refusal in a row
 * doubles the pause; what is urgent waits a small part of it, so that it is tried often and yet no storm. */
#ifndef TB_SERVE_SLOWNESS_H
#define TB_SERVE_SLOWNESS_H

#include "store/outbox.h"

#define REFUSED_TOLD 4 /* refusals in a row after which a person should know: over half a minute of them */

struct slowness {
    int steps;            /* refusals since a text went out */
    bool clean;           /* none since the start: nobody has to be told that it is over */
    int64_t until_rel[3]; /* SOS, alerts, the rest */
};

/* The network refused a text of this priority: it and what is less urgent must wait; the pause of what is
 * not urgent, ms. */
int64_t slowness_refused(struct slowness *s, enum priority p, int64_t now_rel, uint64_t seed);
/* A text went out: true if it is the first since the start or since a refusal. The pause that stands stays. */
bool slowness_sent(struct slowness *s);
/* The cause is gone: no pause. */
void slowness_over(struct slowness *s);
/* Until a text of this priority may be tried, 0 = now. */
int64_t slowness_wait_ms(const struct slowness *s, enum priority p, int64_t now_rel);

#endif
