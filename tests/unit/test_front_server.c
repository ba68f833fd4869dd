// SPDX-License-Identifier: GPL-2.0-or-later
/* The front as a process, between a core that this test plays and clients of its own. */
#include "gateway/base/clock.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "gateway/front/front.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define WAIT_MS 300
#define LIMIT_MS 10000

enum manner { ANSWERS, SILENT, REFUSES };

struct rig {
    pid_t pid;
    int core, log; /* the core's end; what the front logs */
    uint32_t port;
    enum manner manner;
    int asks;
    struct front_ask last;
    struct front_msg m; /* 64 kB: not on a stack of a sanitizer */
    struct front_ready ready;
    char reply[8192];
    char logged[8192];
};

/* --- the core --------------------------------------------------------------------------- */

static void answer(struct rig *r, const struct front_ask *ask)
{
    uint64_t id = ask->id;
    if (r->manner == SILENT)
        return;
    front_msg_init(&r->m, FRONT_ANSWER);
    struct front_answer *a = &r->m.u.answer;
    a->id = id;
    if (r->last.kind == FRONT_SESSION) {
        a->result = !strcmp(r->last.text, "9") ? FRONT_END : FRONT_OK;
        a->len = (uint32_t)snprintf(a->text, sizeof(a->text), "Ban bam [%.40s]", r->last.text);
    } else {
        a->result = r->manner == REFUSES ? FRONT_FAIL : FRONT_OK;
        a->len = (uint32_t)snprintf(a->text, sizeof(a->text), "%s",
                                    r->last.kind == FRONT_METRICS ? "tinbao_up 1\n" : "{\"status\":\"x\"}\n");
    }
    if (r->manner == REFUSES && r->last.kind != FRONT_HEALTH) {
        a->result = FRONT_BUSY;
        a->len = 0;
    }
    assert_int_equal(front_put(r->core, &r->m), 0);
}

/* Deals with what the front says; true when there was something. */
static bool hear(struct rig *r)
{
    int rc = front_get(r->core, &r->m);
    if (rc != 1)
        return false;
    if (r->m.type == FRONT_READY) {
        r->ready = r->m.u.ready;
        r->port = r->ready.port;
    } else if (r->m.type == FRONT_ASK) {
        r->asks++;
        r->last = r->m.u.ask;
        answer(r, &r->last);
    }
    return true;
}

static void set_up(struct rig *r, const struct front_setup *s)
{
    front_msg_init(&r->m, FRONT_SETUP);
    r->m.u.setup = *s;
    r->port = 0;
    memset(&r->ready, 0, sizeof(r->ready));
    assert_int_equal(front_put(r->core, &r->m), 0);
    for (int64_t until_ms = mono_ms() + LIMIT_MS; mono_ms() < until_ms && !r->port && !r->ready.why[0];) {
        struct pollfd p = {.fd = r->core, .events = POLLIN};
        poll(&p, 1, 100);
        hear(r);
    }
}

static struct front_setup usual(void)
{
    struct front_setup s = {.listen = "127.0.0.1",
                            .ussd = 1,
                            .metrics = 1,
                            .secret = "s3cret",
                            .allow = {"127.0.0.1"},
                            .busy = "Dang ban",
                            .too_long = "Qua dai"};
    return s;
}

static int setup(void **state)
{
    struct rig *r = calloc(1, sizeof(*r));
    int pair[2], log[2];
    if (!r || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) || pipe2(log, O_CLOEXEC | O_NONBLOCK))
        return -1;
    r->pid = fork();
    if (r->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(pair[0]);
        dup2(log[1], STDERR_FILENO);
        signal(SIGPIPE, SIG_IGN);
        log_setup("front", LOG_INFO_, false);
        _exit(front_main(pair[1], WAIT_MS));
    }
    close(pair[1]);
    close(log[1]);
    r->core = pair[0];
    r->log = log[0];
    struct front_setup s = usual();
    set_up(r, &s);
    *state = r;
    return r->port ? 0 : -1;
}

/* The exit status; -1 when it had to be killed. */
static int ended(struct rig *r)
{
    int status = 0;
    for (int64_t until_ms = mono_ms() + LIMIT_MS; mono_ms() < until_ms; poll(NULL, 0, 5)) {
        if (waitpid(r->pid, &status, WNOHANG) == r->pid) {
            r->pid = 0;
            return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        }
    }
    return -1;
}

static int teardown(void **state)
{
    struct rig *r = *state;
    close(r->core);
    int status = r->pid > 0 ? ended(r) : 0;
    if (r->pid > 0)
        kill(r->pid, SIGKILL);
    close(r->log);
    free(r);
    return status;
}

