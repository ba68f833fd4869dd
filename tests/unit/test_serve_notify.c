// SPDX-License-Identifier: GPL-2.0-or-later
/* What systemd is told, read from a socket as systemd's. */
#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "gateway/serve/notify.h"

#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

struct systemd {
    struct event_base *base;
    int fd;
    char path[100];
    bool writable;
    int asked;
    char status[64];
    char heard[4000]; /* all datagrams, each between [ and ] */
};

static bool on_writable(void *ctx)
{
    struct systemd *s = ctx;
    s->asked++;
    return s->writable;
}

static void on_status(void *ctx, char *out, size_t size)
{
    struct systemd *s = ctx;
    str_copy(out, size, s->status);
}

static struct notify_events events(struct systemd *s)
{
    return (struct notify_events){.ctx = s, .writable = on_writable, .status = on_status};
}

static int setup(void **state)
{
    struct systemd *s = calloc(1, sizeof(*s));
    if (!s)
        return -1;
    *state = s;
    s->base = event_base_new();
    s->fd = -1;
    s->writable = true;
    str_copy(s->status, sizeof(s->status), "1 of 1 lines up");
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
    return s->base ? 0 : -1;
}

static int teardown(void **state)
{
    struct systemd *s = *state;
    event_base_free(s->base);
    if (s->fd >= 0)
        close(s->fd);
    if (s->path[0] == '/')
        unlink(s->path);
    free(s);
    return 0;
}

/* Listens there ('@' for the abstract space) and sets the environment. */
static void listen_at(struct systemd *s, const char *path, const char *watchdog_usec)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    size_t n = strlen(path);
    str_copy(s->path, sizeof(s->path), path);
    memcpy(a.sun_path, path, n);
    if (path[0] == '@')
        a.sun_path[0] = '\0';
    s->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    unlink(path);
    assert_int_equal(
        bind(s->fd, (struct sockaddr *)&a, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + (path[0] == '/'))),
        0);
    setenv("NOTIFY_SOCKET", path, 1);
    if (watchdog_usec)
        setenv("WATCHDOG_USEC", watchdog_usec, 1);
}

/* The loop turns for so long. */
static const char *hear(struct systemd *s, int ms)
{
    struct timeval tv = {.tv_usec = ms * 1000};
    char text[600];
    ssize_t n;
    struct sbuf b = sbuf_on(s->heard, sizeof(s->heard));
    event_base_loopexit(s->base, &tv);
    event_base_dispatch(s->base);
    while ((n = recv(s->fd, text, sizeof(text) - 1, 0)) > 0) {
        text[n] = '\0';
        sbuf_addf(&b, "[%s]", text);
    }
    return s->heard;
}

static int count(const char *text, const char *part)
{
    int n = 0;
    for (const char *p = text; (p = strstr(p, part)); p++)
        n++;
    return n;
}

static void without_a_socket_nothing_is_said(void **state)
{
    struct systemd *s = *state;
    struct notify_events ev = events(s);
    struct notify *n = notify_new(s->base, &ev);
    assert_non_null(n);
    notify_ready(n);
    notify_reloading(n);
    notify_stopping(n);
    assert_int_equal(s->asked, 0);
    notify_free(n);
    setenv("NOTIFY_SOCKET", "vsock:2:1234", 1); /* a kind of socket that is not ours */
    n = notify_new(s->base, &ev);
    assert_non_null(n);
    notify_ready(n);
    notify_free(n);
}

