// SPDX-License-Identifier: GPL-2.0-or-later
/* Each indicator against a count by hand, with its zero denominators, and with what was not recorded. */
#include "tests/unit/desk_rig.h"

#include "gateway/desk/indicator.h"
#include "store/indicator.h"

#define MEMBER2 "+84912000004" /* Man De, as MEMBER and LEADER */
#define DEPUTY "+84912000003"
#define LEADER5 "+84912000005" /* Kim Lan */
#define LEADER1 "+84912000008" /* Dong Trinh: of another officer */
#define CHIEF "+84909000001"

static const struct user *user_of(struct rig *r, const char *phone)
{
    const struct user *u = people_by_phone(&r->desk->people, phone);
    assert_non_null(u);
    return u;
}

/* The month as this user sees it, phone NULL = the console; place "" = all he may see. */
static struct indicators month_of(struct rig *r, const char *phone, const char *place, int year, int month)
{
    struct indicators in;
    struct view v = {.d = r->desk, .user = phone ? user_of(r, phone) : NULL, .now_ms = clock_now_ms(r->clock)};
    snprintf(v.place, sizeof(v.place), "%s", place);
    assert_int_equal(indicator_month(&v, year, month, &in), 0);
    return in;
}

static struct indicators november(struct rig *r)
{
    return month_of(r, NULL, "", 2026, 11);
}

static void minutes(struct rig *r, int n)
{
    clock_advance(r->clock, n * MINUTE_MS);
}

/* Until this time, which is not before now. */
static void until(struct rig *r, const char *when)
{
    int64_t ms = 0;
    assert_int_equal(civil_parse(when, &ms), 0);
    assert_true(ms >= clock_now_ms(r->clock));
    clock_advance(r->clock, ms - clock_now_ms(r->clock));
}

static void code_of_last(struct rig *r, char code[16])
{
    rig_ask(r, "SELECT code FROM incident ORDER BY id DESC LIMIT 1", code, 16);
}

/* A report, its code in code. */
static void report(struct rig *r, const char *sender, const char *text, char code[16])
{
    rig_text(r, sender, text);
    code_of_last(r, code);
}

static void text_with(struct rig *r, const char *sender, const char *keyword, const char *code, const char *rest)
{
    char text[120];
    snprintf(text, sizeof(text), "%s %s%s", keyword, code, rest);
    rig_text(r, sender, text);
}

static void is_ratio(struct ratio r, int got, int of)
{
    if (r.got != got || r.of != of)
        fail_msg("%d/%d and not %d/%d", r.got, r.of, got, of);
}

static void what_was_never_recorded_is_not_known(void **state)
{
    struct rig *r = *state;
    assert_false(november(r).known); /* no message at all yet */
    rig_text(r, MEMBER, "VAO");
    struct indicators in = november(r);
    assert_true(in.known);
    assert_true(in.partial);
    assert_false(month_of(r, NULL, "", 2026, 10).known);
    assert_false(month_of(r, NULL, "", 2026, 12).known);
    until(r, "2026-12-20 12:00");
    assert_true(month_of(r, NULL, "", 2026, 12).partial); /* it is not over */
    assert_true(month_of(r, NULL, "", 2026, 11).partial); /* it began on the 12th */
    until(r, "2027-01-02 12:00");
    assert_false(month_of(r, NULL, "", 2026, 12).partial);
}

static void the_month_of_a_code_is_the_last_that_began(void **state)
{
    struct rig *r = *state;
    int64_t now = clock_now_ms(r->clock); /* 12 November 2026 */
    assert_int_equal(indicator_year(11, now), 2026);
    assert_int_equal(indicator_year(1, now), 2026);
    assert_int_equal(indicator_year(12, now), 2025);
}

/* --- patrols --------------------------------------------------------------------------- */

