// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The officers' commands on an incident: TRALOI speaks to the reporter whose number stays unseen,
 * MOLAI opens again. Called by dispatch.
 */
#include "gateway/desk/event.h"
#include "gateway/desk/room.h"

#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "store/alert.h"

#include <stdio.h>
#include <string.h>

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
        rc = still_moved(m->d, &in);
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
    if (!rc) /* what came to a phone before says nothing of the alerts to come */
        rc = alert_forget_reach(m->d->db, in.id);
    if (!rc)
        rc = incident_by_id(m->d->db, in.id, &in);
    if (!rc)
        rc = event_incident(m->d, "reopened", &in, m->user->id);
    if (!rc)
        rc = reply_text(m, TEXT_REOPEN_OK, "code", in.code);
    return rc < 0 ? rc : alert_first(m, &in, true);
}
