// SPDX-License-Identifier: GPL-2.0-or-later
/* What the tables may not tell: whose a tip is, and a restricted incident to anybody who is
 * not named for it. */
#include "tests/unit/desk_rig.h"

static void code_of_last(struct rig *r, char code[16])
{
    rig_ask(r, "SELECT code FROM incident ORDER BY id DESC LIMIT 1", code, 16);
}

static void text_with(struct rig *r, const char *sender, const char *before, const char *code, const char *after)
{
    char text[200];
    snprintf(text, sizeof(text), "%s%s%s", before, code, after);
    rig_text(r, sender, text);
}

/* A member hears no tip's code but his own: who writes it is the tipster. */
static void a_member_who_writes_of_a_tip_is_not_named_also_when_its_number_is_erased(void **state)
{
    struct rig *r = *state;
    char code[16];
    rig_text(r, MEMBER, "TIN man de co danh bac");
    code_of_last(r, code);
    assert_int_equal(db_begin(r->db), 0);
    assert_int_equal(desk_start(r->desk), 0);
    assert_int_equal(db_commit(r->db), 0);
    rig_later(r, 40 * DAY_MS);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM party WHERE sealed IS NOT NULL"), 0);
    text_with(r, MEMBER, "THEM ", code, " toi nay lai co");
    text_with(r, MEMBER, "XEM ", code, "");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message WHERE user_id IS NOT NULL"), 0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM party WHERE domain = 'sender'"), 0);
}

static void an_officer_who_takes_a_tip_is_named(void **state)
{
    struct rig *r = *state;
    char code[16];
    rig_text(r, MEMBER, "TIN man de co danh bac");
    code_of_last(r, code);
    text_with(r, OFFICER, "NHAN ", code, "");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM incident WHERE state = 'acked'"), 1);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message WHERE user_id IS NOT NULL"), 1);
}

/* One user who stopped and one tip party that stopped would be a pair. */
static void ngung_marks_no_tip_and_ends_its_news_all_the_same(void **state)
{
    struct rig *r = *state;
    char code[16];
    rig_text(r, MEMBER, "TIN man de co danh bac");
    code_of_last(r, code);
    rig_text(r, MEMBER, "NGUNG");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM \"user\" WHERE stopped = 1"), 1);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM party WHERE stopped = 1"), 0);
    text_with(r, OFFICER, "NHAN ", code, "");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM outbox WHERE body LIKE '%tiep nhan%'"), 0);
    rig_text(r, STRANGER, "TIN man de co lo de");
    code_of_last(r, code);
    rig_text(r, STRANGER, "NGUNG");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM party WHERE stopped = 1 AND domain = 'tip'"), 0);
    text_with(r, OFFICER, "NHAN ", code, "");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM outbox WHERE body LIKE '%tiep nhan%'"), 0);
}

/* With the key file, a hash of number and text is the number: nine digits are tried in minutes. */
static void no_hash_of_a_tips_number_and_text_is_left_when_it_is_erased(void **state)
{
    struct rig *r = *state;
    rig_text(r, MEMBER, "TIN man de co danh bac");
    rig_text(r, MEMBER, "BC man de trom mat xe");
    assert_int_equal(db_begin(r->db), 0);
    assert_int_equal(desk_start(r->desk), 0);
    assert_int_equal(db_commit(r->db), 0);
    rig_later(r, 40 * DAY_MS);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message WHERE text_key IS NOT NULL"), 0);
}

static long seen_by(struct rig *r, const char *phone, const char *code)
{
    char sql[300];
    snprintf(sql, sizeof(sql),
             "SELECT COUNT(*) FROM outbox o JOIN \"user\" u ON u.id = o.user_id WHERE u.phone = '%s' "
             "AND o.state = 'queued' AND o.body LIKE '%%%s%%'",
             phone, code);
    return rig_number(r, sql);
}

/* His phone may be in another's hand: COMAT does not make him one of those who are told. */
static void the_reporter_of_a_restricted_one_does_not_hear_who_took_it(void **state)
{
    struct rig *r = *state;
    char code[16];
    rig_text(r, MEMBER, "BC man de bao hanh danh vo");
    code_of_last(r, code);
    text_with(r, MEMBER, "CM ", code, "");
    long before = seen_by(r, MEMBER, code);
    text_with(r, OFFICER, "NHAN ", code, "");
    text_with(r, OFFICER, "XONG ", code, " da dua ve nha ngoai");
    assert_int_equal(seen_by(r, MEMBER, code), before);
}

