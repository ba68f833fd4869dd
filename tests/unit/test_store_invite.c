// SPDX-License-Identifier: GPL-2.0-or-later
/* Invites count once and run out, guesses are counted by the day, and who came by one is not the
 * roster's until a roster names him. */
#include "tests/unit/store_dir.h"

#include "gateway/base/civil.h"
#include "store/invite.h"

#define PHONE "+84912000077"

static const struct invite TAM = {
    .name = "Nguyen Van Tam", .role = ROLE_MEMBER, .places = "6 11", .expires_rel = NOW_MS + DAY_MS};

static void its_digits_are_found_until_it_is_used(void **state)
{
    struct store *s = *state;
    struct invite in;
    char code[INVITE_CODE_SIZE];
    assert_int_equal(invite_add(s->db, &TAM, code), 0);
    assert_int_equal(strlen(code), 6);
    assert_int_equal(strspn(code, "0123456789"), 6);
    assert_true(code[0] != '0');
    assert_int_equal(invite_find(s->db, code, NOW_MS, &in), 0);
    assert_string_equal(in.name, "Nguyen Van Tam");
    assert_string_equal(in.places, "6 11");
    assert_int_equal(in.role, ROLE_MEMBER);
    assert_int_equal(invite_use(s->db, in.id), 0);
    assert_int_equal(invite_use(s->db, in.id), -ENOENT);
    assert_int_equal(invite_find(s->db, code, NOW_MS, &in), -ENOENT);
}

static void other_digits_and_late_ones_find_nothing(void **state)
{
    struct store *s = *state;
    struct invite in;
    char code[INVITE_CODE_SIZE];
    assert_int_equal(invite_add(s->db, &TAM, code), 0);
    assert_int_equal(invite_find(s->db, code, NOW_MS + DAY_MS - 1, &in), 0);
    assert_int_equal(invite_find(s->db, code, NOW_MS + DAY_MS, &in), -ENOENT);
    code[5] = code[5] == '9' ? '0' : (char)(code[5] + 1);
    assert_int_equal(invite_find(s->db, code, NOW_MS, &in), -ENOENT);
    assert_int_equal(invite_find(s->db, "", NOW_MS, &in), -ENOENT);
}

static void its_digits_are_in_no_file(void **state)
{
    struct store *s = *state;
    char code[INVITE_CODE_SIZE];
    assert_int_equal(invite_add(s->db, &TAM, code), 0);
    assert_true(store_files_with(s, TAM.name, strlen(TAM.name)) > 0);
    assert_int_equal(store_files_with(s, code, strlen(code)), 0);
}

static void the_name_of_one_who_never_came_is_in_no_file(void **state)
{
    struct store *s = *state;
    char code[INVITE_CODE_SIZE];
    assert_int_equal(invite_add(s->db, &TAM, code), 0);
    assert_int_equal(invite_forget(s->db, NOW_MS, 0), 0);
    assert_int_equal(db_begin(s->db), 0);
    assert_int_equal(invite_forget(s->db, NOW_MS + DAY_MS, 0), 1);
    assert_int_equal(db_commit(s->db), 0);
    assert_int_equal(store_files_with(s, TAM.name, strlen(TAM.name)), 0);
}

