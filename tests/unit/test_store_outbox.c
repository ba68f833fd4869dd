// SPDX-License-Identifier: GPL-2.0-or-later
/* The outbox: order by priority and recipient, back-off, crashes, reports; and jobs. */
#include "tests/unit/store_dir.h"

#include "gateway/base/clock.h"

#define REL 1000000LL

static int setup(void **state)
{
    int rc = store_setup(state);
    if (rc == 0)
        store_people(*state);
    return rc;
}

/* user > 0, or a party < 0. */
static int64_t add(struct store *s, int64_t to, enum priority p, const char *body)
{
    int64_t id = 0;
    struct outbox_row r = {.user_id = to > 0 ? to : 0,
                           .party_id = to < 0 ? -to : 0,
                           .priority = p,
                           .resend = p != PRIO_REPLY,
                           .body_in = body,
                           .created_ms = NOW_MS,
                           .not_before_rel = REL,
                           .expires_rel = REL + 60000};
    assert_int_equal(outbox_add(s->db, &r, &id), 0);
    return id;
}

static int64_t party(struct store *s, const char *phone)
{
    int64_t id;
    assert_int_equal(party_of(s->db, PARTY_SENDER, phone, NOW_MS, &id), 0);
    return id;
}

/* The bodies that may go at now, joined by a space. */
static const char *due(struct store *s, int64_t now, char out[200])
{
    struct outbox_row rows[16];
    int n = outbox_due(s->db, now, rows, 16);
    assert_in_range(n, 0, 16);
    out[0] = '\0';
    for (int i = 0; i < n; i++) {
        size_t len = strlen(out);
        snprintf(out + len, 200 - len, "%s%s", i ? " " : "", rows[i].body);
    }
    return out;
}

static void send_it(struct store *s, int64_t id)
{
    assert_int_equal(outbox_sending(s->db, id, "gsm1"), 0);
    assert_int_equal(outbox_sent(s->db, id, 5, NOW_MS), 0);
}

static void sos_goes_before_alert_before_reply_before_digest(void **state)
{
    struct store *s = *state;
    char out[200];
    add(s, 1, PRIO_DIGEST, "digest");
    add(s, 2, PRIO_REPLY, "reply");
    add(s, 3, PRIO_ALERT, "alert");
    add(s, 4, PRIO_SOS, "sos");
    add(s, -party(s, "+84912000099"), PRIO_REPLY, "later");
    assert_string_equal(due(s, REL, out), "sos alert reply later digest");
    assert_string_equal(due(s, REL - 1, out), "");
    assert_string_equal(due(s, REL + 60000, out), "");
}

static void a_recipient_gets_one_at_a_time_in_order(void **state)
{
    struct store *s = *state;
    char out[200];
    int64_t a = add(s, 1, PRIO_REPLY, "r1");
    add(s, 1, PRIO_REPLY, "r2");
    int64_t alert = add(s, 1, PRIO_ALERT, "a1");
    add(s, 2, PRIO_REPLY, "other");
    assert_string_equal(due(s, REL, out), "a1 other");
    assert_int_equal(outbox_sending(s->db, alert, "gsm1"), 0);
    assert_string_equal(due(s, REL, out), "other"); /* one is on its way to him */
    assert_int_equal(outbox_sending(s->db, alert, "gsm1"), -ENOENT);
    assert_int_equal(outbox_sent(s->db, alert, 1, NOW_MS), 0);
    assert_string_equal(due(s, REL, out), "r1 other");
    send_it(s, a);
    assert_string_equal(due(s, REL, out), "r2 other");
}

static void back_off_holds_only_those_behind_it(void **state)
{
    struct store *s = *state;
    char out[200];
    int64_t a = add(s, 1, PRIO_REPLY, "r1"), at;
    add(s, 1, PRIO_REPLY, "r2");
    add(s, 1, PRIO_DIGEST, "d1");
    add(s, 2, PRIO_REPLY, "o1");
    assert_int_equal(outbox_next_rel(s->db, REL, &at), -ENOENT);
    assert_int_equal(outbox_sending(s->db, a, "gsm1"), 0);
    assert_int_equal(outbox_retry(s->db, a, REL + 5000, 38), 0);
    assert_string_equal(due(s, REL, out), "o1 d1"); /* r2 waits behind r1; another priority does not */
    assert_int_equal(outbox_next_rel(s->db, REL, &at), 0);
    assert_true(at == REL + 5000);
    assert_string_equal(due(s, REL + 5000, out), "r1 o1");
    assert_int_equal(store_number(s, "SELECT attempts FROM outbox WHERE body = 'r1'"), 1);
    assert_int_equal(store_number(s, "SELECT cms FROM outbox WHERE body = 'r1'"), 38);
    assert_int_equal(outbox_failed(s->db, a, 38), 0);
    assert_string_equal(due(s, REL, out), "r2 o1");
    assert_int_equal(outbox_failed(s->db, a, 38), -ENOENT);
}

