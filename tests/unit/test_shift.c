// SPDX-License-Identifier: GPL-2.0-or-later
/* Shifts on the calendar: over midnight, at the ends of months and years, by any day pattern. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "config/config.h"
#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/plan/shift.h"
#include "tests/unit/scratch.h"

#define PLACES                                                                                                         \
    "places = ( { code = \"6\"; name = \"Mạn Đê\"; type = \"thon\"; aliases = [ ]; },\n"                           \
    "           { code = \"5\"; name = \"Kim Lân\"; type = \"thon\"; aliases = [ ]; },\n"                             \
    "           { code = \"11\"; name = \"TDP 1\"; type = \"tdp\"; aliases = [ ]; } );\n"
#define ROSTER                                                                                                         \
    "name,phone,role,places,pin\nAn,+84912000001,member,6,\nBinh,+84912000002,leader,6,\nLan,+84909000001,chief,,\n"
#define TWO_KEYS "places = \"places.cfg\";\nroster = \"roster.csv\";\n"

static struct config *load(struct scratch *s, const char *more, struct problems **p)
{
    char text[4096];
    scratch_text(s, "places.cfg", PLACES);
    scratch_text(s, "roster.csv", ROSTER);
    snprintf(text, sizeof(text), "%s%s", TWO_KEYS, more);
    *p = problems_new();
    assert_non_null(*p);
    return config_load(scratch_text(s, "tinbao.cfg", text), *p);
}

static struct config *config_of(struct scratch *s, const char *more)
{
    struct problems *p;
    struct config *c = load(s, more, &p);
    if (!c)
        problems_print(p, stderr);
    assert_non_null(c);
    problems_free(p);
    return c;
}

static int64_t ms(const char *text)
{
    int64_t at;
    assert_int_equal(civil_parse(text, &at), 0);
    return at;
}

static int64_t day(const char *date)
{
    int64_t d;
    assert_int_equal(shift_date_parse(date, &d), 0);
    return d;
}

static void assert_night(const struct config *c, const char *at, const char *night)
{
    char got[NIGHT_SIZE];
    shift_night(c, ms(at), got);
    assert_string_equal(got, night);
}

static void a_night_belongs_to_the_date_it_began(void **state)
{
    struct config *c = config_of(*state, "");
    assert_night(c, "2026-11-12 21:00", "2026-11-12");
    assert_night(c, "2026-11-12 23:59:59", "2026-11-12");
    assert_night(c, "2026-11-13 00:00", "2026-11-12");
    assert_night(c, "2026-11-13 02:00", "2026-11-12");
    assert_night(c, "2026-11-13 04:59:59", "2026-11-12");
    assert_night(c, "2026-11-13 05:00", "2026-11-13");
    assert_night(c, "2026-12-01 01:00", "2026-11-30");
    assert_night(c, "2027-01-01 04:30", "2026-12-31");
    assert_night(c, "2028-03-01 03:00", "2028-02-29");
    assert_night(c, "2027-03-01 03:00", "2027-02-28");
    config_free(c);
}

static void nights_are_counted_over_the_ends_of_months_and_years(void **state)
{
    char out[NIGHT_SIZE];
    struct config *c = config_of(*state, "");
    int64_t at;
    assert_int_equal(shift_night_add("2026-12-31", 1, out), 0);
    assert_string_equal(out, "2027-01-01");
    assert_int_equal(shift_night_add("2028-03-01", -1, out), 0);
    assert_string_equal(out, "2028-02-29");
    assert_int_equal(shift_night_add("2026-02-30", 1, out), -EINVAL);
    assert_int_equal(shift_night_begin(c, "2026-11-12", &at), 0);
    assert_int_equal(at, ms("2026-11-12 21:00"));
    assert_int_equal(shift_night_begin(c, "2026-11", &at), -EINVAL);
    config_free(c);
}

static void without_shifts_the_plain_night_counts_and_nobody_is_expected(void **state)
{
    struct config *c = config_of(*state, "");
    struct shift_window w[40];
    assert_false(shift_place_has(c, "6"));
    assert_int_equal(shift_windows(c, "6", ms("2026-11-01 00:00"), ms("2026-12-01 00:00"), false, w, 40), 0);
    assert_int_equal(shift_windows(c, "6", ms("2026-11-01 00:00"), ms("2026-12-01 00:00"), true, w, 40), 30);
    assert_string_equal(w[0].night, "2026-11-01");
    assert_int_equal(w[29].begin_ms, ms("2026-11-30 21:00"));
    assert_int_equal(w[29].end_ms, ms("2026-12-01 05:00"));
    assert_null(w[0].shift);
    assert_true(shift_at(c, "6", ms("2026-11-13 02:00"), 0, &w[0]));
    assert_string_equal(w[0].night, "2026-11-12");
    assert_false(shift_at(c, "6", ms("2026-11-13 05:00"), 0, &w[0]));
    assert_false(shift_at(c, "6", ms("2026-11-13 20:30"), 0, &w[0]));
    assert_true(shift_at(c, "6", ms("2026-11-13 20:30"), 60, &w[0]));
    config_free(c);
}

/* The nights of 2026-11-01 (a Sunday) to 2026-11-30 on which the pattern has a shift, as digits. */
static void assert_pattern(const char *days, const char *expected)
{
    struct shift_days d;
    char got[256];
    size_t n = 0;
    assert_int_equal(shift_days_parse(days, &d), 0);
    for (int i = 0; i < 30; i++)
        if (shift_days_has(&d, day("2026-11-01") + i))
            n += (size_t)snprintf(got + n, sizeof(got) - n, "%s%d", n ? " " : "", i + 1);
    got[n] = '\0';
    assert_string_equal(got, expected);
}

