// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Patrols held and missed, as the digests say them: a shift of the settings is held when as many people
 * as it needs were in, else missed; in a village without shifts nobody is expected, and the nights on
 * which somebody came are held. Called by digest_text.c.
 */
#include "gateway/desk/digest.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/plan/shift.h"
#include "store/attendance.h"

#include <string.h>

#define WINDOWS_MAX 128 /* of one village in a month */

static int count_night(void *ctx, const struct attendance_night *n)
{
    int *held = ctx;
    *held += n->people > 0;
    return 0;
}

int digest_patrols(const struct digest *g, const char *place, int *held, int *missed)
{
    const struct config *c = g->d->cfg;
    struct shift_window w[WINDOWS_MAX];
    char after[NIGHT_SIZE];
    int64_t from_ms, to_ms;
    *held = *missed = 0;
    if (shift_night_add(g->last, 1, after) < 0 || shift_night_begin(c, g->first, &from_ms) < 0 ||
        shift_night_begin(c, after, &to_ms) < 0)
        return 0;
    if (!shift_place_has(c, place))
        return attendance_nights(g->d->db, place, g->first, after, count_night, held);
    /* a shift may begin before night_start_h, and belongs to its date all the same */
    size_t n = shift_windows(c, place, civil_day_start_ms(from_ms), to_ms + DAY_MS, false, w, WINDOWS_MAX);
    int rc = 0;
    for (size_t i = 0; !rc && i < n && i < WINDOWS_MAX; i++) {
        int present = 0;
        if (strcmp(w[i].night, g->first) < 0 || strcmp(w[i].night, g->last) > 0 || w[i].begin_ms > g->now_ms ||
            w[i].begin_ms < g->since_ms)
            continue;
        rc = attendance_present(g->d->db, place, w[i].night, w[i].begin_ms, w[i].end_ms, &present);
        *held += present >= w[i].need;
        *missed += present < w[i].need;
    }
    return rc < 0 ? rc : 0;
}
