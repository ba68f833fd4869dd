// SPDX-License-Identifier: GPL-2.0-or-later
/* Children that are units of their own: they knock, are looked at, welcomed, watched, dropped. The children are
 * forks of this program. */
#include "gateway/base/clock.h"
#include "gateway/base/err.h"
#include "gateway/base/knock.h"
#include "gateway/base/log.h"
#include "gateway/base/packet.h"
#include "gateway/base/str.h"
#include "gateway/serve/child.h"
#include "gateway/serve/door.h"
#include "gateway/serve/lines.h"

#include "tests/unit/scratch.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <cmocka.h>

enum { LEFT_QUIT = 20, LEFT_EOF, LEFT_REFUSED, LEFT_SHUT, LEFT_LOST };

/* --- those who knock, in processes of their own -------------------------------------------- */

static void say_alive(int fd, uint32_t deadline_ms, const char *doing)
{
    struct line_msg m;
    line_msg_init(&m, LINE_ALIVE);
    m.u.alive.deadline_ms = deadline_ms;
    str_copy(m.u.alive.doing, sizeof(m.u.alive.doing), doing);
    line_put(fd, &m);
}

static void say_call(int fd, const char *number)
{
    struct line_msg m;
    line_msg_init(&m, LINE_CALL);
    str_copy(m.u.call.number, sizeof(m.u.call.number), number);
    line_put(fd, &m);
}

static void say_trouble(int fd, uint8_t fatal)
{
    struct line_msg m;
    line_msg_init(&m, LINE_TROUBLE);
    m.u.trouble.fatal = fatal;
    str_copy(m.u.trouble.text, sizeof(m.u.trouble.text), "the PIN is refused");
    line_put(fd, &m);
}

static int wait_end(int fd)
{
    struct line_msg m;
    struct pollfd p = {.fd = fd, .events = POLLIN};
    while (poll(&p, 1, 15000) == 1) {
        int rc = line_get(fd, &m);
        if (rc != 1)
            return LEFT_EOF;
        if (m.type == LINE_QUIT)
            return LEFT_QUIT;
    }
    return 1;
}

/* Welcome and set up, or the status to leave with. */
static int enter(const char *path, struct line_options *o, int *fd)
{
    struct line_msg m;
    memset(o, 0, sizeof(*o));
    int rc = knock(path, KNOCK_LINE, "gsm1", 5000, fd);
    if (rc || line_wait_setup(*fd, o))
        return rc == -EPERM ? LEFT_REFUSED : rc == -EPIPE ? LEFT_SHUT : LEFT_LOST;
    line_msg_init(&m, LINE_HELLO);
    line_put(*fd, &m);
    return 0;
}

/* Tells by a call what it was set up with. */
static int a_line(const char *path, const char *what)
{
    struct line_options o;
    int fd, rc = enter(path, &o, &fd);
    if (rc)
        return rc;
    say_alive(fd, !strcmp(what, "silent") ? 1000 : 5000, "read SM 7");
    if (!strcmp(what, "dies"))
        return 0;
    if (!strcmp(what, "badpin")) {
        say_trouble(fd, TROUBLE_PIN);
        return 4;
    }
    if (!strcmp(what, "silent"))
        return wait_end(fd);
    say_call(fd, !strcmp(what, "pin") ? o.pin : o.quarantine[0] ? o.quarantine : "none");
    return wait_end(fd);
}

static int a_courier(const char *path, const char *what)
{
    char p[64] = "hello";
    int fd, rc = knock(path, KNOCK_COURIER, "", 5000, &fd);
    if (rc)
        return rc == -EPERM ? LEFT_REFUSED : LEFT_SHUT;
    ssize_t n = 5;
    while (n > 0 && send(fd, p, (size_t)n, MSG_NOSIGNAL) == n && strcmp(what, "mute") != 0)
        n = recv(fd, p, sizeof(p), 0);
    while (!strcmp(what, "mute") && recv(fd, p, sizeof(p), 0) > 0) {
    }
    return LEFT_EOF;
}

/* Says `what`, as a packet of 12 octets (that is no call) or after one. */
static int a_stranger(const char *path, const char *what)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    struct knock_msg m;
    int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    str_copy(a.sun_path, sizeof(a.sun_path), path);
    if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)))
        return 1;
    knock_init(&m, KNOCK_CALL, KNOCK_LINE);
    str_copy(m.name, sizeof(m.name), "gsm9");
    if (!strcmp(what, "early") && (packet_put(fd, &m, sizeof(m)) || poll(NULL, 0, 100)))
        return 1;
    if (!strcmp(what, "newline")) {
        str_copy(m.name, sizeof(m.name), "gsm1\nx");
        packet_put(fd, &m, sizeof(m));
    } else {
        packet_put(fd, "hello, core!", 12);
    }
    return recv(fd, &m, sizeof(m), 0) <= 0 ? LEFT_EOF : 1; /* what it said too early may be a reset */
}

