// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `tinbao line`: one modem, one process, one thread. It waits on two descriptors, the
 * core's socket and the device, and does one thing at a time. No database, no network, no
 * keys. Called by gateway/cmd/line.c. What can go wrong: anything at all, so the core
 * watches: before a call that may block, LINE_ALIVE says how long; past that the core kills
 * us, and nothing is lost, because a text leaves the SIM only after LINE_KEPT.
 */
#include "gateway/line/gammu_child.h"

#include "gateway/base/clock.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "gateway/line/gammu_pause.h"

#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IDLE_MS 8000           /* heartbeat */
#define IDLE_DEADLINE_MS 25000 /* and the patience announced with it */
#define CORE_PATIENCE_MS 60000
#define BATCH 32
#define USSD_MS 30000
#define PIN_ANSWER_MS 15000
#define STATUS_SOON_MS 10000 /* without network or SIM: the next look is soon */

void child_tell(struct child *c, const struct line_msg *m)
{
    int64_t until = mono_ms() + CORE_PATIENCE_MS;
    while (!c->stop) {
        int rc = line_put(c->core, m);
        if (rc == 0)
            return;
        struct pollfd f = {.fd = c->core, .events = POLLOUT};
        if (rc != -EAGAIN || mono_ms() > until || poll(&f, 1, 1000) < 0) {
            c->stop = true;
            c->status = LINE_EXIT_CORE;
        }
    }
}

void child_trouble(struct child *c, int fatal, const char *fmt, ...)
{
    struct line_msg m;
    va_list ap;
    line_msg_init(&m, LINE_TROUBLE);
    m.u.trouble.fatal = (uint8_t)fatal;
    va_start(ap, fmt);
    vsnprintf(m.u.trouble.text, sizeof m.u.trouble.text, fmt, ap);
    va_end(ap);
    log_warn("%s", m.u.trouble.text);
    child_tell(c, &m);
}

static void stop(struct child *c, int status)
{
    if (c->stop)
        return;
    c->stop = true;
    c->status = status;
}

int child_judge(struct child *c, int rc, const char *doing)
{
    if (!gm_fatal(rc) || c->stop)
        return rc;
    if (rc == -ENODEV)
        child_trouble(c, TROUBLE_EXITS, "the modem is gone while %s: is it plugged in and powered?", doing);
    else
        child_trouble(c, TROUBLE_EXITS, "the modem does not answer while %s; the line starts again", doing);
    stop(c, LINE_EXIT_MODEM);
    return rc;
}

static void announce(void *ctx, const char *doing, uint32_t deadline_ms)
{
    struct child *c = ctx;
    struct line_msg m;
    line_msg_init(&m, LINE_ALIVE);
    m.u.alive.deadline_ms = deadline_ms;
    (void)str_copy(m.u.alive.doing, sizeof m.u.alive.doing, doing);
    child_tell(c, &m);
    c->alive_at = mono_ms() + IDLE_MS;
}

static void do_send(struct child *c, const struct line_send *send)
{
    struct line_msg m;
    line_msg_init(&m, LINE_SENT);
    int rc = gm_send(&c->m, send, &m.u.sent);
    child_tell(c, &m);
    child_judge(c, rc, "sending");
}

static void do_ussd(struct child *c, const struct line_ussd *u)
{
    struct line_msg m;
    int rc = c->ussd.open ? -EBUSY : raw_drain(&c->m.port, 20);
    if (!rc) {
        c->ussd.open = true;
        c->ussd.id = u->id;
        c->ussd.until = mono_ms() + USSD_MS;
        rc = gm_ussd(&c->m, u->text);
        if (!rc)
            return;
        c->ussd.open = false;
    }
    line_msg_init(&m, LINE_USSD_REPLY);
    m.u.ussd.id = u->id;
    m.u.ussd.result = rc;
    child_tell(c, &m);
    child_judge(c, rc, "asking by USSD");
}

