// SPDX-License-Identifier: GPL-2.0-or-later
/* The menu: replayed from all inputs, remembered, kept by SMS, timed out, behind a PIN. */
#include "tests/unit/desk_rig.h"

#include "gateway/base/gsm7.h"
#include "gateway/desk/menu.h"

#define CHIEF "+84909000001"
#define OFFICER_PIN "+84903000001" /* of tests/scenarios/codes: 4321 */
#define USSD 178

static int setup_with_pins(void **state)
{
    return rig_setup_on(state, "tests/scenarios/codes/tinbao.cfg");
}

#define pin_test(name) cmocka_unit_test_setup_teardown(name, setup_with_pins, rig_teardown)

#define assert_says(text, part)                                                                                        \
    do {                                                                                                               \
        const char *says_ = (text);                                                                                    \
        if (!strstr(says_, part))                                                                                      \
            fail_msg("'%s' does not hold '%s'", says_, part);                                                          \
    } while (0)

static const char *screen_into(struct rig *r, const char *phone, const char *typed, bool *end, char out[600])
{
    assert_true(desk_session(r->desk, phone, typed, USSD, out, 600, end) >= 0);
    assert_in_range(gsm7_septets(out), 1, USSD);
    return out;
}

#define screen(r, phone, typed, end) screen_into(r, phone, typed, end, (char[600]){0})

#define ask(r, phone, text) rig_ask_by(r, phone, text, (char[400]){0})

/* Forgets where sessions stood, as a restart does. */
static void restart(struct rig *r)
{
    struct problems *p = problems_new();
    desk_free(r->desk);
    r->desk = desk_new(r->db, r->cfg, r->clock, p);
    problems_free(p);
    assert_non_null(r->desk);
}

static void report(struct rig *r, const char *phone, const char *text, char code[16])
{
    rig_text(r, phone, text);
    rig_ask(r, "SELECT code FROM incident ORDER BY id DESC LIMIT 1", code, 16);
}

/* --- all inputs so far ----------------------------------------------------------------- */

static void a_whole_menu_is_walked_and_replayed_to_the_same_screens(void **state)
{
    struct rig *r = *state;
    bool end;
    char code[16], typed[200] = "", was[20][600];
    report(r, MEMBER, "BC man de danh nhau o cau", code);
    static const char *const inputs[] = {"1", "8", "4", "0", "0", "2", "1", "0", "8", "4",
                                         "1", "0", "0", "0", "3", "0", "7", "0", "0"};
    for (size_t i = 0; i < ARRAY_LEN(inputs); i++) {
        snprintf(typed + strlen(typed), sizeof(typed) - strlen(typed), "%s%s", i ? "*" : "", inputs[i]);
        snprintf(was[i], sizeof(was[i]), "%s", screen(r, CHIEF, typed, &end));
        assert_int_equal(end, i + 1 == ARRAY_LEN(inputs));
    }
    assert_says(was[2], "Man De: 1 vu");
    assert_says(was[6], "o cau");
    assert_says(was[9], "Dang mo:\n1 ");
    assert_says(was[16], "Cho gui");
    assert_says(was[18], "Da dong");
    for (size_t i = 0; i < ARRAY_LEN(inputs); i++) { /* without memory, each from its beginning */
        restart(r);
        typed[0] = '\0';
        for (size_t k = 0; k <= i; k++)
            snprintf(typed + strlen(typed), sizeof(typed) - strlen(typed), "%s%s", k ? "*" : "", inputs[k]);
        assert_string_equal(screen(r, CHIEF, typed, &end), was[i]);
    }
}

static void an_entry_is_the_one_that_was_shown_whatever_came_since(void **state)
{
    struct rig *r = *state;
    bool end;
    char first[16], worse[16], text[40];
    report(r, MEMBER, "BC man de trom mat xe dap", first);
    screen(r, CHIEF, "", &end);
    snprintf(text, sizeof(text), "1 %s", first);
    assert_says(screen(r, CHIEF, "2", &end), text);
    report(r, "+84912000010", "BC dong trinh chay nha", worse); /* stands before it now */
    assert_says(screen(r, CHIEF, "2*1", &end), first);
    assert_says(screen(r, CHIEF, "2*1*0", &end), worse);
    assert_says(screen(r, CHIEF, "2*1*0*1", &end), worse);
}

