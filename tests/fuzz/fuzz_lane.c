// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A line that speaks to the core as it likes: packet after packet through the socket into lines, inbox, desk,
 * sender and watch. Whatever it says, what it handed over is kept or it is not trusted further, what it
 * gets back are packets of the contract, and every message has a disposition. The first octet of a packet
 * chooses its type (0xFB: it hangs up; 0xFC: it reads nothing, or again; 0xFD: the balance is asked, 0xFE: time goes
 * by, 0xFF: it answers a send); see overlay.h.
 */
#include "tests/fuzz/line_packets.h"
#include "tests/fuzz/overlay.h"
#include "tests/fuzz/must.h"
#include "tests/fuzz/world.h"

#include "gateway/serve/inbox.h"
#include "gateway/serve/lines.h"
#include "gateway/serve/pin_guard.h"
#include "gateway/serve/sender.h"
#include "gateway/serve/watch.h"

#include <sys/socket.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define PACKETS_MAX 24

struct core {
    struct works w;
    struct origin origin;
    int near; /* the core's end of the socket, until it is taken */
    struct lines *lines;
    struct inbox *inbox;
    struct sender *sender;
    struct watch *watch;
    int far; /* the line's end of the socket */
    uint64_t last_send, last_ussd;
    bool lost, deaf;
};

static void on_readable(void *ctx, struct lane *l)
{
    struct core *c = ctx;
    inbox_read(c->inbox, l);
}

static void on_up(void *ctx, struct lane *l)
{
    struct core *c = ctx;
    watch_lane(c->watch, l);
    sender_wake(c->sender);
}

static void on_lost(void *ctx, struct lane *l)
{
    struct core *c = ctx;
    c->lost = true;
    sender_lost(c->sender, l);
    watch_lost(c->watch, l);
    watch_lane(c->watch, l);
}

static void on_all_gone(void *ctx)
{
    (void)ctx;
}

static void on_other(void *ctx, struct lane *l, const struct line_msg *m)
{
    struct core *c = ctx;
    if (m->type == LINE_SENT)
        sender_result(c->sender, l, &m->u.sent);
    else if (m->type == LINE_REPORT)
        sender_report(c->sender, l, &m->u.report);
    else if (m->type == LINE_STATUS)
        watch_lane(c->watch, l);
    else if (m->type == LINE_PIN)
        pin_guard_hear(&c->w, l, &m->u.pin);
    else if (m->type == LINE_USSD_REPLY)
        watch_ussd(c->watch, l, &m->u.ussd);
    else
        must_hold(m->type == LINE_SYNCED, "what is no one else's stays with the supervision");
}

static void on_kept(void *ctx)
{
    struct core *c = ctx;
    sender_wake(c->sender);
}

static void on_stuck(void *ctx, bool on)
{
    (void)ctx;
    must_hold(!on, "the database took everything");
}

static void hear_core(struct core *c)
{
    struct line_msg m;
    while (!c->deaf && line_get(c->far, &m) == 1) {
        must_hold(m.type >= LINE_KEPT, "the core says what a core may say");
        if (m.type == LINE_SEND)
            c->last_send = m.u.send.id;
        if (m.type == LINE_USSD)
            c->last_ussd = m.u.ussd.id;
    }
}

static void turn(struct core *c)
{
    struct job job;
    for (int i = 0; i < 3; i++) {
        event_base_loop(c->w.base, EVLOOP_NONBLOCK);
        sender_run(c->sender);
        hear_core(c);
    }
    struct now now = desk_now(c->w.desk);
    for (int i = 0; i < 50 && job_due(c->w.db, now.rel_ms, now_calendar(now), &job) == 0; i++)
        must_hold(strcmp(job.kind, "balance") ? desk_job(c->w.desk, &job) == 0
                                              : job_delay(c->w.db, job.id, HOUR_MS) == 0,
                  "a job");
}

