// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Effects as intentions: rows of the outbox. Nothing here sends. Called by the forms, the
 * alerts and the jobs, inside their transaction.
 */
#include "gateway/desk/room.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/desk/budget.h"
#include "gateway/desk/quiet.h"

#include <stdio.h>
#include <string.h>

static int ttl_s(const struct config *c, enum priority p)
{
    switch (p) {
    case PRIO_SOS:
    case PRIO_ALERT:
        return c->alert_ttl_s;
    case PRIO_REPLY:
        return c->reply_ttl_s;
    case PRIO_DIGEST:
        break;
    }
    return c->digest_ttl_s;
}

static int put(struct desk *d, struct outbox_row *r)
{
    struct now now = service_now(&d->time);
    r->created_ms = now.wall_ms;
    r->not_before_rel = r->priority == PRIO_DIGEST ? quiet_until(d->cfg, now) : now.rel_ms;
    r->expires_rel = r->not_before_rel + ttl_s(d->cfg, r->priority) * SECOND_MS;
    return outbox_add(d->db, r, &r->id);
}

static bool own_number(const struct config *c, const char *number)
{
    for (size_t i = 0; i < c->n_lines; i++)
        if (c->lines[i].own_number[0] && !strcmp(c->lines[i].own_number, number))
            return true;
    return false;
}

/* Unknown numbers get few replies an hour, each and all together: a flood must not empty
 * the prepaid card, and two machines must not talk for ever. */
static int party_may_get(struct desk *d, int64_t party_id, bool *may)
{
    int64_t hour_ago = clock_now_ms(d->clock) - HOUR_MS, one = 0, all = 0;
    int rc = outbox_count_party(d->db, party_id, hour_ago, &one);
    if (!rc)
        rc = outbox_count_party(d->db, 0, hour_ago, &all);
    *may = one < d->cfg->unknown_replies_per_hour && all < d->cfg->unknown_replies_all_per_hour;
    return rc;
}

static struct throttle *throttle_of(struct msg *m)
{
    struct throttle *t = &m->d->throttle[(uint64_t)m->user->id % THROTTLE_SLOTS];
    if (t->user_id != m->user->id)
        *t = (struct throttle){.user_id = m->user->id};
    return t;
}

/* A person who waits for help, and a dialogue that ends by itself, are always answered. */
static bool always_answered(const struct msg *m)
{
    static const char *const forms[] = {"sos", "ack", "code", "answer", "menu"};
    if (!strcmp(m->disposition, "menu"))
        return true; /* it has an end */
    for (size_t i = 0; m->m && i < ARRAY_LEN(forms); i++)
        if (!strcmp(m->m->form, forms[i]))
            return true;
    return false;
}

/* A phone that says one text to everything it gets: the same words are answered three times an
 * hour. The fourth is still read and saved. */
static bool said_too_often(struct msg *m)
{
    if (always_answered(m))
        return false;
    struct throttle *t = throttle_of(m);
    uint64_t text = 14695981039346656037ull;
    for (const char *p = m->body; *p; p++)
        text = (text ^ (unsigned char)*p) * 1099511628211ull;
    struct said *s = &t->said[0];
    for (size_t i = 0; i < SAID_SLOTS; i++) {
        if (t->said[i].n && t->said[i].text == text) {
            s = &t->said[i];
            break;
        }
        if (t->said[i].since_rel < s->since_rel)
            s = &t->said[i]; /* the oldest gives way */
    }
    int64_t now = m->now.rel_ms;
    if (s->text != text || !s->n || now - s->since_rel >= HOUR_MS)
        *s = (struct said){.text = text, .since_rel = now};
    if (s->n && s->message_id == m->id)
        return false;
    if (s->n >= SAME_TEXT_AN_HOUR)
        return true;
    s->message_id = m->id;
    s->n++;
    return false;
}

