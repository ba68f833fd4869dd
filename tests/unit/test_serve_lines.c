// SPDX-License-Identifier: GPL-2.0-or-later
/* The supervision of lines, with this very program as the child: `test_serve_lines line --fd 3
 * --device BEHAVIOUR …` plays a line that behaves so. */
#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "gateway/serve/lines.h"

#include <event2/event.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* --- the child ------------------------------------------------------------------------- */

static void say_alive(int fd, uint32_t deadline_ms, const char *doing)
{
    struct line_msg m;
    line_msg_init(&m, LINE_ALIVE);
    m.u.alive.deadline_ms = deadline_ms;
    str_copy(m.u.alive.doing, sizeof(m.u.alive.doing), doing);
    line_put(fd, &m);
}

static void say_hello(int fd)
{
    struct line_msg m;
    line_msg_init(&m, LINE_HELLO);
    str_copy(m.u.hello.model, sizeof(m.u.hello.model), "none");
    line_put(fd, &m);
}

static void say_call(int fd, const char *number)
{
    struct line_msg m;
    line_msg_init(&m, LINE_CALL);
    str_copy(m.u.call.number, sizeof(m.u.call.number), number);
    line_put(fd, &m);
}

static int wait_quit(int fd)
{
    struct line_msg m;
    struct pollfd p = {.fd = fd, .events = POLLIN};
    while (poll(&p, 1, 20000) == 1)
        if (line_get(fd, &m) != 1 || m.type == LINE_QUIT)
            return 0;
    return 1;
}

