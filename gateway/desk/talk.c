// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Help, NGUNG, what is not built yet, and what nobody understood. Called by dispatch.
 */
#include "gateway/desk/room.h"

#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "gateway/desk/menu.h"

#include <stdio.h>
#include <string.h>

/* The sender's own village for an example, or the first of the commune. */
static const char *example_place(const struct msg *m)
{
    char home[PLACE_CODE_SIZE];
    const char *code = m->user ? user_home(m->user, home, sizeof(home)) : NULL;
    const struct place *p = code ? config_place(m->d->cfg, code) : NULL;
    if (!p && m->d->cfg->n_places)
        p = &m->d->cfg->places[0];
    return p ? p->name : "man de";
}

int form_help(struct msg *m)
{
    m->disposition = "help";
    const char *keyword = meaning_slot(m->m, "keyword");
    const struct form_def *def = *keyword ? vocab_form(m->d->vocab, keyword) : NULL;
    const char *text = def ? text_help(m->d->cfg, def->name) : NULL;
    if (text)
        return reply(m, text, false);
    if (m->user && m->user->role >= ROLE_AREA_OFFICER)
        return reply_text(m, TEXT_HELP_OFFICER, "", "");
    return reply_text(m, m->user ? TEXT_HELP : TEXT_HELP_STRANGER, "place", example_place(m));
}

int form_stop(struct msg *m)
{
    m->disposition = "stop";
    int rc = reply_text(m, TEXT_STOP_OK, "", "");
    if (rc < 0)
        return rc;
    if (!m->user) /* the mark of a tip's party would pair the two: tell_reporter asks here */
        return m->party_id ? party_set_stopped(m->d->db, m->party_id, true) : 0;
    rc = user_set_stopped(m->d->db, m->user->id, true);
    if (!rc)
        rc = audit(m->d, m->user->id, "stop", 0, m->id, "");
    if (rc < 0)
        return rc;
    people_set_stopped(&m->d->people, m->user->id, true);
    char out[OUT_SIZE];
    rc = text_say(m->d->cfg, TEXT_STOP_TOLD, out, sizeof(out), "name", m->user->name, NULL);
    return rc < 0 ? rc : alert_duty(m->d, PRIO_REPLY, 0, m->id, out);
}

int form_not_built(struct msg *m)
{
    m->disposition = "not_built";
    const struct form_def *def = m->m->def;
    return reply_text(m, TEXT_NOT_BUILT, "keyword", def && def->n_keywords ? def->keywords[0] : m->m->form);
}

/* What would it be if BC stood before it? A place or a kind that is really there. */
static void probe(struct msg *m, bool *has_place, bool *has_kind)
{
    char text[1200] = "BC ";
    struct sbuf b = sbuf_on(text, sizeof(text));
    sbuf_add(&b, "BC ");
    sbuf_addn(&b, m->body, strnlen(m->body, sizeof(text) - 8));
    struct understand_ctx ctx = {.at_ms = m->at_ms};
    struct meaning *mm = &m->d->meaning;
    understand(m->d->vocab, &ctx, text, b.len, mm);
    *has_place = mm->place && !mm->place_from_home;
    *has_kind = mm->kind && !mm->kind_unknown;
}

/* The sender is told what is missing, and the duty desk reads it. A phone that answers every
 * text ends in the daily list. */
static int tell_unclear(struct msg *m, const char *missing, bool restricted)
{
    char out[OUT_SIZE];
    bool may;
    int rc = complaint_allowed(m, &may);
    if (rc < 0 || !may)
        return rc;
    m->disposition = "unclear";
    rc = text_say(m->d->cfg, TEXT_ALERT_UNCLEAR, out, sizeof(out), "name", m->user ? m->user->name : "nguoi dan",
                  "text", restricted ? "viec can xu ly rieng" : m->body, NULL);
    if (!rc)
        rc = alert_duty(m->d, PRIO_ALERT, 0, m->id, out);
    if (!rc)
        rc = text_say(m->d->cfg, TEXT_UNCLEAR, out, sizeof(out), "missing", missing, "place", example_place(m), NULL);
    return rc < 0 ? rc : reply(m, out, false);
}

int form_none(struct msg *m)
{
    bool place = false, kind = false;
    m->disposition = "machine";
    if (m->kind != ADDRESS_NUMBER || looks_like_machine(m->body))
        return 0;
    int rc = menu_digits(m);
    if (!rc)
        rc = dialogue_named(m);
    if (rc)
        return rc < 0 ? rc : 0;
    probe(m, &place, &kind);
    if (place && kind && m->user) {
        m->m = &m->d->meaning; /* a report without its keyword, as the probe read it */
        return form_incident(m);
    }
    m->disposition = "duty_list"; /* chatter: the duty desk's daily list, in silence */
    if (!place && !kind)
        return 0;
    const struct kind *k = kind ? config_kind(m->d->cfg, m->d->meaning.kind) : NULL;
    return tell_unclear(m, place && kind ? "lenh" : place ? "loai viec" : "thon nao", k && k->restricted);
}

int form_code(struct msg *m)
{
    char out[OUT_SIZE];
    m->disposition = "code";
    if (!strcmp(meaning_slot(m->m, "digits"), "*#"))
        return form_menu(m);
    int rc = codes_answer(m->d, m->user, m->m, out, sizeof(out));
    return rc < 0 ? rc : reply(m, out, false);
}
