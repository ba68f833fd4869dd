// SPDX-License-Identifier: GPL-2.0-or-later
/* Windows of the calendar: both ends counted or not, short months, ends of years, ISO weeks; and the
 * calendar as a setting. */
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
#include "gateway/plan/calendar.h"
#include "tests/unit/scratch.h"

static int64_t at(const char *text)
{
    int64_t ms = 0;
    if (civil_parse(text, &ms) < 0)
        fail_msg("no time: %s", text);
    return ms;
}

static void is_at(int64_t got, const char *want)
{
    char text[32];
    civil_iso(got, text, sizeof(text));
    text[10] = ' ';
    text[16] = '\0';
    assert_string_equal(text, want);
}

/* A month's window from..to, result by. */
static struct calendar_item monthly(int from, int to, int result)
{
    return (struct calendar_item){.period = CALENDAR_MONTH,
                                  .from = {from, 1},
                                  .to = {to, 1},
                                  .result = {result, 1},
                                  .from_included = true,
                                  .to_included = true,
                                  .result_included = true};
}

static void both_ends_of_a_window_count_when_included(void **state)
{
    (void)state;
    struct calendar_item it = monthly(15, 20, 25);
    struct calendar_window w;
    calendar_window(&it, at("2026-11-12 21:05"), 0, &w);
    assert_string_equal(w.period, "2026-11");
    is_at(w.from_ms, "2026-11-15 00:00");
    is_at(w.to_ms, "2026-11-21 00:00");
    is_at(w.due_ms, "2026-11-26 00:00");
    is_at(w.next_ms, "2026-12-15 00:00");
}

static void neither_end_counts_when_excluded(void **state)
{
    (void)state;
    struct calendar_item it = monthly(15, 20, 25);
    struct calendar_window w;
    it.from_included = it.to_included = it.result_included = false;
    calendar_window(&it, at("2026-11-12 21:05"), 0, &w);
    is_at(w.from_ms, "2026-11-16 00:00");
    is_at(w.to_ms, "2026-11-20 00:00");
    is_at(w.due_ms, "2026-11-25 00:00");
    is_at(w.next_ms, "2026-12-16 00:00");
}

static void each_end_is_set_for_itself(void **state)
{
    (void)state;
    struct calendar_item it = monthly(15, 20, 25);
    struct calendar_window w;
    it.result_included = false; /* "before the 25th" */
    calendar_window(&it, at("2026-11-30 23:59"), 0, &w);
    is_at(w.from_ms, "2026-11-15 00:00");
    is_at(w.to_ms, "2026-11-21 00:00");
    is_at(w.due_ms, "2026-11-25 00:00");
}

/* The last day of a month is 31 in every month. */
static void a_month_ends_on_its_own_last_day(void **state)
{
    (void)state;
    struct calendar_item it = monthly(1, 31, 31);
    static const struct {
        const char *in, *end;
    } months[] = {
        {"2026-02-10 08:00", "2026-03-01 00:00"}, {"2028-02-10 08:00", "2028-03-01 00:00"},
        {"2100-02-10 08:00", "2100-03-01 00:00"}, {"2026-04-30 23:59", "2026-05-01 00:00"},
        {"2026-12-31 23:59", "2027-01-01 00:00"}, {"2026-01-01 00:00", "2026-02-01 00:00"},
    };
    for (size_t i = 0; i < ARRAY_LEN(months); i++) {
        struct calendar_window w;
        calendar_window(&it, at(months[i].in), 0, &w);
        is_at(w.to_ms, months[i].end);
        is_at(w.due_ms, months[i].end);
        is_at(w.next_ms, months[i].end);
    }
    it.to_included = it.result_included = false;
    struct calendar_window w;
    calendar_window(&it, at("2028-02-10 08:00"), 0, &w);
    is_at(w.to_ms, "2028-02-29 00:00"); /* the 29th, the last day, does not count */
}

