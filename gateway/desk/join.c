// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One event, many reports: a report of the same kind in the same village within the window
 * joins the incident; officers get "+1", each reporter the same code, and TACH undoes a wrong
 * join. Restricted kinds never join. Called by the incident form and by dispatch.
 */
#include "gateway/desk/event.h"
#include "gateway/desk/room.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"

#include <string.h>

static int64_t sender_id(const struct msg *m)
{
    return m->user ? m->user->id : 0;
}

static int confirm(struct msg *m, const struct incident *in)
{
    char out[OUT_SIZE];
    const char *advice = in->severity >= 5 ? text_advice(m->d->cfg, in->kind) : "";
    int rc = text_say(m->d->cfg, TEXT_JOIN_OK, out, sizeof(out), "code", in->code, "kind", in->kind, "place",
                      incident_place_name(m->d, in), "advice", advice, NULL);
    return rc < 0 ? rc : reply(m, out, true);
}

static int join(struct msg *m, const struct incident *draft, struct incident *in)
{
    char out[OUT_SIZE];
    int64_t id = 0;
    bool same = incident_is_reporter(m, in);
    struct report r = {.incident_id = in->id,
                       .message_id = m->id,
                       .user_id = sender_id(m),
                       .party_id = m->user ? 0 : m->party_id,
                       .at_ms = m->now.wall_ms,
                       .text_in = draft->text_in};
    m->disposition = "joined";
    m->incident_id = in->id;
    int rc = report_add(m->d->db, &r, &id);
    if (!rc)
        rc = audit(m->d, sender_id(m), "join", in->id, m->id, draft->text_in);
    if (!rc)
        rc = confirm(m, in);
    if (!rc)
        rc = text_say(m->d->cfg, same ? TEXT_ALERT_SUPPLEMENT : TEXT_JOIN_TOLD, out, sizeof(out), "code", in->code,
                      "text", draft->text_in, NULL);
    /* what a stranger says goes to the duty desk, not to the team */
    if (!rc)
        rc = m->user ? alert_concerned(m->d, in, sender_id(m), PRIO_REPLY, out)
                     : alert_duty(m->d, PRIO_REPLY, in->id, m->id, out);
    if (rc < 0 || !in->unverified || !m->user)
        return rc;
    /* a member says what a stranger said: now it is a report */
    in->unverified = false;
    rc = incident_verify(m->d->db, in->id);
    return rc < 0 || strcmp(in->state, "open") != 0 ? rc : alert_more(m, in);
}

int join_incident(struct msg *m, const struct incident *draft)
{
    struct incident in = {0};
    int64_t id = 0, window_ms = m->d->cfg->join_window_s * SECOND_MS;
    if (!draft->joinable || !draft->place[0] || m->m->ask != DOUBT_NONE || !strcmp(draft->kind, "KHAC"))
        return 0;
    int rc = report_find(m->d->db, draft->kind, draft->place, m->now.wall_ms - window_ms, &id);
    if (!rc)
        rc = incident_by_id(m->d->db, id, &in);
    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    rc = join(m, draft, &in);
    return rc < 0 ? rc : 1;
}

static int keep_last(void *ctx, const struct report *r)
{
    *(struct report *)ctx = *r;
    return 0;
}

/* The report as an incident of its own, and its reporter told. */
static int split(struct msg *m, const struct incident *from, const struct report *r)
{
    char out[OUT_SIZE];
    int64_t id = 0;
    struct incident in = *from;
    in.text_in = r->text;
    in.user_id = r->user_id;
    in.party_id = r->party_id;
    in.unverified = !r->user_id;
    in.message_id = r->message_id;
    in.alert_step = 0;
    str_copy(in.state, sizeof(in.state), "open");
    int rc = report_remove(m->d->db, r->id);
    if (!rc)
        rc = incident_open(m->d, &in, &id);
    if (!rc)
        rc = event_incident(m->d, "created", &in, m->user->id);
    if (!rc)
        rc = audit(m->d, m->user->id, "split", from->id, m->id, in.code);
    if (!rc)
        rc = audit(m->d, m->user->id, "split", id, m->id, from->code);
    if (!rc)
        rc = text_say(m->d->cfg, TEXT_SPLIT_REPORTER, out, sizeof(out), "code", in.code, NULL);
    if (!rc)
        rc = tell_reporter(m->d, &in, out);
    if (!rc)
        rc = text_say(m->d->cfg, TEXT_SPLIT_OK, out, sizeof(out), "code", in.code, "from", from->code, NULL);
    if (!rc)
        rc = reply(m, out, false);
    return rc < 0 ? rc : alert_first(m, &in, true);
}

int form_split(struct msg *m)
{
    struct incident in;
    int rc = incident_of(m, &in);
    if (rc)
        return rc < 0 ? rc : 0;
    struct report last = {0};
    m->disposition = "split";
    rc = report_each(m->d->db, in.id, keep_last, &last);
    if (rc < 0)
        return rc;
    return last.id ? split(m, &in, &last) : reply_text(m, TEXT_SPLIT_NONE, "code", in.code);
}
