// SPDX-License-Identifier: GPL-2.0-or-later
/* Attendance where a played conversation can not look: power cuts, texts that were held up, rosters
 * without a leader or an officer, a reload in the night, what is kept of a correction. */
#include "tests/unit/desk_rig.h"

#include "config/shifts.h"
#include "store/attendance.h"

#define BINH LEADER
#define CUONG "+84912000003"
#define DUNG "+84912000004"

static int64_t ms(const char *text)
{
    int64_t at;
    assert_int_equal(civil_parse(text, &at), 0);
    return at;
}

/* Every night in Man De, two people. */
static void set_shift(struct rig *r, struct shift_config *s)
{
    *s = (struct shift_config){.places = "6",
                               .need = 2,
                               .remind_after_min = 15,
                               .leader_after_min = 30,
                               .officer_after_min = 60,
                               .from_min = 21 * 60,
                               .to_min = 5 * 60,
                               .since_day = INT64_MIN,
                               .until_day = INT64_MAX};
    assert_int_equal(shift_days_parse("all", &s->on), 0);
    r->cfg->shifts = s;
    r->cfg->n_shifts = 1;
}

static void start(struct rig *r)
{
    struct problems *p = problems_new();
    desk_free(r->desk);
    r->desk = desk_new(r->db, r->cfg, r->clock, p);
    assert_non_null(r->desk);
    problems_free(p);
    assert_int_equal(db_begin(r->db), 0);
    assert_int_equal(desk_start(r->desk), 0);
    assert_int_equal(db_commit(r->db), 0);
}

/* Time passes minute by minute, and what falls due is done. */
static void until(struct rig *r, const char *at)
{
    while (clock_now_ms(r->clock) < ms(at))
        rig_later(r, MINUTE_MS < ms(at) - clock_now_ms(r->clock) ? MINUTE_MS : ms(at) - clock_now_ms(r->clock));
    rig_later(r, 0);
}

static int setup(void **state)
{
    if (rig_setup(state))
        return -1;
    struct rig *r = *state;
    static struct shift_config s;
    set_shift(r, &s);
    clock_jump(r->clock, ms("2026-11-12 20:00") - clock_now_ms(r->clock));
    start(r);
    return 0;
}

/* So many texts to this phone that hold the words. */
static long said(struct rig *r, const char *phone, const char *words)
{
    char sql[300];
    snprintf(sql, sizeof(sql),
             "SELECT COUNT(*) FROM outbox o JOIN \"user\" u ON u.id = o.user_id WHERE u.phone = '%s' AND o.body LIKE "
             "'%%%s%%'",
             phone, words);
    return rig_number(r, sql);
}

static void held_up(struct rig *r, const char *sender, const char *text, const char *written)
{
    struct sms_part p = {.total = 1, .seq = 1, .smsc_ms = ms(written)};
    snprintf(p.sender, sizeof(p.sender), "%s", sender);
    int n = utf8_to_utf16be(text, p.body, sizeof(p.body));
    assert_true(n > 0);
    p.body_len = (uint16_t)n;
    assert_int_equal(db_begin(r->db), 0);
    assert_int_equal(desk_part(r->desk, "gsm1", &p), 0);
    assert_int_equal(db_commit(r->db), 0);
}

static void call(struct rig *r, const char *number)
{
    assert_int_equal(db_begin(r->db), 0);
    assert_int_equal(desk_call(r->desk, "gsm1", number), 0);
    assert_int_equal(db_commit(r->db), 0);
}

static void a_night_without_power_is_told_once_in_the_morning(void **state)
{
    struct rig *r = *state;
    until(r, "2026-11-12 20:30");
    clock_advance(r->clock, ms("2026-11-13 08:00") - clock_now_ms(r->clock)); /* the power is off */
    start(r);
    rig_later(r, 0);
    assert_int_equal(said(r, LEADER, "Man De dem 12/11"), 0); /* texts may lie on the SIM */
    until(r, "2026-11-13 08:05");
    assert_int_equal(said(r, LEADER, "Ca 21:00 Man De dem 12/11: chi 0/2 nguoi VAO"), 1);
    assert_int_equal(said(r, OFFICER, "Man De dem 12/11"), 1);
    assert_int_equal(said(r, MEMBER, "Ca 21:00"), 0); /* too late to remind anybody */
    start(r);
    until(r, "2026-11-13 20:59");
    assert_int_equal(said(r, LEADER, "Man De dem 12/11"), 1);
    assert_int_equal(said(r, OFFICER, "Man De dem 12/11"), 1);
}

