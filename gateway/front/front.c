// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The child: the server on one side, the core on the other. Called by `tinbao front`. It ends
 * when the core closes its socket: clients that wait are told, and a moment is left for that
 * to go out.
 */
#include "gateway/front/front.h"

#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/front/calls.h"
#include "gateway/front/server.h"

#include <event2/event.h>
#include <string.h>

#define LINGER_MS 500
#define BIND_AGAIN_MS 5000

struct front {
    struct event_base *base;
    struct calls *calls;
    struct server *server;
    struct event *alive, *again;
    struct front_setup setup; /* the last one; listen "" = none yet */
    int status;
};

static void after(struct event *e, int ms)
{
    struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
    evtimer_add(e, &tv);
}

static void say_alive(struct front *f)
{
    struct front_msg m;
    front_msg_init(&m, FRONT_ALIVE);
    calls_say(f->calls, &m); /* when the core does not read, it hears the next one */
    after(f->alive, FRONT_ALIVE_MS);
}

static void on_alive(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    say_alive(arg);
}

/* Settings are taken over; an address that is in use now may be free later. */
static void set_up(struct front *f)
{
    struct front_msg m;
    front_msg_init(&m, FRONT_READY);
    server_setup(f->server, &f->setup, &m.u.ready);
    if (m.u.ready.port)
        log_note("listens on %s port %u", f->setup.listen, m.u.ready.port);
    else
        log_err("listens nowhere: %s", m.u.ready.why);
    calls_say(f->calls, &m);
    if (m.u.ready.port)
        evtimer_del(f->again);
    else
        after(f->again, BIND_AGAIN_MS);
}

static void on_again(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    set_up(arg);
}

static void on_setup(void *ctx, const struct front_setup *s)
{
    struct front *f = ctx;
    f->setup = *s;
    set_up(f);
}

static void on_answered(void *ctx, void *who, enum front_kind kind, const struct front_answer *a)
{
    struct front *f = ctx;
    server_answer(f->server, who, kind, a);
}

static void on_ended(void *ctx, int why)
{
    struct front *f = ctx;
    struct timeval linger = {.tv_usec = LINGER_MS * 1000};
    if (why == -EPROTO)
        log_err("the core's packets make no sense");
    f->status = why == -EPROTO ? FRONT_EXIT_CORE : 0;
    server_close(f->server);
    event_base_loopexit(f->base, server_connections(f->server) ? &linger : NULL);
}

static int on_ask(void *ctx, struct front_ask *ask, void *who)
{
    struct front *f = ctx;
    return calls_ask(f->calls, ask, who);
}

static void on_forget(void *ctx, const void *who)
{
    struct front *f = ctx;
    calls_forget(f->calls, who);
}

static int make(struct front *f, int fd, int64_t wait_ms)
{
    struct calls_events down = {.ctx = f, .answered = on_answered, .setup = on_setup, .ended = on_ended};
    struct server_events up = {.ctx = f, .ask = on_ask, .forget = on_forget};
    f->base = event_base_new();
    if (!f->base)
        return -ENOMEM;
    f->alive = evtimer_new(f->base, on_alive, f);
    f->again = evtimer_new(f->base, on_again, f);
    f->calls = calls_new(f->base, fd, wait_ms, &down);
    f->server = f->calls ? server_new(f->base, &up) : NULL;
    return f->alive && f->again && f->server ? 0 : -ENOMEM;
}

int front_main(int fd, int64_t wait_ms)
{
    struct front f = {.status = FRONT_EXIT_FAILED};
    if (make(&f, fd, wait_ms) == 0) {
        f.status = 0;
        say_alive(&f);
        event_base_dispatch(f.base);
    } else {
        log_err("could not be started: out of memory or descriptors");
    }
    server_free(f.server); /* before the calls: it forgets those who wait */
    calls_free(f.calls);
    if (f.alive)
        event_free(f.alive);
    if (f.again)
        event_free(f.again);
    if (f.base)
        event_base_free(f.base);
    return f.status;
}