static void an_incident_is_found_by_its_number(void **state)
{
    struct rig *r = *state;
    bool end;
    char code[16], typed[40];
    report(r, MEMBER, "BC man de danh nhau o cau", code);
    assert_says(screen(r, CHIEF, code, &end), "o cau");
    snprintf(typed, sizeof(typed), "2*%s", code);
    assert_says(screen(r, CHIEF, typed, &end), "o cau");
    assert_says(screen(r, CHIEF, "2*48210", &end), "Khong thay vu 48210");
    snprintf(typed, sizeof(typed), "%s*0", code);
    assert_says(screen(r, CHIEF, typed, &end), "1 Hom nay");
    assert_says(screen(r, "+84903000003", code, &end), "Khong thay vu"); /* not his village */
}

static void a_wrong_key_says_so_and_stays(void **state)
{
    struct rig *r = *state;
    bool end;
    static const char *const wrong[] = {"9",  "8",   "12",  "x",  "*", "1a", "00000000000000000000",
                                        "-1", "1*7", "1*9", "2*3"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        assert_says(screen(r, CHIEF, wrong[i], &end), "Sai phim.\n");
        assert_false(end);
    }
    assert_says(screen(r, CHIEF, "1*x*8", &end), "Thon nao?");
    assert_says(screen(r, CHIEF, " 1 # ", &end), "Hom nay");
}

static void a_long_list_is_turned_page_by_page_and_back(void **state)
{
    struct rig *r = *state;
    bool end;
    char code[16], typed[200] = "2", first[600], second[600];
    static const char *const kinds[] = {"danh nhau", "chay", "cuop", "trom", "tai nan", "gay roi", "duoi nuoc"};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        char text[60];
        snprintf(text, sizeof(text), "BC dong trinh %s", kinds[i]);
        report(r, "+84912000010", text, code);
        snprintf(text, sizeof(text), "BC hoa loc %s", kinds[i]);
        report(r, "+84912000013", text, code);
    }
    snprintf(first, sizeof(first), "%s", screen(r, CHIEF, typed, &end));
    assert_says(first, "9 Tiep 0 Ve");
    int entries = 0;
    for (int page = 0; page < 9; page++) {
        char out[600];
        snprintf(out, sizeof(out), "%s", screen(r, CHIEF, typed, &end));
        for (const char *p = out; (p = strstr(p, "chua nhan")); p++)
            entries++;
        if (page == 1)
            snprintf(second, sizeof(second), "%s", out);
        if (!strstr(out, "9 Tiep"))
            break;
        snprintf(typed + strlen(typed), sizeof(typed) - strlen(typed), "*9");
    }
    assert_int_equal(entries, 14);
    assert_string_equal(screen(r, CHIEF, "2*9", &end), second);
    assert_string_equal(screen(r, CHIEF, "2*9*9*0", &end), second);
    assert_string_equal(screen(r, CHIEF, "2*9*0", &end), first);
    assert_says(screen(r, CHIEF, "2*9*0*0", &end), "1 Hom nay");
    assert_says(screen(r, CHIEF, "2*9*1*0", &end), second + 40);
}

static void who_may_not_ask_gets_a_last_word(void **state)
{
    struct rig *r = *state;
    bool end = false;
    assert_says(screen(r, STRANGER, "1", &end), "TIN");
    assert_true(end);
    end = false;
    assert_says(screen(r, MEMBER, "", &end), "khong dung duoc");
    assert_true(end);
    end = false;
    assert_says(screen(r, "CA xa", "", &end), "TIN");
    assert_true(end);
    assert_says(screen(r, LEADER, "", &end), "1 Hom nay");
    assert_false(end);
    assert_null(strstr(screen(r, LEADER, "", &end), "7 May"));
    assert_says(screen(r, LEADER, "7", &end), "Sai phim");
    assert_null(strstr(screen(r, LEADER, "1", &end), "8 Thon")); /* he has one */
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM outbox"), 0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM party"), 0);
}

