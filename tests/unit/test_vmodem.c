// SPDX-License-Identifier: GPL-2.0-or-later
/* The virtual modem on its pty, and the control socket beside it. */
#include "gateway/base/clock.h"
#include "gateway/base/err.h"
#include "gateway/line/control.h"
#include "gateway/line/vmodem.h"

#include <event2/event.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE_MS 5000

struct rig {
    char dir[64], link[96], socket[96];
    struct clock *clock;
    struct air *air;
    struct event_base *base;
    struct vmodem *modem;
    struct control *control;
    char got[8192];
    size_t n;
};

static int build(void **state)
{
    struct rig *r = calloc(1, sizeof *r);
    snprintf(r->dir, sizeof r->dir, "/tmp/tinbao-test-XXXXXX");
    assert_non_null(mkdtemp(r->dir));
    snprintf(r->link, sizeof r->link, "%s/modem", r->dir);
    snprintf(r->socket, sizeof r->socket, "%s/control", r->dir);
    r->clock = clock_new_manual(1794492300000, 0);
    r->air = air_new(r->clock, "+84912999999", 10, 5);
    r->base = event_base_new();
    r->modem = vmodem_new(r->base, r->air, r->link);
    r->control = control_new(r->base, r->air, r->socket);
    assert_non_null(r->modem);
    assert_non_null(r->control);
    *state = r;
    return 0;
}

static int drop(void **state)
{
    struct rig *r = *state;
    vmodem_free(r->modem);
    control_free(r->control);
    assert_int_equal(access(r->link, F_OK), -1);
    assert_int_equal(access(r->socket, F_OK), -1);
    air_free(r->air);
    event_base_free(r->base);
    clock_free(r->clock);
    rmdir(r->dir);
    free(r);
    return 0;
}

/* Runs the loop until `want` was read from fd; the milliseconds it took, or -1. */
static int64_t wait_for(struct rig *r, int fd, const char *want)
{
    int64_t t0 = mono_ms();
    r->n = 0;
    r->got[0] = '\0';
    while (mono_ms() - t0 < PATIENCE_MS) {
        event_base_loop(r->base, EVLOOP_NONBLOCK);
        ssize_t n = read(fd, r->got + r->n, sizeof r->got - 1 - r->n);
        if (n > 0)
            r->n += (size_t)n;
        r->got[r->n] = '\0';
        if (strstr(r->got, want))
            return mono_ms() - t0;
    }
    return -1;
}

static int open_modem(const struct rig *r)
{
    int fd = open(r->link, O_RDWR | O_NOCTTY | O_NONBLOCK);
    assert_true(fd >= 0);
    return fd;
}

