// SPDX-License-Identifier: GPL-2.0-or-later
/* Attendance over nights, its corrections, patrols and the shifts that are watched. */
#include "tests/unit/store_dir.h"

#include "store/attendance.h"

#define H 3600000LL

static int setup(void **state)
{
    int rc = store_setup(state);
    if (rc == 0)
        store_people(*state);
    return rc;
}

static int64_t in(struct store *s, int64_t user, const char *place, const char *night, int64_t in_ms, int64_t out_ms)
{
    struct attendance a = {.user_id = user, .in_ms = in_ms};
    int64_t id = 0;
    snprintf(a.place, sizeof a.place, "%s", place);
    snprintf(a.night, sizeof a.night, "%s", night);
    assert_int_equal(attendance_in(s->db, &a, &id), 0);
    if (out_ms)
        assert_int_equal(attendance_out(s->db, id, out_ms), 0);
    return id;
}

static int present(struct store *s, const char *night, int64_t from_ms, int64_t to_ms)
{
    int n = -1;
    assert_int_equal(attendance_present(s->db, "6", night, from_ms, to_ms, &n), 0);
    return n;
}

static int people(struct store *s, const char *place, const char *first, const char *last)
{
    int n = -1;
    assert_int_equal(attendance_people(s->db, place, first, last, &n), 0);
    return n;
}

static void undo(struct store *s, int64_t id)
{
    struct attendance a;
    struct attendance_edit e = {.what = ATTENDANCE_UNDO_IN, .user_id = 2, .at_ms = NOW_MS};
    assert_int_equal(attendance_by_id(s->db, id, &a), 0);
    e.old_ms = a.in_ms;
    a.out_ms = a.in_ms;
    assert_int_equal(attendance_change(s->db, &a, &e), 0);
}

static void people_are_counted_once_and_what_was_undone_not_at_all(void **state)
{
    struct store *s = *state;
    in(s, 1, "6", "2026-11-12", NOW_MS, NOW_MS + H);
    in(s, 1, "6", "2026-11-12", NOW_MS + 2 * H, 0); /* came back */
    in(s, 2, "6", "2026-11-12", NOW_MS + H, NOW_MS + 3 * H);
    in(s, 3, "5", "2026-11-12", NOW_MS, 0);
    int64_t wrong = in(s, 4, "6", "2026-11-12", NOW_MS, 0);
    assert_int_equal(present(s, "2026-11-12", NOW_MS, NOW_MS + 8 * H), 3);
    undo(s, wrong);
    assert_int_equal(present(s, "2026-11-12", NOW_MS, NOW_MS + 8 * H), 2);
    assert_int_equal(present(s, "2026-11-12", NOW_MS, NOW_MS + 1), 1);
    assert_int_equal(present(s, "2026-11-12", NOW_MS + 4 * H, NOW_MS + 4 * H + 1), 1);
    assert_int_equal(present(s, "2026-11-13", NOW_MS, NOW_MS + 8 * H), 0);
    assert_int_equal(people(s, "6", "2026-11-12", "2026-11-13"), 2);
    assert_int_equal(people(s, "", "2026-11-01", "2026-12-01"), 3);
    assert_int_equal(people(s, "6", "2026-11-13", "2026-12-01"), 0);
    struct attendance last;
    assert_int_equal(attendance_last(s->db, 4, 0, INT64_MAX, &last), -ENOENT);
    assert_int_equal(attendance_open(s->db, 4, &last), -ENOENT);
}

static void who_left_the_roster_is_not_of_its_people(void **state)
{
    struct store *s = *state;
    in(s, 1, "6", "2026-11-12", NOW_MS, NOW_MS + H);
    in(s, 2, "6", "2026-11-12", NOW_MS, NOW_MS + H);
    struct roster_entry r = {.role = ROLE_MEMBER};
    snprintf(r.name, sizeof r.name, "Nguoi 1");
    snprintf(r.phone, sizeof r.phone, "+84912000001");
    snprintf(r.places, sizeof r.places, "6");
    assert_int_equal(user_sync(s->db, &r, 1, NOW_MS, NULL), 0);
    assert_int_equal(people(s, "6", "2026-11-12", "2026-11-13"), 1);
    assert_int_equal(present(s, "2026-11-12", NOW_MS, NOW_MS + H), 2); /* the night itself stays as it was */
}

static int add_night(void *ctx, const struct attendance_night *n)
{
    char *said = ctx;
    size_t used = strlen(said);
    snprintf(said + used, 200 - used, "%s %d %d;", n->night, n->people, n->forgotten);
    return 0;
}

static int count_row(void *ctx, const struct attendance *a)
{
    (void)a;
    ++*(int *)ctx;
    return 0;
}

