// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a network does wrong, each fault through the real service: refused texts, no registration, no
 * credit, the same PDU again, reports that lie, parts in any order, and a day's texts at once. See bench.h.
 *
 * usage: network_faults TINBAO [FAULT...]    Exit 0 when all is as expected; 1 else, with the directories
 * of what failed left for a look.
 */
#include "tests/faults/bench.h"

#include "gateway/base/civil.h"

static void begin(struct bench *b)
{
    EXPECT(b, rig_start(&b->r) == 0, "the service could not be started");
}

/* --- nothing goes out ------------------------------------------------------------------- */

static void no_registration(struct bench *b)
{
    begin(b);
    bench_before(b);
    bench_feed(b, 6);
    rig_run(&b->r, 30); /* they are in; their answers meet no network */
    bench_fault(b, "no-network");
    uint64_t tried = air_submits(b->r.air);
    rig_run(&b->r, 45000);
    tried = air_submits(b->r.air) - tried;
    EXPECT(b, tried < 12, "%llu tries in 45 s without network", (unsigned long long)tried);
    bench_fault(b, "ok");
    bench_recovery(b);
    bench_close_count(b, false);
}

/* Ordinary texts wait for their answers, then an SOS comes; the network takes nothing for a while. */
static void blocked(struct bench *b, const char *fault, const char *alarm)
{
    begin(b);
    bench_before(b);
    bench_fault(b, fault);
    bench_feed(b, 12);
    rig_run(&b->r, 3000); /* a virtual line may have had them in hand all at once */
    uint64_t tried = air_submits(b->r.air);
    rig_run(&b->r, 15000);
    uint64_t ordinary = air_submits(b->r.air) - tried;
    EXPECT(b, ordinary <= 4, "%llu tries of ordinary texts in 15 s", (unsigned long long)ordinary);
    EXPECT(b, air_text(b->r.air, "+84912000005", "SOS bi vay o cau") == 0, "no SOS");
    b->others = 1;
    rig_run(&b->r, 20000);
    EXPECT(b, air_submits(b->r.air) - tried - ordinary >= 3, "the SOS was not tried again and again");
    EXPECT(b, air_submits(b->r.air) - tried <= 30, "%llu tries in 35 s: a storm",
           (unsigned long long)(air_submits(b->r.air) - tried));
    EXPECT(b, bench_troubled(b, "send gsm1", alarm, 20000), "no alarm that the network takes nothing");
    if (!strcmp(fault, "no-credit"))
        EXPECT(b, bench_troubled(b, "credit gsm1", "het tien", 40000), "the balance was not asked, or not told");
    int seen = b->r.n_seen;
    bench_fault(b, "ok");
    for (int64_t until_ms = mono_ms() + 60000; !b->sos_n && mono_ms() < until_ms;)
        rig_run(&b->r, 5);
    EXPECT(b, b->sos_n && b->r.n_seen == seen, "ordinary answers went before the SOS");
    bench_recovery(b);
    EXPECT(b, bench_troubled(b, "send gsm1", NULL, 20000), "the alarm stands although texts go");
}

static void bulk_38(struct bench *b)
{
    blocked(b, "cms=38", "CMS 38");
    bench_close_count(b, false);
}

static void bulk_41(struct bench *b)
{
    blocked(b, "cms=41", "CMS 41");
    bench_close_count(b, false);
}

static void bulk_500(struct bench *b)
{
    blocked(b, "cms=500", "CMS 500");
    bench_close_count(b, false);
}

static void credit_gone(struct bench *b)
{
    blocked(b, "no-credit", "het tien");
    EXPECT(b, bench_troubled(b, "credit gsm1", NULL, 30000), "the alarm of the credit stands although there is some");
    bench_close_count(b, false);
}

/* --- what comes in ---------------------------------------------------------------------- */

static void give(struct bench *b, const struct sms_part *p)
{
    EXPECT(b, air_part(b->r.air, p) == 0, "the network did not take a part");
}

/* The parts of the next numbered text. */
static int next_parts(struct bench *b, struct sms_part *parts)
{
    return rig_parts(b->r.next++, clock_now_ms(b->r.clock), parts);
}

static void redelivery(struct bench *b)
{
    struct sms_part parts[8];
    begin(b);
    bench_before(b);
    int n = next_parts(b, parts);
    for (int round = 0; round < 4; round++) { /* as a network that has not heard our acknowledgement */
        for (int k = 0; k < n; k++)
            give(b, &parts[k]);
        rig_run(&b->r, 1500);
        if (round == 1) {
            rig_kill_core(&b->r);
            begin(b);
        }
    }
    bench_recovery(b);
    bench_close_count(b, false);
}

