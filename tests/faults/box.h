// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The service on the disk of disk.h: store, desk, inbox, sender and ticker of the real core, put together as
 * gateway/serve/core.c does it, with a ready line whose other end is the town's (town.h). Only the children, the
 * sockets of the console and the event loop's own waiting are not there.
 */
#ifndef TB_TESTS_BOX_H
#define TB_TESTS_BOX_H

#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/serve/inbox.h"
#include "gateway/serve/journaling.h"
#include "gateway/serve/lines.h"
#include "gateway/serve/sender.h"
#include "gateway/serve/setup.h"
#include "gateway/serve/ticker.h"
#include "gateway/serve/timer.h"
#include "gateway/serve/works.h"
#include "store/engine.h"

#include "tests/faults/box_wire.h"

#include <event2/event.h>

#define BOX_STATE DISK_ROOT "/state"

struct box {
    struct works w;
    struct lines *lines;
    struct inbox *inbox;
    struct sender *sender;
    struct ticker *ticker;
    int fd; /* the line's end of its socket */
};

static inline void box_turn(struct box *b)
{
    sender_run(b->sender);
    ticker_arm(b->ticker);
}

static inline void box_readable(void *ctx, struct lane *l)
{
    struct box *b = ctx;
    inbox_read(b->inbox, l);
    box_turn(b);
}

static inline void box_up(void *ctx, struct lane *l)
{
    (void)l;
    sender_wake(((struct box *)ctx)->sender);
}

static inline void box_lost(void *ctx, struct lane *l)
{
    struct box *b = ctx;
    sender_lost(b->sender, l);
    box_turn(b);
}

static inline void box_nothing(void *ctx)
{
    (void)ctx;
}

static inline void box_other(void *ctx, struct lane *l, const struct line_msg *m)
{
    struct box *b = ctx;
    if (m->type == LINE_SENT)
        sender_result(b->sender, l, &m->u.sent);
    else if (m->type == LINE_REPORT)
        sender_report(b->sender, l, &m->u.report);
}

static inline void box_kept(void *ctx)
{
    sender_wake(((struct box *)ctx)->sender);
}

static inline void box_stuck(void *ctx, bool on)
{
    struct box *b = ctx;
    lines_pause(b->lines, on);
    if (!on)
        box_turn(b);
}

static inline void box_ran(void *ctx)
{
    struct box *b = ctx;
    sender_wake(b->sender);
    sender_run(b->sender);
}

static inline int box_parts(struct box *b, int core_fd)
{
    static const bool is_virtual[1] = {false};
    struct line_config line = {.name = "gsm1", .device = "virtual", .rate_per_minute = 60, .poll_s = 60};
    struct inbox_events in = {.ctx = b, .other = box_other, .kept = box_kept, .stuck = box_stuck};
    struct ticker_events tick = {.ctx = b, .balance = box_nothing, .ran = box_ran};
    struct lines_setup s = {
        .base = b->w.base,
        .configs = &line,
        .n = 1,
        .exe = "/nonexistent",
        .ready_fd = core_fd,
        .restart_cap_ms = 500,
        .deadline_max_s = 60,
        .start_deadline_s = 60,
        .events = {.ctx = b, .readable = box_readable, .up = box_up, .lost = box_lost, .all_gone = box_nothing}};
    b->inbox = inbox_new(&b->w, &in);
    b->sender = sender_new(&b->w);
    b->ticker = ticker_new(&b->w, &tick);
    b->lines = lines_new(&s);
    if (!b->inbox || !b->sender || !b->ticker || !b->lines)
        return 1;
    sender_lines(b->sender, b->lines, is_virtual);
    return 0;
}

/* Starts the service. 0, or the exit status it would have had. */
static inline int box_start(struct box *b, struct config *cfg, int64_t wall_ms, int64_t boot_ms, int checkpoint_pages,
                            bool sync_off)
{
    char sql[100];
    memset(b, 0, sizeof(*b));
    b->fd = -1;
    b->w.cfg = cfg;
    b->w.manual = true;
    b->w.base = event_base_new();
    b->w.clock = clock_new_manual(wall_ms, boot_ms);
    if (!b->w.base || timer_reserve(b->w.base) || !b->w.clock)
        return 1;
    int status = setup_desk(&b->w, BOX_STATE);
    if (status)
        return status;
    snprintf(sql, sizeof(sql), "PRAGMA wal_autocheckpoint = %d;%s", checkpoint_pages,
             sync_off ? " PRAGMA synchronous = OFF;" : "");
    if (db_exec(b->w.db, sql, NULL, 0) || wire_open())
        return 1;
    b->fd = wire[0].fd;
    if (box_parts(b, wire[1].fd))
        return 1;
    lines_start(b->lines);
    ticker_run(b->ticker, 64);
    box_turn(b);
    return 0;
}

/* Ends it in order, as SIGTERM does; the config stays. */
static inline void box_stop(struct box *b)
{
    if (b->w.desk && works_save_time(&b->w))
        log_warn("service time could not be stored");
    if (b->w.journaling)
        journaling_end(b->w.journaling);
    lines_free(b->lines);
    ticker_free(b->ticker);
    sender_free(b->sender);
    inbox_free(b->inbox);
    journaling_free(b->w.journaling);
    desk_free(b->w.desk);
    db_close(b->w.db);
    clock_free(b->w.clock);
    if (b->w.base)
        event_base_free(b->w.base);
    if (b->fd >= 0)
        close(b->fd);
    memset(b, 0, sizeof(*b));
    b->fd = -1;
}

/* Is something waiting for a pause to pass before it is tried again? Timers: all but the line's reader. */
static inline bool box_waits(struct box *b)
{
    return inbox_stuck(b->inbox) || event_base_get_num_events(b->w.base, EVENT_BASE_COUNT_ADDED) > 1;
}

#endif