static void wrong_ones_are_counted_by_the_day(void **state)
{
    struct store *s = *state;
    int64_t party, other;
    int n = -1;
    assert_int_equal(party_of(s->db, PARTY_SENDER, PHONE, NOW_MS, &party), 0);
    assert_int_equal(party_of(s->db, PARTY_SENDER, "+84912000078", NOW_MS, &other), 0);
    assert_int_equal(invite_wrongs(s->db, party, NOW_MS - DAY_MS, &n), 0);
    assert_int_equal(n, 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(invite_wrong(s->db, party, NOW_MS + i, NOW_MS + i - DAY_MS), 0);
    assert_int_equal(invite_wrongs(s->db, party, NOW_MS + 3 - DAY_MS, &n), 0);
    assert_int_equal(n, 3);
    assert_int_equal(invite_wrongs(s->db, other, NOW_MS + 3 - DAY_MS, &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(invite_wrongs(s->db, party, NOW_MS + 1, &n), 0); /* a day after the first */
    assert_int_equal(n, 0);
    assert_int_equal(invite_wrong(s->db, party, NOW_MS + DAY_MS + 1, NOW_MS + 1), 0);
    assert_int_equal(invite_wrongs(s->db, party, NOW_MS + 1, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(invite_forget(s->db, NOW_MS, NOW_MS + 3 * DAY_MS), 0);
    assert_int_equal(store_number(s, "SELECT COUNT(*) FROM invite_guess"), 0);
}

static void roster_line(struct roster_entry *r, const char *name, const char *phone)
{
    memset(r, 0, sizeof *r);
    snprintf(r->name, sizeof r->name, "%s", name);
    snprintf(r->phone, sizeof r->phone, "%s", phone);
    snprintf(r->places, sizeof r->places, "6");
    r->role = ROLE_LEADER;
}

static void who_came_by_dk_stays_when_the_roster_does_not_name_him(void **state)
{
    struct store *s = *state;
    struct roster_entry r;
    struct user u;
    int64_t id;
    int changed = -1;
    roster_line(&r, "Lan", "+84909000001");
    assert_int_equal(user_sync(s->db, &r, 1, NOW_MS, NULL), 0);
    assert_int_equal(user_register(s->db, &TAM, PHONE, NOW_MS + 5, &id), 0);
    assert_int_equal(user_register(s->db, &TAM, PHONE, NOW_MS, &id), -EEXIST);
    assert_int_equal(user_sync(s->db, &r, 1, NOW_MS, &changed), 0);
    assert_int_equal(changed, 0);
    store_reopen(s);
    assert_int_equal(user_sync(s->db, NULL, 0, NOW_MS, &changed), 0);
    assert_int_equal(changed, 1); /* Lan */
    assert_int_equal(user_get(s->db, id, &u), 0);
    assert_true(u.active && u.by_dk);
    assert_string_equal(u.phone, PHONE);
    assert_string_equal(u.places, "6 11");
    assert_true(u.since_ms == NOW_MS + 5);
}

static void a_roster_that_names_him_takes_him_over(void **state)
{
    struct store *s = *state;
    struct roster_entry r;
    struct user u;
    int64_t id;
    int changed = -1;
    assert_int_equal(user_register(s->db, &TAM, PHONE, NOW_MS, &id), 0);
    roster_line(&r, "Tam", PHONE);
    assert_int_equal(user_sync(s->db, &r, 1, NOW_MS, &changed), 0);
    assert_int_equal(changed, 1);
    assert_int_equal(user_get(s->db, id, &u), 0);
    assert_string_equal(u.name, "Tam");
    assert_int_equal(u.role, ROLE_LEADER);
    assert_false(u.by_dk);
    assert_int_equal(user_sync(s->db, NULL, 0, NOW_MS, NULL), 0);
    assert_int_equal(user_get(s->db, id, &u), 0);
    assert_false(u.active);
}

/* The same name, role and places: still the roster's from now on. */
static void a_line_that_changes_nothing_takes_him_over_too(void **state)
{
    struct store *s = *state;
    struct roster_entry r;
    struct user u;
    int64_t id;
    assert_int_equal(user_register(s->db, &TAM, PHONE, NOW_MS, &id), 0);
    roster_line(&r, TAM.name, PHONE);
    snprintf(r.places, sizeof r.places, "6 11");
    r.role = ROLE_MEMBER;
    assert_int_equal(user_sync(s->db, &r, 1, NOW_MS, NULL), 0);
    assert_int_equal(user_get(s->db, id, &u), 0);
    assert_false(u.by_dk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(its_digits_are_found_until_it_is_used),
        store_test(other_digits_and_late_ones_find_nothing),
        store_test(its_digits_are_in_no_file),
        store_test(the_name_of_one_who_never_came_is_in_no_file),
        store_test(wrong_ones_are_counted_by_the_day),
        store_test(who_came_by_dk_stays_when_the_roster_does_not_name_him),
        store_test(a_roster_that_names_him_takes_him_over),
        store_test(a_line_that_changes_nothing_takes_him_over_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
