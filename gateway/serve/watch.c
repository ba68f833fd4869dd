// SPDX-License-Identifier: GPL-2.0-or-later
/* Keeps the last word of each line and tells the desk of changes. Called by core.c and the
 * ticker. When the database takes nothing the change is only logged: the next one, or five
 * minutes, bring it again. */
#include "gateway/serve/watch.h"

#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "gateway/serve/timer.h"

#include <stdlib.h>
#include <string.h>

#define TELL_EVERY_MS 300000
#define SIGNAL_STEP_DBM 10
#define USSD_WAIT_MS 120000

struct told {
    bool ever, up;
    int64_t at_ms; /* mono_ms */
    struct line_status status;
};

struct watch {
    struct works *w;
    struct lines *lines;
    struct told told[CONFIG_LINES_MAX];
    struct lane *asked; /* whose answer is awaited */
    uint64_t ask_id;
    struct event *ask_timer;
};

static bool matters(const struct told *t, const struct line_status *s, bool up)
{
    const struct line_status *b = &t->status;
    bool full = s->sim_total && s->sim_used >= s->sim_total, was_full = b->sim_total && b->sim_used >= b->sim_total;
    if (!t->ever || t->up != up || (!up && s->sim > SIM_READY && s->sim != b->sim))
        return true; /* down for the want of a PIN is another trouble than down */
    if (!up)
        return false;
    return s->registration != b->registration || s->sim != b->sim || s->sim_total != b->sim_total || full != was_full ||
           abs(s->signal_dbm - b->signal_dbm) >= SIGNAL_STEP_DBM || strcmp(s->operator_name, b->operator_name) != 0 ||
           strcmp(s->operator_code, b->operator_code) != 0 || strcmp(s->smsc, b->smsc) != 0;
}

static struct line_state state_of(struct watch *h, struct lane *l)
{
    const struct line_status *s = lane_said(l);
    struct line_state st;
    memset(&st, 0, sizeof(st));
    str_copy(st.line, sizeof(st.line), lane_name(l));
    str_copy(st.state, sizeof(st.state), lane_up(l) ? "up" : "down");
    st.signal_dbm = s->signal_dbm;
    st.registration = s->registration;
    st.sim = s->sim;
    st.sim_used = (int)s->sim_used;
    st.sim_total = (int)s->sim_total;
    str_copy(st.operator_name, sizeof(st.operator_name), s->operator_name);
    str_copy(st.smsc, sizeof(st.smsc), s->smsc);
    st.seen_ms = desk_now(h->w->desk).wall_ms;
    return st;
}

void watch_lane(struct watch *h, struct lane *l)
{
    struct told *t = &h->told[lane_index(l)];
    const struct line_status *s = lane_said(l);
    bool up = lane_up(l);
    if (!matters(t, s, up) && mono_ms() - t->at_ms < TELL_EVERY_MS)
        return;
    struct line_state st = state_of(h, l);
    int rc = works_begin(h->w);
    if (!rc)
        rc = desk_line(h->w->desk, &st);
    if (!rc)
        rc = works_commit(h->w);
    works_rollback(h->w);
    if (rc) {
        log_warn("%s: its state could not be kept: %s", lane_name(l), works_why(rc));
        return;
    }
    h->w->changes++;
    *t = (struct told){.ever = true, .up = up, .at_ms = mono_ms(), .status = *s};
}

/* --- balance --------------------------------------------------------------------------- */

static void answered(struct watch *h, struct lane *l, int result, const char *text)
{
    h->asked = NULL;
    evtimer_del(h->ask_timer);
    int rc = works_begin(h->w);
    if (!rc)
        rc = desk_balance(h->w->desk, lane_name(l), result, text);
    if (!rc)
        rc = works_commit(h->w);
    works_rollback(h->w);
    if (rc)
        log_warn("%s: the balance could not be kept: %s", lane_name(l), works_why(rc));
    h->w->changes++;
}

static void on_no_answer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct watch *h = arg;
    if (h->asked)
        answered(h, h->asked, -ETIMEDOUT, "");
}

void watch_ussd(struct watch *h, struct lane *l, const struct line_ussd *u)
{
    if (h->asked == l && h->ask_id == u->id)
        answered(h, l, u->result, u->text);
}

static struct lane *first_up(const struct watch *h)
{
    for (size_t i = 0; h->lines && i < lines_count(h->lines); i++)
        if (lane_up(lines_at(h->lines, i)))
            return lines_at(h->lines, i);
    return NULL;
}

void watch_balance(struct watch *h)
{
    struct line_msg m;
    struct lane *l = first_up(h);
    if (h->asked || !l)
        return;
    const char *code = desk_balance_code(h->w->desk, lane_said(l)->operator_code);
    if (!code) {
        answered(h, l, -ENOENT, "");
        return;
    }
    line_msg_init(&m, LINE_USSD);
    m.u.ussd.id = ++h->ask_id;
    if (str_copy(m.u.ussd.text, sizeof(m.u.ussd.text), code) || lane_tell(l, &m))
        return;
    h->asked = l;
    timer_arm(h->ask_timer, USSD_WAIT_MS);
}

void watch_lost(struct watch *h, struct lane *l)
{
    if (h->asked != l)
        return;
    h->asked = NULL; /* the job comes again in minutes */
    evtimer_del(h->ask_timer);
}

void watch_lines(struct watch *h, struct lines *lines)
{
    h->lines = lines;
}

struct watch *watch_new(struct works *w)
{
    struct watch *h = calloc(1, sizeof(*h));
    if (!h)
        return NULL;
    h->w = w;
    h->ask_timer = evtimer_new(w->base, on_no_answer, h);
    if (!h->ask_timer) {
        free(h);
        return NULL;
    }
    return h;
}

void watch_free(struct watch *h)
{
    if (!h)
        return;
    event_free(h->ask_timer);
    free(h);
}
