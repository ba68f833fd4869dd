// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * HTTP by evhttp: requests are judged, put to the core, answered. Called by the child's main and
 * the loop. Every answer closes its connection: one request, one time to live (conns.h). What
 * can go wrong: a client that lies, is slow, or leaves; a core that does not answer. Each has an
 * end within FRONT_LIFE_MS. The log says what was wrong with a request, never what it said: a
 * number could be in it.
 */
#include "gateway/front/server.h"

#include "gateway/base/clock.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/netaddr.h"
#include "gateway/base/str.h"
#include "gateway/base/utf.h"
#include "gateway/front/conns.h"
#include "gateway/front/count.h"
#include "gateway/front/form.h"
#include "gateway/front/guard.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define IDLE_S 10
#define FRONT_LIFE_MS (2 * 1000 * IDLE_S)
#define HEADERS_MAX 8192
#define BACKLOG 1024
#define SWEEP_MS 1000
#define SWEEP_FULL_MS 50
#define GRIPES_MAX 20 /* lines a minute in the log about bad requests */

struct visit { /* a request that waits for the core */
    struct server *of;
    struct evhttp_request *req;
    enum count_path path;
    int64_t since_us;
};

struct server {
    struct server_events ev;
    struct event_base *base;
    struct evhttp *http;
    struct evhttp_bound_socket *bound;
    struct conns *conns;
    struct event *sweep;
    struct front_setup setup;
    uint32_t port; /* 0: listens nowhere */
    struct count count;
    bool answering; /* what is being written is ours, not evhttp's own */
    int64_t gripe_from_ms;
    int gripes, gripes_lost;
    char text[FRONT_TEXT_SIZE];
};

static const struct {
    const char *path;
    enum count_path count;
    enum evhttp_cmd_type method;
    const char *allow;
} routes[] = {{"/ussd", COUNT_USSD, EVHTTP_REQ_POST, "POST"},
              {"/metrics", COUNT_METRICS, EVHTTP_REQ_GET, "GET"},
              {"/healthz", COUNT_HEALTH, EVHTTP_REQ_GET, "GET"}};

static const char *const path_names[COUNT_PATHS] = {"/ussd", "/metrics", "/healthz", "another path"};

/* --- the log --------------------------------------------------------------------------- */

/* Bounded: whoever sends nonsense must not fill the disk with lines about it. */
static void gripe(struct server *s, int status, enum count_path path, const char *peer, const char *why)
{
    int64_t now_ms = mono_ms();
    if (now_ms - s->gripe_from_ms >= 60000) {
        if (s->gripes_lost)
            log_warn("and %d more bad requests within a minute", s->gripes_lost);
        s->gripe_from_ms = now_ms;
        s->gripes = s->gripes_lost = 0;
    }
    if (s->gripes++ < GRIPES_MAX)
        log_warn("%d on %s from %s: %s", status, path_names[path], peer, why);
    else
        s->gripes_lost++;
}

/* --- answers --------------------------------------------------------------------------- */

static const char *reason(int status)
{
    switch (status) {
    case 200:
        return "OK";
    case 400:
        return "Bad Request";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    default:
        return "Service Unavailable";
    }
}

static void reply(struct server *s, struct evhttp_request *req, enum count_path path, int status, const char *type,
                  const char *text)
{
    struct evkeyvalq *h = evhttp_request_get_output_headers(req);
    struct evbuffer *body = evhttp_request_get_output_buffer(req);
    evhttp_add_header(h, "Content-Type", type);
    evhttp_add_header(h, "Cache-Control", "no-store");
    evhttp_add_header(h, "X-Content-Type-Options", "nosniff");
    evhttp_add_header(h, "Connection", "close");
    evbuffer_add(body, text, strlen(text));
    count_request(&s->count, path, status);
    s->answering = true;
    evhttp_send_reply(req, status, reason(status), NULL);
    s->answering = false;
}

#define PLAIN "text/plain; charset=utf-8"

static const char *peer_of(struct evhttp_request *req)
{
    char *peer = NULL;
    ev_uint16_t port = 0;
    struct evhttp_connection *evcon = evhttp_request_get_connection(req);
    if (evcon)
        evhttp_connection_get_peer(evcon, &peer, &port);
    return peer ? peer : "?";
}

static void refuse(struct server *s, struct evhttp_request *req, enum count_path path, int status, const char *why)
{
    gripe(s, status, path, peer_of(req), why);
    snprintf(s->text, sizeof(s->text), "%s\n", why);
    reply(s, req, path, status, PLAIN, s->text);
}

