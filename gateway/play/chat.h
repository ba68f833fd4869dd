// SPDX-License-Identifier: GPL-2.0-or-later
/* Prints a conversation as it happens, readable on 100 columns. Called by the player for
 * `tinbao play --chat` (the demo). Names come from the roster; numbers stay whole: the
 * roster of a script is invented. */
#ifndef TB_PLAY_CHAT_H
#define TB_PLAY_CHAT_H

#include "gateway/base/commune.h"

#include <stdio.h>

struct chat {
    FILE *to;
    const struct roster_entry *roster;
    size_t n_roster;
    int64_t day_ms; /* the day that was printed last; 0 none */
};

/* A phone wrote to the gateway, or rang (text NULL). */
void chat_wrote(struct chat *c, int64_t at_ms, const char *from, const char *text);
/* A text of the gateway arrived on a phone. */
void chat_arrived(struct chat *c, int64_t at_ms, const char *phone, const char *text);
/* Something that happened to the box or the time: "15 minutes pass". */
void chat_note(struct chat *c, int64_t at_ms, const char *text);

#endif