static void a_window_at_the_end_of_a_short_month_keeps_a_day(void **state)
{
    (void)state;
    struct calendar_item it = monthly(30, 31, 31);
    struct calendar_window w;
    calendar_window(&it, at("2026-02-01 00:00"), 0, &w);
    is_at(w.from_ms, "2026-02-28 00:00");
    is_at(w.to_ms, "2026-03-01 00:00");
    it.from_included = false;
    calendar_window(&it, at("2026-02-01 00:00"), 0, &w);
    is_at(w.from_ms, "2026-02-28 00:00");
    is_at(w.to_ms, "2026-03-01 00:00");
}

static void weeks_are_numbered_as_iso_does(void **state)
{
    (void)state;
    struct calendar_item it = {.period = CALENDAR_WEEK,
                               .from = {1, 0},
                               .to = {7, 0},
                               .result = {7, 0},
                               .from_included = true,
                               .to_included = true,
                               .result_included = true};
    static const struct {
        const char *in, *week, *monday;
    } weeks[] = {
        {"2026-11-12 21:05", "2026-W46", "2026-11-09 00:00"}, {"2026-11-08 23:59", "2026-W45", "2026-11-02 00:00"},
        {"2026-11-09 00:00", "2026-W46", "2026-11-09 00:00"}, {"2026-12-31 12:00", "2026-W53", "2026-12-28 00:00"},
        {"2027-01-03 23:59", "2026-W53", "2026-12-28 00:00"}, {"2027-01-04 00:00", "2027-W01", "2027-01-04 00:00"},
        {"2024-12-30 00:00", "2025-W01", "2024-12-30 00:00"}, {"2023-01-01 12:00", "2022-W52", "2022-12-26 00:00"},
        {"2021-01-03 12:00", "2020-W53", "2020-12-28 00:00"}, {"2020-12-31 12:00", "2020-W53", "2020-12-28 00:00"},
    };
    for (size_t i = 0; i < ARRAY_LEN(weeks); i++) {
        struct calendar_window w;
        calendar_window(&it, at(weeks[i].in), 0, &w);
        assert_string_equal(w.period, weeks[i].week);
        is_at(w.from_ms, weeks[i].monday);
        assert_int_equal(w.to_ms - w.from_ms, 7 * DAY_MS);
        assert_int_equal(w.next_ms, w.to_ms);
    }
}

static void longer_periods_count_their_months(void **state)
{
    (void)state;
    struct calendar_item it = {.period = CALENDAR_HALF_YEAR,
                               .from = {1, 1},
                               .to = {15, 6},
                               .result = {15, 6},
                               .from_included = true,
                               .to_included = true,
                               .result_included = true};
    struct calendar_window w;
    calendar_window(&it, at("2026-11-12 21:05"), 0, &w);
    assert_string_equal(w.period, "2026-H2");
    is_at(w.from_ms, "2026-07-01 00:00");
    is_at(w.to_ms, "2026-12-16 00:00");
    calendar_window(&it, at("2026-06-30 23:59"), 0, &w);
    assert_string_equal(w.period, "2026-H1");
    is_at(w.to_ms, "2026-06-16 00:00");
    calendar_window(&it, at("2026-06-30 23:59"), 1, &w);
    assert_string_equal(w.period, "2026-H2");
    calendar_window(&it, at("2026-03-01 00:00"), -1, &w);
    assert_string_equal(w.period, "2025-H2");
    it.period = CALENDAR_QUARTER;
    it.to = it.result = (struct calendar_day){31, 3};
    calendar_window(&it, at("2026-11-12 21:05"), 0, &w);
    assert_string_equal(w.period, "2026-Q4");
    is_at(w.from_ms, "2026-10-01 00:00");
    is_at(w.to_ms, "2027-01-01 00:00");
    it.period = CALENDAR_YEAR;
    it.to = it.result = (struct calendar_day){15, 12};
    calendar_window(&it, at("2026-12-20 00:00"), 0, &w);
    assert_string_equal(w.period, "2026");
    is_at(w.to_ms, "2026-12-16 00:00");
    is_at(w.next_ms, "2027-01-01 00:00");
}