static void a_night_is_covered_by_whoever_was_in_and_counts_once_it_is_over(void **state)
{
    struct rig *r = *state;
    rig_text(r, MEMBER, "VAO");         /* 21:00 on the 12th */
    is_ratio(november(r).nights, 0, 0); /* the night is not over */
    until(r, "2026-11-13 05:01");
    is_ratio(november(r).nights, 1, 8); /* eight villages, one night each */
    is_ratio(month_of(r, NULL, "6", 2026, 11).nights, 1, 1);
    is_ratio(month_of(r, NULL, "5", 2026, 11).nights, 0, 1);
    is_ratio(month_of(r, OFFICER, "", 2026, 11).nights, 1, 2); /* his two villages */
    rig_text(r, MEMBER, "RA");
    until(r, "2026-11-14 01:30"); /* past midnight: the night of the 13th */
    rig_text(r, LEADER5, "VAO");
    until(r, "2026-11-15 12:00");
    is_ratio(november(r).nights, 2, 24);
    is_ratio(month_of(r, NULL, "5", 2026, 11).nights, 1, 3);
}

static void a_night_belongs_to_the_month_in_which_it_began(void **state)
{
    struct rig *r = *state;
    until(r, "2026-11-30 20:00");
    rig_text(r, LEADER5, "HD");
    until(r, "2026-12-01 02:00");
    rig_text(r, MEMBER, "VAO");
    until(r, "2026-12-01 06:00");
    is_ratio(month_of(r, NULL, "6", 2026, 11).nights, 1, 1);
    is_ratio(month_of(r, NULL, "6", 2026, 12).nights, 0, 0);
    is_ratio(month_of(r, NULL, "6", 2026, 11).force, 1, 4);
    is_ratio(month_of(r, NULL, "6", 2026, 12).force, 0, 4);
}

static void the_force_is_counted_by_distinct_members(void **state)
{
    struct rig *r = *state;
    static const char *const who[] = {MEMBER, LEADER, MEMBER};
    for (size_t i = 0; i < ARRAY_LEN(who); i++) {
        rig_text(r, who[i], "VAO");
        minutes(r, 60);
        rig_text(r, who[i], "RA");
        minutes(r, 23 * 60);
    }
    rig_text(r, OFFICER, "VAO");        /* an officer is none of the force */
    rig_text(r, "+84912000026", "VAO"); /* nor is the village head */
    is_ratio(november(r).force, 2, 25); /* 25 members, deputies and leaders in the demo */
    is_ratio(month_of(r, NULL, "6", 2026, 11).force, 2, 4);
    is_ratio(month_of(r, NULL, "5", 2026, 11).force, 0, 3);
    is_ratio(month_of(r, OFFICER, "", 2026, 11).force, 2, 7);
}

static void teams_are_whole_with_three_to_five_a_leader_and_a_deputy(void **state)
{
    struct rig *r = *state;
    rig_text(r, MEMBER, "VAO");
    is_ratio(november(r).teams, 8, 8);
    assert_int_equal(db_exec(r->db, "UPDATE \"user\" SET role = 'member' WHERE phone = '" DEPUTY "'", NULL, 0), 0);
    assert_int_equal(people_load(&r->desk->people, r->db), 0);
    is_ratio(november(r).teams, 7, 8);
    is_ratio(month_of(r, NULL, "6", 2026, 11).teams, 0, 1);
}

/* --- incidents ------------------------------------------------------------------------- */

static void presence_is_the_teams_within_the_minutes(void **state)
{
    struct rig *r = *state;
    char code[16];
    report(r, MEMBER, "BC man de danh nhau o cau", code);
    minutes(r, 14);
    text_with(r, LEADER, "CM", code, "");
    is_ratio(november(r).present, 1, 1);
    minutes(r, 60);
    report(r, MEMBER, "BC man de tai nan xe may", code);
    minutes(r, 16);
    text_with(r, LEADER, "CM", code, ""); /* too late */
    is_ratio(november(r).present, 1, 2);
    minutes(r, 60);
    report(r, MEMBER, "BC man de cuop tiem vang", code);
    minutes(r, 2);
    text_with(r, OFFICER, "CM", code, ""); /* an officer is not the team */
    is_ratio(november(r).present, 1, 3);
    is_ratio(month_of(r, NULL, "6", 2026, 11).present, 1, 3);
    is_ratio(month_of(r, NULL, "5", 2026, 11).present, 0, 0);
    is_ratio(november(r).mobilised, 0, 0);
}

