// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The bell. Called by core.c, which only makes it. What can go wrong: the terminal is not there or
 * may not be written, which is said once; it never blocks.
 */
#include "gateway/serve/bell.h"

#include "gateway/base/civil.h"
#include "gateway/base/clock.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "gateway/serve/timer.h"
#include "store/delivery.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOOK_MS 10000
#define RING_EVERY_MS 60000

struct bell {
    struct works *w;
    struct event *timer;
    int64_t rung_ms; /* mono_ms */
    bool complained;
};

static int list(void *ctx, const struct trouble *t)
{
    struct civil c = civil_from_ms(t->since_ms);
    if (t->told_ms)
        sbuf_addf(ctx, "\a*** tinbao: %s (tu %02d:%02d %d/%d) ***\r\n", t->text, c.hour, c.minute, c.day, c.month);
    return 0;
}

static void ring(struct bell *b, const char *text, size_t n)
{
    const char *path = b->w->cfg->courier.bell;
    if (isatty(STDERR_FILENO) && write(STDERR_FILENO, text, n) < 0)
        return; /* nobody sits there any more */
    if (!path[0])
        return;
    int fd = open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    bool rang = fd >= 0 && isatty(fd) && write(fd, text, n) == (ssize_t)n;
    if (!rang && !b->complained)
        log_warn("bell %s: %s", path, fd < 0 ? strerror(errno) : "is no terminal, or takes nothing");
    b->complained = !rang;
    if (fd >= 0)
        close(fd);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct bell *b = arg;
    char text[1024];
    struct sbuf s = sbuf_on(text, sizeof(text));
    timer_arm(b->timer, LOOK_MS);
    if (trouble_each(b->w->db, list, &s) || s.len == 0) {
        b->rung_ms = 0;
        return;
    }
    if (b->rung_ms && mono_ms() - b->rung_ms < RING_EVERY_MS)
        return;
    b->rung_ms = mono_ms();
    ring(b, text, s.len);
}

struct bell *bell_new(struct works *w)
{
    struct bell *b = calloc(1, sizeof(*b));
    if (!b)
        return NULL;
    b->w = w;
    b->timer = evtimer_new(w->base, on_timer, b);
    if (!b->timer) {
        free(b);
        return NULL;
    }
    if (!w->manual)
        timer_arm(b->timer, LOOK_MS);
    return b;
}

void bell_free(struct bell *b)
{
    if (!b)
        return;
    event_free(b->timer);
    free(b);
}
