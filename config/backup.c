// SPDX-License-Identifier: GPL-2.0-or-later
/* The group `backup` of tinbao.cfg. Called by the loader. */
#include "config/backup.h"

#include "config/load.h"

void load_backup(struct loader *l, const config_setting_t *group)
{
    struct key_table t = keys_of_backup();
    struct backup_config *b = &l->c->backup;
    keys_default(&t, b);
    b->given = group != NULL;
    if (group)
        keys_read(l, group, &t, b, "backup");
}
