// SPDX-License-Identifier: GPL-2.0-or-later
/* The child's table of places, see gammu_slots.h. Pure. A few hundred entries at most, so
 * a walk is cheaper than an index. */
#include "gateway/line/gammu_slots.h"

#define RETRY_FIRST_MS 2000
#define RETRY_MAX_MS 600000

struct slot *slots_at(struct slots *t, int mem, int index)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->at[i].index == index && t->at[i].mem == mem)
            return &t->at[i];
    return NULL;
}

struct slot *slots_by_handle(struct slots *t, uint64_t handle)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->at[i].handle == handle && t->at[i].state == SLOT_OFFERED)
            return &t->at[i];
    return NULL;
}

void slots_drop(struct slots *t, struct slot *s)
{
    t->offered -= s->state == SLOT_OFFERED;
    *s = t->at[--t->n];
}

struct slot *slots_put(struct slots *t, int mem, int index, enum slot_state state)
{
    struct slot *s = slots_at(t, mem, index);
    if (s)
        slots_drop(t, s);
    if (t->n == SLOTS_MAX)
        return NULL;
    t->at[t->n] = (struct slot){.mem = mem, .index = index, .state = state};
    t->offered += state == SLOT_OFFERED;
    return &t->at[t->n++];
}

void slots_state(struct slots *t, struct slot *s, enum slot_state state)
{
    t->offered -= s->state == SLOT_OFFERED;
    t->offered += state == SLOT_OFFERED;
    s->state = state;
}

void slots_later(struct slot *s, int64_t now_ms)
{
    int64_t wait = RETRY_FIRST_MS;
    for (int i = 0; i < s->tries && wait < RETRY_MAX_MS; i++)
        wait *= 2;
    s->tries++;
    s->retry_ms = now_ms + (wait < RETRY_MAX_MS ? wait : RETRY_MAX_MS);
}
