// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The control socket's server (control.h has the protocol) and the few helpers its clients
 * share. Used by `tinbao modem` and by test programs that host a virtual modem. What can go
 * wrong: a client that sends no line end or never reads is dropped; a wrong line is answered
 * with "error".
 */
#include "gateway/line/control.h"

#include "gateway/base/err.h"
#include "gateway/base/str.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define CLIENT_BACKLOG_MAX (8u << 20)
#define ACCEPT_BACKLOG 16

struct client {
    struct client *next;
    struct control *control;
    struct bufferevent *bev;
    bool watching, gone;
};

struct control {
    struct event_base *base;
    struct air *air;
    int fd;
    char path[108];
    struct event *acceptable, *sweep;
    struct client *clients;
};

int control_default_path(const char *suffix, char *out, size_t size)
{
    const char *dir = getenv("XDG_RUNTIME_DIR");
    struct sbuf b = sbuf_on(out, size);
    sbuf_addf(&b, "%s/tinbao-modem%s", dir && *dir ? dir : ".", suffix);
    return sbuf_done(&b);
}

int control_escape(const char *text, bool spaces, char *out, size_t size)
{
    struct sbuf b = sbuf_on(out, size);
    for (; *text; text++) {
        if (*text == '\n')
            sbuf_add(&b, "\\n");
        else if (*text == '\\')
            sbuf_add(&b, "\\\\");
        else if (*text == ' ' && spaces)
            sbuf_add(&b, "\\s");
        else if (*text != '\r')
            sbuf_addc(&b, *text);
    }
    return sbuf_done(&b);
}

void control_unescape(char *text)
{
    char *to = text;
    for (; *text; text++) {
        if (*text == '\\' && text[1] && strchr("ns\\", text[1])) {
            text++;
            *to++ = *text == 'n' ? '\n' : *text == 's' ? ' ' : *text;
        } else {
            *to++ = *text;
        }
    }
    *to = '\0';
}

static int unix_address(const char *path, struct sockaddr_un *sa)
{
    *sa = (struct sockaddr_un){.sun_family = AF_UNIX};
    return str_copy(sa->sun_path, sizeof sa->sun_path, path);
}

int control_connect(const char *path)
{
    struct sockaddr_un sa;
    int rc = unix_address(path, &sa);
    if (rc)
        return rc;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    if (connect(fd, (struct sockaddr *)&sa, sizeof sa)) {
        rc = -errno;
        close(fd);
        return rc;
    }
    return fd;
}

static void tell(struct client *cl, const char *line)
{
    struct evbuffer *out = bufferevent_get_output(cl->bev);
    if (evbuffer_get_length(out) > CLIENT_BACKLOG_MAX) {
        cl->gone = true;
        event_active(cl->control->sweep, EV_TIMEOUT, 0);
        return;
    }
    evbuffer_add(out, line, strlen(line));
    evbuffer_add(out, "\n", 1);
}

static void tell_watchers(struct control *c, const char *what, const char *who, const char *text)
{
    char line[CONTROL_LINE_MAX], from[3 * ADDRESS_SIZE], body[3 * SMS_TEXT_MAX];
    struct sbuf b = sbuf_on(line, sizeof line);
    if (control_escape(who, true, from, sizeof from) || control_escape(text, false, body, sizeof body))
        return;
    sbuf_addf(&b, "%s %lld %s%s%s", what, (long long)air_now_ms(c->air), from, *body ? " " : "", body);
    for (struct client *cl = c->clients; cl; cl = cl->next)
        if (cl->watching && !cl->gone)
            tell(cl, line);
}

static void on_arrived(void *ctx, const struct air_sms *sms)
{
    struct control *c = ctx;
    tell_watchers(c, "arrived", sms->phone, sms->text);
    struct air_sms taken;
    air_take(c->air, sms->phone, &taken);
}

static int do_raw(struct air *a, const char *hex)
{
    uint8_t pdu[200];
    size_t n = strlen(hex);
    if (n == 0 || n % 2 || n / 2 > sizeof pdu || strspn(hex, "0123456789abcdefABCDEF") != n)
        return -EINVAL;
    for (size_t i = 0; i < n; i += 2) {
        char two[3] = {hex[i], hex[i + 1], '\0'};
        pdu[i / 2] = (uint8_t)strtoul(two, NULL, 16);
    }
    return air_raw(a, pdu, n / 2);
}

static int do_text(struct control *c, char *rest)
{
    char *text = strchr(rest, ' ');
    if (text)
        *text++ = '\0';
    else
        text = rest + strlen(rest);
    control_unescape(rest);
    control_unescape(text);
    int rc = air_text(c->air, rest, text);
    if (!rc)
        tell_watchers(c, "text", rest, text);
    return rc;
}

