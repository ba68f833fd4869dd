// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The messages of a lane: those of the supervision are dealt with here, the others are handed on. Called by
 * inbox.c, sender.c, watch.c and the player's side. A line is not believed: what no line may say ends it.
 */
#include "gateway/serve/lane.h"

#include "gateway/base/clock.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "gateway/serve/timer.h"

static void on_hello(struct lane *l, const struct line_hello *h)
{
    l->hello = *h;
    if (l->phase == PHASE_UP)
        return;
    l->phase = PHASE_UP;
    l->told_barred = false;
    l->up_ms = mono_ms();
    log_note("%s: up: %s %s", l->cfg.name, h->maker, h->model);
    l->of->s.events.up(l->of->s.events.ctx, l);
}

static void on_alive(struct lane *l, const struct line_alive *a)
{
    int64_t ms = a->deadline_ms, max_ms = l->of->s.deadline_max_s * 1000LL;
    str_copy(l->doing, sizeof(l->doing), a->doing);
    if (l->pid == LANE_PID_ENDED || l->of->s.ready_fd >= 0)
        return; /* a ready line is in its owner's care */
    if (ms > max_ms)
        ms = max_ms;
    int64_t before_ms = l->deadline_ms;
    l->deadline_ms = mono_ms() + ms;
    if (l->deadline_ms < before_ms || !evtimer_pending(l->timer, NULL))
        timer_arm(l->timer, ms); /* sooner than the timer stands; a later one is seen when it fires */
}

static void on_trouble(struct lane *l, const struct line_trouble *t)
{
    log_line(l->told_barred ? LOG_INFO_ : t->fatal ? LOG_ERR_ : LOG_WARN_, "%s: %s", l->cfg.name, t->text);
    if (t->fatal)
        str_copy(l->trouble, sizeof(l->trouble), t->text);
    if (t->fatal == TROUBLE_PIN)
        l->barred = true;
}

static void on_gone(struct lane *l, const struct line_gone *g)
{
    if (g->deleted) {
        lane_worked(l);
        l->told_delete = false;
    } else if (!l->told_delete) {
        l->told_delete = true;
        log_warn("%s: a kept text could not be deleted from the modem; it will be tried again", l->cfg.name);
    }
}

/* Deals with what concerns the supervision; true when the message is for others too. */
static bool supervise(struct lane *l, const struct line_msg *m)
{
    switch (m->type) {
    case LINE_HELLO:
        on_hello(l, &m->u.hello);
        return false;
    case LINE_ALIVE:
        on_alive(l, &m->u.alive);
        return false;
    case LINE_TROUBLE:
        on_trouble(l, &m->u.trouble);
        return false;
    case LINE_GONE:
        on_gone(l, &m->u.gone);
        return false;
    case LINE_STATUS:
        l->said = m->u.status;
        return true;
    default:
        return true;
    }
}

int lane_next(struct lane *l, struct line_msg *m)
{
    while (l->fd >= 0) {
        int rc = line_get(l->fd, m);
        if (rc == -EAGAIN)
            return 0;
        if (rc == 1 && m->type >= LINE_KEPT)
            rc = -EPROTO; /* a word that only the core may say */
        if (rc != 1) {
            if (rc == -EPROTO) {
                log_err("%s: sent what no line may send: not trusted further", l->cfg.name);
                lane_kill(l);
            }
            if (l->phase != PHASE_DOWN)
                lane_down(l);
            return 0;
        }
        if (supervise(l, m) && l->fd >= 0)
            return 1;
    }
    return 0;
}

int lane_tell(struct lane *l, const struct line_msg *m)
{
    if ((l->phase != PHASE_UP && m->type != LINE_PIN_MAY) || l->fd < 0)
        return -EPIPE;
    int rc = lane_queue_put(&l->out, l->fd, m);
    if (rc == -EAGAIN) {
        event_add(l->writable, NULL);
        return 0;
    }
    /* A closed peer is seen by the reader too, which tells everybody; not from within here. */
    return rc ? -EPIPE : 0;
}

void lane_break(struct lane *l, const char *why)
{
    log_err("%s: %s: %s", l->cfg.name, why, lane_killed(l));
    lane_kill(l);
}
