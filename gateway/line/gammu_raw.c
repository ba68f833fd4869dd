// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Plain AT over a terminal, see gammu_raw.h. Called by the line child and the probe. What
 * can go wrong: a mute, noisy or vanished modem; every wait has an end.
 */
#include "gateway/line/gammu_raw.h"

#include "gateway/base/clock.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ANSWER_MAX_MS 20000 /* a whole answer, however lively the line is */

static speed_t speed_of(const char *connection)
{
    static const struct {
        long bauds;
        speed_t code;
    } table[] = {{9600, B9600},     {19200, B19200},   {38400, B38400},   {57600, B57600},
                 {115200, B115200}, {230400, B230400}, {460800, B460800}, {921600, B921600}};
    const char *digits = connection + strcspn(connection, "0123456789");
    long bauds = strtol(digits, NULL, 10);
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (table[i].bauds == bauds)
            return table[i].code;
    return B115200;
}

int raw_open(struct raw_port *p, const char *device, const char *connection)
{
    struct termios t;
    p->n = 0;
    p->skipping = p->echo = p->want_next = false;
    p->fd = open(device, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (p->fd < 0)
        return -errno;
    if (tcgetattr(p->fd, &p->old) != 0) {
        close(p->fd);
        p->fd = -1;
        return -ENOTTY;
    }
    t = p->old;
    cfmakeraw(&t);
    t.c_cflag |= CLOCAL | CREAD;
    cfsetispeed(&t, speed_of(connection));
    cfsetospeed(&t, speed_of(connection));
    if (tcsetattr(p->fd, TCSANOW, &t) != 0) {
        raw_close(p);
        return -ENOTTY;
    }
    return 0;
}

void raw_close(struct raw_port *p)
{
    if (p->fd < 0)
        return;
    (void)tcsetattr(p->fd, TCSANOW, &p->old);
    close(p->fd);
    p->fd = -1;
}

/* Reads what is there: octets, 0 none, -ENODEV. */
static int fill(struct raw_port *p)
{
    if (p->n == sizeof p->in) { /* longer than any line we know: skipped to its end */
        p->n = 0;
        p->skipping = true;
    }
    ssize_t got = read(p->fd, p->in + p->n, sizeof p->in - p->n);
    if (got < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -ENODEV;
    if (got == 0)
        return -ENODEV;
    p->n += (size_t)got;
    return (int)got;
}

/* Takes one line that is not empty out of the buffer: 1, or 0 when none is complete. */
static int take_line(struct raw_port *p, char *line, size_t size)
{
    for (;;) {
        size_t end = 0;
        while (end < p->n && p->in[end] != '\r' && p->in[end] != '\n')
            end++;
        if (end == p->n)
            return 0;
        size_t len = end < size ? end : size - 1;
        memcpy(line, p->in, len);
        line[len] = '\0';
        memmove(p->in, p->in + end + 1, p->n - end - 1);
        p->n -= end + 1;
        bool skipped = p->skipping;
        p->skipping = false;
        if (len > 0 && !skipped)
            return 1;
    }
}

/* 1 readable, 0 time is up, -ENODEV. */
static int wait_readable(struct raw_port *p, int timeout_ms)
{
    struct pollfd f = {.fd = p->fd, .events = POLLIN};
    int rc = poll(&f, 1, timeout_ms);
    if (rc < 0)
        return errno == EINTR ? 0 : -ENODEV;
    if (rc > 0 && !(f.revents & POLLIN))
        return -ENODEV; /* hung up */
    return rc;
}

static int next_line(struct raw_port *p, int timeout_ms, char *line, size_t size)
{
    int64_t until = mono_ms() + timeout_ms;
    for (;;) {
        if (take_line(p, line, size))
            return 1;
        int64_t left = until - mono_ms();
        if (left < 0)
            return 0;
        int rc = wait_readable(p, (int)left);
        if (rc < 0)
            return rc;
        rc = fill(p);
        if (rc < 0)
            return rc;
    }
}

static void hand_unsolicited(struct raw_port *p, const char *line)
{
    p->want_next = p->unsolicited && p->unsolicited(p->ctx, line);
}

int raw_drain(struct raw_port *p, int wait_ms)
{
    char line[RAW_LINE_MAX];
    int64_t until = mono_ms() + wait_ms;
    for (;;) {
        int rc = fill(p);
        if (rc < 0)
            return rc;
        while (take_line(p, line, sizeof line))
            hand_unsolicited(p, line);
        if (rc > 0)
            continue;
        if ((p->n == 0 && !p->want_next) || mono_ms() >= until)
            return 0;
        rc = wait_readable(p, (int)(until - mono_ms()));
        if (rc < 0)
            return rc;
    }
}

static bool is_unsolicited(const char *line)
{
    static const char *const known[] = {"+CMTI:", "+CMT:",  "+CDS:",  "+CDSI:",     "+CBM:",     "RING",   "+CRING",
                                        "+CLIP:", "+CCWA:", "+CUSD:", "NO CARRIER", "NO ANSWER", "+CIEV:", "^"};
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (strncmp(line, known[i], strlen(known[i])) == 0)
            return true;
    return false;
}

/* 1 not the last line, else the result of the command. */
static int final_result(const char *line, int *code)
{
    *code = -1;
    if (!strcmp(line, "OK"))
        return 0;
    if (!strcmp(line, "ERROR"))
        return -EIO;
    if (strncmp(line, "+CMS ERROR:", 11) != 0 && strncmp(line, "+CME ERROR:", 11) != 0)
        return 1;
    *code = (int)strtol(line + 11, NULL, 10);
    return -EIO;
}

static int write_all(struct raw_port *p, const char *s, size_t n)
{
    int64_t until = mono_ms() + 1000;
    while (n > 0) {
        ssize_t put = write(p->fd, s, n);
        if (put < 0 && errno != EAGAIN && errno != EINTR)
            return -ENODEV;
        if (put > 0) {
            s += put;
            n -= (size_t)put;
            continue;
        }
        struct pollfd f = {.fd = p->fd, .events = POLLOUT};
        if (mono_ms() >= until)
            return -ETIMEDOUT;
        (void)poll(&f, 1, 100);
    }
    return 0;
}

int raw_command(struct raw_port *p, const char *command, int quiet_ms, void (*on_line)(void *ctx, const char *line),
                void *ctx, int *code)
{
    char line[RAW_LINE_MAX], text[128];
    int dummy, rc;
    struct sbuf b = sbuf_on(text, sizeof text);
    sbuf_add(&b, command);
    sbuf_addc(&b, '\r');
    if (sbuf_done(&b))
        return -EMSGSIZE;
    rc = raw_drain(p, 30);
    if (!rc)
        rc = write_all(p, text, b.len);
    if (rc)
        return rc;
    p->echo = false;
    int64_t until = mono_ms() + ANSWER_MAX_MS;
    for (;;) {
        if (mono_ms() > until)
            return -ETIMEDOUT;
        rc = next_line(p, quiet_ms, line, sizeof line);
        if (rc <= 0)
            return rc ? rc : -ETIMEDOUT;
        rc = final_result(line, code ? code : &dummy);
        if (rc <= 0)
            return rc;
        if (!strcmp(line, command))
            p->echo = true;
        else if (p->want_next || is_unsolicited(line))
            hand_unsolicited(p, line);
        else if (on_line)
            on_line(ctx, line);
    }
}

int raw_wake(struct raw_port *p)
{
    int rc = write_all(p, "\x1b\r", 2); /* leaves a prompt that a killed process left open */
    for (int i = 0; i < 3 && !rc; i++) {
        rc = raw_command(p, "ATE1", 1500, NULL, NULL, NULL);
        if (rc == 0 || rc == -ENODEV)
            break;
        rc = i == 2 ? rc : 0;
    }
    if (!rc)
        rc = raw_command(p, "AT", 1500, NULL, NULL, NULL);
    return rc == -EIO ? 0 : rc;
}
