// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * HTTP jobs: webhooks, and texts through a provider. Called by courier.c. What can go wrong is
 * the other end: slow, down, redirecting, with a certificate that is not its own, or with an
 * answer without end; each ends in a result in plain words.
 */
#include "gateway/courier/errand.h"
#include "gateway/courier/sign.h"

#include "gateway/base/err.h"

#include <stdio.h>
#include <string.h>

static int add_header(struct errand *e, const char *line)
{
    struct curl_slist *longer = e->curl->slist_append(e->list, line);
    if (longer)
        e->list = longer;
    return longer ? 0 : -ENOMEM;
}

static int add_signature(struct errand *e)
{
    const struct courier_http *h = &e->job.u.http;
    char signature[SIGN_SIZE], line[128];
    int rc = sign_webhook(h->key, h->key_len, h->event_id, h->at_s, h->body, signature);
    snprintf(line, sizeof(line), "webhook-id: %s", h->event_id);
    if (!rc)
        rc = add_header(e, line);
    snprintf(line, sizeof(line), "webhook-timestamp: %lld", (long long)h->at_s);
    if (!rc)
        rc = add_header(e, line);
    snprintf(line, sizeof(line), "webhook-signature: %s", signature);
    return rc ? rc : add_header(e, line);
}

/* The job's own header lines, one after the other. */
static int add_lines(struct errand *e)
{
    char line[1024];
    int rc = 0;
    for (const char *p = e->job.u.http.headers; !rc && *p;) {
        size_t n = strcspn(p, "\n");
        memcpy(line, p, n);
        line[n] = '\0';
        if (n)
            rc = add_header(e, line);
        p += n + (p[n] == '\n');
    }
    explicit_bzero(line, sizeof(line));
    return rc;
}

static int add_headers(struct errand *e)
{
    const struct courier_http *h = &e->job.u.http;
    char line[96];
    int rc = add_header(e, "Expect:"); /* no waiting for 100 */
    snprintf(line, sizeof(line), "Content-Type: %s", h->content_type);
    if (!rc && h->method == COURIER_POST && h->content_type[0])
        rc = add_header(e, line);
    if (!rc)
        rc = add_lines(e);
    return rc || !h->sign ? rc : add_signature(e);
}

int http_options(struct errand *e)
{
    const struct courier_http *h = &e->job.u.http;
    int rc = errand_options(e, h->url, h->plain_ok ? "https,http" : "https", h->ca_file, h->timeout_ms);
    if (!rc)
        rc = add_headers(e);
    if (rc)
        return rc;
    CURLcode c = e->curl->easy_setopt(e->easy, CURLOPT_HTTPHEADER, e->list);
    if (!c && h->method == COURIER_POST)
        c = e->curl->easy_setopt(e->easy, CURLOPT_POSTFIELDSIZE, (long)strlen(h->body));
    if (!c && h->method == COURIER_POST)
        c = e->curl->easy_setopt(e->easy, CURLOPT_POSTFIELDS, h->body); /* not copied: the job outlives the transfer */
    return c ? -EINVAL : 0;
}

static bool has_expected(const struct errand *e)
{
    const char *expect = e->job.u.http.expect;
    return !expect[0] || memmem(e->answer, e->answer_len, expect, strlen(expect));
}

void http_judge(const struct errand *e, CURLcode rc, long status, struct courier_result *r)
{
    bool good = status >= 200 && status < 300;
    /* An answer without end is cut off by us: what counts has been said. */
    bool cut = rc == CURLE_WRITE_ERROR && e->answer_all > ANSWER_MAX;
    r->outcome = COURIER_FAILED;
    if (rc != CURLE_OK && !cut) {
        snprintf(r->why, sizeof(r->why), "%.150s", e->error[0] ? e->error : e->curl->easy_strerror(rc));
    } else if (good && has_expected(e)) {
        r->outcome = COURIER_DONE;
    } else if (good) {
        snprintf(r->why, sizeof(r->why), "HTTP %ld, but its answer is not the one that says success", status);
    } else {
        bool moved = status >= 300 && status < 400;
        snprintf(r->why, sizeof(r->why), "HTTP %ld%s", status, moved ? ": it redirects, which is not followed" : "");
        if (status == 410)
            r->outcome = COURIER_REFUSED;
    }
}