static void a_start_a_reload_and_a_stop_are_told(void **state)
{
    struct systemd *s = *state;
    struct notify_events ev = events(s);
    char path[100];
    snprintf(path, sizeof(path), "/tmp/tinbao-notify-%d", (int)getpid());
    listen_at(s, path, NULL);
    struct notify *n = notify_new(s->base, &ev);
    assert_null(getenv("NOTIFY_SOCKET")); /* no child may speak for the core */
    assert_string_equal(hear(s, 1), "");  /* not ready yet */
    notify_ready(n);
    const char *heard = hear(s, 1);
    assert_string_equal(heard, "[READY=1\n][STATUS=1 of 1 lines up\n]");
    notify_reloading(n);
    heard = hear(s, 1);
    assert_ptr_equal(strstr(heard, "[RELOADING=1\nMONOTONIC_USEC="), heard);
    assert_true(strtoll(strstr(heard, "USEC=") + 5, NULL, 10) > 0);
    str_copy(s->status, sizeof(s->status), "0 of 1 lines up");
    notify_ready(n);
    assert_string_equal(hear(s, 1), "[READY=1\n][STATUS=0 of 1 lines up\n]");
    notify_stopping(n);
    assert_ptr_equal(strstr(hear(s, 1), "[STOPPING=1\n"), s->heard);
    assert_int_equal(s->asked, 0); /* nobody watches */
    notify_free(n);
}

static void the_watchdog_is_fed_at_half_its_time_while_the_loop_turns(void **state)
{
    struct systemd *s = *state;
    struct notify_events ev = events(s);
    char name[100];
    snprintf(name, sizeof(name), "@tinbao-notify-%d", (int)getpid());
    listen_at(s, name, "100000");
    struct notify *n = notify_new(s->base, &ev);
    assert_null(getenv("WATCHDOG_USEC"));
    notify_ready(n);
    int fed = count(hear(s, 420), "WATCHDOG=1");
    assert_in_range(fed, 4, 10);
    assert_int_equal(count(s->heard, "STATUS="), 1); /* only when it has changed */
    assert_true(notify_watched(n));                  /* so the core needs no watchdog of its own */
    notify_free(n);
    assert_string_equal(hear(s, 150), "");
}

static void a_database_that_takes_nothing_starves_the_watchdog(void **state)
{
    struct systemd *s = *state;
    struct notify_events ev = events(s);
    char name[100];
    snprintf(name, sizeof(name), "@tinbao-notify-%d", (int)getpid());
    listen_at(s, name, "100000");
    struct notify *n = notify_new(s->base, &ev);
    s->writable = false;
    notify_ready(n);
    assert_int_equal(count(hear(s, 200), "WATCHDOG=1"), 0);
    assert_true(s->asked >= 2);
    s->writable = true;
    assert_true(count(hear(s, 200), "WATCHDOG=1") >= 1);
    notify_free(n);
}

static void a_watchdog_of_another_process_is_not_fed(void **state)
{
    struct systemd *s = *state;
    struct notify_events ev = events(s);
    char name[100];
    snprintf(name, sizeof(name), "@tinbao-notify-%d", (int)getpid());
    listen_at(s, name, "50000");
    setenv("WATCHDOG_PID", "1", 1);
    struct notify *n = notify_new(s->base, &ev);
    notify_ready(n);
    assert_int_equal(count(hear(s, 150), "WATCHDOG=1"), 0);
    assert_false(notify_watched(n));
    notify_free(n);
}

static void a_listener_that_is_gone_or_full_holds_nobody(void **state)
{
    struct systemd *s = *state;
    struct notify_events ev = events(s);
    char name[100];
    snprintf(name, sizeof(name), "@tinbao-notify-%d", (int)getpid());
    listen_at(s, name, NULL);
    struct notify *n = notify_new(s->base, &ev);
    int64_t from_ms = mono_ms();
    for (int i = 0; i < 5000; i++)
        notify_stopping(n); /* nobody reads */
    close(s->fd);
    s->fd = -1;
    notify_stopping(n);
    assert_true(mono_ms() - from_ms < 5000);
    notify_free(n);
}

int main(void)
{
    log_setup("test", (enum log_level)0, false);
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(without_a_socket_nothing_is_said),
        T(a_start_a_reload_and_a_stop_are_told),
        T(the_watchdog_is_fed_at_half_its_time_while_the_loop_turns),
        T(a_database_that_takes_nothing_starves_the_watchdog),
        T(a_watchdog_of_another_process_is_not_fed),
        T(a_listener_that_is_gone_or_full_holds_nobody),
    };
    return cmocka_run_group_tests_name("serve_notify", tests, NULL, NULL);
}
