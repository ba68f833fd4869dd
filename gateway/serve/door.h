// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The named socket where children knock that are units of their own: an origin (origin.h). Each comes as
 * who it is: the kernel tells the user of the process, the settings whose processes may come as what. One
 * child a place: a second one is refused while the first one's socket is open. Who comes before the
 * pause of a place is over is kept waiting.
 */
#ifndef TB_SERVE_DOOR_H
#define TB_SERVE_DOOR_H

#include "config/children.h"
#include "gateway/serve/origin.h"

#include <event2/event.h>

struct door; /* owned by core.c; outlives the places that are wanted of it */

/* Listens, and looks the users up: NULL after having said why not (no such user, another core listens there, ...). */
struct door *door_new(struct event_base *base, const struct children_config *cfg);
void door_free(struct door *d);
const struct origin *door_origin(const struct door *d);

#endif