static void what_needs_no_presence_is_not_in_the_share(void **state)
{
    struct rig *r = *state;
    char code[16];
    report(r, MEMBER, "BC man de co bac o quan", code);       /* goes into the digest */
    report(r, MEMBER, "BC man de hom qua mat trom xe", code); /* no longer under way */
    report(r, STRANGER, "BC man de danh nhau o cho", code);   /* nobody has confirmed it */
    report(r, MEMBER, "BC man de bao hanh gia dinh", code);   /* restricted */
    report(r, LEADER, "BC man de nha chay", code);
    text_with(r, LEADER, "HUY", code, " bao nham"); /* cancelled */
    is_ratio(november(r).present, 0, 0);
    is_ratio(november(r).mobilised, 0, 0);
}

static void dieu_asks_the_team_whatever_the_kind_and_its_time_runs_from_there(void **state)
{
    struct rig *r = *state;
    char code[16];
    report(r, STRANGER, "BC man de chay nha", code);
    minutes(r, 40);
    text_with(r, DUTY, "DIEU", code, "");
    minutes(r, 10);
    text_with(r, LEADER, "CM", code, "");
    is_ratio(november(r).present, 1, 1);
    is_ratio(november(r).mobilised, 1, 1);
    report(r, MEMBER, "BC man de co bac o quan", code);
    text_with(r, OFFICER, "DIEU", code, "");
    minutes(r, 10);
    is_ratio(november(r).present, 1, 2);
    is_ratio(november(r).mobilised, 1, 1);
}

static void fire_and_rescue_are_counted_for_themselves(void **state)
{
    struct rig *r = *state;
    char code[16];
    report(r, MEMBER, "BC man de chay nha", code);
    minutes(r, 5);
    text_with(r, MEMBER2, "CM", code, "");
    minutes(r, 60);
    report(r, LEADER5, "BC kim lan duoi nuoc", code);
    minutes(r, 60);
    report(r, MEMBER, "BC man de danh nhau", code);
    struct indicators in = november(r);
    is_ratio(in.mobilised, 1, 2);
    is_ratio(in.present, 1, 3);
}

static void kinds_severity_and_minutes_are_settings(void **state)
{
    struct rig *r = *state;
    char code[16];
    static const char *const only[] = {"COBAC"}, *const fire[] = {"DANH"};
    report(r, MEMBER, "BC man de danh nhau", code);
    minutes(r, 20);
    text_with(r, LEADER, "CM", code, "");
    r->cfg->presence.minutes = 30;
    is_ratio(november(r).present, 1, 1);
    r->cfg->presence.mobilised = fire;
    r->cfg->presence.n_mobilised = 1;
    is_ratio(november(r).mobilised, 1, 1);
    r->cfg->presence.kinds = only;
    r->cfg->presence.n_kinds = 1;
    is_ratio(november(r).present, 0, 0);
    report(r, MEMBER, "BC man de co bac o quan", code);
    is_ratio(november(r).present, 0, 1);
    r->cfg->presence.severity = 3; /* COBAC has 2 */
    is_ratio(november(r).present, 0, 0);
}

static void restricted_incidents_are_in_no_count_whoever_asks(void **state)
{
    struct rig *r = *state;
    char code[16];
    report(r, MEMBER, "BC man de bao hanh gia dinh", code);
    minutes(r, 3);
    text_with(r, OFFICER, "NHAN", code, "");
    static const char *const who[] = {NULL, OFFICER, CHIEF};
    for (size_t i = 0; i < ARRAY_LEN(who); i++) {
        struct indicators in = month_of(r, who[i], "", 2026, 11);
        is_ratio(in.taken, 0, 0);
        is_ratio(in.present, 0, 0);
        assert_int_equal(in.tips.force + in.tips.strangers, 0);
        assert_int_equal(in.response[RESPONSE_ACK].n, 0);
    }
}

