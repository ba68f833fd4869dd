// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The in-process line. Called by the player (host.c). What can go wrong: the core's socket
 * is full (packets wait in a queue here), the core dies (simline_disconnect), the core
 * breaks the contract (kept for simline_trouble: the scenario fails).
 */
#include "gateway/play/simline.h"

#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "gateway/line/line.h"
#include "gateway/line/tpdu.h"

#include <event2/event.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ALIVE_EVERY_S 5
#define ALIVE_DEADLINE_MS 100000u

/* A stored part that was handed over and not yet deleted. */
struct held {
    uint64_t handle;
    enum air_mem mem;
    int index;
    bool kept; /* the core said kept; deleting failed and is tried again */
    struct held *next;
};

struct packet {
    struct line_msg m;
    struct packet *next;
};

struct simline {
    struct event_base *base;
    struct air *air;
    int fd;
    struct event *rd, *wr, *alive, *later;
    struct packet *first, **last; /* waiting to be written */
    struct held *held;
    uint64_t next_handle, packets;
    bool cycled; /* a power cycle was switched: forget the handles */
    bool submitting, reported;
    struct line_msg report; /* of the text that is being submitted: said after its result */
    char why[120];
};

static bool deaf(const struct simline *s)
{
    enum air_fault f = air_fault_now(s->air, NULL);
    return f == FAULT_MUTE || f == FAULT_UNPLUG || f == FAULT_SLOW;
}

static void broken(struct simline *s, const char *why)
{
    if (!s->why[0])
        (void)str_copy(s->why, sizeof s->why, why);
}

static void flush_queue(struct simline *s)
{
    while (s->first && s->fd >= 0) {
        struct packet *p = s->first;
        int rc = line_put(s->fd, &p->m);
        if (rc == -EAGAIN) {
            event_add(s->wr, NULL);
            return;
        }
        s->first = p->next;
        if (!s->first)
            s->last = &s->first;
        free(p);
        s->packets++;
    }
}

static void put(struct simline *s, const struct line_msg *m)
{
    if (s->fd < 0)
        return;
    struct packet *p = malloc(sizeof *p);
    if (!p) {
        broken(s, "out of memory");
        return;
    }
    p->m = *m;
    p->next = NULL;
    *s->last = p;
    s->last = &p->next;
    flush_queue(s);
}

static void say_hello(struct simline *s)
{
    struct line_msg m;
    line_msg_init(&m, LINE_HELLO);
    (void)str_copy(m.u.hello.maker, sizeof m.u.hello.maker, "tinbao");
    (void)str_copy(m.u.hello.model, sizeof m.u.hello.model, "in-process line");
    (void)str_copy(m.u.hello.imei, sizeof m.u.hello.imei, "000000000000000");
    put(s, &m);
}

static void say_alive(struct simline *s)
{
    struct line_msg m;
    line_msg_init(&m, LINE_ALIVE);
    m.u.alive.deadline_ms = ALIVE_DEADLINE_MS;
    (void)str_copy(m.u.alive.doing, sizeof m.u.alive.doing, "idle");
    put(s, &m);
}

static void say_status(struct simline *s)
{
    struct line_msg m;
    int used = 0, total = 0;
    line_msg_init(&m, LINE_STATUS);
    struct line_status *t = &m.u.status;
    bool gone = deaf(s);
    t->signal_dbm = gone ? 0 : -71;
    t->registration = gone ? REG_UNKNOWN : REG_HOME;
    t->sim = gone ? SIM_UNKNOWN : SIM_READY;
    if (air_capacity(s->air, AIR_SM, &used, &total) == 0) {
        t->sim_used = (uint32_t)used;
        t->sim_total = (uint32_t)total;
    }
    (void)str_copy(t->operator_code, sizeof t->operator_code, "45204");
    (void)str_copy(t->operator_name, sizeof t->operator_name, "Viettel");
    (void)str_copy(t->smsc, sizeof t->smsc, "+84980200030");
    put(s, &m);
}

static struct held *find_slot(const struct simline *s, enum air_mem mem, int index)
{
    struct held *h = s->held;
    while (h && (h->mem != mem || h->index != index))
        h = h->next;
    return h;
}

static void hand_slot(struct simline *s, const struct air_slot *slot)
{
    if (s->fd < 0 || deaf(s) || find_slot(s, slot->mem, slot->index))
        return;
    struct held *h = calloc(1, sizeof *h);
    if (!h) {
        broken(s, "out of memory");
        return;
    }
    h->handle = ++s->next_handle;
    h->mem = slot->mem;
    h->index = slot->index;
    h->next = s->held;
    s->held = h;
    struct line_msg m;
    line_msg_init(&m, LINE_PART);
    m.u.part.handle = h->handle;
    m.u.part.part = slot->part;
    air_mark_read(s->air, slot->mem, slot->index);
    put(s, &m);
}

