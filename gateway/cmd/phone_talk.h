// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the person at `tinbao phone` types and reads: commands and texts to the modem's
 * control socket, its events as lines of a conversation. Used by phone.c only.
 */
#ifndef TB_CMD_PHONE_TALK_H
#define TB_CMD_PHONE_TALK_H

#include "gateway/cmd/phone_book.h"

#include <stdbool.h>
#include <stddef.h>

#define PHONE_COMMANDS                                                                                                 \
    "  /as WHO          be another phone: 0912000003, or part of a name or role\n"                                     \
    "  /who             the phones\n"                                                                                  \
    "  /call            ring the gateway once\n"                                                                       \
    "  /off, /on        this phone is unreachable, reachable again\n"                                                  \
    "  /fault NAME      break the modem: mute garbage no-echo unknown-urc cms=38 sim-full\n"                           \
    "                   delete-fails unplug power-cycle slow; /ok mends it\n"                                          \
    "  /raw HEX         a ready-made PDU into the SIM\n"                                                               \
    "  /wait SECONDS    read no further until it was silent so long\n"                                                 \
    "  /help, /quit\n"

struct phone_talk {
    int fd; /* the control socket */
    struct phone_book *book;
    char self[ADDRESS_SIZE];
    bool colour;
    int wait_ms; /* set by /wait; the caller waits and clears it */
};

void phone_talk_welcome(const struct phone_talk *t);
void phone_talk_prompt(const struct phone_talk *t, char *out, size_t size);
/* A line to the modem. */
void phone_talk_say(const struct phone_talk *t, const char *line);
/* What was typed; false to leave. */
bool phone_talk_line(struct phone_talk *t, char *text);
/* A line from the modem. */
void phone_talk_event(struct phone_talk *t, char *line);

#endif
