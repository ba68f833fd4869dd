// SPDX-License-Identifier: GPL-2.0-or-later
/* Users follow the roster; everyone else is sealed, and can not be joined across domains. */
#include "tests/unit/store_dir.h"

#include "store/relay.h"
#include "store/tip.h"

#define PHONE "+84912000077"

static void entry(struct roster_entry *r, const char *name, const char *phone, enum role role, const char *pin)
{
    memset(r, 0, sizeof *r);
    snprintf(r->name, sizeof r->name, "%s", name);
    snprintf(r->phone, sizeof r->phone, "%s", phone);
    snprintf(r->places, sizeof r->places, "6 11");
    snprintf(r->pin, sizeof r->pin, "%s", pin);
    r->role = role;
}

static int count_users(void *ctx, const struct user *u)
{
    int *n = ctx;
    assert_true(u->active);
    (*n)++;
    return 0;
}

static void users_follow_the_roster(void **state)
{
    struct store *s = *state;
    struct roster_entry r[3];
    struct user u;
    int changed = -1, n = 0;
    entry(&r[0], "Nguyễn Văn An", "+84912000001", ROLE_MEMBER, "");
    entry(&r[1], "Lan", "+84909000001", ROLE_CHIEF, "");
    entry(&r[2], "Bình", "+84903000001", ROLE_AREA_OFFICER, "");
    assert_int_equal(user_sync(s->db, r, 3, NOW_MS, &changed), 0);
    assert_int_equal(changed, 3);
    assert_int_equal(user_sync(s->db, r, 3, NOW_MS, &changed), 0);
    assert_int_equal(changed, 0);
    r[0].role = ROLE_LEADER;
    assert_int_equal(user_sync(s->db, r, 2, NOW_MS, &changed), 0); /* one changed, one gone */
    assert_int_equal(changed, 2);
    assert_int_equal(user_get(s->db, 1, &u), 0);
    assert_string_equal(u.name, "Nguyễn Văn An");
    assert_string_equal(u.phone, "+84912000001");
    assert_string_equal(u.places, "6 11");
    assert_int_equal(u.role, ROLE_LEADER);
    assert_int_equal(user_get(s->db, 3, &u), 0);
    assert_string_equal(u.phone, "");
    assert_false(u.active);
    assert_int_equal(user_each(s->db, count_users, &n), 0);
    assert_int_equal(n, 2);
    assert_int_equal(user_get(s->db, 99, &u), -ENOENT);
}

static void a_phone_off_the_roster_is_in_no_file(void **state)
{
    struct store *s = *state;
    struct roster_entry r[2];
    entry(&r[0], "An", PHONE, ROLE_MEMBER, "");
    entry(&r[1], "Lan", "+84909000001", ROLE_CHIEF, "");
    assert_int_equal(user_sync(s->db, r, 2, NOW_MS, NULL), 0);
    assert_true(store_files_with(s, PHONE, strlen(PHONE)) > 0);
    assert_int_equal(user_sync(s->db, &r[1], 1, NOW_MS, NULL), 0);
    assert_int_equal(store_files_with(s, PHONE, strlen(PHONE)), 0);
}

static void the_same_phone_twice_changes_nothing(void **state)
{
    struct store *s = *state;
    struct roster_entry r[2];
    int changed = -1;
    entry(&r[0], "An", PHONE, ROLE_MEMBER, "");
    entry(&r[1], "Lan", PHONE, ROLE_CHIEF, "");
    store_log_begin(s);
    int rc = user_sync(s->db, r, 2, NOW_MS, &changed);
    free(store_log_end(s));
    assert_int_equal(rc, -EEXIST);
    assert_int_equal(changed, 0);
    assert_int_equal(store_number(s, "SELECT COUNT(*) FROM \"user\""), 0);
}

static void a_sync_joins_the_callers_transaction(void **state)
{
    struct store *s = *state;
    struct roster_entry r;
    entry(&r, "An", PHONE, ROLE_MEMBER, "");
    assert_int_equal(db_begin(s->db), 0);
    assert_int_equal(user_sync(s->db, &r, 1, NOW_MS, NULL), 0);
    assert_true(db_in_transaction(s->db));
    db_rollback(s->db);
    assert_int_equal(store_number(s, "SELECT COUNT(*) FROM \"user\""), 0);
}