static const char *logged(struct rig *r)
{
    size_t n = strlen(r->logged);
    ssize_t got = read(r->log, r->logged + n, sizeof(r->logged) - 1 - n);
    if (got > 0)
        r->logged[n + (size_t)got] = '\0';
    return r->logged;
}

/* --- clients ---------------------------------------------------------------------------- */

static int dial(const struct rig *r)
{
    struct sockaddr_in a = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)r->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof(a))) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* Everything until the front closes, the core answering meanwhile; the status. */
static int collect(struct rig *r, int fd)
{
    size_t n = 0;
    for (int64_t until_ms = mono_ms() + LIMIT_MS; mono_ms() < until_ms;) {
        struct pollfd p[2] = {{.fd = fd, .events = POLLIN}, {.fd = r->core, .events = POLLIN}};
        poll(p, 2, 100);
        if (p[1].revents)
            hear(r);
        if (!p[0].revents)
            continue;
        ssize_t got = read(fd, r->reply + n, sizeof(r->reply) - 1 - n);
        if (got <= 0)
            break;
        n += (size_t)got;
    }
    r->reply[n] = '\0';
    close(fd);
    int status = 0;
    return sscanf(r->reply, "HTTP/1.%*c %d", &status) == 1 ? status : -1;
}

static int request(struct rig *r, const char *text)
{
    int fd = dial(r);
    assert_true(fd >= 0);
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
    return collect(r, fd);
}

#define FORM "Content-Type: application/x-www-form-urlencoded\r\n"
#define SECRET "Authorization: Bearer s3cret\r\n"

static int post(struct rig *r, const char *headers, const char *body)
{
    char text[6000];
    snprintf(text, sizeof(text), "POST /ussd HTTP/1.1\r\nHost: x\r\n%sContent-Length: %zu\r\n\r\n%s", headers,
             strlen(body), body);
    return request(r, text);
}

#define DIALLED "sessionId=1&phoneNumber=%2B84912000001&serviceCode=*123%23&text="

static const char *body_of(const struct rig *r)
{
    const char *end = strstr(r->reply, "\r\n\r\n");
    return end ? end + 4 : "";
}

/* --- the tests -------------------------------------------------------------------------- */

static void a_session_goes_on_and_ends_as_the_core_says(void **state)
{
    struct rig *r = *state;
    assert_int_equal(post(r, FORM SECRET, DIALLED), 200);
    assert_string_equal(body_of(r), "CON Ban bam []");
    assert_string_equal(r->last.phone, "+84912000001");
    assert_string_equal(r->last.service_code, "*123#");
    assert_non_null(strstr(r->reply, "Content-Type: text/plain; charset=utf-8\r\n"));
    assert_non_null(strstr(r->reply, "Connection: close\r\n"));
    assert_int_equal(post(r, FORM "X-Tinbao-Secret: s3cret\r\n", DIALLED "1*2"), 200);
    assert_string_equal(body_of(r), "CON Ban bam [1*2]");
    assert_int_equal(post(r, FORM SECRET, DIALLED "9"), 200);
    assert_string_equal(body_of(r), "END Ban bam [9]");
}

static void a_malformed_request_gets_400_and_a_line_without_the_number(void **state)
{
    struct rig *r = *state;
    assert_int_equal(post(r, FORM SECRET, "sessionId=1&phoneNumber=%2B84912000001&text="), 400);
    assert_non_null(strstr(logged(r), "400 on /ussd from 127.0.0.1: no serviceCode"));
    assert_int_equal(post(r, FORM SECRET, "sessionId=1&phoneNumber=8491200000177777&serviceCode=*1%23&text="), 400);
    assert_int_equal(post(r, SECRET "Content-Type: application/json\r\n", "{}"), 400);
    assert_int_equal(request(r, "nonsense\r\n\r\n"), 400);
    assert_non_null(strstr(logged(r), "that is no HTTP request"));
    assert_null(strstr(logged(r), "912000001"));
    assert_null(strstr(logged(r), "84912"));
    assert_int_equal(r->asks, 0);
}

static void who_does_not_know_the_secret_is_refused(void **state)
{
    struct rig *r = *state;
    assert_int_equal(post(r, FORM, DIALLED), 403);
    assert_int_equal(post(r, FORM "Authorization: Bearer s3creT\r\n", DIALLED), 403);
    assert_int_equal(post(r, FORM "X-Tinbao-Secret: \r\n", DIALLED), 403);
    assert_non_null(strstr(logged(r), "403 on /ussd"));
    assert_null(strstr(logged(r), "s3cre"));
    assert_int_equal(r->asks, 0);
}

