// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The whole service on the virtual modem, measured. This process is the modem and the phones;
 * a real `tinbao serve` runs on it with its line child. Run by scripts/bench.
 *
 * usage: line TINBAO [-n COUNT] [-l MESSAGES] [-i SECONDS]       (3000, 200 and 60)
 *
 * - COUNT texts that wait in the modem, read and deleted by libgammu alone (a child process,
 *   GSM_GetNextSMS and GSM_DeleteSMS, nothing else), then as many through the service until
 *   the last is kept and deleted, at the demo's rate of replies (60 a minute). Both clocks begin
 *   when the modem is asked for its list. Then again with the replies sent as they come.
 * - The service without work for SECONDS: CPU time of core and line, AT commands.
 * - MESSAGES one at a time, each after a pause: from the moment the modem says +CMTI to the
 *   reply in the outbox and to its +CMGS. The outbox is watched by a thread with a read-only
 *   connection that asks for MAX(id) every 0.2 ms (one page from the WAL index, no lock that a
 *   writer waits for); its clock is read before it asks, so a figure is at most 0.2 ms late. The
 *   +CMGS is the moment the network takes the text.
 * - Peak RSS (VmHWM) of core and line over all of that.
 *
 * Works in a directory of its own under $TMPDIR (default /var/tmp). Exit 0, or 1 when a text
 * was lost or something did not come up; never for a time.
 */
#include "tests/faults/rig.h"

#include "gateway/base/log.h"
#include "gateway/serve/control.h"

#include <gammu.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <time.h>

#define UP_MS 30000
#define BULK_MS 120000
#define ANSWER_MS 5000
#define SETTLE_MS 5000
#define LOOK_NS 200000
#define DEMO_RATE 60
#define NO_RATE 600

struct peaks {
    long core_kb, line_kb;
};

struct outbox_watch {
    sqlite3 *db;
    sqlite3_stmt *max;
    pthread_t thread;
    atomic_bool stop;
    _Atomic int64_t last_id, moved_us; /* moved_us: when last_id grew, 0 = it did not since it was cleared */
};

struct bench {
    const char *tinbao;
    int count, latencies, idle_s;
    struct rig r;
    struct peaks peak;
    int64_t arrived_us;
};

/* --- small things of /proc and SQL ------------------------------------------------------ */

static long peak_kb(pid_t pid)
{
    char path[64], line[200];
    long kb = 0;
    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    FILE *f = pid > 0 ? fopen(path, "re") : NULL;
    while (f && fgets(line, sizeof(line), f))
        if (sscanf(line, "VmHWM: %ld", &kb) == 1)
            break;
    if (f)
        fclose(f);
    return kb;
}

/* User and system time of a process in seconds: the scheduler's own count, which is in
 * nanoseconds, where the kernel keeps it (one thread, so it is the process's); else utime + stime
 * (proc(5), fields 14 and 15). */
static double cpu_s(pid_t pid)
{
    char path[64], buf[1024];
    unsigned long user = 0, sys = 0;
    unsigned long long ns = 0;
    snprintf(path, sizeof(path), "/proc/%d/schedstat", (int)pid);
    FILE *exact = pid > 0 ? fopen(path, "re") : NULL;
    bool counted = exact && fscanf(exact, "%llu", &ns) == 1;
    if (exact)
        fclose(exact);
    if (counted)
        return (double)ns / 1e9;
    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    FILE *f = pid > 0 ? fopen(path, "re") : NULL;
    const char *p = f && fgets(buf, sizeof(buf), f) ? strrchr(buf, ')') : NULL;
    if (p)
        (void)sscanf(p + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &sys);
    if (f)
        fclose(f);
    return (double)(user + sys) / (double)sysconf(_SC_CLK_TCK);
}

static void note_peaks(struct bench *b)
{
    long core = peak_kb(b->r.core), line = peak_kb(rig_line_pid(&b->r));
    b->peak.core_kb = core > b->peak.core_kb ? core : b->peak.core_kb;
    b->peak.line_kb = line > b->peak.line_kb ? line : b->peak.line_kb;
}

static sqlite3 *open_db(const struct rig *r)
{
    char path[300];
    sqlite3 *db = NULL;
    snprintf(path, sizeof(path), "%s/tinbao.db", r->state);
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK)
        return db;
    sqlite3_close(db);
    return NULL;
}

static int64_t count_rows(const struct rig *r, const char *sql)
{
    sqlite3 *db = open_db(r);
    sqlite3_stmt *st = NULL;
    int64_t n = -1;
    if (db && sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW)
        n = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    sqlite3_close(db);
    return n;
}

/* --- the service ------------------------------------------------------------------------ */

