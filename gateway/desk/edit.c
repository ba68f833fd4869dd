// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Corrections: SUA and HUY, and what an answer to a question changes. Each keeps its history
 * in the audit, tells those who were alerted, and alerts whom the change concerns. Called by
 * dispatch and by the dialogue.
 */
#include "gateway/desk/event.h"
#include "gateway/desk/room.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "parsers/fold.h"
#include "store/alert.h"

#include <stdio.h>
#include <string.h>

static int64_t sender_id(const struct msg *m)
{
    return m->user ? m->user->id : 0;
}

static int note(struct msg *m, const struct incident *in, const char *field, const char *from, const char *to)
{
    char detail[2 * SMS_TEXT_MAX + 40];
    if (!strcmp(field, "text") && !strcmp(in->form, "tip")) /* whoever corrects it: see apart_audit */
        snprintf(detail, sizeof(detail), "%s", field);
    else
        snprintf(detail, sizeof(detail), "%s: %s -> %s", field, *from ? from : "?", to);
    return audit(m->d, sender_id(m), "correct", in->id, m->id, detail);
}

/* Those who know it hear of the change; those whom it now concerns are alerted. */
static int tell_change(struct msg *m, const struct incident *in)
{
    char out[OUT_SIZE];
    int rc = still_moved(m->d, in);
    if (rc < 0)
        return rc;
    if (!in->restricted) {
        rc = text_say(m->d->cfg, TEXT_CORRECT_OTHERS, out, sizeof(out), "code", in->code, "kind", in->kind, "place",
                      incident_place_name(m->d, in), NULL);
        if (!rc)
            rc = alert_concerned(m->d, in, sender_id(m), PRIO_REPLY, out);
    }
    if (!rc)
        rc = event_incident(m->d, "changed", in, sender_id(m));
    return rc < 0 || strcmp(in->state, "open") != 0 ? rc : alert_more(m, in);
}

int edit_place(struct msg *m, struct incident *in, const char *place)
{
    int rc = note(m, in, "place", in->place, place);
    if (!rc)
        rc = incident_set_place(m->d->db, in->id, place);
    if (!rc)
        rc = str_copy(in->place, sizeof(in->place), place);
    return rc < 0 ? rc : tell_change(m, in);
}

/* May the sender move or end a restricted one? The reporter's phone may be in other hands. */
static bool may_move(const struct msg *m, const struct incident *in)
{
    return !in->restricted || (m->user && alert_named(m->d, in->kind, m->user));
}

/* What is queued was written for others than those it goes to now. */
static int take_back(struct msg *m, const struct incident *in)
{
    int rc = 0;
    for (enum priority p = PRIO_SOS; rc >= 0 && p <= PRIO_REPLY; p++)
        rc = outbox_cancel(m->d->db, in->id, p, 0);
    return rc < 0 ? rc : event_withdraw(m->d, in->id);
}

/* Taken by one who is not named for what it turned out to be: it is nobody's again, and climbs among those
 * who are. */
static int take_from(struct msg *m, struct incident *in)
{
    if (strcmp(in->state, "acked") != 0 || alert_named(m->d, in->kind, people_by_id(&m->d->people, in->acked_by)))
        return 0;
    int rc = incident_reopen(m->d->db, in->id);
    if (!rc)
        rc = alert_forget_reach(m->d->db, in->id);
    if (!rc)
        rc = audit(m->d, sender_id(m), "reopen", in->id, m->id, in->kind);
    return rc < 0 ? rc : incident_by_id(m->d->db, in->id, in);
}

int edit_kind(struct msg *m, struct incident *in, const char *kind)
{
    const struct kind *k = config_kind(m->d->cfg, kind);
    if (!k)
        return -EINVAL;
    int rc = note(m, in, "kind", in->kind, kind);
    /* once restricted it stays so, with the kind that says who may know: noted, and no more */
    if (rc < 0 || (in->restricted && (!k->restricted || !may_move(m, in))))
        return rc;
    if (k->restricted && !in->restricted)
        rc = take_back(m, in);
    bool narrowed = k->restricted && !in->restricted;
    in->restricted = k->restricted;
    in->severity = k->severity;
    if (!rc)
        rc = incident_set_kind(m->d->db, in->id, kind, in->severity, in->restricted);
    if (!rc)
        rc = str_copy(in->kind, sizeof(in->kind), kind);
    if (!rc && narrowed)
        rc = take_from(m, in);
    return rc < 0 ? rc : tell_change(m, in);
}

