// SPDX-License-Identifier: GPL-2.0-or-later
/* Questions: one open for each number; and the corrections of an incident. */
#include "tests/unit/store_dir.h"

#include "store/activity.h"
#include "store/question.h"
#include "store/report.h"

static int setup(void **state)
{
    int rc = store_setup(state);
    if (rc == 0)
        store_people(*state);
    return rc;
}

static int64_t add_incident(struct store *s, const char *code, int64_t user_id)
{
    struct incident in;
    int64_t id = 0;
    make_incident(&in, code, user_id);
    assert_int_equal(incident_add(s->db, &in, &id), 0);
    return id;
}

static void a_new_question_replaces_the_open_one_of_its_number_only(void **state)
{
    struct store *s = *state;
    int64_t incident = add_incident(s, "48217", 1), first, second, other, replaced;
    struct question q = {.user_id = 1, .incident_id = incident, .field = "place", .choices = "11 14"}, out;
    assert_int_equal(question_ask(s->db, &q, &first, &replaced), 0);
    assert_int_equal(replaced, 0);
    q.user_id = 2;
    assert_int_equal(question_ask(s->db, &q, &other, &replaced), 0);
    assert_int_equal(replaced, 0);
    q.user_id = 1;
    memcpy(q.field, "kind", sizeof "kind");
    assert_int_equal(question_ask(s->db, &q, &second, &replaced), 0);
    assert_int_equal(replaced, first);
    assert_int_equal(question_of(s->db, 1, 0, &out), 0);
    assert_int_equal(out.id, second);
    assert_string_equal(out.field, "kind");
    assert_int_equal(question_get(s->db, first, &out), -ENOENT);
    assert_int_equal(question_of(s->db, 2, 0, &out), 0);
    assert_int_equal(out.id, other);
    assert_string_equal(out.choices, "11 14");
}

static void a_question_ends_once(void **state)
{
    struct store *s = *state;
    int64_t party, id, replaced;
    struct question out, q = {.incident_id = add_incident(s, "48217", 1), .field = "place"};
    assert_int_equal(question_ask(s->db, &q, &id, &replaced), -EINVAL); /* nobody's */
    assert_int_equal(party_of(s->db, PARTY_SENDER, "+84912000091", NOW_MS, &party), 0);
    q.party_id = party;
    assert_int_equal(question_ask(s->db, &q, &id, &replaced), 0);
    assert_int_equal(question_of(s->db, 0, party, &out), 0);
    assert_int_equal(question_end(s->db, id, "answered"), 0);
    assert_int_equal(question_end(s->db, id, "expired"), -ENOENT);
    assert_int_equal(question_of(s->db, 0, party, &out), -ENOENT);
}

static void an_incident_is_corrected_in_place(void **state)
{
    struct store *s = *state;
    struct incident out;
    int64_t id = add_incident(s, "48217", 1);
    assert_int_equal(incident_set_place(s->db, id, "12"), 0);
    assert_int_equal(incident_set_kind(s->db, id, "BAOHANH", 4, true), 0);
    assert_int_equal(incident_set_when(s->db, id, NOW_MS - 5), 0);
    assert_int_equal(incident_by_id(s->db, id, &out), 0);
    assert_string_equal(out.place, "12");
    assert_string_equal(out.kind, "BAOHANH");
    assert_true(out.restricted && out.severity == 4 && out.when_ms == NOW_MS - 5);
    assert_int_equal(incident_set_place(s->db, id + 1, "12"), -ENOENT);
}

struct codes {
    char list[64];
};

static int append(void *ctx, const struct incident *i)
{
    struct codes *c = ctx;
    strncat(c->list, i->code, sizeof c->list - strlen(c->list) - 1);
    return 0;
}

static void ones_own_open_incidents_come_newest_first(void **state)
{
    struct store *s = *state;
    struct codes c = {""};
    add_incident(s, "00000", 1);
    add_incident(s, "11111", 2);
    int64_t taken = add_incident(s, "22222", 1);
    add_incident(s, "33333", 1);
    assert_int_equal(incident_ack(s->db, taken, 2, NOW_MS), 0);
    assert_int_equal(incident_each_of(s->db, 1, 0, append, &c), 0);
    assert_string_equal(c.list, "3333300000");
}

