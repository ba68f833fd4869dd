// SPDX-License-Identifier: GPL-2.0-or-later
/* The air: splitting as phones do, storages, what the service centre holds, joining on the
 * phones, delivery reports, faults. */
#include "gateway/base/clock.h"
#include "gateway/base/err.h"
#include "gateway/base/gsm7.h"
#include "gateway/base/utf.h"
#include "gateway/line/air.h"
#include "gateway/line/tpdu.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OFFICER "+84903000001"
#define MEMBER "+84912000001"

struct world {
    struct clock *clock;
    struct air *air;
    int stored, last_index, reports, rings, arrived, faults;
    enum air_mem last_mem;
    uint8_t report_ref, report_status;
    char report_number[ADDRESS_SIZE];
    enum air_fault fault;
};

static void on_stored(void *ctx, enum air_mem mem, int index)
{
    struct world *w = ctx;
    w->stored++;
    w->last_mem = mem;
    w->last_index = index;
}

static void on_report(void *ctx, uint8_t ref, const char *number, uint8_t status, int64_t at_ms)
{
    struct world *w = ctx;
    w->reports++;
    w->report_ref = ref;
    w->report_status = status;
    assert_true(at_ms > 0);
    snprintf(w->report_number, sizeof w->report_number, "%s", number);
}

static void on_ring(void *ctx, const char *number)
{
    struct world *w = ctx;
    w->rings += !strcmp(number, MEMBER);
}

static void on_arrived(void *ctx, const struct air_sms *sms)
{
    struct world *w = ctx;
    w->arrived++;
    assert_true(sms->phone[0]);
}

static void on_fault(void *ctx, enum air_fault f, int cms)
{
    struct world *w = ctx;
    (void)cms;
    w->faults++;
    w->fault = f;
}

static void build(struct world *w, int sm, int me)
{
    memset(w, 0, sizeof *w);
    w->clock = clock_new_manual(1794492300123, 5000);
    assert_non_null(w->clock);
    w->air = air_new(w->clock, "+84912999999", sm, me);
    assert_non_null(w->air);
    struct air_events ev = {w, on_stored, on_report, on_ring, on_arrived, on_fault};
    assert_int_equal(air_listen(w->air, &ev), 0);
}

static void drop(struct world *w)
{
    air_free(w->air);
    clock_free(w->clock);
}

/* All stored parts joined in order of their slots. */
static void stored_text(struct world *w, char *out, size_t size, int *parts)
{
    static uint8_t u[300 * SMS_BODY_MAX];
    size_t n = 0;
    const struct air_slot *s;
    *parts = 0;
    for (int at = 0; !air_next(w->air, AIR_SM, at, &s); at = s->index) {
        memcpy(u + n, s->part.body, s->part.body_len);
        n += s->part.body_len;
        ++*parts;
        assert_int_equal(s->part.corrupt, 0);
        assert_int_equal(s->part.seq, *parts);
        struct sms_part again; /* the PDU says the same */
        int skip = tpdu_smsc(s->pdu, s->pdu_len);
        assert_true(skip > 0);
        assert_int_equal(tpdu_get_deliver(s->pdu + skip, s->pdu_len - (size_t)skip, &again), 0);
        assert_memory_equal(&again, &s->part, sizeof again);
    }
    assert_true(utf16be_to_utf8(u, n, out, size) >= 0);
}

static void check_split(const char *text, int parts_wanted, uint8_t coding)
{
    struct world w;
    static char got[70000];
    int parts;
    build(&w, 300, 0);
    assert_int_equal(air_text(w.air, MEMBER, text), 0);
    stored_text(&w, got, sizeof got, &parts);
    assert_string_equal(got, text);
    assert_int_equal(parts, parts_wanted);
    const struct air_slot *s;
    assert_int_equal(air_slot(w.air, AIR_SM, 1, &s), 0);
    assert_int_equal(s->part.coding, coding);
    assert_int_equal(s->part.ref_bits, parts > 1 ? 8 : 0);
    assert_int_equal(w.stored, parts_wanted);
    drop(&w);
}

static char *repeat(char *out, const char *unit, int n, const char *tail)
{
    out[0] = '\0';
    for (size_t at = 0, k = strlen(unit); n > 0; n--, at += k)
        memcpy(out + at, unit, k + 1);
    memcpy(out + strlen(out), tail, strlen(tail) + 1);
    return out;
}