/* As the demo, with the pauses cut and a large pool of codes. 600 a minute is no limit at all. */
static int write_config(const struct rig *r, int rate_per_minute)
{
    char here[PATH_MAX];
    FILE *f = fopen(r->config, "we");
    if (!f || !getcwd(here, sizeof(here)))
        return -EIO;
    fprintf(f,
            "places = \"%s/config/demo/places.cfg\";\nroster = \"%s/config/demo/roster.csv\";\n"
            "demo = true;\nstate_dir = \"%s\";\nbalance_every_h = 0;\njoin_window_s = 0;\nlog_level = "
            "\"note\";\ncode_digits = 6;\n"
            "service_name = \"CA xa Demo\";\nrestricted : {\n"
            "  TRENGUY = [ \"+84903000001\" ];\n  BAOHANH = [ \"+84903000001\" ];\n};\n"
            "lines = ( { name = \"gsm1\"; device = \"%s\"; is_virtual = true; cut_pauses = true;\n"
            "  rate_per_minute = %d; } );\n",
            here, here, r->state, r->link, rate_per_minute);
    return fclose(f) ? -EIO : 0;
}

static int open_rig(struct bench *b, int rate_per_minute)
{
    memset(&b->r, 0, sizeof(b->r));
    int rc = rig_open(&b->r, b->tinbao, b->count, 30, b->count);
    return rc ? rc : write_config(&b->r, rate_per_minute);
}

static int wait_up(struct bench *b)
{
    char answer[CONTROL_ANSWER_MAX];
    int status;
    for (int64_t until_ms = mono_ms() + UP_MS; mono_ms() < until_ms;) {
        rig_run(&b->r, 100);
        if (rig_ended(&b->r, &status))
            break;
        if (ctlsock_ask(b->r.state, "status", answer, sizeof(answer)) == 0 && strstr(answer, "\"state\":\"up\""))
            return 0;
    }
    fprintf(stderr, "line: the service did not come up\n");
    return -ETIMEDOUT;
}

/* --- messages from the SIM -------------------------------------------------------------- */

static int fill(struct bench *b, const char *words)
{
    for (int i = 0; i < b->count; i++) {
        char from[ADDRESS_SIZE], text[160];
        snprintf(from, sizeof(from), "+849120000%02d", i % RIG_SENDERS + 1);
        snprintf(text, sizeof(text), "BC man de co bac %s %d o dau xom", words, i);
        int rc = air_text(b->r.air, from, text);
        if (rc)
            return rc;
    }
    return air_held(b->r.air) ? -ENOSPC : 0;
}

struct alone {
    int n;
    int64_t us;
};

static GSM_StateMachine *open_gammu(const char *device)
{
    GSM_InitLocales(NULL);
    GSM_StateMachine *s = GSM_AllocStateMachine();
    GSM_Config *c = s ? GSM_GetConfig(s, 0) : NULL;
    if (!c)
        return NULL;
    memset(c, 0, sizeof(*c));
    c->Device = strdup(device);
    c->Connection = strdup("at");
    snprintf(c->Model, sizeof(c->Model), "at");
    c->DebugFile = strdup("");
    c->UseGlobalDebugFile = FALSE;
    for (int i = 0; i < 5; i++)
        c->CNMIParams[i] = -1;
    GSM_SetConfigNum(s, 1);
    return GSM_InitConnection(s, 1) == ERR_NONE ? s : NULL;
}

/* The child: libgammu and nothing else. */
static void read_alone(const char *device, int fd)
{
    static GSM_MultiSMSMessage sms; /* 260 KB */
    struct alone a = {0, 0};
    GSM_StateMachine *s = open_gammu(device);
    if (!s)
        _exit(1);
    int64_t from_us = mono_us();
    for (gboolean start = TRUE; GSM_GetNextSMS(s, &sms, start) == ERR_NONE; start = FALSE, a.n++) {
        sms.SMS[0].Folder = 0;
        if (GSM_DeleteSMS(s, &sms.SMS[0]) != ERR_NONE)
            break;
        sms.SMS[0].Folder = 0;
    }
    a.us = mono_us() - from_us;
    bool told = write(fd, &a, sizeof(a)) == (ssize_t)sizeof(a);
    GSM_TerminateConnection(s);
    _exit(told ? 0 : 1);
}

static int gammu_alone(struct bench *b)
{
    int fds[2], status = -1;
    struct alone a = {0, 0};
    int rc = fill(b, "vu so");
    if (rc || pipe2(fds, O_CLOEXEC))
        return rc ? rc : -errno;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(fds[1], STDERR_FILENO + 1);
        close_range(STDERR_FILENO + 2, ~0U, 0);
        read_alone(b->r.link, STDERR_FILENO + 1);
    }
    close(fds[1]);
    for (int64_t until_ms = mono_ms() + BULK_MS; pid > 0 && waitpid(pid, &status, WNOHANG) == 0; rig_run(&b->r, 20))
        if (mono_ms() > until_ms)
            kill(pid, SIGKILL);
    bool told = read(fds[0], &a, sizeof(a)) == (ssize_t)sizeof(a);
    close(fds[0]);
    if (!told || status != 0 || a.n != b->count) {
        fprintf(stderr, "line: libgammu alone read %d of %d\n", a.n, b->count);
        return -EIO;
    }
    printf("line: libgammu alone, read and deleted: %d messages, %.0f messages/s\n", a.n, a.n * 1e6 / (double)a.us);
    fflush(stdout);
    return 0;
}

