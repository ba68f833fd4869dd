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
    uint64_t tried = air_submits(b->r.air);
    rig_run(&b->r, 15000);
    uint64_t ordinary = air_submits(b->r.air) - tried;
    EXPECT(b, ordinary >= 1 && ordinary <= 6, "%llu tries of ordinary texts in 15 s", (unsigned long long)ordinary);
    EXPECT(b, air_text(b->r.air, "+84912000005", "SOS bi vay o cau") == 0, "no SOS");
    rig_run(&b->r, 20000);
    EXPECT(b, air_submits(b->r.air) - tried - ordinary >= 3, "the SOS was not tried again and again");
    EXPECT(b, air_submits(b->r.air) - tried <= 30, "%llu tries in 35 s: a storm",
           (unsigned long long)(air_submits(b->r.air) - tried));
    EXPECT(b, bench_troubled(b, "send gsm1", alarm, 20000), "no alarm that the network takes nothing");
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
    char words[200];
    blocked(b, "no-credit", "het tien");
    EXPECT(b, bench_troubled(b, "credit gsm1", NULL, 30000), "the alarm of the credit stands although there is some");
    bench_trouble(b, "credit gsm1", words, sizeof(words));
    bench_close_count(b, false);
}

/* --- what comes in ---------------------------------------------------------------------- */

/* Text `i`, its parts in the order of the letters of `order` ("ba": the second before the first; a letter
 * twice: doubled). */
static void feed_parts(struct bench *b, int i, const char *order, bool backwards, int copies)
{
    struct sms_part parts[8];
    int64_t now_ms = clock_now_ms(b->r.clock);
    int n = rig_parts(i, now_ms, parts);
    (void)order;
    for (int copy = 0; copy < copies; copy++)
        for (int k = 0; k < n; k++)
            EXPECT(b, air_part(b->r.air, &parts[backwards ? n - 1 - k : k]) == 0, "the network did not take a part");
}

static void redelivery(struct bench *b)
{
    struct sms_part parts[8];
    begin(b);
    bench_before(b);
    int i = b->r.next++, n = rig_parts(i, clock_now_ms(b->r.clock), parts);
    for (int round = 0; round < 4; round++) { /* as a network that has not heard our acknowledgement */
        for (int k = 0; k < n; k++)
            EXPECT(b, air_part(b->r.air, &parts[k]) == 0, "the network did not take a part");
        rig_run(&b->r, 1500);
        if (round == 1) {
            rig_kill_core(&b->r);
            begin(b);
        }
    }
    bench_recovery(b);
    bench_close_count(b, false);
}