static void an_expired_row_lets_the_next_one_pass(void **state)
{
    struct store *s = *state;
    char out[200];
    struct outbox_row r = {.user_id = 1,
                           .priority = PRIO_REPLY,
                           .body_in = "short",
                           .created_ms = NOW_MS,
                           .not_before_rel = REL,
                           .expires_rel = REL + 10};
    int64_t id;
    assert_int_equal(outbox_add(s->db, &r, &id), 0);
    add(s, 1, PRIO_REPLY, "long");
    r.body_in = "behind";
    assert_int_equal(outbox_add(s->db, &r, &id), 0);
    assert_int_equal(outbox_expire(s->db, REL + 9), 0);
    assert_int_equal(outbox_expire(s->db, REL + 10), 1);
    assert_string_equal(due(s, REL + 10, out), "long");
    assert_int_equal(outbox_expire(s->db, REL + 60000), 2); /* one makes way for the next */
    assert_string_equal(due(s, REL + 60000, out), "");
}

static void after_a_crash_alerts_go_again_and_replies_are_uncertain(void **state)
{
    struct store *s = *state;
    char out[200];
    int64_t alert = add(s, 1, PRIO_ALERT, "alert"), reply = add(s, 2, PRIO_REPLY, "reply");
    add(s, 2, PRIO_REPLY, "next");
    add(s, 3, PRIO_ALERT, "waiting");
    assert_int_equal(outbox_sending(s->db, alert, "gsm1"), 0);
    assert_int_equal(outbox_sending(s->db, reply, "gsm1"), 0);
    store_reopen(s);
    assert_string_equal(due(s, REL, out), "waiting");
    assert_int_equal(outbox_recover(s->db, REL + 1), 2);
    assert_string_equal(due(s, REL + 1, out), "alert waiting next");
    assert_int_equal(outbox_recover(s->db, REL + 1), 0);
    assert_int_equal(store_number(s, "SELECT COUNT(*) FROM outbox WHERE state = 'uncertain'"), 1);
}

static void what_was_not_answered_follows_its_flag(void **state)
{
    struct store *s = *state;
    int64_t alert = add(s, 1, PRIO_ALERT, "alert"), reply = add(s, 2, PRIO_REPLY, "reply");
    assert_int_equal(outbox_sending(s->db, alert, "gsm1"), 0);
    assert_int_equal(outbox_sending(s->db, reply, "gsm1"), 0);
    assert_int_equal(outbox_unknown(s->db, alert, REL + 30), 1);
    assert_int_equal(outbox_unknown(s->db, reply, REL + 30), 0);
    assert_int_equal(outbox_unknown(s->db, 999, REL), -ENOENT);
    assert_int_equal(store_number(s, "SELECT not_before_rel FROM outbox WHERE state = 'queued'"), REL + 30);
}

static void nhan_cancels_the_queued_alerts_of_that_incident(void **state)
{
    struct store *s = *state;
    char out[200];
    struct incident in;
    int64_t incident, id;
    make_incident(&in, "48217", 1);
    assert_int_equal(incident_add(s->db, &in, &incident), 0);
    for (int user = 1; user <= 3; user++) {
        struct outbox_row r = {.user_id = user,
                               .priority = PRIO_ALERT,
                               .incident_id = incident,
                               .body_in = user == 1   ? "one"
                                          : user == 2 ? "two"
                                                      : "three",
                               .created_ms = NOW_MS,
                               .not_before_rel = REL,
                               .expires_rel = REL + 60000};
        assert_int_equal(outbox_add(s->db, &r, &id), 0);
    }
    add(s, 1, PRIO_ALERT, "behind");
    assert_int_equal(outbox_cancel(s->db, incident, PRIO_REPLY, 0), 0);
    assert_int_equal(outbox_cancel(s->db, incident, PRIO_ALERT, 2), 2);
    assert_string_equal(due(s, REL, out), "two behind");
    assert_int_equal(outbox_cancel(s->db, incident, PRIO_ALERT, 0), 1);
    struct outbox_row reply = {.user_id = 1,
                               .priority = PRIO_REPLY,
                               .incident_id = incident,
                               .body_in = "reply",
                               .not_before_rel = REL,
                               .expires_rel = REL + 60000};
    assert_int_equal(outbox_add(s->db, &reply, &id), 0);
    assert_int_equal(outbox_cancel(s->db, incident, PRIO_ALERT, 0), 0);
    assert_int_equal(outbox_cancel(s->db, incident, PRIO_REPLY, 0), 1);
}

