// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What through.c and kills.c share: a virtual modem in this process, a real `tinbao serve` as a
 * child on it, numbered texts in all the shapes that phones send, and the comparison of what
 * was sent with what the database holds.
 */
#ifndef TB_TESTS_FAULTS_RIG_H
#define TB_TESTS_FAULTS_RIG_H

#include "gateway/base/clock.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "gateway/base/utf.h"
#include "gateway/line/air.h"
#include "gateway/line/vmodem.h"
#include "store/db.h"
#include "store/incident.h"

#include <dirent.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define RIG_SENDERS 27 /* the village teams of the demo roster */
#define RIG_TEXT_MAX 1200
#define RIG_SHAPES 6

struct rig {
    const char *tinbao;
    char dir[200], state[256], config[256], link[256], log[256];
    struct event_base *base;
    struct clock *clock;
    struct air *air;
    struct vmodem *modem;
    pid_t core;
    int count, next;          /* texts in all, the next to go */
    unsigned char *confirmed; /* by text: how often its confirmation arrived */
    unsigned char *found;     /* by text: how many incidents hold it */
    char (*codes)[8];         /* by text, from the database */
    int arrived, wrong;
    struct {
        char code[8];
    } * seen; /* codes in the order of arrival */
    int n_seen, cap_seen;
    uint64_t random;
};

static inline uint32_t rig_random(struct rig *r, uint32_t below)
{
    r->random = r->random * 6364136223846793005u + 1442695040888963407u;
    return below ? (uint32_t)(r->random >> 33) % below : 0;
}

/* --- texts ----------------------------------------------------------------------------- */

static inline bool rig_is_ucs2(int i)
{
    return i % RIG_SHAPES >= 3;
}

/* What comes before the reporter's own words; the service recognises it and keeps the rest. */
static inline const char *rig_head(int i)
{
    return rig_is_ucs2(i) ? "BC mạn đê cờ bạc " : "BC man de co bac ";
}

/* Text number i, whole. Shapes: 1, 2 and 5 parts in GSM-7, the same in UCS2 with accents. */
static inline void rig_text(int i, char *out, size_t size)
{
    static const int units[RIG_SHAPES] = {60, 260, 700, 55, 120, 310};
    static const char *const plain[] = {"nhom thanh nien",   "ngoi sau cho",   "on ao",
                                        "khong ai noi duoc", "ba con buc xuc", "de nghi xem giup"};
    static const char *const marked[] = {"nhóm thanh niên",   "ngồi sau chợ",   "ồn ào",
                                         "không ai nói được", "bà con bức xúc", "đề nghị xem giúp"};
    const char *const *words = rig_is_ucs2(i) ? marked : plain;
    uint8_t utf16[2 * RIG_TEXT_MAX];
    struct sbuf b = sbuf_on(out, size);
    sbuf_add(&b, rig_head(i));
    sbuf_add(&b, rig_is_ucs2(i) ? "ở quán" : "o quan");
    for (int k = i; utf8_to_utf16be(out, utf16, sizeof(utf16)) / 2 < units[i % RIG_SHAPES] - 20; k++)
        sbuf_addf(&b, " %s", words[k % 6]);
    sbuf_addf(&b, " het %d", i);
}

/* Its parts, at most 8: how many. Neighbours have the same reference and different senders. */
static inline int rig_parts(int i, int64_t now_ms, struct sms_part *parts)
{
    char text[RIG_TEXT_MAX];
    uint8_t utf16[2 * RIG_TEXT_MAX];
    rig_text(i, text, sizeof(text));
    int octets = utf8_to_utf16be(text, utf16, sizeof(utf16));
    int single = rig_is_ucs2(i) ? 140 : 320, each = rig_is_ucs2(i) ? 134 : 306;
    int n = octets <= single ? 1 : (octets + each - 1) / each;
    for (int k = 0; k < n; k++) {
        struct sms_part *p = &parts[k];
        int from = n == 1 ? 0 : k * each, len = n == 1 || k == n - 1 ? octets - from : each;
        memset(p, 0, sizeof(*p));
        snprintf(p->sender, sizeof(p->sender), "+849120000%02d", i % RIG_SENDERS + 1);
        p->smsc_ms = now_ms / 1000 * 1000;
        p->ref = (uint16_t)(1 + i / RIG_SHAPES % 255);
        p->ref_bits = n == 1 ? 0 : 8;
        p->ref = n == 1 ? 0 : p->ref;
        p->total = (uint8_t)n;
        p->seq = (uint8_t)(k + 1);
        p->coding = rig_is_ucs2(i) ? SMS_UCS2 : SMS_GSM7;
        p->body_len = (uint16_t)len;
        memcpy(p->body, utf16 + from, (size_t)len);
    }
    return n;
}