static pid_t send_one(const char *path, int (*who)(const char *, const char *), const char *what)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        log_setup("guest", LOG_ERR_ - 1, false);
        _exit(who(path, what));
    }
    assert_true(pid > 0);
    return pid;
}

static int left_with(pid_t pid)
{
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* --- the core's side ----------------------------------------------------------------------- */

struct seen {
    struct event_base *base;
    struct door *door;
    struct lines *lines;
    struct child *child;
    struct children_config cfg;
    struct line_config line;
    int ups, losts, gones, calls, packets, stop_after_ups, stop_after_losts;
    char call[ADDRESS_SIZE], packet[65];
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

static void on_packet(void *ctx, const void *p, size_t n)
{
    struct seen *s = ctx;
    memcpy(s->packet, p, n);
    s->packet[n] = '\0';
    s->packets++;
    event_base_loopbreak(s->base);
}

static void child_lost(void *ctx)
{
    on_lost(ctx, NULL);
}

static void begin(struct seen *s, void **state)
{
    struct scratch *dir = *state;
    memset(s, 0, sizeof(*s));
    s->base = event_base_new();
    s->cfg.as = CHILDREN_UNITS;
    snprintf(s->cfg.socket, sizeof(s->cfg.socket), "%s/core.sock", dir->dir);
}

static void begin_lines(struct seen *s, void **state)
{
    begin(s, state);
    s->door = door_new(s->base, &s->cfg);
    assert_non_null(s->door);
    s->line = (struct line_config){.poll_s = 60, .rate_per_minute = 20};
    str_copy(s->line.name, sizeof(s->line.name), "gsm1");
    str_copy(s->line.device, sizeof(s->line.device), "/dev/null");
    str_copy(s->line.pin, sizeof(s->line.pin), "1234");
    struct lines_setup setup = {
        .base = s->base,
        .configs = &s->line,
        .n = 1,
        .exe = "/proc/self/exe",
        .origin = door_origin(s->door),
        .ready_fd = -1,
        .restart_cap_ms = 150,
        .deadline_max_s = 10,
        .start_deadline_s = 10,
        .events = {.ctx = s, .readable = on_readable, .up = on_up, .lost = on_lost, .all_gone = on_gone}};
    s->lines = lines_new(&setup);
    assert_non_null(s->lines);
    lines_start(s->lines);
}

static void begin_courier(struct seen *s, void **state, int silent_s)
{
    begin(s, state);
    s->door = door_new(s->base, &s->cfg);
    assert_non_null(s->door);
    struct child_setup setup = {.base = s->base,
                                .exe = "/proc/self/exe",
                                .name = "courier",
                                .origin = door_origin(s->door),
                                .kind = KNOCK_COURIER,
                                .packet_max = 64,
                                .silent_s = silent_s,
                                .restart_cap_ms = 150,
                                .events = {.ctx = s, .packet = on_packet, .lost = child_lost, .gone = on_gone}};
    s->child = child_new(&setup);
    assert_non_null(s->child);
    child_start(s->child);
}

/* Runs until something breaks the loop; a test that hangs fails after 10 s. */
static void go(struct seen *s)
{
    struct timeval tv = {.tv_sec = 10};
    int64_t from_ms = mono_ms();
    event_base_loopexit(s->base, &tv);
    event_base_dispatch(s->base);
    assert_true(mono_ms() - from_ms < 9000);
}

static void go_ms(struct seen *s, int ms)
{
    struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
    event_base_loopexit(s->base, &tv);
    event_base_dispatch(s->base);
}

static void end(struct seen *s)
{
    lines_free(s->lines);
    child_free(s->child);
    door_free(s->door);
    event_base_free(s->base);
}

/* --- tests --------------------------------------------------------------------------------- */

static void who_knocks_as_a_line_gets_its_settings_by_packet(void **state)
{
    struct seen s;
    begin_lines(&s, state);
    pid_t one = send_one(s.cfg.socket, a_line, "pin");
    go(&s);
    assert_string_equal(s.call, "1234");
    assert_int_equal(s.ups, 1);
    assert_int_equal(lane_pid(lines_at(s.lines, 0)), one);
    lines_quit(s.lines);
    assert_int_equal(s.gones, 0); /* it is waited for */
    go(&s);
    assert_int_equal(s.gones, 1);
    assert_int_equal(left_with(one), LEFT_QUIT);
    end(&s);
}

static void a_second_one_is_refused_while_the_first_lives(void **state)
{
    struct seen s;
    begin_lines(&s, state);
    pid_t one = send_one(s.cfg.socket, a_line, "calls");
    go(&s);
    pid_t two = send_one(s.cfg.socket, a_line, "calls");
    go_ms(&s, 150);
    assert_int_equal(left_with(two), LEFT_REFUSED);
    assert_int_equal(s.losts, 0);
    end(&s);
    assert_int_equal(left_with(one), LEFT_EOF);
}

static void one_that_died_makes_room_and_the_pause_is_kept(void **state)
{
    struct seen s;
    begin_lines(&s, state);
    pid_t one = send_one(s.cfg.socket, a_line, "calls");
    go(&s);
    s.stop_after_losts = 1;
    kill(one, SIGKILL);
    assert_int_equal(left_with(one), -1);
    pid_t two = send_one(s.cfg.socket, a_line, "calls");
    int64_t from_ms = mono_ms();
    go(&s);
    go(&s);
    assert_int_equal(s.calls, 2);
    assert_string_equal(s.call, "none"); /* one death accuses no message */
    assert_true(mono_ms() - from_ms >= 70);
    assert_int_equal(lane_restarts(lines_at(s.lines, 0)), 1);
    end(&s);
    assert_int_equal(left_with(two), LEFT_EOF);
}

static void two_deaths_at_one_message_set_it_aside(void **state)
{
    struct seen s;
    begin_lines(&s, state);
    for (int i = 1; i <= 2; i++) {
        s.stop_after_losts = i;
        pid_t one = send_one(s.cfg.socket, a_line, "dies");
        go(&s);
        assert_int_equal(left_with(one), 0);
    }
    pid_t three = send_one(s.cfg.socket, a_line, "calls");
    go(&s);
    assert_string_equal(s.call, "SM:7");
    end(&s);
    assert_int_equal(left_with(three), LEFT_EOF);
}

static void a_silent_one_is_dropped(void **state)
{
    struct seen s;
    begin_lines(&s, state);
    s.stop_after_losts = 1;
    pid_t one = send_one(s.cfg.socket, a_line, "silent");
    go(&s);
    assert_int_equal(left_with(one), LEFT_EOF);
    end(&s);
}

static void a_refused_pin_keeps_the_next_one_waiting_until_it_is_mended(void **state)
{
    struct seen s;
    begin_lines(&s, state);
    s.stop_after_losts = 1;
    pid_t one = send_one(s.cfg.socket, a_line, "badpin");
    go(&s);
    assert_int_equal(left_with(one), 4);
    pid_t two = send_one(s.cfg.socket, a_line, "pin");
    go_ms(&s, 300);
    assert_int_equal(s.calls, 0);
    str_copy(s.line.pin, sizeof(s.line.pin), "5678");
    lines_reload(s.lines, &s.line, 1);
    go(&s);
    assert_string_equal(s.call, "5678");
    end(&s);
    assert_int_equal(left_with(two), LEFT_EOF);
}

static void a_user_who_is_not_named_is_not_let_in(void **state)
{
    struct seen s;
    begin(&s, state);
    str_copy(s.cfg.line_user, sizeof(s.cfg.line_user), "nobody");
    str_copy(s.cfg.courier_user, sizeof(s.cfg.courier_user), "nobody");
    str_copy(s.cfg.front_user, sizeof(s.cfg.front_user), "nobody");
    s.door = door_new(s.base, &s.cfg);
    assert_non_null(s.door);
    pid_t one = send_one(s.cfg.socket, a_line, "calls");
    go_ms(&s, 150);
    assert_int_equal(left_with(one), LEFT_SHUT);
    door_free(s.door);
    s.cfg.line_user[0] = '\0'; /* now as a line, and as nothing else */
    s.door = door_new(s.base, &s.cfg);
    pid_t two = send_one(s.cfg.socket, a_courier, "echo");
    go_ms(&s, 150);
    assert_int_equal(left_with(two), LEFT_REFUSED);
    end(&s);
}

static void nonsense_and_early_words_are_shown_the_door(void **state)
{
    struct seen s;
    begin_lines(&s, state);
    static const char *const words[] = {"nonsense", "early", "newline"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        pid_t one = send_one(s.cfg.socket, a_stranger, words[i]);
        go_ms(&s, 250);
        assert_int_equal(left_with(one), LEFT_EOF);
    }
    pid_t line = send_one(s.cfg.socket, a_line, "calls");
    go(&s);
    assert_int_equal(s.ups, 1);
    end(&s);
    assert_int_equal(left_with(line), LEFT_EOF);
}

/* As nobody: many calls for lines that there are not, and the connections stay open. */
static int a_crowd(const char *path, const char *what)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    struct knock_msg m;
    (void)what;
    str_copy(a.sun_path, sizeof(a.sun_path), path);
    if (setuid(65534))
        return 1;
    for (int i = 0; i < 40; i++) {
        int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
        if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)))
            return 1;
        knock_init(&m, KNOCK_CALL, KNOCK_LINE);
        snprintf(m.name, sizeof(m.name), "no%d", i);
        (void)packet_put(fd, &m, sizeof(m));
    }
    return poll(NULL, 0, 5000);
}