static void any_day_pattern_is_read(void **state)
{
    (void)state;
    struct shift_days d;
    assert_pattern("T2", "2 9 16 23 30");
    assert_pattern("T7 CN", "1 7 8 14 15 21 22 28 29");
    assert_pattern("t7, cn", "1 7 8 14 15 21 22 28 29");
    assert_pattern("T7-T2", "1 2 7 8 9 14 15 16 21 22 23 28 29 30");
    assert_pattern("1 15", "1 15");
    assert_pattern("1-3 30-31", "1 2 3 30");
    assert_pattern("even", "2 4 6 8 10 12 14 16 18 20 22 24 26 28 30");
    assert_pattern("le", "1 3 5 7 9 11 13 15 17 19 21 23 25 27 29");
    assert_pattern("every 7 from 2026-11-05", "5 12 19 26");
    assert_pattern("every 10 from 2026-10-25", "4 14 24");
    assert_pattern("every 3 from 2027-01-01", "");
    assert_pattern("2026-11-12 2026-11-30 2027-11-13", "12 30");
    assert_pattern("every 14 from 2026-11-02 CN 30", "1 2 8 15 16 22 29 30");
    assert_pattern("", "");
    static const char *const wrong[] = {"T8",       "T1",
                                        "thu2",     "0",
                                        "32",       "T2-5",
                                        "5-1",      "2026-11-31",
                                        "every",    "every 0 from 2026-11-01",
                                        "every 3",  "every 3 2",
                                        "2026-1-1", "T2T3T4T5T6T7T2T3T4T5T6T7T2T3"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        if (shift_days_parse(wrong[i], &d) != -EINVAL)
            fail_msg("'%s' should be refused", wrong[i]);
}

static void a_named_village_has_its_own_shifts_and_all_is_for_the_others(void **state)
{
    struct config *c = config_of(*state, "shifts = ( { places = \"all\"; days = \"T2\"; need = 1; },\n"
                                         "{ places = \"6 5\"; days = \"CN\"; from = \"22:00\"; to = \"04:00\"; },\n"
                                         "{ places = \"6\"; days = \"CN\"; from = \"18:00\"; to = \"22:00\"; } );\n");
    struct shift_window w[8];
    int64_t a = ms("2026-11-01 00:00"), b = ms("2026-11-08 00:00");
    assert_int_equal(shift_windows(c, "11", a, b, false, w, 8), 1);
    assert_string_equal(w[0].night, "2026-11-02");
    assert_int_equal(shift_windows(c, "5", a, b, false, w, 8), 1);
    assert_int_equal(w[0].begin_ms, ms("2026-11-01 22:00"));
    assert_int_equal(w[0].end_ms, ms("2026-11-02 04:00"));
    assert_int_equal(shift_windows(c, "6", a, b, false, w, 8), 2);
    assert_int_equal(w[0].begin_ms, ms("2026-11-01 18:00"));
    assert_int_equal(w[0].end_ms, ms("2026-11-01 22:00"));
    assert_int_equal(w[1].begin_ms, ms("2026-11-01 22:00"));
    assert_int_equal(shift_windows(c, "1", a, b, false, w, 8), 1); /* "1" is no part of "11" */
    assert_int_equal(shift_windows(c, "", a, b, false, w, 8), 0);
    assert_int_equal(shift_windows(c, "6", a, b, false, w, 1), 2);
    assert_int_equal(w[0].begin_ms, ms("2026-11-01 18:00"));
    config_free(c);
}

static void the_window_of_a_moment_is_found_over_midnight(void **state)
{
    struct config *c = config_of(*state, "shifts = ( { days = \"T5\"; from = \"21:00\"; to = \"05:00\"; },\n"
                                         "{ days = \"T6\"; from = \"01:00\"; to = \"04:00\"; need = 2; },\n"
                                         "{ days = \"T7\"; from = \"08:00\"; to = \"08:00\"; } );\n");
    struct shift_window w;
    char night[NIGHT_SIZE];
    /* 2026-11-12 is a Thursday */
    assert_true(shift_at(c, "6", ms("2026-11-13 02:00"), 0, &w));
    assert_string_equal(w.night, "2026-11-12");
    assert_int_equal(w.end_ms, ms("2026-11-13 05:00"));
    assert_false(shift_at(c, "6", ms("2026-11-12 20:59"), 0, &w));
    assert_true(shift_at(c, "6", ms("2026-11-12 21:00"), 0, &w));
    /* the small hours of Saturday are Friday's night */
    assert_false(shift_at(c, "6", ms("2026-11-14 00:30"), 0, &w));
    assert_true(shift_at(c, "6", ms("2026-11-14 01:30"), 0, &w));
    assert_string_equal(w.night, "2026-11-13");
    assert_int_equal(w.need, 2);
    /* a whole day */
    assert_true(shift_at(c, "6", ms("2026-11-15 07:59"), 0, &w));
    assert_string_equal(w.night, "2026-11-14");
    assert_false(shift_at(c, "6", ms("2026-11-15 08:00"), 0, &w));
    shift_night_of(c, "6", ms("2026-11-15 07:59"), 0, night);
    assert_string_equal(night, "2026-11-14");
    shift_night_of(c, "6", ms("2026-11-15 10:00"), 0, night);
    assert_string_equal(night, "2026-11-15");
    config_free(c);
}

static void a_shift_begins_and_ends_with_its_season_and_leaves_days_out(void **state)
{
    struct config *c = config_of(
        *state, "shifts = ( { since = \"2026-12-30\"; until = \"2027-01-02\"; except = \"2026-12-31\"; } );\n");
    struct shift_window w[8];
    assert_int_equal(shift_windows(c, "6", ms("2026-12-01 00:00"), ms("2027-02-01 00:00"), true, w, 8), 3);
    assert_string_equal(w[0].night, "2026-12-30");
    assert_string_equal(w[1].night, "2027-01-01");
    assert_string_equal(w[2].night, "2027-01-02");
    assert_false(shift_at(c, "6", ms("2026-12-31 22:00"), 0, &w[0]));
    assert_true(shift_at(c, "6", ms("2027-01-03 04:00"), 0, &w[0]));
    config_free(c);
}

static void a_year_of_nights_misses_none_and_doubles_none(void **state)
{
    struct config *c = config_of(*state, "shifts = ( { days = \"all\"; } );\n");
    struct shift_window w[4];
    size_t n = 0;
    /* looked at in pieces of five hours, as a service that stops and starts */
    for (int64_t at = ms("2027-12-01 00:00"); at < ms("2028-12-01 00:00"); at += 5 * HOUR_MS)
        n += shift_windows(c, "6", at,
                           at + 5 * HOUR_MS < ms("2028-12-01 00:00") ? at + 5 * HOUR_MS : ms("2028-12-01 00:00"), false,
                           w, 4);
    assert_int_equal(n, 366);
    config_free(c);
}

static void refuses(struct scratch *s, const char *more, const char *part, bool warning)
{
    struct problems *p;
    struct config *c = load(s, more, &p);
    const struct problem *found = problem_with(p, 3, part);
    if (!found) {
        problems_print(p, stderr);
        fail_msg("'%s' should say '%s'", more, part);
    }
    assert_int_equal(found->warning, warning);
    assert_true(warning == (c != NULL));
    config_free(c);
    problems_free(p);
}

static void what_is_wrong_with_a_shift_is_said_with_its_line(void **state)
{
    refuses(*state, "shifts = ( { days = \"T9\"; } );", "days = \"T9\": days are T2", false);
    refuses(*state, "shifts = ( { days = \" \"; } );", "name a day", false);
    refuses(*state, "shifts = ( { from = \"21h\"; } );", "a time is written 21:00", false);
    refuses(*state, "shifts = ( { to = \"25:00\"; } );", "a time is written 21:00", false);
    refuses(*state, "shifts = ( { since = \"12/11\"; } );", "a date is written 2026-11-12", false);
    refuses(*state, "shifts = ( { since = \"2026-11-12\"; until = \"2026-11-11\"; } );", "has no day", false);
    refuses(*state, "shifts = ( { places = \"6 7\"; } );", "there is no village '7'", false);
    refuses(*state, "shifts = ( { need = 17; } );", "need = 17 is out of range", false);
    refuses(*state, "shifts = ( { need = 2; members = [ \"0912000001\" ]; } );", "only 1 members", false);
    refuses(*state, "shifts = ( { remind_after_min = 40; } );", "the members are reminded first", false);
    refuses(*state, "shifts = ( { from = \"21:00\"; to = \"21:50\"; } );", "over after 50 minutes", false);
    refuses(*state, "shifts = ( { member = [ ]; } );", "did you mean 'members'", false);
    refuses(*state, "shifts = [ 1 ];", "shifts is written", false);
    refuses(*state, "shifts = ( { members = [ \"0912000099\" ]; } );", "not on the roster", true);
    refuses(*state, "shifts = ( { members = [ \"0909000001\" ]; } );", "of no team", true);
    refuses(*state, "shifts = ( { places = \"6\"; need = 3; } );", "team of village 6 has 2", true);
    refuses(*state, "shifts = ( { need = 1; } );", "team of village 5 has 0", true);
    refuses(*state, "attendance : { missed_calls = true; };", "did you mean 'missed_call'", false);
}

static void note(void *ctx, const char *key, bool needs_restart)
{
    char *said = ctx;
    assert_false(needs_restart);
    strncat(said, key, 60);
}

static void a_reload_takes_over_other_shifts(void **state)
{
    char said[64] = "";
    struct config *a = config_of(*state, "shifts = ( { days = \"T2\"; } );\n");
    struct config *b = config_of(*state, "shifts = ( { days = \"T3\"; } );\n");
    config_diff(a, b, note, said);
    assert_string_equal(said, "shifts");
    config_free(b);
    b = config_of(*state, "shifts = ( { days = \"T2\"; } );\nattendance : { missed_call = false; };\n");
    said[0] = '\0';
    config_diff(a, b, note, said);
    assert_string_equal(said, "attendance");
    config_free(a);
    config_free(b);
}

#define T(f) cmocka_unit_test_setup_teardown(f, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_night_belongs_to_the_date_it_began),
        T(nights_are_counted_over_the_ends_of_months_and_years),
        T(without_shifts_the_plain_night_counts_and_nobody_is_expected),
        T(any_day_pattern_is_read),
        T(a_named_village_has_its_own_shifts_and_all_is_for_the_others),
        T(the_window_of_a_moment_is_found_over_midnight),
        T(a_shift_begins_and_ends_with_its_season_and_leaves_days_out),
        T(a_year_of_nights_misses_none_and_doubles_none),
        T(what_is_wrong_with_a_shift_is_said_with_its_line),
        T(a_reload_takes_over_other_shifts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
