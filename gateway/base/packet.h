// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Packets between the core and its children: one message, one packet, over SOCK_SEQPACKET. Used by
 * each contract's wire.c, which knows the schema. A peer is never believed: what is too long is -EPROTO.
 */
#ifndef TB_BASE_PACKET_H
#define TB_BASE_PACKET_H

#include <stdbool.h>
#include <stddef.h>

/* A text field of a received packet: terminated; what follows the NUL is cleared, so that nothing of
 * the sender's stack goes on. */
bool packet_text_ok(char *s, size_t size);
#define PACKET_TEXT_OK(array) packet_text_ok((array), sizeof(array))

/* Writes a packet, never waits: 0, -EAGAIN (nothing went), -EPIPE, -EIO. */
int packet_put(int fd, const void *p, size_t n);
/* Reads one into p, at most `size` octets; wait: as the socket is set, else never: its length, 0 the peer
 * closed, -EAGAIN none, -EPROTO too long, -EPIPE. */
int packet_get(int fd, void *p, size_t size, bool wait);

#endif
