// SPDX-License-Identifier: GPL-2.0-or-later
/* The forms that act on an incident: XONG, COMAT, THEM, XEM. Called by dispatch. */
#include "gateway/desk/event.h"
#include "gateway/desk/room.h"

#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "store/callout.h"

#include <stdio.h>
#include <string.h>

#define STATE_SIZE 106 /* septets of a lookup that are left beside code, kind and place, and a NUL */

static int tell_closed(struct msg *m, const struct incident *in)
{
    char out[OUT_SIZE];
    int rc = 0;
    if (!in->restricted && in->user_id != m->user->id) {
        enum text_id id = !strcmp(in->form, "tip") ? TEXT_CLOSE_TIPSTER : TEXT_CLOSE_REPORTER;
        rc = text_say(m->d->cfg, id, out, sizeof(out), "code", in->code, NULL);
        if (!rc)
            rc = tell_reporter(m->d, in, out);
    }
    if (!rc)
        rc = text_say(m->d->cfg, TEXT_CLOSE_OTHERS, out, sizeof(out), "code", in->code, "name", m->user->name, "text",
                      text_withheld(m->d, in, m->m->text) || !*m->m->text ? "da xu ly" : m->m->text, NULL);
    return rc < 0 ? rc : alert_others(m->d, in, m->user->id, out);
}

int form_close(struct msg *m)
{
    struct incident in;
    int rc = incident_of(m, &in);
    if (rc)
        return rc < 0 ? rc : 0;
    if (strcmp(in.state, "open") != 0 && strcmp(in.state, "acked") != 0)
        return ack_taken_already(m, &in);
    m->disposition = "close";
    rc = incident_close(m->d->db, in.id, m->user->id, m->now.wall_ms, m->m->text);
    if (!rc)
        rc = audit(m->d, m->user->id, "close", in.id, m->id, m->m->text);
    if (!rc)
        rc = event_incident_id(m->d, "closed", in.id, m->user->id);
    if (!rc)
        rc = alert_stop(m->d, in.id);
    if (!rc)
        rc = reply_text(m, TEXT_CLOSE_OK, "code", in.code);
    return rc < 0 ? rc : tell_closed(m, &in);
}

struct scene {
    int64_t user_id, at_ms;
};

static int find_scene(void *ctx, int64_t user_id, int step, int64_t onscene_ms)
{
    struct scene *s = ctx;
    (void)step;
    if (user_id == s->user_id && onscene_ms)
        s->at_ms = onscene_ms;
    return 0;
}

int form_onscene(struct msg *m)
{
    struct incident in;
    int rc = incident_of(m, &in);
    if (rc)
        return rc < 0 ? rc : 0;
    m->disposition = "onscene";
    char time[24], out[OUT_SIZE];
    int again = concern_on_scene(m->d->db, in.id, m->user->id);
    if (again < 0)
        return again;
    rc = concern_onscene(m->d->db, in.id, m->user->id, m->now.wall_ms);
    struct scene s = {.user_id = m->user->id, .at_ms = m->now.wall_ms};
    if (!rc && again) /* the first one stands, and that is what is said */
        rc = concern_each(m->d->db, in.id, find_scene, &s);
    clock_text(s.at_ms, m->now.wall_ms, time, sizeof(time));
    if (!rc)
        rc = audit(m->d, m->user->id, "onscene", in.id, m->id, "");
    if (!rc)
        rc = still_moved(m->d, &in);
    if (!rc)
        rc = text_say(m->d->cfg, TEXT_ONSCENE_OK, out, sizeof(out), "code", in.code, "time", time, NULL);
    if (!rc)
        rc = reply(m, out, false);
    int told = rc ? rc : again ? 1 : callout_came(m, &in, time);
    if (told)
        return told < 0 ? told : 0;
    if (!rc)
        rc = text_say(m->d->cfg, TEXT_ONSCENE_OTHERS, out, sizeof(out), "code", in.code, "name", m->user->name, "time",
                      time, NULL);
    if (rc < 0 || !in.acked_by || in.acked_by == m->user->id)
        return rc;
    return tell_user(m->d, in.acked_by, PRIO_REPLY, in.id, m->id, out);
}

