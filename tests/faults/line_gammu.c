// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The libgammu child against the virtual modem, with every fault: this program hosts the
 * modem, starts the child as its own image (or as `TINBAO line` when TINBAO_BIN names the
 * binary) and plays a trivial core. usage: line_gammu [CASE...]; without a name all run.
 * Exit 0 when the contract of line.h held.
 */
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

static void fail(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
    exit(1);
}
#define NEED(cond) ((cond) ? (void)0 : fail(__FILE__, __LINE__, #cond))

static void put(struct rig *r, const struct line_msg *m)
{
    while (r->fd >= 0 && line_put(r->fd, m) == -EAGAIN)
        ;
}

static void on_part(struct rig *r, const struct line_msg *m)
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

static void on_msg(struct rig *r, const struct line_msg *m)
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
    case LINE_TROUBLE:
        memcpy(r->trouble, m->u.trouble.text, sizeof r->trouble);
        r->n_trouble++;
        break;
    default:
        NEED(!"a type of the line");
    }
}

static void on_io(evutil_socket_t fd, short what, void *arg)
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

static void start_line(struct rig *r)
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

static void tick(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    (void)arg;
}

static void rig_open(struct rig *r, int sm, int me)
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

static void rig_close(struct rig *r)
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

static void up(struct rig *r)
{
    size_t before = r->n_hello;
    start_line(r);
    WAIT(r, 20000, r->n_hello > before);
}

static int used(struct rig *r)
{
    int n = 0, u, t;
    for (int mem = AIR_SM; mem <= AIR_ME; mem++) {
        NEED(air_capacity(r->air, (enum air_mem)mem, &u, &t) == 0);
        n += u;
    }
    return n;
}

static void sync_line(struct rig *r)
{
    struct line_msg m;
    line_msg_init(&m, LINE_SYNC);
    m.u.sync.n = r->synced + 1;
    uint64_t want = m.u.sync.n;
    put(r, &m);
    WAIT(r, 10000, r->synced == want);
}

static void text_of(const struct sms_part *p, char *out, size_t size)
{
    NEED(utf16be_to_utf8(p->body, p->body_len, out, size) >= 0);
}

static void send_text(struct rig *r, const char *to, const char *utf8, uint8_t coding, bool report)
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

/* What a slot held last is what the next one may hold: every kind of text in one go. */
static void case_reads(void)
{
    static const char *const texts[] = {
        "BC man de trom mat xe", "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ÄÖÑÜ§¿äöñüà",
        "^{}\\[~]|€ end@", "Báo cáo: Mạn Đê mất trộm xe wave lúc 2h sáng", "emoji 😀 và chữ đ", "1", "`", "\n two\nlines"};
    struct rig r;
    char got[SMS_TEXT_MAX];
    rig_open(&r, 20, 10);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        NEED(air_text(r.air, i % 2 ? "VIETTEL" : ALICE, texts[i]) == 0);
    int64_t now = clock_now_ms(r.clock);
    up(&r);
    WAIT(&r, 5000, r.n_gone == ARRAY_LEN(texts));
    NEED(used(&r) == 0 && r.n_parts == ARRAY_LEN(texts) && r.n_stuck == 0);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        text_of(&r.parts[i], got, sizeof got);
        if (strcmp(got, texts[i]) || strcmp(r.parts[i].sender, i % 2 ? "VIETTEL" : ALICE)) {
            fprintf(stderr, "text %zu: '%s' from '%s'\n", i, got, r.parts[i].sender);
            NEED(!"the text as it was sent");
        }
        NEED(r.parts[i].smsc_ms > now - 3000 && r.parts[i].smsc_ms <= now + 1000 && !r.parts[i].corrupt);
    }
    rig_close(&r);
}