static void reordered(struct bench *b)
{
    struct sms_part parts[8];
    begin(b);
    bench_before(b);
    for (int i = 0; i < 12; i++)
        for (int k = next_parts(b, parts); k-- > 0;)
            give(b, &parts[k]);
    bench_recovery(b);
    bench_close_count(b, false);
}

static void doubled(struct bench *b)
{
    struct sms_part parts[8];
    begin(b);
    bench_before(b);
    for (int i = 0; i < 12; i++) {
        int n = next_parts(b, parts);
        for (int k = 0; k < 2 * n; k++)
            give(b, &parts[k / 2]);
        rig_run(&b->r, 100);
        give(b, &parts[n - 1]); /* and once more, when the text is long handled */
    }
    bench_recovery(b);
    bench_close_count(b, false);
}

/* Two texts at a time, part by part in turn; the rig gives neighbours the same reference. */
static void interleaved(struct bench *b)
{
    struct sms_part one[8], two[8];
    begin(b);
    bench_before(b);
    for (int i = 0; i < 8; i++) {
        int n1 = next_parts(b, one), n2 = next_parts(b, two);
        for (int k = 0; k < n1 || k < n2; k++) {
            if (k < n1)
                give(b, &one[k]);
            if (k < n2)
                give(b, &two[k]);
        }
    }
    bench_recovery(b);
    bench_close_count(b, false);
}

static int64_t messages(struct bench *b, const char *disposition)
{
    struct db *db = NULL;
    int64_t n = -1;
    if (db_open(&db, b->r.state, DB_READ) == 0 && message_count(db, disposition, 0, &n))
        n = -1;
    db_close(db);
    return n;
}

/* join_parts_s is 10 s here, ten minutes as shipped. */
static void missing(struct bench *b)
{
    char text[RIG_TEXT_MAX];
    struct sms_part p = {.sender = "+84912000001", .ref = 7, .ref_bits = 8, .total = 3};
    begin(b);
    bench_before(b);
    int64_t reports = messages(b, "report");
    for (int seq = 1; seq <= 3; seq += 2) {
        snprintf(text, sizeof(text), seq == 1 ? "BC man de co bac o quan, phan mot " : " phan ba");
        p.seq = (uint8_t)seq;
        p.body_len = (uint16_t)utf8_to_utf16be(text, p.body, sizeof(p.body));
        give(b, &p);
    }
    int64_t from_ms = mono_ms();
    while (messages(b, "report") == reports && mono_ms() - from_ms < 30000)
        rig_run(&b->r, 100);
    EXPECT(b, messages(b, "report") == reports + 1, "the text with a hole is no report");
    EXPECT(b, mono_ms() - from_ms > 8000, "it did not wait for the missing part");
    p.seq = 2;
    p.body_len = (uint16_t)utf8_to_utf16be("phan hai", p.body, sizeof(p.body));
    give(b, &p);
    from_ms = mono_ms();
    while (messages(b, "late") < 1 && mono_ms() - from_ms < 20000)
        rig_run(&b->r, 50);
    EXPECT(b, messages(b, "late") == 1 && messages(b, "report") == reports + 1, "the late part is no supplement");
    bench_recovery(b);
    EXPECT(b, rig_stop(&b->r, 10000) == 0, "the service did not end");
    snprintf(b->why, sizeof(b->why), "one report after 10 s, the late part its supplement");
}

/* --- what is told that is not so -------------------------------------------------------- */

static int64_t delivered(struct bench *b)
{
    struct db *db = NULL;
    struct outbox_counts c = {.delivered = -1};
    if (db_open(&db, b->r.state, DB_READ) == 0 && outbox_counts(db, 0, &c))
        c.delivered = -1;
    db_close(db);
    return c.delivered;
}