static void an_activity_belongs_to_the_window_that_began_last(void **state)
{
    (void)state;
    struct calendar_item it = monthly(15, 20, 25);
    struct calendar_window w;
    calendar_current(&it, at("2026-11-15 00:00"), &w);
    assert_string_equal(w.period, "2026-11");
    calendar_current(&it, at("2026-11-14 23:59"), &w);
    assert_string_equal(w.period, "2026-10");
    calendar_current(&it, at("2027-01-03 12:00"), &w);
    assert_string_equal(w.period, "2026-12");
}

static void what_is_ahead_and_what_is_behind_meet_at_the_deadline(void **state)
{
    (void)state;
    struct calendar_item it = monthly(15, 20, 25);
    struct calendar_window w;
    calendar_ahead(&it, at("2026-11-25 23:59"), &w);
    assert_string_equal(w.period, "2026-11");
    calendar_behind(&it, at("2026-11-25 23:59"), &w);
    assert_string_equal(w.period, "2026-10");
    calendar_ahead(&it, at("2026-11-26 00:00"), &w);
    assert_string_equal(w.period, "2026-12");
    calendar_behind(&it, at("2026-11-26 00:00"), &w);
    assert_string_equal(w.period, "2026-11");
    calendar_ahead(&it, at("2026-12-31 12:00"), &w);
    assert_string_equal(w.period, "2027-01");
}

static void days_left_are_counted_to_the_last_day(void **state)
{
    (void)state;
    int64_t end = at("2026-11-21 00:00"); /* the 20th is the last day */
    assert_int_equal(calendar_days_left(at("2026-11-17 08:00"), end), 3);
    assert_int_equal(calendar_days_left(at("2026-11-20 23:59"), end), 0);
    assert_int_equal(calendar_days_left(at("2026-11-21 00:00"), end), -1);
    assert_int_equal(calendar_days_left(at("2026-11-12 00:00"), at("2027-01-01 00:00")), 49);
}

static void periods_have_names_for_people(void **state)
{
    (void)state;
    static const struct {
        enum calendar_period p;
        int months;
        const char *in, *name;
    } names[] = {
        {CALENDAR_WEEK, 0, "2026-11-12 21:05", "tuan 9/11"},
        {CALENDAR_MONTH, 1, "2026-11-12 21:05", "thang 11"},
        {CALENDAR_QUARTER, 3, "2026-11-12 21:05", "quy 4"},
        {CALENDAR_HALF_YEAR, 6, "2026-11-12 21:05", "6 thang cuoi nam"},
        {CALENDAR_HALF_YEAR, 6, "2026-01-12 21:05", "6 thang dau nam"},
        {CALENDAR_YEAR, 12, "2026-11-12 21:05", "nam 2026"},
    };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        int m = names[i].months;
        struct calendar_item it = {.period = names[i].p,
                                   .from = {1, m ? 1 : 0},
                                   .to = {m ? 31 : 7, m},
                                   .result = {m ? 31 : 7, m},
                                   .from_included = true,
                                   .to_included = true,
                                   .result_included = true};
        struct calendar_window w;
        char name[32];
        calendar_window(&it, at(names[i].in), 0, &w);
        calendar_period_name(&it, &w, name, sizeof(name));
        assert_string_equal(name, names[i].name);
    }
}

/* --- as a setting ---------------------------------------------------------------------- */

static struct config *load(struct scratch *s, const char *more, struct problems **p)
{
    char text[4096];
    scratch_text(s, "places.cfg", "places = ( { code = \"6\"; name = \"Man De\"; } );\n");
    scratch_text(s, "roster.csv", "name,phone,role,places,pin\nLan,+84909000001,chief,,\n");
    snprintf(text, sizeof(text), "places = \"places.cfg\"; roster = \"roster.csv\";\n%s", more);
    *p = problems_new();
    assert_non_null(*p);
    return config_load(scratch_text(s, "tinbao.cfg", text), *p);
}

static struct config *loads(struct scratch *s, const char *more)
{
    struct problems *p;
    struct config *c = load(s, more, &p);
    if (!c)
        problems_print(p, stderr);
    assert_non_null(c);
    problems_free(p);
    return c;
}

static void refuses(struct scratch *s, const char *more, int line, const char *part)
{
    struct problems *p;
    struct config *c = load(s, more, &p);
    if (c || !problem_with(p, line, part)) {
        problems_print(p, stderr);
        fail_msg("'%s' should say '%s' on line %d", more, part, line);
    }
    problems_free(p);
}

