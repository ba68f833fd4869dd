// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The courier: takes jobs from the core, lets libcurl do them side by side, says what became of
 * each. Called by `tinbao courier`. It never blocks: names are resolved in the library's own
 * thread. What can go wrong: the library does not start (exit 1), the core's packets make no
 * sense (exit 5); anything else is the result of one job.
 */
#include "gateway/courier/errand.h"

#include "gateway/base/clock.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/mask.h"
#include "gateway/base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define CONNECT_MS 10000L
#define TURN_MS 1000
#define RESOLVER "/etc/resolv.conf"

struct courier {
    struct curl_api curl;
    int fd;
    CURLM *multi;
    struct errand *errands[COURIER_WINDOW];
    int64_t said_ms, closed_ms; /* mono_ms; closed 0 = the core is there */
    int status;                 /* of the process, once it is to end */
    bool end;
    struct stat resolver;  /* /etc/resolv.conf as it was at the start, or zeros */
    struct courier_msg in; /* too large for the stack */
};

/* --- options that every transfer has ------------------------------------------------------ */

/* The answer is looked at as far as it is kept, and cut off when it is long. */
static size_t take_answer(char *p, size_t size, size_t n, void *arg)
{
    struct errand *e = arg;
    size_t len = size * n, room = ANSWER_KEPT - e->answer_len, part = len < room ? len : room;
    memcpy(e->answer + e->answer_len, p, part);
    e->answer_len += part;
    e->answer_all += len;
    return e->answer_all > ANSWER_MAX ? 0 : len;
}

/* A proxy of the environment is for the world outside. */
static bool is_loopback(const char *url)
{
    const char *host = strstr(url, "://");
    if (!host)
        return false;
    host += 3;
    return !strncmp(host, "127.", 4) || !strncmp(host, "localhost", 9) || !strncmp(host, "[::1]", 5);
}

static CURLcode set_safety(struct errand *e, const char *url, const char *protocols, const char *ca_file)
{
    CURL *h = e->easy;
    CURLcode c = e->curl->easy_setopt(h, CURLOPT_URL, url);
    if (!c)
        c = e->curl->easy_setopt(h, CURLOPT_PROTOCOLS_STR, protocols);
    if (!c)
        c = e->curl->easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
    if (!c)
        c = e->curl->easy_setopt(h, CURLOPT_SSL_VERIFYPEER, 1L);
    if (!c)
        c = e->curl->easy_setopt(h, CURLOPT_SSL_VERIFYHOST, 2L);
    if (!c)
        c = e->curl->easy_setopt(h, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (!c && ca_file[0])
        c = e->curl->easy_setopt(h, CURLOPT_CAINFO, ca_file);
    if (!c && is_loopback(url))
        c = e->curl->easy_setopt(h, CURLOPT_PROXY, "");
    return c;
}

int errand_options(struct errand *e, const char *url, const char *protocols, const char *ca_file, uint32_t timeout_ms)
{
    CURL *h = e->easy;
    long all_ms = (long)timeout_ms;
    CURLcode c = set_safety(e, url, protocols, ca_file);
    if (!c)
        c = e->curl->easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
    if (!c)
        c = e->curl->easy_setopt(h, CURLOPT_TIMEOUT_MS, all_ms);
    if (!c)
        c = e->curl->easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS, all_ms < CONNECT_MS ? all_ms : CONNECT_MS);
    if (!c)
        c = e->curl->easy_setopt(h, CURLOPT_ERRORBUFFER, e->error);
    if (!c)
        c = e->curl->easy_setopt(h, CURLOPT_WRITEFUNCTION, take_answer);
    if (!c)
        c = e->curl->easy_setopt(h, CURLOPT_WRITEDATA, e);
    if (!c)
        c = e->curl->easy_setopt(h, CURLOPT_USERAGENT, "tinbao");
    if (!c)
        c = e->curl->easy_setopt(h, CURLOPT_PRIVATE, e);
    return c == CURLE_OUT_OF_MEMORY ? -ENOMEM : c ? -EINVAL : 0;
}

/* --- one job ------------------------------------------------------------------------------ */

static void errand_free(struct courier *c, int i)
{
    struct errand *e = c->errands[i];
    if (!e)
        return;
    c->errands[i] = NULL;
    if (e->easy) {
        c->curl.multi_remove_handle(c->multi, e->easy);
        c->curl.easy_cleanup(e->easy);
    }
    c->curl.slist_free_all(e->list);
    if (e->text)
        explicit_bzero(e->text, e->text_len);
    free(e->text);
    explicit_bzero(e, sizeof(*e));
    free(e);
}

