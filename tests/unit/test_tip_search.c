// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tip search in short: tips in every shape, what their senders add, an answer, then the erasure; before it and
 * after it no file of the state directory holds the number in any encoding. (tests/faults/tip_search does the same
 * to a running service.) And the search finds what is planted.
 */
#include "tests/unit/desk_rig.h"

#include "tests/unit/needles.h"

#define TIPSTER "+84912034593" /* digits that do not repeat: a hit is one */
#define LONG_TIPSTER "+84912067193"

static int setup(void **state)
{
    int rc = rig_setup(state);
    struct rig *r = *state;
    if (!rc)
        rc = db_begin(r->db);
    if (!rc)
        rc = desk_start(r->desk);
    return rc ? rc : db_commit(r->db);
}

static void every_encoding_that_is_planted_is_found(void **state)
{
    struct needles s;
    uint8_t b[64], junk[400];
    size_t at;
    (void)state;
    needles_of(&s, TIPSTER);
    uint32_t random = 7;
    for (size_t i = 0; i < sizeof(junk); i++)
        junk[i] = (uint8_t)((random = random * 1664525u + 1013904223u) >> 24);
    assert_null(needles_in(&s, junk, sizeof(junk), &at));
    static const char *const texts[] = {"+84912034593",    "84912034593",  "0912034593",     "0912 034 593",
                                        "+84 912.034.593", "091-2034-593", "09 12 03 45 93", "395430219480"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        char line[80];
        snprintf(line, sizeof(line), "tu %s, hom qua", texts[i]);
        assert_non_null(needles_in(&s, line, strlen(line), &at));
        for (size_t k = 0; k < 3; k++) { /* anywhere in a base64 */
            char text[120];
            base64_write(line + k, strlen(line + k), text);
            if (i < 3)
                assert_non_null(needles_in(&s, text, strlen(text), &at));
        }
        size_t n = needle_wide(texts[i], i % 2, b);
        if (i < 3)
            assert_non_null(needles_in(&s, b, n, &at));
        char hex[200] = "";
        for (size_t k = 0; k < strlen(line) && i < 3; k++)
            snprintf(hex + 2 * k, 3, i % 2 ? "%02x" : "%02X", (unsigned char)line[k]);
        if (i < 3)
            assert_non_null(needles_in(&s, hex, strlen(hex), &at));
    }
    /* a PDU: type of address, then swapped digits; and as the modem writes it */
    static const uint8_t pdu[] = {0x04, 0x0B, 0x91, 0x48, 0x19, 0x02, 0x43, 0x95, 0xF3, 0x00};
    static const uint8_t nat[] = {0x04, 0x0A, 0x81, 0x90, 0x21, 0x30, 0x54, 0x39, 0x00};
    assert_non_null(needles_in(&s, pdu, sizeof(pdu), &at));
    assert_non_null(needles_in(&s, nat, sizeof(nat), &at));
    assert_non_null(needles_in(&s, "07914889200026F5040B914819024395F300", 36, &at));
    for (int shift = 0; shift < 8; shift++) { /* packed after so many letters */
        char text[40];
        snprintf(text, sizeof(text), "%.*s0912034593 nhe", shift, "goi toii");
        size_t n = needle_gsm7(text, 0, b);
        assert_non_null(needles_in(&s, b, n, &at));
    }
    int64_t v = 84912034593;
    assert_non_null(needles_in(&s, &v, sizeof(v), &at));
}

static long hits(struct rig *r, const char *number)
{
    struct needles s;
    struct needle_count c = {0};
    needles_of(&s, number);
    needles_in_tree(&s, r->dir, &c);
    assert_true(c.files >= 3 && c.octets > 50000); /* it looked */
    return c.hits;
}

static void corrupt_part(struct rig *r)
{
    static const uint8_t pdu[] = {0x00, 0x04, 0x0B, 0x91, 0x48, 0x19, 0x02, 0x43, 0x95, 0xF3, 0x00, 0x00};
    struct sms_part p = {.total = 1, .seq = 1, .coding = SMS_8BIT, .corrupt = 1, .body_len = sizeof(pdu)};
    memcpy(p.body, pdu, sizeof(pdu));
    snprintf(p.sender, sizeof(p.sender), "%s", TIPSTER);
    assert_int_equal(db_begin(r->db), 0);
    assert_int_equal(desk_part(r->desk, "gsm1", &p), 0);
    assert_int_equal(db_commit(r->db), 0);
}

/* The texts of a tipster's life, up to what an officer answers. */
static void tell(struct rig *r)
{
    char code[8], text[100];
    rig_text(r, TIPSTER, "TIN man de co danh bac, goi lai 0912 034 593");
    rig_ask(r, "SELECT code FROM incident", code, sizeof(code));
    snprintf(text, sizeof(text), "THEM %s so toi 0912034593", code);
    rig_text(r, TIPSTER, text);
    rig_part(r, LONG_TIPSTER, 9, 2, 2, "cho, so cua toi 0912067193");
    assert_int_equal(hits(r, LONG_TIPSTER), 0); /* it waits, and nobody knows yet that it is a tip */
    rig_part(r, LONG_TIPSTER, 9, 1, 2, "TIN man de co lo de sau ");
    corrupt_part(r);
    snprintf(text, sizeof(text), "NHAN %s", code);
    rig_text(r, OFFICER, text);
    snprintf(text, sizeof(text), "TRALOI %s cam on", code);
    rig_text(r, OFFICER, text);
    assert_int_equal(db_begin(r->db), 0);
    db_exec(r->db, "UPDATE outbox SET state = 'sent', line = 'gsm1', ref = 7 WHERE party_id IS NOT NULL", NULL, 0);
    assert_int_equal(desk_report(r->desk, "gsm1", 7, TIPSTER, true), 0);
    assert_int_equal(db_commit(r->db), 0);
}

static void a_tipsters_number_is_in_no_file_before_its_erasure_nor_after(void **state)
{
    struct rig *r = *state;
    tell(r);
    assert_int_equal(hits(r, TIPSTER) + hits(r, LONG_TIPSTER), 0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM party WHERE domain = 'tip' AND sealed IS NOT NULL"), 2);
    for (int i = 0; i < 9; i++)
        rig_later(r, DAY_MS);
    assert_int_equal(hits(r, TIPSTER) + hits(r, LONG_TIPSTER), 0);
    /* and nothing that the key file could open or try */
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM party WHERE sealed IS NOT NULL"), 0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM part WHERE sender IS NOT NULL OR tip_id IS NOT NULL OR "
                                   "group_key IS NOT NULL"),
                     0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM part WHERE corrupt = 1 AND length(body) > 0"), 0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message WHERE text_key IS NOT NULL"), 0);
}

static void ngung_is_the_same_at_once(void **state)
{
    struct rig *r = *state;
    tell(r);
    rig_text(r, TIPSTER, "NGUNG");
    rig_text(r, LONG_TIPSTER, "NGUNG");
    assert_int_equal(hits(r, TIPSTER) + hits(r, LONG_TIPSTER), 0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM party WHERE domain = 'tip' AND sealed IS NOT NULL"), 0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM part WHERE tip_id IS NOT NULL"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_encoding_that_is_planted_is_found),
        cmocka_unit_test_setup_teardown(a_tipsters_number_is_in_no_file_before_its_erasure_nor_after, setup,
                                        rig_teardown),
        cmocka_unit_test_setup_teardown(ngung_is_the_same_at_once, setup, rig_teardown),
    };
    return cmocka_run_group_tests_name("tip_search", tests, NULL, NULL);
}