int edit_confirm(struct msg *m, const struct incident *in, enum text_id id)
{
    char out[OUT_SIZE];
    const char *advice = in->severity >= 5 ? text_advice(m->d->cfg, in->kind) : "";
    int rc = text_say(m->d->cfg, in->restricted ? TEXT_RESTRICTED_OK : id, out, sizeof(out), "code", in->code, "kind",
                      in->kind, "place", incident_place_name(m->d, in), "advice", advice, NULL);
    return rc < 0 ? rc : reply(m, out, true);
}

static int edit_when(struct msg *m, struct incident *in)
{
    char iso[32];
    civil_iso(m->m->when_ms, iso, sizeof(iso));
    int rc = note(m, in, "when", "", iso);
    return rc < 0 ? rc : incident_set_when(m->d->db, in->id, m->m->when_ms);
}

/* The tale itself. Words of a restricted kind in it make the incident one for those named. */
static int edit_text(struct msg *m, struct incident *in, const char *text)
{
    const struct kind *k = in->restricted ? NULL : vocab_restricted(m->d->vocab, text);
    char out[OUT_SIZE];
    int rc = k ? edit_kind(m, in, k->code) : 0;
    if (!rc)
        rc = note(m, in, "text", in->text, text);
    if (!rc)
        rc = incident_set_text(m->d->db, in->id, text);
    if (rc < 0 || in->restricted)
        return rc;
    rc = text_say(m->d->cfg, TEXT_CORRECT_TEXT, out, sizeof(out), "code", in->code, "text", text, NULL);
    return rc < 0 ? rc : alert_concerned(m->d, in, sender_id(m), PRIO_REPLY, out);
}

/* 1 when something was changed, 0 when the value says nothing, or a storage error. */
static int correct_field(struct msg *m, struct incident *in)
{
    const char *field = meaning_slot(m->m, "field"), *value = meaning_slot(m->m, "value");
    int rc = -ENOENT;
    if (!strcmp(field, "THON")) {
        const struct place *p = vocab_place(m->d->vocab, value);
        rc = p ? edit_place(m, in, p->code) : -ENOENT;
    } else if (!strcmp(field, "LOAI")) {
        const struct kind *k = vocab_kind(m->d->vocab, value);
        rc = k ? edit_kind(m, in, k->code) : -ENOENT;
    } else if (!strcmp(field, "GIO") && m->m->has_when) {
        rc = edit_when(m, in);
    } else if (!strcmp(field, "MOTA") && *value) {
        rc = edit_text(m, in, *m->m->text ? m->m->text : value);
    }
    return rc == -ENOENT ? 0 : rc < 0 ? rc : 1;
}

/* Own reports only; officers may correct what is theirs to handle. */
static bool may_edit(const struct msg *m, const struct incident *in)
{
    return incident_is_first_reporter(m, in) || (m->user && user_is_officer(m->user));
}

/* What of SUA was understood, and what was not. */
static int tell_bad_correction(struct msg *m, const struct incident *in)
{
    static const char *const missing[][2] = {{"THON", "thon nao"}, {"LOAI", "loai nao"}, {"GIO", "gio nao"}};
    const char *field = meaning_slot(m->m, "field"), *what = "sua gi";
    char out[OUT_SIZE];
    for (size_t i = 0; i < ARRAY_LEN(missing); i++)
        if (!strcmp(field, missing[i][0]))
            what = missing[i][1];
    int rc = text_say(m->d->cfg, TEXT_CORRECT_BAD, out, sizeof(out), "code", in->code, "missing", what, "place",
                      example_place(m), NULL);
    return rc < 0 ? rc : reply(m, out, false);
}

int form_correct(struct msg *m)
{
    struct incident in;
    int rc = incident_of(m, &in);
    if (rc)
        return rc < 0 ? rc : 0;
    if (!may_edit(m, &in)) {
        m->disposition = "refused";
        return reply_text(m, TEXT_NOT_YOURS, "code", in.code);
    }
    m->disposition = "correct";
    rc = correct_field(m, &in);
    if (rc < 0)
        return rc;
    return rc ? edit_confirm(m, &in, TEXT_CORRECT_OK) : tell_bad_correction(m, &in);
}

