// SPDX-License-Identifier: GPL-2.0-or-later
/* The supervision of children that are no lines, with this very program as the child:
 * `test_serve_child helper --fd 3 BEHAVIOUR` behaves so. */
#include "gateway/base/clock.h"
#include "gateway/base/err.h"
#include "gateway/serve/child.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define PACKET_MAX 256

/* --- the child ------------------------------------------------------------------------- */

/* Sends back what it gets until end of file. */
static int echo(int fd)
{
    char p[PACKET_MAX];
    struct pollfd pfd = {.fd = fd, .events = POLLIN};
    while (poll(&pfd, 1, 20000) == 1) {
        ssize_t n = recv(fd, p, sizeof(p), 0);
        if (n <= 0)
            return n < 0;
        if (n == 5 && !memcmp(p, "crash", 5)) {
            send(fd, "last words", 10, MSG_NOSIGNAL);
            signal(SIGABRT, SIG_DFL);
            abort();
        }
        if (send(fd, p, (size_t)n, MSG_NOSIGNAL) < 0)
            return 1;
    }
    return 1;
}

static int helper(const char *how)
{
    char big[PACKET_MAX + 100] = "";
    int fd = 3;
    if (!strcmp(how, "never")) {
        poll(NULL, 0, 20000);
        return 1;
    }
    if (send(fd, "hello", 5, MSG_NOSIGNAL) != 5)
        return 1;
    if (!strcmp(how, "toolong") && send(fd, big, sizeof(big), MSG_NOSIGNAL) < 0)
        return 1;
    if (!strcmp(how, "exits"))
        return 7;
    if (!strcmp(how, "silent") || !strcmp(how, "stubborn") || !strcmp(how, "toolong"))
        poll(NULL, 0, 20000); /* reads nothing, ends for nothing */
    return echo(fd);
}

/* --- the core's side ------------------------------------------------------------------- */

struct seen {
    struct event_base *base;
    struct event *chld;
    struct child *c;
    const char *args[2];
    int ups, losts, gones, packets, stop_after_losts, stop_after_packets;
    char last[PACKET_MAX + 1];
};

static void on_up(void *ctx)
{
    struct seen *s = ctx;
    s->ups++;
}

static void on_packet(void *ctx, const void *p, size_t n)
{
    struct seen *s = ctx;
    memcpy(s->last, p, n);
    s->last[n] = '\0';
    if (++s->packets == s->stop_after_packets)
        event_base_loopbreak(s->base);
}

static void on_lost(void *ctx)
{
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
    child_reap(s->c);
}

static void begin(struct seen *s, const char *how, int silent_s)
{
    memset(s, 0, sizeof(*s));
    s->args[0] = how;
    s->base = event_base_new();
    s->chld = evsignal_new(s->base, SIGCHLD, on_chld, s);
    event_add(s->chld, NULL);
    struct child_setup setup = {
        .base = s->base,
        .exe = "/proc/self/exe",
        .name = "helper",
        .args = s->args,
        .packet_max = PACKET_MAX,
        .silent_s = silent_s,
        .restart_cap_ms = 300,
        .events = {.ctx = s, .up = on_up, .packet = on_packet, .lost = on_lost, .gone = on_gone}};
    s->c = child_new(&setup);
    assert_non_null(s->c);
    child_start(s->c);
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
    child_free(s->c);
    event_free(s->chld);
    event_base_free(s->base);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child is left, no zombie either */
    assert_int_equal(errno, ECHILD);
}

static void packets_go_both_ways(void **state)
{
    (void)state;
    struct seen s;
    begin(&s, "echo", 10);
    assert_int_equal(child_send(s.c, "x", 1), -EPIPE); /* not up yet */
    s.stop_after_packets = 1;
    go(&s);
    assert_int_equal(s.ups, 1);
    assert_string_equal(s.last, "hello");
    assert_true(child_up(s.c) && child_pid(s.c) > 0);
    s.stop_after_packets = 2;
    assert_int_equal(child_send(s.c, "one", 3), 0);
    go(&s);
    assert_string_equal(s.last, "one");
    end(&s);
}

static void more_than_the_socket_takes_waits_and_arrives(void **state)
{
    (void)state;
    struct seen s;
    char p[200];
    begin(&s, "echo", 10);
    s.stop_after_packets = 1;
    go(&s);
    s.stop_after_packets = 1 + 3000;
    for (int i = 0; i < 3000; i++) {
        memset(p, 'a' + i % 26, sizeof(p));
        assert_int_equal(child_send(s.c, p, sizeof(p)), 0);
    }
    go(&s);
    assert_int_equal(s.packets, 3001);
    assert_int_equal(s.last[0], 'a' + 2999 % 26);
    assert_int_equal(s.losts, 0);
    end(&s);
}