int form_supplement(struct msg *m)
{
    struct incident in;
    int rc = incident_of(m, &in);
    if (rc)
        return rc < 0 ? rc : 0;
    m->disposition = "supplement";
    int64_t who = m->user ? m->user->id : 0;
    rc = audit(m->d, who, "supplement", in.id, m->id, apart_audit(m, m->m->text));
    if (!rc)
        rc = still_moved(m->d, &in);
    if (!rc)
        rc = reply_text(m, TEXT_SUPPLEMENT_OK, "code", in.code);
    char out[OUT_SIZE];
    /* "danh vo" in what is added to a brawl: not for the team that went there */
    bool withheld = text_withheld(m->d, &in, m->m->text);
    if (!rc)
        rc = text_say(m->d->cfg, TEXT_ALERT_SUPPLEMENT, out, sizeof(out), "code", in.code, "text",
                      withheld ? "xem tai truc" : m->m->text, NULL);
    return rc < 0 ? rc : alert_concerned(m->d, &in, who, PRIO_REPLY, out); /* NHAN cancels alerts, not this */
}

/* "dang mo", "Bui Thi Ha da nhan 21:05", "da xong 22:10". */
static void state_text(struct msg *m, const struct incident *in, bool names, char *out, size_t size)
{
    char time[24];
    if (!strcmp(in->state, "acked")) {
        clock_text(in->acked_ms, m->now.wall_ms, time, sizeof(time));
        snprintf(out, size, "%.40s nhan %s", names ? people_name(&m->d->people, in->acked_by) : "can bo da", time);
    } else if (!strcmp(in->state, "closed")) {
        clock_text(in->closed_ms, m->now.wall_ms, time, sizeof(time));
        snprintf(out, size, "da xong %s", time);
    } else {
        snprintf(out, size, "%s", !strcmp(in->state, "cancelled") ? "da huy" : "chua ai nhan");
    }
}

/* ", den 3/5" when the team was called out. */
static int add_called(struct msg *m, const struct incident *in, char *state, size_t size)
{
    struct callout c;
    char count[12];
    int rc = callout_count(m->d->db, in->id, &c);
    if (rc < 0 || !c.called)
        return rc;
    callout_text(&c, count, sizeof(count));
    size_t n = strlen(state);
    snprintf(state + n, size - n, ", den %s", count);
    return 0;
}

int form_lookup(struct msg *m)
{
    struct incident in;
    int rc = incident_of(m, &in);
    if (rc)
        return rc < 0 ? rc : 0;
    m->disposition = "lookup";
    char state[STATE_SIZE], out[OUT_SIZE], unreached[100] = "";
    bool bare = in.restricted || !m->user; /* a restricted one says no more than its state */
    state_text(m, &in, !bare, state, sizeof(state));
    if (!bare) {
        rc = add_called(m, &in, state, sizeof(state));
        if (rc < 0)
            return rc;
    }
    if (m->user && user_is_officer(m->user))
        rc = reach_text(m->d, &in, unreached, sizeof(unreached));
    if (rc < 0)
        return rc;
    size_t n = strlen(state);
    if (unreached[0]) {
        unreached[0] = 'c';
        snprintf(state + n, STATE_SIZE - n, "; %.*s", (int)strlen(unreached) - 2, unreached);
    }
    bool for_team = m->user && user_in_team(m->user) && text_withheld(m->d, &in, in.text); /* an SOS's words */
    rc = text_say(m->d->cfg, bare ? TEXT_LOOKUP_OWN : TEXT_LOOKUP, out, sizeof(out), "code", in.code, "kind", in.kind,
                  "place", incident_place_name(m->d, &in), "state", state, "text", for_team ? "xem tai truc" : in.text,
                  NULL);
    return rc < 0 ? rc : reply(m, out, false);
}
