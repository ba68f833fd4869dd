// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Octets of a client, whole, through a socket into the front's HTTP server, with a core behind it that answers
 * as the first octet says. Nothing but HTTP comes back, nothing of the secret, and nobody puts a session to the
 * core without it. 'C': the core's own packets to the front (their first octet
 * chooses, see overlay.h; 0xFA: many ask, 0xFB: who asked goes away, 0xFC: the front is alive).
 */
#include "tests/fuzz/must.h"
#include "tests/fuzz/overlay.h"

#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/front/calls.h"
#include "gateway/front/server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define SECRET "s3cret"
#define ASKERS 40

struct front {
    struct event_base *base;
    struct server *server;
    struct calls *calls;
    uint32_t port;
    int pair[2];
    bool ended;
    /* this input's */
    const uint8_t *data;
    size_t n;
    uint8_t how;
    void *who; /* who waits for an answer */
    enum front_kind kind;
    bool asked[ASKERS]; /* of the core's side: who waits */
};

static struct front_msg packet; /* 64 kB */

/* --- requests ------------------------------------------------------------------------------ */

static int on_ask(void *ctx, struct front_ask *ask, void *who)
{
    static struct front_msg m;
    struct front *f = ctx;
    front_msg_init(&m, FRONT_ASK);
    m.u.ask = *ask;
    must_hold(front_check(&m, front_size(&m)) == 0, "what is asked passes the check");
    must_hold(ask->kind != FRONT_SESSION || memmem(f->data, f->n, SECRET, sizeof(SECRET) - 1), "the secret was known");
    if (f->how & 1)
        return -EBUSY;
    f->who = who;
    f->kind = (enum front_kind)ask->kind;
    return 0;
}

static void on_forget(void *ctx, const void *who)
{
    struct front *f = ctx;
    must_hold(f->who == who, "only who waits is forgotten");
    f->who = NULL;
}

static void answer(struct front *f)
{
    void *who = f->who;
    struct front_answer *a = &packet.u.answer;
    if (!who)
        return;
    f->who = NULL;
    front_msg_init(&packet, FRONT_ANSWER);
    a->result = (f->how >> 1) % 4;
    a->len = (uint32_t)snprintf(a->text, sizeof(a->text), "%s", f->how & 8 ? "Ban bam 1, thôn Mạn Đê" : "");
    server_answer(f->server, who, f->kind, f->how & 16 ? NULL : a);
}

static int dial(struct front *f)
{
    struct sockaddr_in a = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)f->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    must_hold(fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0, "a connection");
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

static void turn(struct front *f)
{
    for (int i = 0; i < 4; i++) {
        event_base_loop(f->base, EVLOOP_NONBLOCK);
        answer(f);
    }
}

static void check_reply(int fd)
{
    char reply[8192];
    ssize_t n = recv(fd, reply, sizeof(reply) - 1, MSG_DONTWAIT);
    if (n <= 0)
        return;
    reply[n] = '\0';
    if (strncmp(reply, "HTTP/", 5) != 0)
        fprintf(stderr, "it said: %s\n", reply);
    must_hold(!strncmp(reply, "HTTP/", 5), "nothing but HTTP comes back");
    must_hold(!strstr(reply, SECRET), "the secret is not told");
}

/* In two pieces where the input has a 0xFF; the connection is reset at the end, so that none lingers. */
static void request(struct front *f, const uint8_t *data, size_t n)
{
    struct linger none = {.l_onoff = 1};
    const uint8_t *cut = memchr(data, 0xFF, n);
    size_t first = cut ? (size_t)(cut - data) : n;
    int fd = dial(f);
    f->data = data;
    f->n = n;
    if (send(fd, data, first, MSG_NOSIGNAL) == (ssize_t)first)
        turn(f);
    if (cut && send(fd, cut + 1, n - first - 1, MSG_NOSIGNAL) >= 0)
        turn(f);
    if (f->how & 32)
        shutdown(fd, SHUT_WR);
    turn(f);
    check_reply(fd);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
    close(fd);
    turn(f);
    must_hold(!f->who, "nobody waits behind a closed connection");
}

/* --- the core's packets ---------------------------------------------------------------------- */

static void on_answered(void *ctx, void *who, enum front_kind kind, const struct front_answer *a)
{
    struct front *f = ctx;
    bool *asked = who;
    must_hold(asked >= f->asked && asked < f->asked + ASKERS && *asked && kind == FRONT_SESSION,
              "who asked is answered");
    must_hold(!a || (strlen(a->text) == a->len && a->result <= FRONT_BUSY), "an answer is a text");
    *asked = false;
}

static void on_setup(void *ctx, const struct front_setup *s)
{
    (void)ctx;
    must_hold(memchr(s->secret, 0, sizeof(s->secret)) && memchr(s->busy, 0, sizeof(s->busy)), "texts end");
}

