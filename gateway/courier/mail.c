// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SMTP jobs: one mail to one recipient (RFC 5321, 5322, 2045, 2047). Called by courier.c. The text
 * goes as base64, so that no line is too long, no dot begins one, and any UTF-8 passes any
 * server. What can go wrong is the server; a mailbox that there is not is given up at once.
 */
#include "gateway/courier/errand.h"

#include "gateway/base/base64.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LINE_OCTETS 57 /* 76 characters of base64 */
#define WORD_OCTETS 42 /* an encoded word has at most 75 characters, RFC 2047 section 2 */
#define HEADERS_MAX 2048

static bool is_ascii(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s >= 0x80)
            return false;
    return true;
}

/* In words of whole characters, each on a line of its own. */
static void add_subject(struct sbuf *b, const char *s)
{
    char word[BASE64_SIZE(WORD_OCTETS)];
    sbuf_add(b, "Subject: ");
    if (is_ascii(s)) {
        sbuf_addf(b, "%s\r\n", s);
        return;
    }
    size_t left = strlen(s);
    for (bool first = true; left > 0; first = false) {
        size_t n = left < WORD_OCTETS ? left : WORD_OCTETS;
        while (n < left && n > 1 && ((unsigned char)s[n] & 0xC0) == 0x80)
            n--;
        base64_write(s, n, word);
        sbuf_addf(b, "%s=?UTF-8?B?%s?=\r\n", first ? "" : " ", word);
        s += n;
        left -= n;
    }
}

static void add_date(struct sbuf *b, int64_t at_s)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t t = (time_t)(at_s + 7 * 3600);
    struct tm tm;
    gmtime_r(&t, &tm); /* a pure function of its argument: no clock, no TZ */
    sbuf_addf(b, "Date: %s, %d %s %d %02d:%02d:%02d +0700\r\n", days[tm.tm_wday % 7], tm.tm_mday,
              months[tm.tm_mon % 12], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void add_headers(struct sbuf *b, const struct courier_mail *m)
{
    const char *domain = strrchr(m->from, '@');
    add_date(b, m->at_s);
    sbuf_addf(b, "From: tinbao <%s>\r\nTo: <%s>\r\n", m->from, m->to);
    sbuf_addf(b, "Message-ID: <%s@%s>\r\n", m->event_id, domain ? domain + 1 : "localhost");
    add_subject(b, m->subject);
    sbuf_add(b, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
                "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n");
}

static void add_body(struct sbuf *b, const char *body)
{
    char line[BASE64_SIZE(LINE_OCTETS)];
    size_t left = strlen(body);
    while (left > 0) {
        size_t n = left < LINE_OCTETS ? left : LINE_OCTETS;
        base64_write(body, n, line);
        sbuf_addf(b, "%s\r\n", line);
        body += n;
        left -= n;
    }
}

static int compose(struct errand *e)
{
    const struct courier_mail *m = &e->job.u.mail;
    size_t size = HEADERS_MAX + strlen(m->body) * 3 / 2 + 128;
    e->text = malloc(size);
    if (!e->text)
        return -ENOMEM;
    struct sbuf b = sbuf_on(e->text, size);
    add_headers(&b, m);
    add_body(&b, m->body);
    e->text_len = b.len;
    return sbuf_done(&b);
}

static size_t give(char *to, size_t size, size_t n, void *arg)
{
    struct errand *e = arg;
    size_t room = size * n, left = e->text_len - e->text_at;
    if (left > room)
        left = room;
    memcpy(to, e->text + e->text_at, left);
    e->text_at += left;
    return left;
}

/* Should the library have to begin again on a connection that had died. */
static int rewind_text(void *arg, curl_off_t offset, int origin)
{
    struct errand *e = arg;
    if (origin != SEEK_SET || offset < 0 || (size_t)offset > e->text_len)
        return CURL_SEEKFUNC_CANTSEEK;
    e->text_at = (size_t)offset;
    return CURL_SEEKFUNC_OK;
}

static CURLcode set_mail(struct errand *e)
{
    const struct courier_mail *m = &e->job.u.mail;
    long ssl = m->tls == COURIER_TLS_REQUIRED ? CURLUSESSL_ALL : CURLUSESSL_NONE;
    CURLcode c = e->curl->easy_setopt(e->easy, CURLOPT_USE_SSL, ssl);
    if (!c)
        c = e->curl->easy_setopt(e->easy, CURLOPT_MAIL_FROM, m->from);
    if (!c)
        c = e->curl->easy_setopt(e->easy, CURLOPT_MAIL_RCPT, e->list);
    if (!c)
        c = e->curl->easy_setopt(e->easy, CURLOPT_UPLOAD, 1L);
    if (!c)
        c = e->curl->easy_setopt(e->easy, CURLOPT_READFUNCTION, give);
    if (!c)
        c = e->curl->easy_setopt(e->easy, CURLOPT_READDATA, e);
    if (!c)
        c = e->curl->easy_setopt(e->easy, CURLOPT_SEEKFUNCTION, rewind_text);
    if (!c)
        c = e->curl->easy_setopt(e->easy, CURLOPT_SEEKDATA, e);
    if (!c && m->user[0])
        c = e->curl->easy_setopt(e->easy, CURLOPT_USERNAME, m->user);
    if (!c && m->user[0])
        c = e->curl->easy_setopt(e->easy, CURLOPT_PASSWORD, m->password);
    return c;
}

int mail_options(struct errand *e)
{
    const struct courier_mail *m = &e->job.u.mail;
    int rc = errand_options(e, m->url, "smtp,smtps", m->ca_file, m->timeout_ms);
    if (!rc)
        rc = compose(e);
    if (rc)
        return rc;
    e->list = e->curl->slist_append(NULL, m->to);
    if (!e->list)
        return -ENOMEM;
    return set_mail(e) ? -EINVAL : 0;
}

void mail_judge(const struct errand *e, CURLcode rc, long status, struct courier_result *r)
{
    r->outcome = rc == CURLE_OK ? COURIER_DONE : COURIER_FAILED;
    if (rc == CURLE_OK)
        return;
    snprintf(r->why, sizeof(r->why), "%.150s", e->error[0] ? e->error : e->curl->easy_strerror(rc));
    /* no such mailbox, not here, its name is wrong (RFC 5321 4.2.3): no try will change that; a
     * refused password or relay may be mended */
    if (status == 550 || status == 551 || status == 553)
        r->outcome = COURIER_REFUSED;
}
