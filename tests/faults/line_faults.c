// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The libgammu child under every fault of air.h, and with stored PDUs that crash libgammu.
 * usage: line_faults [CASE...]; without a name all run. Exit 0 when nothing was lost, nothing
 * good was marked corrupt, and the line came back by itself.
 */
#include "tests/faults/line_rig.h"

/* UDHL = 0xFF, and other lies, in both memories and on arrival. */
static const char *const poisons[] = {"07914889200009F1400B914819020000F100006211221200008205FF414243",
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
    for (int i = 0; i < 3; i++) /* the next text in that slot is another one */
        NEED(air_text(r.air, ALICE, "one of three more") == 0);
    WAIT(&r, 10000, r.n_gone == 6);
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

static const struct rig_case cases[] = {{"poison", case_poison},
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
                                        {"mute-send", case_mute_send}};

int main(int argc, char **argv)
{
    return rig_main(argc, argv, cases, ARRAY_LEN(cases));
}