static void case_latency(void)
{
    struct rig r;
    int64_t worst = 0, sum = 0;
    rig_open(&r, 20, 10);
    r.poll_s = 3600;
    up(&r);
    WAIT(&r, 10000, r.n_status > 0);
    sync_line(&r);
    for (size_t i = 0; i < 100; i++) {
        int64_t t0 = mono_us();
        NEED(air_text(r.air, ALICE, "VAO") == 0);
        WAIT(&r, 3000, r.n_parts == i + 1);
        int64_t us = r.part_at_us - t0;
        sum += us;
        worst = us > worst ? us : worst;
        WAIT(&r, 3000, r.n_gone == i + 1);
    }
    printf("  +CMTI to LINE_PART: mean %lld us, worst %lld us\n", (long long)sum / 100, (long long)worst);
    NEED(used(&r) == 0);
    rig_close(&r);
}

static void fill_mixed(struct rig *r, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct sms_part p;
        char text[64];
        memset(&p, 0, sizeof p);
        snprintf(text, sizeof text, i % 3 ? "BC man de trom so %zu" : "BC Mạn Đê trộm số %zu", i);
        NEED(str_copy(p.sender, sizeof p.sender, i % 2 ? ALICE : BINH) == 0);
        p.smsc_ms = 1790000000000;
        p.total = p.seq = 1;
        if (i % 5 == 0) {
            p.ref_bits = i % 2 ? 16 : 8;
            p.ref = (uint16_t)(i % 200);
            p.total = 5;
            p.seq = (uint8_t)(i % 5 + 1);
        }
        p.coding = i % 3 ? SMS_GSM7 : SMS_UCS2;
        int k = utf8_to_utf16be(text, p.body, sizeof p.body);
        NEED(k > 0);
        p.body_len = (uint16_t)k;
        NEED(air_part(r->air, &p) == 0);
    }
}

/* Every number from 0 to n-1 was handed over, and how often one came again. */
static size_t count_again(struct rig *r, size_t n)
{
    size_t *seen = calloc(n, sizeof *seen), again = 0;
    char text[SMS_TEXT_MAX];
    NEED(seen);
    for (size_t i = 0; i < r->n_parts; i++) {
        text_of(&r->parts[i], text, sizeof text);
        char *last = strrchr(text, ' ');
        size_t k = last ? (size_t)strtoul(last + 1, NULL, 10) : n;
        NEED(k < n && !r->parts[i].corrupt);
        NEED(!strcmp(r->parts[i].sender, k % 2 ? ALICE : BINH));
        NEED(r->parts[i].ref_bits == (k % 5 ? 0 : k % 2 ? 16 : 8) && r->parts[i].smsc_ms == 1790000000000);
        again += seen[k]++ > 0;
    }
    for (size_t i = 0; i < n; i++) {
        if (seen[i] == 0)
            fprintf(stderr, "number %zu of %zu never came; %zu parts\n", i, n, r->n_parts);
        NEED(seen[i] > 0);
    }
    free(seen);
    return again;
}

static void case_thousand(void)
{
    struct rig r;
    rig_open(&r, 30, 255);
    fill_mixed(&r, 1000);
    up(&r);
    int64_t t0 = mono_us();
    uint64_t c0 = vmodem_commands(r.modem);
    WAIT(&r, 30000, r.n_gone == 1000);
    int64_t us = mono_us() - t0;
    NEED(used(&r) == 0 && air_held(r.air) == 0 && count_again(&r, 1000) == 0);
    printf("  1000 read, kept and deleted: %.0f/s, %.1f commands each\n", 1e9 / (double)us,
           (double)(vmodem_commands(r.modem) - c0) / 1000);
    rig_close(&r);
}

static void case_killed(void)
{
    struct rig r;
    rig_open(&r, 30, 100);
    fill_mixed(&r, 1000);
    up(&r);
    srand(7);
    for (int kills = 0; kills < 40 && r.n_gone < 950; kills++) {
        size_t hello = r.n_hello;
        int64_t until = mono_ms() + rand() % 25;
        WAIT(&r, 30000, mono_ms() >= until);
        kill(r.pid, SIGKILL);
        if (kills % 4) /* else wherever it is, the start too */
            WAIT(&r, 30000, r.n_hello > hello);
        else
            WAIT(&r, 30000, r.exited);
    }
    WAIT(&r, 60000, used(&r) == 0 && air_held(r.air) == 0);
    sync_line(&r);
    printf("  killed %zu times: none lost, %zu handed over again\n", r.restarts, count_again(&r, 1000));
    rig_close(&r);
}