/* The next `n` texts reach the network, their parts in any order. */
static inline int rig_feed(struct rig *r, int n)
{
    struct sms_part parts[8 * 16];
    int k = 0, rc = 0;
    for (int i = 0; i < n && i < 16 && r->next < r->count; i++)
        k += rig_parts(r->next++, clock_now_ms(r->clock), parts + k);
    for (int i = k - 1; i > 0; i--) {
        int j = (int)rig_random(r, (uint32_t)i + 1);
        struct sms_part t = parts[i];
        parts[i] = parts[j];
        parts[j] = t;
    }
    for (int i = 0; !rc && i < k; i++)
        rc = air_part(r->air, &parts[i]);
    return rc;
}

/* --- what arrives on the phones --------------------------------------------------------- */

static inline void rig_arrived(void *ctx, const struct air_sms *sms)
{
    struct rig *r = ctx;
    char code[8] = "";
    r->arrived++;
    if (sscanf(sms->text, "Da nhan vu %7[0-9]", code) != 1) {
        r->wrong++;
        return;
    }
    if (r->n_seen == r->cap_seen) {
        r->cap_seen = r->cap_seen ? 2 * r->cap_seen : 1024;
        r->seen = realloc(r->seen, (size_t)r->cap_seen * sizeof(*r->seen));
        if (!r->seen)
            abort();
    }
    memcpy(r->seen[r->n_seen++].code, code, sizeof(code));
}

/* --- the service ------------------------------------------------------------------------ */

static inline int rig_copy(const char *from, const char *dir, const char *name)
{
    char path[512], buf[4096];
    size_t n = 0;
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *in = fopen(from, "re"), *out = fopen(path, "we");
    bool good = in && out;
    while (good && (n = fread(buf, 1, sizeof(buf), in)) > 0)
        good = fwrite(buf, 1, n, out) == n;
    if (in)
        fclose(in);
    if (out && fclose(out))
        good = false;
    return good ? 0 : -EIO;
}

/* A config of the run's own: a tree that changes meanwhile must not reach into it. */
static inline int rig_write_config(const struct rig *r)
{
    int rc = rig_copy("config/demo/places.cfg", r->dir, "places.cfg");
    rc = rc ? rc : rig_copy("config/demo/roster.csv", r->dir, "roster.csv");
    rc = rc ? rc : rig_copy("config/kinds.cfg", r->dir, "kinds.cfg");
    rc = rc ? rc : rig_copy("config/forms.cfg", r->dir, "forms.cfg");
    rc = rc ? rc : rig_copy("config/messages.vi.cfg", r->dir, "messages.vi.cfg");
    FILE *f = rc ? NULL : fopen(r->config, "we");
    if (!f)
        return -EIO;
    fprintf(f,
            "places = \"places.cfg\";\nroster = \"roster.csv\";\nkinds = \"kinds.cfg\";\n"
            "forms = \"forms.cfg\";\nmessages = \"messages.vi.cfg\";\n"
            "demo = true;\nstate_dir = \"%s\";\nbalance_every_h = 0;\njoin_window_s = 0;\nlog_level = "
            "\"note\";\nrestricted : {\n"
            "  TRENGUY = [ \"+84903000001\" ];\n  BAOHANH = [ \"+84903000001\" ];\n};\n"
            "lines = ( { name = \"gsm1\"; device = \"%s\"; is_virtual = true; cut_pauses = true;\n"
            "  rate_per_minute = 600; poll_s = 5; } );\n",
            r->state, r->link);
    return fclose(f) ? -EIO : 0;
}