static void texts_that_were_held_up_count_from_when_they_were_written(void **state)
{
    struct rig *r = *state;
    until(r, "2026-11-12 20:30");
    clock_advance(r->clock, ms("2026-11-12 23:00") - clock_now_ms(r->clock));
    start(r);
    rig_later(r, 0);
    held_up(r, MEMBER, "VAO", "2026-11-12 21:01");
    held_up(r, DUNG, "VAO", "2026-11-12 21:02");
    until(r, "2026-11-13 04:00");
    assert_int_equal(said(r, MEMBER, "Da ghi VAO Man De luc 21:01"), 1);
    assert_int_equal(said(r, LEADER, "Ca 21:00"), 0);
    assert_int_equal(said(r, OFFICER, "Ca 21:00"), 0);
}

static void after_a_power_cut_the_team_has_its_time_before_the_leader_is_told(void **state)
{
    struct rig *r = *state;
    until(r, "2026-11-12 20:30");
    clock_advance(r->clock, ms("2026-11-12 22:10") - clock_now_ms(r->clock));
    start(r);
    until(r, "2026-11-12 22:13");
    assert_int_equal(said(r, DUNG, "chua thay ban VAO"), 1);
    assert_int_equal(said(r, LEADER, "moi 0/2"), 0);
    until(r, "2026-11-12 22:30");
    assert_int_equal(said(r, LEADER, "moi 0/2"), 1);
    assert_int_equal(said(r, OFFICER, "moi 0/2"), 0);
    until(r, "2026-11-12 23:00");
    assert_int_equal(said(r, OFFICER, "moi 0/2"), 1);
}

static void shifts_before_the_service_knew_of_them_are_the_past(void **state)
{
    struct rig *r = *state;
    assert_int_equal(db_exec(r->db, "DELETE FROM meta WHERE key = 'shift_seen_ms'", NULL, 0), 0);
    clock_advance(r->clock, 10 * DAY_MS);
    start(r);
    rig_later(r, 5 * MINUTE_MS);
    assert_int_equal(said(r, LEADER, "Ca 21:00"), 0);
    assert_int_equal(said(r, OFFICER, "Ca 21:00"), 0);
}

static void without_a_leader_the_deputy_hears_without_an_officer_the_duty_desk(void **state)
{
    struct rig *r = *state;
    rig_text(r, BINH, "NGUNG");
    assert_int_equal(db_exec(r->db, "UPDATE \"user\" SET active = 0 WHERE phone = '" OFFICER "'", NULL, 0), 0);
    start(r);
    until(r, "2026-11-12 22:01");
    assert_int_equal(said(r, BINH, "Ca 21:00"), 0);
    assert_int_equal(said(r, CUONG, "moi 0/2"), 1);
    assert_int_equal(said(r, DUTY, "moi 0/2"), 1);
}

static void thirty_nights_are_told_of_once_each(void **state)
{
    struct rig *r = *state;
    for (int i = 0; i < 30 * 24; i++) {
        rig_later(r, HOUR_MS / 2);
        if (i % 7 == 3)
            start(r);
        rig_later(r, HOUR_MS / 2);
    }
    assert_int_equal(said(r, MEMBER, "chua thay ban VAO"), 30);
    assert_int_equal(said(r, LEADER, "moi 0/2"), 30);
    assert_int_equal(said(r, OFFICER, "moi 0/2"), 30);
    assert_int_equal(said(r, LEADER, "Man De dem "), 0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM shift_watch WHERE step = 4"), 30);
}

/* Jumps of an hour and of a day, some with a restart: whatever the clock says, no shift is told of twice. */
static void no_jump_of_the_clock_doubles_a_text(void **state)
{
    static const int64_t jumps[] = {HOUR_MS, -HOUR_MS, DAY_MS, -DAY_MS, -HOUR_MS, HOUR_MS, -DAY_MS, DAY_MS};
    struct rig *r = *state;
    for (size_t i = 0; i < 100; i++) {
        for (int k = 0; k < 5; k++)
            rig_later(r, 7 * MINUTE_MS);
        clock_jump(r->clock, jumps[i % ARRAY_LEN(jumps)]);
        if (i % 3 == 0)
            start(r);
        rig_later(r, MINUTE_MS);
    }
    char text[80];
    rig_ask(r, "SELECT COALESCE(MAX(n), 0) FROM (SELECT COUNT(*) AS n FROM shift_watch GROUP BY place, night)", text,
            sizeof(text));
    assert_string_equal(text, "1");
    long nights = rig_number(r, "SELECT COUNT(*) FROM shift_watch");
    assert_true(nights >= 2);
    assert_true(said(r, MEMBER, "chua thay ban VAO") <= nights);
    assert_true(said(r, LEADER, "/2 nguoi VAO") <= nights);
    assert_true(said(r, OFFICER, "/2 nguoi VAO") <= nights);
    /* and every shift that is over was told of */
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM shift_watch WHERE step = 4 AND told & 6 <> 6"), 0);
}

static void a_missed_call_says_vao_then_ra_and_strangers_say_nothing(void **state)
{
    struct rig *r = *state;
    until(r, "2026-11-12 21:01");
    call(r, "0912000001"); /* as a modem may give it */
    call(r, MEMBER);
    call(r, "");
    call(r, "0");
    call(r, "Viettel");
    call(r, STRANGER);
    call(r, OFFICER);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM outbox"), 1);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message WHERE disposition = 'checkin'"), 1);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM message WHERE disposition = 'call'"), 6);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM attendance WHERE how = 'call' AND out_ms IS NULL"), 1);
    rig_later(r, 6 * MINUTE_MS);
    call(r, MEMBER);
    assert_int_equal(said(r, MEMBER, "Nhay may: da ghi RA"), 1);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM attendance WHERE out_ms IS NULL"), 0);
}