static void on_ended(void *ctx, int why)
{
    struct front *f = ctx;
    must_hold(why == -EPROTO || why == 0 || why == -EPIPE, "an end has a reason");
    f->ended = true;
}

static void good(struct front_msg *m, uint8_t which, uint64_t id)
{
    static const enum front_type types[] = {FRONT_ANSWER, FRONT_SETUP, FRONT_READY, FRONT_ASK, FRONT_ALIVE};
    front_msg_init(m, types[which % 5]);
    if (m->type == FRONT_ANSWER) {
        m->u.answer.id = id;
        m->u.answer.len = 5;
        memcpy(m->u.answer.text, "Ban b", 6);
    } else if (m->type == FRONT_SETUP) {
        memcpy(m->u.setup.listen, "127.0.0.1", 10);
        memcpy(m->u.setup.allow[0], "10.1.0.0/16", 12);
    } else if (m->type == FRONT_ASK) {
        m->u.ask.kind = FRONT_SESSION;
        memcpy(m->u.ask.phone, "+84912000001", 13);
    }
}

/* Those who ask, and perhaps go before they are answered. */
static void askers(struct front *f, struct front_ask *ask, uint8_t how)
{
    static struct front_msg alive;
    size_t most = how == 0xFA ? ASKERS : 1;
    if (how == 0xFB)
        for (size_t i = 0; i < ASKERS; i += 2) {
            if (f->asked[i])
                calls_forget(f->calls, &f->asked[i]);
            f->asked[i] = false;
        }
    if (how == 0xFC) {
        front_msg_init(&alive, FRONT_ALIVE);
        (void)calls_say(f->calls, &alive);
    }
    for (size_t i = 0; i < most; i++)
        if (!f->asked[i] && calls_ask(f->calls, ask, &f->asked[i]) == 0)
            f->asked[i] = true;
}

static void from_core(const uint8_t *data, size_t n)
{
    struct front f = {0};
    struct calls_events ev = {.ctx = &f, .answered = on_answered, .setup = on_setup, .ended = on_ended};
    struct front_ask ask = {.kind = FRONT_SESSION, .phone = "+84912000001", .text = "1*2"};
    int small = 1; /* the kernel's least: a few packets fill it */
    f.base = event_base_new();
    must_hold(f.base && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, f.pair) == 0, "a socket");
    setsockopt(f.pair[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
    f.calls = calls_new(f.base, f.pair[0], n & 1 ? 60000 : 0, &ev); /* 0: nobody waits */
    must_hold(f.calls != NULL, "memory");
    for (int i = 0; i < 24 && n && !f.ended; i++) {
        const uint8_t *p;
        size_t len = overlay_next(&data, &n, &p);
        askers(&f, &ask, len ? p[0] : 0);
        if (len == 0 || p[0] >= 0xFA) {
            event_base_loop(f.base, EVLOOP_NONBLOCK);
            continue;
        }
        good(&packet, p[0], ask.id);
        size_t size = overlay(&packet, front_size(&packet), sizeof(packet), p + 1, len - 1);
        bool fine = size && front_check(&packet, size) == 0;
        if (!size || send(f.pair[1], &packet, size, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)size)
            continue;
        event_base_loop(f.base, EVLOOP_NONBLOCK);
        must_hold(f.ended == (!fine || packet.type < FRONT_SETUP), "what is no packet ends it, and nothing else");
        while (front_get(f.pair[1], &packet) == 1)
            must_hold(packet.type < FRONT_SETUP, "the front says what a front may say");
    }
    calls_give_up(f.calls);
    for (size_t i = 0; i < ASKERS; i++)
        must_hold(!f.asked[i], "everybody was told");
    must_hold(calls_waiting(f.calls) == 0, "nobody waits");
    calls_free(f.calls);
    close(f.pair[0]);
    close(f.pair[1]);
    event_base_free(f.base);
}

static struct front *front_up(void)
{
    static struct front f;
    struct server_events ev = {.ctx = &f, .ask = on_ask, .forget = on_forget};
    struct front_setup s = {.listen = "127.0.0.1",
                            .ussd = 1,
                            .metrics = 1,
                            .secret = SECRET,
                            .allow = {"127.0.0.1"},
                            .busy = "Dang ban",
                            .too_long = "Qua dai"};
    struct front_ready ready;
    if (f.server)
        return &f;
    log_setup("fuzz", (enum log_level)0, false);
    f.base = event_base_new();
    f.server = server_new(f.base, &ev);
    must_hold(f.server != NULL, "a server");
    server_setup(f.server, &s, &ready);
    f.port = ready.port;
    must_hold(f.port != 0, "a port");
    return &f;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct front *f = front_up();
    if (n < 2)
        return 0;
    if (data[0] == 'C') {
        from_core(data + 1, n - 1);
        return 0;
    }
    f->how = data[0];
    request(f, data + 1, n - 1);
    return 0;
}
