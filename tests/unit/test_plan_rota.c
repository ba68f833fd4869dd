// SPDX-License-Identifier: GPL-2.0-or-later
/* Who is on duty when: shifts over midnight, holidays, replacements, campaigns, the end of the year,
 * and what `tinbao check` says of a rota. 2026-11-12 is a Thursday (T5). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/plan/rota.h"
#include "tests/unit/scratch.h"

#define A "+84912000081"
#define B "+84912000082"
#define C "+84912000083"
#define AREA "+84912000084"
#define CHIEF "+84912000085"
#define ROSTER                                                                                                         \
    "name,phone,role,places,pin\nA," A ",duty,,\nB," B ",duty,,\nC," C ",duty,,\nD," AREA ",area_officer,6,\n"         \
    "E," CHIEF ",chief,,\n"

static struct config *load(struct scratch *s, const char *duty, struct problems **p)
{
    char text[4096];
    scratch_text(s, "places.cfg", "places = ( { code = \"6\"; name = \"Man De\"; } );\n");
    scratch_text(s, "roster.csv", ROSTER);
    snprintf(text, sizeof(text), "places = \"places.cfg\";\nroster = \"roster.csv\";\nduty : {\n%s\n};\n", duty);
    *p = problems_new();
    return config_load(scratch_text(s, "tinbao.cfg", text), *p);
}

static struct config *good(struct scratch *s, const char *duty)
{
    struct problems *p;
    struct config *c = load(s, duty, &p);
    if (!c)
        problems_print(p, stderr);
    assert_non_null(c);
    problems_free(p);
    return c;
}

static int64_t at(const char *text)
{
    int64_t ms;
    assert_int_equal(civil_parse(text, &ms), 0);
    return ms;
}

/* Of A, B, C, the area officer and the chief: the letters of those on duty. */
static const char *on(const struct config *c, const char *when, char *out)
{
    static const struct {
        const char *phone;
        enum role role;
    } all[] = {{A, ROLE_DUTY}, {B, ROLE_DUTY}, {C, ROLE_DUTY}, {AREA, ROLE_AREA_OFFICER}, {CHIEF, ROLE_CHIEF}};
    size_t n = 0;
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        if (rota_on_duty(c, all[i].phone, all[i].role, at(when)))
            out[n++] = "ABCDE"[i];
    out[n] = '\0';
    return out;
}

#define ON(when, want) assert_string_equal(on(c, when, (char[8]){0}), want)

static void without_a_rota_everybody_with_the_role_duty_is_on_duty(void **state)
{
    struct config *c = good(*state, "");
    ON("2026-11-12 03:00", "ABC");
    assert_false(rota_exists(c));
    config_free(c);
}

static void a_shift_over_midnight_belongs_to_the_day_it_begins(void **state)
{
    struct config *c =
        good(*state, "shifts = ( { days = \"T5\"; from = \"21:00\"; to = \"05:00\"; officers = [ \"" A
                     "\" ]; }, { days = \"T6\"; from = \"05:00\"; to = \"06:00\"; officers = [ \"" B "\" ]; } );");
    ON("2026-11-12 20:59", "ABC"); /* nobody: all */
    ON("2026-11-12 21:00", "A");
    ON("2026-11-13 00:00", "A");
    ON("2026-11-13 04:59", "A");
    ON("2026-11-13 05:00", "B");
    ON("2026-11-13 06:00", "ABC");
    ON("2026-11-12 04:00", "ABC"); /* the night of Wednesday */
    config_free(c);
}

static void a_shift_from_sunday_reaches_into_monday_and_the_new_year(void **state)
{
    struct config *c =
        good(*state, "shifts = ( { days = \"CN\"; from = \"22:00\"; to = \"06:00\"; officers = [ \"" B
                     "\" ]; }, { days = \"T5\"; from = \"22:00\"; to = \"06:00\"; officers = [ \"" C "\" ]; } );");
    ON("2026-11-15 22:00", "B");
    ON("2026-11-16 05:59", "B"); /* Monday */
    ON("2026-12-31 23:59", "C"); /* Thursday, New Year's eve */
    ON("2027-01-01 05:59", "C");
    ON("2027-01-01 06:00", "ABC");
    config_free(c);
}

