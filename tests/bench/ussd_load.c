// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A thousand people dial at once. Each session walks through the same inputs, a connection for
 * each, its text growing as an aggregator's does; all sessions run side by side. Every answer must
 * be CON, and the last END, whole and at most 182 characters.
 *
 * usage: ussd_load PORT SECRET SESSIONS INPUT...
 * Phones are +84912001000 and on. Prints requests a second and the times of an answer; exit 1 when
 * one was wrong or did not come within 15 s.
 */
#include "gateway/base/clock.h"
#include "gateway/base/err.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define LIMIT_US 15000000

struct one {
    int fd, step; /* fd -1: between two requests */
    bool asked, done, wrong;
    int64_t from_us;
    size_t n;
    char got[1200];
};

struct load {
    int port, sessions, steps; /* steps: inputs and one for the dialling */
    const char *secret;
    char **inputs;
    struct one *all;
    struct pollfd *polls;
    int *of_poll;
    int64_t *times_us;
    int n_times, wrong, at_once;
};

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void dial(const struct load *l, struct one *o)
{
    struct sockaddr_in a = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)l->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    o->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    o->from_us = mono_us();
    o->asked = false;
    o->n = 0;
    if (o->fd < 0 || (connect(o->fd, (struct sockaddr *)&a, sizeof(a)) && errno != EINPROGRESS))
        o->wrong = o->done = true;
}

static void ask(const struct load *l, struct one *o)
{
    char text[200] = "", body[400], request[800];
    int i = (int)(o - l->all), at = 0;
    for (int k = 0; k < o->step && at < (int)sizeof(text) - 20; k++)
        at += snprintf(text + at, sizeof(text) - (size_t)at, "%s%s", k ? "*" : "", l->inputs[k]);
    int n = snprintf(body, sizeof(body), "sessionId=load-%d&phoneNumber=%%2B8491200%d&serviceCode=*123%%23&text=%s", i,
                     1000 + i, text);
    n = snprintf(request, sizeof(request),
                 "POST /ussd HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
                 "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s",
                 l->secret, n, body);
    if (send(o->fd, request, (size_t)n, MSG_NOSIGNAL) != n)
        o->wrong = o->done = true;
    o->asked = true;
}

static size_t characters(const char *s)
{
    size_t n = 0;
    for (; *s; s++)
        n += ((unsigned char)*s & 0xC0) != 0x80;
    return n;
}

/* The answer is whole: is it the one? */
static void judge(struct load *l, struct one *o)
{
    o->got[o->n] = '\0';
    bool last = o->step + 1 == l->steps;
    const char *body = strstr(o->got, "\r\n\r\n");
    body = body ? body + 4 : "";
    if (strncmp(o->got, "HTTP/1.1 200 ", 13) != 0 || strncmp(body, last ? "END " : "CON ", 4) != 0 || !body[4] ||
        characters(body) > 182) {
        if (!l->wrong++)
            fprintf(stderr, "session %d, step %d: %s\n", (int)(o - l->all), o->step, o->got);
        o->wrong = o->done = true;
        return;
    }
    l->times_us[l->n_times++] = mono_us() - o->from_us;
    o->step++;
    o->done = last;
}

static void hear(struct load *l, struct one *o)
{
    ssize_t got;
    while ((got = read(o->fd, o->got + o->n, sizeof(o->got) - 1 - o->n)) > 0)
        o->n += (size_t)got;
    if (got < 0 && errno == EAGAIN)
        return;
    close(o->fd);
    o->fd = -1;
    judge(l, o);
}

/* One turn: false when all are done. */
static bool turn(struct load *l)
{
    int n = 0;
    for (int i = 0; i < l->sessions; i++) {
        struct one *o = &l->all[i];
        if (o->done)
            continue;
        if (o->fd < 0)
            dial(l, o);
        if (mono_us() - o->from_us > LIMIT_US) {
            l->wrong++;
            o->wrong = o->done = true;
            fprintf(stderr, "session %d, step %d: no answer\n", i, o->step);
            continue;
        }
        l->polls[n] = (struct pollfd){.fd = o->fd, .events = o->asked ? POLLIN : POLLOUT};
        l->of_poll[n++] = i;
    }
    if (n > l->at_once)
        l->at_once = n;
    poll(l->polls, (nfds_t)n, 1000);
    for (int k = 0; k < n; k++) {
        struct one *o = &l->all[l->of_poll[k]];
        if (!l->polls[k].revents)
            continue;
        if (!o->asked)
            ask(l, o);
        else
            hear(l, o);
    }
    return n > 0;
}

static void allow_files(int n)
{
    struct rlimit r;
    if (getrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_cur < (rlim_t)n + 64) {
        r.rlim_cur = r.rlim_max < (rlim_t)n + 64 ? r.rlim_max : (rlim_t)n + 64;
        setrlimit(RLIMIT_NOFILE, &r);
    }
}

static int report(struct load *l, int64_t us)
{
    int n = l->n_times, failed = 0;
    for (int i = 0; i < l->sessions; i++)
        failed += l->all[i].wrong;
    qsort(l->times_us, (size_t)n, sizeof(*l->times_us), by_value);
    printf(
        "ussd_load: %d sessions of %d requests, at most %d at once: %d answers in %.2f s, %.0f a second; %d sessions "
        "wrong\n",
        l->sessions, l->steps, l->at_once, n, (double)us / 1e6, n / ((double)us / 1e6), failed);
    if (n)
        printf("ussd_load: time of an answer: median %.0f ms, 99%% %.0f ms, longest %.0f ms\n",
               (double)l->times_us[n / 2] / 1e3, (double)l->times_us[n * 99 / 100] / 1e3,
               (double)l->times_us[n - 1] / 1e3);
    return failed || n != l->sessions * l->steps;
}

int main(int argc, char **argv)
{
    struct load l = {0};
    if (argc < 4 || atoi(argv[3]) < 1 || atoi(argv[3]) > 9000) {
        fprintf(stderr, "usage: ussd_load PORT SECRET SESSIONS INPUT...\n");
        return 2;
    }
    l.port = atoi(argv[1]);
    l.secret = argv[2];
    l.sessions = atoi(argv[3]);
    l.inputs = argv + 4;
    l.steps = argc - 4 + 1;
    size_t n = (size_t)l.sessions;
    l.all = calloc(n, sizeof(*l.all));
    l.polls = calloc(n, sizeof(*l.polls));
    l.of_poll = calloc(n, sizeof(*l.of_poll));
    l.times_us = calloc(n * (size_t)l.steps, sizeof(*l.times_us));
    if (!l.all || !l.polls || !l.of_poll || !l.times_us)
        return 2;
    allow_files(l.sessions);
    for (int i = 0; i < l.sessions; i++)
        l.all[i].fd = -1;
    int64_t from_us = mono_us();
    while (turn(&l))
        ;
    int status = report(&l, mono_us() - from_us);
    free(l.all);
    free(l.polls);
    free(l.of_poll);
    free(l.times_us);
    return status;
}
