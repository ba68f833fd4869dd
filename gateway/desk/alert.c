// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who is told, and again until somebody takes it. Called by the forms (first alerts) and by
 * the jobs (repeats). A restricted incident never leaves the officers named for its kind.
 */
#include "gateway/desk/event.h"
#include "gateway/desk/room.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"

#include <stdio.h>
#include <string.h>

#define PATROL_MAX 128
#define SHIFT_MAX_MS (16 * HOUR_MS) /* an older VAO without RA is a forgotten one */
#define REPEAT_CAP_MS (6 * HOUR_MS)
#define STEP_CHIEF 2 /* from this step on the chief is told too */

enum wanted { WANTED_NO, WANTED_OFFICER, WANTED_TEAM };

/* Whoever is on patrol in one place now. */
struct patrol {
    const char *place;
    int64_t since_ms;
    int64_t ids[PATROL_MAX];
    size_t n;
};

static int patrol_add(void *ctx, const struct attendance *a)
{
    struct patrol *p = ctx;
    if (p->n < PATROL_MAX && a->in_ms >= p->since_ms && !strcmp(a->place, p->place))
        p->ids[p->n++] = a->user_id;
    return 0;
}

static bool on_patrol(const struct patrol *p, int64_t id)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->ids[i] == id)
            return true;
    return false;
}

bool alert_named(const struct desk *d, const char *kind, const struct user *u)
{
    const struct kind *k = config_kind(d->cfg, kind);
    if (!k || !u)
        return false;
    for (size_t i = 0; i < k->n_officers; i++)
        if (!strcmp(k->officers[i], u->phone))
            return true;
    /* nobody named: the chief alone, the smallest circle that can act */
    return k->n_officers == 0 && u->role == ROLE_CHIEF;
}

static enum wanted wanted_general(const struct incident *in, const struct user *u, int step, const struct patrol *p)
{
    bool tip = !strcmp(in->form, "tip"), sos = !strcmp(in->form, "sos");
    if (u->role == ROLE_DUTY)
        return WANTED_OFFICER;
    if (u->role == ROLE_CHIEF)
        return step >= STEP_CHIEF ? WANTED_OFFICER : WANTED_NO;
    if (in->unverified && !tip)
        return WANTED_NO; /* to the duty desk first: anybody can text anything */
    if (!in->place[0] || !user_covers(u, in->place))
        return WANTED_NO;
    if (u->role == ROLE_AREA_OFFICER)
        return WANTED_OFFICER;
    if (tip || !user_in_team(u) || (step > 0 && !sos))
        return WANTED_NO;
    return u->role == ROLE_LEADER || on_patrol(p, u->id) ? WANTED_TEAM : WANTED_NO;
}

static enum wanted wanted(const struct desk *d, const struct incident *in, const struct user *u, int step,
                          const struct patrol *p)
{
    if (u->stopped || u->id == in->user_id)
        return WANTED_NO;
    if (in->restricted)
        return alert_named(d, in->kind, u) ? WANTED_OFFICER : WANTED_NO;
    const struct kind *k = config_kind(d->cfg, in->kind);
    if (k && k->goes == GOES_DUTY && !strcmp(in->form, "incident"))
        return u->role == ROLE_DUTY || (u->role == ROLE_CHIEF && step >= STEP_CHIEF) ? WANTED_OFFICER : WANTED_NO;
    return wanted_general(in, u, step, p);
}