static void false_report(struct bench *b)
{
    begin(b);
    bench_before(b);
    rig_run(&b->r, 1000);
    air_reachable(b->r.air, "+84903000002", false); /* the duty desk's phone is off */
    EXPECT(b, air_text(b->r.air, "+84912000005", "SOS bi vay o cau") == 0, "no SOS");
    for (int64_t until_ms = mono_ms() + 20000; !b->sos_n && mono_ms() < until_ms;)
        rig_run(&b->r, 20);
    rig_run(&b->r, 1500);
    int64_t before = delivered(b);
    for (int ref = 0; ref < 256; ref += 3) {
        air_report(b->r.air, (uint8_t)ref, "+84912345678", 0x00); /* nobody we wrote to */
        air_report(b->r.air, (uint8_t)ref, "+84912345679", 0x46);
    }
    rig_run(&b->r, 1000);
    EXPECT(b, delivered(b) == before, "a report for a stranger's number was believed");
    for (int ref = 0; ref < 256; ref++)
        air_report(b->r.air, (uint8_t)ref, "+84903000002", 0x00);
    int told = b->sos_n;
    rig_run(&b->r, 14000); /* sos_repeat_s is 10 */
    EXPECT(b, b->sos_n > told, "a delivery report was taken for a NHAN: the SOS does not repeat");
    bench_recovery(b);
    EXPECT(b, rig_stop(&b->r, 10000) == 0, "the service did not end");
    snprintf(b->why, sizeof(b->why), "reports of strangers change nothing, the SOS repeats until NHAN");
}

/* --- a day's texts ---------------------------------------------------------------------- */

#define BACKLOG 500

static void backlog(struct bench *b)
{
    char text[80];
    int64_t yesterday_ms = clock_now_ms(b->r.clock) - DAY_MS + 2 * HOUR_MS;
    for (int i = 0; i < BACKLOG; i++) {
        struct sms_part p = {.total = 1, .seq = 1, .smsc_ms = yesterday_ms + i * 1000LL};
        snprintf(p.sender, sizeof(p.sender), "+849120000%02d", i % RIG_SENDERS + 1);
        snprintf(text, sizeof(text), "BC man de danh nhau o nha so %d", i);
        p.body_len = (uint16_t)utf8_to_utf16be(text, p.body, sizeof(p.body));
        give(b, &p);
        if (i == BACKLOG / 2)
            EXPECT(b, air_text(b->r.air, "+84912000005", "SOS bi vay o cau") == 0, "no SOS");
    }
    int64_t from_ms = mono_ms();
    begin(b);
    while (!b->sos_n && mono_ms() - from_ms < 30000)
        rig_run(&b->r, 5);
    int64_t sos_ms = mono_ms() - from_ms;
    EXPECT(b, b->sos_n > 0 && sos_ms < 20000, "the SOS among them was told after %.1f s", (double)sos_ms / 1000);
    bench_recovery(b);
    while (messages(b, NULL) < BACKLOG + 2 && mono_ms() - from_ms < 100000)
        rig_run(&b->r, 200);
    rig_run(&b->r, 3000);
    EXPECT(b, messages(b, "report") == BACKLOG + 1, "%lld of %d are reports", (long long)messages(b, "report"),
           BACKLOG + 1);
    EXPECT(b, b->late_n > 0, "no late text is flagged");
    EXPECT(b, b->sirens_n == 0, "%d sirens for what is long over", b->sirens_n);
    EXPECT(b, b->late_n <= 10 * 12, "%d texts to officers", b->late_n);
    EXPECT(b, rig_stop(&b->r, 10000) == 0, "the service did not end");
    snprintf(b->why, sizeof(b->why), "%d of yesterday: the SOS told after %.1f s, %d flagged alerts, no siren", BACKLOG,
             (double)sos_ms / 1000, b->late_n);
}

#define BALANCE "balance_every_h = 24; balance = ( { operator = \"*\"; ussd = \"*101#\"; } );"

static const struct bench_case cases[] = {
    {"network", "no-registration", no_registration, NULL, NULL, NULL},
    {"network", "bulk-blocked-38", bulk_38, NULL, NULL, NULL},
    {"network", "bulk-blocked-41", bulk_41, NULL, NULL, NULL},
    {"network", "bulk-blocked-500", bulk_500, NULL, NULL, NULL},
    {"network", "credit-gone", credit_gone, NULL, NULL, BALANCE},
    {"network", "redelivery", redelivery, NULL, NULL, NULL},
    {"network", "false-report", false_report, NULL, NULL, "sos_repeat_s = 10;"},
    {"network", "parts-reordered", reordered, NULL, NULL, NULL},
    {"network", "parts-doubled", doubled, NULL, NULL, NULL},
    {"network", "parts-missing", missing, NULL, NULL, "join_parts_s = 10;"},
    {"network", "parts-interleaved", interleaved, NULL, NULL, NULL},
    {"network", "backlog", backlog, NULL, NULL, NULL},
};

int main(int argc, char **argv)
{
    return bench_main(argc, argv, cases, ARRAY_LEN(cases));
}
