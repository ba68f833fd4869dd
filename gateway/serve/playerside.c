// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The core under a player. Called by core.c. Settling goes in rounds: run what is due, send
 * what may go, ask every line whether it has handed over all (LINE_SYNC), wait until each has
 * answered and no text is under way. A round in which nothing changed is the last. A line that
 * does not answer ends the round after stall_ms of real time without any progress.
 */
#include "gateway/serve/playerside.h"

#include "gateway/base/clock.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/serve/timer.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define JOBS_A_ROUND 10000
#define ROUNDS_MAX 100000

struct playerside {
    struct works *w;
    int fd;
    struct playerside_parts parts;
    struct event *readable, *stall, *step;
    bool settling, asked, stalled;
    uint64_t n, sync_n, seen; /* seen: w->changes when the round began */
    uint64_t synced[CONFIG_LINES_MAX];
    int64_t stall_ms;
    int rounds;
};

static int get(int fd, struct play_msg *m)
{
    ssize_t n = recv(fd, m, sizeof(*m), MSG_DONTWAIT);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? -EAGAIN : -EPIPE;
    if (n == 0)
        return -EPIPE;
    return n == (ssize_t)sizeof(*m) && m->magic == PLAY_MAGIC ? 0 : -EPROTO;
}

static void put(struct playerside *p, uint32_t type, uint64_t n, int64_t a, int64_t b)
{
    struct play_msg m = {.magic = PLAY_MAGIC, .type = type, .n = n, .a = a, .b = b};
    if (send(p->fd, &m, sizeof(m), MSG_NOSIGNAL) < 0)
        log_warn("player: %s", strerror(errno));
}

int playerside_clock(int fd, struct clock **clock)
{
    struct play_msg m;
    struct pollfd pfd = {.fd = fd, .events = POLLIN};
    int rc;
    while ((rc = get(fd, &m)) == -EAGAIN)
        if (poll(&pfd, 1, -1) < 0 && errno != EINTR)
            return -EPIPE;
    if (rc)
        return rc;
    if (m.type != PLAY_CLOCK)
        return -EPROTO;
    *clock = clock_new_manual(m.a, m.b);
    return *clock ? 0 : -ENOMEM;
}

/* --- settling -------------------------------------------------------------------------- */

static bool all_answered(const struct playerside *p)
{
    for (size_t i = 0; i < lines_count(p->parts.lines); i++)
        if (!lane_up(lines_at(p->parts.lines, i)) || p->synced[i] != p->sync_n)
            return false;
    return true;
}

static int64_t next_wall(struct playerside *p)
{
    struct now now = desk_now(p->w->desk);
    int64_t at_ms = ticker_next_wall(p->parts.ticker), rel_ms = sender_next_rel(p->parts.sender);
    int64_t post_rel = post_next_rel(p->parts.post);
    rel_ms = post_rel < rel_ms ? post_rel : rel_ms;
    if (rel_ms != INT64_MAX && now.wall_ms + (rel_ms - now.rel_ms) < at_ms)
        at_ms = now.wall_ms + (rel_ms - now.rel_ms);
    return at_ms <= now.wall_ms ? now.wall_ms + 1 : at_ms; /* what is due was run: never the present */
}

static void idle(struct playerside *p)
{
    p->settling = false;
    evtimer_del(p->stall);
    put(p, PLAY_IDLE, p->n, next_wall(p), all_answered(p) && !p->stalled);
}

static void ask(struct playerside *p, struct lane *l)
{
    struct line_msg m;
    line_msg_init(&m, LINE_SYNC);
    m.u.sync.n = p->sync_n;
    lane_tell(l, &m);
}

static void begin_round(struct playerside *p)
{
    p->rounds++;
    p->seen = p->w->changes;
    p->asked = true;
    p->sync_n++;
    ticker_run(p->parts.ticker, JOBS_A_ROUND);
    sender_wake(p->parts.sender);
    sender_run(p->parts.sender);
    post_wake(p->parts.post);
    post_run(p->parts.post);
    for (size_t i = 0; i < lines_count(p->parts.lines); i++)
        if (lane_up(lines_at(p->parts.lines, i)))
            ask(p, lines_at(p->parts.lines, i));
    timer_arm(p->stall, p->stall_ms);
}

static void settle(struct playerside *p)
{
    if (!p->settling)
        return;
    if (!p->asked) {
        begin_round(p);
        return;
    }
    bool quiet = all_answered(p) && sender_under_way(p->parts.sender) == 0 && post_under_way(p->parts.post) == 0;
    if (!quiet && !p->stalled)
        return;
    if (p->seen == p->w->changes || p->rounds > ROUNDS_MAX) {
        idle(p);
        return;
    }
    p->stalled = false;
    begin_round(p);
}

static void on_step(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    settle(arg);
}

/* From the loop, not from within whoever pokes. */
void playerside_poke(struct playerside *p)
{
    if (p && p->settling)
        event_active(p->step, 0, 0);
}

static void on_stall(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct playerside *p = arg;
    p->stalled = true;
    settle(p);
}

void playerside_synced(struct playerside *p, struct lane *l, uint64_t n)
{
    if (p && n == p->sync_n)
        p->synced[lane_index(l)] = n;
}

void playerside_up(struct playerside *p, struct lane *l)
{
    if (p && p->settling && p->asked)
        ask(p, l);
}

/* --- words of the player --------------------------------------------------------------- */

static void on_clock(struct playerside *p, int64_t wall_ms, int64_t boot_ms)
{
    struct clock *c = p->w->clock;
    if (clock_advance(c, boot_ms - clock_boot_ms(c)))
        log_err("player: the clock can not go back");
    clock_jump(c, wall_ms - clock_now_ms(c));
}

void playerside_hear(struct playerside *p)
{
    struct play_msg m;
    int rc = -EAGAIN;
    while (p && (rc = get(p->fd, &m)) == 0) {
        if (m.type == PLAY_CLOCK) {
            on_clock(p, m.a, m.b);
        } else if (m.type == PLAY_FAIL_AT) {
            p->w->fail_at = (enum play_step)m.a;
            p->w->fail_after = m.b;
        } else if (m.type == PLAY_SETTLE) {
            p->n = m.n;
            p->stall_ms = m.a < 1 ? 1 : m.a;
            p->settling = true;
            p->asked = p->stalled = false;
            p->rounds = 0;
            playerside_poke(p);
        }
    }
    if (rc != -EAGAIN)
        p->parts.gone(p->parts.ctx);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    playerside_hear(arg);
}

void playerside_ready(struct playerside *p)
{
    put(p, PLAY_READY, 0, 0, 0);
}

struct playerside *playerside_new(struct works *w, int fd, const struct playerside_parts *parts)
{
    struct playerside *p = calloc(1, sizeof(*p));
    if (!p)
        return NULL;
    p->w = w;
    p->fd = fd;
    p->parts = *parts;
    p->readable = event_new(w->base, fd, EV_READ | EV_PERSIST, on_readable, p);
    p->stall = evtimer_new(w->base, on_stall, p);
    p->step = evtimer_new(w->base, on_step, p);
    if (!p->readable || !p->stall || !p->step || event_add(p->readable, NULL)) {
        playerside_free(p);
        return NULL;
    }
    return p;
}

void playerside_free(struct playerside *p)
{
    if (!p)
        return;
    if (p->readable)
        event_free(p->readable);
    if (p->stall)
        event_free(p->stall);
    if (p->step)
        event_free(p->step);
    free(p);
}
