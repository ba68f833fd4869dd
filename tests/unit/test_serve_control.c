// SPDX-License-Identifier: GPL-2.0-or-later
/* The control socket: answers, bounds, and that nobody else may speak to it. */
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "gateway/serve/control.h"
#include "tests/unit/scratch.h"

#include <fcntl.h>
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

struct served {
    struct scratch *dir;
    pid_t pid;
};

static int answer(void *ctx, const char *request, char *out, size_t size)
{
    (void)ctx;
    if (!strcmp(request, "big")) {
        memset(out, 'x', size - 1);
        out[size - 1] = '\0';
        return 0;
    }
    if (!strncmp(request, "echo ", 5))
        return str_copy(out, size, request + 5);
    str_copy(out, size, "not that");
    return -EINVAL;
}

static void serve(const char *dir, int ready)
{
    struct event_base *base = event_base_new();
    struct ctlsock_events ev = {.request = answer};
    struct ctlsock *c = ctlsock_new(base, dir, &ev);
    if (c && write(ready, "1", 1) == 1)
        event_base_dispatch(base);
    _exit(1);
}

static int setup(void **state)
{
    struct served *s = calloc(1, sizeof(*s));
    void *dir = NULL;
    int ready[2];
    char one;
    if (!s || scratch_make(&dir) || pipe2(ready, O_CLOEXEC))
        return -1;
    s->dir = dir;
    *state = s;
    s->pid = fork();
    if (s->pid == 0)
        serve(s->dir->dir, ready[1]);
    int rc = read(ready[0], &one, 1) == 1 ? 0 : -1;
    close(ready[0]);
    close(ready[1]);
    return rc;
}

static int teardown(void **state)
{
    struct served *s = *state;
    void *dir = s->dir;
    kill(s->pid, SIGKILL);
    waitpid(s->pid, NULL, 0);
    free(s);
    return scratch_remove(&dir);
}

static int open_raw(const struct served *s)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(a.sun_path, sizeof(a.sun_path), "%s/" CONTROL_SOCKET, s->dir->dir);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
    return fd;
}

static void a_request_is_answered(void **state)
{
    struct served *s = *state;
    char out[CONTROL_ANSWER_MAX];
    assert_int_equal(ctlsock_ask(s->dir->dir, "echo *1#", out, sizeof(out)), 0);
    assert_string_equal(out, "*1#");
}

static void a_refusal_says_why(void **state)
{
    struct served *s = *state;
    char out[CONTROL_ANSWER_MAX];
    assert_int_equal(ctlsock_ask(s->dir->dir, "nonsense", out, sizeof(out)), -EINVAL);
    assert_non_null(strstr(out, "not that"));
}

static void the_longest_answer_comes_whole_or_is_refused(void **state)
{
    struct served *s = *state;
    char out[CONTROL_ANSWER_MAX + 16], small[100];
    assert_int_equal(ctlsock_ask(s->dir->dir, "big", out, sizeof(out)), 0);
    assert_int_equal(strlen(out), CONTROL_ANSWER_MAX - 1);
    assert_int_equal(ctlsock_ask(s->dir->dir, "big", small, sizeof(small)), -EMSGSIZE);
}

static void a_request_with_a_new_line_or_too_long_is_not_sent(void **state)
{
    struct served *s = *state;
    char out[100], longer[CONTROL_REQUEST_MAX + 50];
    memset(longer, 'a', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    assert_int_equal(ctlsock_ask(s->dir->dir, "echo a\nreload", out, sizeof(out)), -EMSGSIZE);
    assert_int_equal(ctlsock_ask(s->dir->dir, longer, out, sizeof(out)), -EMSGSIZE);
}

static void nobody_there_is_told_apart(void **state)
{
    struct served *s = *state;
    char out[100];
    assert_int_equal(ctlsock_ask("/nonexistent-directory", "status", out, sizeof(out)), -ENOENT);
    kill(s->pid, SIGKILL);
    waitpid(s->pid, NULL, 0);
    assert_int_equal(ctlsock_ask(s->dir->dir, "status", out, sizeof(out)), -ENOENT); /* a socket left behind */
}

static void only_the_owner_may_speak_to_it(void **state)
{
    struct served *s = *state;
    char path[200];
    struct stat st;
    snprintf(path, sizeof(path), "%s/" CONTROL_SOCKET, s->dir->dir);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void one_who_says_too_much_is_dropped(void **state)
{
    struct served *s = *state;
    char flood[4096], c;
    int fd = open_raw(s);
    memset(flood, 'a', sizeof(flood));
    (void)!send(fd, flood, sizeof(flood), MSG_NOSIGNAL);
    struct pollfd p = {.fd = fd, .events = POLLIN};
    assert_int_equal(poll(&p, 1, 3000), 1);
    assert_true(read(fd, &c, 1) <= 0);
    close(fd);
}

static void those_who_wait_in_silence_shut_nobody_out_for_long(void **state)
{
    struct served *s = *state;
    int fds[8];
    char out[100];
    for (int i = 0; i < 8; i++)
        fds[i] = open_raw(s);
    int rc = -1;
    for (int i = 0; i < 80 && rc != 0; i++) {
        rc = ctlsock_ask(s->dir->dir, "echo hello", out, sizeof(out));
        if (rc)
            poll(NULL, 0, 100);
    }
    assert_int_equal(rc, 0);
    for (int i = 0; i < 8; i++)
        close(fds[i]);
}

int main(void)
{
    log_setup("test", LOG_ERR_, false);
    signal(SIGPIPE, SIG_IGN);
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_request_is_answered),
        T(a_refusal_says_why),
        T(the_longest_answer_comes_whole_or_is_refused),
        T(a_request_with_a_new_line_or_too_long_is_not_sent),
        T(nobody_there_is_told_apart),
        T(only_the_owner_may_speak_to_it),
        T(one_who_says_too_much_is_dropped),
        T(those_who_wait_in_silence_shut_nobody_out_for_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
