// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The control socket of the virtual modem: how phones and test programs reach the air of
 * `tinbao modem`. A Unix stream socket, lines of UTF-8 ending in LF, words parted by one
 * space. In the last word of a line (a text) a new line is written \n and a backslash \\;
 * in FROM a space is written \s.
 *
 *   text FROM TEXT      a text from that phone to the gateway
 *   call FROM           that phone rings the gateway and gives up
 *   raw HEX             a ready-made PDU (SMSC and TPDU) into the SIM
 *   fault NAME          a fault of air.h, or "ok"
 *   unreachable NUMBER  / reachable NUMBER
 *   held                answers "ok N": texts the service centre still holds
 *   watch               events from now on
 *
 * Each line is answered, in order, with "ok" or "error WHY". A watcher also gets, between
 * answers, times as UTC milliseconds:
 *
 *   arrived MS PHONE TEXT   a text of the gateway, whole, on a phone
 *   text MS FROM TEXT       a text to the gateway (from any client)
 *   call MS FROM
 *   fault MS NAME
 */
#ifndef TB_LINE_CONTROL_H
#define TB_LINE_CONTROL_H

#include "gateway/line/air.h"

#include <stddef.h>

#define CONTROL_LINE_MAX (4 * SMS_TEXT_MAX)

struct event_base;
struct control;

/* Listens at `path` (mode 0600; a socket nobody answers on is replaced). It reads all
 * phones: what arrives is told to the watchers and taken from the air. NULL with errno:
 * EADDRINUSE when another modem answers there. Owned by the caller. */
struct control *control_new(struct event_base *base, struct air *air, const char *path);
void control_free(struct control *c);

/* $XDG_RUNTIME_DIR/tinbao-modem.sock, else ./tinbao-modem.sock; 0 or -EMSGSIZE.
 * `suffix` is ".sock" for the socket and "" for the device link. */
int control_default_path(const char *suffix, char *out, size_t size);
/* A connected blocking socket, or -errno. */
int control_connect(const char *path);

/* Escapes a text for a line: 0 or -EMSGSIZE. spaces: also \s, for FROM. */
int control_escape(const char *text, bool spaces, char *out, size_t size);
/* In place. */
void control_unescape(char *text);

#endif
