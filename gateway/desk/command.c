// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The officers' commands on an incident: DIEU calls the whole team out, TRALOI speaks to the
 * reporter whose number stays unseen, MOLAI opens again. Called by dispatch.
 */
#include "gateway/desk/room.h"

#include "gateway/base/err.h"
#include "gateway/base/str.h"

#include <stdio.h>
#include <string.h>

/* Everybody of the team hears of it; *told counts. */
static int call_team(struct msg *m, const struct incident *in, int *told)
{
    char out[OUT_SIZE];
    int rc = text_say(m->d->cfg, TEXT_CALL_OUT, out, sizeof(out), "code", in->code, "kind", in->kind, "place",
                      incident_place_name(m->d, in), "text", in->text, NULL);
    *told = 0;
    for (size_t i = 0; !rc && i < m->d->people.n; i++) {
        const struct user *u = &m->d->people.users[i];
        if (!user_in_team(u) || u->role == ROLE_VILLAGE_HEAD || u->stopped || !user_covers(u, in->place))
            continue;
        rc = concern_add(m->d->db, in->id, u->id, in->alert_step);
        if (!rc)
            rc = tell_user(m->d, u->id, PRIO_ALERT, in->id, m->id, out);
        ++*told;
    }
    return rc;
}

int form_call_out(struct msg *m)
{
    struct incident in;
    char out[OUT_SIZE], count[12];
    int told, rc = incident_of(m, &in);
    if (rc)
        return rc < 0 ? rc : 0;
    m->disposition = "call_out";
    /* what few may know, and a tip, never goes to the team */
    if (in.restricted || !strcmp(in.form, "tip") || !in.place[0])
        return reply_text(m, TEXT_CALL_OUT_NO, "code", in.code);
    rc = call_team(m, &in, &told);
    if (!rc)
        rc = audit(m->d, m->user->id, "call_out", in.id, m->id, "");
    snprintf(count, sizeof(count), "%d", told);
    if (!rc)
        rc = text_say(m->d->cfg, TEXT_CALL_OUT_OK, out, sizeof(out), "code", in.code, "count", count, NULL);
    return rc < 0 ? rc : reply(m, out, false);
}

int form_relay(struct msg *m)
{
    struct incident in;
    char out[OUT_SIZE];
    int rc = incident_of(m, &in);
    if (rc)
        return rc < 0 ? rc : 0;
    m->disposition = "relay";
    if (in.restricted) /* whoever does the harm may hold the phone */
        return reply_text(m, TEXT_RELAY_NO, "code", in.code);
    rc = audit(m->d, m->user->id, "relay", in.id, m->id, m->m->text);
    if (!rc)
        rc = text_say(m->d->cfg, TEXT_RELAY, out, sizeof(out), "code", in.code, "text", m->m->text, NULL);
    if (!rc)
        rc = relay_reporter(m->d, &in, out);
    if (rc == -ENOENT)
        return reply_text(m, TEXT_RELAY_GONE, "code", in.code);
    return rc < 0 ? rc : reply_text(m, TEXT_RELAY_OK, "code", in.code);
}

int form_reopen(struct msg *m)
{
    struct incident in;
    int rc = incident_of(m, &in);
    if (rc)
        return rc < 0 ? rc : 0;
    m->disposition = "reopen";
    rc = incident_reopen(m->d->db, in.id);
    if (rc == -ENOENT)
        return reply_text(m, TEXT_REOPEN_NO, "code", in.code);
    if (!rc)
        rc = audit(m->d, m->user->id, "reopen", in.id, m->id, m->m->text);
    if (!rc)
        rc = incident_by_id(m->d->db, in.id, &in);
    if (!rc)
        rc = reply_text(m, TEXT_REOPEN_OK, "code", in.code);
    return rc < 0 ? rc : alert_first(m, &in, true);
}