static void a_call_at_the_next_shift_is_vao_again(void **state)
{
    struct rig *r = *state;
    until(r, "2026-11-12 21:01");
    call(r, MEMBER);
    clock_advance(r->clock, DAY_MS); /* no job ran: the row is still open */
    call(r, MEMBER);
    assert_int_equal(said(r, MEMBER, "Nhay may: da ghi VAO"), 2);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM attendance WHERE forgotten = 1"), 1);
    assert_int_equal(rig_number(r, "SELECT (out_ms - in_ms) / 60000 FROM attendance WHERE forgotten = 1"), 479);
}

static void a_phone_that_rings_all_night_is_answered_three_times_an_hour(void **state)
{
    struct rig *r = *state;
    until(r, "2026-11-12 21:01");
    for (int i = 0; i < 10; i++) {
        call(r, MEMBER);
        rig_later(r, 5 * MINUTE_MS + SECOND_MS);
    }
    assert_int_equal(said(r, MEMBER, "Nhay may"), 3);
}

static void a_forgotten_ra_is_closed_once_and_marked(void **state)
{
    struct rig *r = *state;
    until(r, "2026-11-12 21:01");
    rig_text(r, MEMBER, "VAO");
    rig_text(r, DUNG, "TUAN BD 3");
    until(r, "2026-11-13 05:29");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM attendance WHERE out_ms IS NULL"), 2);
    start(r);
    until(r, "2026-11-13 05:31");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM attendance WHERE forgotten = 1 AND out_ms = 1794520800000"),
                     2);
    assert_int_equal(ms("2026-11-13 05:00"), 1794520800000);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM patrol WHERE forgotten = 1"), 1);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM job WHERE kind = 'forgotten'"), 0);
    start(r);
    until(r, "2026-11-13 20:00");
    assert_int_equal(said(r, MEMBER, "ban quen RA"), 1);
    assert_int_equal(said(r, DUNG, "ban quen RA"), 0); /* he sent TUAN BD */
}

static void a_correction_keeps_who_when_and_what_it_was(void **state)
{
    struct rig *r = *state;
    char text[200];
    until(r, "2026-11-12 21:40");
    rig_text(r, MEMBER, "VAO");
    rig_text(r, BINH, "SUA VAO An 21h");
    rig_ask(r,
            "SELECT c.what || ' ' || u.phone || ' ' || (c.old_ms / 60000) || ' ' || (c.new_ms / 60000) || ' ' || "
            "(a.in_ms = "
            "c.new_ms) FROM attendance_change c JOIN \"user\" u ON u.id = c.user_id JOIN attendance a ON a.id = "
            "c.attendance_id",
            text, sizeof(text));
    char want[200];
    snprintf(want, sizeof(want), "in %s %lld %lld 1", BINH, (long long)(ms("2026-11-12 21:40") / 60000),
             (long long)(ms("2026-11-12 21:00") / 60000));
    assert_string_equal(text, want);
    rig_text(r, MEMBER, "HUY VAO");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM attendance WHERE void_ms IS NULL"), 0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM attendance_change"), 2);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM job WHERE kind = 'forgotten'"), 0);
}

