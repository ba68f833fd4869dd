// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usleep() for libgammu, see gammu_pause.h. Called by libgammu through the dynamic linker,
 * which finds the executable's symbol first, and by nothing of this project. Outside of a
 * line child it sleeps as libc's does. What can go wrong: nothing but a sleep cut short by
 * a signal, which its callers all bear.
 */
#include "gateway/line/gammu_pause.h"

#include "gateway/base/clock.h"
#include "gateway/base/err.h"

#include <stddef.h>
#include <time.h>
#include <unistd.h>

#define LONG_PAUSE_US 100000u
#define CUT_PAUSE_US 1000u

/* usleep() has no argument to carry a state, so this one is the room's only variable at
 * file scope. One line child is one process with one thread. */
static struct {
    bool cut;
    int64_t deadline_ms;
    void (*on_late)(void *ctx);
    void *ctx;
} pause_state;

void gammu_pause_cut(bool cut)
{
    pause_state.cut = cut;
}

void gammu_pause_guard(int64_t deadline_mono_ms, void (*on_late)(void *ctx), void *ctx)
{
    pause_state.deadline_ms = deadline_mono_ms;
    pause_state.on_late = on_late;
    pause_state.ctx = ctx;
}

void gammu_pause_unguard(void)
{
    pause_state.on_late = NULL;
}

// libc names its parameter with underscores, which are its own
int usleep(useconds_t usec) // NOLINT(readability-inconsistent-declaration-parameter-name)
{
    if (pause_state.on_late && mono_ms() >= pause_state.deadline_ms) {
        void (*late)(void *) = pause_state.on_late;
        pause_state.on_late = NULL;
        late(pause_state.ctx);
    }
    if (pause_state.cut && usec >= LONG_PAUSE_US)
        usec = CUT_PAUSE_US;
    struct timespec t = {.tv_sec = usec / 1000000u, .tv_nsec = (long)(usec % 1000000u) * 1000};
    return nanosleep(&t, NULL);
}
