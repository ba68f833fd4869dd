// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libgammu waits by usleep(): 100 + 500 + 100 ms around every part that is sent, 5 and 10
 * ms while it waits for an answer. This room's usleep() takes the place of libc's for the
 * whole program, and does two more things when a line child asked for it: pauses of 100 ms
 * and more are cut to 1 ms, and a call that is past its deadline is aborted from inside.
 */
#ifndef TB_LINE_GAMMU_PAUSE_H
#define TB_LINE_GAMMU_PAUSE_H

#include <stdbool.h>
#include <stdint.h>

void gammu_pause_cut(bool cut);
/* From now on until gammu_pause_unguard(): the first usleep() after deadline (mono_ms())
 * calls on_late(ctx) once. */
void gammu_pause_guard(int64_t deadline_mono_ms, void (*on_late)(void *ctx), void *ctx);
void gammu_pause_unguard(void);

#endif
