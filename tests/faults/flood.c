// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An SOS behind a flood: 5,000 texts from 500 unknown numbers, and twenty officers to tell. Twice: the
 * texts wait in the network when the service starts, and the texts come within a minute while it
 * runs, the SOS in their midst. And a tenth of them from one number. Through a real `tinbao serve`, libgammu and the
 * virtual modem, at a modem's own rate of 20 texts a minute (an SOS passes before rates).
 *
 * The first alert must be with the modem within 10 s of the SOS (of the start, when it waits), the
 * core within 32 MB, the strangers' answers and what one officer gets within what the settings allow in an
 * hour, and every text must have its disposition.
 *
 * usage: flood TINBAO [TEXTS]    (5000). Exit 0 when all is so, 1 when not, 2 when it could not be run.
 */
#include "tests/faults/rig.h"

#include "gateway/base/log.h"
#include "store/engine.h"
#include "store/message.h"

#define NUMBERS 500
#define OFFICERS 20
#define WITHIN_MS 10000
#define CORE_MAX_KB (32 * 1024)
#define STRANGERS_AN_HOUR 60 /* unknown_replies_all_per_hour */
/* unknown_replies_per_hour, as a sender and as a tipster: those two are kept apart */
#define STRANGER_AN_HOUR (2 * 3)
/* unknown_alerts_all_per_hour, what was unclear, the SOS and its repeats */
#define OFFICER_MAX (30 + STRANGERS_AN_HOUR + 5)

struct round {
    const char *name;
    int numbers;
    bool running;      /* the service runs when they come */
    const char *fault; /* its line of the list, NULL: none */
};

struct seen {
    int64_t first_alert_ms; /* mono_ms, 0 not yet */
    int alerts, out;
};

static void on_arrived(void *ctx, const struct air_sms *sms)
{
    struct seen *s = ctx;
    if (!strncmp(sms->text, "SOS ", 4)) {
        s->alerts++;
        if (!s->first_alert_ms)
            s->first_alert_ms = mono_ms();
    }
    s->out++;
}

/* What strangers text: tips, reports, chatter, advertising, codes, nonsense. */
static int feed_one(struct rig *r, int i, int numbers)
{
    static const char *const texts[] = {
        "TIN man de co danh bac o quan nuoc",
        "BC man de cai nhau o dau xom",
        "alo ai day, goi lai cho minh nhe",
        "Giam gia 50% cho thue bao, soan DK gui 999",
        "*1#",
        "NHAN 48217",
        "Ma OTP cua quy khach la 112233",
        "Tối nay mấy giờ họp vậy mọi người ơi",
        "HD",
        "????",
    };
    char from[24], text[200];
    snprintf(from, sizeof(from), "+849120%05d", 10000 + i % numbers);
    snprintf(text, sizeof(text), "%s %d", texts[i % 10], i);
    return air_text(r->air, from, text);
}

static int more_officers(const struct rig *r)
{
    char path[300];
    snprintf(path, sizeof(path), "%s/roster.csv", r->dir);
    FILE *f = fopen(path, "ae");
    for (int i = 0; f && i < OFFICERS; i++)
        fprintf(f, "Truc %c,+8490310%04d,duty,,\n", 'A' + i, i + 1);
    return !f || fclose(f) ? -EIO : 0;
}

/* A modem's own rate, and a state directory that this round has for itself. */
static int settings(const struct rig *r)
{
    char line[400];
    int rc = more_officers(r);
    FILE *f = rc ? NULL : fopen(r->config, "re");
    char all[4096] = "";
    struct sbuf b = sbuf_on(all, sizeof(all));
    while (f && fgets(line, sizeof(line), f)) {
        char *rate = strstr(line, "rate_per_minute = 600");
        sbuf_add(&b, rate ? "  rate_per_minute = 20; poll_s = 5; } );\n" : line);
    }
    if (!f || fclose(f) || sbuf_done(&b))
        return -EIO;
    f = fopen(r->config, "we");
    return !f || fputs(all, f) < 0 || fclose(f) ? -EIO : 0;
}

static long core_peak_kb(const struct rig *r)
{
    char path[64], line[200];
    long kb = 0;
    snprintf(path, sizeof(path), "/proc/%d/status", r->core);
    FILE *f = fopen(path, "re");
    while (f && fgets(line, sizeof(line), f))
        if (sscanf(line, "VmHWM: %ld kB", &kb) == 1)
            break;
    if (f)
        fclose(f);
    return kb;
}

static int64_t kept(const struct rig *r, const char *disposition)
{
    struct db *db = NULL;
    int64_t n = -1;
    if (db_open(&db, r->state, DB_READ) == 0)
        message_count(db, disposition, 0, &n);
    db_close(db);
    return n;
}

