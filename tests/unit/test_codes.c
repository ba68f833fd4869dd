// SPDX-License-Identifier: GPL-2.0-or-later
/* The supervisor's codes: how they are read, who may ask which, what each may see, and the PIN. */
#include "tests/unit/desk_rig.h"

#include "gateway/desk/menu.h"
#include "store/session.h"

#define CHIEF "+84909000001"
#define LEADER_KIM_LAN "+84912000005"
#define HEAD_MAN_DE "+84912000026"
#define OFFICER_PIN "+84903000001" /* of tests/scenarios/codes: 4321 */
#define DUTY_PIN "+84903000005"    /* 246813579 */

static int setup_with_pins(void **state)
{
    return rig_setup_on(state, "tests/scenarios/codes/tinbao.cfg");
}

#define pin_test(name) cmocka_unit_test_setup_teardown(name, setup_with_pins, rig_teardown)

/* into the block of whoever asks */
#define said(r, phone) rig_said_to(r, phone, (char[400]){0})
#define ask(r, phone, text) rig_ask_by(r, phone, text, (char[400]){0})

#define assert_says(text, part)                                                                                        \
    do {                                                                                                               \
        const char *says_ = (text);                                                                                    \
        if (!strstr(says_, part))                                                                                      \
            fail_msg("'%s' does not hold '%s'", says_, part);                                                          \
    } while (0)

#define assert_silent_on(text, part)                                                                                   \
    do {                                                                                                               \
        const char *says_ = (text);                                                                                    \
        if (strstr(says_, part))                                                                                       \
            fail_msg("'%s' holds '%s'", says_, part);                                                                  \
    } while (0)

/* --- reading --------------------------------------------------------------------------- */

static void codes_are_read_with_what_stands_behind_them(void **state)
{
    (void)state;
    static const struct {
        const char *digits;
        int number, page;
        const char *first, *second;
    } cases[] = {
        {"*1#", 1, 1, "", ""},
        {"*1*2#", 1, 1, "2", ""},
        {"*01#", 1, 1, "", ""},
        {"*1*02#", 1, 1, "2", ""},
        {"1", 1, 1, "", ""},
        {"*1", 1, 1, "", ""},
        {"*1*2*3#", 1, 3, "2", ""},
        {"*1*0*3#", 1, 3, "", ""},
        {"*2*48217#", 2, 1, "48217", ""},
        {"*2*00123#", 2, 1, "00123", ""},
        {"*2*48217*2#", 2, 2, "48217", ""},
        {"*5*11#", 5, 1, "11", ""},
        {"*5*11*6#", 5, 1, "11", "6"},
        {"*5*11*0*2#", 5, 2, "11", ""},
        {"*5*0*6#", 5, 1, "", "6"},
        {"*7*2#", 7, 2, "", ""},
        {"*0#", 0, 1, "", ""},
        {"*00#", 0, 1, "", ""},
        {"*1**2#", 1, 1, "2", ""},
        {"*1*0*0#", 1, 1, "", ""},
        {"*12#", NO_CODE, 1, "", ""},
        {"*1*2*9999999#", 1, 999, "2", ""},
        {"*1*2*3*4*5*6*7*8#", 1, 3, "2", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct code_call c;
        assert_int_equal(codes_read(cases[i].digits, &c), 0);
        if (c.number != cases[i].number || c.page != cases[i].page || strcmp(c.args.v[0], cases[i].first) != 0 ||
            strcmp(c.args.v[1], cases[i].second) != 0)
            fail_msg("%s: %d '%s' '%s' page %d", cases[i].digits, c.number, c.args.v[0], c.args.v[1], c.page);
    }
    struct code_call c;
    assert_int_equal(codes_read("*#", &c), -EINVAL);
}

static void the_code_of_a_page_is_read_back_as_that_page(void **state)
{
    (void)state;
    static const char *const codes[] = {"*1#", "*1*2#", "*2#", "*2*48217#", "*3*6#", "*5*11#", "*5#", "*7#", "*0#"};
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        struct code_call a, b;
        char text[CODES_DIAL_SIZE];
        assert_int_equal(codes_read(codes[i], &a), 0);
        codes_write(&a, 1, text, sizeof(text));
        assert_string_equal(text, codes[i]);
        codes_write(&a, 12, text, sizeof(text));
        assert_int_equal(codes_read(text, &b), 0);
        assert_int_equal(b.page, 12);
        b.page = a.page;
        assert_memory_equal(&a, &b, sizeof(a));
    }
}

