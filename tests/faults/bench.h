// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The bench of the faults: what modem_faults.c, network_faults.c and the others share. A case is one
 * fault; each has a service, a modem and a network of its own in a process of its own, so that many can
 * wait at the same time. Traffic goes before, during and after it; what is measured is the time from the
 * end of the fault until a text is answered that was sent at that moment; at the close every text must be
 * one incident, byte for byte, and be confirmed. Each case says its line for scripts/faults.
 */
#ifndef TB_TESTS_FAULTS_BENCH_H
#define TB_TESTS_FAULTS_BENCH_H

#include "tests/faults/rig.h"

#include "gateway/base/log.h"
#include "store/delivery.h"
#include "store/message.h"
#include "store/outbox.h"

#include <stdarg.h>

#define BENCH_TEXTS 400
#define BENCH_WITHIN_MS 120000
#define BENCH_AT_ONCE 8

struct bench {
    struct rig r;
    const char *pin, *line_extra, *extra; /* of the config */
    char watched[24];                     /* a phone */
    int watched_n;                        /* texts that arrived there */
    int sos_n;                            /* texts of SOS, to any phone */
    int late_n, sirens_n;                 /* alerts of fights: flagged as late, and not */
    int others;                           /* incidents besides those of the numbered texts */
    int arrived;
    int64_t recovered_ms; /* the longest, -1 = not */
    bool bad;
    char why[300]; /* the first thing that was not as expected, or what was seen */
};

struct bench_case {
    const char *group, *name;
    void (*run)(struct bench *b);
    const char *pin, *line_extra, *extra;
};

