// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The core's memory of PINs: one wrong try a SIM and PIN, over restarts of the line, of the core and of
 * the box. Three wrong ones lock a SIM. Kept in meta under a keyed hash of the SIM's own number (of the
 * line's name, if the modem does not tell it) and the PIN; neither stands anywhere in clear.
 */
#ifndef TB_SERVE_PIN_GUARD_H
#define TB_SERVE_PIN_GUARD_H

#include "gateway/serve/lines.h"
#include "gateway/serve/works.h"

enum pin_state { PIN_NEVER, PIN_TRYING, PIN_GOOD, PIN_BAD };

/* May a PIN in this state be tried, when the SIM has `left` tries (PIN_LEFT_UNKNOWN: not told)? All
 * three left: no wrong one was tried since the last right one, whatever is remembered. Pure. */
bool pin_may(enum pin_state state, unsigned left);
/* A LINE_PIN: "trying" is committed before LINE_PIN_MAY goes out, and what became of it after. If the
 * database takes nothing, nothing is tried. */
void pin_guard_hear(struct works *w, struct lane *l, const struct line_pin *p);

#endif
