// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An incident that was taken and stands still: no COMAT, THEM, TRALOI, DIEU, SUA or XONG within the time of
 * its severity. First he who took it is asked, from the second time on the duty desk too; ever slower, and
 * after some times no more: the list of what is overdue still has it. What is not urgent waits for the
 * end of the quiet hours. Called by the forms and by the job.
 */
#include "gateway/desk/whom.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/desk/quiet.h"
#include "store/alert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ASKS_MAX 5
#define PAUSE_CAP_MS (2 * DAY_MS)
#define URGENT 4 /* from this severity on the night is no reason to wait */

static int64_t pause_ms(const struct desk *d, const struct incident *in, int asks)
{
    int sev = in->severity < 1 ? 1 : in->severity > 5 ? 5 : in->severity;
    int64_t ms = d->cfg->stand_still_s[sev] * SECOND_MS;
    while (asks-- > 1 && ms < PAUSE_CAP_MS)
        ms *= 2;
    return ms;
}

static int schedule(struct desk *d, const struct incident *in, int asks)
{
    char key[24];
    int64_t ms = pause_ms(d, in, asks);
    snprintf(key, sizeof(key), "%lld", (long long)in->id);
    if (!ms || asks >= ASKS_MAX)
        return job_cancel(d->db, "still", key);
    struct now now = service_now(&d->time);
    return job_set(d->db, "still", key, JOB_REL, now.rel_ms + ms);
}

int still_moved(struct desk *d, const struct incident *in)
{
    return strcmp(in->state, "acked") ? 0 : still_begins(d, in);
}

int still_begins(struct desk *d, const struct incident *in)
{
    int rc = incident_set_still(d->db, in->id, 0);
    return rc < 0 ? rc : schedule(d, in, 0);
}

static int tell(struct desk *d, const struct incident *in, int64_t to, enum text_id id)
{
    char out[OUT_SIZE], time[24];
    const struct user *u = people_by_id(&d->people, in->acked_by);
    clock_text(in->acked_ms, service_now(&d->time).wall_ms, time, sizeof(time));
    int rc = text_say(d->cfg, id, out, sizeof(out), "code", in->code, "kind", in->kind, "place",
                      incident_place_name(d, in), "name", u ? u->name : "Can bo", "time", time, NULL);
    return rc < 0 ? rc : tell_user(d, to, PRIO_REPLY, in->id, 0, out);
}

/* The duty desk; of a restricted one the others named for it. */
static int tell_desk(struct desk *d, const struct incident *in)
{
    int rc = 0;
    for (size_t i = 0; !rc && i < d->people.n; i++) {
        const struct user *u = &d->people.users[i];
        bool his = in->restricted ? alert_named(d, in->kind, u) : whom_on_duty(d, u);
        if (his && u->id != in->acked_by)
            rc = tell(d, in, u->id, in->restricted ? TEXT_STILL_DUTY_RESTRICTED : TEXT_STILL_DUTY);
    }
    return rc;
}

/* He who took it is gone from the roster, or said NGUNG. */
static bool is_left(const struct desk *d, const struct incident *in)
{
    const struct user *u = people_by_id(&d->people, in->acked_by);
    return !u || u->stopped;
}

struct left {
    struct desk *d;
    int64_t ids[64];
    size_t n;
};

static int keep_left(void *ctx, const struct incident *in)
{
    struct left *l = ctx;
    int asks = 0;
    if (strcmp(in->state, "acked") != 0 || !is_left(l->d, in))
        return 0;
    int rc = incident_still(l->d->db, in->id, &asks);
    if (!rc && !asks)
        l->ids[l->n++] = in->id;
    return rc < 0 ? rc : l->n == ARRAY_LEN(l->ids);
}

int still_left(struct desk *d)
{
    char key[24];
    struct left l = {.d = d};
    int rc = incident_each_live(d->db, keep_left, &l);
    for (size_t i = 0; rc >= 0 && i < l.n; i++) {
        snprintf(key, sizeof(key), "%lld", (long long)l.ids[i]);
        rc = job_set(d->db, "still", key, JOB_REL, service_now(&d->time).rel_ms);
    }
    return rc < 0 ? rc : 0;
}

int still_due(struct desk *d, const char *key)
{
    struct incident in;
    int asks = 0, rc = incident_by_id(d->db, strtoll(key, NULL, 10), &in);
    if (rc == -ENOENT || (!rc && strcmp(in.state, "acked") != 0))
        return 0;
    if (rc < 0)
        return rc;
    struct now now = service_now(&d->time);
    int64_t at_rel = in.severity >= URGENT ? now.rel_ms : quiet_until(d->cfg, now);
    if (at_rel > now.rel_ms)
        return job_set(d->db, "still", key, JOB_REL, at_rel);
    rc = incident_still(d->db, in.id, &asks);
    if (!rc)
        rc = incident_set_still(d->db, in.id, asks + 1);
    if (!rc)
        rc = audit(d, 0, "still_asked", in.id, 0, "");
    if (!rc)
        rc = tell(d, &in, in.acked_by, in.restricted ? TEXT_STILL_RESTRICTED : TEXT_STILL);
    if (!rc && (asks > 0 || is_left(d, &in)))
        rc = tell_desk(d, &in);
    return rc < 0 ? rc : schedule(d, &in, asks + 1);
}