static void a_report_finds_the_newest_of_its_recipient(void **state)
{
    struct store *s = *state;
    int64_t stranger = party(s, "+84912000099"), id;
    int64_t old = add(s, 1, PRIO_REPLY, "old"), other = add(s, -stranger, PRIO_REPLY, "other");
    int64_t fresh = add(s, 1, PRIO_ALERT, "fresh");
    const int64_t ids[] = {old, other, fresh};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(outbox_sending(s->db, ids[i], "gsm1"), 0);
        assert_int_equal(outbox_sent(s->db, ids[i], 77, NOW_MS + i), 0); /* 8 bits: it wrapped */
    }
    assert_int_equal(outbox_report(s->db, "gsm2", 77, 1, 0, true, 0, NOW_MS, &id), -ENOENT);
    assert_int_equal(outbox_report(s->db, "gsm1", 78, 1, 0, true, 0, NOW_MS, &id), -ENOENT);
    assert_int_equal(outbox_report(s->db, "gsm1", 77, 2, 0, true, 0, NOW_MS, &id), -ENOENT);
    assert_int_equal(outbox_report(s->db, "gsm1", 77, 1, 0, true, NOW_MS + 3, NOW_MS, &id), -ENOENT);
    assert_int_equal(outbox_report(s->db, "gsm1", 77, 1, 0, true, NOW_MS, NOW_MS + 9, &id), 0);
    assert_true(id == fresh);
    assert_int_equal(outbox_report(s->db, "gsm1", 77, 0, stranger, false, NOW_MS, NOW_MS + 9, &id), 0);
    assert_true(id == other);
    assert_int_equal(outbox_report(s->db, "gsm1", 77, 1, 0, true, NOW_MS, NOW_MS + 9, &id), 0);
    assert_true(id == old);
    struct outbox_counts c;
    assert_int_equal(outbox_counts(s->db, NOW_MS, &c), 0);
    assert_true(c.delivered == 2 && c.failed == 1 && c.sent == 0);
}

