// SPDX-License-Identifier: GPL-2.0-or-later
/* Parts are kept once, joined in order, and hold no number; messages are found again. */
#include "tests/unit/store_dir.h"

#define PHONE "+84912000077"

static void row_of(struct store *s, struct part_row *r, const struct sms_part *p)
{
    memset(r, 0, sizeof *r);
    r->line = "gsm1";
    r->part = p;
    r->received_ms = NOW_MS + 5000;
    part_keys(s->db, r);
}

static int add(struct store *s, const struct sms_part *p, struct part_row *r)
{
    row_of(s, r, p);
    return part_add(s->db, r);
}

static void make_message(struct message_row *m, const char *body)
{
    memset(m, 0, sizeof *m);
    m->line = "gsm1";
    m->received_ms = m->received_rel = NOW_MS;
    m->smsc_ms = NOW_MS;
    m->body = body;
    m->form = "incident";
    m->disposition = "received";
}

static void a_part_read_twice_is_the_same_part(void **state)
{
    struct store *s = *state;
    struct sms_part p;
    struct part_row r;
    make_part(&p, PHONE, "BC man de trom");
    row_of(s, &r, &p);
    assert_int_equal(part_known(s->db, &r), -ENOENT);
    assert_int_equal(part_add(s->db, &r), 0);
    assert_int_equal(part_known(s->db, &r), 0);
    assert_int_equal(add(s, &p, &r), -EEXIST);
    store_reopen(s);
    assert_int_equal(add(s, &p, &r), -EEXIST);
    assert_int_equal(store_number(s, "SELECT COUNT(*) FROM part"), 1);
}

static void whatever_differs_is_another_part(void **state)
{
    struct store *s = *state;
    struct sms_part base, p;
    struct part_row r;
    make_part(&base, PHONE, "BC man de trom");
    base.ref_bits = 8;
    base.total = 3;
    assert_int_equal(add(s, &base, &r), 0);
    p = base, p.smsc_ms += 1000;
    assert_int_equal(add(s, &p, &r), 0);
    p = base, p.ref = 256;
    assert_int_equal(add(s, &p, &r), 0);
    p = base, p.ref_bits = 16;
    assert_int_equal(add(s, &p, &r), 0);
    p = base, p.seq = 2;
    assert_int_equal(add(s, &p, &r), 0);
    p = base, p.body[0] = 'b';
    assert_int_equal(add(s, &p, &r), 0);
    make_part(&p, "+84912000078", "BC man de trom");
    assert_int_equal(add(s, &p, &r), 0);
    row_of(s, &r, &base);
    r.line = "gsm2";
    part_keys(s->db, &r);
    assert_int_equal(part_add(s->db, &r), 0);
    assert_int_equal(store_number(s, "SELECT COUNT(*) FROM part"), 8);
}

struct joined {
    int n, seqs[8];
    char text[64];
    char sender[ADDRESS_SIZE];
};

static int join(void *ctx, const struct group_part *p)
{
    struct joined *j = ctx;
    size_t len = strlen(j->text);
    assert_true(j->n < 8 && len + p->body_len < sizeof j->text);
    j->seqs[j->n++] = p->seq;
    memcpy(j->text + len, p->body, p->body_len);
    j->text[len + p->body_len] = '\0';
    memcpy(j->sender, p->sender, sizeof j->sender);
    return 0;
}

static void add_seq(struct store *s, int seq, const char *body, struct part_row *r)
{
    struct sms_part p;
    make_part(&p, PHONE, body);
    p.ref = 7;
    p.ref_bits = 8;
    p.total = 3;
    p.seq = (uint8_t)seq;
    row_of(s, r, &p);
    r->waits = true;
    assert_true(r->grouped);
    assert_int_equal(part_add(s->db, r), 0);
}

