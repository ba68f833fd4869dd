// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Help, NGUNG, what is not built yet, and the codes. Called by dispatch.
 */
#include "gateway/desk/room.h"

#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "gateway/desk/menu.h"

#include <stdio.h>
#include <string.h>

const char *example_place(const struct msg *m)
{
    char home[PLACE_CODE_SIZE];
    const char *code = m->user ? user_home(m->user, home, sizeof(home)) : NULL;
    if (!code && m->m)
        code = m->m->place;
    if (!code && m->user && m->user->places[0]) { /* several: the first */
        memcpy(home, m->user->places, sizeof(home) - 1);
        home[sizeof(home) - 1] = '\0';
        home[strcspn(home, " ")] = '\0';
        code = home;
    }
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
    if (!rc && m->kind == ADDRESS_NUMBER) /* before all else: a tipster is forgotten */
        rc = apart_stop(m->d, m->number);
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
    if (!rc) /* what he took is nobody's now */
        rc = still_left(m->d);
    return rc < 0 ? rc : alert_duty(m->d, PRIO_REPLY, 0, m->id, out);
}

int form_not_built(struct msg *m)
{
    m->disposition = "not_built";
    const struct form_def *def = m->m->def;
    return reply_text(m, TEXT_NOT_BUILT, "keyword", def && def->n_keywords ? def->keywords[0] : m->m->form);
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