static inline void bench_fail(struct bench *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static inline void bench_fail(struct bench *b, const char *fmt, ...)
{
    va_list ap;
    if (b->bad)
        return;
    b->bad = true;
    va_start(ap, fmt);
    vsnprintf(b->why, sizeof(b->why), fmt, ap);
    va_end(ap);
}

#define EXPECT(b, cond, ...) ((cond) ? (void)0 : bench_fail(b, __VA_ARGS__))

static inline void bench_arrived(void *ctx, const struct air_sms *sms)
{
    struct bench *b = ctx;
    b->arrived++;
    b->watched_n += !strcmp(sms->phone, b->watched);
    b->sos_n += !strncmp(sms->text, "SOS ", 4);
    bool fight = strstr(sms->text, "DANH") && strncmp(sms->text, "Da nhan vu", 10) != 0,
         late = strstr(sms->text, "(gui luc");
    b->late_n += fight && late;
    b->sirens_n += fight && !late;
}

/* Settings of a real modem's line: one text in hand at a time. */
static inline int bench_config(struct bench *b)
{
    struct rig *r = &b->r;
    FILE *f = fopen(r->config, "we");
    if (!f)
        return -EIO;
    fprintf(f,
            "places = \"places.cfg\";\nroster = \"roster.csv\";\nkinds = \"kinds.cfg\";\n"
            "forms = \"forms.cfg\";\nmessages = \"messages.vi.cfg\";\n"
            "state_dir = \"%s\";\njoin_window_s = 0;\nlog_level = \"info\";\n%s%s\n"
            "restricted : {\n  TRENGUY = [ \"+84903000001\" ];\n  BAOHANH = [ \"+84903000001\" ];\n};\n"
            "lines = ( { name = \"gsm1\"; device = \"%s\"; cut_pauses = true;\n"
            "  %s poll_s = 5; pin = \"%s\"; %s } );\n",
            r->state, b->extra ? b->extra : "",
            b->extra && strstr(b->extra, "balance_every_h") ? "" : "balance_every_h = 0;", r->link,
            b->line_extra && strstr(b->line_extra, "rate_per") ? "" : "rate_per_minute = 600;", b->pin ? b->pin : "",
            b->line_extra ? b->line_extra : "");
    return fclose(f) ? -EIO : 0;
}

static inline bool bench_wait(struct bench *b, int64_t ms, bool (*done)(struct bench *b))
{
    for (int64_t until_ms = mono_ms() + ms; !done(b) && mono_ms() < until_ms;)
        rig_run(&b->r, 10);
    return done(b);
}

/* Many texts of the numbered kind, all at the network at once. */
static inline void bench_feed(struct bench *b, int n)
{
    for (; n > 0; n -= 8)
        EXPECT(b, rig_feed(&b->r, n < 8 ? n : 8) == 0, "the network did not take a text");
}

/* Nothing waits to go, nor is on its way. */
static inline bool bench_outbox_empty(const struct bench *b)
{
    struct db *db = NULL;
    struct outbox_counts c = {.sending = 1};
    if (db_open(&db, b->r.state, DB_READ) == 0 && outbox_counts(db, INT64_MAX, &c))
        c.sending = 1;
    db_close(db);
    return c.sending + c.queued[PRIO_SOS] + c.queued[PRIO_ALERT] + c.queued[PRIO_REPLY] == 0;
}

static inline bool bench_all_confirmed(struct bench *b)
{
    struct rig_count c;
    if (!rig_drained(&b->r) || !bench_outbox_empty(b))
        return false;
    rig_run(&b->r, 200);
    int count = b->r.count;
    b->r.count = b->r.next;
    int wrong = b->r.wrong, rc = rig_compare(&b->r, &c);
    b->r.wrong = wrong;
    b->r.count = count;
    return !rc && c.lost == 0 && c.unconfirmed == 0;
}

/* Traffic before: all is well. */
static inline void bench_before(struct bench *b)
{
    bench_feed(b, 4);
    EXPECT(b, bench_wait(b, 30000, bench_all_confirmed), "not even without a fault were texts answered");
}

static inline void bench_fault(struct bench *b, const char *name)
{
    EXPECT(b, air_fault_set(b->r.air, name) == 0, "the modem does not know the fault %s", name);
}

static inline bool bench_answered(struct bench *b)
{
    return b->watched_n > 0;
}

/* From now until a text is answered that is sent now. */
static inline void bench_recovery(struct bench *b)
{
    int64_t from_ms = mono_ms();
    snprintf(b->watched, sizeof(b->watched), "+849120000%02d", b->r.next % RIG_SENDERS + 1);
    b->watched_n = 0;
    bench_feed(b, 1);
    bool answered = bench_wait(b, BENCH_WITHIN_MS, bench_answered);
    int64_t ms = mono_ms() - from_ms;
    EXPECT(b, answered, "no answer within %d s of the fault's end", BENCH_WITHIN_MS / 1000);
    b->recovered_ms = ms > b->recovered_ms ? ms : b->recovered_ms;
    b->watched[0] = '\0';
}

/* A fault from now for so long, with texts in it, and its end. */
static inline void bench_during(struct bench *b, const char *fault, int64_t ms)
{
    bench_before(b);
    bench_fault(b, fault);
    for (int64_t until_ms = mono_ms() + ms; mono_ms() < until_ms; rig_run(&b->r, ms / 4))
        bench_feed(b, 3);
    bench_fault(b, "ok");
    bench_recovery(b);
}

/* The text of a trouble that was told, "" when there is none. */
static inline void bench_trouble(struct bench *b, const char *what, char *out, size_t size)
{
    struct db *db = NULL;
    struct trouble t;
    out[0] = '\0';
    if (db_open(&db, b->r.state, DB_READ) == 0 && trouble_get(db, what, &t) == 0 && t.told_ms)
        snprintf(out, size, "%s", t.text);
    db_close(db);
}

static inline bool bench_troubled(struct bench *b, const char *what, const char *words, int64_t within_ms)
{
    char text[200];
    for (int64_t until_ms = mono_ms() + within_ms;; rig_run(&b->r, 100)) {
        bench_trouble(b, what, text, sizeof(text));
        if ((words && strstr(text, words)) || (!words && !text[0]))
            return true;
        if (mono_ms() >= until_ms)
            return false;
    }
}

/* Everything that was sent, against everything that is kept. Confirmations may come twice (a resend). */
static inline void bench_close_count(struct bench *b, bool twice_is_good)
{
    struct rig_count c = {0};
    EXPECT(b, bench_wait(b, 60000, bench_all_confirmed), "texts were lost or are still without their answer");
    rig_run(&b->r, 500);
    int status = rig_stop(&b->r, 10000);
    b->r.count = b->r.next;
    b->r.wrong = 0;
    EXPECT(b, status == 0, "the service ended with %d", status);
    EXPECT(b, rig_compare(&b->r, &c) == 0, "the database could not be read");
    EXPECT(b, !c.lost && !c.doubled && b->r.wrong == b->others && c.incidents == b->r.count,
           "%d texts: %d lost, %d doubled, %d wrong", b->r.count, c.lost, c.doubled, b->r.wrong);
    EXPECT(b, !c.unconfirmed && (twice_is_good || !c.twice), "%d without confirmation, %d with two", c.unconfirmed,
           c.twice);
    if (!b->bad && !b->why[0])
        snprintf(b->why, sizeof(b->why), "%d texts, none lost, none doubled, %d confirmed twice", b->r.count, c.twice);
}

/* --- the program ------------------------------------------------------------------------ */

static inline int bench_one(const char *tinbao, const struct bench_case *c)
{
    struct bench b = {.pin = c->pin, .line_extra = c->line_extra, .extra = c->extra};
    struct air_events ev = {.ctx = &b, .arrived = bench_arrived};
    int rc = rig_open(&b.r, tinbao, BENCH_TEXTS, 30, 100);
    if (!rc)
        rc = bench_config(&b);
    if (!rc)
        rc = air_listen(b.r.air, &ev);
    if (!rc)
        c->run(&b);
    EXPECT(&b, rc == 0, "could not be set up: %s", strerror(-rc));
    EXPECT(&b, b.recovered_ms <= BENCH_WITHIN_MS, "it took too long");
    printf("fault: %s %s: %s, recovered in %.1f s: %s\n", c->group, c->name, b.bad ? "FAILED" : "ok",
           (double)b.recovered_ms / 1000, b.why);
    fflush(stdout);
    rig_close(&b.r, b.bad);
    return b.bad;
}

static inline bool bench_wanted(const char *name, int argc, char **argv)
{
    for (int i = 2; i < argc; i++)
        if (!strcmp(argv[i], name))
            return true;
    return argc <= 2;
}

/* Every case in a process of its own, some at the same time. Exit status of the program. */
static inline int bench_main(int argc, char **argv, const struct bench_case *cases, size_t n)
{
    int running = 0, failed = 0, status, ran = 0;
    if (argc < 2) {
        fprintf(stderr, "usage: %s TINBAO [FAULT...]\n", argv[0]);
        return 2;
    }
    log_setup("faults", LOG_WARN_, false);
    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (size_t i = 0; i < n || running; i++) {
        if (running == BENCH_AT_ONCE || (i >= n && running)) {
            if (wait(&status) > 0) {
                running--;
                failed += !WIFEXITED(status) || WEXITSTATUS(status) != 0;
            }
        }
        if (i >= n || !bench_wanted(cases[i].name, argc, argv))
            continue;
        fflush(NULL);
        pid_t parent = getpid(), pid = fork();
        if (pid == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            _exit(getppid() == parent ? bench_one(argv[1], &cases[i]) : 127);
        }
        running += pid > 0;
        failed += pid < 0;
        ran++;
    }
    printf("%s: %d faults, %d failed\n", cases[0].group, ran, failed);
    return failed || !ran ? 1 : 0;
}

#endif