static void a_line_that_is_not_honest_keeps_no_other_user_out(void **state)
{
    struct seen s;
    struct scratch *dir = *state;
    if (geteuid() != 0 || chmod(dir->dir, 0755)) {
        skip();
        return;
    }
    begin(&s, state);
    str_copy(s.cfg.line_user, sizeof(s.cfg.line_user), "nobody");
    s.door = door_new(s.base, &s.cfg);
    assert_non_null(s.door);
    pid_t crowd = send_one(s.cfg.socket, a_crowd, "");
    go_ms(&s, 300);
    struct child_setup setup = {.base = s.base,
                                .exe = "/proc/self/exe",
                                .name = "courier",
                                .origin = door_origin(s.door),
                                .kind = KNOCK_COURIER,
                                .packet_max = 64,
                                .silent_s = 10,
                                .restart_cap_ms = 150,
                                .events = {.ctx = &s, .packet = on_packet, .lost = child_lost, .gone = on_gone}};
    s.child = child_new(&setup);
    assert_non_null(s.child);
    child_start(s.child);
    pid_t one = send_one(s.cfg.socket, a_courier, "mute");
    go_ms(&s, 300);
    assert_int_equal(s.packets, 1);
    kill(crowd, SIGKILL);
    left_with(crowd);
    end(&s);
    assert_int_equal(left_with(one), LEFT_EOF);
}