static void do_sync(struct child *c, uint64_t n)
{
    if (c->n_syncs == CHILD_SYNCS) { /* the core does not wait for that many: answer the last */
        memmove(c->syncs, c->syncs + 1, sizeof c->syncs - sizeof c->syncs[0]);
        c->n_syncs--;
    }
    c->syncs[c->n_syncs++] = n;
    c->list_again = true;
    c->synced_list = false;
}

static void on_core(struct child *c, const struct line_msg *m)
{
    switch ((enum line_type)m->type) {
    case LINE_KEPT:
        intake_kept(c, m->u.kept.handle);
        break;
    case LINE_SEND:
        do_send(c, &m->u.send);
        break;
    case LINE_USSD:
        do_ussd(c, &m->u.ussd);
        break;
    case LINE_SYNC:
        do_sync(c, m->u.sync.n);
        break;
    case LINE_QUIT:
        stop(c, 0);
        break;
    default:
        log_err("the core sent a packet that is ours to send: type %u", m->type);
        stop(c, LINE_EXIT_CORE);
    }
}

/* True when something was taken. */
static bool serve_core(struct child *c)
{
    struct line_msg m;
    for (int i = 0; i < BATCH && !c->stop; i++) {
        int rc = line_get(c->core, &m);
        if (rc == -EAGAIN)
            return i > 0;
        if (rc <= 0) {
            if (rc)
                log_err("the core's packet is not understood");
            stop(c, rc ? LINE_EXIT_CORE : 0);
            return true;
        }
        on_core(c, &m);
        intake_events(c);
    }
    return true;
}

static void tell_status(struct child *c)
{
    struct line_msg m;
    line_msg_init(&m, LINE_STATUS);
    c->status_at = mono_ms() + (int64_t)c->o->status_s * 1000;
    if (child_judge(c, raw_drain(&c->m.port, 20), "asking for its state") ||
        child_judge(c, gm_status(&c->m, &m.u.status), "asking for its state"))
        return;
    child_tell(c, &m);
    uint8_t reg = m.u.status.registration;
    if (reg == REG_SEARCHING || reg == REG_NONE || reg == REG_DENIED || m.u.status.sim > SIM_READY)
        c->status_at = mono_ms() + STATUS_SOON_MS;
}

static void answer_syncs(struct child *c)
{
    struct line_msg m;
    if (c->n_syncs == 0 || !c->synced_list || !intake_idle(c))
        return;
    if (child_judge(c, raw_drain(&c->m.port, 0), "listening"))
        return;
    intake_events(c);
    if (!intake_idle(c))
        return;
    for (size_t i = 0; i < c->n_syncs; i++) {
        line_msg_init(&m, LINE_SYNCED);
        m.u.sync.n = c->syncs[i];
        child_tell(c, &m);
    }
    c->n_syncs = 0;
}

static void wait_for_work(struct child *c)
{
    struct pollfd f[2] = {{.fd = c->core, .events = POLLIN}, {.fd = c->m.port.fd, .events = POLLIN}};
    int64_t now = mono_ms(), until = c->alive_at;
    if (c->poll_at < until)
        until = c->poll_at;
    if (c->status_at < until)
        until = c->status_at;
    if (c->slots.n > c->slots.offered || c->ussd.open || c->call.ringing || c->restarted_at)
        until = until < now + 500 ? until : now + 500;
    int64_t ms = until > now ? until - now : 0;
    if (poll(f, 2, (int)ms) > 0 && (f[1].revents & (POLLHUP | POLLERR)) && !(f[1].revents & POLLIN))
        child_judge(c, -ENODEV, "listening");
}

static void loop(struct child *c)
{
    while (!c->stop) {
        bool busy = false;
        child_judge(c, raw_drain(&c->m.port, 20), "listening");
        intake_events(c);
        if (!c->stop)
            busy = serve_core(c);
        if (!c->stop)
            busy |= intake_step(c);
        intake_events(c);
        int64_t now = mono_ms();
        if (!c->stop)
            intake_timers(c, now);
        if (!c->stop && now >= c->status_at && !c->restarted_at && intake_idle(c)) {
            tell_status(c);
            busy = true;
        }
        if (!c->stop)
            answer_syncs(c);
        if (!c->stop && now >= c->alive_at)
            announce(c, "idle", IDLE_DEADLINE_MS);
        if (!c->stop && !busy && (c->slots.offered >= CHILD_WINDOW || intake_idle(c)))
            wait_for_work(c);
    }
}