static void day_ranges_go_over_the_end_of_the_week(void **state)
{
    struct config *c = good(*state, "shifts = ( { days = \"t7-T2\"; officers = [ \"" A "\" ]; }, { days = \"T3 T4,T5 "
                                    "T6\"; officers = [ \"" B "\" ]; } );");
    ON("2026-11-14 12:00", "A");
    ON("2026-11-16 12:00", "A");
    ON("2026-11-17 00:00", "B");
    ON("2026-11-13 23:59", "B");
    config_free(c);
}

static void a_holiday_has_shifts_of_its_own(void **state)
{
    struct config *c = good(*state, "shifts = ( { days = \"T2-CN\"; from = \"19:00\"; to = \"07:00\"; officers = [ \"" A
                                    "\" ]; }, { days = \"T2-CN\"; from = \"07:00\"; to = \"19:00\"; officers = [ \"" A
                                    "\" ]; }, { days = \"NL\"; from = \"07:00\"; to = \"07:00\"; officers = [ \"" B
                                    "\" ]; }, { days = \"NL\"; holiday = \"Tet\"; officers = [ \"" C "\" ]; } );\n"
                                    "holidays = ( { name = \"Quoc khanh\"; from = \"02/09\"; },"
                                    "{ name = \"Nam moi\"; from = \"31/12\"; to = \"01/01\"; },"
                                    "{ name = \"Tet\"; from = \"2027-02-05\"; to = \"2027-02-07\"; } );");
    ON("2026-09-01 20:00", "A");
    ON("2026-09-02 06:59", "A"); /* the night before goes on into the holiday */
    ON("2026-09-02 12:00", "B");
    ON("2026-09-03 06:59", "B"); /* and the holiday's into the next day */
    ON("2027-09-02 12:00", "B"); /* every year */
    ON("2026-12-31 12:00", "B");
    ON("2027-01-01 12:00", "B");
    ON("2027-01-02 12:00", "A");
    ON("2027-02-05 12:00", "BC");
    ON("2027-02-08 12:00", "A");
    ON("2028-02-05 12:00", "A"); /* that one year only */
    config_free(c);
}

static void a_holiday_without_shifts_of_its_own_is_an_ordinary_day(void **state)
{
    struct config *c = good(*state, "shifts = ( { officers = [ \"" A "\" ]; } );\n"
                                    "holidays = ( { name = \"Quoc khanh\"; from = \"02/09\"; } );");
    ON("2026-09-02 12:00", "A");
    config_free(c);
}

static void another_stands_in_from_to(void **state)
{
    struct config *c =
        good(*state,
             "shifts = ( { officers = [ \"" A "\" ]; } );\nreplacements = ("
             "{ officer = \"" A "\"; by = \"" B "\"; from = \"2026-11-12\"; to = \"2026-11-13\"; },"
             "{ officer = \"" B "\"; by = \"" AREA "\"; from = \"2026-11-13 12:00\"; to = \"2026-11-13 18:00\"; } );");
    ON("2026-11-11 23:59", "A");
    ON("2026-11-12 00:00", "B");
    ON("2026-11-13 12:00", "D"); /* and somebody for him */
    ON("2026-11-13 18:00", "B");
    ON("2026-11-14 00:00", "A");
    assert_string_equal(rota_instead(c, A, at("2026-11-13 13:00")), AREA);
    assert_null(rota_instead(c, A, at("2026-11-14 13:00")));
    config_free(c);
}

static void replacements_work_without_shifts_and_do_not_go_round_in_circles(void **state)
{
    struct config *c =
        good(*state, "replacements = ("
                     "{ officer = \"" A "\"; by = \"" AREA "\"; from = \"2026-11-12\"; to = \"2026-11-12\"; },"
                     "{ officer = \"" B "\"; by = \"" C "\"; from = \"2026-11-14\"; to = \"2026-11-14\"; },"
                     "{ officer = \"" C "\"; by = \"" B "\"; from = \"2026-11-14\"; to = \"2026-11-14\"; } );");
    ON("2026-11-12 12:00", "BCD");
    ON("2026-11-14 12:00", "ABC"); /* who stands in for whom stands in for him: nobody is away */
    config_free(c);
}