static void hand_all(struct simline *s)
{
    static const enum air_mem mems[] = {AIR_SM, AIR_ME};
    const struct air_slot *slot;
    for (size_t i = 0; i < ARRAY_LEN(mems); i++)
        for (int at = 0; air_next(s->air, mems[i], at, &slot) == 0;) {
            at = slot->index;
            hand_slot(s, slot);
        }
}

static void say_gone(struct simline *s, uint64_t handle, bool deleted)
{
    struct line_msg m;
    line_msg_init(&m, LINE_GONE);
    m.u.gone.handle = handle;
    m.u.gone.deleted = deleted;
    put(s, &m);
}

/* Deletes what `at` points to; unlinks it when the slot is free. */
static bool delete_held(struct simline *s, struct held **at)
{
    struct held *h = *at;
    int rc = air_delete(s->air, h->mem, h->index);
    bool deleted = rc == 0 || rc == -ENOENT;
    say_gone(s, h->handle, deleted);
    h->kept = true;
    if (deleted) {
        /* the air may have stored the next text in this slot while it was being freed */
        for (struct held **p = &s->held; *p; p = &(*p)->next)
            if (*p == h) {
                *p = h->next;
                break;
            }
        free(h);
    }
    return deleted;
}

static void on_kept(struct simline *s, uint64_t handle)
{
    for (struct held **p = &s->held; *p; p = &(*p)->next)
        if ((*p)->handle == handle) {
            if (deaf(s))
                (*p)->kept = true;
            else if (delete_held(s, p))
                hand_all(s);
            return;
        }
    say_gone(s, handle, true); /* from before a power cycle: it is handed over anew */
}

static void delete_again(struct simline *s)
{
    struct held **p = &s->held;
    while (*p) {
        if ((*p)->kept && delete_held(s, p))
            p = &s->held;
        else
            p = &(*p)->next;
    }
}

static void on_send(struct simline *s, const struct line_send *in)
{
    struct line_msg m;
    line_msg_init(&m, LINE_SENT);
    m.u.sent.id = in->id;
    if (deaf(s)) {
        m.u.sent.result = SENT_NOT;
    } else {
        uint8_t ref = 0;
        s->submitting = true;
        int rc = air_submit(s->air, &in->part, in->want_report != 0, tpdu_validity_ms(in->validity), &ref);
        s->submitting = false;
        m.u.sent.result = rc == 0 ? SENT_OK : SENT_REFUSED;
        m.u.sent.ref = ref;
        m.u.sent.cms = (uint16_t)(rc > 0   ? rc
                                  : rc < 0 ? 304
                                           : 0); /* 304: invalid PDU mode parameter, TS 27.005 3.2.5 */
    }
    put(s, &m);
    if (s->reported)
        put(s, &s->report);
    s->reported = false;
}

static void on_ussd(struct simline *s, const struct line_ussd *in)
{
    struct line_msg m;
    line_msg_init(&m, LINE_USSD_REPLY);
    m.u.ussd.id = in->id;
    m.u.ussd.result = deaf(s) ? -ETIMEDOUT : air_ussd(s->air, in->text, m.u.ussd.text, sizeof m.u.ussd.text);
    if (m.u.ussd.result < 0)
        m.u.ussd.text[0] = '\0';
    put(s, &m);
}

static void on_packet(struct simline *s, const struct line_msg *m)
{
    struct line_msg answer;
    s->packets++;
    switch (m->type) {
    case LINE_KEPT:
        on_kept(s, m->u.kept.handle);
        break;
    case LINE_SEND:
        on_send(s, &m->u.send);
        break;
    case LINE_USSD:
        on_ussd(s, &m->u.ussd);
        break;
    case LINE_SYNC:
        hand_all(s);
        line_msg_init(&answer, LINE_SYNCED);
        answer.u.sync = m->u.sync;
        put(s, &answer);
        break;
    case LINE_QUIT:
        break;
    default:
        broken(s, "the core sent a packet that only a line may send");
    }
}

/* Reads all that is there; false when the peer closed. */
static bool drain(struct simline *s)
{
    struct line_msg m;
    int rc;
    while (s->fd >= 0 && (rc = line_get(s->fd, &m)) != -EAGAIN) {
        if (rc == -EPROTO)
            broken(s, "the core sent a malformed packet");
        if (rc <= 0)
            return false;
        on_packet(s, &m);
    }
    return true;
}

static void on_readable(evutil_socket_t fd, short what, void *ctx)
{
    struct simline *s = ctx;
    (void)fd, (void)what;
    if (!drain(s))
        simline_disconnect(s);
}

static void on_writable(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd, (void)what;
    flush_queue(ctx);
}

static void on_alive(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd, (void)what;
    say_alive(ctx);
}

