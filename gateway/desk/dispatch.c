// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a form to what is done with it: one table of forms and of the roles that may use
 * them (product page, "The people"). Called by intake.
 */
#include "gateway/desk/menu.h"
#include "gateway/desk/room.h"

#include "gateway/base/err.h"
#include "gateway/base/log.h"

#include <string.h>

#define TEAM (ROLE_BIT(ROLE_MEMBER) | ROLE_BIT(ROLE_DEPUTY) | ROLE_BIT(ROLE_LEADER) | ROLE_BIT(ROLE_VILLAGE_HEAD))
#define OFFICERS (ROLE_BIT(ROLE_AREA_OFFICER) | ROLE_BIT(ROLE_DUTY) | ROLE_BIT(ROLE_CHIEF))
#define LEADERS (TEAM & ~ROLE_BIT(ROLE_MEMBER))
#define ROSTER (TEAM | OFFICERS)
#define ANYONE (ROSTER | ROLE_BIT(ROLE_NONE))

static const struct {
    const char *form;
    int (*run)(struct msg *m);
    unsigned roles;
} forms[] = {
    {"incident", form_incident, ANYONE}, /* from a stranger: kept, unverified */
    {"sos", form_sos, ANYONE},
    {"safe", form_safe, ANYONE},
    {"tip", form_tip, ANYONE},
    {"ack", form_ack, OFFICERS},
    {"close", form_close, OFFICERS},
    {"onscene", form_onscene, ROSTER},
    {"supplement", form_supplement, ANYONE}, /* a stranger: to his own */
    {"correct", form_correct, ANYONE},       /* one's own */
    {"cancel", form_cancel, ANYONE},
    {"lookup", form_lookup, ROSTER},
    {"checkin", form_checkin, ROSTER},
    {"checkout", form_checkout, ROSTER},
    {"checkin_fix", form_fix_in, ROSTER}, /* one's own, or his team's */
    {"checkout_fix", form_fix_out, ROSTER},
    {"checkin_undo", form_undo_in, ROSTER},
    {"checkout_undo", form_undo_out, ROSTER},
    {"help", form_help, ANYONE},
    {"stop", form_stop, ANYONE},
    {"code", form_code, OFFICERS | LEADERS},
    {"menu", form_menu, OFFICERS | LEADERS},
    {"call_out", form_call_out, ROLE_BIT(ROLE_AREA_OFFICER) | ROLE_BIT(ROLE_DUTY)},
    {"relay", form_relay, ROLE_BIT(ROLE_AREA_OFFICER) | ROLE_BIT(ROLE_DUTY)},
    {"split", form_split, ROLE_BIT(ROLE_DUTY)},
    {"reopen", form_reopen, ROLE_BIT(ROLE_DUTY)},
    {"answer", form_answer, ANYONE},
    {"none", form_none, ANYONE},
    {"register", form_register, ANYONE},
    {"my_data", form_my_data, ANYONE},
    {"tip_total", form_tip_total, OFFICERS},
    {"revoke", form_revoke, OFFICERS | LEADERS},
};

static int refused(struct msg *m)
{
    m->disposition = "refused";
    const struct form_def *def = m->m->def;
    /* a member who wrote of a tip has no role any more, and hears what any member hears */
    if (!m->user && m->m->code[0] && people_by_phone(&m->d->people, m->number))
        return reply_text(m, TEXT_CODE_UNKNOWN, "code", m->m->code);
    const char *keyword = def && def->n_keywords ? def->keywords[0] : !strcmp(m->m->form, "code") ? "*#" : m->m->form;
    return reply_text(m, TEXT_NOT_ALLOWED, "keyword", keyword);
}

int dispatch(struct msg *m)
{
    enum role role = m->user ? m->user->role : ROLE_NONE;
    /* a tip's sender has no role here: his link to the roster is cut */
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        if (strcmp(forms[i].form, m->m->form) != 0)
            continue;
        return forms[i].roles & ROLE_BIT(role) ? forms[i].run(m) : refused(m);
    }
    if (!(ROSTER & ROLE_BIT(role)))
        return refused(m);
    return m->m->def && m->m->def->activity ? form_activity(m) : form_not_built(m);
}
