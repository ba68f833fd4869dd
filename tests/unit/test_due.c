// SPDX-License-Identifier: GPL-2.0-or-later
/* What of the calendar is overdue, when, and for how long. */
#include "tests/unit/desk_rig.h"

#include "gateway/desk/due.h"

#define LEADER5 "+84912000005" /* Kim Lan */

/* Until this time, which is not before now. */
static void until(struct rig *r, const char *when)
{
    int64_t ms = 0;
    assert_int_equal(civil_parse(when, &ms), 0);
    assert_true(ms >= clock_now_ms(r->clock));
    clock_advance(r->clock, ms - clock_now_ms(r->clock));
}

struct seen {
    char text[2000];
    size_t n;
};

static int see(void *ctx, const struct due *x)
{
    struct seen *s = ctx;
    s->n += (size_t)snprintf(s->text + s->n, sizeof(s->text) - s->n, "%s %s %d/%d;", x->item->name,
                             x->place ? x->place->code : "-", x->done, x->item->target);
    return 0;
}

static bool overdue(struct rig *r, const char *what)
{
    struct seen s = {.text = "", .n = 0};
    assert_int_equal(due_each_overdue(r->desk, clock_now_ms(r->clock), see, &s), 0);
    return strstr(s.text, what) != NULL;
}

static void nothing_is_overdue_from_before_the_first_message(void **state)
{
    struct rig *r = *state;
    assert_false(overdue(r, "/"));
    until(r, "2026-11-17 09:00");
    rig_text(r, MEMBER, "VAO");
    assert_false(overdue(r, "/"));
    until(r, "2026-11-26 00:01"); /* the meeting's days began before, the week's too */
    assert_false(overdue(r, "/"));
    until(r, "2026-11-30 00:01"); /* the first whole week is over */
    assert_true(overdue(r, "loudspeaker 6 0/3;"));
    assert_false(overdue(r, "good_deed"));
    assert_false(overdue(r, "meeting"));
    until(r, "2026-12-26 00:01");
    assert_true(overdue(r, "meeting 6 0/1;"));
    assert_false(overdue(r, "report")); /* a date only: nobody says it was done */
}

static void a_meeting_is_overdue_after_its_last_day_and_until_it_is_held(void **state)
{
    struct rig *r = *state;
    rig_text(r, LEADER5, "HD");
    until(r, "2026-11-14 23:00");
    rig_text(r, LEADER5, "HOP kim lan 20 2"); /* a day early: not of this window */
    until(r, "2026-11-15 00:10");
    rig_text(r, LEADER, "HOP man de 25 3");
    until(r, "2026-11-25 23:59");
    assert_false(overdue(r, "meeting"));
    until(r, "2026-11-26 00:00");
    assert_false(overdue(r, "meeting 6 "));
    assert_true(overdue(r, "meeting 5 0/1;"));
    rig_text(r, LEADER5, "HOP kim lan 22 2"); /* late is done */
    assert_false(overdue(r, "meeting 5 "));
    until(r, "2026-12-14 23:59");
    assert_true(overdue(r, "meeting 1 0/1;"));
    until(r, "2026-12-15 00:00"); /* the next one's days */
    assert_false(overdue(r, "meeting"));
}

static void the_ends_of_a_window_count_as_they_are_set(void **state)
{
    struct rig *r = *state;
    struct calendar_item *it = (struct calendar_item *)&r->cfg->calendar[0];
    assert_string_equal(it->name, "meeting");
    it->from_included = it->result_included = false;
    rig_text(r, LEADER, "HD");
    until(r, "2026-11-15 12:00");
    rig_text(r, LEADER, "HOP man de 25 3"); /* the 15th does not count now */
    until(r, "2026-11-16 12:00");
    rig_text(r, LEADER5, "HOP kim lan 25 3");
    until(r, "2026-11-24 23:59");
    assert_false(overdue(r, "meeting"));
    until(r, "2026-11-25 00:00"); /* "before the 25th" */
    assert_true(overdue(r, "meeting 6 0/1;"));
    assert_false(overdue(r, "meeting 5 "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        rig_test(nothing_is_overdue_from_before_the_first_message),
        rig_test(a_meeting_is_overdue_after_its_last_day_and_until_it_is_held),
        rig_test(the_ends_of_a_window_count_as_they_are_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
