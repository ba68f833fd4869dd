// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A line editor for a terminal on which messages arrive while one types: what comes in is
 * printed above, the line under edit is drawn again below. UTF-8, arrows, history. Used by
 * `tinbao phone` only.
 */
#ifndef TB_CMD_PHONE_EDIT_H
#define TB_CMD_PHONE_EDIT_H

#include <stdbool.h>
#include <stddef.h>

struct phone_edit;

/* Takes the terminal (no echo, no line discipline) until phone_edit_free(). NULL with errno. */
struct phone_edit *phone_edit_new(int fd);
void phone_edit_free(struct phone_edit *e);
void phone_edit_prompt(struct phone_edit *e, const char *prompt);

/* Wipes the line before something is printed, draws it again after. */
void phone_edit_hide(struct phone_edit *e);
void phone_edit_show(struct phone_edit *e);

/* Feeds what was read. Calls line(ctx, text) for each finished line, with the terminal's
 * line wiped; returns false when the person wants to leave (Ctrl-C, Ctrl-D on an empty
 * line) or line() returned false. */
bool phone_edit_input(struct phone_edit *e, const char *p, size_t n, bool (*line)(void *ctx, char *text), void *ctx);

#endif
