// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the child knows of the storages: the places still to be read, and the places whose
 * content was handed over and is not deleted yet. Private to gammu_child.c and its test.
 */
#ifndef TB_LINE_GAMMU_SLOTS_H
#define TB_LINE_GAMMU_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum slot_state {
    SLOT_OFFERED, /* LINE_PART went out, LINE_KEPT has not come */
    SLOT_STUCK,   /* kept, and could not be deleted: tried again, never handed over again */
    SLOT_NOISE    /* could not be read cleanly; the same octets `tries` times */
};

struct slot {
    int mem, index;
    enum slot_state state;
    int tries;
    uint64_t handle, hash;
    int64_t retry_ms; /* mono */
};

#define SLOTS_MAX 1024

struct slots {
    struct slot at[SLOTS_MAX];
    size_t n, offered;
};

/* The slot at a place or with a handle, or NULL. Valid until the next change. */
struct slot *slots_at(struct slots *t, int mem, int index);
struct slot *slots_by_handle(struct slots *t, uint64_t handle);
/* A new entry (an older one of the same place is forgotten), or NULL when full. */
struct slot *slots_put(struct slots *t, int mem, int index, enum slot_state state);
void slots_state(struct slots *t, struct slot *s, enum slot_state state);
void slots_drop(struct slots *t, struct slot *s);
/* Backs off: 2 s, doubled up to 10 minutes. */
void slots_later(struct slot *s, int64_t now_ms);

#endif