static int64_t add_joinable(struct store *s, const char *code, bool joinable)
{
    struct incident in;
    int64_t id = 0;
    make_incident(&in, code, 1);
    in.joinable = joinable;
    assert_int_equal(incident_add(s->db, &in, &id), 0);
    return id;
}

static void only_a_live_joinable_incident_of_kind_and_place_is_joined(void **state)
{
    struct store *s = *state;
    int64_t id, found;
    add_joinable(s, "00000", false);
    assert_int_equal(report_find(s->db, "TROM", "6", NOW_MS - 1000, &found), -ENOENT);
    id = add_joinable(s, "48217", true);
    assert_int_equal(report_find(s->db, "TROM", "6", NOW_MS - 1000, &found), 0);
    assert_int_equal(found, id);
    assert_int_equal(report_find(s->db, "TROM", "5", NOW_MS - 1000, &found), -ENOENT);
    assert_int_equal(report_find(s->db, "CUOP", "6", NOW_MS - 1000, &found), -ENOENT);
    assert_int_equal(report_find(s->db, "TROM", "6", NOW_MS + 1, &found), -ENOENT);
    assert_int_equal(incident_set_kind(s->db, id, "TROM", 4, true), 0); /* restricted: never again */
    assert_int_equal(report_find(s->db, "TROM", "6", NOW_MS - 1000, &found), -ENOENT);
    id = add_joinable(s, "11111", true);
    assert_int_equal(incident_close(s->db, id, 1, NOW_MS, "xong"), 0);
    assert_int_equal(report_find(s->db, "TROM", "6", NOW_MS - 1000, &found), -ENOENT);
}

static int count_reports(void *ctx, const struct report *r)
{
    assert_string_equal(r->text, "dong nguoi");
    ++*(int *)ctx;
    return 0;
}

static void a_joined_report_comes_and_goes(void **state)
{
    struct store *s = *state;
    int64_t incident = add_joinable(s, "48217", true), id;
    int n = 0;
    struct report r = {.incident_id = incident, .user_id = 2, .at_ms = NOW_MS, .text_in = "dong nguoi"};
    assert_int_equal(report_add(s->db, &r, &id), 0);
    assert_int_equal(report_each(s->db, incident, count_reports, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(report_remove(s->db, id), 0);
    assert_int_equal(report_remove(s->db, id), -ENOENT);
}

static void a_closed_incident_opens_again_once(void **state)
{
    struct store *s = *state;
    struct incident out;
    int64_t id = add_joinable(s, "48217", true);
    assert_int_equal(incident_reopen(s->db, id), -ENOENT); /* it is open */
    assert_int_equal(incident_ack(s->db, id, 1, NOW_MS), 0);
    assert_int_equal(incident_close(s->db, id, 1, NOW_MS, "xong"), 0);
    assert_int_equal(incident_reopen(s->db, id), 0);
    assert_int_equal(incident_by_id(s->db, id, &out), 0);
    assert_string_equal(out.state, "open");
    assert_true(out.acked_by == 0 && out.closed_ms == 0);
}

static void activities_count_by_form_place_and_time(void **state)
{
    struct store *s = *state;
    struct activity a = {
        .form = "loudspeaker", .place = "6", .user_id = 1, .at_ms = NOW_MS, .slots = "15", .text = "pccc"};
    int64_t id, n;
    assert_int_equal(activity_add(s->db, &a, &id), 0);
    a.place = "5";
    assert_int_equal(activity_add(s->db, &a, &id), 0);
    assert_int_equal(activity_count(s->db, "loudspeaker", "6", NOW_MS, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(activity_count(s->db, "loudspeaker", "6", NOW_MS + 1, &n), 0);
    assert_int_equal(n, 0);
}

#define question_test(name) cmocka_unit_test_setup_teardown(name, setup, store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        question_test(a_new_question_replaces_the_open_one_of_its_number_only),
        question_test(a_question_ends_once),
        question_test(an_incident_is_corrected_in_place),
        question_test(only_a_live_joinable_incident_of_kind_and_place_is_joined),
        question_test(a_joined_report_comes_and_goes),
        question_test(a_closed_incident_opens_again_once),
        question_test(activities_count_by_form_place_and_time),
        question_test(ones_own_open_incidents_come_newest_first),
    };
    return cmocka_run_group_tests_name("store_question", tests, NULL, NULL);
}