static void a_second_core_does_not_take_the_socket(void **state)
{
    struct seen s;
    begin_lines(&s, state);
    assert_null(door_new(s.base, &s.cfg));
    pid_t one = send_one(s.cfg.socket, a_line, "calls");
    go(&s);
    assert_int_equal(s.ups, 1);
    end(&s);
    left_with(one);
}

static void a_user_that_there_is_not_is_said(void **state)
{
    struct seen s;
    begin(&s, state);
    str_copy(s.cfg.front_user, sizeof(s.cfg.front_user), "no-such-user");
    assert_null(door_new(s.base, &s.cfg));
    end(&s);
}

static void a_courier_works_through_the_door_and_quits_at_the_end_of_file(void **state)
{
    struct seen s;
    begin_courier(&s, state, 10);
    pid_t one = send_one(s.cfg.socket, a_courier, "echo");
    go(&s);
    assert_string_equal(s.packet, "hello");
    assert_true(child_up(s.child) && child_pid(s.child) == one);
    assert_int_equal(child_send(s.child, "job", 3), 0);
    go(&s);
    assert_string_equal(s.packet, "job");
    child_quit(s.child);
    go(&s);
    assert_int_equal(s.gones, 1);
    assert_true(child_gone(s.child));
    assert_int_equal(left_with(one), LEFT_EOF);
    pid_t two = send_one(s.cfg.socket, a_courier, "echo"); /* not wanted now */
    go_ms(&s, 100);
    int before = s.packets;
    child_start(s.child);
    go(&s);
    assert_int_equal(s.packets, before + 1);
    end(&s);
    assert_int_equal(left_with(two), LEFT_EOF);
}

static void a_courier_that_is_not_trusted_or_silent_is_dropped(void **state)
{
    struct seen s;
    begin_courier(&s, state, 1);
    pid_t one = send_one(s.cfg.socket, a_courier, "mute");
    go(&s);
    s.stop_after_losts = 1;
    go(&s); /* silent */
    assert_int_equal(left_with(one), LEFT_EOF);
    pid_t two = send_one(s.cfg.socket, a_courier, "echo");
    go(&s);
    child_distrust(s.child, "it says what it may not");
    assert_int_equal(s.losts, 2);
    assert_int_equal(left_with(two), LEFT_EOF);
    end(&s);
}

int main(void)
{
    log_setup("test", LOG_ERR_ - 1, false);
#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_make, scratch_remove)
    const struct CMUnitTest tests[] = {
        TEST(who_knocks_as_a_line_gets_its_settings_by_packet),
        TEST(a_second_one_is_refused_while_the_first_lives),
        TEST(one_that_died_makes_room_and_the_pause_is_kept),
        TEST(two_deaths_at_one_message_set_it_aside),
        TEST(a_silent_one_is_dropped),
        TEST(a_refused_pin_keeps_the_next_one_waiting_until_it_is_mended),
        TEST(a_user_who_is_not_named_is_not_let_in),
        TEST(nonsense_and_early_words_are_shown_the_door),
        TEST(a_line_that_is_not_honest_keeps_no_other_user_out),
        TEST(a_second_core_does_not_take_the_socket),
        TEST(a_user_that_there_is_not_is_said),
        TEST(a_courier_works_through_the_door_and_quits_at_the_end_of_file),
        TEST(a_courier_that_is_not_trusted_or_silent_is_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
