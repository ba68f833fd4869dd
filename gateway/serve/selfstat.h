// SPDX-License-Identifier: GPL-2.0-or-later
/* What the system knows of this process: /proc/self, for the usual process_* metrics. */
#ifndef TB_SERVE_SELFSTAT_H
#define TB_SERVE_SELFSTAT_H

#include <stdint.h>

struct selfstat {
    int64_t rss_bytes, virtual_bytes, fds_max;
    int fds;
    double cpu_s, start_s; /* start_s: seconds since 1970 */
};

/* 0, or -EIO when /proc does not say it. */
int selfstat_read(struct selfstat *s);

#endif