static void a_campaign_has_more_people_other_repeats_and_a_lower_threshold(void **state)
{
    struct config *c =
        good(*state, "shifts = ( { officers = [ \"" A "\" ]; } );\ncampaigns = ( { name = \"Tet\"; from = "
                     "\"2027-02-01\"; to = \"2027-02-20 07:00\"; officers = [ \"" C "\", \"" AREA
                     "\" ]; repeat_s = [ 0, 0, 600, 300, 120 ]; at_once_from = 2; } );");
    ON("2027-01-31 23:59", "A");
    ON("2027-02-01 00:00", "ACD");
    ON("2027-02-20 07:00", "A");
    assert_int_equal(rota_repeat_s(c, 5, at("2027-02-10 00:00")), 120);
    assert_int_equal(rota_repeat_s(c, 1, at("2027-02-10 00:00")), 1800);
    assert_int_equal(rota_repeat_s(c, 5, at("2027-02-21 00:00")), 300);
    assert_true(rota_at_once(c, 2, at("2027-02-10 00:00")));
    assert_false(rota_at_once(c, 1, at("2027-02-10 00:00")));
    assert_false(rota_at_once(c, 5, at("2027-02-21 00:00")));
    config_free(c);
}

static void calls_are_by_kind_village_severity_and_time(void **state)
{
    struct config *c =
        good(*state, "calls = ( { kinds = [ \"CHAY\", \"CUUNAN\" ]; places = [ \"6\" ]; severity = 4; from = "
                     "\"22:00\"; to = \"05:00\"; days = \"T5\"; step = 1; officers = [ \"" CHIEF "\" ]; } );");
    int64_t night = at("2026-11-13 04:59"), day = at("2026-11-12 12:00");
    assert_true(rota_called(c, CHIEF, "CHAY", "6", 5, 1, night));
    assert_false(rota_called(c, CHIEF, "CHAY", "6", 5, 0, night));
    assert_false(rota_called(c, CHIEF, "CHAY", "6", 5, 1, day));
    assert_false(rota_called(c, CHIEF, "CHAY", "5", 5, 1, night));
    assert_false(rota_called(c, CHIEF, "TROM", "6", 5, 1, night));
    assert_false(rota_called(c, CHIEF, "CHAY", "6", 3, 1, night));
    assert_false(rota_called(c, AREA, "CHAY", "6", 5, 1, night));
    config_free(c);
}

static void open_hours_are_found_to_the_minute(void **state)
{
    struct config *c = good(*state, "shifts = ( { from = \"07:00\"; to = \"23:30\"; officers = [ \"" A "\" ]; } );");
    struct rota_gap g[2];
    assert_int_equal(rota_gaps(c, at("2026-11-12 00:00"), at("2026-11-14 00:00"), g, 2), 3);
    assert_true(g[0].from_ms == at("2026-11-12 00:00") && g[0].to_ms == at("2026-11-12 07:00"));
    assert_true(g[1].from_ms == at("2026-11-12 23:30") && g[1].to_ms == at("2026-11-13 07:00"));
    config_free(c);
}

static void check_warns_of_open_hours_and_of_people_who_are_not_there(void **state)
{
    struct problems *p;
    struct config *c = load(*state,
                            "shifts = ( { days = \"T2-T6\"; officers = [ \"" A "\" ]; },\n{ days = \"T7-CN\"; from "
                            "= \"06:00\"; to = \"24:00\"; officers = [ \"+84912000099\" ]; },\n"
                            "{ days = \"NL\"; from = \"08:00\"; officers = [ \"" B "\" ]; } );\n"
                            "holidays = ( { name = \"Quoc khanh\"; from = \"02/09\"; } );\n"
                            "campaigns = ( { name = \"Tet\"; from = \"2027-02-01\"; to = \"2027-02-20\"; officers = "
                            "[ \"+84912000098\" ]; } );",
                            &p);
    assert_non_null(c);
    rota_check(c, p);
    assert_int_equal(p->errors, 0);
    assert_non_null(problem_with(p, 5, "+84912000099, named in a shift, is not on the roster"));
    assert_non_null(problem_with(p, 0, "+84912000098, named in a campaign"));
    assert_non_null(problem_with(p, 0, "from T7 00:00 to T7 06:00"));
    assert_non_null(problem_with(p, 0, "from CN 00:00 to CN 06:00"));
    assert_null(problem_with(p, 0, "from T2"));
    assert_non_null(problem_with(p, 0, "on the holiday Quoc khanh nobody has the duty from T5 00:00 to T5 08:00"));
    config_free(c);
    problems_free(p);
}

