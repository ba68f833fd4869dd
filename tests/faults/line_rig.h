// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rig of line_gammu.c and line_faults.c: hosts the virtual modem, starts the libgammu
 * child as its own image (or as `TINBAO line` when TINBAO_BIN names the binary), and plays a
 * trivial core. Header only, because every file here is a program.
 */
#ifndef TB_TESTS_LINE_RIG_H
#define TB_TESTS_LINE_RIG_H

#include "gateway/base/clock.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "gateway/base/utf.h"
#include "gateway/line/line.h"
#include "gateway/line/tpdu.h"
#include "gateway/line/vmodem.h"

#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINK "/tmp/tinbao-line-gammu.tty"
#define PARTS_MAX 6000
#define OWN "+84900000000"
#define ALICE "+84912000001"
#define BINH "+84912000002"

struct rig {
    struct clock *clock;
    struct air *air;
    struct event_base *base;
    struct vmodem *modem;
    struct event *io, *timer;
    int fd;
    pid_t pid;
    int poll_s;
    const char *quarantine;
    bool keep; /* answer LINE_KEPT at once */
    struct sms_part *parts;
    uint64_t *handles;
    size_t n_parts, n_corrupt, n_gone, n_stuck, n_reports, n_calls, n_trouble, n_hello, n_sent, n_status, restarts;
    struct line_sent_info sent;
    struct line_report_info report;
    struct line_status status;
    struct line_ussd ussd;
    bool got_ussd, exited;
    int exit_status;
    uint64_t synced, next_id;
    char call[ADDRESS_SIZE], doing[32], trouble[200];
    int64_t part_at_us, sent_at_us, start_at;
};

static inline void fail(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
    exit(1);
}
#define NEED(cond) ((cond) ? (void)0 : fail(__FILE__, __LINE__, #cond))

static inline void put(struct rig *r, const struct line_msg *m)
{
    while (r->fd >= 0 && line_put(r->fd, m) == -EAGAIN)
        ;
}

static inline void on_part(struct rig *r, const struct line_msg *m)
{
    NEED(r->n_parts < PARTS_MAX);
    r->part_at_us = mono_us();
    r->handles[r->n_parts] = m->u.part.handle;
    r->parts[r->n_parts++] = m->u.part.part;
    r->n_corrupt += m->u.part.part.corrupt;
    if (r->keep) {
        struct line_msg k;
        line_msg_init(&k, LINE_KEPT);
        k.u.kept.handle = m->u.part.handle;
        put(r, &k);
    }
}

static inline void on_msg(struct rig *r, const struct line_msg *m)
{
    switch ((enum line_type)m->type) {
    case LINE_HELLO:
        r->n_hello++;
        break;
    case LINE_ALIVE:
        memcpy(r->doing, m->u.alive.doing, sizeof r->doing);
        break;
    case LINE_STATUS:
        r->status = m->u.status;
        r->n_status++;
        break;
    case LINE_PART:
        on_part(r, m);
        break;
    case LINE_GONE:
        r->n_gone++;
        r->n_stuck += !m->u.gone.deleted;
        break;
    case LINE_SENT:
        r->sent = m->u.sent;
        r->sent_at_us = mono_us();
        r->n_sent++;
        break;
    case LINE_REPORT:
        r->report = m->u.report;
        r->n_reports++;
        break;
    case LINE_CALL:
        memcpy(r->call, m->u.call.number, sizeof r->call);
        r->n_calls++;
        break;
    case LINE_USSD_REPLY:
        r->ussd = m->u.ussd;
        r->got_ussd = true;
        break;
    case LINE_SYNCED:
        r->synced = m->u.sync.n;
        break;
    case LINE_PIN:
        if (m->u.pin.what == PIN_ASKED) {
            struct line_msg may;
            line_msg_init(&may, LINE_PIN_MAY);
            may.u.may.may = 1;
            put(r, &may);
        }
        break;
    case LINE_TROUBLE:
        memcpy(r->trouble, m->u.trouble.text, sizeof r->trouble);
        r->n_trouble++;
        break;
    default:
        fail(__FILE__, __LINE__, "a type of the line");
    }
}

