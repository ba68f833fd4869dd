// SPDX-License-Identifier: GPL-2.0-or-later
/* The journal of raw messages, as tinbao.cfg says it. Included by config.h. */
#ifndef TB_CONFIG_JOURNAL_H
#define TB_CONFIG_JOURNAL_H

struct journal_config {
    char dir[200]; /* "" = beside the database, in state_dir; better: on another medium */
    int keep_days; /* a file of it is deleted after, at most tip_number_days; default 2 */
    int sync_s;    /* at most so long is what was written not yet on the medium; default 30 */
};

#endif