/* "CON text", cut at a character where 182 of them are full. */
static void reply_session(struct server *s, struct evhttp_request *req, bool goes_on, const char *text)
{
    struct sbuf b = sbuf_on(s->text, sizeof(s->text));
    size_t n = strlen(text), used = 0;
    sbuf_add(&b, goes_on ? "CON " : "END ");
    for (int i = 0; i < FRONT_SESSION_MAX && n; i++, text += used, n -= used) {
        utf8_next(text, n, &used);
        sbuf_addn(&b, text, used);
    }
    reply(s, req, COUNT_USSD, 200, PLAIN, s->text);
}

static void reply_metrics(struct server *s, struct evhttp_request *req, const struct front_answer *a)
{
    if (!a || a->result != FRONT_OK) {
        reply(s, req, COUNT_METRICS, 503, PLAIN, "the service does not answer\n");
        return;
    }
    struct sbuf b = sbuf_on(s->text, sizeof(s->text));
    sbuf_add(&b, a->text);
    count_print(&s->count, server_connections(s), &b);
    if (sbuf_done(&b))
        reply(s, req, COUNT_METRICS, 503, PLAIN, "there is more to say than fits\n");
    else
        reply(s, req, COUNT_METRICS, 200, "text/plain; version=0.0.4; charset=utf-8", s->text);
}

static void reply_health(struct server *s, struct evhttp_request *req, const struct front_answer *a)
{
    static const char silent[] = "{\"status\":\"fail\",\"output\":\"the service does not answer\"}\n";
    bool said = a && (a->result == FRONT_OK || a->result == FRONT_FAIL);
    reply(s, req, COUNT_HEALTH, said && a->result == FRONT_OK ? 200 : 503, "application/health+json",
          said ? a->text : silent);
}

void server_answer(struct server *s, void *who, enum front_kind kind, const struct front_answer *a)
{
    struct visit *v = who;
    struct evhttp_request *req = v->req;
    evhttp_connection_set_closecb(evhttp_request_get_connection(req), NULL, NULL);
    s->count.unanswered += !a;
    switch (kind) {
    case FRONT_SESSION:
        s->count.ussd_us += (uint64_t)(mono_us() - v->since_us);
        s->count.ussd_n++;
        if (a && (a->result == FRONT_OK || a->result == FRONT_END) && a->len)
            reply_session(s, req, a->result == FRONT_OK, a->text);
        else
            reply_session(s, req, false, s->setup.busy);
        break;
    case FRONT_METRICS:
        reply_metrics(s, req, a);
        break;
    case FRONT_HEALTH:
        reply_health(s, req, a);
        break;
    }
    free(v);
}

/* --- requests -------------------------------------------------------------------------- */

static void on_closed(struct evhttp_connection *evcon, void *arg)
{
    (void)evcon;
    struct visit *v = arg;
    v->of->ev.forget(v->of->ev.ctx, v);
    free(v);
}

static void put(struct server *s, struct evhttp_request *req, enum count_path path, struct front_ask *ask)
{
    struct visit *v = calloc(1, sizeof(*v));
    if (v) {
        *v = (struct visit){.of = s, .req = req, .path = path, .since_us = mono_us()};
        evhttp_connection_set_closecb(evhttp_request_get_connection(req), on_closed, v);
        if (s->ev.ask(s->ev.ctx, ask, v) == 0)
            return;
        evhttp_connection_set_closecb(evhttp_request_get_connection(req), NULL, NULL);
        free(v);
    }
    s->count.unanswered++;
    if (path == COUNT_USSD)
        reply_session(s, req, false, s->setup.busy);
    else
        reply(s, req, path, 503, PLAIN, "the service does not answer\n");
}

static bool knows_secret(const struct server *s, struct evhttp_request *req)
{
    struct evkeyvalq *h = evhttp_request_get_input_headers(req);
    const char *bearer = guard_bearer(evhttp_find_header(h, "Authorization"));
    const char *plain = evhttp_find_header(h, "X-Tinbao-Secret");
    return guard_secret(&s->setup, bearer ? bearer : plain);
}