static void forgiven_input_is_the_code(void **state)
{
    struct rig *r = *state;
    static const char *const forms[] = {"*1#",  "*1",    "1#",   " * 1 # ", "*01#", "**1#", "*1##",
                                        "*1*#", "* 1 *", "*1#.", "'*1#'",   "1*",   "*1 #"};
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        assert_int_equal(db_begin(r->db), 0);
        assert_int_equal(db_exec(r->db, "DELETE FROM outbox", NULL, 0), 0);
        assert_int_equal(db_commit(r->db), 0);
        if (rig_number(r, "SELECT COUNT(*) FROM outbox") != 0 || !strstr(ask(r, CHIEF, forms[i]), "Hom nay"))
            fail_msg("%s", forms[i]);
    }
    assert_says(ask(r, CHIEF, "* 1 * 2 #"), "Hoa Loc");
    assert_says(ask(r, CHIEF, "*1**2#"), "Hoa Loc");
    assert_says(ask(r, CHIEF, "*1 * 02"), "Hoa Loc");
}

static void a_wrong_code_is_answered_with_those_there_are(void **state)
{
    struct rig *r = *state;
    assert_says(ask(r, CHIEF, "*9#"), "Khong co ma *9#. Co: *1#");
    assert_says(ask(r, CHIEF, "*12#"), "Khong co ma nay. Co: *1#");
    assert_says(ask(r, CHIEF, "*1*77#"), "Khong co thon 77");
    assert_says(ask(r, CHIEF, "*2*48210#"), "Khong thay vu 48210");
    assert_says(ask(r, CHIEF, "*2*4821#"), "Khong thay vu 4821");
    assert_says(ask(r, CHIEF, "*2*0*9#"), "khong con trang");
}

/* --- rights ---------------------------------------------------------------------------- */

static void members_and_strangers_ask_none_and_leaders_not_the_modem(void **state)
{
    struct rig *r = *state;
    assert_says(ask(r, MEMBER, "*1#"), "khong dung duoc lenh *#");
    assert_says(ask(r, MEMBER, "MENU"), "khong dung duoc lenh MENU");
    assert_says(ask(r, LEADER, "*1#"), "Hom nay");
    assert_says(ask(r, HEAD_MAN_DE, "*2#"), "dang mo");
    assert_says(ask(r, LEADER, "*7#"), "khong dung duoc lenh *7#");
    assert_says(ask(r, LEADER, "*0#"), "Cua thon minh");
    assert_silent_on(ask(r, LEADER, "*0#"), "*7#");
    rig_text(r, STRANGER, "*1#");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM outbox WHERE party_id IS NOT NULL AND body LIKE '%Hom nay%'"),
                     0);
    assert_int_equal(
        rig_number(r, "SELECT COUNT(*) FROM outbox WHERE party_id IS NOT NULL AND body LIKE '%khong dung duoc%'"), 1);
}

static void an_area_officer_sees_his_villages_alone(void **state)
{
    struct rig *r = *state;
    rig_text(r, MEMBER, "BC man de danh nhau o cau");
    rig_text(r, "+84912000008", "BC dong trinh danh nhau o cho");
    assert_says(ask(r, CHIEF, "*1#"), ": 2 vu (DANH 2)");
    assert_says(ask(r, OFFICER, "*1#"), ": 1 vu (DANH 1)");
    assert_silent_on(ask(r, OFFICER, "*2#"), "Dong Trinh");
    assert_says(ask(r, OFFICER, "*1*1#"), "Dong Trinh khong thuoc dia ban");
    assert_says(ask(r, OFFICER, "*1*6#"), "Man De: 1 vu");
    char code[16], text[40];
    rig_ask(r, "SELECT code FROM incident WHERE place = '1'", code, sizeof(code));
    snprintf(text, sizeof(text), "*2*%s#", code);
    assert_says(ask(r, OFFICER, text), "Khong thay vu");
    assert_says(ask(r, CHIEF, text), "o cho");
}