static inline void on_io(evutil_socket_t fd, short what, void *arg)
{
    struct rig *r = arg;
    struct line_msg m;
    int rc = 0;
    (void)what;
    for (int i = 0; i < 64; i++) {
        rc = line_get(fd, &m);
        if (rc <= 0)
            break;
        on_msg(r, &m);
    }
    NEED(rc != -EPROTO);
    if (rc == 0 || rc == -EPIPE) {
        event_free(r->io);
        r->io = NULL;
        close(r->fd);
        r->fd = -1;
        NEED(waitpid(r->pid, &r->exit_status, 0) == r->pid);
        r->exited = true;
        if (r->start_at != INT64_MAX)
            r->start_at = mono_ms() + 300; /* the core's back-off */
    }
}

static inline void start_line(struct rig *r)
{
    int s[2];
    char fd[16], poll[16];
    NEED(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, s) == 0);
    const char *bin = getenv("TINBAO_BIN");
    r->exited = false;
    r->pid = fork();
    NEED(r->pid >= 0);
    if (r->pid == 0) {
        int keep = dup(s[1]); /* without close-on-exec */
        snprintf(fd, sizeof fd, "%d", keep);
        snprintf(poll, sizeof poll, "%d", r->poll_s);
        execl(bin ? bin : "/proc/self/exe", "tinbao", "line", "--fd", fd, "--name", "gsm1", "--device", LINK, "--poll",
              poll, "--status", "5", "--cut-pauses", r->quarantine ? "--quarantine" : NULL, r->quarantine, NULL);
        _exit(127);
    }
    close(s[1]);
    r->fd = s[0];
    NEED(fcntl(r->fd, F_SETFL, O_NONBLOCK) == 0);
    r->io = event_new(r->base, r->fd, EV_READ | EV_PERSIST, on_io, r);
    NEED(r->io && event_add(r->io, NULL) == 0);
}

static inline void tick(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    (void)arg;
}

static inline void rig_open(struct rig *r, int sm, int me)
{
    memset(r, 0, sizeof *r);
    r->fd = -1;
    r->poll_s = 5;
    r->keep = true;
    r->next_id = 1;
    r->clock = clock_new_real();
    r->parts = calloc(PARTS_MAX, sizeof *r->parts);
    r->handles = calloc(PARTS_MAX, sizeof *r->handles);
    r->base = event_base_new();
    r->air = air_new(r->clock, OWN, sm, me);
    NEED(r->clock && r->parts && r->handles && r->base && r->air);
    r->modem = vmodem_new(r->base, r->air, LINK);
    NEED(r->modem);
    struct timeval tv = {.tv_usec = 20000};
    r->timer = event_new(r->base, -1, EV_PERSIST, tick, NULL);
    NEED(r->timer && event_add(r->timer, &tv) == 0);
}

static inline void rig_close(struct rig *r)
{
    if (r->fd >= 0) {
        struct line_msg m;
        line_msg_init(&m, LINE_QUIT);
        put(r, &m);
        for (int64_t end = mono_ms() + 8000; !r->exited && mono_ms() < end;)
            event_base_loop(r->base, EVLOOP_ONCE);
        NEED(r->exited && WIFEXITED(r->exit_status) && WEXITSTATUS(r->exit_status) == 0);
    }
    event_free(r->timer);
    vmodem_free(r->modem);
    air_free(r->air);
    event_base_free(r->base);
    clock_free(r->clock);
    free(r->parts);
    free(r->handles);
}

