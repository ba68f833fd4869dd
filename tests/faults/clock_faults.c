// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The wall clock a year off in both directions, a boot in 1970, and time stamps of the network that can not be. The
 * first three under the player's clock, so that lateness is exact: an alert that nobody takes must repeat at
 * its time by the clock that does not jump, texts be answered meanwhile, and nothing come twice. The last
 * through the real service, see bench.h.
 *
 * usage: clock_faults TINBAO [FAULT...]    Exit 0 when all is as expected, 1 else.
 */
#include "tests/faults/bench.h"
#include "tests/faults/stage.h"

#include "gateway/line/tpdu.h"

#define REPORTER "+84912000001"
#define OFFICER "+84903000001"
#define PACE_MS (5 * MINUTE_MS)
#define LATE_MAX_MS 30000
#define TEXTS_MAX 600

struct tick {
    struct stage stage;
    bool bad;
    char why[200], code[8];
    int64_t repeat_ms; /* boot time of the first repeat to the officer, 0 = not yet */
    int confirmed, n, doubled;
    uint64_t texts[TEXTS_MAX];
};

static void wrong(struct tick *t, const char *why)
{
    if (!t->bad)
        snprintf(t->why, sizeof(t->why), "%s", why);
    t->bad = true;
}

static uint64_t hash(uint64_t h, const char *s)
{
    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * 1099511628211u;
    return h;
}

static void on_arrived(void *ctx, const struct air_sms *sms)
{
    struct tick *t = ctx;
    uint64_t h = hash(hash(14695981039346656037u, sms->phone), sms->text);
    for (int i = 0; i < t->n; i++)
        t->doubled += t->texts[i] == h;
    if (t->n < TEXTS_MAX)
        t->texts[t->n++] = h;
    if (!strcmp(sms->phone, REPORTER) && !strncmp(sms->text, "Da nhan vu ", 11)) {
        t->confirmed++;
        snprintf(t->code, sizeof(t->code), "%.5s", sms->text + 11);
    }
    if (!strcmp(sms->phone, OFFICER) && t->code[0] && strstr(sms->text, t->code) && strstr(sms->text, "NHAC LAN 1") &&
        !t->repeat_ms)
        t->repeat_ms = clock_boot_ms(t->stage.clock);
}

/* The clock does something wrong in the middle of an alert's pace. */
static void alert_over(struct tick *t, int n, int (*fault)(struct tick *t))
{
    char text[120];
    int64_t from_ms = clock_boot_ms(t->stage.clock);
    int before = t->confirmed;
    t->repeat_ms = 0;
    snprintf(text, sizeof(text), "BC man de danh nhau o nha so %d", n);
    int rc = stage_text(&t->stage, REPORTER, text);
    rc = rc ? rc : stage_move(&t->stage, 2 * MINUTE_MS);
    rc = rc ? rc : fault(t);
    rc = rc ? rc : stage_move(&t->stage, 4 * MINUTE_MS);
    if (rc)
        wrong(t, "the core ended");
    if (t->confirmed != before + 1)
        wrong(t, "the report was not confirmed once");
    int64_t late_ms = t->repeat_ms - (from_ms + PACE_MS);
    if (!t->repeat_ms || late_ms > LATE_MAX_MS)
        wrong(t, "the alert repeats too late, or not at all");
    else if (late_ms < 0)
        wrong(t, "the alert repeats too early");
    /* hours go by: digests, reminders, whatever the calendar has */
    snprintf(text, sizeof(text), "NHAN %s", t->code);
    rc = rc ? rc : stage_text(&t->stage, OFFICER, text);
    snprintf(text, sizeof(text), "XONG %s da hoa giai", t->code);
    rc = rc ? rc : stage_text(&t->stage, OFFICER, text);
    rc = rc ? rc : stage_move(&t->stage, 3 * HOUR_MS);
    if (rc)
        wrong(t, "the core ended");
    if (t->doubled)
        wrong(t, "a text came twice");
}

static int year_on(struct tick *t)
{
    return stage_jump(&t->stage, 365 * DAY_MS);
}

static int year_off(struct tick *t)
{
    return stage_jump(&t->stage, -365 * DAY_MS);
}

/* The core starts with a clock that has no battery, as after a power cut; what the time was is stored. */
static int wake_in_1970(struct tick *t)
{
    host_kill(&t->stage.host);
    clock_jump(t->stage.clock, 90 * SECOND_MS - clock_now_ms(t->stage.clock));
    t->stage.died_ms = mono_ms();
    int rc = host_start(&t->stage.host);
    return rc ? rc : stage_settle(&t->stage);
}

static int set_right(struct tick *t)
{
    const struct civil at = {.year = 2026, .month = 11, .day = 13, .hour = 2};
    return stage_jump(&t->stage, civil_to_ms(&at) - clock_now_ms(t->stage.clock));
}

static int nothing(struct tick *t)
{
    (void)t;
    return 0;
}