static void a_leader_sees_what_the_team_was_told_and_no_tip(void **state)
{
    struct rig *r = *state;
    rig_text(r, MEMBER, "BC man de danh nhau o cau");
    rig_text(r, STRANGER, "BC man de ma tuy o quan");
    rig_text(r, STRANGER, "TIN man de co danh bac");
    const char *text = ask(r, LEADER, "*2#");
    assert_says(text, "DANH Man De");
    assert_silent_on(text, "MATUY");
    assert_silent_on(text, "TIN");
    text = ask(r, LEADER, "*1#");
    assert_says(text, "1 vu (DANH 1)");
    assert_silent_on(text, " tin");
    assert_says(ask(r, LEADER_KIM_LAN, "*2#"), "Khong co vu nao");
    assert_says(ask(r, LEADER, "*1*5#"), "khong thuoc dia ban");
    text = ask(r, CHIEF, "*2#");
    assert_says(text, "MATUY");
    assert_says(text, "TIN Man De");
}

static void a_restricted_one_is_there_for_the_named_alone(void **state)
{
    struct rig *r = *state;
    char code[16], text[40];
    rig_text(r, MEMBER, "BC man de bao hanh danh vo nha anh Ba");
    rig_ask(r, "SELECT code FROM incident", code, sizeof(code));
    snprintf(text, sizeof(text), "*2*%s#", code);
    static const char *const others[] = {CHIEF, DUTY, LEADER, HEAD_MAN_DE, "+84903000004"};
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        assert_silent_on(ask(r, others[i], "*2#"), code);
        assert_says(ask(r, others[i], "*1#"), "0 vu");
        assert_silent_on(ask(r, others[i], "*4#"), code);
        assert_says(ask(r, others[i], text), "Khong thay vu");
    }
    assert_says(ask(r, OFFICER, "*2#"), code);
    assert_says(ask(r, OFFICER, text), "Chua ai nhan");
    assert_silent_on(ask(r, OFFICER, text), "anh Ba"); /* no words by SMS */
    char out[600];
    assert_int_equal(desk_code(r->desk, "*2#", out, sizeof(out)), 0);
    assert_silent_on(out, code); /* nor at the console */
}

/* --- answers --------------------------------------------------------------------------- */

static void what_is_open_goes_over_pages_and_each_entry_is_there_once(void **state)
{
    struct rig *r = *state;
    char codes[2048] = "", text[40], next[40] = "*2#";
    static const char *const kinds[] = {"danh nhau", "chay", "cuop", "trom", "tai nan", "gay roi", "duoi nuoc"};
    for (int place = 1; place <= 2; place++)
        for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
            snprintf(text, sizeof(text), "BC %s %s", place == 1 ? "dong trinh" : "hoa loc", kinds[i]);
            rig_text(r, place == 1 ? "+84912000010" : "+84912000013", text);
        }
    int pages = 0;
    long entries = 0;
    while (next[0]) {
        const char *page = ask(r, CHIEF, next);
        pages++;
        assert_true(strlen(page) <= 160);
        for (const char *p = page; (p = strchr(p, ';')); p++)
            entries++;
        const char *more = strstr(page, "\nTiep: ");
        size_t n = more ? (size_t)(more - page) : strlen(page);
        snprintf(codes + strlen(codes), sizeof(codes) - strlen(codes), "%.*s\n", (int)n, page);
        snprintf(next, sizeof(next), "%s", more ? more + 7 : "");
    }
    assert_int_equal(entries, 14);
    assert_in_range(pages, 3, 6);
    char code[16], sql[80];
    for (int i = 0; i < 14; i++) {
        snprintf(sql, sizeof(sql), "SELECT code FROM incident ORDER BY id LIMIT 1 OFFSET %d", i);
        rig_ask(r, sql, code, sizeof(code));
        const char *at = strstr(codes, code);
        assert_non_null(at);
        assert_null(strstr(at + 1, code));
    }
}