static void nhan_and_xong_are_counted_of_all_reports(void **state)
{
    struct rig *r = *state;
    char a[16], b[16], c[16];
    report(r, MEMBER, "BC man de danh nhau", a);
    report(r, STRANGER, "TIN man de co lo de", b);
    report(r, LEADER5, "BC kim lan tai nan", c);
    text_with(r, OFFICER, "NHAN", a, "");
    text_with(r, OFFICER, "XONG", a, " hoa giai");
    text_with(r, OFFICER, "NHAN", b, "");
    struct indicators in = november(r);
    is_ratio(in.taken, 2, 3);
    is_ratio(in.closed, 1, 3);
    is_ratio(month_of(r, NULL, "5", 2026, 11).taken, 0, 1);
    is_ratio(month_of(r, "+84903000003", "", 2026, 11).taken, 0, 0); /* other villages */
}

/* All that waits in the outbox for this priority goes out now. */
static void send_alerts(struct rig *r)
{
    char id[16];
    for (;;) {
        rig_ask(r, "SELECT id FROM outbox WHERE state = 'queued' AND priority <= 1 LIMIT 1", id, sizeof(id));
        if (!*id)
            return;
        int64_t row = strtoll(id, NULL, 10);
        assert_int_equal(outbox_sending(r->db, row, "gsm1"), 0);
        assert_int_equal(outbox_sent(r->db, row, 1, clock_now_ms(r->clock)), 0);
    }
}

static void response_times_have_a_median_and_a_worst(void **state)
{
    struct rig *r = *state;
    static const struct {
        int sent, ack, scene, close; /* minutes after the report */
    } took[] = {{1, 4, 9, 30}, {2, 6, 12, 60}, {3, 20, 25, 200}, {1, 5, 10, 50}};
    struct spread *s;
    for (size_t i = 0; i < ARRAY_LEN(took); i++) {
        char code[16];
        report(r, MEMBER, "BC man de danh nhau o cau", code);
        int64_t at = clock_now_ms(r->clock) - 1000; /* a text takes the rig a second */
        clock_advance(r->clock, at + took[i].sent * MINUTE_MS - clock_now_ms(r->clock));
        send_alerts(r);
        clock_advance(r->clock, at + took[i].ack * MINUTE_MS - clock_now_ms(r->clock));
        text_with(r, OFFICER, "NHAN", code, "");
        send_alerts(r); /* what goes out later counts no more */
        clock_advance(r->clock, at + took[i].scene * MINUTE_MS - clock_now_ms(r->clock));
        text_with(r, LEADER, "CM", code, "");
        clock_advance(r->clock, at + took[i].close * MINUTE_MS - clock_now_ms(r->clock));
        text_with(r, OFFICER, "XONG", code, " xong");
        clock_advance(r->clock, 3 * HOUR_MS);
    }
    struct indicators in = november(r);
    static const struct {
        double median;
        int worst;
    } want[RESPONSE_COUNT] = {{1.5, 3}, {5.5, 20}, {11, 25}, {55, 200}};
    for (int i = 0; i < RESPONSE_COUNT; i++) {
        s = &in.response[i];
        assert_int_equal(s->n, 4);
        assert_int_equal(s->median_ms, (int64_t)(want[i].median * (double)MINUTE_MS));
        assert_int_equal(s->worst_ms, want[i].worst * MINUTE_MS);
    }
}

static void a_time_that_was_not_recorded_or_runs_backwards_is_left_out(void **state)
{
    struct rig *r = *state;
    char code[16];
    report(r, MEMBER, "BC man de danh nhau o cau", code);
    assert_int_equal(november(r).response[RESPONSE_ACK].n, 0);
    clock_jump(r->clock, -HOUR_MS); /* the clock is set back before NHAN */
    text_with(r, OFFICER, "NHAN", code, "");
    clock_jump(r->clock, HOUR_MS);
    assert_int_equal(november(r).response[RESPONSE_ACK].n, 0);
    report(r, MEMBER, "BC man de co bac o quan", code); /* calls nobody: its time is no response */
    text_with(r, OFFICER, "XONG", code, " xong");
    assert_int_equal(november(r).response[RESPONSE_CLOSE].n, 0);
}

