// SPDX-License-Identifier: GPL-2.0-or-later
/* How the children of the core come to be, as tinbao.cfg says it. Included by config.h. */
#ifndef TB_CONFIG_CHILDREN_H
#define TB_CONFIG_CHILDREN_H

#include <stdbool.h>

enum children_as { CHILDREN_SPAWNED, CHILDREN_UNITS };

struct children_config {
    int as;           /* enum children_as */
    char socket[108]; /* where units knock */
    /* whose processes may come as what; "" = the core's own user */
    char line_user[33], courier_user[33], front_user[33];
};

#endif
