// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory that lives as long as one config: allocated piece by piece, freed at once. */
#ifndef TB_CONFIG_ARENA_H
#define TB_CONFIG_ARENA_H

#include <stddef.h>

struct arena; /* owned by its config, arena_free() */

struct arena *arena_new(void);
void arena_free(struct arena *a);
/* n zeroed elements of `size` octets, aligned for anything; NULL: no memory, or absurd. */
void *arena_array(struct arena *a, size_t n, size_t size);
/* A copy of s; NULL: no memory. */
const char *arena_str(struct arena *a, const char *s);

#endif