static void on_ussd(struct server *s, struct evhttp_request *req)
{
    struct front_ask ask = {.kind = FRONT_SESSION};
    struct form f;
    const char *why;
    struct evbuffer *in = evhttp_request_get_input_buffer(req);
    size_t n = evbuffer_get_length(in);
    if (!knows_secret(s, req)) {
        refuse(s, req, COUNT_USSD, 403, "the secret is missing or wrong");
        return;
    }
    if (!form_type(evhttp_find_header(evhttp_request_get_input_headers(req), "Content-Type"))) {
        refuse(s, req, COUNT_USSD, 400, "the content type is not application/x-www-form-urlencoded");
        return;
    }
    const char *body = n ? (const char *)evbuffer_pullup(in, -1) : "";
    if (!body || form_read(body, n, &f, &why)) {
        refuse(s, req, COUNT_USSD, 400, body ? why : "out of memory");
        return;
    }
    if (f.too_long) {
        reply_session(s, req, false, s->setup.too_long);
        return;
    }
    str_copy(ask.phone, sizeof(ask.phone), f.phone);
    str_copy(ask.service_code, sizeof(ask.service_code), f.service_code);
    str_copy(ask.text, sizeof(ask.text), f.text);
    put(s, req, COUNT_USSD, &ask);
}

static void on_request(struct evhttp_request *req, void *arg)
{
    struct server *s = arg;
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
    const char *path = uri ? evhttp_uri_get_path(uri) : NULL;
    size_t i = 0;
    while (i < ARRAY_LEN(routes) && (!path || strcmp(routes[i].path, path) != 0))
        i++;
    enum count_path which = i < ARRAY_LEN(routes) ? routes[i].count : COUNT_OTHER;
    if (!guard_address(&s->setup, peer_of(req))) {
        refuse(s, req, which, 403, "this address is not on the allow list");
    } else if (which == COUNT_OTHER || (which == COUNT_USSD && !s->setup.ussd) ||
               (which == COUNT_METRICS && !s->setup.metrics)) {
        refuse(s, req, which, 404, "there is no such path");
    } else if (evhttp_request_get_command(req) != routes[i].method) {
        evhttp_add_header(evhttp_request_get_output_headers(req), "Allow", routes[i].allow);
        refuse(s, req, which, 405, "this method is not for this path");
    } else if (which == COUNT_USSD) {
        on_ussd(s, req);
    } else {
        struct front_ask ask = {.kind = which == COUNT_METRICS ? FRONT_METRICS : FRONT_HEALTH};
        put(s, req, which, &ask);
    }
}

/* --- connections ----------------------------------------------------------------------- */

static void plan_sweep(struct server *s)
{
    int ms = conns_full(s->conns) ? SWEEP_FULL_MS : SWEEP_MS;
    struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
    evtimer_add(s->sweep, &tv);
}

static void listen_on(struct server *s, bool on)
{
    struct evconnlistener *l = s->bound ? evhttp_bound_socket_get_listener(s->bound) : NULL;
    if (l && on)
        evconnlistener_enable(l);
    else if (l)
        evconnlistener_disable(l);
}

int server_connections(struct server *s)
{
    return conns_sweep(s->conns, mono_ms());
}

static void on_sweep(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct server *s = arg;
    int open = server_connections(s);
    listen_on(s, !conns_full(s->conns));
    if (open)
        plan_sweep(s);
}

/* What evhttp says by itself, to a request that it could not read: it tells nobody else. */
static void on_written(struct evbuffer *out, const struct evbuffer_cb_info *info, void *arg)
{
    struct server *s = arg;
    char head[13] = "";
    if (s->answering || info->orig_size || !info->n_added)
        return;
    if (evbuffer_copyout(out, head, sizeof(head) - 1) < 12 || strncmp(head, "HTTP/1.", 7) != 0)
        return;
    int status = atoi(head + 9);
    if (status >= 100 && status < 400)
        return; /* 100 Continue */
    count_request(&s->count, COUNT_OTHER, status);
    gripe(s, status, COUNT_OTHER, "a client", status == 413 ? "the body is too long" : "that is no HTTP request");
}

/* Called for each connection that was accepted. */
static struct bufferevent *on_accept(struct event_base *base, void *arg)
{
    struct server *s = arg;
    struct bufferevent *b = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
    if (b)
        evbuffer_add_cb(bufferevent_get_output(b), on_written, s);
    if (conns_opened(s->conns) && server_connections(s) && conns_full(s->conns)) {
        listen_on(s, false); /* the others wait in the kernel's queue */
        evtimer_del(s->sweep);
    }
    if (!evtimer_pending(s->sweep, NULL))
        plan_sweep(s);
    return b;
}

