// SPDX-License-Identifier: GPL-2.0-or-later
/* The console's bell: while a trouble stands that was told (gateway/desk/trouble.h), the terminal of
 * serve, if it has one, and that of courier.bell ("/dev/tty1") show it once a minute, and ring. */
#ifndef TB_SERVE_BELL_H
#define TB_SERVE_BELL_H

#include "gateway/serve/works.h"

struct bell; /* owned by core.c */

/* Under a player it never rings. NULL: out of memory. */
struct bell *bell_new(struct works *w);
void bell_free(struct bell *b);

#endif