/* A lost phone hears that a report was saved, by its code alone, and whom to call after an SOS; it is no
 * user's any more, and nothing that it is told says so. */
static int words_for_lost(struct msg *m, const char **body, bool resend, char *out, size_t size)
{
    struct incident in;
    *body = m->m && !strcmp(m->m->form, "sos") ? *body : NULL;
    if (*body || !m->incident_id || !resend)
        return 0;
    int rc = incident_by_id(m->d->db, m->incident_id, &in);
    if (!rc)
        rc = text_say(m->d->cfg, TEXT_RESTRICTED_OK, out, size, "code", in.code, NULL);
    *body = rc < 0 ? NULL : out;
    return rc;
}

int reply(struct msg *m, const char *body, bool resend)
{
    char plain[OUT_SIZE];
    if (m->kind != ADDRESS_NUMBER || own_number(m->d->cfg, m->number))
        return 0;
    if (m->lost) {
        int rc = words_for_lost(m, &body, resend, plain, sizeof(plain));
        if (rc < 0 || !body)
            return rc;
    }
    if (m->user && said_too_often(m))
        return 0;
    if (!m->user) {
        bool may;
        int rc = party_may_get(m->d, m->party_id, &may);
        if (rc < 0 || !may)
            return rc;
    }
    struct outbox_row r = {
        .user_id = m->user ? m->user->id : 0,
        .party_id = m->user ? 0 : m->party_id,
        .priority = PRIO_REPLY,
        .resend = resend,
        .incident_id = m->incident_id,
        .message_id = m->id,
        .body_in = body,
        .need = m->m ? budget_need_of(m->m->form) : NEED_REPLY,
    };
    if (resend && r.need < NEED_REPLY)
        r.need = NEED_REPLY;
    return put(m->d, &r);
}

int reply_text(struct msg *m, enum text_id id, const char *name, const char *value)
{
    char out[OUT_SIZE];
    int rc = text_say(m->d->cfg, id, out, sizeof(out), name, value, NULL);
    return rc < 0 ? rc : reply(m, out, false);
}

int complaint_allowed(struct msg *m, bool *may)
{
    if (!m->user)
        return party_may_get(m->d, m->party_id, may);
    struct throttle *t = throttle_of(m);
    int64_t now = m->now.rel_ms, last = t->at_rel[COMPLAINTS_AN_HOUR - 1];
    *may = !(last && now - last < MINUTE_MS) && !(t->at_rel[0] && now - t->at_rel[0] < HOUR_MS);
    if (!*may)
        return 0;
    memmove(t->at_rel, t->at_rel + 1, sizeof(t->at_rel) - sizeof(t->at_rel[0]));
    t->at_rel[COMPLAINTS_AN_HOUR - 1] = now;
    return 0;
}

int tell_user_row(struct desk *d, int64_t user_id, enum priority p, int64_t incident_id, int64_t message_id,
                  const char *body, int64_t *row)
{
    const struct user *u = people_by_id(&d->people, user_id);
    *row = 0;
    if (!u || u->stopped)
        return 0;
    struct outbox_row r = {
        .user_id = user_id,
        .priority = p,
        .resend = true, /* nobody asked for it, so nobody would ask again: twice rather than not at all */
        .incident_id = incident_id,
        .message_id = message_id,
        .body_in = body,
        .need = p < PRIO_DIGEST ? NEED_REPLY : NEED_NONE,
    };
    int rc = put(d, &r);
    *row = rc < 0 ? 0 : r.id;
    return rc;
}

int tell_user(struct desk *d, int64_t user_id, enum priority p, int64_t incident_id, int64_t message_id,
              const char *body)
{
    int64_t row;
    return tell_user_row(d, user_id, p, incident_id, message_id, body, &row);
}

int tell_digest(struct desk *d, int64_t user_id, const char *body)
{
    const struct user *u = people_by_id(&d->people, user_id);
    if (!u || u->stopped)
        return 0;
    struct outbox_row r = {.user_id = user_id, .priority = PRIO_DIGEST, .resend = true, .body_in = body};
    return put(d, &r);
}

