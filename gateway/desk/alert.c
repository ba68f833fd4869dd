// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Alerts, and again until somebody takes it: each repeat is a step up (whom.h says who is told at which).
 * Called by the forms (first alerts), by the jobs (repeats) and by reach.c (nobody's phone was
 * reached: the next step goes at once). A restricted incident never leaves the officers named for its
 * kind.
 */
#include "gateway/desk/event.h"
#include "gateway/desk/whom.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/plan/rota.h"
#include "store/alert.h"

#include <stdio.h>
#include <string.h>

#define REPEAT_CAP_MS (6 * HOUR_MS)

static void job_key(int64_t incident_id, char *key, size_t size)
{
    snprintf(key, size, "%lld", (long long)incident_id);
}

static bool is_sos(const struct incident *in)
{
    return !strcmp(in->form, "sos");
}

static enum text_id text_of(const struct incident *in, int step, enum wanted w)
{
    if (in->restricted)
        return step > 0 ? TEXT_ALERT_RESTRICTED_AGAIN : TEXT_ALERT_RESTRICTED;
    if (is_sos(in))
        return step > 0 ? TEXT_ALERT_SOS_AGAIN : TEXT_ALERT_SOS;
    if (w == WANTED_TEAM)
        return TEXT_ALERT_TEAM;
    if (step > 0)
        return TEXT_ALERT_AGAIN;
    if (!strcmp(in->form, "tip"))
        return TEXT_ALERT_TIP;
    return in->unverified ? TEXT_ALERT_UNVERIFIED : TEXT_ALERT;
}

/* The name of an SOS's sender: only a user's; a stranger stays a stranger. */
static const char *sender_name(const struct desk *d, const struct incident *in)
{
    const struct user *u = in->user_id ? people_by_id(&d->people, in->user_id) : NULL;
    return u ? u->name : "Nguoi dan";
}

/* unreached: whose phones the alert did not come to, "" = no word of it. */
static int tell_one(struct desk *d, const struct incident *in, enum priority p, const struct user *u, int step,
                    enum wanted w, const char *unreached)
{
    char out[OUT_SIZE], step_text[8], where[80] = "";
    int64_t row = 0;
    bool skipped = *unreached && !in->restricted && !is_sos(in);
    snprintf(step_text, sizeof(step_text), "%d", step % 100);
    enum text_id id = skipped ? TEXT_ALERT_UNREACHED : text_of(in, step, w);
    const char *what = in->text_in ? in->text_in : in->text;
    if (!*what || (w == WANTED_TEAM && text_withheld(d, in, what))) /* "SOS chong danh vo": not for the team */
        what = is_sos(in) ? "can giup" : "khong ghi chi tiet";
    int rc = is_sos(in) ? sos_place_text(d, in, where, sizeof(where)) : 0;
    if (!rc)
        rc = text_say(d->cfg, id, out, sizeof(out), "code", in->code, "kind", in->kind, "place",
                      is_sos(in) ? where : incident_place_name(d, in), "text", what, "name",
                      skipped ? unreached : sender_name(d, in), "step", step_text, NULL);
    if (!rc)
        rc = tell_user_row(d, u->id, p, in->id, in->message_id, out, &row);
    return rc < 0 ? rc : alert_told(d->db, in->id, u->id, step, service_now(&d->time).rel_ms, row);
}

static enum priority priority_of(const struct incident *in)
{
    return is_sos(in) ? PRIO_SOS : PRIO_ALERT;
}

/* Tells everyone who is wanted at this step, with only_new those who were not told before; *told
 * counts the officers. */
static int tell_wanted(struct desk *d, const struct incident *in, int step, bool only_new, const char *unreached,
                       int *told)
{
    struct whom whom;
    int rc = whom_of(&whom, d, in, step);
    *told = 0;
    for (size_t i = 0; !rc && i < d->people.n; i++) {
        const struct user *u = &d->people.users[i];
        enum wanted w = whom_wanted(&whom, u);
        if (w == WANTED_NO || (only_new && incident_concerns(d, in->id, u->id)))
            continue;
        rc = tell_one(d, in, priority_of(in), u, step, w, unreached);
        *told += w == WANTED_OFFICER;
    }
    return rc;
}

/* Nobody is there to take it: the chief is, whatever the step; restricted ones go to the
 * named officers or nobody. */
static int tell_somebody(struct desk *d, const struct incident *in, int step)
{
    int told, rc = tell_wanted(d, in, step, false, "", &told);
    if (rc < 0 || told)
        return rc;
    for (size_t i = 0; !rc && !in->restricted && i < d->people.n; i++) {
        const struct user *u = &d->people.users[i];
        if (u->role != ROLE_CHIEF || u->stopped || u->id == in->user_id)
            continue;
        rc = tell_one(d, in, priority_of(in), u, step, WANTED_OFFICER, "");
        told++;
    }
    if (!told)
        log_err("incident %s: nobody on the roster can be alerted; add an officer or a duty to the roster", in->code);
    return rc;
}

