// SPDX-License-Identifier: GPL-2.0-or-later
/* The roster: read as spreadsheets write it, checked against the places, replaced whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "config/config.h"
#include "gateway/base/err.h"
#include "tests/unit/scratch.h"

#define HEAD "name,phone,role,places,pin\n"

static int parse(const char *text, struct roster_entry **r, struct problems *p)
{
    return roster_parse(text, strlen(text), "r.csv", r, p);
}

static void what_spreadsheets_write_is_read(void **state)
{
    (void)state;
    static const char *const good[] = {
        HEAD "\"An \"\"Ba\"\"\",+84912000001,member,6;11,0042\n",
        ("\xEF\xBB\xBF"
         "name;phone;role;places;pin\r\n\"An \"\"Ba\"\"\";0912 000 001;member;\"6;11\";0042\r\n"),
        "pin,places,role,phone,name\n0042,6 11,member,84912.000.001,\"An \"\"Ba\"\"\"",
        "\n Name , PHONE ,role,places,pin\n\n\"An \"\"Ba\"\"\" , 0912-000-001 ,member, 6 ; 11 ; 6 ,0042\n,,,,\n\n",
        "name,phone,role,places,pin,\r\"An \"\"Ba\"\"\",0084912000001,member,6;11,0042,\r",
    };
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        struct problems *p = problems_new();
        struct roster_entry *r;
        assert_int_equal(parse(good[i], &r, p), 1);
        assert_int_equal(p->n, 0);
        assert_string_equal(r->name, "An \"Ba\"");
        assert_string_equal(r->phone, "+84912000001");
        assert_int_equal(r->role, ROLE_MEMBER);
        assert_string_equal(r->places, "6 11");
        assert_string_equal(r->pin, "0042");
        free(r);
        problems_free(p);
    }
}

static void a_bad_line_is_said_and_the_others_load(void **state)
{
    (void)state;
    static const struct {
        const char *line, *part;
    } bad[] = {
        {"An,0912x,member,6,", "is no phone number"},
        {"An,912000001,member,6,", "a spreadsheet took it for a number"},
        {"An,8.4912E+10,member,6,", "a spreadsheet took it for a number"},
        {"An,,member,6,", "the phone is empty"},
        {"An,113,member,6,", "is no phone number"},
        {"An,0912000001,membr,6,", "did you mean 'member'?"},
        {"An,0912000001,,6,", "the role is empty"},
        {"An,0912000001,member,,", "the role member needs a place"},
        {"An,0912000001,area_officer,,", "the role area_officer needs a place"},
        {"An,0912000001,member,12345678,", "at most 7"},
        {"An,0912000001,member,6/7,", "are no places"},
        {"An,0912000001,member,6,12", "4 to 12 digits"},
        {"An,0912000001,member,6,abcd", "4 to 12 digits"},
        {",0912000001,member,6,", "the name is empty"},
        {"=cmd|x,0912000001,member,6,", "may not begin with"},
        {"@x,0912000001,member,6,", "may not begin with"},
        {"\"A\nB\",0912000001,member,6,", "line break"},
        {"An,0912000001,member,6,,x", "6 cells"},
        {"\"An,0912000001,member,6,", "a quote"},
        {"\"An\" x,0912000001,member,6,", "a quote"},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        char text[400];
        snprintf(text, sizeof(text), HEAD "Binh,0912000002,leader,6,\n%s\nLan,0909000001,chief,,4321\n", bad[i].line);
        struct problems *p = problems_new();
        struct roster_entry *r;
        int n = parse(text, &r, p);
        if (n != 2 || !problem_with(p, 3, bad[i].part)) {
            problems_print(p, stderr);
            fail_msg("%s: %d read, should say '%s' on line 3", bad[i].line, n, bad[i].part);
        }
        assert_string_equal(r[1].name, "Lan");
        free(r);
        problems_free(p);
    }
}

static void a_header_that_is_not_right_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
    } bad[] = {
        {"", "the roster is empty"},
        {"\n\n", "the roster is empty"},
        {"An,0912000001,member,6,\n", "the column 'name' is missing"},
        {"name,phone,role,plaecs,pin\n", "did you mean 'places'?"},
        {"name,phone,role,places,name\n", "there twice"},
        {"name,phone,role\n", "the column 'places' is missing"},
        {"\"name,phone", "the first line can not be read"},
        {"\xFF\xFE"
         "n",
         "UTF-16"},
        {HEAD "Nguy\xE3n,0912000001,member,6,\n", "not UTF-8"},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct problems *p = problems_new();
        struct roster_entry *r;
        assert_true(parse(bad[i].text, &r, p) < 0);
        assert_null(r);
        if (!problem_with(p, 0, bad[i].part))
            problems_print(p, stderr);
        assert_non_null(problem_with(p, 0, bad[i].part));
        problems_free(p);
    }
}

static const struct place places[] = {{.code = "6", .name = "Mạn Đê"}, {.code = "5", .name = "Kim Lân"}};

static void check(const char *text, struct problems *p)
{
    struct roster_entry *r;
    int n = parse(text, &r, p);
    assert_true(n >= 0);
    assert_int_equal(p->n, 0);
    roster_check(r, (size_t)n, places, ARRAY_LEN(places), "r.csv", p);
    free(r);
}

#define TEAM(place, digit)                                                                                             \
    "L,091200000" digit ",leader," place ",\nD,091200001" digit ",deputy," place ",\nM,091200002" digit                \
    ",member," place ",\n"
#define DESK "O,0903000001,area_officer,5;6,\nT,0903000002,duty,,\nC,0909000001,chief,,\n"

static void a_whole_roster_has_no_problem(void **state)
{
    (void)state;
    struct problems *p = problems_new();
    check(HEAD TEAM("6", "1") TEAM("5", "2") DESK, p);
    assert_int_equal(p->n, 0);
    problems_free(p);
}

static void what_a_commune_may_live_with_is_a_warning(void **state)
{
    (void)state;
    struct problems *p = problems_new();
    check(HEAD TEAM("6", "1") "M,0912000031,member,6,\nM,0912000032,member,6,\nM,0912000033,deputy,6,\n"
                              "M,0912000034,member,5,\nO,0903000001,area_officer,6,\n",
          p);
    assert_int_equal(p->errors, 0);
    assert_non_null(problem_with(p, 0, "Mạn Đê (6) has a team of 6"));
    assert_non_null(problem_with(p, 0, "Mạn Đê (6) has 2 deputies"));
    assert_non_null(problem_with(p, 0, "Kim Lân (5) has a team of 1"));
    assert_non_null(problem_with(p, 0, "Kim Lân (5) has 0 leaders"));
    assert_non_null(problem_with(p, 0, "Kim Lân (5) has no area_officer"));
    assert_non_null(problem_with(p, 0, "nobody is on duty"));
    assert_non_null(problem_with(p, 0, "there is no chief"));
    assert_null(problem_with(p, 0, "Mạn Đê (6) has no area_officer"));
    problems_free(p);
}

static void a_number_twice_and_an_unknown_place_are_errors(void **state)
{
    (void)state;
    struct problems *p = problems_new();
    check(HEAD "An,0912000001,member,6,\nBinh,+84 912 000 001,leader,6 99,\n", p);
    assert_int_equal(p->errors, 2);
    assert_non_null(problem_with(p, 3, "+84912000001 is the phone of An on line 2 too"));
    assert_non_null(problem_with(p, 3, "there is no place '99'"));
    problems_free(p);
}

static void what_is_written_is_read_again(void **state)
{
    struct scratch *s = *state;
    struct problems *p = problems_new();
    struct roster_entry *r, *again;
    int n = parse(HEAD "\"An, \"\"Ba\"\"\",0912000001,member,6;5,0042\nNguyễn Thị Lan,0909000001,chief,,\n", &r, p);
    assert_int_equal(n, 2);
    const char *path = scratch_text(s, "r.csv", "old");
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(roster_write(path, r, 2), 0);
    assert_int_equal(roster_read(path, &again, p), 2);
    assert_int_equal(p->n, 0);
    for (int i = 0; i < n; i++) {
        assert_string_equal(again[i].name, r[i].name);
        assert_string_equal(again[i].phone, r[i].phone);
        assert_int_equal(again[i].role, r[i].role);
        assert_string_equal(again[i].places, r[i].places);
        assert_string_equal(again[i].pin, r[i].pin);
    }
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    free(r);
    free(again);
    problems_free(p);
}

static void a_failed_write_leaves_nothing_behind(void **state)
{
    struct scratch *s = *state;
    struct roster_entry e = {.name = "An", .phone = "+84912000001", .role = ROLE_CHIEF};
    char path[128];
    snprintf(path, sizeof(path), "%s/nothere/r.csv", s->dir);
    assert_int_equal(roster_write(path, &e, 1), -ENOENT);
    /* a directory stands in the way: the temporary file is removed again (scratch_remove would fail) */
    snprintf(path, sizeof(path), "%s/d", s->dir);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_true(roster_write(path, &e, 1) < 0);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(rmdir(s->dir), 0);
    assert_int_equal(mkdir(s->dir, 0700), 0);
}