/* HUY of a restricted one from the reporter's phone: told to those named, it stays open. */
static int ask_cancel(struct msg *m, const struct incident *in, const char *why)
{
    char out[OUT_SIZE];
    m->disposition = "cancel";
    int rc = audit(m->d, sender_id(m), "cancel_asked", in->id, m->id, apart_audit(m, why));
    if (!rc)
        rc = text_say(m->d->cfg, TEXT_ALERT_SUPPLEMENT, out, sizeof(out), "code", in->code, "text",
                      "so da bao nhan HUY, viec van mo, xem tai truc", NULL);
    if (!rc)
        rc = alert_concerned(m->d, in, sender_id(m), PRIO_REPLY, out);
    return rc < 0 ? rc : reply_text(m, TEXT_CANCEL_OK, "code", in->code);
}

int edit_cancel(struct msg *m, struct incident *in, const char *why)
{
    m->incident_id = in->id;
    if (!may_move(m, in))
        return ask_cancel(m, in, why);
    if (strcmp(in->state, "open") != 0) {
        m->disposition = "acted_already";
        return reply_text(m, TEXT_CANCEL_LATE, "code", in->code);
    }
    m->disposition = "cancel";
    int rc = incident_cancel(m->d->db, in->id, sender_id(m), m->now.wall_ms, why);
    if (!rc)
        rc = audit(m->d, sender_id(m), "cancel", in->id, m->id, apart_audit(m, why));
    if (!rc)
        rc = event_incident_id(m->d, "cancelled", in->id, sender_id(m));
    if (!rc)
        rc = alert_stop(m->d, in->id);
    char out[OUT_SIZE];
    if (!rc)
        rc = text_say(m->d->cfg, TEXT_CANCEL_OTHERS, out, sizeof(out), "code", in->code, "text",
                      text_withheld(m->d, in, why) || !*why ? "nguoi bao huy" : why, NULL);
    if (!rc)
        rc = alert_concerned(m->d, in, sender_id(m), PRIO_REPLY, out);
    return rc < 0 ? rc : reply_text(m, TEXT_CANCEL_OK, "code", in->code);
}

struct own_open {
    const struct desk *d;
    struct sbuf codes, text;
    int n;
};

static int list_own(void *ctx, const struct incident *i)
{
    struct own_open *o = ctx;
    char place[24] = "";
    const char *name = incident_place_name(o->d, i);
    if (o->n == 3)
        return 0;
    if (!i->restricted)
        fold_unaccent(name, strnlen(name, 18), place, sizeof(place));
    o->n++;
    sbuf_addf(&o->codes, "%s%s", o->n > 1 ? " " : "", i->code);
    sbuf_addf(&o->text, "%s%d %s %.15s %.14s", o->n > 1 ? ", " : "", o->n, i->code, i->restricted ? "" : i->kind,
              place);
    return 0;
}

/* A bare HUY: which one is meant? */
static int ask_which(struct msg *m)
{
    char codes[64], text[200];
    struct own_open o = {.d = m->d, .codes = sbuf_on(codes, sizeof(codes)), .text = sbuf_on(text, sizeof(text))};
    m->disposition = "asked";
    int rc = incident_each_of(m->d->db, sender_id(m), m->user ? 0 : m->party_id, list_own, &o);
    if (rc < 0)
        return rc;
    return o.n ? dialogue_which(m, "cancel", TEXT_ASK_CANCEL, codes, text) : reply_text(m, TEXT_CANCEL_NONE, "", "");
}

int form_cancel(struct msg *m)
{
    struct incident in;
    if (!m->m->code[0] && !strpbrk(m->body, "0123456789"))
        return ask_which(m);
    int rc = incident_of(m, &in);
    if (rc)
        return rc < 0 ? rc : 0;
    if (!may_edit(m, &in)) {
        m->disposition = "refused";
        return reply_text(m, TEXT_NOT_YOURS, "code", in.code);
    }
    return edit_cancel(m, &in, m->m->text);
}