static void pins_are_hashed_once_and_checked(void **state)
{
    struct store *s = *state;
    struct roster_entry r;
    struct user before, after;
    int changed;
    entry(&r, "Lan", "+84909000001", ROLE_CHIEF, "4321");
    assert_int_equal(user_sync(s->db, &r, 1, NOW_MS, NULL), 0);
    assert_int_equal(user_get(s->db, 1, &before), 0);
    assert_non_null(strstr(before.pin_hash, "$argon2id$"));
    assert_int_equal(user_sync(s->db, &r, 1, NOW_MS, &changed), 0);
    assert_int_equal(changed, 0);
    assert_int_equal(user_get(s->db, 1, &after), 0);
    assert_string_equal(before.pin_hash, after.pin_hash);
    assert_int_equal(user_pin_check(s->db, 1, "4321"), 0);
    assert_int_equal(user_pin_check(s->db, 1, "4322"), -EPERM);
    entry(&r, "Lan", "+84909000001", ROLE_CHIEF, "9999");
    assert_int_equal(user_sync(s->db, &r, 1, NOW_MS, &changed), 0);
    assert_int_equal(changed, 1);
    assert_int_equal(user_pin_check(s->db, 1, "4321"), -EPERM);
    assert_int_equal(user_pin_check(s->db, 1, "9999"), 0);
    entry(&r, "Lan", "+84909000001", ROLE_CHIEF, "");
    assert_int_equal(user_sync(s->db, &r, 1, NOW_MS, &changed), 0);
    assert_int_equal(changed, 1);
    assert_int_equal(user_pin_check(s->db, 1, ""), -EPERM);
    assert_int_equal(store_files_with(s, before.pin_hash, strlen(before.pin_hash)), 0);
}

static void who_said_stop_stays_stopped_over_a_sync(void **state)
{
    struct store *s = *state;
    struct roster_entry r;
    struct user u;
    entry(&r, "An", PHONE, ROLE_MEMBER, "");
    assert_int_equal(user_sync(s->db, &r, 1, NOW_MS, NULL), 0);
    assert_int_equal(user_set_stopped(s->db, 1, true), 0);
    r.role = ROLE_DEPUTY;
    assert_int_equal(user_sync(s->db, &r, 1, NOW_MS, NULL), 0);
    assert_int_equal(user_get(s->db, 1, &u), 0);
    assert_true(u.stopped);
    assert_int_equal(user_set_stopped(s->db, 5, true), -ENOENT);
}

static void one_number_is_one_party_in_a_domain_and_another_in_the_other(void **state)
{
    struct store *s = *state;
    int64_t a, b, c, tip;
    char number[ADDRESS_SIZE];
    assert_int_equal(party_of(s->db, PARTY_SENDER, PHONE, NOW_MS, &a), 0);
    assert_int_equal(party_of(s->db, PARTY_SENDER, PHONE, NOW_MS + 1, &b), 0);
    assert_int_equal(party_of(s->db, PARTY_SENDER, "VIETTEL", NOW_MS, &c), 0);
    assert_int_equal(party_of(s->db, PARTY_TIP, PHONE, NOW_MS, &tip), 0);
    assert_true(a == b && a != c && a != tip);
    store_reopen(s); /* not from memory */
    assert_int_equal(party_find(s->db, PARTY_TIP, PHONE, &b), 0);
    assert_true(b == tip);
    assert_int_equal(party_number(s->db, tip, number, sizeof number), -EACCES); /* the relay alone may */
    assert_string_equal(number, "");
    assert_int_equal(relay_number(s->db, tip, number, sizeof number), 0);
    assert_string_equal(number, PHONE);
    assert_int_equal(party_number(s->db, c, number, sizeof number), 0);
    assert_string_equal(number, "VIETTEL");
    assert_int_equal(party_number(s->db, 12345, number, sizeof number), -ENOENT);
    assert_int_equal(party_find(s->db, PARTY_SENDER, "+84912000078", &b), -ENOENT);
}

