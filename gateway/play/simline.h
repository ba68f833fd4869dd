// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The in-process line: the contract of gateway/line/line.h spoken directly over the air
 * (gateway/line/air.h) inside the player's process, without a modem and without libgammu.
 * Fast and exact; for scenarios. The SIM is the air's, so it outlives a killed core.
 *
 * Faults as far as a line without a modem can have them: mute, unplug and slow hand over
 * nothing and refuse to send until they end; cms=N, sim-full and delete-fails come from the
 * air; power-cycle drops every handle and hands over again; the others change nothing.
 */
#ifndef TB_PLAY_SIMLINE_H
#define TB_PLAY_SIMLINE_H

#include "gateway/line/air.h"

#include <stdbool.h>
#include <stdint.h>

struct event_base;
struct simline; /* owned by whoever called simline_new */

/* Listens to the air at once. NULL: ENOMEM, or the air takes no more listeners. The air has
 * no unlisten: the simline must live as long as the air is used. */
struct simline *simline_new(struct event_base *base, struct air *air);
void simline_free(struct simline *s);

/* Takes over a connected SOCK_SEQPACKET socket to the core (closes it later): says hello,
 * its status, and hands over what is stored. 0, -ENOMEM. */
int simline_connect(struct simline *s, int fd);
/* The core is gone: what it had already sent is still carried out, then the socket is closed. */
void simline_disconnect(struct simline *s);

/* Nothing in its own queue and nothing to be read from the core. */
bool simline_quiet(const struct simline *s);
/* Packets exchanged so far, both ways. */
uint64_t simline_packets(const struct simline *s);
/* 0, or -EPROTO when the core broke the contract (then why is not ""). */
int simline_trouble(const struct simline *s, const char **why);

#endif