static void say(int fd, const char *text)
{
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

static void it_answers_and_clients_may_come_and_go(void **state)
{
    struct rig *r = *state;
    assert_string_equal(vmodem_path(r->modem), r->link);
    for (int i = 0; i < 3; i++) {
        int fd = open_modem(r);
        say(fd, "AT+CGMI\r");
        assert_true(wait_for(r, fd, "OK\r\n") >= 0);
        assert_string_equal(r->got, "AT+CGMI\r\r\n" VMODEM_MAKER "\r\n\r\nOK\r\n");
        assert_true(vmodem_quiet(r->modem));
        close(fd);
    }
    assert_int_equal(vmodem_commands(r->modem), 3);
}

static void unplugged_it_is_gone_and_replugged_it_is_new(void **state)
{
    struct rig *r = *state;
    char byte;
    int fd = open_modem(r);
    say(fd, "ATE0\r");
    assert_true(wait_for(r, fd, "OK") >= 0);
    assert_int_equal(air_fault_set(r->air, "unplug"), 0);
    assert_string_equal(vmodem_path(r->modem), "");
    assert_int_equal(access(r->link, F_OK), -1);
    assert_true(write(fd, "AT\r", 3) < 0);
    assert_true(read(fd, &byte, 1) <= 0);
    close(fd);
    assert_int_equal(air_fault_set(r->air, "unplug"), 0); /* twice is once */
    assert_int_equal(air_text(r->air, "+84912000001", "VAO"), 0);
    assert_int_equal(air_fault_set(r->air, "ok"), 0);
    fd = open_modem(r);
    say(fd, "AT+CMGL=4\r"); /* echo is on again; the text that waited is there */
    assert_true(wait_for(r, fd, "OK") >= 0);
    assert_memory_equal(r->got, "AT+CMGL=4\r\r\n+CMGL: 1,0,,", 24);
    close(fd);
}

static void a_power_cycle_makes_it_deaf_for_a_moment(void **state)
{
    struct rig *r = *state;
    int fd = open_modem(r);
    assert_int_equal(air_fault_set(r->air, "power-cycle"), 0);
    assert_false(vmodem_quiet(r->modem));
    say(fd, "AT+CSQ\r");
    for (int64_t t0 = mono_ms(); !vmodem_quiet(r->modem) && mono_ms() - t0 < PATIENCE_MS;)
        event_base_loop(r->base, EVLOOP_NONBLOCK);
    say(fd, "AT+CGMM\r");
    assert_true(wait_for(r, fd, "OK") >= 0);
    assert_non_null(strstr(r->got, "\r\nRDY\r\n\r\nSMS Ready\r\n"));
    assert_null(strstr(r->got, "CSQ"));
    close(fd);
}

static void slow_is_late(void **state)
{
    struct rig *r = *state;
    int fd = open_modem(r);
    assert_int_equal(air_fault_set(r->air, "slow"), 0);
    say(fd, "AT\r");
    assert_true(wait_for(r, fd, "OK") >= 500);
    assert_int_equal(air_fault_set(r->air, "ok"), 0);
    say(fd, "AT\r");
    assert_true(wait_for(r, fd, "OK") < 500);
    close(fd);
}

static void a_listing_larger_than_the_pty_comes_whole(void **state)
{
    struct rig *r = *state;
    char text[161];
    memset(text, 'x', 160);
    text[160] = '\0';
    for (int i = 0; i < 10; i++)
        assert_int_equal(air_text(r->air, "+84912000001", text), 0);
    int fd = open_modem(r);
    for (int i = 0; i < 2; i++) {
        say(fd, "AT+CMGL=4\r");
        assert_true(wait_for(r, fd, "\r\nOK\r\n") >= 0);
        assert_non_null(strstr(r->got, "+CMGL: 10,"));
    }
    close(fd);
}

static int connect_control(struct rig *r)
{
    int fd = control_connect(r->socket);
    assert_true(fd >= 0);
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    return fd;
}

static void the_control_socket_sends_texts_and_tells_watchers(void **state)
{
    struct rig *r = *state;
    int fd = connect_control(r), other = connect_control(r);
    say(fd, "watch\n");
    assert_true(wait_for(r, fd, "ok\n") >= 0);
    say(other, "text +84912000001 mot\\nhai \\\\ ba\n");
    assert_true(wait_for(r, other, "ok\n") >= 0);
    assert_true(wait_for(r, fd, "text 1794492300000 +84912000001 mot\\nhai \\\\ ba\n") >= 0);
    const struct air_slot *s;
    assert_int_equal(air_slot(r->air, AIR_SM, 1, &s), 0);
    assert_memory_equal(s->part.body, "\0m\0o\0t\0\n\0h\0a\0i\0 \0\\\0 \0b\0a", 24);
    struct sms_part p = {.sender = "+84903000001", .total = 1, .seq = 1, .body_len = 4};
    uint8_t ref;
    memcpy(p.body, "\0x\0\n", 4);
    assert_int_equal(air_submit(r->air, &p, false, 0, &ref), 0);
    assert_true(wait_for(r, fd, "arrived 1794492300000 +84903000001 x\\n\n") >= 0);
    assert_int_equal(air_waiting(r->air, NULL), 0); /* read; nothing piles up */
    say(other, "call +84912000001\nfault mute\nheld\nfault nonsense\nraw 0044\nraw xx\nwhat\n");
    assert_true(wait_for(r, other, "error Invalid argument\nok\nerror Invalid argument\nerror Invalid argument\n") >=
                0);
    assert_memory_equal(r->got, "ok\nok\nok 0\nerror", 16);
    assert_int_equal(air_fault_now(r->air, NULL), FAULT_MUTE);
    close(other);
    close(fd);
}

static void a_client_without_line_ends_is_dropped(void **state)
{
    struct rig *r = *state;
    int fd = connect_control(r);
    static char many[65536];
    memset(many, 'x', sizeof many);
    bool dropped = false;
    for (int64_t t0 = mono_ms(); !dropped && mono_ms() - t0 < PATIENCE_MS;) {
        event_base_loop(r->base, EVLOOP_NONBLOCK);
        dropped = send(fd, many, sizeof many, MSG_NOSIGNAL) < 0 && errno != EAGAIN;
    }
    assert_true(dropped);
    close(fd);
}

static void a_second_modem_on_the_same_socket_is_refused(void **state)
{
    struct rig *r = *state;
    assert_null(control_new(r->base, r->air, r->socket));
    assert_int_equal(errno, EADDRINUSE);
    int fd = connect_control(r); /* the first one still answers */
    say(fd, "held\n");
    assert_true(wait_for(r, fd, "ok 0\n") >= 0);
    close(fd);
}

static void without_its_link_it_does_not_start(void **state)
{
    struct rig *r = *state;
    struct air *air = air_new(r->clock, "+84912999999", 5, 5);
    assert_non_null(air);
    assert_null(vmodem_new(r->base, air, "/nonexistent/modem"));
    assert_int_equal(errno, ENOENT);
    air_free(air);
}

static void escapes_round_trip(void **state)
{
    (void)state;
    char out[64];
    assert_int_equal(control_escape("a b\n\\c", true, out, sizeof out), 0);
    assert_string_equal(out, "a\\sb\\n\\\\c");
    control_unescape(out);
    assert_string_equal(out, "a b\n\\c");
    assert_int_equal(control_escape("0123456789", false, out, 5), -EMSGSIZE);
    char lone[] = "\\x\\";
    control_unescape(lone);
    assert_string_equal(lone, "\\x\\");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, build, drop)
    const struct CMUnitTest tests[] = {
        T(it_answers_and_clients_may_come_and_go),    T(unplugged_it_is_gone_and_replugged_it_is_new),
        T(a_power_cycle_makes_it_deaf_for_a_moment),  T(slow_is_late),
        T(a_listing_larger_than_the_pty_comes_whole), T(the_control_socket_sends_texts_and_tells_watchers),
        T(a_client_without_line_ends_is_dropped),     T(a_second_modem_on_the_same_socket_is_refused),
        T(without_its_link_it_does_not_start),        cmocka_unit_test(escapes_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
