// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The second look at alerts: it asks the incidents and those who were told, not the jobs that climb, and
 * raises an alarm when an alert is overdue and nobody was asked (a job that was lost, a roster without
 * officers, a fault of ours). Called by the ticker on a time of its own. What it finds is set climbing
 * again at once; the chief hears of it.
 */
#include "gateway/desk/whom.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "store/overseer.h"

#include <stdio.h>
#include <string.h>

void overseer_expect(struct desk *d, int64_t at_rel)
{
    if (at_rel < d->look_rel)
        d->look_rel = at_rel;
}

int64_t desk_overseer_next(const struct desk *d)
{
    return d->look_rel;
}

/* Must somebody have been asked, whatever the incident's text says of the time? */
static bool must_be_asked(const struct desk *d, const struct incident *in)
{
    const struct kind *k = config_kind(d->cfg, in->kind);
    if (strcmp(in->form, "incident") != 0 || in->unverified || in->restricted)
        return true;
    return k && (k->goes == GOES_AT_ONCE || k->goes == GOES_DUTY);
}

/* The service time by which somebody is to be asked (again), INT64_MAX = never. */
static int64_t deadline(struct desk *d, const struct incident *in, const struct asked *a)
{
    int64_t last = a->told_rel > a->alarm_rel ? a->told_rel : a->alarm_rel;
    if (last)
        return last + alert_pace_ms(d, in, in->alert_step) + OVERSEER_GRACE_MS;
    return must_be_asked(d, in) ? a->received_rel + OVERSEER_FIRST_MS : INT64_MAX;
}

static int alarm(struct desk *d, const struct incident *in, int64_t now_rel)
{
    char out[OUT_SIZE], key[24];
    snprintf(key, sizeof(key), "%lld", (long long)in->id);
    log_err("incident %s: its alert is overdue and nobody was asked; it is alerted again", in->code);
    int rc = overseer_alarm(d->db, in->id, now_rel);
    if (!rc)
        rc = audit(d, 0, "overdue_unasked", in->id, 0, "");
    if (!rc)
        rc = job_set(d->db, "alert", key, JOB_REL, now_rel);
    if (!rc)
        rc = text_say(d->cfg, TEXT_ALERT_OVERDUE, out, sizeof(out), "code", in->code, NULL);
    for (size_t i = 0; !rc && i < d->people.n; i++) {
        const struct user *u = &d->people.users[i];
        if (in->restricted ? alert_named(d, in->kind, u) : u->role == ROLE_CHIEF)
            rc = tell_user(d, u->id, PRIO_ALERT, 0, 0, out); /* not of the incident: its next repeat cancels those */
    }
    return rc;
}

struct look {
    struct desk *d;
    int64_t now_rel, next_rel;
    int64_t late[16];
    int n;
};

static int look_at(void *ctx, const struct incident *in, const struct asked *a)
{
    struct look *l = ctx;
    int64_t at_rel = deadline(l->d, in, a);
    if (at_rel > l->now_rel) {
        l->next_rel = at_rel < l->next_rel ? at_rel : l->next_rel;
    } else if (l->n < (int)ARRAY_LEN(l->late)) {
        l->late[l->n++] = in->id; /* the rest at the next look */
    } else {
        l->next_rel = l->now_rel;
    }
    return 0;
}

int desk_overseer(struct desk *d)
{
    struct incident in;
    struct look l = {.d = d, .now_rel = service_now(&d->time).rel_ms, .next_rel = INT64_MAX};
    int rc = overseer_each(d->db, look_at, &l);
    for (int i = 0; rc >= 0 && i < l.n; i++) {
        rc = incident_by_id(d->db, l.late[i], &in);
        if (!rc)
            rc = alarm(d, &in, l.now_rel);
        if (!rc)
            overseer_expect(d, l.now_rel + alert_pace_ms(d, &in, in.alert_step) + OVERSEER_GRACE_MS);
    }
    if (rc < 0)
        return rc;
    d->look_rel = l.n ? l.now_rel + 1 : l.next_rel; /* after an alarm: once more, by what is then there */
    return l.n;
}