static void texts_are_split_as_phones_do(void **state)
{
    (void)state;
    static char t[70000];
    check_split("", 1, SMS_GSM7);
    check_split("BC man de trom", 1, SMS_GSM7);
    check_split(repeat(t, "a", 160, ""), 1, SMS_GSM7);
    check_split(repeat(t, "a", 161, ""), 2, SMS_GSM7);
    check_split(repeat(t, "a", 306, ""), 2, SMS_GSM7);
    check_split(repeat(t, "a", 307, ""), 3, SMS_GSM7);
    check_split(repeat(t, "€", 80, ""), 1, SMS_GSM7);
    check_split(repeat(t, "€", 81, ""), 2, SMS_GSM7);
    check_split(repeat(t, "a", 152, "€€€€€€€€"), 2, SMS_GSM7); /* 168 septets; an escape at the seam */
    check_split(repeat(t, "ạ", 70, ""), 1, SMS_UCS2);
    check_split(repeat(t, "ạ", 71, ""), 2, SMS_UCS2);
    check_split(repeat(t, "ạ", 134, ""), 2, SMS_UCS2);
    check_split(repeat(t, "ạ", 135, ""), 3, SMS_UCS2);
    check_split(repeat(t, "ạ", 66, "\xF0\x9F\x94\xA5 mat xe \xF0\x9F\x94\xA5"), 2, SMS_UCS2);
    check_split(repeat(t, "a", 153 * 255, ""), 255, SMS_GSM7);
}

static void no_part_ends_inside_of_a_character(void **state)
{
    (void)state;
    struct world w;
    char t[2000];
    build(&w, 20, 0);
    assert_int_equal(air_text(w.air, MEMBER, repeat(t, "ạ", 66, "\xF0\x9F\x94\xA5 mat xe")), 0);
    const struct air_slot *s;
    assert_int_equal(air_slot(w.air, AIR_SM, 1, &s), 0);
    assert_int_equal(s->part.body_len, 132); /* 66, not the first half of the pair */
    assert_int_equal(air_text(w.air, OFFICER, repeat(t, "a", 152, "€€€€€€€€")), 0);
    assert_int_equal(air_slot(w.air, AIR_SM, 3, &s), 0);
    assert_int_equal(s->part.body_len, 304); /* 152: the euro's two septets stay together */
    drop(&w);
}

static void a_text_of_256_parts_is_refused_whole(void **state)
{
    (void)state;
    static char t[60000];
    struct world w;
    build(&w, 300, 0);
    assert_int_equal(air_text(w.air, MEMBER, repeat(t, "a", 153 * 255 + 1, "")), -EMSGSIZE);
    assert_int_equal(w.stored, 0);
    drop(&w);
}

static void references_are_counted_per_sender(void **state)
{
    (void)state;
    struct world w;
    char t[400];
    const struct air_slot *s;
    build(&w, 20, 0);
    repeat(t, "a", 200, "");
    assert_int_equal(air_text(w.air, MEMBER, t), 0);
    assert_int_equal(air_text(w.air, OFFICER, t), 0);
    assert_int_equal(air_text(w.air, MEMBER, t), 0);
    static const int refs[] = {0, 0, 0, 0, 1, 1};
    for (int i = 0; i < 6; i++) {
        assert_int_equal(air_slot(w.air, AIR_SM, i + 1, &s), 0);
        assert_int_equal(s->part.ref, refs[i]);
    }
    drop(&w);
}

static void the_same_text_twice_in_a_second_has_two_stamps(void **state)
{
    (void)state;
    struct world w;
    const struct air_slot *a, *b, *c;
    build(&w, 20, 0);
    assert_int_equal(air_text(w.air, MEMBER, "VAO"), 0);
    assert_int_equal(air_text(w.air, MEMBER, "VAO"), 0);
    assert_int_equal(air_text(w.air, MEMBER, "RA"), 0);
    assert_int_equal(air_slot(w.air, AIR_SM, 1, &a), 0);
    assert_int_equal(air_slot(w.air, AIR_SM, 2, &b), 0);
    assert_int_equal(air_slot(w.air, AIR_SM, 3, &c), 0);
    assert_true(a->part.smsc_ms == 1794492300000);
    assert_true(b->part.smsc_ms == a->part.smsc_ms + 1000);
    assert_true(c->part.smsc_ms == a->part.smsc_ms);
    drop(&w);
}