static void the_first_nhan_counts_after_molai(void **state)
{
    struct rig *r = *state;
    char code[16];
    report(r, MEMBER, "BC man de danh nhau o cau", code);
    minutes(r, 4);
    text_with(r, OFFICER, "NHAN", code, "");
    text_with(r, OFFICER, "XONG", code, " xong");
    minutes(r, 300);
    text_with(r, DUTY, "MOLAI", code, "");
    struct indicators in = november(r);
    assert_int_equal(in.response[RESPONSE_ACK].n, 1);
    assert_in_range(in.response[RESPONSE_ACK].worst_ms, 4 * MINUTE_MS, 5 * MINUTE_MS);
    assert_int_equal(in.response[RESPONSE_CLOSE].n, 0); /* open again */
}

static void times_are_said_in_words_of_their_size(void **state)
{
    (void)state;
    static const struct {
        int64_t ms;
        const char *text;
    } times[] = {{0, "0p"},
                 {1, "1p"},
                 {59 * MINUTE_MS, "59p"},
                 {60 * MINUTE_MS, "1h00"},
                 {65 * MINUTE_MS + 1, "1h06"},
                 {48 * HOUR_MS - MINUTE_MS, "47h59"},
                 {48 * HOUR_MS, "2 ngay"},
                 {48 * HOUR_MS + 1, "3 ngay"}};
    for (size_t i = 0; i < ARRAY_LEN(times); i++) {
        char text[16];
        indicator_time(times[i].ms, text, sizeof(text));
        assert_string_equal(text, times[i].text);
    }
}

/* --- tips ------------------------------------------------------------------------------ */

static void the_share_of_tips_needs_tongtin(void **state)
{
    struct rig *r = *state;
    rig_text(r, MEMBER, "BC man de danh nhau o cau"); /* the force */
    rig_text(r, STRANGER, "TIN man de co danh bac");  /* TIN counts with it: nobody knows whose it is */
    rig_text(r, MEMBER2, "TIN man de co lo de");
    rig_text(r, STRANGER, "BC kim lan danh nhau o cho"); /* not the force */
    rig_text(r, OFFICER, "BC kim lan tai nan o cau");    /* an officer's own: neither */
    struct indicators in = november(r);
    assert_int_equal(in.tips.force, 3);
    assert_int_equal(in.tips.strangers, 1);
    assert_false(in.tips.known);
    rig_text(r, DUTY, "TONGTIN 34");
    in = november(r);
    assert_true(in.tips.known);
    assert_int_equal(in.tips.other, 34);
    rig_text(r, OFFICER, "TONGTIN 16"); /* corrected: the last stands */
    assert_int_equal(november(r).tips.other, 16);
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM audit WHERE action = 'tip_total'"), 2);
    assert_false(month_of(r, NULL, "", 2026, 10).tips.known);
}

static void tongtin_may_name_its_month_and_a_zero_is_known(void **state)
{
    struct rig *r = *state;
    char text[200];
    until(r, "2027-01-03 09:00");
    rig_text(r, DUTY, "TONGTIN 0");
    rig_text(r, DUTY, "TONGTIN 21 12"); /* December is last year's */
    rig_ask(r, "SELECT total FROM tip_total WHERE month = '2026-12'", text, sizeof(text));
    assert_string_equal(text, "21");
    rig_ask(r, "SELECT total FROM tip_total WHERE month = '2027-01'", text, sizeof(text));
    assert_string_equal(text, "0");
    assert_true(month_of(r, NULL, "", 2027, 1).tips.known);
    rig_text(r, DUTY, "TONGTIN 21 13"); /* no month */
    rig_text(r, MEMBER, "TONGTIN 99");  /* no officer */
    rig_text(r, DUTY, "TONGTIN");
    assert_int_equal(rig_number(r, "SELECT COUNT(*) FROM tip_total"), 2);
}

/* --- activities ------------------------------------------------------------------------ */