static void a_vao_that_the_leader_writes_down_is_open_while_it_may_last(void **state)
{
    struct rig *r = *state;
    until(r, "2026-11-13 04:00");
    rig_text(r, MEMBER, "VAO");
    rig_text(r, DUNG, "VAO");
    rig_text(r, CUONG, "SUA VAO Binh 21h"); /* this night, still on */
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM attendance WHERE how = 'leader' AND out_ms IS NULL"), 1);
    rig_text(r, CUONG, "SUA VAO An hom qua 3h"); /* the night before, while he is in now: it ended with its shift */
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM attendance WHERE how = 'leader' AND night = '2026-11-11' AND "
                                   "(out_ms - in_ms) / 60000 = 120"),
                     1);
    rig_text(r, DUNG, "TUAN BD 2");
    until(r, "2026-11-13 04:30");
    rig_text(r, CUONG, "SUA RA Dung 4h15");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM patrol WHERE end_ms IS NULL"), 0);
    until(r, "2026-11-13 10:00");
    rig_text(r, BINH, "SUA VAO Cuong 9h45");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM attendance WHERE night = '2026-11-13' AND out_ms IS NULL"), 1);
}

static void nobody_corrects_another_village_or_the_far_past(void **state)
{
    struct rig *r = *state;
    until(r, "2026-11-12 21:01");
    rig_text(r, MEMBER, "VAO");
    rig_text(r, "+84912000005", "SUA VAO 0912000001 20h30"); /* leader of Kim Lan */
    rig_text(r, "+84903000003", "HUY VAO 0912000001");       /* officer of Dong Trinh */
    rig_text(r, "+84909000001", "SUA VAO 0912000001 20h30"); /* the chief reads, and changes nothing */
    rig_text(r, DUNG, "HUY VAO An");
    rig_text(r, STRANGER, "SUA VAO 0912000001 20h30");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM attendance_change"), 0);
    rig_text(r, MEMBER, "RA");
    rig_later(r, 9 * DAY_MS);
    rig_text(r, BINH, "HUY VAO An");
    rig_text(r, MEMBER, "HUY RA");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM attendance_change"), 0);
}

static void a_name_that_two_bear_is_asked_by_number(void **state)
{
    struct rig *r = *state;
    until(r, "2026-11-12 21:01");
    assert_int_equal(db_exec(r->db, "UPDATE \"user\" SET name = 'Phạm Văn Án' WHERE phone = '" DUNG "'", NULL, 0), 0);
    start(r);
    rig_text(r, BINH, "SUA VAO An 21h");
    assert_int_equal(said(r, BINH, "trung ten"), 1);
    rig_text(r, BINH, "SUA VAO Pham Van An 21h");
    assert_int_equal(said(r, BINH, "Da ghi VAO Pham Van An dem 12/11 luc 21:00"), 1);
    rig_text(r, BINH, "SUA VAO 0912 000 001 21h");
    assert_int_equal(said(r, BINH, "Da ghi VAO Nguyen Van An dem 12/11 luc 21:00"), 1);
}

static void a_reload_that_takes_the_shifts_away_ends_the_watch(void **state)
{
    struct rig *r = *state;
    until(r, "2026-11-12 21:05");
    r->cfg->n_shifts = 0;
    start(r);
    until(r, "2026-11-12 23:00");
    assert_int_equal(said(r, MEMBER, "chua thay ban VAO"), 0);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM job WHERE kind = 'shift'"), 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, rig_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_night_without_power_is_told_once_in_the_morning),
        T(texts_that_were_held_up_count_from_when_they_were_written),
        T(after_a_power_cut_the_team_has_its_time_before_the_leader_is_told),
        T(shifts_before_the_service_knew_of_them_are_the_past),
        T(without_a_leader_the_deputy_hears_without_an_officer_the_duty_desk),
        T(thirty_nights_are_told_of_once_each),
        T(no_jump_of_the_clock_doubles_a_text),
        T(a_missed_call_says_vao_then_ra_and_strangers_say_nothing),
        T(a_call_at_the_next_shift_is_vao_again),
        T(a_phone_that_rings_all_night_is_answered_three_times_an_hour),
        T(a_forgotten_ra_is_closed_once_and_marked),
        T(a_correction_keeps_who_when_and_what_it_was),
        T(a_vao_that_the_leader_writes_down_is_open_while_it_may_last),
        T(nobody_corrects_another_village_or_the_far_past),
        T(a_name_that_two_bear_is_asked_by_number),
        T(a_reload_that_takes_the_shifts_away_ends_the_watch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