/* Starts the service; it ends with this process. */
static inline int rig_start(struct rig *r)
{
    fflush(NULL);
    pid_t parent = getpid();
    r->core = fork();
    if (r->core < 0)
        return -errno;
    if (r->core == 0) {
        int log = open(r->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (log < 0 || dup2(log, STDERR_FILENO) < 0 || getppid() != parent)
            _exit(127);
        close_range(3, ~0U, 0);
        execl(r->tinbao, "tinbao", "serve", "-c", r->config, (char *)NULL);
        _exit(127);
    }
    return 0;
}

/* Has the service ended by itself? Its status then. */
static inline bool rig_ended(struct rig *r, int *status)
{
    if (r->core > 0 && waitpid(r->core, status, WNOHANG) == r->core) {
        r->core = 0;
        return true;
    }
    return false;
}

/* Runs the modem and everything else of this process for so long. */
static inline void rig_run(struct rig *r, int64_t ms)
{
    int64_t until_ms = mono_ms() + ms;
    do {
        int64_t left_ms = until_ms - mono_ms();
        struct timeval tv = {.tv_sec = (time_t)(left_ms / 1000), .tv_usec = (suseconds_t)(left_ms % 1000 * 1000)};
        if (left_ms < 1)
            break;
        event_base_loopexit(r->base, &tv);
        event_base_dispatch(r->base);
    } while (mono_ms() < until_ms);
}

/* SIGKILL, at once. */
static inline void rig_kill_core(struct rig *r)
{
    if (r->core <= 0)
        return;
    kill(r->core, SIGKILL);
    waitpid(r->core, NULL, 0);
    r->core = 0;
}

/* SIGTERM, and the modem goes on meanwhile; the exit status, or -1 when it had to be killed. */
static inline int rig_stop(struct rig *r, int64_t within_ms)
{
    int status = 0;
    int64_t until_ms = mono_ms() + within_ms;
    if (r->core <= 0)
        return -1;
    kill(r->core, SIGTERM);
    while (!rig_ended(r, &status) && mono_ms() < until_ms)
        rig_run(r, 20);
    if (r->core > 0) {
        rig_kill_core(r);
        return -1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The process of the line: the core's child. 0 when there is none now. */
static inline pid_t rig_line_pid(const struct rig *r)
{
    DIR *d = opendir("/proc");
    pid_t found = 0;
    for (struct dirent *e; d && !found && (e = readdir(d));) {
        char path[300], buf[512];
        int pid = atoi(e->d_name), ppid = 0;
        if (pid <= 0)
            continue;
        snprintf(path, sizeof(path), "/proc/%d/stat", pid);
        FILE *f = fopen(path, "re");
        if (f && fgets(buf, sizeof(buf), f) && strrchr(buf, ')') &&
            sscanf(strrchr(buf, ')') + 1, " %*c %d", &ppid) == 1 && ppid == r->core)
            found = pid;
        if (f)
            fclose(f);
    }
    if (d)
        closedir(d);
    return found;
}

/* --- the comparison --------------------------------------------------------------------- */

static inline int rig_check_incident(void *ctx, const struct incident *in)
{
    struct rig *r = ctx;
    char want[RIG_TEXT_MAX];
    const char *het = strstr(in->text, " het ");
    int i = het ? atoi(het + 5) : -1;
    if (i < 0 || i >= r->count) {
        r->wrong++;
        fprintf(stderr, "an incident that nobody sent: %.80s\n", in->text);
        return 0;
    }
    rig_text(i, want, sizeof(want));
    if (strcmp(want + strlen(rig_head(i)), in->text) != 0) {
        r->wrong++;
        fprintf(stderr, "text %d differs:\n  sent %s\n  kept %s\n", i, want, in->text);
        return 0;
    }
    r->found[i]++;
    memcpy(r->codes[i], in->code, sizeof(r->codes[i]));
    return 0;
}

struct rig_count {
    int incidents, lost, doubled, confirmations, unconfirmed, twice;
};

/* Texts, incidents and confirmations, one against the other. */
static inline int rig_compare(struct rig *r, struct rig_count *c)
{
    struct db *db = NULL;
    memset(c, 0, sizeof(*c));
    memset(r->found, 0, (size_t)r->count);
    memset(r->confirmed, 0, (size_t)r->count);
    int rc = db_open(&db, r->state, DB_READ);
    if (!rc)
        rc = incident_each_between(db, 0, INT64_MAX, rig_check_incident, r);
    db_close(db);
    for (int k = 0; k < r->n_seen; k++)
        for (int i = 0; i < r->count; i++)
            if (!strcmp(r->seen[k].code, r->codes[i]) && r->confirmed[i] < 255)
                r->confirmed[i]++;
    for (int i = 0; i < r->count; i++) {
        c->incidents += r->found[i];
        c->lost += r->found[i] == 0;
        c->doubled += r->found[i] > 1;
        c->confirmations += r->confirmed[i];
        c->unconfirmed += r->confirmed[i] == 0;
        c->twice += r->confirmed[i] > 1;
    }
    return rc;
}

/* --- making and ending ------------------------------------------------------------------ */

static inline int rig_open(struct rig *r, const char *tinbao, int count, int sim, int me)
{
    const char *tmp = getenv("TMPDIR");
    struct air_events ev = {.ctx = r, .arrived = rig_arrived};
    r->tinbao = tinbao;
    r->count = count;
    r->random = 20261112;
    snprintf(r->dir, sizeof(r->dir), "%s/tinbao-faults-XXXXXX", tmp && *tmp ? tmp : "/var/tmp");
    if (!mkdtemp(r->dir))
        return -errno;
    snprintf(r->state, sizeof(r->state), "%s/state", r->dir);
    snprintf(r->config, sizeof(r->config), "%s/tinbao.cfg", r->dir);
    snprintf(r->link, sizeof(r->link), "%s/modem", r->dir);
    snprintf(r->log, sizeof(r->log), "%s/log", r->dir);
    r->confirmed = calloc((size_t)count, 1);
    r->found = calloc((size_t)count, 1);
    r->codes = calloc((size_t)count, sizeof(*r->codes));
    r->base = event_base_new();
    r->clock = clock_new_real();
    r->air = r->clock ? air_new(r->clock, "+84912999999", sim, me) : NULL;
    if (!r->confirmed || !r->found || !r->codes || !r->base || !r->air || air_listen(r->air, &ev))
        return -ENOMEM;
    r->modem = vmodem_new(r->base, r->air, r->link);
    return r->modem ? rig_write_config(r) : -EIO;
}

static inline void rig_remove(const char *dir)
{
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d));) {
        char path[600];
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
            continue;
        if (snprintf(path, sizeof(path), "%s/%s", dir, e->d_name) >= (int)sizeof(path))
            continue;
        if (unlink(path) && errno == EISDIR)
            rig_remove(path);
    }
    if (d)
        closedir(d);
    rmdir(dir);
}

/* keep: leave the directory (it is named) for a look. */
static inline void rig_close(struct rig *r, bool keep)
{
    rig_kill_core(r);
    vmodem_free(r->modem);
    air_free(r->air);
    clock_free(r->clock);
    if (r->base)
        event_base_free(r->base);
    if (keep) {
        fprintf(stderr, "kept for a look: %s\n", r->dir);
    } else {
        rig_remove(r->state);
        rig_remove(r->dir);
    }
    free(r->confirmed);
    free(r->found);
    free(r->codes);
    free(r->seen);
}

/* All texts were taken from the storages, and nothing waits at the network. */
static inline bool rig_drained(const struct rig *r)
{
    int sm = 0, me = 0, total;
    air_capacity(r->air, AIR_SM, &sm, &total);
    air_capacity(r->air, AIR_ME, &me, &total);
    return sm == 0 && me == 0 && air_held(r->air) == 0;
}

#endif
