// SPDX-License-Identifier: GPL-2.0-or-later
/* What a courier that the core starts is told besides its socket: where certificates of the settings are. */
#ifndef TB_SERVE_POST_ARGS_H
#define TB_SERVE_POST_ARGS_H

#include "config/config.h"

#define POST_ARGS_FILES (WEBHOOKS_MAX + 2)

struct post_args {
    char files[POST_ARGS_FILES][256];
    const char *v[2 * POST_ARGS_FILES + 1]; /* "--read", FILE, ...; NULL at the end */
};

/* Of the settings as they are now: a certificate that is named later needs a restart of the service. */
void post_args(const struct courier_config *c, struct post_args *a);

#endif
