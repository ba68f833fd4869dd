// SPDX-License-Identifier: GPL-2.0-or-later
/* Secrets beside the settings: in a file that only its owner may read. Private to config. */
#ifndef TB_CONFIG_SECRET_H
#define TB_CONFIG_SECRET_H

#include "config/load.h"

/* The secret: what stands in the config already (out), or the first line of `file`, whose path is
 * resolved in place. Both, a file that others may read, or one that is missing or empty is a
 * problem, said at the setting `at` under the file's key `name`. */
void secret_take(struct loader *l, const config_setting_t *at, const char *name, char *file, size_t file_size,
                 char *out, size_t size);

#endif