static void case_sends(void)
{
    static const char *const texts[] = {
        "Da nhan vu 48217 TROM Man De", "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ÄÖÑÜ§¿äöñüà",
        "^{}\\[~]|€", "Đã nhận vụ 48217", "1234567", "12345678", "seven 7@"};
    struct rig r;
    struct air_sms got;
    rig_open(&r, 20, 10);
    up(&r);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        send_text(&r, ALICE, texts[i], i == 3 ? SMS_UCS2 : SMS_GSM7, true);
        WAIT(&r, 5000, r.n_sent == i + 1);
        NEED(r.sent.result == SENT_OK && r.sent.id == i + 1);
        NEED(air_take(r.air, ALICE, &got) == 1);
        if (strcmp(got.text, texts[i]))
            fprintf(stderr, "'%s' became '%s'\n", texts[i], got.text);
        NEED(!strcmp(got.text, texts[i]));
        WAIT(&r, 5000, r.n_reports == i + 1);
        NEED(r.report.ref == r.sent.ref && r.report.status == REPORT_DELIVERED && !strcmp(r.report.number, ALICE));
    }
    int64_t t0 = mono_us();
    size_t before = r.n_sent;
    for (size_t i = 0; i < 200; i++) {
        WAIT(&r, 5000, r.n_sent + 20 > before + i); /* the modem runs in this thread */
        send_text(&r, BINH, "HD", SMS_GSM7, false);
    }
    WAIT(&r, 20000, r.n_sent == before + 200);
    printf("  sends: %.0f/s\n", 200e6 / (double)(mono_us() - t0));
    send_text(&r, ALICE, "no đ in GSM-7", SMS_GSM7, false);
    WAIT(&r, 5000, r.n_sent == before + 201);
    NEED(r.sent.result == SENT_REFUSED && r.sent.cms == 304);
    NEED(air_fault_set(r.air, "cms=38") == 0);
    send_text(&r, ALICE, "x", SMS_GSM7, false);
    WAIT(&r, 5000, r.n_sent == before + 202);
    NEED(r.sent.result == SENT_REFUSED && r.sent.cms == 38 && r.restarts == 0);
    rig_close(&r);
}

static void case_parts(void)
{
    struct rig r;
    struct air_sms got;
    struct line_msg m;
    char all[800] = "";
    rig_open(&r, 20, 10);
    up(&r);
    for (int coding = SMS_GSM7; coding <= SMS_UCS2; coding++) {
        all[0] = '\0';
        for (uint8_t seq = 1; seq <= 3; seq++) {
            char text[80];
            line_msg_init(&m, LINE_SEND);
            m.u.send.id = r.next_id++;
            struct sms_part *p = &m.u.send.part;
            NEED(str_copy(p->sender, sizeof p->sender, ALICE) == 0);
            p->ref_bits = coding == SMS_UCS2 ? 16 : 8;
            p->ref = coding == SMS_UCS2 ? 0x1234 : 0x34;
            p->total = 3;
            p->seq = seq;
            p->coding = (uint8_t)coding;
            snprintf(text, sizeof text, "%s phan %u, ", coding == SMS_UCS2 ? "Mạn Đê" : "Man De ^", seq);
            p->body_len = (uint16_t)utf8_to_utf16be(text, p->body, sizeof p->body);
            snprintf(all + strlen(all), sizeof all - strlen(all), "%s", text);
            put(&r, &m);
        }
        size_t want = r.n_sent;
        WAIT(&r, 5000, r.n_sent >= want && air_waiting(r.air, ALICE) == 1);
        NEED(air_take(r.air, ALICE, &got) == 1 && !strcmp(got.text, all));
    }
    rig_close(&r);
}