int64_t alert_pace_ms(const struct desk *d, const struct incident *in, int step)
{
    int repeat_s =
        is_sos(in) ? d->cfg->sos_repeat_s : rota_repeat_s(d->cfg, in->severity, now_calendar(service_now(&d->time)));
    int64_t ms = SECOND_MS * repeat_s;
    /* at the kind's pace at first, then ever slower: it never stops before NHAN, nor floods */
    int slower = is_sos(in) ? step - 10 : step - STEP_ALL;
    while (slower-- > 0 && ms < REPEAT_CAP_MS)
        ms *= 2;
    return ms;
}

static int schedule(struct desk *d, const struct incident *in, int step)
{
    char key[24];
    int64_t due_rel = service_now(&d->time).rel_ms + alert_pace_ms(d, in, step);
    job_key(in->id, key, sizeof(key));
    overseer_expect(d, due_rel + OVERSEER_GRACE_MS);
    int rc = job_set(d->db, "alert", key, JOB_REL, due_rel);
    return rc < 0 ? rc : reach_watch(d, in->id);
}

int alert_wait(struct desk *d, const struct incident *in)
{
    return schedule(d, in, STEP_FIRST);
}

static bool goes_out(const struct desk *d, const struct incident *in, bool under_way)
{
    if (strcmp(in->form, "incident") != 0 || in->unverified)
        return true; /* SOS, tips, and what a stranger reports: at once */
    const struct kind *k = config_kind(d->cfg, in->kind);
    if (!k || in->restricted)
        return true;
    if (k->goes == GOES_AT_ONCE || k->goes == GOES_DUTY || (k->goes == GOES_WHILE_UNDER_WAY && under_way))
        return true;
    return rota_at_once(d->cfg, in->severity, now_calendar(service_now(&d->time)));
}

int alert_first(struct msg *m, const struct incident *in, bool under_way)
{
    if (!goes_out(m->d, in, under_way))
        return 0;
    if (m->late)
        return late_alert(m, in);
    int held = strangers_hold(m, in);
    if (held)
        return held < 0 ? held : 0;
    int rc = tell_somebody(m->d, in, STEP_FIRST);
    return rc < 0 ? rc : schedule(m->d, in, STEP_FIRST);
}

int alert_once(struct desk *d, const struct incident *in)
{
    struct whom whom;
    int rc = whom_of(&whom, d, in, STEP_FIRST), told = 0;
    for (int chief = 0; !rc && !told && chief < 2; chief++) { /* as tell_somebody */
        for (size_t i = 0; !rc && i < d->people.n; i++) {
            const struct user *u = &d->people.users[i];
            bool wanted = chief ? u->role == ROLE_CHIEF && !u->stopped && !in->restricted
                                : whom_wanted(&whom, u) == WANTED_OFFICER;
            if (!wanted)
                continue;
            rc = tell_one(d, in, PRIO_ALERT, u, STEP_FIRST, WANTED_OFFICER, "");
            told++;
        }
    }
    return rc;
}

int alert_more(struct msg *m, const struct incident *in)
{
    int told;
    if (!goes_out(m->d, in, true))
        return 0;
    int rc = tell_wanted(m->d, in, STEP_FIRST, !in->restricted, "", &told);
    return rc < 0 ? rc : schedule(m->d, in, in->alert_step);
}

int alert_unanswered(struct desk *d, const struct incident *in)
{
    int rc = 0, told = 0;
    if (strcmp(in->state, "open") != 0 || in->restricted)
        return 0;
    for (size_t i = 0; !rc && i < d->people.n; i++) {
        const struct user *u = &d->people.users[i];
        if (!whom_on_duty(d, u) || u->stopped || incident_concerns(d, in->id, u->id))
            continue;
        rc = tell_one(d, in, priority_of(in), u, STEP_FIRST, WANTED_OFFICER, "");
        told++;
    }
    /* what would have gone with the digest is an alert from here on, and climbs as one; others do already */
    return rc < 0 || !told || goes_out(d, in, false) ? rc : schedule(d, in, in->alert_step);
}