static void nothing_joins_a_tip_with_its_sender(void **state)
{
    struct store *s = *state;
    int64_t a, b;
    char one[600], two[600], sql[200];
    assert_int_equal(party_of(s->db, PARTY_SENDER, PHONE, NOW_MS, &a), 0);
    assert_int_equal(party_of(s->db, PARTY_TIP, PHONE, NOW_MS, &b), 0);
    assert_true(llabs(a - b) > 1); /* at random: a miss once in 10^15 runs */
    const char *columns[] = {"hex(hash)", "hex(sealed)"};
    for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
        snprintf(sql, sizeof sql, "SELECT %s FROM party WHERE domain = 'sender'", columns[i]);
        store_ask(s, sql, one, sizeof one);
        snprintf(sql, sizeof sql, "SELECT %s FROM party WHERE domain = 'tip'", columns[i]);
        store_ask(s, sql, two, sizeof two);
        assert_int_equal(strlen(one), strlen(two));
        for (size_t at = 0; at + 8 <= strlen(one); at += 2) { /* no four octets at the same place */
            if (memcmp(one + at, two + at, 8) == 0)
                fail_msg("%s share octets", columns[i]);
        }
    }
    assert_int_equal(store_number(s, "SELECT created_ms % 3600000 FROM party LIMIT 1"), 0); /* the day's start */
}

static void a_sealed_number_opens_only_for_its_own_row(void **state)
{
    struct store *s = *state;
    int64_t a, b;
    char number[ADDRESS_SIZE];
    assert_int_equal(party_of(s->db, PARTY_SENDER, PHONE, NOW_MS, &a), 0);
    assert_int_equal(party_of(s->db, PARTY_TIP, "+84912000078", NOW_MS, &b), 0);
    assert_int_equal(db_exec(s->db,
                             "UPDATE party SET sealed = (SELECT sealed FROM party WHERE domain = 'sender') "
                             "WHERE domain = 'tip'",
                             NULL, 0),
                     0);
    store_log_begin(s);
    int rc = relay_number(s->db, b, number, sizeof number);
    free(store_log_end(s));
    assert_int_equal(rc, -EPERM);
    assert_string_equal(number, "");
}

static void an_erased_party_has_no_number_and_no_hash_of_it(void **state)
{
    struct store *s = *state;
    int64_t a, b;
    char number[ADDRESS_SIZE], hash[80], after[80], sealed[200];
    assert_int_equal(party_of(s->db, PARTY_TIP, PHONE, NOW_MS, &a), 0);
    store_ask(s, "SELECT hex(hash) FROM party", hash, sizeof hash);
    store_ask(s, "SELECT hex(sealed) FROM party", sealed, sizeof sealed);
    assert_int_equal(db_begin(s->db), 0);
    assert_int_equal(party_erase(s->db, a, NOW_MS), 0);
    assert_int_equal(db_commit(s->db), 0);
    assert_int_equal(relay_number(s->db, a, number, sizeof number), -ENOENT);
    store_ask(s, "SELECT hex(hash) FROM party", after, sizeof after);
    assert_string_not_equal(hash, after);
    uint8_t octets[16];
    for (size_t i = 0; i < sizeof octets; i++) {
        char two[3] = {sealed[2 * i + 40], sealed[2 * i + 41], 0};
        octets[i] = (uint8_t)strtol(two, NULL, 16);
    }
    assert_int_equal(store_files_with(s, octets, sizeof octets), 0);
    assert_int_equal(party_find(s->db, PARTY_TIP, PHONE, &b), -ENOENT);
    assert_int_equal(party_of(s->db, PARTY_TIP, PHONE, NOW_MS, &b), 0);
    assert_true(a != b);
}

static void who_stopped_is_known_after_the_erasure(void **state)
{
    struct store *s = *state;
    int64_t a, b;
    bool stopped = false;
    char number[ADDRESS_SIZE];
    assert_int_equal(party_of(s->db, PARTY_SENDER, PHONE, NOW_MS, &a), 0);
    assert_int_equal(party_set_stopped(s->db, a, true), 0);
    assert_int_equal(party_erase(s->db, a, NOW_MS), 0);
    assert_int_equal(party_of(s->db, PARTY_SENDER, PHONE, NOW_MS, &b), 0);
    assert_true(a == b);
    assert_int_equal(party_stopped(s->db, b, &stopped), 0);
    assert_true(stopped);
    assert_int_equal(party_number(s->db, b, number, sizeof number), 0); /* it wrote again */
    assert_int_equal(party_stopped(s->db, 4711, &stopped), -ENOENT);
    assert_int_equal(party_set_stopped(s->db, 4711, true), -ENOENT);
}