static void case_talks(void)
{
    struct rig r;
    struct line_msg m;
    rig_open(&r, 20, 10);
    up(&r);
    WAIT(&r, 10000, r.n_status > 0);
    printf("  %s %s, %d dBm, sim %d, reg %d, smsc %s, %u of %u\n", r.status.operator_code, r.status.operator_name,
           r.status.signal_dbm, r.status.sim, r.status.registration, r.status.smsc, r.status.sim_used, r.status.sim_total);
    NEED(r.status.sim == SIM_READY && r.status.registration == REG_HOME && r.status.signal_dbm < 0);
    NEED(r.status.smsc[0] == '+' && r.status.sim_total == 30 && r.status.operator_code[0]);
    NEED(air_ring(r.air, ALICE) == 0);
    WAIT(&r, 12000, r.n_calls == 1);
    NEED(!strcmp(r.call, ALICE));
    line_msg_init(&m, LINE_USSD);
    m.u.ussd.id = 77;
    NEED(str_copy(m.u.ussd.text, sizeof m.u.ussd.text, "*101#") == 0);
    put(&r, &m);
    WAIT(&r, 35000, r.got_ussd);
    printf("  *101#: '%s' (%d)\n", r.ussd.text, r.ussd.result);
    NEED(r.ussd.id == 77 && r.ussd.result == 0 && r.ussd.text[0]);
    NEED(air_text(r.air, ALICE, "after all that") == 0);
    WAIT(&r, 5000, r.n_gone == 1);
    send_text(&r, ALICE, "and back", SMS_GSM7, false);
    WAIT(&r, 5000, r.n_sent == 1);
    NEED(r.sent.result == SENT_OK && r.restarts == 0 && r.n_calls == 1);
    rig_close(&r);
}

/* UDHL = 0xFF, and other lies, in both memories and on arrival. */
static const char *const poisons[] = {
    "07914889200009F1400B914819020000F100006211221200008205FF414243",
    "07914889200009F1440B914819020000F10008621122120000820AFF000301020304050607",
    "07914889200009F1440B914819020000F100006211221200008203050003",
    "07914889200009F1040B914819020000F1000862112212000082A000410042",
    "0791488920000 "};

static void poison(struct rig *r, size_t i)
{
    uint8_t pdu[200];
    int n = tpdu_unhex(poisons[i], strspn(poisons[i], "0123456789ABCDEF") & ~(size_t)1, pdu, sizeof pdu);
    NEED(n > 0 && air_raw(r->air, pdu, (size_t)n) == 0);
}

static void case_poison(void)
{
    struct rig r;
    rig_open(&r, 3, 10);
    poison(&r, 0);
    NEED(air_text(r.air, ALICE, "good one") == 0);
    up(&r);
    WAIT(&r, 10000, r.n_gone == 2);
    for (size_t i = 0; i < ARRAY_LEN(poisons); i++) {
        size_t before = r.n_gone;
        poison(&r, i);
        NEED(air_text(r.air, ALICE, "good one") == 0);
        WAIT(&r, 10000, r.n_gone >= before + 2);
    }
    NEED(r.n_corrupt == ARRAY_LEN(poisons) + 1 && used(&r) == 0);
    printf("  malformed PDUs: %zu handed over raw, %zu restarts\n", r.n_corrupt, r.restarts);
    rig_close(&r);
    rig_open(&r, 5, 5);
    r.quarantine = "SM:2";
    for (int i = 0; i < 3; i++)
        NEED(air_text(r.air, ALICE, "one of three") == 0);
    up(&r);
    WAIT(&r, 10000, r.n_gone == 3);
    NEED(r.n_corrupt == 1 && used(&r) == 0);
    rig_close(&r);
}

static void case_delete_fails(void)
{
    struct rig r;
    rig_open(&r, 10, 10);
    NEED(air_fault_set(r.air, "delete-fails") == 0);
    NEED(air_text(r.air, ALICE, "once") == 0);
    up(&r);
    WAIT(&r, 10000, r.n_gone == 1);
    NEED(r.n_stuck == 1);
    int64_t until = mono_ms() + 11000; /* two listings */
    WAIT(&r, 20000, mono_ms() > until);
    NEED(r.n_parts == 1 && r.n_trouble == 1);
    NEED(air_text(r.air, ALICE, "twice") == 0);
    WAIT(&r, 10000, r.n_parts == 2);
    NEED(air_fault_set(r.air, "ok") == 0);
    WAIT(&r, 30000, used(&r) == 0);
    NEED(r.n_parts == 2 && r.restarts == 0);
    rig_close(&r);
}