static void another_address_is_refused_everywhere(void **state)
{
    struct rig *r = *state;
    struct front_setup s = usual();
    str_copy(s.allow[0], sizeof(s.allow[0]), "127.0.0.2");
    set_up(r, &s);
    assert_int_equal(post(r, FORM SECRET, DIALLED), 403);
    assert_int_equal(request(r, "GET /metrics HTTP/1.0\r\n\r\n"), 403);
    assert_int_equal(request(r, "GET /healthz HTTP/1.0\r\n\r\n"), 403);
    assert_int_equal(r->asks, 0);
}

static void methods_and_paths_are_those_and_no_others(void **state)
{
    struct rig *r = *state;
    assert_int_equal(request(r, "GET /ussd HTTP/1.0\r\n\r\n"), 405);
    assert_non_null(strstr(r->reply, "Allow: POST\r\n"));
    assert_int_equal(request(r, "DELETE /ussd HTTP/1.0\r\n\r\n"), 405);
    assert_int_equal(request(r, "POST /metrics HTTP/1.0\r\nContent-Length: 0\r\n\r\n"), 405);
    assert_int_equal(request(r, "GET /etc/passwd HTTP/1.0\r\n\r\n"), 404);
    assert_int_equal(request(r, "GET /%75ssd HTTP/1.0\r\n\r\n"), 404);
    assert_int_equal(request(r, "GET //ussd HTTP/1.0\r\n\r\n"), 404);
    int status = request(r, "BREW /ussd HTTP/1.0\r\n\r\n");
    assert_true(status >= 400 || status == -1);
    assert_int_equal(r->asks, 0);
}

static void too_much_is_refused(void **state)
{
    struct rig *r = *state;
    char text[20000];
    struct sbuf b = sbuf_on(text, sizeof(text));
    sbuf_add(&b, "POST /ussd HTTP/1.1\r\n" SECRET FORM "Content-Length: 9999999999\r\n\r\n");
    assert_int_equal(request(r, text), 413);
    b = sbuf_on(text, sizeof(text));
    sbuf_add(&b, "GET /healthz HTTP/1.1\r\nX: ");
    while (b.len < 12000)
        sbuf_add(&b, "aaaaaaaaaaaaaaaa");
    sbuf_add(&b, "\r\n\r\n");
    int status = request(r, text);
    assert_true(status == 413 || status == 400 || status == -1);
    assert_int_equal(r->asks, 0);
    b = sbuf_on(text, sizeof(text));
    sbuf_add(&b, DIALLED);
    while (b.len < 700)
        sbuf_add(&b, "1*");
    assert_int_equal(post(r, FORM SECRET, text), 200);
    assert_string_equal(body_of(r), "END Qua dai");
    assert_int_equal(post(r, FORM SECRET, DIALLED), 200); /* and it goes on */
}

static void a_core_that_does_not_answer_holds_nobody(void **state)
{
    struct rig *r = *state;
    r->manner = SILENT;
    int64_t from_ms = mono_ms();
    assert_int_equal(post(r, FORM SECRET, DIALLED), 200);
    assert_string_equal(body_of(r), "END Dang ban");
    assert_int_equal(request(r, "GET /metrics HTTP/1.0\r\n\r\n"), 503);
    assert_int_equal(request(r, "GET /healthz HTTP/1.0\r\n\r\n"), 503);
    assert_non_null(strstr(body_of(r), "\"fail\""));
    assert_true(mono_ms() - from_ms < 3 * WAIT_MS + 3000);
    r->manner = REFUSES;
    assert_int_equal(post(r, FORM SECRET, DIALLED), 200);
    assert_string_equal(body_of(r), "END Dang ban");
    assert_int_equal(request(r, "GET /metrics HTTP/1.0\r\n\r\n"), 503);
    r->manner = ANSWERS;
    assert_int_equal(post(r, FORM SECRET, DIALLED), 200);
    assert_string_equal(body_of(r), "CON Ban bam []");
}

static void a_late_answer_is_nobody_elses(void **state)
{
    struct rig *r = *state;
    r->manner = SILENT;
    assert_int_equal(post(r, FORM SECRET, DIALLED "77"), 200);
    struct front_ask late = r->last;
    r->manner = ANSWERS;
    answer(r, &late);
    assert_int_equal(post(r, FORM SECRET, DIALLED "1"), 200);
    assert_string_equal(body_of(r), "CON Ban bam [1]");
}