static void old_tips_lose_their_number(void **state)
{
    struct store *s = *state;
    const int64_t day = 86400000;
    const char *phones[] = {"+84912000071", "+84912000072", "+84912000073"};
    int64_t id[3], sender, incident;
    struct incident in;
    char number[ADDRESS_SIZE], code[32];
    for (int i = 0; i < 3; i++) {
        assert_int_equal(party_of(s->db, PARTY_TIP, phones[i], NOW_MS - 20 * day, &id[i]), 0);
        for (int k = 0; k < 2; k++) { /* the second one sent another yesterday */
            snprintf(code, sizeof code, "1%d%d11", i, k);
            make_incident(&in, code, 0);
            snprintf(in.form, sizeof in.form, "tip");
            in.party_id = id[i];
            in.created_ms = NOW_MS - (k && i == 1 ? 1 : 20) * day;
            assert_int_equal(incident_add(s->db, &in, &incident), 0);
        }
    }
    assert_int_equal(party_of(s->db, PARTY_SENDER, phones[0], NOW_MS - 20 * day, &sender), 0);
    assert_int_equal(tip_forget_old(s->db, NOW_MS - 7 * day, NOW_MS - 7 * day, NOW_MS), 2);
    assert_int_equal(relay_number(s->db, id[0], number, sizeof number), -ENOENT);
    assert_int_equal(relay_number(s->db, id[1], number, sizeof number), 0);
    assert_int_equal(relay_number(s->db, id[2], number, sizeof number), -ENOENT);
    assert_int_equal(party_number(s->db, sender, number, sizeof number), 0);
    assert_int_equal(tip_forget_old(s->db, NOW_MS - 7 * day, NOW_MS - 7 * day, NOW_MS), 0);
    assert_int_equal(incident_by_code(s->db, "10011", &in), 0); /* the incident stays */
}

static void a_digest_depends_on_purpose_octets_and_key(void **state)
{
    struct store *s = *state;
    uint8_t a[DIGEST_SIZE], b[DIGEST_SIZE], big[2000] = {0};
    digest(s->db, "one", "abc", 3, a);
    digest(s->db, "one", "abc", 3, b);
    assert_memory_equal(a, b, DIGEST_SIZE);
    digest(s->db, "two", "abc", 3, b);
    assert_memory_not_equal(a, b, DIGEST_SIZE);
    digest(s->db, "onea", "bc", 2, b); /* no shifting between the two */
    assert_memory_not_equal(a, b, DIGEST_SIZE);
    digest(s->db, "one", big, sizeof big, a); /* longer than one pass */
    big[1999] = 1;
    digest(s->db, "one", big, sizeof big, b);
    assert_memory_not_equal(a, b, DIGEST_SIZE);
    s->db->keys.digest[0] ^= 1;
    digest(s->db, "one", "abc", 3, a);
    s->db->keys.digest[0] ^= 1;
    digest(s->db, "one", "abc", 3, b);
    assert_memory_not_equal(a, b, DIGEST_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(users_follow_the_roster),
        store_test(a_phone_off_the_roster_is_in_no_file),
        store_test(the_same_phone_twice_changes_nothing),
        store_test(a_sync_joins_the_callers_transaction),
        store_test(pins_are_hashed_once_and_checked),
        store_test(who_said_stop_stays_stopped_over_a_sync),
        store_test(one_number_is_one_party_in_a_domain_and_another_in_the_other),
        store_test(nothing_joins_a_tip_with_its_sender),
        store_test(a_sealed_number_opens_only_for_its_own_row),
        store_test(an_erased_party_has_no_number_and_no_hash_of_it),
        store_test(who_stopped_is_known_after_the_erasure),
        store_test(old_tips_lose_their_number),
        store_test(a_digest_depends_on_purpose_octets_and_key),
    };
    return cmocka_run_group_tests_name("store_people", tests, NULL, NULL);
}
