// SPDX-License-Identifier: GPL-2.0-or-later
/* See slowness.h. Called by sender.c; pure. */
#include "gateway/serve/slowness.h"

#include "gateway/serve/backoff.h"

#include <string.h>

#define SOS_MS 2000
#define ALERT_MS 8000
#define FIRST_MS 5000
#define CAP_MS 90000 /* one text in so long tells whether the network takes any again */

static size_t class_of(enum priority p)
{
    return p == PRIO_SOS ? 0 : p == PRIO_ALERT ? 1 : 2;
}

static void wait_until(struct slowness *s, size_t class, int64_t until_rel)
{
    if (s->until_rel[class] < until_rel)
        s->until_rel[class] = until_rel;
}

int64_t slowness_refused(struct slowness *s, enum priority p, int64_t now_rel, uint64_t seed)
{
    s->refused++;
    s->clean = false;
    int64_t pause_ms = backoff_ms(s->steps, FIRST_MS, CAP_MS, seed);
    if (class_of(p) == 2)
        s->steps++;
    if (class_of(p) == 0)
        wait_until(s, 0, now_rel + SOS_MS);
    if (class_of(p) <= 1)
        wait_until(s, 1, now_rel + ALERT_MS);
    wait_until(s, 2, now_rel + pause_ms);
    return pause_ms;
}

bool slowness_sent(struct slowness *s, int64_t now_rel)
{
    bool first = !s->clean;
    s->steps = s->refused = 0;
    s->clean = true;
    s->until_rel[0] = s->until_rel[1] = 0;
    if (first && s->until_rel[2] > now_rel + FIRST_MS)
        s->until_rel[2] = now_rel + FIRST_MS;
    return first;
}

void slowness_over(struct slowness *s)
{
    s->steps = s->refused = 0;
    memset(s->until_rel, 0, sizeof(s->until_rel));
}

int64_t slowness_wait_ms(const struct slowness *s, enum priority p, int64_t now_rel)
{
    int64_t until_rel = s->until_rel[class_of(p)];
    return until_rel > now_rel ? until_rel - now_rel : 0;
}
