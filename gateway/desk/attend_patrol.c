// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * TUAN BD n and TUAN KT: a patrol with its people, its place and its night. Who reports it is in from
 * then on, as by VAO, and out with TUAN KT when it was TUAN BD that brought him in. Called after the
 * activity was recorded; officers' patrols are activities only.
 */
#include "gateway/desk/attend.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"

#include <string.h>

int attend_patrol_ends(struct desk *d, int64_t user_id, int64_t at_ms, bool forgotten)
{
    struct patrol_row p;
    int rc = patrol_of(d->db, user_id, &p);
    if (!rc)
        rc = patrol_end(d->db, p.id, at_ms > p.start_ms ? at_ms : p.start_ms, forgotten);
    return rc == -ENOENT ? 0 : rc;
}

static int begins(struct msg *m)
{
    struct attendance a;
    int64_t at = attend_time(m), id;
    int rc = attend_patrol_ends(m->d, m->user->id, at, true); /* the last one had no TUAN KT */
    if (!rc)
        rc = attend_enter(m, at, "patrol", &a);
    if (rc < 0)
        return rc;
    long people = m->m->has_number && m->m->number > 0 ? m->m->number : 0;
    struct patrol_row p = {
        .user_id = m->user->id, .people = people > 99 ? 99 : (int)people, .start_ms = at, .message_id = m->id};
    memcpy(p.place, a.place, sizeof(p.place));
    shift_night_of(m->d->cfg, a.place, at, m->d->cfg->attendance.early_min, p.night);
    return patrol_begin(m->d->db, &p, &id);
}

static int ends(struct msg *m)
{
    struct attendance a;
    int64_t at = attend_time(m);
    int rc = attendance_open(m->d->db, m->user->id, &a);
    if (!rc && a.by_patrol)
        return attend_leave(m, &a, at);
    return rc < 0 && rc != -ENOENT ? rc : attend_patrol_ends(m->d, m->user->id, at, false);
}

int attend_patrol(struct msg *m)
{
    if (!user_in_team(m->user))
        return 0;
    if (!strcmp(m->m->form, "patrol_start"))
        return begins(m);
    return strcmp(m->m->form, "patrol_end") ? 0 : ends(m);
}