/* Was anything listed or read yet? */
static bool touched(const struct rig *r)
{
    const struct air_slot *s;
    return air_next(r->air, AIR_SM, 0, &s) != 0 || s->read;
}

static int through_service(struct bench *b, const char *how)
{
    int64_t from_us = 0;
    int rc = fill(b, "vu thu"), status;
    if (!rc)
        rc = rig_start(&b->r);
    uint64_t commands = 0;
    for (int64_t until_ms = mono_ms() + BULK_MS; !rc && !rig_drained(&b->r); rig_run(&b->r, 1)) {
        if (!from_us && touched(&b->r)) {
            from_us = mono_us();
            commands = vmodem_commands(b->r.modem);
        }
        if (mono_ms() > until_ms || rig_ended(&b->r, &status))
            rc = -ETIMEDOUT;
    }
    double s = (double)(mono_us() - from_us) / 1e6;
    commands = vmodem_commands(b->r.modem) - commands;
    if (rc)
        return rc;
    rig_run(&b->r, 500);
    note_peaks(b);
    int64_t incidents = count_rows(&b->r, "SELECT COUNT(*) FROM incident");
    int64_t replies = count_rows(&b->r, "SELECT COUNT(*) FROM outbox WHERE priority = 2");
    printf("line: through the service to kept and deleted%s: %d messages, %.0f messages/s, %.1f commands each, "
           "%d replies sent meanwhile\n",
           how, b->count, b->count / s, (double)commands / b->count, b->r.arrived);
    printf("line: incidents %lld, replies %lld of %d\n", (long long)incidents, (long long)replies, b->count);
    fflush(stdout);
    return incidents == b->count && replies == b->count ? 0 : -EIO;
}

static int bulk(struct bench *b, bool alone, int rate_per_minute, const char *how)
{
    int rc = open_rig(b, rate_per_minute);
    if (!rc && alone)
        rc = gammu_alone(b);
    if (!rc)
        rc = through_service(b, how);
    if (!rc && rig_stop(&b->r, 10000) != 0)
        rc = -EIO;
    rig_close(&b->r, rc != 0);
    return rc;
}

/* --- idle ------------------------------------------------------------------------------- */

static void idle(struct bench *b)
{
    pid_t core = b->r.core, line = rig_line_pid(&b->r);
    double core_s = cpu_s(core), line_s = cpu_s(line);
    uint64_t commands = vmodem_commands(b->r.modem);
    int64_t from_us = mono_us();
    rig_run(&b->r, b->idle_s * 1000LL);
    double s = (double)(mono_us() - from_us) / 1e6;
    core_s = cpu_s(core) - core_s;
    line_s = cpu_s(line) - line_s;
    printf("line: idle for %.0f s: CPU core %.3f s, line %.3f s, together %.4f %%; AT commands %.2f/s\n", s, core_s,
           line_s, 100 * (core_s + line_s) / s, (double)(vmodem_commands(b->r.modem) - commands) / s);
    fflush(stdout);
}

/* --- latency ---------------------------------------------------------------------------- */

static void *watch_outbox(void *arg)
{
    struct outbox_watch *w = arg;
    const struct timespec pause = {.tv_nsec = LOOK_NS};
    while (!atomic_load(&w->stop)) {
        int64_t now_us = mono_us(), id = 0;
        if (sqlite3_step(w->max) == SQLITE_ROW)
            id = sqlite3_column_int64(w->max, 0);
        sqlite3_reset(w->max);
        if (id > atomic_load(&w->last_id)) {
            atomic_store(&w->last_id, id);
            int64_t none = 0;
            atomic_compare_exchange_strong(&w->moved_us, &none, now_us);
        }
        nanosleep(&pause, NULL);
    }
    return NULL;
}

static int watch_open(struct outbox_watch *w, const struct rig *r)
{
    w->db = open_db(r);
    if (!w->db || sqlite3_prepare_v2(w->db, "SELECT MAX(id) FROM outbox", -1, &w->max, NULL) != SQLITE_OK)
        return -EIO;
    return -pthread_create(&w->thread, NULL, watch_outbox, w);
}

static void watch_close(struct outbox_watch *w)
{
    atomic_store(&w->stop, true);
    pthread_join(w->thread, NULL);
    sqlite3_finalize(w->max);
    sqlite3_close(w->db);
}