static void rows_are_counted(void **state)
{
    struct store *s = *state;
    struct outbox_counts c;
    int64_t a = party(s, "+84912000098"), b = party(s, "+84912000099"), n;
    add(s, -a, PRIO_REPLY, "1");
    add(s, -a, PRIO_REPLY, "2");
    add(s, -b, PRIO_REPLY, "3");
    int64_t sos = add(s, 1, PRIO_SOS, "4");
    assert_int_equal(outbox_sending(s->db, sos, "gsm1"), 0);
    send_it(s, add(s, 2, PRIO_ALERT, "5"));
    assert_int_equal(outbox_count_party(s->db, a, NOW_MS, &n), 0);
    assert_int_equal(n, 2);
    assert_int_equal(outbox_count_party(s->db, 0, NOW_MS, &n), 0);
    assert_int_equal(n, 3);
    assert_int_equal(outbox_count_party(s->db, a, NOW_MS + 1, &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(outbox_counts(s->db, NOW_MS, &c), 0);
    assert_true(c.queued[PRIO_REPLY] == 3 && c.queued[PRIO_SOS] == 0 && c.sending == 1 && c.sent == 1);
    assert_int_equal(outbox_counts(s->db, NOW_MS + 1, &c), 0);
    assert_true(c.queued[PRIO_REPLY] == 3 && c.sent == 0);
}

static void a_row_needs_one_recipient(void **state)
{
    struct store *s = *state;
    int64_t id;
    struct outbox_row r = {.priority = PRIO_REPLY, .body_in = "x", .expires_rel = 1};
    assert_int_equal(outbox_add(s->db, &r, &id), -EINVAL);
    r.user_id = 1;
    r.party_id = 1;
    assert_int_equal(outbox_add(s->db, &r, &id), -EINVAL);
}

/* 100,000 rows wait for few people: finding what may go, and moving on, looks at few rows. */
static void a_long_queue_to_few_stays_fast(void **state)
{
    struct store *s = *state;
    struct outbox_row rows[16];
    char out[200];
    assert_int_equal(db_exec(s->db,
                             "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999) "
                             "INSERT INTO outbox (user_id, priority, resend, body, created_ms, not_before_rel, "
                             "expires_rel, state, recipient, blocked) "
                             "SELECT 1 + i % 3, 1, 1, 'x', 0, 0, 9000000000, 'queued', 1 + i % 3, i >= 3 FROM n",
                             NULL, 0),
                     0);
    add(s, 4, PRIO_REPLY, "last");
    int64_t began = mono_ms();
    assert_int_equal(db_begin(s->db), 0);
    for (int i = 0; i < 200; i++) {
        int n = outbox_due(s->db, REL, rows, 16);
        assert_int_equal(n, 4);
        for (int k = 0; k < 3; k++)
            send_it(s, rows[k].id);
        add(s, 1, PRIO_ALERT, "x");
        assert_int_equal(outbox_expire(s->db, REL), 0);
    }
    assert_int_equal(db_commit(s->db), 0);
    assert_true(mono_ms() - began < 5000); /* 0.05 s; a scan of the queue would take minutes */
    assert_string_equal(due(s, REL, out), "x x x last");
}

/* Whatever happens, of each recipient and priority the oldest live row alone is not blocked. */
static void the_order_mark_holds_over_random_lives(void **state)
{
    struct store *s = *state;
    uint32_t seed = 12345;
    struct outbox_row rows[4];
    for (int i = 0; i < 1500; i++) {
        seed = seed * 1664525u + 1013904223u;
        unsigned r = seed >> 16;
        int64_t now = REL + i * 40;
        if (r % 3) {
            struct outbox_row o = {.user_id = 1 + r / 3 % 3,
                                   .priority = (enum priority)(r / 9 % 4),
                                   .resend = r & 1,
                                   .body_in = "x",
                                   .not_before_rel = now,
                                   .expires_rel = now + 100 + r % 5000};
            int64_t id;
            assert_int_equal(outbox_add(s->db, &o, &id), 0);
        }
        int n = outbox_due(s->db, now, rows, 4);
        for (int k = 0; k < n; k++) {
            assert_int_equal(outbox_sending(s->db, rows[k].id, "gsm1"), 0);
            switch ((r >> k) % 4) {
            case 0:
                assert_int_equal(outbox_sent(s->db, rows[k].id, k, now), 0);
                break;
            case 1:
                assert_int_equal(outbox_retry(s->db, rows[k].id, now + 200, 0), 0);
                break;
            case 2:
                assert_true(outbox_unknown(s->db, rows[k].id, now + 100) >= 0);
                break;
            default:
                assert_int_equal(outbox_failed(s->db, rows[k].id, 500), 0);
                break;
            }
        }
        assert_true(outbox_expire(s->db, now) >= 0);
        if (i % 50 == 0)
            assert_int_equal(store_number(s, "SELECT COUNT(*) FROM outbox o WHERE state IN ('queued', 'sending') AND "
                                             "blocked = (id = (SELECT MIN(id) FROM outbox m WHERE m.recipient = "
                                             "o.recipient AND m.priority = o.priority AND m.state IN ('queued', "
                                             "'sending')))"),
                             0);
    }
    assert_true(store_number(s, "SELECT COUNT(*) FROM outbox WHERE state = 'expired'") > 0);
}

static void jobs_fall_due_by_either_clock(void **state)
{
    struct store *s = *state;
    struct job j;
    int64_t rel, wall;
    assert_int_equal(job_next(s->db, &rel, &wall), 0);
    assert_true(rel == INT64_MAX && wall == INT64_MAX);
    assert_int_equal(job_due(s->db, INT64_MAX, INT64_MAX, &j), -ENOENT);
    assert_int_equal(job_set(s->db, "alert", "1", JOB_REL, 500), 0);
    assert_int_equal(job_set(s->db, "daily", "", JOB_WALL, NOW_MS), 0);
    assert_int_equal(job_next(s->db, &rel, &wall), 0);
    assert_true(rel == 500 && wall == NOW_MS);
    assert_int_equal(job_due(s->db, 499, NOW_MS - 1, &j), -ENOENT);
    assert_int_equal(job_due(s->db, 500, NOW_MS - 1, &j), 0);
    assert_string_equal(j.kind, "alert");
    assert_string_equal(j.key, "1");
    assert_int_equal(j.clock, JOB_REL);
    assert_int_equal(job_due(s->db, 500, NOW_MS + 7, &j), 0); /* longest due: by 7 against 0 */
    assert_string_equal(j.kind, "daily");
    assert_int_equal(job_done(s->db, j.id), 0);
    assert_int_equal(job_due(s->db, 500, NOW_MS + 7, &j), 0);
    assert_string_equal(j.kind, "alert");
    assert_int_equal(job_cancel(s->db, "alert", "1"), 0);
    assert_int_equal(job_cancel(s->db, "alert", "1"), 0);
    assert_int_equal(job_due(s->db, INT64_MAX, INT64_MAX, &j), -ENOENT);
}

static void one_job_a_kind_and_key(void **state)
{
    struct store *s = *state;
    struct job j;
    char key[100];
    assert_int_equal(job_set(s->db, "alert", "1", JOB_REL, 500), 0);
    assert_int_equal(job_due(s->db, 500, 0, &j), 0);
    assert_int_equal(job_delay(s->db, j.id, 100), 0);
    assert_int_equal(job_due(s->db, 599, 0, &j), -ENOENT);
    assert_int_equal(job_due(s->db, 600, 0, &j), 0);
    assert_int_equal(j.tries, 1);
    assert_int_equal(job_set(s->db, "alert", "1", JOB_REL, 700), 0); /* moved, not doubled */
    assert_int_equal(job_due(s->db, 700, 0, &j), 0);
    assert_int_equal(j.tries, 0);
    assert_int_equal(store_number(s, "SELECT COUNT(*) FROM job"), 1);
    assert_int_equal(job_delay(s->db, 999, 1), -ENOENT);
    memset(key, 'k', sizeof key);
    key[sizeof key - 1] = '\0';
    assert_int_equal(job_set(s->db, "alert", key, JOB_REL, 1), -EMSGSIZE);
}

static void a_job_that_sets_itself_again_is_not_done_away_with(void **state)
{
    struct store *s = *state;
    struct job j;
    assert_int_equal(job_set(s->db, "alert", "1", JOB_REL, 500), 0);
    assert_int_equal(job_due(s->db, 500, 0, &j), 0);
    assert_int_equal(job_set(s->db, "alert", "1", JOB_REL, 900), 0);
    assert_int_equal(job_done(s->db, j.id), 0);
    assert_int_equal(job_due(s->db, 900, 0, &j), 0);
    assert_int_equal(job_done(s->db, j.id), 0);
    assert_int_equal(job_due(s->db, 900, 0, &j), -ENOENT);
}

#define outbox_test(name) cmocka_unit_test_setup_teardown(name, setup, store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        outbox_test(sos_goes_before_alert_before_reply_before_digest),
        outbox_test(a_recipient_gets_one_at_a_time_in_order),
        outbox_test(back_off_holds_only_those_behind_it),
        outbox_test(an_expired_row_lets_the_next_one_pass),
        outbox_test(after_a_crash_alerts_go_again_and_replies_are_uncertain),
        outbox_test(what_was_not_answered_follows_its_flag),
        outbox_test(nhan_cancels_the_queued_alerts_of_that_incident),
        outbox_test(a_report_finds_the_newest_of_its_recipient),
        outbox_test(rows_are_counted),
        outbox_test(a_row_needs_one_recipient),
        outbox_test(a_long_queue_to_few_stays_fast),
        outbox_test(the_order_mark_holds_over_random_lives),
        outbox_test(jobs_fall_due_by_either_clock),
        outbox_test(one_job_a_kind_and_key),
        outbox_test(a_job_that_sets_itself_again_is_not_done_away_with),
    };
    return cmocka_run_group_tests_name("store_outbox", tests, NULL, NULL);
}
