// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Handing over: NHAN on an incident that another has. He who has it and the duty desk are asked; the
 * first answer decides, and when none comes in time it stays as it was. Of a restricted one only
 * officers named for it are asked. The chief, and whoever finds the holder gone from the roster, needs
 * nobody's leave. Called by ack.c, the dialogue and the job.
 */
#include "gateway/desk/event.h"
#include "gateway/desk/whom.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "store/alert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CROSSED_MS (2 * SECOND_MS)   /* written so long before the other's NHAN: he could not know, */
#define CROSSING_MS (10 * MINUTE_MS) /* which came so lately; else a clock is wrong */

static int say(struct desk *d, const struct incident *in, int64_t to, enum priority p, enum text_id id,
               const char *name)
{
    char out[OUT_SIZE];
    int rc = text_say(d->cfg, id, out, sizeof(out), "code", in->code, "kind", in->kind, "place",
                      incident_place_name(d, in), "name", name, NULL);
    return rc < 0 ? rc : tell_user(d, to, p, in->id, 0, out);
}

/* May this user decide it? Who has it, and the duty desk; not he who asks. */
static bool decides(const struct desk *d, const struct incident *in, const struct user *u, int64_t asks)
{
    if (u->stopped || u->id == asks)
        return false;
    if (u->id == in->acked_by)
        return true;
    return in->restricted ? u->role == ROLE_DUTY && alert_named(d, in->kind, u) : whom_on_duty(d, u);
}

static int ask_them(struct desk *d, const struct incident *in, const struct user *asks)
{
    int rc = 0;
    for (size_t i = 0; !rc && i < d->people.n; i++) {
        const struct user *u = &d->people.users[i];
        if (!decides(d, in, u, asks->id))
            continue;
        struct question q = {.user_id = u->id, .incident_id = in->id, .field = "handover", .choices = "co khong"};
        rc = dialogue_put(d, &q);
        if (!rc)
            rc = say(d, in, u->id, PRIO_ALERT, in->restricted ? TEXT_HANDOVER_ASK_RESTRICTED : TEXT_HANDOVER_ASK,
                     asks->name);
    }
    return rc;
}

static int close_question(struct desk *d, const struct incident *in, int64_t user_id)
{
    struct question q;
    int rc = question_of(d->db, user_id, 0, &q);
    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    return !strcmp(q.field, "handover") && q.incident_id == in->id ? dialogue_end(d, &q, "answered") : 0;
}

/* Everybody whom it was or is about: he who asked, he who had it, those who were asked, and when it was
 * given also the others who were called. in is as it was before. */
static int tell_all(struct desk *d, const struct incident *in, const struct user *asks, enum text_id to_him, bool given)
{
    const char *had = people_name(&d->people, in->acked_by);
    int rc = 0;
    for (size_t i = 0; !rc && i < d->people.n; i++) {
        const struct user *u = &d->people.users[i];
        bool asked = decides(d, in, u, asks->id);
        bool called = given && u->id != in->user_id && incident_concerns(d, in->id, u->id) &&
                      (!in->restricted || alert_named(d, in->kind, u));
        if (asked)
            rc = close_question(d, in, u->id);
        if (rc < 0)
            break;
        if (u->id == asks->id)
            rc = say(d, in, u->id, PRIO_REPLY, to_him, had);
        else if (u->id == in->acked_by)
            rc = say(d, in, u->id, PRIO_REPLY, given ? TEXT_HANDOVER_GIVEN : TEXT_HANDOVER_STAYS,
                     given ? asks->name : had);
        else if (asked || called)
            rc = say(d, in, u->id, PRIO_REPLY, given ? TEXT_HANDOVER_OTHERS : TEXT_HANDOVER_STAYS,
                     given ? asks->name : had);
    }
    return rc;
}

/* The reporter hears who comes now; not of a tip or a restricted one, nor a stranger. */
static int tell_its_reporter(struct desk *d, const struct incident *in, const struct user *asks)
{
    char out[OUT_SIZE];
    if (in->restricted || !in->user_id || in->user_id == asks->id || !strcmp(in->form, "tip"))
        return 0;
    int rc = text_say(d->cfg, TEXT_ACK_REPORTER, out, sizeof(out), "code", in->code, "name", asks->name, NULL);
    return rc < 0 ? rc : tell_user(d, in->user_id, PRIO_REPLY, in->id, 0, out);
}