/* --- where it listens ------------------------------------------------------------------ */

static void unbind(struct server *s)
{
    if (s->bound) {
        conns_own(s->conns, evhttp_bound_socket_get_fd(s->bound), false);
        evhttp_del_accept_socket(s->http, s->bound);
    }
    s->bound = NULL;
    s->port = 0;
}

void server_close(struct server *s)
{
    unbind(s);
}

/* A socket that listens, or -errno. */
static int open_socket(const struct front_setup *p)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(p->port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(p->port)};
    bool is_v4 = inet_pton(AF_INET, p->listen, &v4.sin_addr) == 1;
    int on = 1, rc = 0;
    if (!is_v4 && inet_pton(AF_INET6, p->listen, &v6.sin6_addr) != 1)
        return -EINVAL;
    int fd = socket(is_v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
        (!is_v4 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on))) ||
        bind(fd, is_v4 ? (void *)&v4 : (void *)&v6, is_v4 ? sizeof(v4) : sizeof(v6)) || listen(fd, BACKLOG))
        rc = -errno;
    if (rc)
        close(fd);
    return rc ? rc : fd;
}

static uint32_t port_of(int fd)
{
    struct sockaddr_storage a;
    socklen_t n = sizeof(a);
    memset(&a, 0, sizeof(a));
    if (getsockname(fd, (struct sockaddr *)&a, &n))
        return 0;
    return ntohs(a.ss_family == AF_INET ? ((struct sockaddr_in *)(void *)&a)->sin_port
                                        : ((struct sockaddr_in6 *)(void *)&a)->sin6_port);
}

static int bind_to(struct server *s, const struct front_setup *p)
{
    int fd = open_socket(p);
    if (fd < 0)
        return fd;
    struct evconnlistener *l =
        evconnlistener_new(s->base, NULL, NULL, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
    if (!l) {
        close(fd);
        return -ENOMEM;
    }
    s->bound = evhttp_bind_listener(s->http, l);
    if (!s->bound) {
        evconnlistener_free(l);
        return -ENOMEM;
    }
    conns_own(s->conns, fd, true);
    s->port = port_of(fd);
    return 0;
}

void server_setup(struct server *s, const struct front_setup *setup, struct front_ready *ready)
{
    struct netaddr a;
    bool same = s->bound && s->setup.port == setup->port && !strcmp(s->setup.listen, setup->listen);
    int rc = 0;
    s->setup = *setup;
    memset(ready, 0, sizeof(*ready));
    if (netaddr_parse(setup->listen, &a) || (!netaddr_is_loopback(&a) && !setup->beyond)) {
        unbind(s);
        snprintf(ready->why, sizeof(ready->why), "%s is not this machine's own: refused", setup->listen);
        return;
    }
    if (!same) {
        unbind(s);
        rc = bind_to(s, setup);
    }
    if (rc)
        snprintf(ready->why, sizeof(ready->why), "%s port %u: %s", setup->listen, setup->port, strerror(-rc));
    ready->port = s->port;
}

/* --- making and ending ----------------------------------------------------------------- */

struct server *server_new(struct event_base *base, const struct server_events *ev)
{
    struct server *s = calloc(1, sizeof(*s));
    if (!s)
        return NULL;
    s->ev = *ev;
    s->base = base;
    s->gripe_from_ms = mono_ms();
    s->conns = conns_new(FRONT_CONNECTIONS_MAX, FRONT_LIFE_MS);
    s->http = evhttp_new(base);
    s->sweep = evtimer_new(base, on_sweep, s);
    if (!s->conns || !s->http || !s->sweep) {
        server_free(s);
        return NULL;
    }
    evhttp_set_gencb(s->http, on_request, s);
    evhttp_set_bevcb(s->http, on_accept, s);
    evhttp_set_timeout(s->http, IDLE_S);
    evhttp_set_max_headers_size(s->http, HEADERS_MAX);
    evhttp_set_max_body_size(s->http, FORM_BODY_MAX);
    evhttp_set_allowed_methods(s->http, 0xFFFF); /* on_request says 405 itself */
    return s;
}

void server_free(struct server *s)
{
    if (!s)
        return;
    if (s->http)
        evhttp_free(s->http);
    if (s->sweep)
        event_free(s->sweep);
    conns_free(s->conns);
    free(s);
}
