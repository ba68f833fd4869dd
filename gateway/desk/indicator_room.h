// SPDX-License-Identifier: GPL-2.0-or-later
/* What the files of the indicators share. */
#ifndef TB_DESK_INDICATOR_ROOM_H
#define TB_DESK_INDICATOR_ROOM_H

#include "gateway/desk/indicator.h"
#include "store/indicator.h"

/* indicator_activity.c: meetings, sessions, good deeds, mediation. */
int indicator_activities(const struct view *v, struct indicators *out);
/* Is this a kind of fire and rescue? */
bool indicator_mobilises(const struct config *cfg, const char *kind);
/* From when on was the team awaited there? 0: it was not asked. */
int64_t indicator_asked(const struct config *cfg, const struct indicator_incident *i);

#endif