/* Not inside the air's own call: after a power cycle, and to take up what a fault held back. */
static void on_later(evutil_socket_t fd, short what, void *ctx)
{
    struct simline *s = ctx;
    (void)fd, (void)what;
    if (s->cycled) {
        for (struct held *h = s->held, *next; h; h = next) {
            next = h->next;
            free(h);
        }
        s->held = NULL;
        s->cycled = false;
    }
    say_status(s);
    if (!deaf(s)) {
        delete_again(s);
        hand_all(s);
    }
}

static void on_fault(void *ctx, enum air_fault f, int cms)
{
    struct simline *s = ctx;
    (void)cms;
    s->cycled |= f == FAULT_POWER_CYCLE;
    event_active(s->later, EV_TIMEOUT, 0);
}

static void on_stored(void *ctx, enum air_mem mem, int index)
{
    struct simline *s = ctx;
    const struct air_slot *slot;
    if (air_slot(s->air, mem, index, &slot) == 0)
        hand_slot(s, slot);
}

static void on_report(void *ctx, uint8_t ref, const char *number, uint8_t tp_status, int64_t at_ms)
{
    struct simline *s = ctx;
    struct line_msg m;
    line_msg_init(&m, LINE_REPORT);
    m.u.report.ref = ref;
    m.u.report.tp_status = tp_status;
    /* TS 23.040 9.2.3.15: 0..2 completed, 0x20.. still trying, 0x40.. and 0x60.. given up */
    m.u.report.status = tp_status < 3 ? REPORT_DELIVERED : (tp_status & 0x40) ? REPORT_FAILED : REPORT_PENDING;
    m.u.report.discharge_ms = at_ms;
    if (str_copy(m.u.report.number, sizeof m.u.report.number, number) != 0)
        return;
    if (s->submitting) { /* a network reports on what it has taken, not before */
        s->report = m;
        s->reported = true;
    } else {
        put(s, &m);
    }
}

static void on_ring(void *ctx, const char *number)
{
    struct simline *s = ctx;
    struct line_msg m;
    line_msg_init(&m, LINE_CALL);
    if (!deaf(s) && str_copy(m.u.call.number, sizeof m.u.call.number, number) == 0)
        put(s, &m);
}

struct simline *simline_new(struct event_base *base, struct air *air)
{
    struct simline *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->base = base;
    s->air = air;
    s->fd = -1;
    s->last = &s->first;
    s->later = event_new(base, -1, 0, on_later, s);
    s->alive = event_new(base, -1, EV_PERSIST, on_alive, s);
    const struct air_events ev = {
        .ctx = s, .stored = on_stored, .report = on_report, .ring = on_ring, .fault = on_fault};
    if (!s->later || !s->alive || air_listen(air, &ev) < 0) {
        simline_free(s);
        return NULL;
    }
    return s;
}

static void drop_all(struct simline *s)
{
    for (struct packet *p = s->first, *next; p; p = next) {
        next = p->next;
        free(p);
    }
    s->first = NULL;
    s->last = &s->first;
    for (struct held *h = s->held, *next; h; h = next) {
        next = h->next;
        free(h);
    }
    s->held = NULL;
}

void simline_disconnect(struct simline *s)
{
    if (s->fd < 0)
        return;
    (void)drain(s);
    event_del(s->alive);
    event_free(s->rd);
    event_free(s->wr);
    s->rd = s->wr = NULL;
    close(s->fd);
    s->fd = -1;
    drop_all(s);
}

void simline_free(struct simline *s)
{
    if (!s)
        return;
    simline_disconnect(s);
    drop_all(s);
    if (s->later)
        event_free(s->later);
    if (s->alive)
        event_free(s->alive);
    free(s);
}

int simline_connect(struct simline *s, int fd)
{
    const struct timeval every = {ALIVE_EVERY_S, 0};
    simline_disconnect(s);
    s->rd = event_new(s->base, fd, EV_READ | EV_PERSIST, on_readable, s);
    s->wr = event_new(s->base, fd, EV_WRITE, on_writable, s);
    if (!s->rd || !s->wr || event_add(s->rd, NULL) < 0 || event_add(s->alive, &every) < 0) {
        if (s->rd)
            event_free(s->rd);
        if (s->wr)
            event_free(s->wr);
        s->rd = s->wr = NULL;
        close(fd);
        return -ENOMEM;
    }
    s->fd = fd;
    say_hello(s);
    say_alive(s);
    say_status(s);
    hand_all(s);
    return 0;
}

bool simline_quiet(const struct simline *s)
{
    struct pollfd p = {.fd = s->fd, .events = POLLIN};
    return !s->first && (s->fd < 0 || poll(&p, 1, 0) == 0) && !event_pending(s->later, EV_TIMEOUT, NULL);
}

uint64_t simline_packets(const struct simline *s)
{
    return s->packets;
}

int simline_trouble(const struct simline *s, const char **why)
{
    *why = s->why;
    return s->why[0] ? -EPROTO : 0;
}
