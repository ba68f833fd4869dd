// SPDX-License-Identifier: GPL-2.0-or-later
/* VAO and RA: attendance by shift. A night belongs to the date it began. Called by dispatch. */
#include "gateway/desk/room.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"

#include <stdio.h>
#include <string.h>

#define FORGOTTEN_MS (16 * HOUR_MS) /* an open VAO older than this belongs to another shift */

static void night_of(int64_t at_ms, int night_end_h, char *out, size_t size)
{
    struct civil c = civil_from_ms(at_ms);
    if (c.hour < night_end_h)
        c = civil_from_ms(at_ms - DAY_MS);
    snprintf(out, size, "%04d-%02d-%02d", c.year, c.month, c.day);
}

static const char *place_name(const struct desk *d, const char *code)
{
    const struct place *p = config_place(d->cfg, code);
    return p ? p->name : "";
}

/* The user's village; of several the first. */
static int place_of(const struct user *u, char *out, size_t size)
{
    size_t n = strcspn(u->places, " ");
    if (n >= size)
        return -EMSGSIZE;
    memcpy(out, u->places, n);
    out[n] = '\0';
    return 0;
}

static int reply_in(struct msg *m, enum text_id id, const char *place, int64_t at_ms)
{
    char time[24], out[OUT_SIZE];
    clock_text(at_ms, m->now.wall_ms, time, sizeof(time));
    int rc = text_say(m->d->cfg, id, out, sizeof(out), "place", place_name(m->d, place), "time", time, NULL);
    return rc < 0 ? rc : reply(m, out, false);
}

int form_checkin(struct msg *m)
{
    struct attendance open, a = {.user_id = m->user->id, .in_ms = m->now.wall_ms, .message_id = m->id};
    m->disposition = "checkin";
    int rc = attendance_open(m->d->db, m->user->id, &open);
    if (rc < 0 && rc != -ENOENT)
        return rc;
    if (!rc && m->now.wall_ms - open.in_ms < FORGOTTEN_MS)
        return reply_in(m, TEXT_CHECKIN_ALREADY, open.place, open.in_ms);
    if (!rc) { /* the RA of an earlier shift was forgotten: closed where it began, and marked */
        rc = attendance_out(m->d->db, open.id, open.in_ms);
        if (!rc)
            rc = audit(m->d, m->user->id, "checkout_forgotten", 0, m->id, open.night);
        if (rc < 0)
            return rc;
    }
    rc = place_of(m->user, a.place, sizeof(a.place));
    if (rc < 0)
        return rc;
    night_of(m->now.wall_ms, m->d->cfg->night_end_h, a.night, sizeof(a.night));
    int64_t id;
    rc = attendance_in(m->d->db, &a, &id);
    if (!rc)
        rc = audit(m->d, m->user->id, "checkin", 0, m->id, a.night);
    return rc < 0 ? rc : reply_in(m, TEXT_CHECKIN_OK, a.place, a.in_ms);
}

int form_checkout(struct msg *m)
{
    struct attendance open;
    m->disposition = "checkout";
    int rc = attendance_open(m->d->db, m->user->id, &open);
    if (rc == -ENOENT) {
        rc = audit(m->d, m->user->id, "checkout_alone", 0, m->id, "");
        return rc < 0 ? rc : reply_text(m, TEXT_CHECKOUT_NONE, "", "");
    }
    if (rc < 0)
        return rc;
    rc = attendance_out(m->d->db, open.id, m->now.wall_ms);
    if (!rc)
        rc = audit(m->d, m->user->id, "checkout", 0, m->id, open.night);
    char time[24], hours[16], out[OUT_SIZE];
    int64_t minutes = (m->now.wall_ms - open.in_ms) / MINUTE_MS;
    if (minutes < 0)
        minutes = 0; /* the wall clock was set back in between */
    clock_text(m->now.wall_ms, m->now.wall_ms, time, sizeof(time));
    snprintf(hours, sizeof(hours), "%dh%02d", (int)(minutes / 60 % 100), (int)(minutes % 60));
    if (!rc)
        rc = text_say(m->d->cfg, TEXT_CHECKOUT_OK, out, sizeof(out), "time", time, "hours", hours, NULL);
    return rc < 0 ? rc : reply(m, out, false);
}