static void good_again(struct rig *r, int ms)
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

static void settle(struct rig *r, int ms)
{
    int64_t until = mono_ms() + ms;
    WAIT(r, ms + 1000, mono_ms() > until);
}

static void fault(const char *name, int ms, int recover_ms)
{
    struct rig r;
    rig_open(&r, 10, 10);
    up(&r);
    NEED(air_text(r.air, ALICE, "before") == 0);
    WAIT(&r, 5000, r.n_gone == 1);
    NEED(air_fault_set(r.air, name) == 0);
    (void)air_text(r.air, ALICE, "during");
    settle(&r, ms);
    good_again(&r, recover_ms);
    size_t during = 0;
    for (size_t i = 0; i < r.n_parts; i++) {
        char text[SMS_TEXT_MAX];
        NEED(!r.parts[i].corrupt);
        text_of(&r.parts[i], text, sizeof text);
        during += !strcmp(text, "during");
    }
    NEED(during >= 1);
    rig_close(&r);
}

static void case_mute(void)
{
    fault("mute", 15000, 20000);
}
static void case_garbage(void)
{
    fault("garbage", 5000, 20000);
}
static void case_no_echo(void)
{
    fault("no-echo", 8000, 20000);
}
static void case_unknown_urc(void)
{
    fault("unknown-urc", 8000, 10000);
}
static void case_sim_full(void)
{
    fault("sim-full", 3000, 20000);
}
static void case_unplug(void)
{
    fault("unplug", 3000, 10000);
}
static void case_power_cycle(void)
{
    fault("power-cycle", 3000, 20000);
}
static void case_slow(void)
{
    fault("slow", 20000, 20000);
}

/* A modem that falls silent after the PDU: unknown, not failed; the line comes back. */
static void case_mute_send(void)
{
    struct rig r;
    rig_open(&r, 10, 10);
    up(&r);
    sync_line(&r);
    NEED(air_fault_set(r.air, "mute") == 0);
    send_text(&r, ALICE, "into the void", SMS_GSM7, false);
    WAIT(&r, 60000, r.n_sent == 1);
    NEED(r.sent.result == SENT_NOT || r.sent.result == SENT_UNKNOWN);
    NEED(air_take(r.air, ALICE, &(struct air_sms){.text = ""}) == 0 || r.sent.result == SENT_UNKNOWN);
    good_again(&r, 20000);
    rig_close(&r);
}

static void case_urc_send(void)
{
    struct rig r;
    rig_open(&r, 10, 10);
    up(&r);
    sync_line(&r);
    NEED(air_fault_set(r.air, "unknown-urc") == 0);
    for (size_t i = 1; i <= 20; i++) {
        send_text(&r, ALICE, "under noise", SMS_GSM7, true);
        WAIT(&r, 40000, r.n_sent == i);
        NEED(r.sent.result == SENT_OK || r.sent.result == SENT_NOT || r.sent.result == SENT_UNKNOWN);
    }
    good_again(&r, 10000);
    rig_close(&r);
}

/* Reports that the modem stores instead of telling: read, told once, removed. */
static void case_stored_reports(void)
{
    struct rig r;
    rig_open(&r, 10, 10);
    vmodem_store_reports(r.modem, true);
    up(&r);
    for (size_t i = 1; i <= 5; i++) {
        send_text(&r, ALICE, "report, please", SMS_GSM7, true);
        WAIT(&r, 5000, r.n_sent == i && r.n_reports == i);
        NEED(r.report.ref == r.sent.ref && !strcmp(r.report.number, ALICE));
    }
    sync_line(&r);
    NEED(used(&r) == 0 && r.n_parts == 0 && r.n_reports == 5);
    rig_close(&r);
}