static void deeds_mediation_and_meetings_are_counted_by_village(void **state)
{
    struct rig *r = *state;
    rig_text(r, LEADER, "TOT man de tra lai vi");
    rig_text(r, LEADER, "TOT man de giup nguoi gia");
    rig_text(r, LEADER1, "TOT dong trinh bat duoc vi");
    rig_text(r, LEADER, "HG man de thanh dat dai");
    rig_text(r, LEADER5, "HG kim lan khong cai nhau");
    rig_text(r, LEADER5, "HG kim lan thanh bo vo");
    rig_text(r, LEADER5, "HOP kim lan 20 2"); /* before the 15th: held, not in its days */
    until(r, "2026-11-16 19:00");
    rig_text(r, LEADER, "HOP man de 25 3");
    struct indicators in = november(r);
    is_ratio(in.deeds, 2, 8);
    assert_int_equal(in.deeds_n, 3);
    assert_int_equal(in.mediated, 2);
    assert_int_equal(in.not_mediated, 1);
    is_ratio(in.meetings, 2, 8);
    assert_int_equal(in.meetings_in_time, 1);
    in = month_of(r, OFFICER, "", 2026, 11);
    is_ratio(in.deeds, 1, 2);
    is_ratio(in.meetings, 2, 2);
    in = month_of(r, NULL, "6", 2026, 11);
    assert_int_equal(in.deeds_n, 2);
    assert_int_equal(in.mediated, 1);
    until(r, "2026-12-01 12:00");
    in = month_of(r, NULL, "", 2026, 12);
    is_ratio(in.deeds, 0, 8);
    is_ratio(in.meetings, 0, 8);
}

static void sessions_count_by_weeks_that_were_whole_and_are_over(void **state)
{
    struct rig *r = *state;
    rig_text(r, LEADER, "LOA man de 15 pccc"); /* Thursday the 12th: this week was not whole */
    is_ratio(november(r).weeks, 0, 0);
    until(r, "2026-11-16 09:00"); /* Monday */
    is_ratio(november(r).weeks, 0, 0);
    rig_text(r, LEADER, "LOA man de 15 pccc");
    until(r, "2026-11-18 09:00");
    rig_text(r, LEADER, "LOA man de 15 ma tuy");
    rig_text(r, LEADER, "LOA man de 15 truc tiep o truong"); /* a direct one is none of the three */
    until(r, "2026-11-22 20:00");
    is_ratio(november(r).weeks, 0, 0); /* Sunday is not over */
    until(r, "2026-11-23 00:00");
    is_ratio(november(r).weeks, 0, 8);
    rig_text(r, LEADER, "LOA man de 15 so 1");
    rig_text(r, LEADER, "LOA man de 15 so 2");
    rig_text(r, LEADER, "LOA man de 15 so 3");
    until(r, "2026-12-02 00:00");
    struct indicators in = november(r);
    is_ratio(in.weeks, 1, 16);
    assert_int_equal(in.sessions, 6);
    is_ratio(in.direct, 1, 8 * 12);
    in = month_of(r, NULL, "6", 2026, 12);
    is_ratio(in.weeks, 0, 0); /* the week of 30 November has its Sunday in December, and is not over */
    assert_int_equal(in.sessions, 0);
    is_ratio(in.direct, 1, 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        rig_test(what_was_never_recorded_is_not_known),
        rig_test(the_month_of_a_code_is_the_last_that_began),
        rig_test(a_night_is_covered_by_whoever_was_in_and_counts_once_it_is_over),
        rig_test(a_night_belongs_to_the_month_in_which_it_began),
        rig_test(the_force_is_counted_by_distinct_members),
        rig_test(teams_are_whole_with_three_to_five_a_leader_and_a_deputy),
        rig_test(presence_is_the_teams_within_the_minutes),
        rig_test(what_needs_no_presence_is_not_in_the_share),
        rig_test(dieu_asks_the_team_whatever_the_kind_and_its_time_runs_from_there),
        rig_test(fire_and_rescue_are_counted_for_themselves),
        rig_test(kinds_severity_and_minutes_are_settings),
        rig_test(restricted_incidents_are_in_no_count_whoever_asks),
        rig_test(nhan_and_xong_are_counted_of_all_reports),
        rig_test(response_times_have_a_median_and_a_worst),
        rig_test(a_time_that_was_not_recorded_or_runs_backwards_is_left_out),
        rig_test(the_first_nhan_counts_after_molai),
        rig_test(times_are_said_in_words_of_their_size),
        rig_test(the_share_of_tips_needs_tongtin),
        rig_test(tongtin_may_name_its_month_and_a_zero_is_known),
        rig_test(deeds_mediation_and_meetings_are_counted_by_village),
        rig_test(sessions_count_by_weeks_that_were_whole_and_are_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