static void packet(struct core *c, const uint8_t *data, size_t n)
{
    struct line_msg m;
    uint8_t which = data[0];
    if (which == 0xFE) {
        clock_advance(c->w.clock, n > 1 ? data[1] * 10 * SECOND_MS : MINUTE_MS);
        return;
    }
    if (which == 0xFB) {
        shutdown(c->far, SHUT_RDWR);
        c->lost = true;
        return;
    }
    if (which == 0xFC) {
        c->deaf = !c->deaf;
        return;
    }
    if (which == 0xFD) {
        watch_balance(c->watch);
        return;
    }
    good_line_msg(&m, which == 0xFF ? 5 : which); /* 5: SENT */
    if (m.type == LINE_SENT)
        m.u.sent.id = c->last_send;
    if (m.type == LINE_USSD_REPLY)
        m.u.ussd.id = c->last_ussd;
    size_t size = overlay(&m, line_size(m.type), sizeof(m), data + 1, n - 1);
    if (size && send(c->far, &m, size, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)size)
        must_hold(c->lost, "the core reads");
}

/* The line has knocked already; when it is lost nobody comes again. */
static int want(const struct origin *o, struct wanted *place)
{
    struct core *c = o->self;
    int fd = c->near;
    c->near = -1;
    if (fd >= 0)
        place->came(place->ctx, getpid(), fd);
    return 0;
}

static void forget(const struct origin *o, struct wanted *place)
{
    (void)o, (void)place;
}

static void say_hello(struct core *c)
{
    struct line_msg m;
    good_line_msg(&m, 0);
    must_hold(line_put(c->far, &m) == 0, "a greeting");
    turn(c);
}

static void begin(struct core *c, struct world *w)
{
    static const bool is_virtual[] = {true};
    int pair[2];
    c->w = (struct works){.db = w->db, .desk = w->desk, .cfg = w->cfg, .clock = w->clock, .manual = true};
    c->w.base = event_base_new();
    must_hold(c->w.base && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) == 0,
              "a socket");
    c->far = pair[1];
    c->near = pair[0];
    c->origin = (struct origin){.own = false, .want = want, .forget = forget, .self = c};
    int small = 1; /* the kernel's least: a few packets fill it */
    setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
    struct lines_setup s = {
        .base = c->w.base,
        .configs = w->cfg->lines,
        .n = 1,
        .origin = &c->origin,
        .ready_fd = -1,
        .restart_cap_ms = 1000,
        .deadline_max_s = 120,
        .start_deadline_s = 20,
        .events = {.ctx = c, .readable = on_readable, .up = on_up, .lost = on_lost, .all_gone = on_all_gone},
    };
    struct inbox_events in = {.ctx = c, .other = on_other, .kept = on_kept, .stuck = on_stuck};
    c->lines = lines_new(&s);
    c->inbox = inbox_new(&c->w, &in);
    c->sender = sender_new(&c->w);
    c->watch = watch_new(&c->w);
    must_hold(c->lines && c->inbox && c->sender && c->watch, "memory");
    sender_lines(c->sender, c->lines, is_virtual);
    watch_lines(c->watch, c->lines);
    lines_start(c->lines);
}

static void end(struct core *c)
{
    inbox_free(c->inbox);
    sender_free(c->sender);
    watch_free(c->watch);
    lines_free(c->lines);
    close(c->far);
    event_base_free(c->w.base);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct world *w;
    struct core c = {.far = -1};
    char bad[200];
    if (!w)
        w = world_new();
    world_begin(w);
    begin(&c, w);
    if (n % 2 == 0)
        say_hello(&c); /* else it is the input's to do so */
    for (int i = 0; i < PACKETS_MAX && n; i++) {
        const uint8_t *p;
        size_t len = overlay_next(&data, &n, &p);
        if (len)
            packet(&c, p, len);
        turn(&c);
    }
    must_hold(db_exec(w->db, "SELECT id FROM message WHERE disposition IN ('', 'received', 'failed') LIMIT 1", bad,
                      sizeof(bad)) == 0 &&
                  !bad[0],
              "every message has a disposition");
    end(&c);
    world_end(w);
    return 0;
}