static int do_simple(struct control *c, const char *word, char *rest)
{
    int rc = -EINVAL;
    if (!strcmp(word, "call")) {
        control_unescape(rest);
        rc = air_ring(c->air, rest);
    } else if (!strcmp(word, "raw")) {
        return do_raw(c->air, rest);
    } else if (!strcmp(word, "fault")) {
        rc = air_fault_set(c->air, rest);
    } else if (*rest && (!strcmp(word, "unreachable") || !strcmp(word, "reachable"))) {
        return air_reachable(c->air, rest, word[0] == 'r');
    }
    if (!rc)
        tell_watchers(c, word, rest, "");
    return rc;
}

static void do_line(struct client *cl, char *line)
{
    struct control *c = cl->control;
    char *rest = strchr(line, ' '), answer[80];
    struct sbuf b = sbuf_on(answer, sizeof answer);
    int rc = 0;
    if (rest)
        *rest++ = '\0';
    else
        rest = line + strlen(line);
    sbuf_add(&b, "ok");
    if (!strcmp(line, "watch"))
        cl->watching = true;
    else if (!strcmp(line, "held"))
        sbuf_addf(&b, " %zu", air_held(c->air));
    else if (!strcmp(line, "text"))
        rc = do_text(c, rest);
    else
        rc = do_simple(c, line, rest);
    if (rc) {
        b = sbuf_on(answer, sizeof answer);
        sbuf_addf(&b, "error %s", strerror(-rc));
    }
    tell(cl, answer);
}

static void on_read(struct bufferevent *bev, void *arg)
{
    struct client *cl = arg;
    struct evbuffer *in = bufferevent_get_input(bev);
    char *line;
    while (!cl->gone && (line = evbuffer_readln(in, NULL, EVBUFFER_EOL_CRLF)) != NULL) {
        do_line(cl, line);
        free(line);
    }
    if (evbuffer_get_length(in) > CONTROL_LINE_MAX) {
        cl->gone = true;
        event_active(cl->control->sweep, EV_TIMEOUT, 0);
    }
}

static void client_free(struct client *cl)
{
    bufferevent_free(cl->bev);
    free(cl);
}

static void on_end(struct bufferevent *bev, short what, void *arg)
{
    (void)bev;
    (void)what;
    struct client *cl = arg;
    cl->gone = true;
    event_active(cl->control->sweep, EV_TIMEOUT, 0);
}

/* Clients are freed here only, never inside of their own call-backs. */
static void on_sweep(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct control *c = arg;
    for (struct client **at = &c->clients; *at;) {
        struct client *cl = *at;
        if (cl->gone) {
            *at = cl->next;
            client_free(cl);
        } else {
            at = &cl->next;
        }
    }
}

static void on_accept(evutil_socket_t fd, short what, void *arg)
{
    (void)what;
    struct control *c = arg;
    int got = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    struct client *cl = got < 0 ? NULL : calloc(1, sizeof *cl);
    struct bufferevent *bev = cl ? bufferevent_socket_new(c->base, got, BEV_OPT_CLOSE_ON_FREE) : NULL;
    if (!bev) {
        free(cl);
        if (got >= 0)
            close(got);
        return;
    }
    *cl = (struct client){.next = c->clients, .control = c, .bev = bev};
    c->clients = cl;
    bufferevent_setcb(bev, on_read, NULL, on_end, cl);
    bufferevent_enable(bev, EV_READ | EV_WRITE);
}

static int listen_at(const char *path)
{
    struct sockaddr_un sa;
    int rc = unix_address(path, &sa), other = control_connect(path);
    if (rc)
        return rc;
    if (other >= 0) {
        close(other);
        return -EADDRINUSE;
    }
    if (other == -ECONNREFUSED)
        unlink(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    mode_t old = umask(0177);
    rc = bind(fd, (struct sockaddr *)&sa, sizeof sa) || listen(fd, ACCEPT_BACKLOG) ? -errno : fd;
    umask(old);
    if (rc < 0)
        close(fd);
    return rc;
}

struct control *control_new(struct event_base *base, struct air *air, const char *path)
{
    struct control *c = calloc(1, sizeof *c);
    struct air_events ev = {.ctx = c, .arrived = on_arrived};
    if (!c)
        return NULL;
    c->base = base;
    c->air = air;
    int rc = c->fd = listen_at(path);
    if (rc < 0)
        goto fail;
    rc = str_copy(c->path, sizeof c->path, path);
    if (!rc)
        rc = air_listen(air, &ev);
    c->acceptable = event_new(base, c->fd, EV_READ | EV_PERSIST, on_accept, c);
    c->sweep = event_new(base, -1, 0, on_sweep, c);
    if (!rc && (!c->acceptable || !c->sweep || event_add(c->acceptable, NULL)))
        rc = -ENOMEM;
    if (!rc)
        return c;
fail:
    control_free(c);
    errno = -rc;
    return NULL;
}

void control_free(struct control *c)
{
    if (!c)
        return;
    air_unlisten(c->air, c);
    while (c->clients) {
        struct client *next = c->clients->next;
        client_free(c->clients);
        c->clients = next;
    }
    if (c->acceptable)
        event_free(c->acceptable);
    if (c->sweep)
        event_free(c->sweep);
    if (c->fd >= 0) {
        close(c->fd);
        if (c->path[0])
            unlink(c->path);
    }
    free(c);
}
