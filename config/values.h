// SPDX-License-Identifier: GPL-2.0-or-later
/* One value by its row of the table of keys; private to config. */
#ifndef TB_CONFIG_VALUES_H
#define TB_CONFIG_VALUES_H

#include "config/load.h"

/* Reads s into base by k, or says what is wrong and leaves the default. */
void values_read(struct loader *l, const struct key *k, const config_setting_t *s, void *base);
/* Sets k's default in base. */
void values_default(const struct key *k, void *base);
/* A list of texts or phones in the arena; NULL and *n = 0: a problem was said. */
const char *const *values_strings(struct loader *l, const struct key *k, const config_setting_t *s, size_t *n);

#endif