static void a_session_without_end_is_ended(void **state)
{
    struct rig *r = *state;
    bool end = false;
    char typed[400] = "1";
    for (int i = 1; i < MENU_INPUTS_MAX; i++)
        snprintf(typed + strlen(typed), sizeof(typed) - strlen(typed), "*x");
    screen(r, CHIEF, typed, &end);
    assert_false(end);
    snprintf(typed + strlen(typed), sizeof(typed) - strlen(typed), "*x");
    assert_says(screen(r, CHIEF, typed, &end), "Da dong");
    assert_true(end);
}

/* Whatever is typed: a screen that fits, for each role; and the state can be written and read. */
static void any_keys_give_a_screen_that_fits(void **state)
{
    struct rig *r = *state;
    static const char *const phones[] = {CHIEF, OFFICER, LEADER, DUTY};
    static const char *const inputs[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "48217", "", "x", "8", "9"};
    char code[16];
    uint64_t seed = 7;
    for (int i = 0; i < 9; i++)
        report(r, i % 2 ? MEMBER : "+84912000010", i % 2 ? "BC man de danh nhau" : "BC dong trinh chay", code);
    for (int round = 0; round < 150; round++) {
        char typed[200] = "";
        bool end = false;
        for (int i = 0; i < 25 && !end; i++) {
            seed = seed * 6364136223846793005ull + 1442695040888963407ull;
            snprintf(typed + strlen(typed), sizeof(typed) - strlen(typed), "%s%s", i ? "*" : "",
                     inputs[(seed >> 33) % ARRAY_LEN(inputs)]);
            screen(r, phones[round % 4], typed, &end);
            if (round % 10 == 0)
                restart(r);
        }
    }
}

static void where_somebody_stands_is_written_and_read_back(void **state)
{
    struct rig *r = *state;
    struct menu a, b;
    struct view v = {.d = r->desk, .now_ms = RIG_START_MS};
    char out[PAGER_OUT_SIZE], text[MENU_STATE_SIZE], again[MENU_STATE_SIZE], code[16];
    report(r, MEMBER, "BC man de danh nhau", code);
    static const char *const inputs[] = {"2", "8", "4", "1", "0", "0", "0", "5", "3", "9"};
    menu_start(&a);
    for (size_t i = 0; i < ARRAY_LEN(inputs); i++) {
        assert_int_equal(menu_show(&a, &v, 160, out, sizeof(out)), 0);
        assert_int_equal(menu_write(&a, text, sizeof(text)), 0);
        assert_int_equal(menu_read(&b, text), 0);
        assert_int_equal(menu_write(&b, again, sizeof(again)), 0);
        assert_string_equal(text, again);
        assert_int_equal(menu_input(&a, &v, inputs[i]), 0);
    }
    static const char *const bad[] = {
        "", "1", "2 0 0 0 0 0 0", "1 0 0 0 0 9 0", "1 0 0 0 0 1 2 1 -", "1 x 0 0 0 0 0", "1 0 0 0 0 0 9"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(menu_read(&b, bad[i]), -EINVAL);
}

/* --- by SMS ---------------------------------------------------------------------------- */

static void a_menu_by_sms_ends_after_its_time_and_says_so_once(void **state)
{
    struct rig *r = *state;
    assert_says(ask(r, CHIEF, "menu"), "1 Hom nay");
    rig_later(r, 9 * MINUTE_MS);
    assert_says(ask(r, CHIEF, "1"), "Hom nay 12/11");
    rig_later(r, 9 * MINUTE_MS); /* each input begins it anew */
    assert_says(ask(r, CHIEF, "0"), "1 Hom nay");
    rig_later(r, 10 * MINUTE_MS);
    assert_says(ask(r, CHIEF, "1"), "het gio");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM session"), 0);
    long before = rig_number(r, "SELECT COUNT(*) FROM outbox");
    rig_text(r, CHIEF, "48217");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM outbox"), before);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message WHERE disposition = 'duty_list'"), 1);
}

static void the_same_key_twice_is_two_inputs(void **state)
{
    struct rig *r = *state;
    rig_text(r, CHIEF, "*#");
    rig_text(r, CHIEF, "1");
    rig_text(r, CHIEF, "8");
    rig_text(r, CHIEF, "4");
    assert_says(ask(r, CHIEF, "0"), "Hom nay 12/11:");
    assert_says(ask(r, CHIEF, "0"), "1 Hom nay");
    for (int i = 0; i < 6; i++) {
        assert_says(ask(r, CHIEF, "1"), "Hom nay 12/11:");
        assert_says(ask(r, CHIEF, "0"), "1 Hom nay");
    }
    assert_says(ask(r, CHIEF, "0"), "Da dong");
}

