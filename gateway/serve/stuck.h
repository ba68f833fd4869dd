// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The watchdog of a core that nobody else watches: started by hand, in a loop of a shell, in a container.
 * Under systemd its WatchdogSec does this and more (notify.c), and then this one is not made. A loop that
 * has not turned for so long is taken for dead: the core becomes itself anew (execve, the same process
 * number, the same arguments). The database forgets what was not committed, the children see their socket
 * closed and end, and the start takes up the rest, as after a crash.
 */
#ifndef TB_SERVE_STUCK_H
#define TB_SERVE_STUCK_H

#include <event2/event.h>

struct stuck;

/* argv: of the program, NULL at its end; it and exe must live as long. NULL: argv is NULL,
 * after_s is 0, or the system gives no timer (logged). Owned by the caller. */
struct stuck *stuck_new(struct event_base *base, int after_s, const char *exe, char *const *argv);
void stuck_free(struct stuck *s);

#endif