static void a_long_report_can_be_read_to_its_end(void **state)
{
    struct rig *r = *state;
    char body[700] = "BC man de danh nhau", code[16], next[40];
    int words = 0;
    for (int i = 0; i < 60; i++)
        snprintf(body + strlen(body), sizeof(body) - strlen(body), " tu%d", i);
    for (int seq = 1; seq <= 3; seq++) {
        char part[160];
        size_t n = strlen(body), from = (size_t)(seq - 1) * n / 3, to = (size_t)seq * n / 3;
        snprintf(part, sizeof(part), "%.*s", (int)(to - from), body + from);
        rig_part(r, MEMBER, 7, seq, 3, part);
    }
    rig_ask(r, "SELECT code FROM incident", code, sizeof(code));
    snprintf(next, sizeof(next), "*2*%s#", code);
    while (next[0]) {
        const char *page = ask(r, CHIEF, next), *more = strstr(page, "\nTiep: ");
        for (const char *p = page; (p = strstr(p, " tu")) && (!more || p < more); p++)
            words++;
        words += !strncmp(page, "tu", 2);
        snprintf(next, sizeof(next), "%s", more ? more + 7 : "");
    }
    assert_int_equal(words, 60);
}

static void who_is_on_duty_and_on_patrol_is_named_without_numbers(void **state)
{
    struct rig *r = *state;
    assert_says(ask(r, CHIEF, "*3#"), "Truc: Do Van Hung, Thai Thi Xuan. Chua ai dang tuan.");
    rig_text(r, MEMBER, "VAO");
    rig_text(r, LEADER_KIM_LAN, "VAO");
    const char *text = ask(r, CHIEF, "*3#");
    assert_says(text, "Man De: Nguyen Van An ");
    assert_says(text, "Kim Lan: Hoang Thi Em ");
    assert_silent_on(text, "0912");
    text = ask(r, LEADER, "*3#");
    assert_says(text, "Nguyen Van An");
    assert_silent_on(text, "Hoang Thi Em");
    text = ask(r, CHIEF, "*3*5#");
    assert_says(text, "Hoang Thi Em");
    assert_silent_on(text, "Nguyen Van An");
}

static void what_nobody_took_in_its_time_is_overdue(void **state)
{
    struct rig *r = *state;
    char code[16];
    rig_text(r, MEMBER, "BC man de danh nhau o cau");
    rig_ask(r, "SELECT code FROM incident", code, sizeof(code));
    assert_says(ask(r, CHIEF, "*4#"), "Khong co gi qua han");
    rig_later(r, 6 * MINUTE_MS);
    assert_says(ask(r, CHIEF, "*4#"), code);
    assert_silent_on(ask(r, LEADER, "*4#"), code); /* a team does not watch its officers */
    char text[24];
    snprintf(text, sizeof(text), "NHAN %s", code);
    rig_text(r, OFFICER, text);
    assert_silent_on(ask(r, CHIEF, "*4#"), code);
}

/* --- the PIN --------------------------------------------------------------------------- */

static void who_has_a_pin_gives_it_where_names_are_shown_and_it_is_not_kept(void **state)
{
    struct rig *r = *state;
    assert_says(ask(r, OFFICER_PIN, "*1#"), "Hom nay");
    assert_says(ask(r, OFFICER_PIN, "*3#"), "can PIN");
    assert_says(ask(r, OFFICER_PIN, "*3#4321"), "Truc:");
    assert_says(ask(r, OFFICER_PIN, "* 3 # 4321"), "Truc:");
    assert_says(ask(r, DUTY_PIN, "*3#246813579"), "Truc:");
    assert_says(ask(r, CHIEF, "*3#"), "Truc:"); /* he has none */
    rig_text(r, STRANGER, "*3#4321");           /* another's phone */
    rig_text(r, OFFICER_PIN, "*3*#*4321#99887766");
    assert_int_equal(rig_number(r,
                                "SELECT COUNT(*) FROM message WHERE body LIKE '%4321%' OR body LIKE '%1357%' OR body "
                                "LIKE '%9988%'"),
                     0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM part WHERE hex(body) LIKE '%0034003300320031%'"), 0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM part WHERE hex(body) LIKE '%0031003300350037%'"), 0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message WHERE body = '*3#xxxx'"), 3);
}