/* Anything but 0 to 3 that is open here was inherited. */
static bool inherits_nothing(void)
{
    for (int fd = 4; fd < 256; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            return false;
    return true;
}

static const char *option(int argc, char **argv, const char *name)
{
    for (int i = 1; i + 1 < argc; i++)
        if (!strcmp(argv[i], name))
            return argv[i + 1];
    return "";
}

static int fake_line(int argc, char **argv)
{
    const char *how = option(argc, argv, "--device"), *aside = option(argc, argv, "--quarantine");
    int fd = 3;
    bool clean = inherits_nothing();
    say_hello(fd);
    say_alive(fd, 5000, "idle");
    if (!strcmp(how, "inherit"))
        say_call(fd, clean ? "clean" : "dirty");
    if (!strcmp(how, "pin"))
        say_call(fd, getenv("TINBAO_PIN") && !strcmp(getenv("TINBAO_PIN"), "1234") ? "pin" : "nopin");
    if (!strcmp(how, "crash") && !*aside) {
        say_alive(fd, 5000, "read SM 7");
        signal(SIGSEGV, SIG_DFL); /* not the sanitizer's */
        raise(SIGSEGV);
    }
    if (!strcmp(how, "crash"))
        say_call(fd, aside);
    if (!strcmp(how, "killed")) {
        say_alive(fd, 5000, "read SM 7");
        if (*aside)
            say_call(fd, aside);
        else
            raise(SIGKILL);
    }
    if (!strcmp(how, "silent")) {
        say_alive(fd, 1000, *aside ? "idle" : "read ME 2");
        if (*aside)
            say_call(fd, aside);
        else
            poll(NULL, 0, 20000);
    }
    if (!strcmp(how, "nonsense")) {
        if (send(fd, "hello, core", 11, 0) != 11)
            return 1;
    }
    if (!strcmp(how, "badpin"))
        return 4;
    if (!strcmp(how, "exits"))
        return 1;
    return wait_quit(fd);
}

/* --- the core's side ------------------------------------------------------------------- */

struct seen {
    struct event_base *base;
    struct event *chld;
    struct lines *lines;
    int ups, losts, gones, calls, stop_after_ups, stop_after_losts;
    char call[ADDRESS_SIZE];
};

static void on_readable(void *ctx, struct lane *l)
{
    struct seen *s = ctx;
    struct line_msg m;
    while (lane_next(l, &m) == 1)
        if (m.type == LINE_CALL) {
            s->calls++;
            str_copy(s->call, sizeof(s->call), m.u.call.number);
            event_base_loopbreak(s->base);
        }
}

static void on_up(void *ctx, struct lane *l)
{
    (void)l;
    struct seen *s = ctx;
    if (++s->ups == s->stop_after_ups)
        event_base_loopbreak(s->base);
}

static void on_lost(void *ctx, struct lane *l)
{
    (void)l;
    struct seen *s = ctx;
    if (++s->losts == s->stop_after_losts)
        event_base_loopbreak(s->base);
}

static void on_gone(void *ctx)
{
    struct seen *s = ctx;
    s->gones++;
    event_base_loopbreak(s->base);
}

static void on_chld(evutil_socket_t sig, short what, void *arg)
{
    (void)sig, (void)what;
    struct seen *s = arg;
    lines_reap(s->lines);
}

static void begin(struct seen *s, const char *how, int deadline_max_s)
{
    struct line_config cfg = {.poll_s = 60, .rate_per_minute = 20};
    str_copy(cfg.name, sizeof(cfg.name), "test");
    str_copy(cfg.device, sizeof(cfg.device), how);
    str_copy(cfg.connection, sizeof(cfg.connection), "at");
    str_copy(cfg.pin, sizeof(cfg.pin), "1234");
    memset(s, 0, sizeof(*s));
    s->base = event_base_new();
    s->chld = evsignal_new(s->base, SIGCHLD, on_chld, s);
    event_add(s->chld, NULL);
    struct lines_setup setup = {
        .base = s->base,
        .configs = &cfg,
        .n = 1,
        .exe = "/proc/self/exe",
        .ready_fd = -1,
        .restart_cap_ms = 300,
        .deadline_max_s = deadline_max_s,
        .start_deadline_s = 10,
        .events = {.ctx = s, .readable = on_readable, .up = on_up, .lost = on_lost, .all_gone = on_gone}};
    s->lines = lines_new(&setup);
    assert_non_null(s->lines);
    lines_start(s->lines);
}

/* Runs until something breaks the loop; a test that hangs fails after 15 s. */
static void go(struct seen *s)
{
    struct timeval tv = {.tv_sec = 15};
    int64_t from_ms = mono_ms();
    event_base_loopexit(s->base, &tv);
    event_base_dispatch(s->base);
    assert_true(mono_ms() - from_ms < 14000);
}

static void end(struct seen *s)
{
    lines_free(s->lines);
    event_free(s->chld);
    event_base_free(s->base);
}

static void a_child_inherits_nothing_but_its_socket(void **state)
{
    (void)state;
    struct seen s;
    int extra = open("/dev/null", O_RDONLY); /* without close-on-exec */
    begin(&s, "inherit", 10);
    go(&s);
    assert_string_equal(s.call, "clean");
    end(&s);
    close(extra);
}

static void the_pin_goes_by_the_environment(void **state)
{
    (void)state;
    struct seen s;
    begin(&s, "pin", 10);
    go(&s);
    assert_string_equal(s.call, "pin");
    end(&s);
}

static void a_crash_while_reading_sets_that_message_aside(void **state)
{
    (void)state;
    struct seen s;
    begin(&s, "crash", 10);
    go(&s);
    assert_int_equal(s.losts, 1);
    assert_string_equal(s.call, "SM:7");
    end(&s);
}

static void a_kill_from_outside_accuses_no_message(void **state)
{
    (void)state;
    struct seen s;
    begin(&s, "killed", 10);
    s.stop_after_losts = 3;
    go(&s);
    assert_int_equal(s.calls, 0);
    end(&s);
}

static void a_silent_line_is_killed_and_the_second_time_its_message_set_aside(void **state)
{
    (void)state;
    struct seen s;
    begin(&s, "silent", 10);
    go(&s);
    assert_int_equal(s.losts, 2);
    assert_string_equal(s.call, "ME:2");
    end(&s);
}

static void nonsense_ends_the_trust(void **state)
{
    (void)state;
    struct seen s;
    begin(&s, "nonsense", 10);
    s.stop_after_ups = 2;
    go(&s);
    assert_true(s.losts >= 1);
    assert_true(lane_restarts(lines_at(s.lines, 0)) >= 1);
    assert_int_equal(s.calls, 0);
    end(&s);
}

static void a_line_that_exits_comes_back_again_and_again(void **state)
{
    (void)state;
    struct seen s;
    begin(&s, "exits", 10);
    s.stop_after_ups = 4;
    go(&s);
    assert_int_equal(s.losts, 3);
    end(&s);
}

static void stop_at(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    event_base_loopbreak(arg);
}

static void a_refused_pin_is_not_tried_again(void **state)
{
    (void)state;
    struct seen s;
    struct timeval tv = {.tv_sec = 1, .tv_usec = 500000};
    begin(&s, "badpin", 10);
    struct event *t = evtimer_new(s.base, stop_at, s.base);
    evtimer_add(t, &tv);
    go(&s);
    assert_int_equal(s.ups, 1);
    event_free(t);
    end(&s);
}

static void quit_ends_the_children_in_order(void **state)
{
    (void)state;
    struct seen s;
    begin(&s, "idle", 10);
    s.stop_after_ups = 1;
    go(&s);
    lines_quit(s.lines);
    if (!s.gones)
        go(&s);
    assert_int_equal(s.gones, 1);
    assert_int_equal(lane_pid(lines_at(s.lines, 0)), 0);
    end(&s);
}

static void a_closed_ready_line_is_lost_once(void **state)
{
    (void)state;
    struct seen s;
    int pair[2];
    struct line_config cfg = {.name = "sim"};
    memset(&s, 0, sizeof(s));
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
    s.base = event_base_new();
    struct lines_setup setup = {
        .base = s.base,
        .configs = &cfg,
        .n = 1,
        .ready_fd = pair[0],
        .deadline_max_s = 10,
        .events = {.ctx = &s, .readable = on_readable, .up = on_up, .lost = on_lost, .all_gone = on_gone}};
    s.lines = lines_new(&setup);
    lines_start(s.lines);
    assert_int_equal(s.ups, 1);
    say_call(pair[1], "0912000001");
    go(&s);
    assert_int_equal(s.calls, 1);
    s.stop_after_losts = 1;
    close(pair[1]);
    go(&s);
    assert_int_equal(s.losts, 1);
    assert_false(lane_up(lines_at(s.lines, 0)));
    lines_free(s.lines);
    event_base_free(s.base);
}

static void what_the_socket_does_not_take_waits_in_order(void **state)
{
    (void)state;
    struct seen s;
    int pair[2];
    struct line_config cfg = {.name = "sim"};
    struct line_msg m;
    memset(&s, 0, sizeof(s));
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
    s.base = event_base_new();
    struct lines_setup setup = {
        .base = s.base,
        .configs = &cfg,
        .n = 1,
        .ready_fd = pair[0],
        .deadline_max_s = 10,
        .events = {.ctx = &s, .readable = on_readable, .up = on_up, .lost = on_lost, .all_gone = on_gone}};
    s.lines = lines_new(&setup);
    lines_start(s.lines);
    line_msg_init(&m, LINE_KEPT);
    for (uint64_t i = 1; i <= 5000; i++) {
        m.u.kept.handle = i;
        assert_int_equal(lane_tell(lines_at(s.lines, 0), &m), 0);
    }
    uint64_t next = 1;
    for (int turns = 0; turns < 10000 && next <= 5000; turns++) {
        while (line_get(pair[1], &m) == 1)
            assert_int_equal(m.u.kept.handle, next++);
        event_base_loop(s.base, EVLOOP_NONBLOCK);
    }
    assert_int_equal(next, 5001);
    close(pair[1]);
    lines_free(s.lines);
    event_base_free(s.base);
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "line"))
        return fake_line(argc, argv);
    signal(SIGPIPE, SIG_IGN);
    log_setup("test", 0, false);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_inherits_nothing_but_its_socket),
        cmocka_unit_test(the_pin_goes_by_the_environment),
        cmocka_unit_test(a_crash_while_reading_sets_that_message_aside),
        cmocka_unit_test(a_kill_from_outside_accuses_no_message),
        cmocka_unit_test(a_silent_line_is_killed_and_the_second_time_its_message_set_aside),
        cmocka_unit_test(nonsense_ends_the_trust),
        cmocka_unit_test(a_line_that_exits_comes_back_again_and_again),
        cmocka_unit_test(a_refused_pin_is_not_tried_again),
        cmocka_unit_test(quit_ends_the_children_in_order),
        cmocka_unit_test(a_closed_ready_line_is_lost_once),
        cmocka_unit_test(what_the_socket_does_not_take_waits_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