int alert_again(struct desk *d, int64_t incident_id)
{
    struct incident in;
    char detail[16];
    int rc = incident_by_id(d->db, incident_id, &in);
    if (rc == -ENOENT || (!rc && strcmp(in.state, "open") != 0))
        return 0;
    if (rc < 0)
        return rc;
    int step = in.alert_step + 1;
    snprintf(detail, sizeof(detail), "%d", step);
    /* what is still queued says the same: it must not pile up behind a dead modem */
    rc = outbox_cancel(d->db, in.id, is_sos(&in) ? PRIO_SOS : PRIO_ALERT, OUTBOX_CALLED);
    if (rc >= 0)
        rc = incident_set_step(d->db, in.id, step);
    if (!rc)
        rc = event_incident(d, "escalated", &in, 0);
    if (!rc)
        rc = audit(d, 0, "alert_again", in.id, 0, detail);
    if (!rc)
        rc = tell_somebody(d, &in, step);
    return rc < 0 ? rc : schedule(d, &in, step);
}

int alert_skip(struct desk *d, const struct incident *in, const char *unreached, int *told)
{
    int step = in->alert_step, rc = 0;
    char detail[16];
    *told = 0;
    while (!rc && !*told && step < STEP_ALL)
        rc = tell_wanted(d, in, ++step, true, unreached, told);
    if (rc < 0 || !*told) /* everybody was told already: the repeats go on as they are */
        return rc;
    snprintf(detail, sizeof(detail), "%d", step);
    rc = incident_set_step(d->db, in->id, step);
    if (!rc)
        rc = audit(d, 0, "alert_skip", in->id, 0, detail);
    if (!rc)
        rc = event_incident(d, "escalated", in, 0);
    return rc < 0 ? rc : schedule(d, in, step);
}

int alert_beside(struct desk *d, const struct incident *in, const char *unreached)
{
    struct whom whom;
    if (in->restricted || in->alert_step >= STEP_DESK)
        return 0;
    int rc = whom_of(&whom, d, in, STEP_DESK);
    for (size_t i = 0; !rc && i < d->people.n; i++) {
        const struct user *u = &d->people.users[i];
        if (u->role == ROLE_AREA_OFFICER && whom_wanted(&whom, u) == WANTED_OFFICER &&
            !incident_concerns(d, in->id, u->id))
            rc = tell_one(d, in, priority_of(in), u, in->alert_step, WANTED_OFFICER, unreached);
    }
    return rc;
}

/* called: whom DIEU called out need not come any more either. */
static int stop(struct desk *d, int64_t incident_id, bool called)
{
    char key[24];
    job_key(incident_id, key, sizeof(key));
    int rc = job_cancel(d->db, "alert", key);
    if (!rc)
        rc = job_cancel(d->db, "reach", key);
    if (!rc)
        rc = outbox_cancel(d->db, incident_id, PRIO_ALERT, called ? 0 : OUTBOX_CALLED);
    if (rc >= 0)
        rc = outbox_cancel(d->db, incident_id, PRIO_SOS, 0);
    return rc < 0 ? rc : 0;
}

int alert_stop(struct desk *d, int64_t incident_id)
{
    return stop(d, incident_id, true);
}

int alert_taken(struct desk *d, int64_t incident_id)
{
    return stop(d, incident_id, false);
}

struct concerned {
    struct desk *d;
    const struct incident *in;
    int64_t except_user;
    bool but_reporter; /* he is told in other words */
    enum priority p;
    const char *body;
};

static int tell_concerned(void *ctx, int64_t user_id, int step, int64_t onscene_ms)
{
    (void)step, (void)onscene_ms;
    struct concerned *c = ctx;
    if (user_id == c->except_user || (c->but_reporter && user_id == c->in->user_id))
        return 0;
    /* known before it was restricted, or by COMAT: no more */
    if (c->in->restricted && !alert_named(c->d, c->in->kind, people_by_id(&c->d->people, user_id)))
        return 0;
    return tell_user(c->d, user_id, c->p, c->in->id, 0, c->body);
}

int alert_concerned(struct desk *d, const struct incident *in, int64_t except_user, enum priority p, const char *body)
{
    struct concerned c = {.d = d, .in = in, .except_user = except_user, .p = p, .body = body};
    return concern_each(d->db, in->id, tell_concerned, &c);
}

int alert_others(struct desk *d, const struct incident *in, int64_t except_user, const char *body)
{
    struct concerned c = {
        .d = d, .in = in, .except_user = except_user, .but_reporter = !in->restricted, .p = PRIO_REPLY, .body = body};
    return concern_each(d->db, in->id, tell_concerned, &c);
}

int alert_duty(struct desk *d, enum priority p, int64_t incident_id, int64_t message_id, const char *body)
{
    int rc = 0, told = 0;
    for (int chief = 0; !rc && !told && chief < 2; chief++) { /* nobody has the duty: the chief has */
        for (size_t i = 0; !rc && i < d->people.n; i++) {
            const struct user *u = &d->people.users[i];
            if (u->stopped || (chief ? u->role != ROLE_CHIEF : !whom_on_duty(d, u)))
                continue;
            rc = tell_user(d, u->id, p, incident_id, message_id, body);
            told++;
        }
    }
    return rc;
}
