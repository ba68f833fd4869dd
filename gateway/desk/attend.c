// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VAO and RA, by text or by a missed call: attendance by shift. A night belongs to the date it began.
 * Called by dispatch, by desk_call and by the job that closes a forgotten RA.
 */
#include "gateway/desk/attend.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DELAYED_MIN_MS (10 * MINUTE_MS) /* a text so old was held up on its way, */
#define DELAYED_MAX_MS (12 * HOUR_MS)   /* an older one, or one of the future, is a clock that is wrong */
#define LATE_OUT_MS (3 * HOUR_MS)       /* RA so long after the service closed the row is its RA */

int64_t attend_time(const struct msg *m)
{
    int64_t now = now_calendar(m->now), late = now - m->at_ms;
    return m->at_ms && late >= DELAYED_MIN_MS && late <= DELAYED_MAX_MS ? m->at_ms : now;
}

void attend_date(const char *night, char out[ATTEND_DATE_SIZE])
{
    int month = 0, day = 0;
    (void)sscanf(night, "%*4d-%2d-%2d", &month, &day);
    snprintf(out, ATTEND_DATE_SIZE, "%d/%d", day % 100, month % 100);
}

int attend_place(const struct user *u, char out[PLACE_CODE_SIZE])
{
    size_t n = strcspn(u->places, " ");
    if (n >= PLACE_CODE_SIZE)
        return -EMSGSIZE;
    memcpy(out, u->places, n);
    out[n] = '\0';
    return 0;
}

static bool window_of(const struct desk *d, const struct attendance *a, struct shift_window *w)
{
    return shift_at(d->cfg, a->place, a->in_ms, d->cfg->attendance.early_min, w);
}

int64_t attend_end(const struct desk *d, const struct attendance *a)
{
    struct shift_window w;
    return window_of(d, a, &w) ? w.end_ms : a->in_ms;
}

int64_t attend_out_due(const struct desk *d, const struct attendance *a)
{
    struct shift_window w;
    return window_of(d, a, &w) ? w.end_ms + d->cfg->attendance.close_after_min * MINUTE_MS
                               : a->in_ms + d->cfg->attendance.forgotten_h * HOUR_MS;
}

static void job_key(int64_t id, char out[24])
{
    snprintf(out, 24, "%lld", (long long)id);
}

int attend_expect_out(struct desk *d, const struct attendance *a)
{
    char key[24];
    job_key(a->id, key);
    return job_set(d->db, "forgotten", key, JOB_WALL, attend_out_due(d, a));
}

/* Does a VAO now belong to the shift of the open row? A row of the future is a clock set back. */
static bool same_shift(const struct desk *d, const struct attendance *open, int64_t at_ms)
{
    struct shift_window was, is;
    struct attendance here = *open;
    here.in_ms = at_ms;
    if (at_ms < open->in_ms)
        return true;
    if (window_of(d, open, &was) && window_of(d, &here, &is))
        return was.begin_ms == is.begin_ms;
    return at_ms < attend_out_due(d, open);
}

/* The service closes a row: where its shift ended, or where it began, and marks it. */
static int forget(struct desk *d, const struct attendance *a, int64_t now_ms, int64_t message_id)
{
    char key[24];
    int64_t end = attend_end(d, a);
    if (end > now_ms)
        end = now_ms > a->in_ms ? now_ms : a->in_ms;
    job_key(a->id, key);
    int rc = attendance_forget(d->db, a->id, end);
    if (!rc)
        rc = attend_patrol_ends(d, a->user_id, end, true);
    if (!rc)
        rc = job_cancel(d->db, "forgotten", key);
    return rc < 0 ? rc : audit(d, a->user_id, "checkout_forgotten", 0, message_id, a->night);
}