static void a_question_comes_before_the_menu_and_ends_it(void **state)
{
    struct rig *r = *state;
    rig_text(r, OFFICER, "MENU");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM session"), 1);
    assert_says(ask(r, OFFICER, "BC tdp 1 trom mat xe"), "Nhan so");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM session"), 0);
    assert_says(ask(r, OFFICER, "MENU"), "tra loi truoc");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM session"), 0);
    assert_says(ask(r, OFFICER, "1"), "Da nhan vu");
    assert_says(ask(r, OFFICER, "MENU"), "1 Hom nay");
    assert_says(ask(r, OFFICER, "1"), "Hom nay");
}

static void a_report_in_the_middle_of_a_menu_is_a_report(void **state)
{
    struct rig *r = *state;
    rig_text(r, OFFICER, "MENU");
    rig_text(r, OFFICER, "2");
    assert_says(ask(r, OFFICER, "BC man de danh nhau"), "Da nhan vu");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM incident"), 1);
    assert_says(ask(r, OFFICER, "0"), "1 Hom nay");
    rig_text(r, OFFICER, "2 nguoi bi thuong"); /* no input */
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message WHERE disposition = 'menu'"), 3);
}

/* --- the PIN --------------------------------------------------------------------------- */

static void a_pin_is_asked_once_a_session_and_kept_nowhere(void **state)
{
    struct rig *r = *state;
    rig_text(r, OFFICER_PIN, "MENU");
    assert_says(ask(r, OFFICER_PIN, "3"), "Nhap PIN:");
    assert_says(ask(r, OFFICER_PIN, "1111"), "PIN sai. Con 2 lan thu. Nhap PIN:");
    assert_says(ask(r, OFFICER_PIN, "PIN 2222"), "PIN sai. Con 1 lan thu. Nhap PIN:");
    assert_says(ask(r, OFFICER_PIN, "4321"), "Truc:");
    assert_says(ask(r, OFFICER_PIN, "0"), "1 Hom nay");
    assert_says(ask(r, OFFICER_PIN, "3"), "Truc:");
    assert_int_equal(
        rig_number(r,
                   "SELECT COUNT(*) FROM message WHERE body LIKE '%4321%' OR body LIKE '%1111%' OR body LIKE '%2222%'"),
        0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM part WHERE hex(body) LIKE '%0034003300320031%'"), 0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM session WHERE state LIKE '%4321%'"), 0);
    rig_text(r, OFFICER_PIN, "MENU");
    assert_says(ask(r, OFFICER_PIN, "3"), "Nhap PIN:"); /* a new one asks again */
    assert_says(ask(r, OFFICER_PIN, "0"), "1 Hom nay");
}

/* It has run out, or a question has ended it while he typed. */
static void a_pin_that_comes_after_its_menu_is_kept_nowhere_either(void **state)
{
    struct rig *r = *state;
    rig_text(r, OFFICER_PIN, "MENU");
    assert_says(ask(r, OFFICER_PIN, "3"), "Nhap PIN:");
    rig_later(r, HOUR_MS);
    assert_says(ask(r, OFFICER_PIN, "4321"), "het gio");
    rig_text(r, OFFICER_PIN, "MENU");
    assert_says(ask(r, OFFICER_PIN, "3"), "Nhap PIN:");
    assert_says(ask(r, OFFICER_PIN, "BC tdp 1 trom mat xe"), "Nhan so");
    rig_text(r, OFFICER_PIN, "4321");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message WHERE body LIKE '%4321%'"), 0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM part WHERE hex(body) LIKE '%0034003300320031%'"), 0);
}

static void a_wrong_pin_counts_once_however_often_it_is_replayed(void **state)
{
    struct rig *r = *state;
    bool end;
    char out[600];
    screen(r, OFFICER_PIN, "", &end);
    screen(r, OFFICER_PIN, "3", &end);
    assert_int_equal(desk_session(r->desk, OFFICER_PIN, "3*1111", USSD, out, sizeof(out), &end), 1);
    assert_says(out, "Con 2 lan");
    assert_int_equal(desk_session(r->desk, OFFICER_PIN, "3*1111*4321", USSD, out, sizeof(out), &end), 0);
    assert_says(out, "Truc:");
    screen(r, OFFICER_PIN, "3*1111*4321*0", &end);
    assert_says(screen(r, OFFICER_PIN, "3*1111*4321*0*3", &end), "Truc:");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM pin_try WHERE who > 0"), 0);
}

