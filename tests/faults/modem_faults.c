// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a modem does wrong, each fault through the real service: `tinbao serve`, its libgammu child and the
 * virtual modem, with texts before, during and after. No hand helps but where a person must (a PIN, a
 * SIM), and then an alarm must have been raised. See bench.h.
 *
 * usage: modem_faults TINBAO [FAULT...]    Exit 0 when all is as expected; 1 else, with the directories
 * of what failed left for a look.
 */
#include "tests/faults/bench.h"

static void begin(struct bench *b)
{
    EXPECT(b, rig_start(&b->r) == 0, "the service could not be started");
}

static void mute(struct bench *b)
{
    begin(b);
    bench_during(b, "mute", 40000);
    bench_close_count(b, true);
}

/* The port has another number after it, whoever knows it by its lasting name finds it. */
static void unplugged(struct bench *b)
{
    char was[200] = "", now[200] = "";
    begin(b);
    EXPECT(b, readlink(b->r.link, was, sizeof(was) - 1) > 0, "no link to the modem");
    bench_during(b, "unplug", 12000);
    EXPECT(b, readlink(b->r.link, now, sizeof(now) - 1) > 0 && strcmp(was, now) != 0, "the port was not renumbered");
    bench_close_count(b, true);
}

static void garbage(struct bench *b)
{
    begin(b);
    bench_during(b, "garbage", 20000);
    bench_close_count(b, true);
}

static void unknown_urc(struct bench *b)
{
    begin(b);
    bench_during(b, "unknown-urc", 15000);
    bench_close_count(b, true);
}

static void no_answer(struct bench *b)
{
    begin(b);
    bench_before(b);
    bench_fault(b, "no-answer");
    int arrived = b->arrived;
    bench_feed(b, 1);
    for (int64_t until_ms = mono_ms() + 20000; b->arrived == arrived && mono_ms() < until_ms;)
        rig_run(&b->r, 5);
    EXPECT(b, b->arrived > arrived, "the text did not even arrive");
    bench_fault(b, "ok");
    bench_recovery(b); /* the line waits 30 s for the modem's word */
    bench_close_count(b, true);
    EXPECT(b, b->r.n_seen > b->r.count, "an uncertain confirmation did not go again");
}

static void delete_fails(struct bench *b)
{
    begin(b);
    bench_during(b, "delete-fails", 30000);
    bench_close_count(b, false);
}

static void sim_full(struct bench *b)
{
    begin(b);
    bench_during(b, "sim-full", 10000);
    bench_close_count(b, false);
}

/* Storages with room for one: each text is overwritten by the next as soon as it was read. */
static void slot_replaced(struct bench *b)
{
    begin(b);
    bench_before(b);
    bench_fault(b, "slot-replaced");
    for (int i = 0; i < 5; i++) {
        bench_feed(b, 4);
        rig_run(&b->r, 1500);
    }
    bench_fault(b, "ok");
    bench_recovery(b);
    bench_close_count(b, false);
}

static void wrong_storage(struct bench *b)
{
    begin(b);
    bench_before(b);
    bench_fault(b, "wrong-storage");
    bench_recovery(b); /* during it: it heals itself */
    bench_feed(b, 4);
    rig_run(&b->r, 10000);
    bench_fault(b, "ok");
    bench_recovery(b);
    bench_close_count(b, false);
}

static void brownout(struct bench *b)
{
    begin(b);
    bench_during(b, "brownout", 60000);
    bench_close_count(b, true);
}

/* --- the SIM ---------------------------------------------------------------------------- */

static void again(struct bench *b)
{
    rig_kill_core(&b->r);
    begin(b);
}

static void hang_up(const struct bench *b)
{
    kill(b->r.core, SIGHUP);
}

/* PIN 2468, and 1111 in the config. */
static void pin_wrong(struct bench *b)
{
    begin(b);
    bench_before(b);
    EXPECT(b, vmodem_sim(b->r.modem, "8984049900000000025", "2468") == 0, "no other SIM");
    EXPECT(b, bench_troubled(b, "line gsm1", "PIN", 60000), "no alarm that the SIM asks for its PIN");
    EXPECT(b, vmodem_pin_asked(b->r.modem) == 1, "%d PINs tried at first", vmodem_pin_asked(b->r.modem));
    for (int i = 0; i < 3; i++) {
        hang_up(b);
        rig_run(&b->r, 3000);
        again(b);
        rig_run(&b->r, 4000);
    }
    EXPECT(b, vmodem_pin_asked(b->r.modem) == 1, "the same PIN was tried %d times", vmodem_pin_asked(b->r.modem));
    bench_feed(b, 2); /* the modem can not take them: the network holds them, or the SIM */
    b->pin = "2468";
    EXPECT(b, bench_config(b) == 0, "no new config");
    hang_up(b);
    bench_recovery(b);
    EXPECT(b, bench_troubled(b, "line gsm1", NULL, 20000), "the alarm stands although the PIN is mended");
    for (int i = 0; i < 4; i++) { /* a PIN that was right is given as often as the modem restarts */
        bench_fault(b, "power-cycle");
        rig_run(&b->r, 1000);
        again(b);
        bench_recovery(b);
    }
    EXPECT(b, vmodem_pin_asked(b->r.modem) >= 6, "a PIN that was right is not given again");
    bench_close_count(b, true);
}

static void puk(struct bench *b)
{
    begin(b);
    bench_before(b);
    EXPECT(b, vmodem_sim(b->r.modem, "8984049900000000033", NULL) == 0, "no other SIM");
    EXPECT(b, bench_troubled(b, "line gsm1", "PUK", 60000), "no alarm that the SIM asks for its PUK");
    hang_up(b);
    rig_run(&b->r, 3000);
    again(b);
    rig_run(&b->r, 5000);
    EXPECT(b, vmodem_pin_asked(b->r.modem) == 0, "a PIN was tried on a SIM that asks for its PUK");
    EXPECT(b, vmodem_sim(b->r.modem, "8984049900000000041", "") == 0, "no other SIM");
    bench_recovery(b); /* nobody tells the service */
    EXPECT(b, bench_troubled(b, "line gsm1", NULL, 20000), "the alarm stands although the SIM is another");
    bench_close_count(b, true);
}

static const struct bench_case cases[] = {
    {"modem", "pin-wrong", pin_wrong, "1111", NULL, NULL},
    {"modem", "puk", puk, "1111", NULL, NULL},
    {"modem", "brownout-loop", brownout, NULL, NULL, NULL},
    {"modem", "mute", mute, NULL, NULL, NULL},
    {"modem", "timeout-after-pdu", no_answer, NULL, NULL, NULL},
    {"modem", "delete-fails", delete_fails, NULL, NULL, NULL},
    {"modem", "garbage", garbage, NULL, NULL, NULL},
    {"modem", "unplugged-renumbered", unplugged, NULL, NULL, NULL},
    {"modem", "unknown-urc-in-send", unknown_urc, NULL, NULL, NULL},
    {"modem", "sim-full", sim_full, NULL, NULL, NULL},
    {"modem", "slot-replaced", slot_replaced, NULL, NULL, NULL},
    {"modem", "wrong-storage", wrong_storage, NULL, NULL, NULL},
};

int main(int argc, char **argv)
{
    return bench_main(argc, argv, cases, ARRAY_LEN(cases));
}