static void a_pin_in_a_text_of_two_parts_is_not_kept_either(void **state)
{
    struct rig *r = *state;
    rig_part(r, OFFICER_PIN, 9, 1, 2, "*3#");
    rig_part(r, OFFICER_PIN, 9, 2, 2, "4321");
    assert_says(said(r, OFFICER_PIN), "Truc:");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM part WHERE length(body) > 0"), 0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message WHERE body LIKE '%4321%'"), 0);
}

static void wrong_pins_lock_for_an_hour_and_the_duty_desk_hears_of_it_once(void **state)
{
    struct rig *r = *state;
    assert_says(ask(r, OFFICER_PIN, "*3#1111"), "PIN sai. Con 2 lan");
    assert_says(ask(r, OFFICER_PIN, "*3#1112"), "PIN sai. Con 1 lan");
    assert_says(ask(r, OFFICER_PIN, "*3#1113"), "khoa den");
    assert_says(ask(r, OFFICER_PIN, "*3#4321"), "khoa den"); /* the right one too */
    assert_says(ask(r, OFFICER_PIN, "*1#"), "Hom nay");      /* what needs none goes on */
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM outbox WHERE body LIKE 'Bui Thi Ha nhap sai PIN 3 lan%'"), 2);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM audit WHERE action = 'pin_locked'"), 1);
    rig_later(r, HOUR_MS);
    assert_says(ask(r, OFFICER_PIN, "*3#4321"), "Truc:");
    assert_says(ask(r, OFFICER_PIN, "*3#1111"), "Con 2 lan"); /* counted anew */
}

static void a_right_pin_forgets_the_wrong_ones_before_it(void **state)
{
    struct rig *r = *state;
    for (int i = 0; i < 5; i++) {
        assert_says(ask(r, OFFICER_PIN, "*3#1111"), "Con 2 lan");
        assert_says(ask(r, OFFICER_PIN, "*3#1112"), "Con 1 lan");
        assert_says(ask(r, OFFICER_PIN, "*3#4321"), "Truc:");
    }
}

static void wrong_pins_of_all_together_lock_everybody(void **state)
{
    struct rig *r = *state;
    r->cfg->pin_tries = 100;
    r->cfg->pin_tries_all = 6;
    for (int i = 0; i < 3; i++) {
        rig_text(r, OFFICER_PIN, "*3#1111");
        rig_text(r, DUTY_PIN, "*3#1111");
    }
    assert_says(ask(r, DUTY_PIN, "*3#246813579"), "khoa den");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM outbox WHERE body LIKE 'Nhieu so nhap sai PIN%'"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_read_with_what_stands_behind_them),
        cmocka_unit_test(the_code_of_a_page_is_read_back_as_that_page),
        rig_test(forgiven_input_is_the_code),
        rig_test(a_wrong_code_is_answered_with_those_there_are),
        rig_test(members_and_strangers_ask_none_and_leaders_not_the_modem),
        rig_test(an_area_officer_sees_his_villages_alone),
        rig_test(a_leader_sees_what_the_team_was_told_and_no_tip),
        rig_test(a_restricted_one_is_there_for_the_named_alone),
        rig_test(what_is_open_goes_over_pages_and_each_entry_is_there_once),
        rig_test(a_long_report_can_be_read_to_its_end),
        rig_test(who_is_on_duty_and_on_patrol_is_named_without_numbers),
        rig_test(what_nobody_took_in_its_time_is_overdue),
        pin_test(who_has_a_pin_gives_it_where_names_are_shown_and_it_is_not_kept),
        pin_test(a_pin_in_a_text_of_two_parts_is_not_kept_either),
        pin_test(wrong_pins_lock_for_an_hour_and_the_duty_desk_hears_of_it_once),
        pin_test(a_right_pin_forgets_the_wrong_ones_before_it),
        pin_test(wrong_pins_of_all_together_lock_everybody),
    };
    return cmocka_run_group_tests_name("codes", tests, NULL, NULL);
}