static void a_full_sim_spills_then_the_centre_holds_in_order(void **state)
{
    (void)state;
    struct world w;
    char t[24];
    build(&w, 2, 1);
    for (int i = 0; i < 5; i++) {
        snprintf(t, sizeof t, "text %d", i);
        assert_int_equal(air_text(w.air, MEMBER, t), 0);
    }
    assert_int_equal(w.stored, 3);
    assert_int_equal(w.last_mem, AIR_ME);
    assert_int_equal(air_held(w.air), 2);
    assert_int_equal(air_delete(w.air, AIR_SM, 2), 0);
    assert_int_equal(w.stored, 4);
    assert_int_equal(w.last_mem, AIR_SM);
    assert_int_equal(w.last_index, 2);
    const struct air_slot *s;
    assert_int_equal(air_slot(w.air, AIR_SM, 2, &s), 0);
    char got[40];
    assert_true(utf16be_to_utf8(s->part.body, s->part.body_len, got, sizeof got) > 0);
    assert_string_equal(got, "text 3");
    assert_int_equal(air_delete(w.air, AIR_SM, 7), -ENOENT);
    int used, total;
    assert_int_equal(air_capacity(w.air, AIR_SM, &used, &total), 0);
    assert_int_equal(used, 2);
    assert_int_equal(total, 2);
    drop(&w);
}

static void the_modem_away_or_full_by_fault_holds_texts(void **state)
{
    (void)state;
    static const char *const faults[] = {"unplug", "sim-full"};
    for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
        struct world w;
        build(&w, 5, 5);
        assert_int_equal(air_fault_set(w.air, faults[i]), 0);
        assert_int_equal(air_text(w.air, MEMBER, "VAO"), 0);
        assert_int_equal(w.stored, 0);
        assert_int_equal(air_held(w.air), 1);
        assert_int_equal(air_fault_set(w.air, "ok"), 0);
        assert_int_equal(w.stored, 1);
        assert_int_equal(air_held(w.air), 0);
        drop(&w);
    }
}

static void faults_are_known_by_name(void **state)
{
    (void)state;
    struct world w;
    int cms;
    build(&w, 5, 5);
    assert_int_equal(air_fault_set(w.air, "cms=38"), 0);
    assert_int_equal(air_fault_now(w.air, &cms), FAULT_CMS);
    assert_int_equal(cms, 38);
    assert_int_equal(air_fault_set(w.air, "cms="), -EINVAL);
    assert_int_equal(air_fault_set(w.air, "cms=x"), -EINVAL);
    assert_int_equal(air_fault_set(w.air, "broken"), -EINVAL);
    assert_int_equal(air_fault_now(w.air, NULL), FAULT_CMS);
    assert_int_equal(air_fault_set(w.air, "power-cycle"), 0);
    assert_int_equal(w.fault, FAULT_POWER_CYCLE);
    assert_int_equal(air_fault_now(w.air, NULL), FAULT_NONE);
    assert_int_equal(air_fault_set(w.air, "delete-fails"), 0);
    assert_int_equal(air_text(w.air, MEMBER, "VAO"), 0);
    assert_int_equal(air_delete(w.air, AIR_SM, 1), -EIO);
    assert_int_equal(air_fault_set(w.air, "ok"), 0);
    assert_int_equal(air_delete(w.air, AIR_SM, 1), 0);
    drop(&w);
}

static struct sms_part out_part(const char *to, const char *text)
{
    struct sms_part p = {.total = 1, .seq = 1};
    memcpy(p.sender, to, strlen(to) + 1);
    p.coding = gsm7_septets(text) < 0 ? SMS_UCS2 : SMS_GSM7;
    int n = utf8_to_utf16be(text, p.body, sizeof p.body);
    assert_true(n >= 0);
    p.body_len = (uint16_t)n;
    return p;
}

static void what_the_gateway_sends_waits_on_its_phone(void **state)
{
    (void)state;
    struct world w;
    struct air_sms sms;
    uint8_t ref = 99;
    build(&w, 5, 5);
    struct sms_part p = out_part(OFFICER, "48217 TROM Mạn Đê");
    assert_int_equal(air_submit(w.air, &p, true, 0, &ref), 0);
    assert_int_equal(w.arrived, 1);
    assert_int_equal(w.reports, 1);
    assert_int_equal(w.report_ref, ref);
    assert_int_equal(w.report_status, 0);
    assert_string_equal(w.report_number, OFFICER);
    p = out_part(MEMBER, "Da nhan vu 48217");
    assert_int_equal(air_submit(w.air, &p, false, 0, &ref), 0);
    assert_int_equal(w.reports, 1);
    assert_int_equal(air_waiting(w.air, NULL), 2);
    assert_int_equal(air_take(w.air, "0912000001", &sms), 1); /* as a person writes it */
    assert_string_equal(sms.text, "Da nhan vu 48217");
    assert_int_equal(air_take(w.air, MEMBER, &sms), 0);
    assert_int_equal(air_take(w.air, NULL, &sms), 1);
    assert_string_equal(sms.phone, OFFICER);
    assert_string_equal(sms.text, "48217 TROM Mạn Đê");
    assert_int_equal(air_take(w.air, NULL, &sms), 0);
    drop(&w);
}