int attend_enter(struct msg *m, int64_t at_ms, const char *how, struct attendance *a)
{
    struct desk *d = m->d;
    struct attendance open;
    int rc = attendance_open(d->db, m->user->id, &open);
    if (rc < 0 && rc != -ENOENT)
        return rc;
    if (!rc && same_shift(d, &open, at_ms)) {
        *a = open;
        return 1;
    }
    if (!rc) /* the RA of an earlier shift was forgotten */
        rc = forget(d, &open, at_ms, m->id);
    *a = (struct attendance){.user_id = m->user->id, .in_ms = at_ms, .message_id = m->id, .how = how};
    if (!rc || rc == -ENOENT)
        rc = attend_place(m->user, a->place);
    if (rc < 0)
        return rc;
    shift_night_of(d->cfg, a->place, at_ms, d->cfg->attendance.early_min, a->night);
    rc = attendance_in(d->db, a, &a->id);
    if (!rc)
        rc = attend_expect_out(d, a);
    return rc < 0 ? rc : audit(d, m->user->id, "checkin", 0, m->id, a->night);
}

int attend_leave(struct msg *m, struct attendance *a, int64_t at_ms)
{
    char key[24];
    job_key(a->id, key);
    a->out_ms = at_ms > a->in_ms ? at_ms : a->in_ms; /* the clock was set back in between */
    int rc = attendance_out(m->d->db, a->id, a->out_ms);
    if (!rc)
        rc = job_cancel(m->d->db, "forgotten", key);
    if (!rc)
        rc = attend_patrol_ends(m->d, a->user_id, a->out_ms, false);
    return rc < 0 ? rc : audit(m->d, m->user->id, "checkout", 0, m->id, a->night);
}

static int reply_in(struct msg *m, enum text_id id, const struct attendance *a)
{
    char time[24], out[OUT_SIZE];
    const struct place *p = config_place(m->d->cfg, a->place);
    clock_text(a->in_ms, now_calendar(m->now), time, sizeof(time));
    int rc = text_say(m->d->cfg, id, out, sizeof(out), "place", p ? p->name : "", "time", time, NULL);
    return rc < 0 ? rc : reply(m, out, false);
}

static int reply_out(struct msg *m, enum text_id id, const struct attendance *a)
{
    char time[24], hours[16], out[OUT_SIZE];
    int64_t minutes = (a->out_ms - a->in_ms) / MINUTE_MS;
    clock_text(a->out_ms, now_calendar(m->now), time, sizeof(time));
    snprintf(hours, sizeof(hours), "%dh%02d", (int)(minutes / 60 % 100), (int)(minutes % 60));
    int rc = text_say(m->d->cfg, id, out, sizeof(out), "time", time, "hours", hours, NULL);
    return rc < 0 ? rc : reply(m, out, false);
}

static int enter(struct msg *m, const char *how, enum text_id id)
{
    struct attendance a;
    m->disposition = "checkin";
    int rc = attend_enter(m, attend_time(m), how, &a);
    return rc < 0 ? rc : reply_in(m, rc == 1 ? TEXT_CHECKIN_ALREADY : id, &a);
}

int form_checkin(struct msg *m)
{
    return enter(m, "text", TEXT_CHECKIN_OK);
}

/* The RA of a row that the service has closed a while ago: it was late, not forgotten. 1 = there was none. */
static int late_out(struct msg *m, int64_t at_ms)
{
    struct attendance a;
    int rc = attendance_last(m->d->db, m->user->id, at_ms - 2 * DAY_MS, at_ms, &a);
    if (rc == -ENOENT || (!rc && (!a.forgotten || at_ms - a.out_ms > LATE_OUT_MS || at_ms < a.out_ms)))
        return 1;
    if (rc < 0)
        return rc;
    struct attendance_edit e = {.what = ATTENDANCE_OUT,
                                .user_id = m->user->id,
                                .at_ms = now_calendar(m->now),
                                .old_ms = a.out_ms,
                                .new_ms = at_ms,
                                .message_id = m->id};
    a.out_ms = at_ms;
    a.forgotten = false;
    rc = attendance_change(m->d->db, &a, &e);
    if (!rc)
        rc = audit(m->d, m->user->id, "checkout", 0, m->id, a.night);
    return rc < 0 ? rc : reply_out(m, TEXT_CHECKOUT_OK, &a);
}

