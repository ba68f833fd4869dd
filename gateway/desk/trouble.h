// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is wrong with the machinery, told by another way than its own SMS: a line that is down, a SIM
 * that wants its PUK or is gone, a network that refuses it, credit that is used up. Told once when
 * it has lasted for courier.alarm_after_s (credit: at once), and once when it is mended: by mail, by
 * webhook (line.down, line.up, trouble, trouble.over), by SMS to the duty desk and the chief where
 * another modem or a spare line can carry it, in the log as an error, and by the console's bell
 * (gateway/serve/bell.c), which rings until it is mended. Called in the caller's transaction.
 */
#ifndef TB_DESK_TROUBLE_H
#define TB_DESK_TROUBLE_H

#include "gateway/desk/desk.h"

/* A line said how it stands (desk_line). */
int trouble_of_line(struct desk *d, const struct line_state *s);
/* Something else, by its name ("credit gsm1"); text: plain words, one line. Told at once, but not
 * again while it lasts. */
int trouble_raise(struct desk *d, const char *what, const char *text);
int trouble_over(struct desk *d, const char *what); /* 0 also when there was none */
/* The job of a line's trouble that has lasted. */
int trouble_due(struct desk *d, const char *key);
/* At start and after a reload: the job of service.alive, so that its absence can be noticed; and the
 * job itself. */
int alive_start(struct desk *d);
int alive_due(struct desk *d, const char *key);

#endif