static void refuses(struct scratch *s, const char *duty, const char *part)
{
    struct problems *p;
    struct config *c = load(s, duty, &p);
    if (c || !problem_with(p, 0, part)) {
        problems_print(p, stderr);
        fail_msg("'%s' should say '%s'", duty, part);
    }
    problems_free(p);
}

static void what_is_written_wrong_is_said(void **state)
{
    refuses(*state, "shift = ( );", "did you mean 'shifts'?");
    refuses(*state, "shifts = ( { days = \"T8\"; officers = [ \"" A "\" ]; } );", "days are \"T2-T6");
    refuses(*state, "shifts = ( { days = \"T2-NL\"; officers = [ \"" A "\" ]; } );", "days are \"T2-T6");
    refuses(*state, "shifts = ( { from = \"7h00\"; officers = [ \"" A "\" ]; } );", "a time is written 07:00");
    refuses(*state, "shifts = ( { from = \"25:00\"; officers = [ \"" A "\" ]; } );", "a time is written 07:00");
    refuses(*state, "shifts = ( { from = \"07:00\"; } );", "needs 'officers'");
    refuses(*state, "shifts = ( { officers = [ ]; } );", "officers has 0 entries");
    refuses(*state, "shifts = ( { holiday = \"Tet\"; officers = [ \"" A "\" ]; } );", "NL in days");
    refuses(*state, "holidays = ( { name = \"x\"; from = \"31/13\"; } );", "a holiday is 2027-02-05");
    refuses(*state, "holidays = ( { name = \"x\"; from = \"2027-02-30\"; } );", "a holiday is 2027-02-05");
    refuses(*state, "holidays = ( { name = \"x\"; from = \"01/01\"; to = \"2027-01-02\"; } );", "both have a year");
    refuses(*state,
            "replacements = ( { officer = \"" A "\"; by = \"" A "\"; from = \"2026-11-12\"; to = \"2026-11-12\"; } );",
            "for himself");
    refuses(*state,
            "replacements = ( { officer = \"" A "\"; by = \"" B "\"; from = \"2026-11-12\"; to = \"2026-11-11\"; } );",
            "turn them round");
    refuses(*state, "campaigns = ( { name = \"x\"; from = \"12/11\"; to = \"2026-11-13\"; } );", "a date is written");
    refuses(*state, "calls = ( { kinds = [ \"CHAI\" ]; officers = [ \"" A "\" ]; } );", "CHAI is no kind");
    refuses(*state, "calls = ( { kinds = [ \"BAOHANH\" ]; officers = [ \"" A "\" ]; } );", "a restricted kind");
    refuses(*state, "calls = ( { places = [ \"9\" ]; officers = [ \"" A "\" ]; } );", "there is no place '9'");
    refuses(*state, "shifts = 5;", "is written ( { ... }");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, scratch_make, scratch_remove)
    const struct CMUnitTest tests[] = {
        T(without_a_rota_everybody_with_the_role_duty_is_on_duty),
        T(a_shift_over_midnight_belongs_to_the_day_it_begins),
        T(a_shift_from_sunday_reaches_into_monday_and_the_new_year),
        T(day_ranges_go_over_the_end_of_the_week),
        T(a_holiday_has_shifts_of_its_own),
        T(a_holiday_without_shifts_of_its_own_is_an_ordinary_day),
        T(another_stands_in_from_to),
        T(replacements_work_without_shifts_and_do_not_go_round_in_circles),
        T(a_campaign_has_more_people_other_repeats_and_a_lower_threshold),
        T(calls_are_by_kind_village_severity_and_time),
        T(open_hours_are_found_to_the_minute),
        T(check_warns_of_open_hours_and_of_people_who_are_not_there),
        T(what_is_written_wrong_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
