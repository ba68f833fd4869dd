// SPDX-License-Identifier: GPL-2.0-or-later
/* See slowness.h. Called by sender.c; pure. */
#include "gateway/serve/slowness.h"

#include "gateway/serve/backoff.h"

#include <string.h>

#define FIRST_MS 5000
#define CAP_MS 300000

static size_t class_of(enum priority p)
{
    return p == PRIO_SOS ? 0 : p == PRIO_ALERT ? 1 : 2;
}

int64_t slowness_refused(struct slowness *s, enum priority p, int64_t now_rel, uint64_t seed)
{
    static const int64_t most_ms[3] = {2000, 20000, CAP_MS};
    int64_t pause_ms = backoff_ms(s->steps++, FIRST_MS, CAP_MS, seed);
    for (size_t i = class_of(p); i < 3; i++) {
        int64_t until_rel = now_rel + (pause_ms < most_ms[i] ? pause_ms : most_ms[i]);
        if (s->until_rel[i] < until_rel)
            s->until_rel[i] = until_rel;
    }
    s->clean = false;
    return pause_ms;
}

bool slowness_sent(struct slowness *s)
{
    bool first = !s->clean;
    s->steps = 0;
    s->clean = true;
    return first;
}

void slowness_over(struct slowness *s)
{
    s->steps = 0;
    memset(s->until_rel, 0, sizeof(s->until_rel));
}

int64_t slowness_wait_ms(const struct slowness *s, enum priority p, int64_t now_rel)
{
    int64_t until_rel = s->until_rel[class_of(p)];
    return until_rel > now_rel ? until_rel - now_rel : 0;
}
