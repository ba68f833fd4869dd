// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A flood of reports, tips and SOS from unknown numbers must not wake the officers a thousand times, nor
 * empty the prepaid card: so many an hour are alerted one by one, of one number and of all; the others
 * are kept as ever, and the duty desk hears once in a while how many. Called by the alerts and by the
 * job. What is counted within the hour is in memory: a restart costs a few alerts more.
 */
#include "gateway/desk/room.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"

#include <stdio.h>
#include <string.h>

#define HELD_TOLD_MS (10 * MINUTE_MS) /* after the first that was held back */

/* One more in the hour that began with the first: false when it would be one too many. */
static bool count_one(struct hourly *h, int64_t now_rel, int most)
{
    if (!h->n || now_rel - h->since_rel >= HOUR_MS)
        *h = (struct hourly){.since_rel = now_rel};
    if (h->n >= most)
        return false;
    h->n++;
    return true;
}

static struct stranger *stranger_of(struct desk *d, int64_t party_id)
{
    struct stranger *s = &d->strangers.one[(uint64_t)party_id % STRANGER_SLOTS];
    if (s->party_id != party_id)
        *s = (struct stranger){.party_id = party_id};
    return s;
}

/* An SOS has its own count: a flood of tips does not hold it back. */
static bool may_alert(struct msg *m, const struct incident *in)
{
    struct desk *d = m->d;
    bool sos = !strcmp(in->form, "sos");
    struct hourly *one = &stranger_of(d, m->party_id)->hour[sos], *all = &d->strangers.all[sos];
    if (all->n >= d->cfg->unknown_alerts_all_per_hour && m->now.rel_ms - all->since_rel < HOUR_MS)
        return false; /* not counted against the number */
    return count_one(one, m->now.rel_ms, d->cfg->unknown_alerts_per_hour) &&
           count_one(all, m->now.rel_ms, d->cfg->unknown_alerts_all_per_hour);
}

static int held_count(struct desk *d, int64_t *n)
{
    int rc = meta_get_i64(d->db, "strangers_held", n);
    if (rc < 0)
        *n = 0;
    return rc == -ENOENT ? 0 : rc;
}

int strangers_hold(struct msg *m, const struct incident *in)
{
    if (m->user || may_alert(m, in))
        return 0;
    if (in->message_id != m->id)
        return 1; /* his SOS once more: it climbs already */
    int64_t held;
    int rc = held_count(m->d, &held);
    if (!rc)
        rc = meta_set_i64(m->d->db, "strangers_held", held + 1);
    if (!rc)
        rc = incident_set_held(m->d->db, in->id);
    if (!rc && !held)
        rc = job_set(m->d->db, "strangers", "", JOB_REL, m->now.rel_ms + HELD_TOLD_MS);
    return rc < 0 ? rc : 1;
}

int strangers_due(struct desk *d, const char *key)
{
    (void)key;
    char out[OUT_SIZE], count[12];
    int64_t held;
    int rc = held_count(d, &held);
    if (rc < 0 || !held)
        return rc;
    snprintf(count, sizeof(count), "%d", (int)(held > 99999 ? 99999 : held));
    rc = text_say(d->cfg, TEXT_STRANGERS_HELD, out, sizeof(out), "count", count, NULL);
    if (!rc)
        rc = meta_set_i64(d->db, "strangers_held", 0);
    return rc < 0 ? rc : alert_duty(d, PRIO_ALERT, 0, 0, out);
}
