// SPDX-License-Identifier: GPL-2.0-or-later
/* The group `children` of tinbao.cfg. Called by the loader. Users are looked up by the core at its start. */
#include "config/children.h"

#include "config/load.h"

void load_children(struct loader *l, const config_setting_t *group)
{
    struct key_table t = keys_of_children();
    keys_default(&t, &l->c->children);
    if (group)
        keys_read(l, group, &t, &l->c->children, "children");
}