static void a_group_is_joined_in_order_the_first_of_each_seq(void **state)
{
    struct store *s = *state;
    struct part_row r;
    struct joined j = {0};
    struct message_row m;
    int64_t id, found;
    add_seq(s, 3, "C", &r);
    add_seq(s, 1, "A", &r);
    assert_int_equal(part_group_count(s->db, r.group_key), 2);
    add_seq(s, 1, "x", &r); /* the same place again, with other words */
    assert_int_equal(part_group_count(s->db, r.group_key), 2);
    add_seq(s, 2, "B", &r);
    assert_int_equal(part_group_count(s->db, r.group_key), 3);
    assert_int_equal(part_group_each(s->db, r.group_key, join, &j), 0);
    assert_string_equal(j.text, "ABC");
    assert_int_equal(j.n, 3);
    assert_string_equal(j.sender, PHONE); /* sealed in its row, and no party of his stays */
    assert_int_equal(store_number(s, "SELECT COUNT(*) FROM party"), 0);
    make_message(&m, "ABC");
    assert_int_equal(part_group_message(s->db, r.group_key, 4, 0, &found), -ENOENT);
    assert_int_equal(message_add(s->db, &m, &id), 0);
    assert_int_equal(part_group_take(s->db, r.group_key, id, 0), 0);
    assert_int_equal(part_group_count(s->db, r.group_key), 0);
    assert_int_equal(store_number(s, "SELECT COUNT(*) FROM part WHERE sender IS NOT NULL"), 0);
    assert_int_equal(part_group_message(s->db, r.group_key, 4, NOW_MS - 1, &found), 0);
    assert_true(found == id);
    assert_int_equal(part_group_message(s->db, r.group_key, 4, NOW_MS + 60000, &found), -ENOENT);
    assert_int_equal(part_group_message(s->db, r.group_key, 2, NOW_MS - 1, &found), -ENOENT); /* it had that one */
}

static void groups_are_apart_by_line_sender_reference_bits_and_total(void **state)
{
    struct store *s = *state;
    struct sms_part p;
    struct part_row base, r;
    make_part(&p, PHONE, "x");
    p.ref = 7, p.ref_bits = 8, p.total = 3, p.seq = 2;
    row_of(s, &base, &p);
    p.seq = 1, p.smsc_ms += 1000, p.body[0] = 'y'; /* another part of the same */
    row_of(s, &r, &p);
    assert_memory_equal(base.group_key, r.group_key, DIGEST_SIZE);
    p.ref = 8;
    row_of(s, &r, &p);
    assert_memory_not_equal(base.group_key, r.group_key, DIGEST_SIZE);
    p.ref = 7, p.ref_bits = 16;
    row_of(s, &r, &p);
    assert_memory_not_equal(base.group_key, r.group_key, DIGEST_SIZE);
    p.ref_bits = 8, p.total = 4;
    row_of(s, &r, &p);
    assert_memory_not_equal(base.group_key, r.group_key, DIGEST_SIZE);
    p.total = 3, p.sender[11] = '8';
    row_of(s, &r, &p);
    assert_memory_not_equal(base.group_key, r.group_key, DIGEST_SIZE);
    p.ref_bits = 0;
    row_of(s, &r, &p);
    assert_false(r.grouped);
}

static int stop_at_once(void *ctx, const struct group_part *p)
{
    (void)p;
    *(int *)ctx += 1;
    return 42;
}

static void a_callback_can_stop(void **state)
{
    struct store *s = *state;
    struct part_row r;
    int n = 0;
    add_seq(s, 1, "A", &r);
    add_seq(s, 2, "B", &r);
    assert_int_equal(part_group_each(s->db, r.group_key, stop_at_once, &n), 42);
    assert_int_equal(n, 1);
    assert_int_equal(part_group_each(s->db, r.group_key, stop_at_once, &n), 42); /* free again */
}

/* A raw PDU: its sender stands in it as swapped semi-octets. */
static const uint8_t SWAPPED[] = {0x48, 0x19, 0x02, 0x00, 0x70, 0xF7};

static void no_number_is_in_any_file(void **state)
{
    struct store *s = *state;
    struct sms_part p;
    struct part_row r;
    struct joined j = {0};
    int64_t party, tip;
    assert_int_equal(db_begin(s->db), 0);
    assert_int_equal(party_of(s->db, PARTY_SENDER, PHONE, NOW_MS, &party), 0);
    assert_int_equal(party_of(s->db, PARTY_TIP, PHONE, NOW_MS, &tip), 0);
    add_seq(s, 1, "A", &r);
    make_part(&p, PHONE, "");
    p.corrupt = 1;
    p.ref_bits = 8, p.total = 2, p.seq = 1;
    memcpy(p.body + 4, SWAPPED, sizeof SWAPPED);
    p.body_len = 40;
    assert_int_equal(add(s, &p, &r), 0);
    struct audit_row a = {.at_ms = NOW_MS, .action = "note", .detail = "goi " PHONE " va 0912000077"};
    assert_int_equal(audit_add(s->db, &a), 0);
    assert_int_equal(db_commit(s->db), 0);
    for (int round = 0; round < 2; round++) { /* in the WAL, then in the database */
        assert_int_equal(store_files_with(s, PHONE, strlen(PHONE)), 0);
        assert_int_equal(store_files_with(s, "84912000077", 11), 0);
        assert_int_equal(store_files_with(s, "912000077", 9), 0);
        assert_int_equal(store_files_with(s, SWAPPED, sizeof SWAPPED), 0);
        store_reopen(s);
    }
    assert_int_equal(store_files_with(s, "goi ", 4), 1);                /* the search does find what is there */
    assert_int_equal(part_group_each(s->db, r.group_key, join, &j), 0); /* and the body opens again */
    assert_int_equal(j.n, 1);
}