static void parts_are_joined_on_the_phone_in_any_order(void **state)
{
    (void)state;
    struct world w;
    struct air_sms sms;
    uint8_t ref;
    build(&w, 5, 5);
    static const char *const words[] = {"mot ", "hai ", "ba"};
    static const int order[] = {2, 0, 0, 1};
    for (size_t i = 0; i < ARRAY_LEN(order); i++) {
        struct sms_part p = out_part(OFFICER, words[order[i]]), q = out_part(MEMBER, "khac");
        p.ref_bits = q.ref_bits = 8;
        p.ref = q.ref = 7;
        p.total = q.total = 3;
        p.seq = (uint8_t)(order[i] + 1);
        q.seq = 1; /* another phone, the same reference */
        assert_int_equal(air_submit(w.air, &q, false, 0, &ref), 0);
        assert_int_equal(w.arrived, 0);
        assert_int_equal(air_submit(w.air, &p, false, 0, &ref), 0);
    }
    assert_int_equal(w.arrived, 1);
    assert_int_equal(air_take(w.air, OFFICER, &sms), 1);
    assert_string_equal(sms.text, "mot hai ba");
    drop(&w);
}

static void a_surrogate_pair_over_two_parts_heals(void **state)
{
    (void)state;
    struct world w;
    struct air_sms sms;
    uint8_t ref;
    build(&w, 5, 5);
    struct sms_part p = {.sender = OFFICER, .coding = SMS_UCS2, .ref_bits = 16, .ref = 300, .total = 2, .body_len = 2};
    memcpy(p.body, "\xD8\x3D", 2);
    p.seq = 1;
    assert_int_equal(air_submit(w.air, &p, false, 0, &ref), 0);
    memcpy(p.body, "\xDD\x25", 2);
    p.seq = 2;
    assert_int_equal(air_submit(w.air, &p, false, 0, &ref), 0);
    assert_int_equal(air_take(w.air, OFFICER, &sms), 1);
    assert_string_equal(sms.text, "\xF0\x9F\x94\xA5");
    drop(&w);
}

static void a_phone_that_is_away_gets_it_later(void **state)
{
    (void)state;
    struct world w;
    uint8_t ref = 0;
    build(&w, 5, 5);
    assert_int_equal(air_reachable(w.air, OFFICER, false), 0);
    struct sms_part p = out_part(OFFICER, "SOS");
    assert_int_equal(air_submit(w.air, &p, true, 0, &ref), 0);
    assert_int_equal(w.arrived, 0);
    assert_int_equal(w.report_status, 0x22); /* pending */
    assert_int_equal(air_reachable(w.air, OFFICER, true), 0);
    assert_int_equal(w.arrived, 1);
    assert_int_equal(w.reports, 2);
    assert_int_equal(w.report_status, 0);
    assert_int_equal(w.report_ref, ref);
    drop(&w);
}

static void a_phone_that_stays_away_fails_after_a_day(void **state)
{
    (void)state;
    struct world w;
    uint8_t ref;
    build(&w, 5, 5);
    assert_int_equal(air_reachable(w.air, OFFICER, false), 0);
    struct sms_part p = out_part(OFFICER, "SOS");
    assert_int_equal(air_submit(w.air, &p, true, 0, &ref), 0);
    assert_int_equal(clock_advance(w.clock, 24 * 3600 * 1000LL - 1), 0);
    air_pump(w.air);
    assert_int_equal(w.reports, 1);
    assert_int_equal(clock_advance(w.clock, 1), 0);
    air_pump(w.air);
    assert_int_equal(w.reports, 2);
    assert_int_equal(w.report_status, 0x46);
    assert_int_equal(air_reachable(w.air, OFFICER, true), 0);
    assert_int_equal(w.arrived, 0);
    drop(&w);
}

