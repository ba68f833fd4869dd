// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The core: puts its parts together, runs the loop, and ends in order. Called by `tinbao
 * serve` and by the player. After start-up nothing exits on bad input or a dead line; what
 * ends it is a signal, or the player.
 */
#include "gateway/serve/core.h"

#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "gateway/serve/bell.h"
#include "gateway/serve/control.h"
#include "gateway/serve/door.h"
#include "gateway/serve/fence.h"
#include "gateway/serve/frontside.h"
#include "gateway/serve/health.h"
#include "gateway/serve/inbox.h"
#include "gateway/serve/journaling.h"
#include "gateway/serve/lines.h"
#include "gateway/serve/notify.h"
#include "gateway/serve/pin_guard.h"
#include "gateway/serve/playerside.h"
#include "gateway/serve/post.h"
#include "gateway/serve/report.h"
#include "gateway/serve/requests.h"
#include "gateway/serve/sender.h"
#include "gateway/serve/setup.h"
#include "gateway/serve/stuck.h"
#include "gateway/serve/ticker.h"
#include "gateway/serve/watch.h"
#include "gateway/serve/timer.h"
#include "gateway/serve/vault.h"
#include "gateway/serve/works.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define QUIT_MS 5000
#define PROBE_MS 30000
#define START_DEADLINE_S 60
#define RESTART_CAP_MS 60000
#define RESTART_CAP_PLAYED_MS 500

enum { SIG_TERM, SIG_INT, SIG_HUP, SIG_CHLD, SIG_COUNT };

struct core {
    struct works w;
    struct lines *lines;
    struct inbox *inbox;
    struct sender *sender;
    struct ticker *ticker;
    struct watch *watch;
    struct post *post; /* courier */
    struct bell *bell;
    struct playerside *player;
    struct frontside *front;
    struct notify *notify;
    struct vault *vault;
    struct stuck *stuck;
    struct ctlsock *control;
    struct door *door; /* where children knock that are units; else NULL */
    struct event *signals[SIG_COUNT], *quit_timer;
    char state_dir[256]; /* a copy: the config may be replaced */
    int64_t started_ms;
    bool quitting;
    int status; /* of the process, once it ends in order */
};

/* After anything that was committed or heard: send, and plan the next wake-up. */
static void turn(struct core *c)
{
    sender_run(c->sender);
    post_run(c->post);
    ticker_arm(c->ticker);
    playerside_poke(c->player);
    works_look(&c->w);
}

/* --- what the parts tell --------------------------------------------------------------- */

static void on_readable(void *ctx, struct lane *l)
{
    struct core *c = ctx;
    playerside_hear(c->player);
    inbox_read(c->inbox, l);
    turn(c);
}

static void on_up(void *ctx, struct lane *l)
{
    struct core *c = ctx;
    watch_lane(c->watch, l);
    sender_wake(c->sender);
    playerside_up(c->player, l);
}

static void on_lost(void *ctx, struct lane *l)
{
    struct core *c = ctx;
    sender_lost(c->sender, l);
    watch_lost(c->watch, l);
    sender_wake(c->sender); /* another line may take over */
    watch_lane(c->watch, l);
    turn(c);
}

/* The lines, the courier, the front: when the last child has ended. */
static void on_all_gone(void *ctx)
{
    struct core *c = ctx;
    if (c->quitting && lines_gone(c->lines) && post_gone(c->post) && frontside_gone(c->front))
        event_base_loopbreak(c->w.base);
}

static void on_posted(void *ctx)
{
    turn(ctx);
}

static struct report_about about(void *ctx)
{
    const struct core *c = ctx;
    struct report_about a = {.state_dir = c->state_dir,
                             .started_ms = c->started_ms,
                             .sending = sender_under_way(c->sender),
                             .courier_up = post_up(c->post),
                             .courier_pid = post_pid(c->post),
                             .stuck = inbox_stuck(c->inbox)};
    a.http_port = frontside_port(c->front, &a.http_why);
    return a;
}

static void on_wrote(void *ctx)
{
    struct core *c = ctx;
    sender_wake(c->sender);
    turn(c);
}

/* --- systemd --------------------------------------------------------------------------- */

/* Something was written within half a minute, or can be now. */
static bool on_writable(void *ctx)
{
    struct core *c = ctx;
    if (inbox_stuck(c->inbox))
        return false;
    int64_t ok_ms = c->w.tally.commit_ok_ms;
    return (ok_ms && mono_ms() - ok_ms < PROBE_MS) || works_save_time(&c->w) == 0;
}

static void on_status(void *ctx, char *out, size_t size)
{
    struct report_about a = about(ctx);
    struct core *c = ctx;
    report_line(&c->w, c->lines, &a, out, size);
}

static void on_other(void *ctx, struct lane *l, const struct line_msg *m)
{
    struct core *c = ctx;
    switch (m->type) {
    case LINE_SENT:
        sender_result(c->sender, l, &m->u.sent);
        break;
    case LINE_REPORT:
        sender_report(c->sender, l, &m->u.report);
        break;
    case LINE_STATUS:
        watch_lane(c->watch, l);
        sender_network(c->sender, l);
        break;
    case LINE_USSD_REPLY:
        watch_ussd(c->watch, l, &m->u.ussd);
        sender_wake(c->sender);
        break;
    case LINE_PIN:
        pin_guard_hear(&c->w, l, &m->u.pin);
        break;
    case LINE_SYNCED:
        playerside_synced(c->player, l, m->u.sync.n);
        break;
    default:
        break;
    }
}

static void on_kept(void *ctx)
{
    struct core *c = ctx;
    sender_wake(c->sender);
}

static void on_stuck(void *ctx, bool on)
{
    struct core *c = ctx;
    lines_pause(c->lines, on);
    if (!on)
        turn(c);
}

static void on_balance(void *ctx)
{
    struct core *c = ctx;
    watch_balance(c->watch);
}

static void on_ran(void *ctx)
{
    struct core *c = ctx;
    sender_wake(c->sender);
    sender_run(c->sender);
    post_run(c->post);
}

static void on_player_gone(void *ctx)
{
    struct core *c = ctx;
    event_base_loopbreak(c->w.base);
}

/* --- control and signals --------------------------------------------------------------- */

static int reload(void *ctx)
{
    struct core *c = ctx;
    notify_reloading(c->notify);
    int rc = setup_reload(&c->w);
    if (!rc) {
        lines_reload(c->lines, c->w.cfg->lines, c->w.cfg->n_lines);
        post_start(c->post);
        frontside_follow(c->front);
    }
    notify_ready(c->notify);
    sender_wake(c->sender);
    turn(c);
    return rc;
}

static int status_json(void *ctx, char *out, size_t size)
{
    struct core *c = ctx;
    struct report_about a = about(c);
    return report_json(&c->w, c->lines, &a, out, size);
}

static int on_request(void *ctx, const char *request, char *out, size_t size)
{
    struct core *c = ctx;
    struct requests r = {
        .w = &c->w, .ctx = c, .status = status_json, .reload = reload, .vault = c->vault, .turn = on_posted};
    return requests_answer(&r, request, out, size);
}

static void on_quit_time(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct core *c = arg;
    log_warn("not all children ended in time: killed");
    event_base_loopbreak(c->w.base);
}

static void on_stop(evutil_socket_t sig, short what, void *arg)
{
    (void)what;
    struct core *c = arg;
    if (c->quitting) { /* asked twice: at once */
        event_base_loopbreak(c->w.base);
        return;
    }
    log_note("%s: ends", sig == SIGINT ? "SIGINT" : "SIGTERM");
    c->quitting = true;
    inbox_close(c->inbox);
    sender_close(c->sender);
    timer_arm(c->quit_timer, QUIT_MS);
    post_quit(c->post);
    notify_stopping(c->notify);
    frontside_quit(c->front);
    lines_quit(c->lines);
}

/* vault: the database is damaged. Its own status, so that the unit's log tells it from a crash. */
static void on_damaged(void *ctx)
{
    struct core *c = ctx;
    c->status = CORE_DAMAGED;
    if (c->quitting)
        return;
    inbox_close(c->inbox); /* nothing more is taken: what is on the SIM stays there */
    sender_close(c->sender);
    event_base_loopbreak(c->w.base);
}

static void on_errand(void *ctx, const char *kind)
{
    struct core *c = ctx;
    vault_job(c->vault, kind);
}

static void on_hup(evutil_socket_t sig, short what, void *arg)
{
    (void)sig, (void)what;
    reload(arg);
}

static void on_child(evutil_socket_t sig, short what, void *arg)
{
    (void)sig, (void)what;
    struct core *c = arg;
    lines_reap(c->lines);
    post_reap(c->post);
    frontside_reap(c->front);
    turn(c);
}

static int add_signals(struct core *c)
{
    static const struct {
        int sig;
        void (*fn)(evutil_socket_t, short, void *);
    } table[SIG_COUNT] = {{SIGTERM, on_stop}, {SIGINT, on_stop}, {SIGHUP, on_hup}, {SIGCHLD, on_child}};
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < SIG_COUNT; i++) {
        c->signals[i] = evsignal_new(c->w.base, table[i].sig, table[i].fn, c);
        if (!c->signals[i] || event_add(c->signals[i], NULL))
            return -ENOMEM;
    }
    struct notify_events ev = {.ctx = c, .writable = on_writable, .status = on_status};
    c->notify = notify_new(c->w.base, &ev);
    c->quit_timer = evtimer_new(c->w.base, on_quit_time, c);
    return c->quit_timer && c->notify ? 0 : -ENOMEM;
}

/* --- start ----------------------------------------------------------------------------- */

static int make_lines(struct core *c, const struct core_options *o, const struct line_config *configs,
                      const bool *is_virtual, size_t n)
{
    struct lines_setup s = {
        .base = c->w.base,
        .configs = configs,
        .n = n,
        .exe = o->exe ? o->exe : "/proc/self/exe",
        .origin = c->w.origin,
        .ready_fd = o->line_fd,
        .restart_cap_ms = c->w.manual ? RESTART_CAP_PLAYED_MS : RESTART_CAP_MS,
        .deadline_max_s = c->w.cfg->line_deadline_max_s,
        .start_deadline_s = START_DEADLINE_S,
        .events = {.ctx = c, .readable = on_readable, .up = on_up, .lost = on_lost, .all_gone = on_all_gone}};
    c->lines = lines_new(&s);
    if (!c->lines)
        return -ENOMEM;
    sender_lines(c->sender, c->lines, is_virtual);
    watch_lines(c->watch, c->lines);
    struct post_events ev = {.ctx = c, .turn = on_posted, .gone = on_all_gone};
    c->post = post_new(&c->w, s.exe, &ev);
    c->bell = bell_new(&c->w);
    if (!c->post || !c->bell)
        return -ENOMEM;
    post_lines(c->post, c->lines);
    return 0;
}

static int make_parts(struct core *c)
{
    struct inbox_events in = {.ctx = c, .other = on_other, .kept = on_kept, .stuck = on_stuck};
    struct ticker_events tick = {.ctx = c, .balance = on_balance, .errand = on_errand, .ran = on_ran};
    c->inbox = inbox_new(&c->w, &in);
    c->sender = sender_new(&c->w);
    c->watch = watch_new(&c->w);
    c->ticker = ticker_new(&c->w, &tick);
    struct vault_events vault = {.ctx = c, .turn = on_posted, .damaged = on_damaged};
    c->vault = vault_new(&c->w, c->state_dir, &vault);
    return c->inbox && c->sender && c->watch && c->ticker && c->vault ? 0 : -ENOMEM;
}

/* A player's children are its own, whatever the settings say. */
static int make_door(struct core *c)
{
    const struct children_config *cfg = &c->w.cfg->children;
    if (cfg->as != CHILDREN_UNITS || c->w.manual)
        return 0;
    c->door = door_new(c->w.base, cfg);
    if (!c->door)
        return -EIO;
    c->w.origin = door_origin(c->door);
    return 0;
}

static int make_clock(struct core *c, const struct core_options *o)
{
    c->w.manual = o->player_fd >= 0;
    if (c->w.manual)
        return playerside_clock(o->player_fd, &c->w.clock);
    c->w.clock = clock_new_real();
    return c->w.clock ? 0 : -ENOMEM;
}

/* Where others reach the core: the control socket, and the player, whose scripts have a console too. */
static int make_doors(struct core *c, const struct core_options *o)
{
    struct ctlsock_events ev = {.ctx = c, .request = on_request};
    struct frontside_events front = {.ctx = c, .about = about, .wrote = on_wrote, .gone = on_all_gone};
    c->front = frontside_new(&c->w, c->lines, o->exe ? o->exe : "/proc/self/exe", &front);
    if (!c->front)
        return -ENOMEM;
    c->control = ctlsock_new(c->w.base, c->state_dir, &ev);
    if (!c->control)
        return -EIO;
    if (c->w.manual) {
        struct playerside_parts parts = {.lines = c->lines,
                                         .sender = c->sender,
                                         .ticker = c->ticker,
                                         .post = c->post,
                                         .ctx = c,
                                         .gone = on_player_gone};
        c->player = playerside_new(&c->w, o->player_fd, &parts);
        return c->player ? 0 : -ENOMEM;
    }
    return 0;
}

/* 0, or the exit status. */
static int start(struct core *c, const struct core_options *o)
{
    struct line_config configs[CONFIG_LINES_MAX];
    bool is_virtual[CONFIG_LINES_MAX] = {false};
    c->w.cfg = setup_config(o->config_path);
    size_t n = c->w.cfg ? setup_lines(c->w.cfg, o, configs, is_virtual) : 0;
    if (!n)
        return 2;
    if (str_copy(c->state_dir, sizeof(c->state_dir), o->state_dir ? o->state_dir : c->w.cfg->state_dir)) {
        log_err("the path of the state directory is too long");
        return 2;
    }
    c->w.base = event_base_new();
    if (!c->w.base || timer_reserve(c->w.base) || make_clock(c, o)) {
        log_err("no event loop or no clock");
        return 1;
    }
    if (o->confined)
        fence_temp(c->state_dir);
    int status = setup_desk(&c->w, c->state_dir);
    if (status)
        return status;
    if (make_parts(c) || make_door(c) || make_lines(c, o, configs, is_virtual, n) || add_signals(c) ||
        make_doors(c, o)) {
        log_err("could not be started");
        return 1;
    }
    if (o->confined)
        fence_core(c->w.cfg, c->state_dir, !c->door);
    if (!notify_watched(c->notify))
        c->stuck = stuck_new(c->w.base, c->w.cfg->watchdog_s, o->exe ? o->exe : "/proc/self/exe", o->argv);
    return 0;
}

static void run(struct core *c)
{
    log_note("ready: %zu line%s, %s", lines_count(c->lines), lines_count(c->lines) == 1 ? "" : "s", c->state_dir);
    lines_start(c->lines);
    post_start(c->post);
    frontside_follow(c->front);
    notify_ready(c->notify);
    if (c->player) {
        playerside_ready(c->player);
    } else {
        ticker_run(c->ticker, 64);
    }
    turn(c);
    if (!c->status) /* vault: met damage already */
        event_base_dispatch(c->w.base);
}

/* --- the end --------------------------------------------------------------------------- */

static void stop(struct core *c)
{
    journaling_end(c->w.journaling);
    if (c->w.desk && works_save_time(&c->w))
        log_warn("service time could not be stored");
    stuck_free(c->stuck);
    ctlsock_free(c->control);
    frontside_free(c->front);
    notify_free(c->notify);
    playerside_free(c->player);
    for (size_t i = 0; i < SIG_COUNT; i++)
        if (c->signals[i])
            event_free(c->signals[i]);
    if (c->quit_timer)
        event_free(c->quit_timer);
    vault_free(c->vault);
    post_free(c->post);
    bell_free(c->bell);
    lines_free(c->lines);
    ticker_free(c->ticker);
    watch_free(c->watch);
    sender_free(c->sender);
    inbox_free(c->inbox);
    journaling_free(c->w.journaling);
    desk_free(c->w.desk);
    door_free(c->door);
    db_close(c->w.db);
    clock_free(c->w.clock);
    if (c->w.base)
        event_base_free(c->w.base);
    config_free(c->w.cfg);
}

int core_main(const struct core_options *o)
{
    struct core *c = calloc(1, sizeof(*c));
    if (!c)
        return 1;
    c->started_ms = mono_ms();
    int status = start(c, o);
    if (!status) {
        run(c);
        status = c->status;
    }
    stop(c);
    free(c);
    return status;
}
