// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Questions on their way to the core and back. Called by the server for each request, and by
 * the loop. At most FRONT_WINDOW are with the core, the others wait here in their order; all have the
 * same time to live, so the first to come is the first to run out. What can go wrong: no
 * answer, a late one (its id is no longer known), one that was never asked for (the same), a core
 * that closes or sends nonsense: those who wait are told, and it ends.
 */
#include "gateway/front/calls.h"

#include "gateway/base/clock.h"
#include "gateway/base/err.h"

#include <stdlib.h>
#include <string.h>

#define CALLS_MAX FRONT_CONNECTIONS_MAX
#define READS_MAX 32 /* packets in one turn of the loop */

enum state { FREE, WAITS, ASKED };

struct call {
    enum state state;
    enum front_kind kind;
    void *who; /* NULL: gone */
    int64_t until_ms;
    struct front_ask ask;
};

struct calls {
    struct calls_events ev;
    int fd;
    bool ended;
    int64_t wait_ms;
    struct event *readable, *writable, *timer;
    /* A ring in the order of coming: a call's id is its number, its place the number modulo
     * CALLS_MAX. Those before `first` are over, those from `unsent` on were not sent yet. */
    uint64_t first, unsent, next;
    size_t asked, live;
    struct front_msg in, out; /* two: what came in is still read while something goes out */
    struct call ring[CALLS_MAX];
};

static struct call *at(struct calls *c, uint64_t id)
{
    return &c->ring[id % CALLS_MAX];
}

size_t calls_waiting(const struct calls *c)
{
    return c->live;
}

/* Frees a call and tells who waited for it. */
static void finish(struct calls *c, struct call *k, const struct front_answer *a)
{
    void *who = k->who;
    c->asked -= k->state == ASKED;
    c->live--;
    k->state = FREE;
    k->who = NULL;
    if (who)
        c->ev.answered(c->ev.ctx, who, k->kind, a);
}

static void skip_free(struct calls *c)
{
    while (c->first < c->next && at(c, c->first)->state == FREE)
        c->first++;
    if (c->unsent < c->first)
        c->unsent = c->first;
}

static void arm(struct calls *c)
{
    skip_free(c);
    if (c->first == c->next) {
        evtimer_del(c->timer);
        return;
    }
    int64_t ms = at(c, c->first)->until_ms - mono_ms();
    ms = ms < 1 ? 1 : ms;
    struct timeval tv = {.tv_sec = (time_t)(ms / 1000), .tv_usec = (suseconds_t)(ms % 1000 * 1000)};
    evtimer_add(c->timer, &tv);
}

static void end(struct calls *c, int why)
{
    if (c->ended)
        return;
    c->ended = true;
    event_del(c->readable);
    event_del(c->writable);
    calls_give_up(c);
    c->ev.ended(c->ev.ctx, why);
}

/* --- to the core ----------------------------------------------------------------------- */

int calls_say(struct calls *c, const struct front_msg *m)
{
    return c->ended ? -EPIPE : front_put(c->fd, m);
}

static int send_one(struct calls *c, uint64_t id)
{
    struct front_msg *m = &c->out;
    struct call *k = at(c, id);
    front_msg_init(m, FRONT_ASK);
    m->u.ask = k->ask;
    m->u.ask.id = id;
    int rc = front_put(c->fd, m);
    if (rc)
        return rc;
    k->state = ASKED;
    c->asked++;
    return 0;
}

static void flush(struct calls *c)
{
    while (!c->ended && c->asked < FRONT_WINDOW && c->unsent < c->next) {
        struct call *k = at(c, c->unsent);
        int rc = k->state == WAITS ? send_one(c, c->unsent) : 0;
        if (rc == -EAGAIN) {
            event_add(c->writable, NULL);
            return;
        }
        if (rc)
            return; /* a closed peer is seen by the reader too, not from within here */
        c->unsent++;
    }
}

int calls_ask(struct calls *c, struct front_ask *ask, void *who)
{
    skip_free(c);
    if (c->ended || c->next - c->first >= CALLS_MAX)
        return -EBUSY;
    struct call *k = at(c, c->next);
    ask->id = c->next++;
    k->state = WAITS;
    k->kind = (enum front_kind)ask->kind;
    k->who = who;
    k->until_ms = mono_ms() + c->wait_ms;
    k->ask = *ask;
    c->live++;
    flush(c);
    if (!evtimer_pending(c->timer, NULL))
        arm(c);
    return 0;
}

void calls_forget(struct calls *c, const void *who)
{
    for (uint64_t id = c->first; id < c->next; id++) {
        struct call *k = at(c, id);
        if (k->state == FREE || k->who != who)
            continue;
        k->who = NULL;
        if (k->state == WAITS)
            finish(c, k, NULL); /* the core need not be asked at all */
    }
}

void calls_give_up(struct calls *c)
{
    for (uint64_t id = c->first; id < c->next; id++)
        if (at(c, id)->state != FREE)
            finish(c, at(c, id), NULL);
    arm(c);
}

/* --- from the core --------------------------------------------------------------------- */

static void on_answer(struct calls *c, const struct front_answer *a)
{
    if (a->id < c->first || a->id >= c->next || at(c, a->id)->state != ASKED)
        return; /* it came too late */
    finish(c, at(c, a->id), a);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct calls *c = arg;
    for (int i = 0; i < READS_MAX && !c->ended; i++) {
        int rc = front_get(c->fd, &c->in);
        if (rc == -EAGAIN)
            break;
        if (rc == 1 && c->in.type < FRONT_SETUP)
            rc = -EPROTO; /* a word that only the front may say */
        if (rc != 1) {
            end(c, rc);
            return;
        }
        if (c->in.type == FRONT_ANSWER)
            on_answer(c, &c->in.u.answer);
        else
            c->ev.setup(c->ev.ctx, &c->in.u.setup);
    }
    flush(c);
    arm(c);
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    flush(arg);
}

/* The oldest have waited long enough. */
static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct calls *c = arg;
    int64_t now_ms = mono_ms();
    for (uint64_t id = c->first; id < c->next && at(c, id)->until_ms <= now_ms; id++)
        if (at(c, id)->state != FREE)
            finish(c, at(c, id), NULL);
    flush(c);
    arm(c);
}

/* --- making and ending ----------------------------------------------------------------- */

struct calls *calls_new(struct event_base *base, int fd, int64_t wait_ms, const struct calls_events *ev)
{
    struct calls *c = calloc(1, sizeof(*c));
    if (!c)
        return NULL;
    c->ev = *ev;
    c->fd = fd;
    c->wait_ms = wait_ms;
    c->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, c);
    c->writable = event_new(base, fd, EV_WRITE, on_writable, c);
    c->timer = evtimer_new(base, on_timer, c);
    if (!c->readable || !c->writable || !c->timer || event_add(c->readable, NULL)) {
        calls_free(c);
        return NULL;
    }
    return c;
}

void calls_free(struct calls *c)
{
    if (!c)
        return;
    if (c->readable)
        event_free(c->readable);
    if (c->writable)
        event_free(c->writable);
    if (c->timer)
        event_free(c->timer);
    free(c);
}
