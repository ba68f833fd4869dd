// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What comes in pieces: parts of which the first is missing, parts that come late, and what could not be handled.
 * Any of it may be of a tip. Called by intake.c, in its transaction; only storage errors come out.
 */
#include "gateway/desk/letter.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/phone.h"
#include "store/tip.h"

#include <string.h>

/* The sender's own number leaves the text and its parts. */
static int hide_number(struct msg *m, struct letter *l)
{
    char number[ADDRESS_SIZE];
    bool found = phone_normalize(l->sender, number, sizeof(number)) == 0 && apart_mask_own(l->text, number);
    explicit_bzero(number, sizeof(number));
    return found ? letter_follow(m->d, l, l->text) : 0;
}

/* A text that nobody's form was found for, and that may be a tip: sealed as one, if tips are; else without
 * the number of who sent it. */
int letter_unread(struct msg *m, struct letter *l, const char *what, char *word)
{
    if (!*l->text)
        return 0;
    if (!apart_sealing(m->d))
        return hide_number(m, l);
    int rc = apart_keep(m->d, what, 0, l->text);
    if (!rc)
        rc = apart_word(m->d, word, OUT_SIZE);
    if (!rc)
        rc = letter_follow(m->d, l, "");
    m->body = word;
    return rc;
}

/* Without the first part nobody can say what it is: the duty desk reads it. It may be the rest
 * of a tip, so whoever sent it is kept as one, and not named. */
int letter_headless(struct desk *d, struct letter *l)
{
    struct msg m = {.d = d, .now = service_now(&d->time), .line = l->line, .body = l->text};
    char out[OUT_SIZE], word[OUT_SIZE];
    int rc = 0;
    letter_sender(&m, l->sender);
    m.user = NULL;
    if (m.kind != ADDRESS_NONE)
        rc = party_of(d->db, PARTY_TIP, m.number, m.now.wall_ms, &m.party_id);
    if (!rc && m.party_id)
        rc = tip_used(d->db, m.party_id, m.now.rel_ms - m.now.rel_ms % DAY_MS);
    l->tip_id = m.party_id;
    if (!rc)
        rc = letter_unread(&m, l, "rest", word);
    if (!rc)
        rc = letter_row(&m, l, "none", "unclear", 0);
    if (!rc && m.body == word) /* nobody at the desk can read it: who sent it is asked to send it again */
        rc = reply_text(&m, TEXT_TIP_HEADLESS, "", "");
    if (!rc)
        rc = text_say(d->cfg, TEXT_ALERT_UNCLEAR, out, sizeof(out), "name", "nguoi gui (mat phan dau)", "text", m.body,
                      NULL);
    explicit_bzero(m.number, sizeof(m.number));
    return rc < 0 ? rc : alert_duty(d, PRIO_ALERT, 0, m.id, out);
}

/* The same of a tip: sealed, and no number in it. */
static int hide_late(struct msg *m, struct letter *l, const struct incident *in, char *word)
{
    if (!m->of_tip)
        return 0;
    l->tip_id = in->party_id;
    if (!apart_sealing(m->d))
        return hide_number(m, l);
    int rc = apart_keep(m->d, "more", in->id, l->text);
    if (!rc)
        rc = apart_word(m->d, word, OUT_SIZE);
    m->body = word;
    return rc < 0 ? rc : letter_follow(m->d, l, "");
}

/* A part of an incident's message that came after it: a supplement. */
static int late_to(struct desk *d, struct letter *l, int64_t incident_id)
{
    char out[OUT_SIZE], word[OUT_SIZE];
    struct incident in;
    struct msg m = {.d = d, .now = service_now(&d->time), .line = l->line, .body = l->text};
    letter_sender(&m, l->sender);
    m.user = NULL; /* what came first says whose it is */
    int rc = incident_by_id(d->db, incident_id, &in);
    m.of_tip = !rc && !strcmp(in.form, "tip");
    if (!rc)
        rc = hide_late(&m, l, &in, word);
    if (!rc)
        rc = letter_row(&m, l, "none", "late", 0);
    if (!rc)
        rc = message_settle(d->db, m.id, "late", incident_id);
    if (!rc)
        rc = audit(d, 0, "late_part", incident_id, m.id, apart_audit(&m, m.body));
    if (!rc)
        rc = text_say(d->cfg, TEXT_ALERT_SUPPLEMENT, out, sizeof(out), "code", in.code, "text",
                      text_withheld(d, &in, m.body) ? "xem tai truc" : m.body, NULL);
    explicit_bzero(m.number, sizeof(m.number));
    return rc < 0 ? rc : alert_concerned(d, &in, 0, PRIO_REPLY, out);
}

/* A part that comes after its message was handled as it was. The first part of what nobody
 * understood says what it is: it is handled by itself, the duty desk has read the rest. */
int letter_late(struct desk *d, struct part_row *r, int64_t message_id)
{
    char text[SMS_TEXT_MAX];
    int64_t incident_id = 0;
    int rc = letter_text(r->part, text, sizeof(text));
    if (!rc)
        rc = message_incident(d->db, message_id, &incident_id);
    if (rc < 0)
        return rc;
    struct letter l = {.line = r->line,
                       .sender = r->part->sender,
                       .text = text,
                       .smsc_ms = r->part->smsc_ms,
                       .group_key = r->group_key};
    if (incident_id)
        return late_to(d, &l, incident_id);
    return r->part->seq == 1 ? letter_handle(d, &l) : letter_headless(d, &l);
}
