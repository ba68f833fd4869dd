// SPDX-License-Identifier: GPL-2.0-or-later
/* Backups and the space on the disk, as tinbao.cfg says it. Included by config.h. */
#ifndef TB_CONFIG_BACKUP_H
#define TB_CONFIG_BACKUP_H

#include "config/digest.h"

#include <stdbool.h>

struct backup_config {
    bool every_night;
    bool given;         /* the file has the group: a player, whose nights are many, makes none without */
    char dir[256];      /* "": backup in the state directory; else an absolute path */
    char at[HHMM_SIZE]; /* "03:30" */
    int keep_days, keep_weeks;
};

#endif