static void nights_come_in_their_order_with_what_was_forgotten(void **state)
{
    struct store *s = *state;
    char said[200] = "";
    int n = 0;
    int64_t id = in(s, 1, "6", "2026-12-31", NOW_MS + 60 * 24 * H, 0);
    in(s, 2, "6", "2026-12-31", NOW_MS + 60 * 24 * H, 0);
    in(s, 1, "6", "2026-12-30", NOW_MS + 59 * 24 * H, NOW_MS + 59 * 24 * H + H);
    in(s, 1, "6", "2027-01-01", NOW_MS + 61 * 24 * H, 0);
    assert_int_equal(attendance_forget(s->db, id, NOW_MS + 60 * 24 * H + 8 * H), 0);
    assert_int_equal(attendance_forget(s->db, id, NOW_MS + 60 * 24 * H + 9 * H), -ENOENT); /* once */
    assert_int_equal(attendance_nights(s->db, "6", "2026-12-30", "2027-01-01", add_night, said), 0);
    assert_string_equal(said, "2026-12-30 1 0;2026-12-31 2 1;");
    assert_int_equal(attendance_of_night(s->db, "6", "2026-12-31", count_row, &n), 0);
    assert_int_equal(n, 2);
}

static void a_correction_keeps_its_history(void **state)
{
    struct store *s = *state;
    struct attendance a;
    int64_t id = in(s, 1, "6", "2026-11-12", NOW_MS, 0);
    struct attendance_edit e = {
        .what = ATTENDANCE_IN, .user_id = 2, .at_ms = NOW_MS + H, .old_ms = NOW_MS, .new_ms = NOW_MS - H};
    assert_int_equal(attendance_by_id(s->db, id, &a), 0);
    a.in_ms = NOW_MS - H;
    assert_int_equal(attendance_change(s->db, &a, &e), 0);
    e = (struct attendance_edit){.what = ATTENDANCE_OUT, .user_id = 2, .at_ms = NOW_MS + H, .new_ms = NOW_MS + 7 * H};
    a.out_ms = NOW_MS + 7 * H;
    assert_int_equal(attendance_change(s->db, &a, &e), 0);
    assert_int_equal(attendance_by_id(s->db, id, &a), 0);
    assert_true(a.in_ms == NOW_MS - H && a.out_ms == NOW_MS + 7 * H && !a.forgotten);
    char said[80];
    assert_int_equal(db_exec(s->db, "SELECT group_concat(what || ' ' || (old_ms IS NULL)) FROM attendance_change", said,
                             sizeof said),
                     0);
    assert_string_equal(said, "in 0,out 1");
    undo(s, id);
    assert_int_equal(attendance_change(s->db, &a, &e), -ENOENT); /* what was undone is not corrected */
    a.id = 999;
    assert_int_equal(attendance_change(s->db, &a, &e), -ENOENT);
}

static void a_patrol_counts_the_people_it_said(void **state)
{
    struct store *s = *state;
    struct patrol_row p = {.user_id = 1, .place = "6", .night = "2026-11-12", .people = 4, .start_ms = NOW_MS}, out;
    int64_t id;
    assert_int_equal(patrol_of(s->db, 1, &out), -ENOENT);
    assert_int_equal(patrol_begin(s->db, &p, &id), 0);
    in(s, 1, "6", "2026-11-12", NOW_MS, 0);
    assert_int_equal(present(s, "2026-11-12", NOW_MS, NOW_MS + H), 4);
    assert_int_equal(patrol_of(s->db, 1, &out), 0);
    assert_int_equal(out.people, 4);
    assert_int_equal(patrol_end(s->db, out.id, NOW_MS + H, false), 0);
    assert_int_equal(patrol_end(s->db, out.id, NOW_MS + H, false), -ENOENT);
    assert_int_equal(present(s, "2026-11-12", NOW_MS + 2 * H, NOW_MS + 3 * H), 1);
    p.start_ms = NOW_MS + 4 * H;
    assert_int_equal(patrol_begin(s->db, &p, &id), 0);
    assert_int_equal(patrol_end(s->db, id, NOW_MS + 8 * H, true), 0);
}

static void a_shift_is_watched_once(void **state)
{
    struct store *s = *state;
    struct shift_watch w = {.place = "6", .night = "2026-11-12", .begin_ms = NOW_MS, .end_ms = NOW_MS + 8 * H}, out;
    assert_int_equal(shift_watch_find(s->db, "6", NOW_MS, &out), -ENOENT);
    assert_int_equal(shift_watch_of(s->db, &w, &out), 0);
    assert_int_equal(out.step, SHIFT_NEW);
    assert_int_equal(shift_watch_step(s->db, out.id, SHIFT_LEADER, NOW_MS + H, SHIFT_TOLD_LEADER), 0);
    assert_int_equal(shift_watch_of(s->db, &w, &out), 0);
    assert_true(out.step == SHIFT_LEADER && out.step_ms == NOW_MS + H && out.told == SHIFT_TOLD_LEADER);
    assert_int_equal(shift_watch_step(s->db, 77, SHIFT_ENDED, NOW_MS, 0), -ENOENT);
}

#define attendance_test(name) cmocka_unit_test_setup_teardown(name, setup, store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        attendance_test(people_are_counted_once_and_what_was_undone_not_at_all),
        attendance_test(who_left_the_roster_is_not_of_its_people),
        attendance_test(nights_come_in_their_order_with_what_was_forgotten),
        attendance_test(a_correction_keeps_its_history),
        attendance_test(a_patrol_counts_the_people_it_said),
        attendance_test(a_shift_is_watched_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