/* To the core, and for PIN_ASKED its answer: 1 or 0. The core writes it down first. */
static int pin_word(void *ctx, const struct line_pin *p)
{
    struct child *c = ctx;
    struct line_msg m;
    int64_t until = mono_ms() + PIN_ANSWER_MS;
    line_msg_init(&m, LINE_PIN);
    m.u.pin = *p;
    child_tell(c, &m);
    while (p->what == PIN_ASKED && !c->stop && mono_ms() < until) {
        struct pollfd f = {.fd = c->core, .events = POLLIN};
        int rc = poll(&f, 1, 1000) > 0 ? line_get(c->core, &m) : -EAGAIN;
        if (rc == 1 && m.type == LINE_PIN_MAY)
            return m.u.may.may;
        if (rc == 0 || (rc < 0 && rc != -EAGAIN) || (rc == 1 && m.type == LINE_QUIT))
            stop(c, 0);
    }
    return 0;
}

/* The alarm must say what is wrong with the SIM, and not that the modem is silent. */
static void tell_sim(struct child *c)
{
    struct line_msg m;
    if (c->m.sim <= SIM_READY)
        return;
    line_msg_init(&m, LINE_STATUS);
    m.u.status.sim = (uint8_t)c->m.sim;
    child_tell(c, &m);
}

void child_locked(struct child *c)
{
    tell_sim(c);
    child_trouble(c, true, "%s", c->m.why);
    stop(c, LINE_EXIT_PIN);
}

static int start(struct child *c)
{
    struct line_msg m;
    int rc = gm_open(&c->m, c->o, announce, c);
    if (rc) {
        child_trouble(c, TROUBLE_EXITS, "%s", c->m.why[0] ? c->m.why : "the line cannot start: not enough memory");
        return LINE_EXIT_MODEM;
    }
    c->m.pin = pin_word;
    rc = gm_unlock(&c->m);
    if (rc) {
        tell_sim(c);
        child_trouble(c, rc == -EPERM ? TROUBLE_PIN : TROUBLE_EXITS, "%s",
                      c->m.why[0] ? c->m.why : "the modem does not answer while asking for its SIM");
        return rc == -EPERM ? LINE_EXIT_PIN : LINE_EXIT_MODEM;
    }
    if (child_judge(c, gm_notify(&c->m), "setting up"))
        return LINE_EXIT_MODEM;
    if (!c->m.notify)
        child_trouble(c, TROUBLE_GOES_ON, "the modem does not announce texts (+CNMI): they are found every %d s",
                      c->o->poll_s);
    line_msg_init(&m, LINE_HELLO);
    gm_hello(&c->m, &m.u.hello);
    child_tell(c, &m);
    c->list_again = true;
    c->poll_at = mono_ms() + (int64_t)c->o->poll_s * 1000;
    return 0;
}

static int bounded(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

int gammu_line_main(const struct line_options *o, int fd)
{
    struct line_options mine = *o;
    struct child *c = calloc(1, sizeof *c);
    if (!c)
        return LINE_EXIT_MODEM;
    mine.poll_s = bounded(o->poll_s, 5, 3600);
    mine.status_s = bounded(o->status_s, 5, 86400);
    c->o = &mine;
    c->core = fd;
    c->next_handle = (uint64_t)mono_us() << 16; /* a LINE_KEPT meant for a former process hits nothing */
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) {
        log_err("--fd %d is no socket of the core", fd);
        free(c);
        return LINE_EXIT_CORE;
    }
    gammu_pause_cut(o->cut_pauses);
    int status = start(c);
    if (status == 0) {
        loop(c);
        status = c->status;
    }
    gm_close(&c->m);
    free(c->todo.at);
    free(c);
    return status;
}
