// SPDX-License-Identifier: GPL-2.0-or-later
/* Times as people write them: the latest one not after the message, and what is asked. The
 * message is of Thursday 2026-11-12 21:00. */
#include "tests/unit/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void is_at(struct words *w, const char *time, const char *want)
{
    char text[128], iso[32] = "none";
    snprintf(text, sizeof text, "BC kim lan trom mat xe %s", time);
    const struct meaning *m = say(w, text);
    if (m->has_when)
        civil_iso(m->when_ms, iso, sizeof iso);
    if (strncmp(iso, want, strlen(want)) != 0)
        print_error("'%s'\n", text);
    assert_memory_equal(iso, want, strlen(want));
    assert_int_equal(m->ask, DOUBT_NONE);
}

static void hours_mean_the_last_time_they_were(void **state)
{
    is_at(*state, "2h sang", "2026-11-12T02:00:00+07:00");
    is_at(*state, "21h", "2026-11-12T21:00");
    is_at(*state, "21h05", "2026-11-11T21:05");
    is_at(*state, "9h toi", "2026-11-12T21:00");
    is_at(*state, "luc 20:15", "2026-11-12T20:15");
    is_at(*state, "3h chieu", "2026-11-12T15:00");
    is_at(*state, "3 gio 20 chieu", "2026-11-12T15:20");
    is_at(*state, "12h trua", "2026-11-12T12:00");
    is_at(*state, "12h dem", "2026-11-12T00:00");
    is_at(*state, "1h khuya", "2026-11-12T01:00");
    is_at(*state, "7h ruoi toi", "2026-11-12T19:30");
    is_at(*state, "9h", "2026-11-12T09:00");
    is_at(*state, "2h sáng", "2026-11-12T02:00");
    is_at(*state, "2h sang1", "2026-11-12T02:00");
    is_at(*state, "20h30p", "2026-11-12T20:30");
}

static void days_may_be_named(void **state)
{
    is_at(*state, "9h toi hom qua", "2026-11-11T21:00");
    is_at(*state, "hom qua luc 9h toi", "2026-11-11T21:00");
    is_at(*state, "2h sang nay", "2026-11-12T02:00");
    is_at(*state, "8h sang hom kia", "2026-11-10T08:00");
    is_at(*state, "21h ngay 10/11", "2026-11-10T21:00");
    is_at(*state, "21h ngay 20/11", "2025-11-20T21:00");
    is_at(*state, "toi qua luc 10h", "2026-11-11T22:00");
}

static void relative_times_count_back(void **state)
{
    is_at(*state, "30 phut truoc", "2026-11-12T20:30");
    is_at(*state, "cach day 2 tieng", "2026-11-12T19:00");
    is_at(*state, "nua tieng truoc", "2026-11-12T20:30");
    is_at(*state, "vua xong", "2026-11-12T21:00");
}

static void what_is_no_time_is_left_alone(void **state)
{
    is_at(*state, "5 nguoi", "none");
    is_at(*state, "80 tuoi", "none");
    is_at(*state, "gan nha", "none");
    is_at(*state, "23h truoc cong truong", "2026-11-11T23:00");
}

static void a_time_that_contradicts_itself_is_asked(void **state)
{
    struct words *w = *state;
    const struct meaning *m = say(w, "BC kim lan trom 15h sang mat xe");
    assert_int_equal(m->ask, DOUBT_WHEN);
    assert_false(m->has_when);
    assert_int_equal(m->n_choices, 2);
    assert_string_equal(m->choices[0], "2026-11-12T15:00:00+07:00");
    m = say(w, "BC kim lan trom 9h75 mat xe");
    assert_int_equal(m->ask, DOUBT_WHEN);
}

static void yesterday_without_an_hour_is_not_now(void **state)
{
    struct words *w = *state;
    const struct meaning *m = say(w, "BC kim lan trom hom qua mat xe");
    assert_true(m->not_now);
    assert_false(m->has_when);
    assert_false(say(w, "BC kim lan trom mat xe")->not_now);
}

static void the_time_leaves_the_text(void **state)
{
    struct words *w = *state;
    assert_string_equal(say(w, "BC kim lan trom 2h sáng mất xe wave")->text, "mất xe wave");
    assert_string_equal(say(w, "BC kim lan trom xe wave luc 22h15, màu đỏ")->text, "xe wave màu đỏ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hours_mean_the_last_time_they_were),
        cmocka_unit_test(days_may_be_named),
        cmocka_unit_test(relative_times_count_back),
        cmocka_unit_test(what_is_no_time_is_left_alone),
        cmocka_unit_test(a_time_that_contradicts_itself_is_asked),
        cmocka_unit_test(yesterday_without_an_hour_is_not_now),
        cmocka_unit_test(the_time_leaves_the_text),
    };
    return cmocka_run_group_tests_name("when", tests, words_load, words_free);
}
