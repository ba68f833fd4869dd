// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who knocks at the core's named socket, and what it says there: a packet a step, its first octet chooses (0xF0 a guest
 * goes, 0xF1 a place is wanted, 0xF2 it is forgotten, 0xF3 its child ends; else what guest n says, see overlay.h). To
 * a place comes one child at a time, who called its name. 'K': a core of any kind answers a child that knocks.
 */
#include "tests/fuzz/must.h"
#include "tests/fuzz/overlay.h"

#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/serve/door.h"

#include <event2/event.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define GUESTS 20
#define PLACES 4
#define STEPS 40

struct place {
    struct wanted wanted;
    int fd; /* of the child that came, -1 none */
    bool wants;
};

struct house {
    struct event_base *base;
    struct door *door;
    char dir[32], path[64];
    int guests[GUESTS];
    struct place places[PLACES];
};

static void came(void *ctx, pid_t pid, int fd)
{
    struct place *p = ctx;
    must_hold(p->wants && p->fd < 0, "a child comes to a place that waits for it");
    must_hold(pid == getpid(), "who knocked is known");
    p->wants = false;
    p->fd = fd;
}

static bool taken(const void *ctx)
{
    const struct place *p = ctx;
    return p->fd >= 0;
}

static int dial(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof(a))) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static void turn(struct house *h)
{
    for (int i = 0; i < 3; i++)
        event_base_loop(h->base, EVLOOP_NONBLOCK);
}

static void close_guest(struct house *h, size_t i)
{
    if (h->guests[i] >= 0)
        close(h->guests[i]);
    h->guests[i] = -1;
}

static void call(struct house *h, size_t i, const uint8_t *data, size_t n)
{
    static const char *const names[] = {"gsm1", "gsm2", "", ""};
    static const enum knock_kind kinds[] = {KNOCK_LINE, KNOCK_LINE, KNOCK_COURIER, KNOCK_FRONT};
    struct knock_msg m;
    size_t which = n ? data[0] % PLACES : 0;
    if (h->guests[i] < 0)
        h->guests[i] = dial(h->path);
    knock_init(&m, KNOCK_CALL, kinds[which]);
    snprintf(m.name, sizeof(m.name), "%s", names[which]);
    size_t size = overlay(&m, sizeof(m), sizeof(m), n ? data + 1 : data, n ? n - 1 : 0);
    if (h->guests[i] >= 0 && size)
        (void)!send(h->guests[i], &m, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    turn(h);
    int got = h->guests[i] >= 0 ? (int)recv(h->guests[i], &m, sizeof(m), MSG_DONTWAIT) : -1;
    must_hold(got <= 0 || knock_check(&m, (size_t)got) == 0, "the door says what a door may say");
}

static void step(struct house *h, const uint8_t *data, size_t n)
{
    const struct origin *o = door_origin(h->door);
    size_t arg = n > 1 ? data[1] : 0;
    struct place *p = &h->places[arg % PLACES];
    if (data[0] == 0xF0) {
        close_guest(h, arg % GUESTS);
    } else if (data[0] == 0xF1) {
        if (!p->wants && p->fd < 0) {
            p->wants = true;
            must(o->want(o, &p->wanted) == 0);
        }
    } else if (data[0] == 0xF2) {
        o->forget(o, &p->wanted);
        p->wants = false;
    } else if (data[0] == 0xF3) {
        if (p->fd >= 0)
            close(p->fd);
        p->fd = -1;
    } else {
        call(h, data[0] % GUESTS, data + 1, n - 1);
    }
    turn(h);
}

static void build(struct house *h)
{
    static const char *const names[] = {"gsm1", "gsm2", "", ""};
    static const enum knock_kind kinds[] = {KNOCK_LINE, KNOCK_LINE, KNOCK_COURIER, KNOCK_FRONT};
    struct children_config cfg = {.line_user = "", .courier_user = "", .front_user = ""};
    snprintf(h->dir, sizeof(h->dir), "%s", "/tmp/tinbao-fuzz-XXXXXX");
    must(mkdtemp(h->dir) != NULL);
    snprintf(h->path, sizeof(h->path), "%s/children", h->dir);
    snprintf(cfg.socket, sizeof(cfg.socket), "%s", h->path);
    h->base = event_base_new();
    h->door = h->base ? door_new(h->base, &cfg) : NULL;
    must(h->door != NULL);
    for (int i = 0; i < GUESTS; i++)
        h->guests[i] = -1;
    for (int i = 0; i < PLACES; i++) {
        struct place *p = &h->places[i];
        *p = (struct place){.fd = -1};
        p->wanted = (struct wanted){.kind = kinds[i], .name = names[i], .ctx = p, .came = came, .taken = taken};
    }
}

static void tear_down(struct house *h)
{
    for (size_t i = 0; i < GUESTS; i++)
        close_guest(h, i);
    for (int i = 0; i < PLACES; i++)
        if (h->places[i].fd >= 0)
            close(h->places[i].fd);
    turn(h);
    door_free(h->door);
    event_base_free(h->base);
    rmdir(h->dir);
}

/* --- a child -------------------------------------------------------------------------------------- */

struct answer {
    int listener;
    const uint8_t *data;
    size_t n;
};

static void *open_door(void *ctx)
{
    const struct answer *a = ctx;
    struct knock_msg m;
    int fd = accept(a->listener, NULL, NULL);
    if (fd >= 0 && recv(fd, &m, sizeof(m), 0) > 0) {
        m.type = KNOCK_WELCOME;
        size_t size = overlay(&m, sizeof(m), sizeof(m), a->data, a->n);
        if (size)
            (void)!send(fd, &m, size, MSG_NOSIGNAL);
    }
    if (fd >= 0)
        close(fd);
    return NULL;
}

static void child(const uint8_t *data, size_t n)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    char dir[] = "/tmp/tinbao-fuzz-XXXXXX";
    struct answer answer = {.data = data, .n = n};
    pthread_t t;
    int fd = -1;
    must(mkdtemp(dir) != NULL);
    snprintf(a.sun_path, sizeof(a.sun_path), "%s/children", dir);
    answer.listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    must(bind(answer.listener, (struct sockaddr *)&a, sizeof(a)) == 0 && listen(answer.listener, 4) == 0);
    must(pthread_create(&t, NULL, open_door, &answer) == 0);
    int rc = knock(a.sun_path, KNOCK_LINE, "gsm1", 5000, &fd);
    pthread_join(t, NULL);
    must((rc == 0) == (fd >= 0) && rc <= 0);
    must(n >= 3 || rc == 0); /* a plain welcome */
    if (fd >= 0)
        close(fd);
    close(answer.listener);
    unlink(a.sun_path);
    rmdir(dir);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct house h;
    log_setup("fuzz", (enum log_level)0, false);
    if (n < 1)
        return 0;
    if (data[0] == 'K') {
        child(data + 1, n - 1);
        return 0;
    }
    build(&h);
    for (int i = 0; i < STEPS && n; i++) {
        const uint8_t *p;
        size_t len = overlay_next(&data, &n, &p);
        if (len)
            step(&h, p, len);
    }
    tear_down(&h);
    return 0;
}
