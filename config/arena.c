// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory that lives as long as one config. Called by the loader; can only run out. */
#include "config/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_SIZE 16384

struct chunk {
    struct chunk *next;
    size_t used, cap;
    alignas(max_align_t) unsigned char bytes[];
};

struct arena {
    struct chunk *newest;
};

struct arena *arena_new(void)
{
    return calloc(1, sizeof(struct arena));
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    for (struct chunk *c = a->newest; c;) {
        struct chunk *next = c->next;
        free(c);
        c = next;
    }
    free(a);
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
    if (size && n > (SIZE_MAX / 4) / size)
        return NULL;
    size_t need = (n * size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
    struct chunk *c = a->newest;
    if (!c || c->cap - c->used < need) {
        size_t cap = need > CHUNK_SIZE ? need : CHUNK_SIZE;
        c = calloc(1, sizeof(*c) + cap);
        if (!c)
            return NULL;
        c->cap = cap;
        c->next = a->newest;
        a->newest = c;
    }
    void *p = c->bytes + c->used;
    c->used += need;
    return p;
}

const char *arena_str(struct arena *a, const char *s)
{
    size_t n = strlen(s) + 1;
    char *copy = arena_array(a, n, 1);
    if (copy)
        memcpy(copy, s, n);
    return copy;
}