static int give(struct desk *d, const struct incident *in, const struct user *asks, int64_t by, int64_t message_id)
{
    int rc = incident_set_taker(d->db, in->id, asks->id, in->acked_by);
    if (!rc)
        rc = audit(d, by, "handover", in->id, message_id, asks->name);
    if (!rc)
        rc = event_incident_id(d, "changed", in->id, asks->id);
    if (!rc)
        rc = concern_add(d->db, in->id, asks->id, in->alert_step);
    if (!rc)
        rc = still_begins(d, in);
    if (!rc)
        rc = tell_all(d, in, asks, TEXT_HANDOVER_YOURS, true);
    return rc < 0 ? rc : tell_its_reporter(d, in, asks);
}

static int answer(struct msg *m, const struct incident *in, enum text_id id, int64_t who)
{
    char out[OUT_SIZE], time[24];
    clock_text(in->acked_ms, m->now.wall_ms, time, sizeof(time));
    int rc = text_say(m->d->cfg, id, out, sizeof(out), "code", in->code, "name", people_name(&m->d->people, who),
                      "time", time, NULL);
    return rc < 0 ? rc : reply(m, out, false);
}

static int job_at(struct desk *d, int64_t incident_id, int64_t at_rel)
{
    char key[24];
    snprintf(key, sizeof(key), "%lld", (long long)incident_id);
    return job_set(d->db, "handover", key, JOB_REL, at_rel);
}

static int begin(struct msg *m, const struct incident *in)
{
    struct handover h = {.user_id = m->user->id, .from_id = in->acked_by, .asked_ms = m->now.wall_ms};
    int rc = handover_set(m->d->db, in->id, &h);
    if (!rc)
        rc = audit(m->d, m->user->id, "handover_asked", in->id, m->id, "");
    if (!rc)
        rc = job_at(m->d, in->id, m->now.rel_ms + m->d->cfg->handover_s * SECOND_MS);
    if (!rc)
        rc = answer(m, in, TEXT_HANDOVER_WAIT, in->acked_by);
    return rc < 0 ? rc : ask_them(m->d, in, m->user);
}

int handover_wanted(struct msg *m, const struct incident *in)
{
    struct handover h;
    const struct user *has = people_by_id(&m->d->people, in->acked_by);
    int64_t since_ms = m->now.wall_ms - in->acked_ms;
    if (since_ms >= 0 && since_ms < CROSSING_MS && m->at_ms + CROSSED_MS < in->acked_ms)
        return ack_taken_already(m, in);
    m->disposition = "handover";
    if (!has || has->stopped || (m->user->role == ROLE_CHIEF && !in->restricted))
        return give(m->d, in, m->user, m->user->id, m->id);
    int rc = handover_of(m->d->db, in->id, &h);
    if (rc < 0 && rc != -ENOENT)
        return rc;
    if (!rc && h.from_id == in->acked_by)
        return answer(m, in, TEXT_HANDOVER_PENDING, in->acked_by);
    return begin(m, in);
}

/* The one that waits, if it still speaks of him who has it: 0 or -ENOENT. */
static int pending(struct desk *d, int64_t incident_id, struct incident *in, struct handover *h)
{
    int rc = handover_of(d->db, incident_id, h);
    if (!rc)
        rc = incident_by_id(d->db, incident_id, in);
    if (rc)
        return rc;
    return !strcmp(in->state, "acked") && in->acked_by == h->from_id ? 0 : -ENOENT;
}

int handover_answer(struct msg *m, int64_t incident_id, bool yes)
{
    struct incident in;
    struct handover h;
    int rc = pending(m->d, incident_id, &in, &h);
    const struct user *asks = rc ? NULL : people_by_id(&m->d->people, h.user_id);
    if (rc && rc != -ENOENT)
        return rc;
    if (!asks || asks->stopped)
        return reply_text(m, TEXT_ANSWER_NONE, "", "");
    rc = handover_finish(m->d->db, incident_id, yes ? "yes" : "no");
    if (!rc && yes)
        return give(m->d, &in, asks, m->user->id, m->id);
    if (!rc)
        rc = audit(m->d, m->user->id, "handover_refused", in.id, m->id, asks->name);
    return rc < 0 ? rc : tell_all(m->d, &in, asks, TEXT_HANDOVER_NO, false);
}

int handover_late(struct desk *d, const char *key)
{
    struct incident in;
    struct handover h;
    int64_t id = strtoll(key, NULL, 10);
    int rc = pending(d, id, &in, &h);
    const struct user *asks = rc ? NULL : people_by_id(&d->people, h.user_id);
    if (rc && rc != -ENOENT)
        return rc;
    if (!asks) {
        rc = handover_finish(d->db, id, "late");
        return rc == -ENOENT ? 0 : rc;
    }
    rc = handover_finish(d->db, id, "late");
    if (!rc)
        rc = audit(d, 0, "handover_late", in.id, 0, asks->name);
    return rc < 0 ? rc : tell_all(d, &in, asks, TEXT_HANDOVER_LATE, false);
}