static void metrics_and_health_say_what_the_core_says(void **state)
{
    struct rig *r = *state;
    assert_int_equal(request(r, "GET /metrics HTTP/1.0\r\n\r\n"), 200);
    assert_non_null(strstr(r->reply, "Content-Type: text/plain; version=0.0.4"));
    assert_non_null(strstr(body_of(r), "tinbao_up 1\n"));
    assert_non_null(strstr(body_of(r), "# TYPE tinbao_http_requests_total counter\n"));
    assert_int_equal(request(r, "GET /healthz HTTP/1.0\r\n\r\n"), 200);
    assert_non_null(strstr(r->reply, "Content-Type: application/health+json"));
    r->manner = REFUSES;
    assert_int_equal(request(r, "GET /healthz HTTP/1.0\r\n\r\n"), 503);
    assert_string_equal(body_of(r), "{\"status\":\"x\"}\n");
    struct front_setup s = usual();
    s.metrics = s.ussd = 0;
    set_up(r, &s);
    assert_int_equal(request(r, "GET /metrics HTTP/1.0\r\n\r\n"), 404);
    assert_int_equal(post(r, FORM SECRET, DIALLED), 404);
}

static void an_address_that_others_reach_is_refused_unless_meant(void **state)
{
    struct rig *r = *state;
    struct front_setup s = usual();
    str_copy(s.listen, sizeof(s.listen), "0.0.0.0");
    set_up(r, &s);
    assert_int_equal(r->port, 0);
    assert_non_null(strstr(r->ready.why, "refused"));
    s.beyond = 1;
    set_up(r, &s);
    assert_true(r->port > 0);
    assert_int_equal(post(r, FORM SECRET, DIALLED), 200);
}

static void an_address_in_use_is_said_and_tried_again_with_the_next_settings(void **state)
{
    struct rig *r = *state;
    struct front_setup s = usual();
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof(a);
    int taken = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(taken, (struct sockaddr *)&a, n), 0);
    assert_int_equal(listen(taken, 1), 0);
    assert_int_equal(getsockname(taken, (struct sockaddr *)&a, &n), 0);
    s.port = ntohs(a.sin_port);
    set_up(r, &s);
    assert_int_equal(r->port, 0);
    assert_non_null(strstr(r->ready.why, "in use"));
    close(taken);
    set_up(r, &s);
    assert_int_equal(r->port, s.port);
    assert_int_equal(post(r, FORM SECRET, DIALLED), 200);
}

static void clients_that_leave_and_come_by_the_hundred_are_served(void **state)
{
    struct rig *r = *state;
    static const char text[] = "POST /ussd HTTP/1.1\r\n" SECRET FORM "Content-Length: 70\r\n\r\n" DIALLED "123456";
    enum { MANY = 300 };
    int fds[MANY];
    for (int i = 0; i < MANY; i++) {
        fds[i] = dial(r);
        assert_true(fds[i] >= 0);
        assert_int_equal(send(fds[i], text, sizeof(text) - 1, MSG_NOSIGNAL), sizeof(text) - 1);
    }
    for (int i = 0; i < MANY; i += 3)
        close(fds[i]); /* these do not wait for it */
    for (int i = 0; i < MANY; i++)
        if (i % 3)
            assert_int_equal(collect(r, fds[i]), 200);
    assert_int_equal(post(r, FORM SECRET, DIALLED), 200);
    assert_string_equal(body_of(r), "CON Ban bam []");
}

static void when_the_core_goes_those_who_wait_are_told_and_it_ends(void **state)
{
    struct rig *r = *state;
    char text[600];
    snprintf(text, sizeof(text), "POST /ussd HTTP/1.1\r\n" SECRET FORM "Content-Length: %zu\r\n\r\n%s", strlen(DIALLED),
             DIALLED);
    r->manner = SILENT;
    int fd = dial(r);
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
    while (!r->asks)
        hear(r);
    shutdown(r->core, SHUT_RDWR);
    assert_int_equal(collect(r, fd), 200);
    assert_string_equal(body_of(r), "END Dang ban");
    assert_int_equal(ended(r), 0);
}

static void a_core_that_talks_nonsense_is_left(void **state)
{
    struct rig *r = *state;
    assert_int_equal(send(r->core, "hello", 5, MSG_NOSIGNAL), 5);
    assert_int_equal(ended(r), FRONT_EXIT_CORE);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_session_goes_on_and_ends_as_the_core_says),
        T(a_malformed_request_gets_400_and_a_line_without_the_number),
        T(who_does_not_know_the_secret_is_refused),
        T(another_address_is_refused_everywhere),
        T(methods_and_paths_are_those_and_no_others),
        T(too_much_is_refused),
        T(a_core_that_does_not_answer_holds_nobody),
        T(a_late_answer_is_nobody_elses),
        T(metrics_and_health_say_what_the_core_says),
        T(an_address_that_others_reach_is_refused_unless_meant),
        T(an_address_in_use_is_said_and_tried_again_with_the_next_settings),
        T(clients_that_leave_and_come_by_the_hundred_are_served),
        T(when_the_core_goes_those_who_wait_are_told_and_it_ends),
        T(a_core_that_talks_nonsense_is_left),
    };
    return cmocka_run_group_tests_name("front_server", tests, NULL, NULL);
}