static void a_correction_to_a_restricted_kind_takes_it_from_those_who_are_not_named(void **state)
{
    struct rig *r = *state;
    char code[16];
    rig_text(r, MEMBER, "BC man de danh nhau nha anh Ba");
    code_of_last(r, code);
    assert_true(seen_by(r, DUTY, code) > 0 && seen_by(r, LEADER, code) > 0);
    text_with(r, MEMBER, "SUA ", code, " LOAI bao hanh");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM outbox WHERE state = 'queued' AND body LIKE '%nha anh Ba%'"),
                     0);
    assert_true(seen_by(r, OFFICER, code) > 0);
    text_with(r, OFFICER, "NHAN ", code, "");
    text_with(r, DUTY, "XEM ", code, "");
    text_with(r, LEADER, "XEM ", code, "");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM outbox WHERE body LIKE 'Khong thay vu%'"), 2);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM outbox o JOIN \"user\" u ON u.id = o.user_id WHERE "
                                   "u.role IN ('duty', 'leader') AND o.body LIKE '%Bui Thi Ha%'"),
                     0);
}

/* Who holds the reporter's phone can not move it to another circle, nor put it to sleep. */
static void a_restricted_one_is_not_moved_or_ended_by_the_reporters_phone(void **state)
{
    struct rig *r = *state;
    char code[16];
    rig_text(r, MEMBER, "BC man de bao hanh danh vo");
    code_of_last(r, code);
    text_with(r, MEMBER, "SUA ", code, " LOAI trom");
    text_with(r, MEMBER, "HUY ", code, " bao nham");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM incident WHERE kind = 'BAOHANH' AND state = 'open'"), 1);
    assert_int_equal(seen_by(r, "+84909000001", code), 0);
    assert_true(rig_number(r, "SELECT COUNT(*) FROM job WHERE kind = 'alert'") == 1);
}

/* Words of violence at home without BC from a stranger: the duty desk is not named for it. */
static void an_unclear_text_of_a_restricted_kind_is_not_told_in_its_words(void **state)
{
    struct rig *r = *state;
    rig_text(r, STRANGER, "o man de bao hanh chi Lan bi chong danh");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM outbox WHERE body LIKE '%chi Lan%'"), 0);
}

/* A brawl, and then "danh vo": the text goes to the named officers alone, whatever stood first, and so does what is
 * added to a brawl or written over its tale. */
static void words_of_a_restricted_kind_anywhere_never_reach_the_team(void **state)
{
    struct rig *r = *state;
    char code[16];
    static const char *const texts[] = {"BC man de danh nhau danh vo",
                                        "BC man de trom mat xe, dam o roi chong danh chi ay",
                                        "BC man de ồn ào, nghe như xâm hại trẻ em", "man de say ruou gay roi danh con"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        rig_text(r, MEMBER, texts[i]);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM incident WHERE restricted = 1"), 4);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM incident WHERE restricted = 0"), 0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM outbox o JOIN \"user\" u ON u.id = o.user_id WHERE "
                                   "u.role IN ('member', 'deputy', 'leader', 'duty') AND o.body NOT LIKE 'Da nhan %.'"),
                     0);
    rig_text(r, MEMBER, "BC man de danh nhau o quan");
    code_of_last(r, code);
    text_with(r, MEMBER, "THEM ", code, " anh Ba danh vo");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM outbox WHERE body LIKE '%anh Ba%'"), 0);
    assert_true(rig_number(r, "SELECT COUNT(*) FROM outbox WHERE body LIKE '%them: xem tai truc'") > 0);
    text_with(r, MEMBER, "SUA ", code, " ND anh Ba danh vo");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM outbox WHERE body LIKE '%anh Ba%'"), 0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM incident WHERE restricted = 1"), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        rig_test(a_member_who_writes_of_a_tip_is_not_named_also_when_its_number_is_erased),
        rig_test(an_officer_who_takes_a_tip_is_named),
        rig_test(ngung_marks_no_tip_and_ends_its_news_all_the_same),
        rig_test(no_hash_of_a_tips_number_and_text_is_left_when_it_is_erased),
        rig_test(the_reporter_of_a_restricted_one_does_not_hear_who_took_it),
        rig_test(a_correction_to_a_restricted_kind_takes_it_from_those_who_are_not_named),
        rig_test(a_restricted_one_is_not_moved_or_ended_by_the_reporters_phone),
        rig_test(words_of_a_restricted_kind_anywhere_never_reach_the_team),
        rig_test(an_unclear_text_of_a_restricted_kind_is_not_told_in_its_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