static void refusals_tell_their_code(void **state)
{
    (void)state;
    struct world w;
    uint8_t ref;
    build(&w, 5, 5);
    struct sms_part p = out_part("VIETTEL", "xin chao");
    assert_int_equal(air_submit(w.air, &p, false, 0, &ref), 28);
    assert_int_equal(air_submit_pdu(w.air, (const uint8_t *)"\x01", 1, &ref), 304);
    p = out_part(OFFICER, "x");
    assert_int_equal(air_fault_set(w.air, "cms=500"), 0);
    assert_int_equal(air_submit(w.air, &p, false, 0, &ref), 500);
    assert_int_equal(w.arrived, 0);
    drop(&w);
}

static void a_text_to_itself_comes_back_in(void **state)
{
    (void)state;
    struct world w;
    uint8_t ref;
    const struct air_slot *s;
    build(&w, 5, 5);
    struct sms_part p = out_part("+84912999999", "vong");
    assert_int_equal(air_submit(w.air, &p, false, 0, &ref), 0);
    assert_int_equal(w.arrived, 0);
    assert_int_equal(air_slot(w.air, AIR_SM, 1, &s), 0);
    assert_string_equal(s->part.sender, "+84912999999");
    drop(&w);
}

static void poison_is_stored_as_it_is(void **state)
{
    (void)state;
    struct world w;
    const struct air_slot *s;
    uint8_t pdu[201] = {0x00, 0x44, 0x0B, 0x91};
    build(&w, 5, 5);
    assert_int_equal(air_raw(w.air, pdu, 30), 0);
    assert_int_equal(air_slot(w.air, AIR_SM, 1, &s), 0);
    assert_int_equal(s->part.corrupt, 1);
    assert_int_equal(s->pdu_len, 30);
    assert_memory_equal(s->pdu, pdu, 30);
    assert_int_equal(air_raw(w.air, pdu, 201), -EMSGSIZE);
    assert_int_equal(air_raw(w.air, pdu, 0), -EMSGSIZE);
    drop(&w);
}

static void calls_and_ussd(void **state)
{
    (void)state;
    struct world w;
    char t[200];
    build(&w, 5, 5);
    assert_int_equal(air_ring(w.air, MEMBER), 0);
    assert_int_equal(w.rings, 1);
    assert_int_equal(air_ussd(w.air, "*101#", t, sizeof t), 0);
    assert_non_null(strstr(t, "50000d"));
    assert_int_equal(air_ussd(w.air, "*999#", t, sizeof t), -ENOENT);
    air_unlisten(w.air, &w);
    assert_int_equal(air_ring(w.air, MEMBER), 0);
    assert_int_equal(w.rings, 1);
    drop(&w);
}

static void five_thousand_slots_are_walked_at_once(void **state)
{
    (void)state;
    struct world w;
    build(&w, 5000, 0);
    int64_t t0 = mono_ms();
    for (int i = 0; i < 6000; i++) {
        char t[16];
        snprintf(t, sizeof t, "%d", i);
        assert_int_equal(air_text(w.air, MEMBER, t), 0);
    }
    const struct air_slot *s;
    int n = 0;
    while (!air_next(w.air, AIR_SM, 0, &s)) {
        assert_int_equal(air_delete(w.air, AIR_SM, s->index), 0);
        n++;
    }
    assert_int_equal(n, 6000);
    assert_true(mono_ms() - t0 < 5000);
    drop(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_split_as_phones_do),
        cmocka_unit_test(no_part_ends_inside_of_a_character),
        cmocka_unit_test(a_text_of_256_parts_is_refused_whole),
        cmocka_unit_test(references_are_counted_per_sender),
        cmocka_unit_test(the_same_text_twice_in_a_second_has_two_stamps),
        cmocka_unit_test(a_full_sim_spills_then_the_centre_holds_in_order),
        cmocka_unit_test(the_modem_away_or_full_by_fault_holds_texts),
        cmocka_unit_test(faults_are_known_by_name),
        cmocka_unit_test(what_the_gateway_sends_waits_on_its_phone),
        cmocka_unit_test(parts_are_joined_on_the_phone_in_any_order),
        cmocka_unit_test(a_surrogate_pair_over_two_parts_heals),
        cmocka_unit_test(a_phone_that_is_away_gets_it_later),
        cmocka_unit_test(a_phone_that_stays_away_fails_after_a_day),
        cmocka_unit_test(refusals_tell_their_code),
        cmocka_unit_test(a_text_to_itself_comes_back_in),
        cmocka_unit_test(poison_is_stored_as_it_is),
        cmocka_unit_test(calls_and_ussd),
        cmocka_unit_test(five_thousand_slots_are_walked_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