static void a_roster_given_apart_is_taken_for_the_configured_one(void **state)
{
    struct scratch *s = *state;
    scratch_text(s, "r.csv", "this is broken");
    scratch_text(s, "new.csv", HEAD "An,0912000001,member,1,\n");
    char fresh[128];
    snprintf(fresh, sizeof(fresh), "%s/new.csv", s->dir);
    struct problems *p = problems_new();
    const char *path = scratch_text(s, "tinbao.cfg", "roster = \"r.csv\";");
    assert_null(config_load(path, p));
    struct config *c = config_load_roster(path, fresh, p);
    assert_non_null(c);
    assert_int_equal(c->n_roster, 1);
    assert_non_null(strstr(c->roster_path, "/r.csv"));
    config_free(c);
    problems_free(p);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, scratch_make, scratch_remove)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_spreadsheets_write_is_read),
        cmocka_unit_test(a_bad_line_is_said_and_the_others_load),
        cmocka_unit_test(a_header_that_is_not_right_is_refused),
        cmocka_unit_test(a_whole_roster_has_no_problem),
        cmocka_unit_test(what_a_commune_may_live_with_is_a_warning),
        cmocka_unit_test(a_number_twice_and_an_unknown_place_are_errors),
        T(what_is_written_is_read_again),
        T(a_failed_write_leaves_nothing_behind),
        T(a_roster_given_apart_is_taken_for_the_configured_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
