// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The group `journal` of tinbao.cfg. Called by the loader. What can go wrong: it would be kept longer than a
 * tipster's number may be.
 */
#include "config/journal.h"

#include "config/load.h"

void load_journal(struct loader *l, const config_setting_t *group)
{
    struct key_table t = keys_of_journal();
    struct journal_config *j = &l->c->journal;
    keys_default(&t, j);
    if (group)
        keys_read(l, group, &t, j, "journal");
    if (j->keep_days <= l->c->tip_number_days)
        return;
    if (group)
        load_bad(l, true, group,
                 "journal: keep_days = %d, but a tipster's number goes after tip_number_days = %d: so does it",
                 j->keep_days, l->c->tip_number_days);
    j->keep_days = l->c->tip_number_days;
}
