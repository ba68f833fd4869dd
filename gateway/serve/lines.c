// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The core's lines, as a set. Called by core.c through the event loop. What becomes of each is in lane_life.c,
 * what it says in lane_talk.c.
 */
#include "gateway/serve/lane.h"

#include "gateway/base/err.h"
#include "gateway/base/str.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

size_t lines_count(const struct lines *ls)
{
    return ls->n;
}

struct lane *lines_at(const struct lines *ls, size_t i)
{
    return (struct lane *)(uintptr_t)&ls->lanes[i];
}

size_t lane_index(const struct lane *l)
{
    return l->index;
}

const char *lane_name(const struct lane *l)
{
    return l->cfg.name;
}

const struct line_config *lane_config(const struct lane *l)
{
    return &l->cfg;
}

bool lane_up(const struct lane *l)
{
    return l->phase == PHASE_UP;
}

bool lane_starting(const struct lane *l)
{
    return l->phase == PHASE_STARTING;
}

int64_t lane_up_since_ms(const struct lane *l)
{
    return l->phase == PHASE_UP ? l->up_ms : 0;
}

int lane_restarts(const struct lane *l)
{
    return l->restarts;
}

pid_t lane_pid(const struct lane *l)
{
    return l->pid > 0 ? l->pid : l->fd >= 0 ? l->peer : 0;
}

const struct line_status *lane_said(const struct lane *l)
{
    return &l->said;
}

const struct line_hello *lane_hello(const struct lane *l)
{
    return &l->hello;
}

void lane_worked(struct lane *l)
{
    l->tries = 0;
}

void lines_start(struct lines *ls)
{
    for (size_t i = 0; i < ls->n; i++)
        ls->s.ready_fd >= 0 ? lane_start_ready(&ls->lanes[i]) : lane_start(&ls->lanes[i]);
}

static bool any_child(const struct lines *ls)
{
    for (size_t i = 0; i < ls->n; i++)
        if (lane_has_child(&ls->lanes[i]))
            return true;
    return false;
}

bool lines_gone(const struct lines *ls)
{
    return !any_child(ls);
}

void lines_reap(struct lines *ls)
{
    for (size_t i = 0; i < ls->n; i++)
        lane_reap(&ls->lanes[i]);
    if (ls->quitting && !any_child(ls))
        ls->s.events.all_gone(ls->s.events.ctx);
}

void lines_quit(struct lines *ls)
{
    struct line_msg m;
    line_msg_init(&m, LINE_QUIT);
    ls->quitting = true;
    for (size_t i = 0; i < ls->n; i++) {
        struct lane *l = &ls->lanes[i];
        ls->s.origin->forget(ls->s.origin, &l->wanted);
        if (l->phase == PHASE_DOWN || l->fd < 0)
            evtimer_del(l->timer);
        else if (lane_queue_put(&l->out, l->fd, &m) == -EAGAIN)
            event_add(l->writable, NULL);
    }
    if (!any_child(ls))
        ls->s.events.all_gone(ls->s.events.ctx);
}

void lines_reload(struct lines *ls, const struct line_config *configs, size_t n)
{
    for (size_t i = 0; i < ls->n; i++) {
        struct lane *l = &ls->lanes[i];
        for (size_t j = 0; j < n; j++)
            if (!strcmp(configs[j].name, l->cfg.name))
                str_copy(l->cfg.pin, sizeof(l->cfg.pin), configs[j].pin);
        if (l->barred && l->phase == PHASE_DOWN && l->pid == 0 && !ls->quitting)
            lane_start(l);
    }
}

void lines_pause(struct lines *ls, bool on)
{
    ls->paused = on;
    for (size_t i = 0; i < ls->n; i++) {
        struct lane *l = &ls->lanes[i];
        if (!l->readable)
            continue;
        if (on)
            event_del(l->readable);
        else
            event_add(l->readable, NULL);
    }
}

/* --- making and ending ----------------------------------------------------------------- */

struct lines *lines_new(const struct lines_setup *s)
{
    struct lines *ls = calloc(1, sizeof(*ls));
    if (!ls)
        return NULL;
    ls->s = *s;
    if (!s->origin)
        ls->s.origin = &origin_spawned;
    ls->n = s->n < CONFIG_LINES_MAX ? s->n : CONFIG_LINES_MAX;
    for (size_t i = 0; i < ls->n; i++) {
        struct lane *l = &ls->lanes[i];
        l->of = ls;
        l->index = i;
        l->cfg = s->configs[i];
        l->fd = -1;
        lane_place(l);
        l->timer = evtimer_new(s->base, lane_on_timer, l);
        if (!l->timer || lane_queue_init(&l->out)) {
            lines_free(ls);
            return NULL;
        }
    }
    return ls;
}

void lines_free(struct lines *ls)
{
    if (!ls)
        return;
    for (size_t i = 0; i < ls->n; i++) {
        struct lane *l = &ls->lanes[i];
        if (l->pid > 0) {
            kill(l->pid, SIGKILL);
            waitpid(l->pid, NULL, 0);
        }
        if (l->of) {
            ls->s.origin->forget(ls->s.origin, &l->wanted);
            lane_close(l);
        }
        if (l->timer)
            event_free(l->timer);
        lane_queue_free(&l->out);
    }
    free(ls);
}
