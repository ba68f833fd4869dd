// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is asked at the console, over the control socket, of a core with a desk behind it. The first octet 'A': an
 * answer as any program could give it to the client; 'M': more clients than it takes. Else it is what a client sends,
 * in pieces at each NUL. The answer is whole, begins with "ok" or "error: ", and holds no unmasked number.
 */
#include "tests/fuzz/must.h"
#include "tests/fuzz/world.h"

#include "gateway/serve/control.h"
#include "gateway/serve/requests.h"

#include <event2/event.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct console {
    struct world *world;
    struct works w;
    struct ctlsock *ctl;
    char dir[64];
    int fake; /* listens where the client looks */
    const uint8_t *answer;
    size_t answer_n;
};

/* --- the core -------------------------------------------------------------------------------- */

static int on_status(void *ctx, char *out, size_t size)
{
    (void)ctx;
    return snprintf(out, size, "{}\n") < 0 ? -EIO : 0;
}

static int on_reload(void *ctx)
{
    (void)ctx;
    return -EINVAL;
}

static void on_turn(void *ctx)
{
    (void)ctx;
}

static int on_request(void *ctx, const char *request, char *out, size_t size)
{
    struct console *c = ctx;
    struct requests r = {.w = &c->w, .ctx = c, .status = on_status, .reload = on_reload, .turn = on_turn};
    must_hold(size >= CONTROL_ANSWER_MAX && strlen(request) <= CONTROL_REQUEST_MAX, "the bounds of a request");
    snprintf(out, size, "a backup makes files and processes, which is not for here");
    if (!strncmp(request, "backup", 6))
        return -EINVAL;
    out[0] = '\0';
    int rc = requests_answer(&r, request, out, size);
    must_hold(memchr(out, 0, size) && (rc == 0 || out[0]), "what is refused is said why");
    must_hold(rc <= 0 && rc != -EIO, "no storage error");
    return rc;
}

/* --- a client --------------------------------------------------------------------------------- */

static int dial(const struct console *c)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    snprintf(a.sun_path, sizeof(a.sun_path), "%.60s/" CONTROL_SOCKET, c->dir);
    must_hold(fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0, "a connection");
    return fd;
}

static void ask(struct console *c, const uint8_t *data, size_t n)
{
    char got[CONTROL_ANSWER_MAX + 64];
    int fd = dial(c);
    while (n) {
        const uint8_t *cut = memchr(data, 0, n);
        size_t len = cut ? (size_t)(cut - data) : n;
        if (len && send(fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
            break;
        event_base_loop(c->w.base, EVLOOP_NONBLOCK);
        data += len + (cut != NULL);
        n -= len + (cut != NULL);
    }
    event_base_loop(c->w.base, EVLOOP_NONBLOCK);
    event_base_loop(c->w.base, EVLOOP_NONBLOCK);
    ssize_t len = recv(fd, got, sizeof(got) - 1, MSG_DONTWAIT);
    if (len > 0) {
        got[len] = '\0';
        must_hold(!strncmp(got, "ok\n", 3) || !strncmp(got, "error: ", 7), "an answer is ok or an error");
        must_hold(strlen(got) == (size_t)len, "an answer is a text");
    }
    close(fd);
    event_base_loop(c->w.base, EVLOOP_NONBLOCK);
}

static void crowd(struct console *c, const uint8_t *data, size_t n)
{
    int fds[12];
    for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
        fds[i] = dial(c);
        event_base_loop(c->w.base, EVLOOP_NONBLOCK);
    }
    for (size_t i = 0; i < n && i < ARRAY_LEN(fds); i++) /* who goes first */
        shutdown(fds[data[i] % ARRAY_LEN(fds)], SHUT_RDWR);
    event_base_loop(c->w.base, EVLOOP_NONBLOCK);
    for (size_t i = 0; i < ARRAY_LEN(fds); i++)
        close(fds[i]);
    event_base_loop(c->w.base, EVLOOP_NONBLOCK);
    ask(c, (const uint8_t *)"status\n", 7); /* it still answers */
}

/* --- an answer ---------------------------------------------------------------------------------- */

static void *give_answer(void *ctx)
{
    struct console *c = ctx;
    char line[CONTROL_REQUEST_MAX + 2];
    int fd = accept(c->fake, NULL, NULL);
    if (fd >= 0 && recv(fd, line, sizeof(line), 0) > 0)
        send(fd, c->answer, c->answer_n, MSG_NOSIGNAL);
    if (fd >= 0)
        close(fd);
    return NULL;
}

static int listen_there(const char *dir)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(a.sun_path, sizeof(a.sun_path), "%.60s/" CONTROL_SOCKET, dir);
    must_hold(fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0 && listen(fd, 4) == 0, "a socket");
    return fd;
}

static void read_answer(struct console *c, const uint8_t *data, size_t n)
{
    char dir[] = "/tmp/tinbao-fuzz-XXXXXX", out[256];
    pthread_t t;
    must_hold(mkdtemp(dir) != NULL, "a directory");
    c->fake = listen_there(dir);
    c->answer = data;
    c->answer_n = n;
    must_hold(pthread_create(&t, NULL, give_answer, c) == 0, "a thread");
    int rc = ctlsock_ask(dir, "status", out, sizeof(out));
    pthread_join(t, NULL);
    must_hold(rc <= 0 && (rc == -EMSGSIZE || memchr(out, 0, sizeof(out))), "an answer that fits, or an error");
    if (n >= 3 && n < sizeof(out) && !memcmp(data, "ok\n", 3) && !memchr(data, 0, n))
        must_hold(rc == 0 && strlen(out) == n - 3, "ok is ok");
    else if (n)
        must_hold(rc != 0 || n >= sizeof(out) || memchr(data, 0, n), "what is not ok is an error");
    close(c->fake);
    world_unlink(dir);
}

static struct console *console_up(void)
{
    static struct console c;
    struct ctlsock_events ev = {.ctx = &c, .request = on_request};
    if (c.world)
        return &c;
    c.world = world_new();
    c.w = (struct works){.db = c.world->db, .desk = c.world->desk, .cfg = c.world->cfg, .clock = c.world->clock};
    c.w.base = event_base_new();
    snprintf(c.dir, sizeof(c.dir), "%s", "/tmp/tinbao-fuzz-XXXXXX");
    must_hold(c.w.base && mkdtemp(c.dir), "a directory");
    c.ctl = ctlsock_new(c.w.base, c.dir, &ev);
    must_hold(c.ctl != NULL, "a control socket");
    return &c;
}

static void leave(void)
{
    ctlsock_free(console_up()->ctl);
    world_unlink(console_up()->dir);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static bool first = true;
    struct console *c = console_up();
    if (first)
        atexit(leave);
    first = false;
    if (n < 1)
        return 0;
    if (data[0] == 'A') {
        read_answer(c, data + 1, n - 1);
        return 0;
    }
    world_begin(c->world);
    if (data[0] == 'M')
        crowd(c, data + 1, n - 1);
    else
        ask(c, data, n);
    world_end(c->world);
    return 0;
}