static enum text_id text_of(const struct incident *in, int step, enum wanted w)
{
    if (in->restricted)
        return TEXT_ALERT_RESTRICTED;
    if (!strcmp(in->form, "sos"))
        return TEXT_ALERT_SOS;
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

static int tell_one(struct desk *d, const struct incident *in, const struct user *u, int step, enum wanted w)
{
    char out[OUT_SIZE], step_text[8];
    snprintf(step_text, sizeof(step_text), "%d", step % 100);
    enum text_id id = text_of(in, step, w);
    const char *what = in->text_in ? in->text_in : in->text;
    if (!*what)
        what = id == TEXT_ALERT_SOS ? "can giup" : "khong ghi chi tiet";
    int rc = text_say(d->cfg, id, out, sizeof(out), "code", in->code, "kind", in->kind, "place",
                      incident_place_name(d, in), "text", what, "name", sender_name(d, in), "step", step_text, NULL);
    if (!rc)
        rc = concern_add(d->db, in->id, u->id, step);
    if (!rc)
        rc = tell_user(d, u->id, strcmp(in->form, "sos") ? PRIO_ALERT : PRIO_SOS, in->id, in->message_id, out);
    return rc;
}

/* Tells everyone who is wanted at this step, with only_new those who were not told before; *told
 * counts the officers. */
static int tell_wanted(struct desk *d, const struct incident *in, int step, bool only_new, int *told)
{
    struct patrol p = {.place = in->place, .since_ms = clock_now_ms(d->clock) - SHIFT_MAX_MS};
    int rc = attendance_each_open(d->db, patrol_add, &p);
    *told = 0;
    for (size_t i = 0; !rc && i < d->people.n; i++) {
        const struct user *u = &d->people.users[i];
        enum wanted w = wanted(d, in, u, step, &p);
        if (w == WANTED_NO || (only_new && incident_concerns(d, in->id, u->id)))
            continue;
        rc = tell_one(d, in, u, step, w);
        *told += w == WANTED_OFFICER;
    }
    return rc;
}

/* Nobody is there to take it: the chief is, whatever the step; restricted ones go to the
 * named officers or nobody. */
static int tell_somebody(struct desk *d, const struct incident *in, int step)
{
    int told, rc = tell_wanted(d, in, step, false, &told);
    if (rc < 0 || told)
        return rc;
    for (size_t i = 0; !rc && !in->restricted && i < d->people.n; i++) {
        const struct user *u = &d->people.users[i];
        if (u->role != ROLE_CHIEF || u->stopped || u->id == in->user_id)
            continue;
        rc = tell_one(d, in, u, step, WANTED_OFFICER);
        told++;
    }
    if (!told)
        log_err("incident %s: nobody on the roster can be alerted; add an officer or a duty to the roster", in->code);
    return rc;
}

static int schedule(struct desk *d, const struct incident *in, int step)
{
    bool sos = !strcmp(in->form, "sos");
    int64_t base_ms = SECOND_MS * (sos ? d->cfg->sos_repeat_s : d->cfg->alert_repeat_s[in->severity]);
    /* at the kind's pace at first, then ever slower: it never stops before NHAN, nor floods */
    int slower = sos ? step - 10 : step - 3;
    while (slower-- > 0 && base_ms < REPEAT_CAP_MS)
        base_ms *= 2;
    char key[24];
    snprintf(key, sizeof(key), "%lld", (long long)in->id);
    return job_set(d->db, "alert", key, JOB_REL, service_now(&d->time).rel_ms + base_ms);
}

static bool goes_out(const struct desk *d, const struct incident *in, bool under_way)
{
    if (strcmp(in->form, "incident") != 0 || in->unverified)
        return true; /* SOS, tips, and what a stranger reports: at once */
    const struct kind *k = config_kind(d->cfg, in->kind);
    if (!k || in->restricted)
        return true;
    return k->goes == GOES_AT_ONCE || k->goes == GOES_DUTY || (k->goes == GOES_WHILE_UNDER_WAY && under_way);
}

int alert_first(struct msg *m, const struct incident *in, bool under_way)
{
    if (!goes_out(m->d, in, under_way))
        return 0;
    int held = strangers_hold(m, in);
    if (held)
        return held < 0 ? held : 0;
    int rc = tell_somebody(m->d, in, 0);
    return rc < 0 ? rc : schedule(m->d, in, 0);
}

int alert_more(struct msg *m, const struct incident *in)
{
    int told;
    if (!goes_out(m->d, in, true))
        return 0;
    int rc = tell_wanted(m->d, in, 0, !in->restricted, &told);
    return rc < 0 ? rc : schedule(m->d, in, in->alert_step);
}

int alert_unanswered(struct desk *d, const struct incident *in)
{
    int rc = 0;
    if (strcmp(in->state, "open") != 0 || in->restricted)
        return 0;
    for (size_t i = 0; !rc && i < d->people.n; i++) {
        const struct user *u = &d->people.users[i];
        if (u->role == ROLE_DUTY && !u->stopped && !incident_concerns(d, in->id, u->id))
            rc = tell_one(d, in, u, 0, WANTED_OFFICER);
    }
    return rc;
}

int alert_again(struct desk *d, int64_t incident_id)
{
    struct incident in;
    int rc = incident_by_id(d->db, incident_id, &in);
    if (rc == -ENOENT || (!rc && strcmp(in.state, "open") != 0))
        return 0;
    if (rc < 0)
        return rc;
    int step = in.alert_step + 1;
    /* what is still queued says the same: it must not pile up behind a dead modem */
    rc = outbox_cancel(d->db, in.id, strcmp(in.form, "sos") ? PRIO_ALERT : PRIO_SOS, 0);
    if (rc >= 0)
        rc = incident_set_step(d->db, in.id, step);
    if (!rc)
        rc = event_incident(d, "escalated", &in, 0);
    if (!rc)
        rc = audit(d, 0, "alert_again", in.id, 0, "");
    if (!rc)
        rc = tell_somebody(d, &in, step);
    return rc < 0 ? rc : schedule(d, &in, step);
}

int alert_stop(struct desk *d, int64_t incident_id)
{
    char key[24];
    snprintf(key, sizeof(key), "%lld", (long long)incident_id);
    int rc = job_cancel(d->db, "alert", key);
    if (!rc)
        rc = outbox_cancel(d->db, incident_id, PRIO_ALERT, 0);
    if (rc >= 0)
        rc = outbox_cancel(d->db, incident_id, PRIO_SOS, 0);
    return rc < 0 ? rc : 0;
}

struct concerned {
    struct desk *d;
    const struct incident *in;
    int64_t except_user;
    enum priority p;
    const char *body;
};

static int tell_concerned(void *ctx, int64_t user_id, int step, int64_t onscene_ms)
{
    (void)step, (void)onscene_ms;
    struct concerned *c = ctx;
    if (user_id == c->except_user)
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

int alert_duty(struct desk *d, enum priority p, int64_t incident_id, int64_t message_id, const char *body)
{
    int rc = 0;
    for (size_t i = 0; !rc && i < d->people.n; i++)
        if (d->people.users[i].role == ROLE_DUTY)
            rc = tell_user(d, d->people.users[i].id, p, incident_id, message_id, body);
    return rc;
}