static void the_same_text_within_the_window_is_found(void **state)
{
    struct store *s = *state;
    struct message_row m;
    int64_t first, second, id, incident;
    make_message(&m, "BC man de trom");
    m.text_key = 4711;
    assert_int_equal(message_same(s->db, 4711, 0, &id, &incident), -ENOENT);
    assert_int_equal(message_add(s->db, &m, &first), 0);
    m.received_rel += 1000;
    assert_int_equal(message_add(s->db, &m, &second), 0);
    assert_int_equal(message_same(s->db, 4711, NOW_MS, &id, &incident), 0);
    assert_true(id == second && incident == 0);
    assert_int_equal(message_same(s->db, 4711, NOW_MS + 1001, &id, &incident), -ENOENT);
    assert_int_equal(message_same(s->db, 4712, NOW_MS, &id, &incident), -ENOENT);
    m.text_key = 0;
    assert_int_equal(message_add(s->db, &m, &id), 0);
    assert_int_equal(message_same(s->db, 0, 0, &id, &incident), -ENOENT); /* never a resend */
}

static void settling_sets_disposition_and_incident(void **state)
{
    struct store *s = *state;
    struct message_row m;
    struct incident in;
    int64_t id, incident, found, other;
    make_message(&m, "BC man de trom");
    m.text_key = 5;
    assert_int_equal(message_add(s->db, &m, &id), 0);
    make_incident(&in, "48217", 0);
    in.message_id = id;
    assert_int_equal(incident_add(s->db, &in, &incident), 0);
    assert_int_equal(message_settle(s->db, id, "incident", incident), 0);
    assert_int_equal(message_incident(s->db, id, &found), 0);
    assert_true(found == incident);
    assert_int_equal(message_settle(s->db, id, "late", 0), 0); /* keeps its incident */
    assert_int_equal(message_same(s->db, 5, NOW_MS, &other, &found), 0);
    assert_true(other == id && found == incident);
    assert_int_equal(message_settle(s->db, 999, "incident", 0), -ENOENT);
    assert_int_equal(message_incident(s->db, 999, &found), -ENOENT);
}

static void messages_are_counted_by_disposition_and_time(void **state)
{
    struct store *s = *state;
    struct message_row m;
    int64_t id, n;
    for (int i = 0; i < 6; i++) {
        make_message(&m, "x");
        m.received_ms = NOW_MS + i * 1000;
        m.disposition = i % 2 ? "unclear" : "incident";
        assert_int_equal(message_add(s->db, &m, &id), 0);
    }
    m.received_ms = 0; /* the clock stood at 1970 for one message: the others still count */
    assert_int_equal(message_add(s->db, &m, &id), 0);
    assert_int_equal(message_count(s->db, NULL, NOW_MS + 2000, &n), 0);
    assert_int_equal(n, 4);
    assert_int_equal(message_count(s->db, "unclear", NOW_MS + 2000, &n), 0);
    assert_int_equal(n, 2);
    assert_int_equal(message_count(s->db, "spam", 0, &n), 0);
    assert_int_equal(n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(a_part_read_twice_is_the_same_part),
        store_test(whatever_differs_is_another_part),
        store_test(a_group_is_joined_in_order_the_first_of_each_seq),
        store_test(groups_are_apart_by_line_sender_reference_bits_and_total),
        store_test(a_callback_can_stop),
        store_test(no_number_is_in_any_file),
        store_test(the_same_text_within_the_window_is_found),
        store_test(settling_sets_disposition_and_incident),
        store_test(messages_are_counted_by_disposition_and_time),
    };
    return cmocka_run_group_tests_name("store_message", tests, NULL, NULL);
}