/* All in one request: each of them counts, and after the last there is no more to try. */
static void pins_in_one_long_request_are_counted_each(void **state)
{
    struct rig *r = *state;
    bool end;
    assert_says(screen(r, OFFICER_PIN, "3*1111*1112*1113*4321", &end), "khoa den");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM audit WHERE action = 'pin_locked'"), 1);
    restart(r);
    assert_says(screen(r, OFFICER_PIN, "3*4321", &end), "khoa den");
    assert_says(screen(r, OFFICER_PIN, "1", &end), "Hom nay");
    rig_later(r, HOUR_MS);
    assert_says(screen(r, OFFICER_PIN, "3*4321", &end), "Truc:");
}

static void a_session_that_stood_too_long_is_replayed_and_asks_for_the_pin_in_it(void **state)
{
    struct rig *r = *state;
    bool end;
    assert_says(screen(r, OFFICER_PIN, "3*4321", &end), "Truc:");
    rig_later(r, 11 * MINUTE_MS);
    assert_says(screen(r, OFFICER_PIN, "3*4321*0", &end), "1 Hom nay");
    assert_says(screen(r, OFFICER_PIN, "3*4321*0*3", &end), "Truc:");
    assert_says(screen(r, OFFICER_PIN, "3", &end), "Nhap PIN");
}

/* --- many ------------------------------------------------------------------------------ */

static void a_thousand_sessions_at_once_keep_apart(void **state)
{
    struct rig *r = *state;
    bool end;
    char code[16], id[16], out[600];
    for (int i = 0; i < 8; i++)
        report(r, i % 2 ? MEMBER : "+84912000010", i % 2 ? "BC man de danh nhau" : "BC dong trinh chay", code);
    static const char *const typed[] = {"", "2", "2*1", "2*1*0", "2*1*0*0", "2*1*0*0*1"};
    int64_t since = mono_ms();
    for (size_t step = 0; step < ARRAY_LEN(typed); step++)
        for (int i = 0; i < 1000; i++) {
            snprintf(id, sizeof(id), "s%d", i);
            assert_int_equal(desk_console(r->desk, id, typed[step], out, sizeof(out), &end), 0);
            assert_int_equal(!strncmp(out, "1 Hom", 5), step == 0 || step == 4);
        }
    print_message("%lld ms for 6000 screens\n", (long long)(mono_ms() - since));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        rig_test(a_whole_menu_is_walked_and_replayed_to_the_same_screens),
        rig_test(an_entry_is_the_one_that_was_shown_whatever_came_since),
        rig_test(an_incident_is_found_by_its_number),
        rig_test(a_wrong_key_says_so_and_stays),
        rig_test(a_long_list_is_turned_page_by_page_and_back),
        rig_test(who_may_not_ask_gets_a_last_word),
        rig_test(a_session_without_end_is_ended),
        rig_test(any_keys_give_a_screen_that_fits),
        rig_test(where_somebody_stands_is_written_and_read_back),
        rig_test(a_menu_by_sms_ends_after_its_time_and_says_so_once),
        rig_test(the_same_key_twice_is_two_inputs),
        rig_test(a_question_comes_before_the_menu_and_ends_it),
        rig_test(a_report_in_the_middle_of_a_menu_is_a_report),
        pin_test(a_pin_is_asked_once_a_session_and_kept_nowhere),
        pin_test(a_pin_that_comes_after_its_menu_is_kept_nowhere_either),
        pin_test(a_wrong_pin_counts_once_however_often_it_is_replayed),
        pin_test(pins_in_one_long_request_are_counted_each),
        pin_test(a_session_that_stood_too_long_is_replayed_and_asks_for_the_pin_in_it),
        rig_test(a_thousand_sessions_at_once_keep_apart),
    };
    return cmocka_run_group_tests_name("menu", tests, NULL, NULL);
}
