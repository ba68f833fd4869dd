// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The virtual modem's body: the AT engine on the master side of a pty, driven by libevent.
 * It keeps the slave side open itself, so that a client may come and go as with a serial
 * port. Unplugging closes both sides and takes the symlink away; plugging in makes a new
 * pty. Used by `tinbao modem`, `tinbao play --modem`, tests and benches. What can go wrong:
 * no pty or no right to make the link (vmodem_new says so); a client that never reads (its
 * output is dropped beyond a bound, as a serial port drops it).
 */
#include "gateway/line/vmodem.h"

#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define BACKLOG_MAX (16u << 20)
#define SLOW_MS 700
#define BOOT_MS 500
#define BROWN_ON_MS 3500 /* long enough to come up, too short to get far */
#define BROWN_OFF_MS 1200

struct vmodem {
    struct event_base *base;
    struct air *air;
    struct at_engine *at;
    int master, slave;                /* -1 while unplugged */
    char link[256], tty[64], was[64]; /* was: the tty before the last unplugging */
    struct event *readable, *writable, *later, *pump;
    struct evbuffer *out;
    bool held;    /* slow: what is in `out` waits for the timer */
    bool booting; /* power cycle: deaf for a moment */
    bool brown;   /* comes and goes until the fault ends */
    struct event *brown_timer;
};

static void on_readable(evutil_socket_t fd, short what, void *arg);
static void on_writable(evutil_socket_t fd, short what, void *arg);

static void write_out(struct vmodem *m)
{
    while (m->master >= 0 && !m->held && evbuffer_get_length(m->out) > 0) {
        int n = evbuffer_write(m->out, m->master);
        if (n <= 0) {
            event_add(m->writable, NULL);
            return;
        }
    }
}

static void on_put(void *ctx, const char *p, size_t n)
{
    struct vmodem *m = ctx;
    if (m->master < 0 || m->booting || evbuffer_get_length(m->out) + n > BACKLOG_MAX)
        return;
    evbuffer_add(m->out, p, n);
    if (air_fault_now(m->air, NULL) == FAULT_SLOW && !m->held) {
        struct timeval tv = {.tv_usec = SLOW_MS * 1000};
        m->held = true;
        event_add(m->later, &tv);
    }
    write_out(m);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
    (void)what;
    struct vmodem *m = arg;
    char buf[4096];
    ssize_t n = read(fd, buf, sizeof buf);
    if (n > 0 && !m->booting)
        at_input(m->at, buf, (size_t)n);
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    write_out(arg);
}

static void on_later(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct vmodem *m = arg;
    bool booted = m->booting;
    m->held = m->booting = false;
    if (booted)
        at_booted(m->at);
    write_out(m);
}

/* The service centre tries again, validity periods end. libgammu opens its port for itself alone
 * (TIOCEXCL); on a real port that ends when a dead line's descriptor closes, but here the slave
 * stays open, and nobody but root could ever open it again. */
static void on_pump(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct vmodem *m = arg;
    if (m->slave >= 0)
        (void)ioctl(m->slave, TIOCNXCL);
    air_pump(m->air);
}

static int make_link(const struct vmodem *m)
{
    char tmp[sizeof m->link + 8];
    struct sbuf b = sbuf_on(tmp, sizeof tmp);
    sbuf_addf(&b, "%s.new", m->link);
    unlink(tmp);
    if (!symlink(m->tty, tmp) && !rename(tmp, m->link))
        return 0;
    int rc = -errno;
    unlink(tmp);
    return rc;
}

/* Plugged in again a port has another number, as a USB modem that the kernel has not yet forgotten: the
 * lasting name is the link. */
static int open_other(struct vmodem *m)
{
    int master, slave;
    if (openpty(&m->master, &m->slave, NULL, NULL, NULL))
        return -errno;
    if (!m->was[0] || ttyname_r(m->slave, m->tty, sizeof m->tty) || strcmp(m->tty, m->was) != 0)
        return 0;
    master = m->master;
    slave = m->slave;
    int rc = openpty(&m->master, &m->slave, NULL, NULL, NULL) ? -errno : 0;
    close(master);
    close(slave);
    return rc;
}

static int plug(struct vmodem *m)
{
    struct termios tio;
    int rc = open_other(m);
    if (rc)
        return rc;
    rc = -EIO;
    if (ttyname_r(m->slave, m->tty, sizeof m->tty) || tcgetattr(m->slave, &tio))
        goto fail;
    cfmakeraw(&tio);
    if (tcsetattr(m->slave, TCSANOW, &tio) || evutil_make_socket_nonblocking(m->master) ||
        evutil_make_socket_closeonexec(m->master) || evutil_make_socket_closeonexec(m->slave))
        goto fail;
    m->readable = event_new(m->base, m->master, EV_READ | EV_PERSIST, on_readable, m);
    m->writable = event_new(m->base, m->master, EV_WRITE, on_writable, m);
    rc = -ENOMEM;
    if (!m->readable || !m->writable || event_add(m->readable, NULL))
        goto fail;
    rc = m->link[0] ? make_link(m) : 0;
    if (!rc)
        return 0;
fail:
    if (m->readable)
        event_free(m->readable);
    if (m->writable)
        event_free(m->writable);
    m->readable = m->writable = NULL;
    close(m->master);
    close(m->slave);
    m->master = m->slave = -1;
    return rc;
}