/* The texts come, all at once and then the SOS, or spread over a minute with the SOS in their midst. */
static int send_all(struct rig *r, int count, const struct round *o, int64_t *sos_ms)
{
    int rc = 0;
    int64_t from_ms = mono_ms();
    for (int i = 0; !rc && i <= count; i++) {
        if (i == (o->running ? count / 2 : count)) {
            *sos_ms = mono_ms();
            rc = air_text(r->air, "+84912000001", "SOS bi vay o cau");
        }
        rc = rc || i == count ? rc : feed_one(r, i, o->numbers);
        int64_t due_ms = from_ms + (int64_t)i * 55000 / count;
        if (o->running && due_ms > mono_ms())
            rig_run(r, due_ms - mono_ms());
    }
    return rc;
}

/* What was written to go out: the modem's rate lets most of it wait for minutes. */
static int64_t written(const struct rig *r, const char *sql)
{
    struct db *db = NULL;
    char got[32] = "";
    int64_t n = -1;
    if (db_open(&db, r->state, DB_READ) == 0 && db_exec(db, sql, got, sizeof got) == 0)
        n = strtoll(got, NULL, 10);
    db_close(db);
    return n;
}

/* What is there in the end, and whether it is as it must be. */
static bool judge(const struct rig *r, const struct round *o, int count, const struct seen *s, int64_t after_ms,
                  long peak_kb, int status)
{
    int64_t all = kept(r, NULL), failed = kept(r, "failed"), unsettled = kept(r, "received");
    int64_t to_strangers = written(r, "SELECT COUNT(*) FROM outbox WHERE party_id IS NOT NULL");
    int64_t to_one = written(
        r, "SELECT MAX(n) FROM (SELECT COUNT(*) AS n FROM outbox WHERE user_id IS NOT NULL GROUP BY user_id) AS o");
    bool good = status == 0 && after_ms >= 0 && after_ms <= WITHIN_MS && s->alerts >= OFFICERS && peak_kb > 0 &&
                peak_kb <= CORE_MAX_KB && to_strangers >= 0 &&
                to_strangers <= (o->numbers > 1 ? STRANGERS_AN_HOUR : STRANGER_AN_HOUR) && to_one >= 0 &&
                to_one <= OFFICER_MAX && all == count + 1 && failed == 0 && unsettled == 0;
    printf("flood: %s: %d texts, first alert after %.1f s, %d SOS alerts; written: %lld answers to strangers, at most "
           "%lld "
           "texts to one officer; %d went out, core at most %.1f MB, %lld of %d kept, %lld failed, %lld without a "
           "disposition, "
           "exit %d: %s\n",
           o->name, count, (double)after_ms / 1000, s->alerts, (long long)to_strangers, (long long)to_one, s->out,
           (double)peak_kb / 1024, (long long)all, count + 1, (long long)failed, (long long)unsettled, status,
           good ? "good" : "NOT GOOD");
    return good;
}

static int round_of(const char *tinbao, int count, const struct round *o)
{
    struct rig r = {.core = 0};
    struct seen s = {0};
    struct air_events ev = {.ctx = &s, .arrived = on_arrived};
    int64_t sos_ms = 0;
    int rc = rig_open(&r, tinbao, 1, 50, 100);
    rc = rc ? rc : settings(&r);
    rc = rc ? rc : air_listen(r.air, &ev);
    if (!rc && o->running) {
        rc = rig_start(&r);
        rig_run(&r, 1500);
    }
    rc = rc ? rc : send_all(&r, count, o, &sos_ms);
    if (!rc && !o->running) {
        sos_ms = mono_ms();
        rc = rig_start(&r);
    }
    int64_t end_ms = mono_ms(), until_ms = end_ms + 60000;
    while (!rc && mono_ms() < until_ms && (!s.alerts || !rig_drained(&r)))
        rig_run(&r, 50);
    double drained_s = (double)(mono_ms() - end_ms) / 1000;
    rig_run(&r, 2000);
    long peak_kb = core_peak_kb(&r);
    int status = rig_stop(&r, 10000);
    bool good = judge(&r, o, count, &s, s.first_alert_ms ? s.first_alert_ms - sos_ms : -1, peak_kb, status) && !rc;
    if (o->fault)
        printf("fault: people %s: %s, recovered in %.1f s: SOS alerted after %.1f s, all kept, few answers\n", o->fault,
               good ? "ok" : "FAILED", drained_s, (double)(s.first_alert_ms - sos_ms) / 1000);
    rig_close(&r, !good);
    return good ? 0 : 1;
}

int main(int argc, char **argv)
{
    int count = argc > 2 ? atoi(argv[2]) : 5000;
    if (argc < 2 || count < 1) {
        fprintf(stderr, "usage: flood TINBAO [TEXTS]\n");
        return 2;
    }
    log_setup("flood", LOG_WARN_, false);
    signal(SIGPIPE, SIG_IGN);
    static const struct round rounds[] = {
        {"waiting", NUMBERS, false, NULL},
        {"within a minute", NUMBERS, true, "prank-flood-500"},
        {"one number", 1, true, "prank-flood-1"},
    };
    int bad = 0;
    for (size_t i = 0; i < ARRAY_LEN(rounds); i++)
        bad |= round_of(argv[1], rounds[i].numbers > 1 ? count : count / 10 + 1, &rounds[i]);
    return bad;
}