/* Runs until cond or ms have passed; a line that ended is started again, as the core does. */
#define WAIT(r, ms, cond)                                                                                              \
    do {                                                                                                               \
        int64_t end_ = mono_ms() + (ms);                                                                               \
        while (!(cond)) {                                                                                              \
            if (mono_ms() > end_) {                                                                                    \
                fprintf(stderr, "last doing '%s', trouble '%s'\n", (r)->doing, (r)->trouble);                          \
                fail(__FILE__, __LINE__, #cond);                                                                       \
            }                                                                                                          \
            event_base_loop((r)->base, EVLOOP_ONCE);                                                                   \
            if ((r)->exited && mono_ms() >= (r)->start_at) {                                                           \
                (r)->restarts++;                                                                                       \
                start_line(r);                                                                                         \
            }                                                                                                          \
        }                                                                                                              \
    } while (0)

static inline void up(struct rig *r)
{
    size_t before = r->n_hello;
    start_line(r);
    WAIT(r, 20000, r->n_hello > before);
}

static inline int used(struct rig *r)
{
    int n = 0, u, t;
    for (int mem = AIR_SM; mem <= AIR_ME; mem++) {
        NEED(air_capacity(r->air, (enum air_mem)mem, &u, &t) == 0);
        n += u;
    }
    return n;
}

static inline void sync_line(struct rig *r)
{
    struct line_msg m;
    line_msg_init(&m, LINE_SYNC);
    m.u.sync.n = r->synced + 1;
    uint64_t want = m.u.sync.n;
    put(r, &m);
    WAIT(r, 10000, r->synced == want);
}

static inline void text_of(const struct sms_part *p, char *out, size_t size)
{
    NEED(utf16be_to_utf8(p->body, p->body_len, out, size) >= 0);
}

static inline void send_text(struct rig *r, const char *to, const char *utf8, uint8_t coding, bool report)
{
    struct line_msg m;
    line_msg_init(&m, LINE_SEND);
    m.u.send.id = r->next_id++;
    m.u.send.want_report = report;
    struct sms_part *p = &m.u.send.part;
    NEED(str_copy(p->sender, sizeof p->sender, to) == 0);
    p->total = p->seq = 1;
    p->coding = coding;
    int n = utf8_to_utf16be(utf8, p->body, sizeof p->body);
    NEED(n >= 0);
    p->body_len = (uint16_t)n;
    put(r, &m);
}

static inline void good_again(struct rig *r, int ms)
{
    NEED(air_fault_set(r->air, "ok") == 0);
    int64_t t0 = mono_ms();
    size_t parts = r->n_parts;
    NEED(air_text(r->air, ALICE, "good again") == 0);
    WAIT(r, ms, r->n_parts > parts && used(r) == 0 && air_held(r->air) == 0);
    int64_t took = mono_ms() - t0;
    size_t sent = r->n_sent;
    send_text(r, ALICE, "answer", SMS_GSM7, false);
    WAIT(r, 15000, r->n_sent > sent);
    NEED(r->sent.result == SENT_OK);
    printf("  good again after %lld ms, %zu restarts\n", (long long)took, r->restarts);
}

static inline void settle(struct rig *r, int ms)
{
    int64_t until = mono_ms() + ms;
    WAIT(r, ms + 1000, mono_ms() > until);
}

/* This image as the child, in place of `tinbao line`. */
static inline int as_line(int argc, char **argv)
{
    struct line_options o = {.name = "gsm1", .connection = "at", .poll_s = 5, .status_s = 5, .cut_pauses = true};
    int fd = -1;
    const char *pin = getenv("TINBAO_PIN");
    (void)str_copy(o.pin, sizeof o.pin, pin ? pin : "");
    for (int i = 2; i + 1 < argc; i++) {
        if (!strcmp(argv[i], "--fd"))
            fd = atoi(argv[i + 1]);
        else if (!strcmp(argv[i], "--device"))
            (void)str_copy(o.device, sizeof o.device, argv[i + 1]);
        else if (!strcmp(argv[i], "--poll"))
            o.poll_s = atoi(argv[i + 1]);
        else if (!strcmp(argv[i], "--quarantine"))
            (void)str_copy(o.quarantine, sizeof o.quarantine, argv[i + 1]);
    }
    log_setup("line", getenv("LINE_LOG") ? LOG_DEBUG_ : LOG_ERR_, false);
    return gammu_line_main(&o, fd);
}

struct rig_case {
    const char *name;
    void (*run)(void);
};

/* The named cases, or all; as `line …` the child. Exit status of the program. */
static inline int rig_main(int argc, char **argv, const struct rig_case *cases, size_t n)
{
    if (argc > 2 && !strcmp(argv[1], "line"))
        return as_line(argc, argv);
    signal(SIGPIPE, SIG_IGN);
    log_setup("rig", LOG_ERR_, false);
    for (size_t i = 0; i < n; i++) {
        bool wanted = argc < 2;
        for (int k = 1; k < argc; k++)
            wanted |= !strcmp(argv[k], cases[i].name);
        if (!wanted)
            continue;
        int64_t t0 = mono_ms();
        printf("%s\n", cases[i].name);
        fflush(stdout);
        cases[i].run();
        printf("  ok, %lld ms\n", (long long)(mono_ms() - t0));
        fflush(stdout);
    }
    return 0;
}

#endif
