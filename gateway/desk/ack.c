// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * NHAN: taking an incident, by its code or bare when one alert is open for the officer; of several he is
 * asked which, by number. Of one that another has, he is told who, and handover.c asks that other. A
 * failed NHAN is always answered. Called by dispatch and by the dialogue.
 */
#include "gateway/desk/event.h"
#include "gateway/desk/room.h"

#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "parsers/fold.h"
#include "store/alert.h"

#include <stdio.h>
#include <string.h>

#define OPEN_MAX 4 /* so many fit a question */

/* Who took it is told to the reporter and to the others who were called. */
static int tell_ack(struct msg *m, const struct incident *in)
{
    char out[OUT_SIZE];
    const struct config *c = m->d->cfg;
    int rc = 0;
    if (!in->restricted && in->user_id != m->user->id) {
        bool stranger = !strcmp(in->form, "tip") || !in->user_id;
        rc = text_say(c, stranger ? TEXT_ACK_TIPSTER : TEXT_ACK_REPORTER, out, sizeof(out), "code", in->code, "name",
                      m->user->name, NULL);
        if (!rc)
            rc = tell_reporter(m->d, in, out);
    }
    if (!rc)
        rc = text_say(c, TEXT_ACK_OTHERS, out, sizeof(out), "code", in->code, "name", m->user->name, NULL);
    return rc < 0 ? rc : alert_others(m->d, in, m->user->id, out);
}

int ack_taken_already(struct msg *m, const struct incident *in)
{
    char time[24], out[OUT_SIZE];
    bool closed = strcmp(in->state, "acked") != 0;
    clock_text(closed ? in->closed_ms : in->acked_ms, m->now.wall_ms, time, sizeof(time));
    enum text_id id = closed ? TEXT_CLOSE_ALREADY : in->acked_by == m->user->id ? TEXT_ACK_YOURS : TEXT_ACK_ALREADY;
    m->disposition = "acted_already";
    int rc = text_say(m->d->cfg, id, out, sizeof(out), "code", in->code, "time", time, "name",
                      people_name(&m->d->people, in->acked_by), NULL);
    return rc < 0 ? rc : reply(m, out, false);
}

static int take_open(struct msg *m, const struct incident *in)
{
    char out[OUT_SIZE];
    m->disposition = "ack";
    int rc = incident_ack(m->d->db, in->id, m->user->id, m->now.wall_ms);
    if (!rc)
        rc = audit(m->d, m->user->id, "ack", in->id, m->id, "");
    if (!rc)
        rc = event_incident_id(m->d, "acked", in->id, m->user->id);
    if (!rc)
        rc = alert_taken(m->d, in->id);
    if (!rc)
        rc = concern_add(m->d->db, in->id, m->user->id, in->alert_step);
    if (!rc)
        rc = still_begins(m->d, in);
    if (!rc)
        rc = text_say(m->d->cfg, in->restricted ? TEXT_ACK_RESTRICTED : TEXT_ACK_OK, out, sizeof(out), "code", in->code,
                      "kind", in->kind, "place", incident_place_name(m->d, in), NULL);
    if (!rc)
        rc = reply(m, out, true);
    return rc < 0 ? rc : tell_ack(m, in);
}

int ack_take(struct msg *m, const struct incident *in)
{
    m->incident_id = in->id;
    if (!strcmp(in->state, "open"))
        return take_open(m, in);
    if (strcmp(in->state, "acked") != 0 || in->acked_by == m->user->id)
        return ack_taken_already(m, in);
    return handover_wanted(m, in);
}

/* "1 48217 CHAY Man De, 2 ...": of a restricted one its code alone. */
static void add_choice(const struct desk *d, const struct incident *in, int n, struct sbuf *codes, struct sbuf *text)
{
    char place[24] = "";
    const char *name = incident_place_name(d, in);
    const char *kind = !strcmp(in->form, "incident") ? in->kind : !strcmp(in->form, "tip") ? "TIN" : "SOS";
    if (!in->restricted && in->place[0])
        fold_unaccent(name, strnlen(name, 16), place, sizeof(place));
    sbuf_addf(codes, "%s%s", n > 1 ? " " : "", in->code);
    sbuf_addf(text, "%s%d %s", n > 1 ? ", " : "", n, in->code);
    if (!in->restricted)
        sbuf_addf(text, " %.10s%s%.10s", kind, *place ? " " : "", place);
}

/* NHAN without a code: the one that is open for him, or the question which of them. */
static int take_bare(struct msg *m)
{
    struct incident in, only = {0};
    int64_t ids[16];
    char codes[64], text[160];
    struct sbuf c = sbuf_on(codes, sizeof(codes)), t = sbuf_on(text, sizeof(text));
    int n = 0, found;
    if (!m->d->cfg->bare_ack) { /* a sender's number is a claim: only who got the alert has its code */
        m->disposition = "code_bad";
        return reply_text(m, TEXT_CODE_MISSING, "keyword", "NHAN");
    }
    found = alert_open_for(m->d->db, m->user->id, ids, (int)ARRAY_LEN(ids));
    if (found < 0)
        return found;
    for (int i = 0; i < found && n < OPEN_MAX; i++) {
        int rc = incident_by_id(m->d->db, ids[i], &in);
        if (rc < 0)
            return rc;
        if (!incident_is_his(m, &in))
            continue; /* it was restricted, or moved, since */
        if (n == 0)
            only = in;
        add_choice(m->d, &in, ++n, &c, &t);
    }
    if (n == 1)
        return ack_take(m, &only);
    m->disposition = n ? "asked" : "code_bad";
    return n ? dialogue_which(m, "ack", TEXT_ACK_WHICH, codes, text) : reply_text(m, TEXT_ACK_NONE, "", "");
}

int form_ack(struct msg *m)
{
    struct incident in;
    if (!m->m->code[0] && !strpbrk(m->body, "0123456789"))
        return take_bare(m);
    int rc = incident_of(m, &in);
    if (rc)
        return rc < 0 ? rc : 0;
    return ack_take(m, &in);
}