static void say(struct courier *c, const struct courier_msg *m)
{
    ssize_t n;
    do
        n = send(c->fd, m, courier_size(m->type), MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    if (n < 0) /* the core is gone: nobody waits for anything */
        c->end = true;
    c->said_ms = mono_ms();
}

/* No secret, no number, no line break in what is logged and kept. */
static void clean_why(char *why)
{
    for (char *p = why; *p; p++)
        if ((unsigned char)*p < 0x20 || (unsigned char)*p >= 0x7F)
            *p = '?';
    mask_numbers(why);
}

static void say_result(struct courier *c, struct courier_result *r)
{
    struct courier_msg m;
    courier_msg_init(&m, COURIER_RESULT);
    clean_why(r->why);
    m.u.result = *r;
    say(c, &m);
}

static uint64_t id_of(const struct courier_msg *m)
{
    return m->type == COURIER_HTTP ? m->u.http.id : m->u.mail.id;
}

static void refuse(struct courier *c, const char *why)
{
    struct courier_result r = {.id = id_of(&c->in), .outcome = COURIER_FAILED};
    snprintf(r.why, sizeof(r.why), "%s", why);
    say_result(c, &r);
}

static void start_job(struct courier *c)
{
    int i = 0;
    while (i < COURIER_WINDOW && c->errands[i])
        i++;
    struct errand *e = i < COURIER_WINDOW ? calloc(1, sizeof(*e)) : NULL;
    if (!e) {
        refuse(c, i < COURIER_WINDOW ? "out of memory" : "more jobs than it takes at a time");
        return;
    }
    c->errands[i] = e;
    e->curl = &c->curl;
    memcpy(&e->job, &c->in, courier_size(c->in.type));
    e->easy = c->curl.easy_init();
    int rc = !e->easy ? -ENOMEM : c->in.type == COURIER_HTTP ? http_options(e) : mail_options(e);
    if (!rc && c->curl.multi_add_handle(c->multi, e->easy) != CURLM_OK)
        rc = -ENOMEM;
    if (rc) {
        refuse(c, rc == -ENOMEM ? "out of memory" : "the library does not take its address or a header");
        errand_free(c, i);
    }
}

/* A file that replaced the one of the start is not opened any more (gateway/confine): a new process is needed. */
static bool resolver_changed(const struct courier *c)
{
    struct stat st = {0};
    (void)stat(RESOLVER, &st);
    return st.st_ino != c->resolver.st_ino || st.st_dev != c->resolver.st_dev;
}

static void end_job(struct courier *c, int i, CURLcode rc)
{
    struct errand *e = c->errands[i];
    struct courier_result r = {.id = id_of(&e->job)};
    long status = 0;
    curl_off_t retry_after = 0;
    c->curl.easy_getinfo(e->easy, CURLINFO_RESPONSE_CODE, &status);
    c->curl.easy_getinfo(e->easy, CURLINFO_RETRY_AFTER, &retry_after);
    if (e->job.type == COURIER_HTTP)
        http_judge(e, rc, status, &r);
    else
        mail_judge(e, rc, status, &r);
    r.status = (int32_t)status;
    r.retry_after_s = retry_after > 0 && retry_after < 86400 ? (uint32_t)retry_after : 0;
    errand_free(c, i);
    say_result(c, &r);
    if (rc == CURLE_COULDNT_RESOLVE_HOST && resolver_changed(c)) {
        log_note(RESOLVER " is another one by now: starts again");
        c->end = true;
    }
}

static void end_jobs(struct courier *c)
{
    CURLMsg *m;
    int left;
    while ((m = c->curl.multi_info_read(c->multi, &left))) {
        if (m->msg != CURLMSG_DONE)
            continue;
        int i = 0;
        while (i < COURIER_WINDOW && (!c->errands[i] || c->errands[i]->easy != m->easy_handle))
            i++;
        if (i < COURIER_WINDOW)
            end_job(c, i, m->data.result);
    }
}

/* --- the core's words --------------------------------------------------------------------- */

static bool any_job(const struct courier *c)
{
    for (int i = 0; i < COURIER_WINDOW; i++)
        if (c->errands[i])
            return true;
    return false;
}

static void hear(struct courier *c)
{
    for (;;) {
        ssize_t n = recv(c->fd, &c->in, sizeof(c->in), MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return;
        if (n <= 0) {
            c->closed_ms = mono_ms();
            return;
        }
        if (courier_check(&c->in, (size_t)n) || c->in.type < COURIER_HTTP) {
            log_err("the core's packet makes no sense");
            c->status = COURIER_EXIT_CORE;
            c->end = true;
        } else {
            start_job(c);
        }
        explicit_bzero(&c->in, (size_t)n);
        if (c->end)
            return;
    }
}

static void turn(struct courier *c)
{
    struct courier_msg alive;
    struct curl_waitfd core = {.fd = c->fd, .events = CURL_WAIT_POLLIN};
    int running;
    if (mono_ms() - c->said_ms >= COURIER_ALIVE_S * 1000) {
        courier_msg_init(&alive, COURIER_ALIVE);
        say(c, &alive);
    }
    c->curl.multi_poll(c->multi, &core, c->closed_ms ? 0 : 1, c->closed_ms ? 50 : TURN_MS, NULL);
    if (!c->closed_ms)
        hear(c);
    c->curl.multi_perform(c->multi, &running);
    end_jobs(c);
    if (c->closed_ms && (!any_job(c) || mono_ms() - c->closed_ms > COURIER_LINGER_MS))
        c->end = true;
}

int courier_main(int fd)
{
    struct courier_msg alive;
    struct courier *c = calloc(1, sizeof(*c));
    if (!c || curl_api_open(&c->curl) || c->curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        if (c)
            curl_api_close(&c->curl);
        free(c);
        return COURIER_EXIT_LIBRARY;
    }
    c->fd = fd;
    (void)stat(RESOLVER, &c->resolver);
    c->multi = c->curl.multi_init();
    if (!c->multi)
        c->status = COURIER_EXIT_LIBRARY;
    courier_msg_init(&alive, COURIER_ALIVE);
    if (c->multi)
        say(c, &alive);
    while (c->multi && !c->end)
        turn(c);
    for (int i = 0; i < COURIER_WINDOW; i++)
        errand_free(c, i);
    int status = c->status;
    if (c->multi)
        c->curl.multi_cleanup(c->multi);
    c->curl.global_cleanup();
    curl_api_close(&c->curl);
    free(c);
    return status;
}