static void unplug(struct vmodem *m)
{
    if (m->master < 0)
        return;
    if (m->link[0])
        unlink(m->link);
    if (m->readable)
        event_free(m->readable);
    if (m->writable)
        event_free(m->writable);
    m->readable = m->writable = NULL;
    close(m->master);
    close(m->slave);
    m->master = m->slave = -1;
    memcpy(m->was, m->tty, sizeof m->was);
    m->tty[0] = '\0';
    m->held = m->booting = false;
    event_del(m->later);
    evbuffer_drain(m->out, evbuffer_get_length(m->out));
}

static void plug_again(struct vmodem *m)
{
    at_reset(m->at);
    int rc = plug(m);
    if (rc)
        log_err("virtual modem: cannot plug in again: %s", strerror(-rc));
}

static void boot(struct vmodem *m)
{
    struct timeval tv = {.tv_usec = BOOT_MS * 1000};
    evbuffer_drain(m->out, evbuffer_get_length(m->out));
    m->booting = true;
    event_add(m->later, &tv);
}

static void brown_later(struct vmodem *m, int ms)
{
    struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
    event_add(m->brown_timer, &tv);
}

/* Too little power: the kernel sees the modem go and come. */
static void on_brown(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct vmodem *m = arg;
    if (m->master >= 0) {
        unplug(m);
        at_reset(m->at);
        air_away(m->air, true);
        brown_later(m, BROWN_OFF_MS);
    } else {
        plug_again(m);
        boot(m);
        air_away(m->air, false);
        brown_later(m, BROWN_ON_MS);
    }
}

static void on_fault(void *ctx, enum air_fault f, int cms)
{
    (void)cms;
    struct vmodem *m = ctx;
    if (m->brown)
        event_del(m->brown_timer);
    m->brown = f == FAULT_BROWNOUT;
    if (f == FAULT_UNPLUG) {
        unplug(m);
        return;
    }
    if (m->master < 0)
        plug_again(m);
    if (f == FAULT_POWER_CYCLE)
        boot(m);
    air_away(m->air, false);
    if (m->brown)
        brown_later(m, 1);
}

struct vmodem *vmodem_new(struct event_base *base, struct air *air, const char *link)
{
    struct vmodem *m = calloc(1, sizeof *m);
    struct timeval second = {.tv_sec = 1};
    struct air_events ev = {.ctx = m, .fault = on_fault};
    int rc = -ENOMEM;
    if (!m)
        return NULL;
    m->base = base;
    m->air = air;
    m->master = m->slave = -1;
    m->out = evbuffer_new();
    m->later = evtimer_new(base, on_later, m);
    m->pump = event_new(base, -1, EV_PERSIST, on_pump, m);
    m->brown_timer = evtimer_new(base, on_brown, m);
    m->at = at_new(air, on_put, m);
    if (!m->out || !m->later || !m->pump || !m->brown_timer || !m->at)
        goto fail;
    rc = str_copy(m->link, sizeof m->link, link ? link : "");
    if (!rc)
        rc = air_listen(air, &ev);
    if (!rc)
        rc = plug(m);
    if (rc)
        goto fail;
    event_add(m->pump, &second);
    return m;
fail:
    vmodem_free(m);
    errno = -rc;
    return NULL;
}

void vmodem_free(struct vmodem *m)
{
    if (!m)
        return;
    air_unlisten(m->air, m);
    if (m->later && m->out)
        unplug(m);
    at_free(m->at);
    if (m->later)
        event_free(m->later);
    if (m->pump)
        event_free(m->pump);
    if (m->brown_timer)
        event_free(m->brown_timer);
    if (m->out)
        evbuffer_free(m->out);
    free(m);
}

const char *vmodem_path(const struct vmodem *m)
{
    return m->master < 0 ? "" : m->link[0] ? m->link : m->tty;
}

uint64_t vmodem_commands(const struct vmodem *m)
{
    return at_commands(m->at);
}

bool vmodem_quiet(const struct vmodem *m)
{
    int unread = 0;
    if (m->master < 0)
        return true;
    if (ioctl(m->master, FIONREAD, &unread) || unread > 0)
        return false;
    return at_quiet(m->at) && !m->held && !m->booting && evbuffer_get_length(m->out) == 0;
}

int vmodem_sim_pin(struct vmodem *m, const char *pin)
{
    return at_sim_pin(m->at, pin);
}

int vmodem_sim(struct vmodem *m, const char *iccid, const char *pin)
{
    int rc = at_sim(m->at, iccid, pin);
    if (rc)
        return rc;
    at_reset(m->at);
    if (m->master >= 0)
        boot(m);
    return 0;
}

int vmodem_pin_asked(const struct vmodem *m)
{
    return at_pin_asked(m->at);
}

void vmodem_tells_tries(struct vmodem *m, bool on)
{
    at_tells_tries(m->at, on);
}

void vmodem_store_reports(struct vmodem *m, bool on)
{
    at_store_reports(m->at, on);
}
