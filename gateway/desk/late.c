// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Texts that lay in the network, or on the SIM, for longer than an alert may live: a day without power and
 * the night's reports come at noon, all at once. They are kept and answered as ever; their time stands in
 * front of their words; the officers are told of each once (of the first few in an hour, then of their
 * count), nobody climbs out of bed, and the team is not sent. Called by the forms and the alerts.
 *
 * What can go wrong: a clock that is ahead makes every text look late. So both hands must say it: wall time
 * and service time, of which the second does not jump with the first; and the officers are told in any case.
 */
#include "gateway/desk/room.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"

#include <stdio.h>
#include <string.h>

#define ONE_BY_ONE 10 /* an hour */
#define COUNT_TOLD_MS (2 * MINUTE_MS)

bool late_is(const struct msg *m, int64_t smsc_ms)
{
    int64_t now_ms = m->now.rel_ms < m->now.wall_ms ? m->now.rel_ms : m->now.wall_ms;
    return smsc_ms && m->at_ms == smsc_ms && now_ms - smsc_ms > m->d->cfg->alert_ttl_s * SECOND_MS;
}

const char *late_text(const struct msg *m, const char *text, char *out, size_t size)
{
    struct sbuf b = sbuf_on(out, size);
    if (!m->late)
        return text;
    late_when(m->at_ms, m->now.wall_ms, out, size);
    b.len = strlen(out);
    sbuf_addf(&b, "%s%s", *text ? " " : "", text);
    return out;
}

void late_when(int64_t at_ms, int64_t now_ms, char *out, size_t size)
{
    struct civil c = civil_from_ms(at_ms);
    int64_t days = (civil_day_start_ms(now_ms) - civil_day_start_ms(at_ms)) / DAY_MS;
    if (days == 0 || days == 1)
        snprintf(out, size, "(gui luc %02d:%02d%s)", c.hour, c.minute, days ? " hom qua" : "");
    else
        snprintf(out, size, "(gui luc %02d:%02d %d/%d)", c.hour, c.minute, c.day, c.month);
}

static int one_more(struct msg *m)
{
    struct desk *d = m->d;
    int64_t n = 0;
    int rc = meta_get_i64(d->db, "late_count", &n);
    if (rc < 0 && rc != -ENOENT)
        return rc;
    rc = meta_set_i64(d->db, "late_count", n + 1);
    return rc < 0 || n ? rc : job_set(d->db, "late", "", JOB_REL, m->now.rel_ms + COUNT_TOLD_MS);
}

int late_alert(struct msg *m, const struct incident *in)
{
    struct hourly *h = &m->d->late;
    if (in->message_id != m->id)
        return 0;                                 /* an SOS that is known, and climbs by itself */
    int rc = incident_set_held(m->d->db, in->id); /* the overseer need not look for its alerts */
    if (rc < 0)
        return rc;
    if (!h->n || m->now.rel_ms - h->since_rel >= HOUR_MS)
        *h = (struct hourly){.since_rel = m->now.rel_ms};
    if (h->n >= ONE_BY_ONE && strcmp(in->form, "sos") != 0 && !in->restricted)
        return one_more(m);
    h->n++;
    return alert_once(m->d, in);
}

int late_due(struct desk *d, const char *key)
{
    (void)key;
    char out[OUT_SIZE], count[12];
    int64_t n = 0;
    int rc = meta_get_i64(d->db, "late_count", &n);
    if (rc < 0 || !n)
        return rc == -ENOENT ? 0 : rc;
    snprintf(count, sizeof(count), "%d", (int)(n > 99999 ? 99999 : n));
    rc = text_say(d->cfg, TEXT_LATE_COUNT, out, sizeof(out), "count", count, NULL);
    if (!rc)
        rc = meta_set_i64(d->db, "late_count", 0);
    return rc < 0 ? rc : alert_duty(d, PRIO_ALERT, 0, 0, out);
}