/* The PIN is tried once; a wrong one ends the process with its own status. */
static void case_pin(void)
{
    struct rig r;
    rig_open(&r, 10, 10);
    NEED(vmodem_sim_pin(r.modem, "1234") == 0);
    NEED(air_text(r.air, ALICE, "behind the PIN") == 0);
    start_line(&r);
    r.start_at = INT64_MAX;
    while (!r.exited)
        event_base_loop(r.base, EVLOOP_ONCE);
    NEED(WIFEXITED(r.exit_status) && WEXITSTATUS(r.exit_status) == LINE_EXIT_PIN && r.n_trouble == 1);
    NEED(setenv("TINBAO_PIN", "9999", 1) == 0);
    start_line(&r);
    while (!r.exited)
        event_base_loop(r.base, EVLOOP_ONCE);
    NEED(WIFEXITED(r.exit_status) && WEXITSTATUS(r.exit_status) == LINE_EXIT_PIN && r.n_trouble == 2);
    NEED(setenv("TINBAO_PIN", "1234", 1) == 0);
    up(&r);
    WAIT(&r, 10000, r.n_gone == 1);
    NEED(unsetenv("TINBAO_PIN") == 0);
    rig_close(&r);
}

/* A text that is there when the sync is asked was handed over when it is answered. */
static void case_sync(void)
{
    struct rig r;
    rig_open(&r, 30, 255);
    r.poll_s = 3600;
    up(&r);
    for (size_t i = 0; i < 20; i++) {
        size_t before = r.n_parts;
        for (size_t k = 0; k < 10; k++)
            NEED(air_text(r.air, BINH, "XEM 48217") == 0);
        sync_line(&r);
        NEED(r.n_parts == before + 10);
    }
    r.keep = false; /* a core that keeps nothing gets no more than the window, and all again later */
    for (size_t k = 0; k < 100; k++)
        NEED(air_text(r.air, BINH, "VAO") == 0);
    settle(&r, 1000);
    NEED(r.n_parts == 264 && r.n_gone == 200);
    kill(r.pid, SIGKILL);
    r.keep = true;
    WAIT(&r, 10000, r.n_parts == 364 && used(&r) == 0);
    rig_close(&r);
}

static void case_idle(void)
{
    struct rig r;
    struct rusage a, b;
    rig_open(&r, 20, 20);
    r.poll_s = 30;
    up(&r);
    settle(&r, 3000);
    char path[64], line[256] = "";
    snprintf(path, sizeof path, "/proc/%d/status", r.pid);
    FILE *f = fopen(path, "r");
    NEED(f);
    while (fgets(line, sizeof line, f) && strncmp(line, "VmHWM", 5) != 0)
        ;
    fclose(f);
    uint64_t c0 = vmodem_commands(r.modem);
    int64_t t0 = mono_ms();
    NEED(getrusage(RUSAGE_CHILDREN, &a) == 0);
    settle(&r, 20000);
    double s = (double)(mono_ms() - t0) / 1000;
    printf("  idle: %.2f commands/s, %s", (double)(vmodem_commands(r.modem) - c0) / s, line);
    rig_close(&r);
    NEED(getrusage(RUSAGE_CHILDREN, &b) == 0);
    printf("  cpu of the child's whole life: %ld us\n",
           (long)(b.ru_utime.tv_usec - a.ru_utime.tv_usec + b.ru_stime.tv_usec - a.ru_stime.tv_usec));
}

static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {{"reads", case_reads},
             {"latency", case_latency},
             {"thousand", case_thousand},
             {"killed", case_killed},
             {"sends", case_sends},
             {"parts", case_parts},
             {"talks", case_talks},
             {"stored-reports", case_stored_reports},
             {"pin", case_pin},
             {"sync", case_sync},
             {"poison", case_poison},
             {"delete-fails", case_delete_fails},
             {"garbage", case_garbage},
             {"no-echo", case_no_echo},
             {"unknown-urc", case_unknown_urc},
             {"urc-send", case_urc_send},
             {"sim-full", case_sim_full},
             {"unplug", case_unplug},
             {"power-cycle", case_power_cycle},
             {"slow", case_slow},
             {"mute", case_mute},
             {"mute-send", case_mute_send},
             {"idle", case_idle}};

/* This image as the child, in place of `tinbao line`. */
static int as_line(int argc, char **argv)
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

int main(int argc, char **argv)
{
    if (argc > 2 && !strcmp(argv[1], "line"))
        return as_line(argc, argv);
    signal(SIGPIPE, SIG_IGN);
    log_setup("line_gammu", LOG_ERR_, false);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
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
