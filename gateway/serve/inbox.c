// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The way in. Called by core.c when a line has something to read. A single part is committed
 * at once; what has piled up shares one commit. When the commit fails nothing is kept and no
 * LINE_KEPT goes out: the batch stays here, no line is read meanwhile, and it is tried again
 * with back-off, one by one, so that one bad part can not hold the others. A part that fails
 * where others succeed is left on its line in the end: it will be handed over again.
 */
#include "gateway/serve/inbox.h"

#include "gateway/base/clock.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/serve/backoff.h"
#include "gateway/serve/journaling.h"
#include "gateway/serve/timer.h"

#include <stdlib.h>
#include <string.h>

#define BATCH 1000 /* a commit costs the more the fewer share it; 1000 take some 50 ms */
#define GIVE_UP_TRIES 5
#define SAY_EVERY_MS 60000

struct item {
    struct lane *lane;
    int life; /* lane_restarts when it was read: a handle is void after a restart */
    int tries;
    bool is_part;
    struct line_part part; /* a call has its number in sender */
};

struct inbox {
    struct works *w;
    struct inbox_events ev;
    struct event *retry;
    bool closed, stuck;
    int tries;
    int64_t said_ms;
    int n;
    struct item items[BATCH];
};

static void add(struct inbox *in, struct lane *l, const struct line_msg *m)
{
    struct item *it = &in->items[in->n++];
    it->lane = l;
    it->life = lane_restarts(l);
    it->tries = 0;
    it->is_part = m->type == LINE_PART;
    if (it->is_part)
        it->part = m->u.part;
    else
        memcpy(it->part.part.sender, m->u.call.number, sizeof(it->part.part.sender));
}

static int apply(struct inbox *in, const struct item *it)
{
    const char *line = lane_name(it->lane), *number = it->part.part.sender;
    struct journaling *jg = in->w->journaling;
    journaling_next(jg);
    int rc = it->is_part ? desk_part(in->w->desk, line, &it->part.part) : desk_call(in->w->desk, line, number);
    if (!rc && it->is_part)
        journaling_part(jg, line, &it->part.part);
    else if (!rc)
        journaling_call(jg, line, number);
    return rc;
}

/* Items [from, to) in one transaction; careful: a message that fails is undone alone and parked. */
static int commit_range(struct inbox *in, int from, int to, bool careful)
{
    int rc = works_begin(in->w);
    desk_careful(in->w->desk, careful);
    for (int i = from; !rc && i < to; i++)
        rc = apply(in, &in->items[i]);
    desk_careful(in->w->desk, true);
    works_step(in->w, STEP_APPLIED);
    if (!rc)
        rc = works_commit(in->w);
    if (!rc)
        return 0;
    works_rollback(in->w);
    desk_rolled_back(in->w->desk);
    return rc;
}

static void say_kept(struct inbox *in, int from, int to)
{
    struct line_msg m;
    line_msg_init(&m, LINE_KEPT);
    works_step(in->w, STEP_COMMITTED);
    for (int i = from; i < to; i++) {
        struct item *it = &in->items[i];
        m.u.kept.handle = it->part.handle;
        if (it->is_part && it->life == lane_restarts(it->lane))
            lane_tell(it->lane, &m);
    }
    in->w->changes += (uint64_t)(to - from);
    works_step(in->w, STEP_KEPT);
}

static void complain(struct inbox *in, int rc)
{
    int64_t now_ms = mono_ms();
    if (in->said_ms && now_ms - in->said_ms < SAY_EVERY_MS)
        return;
    in->said_ms = now_ms;
    log_err("texts can not be kept: %s. They stay on the SIM; free space or repair the disk, it goes on by itself",
            works_why(rc));
}

static void get_stuck(struct inbox *in, int rc)
{
    complain(in, rc);
    if (!in->stuck)
        in->ev.stuck(in->ev.ctx, true);
    in->stuck = true;
    timer_arm(in->retry, backoff_ms(in->tries++, 200, 10000, 1));
}

