// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Did an alert come to a phone? Fed by delivery reports and failed sends; asked by XEM and the codes
 * ("chua den may"). When no phone of those told was reached, the next step goes at once instead of
 * after the whole interval; when an officer of the area was not, the others of his area are told beside.
 * A delivery report is no acknowledgement: nothing here stops an alert.
 */
#include "gateway/desk/room.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "parsers/fold.h"
#include "store/alert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int job_at(struct desk *d, int64_t incident_id, int64_t at_rel)
{
    char key[24];
    snprintf(key, sizeof(key), "%lld", (long long)incident_id);
    return job_set(d->db, "reach", key, JOB_REL, at_rel);
}

int reach_watch(struct desk *d, int64_t incident_id)
{
    if (!d->cfg->dlr) /* no report will come; a failed send is heard of by itself */
        return 0;
    return job_at(d, incident_id, service_now(&d->time).rel_ms + d->cfg->reach_after_s * SECOND_MS);
}

int reach_heard(struct desk *d, int64_t outbox_id, bool delivered)
{
    struct alert_row row;
    struct now now = service_now(&d->time);
    int rc = alert_row(d->db, outbox_id, &row);
    if (rc < 0 || !row.user_id)
        return rc == -ENOENT ? 0 : rc;
    if (!delivered || row.user_away)
        rc = alert_user_away(d->db, row.user_id, delivered ? 0 : now.rel_ms);
    if (rc < 0 || row.priority > PRIO_ALERT || !row.incident_id)
        return rc;
    if (delivered)
        return alert_reached(d->db, row.incident_id, row.user_id, now.wall_ms);
    return job_at(d, row.incident_id, now.rel_ms); /* looked at when this batch is through */
}

/* Given up, or the network says that the phone is off: of this alert, or once it is late of any. */
static bool did_not_come(const struct reach *r, bool late)
{
    if (!strcmp(r->state, "failed") || !strcmp(r->state, "expired"))
        return true;
    return r->away_rel && (late || r->away_rel >= r->told_rel);
}

struct tally {
    struct desk *d;
    int64_t now_rel, after_ms;
    int reached, away, waiting; /* officers */
    bool area_away;
    int64_t next_rel; /* when the next of those waiting has had his time */
    struct sbuf names;
};

static void add_name(struct sbuf *b, const struct user *u)
{
    char name[96];
    if (fold_unaccent(u->name, strlen(u->name), name, sizeof(name)) > 0 && b->len + strlen(name) < 56)
        sbuf_addf(b, "%s%s", b->len ? ", " : "", name);
}

static int count(void *ctx, const struct reach *r)
{
    struct tally *t = ctx;
    const struct user *u = people_by_id(&t->d->people, r->user_id);
    if (!u || u->stopped || !user_is_officer(u))
        return 0;
    bool late = t->now_rel - r->told_rel >= t->after_ms;
    if (r->reached_ms) {
        t->reached++;
    } else if (did_not_come(r, late)) {
        t->away++;
        t->area_away |= u->role == ROLE_AREA_OFFICER;
        add_name(&t->names, u);
    } else {
        t->waiting += !late;
        if (!late && r->told_rel + t->after_ms < t->next_rel)
            t->next_rel = r->told_rel + t->after_ms;
    }
    return 0;
}

/* Nobody's phone was reached: up at once. */
static int nobody(struct desk *d, const struct incident *in, const char *names)
{
    int told, rc = alert_skip(d, in, names, &told);
    if (!rc && !told) {
        log_warn("incident %s: no phone of those who are to take it was reached, and nobody else is there", in->code);
        rc = audit(d, 0, "alert_unreached", in->id, 0, "");
    }
    return rc;
}

int reach_due(struct desk *d, const char *key)
{
    struct incident in;
    char names[80];
    struct tally t = {.d = d,
                      .now_rel = service_now(&d->time).rel_ms,
                      .after_ms = d->cfg->reach_after_s * SECOND_MS,
                      .next_rel = INT64_MAX,
                      .names = sbuf_on(names, sizeof(names))};
    int rc = incident_by_id(d->db, strtoll(key, NULL, 10), &in);
    if (rc == -ENOENT || (!rc && strcmp(in.state, "open") != 0))
        return 0;
    if (!rc)
        rc = alert_reach_each(d->db, in.id, count, &t);
    if (rc < 0)
        return rc;
    if (t.away && !t.reached && !t.waiting)
        return nobody(d, &in, names);
    if (t.area_away)
        rc = alert_beside(d, &in, names);
    return rc < 0 || t.next_rel == INT64_MAX ? rc : job_at(d, in.id, t.next_rel);
}

struct missing {
    struct desk *d;
    int64_t now_rel;
    struct sbuf names;
};

static int add_missing(void *ctx, const struct reach *r)
{
    struct missing *m = ctx;
    const struct user *u = people_by_id(&m->d->people, r->user_id);
    bool late = m->now_rel - r->told_rel >= m->d->cfg->reach_after_s * SECOND_MS;
    if (!u || !user_is_officer(u) || r->reached_ms || !strcmp(r->state, "cancelled"))
        return 0;
    if (did_not_come(r, late) || (late && m->d->cfg->dlr))
        add_name(&m->names, u);
    return 0;
}

int reach_text(struct desk *d, const struct incident *in, char *out, size_t size)
{
    char names[80];
    struct missing m = {.d = d, .now_rel = service_now(&d->time).rel_ms, .names = sbuf_on(names, sizeof(names))};
    out[0] = '\0';
    if (strcmp(in->state, "open") != 0 && strcmp(in->state, "acked") != 0)
        return 0;
    int rc = alert_reach_each(d->db, in->id, add_missing, &m);
    if (rc < 0 || !m.names.len)
        return rc;
    snprintf(out, size, "Chua den may: %s. ", names);
    return 0;
}
