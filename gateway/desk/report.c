// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The forms that bring something in: incident and tip. A report is saved before anything is asked.
 * Called by dispatch.
 */
#include "gateway/desk/event.h"
#include "gateway/desk/room.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/phone.h"
#include "gateway/base/str.h"
#include "parsers/fold.h"

#include <string.h>

static void set_reporter(const struct msg *m, struct incident *in)
{
    in->user_id = m->user ? m->user->id : 0;
    in->party_id = m->user ? 0 : m->party_id;
    in->unverified = !m->user;
    in->message_id = m->id;
}

int report_open(struct msg *m, struct incident *in)
{
    int64_t id;
    set_reporter(m, in);
    int rc = incident_open(m->d, in, &id);
    if (rc < 0)
        return rc;
    m->incident_id = id;
    overseer_expect(m->d, m->now.rel_ms + OVERSEER_FIRST_MS);
    rc = audit(m->d, in->user_id, in->form, id, m->id, "");
    return rc < 0 ? rc : event_incident(m->d, "created", in, 0);
}

/* Under way unless the text says otherwise or names a time long before it was written. */
static bool is_under_way(const struct msg *m)
{
    if (m->m->not_now || m->late)
        return false;
    return !m->m->has_when || m->at_ms - m->m->when_ms <= m->d->cfg->under_way_h * HOUR_MS;
}

static int confirm(struct msg *m, const struct incident *in)
{
    const struct config *c = m->d->cfg;
    const char *advice = in->severity >= 5 ? text_advice(c, in->kind) : "";
    enum text_id id = m->user ? TEXT_REPORT_OK : TEXT_REPORT_UNVERIFIED;
    if (in->restricted)
        id = TEXT_RESTRICTED_OK; /* whoever does the harm may hold the phone */
    else if (m->m->ask == DOUBT_PLACE || m->m->ask == DOUBT_KIND)
        return dialogue_about(m, in);
    char out[OUT_SIZE];
    int rc = text_say(c, id, out, sizeof(out), "code", in->code, "kind", in->kind, "place",
                      incident_place_name(m->d, in), "advice", advice, NULL);
    return rc < 0 ? rc : reply(m, out, true);
}

/* "... SDT 0912...": the phone was borrowed, the answer belongs to another number. Sealed like every
 * number that is not on the roster. */
static int note_contact(struct msg *m, int64_t incident_id)
{
    char number[ADDRESS_SIZE];
    int64_t party;
    if (phone_normalize(meaning_slot(m->m, "phone"), number, sizeof(number)) < 0)
        return 0;
    int rc = party_of(m->d->db, PARTY_SENDER, number, m->now.wall_ms, &party);
    if (!rc)
        rc = incident_set_contact(m->d->db, incident_id, party);
    return rc < 0 ? rc : audit(m->d, m->user ? m->user->id : 0, "contact", incident_id, m->id, "");
}

/* Do the kind's words say no more than its code ("trom", "danh nhau")? */
static bool says_only(const struct kind *k, const char *folded_words)
{
    char name[96], letters[64], code[KIND_CODE_SIZE];
    size_t n = 0;
    for (const char *p = folded_words; *p && n < sizeof(letters) - 1; p++)
        if (*p != ' ')
            letters[n++] = *p;
    letters[n] = '\0';
    if (fold_text(k->code, strlen(k->code), code, sizeof(code), NULL) < 0 || !strcmp(letters, code))
        return true;
    /* "danh nhau" of "đánh nhau, gây thương tích": the first words of the name spell out the code */
    if (fold_text(k->name, strlen(k->name), name, sizeof(name), NULL) < 0)
        return true;
    name[strcspn(name, ",")] = '\0';
    return !strcmp(folded_words, name) && !strncmp(letters, code, strlen(code));
}

/* What the officers read: the sender's own words, with those of the kind when they tell more than
 * its code does ("mat ga" of TROM, "dua xe" of GAYROI). */
static void tale(const struct meaning *mm, const struct kind *k, char *out, size_t size)
{
    char folded[sizeof(mm->kind_words)];
    struct sbuf b = sbuf_on(out, size);
    int n = fold_text(mm->kind_words, strlen(mm->kind_words), folded, sizeof(folded), NULL);
    if (k && n > 0 && !says_only(k, folded)) {
        sbuf_add(&b, mm->kind_words);
        sbuf_add(&b, *mm->text ? " " : "");
    }
    sbuf_add(&b, mm->text);
}

int form_incident(struct msg *m)
{
    char text[SMS_TEXT_MAX + 80], dated[SMS_TEXT_MAX + 120];
    const struct meaning *mm = m->m;
    int again = dialogue_again(m);
    if (again)
        return again < 0 ? again : 0;
    const char *kind = mm->kind ? mm->kind : "KHAC";
    if (mm->ask == DOUBT_KIND &&
        mm->n_choices) { /* a slip of "danh vo" is not asked about: it stays among those named */
        const struct kind *likely = config_kind(m->d->cfg, mm->choices[0]);
        kind = likely && likely->restricted ? likely->code : kind;
    }
    const struct kind *k = config_kind(m->d->cfg, kind);
    struct incident in = {.severity = k ? k->severity : 2, .restricted = k && k->restricted, .state = "open"};
    int rc = str_copy(in.form, sizeof(in.form), "incident");
    if (!rc)
        rc = str_copy(in.kind, sizeof(in.kind), kind);
    if (!rc && mm->place)
        rc = str_copy(in.place, sizeof(in.place), mm->place);
    if (rc < 0)
        return rc;
    tale(mm, k, text, sizeof(text));
    in.text_in = late_text(m, text, dated, sizeof(dated));
    in.when_ms = mm->has_when ? mm->when_ms : 0;
    in.joinable = is_under_way(m) && !in.restricted && m->d->cfg->join_window_s;
    rc = join_incident(m, &in);
    if (rc)
        return rc < 0 ? rc : 0;
    m->disposition = "report";
    rc = report_open(m, &in);
    if (!rc)
        rc = note_contact(m, in.id);
    if (!rc)
        rc = confirm(m, &in);
    return rc < 0 ? rc : alert_first(m, &in, is_under_way(m));
}

int form_tip(struct msg *m)
{
    struct incident in = {.severity = 2, .kind = "KHAC", .form = "tip", .state = "open"};
    if (m->m->place && str_copy(in.place, sizeof(in.place), m->m->place) < 0)
        return -EMSGSIZE;
    char dated[SMS_TEXT_MAX + 40];
    in.text_in = late_text(m, m->m->text, dated, sizeof(dated));
    m->disposition = "tip";
    int rc = report_open(m, &in);
    char out[OUT_SIZE];
    if (!rc)
        rc = text_say(m->d->cfg, TEXT_TIP_OK, out, sizeof(out), "code", in.code, NULL);
    if (!rc)
        rc = reply(m, out, true);
    return rc < 0 ? rc : alert_first(m, &in, true);
}