static void on_arrived(void *ctx, const struct air_sms *sms)
{
    struct bench *b = ctx;
    (void)sms;
    if (!b->arrived_us)
        b->arrived_us = mono_us();
}

/* One text: its two times in microseconds, or -ETIMEDOUT. */
static int one(struct bench *b, struct outbox_watch *w, int i, int64_t *outbox_us, int64_t *cmgs_us)
{
    char from[ADDRESS_SIZE], text[160];
    snprintf(from, sizeof(from), "+849120000%02d", i % RIG_SENDERS + 1);
    snprintf(text, sizeof(text), "BC man de co bac lan %d o dau xom", i);
    b->arrived_us = 0;
    atomic_store(&w->moved_us, 0);
    int64_t from_us = mono_us();
    int rc = air_text(b->r.air, from, text); /* the modem says +CMTI in this call */
    for (int64_t until_ms = mono_ms() + ANSWER_MS; !rc && (!b->arrived_us || !atomic_load(&w->moved_us));) {
        rig_run(&b->r, 1);
        if (mono_ms() > until_ms)
            rc = -ETIMEDOUT;
    }
    *outbox_us = atomic_load(&w->moved_us) - from_us;
    *cmgs_us = b->arrived_us - from_us;
    return rc;
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void say_times(const char *what, int64_t *us, int n)
{
    qsort(us, (size_t)n, sizeof(*us), by_value);
    int p99 = (99 * n + 99) / 100 - 1;
    printf("line: +CMTI to %s: %d messages, median %.2f ms, p99 %.2f ms, worst %.2f ms\n", what, n,
           (double)us[n / 2] / 1000, (double)us[p99] / 1000, (double)us[n - 1] / 1000);
}

static int latency(struct bench *b)
{
    struct air_events ev = {.ctx = b, .arrived = on_arrived};
    struct outbox_watch w = {.db = NULL};
    size_t n = (size_t)b->latencies;
    int64_t *outbox_us = calloc(n, sizeof(*outbox_us)), *cmgs_us = calloc(n, sizeof(*cmgs_us));
    int rc = outbox_us && cmgs_us ? air_listen(b->r.air, &ev) : -ENOMEM;
    if (!rc)
        rc = watch_open(&w, &b->r);
    if (!rc) {
        for (int i = 0; !rc && i < b->latencies; i++) {
            rc = one(b, &w, i, &outbox_us[i], &cmgs_us[i]);
            rig_run(&b->r, 120 + rig_random(&b->r, 80)); /* deleted, reported, idle again */
        }
        watch_close(&w);
    }
    if (rc) {
        fprintf(stderr, "line: a text was not answered within %d ms\n", ANSWER_MS);
    } else {
        say_times("the reply in the outbox", outbox_us, b->latencies);
        say_times("its +CMGS", cmgs_us, b->latencies);
    }
    free(outbox_us);
    free(cmgs_us);
    return rc;
}

static int at_rest(struct bench *b)
{
    int rc = open_rig(b, NO_RATE);
    if (!rc)
        rc = rig_start(&b->r);
    if (!rc)
        rc = wait_up(b);
    if (!rc) {
        rig_run(&b->r, SETTLE_MS);
        idle(b);
        rc = latency(b);
        note_peaks(b);
    }
    if (!rc && rig_stop(&b->r, 10000) != 0)
        rc = -EIO;
    rig_close(&b->r, rc != 0);
    return rc;
}

int main(int argc, char **argv)
{
    struct bench b = {.count = 3000, .latencies = 200, .idle_s = 60};
    int c;
    while ((c = getopt(argc, argv, "n:l:i:")) != -1) {
        if (c == 'n')
            b.count = atoi(optarg);
        else if (c == 'l')
            b.latencies = atoi(optarg);
        else if (c == 'i')
            b.idle_s = atoi(optarg);
    }
    if (optind != argc - 1 || b.count < 1 || b.latencies < 1 || b.idle_s < 1) {
        fprintf(stderr, "usage: line TINBAO [-n COUNT] [-l MESSAGES] [-i SECONDS]\n");
        return 2;
    }
    b.tinbao = argv[optind];
    log_setup("bench", LOG_WARN_, false);
    signal(SIGPIPE, SIG_IGN);
    int rc = bulk(&b, true, DEMO_RATE, "");
    if (!rc)
        rc = bulk(&b, false, NO_RATE, ", all replies sent");
    if (!rc)
        rc = at_rest(&b);
    printf("line: peak RSS core %.1f MB, line %.1f MB\n", (double)b.peak.core_kb / 1024, (double)b.peak.line_kb / 1024);
    if (rc)
        fprintf(stderr, "line: %s\n", strerror(-rc));
    return rc ? 1 : 0;
}