int form_checkout(struct msg *m)
{
    struct attendance open;
    int64_t at_ms = attend_time(m);
    m->disposition = "checkout";
    int rc = attendance_open(m->d->db, m->user->id, &open);
    if (rc == -ENOENT)
        rc = late_out(m, at_ms);
    else if (!rc && !(rc = attend_leave(m, &open, at_ms)))
        rc = reply_out(m, TEXT_CHECKOUT_OK, &open);
    if (rc != 1)
        return rc;
    rc = audit(m->d, m->user->id, "checkout_alone", 0, m->id, "");
    return rc < 0 ? rc : reply_text(m, TEXT_CHECKOUT_NONE, "", "");
}

/* ---- a missed call ---- */

/* Was something recorded of him within the last minutes? Then he rings once more to be sure. */
static int rang_before(struct msg *m, bool *yes)
{
    struct attendance a;
    int64_t now = now_calendar(m->now), window = m->d->cfg->attendance.same_call_min * MINUTE_MS;
    int rc = attendance_last(m->d->db, m->user->id, now - 2 * DAY_MS, now + DAY_MS, &a);
    *yes = !rc && (llabs(now - a.in_ms) < window || (a.out_ms && llabs(now - a.out_ms) < window));
    return rc == -ENOENT ? 0 : rc;
}

static int call_is(struct msg *m)
{
    struct attendance open;
    bool again;
    int rc = rang_before(m, &again);
    if (rc < 0 || again)
        return rc;
    rc = attendance_open(m->d->db, m->user->id, &open);
    if (rc < 0 && rc != -ENOENT)
        return rc;
    if (rc == -ENOENT || !same_shift(m->d, &open, attend_time(m)))
        return enter(m, "call", TEXT_MISSED_IN);
    m->disposition = "checkout";
    rc = attend_leave(m, &open, attend_time(m));
    return rc < 0 ? rc : reply_out(m, TEXT_MISSED_OUT, &open);
}

static int take_call(struct desk *d, const char *line, const char *number, const struct user *u, int64_t message_id)
{
    struct msg m = {.d = d,
                    .now = service_now(&d->time),
                    .line = line,
                    .kind = ADDRESS_NUMBER,
                    .user = u,
                    .id = message_id,
                    .body = "",
                    .disposition = "call"};
    int rc = str_copy(m.number, sizeof(m.number), number);
    if (!rc)
        rc = call_is(&m);
    return rc < 0 ? rc : message_settle(d->db, message_id, m.disposition, 0);
}

int attend_call(struct desk *d, const char *line, const char *number, const struct user *u, int64_t message_id)
{
    if (d->careless)
        return take_call(d, line, number, u, message_id);
    int rc = db_save(d->db);
    if (!rc)
        rc = take_call(d, line, number, u, message_id);
    if (!rc)
        return db_release(d->db);
    if (rc == -ENOSPC || rc == -EIO || rc == -EBUSY || rc == -ENOMEM)
        return rc; /* the storage: the whole batch is repeated */
    log_err("a missed call could not be taken as attendance (%s): kept as a call", strerror(-rc));
    return db_undo(d->db);
}

/* ---- a forgotten RA ---- */

static int tell_forgotten(struct desk *d, const struct attendance *a, int64_t now_ms)
{
    char time[24], date[ATTEND_DATE_SIZE], out[OUT_SIZE];
    attend_date(a->night, date);
    clock_text(attend_end(d, a), now_ms, time, sizeof(time));
    int rc = text_say(d->cfg, TEXT_FORGOTTEN, out, sizeof(out), "date", date, "time", time, NULL);
    return rc < 0 ? rc : tell_later(d, a->user_id, 0, a->message_id, out);
}

int attend_forgotten(struct desk *d, const char *key)
{
    struct attendance a;
    int64_t now = now_calendar(service_now(&d->time));
    int rc = attendance_by_id(d->db, strtoll(key, NULL, 10), &a);
    if (rc == -ENOENT || (!rc && a.out_ms))
        return 0;
    if (rc < 0)
        return rc;
    if (now < attend_out_due(d, &a)) /* its time was corrected, or its shift is another one by now */
        return attend_expect_out(d, &a);
    rc = forget(d, &a, now, 0);
    /* where no shift is configured nobody is reminded of anything; who sent TUAN BD sent no VAO */
    bool tell = shift_place_has(d->cfg, a.place) && !a.by_patrol;
    return rc < 0 || !tell ? rc : tell_forgotten(d, &a, now);
}