static const struct calendar_item *item(const struct config *c, const char *name)
{
    for (size_t i = 0; i < c->n_calendar; i++)
        if (!strcmp(c->calendar[i].name, name))
            return &c->calendar[i];
    fail_msg("no item %s", name);
    return NULL;
}

static void without_a_calendar_the_shipped_one_stands_and_nobody_is_reminded(void **state)
{
    struct config *c = loads(*state, "");
    assert_false(c->calendar_on);
    assert_int_equal(c->n_calendar, 9);
    const struct calendar_item *it = item(c, "meeting");
    assert_int_equal(it->from.day, 15);
    assert_int_equal(it->to.day, 20);
    assert_int_equal(it->result.day, 25);
    assert_true(it->from_included && it->to_included && it->result_included);
    assert_int_equal(item(c, "loudspeaker")->target, 3);
    assert_int_equal(item(c, "direct")->target, 12);
    assert_int_equal(c->presence.minutes, 15);
    config_free(c);
}

static bool same_item(const struct calendar_item *a, const struct calendar_item *b)
{
    return !strcmp(a->name, b->name) && !strcmp(a->text, b->text) && !strcmp(a->form, b->form) &&
           !strcmp(a->word, b->word) && a->office == b->office && a->period == b->period &&
           !memcmp(&a->from, &b->from, sizeof(a->from)) && !memcmp(&a->to, &b->to, sizeof(a->to)) &&
           !memcmp(&a->result, &b->result, sizeof(a->result)) && a->from_included == b->from_included &&
           a->to_included == b->to_included && a->result_included == b->result_included && a->target == b->target &&
           a->remind_days == b->remind_days && a->then_days == b->then_days && a->told_days == b->told_days &&
           a->remind_roles == b->remind_roles && a->then_roles == b->then_roles && a->overdue_roles == b->overdue_roles;
}

/* tinbao.cfg shows the list as a comment: with the slashes taken away it must be what stands without. */
static void the_commented_calendar_of_the_shipped_file_is_the_one_that_stands(void **state)
{
    char text[4096] = "", line[200];
    size_t n = 0;
    FILE *f = fopen("config/tinbao.cfg", "r");
    assert_non_null(f);
    while (fgets(line, sizeof(line), f)) {
        if (!n && strncmp(line, "// calendar = (", 15) != 0)
            continue;
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%s", line + 3);
        assert_true(n < sizeof(text) - 1);
        if (!strncmp(line, "// );", 5))
            break;
    }
    fclose(f);
    struct config *shown = loads(*state, text), *stands = loads(*state, "");
    assert_true(shown->calendar_on);
    assert_int_equal(shown->n_calendar, stands->n_calendar);
    for (size_t i = 0; i < shown->n_calendar; i++)
        if (!same_item(&shown->calendar[i], &stands->calendar[i]))
            fail_msg("'%s' differs from the shipped list", shown->calendar[i].name);
    config_free(shown);
    config_free(stands);
}

static void a_calendar_of_ones_own_replaces_it(void **state)
{
    struct config *c = loads(*state, "calendar = ( { name = \"hop\"; text = \"hop thon\"; form = \"meeting\"; "
                                     "period = \"month\"; from = \"10\"; to = \"12\"; to_included = false; "
                                     "overdue = [ \"chief\", \"duty\" ]; remind = [ ]; } );\n"
                                     "presence : { minutes = 20; kinds = [ \"CHAY\" ]; };\n");
    assert_true(c->calendar_on);
    assert_int_equal(c->n_calendar, 1);
    const struct calendar_item *it = &c->calendar[0];
    assert_int_equal(it->result.day, 12);
    assert_false(it->result_included); /* as `to`, when it is not given */
    assert_int_equal(it->overdue_roles, ROLE_BIT(ROLE_CHIEF) | ROLE_BIT(ROLE_DUTY));
    assert_int_equal(it->remind_roles, 0); /* an empty list: nobody */
    assert_int_equal(it->then_roles, ROLE_BIT(ROLE_LEADER) | ROLE_BIT(ROLE_AREA_OFFICER));
    assert_int_equal(c->presence.minutes, 20);
    assert_int_equal(c->presence.n_kinds, 1);
    config_free(c);
}