static void one_that_does_not_read_is_ended_and_started_again(void **state)
{
    (void)state;
    struct seen s;
    static char p[PACKET_MAX];
    begin(&s, "silent", 30);
    s.stop_after_packets = 1;
    go(&s);
    int rc = 0;
    for (int i = 0; i < 20000 && !rc; i++)
        rc = child_send(s.c, p, sizeof(p));
    assert_int_equal(rc, -ENOSPC);
    s.stop_after_losts = 1;
    s.stop_after_packets = 0;
    go(&s);
    s.stop_after_packets = 2;
    go(&s);
    assert_int_equal(s.ups, 2);
    assert_int_equal(child_restarts(s.c), 1);
    end(&s);
}

static void a_silent_one_is_killed_and_started_again(void **state)
{
    (void)state;
    struct seen s;
    begin(&s, "silent", 1);
    s.stop_after_losts = 2;
    go(&s);
    assert_int_equal(s.ups, 2);
    end(&s);
}

static void one_that_never_says_a_word_is_killed(void **state)
{
    (void)state;
    struct seen s;
    begin(&s, "never", 1);
    s.stop_after_losts = 2;
    go(&s);
    assert_int_equal(s.ups, 0);
    end(&s);
}

static void a_packet_too_long_is_not_trusted(void **state)
{
    (void)state;
    struct seen s;
    begin(&s, "toolong", 10);
    s.stop_after_losts = 2;
    go(&s);
    assert_string_equal(s.last, "hello");
    end(&s);
}

static void the_last_words_of_a_crash_are_heard_once(void **state)
{
    (void)state;
    struct seen s;
    begin(&s, "echo", 10);
    s.stop_after_packets = 1;
    go(&s);
    s.stop_after_packets = 0;
    s.stop_after_losts = 1;
    assert_int_equal(child_send(s.c, "crash", 5), 0);
    go(&s);
    assert_string_equal(s.last, "last words");
    assert_int_equal(child_send(s.c, "x", 1), -EPIPE);
    s.stop_after_packets = 3;
    go(&s);
    assert_int_equal(s.losts, 1);
    assert_int_equal(s.ups, 2);
    end(&s);
}

static void restarts_back_off(void **state)
{
    (void)state;
    struct seen s;
    int64_t from_ms = mono_ms();
    begin(&s, "exits", 10);
    s.stop_after_losts = 5;
    go(&s);
    assert_true(mono_ms() - from_ms > 500); /* 75 + 150 + 225 + 225 ms at the least, but for the runs */
    assert_int_equal(child_restarts(s.c), 4);
    end(&s);
}

static void told_to_quit_it_ends_by_itself(void **state)
{
    (void)state;
    struct seen s;
    begin(&s, "echo", 10);
    s.stop_after_packets = 1;
    go(&s);
    int64_t from_ms = mono_ms();
    child_quit(s.c);
    assert_int_equal(child_send(s.c, "x", 1), -EPIPE);
    go(&s);
    assert_true(mono_ms() - from_ms < 2500);
    assert_int_equal(s.gones, 1);
    assert_true(child_gone(s.c));
    assert_int_equal(child_restarts(s.c), 0);
    child_start(s.c); /* and can be started anew */
    s.stop_after_packets = 2;
    go(&s);
    assert_int_equal(s.ups, 2);
    end(&s);
}

static void one_that_does_not_quit_is_killed(void **state)
{
    (void)state;
    struct seen s;
    begin(&s, "stubborn", 30);
    s.stop_after_packets = 1;
    go(&s);
    child_quit(s.c);
    go(&s);
    assert_int_equal(s.gones, 1);
    assert_int_equal(s.losts, 1);
    end(&s);
}

static void quitting_while_it_is_down_is_told_at_once(void **state)
{
    (void)state;
    struct seen s;
    begin(&s, "exits", 10);
    s.stop_after_losts = 1;
    go(&s);
    while (child_pid(s.c)) {
        poll(NULL, 0, 5);
        child_reap(s.c);
    }
    child_quit(s.c);
    assert_int_equal(s.gones, 1);
    assert_true(child_gone(s.c));
    end(&s);
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "helper"))
        return helper(argv[argc - 1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_go_both_ways),
        cmocka_unit_test(more_than_the_socket_takes_waits_and_arrives),
        cmocka_unit_test(one_that_does_not_read_is_ended_and_started_again),
        cmocka_unit_test(a_silent_one_is_killed_and_started_again),
        cmocka_unit_test(one_that_never_says_a_word_is_killed),
        cmocka_unit_test(a_packet_too_long_is_not_trusted),
        cmocka_unit_test(the_last_words_of_a_crash_are_heard_once),
        cmocka_unit_test(restarts_back_off),
        cmocka_unit_test(told_to_quit_it_ends_by_itself),
        cmocka_unit_test(one_that_does_not_quit_is_killed),
        cmocka_unit_test(quitting_while_it_is_down_is_told_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