/* fault, a text answered meanwhile, mend, a text answered after. */
static int staged(const char *name, int (*fault)(struct tick *t), int (*mend)(struct tick *t))
{
    struct tick *t = calloc(1, sizeof(*t));
    struct air_events ev = {.ctx = t, .arrived = on_arrived};
    if (!t)
        return 1;
    int64_t worst_ms = 0, from_ms;
    if (stage_open(&t->stage, name, &ev))
        wrong(t, "could not be set up");
    int (*const faults[])(struct tick * t) = {nothing, fault, nothing, mend, nothing};
    for (int i = 0; i < (int)ARRAY_LEN(faults) && !t->bad; i++) {
        from_ms = mono_ms();
        alert_over(t, i, faults[i]);
        worst_ms = mono_ms() - from_ms > worst_ms ? mono_ms() - from_ms : worst_ms;
    }
    printf("fault: clock %s: %s, recovered in %.1f s: %s\n", name, t->bad ? "FAILED" : "ok", (double)worst_ms / 1000,
           t->bad ? t->why : "each alert repeated at its time, each text answered, none twice");
    fflush(stdout);
    bool bad = t->bad;
    stage_close(&t->stage, bad);
    free(t);
    return bad;
}

/* --- time stamps of the network ---------------------------------------------------------- */

/* Octets of TP-SCTS (TS 23.040 9.2.3.11): year, month, day, hour, minute, second, zone; digits swapped. */
static const uint8_t stamps[][7] = {
    {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, {0, 0, 0, 0, 0, 0, 0},
    {0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99}, {0x62, 0x31, 0x01, 0x00, 0x00, 0x00, 0x82}, /* month 13 */
    {0x62, 0x20, 0x03, 0x00, 0x00, 0x00, 0x82},                                             /* 30 February */
    {0x07, 0x10, 0x10, 0x00, 0x00, 0x00, 0x00},                                             /* 1970 or 2070 */
    {0x99, 0x21, 0x13, 0x32, 0x95, 0x95, 0xFF},                                             /* 2099, zone -19:45 */
    {0x62, 0x11, 0x21, 0x42, 0x06, 0x06, 0x82},                                             /* 24:60:60 */
    {0x10, 0x10, 0x10, 0x00, 0x00, 0x00, 0x08},                                             /* 2001 */
};

static void hostile(struct bench *b)
{
    char text[80];
    uint8_t pdu[200];
    EXPECT(b, rig_start(&b->r) == 0, "the service could not be started");
    bench_before(b);
    for (size_t i = 0; i < ARRAY_LEN(stamps); i++) {
        struct sms_part p = {.total = 1, .seq = 1, .coding = SMS_UCS2, .smsc_ms = clock_now_ms(b->r.clock)};
        snprintf(p.sender, sizeof(p.sender), "+849120000%02zu", i + 1);
        snprintf(text, sizeof(text), "BC man de danh nhau o nha so %zu", i);
        p.body_len = (uint16_t)utf8_to_utf16be(text, p.body, sizeof(p.body));
        int smsc = tpdu_put_smsc("+84980200030", pdu, sizeof(pdu));
        int n = tpdu_put_deliver(&p, pdu + smsc, sizeof(pdu) - (size_t)smsc);
        /* first octet, address length and type, digits, PID, DCS */
        memcpy(pdu + smsc + 2 + (pdu[smsc + 1] + 1) / 2 + 3, stamps[i], 7);
        EXPECT(b, n > 0 && air_raw(b->r.air, pdu, (size_t)(smsc + n)) == 0, "the network did not take a PDU");
    }
    b->others = (int)ARRAY_LEN(stamps);
    int64_t reports = 0;
    for (int64_t until_ms = mono_ms() + 20000; reports < 4 + b->others && mono_ms() < until_ms; rig_run(&b->r, 50)) {
        struct db *db = NULL;
        if (db_open(&db, b->r.state, DB_READ) == 0 && message_count(db, "report", 0, &reports))
            reports = 0;
        db_close(db);
    }
    EXPECT(b, reports == 4 + b->others, "%lld of %d are reports", (long long)reports, 4 + b->others);
    rig_run(&b->r, 1000);
    EXPECT(b, b->sirens_n >= b->others && b->late_n == 0, "%d alerts, %d of them called late", b->sirens_n, b->late_n);
    bench_recovery(b);
    bench_close_count(b, false);
}

static const struct bench_case cases[] = {{"clock", "hostile-time-stamps", hostile, NULL, NULL, NULL}};

int main(int argc, char **argv)
{
    int bad = 0;
    if (argc < 2) {
        fprintf(stderr, "usage: clock_faults TINBAO [FAULT...]\n");
        return 2;
    }
    log_setup("clock_faults", LOG_WARN_, false);
    signal(SIGPIPE, SIG_IGN);
    if (bench_wanted("year-ahead", argc, argv))
        bad |= staged("year-ahead", year_on, year_off);
    if (bench_wanted("year-back", argc, argv))
        bad |= staged("year-back", year_off, year_on);
    if (bench_wanted("boot-in-1970", argc, argv))
        bad |= staged("boot-in-1970", wake_in_1970, set_right);
    if (bench_wanted("hostile-time-stamps", argc, argv))
        bad |= bench_main(argc, argv, cases, ARRAY_LEN(cases));
    return bad;
}