static void what_is_wrong_with_a_calendar_is_said_with_its_line(void **state)
{
#define ITEM(rest) "calendar = (\n { name = \"a\"; text = \"viec\"; " rest " } );\n"
    refuses(*state, ITEM("period = \"month\"; from = \"32\";"), 3, "from: such a period has no such day");
    refuses(*state, ITEM("period = \"week\"; to = \"8\";"), 3, "to: such a period has no such day");
    refuses(*state, ITEM("period = \"year\"; to = \"15\";"), 3, "write \"15/6\"");
    refuses(*state, ITEM("period = \"half_year\"; to = \"15/7\";"), 3, "to: such a period");
    refuses(*state, ITEM("period = \"month\"; to = \"x\";"), 3, "a day is");
    refuses(*state, ITEM("period = \"month\"; from = \"15\"; to = \"15\"; to_included = false;"), 3, "no day is left");
    refuses(*state, ITEM("period = \"month\"; from = \"15\"; to = \"10\";"), 3, "no day is left");
    refuses(*state, ITEM("period = \"month\"; to = \"20\"; result_by = \"18\";"), 3, "result_by comes before to");
    refuses(*state, ITEM("period = \"moth\";"), 3, "did you mean \"month\"");
    refuses(*state, ITEM("period = \"month\"; form = \"meting\";"), 3, "did you mean \"meeting\"");
    refuses(*state, ITEM("period = \"month\"; form = \"incident\";"), 3, "is no activity");
    refuses(*state, ITEM("period = \"month\"; remind = [ \"leadr\" ];"), 3, "did you mean 'leader'");
    refuses(*state, ITEM("period = \"month\"; overdue = [ \"member\" ];"), 3, "members are not reminded");
    refuses(*state, "calendar = (\n { name = \"a\"; text = \"v\xC4\x91\"; period = \"week\"; } );\n", 3, "accents");
    refuses(*state,
            "calendar = ( { name = \"a\"; text = \"b\"; period = \"week\"; },\n"
            " { name = \"a\"; text = \"c\"; period = \"week\"; } );\n",
            3, "two of the calendar");
    refuses(*state, "calendar_at = \"8h\";\n", 2, "a time of day");
    refuses(*state, "calendar_at = \"24:00\";\n", 2, "a time of day");
    refuses(*state, "presence : { kinds = [ \"CHAI\" ]; };\n", 2, "no kind 'CHAI'");
    refuses(*state, "presence : { kinds = [ \"BAOHANH\" ]; };\n", 2, "restricted");
    refuses(*state, "presence : { minutes = 0; };\n", 2, "out of range");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ends_of_a_window_count_when_included),
        cmocka_unit_test(neither_end_counts_when_excluded),
        cmocka_unit_test(each_end_is_set_for_itself),
        cmocka_unit_test(a_month_ends_on_its_own_last_day),
        cmocka_unit_test(a_window_at_the_end_of_a_short_month_keeps_a_day),
        cmocka_unit_test(weeks_are_numbered_as_iso_does),
        cmocka_unit_test(longer_periods_count_their_months),
        cmocka_unit_test(an_activity_belongs_to_the_window_that_began_last),
        cmocka_unit_test(what_is_ahead_and_what_is_behind_meet_at_the_deadline),
        cmocka_unit_test(days_left_are_counted_to_the_last_day),
        cmocka_unit_test(periods_have_names_for_people),
        cmocka_unit_test_setup_teardown(without_a_calendar_the_shipped_one_stands_and_nobody_is_reminded, scratch_make,
                                        scratch_remove),
        cmocka_unit_test_setup_teardown(the_commented_calendar_of_the_shipped_file_is_the_one_that_stands, scratch_make,
                                        scratch_remove),
        cmocka_unit_test_setup_teardown(a_calendar_of_ones_own_replaces_it, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(what_is_wrong_with_a_calendar_is_said_with_its_line, scratch_make,
                                        scratch_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