int tell_warning(struct desk *d, const char *body)
{
    int rc = 0;
    for (size_t i = 0; !rc && i < d->people.n; i++) {
        const struct user *u = &d->people.users[i];
        if (u->stopped || (u->role != ROLE_DUTY && u->role != ROLE_CHIEF))
            continue;
        struct outbox_row r = {
            .user_id = u->id, .priority = PRIO_DIGEST, .resend = true, .body_in = body, .need = NEED_ALWAYS};
        rc = put(d, &r);
    }
    return rc;
}

int tell_later(struct desk *d, int64_t user_id, int64_t incident_id, int64_t message_id, const char *body)
{
    return tell_user(d, user_id, PRIO_DIGEST, incident_id, message_id, body);
}

static int to_reporter(struct desk *d, int64_t user_id, int64_t party_id, int64_t incident_id, const char *body)
{
    if (user_id)
        return tell_user(d, user_id, PRIO_REPLY, incident_id, 0, body);
    if (!party_id)
        return 0;
    bool may = false, silent;
    int rc = party_is_silent(d, party_id, &silent);
    if (!rc && !silent)
        rc = party_may_get(d, party_id, &may);
    if (rc < 0 || !may)
        return rc;
    struct outbox_row r = {
        .party_id = party_id, .priority = PRIO_REPLY, .incident_id = incident_id, .body_in = body, .need = NEED_REPLY};
    return put(d, &r);
}

struct joined {
    struct desk *d;
    const struct incident *in;
    const char *body;
};

static int tell_joined(void *ctx, const struct report *r)
{
    struct joined *j = ctx;
    if (r->user_id == j->in->user_id && r->party_id == j->in->party_id)
        return 0; /* the first reporter once more */
    return to_reporter(j->d, r->user_id, r->party_id, r->incident_id, j->body);
}

int tell_reporter(struct desk *d, const struct incident *in, const char *body)
{
    struct joined j = {.d = d, .in = in, .body = body};
    int rc = to_reporter(d, in->user_id, in->party_id, in->id, body);
    return rc < 0 ? rc : report_each(d->db, in->id, tell_joined, &j);
}

int relay_reporter(struct desk *d, const struct incident *in, const char *body)
{
    char number[ADDRESS_SIZE];
    struct outbox_row r = {.user_id = in->user_id,
                           .party_id = in->user_id ? 0 : in->party_id,
                           .priority = PRIO_REPLY,
                           .resend = true, /* the officer hears that it was sent */
                           .incident_id = in->id,
                           .body_in = body,
                           .need = NEED_REPLY};
    if (!r.user_id && !r.party_id)
        return -ENOENT;
    bool silent = false;
    int64_t contact;
    int borrowed = incident_contact(d->db, in->id, &contact);
    if (borrowed < 0 && borrowed != -ENOENT)
        return borrowed;
    if (!borrowed) { /* the phone was borrowed: the answer belongs to its real contact */
        r.user_id = 0;
        r.party_id = contact;
    }
    int rc = desk_recipient(d, &r, number, sizeof(number));
    explicit_bzero(number, sizeof(number));
    if (!rc && r.party_id)
        rc = party_is_silent(d, r.party_id, &silent);
    return rc < 0 ? rc : silent ? -ENOENT : put(d, &r);
}

void clock_text(int64_t at_ms, int64_t now_ms, char *out, size_t size)
{
    struct civil c = civil_from_ms(at_ms);
    if (civil_day_start_ms(at_ms) == civil_day_start_ms(now_ms))
        snprintf(out, size, "%02d:%02d", c.hour, c.minute);
    else
        snprintf(out, size, "%02d:%02d %d/%d", c.hour, c.minute, c.day, c.month);
}