static void get_going(struct inbox *in)
{
    in->tries = 0;
    in->n = 0;
    if (!in->stuck)
        return;
    in->stuck = false;
    in->said_ms = 0;
    log_note("texts are kept again");
    in->ev.stuck(in->ev.ctx, false);
}

/* One by one: what succeeds leaves, what fails stays, and is given up when others succeed. */
static int singles(struct inbox *in)
{
    int kept = 0, left = 0, last_rc = 0;
    for (int i = 0; i < in->n; i++) {
        int rc = last_rc == -ENOSPC ? -ENOSPC : commit_range(in, i, i + 1, true);
        if (!rc) {
            say_kept(in, i, i + 1);
            kept++;
            continue;
        }
        last_rc = rc;
        in->items[left] = in->items[i];
        in->items[left++].tries++;
    }
    in->n = left;
    if (left && kept) {
        left = 0;
        for (int i = 0; i < in->n; i++)
            if (in->items[i].tries < GIVE_UP_TRIES)
                in->items[left++] = in->items[i];
            else
                log_err("%s: a text can not be kept: %s; it stays on the SIM", lane_name(in->items[i].lane),
                        works_why(last_rc));
        in->n = left;
    }
    if (kept)
        in->ev.kept(in->ev.ctx);
    return in->n ? last_rc : 0;
}

static bool is_of_the_disk(int rc)
{
    return rc == -ENOSPC || rc == -EIO || rc == -EBUSY || rc == -ENOMEM;
}

/* Without savepoints first; what fails for another reason than the disk is repeated with them. */
static void keep(struct inbox *in)
{
    works_step(in->w, STEP_RECEIVED);
    int rc = commit_range(in, 0, in->n, false);
    if (!rc) {
        say_kept(in, 0, in->n);
        get_going(in);
        in->ev.kept(in->ev.ctx);
        return;
    }
    if (in->n > 1 ? rc != -ENOSPC : !is_of_the_disk(rc))
        rc = singles(in);
    if (rc)
        get_stuck(in, rc);
    else
        get_going(in);
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct inbox *in = arg;
    if (in->closed || !in->n)
        return;
    int from = in->n;
    int rc = singles(in);
    /* Alone and refused for long: a poison of its own kind must not hold the line for ever. */
    if (rc && in->n == 1 && rc != -ENOSPC && rc != -EIO && rc != -EBUSY && in->items[0].tries >= GIVE_UP_TRIES) {
        log_err("%s: a text can not be kept: %s; it stays on the SIM", lane_name(in->items[0].lane), works_why(rc));
        rc = 0;
    }
    if (rc)
        get_stuck(in, rc);
    else
        get_going(in);
    if (in->n < from)
        explicit_bzero(&in->items[in->n], (size_t)(from - in->n) * sizeof(in->items[0]));
}

void inbox_read(struct inbox *in, struct lane *l)
{
    struct line_msg m;
    if (in->stuck)
        return;
    for (int reads = 0; reads < BATCH && in->n < BATCH && lane_next(l, &m) == 1; reads++) {
        if (m.type != LINE_PART && m.type != LINE_CALL)
            in->ev.other(in->ev.ctx, l, &m);
        else if (!in->closed)
            add(in, l, &m);
    }
    int from = in->n;
    if (in->n && !in->closed)
        keep(in);
    /* tips: no number stays in memory longer than it is worked on */
    if (in->n < from)
        explicit_bzero(&in->items[in->n], (size_t)(from - in->n) * sizeof(in->items[0]));
    explicit_bzero(&m, sizeof(m));
}

void inbox_close(struct inbox *in)
{
    in->closed = true;
    in->n = 0;
}

bool inbox_stuck(const struct inbox *in)
{
    return in->stuck;
}

struct inbox *inbox_new(struct works *w, const struct inbox_events *ev)
{
    struct inbox *in = calloc(1, sizeof(*in));
    if (!in)
        return NULL;
    in->w = w;
    in->ev = *ev;
    in->retry = evtimer_new(w->base, on_retry, in);
    if (!in->retry) {
        free(in);
        return NULL;
    }
    return in;
}

void inbox_free(struct inbox *in)
{
    if (!in)
        return;
    event_free(in->retry);
    free(in);
}
