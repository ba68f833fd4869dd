// SPDX-License-Identifier: GPL-2.0-or-later
/* Events, mails, troubles and the spare line as rows: what is written, for whom, and what never. */
#include "tests/unit/desk_rig.h"

#include "gateway/base/str.h"
#include "gateway/desk/event.h"
#include "gateway/desk/spare.h"
#include "gateway/desk/trouble.h"
#include "store/delivery.h"

static struct webhook_config hooks[2];
static const char *to[] = {"a@example.vn", "b@example.vn"};

/* Two webhooks, mail and a spare line on the demo's config. */
static void configure(struct rig *r)
{
    struct courier_config *c = &r->cfg->courier;
    memset(hooks, 0, sizeof(hooks));
    str_copy(hooks[0].name, sizeof(hooks[0].name), "a");
    str_copy(hooks[1].name, sizeof(hooks[1].name), "b");
    hooks[1].restricted = hooks[1].numbers = true;
    c->webhooks = hooks;
    c->n_webhooks = 2;
    str_copy(c->mail.url, sizeof(c->mail.url), "smtps://x");
    c->mail.to = to;
    c->mail.n_to = 2;
    c->mail.alarms = true;
    str_copy(c->spare.url, sizeof(c->spare.url), "https://x/");
    c->spare.daily_max = 3;
    c->spare.tries = 2;
}

static int setup(void **state)
{
    int rc = rig_setup(state);
    if (!rc)
        configure(*state);
    return rc;
}

static int teardown(void **state)
{
    struct rig *r = *state;
    r->cfg->courier.webhooks = NULL;
    r->cfg->courier.n_webhooks = 0;
    return rig_teardown(state);
}

/* How many rows of the table are so. */
static int count(struct rig *r, const char *where)
{
    char sql[300], out[32] = "";
    snprintf(sql, sizeof(sql), "SELECT COUNT(*) FROM delivery WHERE %s", where);
    assert_int_equal(db_exec(r->db, sql, out, sizeof(out)), 0);
    return atoi(out);
}

#define IN_TRANSACTION(r, call)                                                                                        \
    do {                                                                                                               \
        assert_int_equal(db_begin((r)->db), 0);                                                                        \
        assert_true((call) >= 0);                                                                                      \
        assert_int_equal(db_commit((r)->db), 0);                                                                       \
    } while (0)

static void nothing_is_written_when_nothing_is_configured(void **state)
{
    struct rig *r = *state;
    memset(&r->cfg->courier.mail, 0, sizeof(r->cfg->courier.mail));
    r->cfg->courier.n_webhooks = 0;
    rig_text(r, MEMBER, "BC man de trom mat xe");
    IN_TRANSACTION(r, mail_queue(r->desk, "x", "y", NULL));
    IN_TRANSACTION(r, trouble_raise(r->desk, "credit gsm1", "Sap het tien"));
    assert_int_equal(count(r, "1=1"), 0);
}

static void a_restricted_report_goes_to_whom_it_may_with_its_code_alone(void **state)
{
    struct rig *r = *state;
    rig_text(r, MEMBER, "BC man de bao hanh danh vo");
    assert_int_equal(count(r, "1=1"), 1);
    assert_int_equal(count(r, "target='b' AND event='incident.created' AND incident_id IS NULL AND body LIKE "
                              "'%\"data\":{\"code\":\"_____\"}}'"),
                     1);
}

static void a_tip_is_its_code_alone_and_never_more(void **state)
{
    struct rig *r = *state;
    rig_text(r, STRANGER, "TIN man de co danh bac o quan 0912000090");
    assert_int_equal(count(r, "1=1"), 2);
    assert_int_equal(count(r, "event='tip.received' AND body LIKE '%\"data\":{\"code\":\"_____\"}}'"), 2);
}

static void no_number_but_a_users_and_that_only_where_allowed(void **state)
{
    struct rig *r = *state;
    rig_text(r, MEMBER, "BC man de trom goi 0912 000 077");
    rig_text(r, STRANGER, "BC man de danh bac");
    assert_int_equal(count(r, "body LIKE '%000077%' OR body LIKE '%000090%' OR body LIKE '%000 077%'"), 0);
    assert_int_equal(count(r, "body LIKE '%84912000001%'"), 1);
    assert_int_equal(count(r, "target='b' AND body LIKE '%reporter_phone\":\"+84912000001%'"), 1);
}

static void what_becomes_restricted_is_withdrawn(void **state)
{
    struct rig *r = *state;
    char code[16], text[64];
    rig_text(r, MEMBER, "BC man de danh nhau to tieng");
    assert_int_equal(count(r, "state='queued' AND body LIKE '%to tieng%'"), 2);
    assert_int_equal(db_exec(r->db, "SELECT code FROM incident", code, sizeof(code)), 0);
    snprintf(text, sizeof(text), "SUA %s LOAI BAOHANH", code);
    rig_text(r, MEMBER, text);
    assert_int_equal(count(r, "body LIKE '%to tieng%'"), 0);
    assert_int_equal(count(r, "state='dropped'"), 2);
    assert_int_equal(count(r, "state='queued' AND target='b' AND event='incident.changed'"), 1);
    assert_int_equal(count(r, "state='queued' AND target='a'"), 0);
}

static void a_mail_goes_to_each_once_and_begins_no_header(void **state)
{
    struct rig *r = *state;
    IN_TRANSACTION(r, mail_queue(r->desk, "a\nBcc: x", "so 0912000001", "digest-1"));
    IN_TRANSACTION(r, mail_queue(r->desk, "a", "so", "digest-1"));
    assert_int_equal(count(r, "kind='mail'"), 2);
    assert_int_equal(count(r, "subject='a Bcc: x' AND body LIKE 'so %' AND body NOT LIKE '%0912000001%'"), 2);
}

static void a_trouble_is_told_once_and_its_end(void **state)
{
    struct rig *r = *state;
    struct line_state down = {.line = "gsm1", .state = "down"}, up = {.line = "gsm1", .state = "up", .sim = 1};
    struct trouble t;
    r->cfg->courier.alarm_after_s = 300;
    IN_TRANSACTION(r, desk_line(r->desk, &down));
    rig_later(r, 200 * SECOND_MS);
    IN_TRANSACTION(r, desk_line(r->desk, &down));
    assert_int_equal(count(r, "1=1"), 0); /* it may come back by itself */
    rig_later(r, 101 * SECOND_MS);
    assert_int_equal(count(r, "event='line.down'"), 2);
    assert_int_equal(count(r, "kind='mail'"), 2);
    IN_TRANSACTION(r, desk_line(r->desk, &down));
    rig_later(r, DAY_MS);
    assert_int_equal(count(r, "event='line.down'"), 2);
    assert_int_equal(trouble_get(r->db, "line gsm1", &t), 0);
    IN_TRANSACTION(r, desk_line(r->desk, &up));
    assert_int_equal(count(r, "event='line.up'"), 2);
    assert_int_equal(count(r, "kind='mail'"), 4);
    assert_int_equal(trouble_get(r->db, "line gsm1", &t), -ENOENT);
    up.sim = 4; /* not in */
    IN_TRANSACTION(r, desk_line(r->desk, &up));
    IN_TRANSACTION(r, desk_line(r->desk, &up));
    up.sim = 1;
    IN_TRANSACTION(r, desk_line(r->desk, &up));
    rig_later(r, DAY_MS);
    assert_int_equal(count(r, "event='line.down'"), 2); /* over before it was told */
}

static void a_sim_that_asks_for_its_pin_or_puk_is_told_at_once_and_as_such(void **state)
{
    struct rig *r = *state;
    struct line_state s = {.line = "gsm1", .state = "down", .sim = 3};
    struct trouble t;
    r->cfg->courier.alarm_after_s = 300;
    IN_TRANSACTION(r, desk_line(r->desk, &s));
    assert_int_equal(count(r, "event='line.down'"), 2);
    assert_int_equal(trouble_get(r->db, "line gsm1", &t), 0);
    assert_non_null(strstr(t.text, "PUK"));
    IN_TRANSACTION(r, desk_line(r->desk, &s));
    assert_int_equal(count(r, "event='line.down'"), 2);
}

static void a_network_that_takes_nothing_is_told_once_and_the_balance_asked(void **state)
{
    struct rig *r = *state;
    struct trouble t;
    r->cfg->balance_every_h = 24;
    r->cfg->n_balances = 1;
    IN_TRANSACTION(r, desk_refused(r->desk, "gsm1", 50, true));
    IN_TRANSACTION(r, desk_refused(r->desk, "gsm1", 50, true));
    assert_int_equal(count(r, "event='trouble'"), 2);
    assert_int_equal(trouble_get(r->db, "send gsm1", &t), 0);
    assert_non_null(strstr(t.text, "het tien"));
    struct job job;
    assert_int_equal(job_due(r->db, desk_now(r->desk).rel_ms, 0, &job), 0);
    assert_string_equal(job.kind, "balance");
    IN_TRANSACTION(r, desk_sends(r->desk, "gsm1"));
    assert_int_equal(count(r, "event='trouble.over'"), 2);
    assert_int_equal(trouble_get(r->db, "send gsm1", &t), -ENOENT);
}

/* --- the spare line ------------------------------------------------------------------------ */

static int outbox(struct rig *r, const char *where)
{
    char sql[300], out[32] = "";
    snprintf(sql, sizeof(sql), "SELECT COUNT(*) FROM outbox WHERE %s", where);
    assert_int_equal(db_exec(r->db, sql, out, sizeof(out)), 0);
    return atoi(out);
}

static void only_urgent_texts_are_taken_over_and_within_the_bound(void **state)
{
    struct rig *r = *state;
    rig_text(r, MEMBER, "BC man de danh nhau");
    int urgent = outbox(r, "priority <= 1");
    assert_true(urgent > 3);
    IN_TRANSACTION(r, spare_take_over(r->desk, 8));
    assert_int_equal(outbox(r, "state='sending' AND line='spare' AND priority <= 1"), 3); /* daily_max */
    assert_int_equal(outbox(r, "state='sending' AND priority > 1"), 0);
    assert_int_equal(count(r, "kind='spare' AND body=''"), 3);
    IN_TRANSACTION(r, spare_take_over(r->desk, 8));
    assert_int_equal(outbox(r, "line='spare'"), 3);
}

static void what_the_provider_took_is_sent_and_what_not_goes_back(void **state)
{
    struct rig *r = *state;
    struct delivery_ref refs[3];
    rig_text(r, MEMBER, "BC man de danh nhau");
    IN_TRANSACTION(r, spare_take_over(r->desk, 3));
    assert_int_equal(delivery_spares(r->db, refs, 3), 3);
    for (int i = 0; i < 2; i++)
        IN_TRANSACTION(r, delivery_take(r->db, refs[i].id));
    IN_TRANSACTION(r, spare_result(r->desk, refs[0].id, refs[0].outbox_id, true, 1000, ""));
    IN_TRANSACTION(r, spare_result(r->desk, refs[1].id, refs[1].outbox_id, false, 1000, "HTTP 500"));
    IN_TRANSACTION(r, spare_give_back(r->desk, refs[2].id, refs[2].outbox_id));
    assert_int_equal(outbox(r, "state='sent' AND line='spare' AND ref=-1"), 1);
    assert_int_equal(outbox(r, "state='sending'"), 0);
    assert_int_equal(count(r, "kind='spare' AND state='dropped'"), 2);
    assert_int_equal(count(r, "kind='spare' AND state='done'"), 1);
}

/* A kill with texts in the provider's hands: no text is in two hands afterwards. */
static void a_restart_gives_back_what_was_under_way(void **state)
{
    struct rig *r = *state;
    struct delivery_ref refs[3];
    rig_text(r, MEMBER, "BC man de danh nhau");
    IN_TRANSACTION(r, spare_take_over(r->desk, 2));
    assert_int_equal(delivery_spares(r->db, refs, 3), 2);
    IN_TRANSACTION(r, delivery_take(r->db, refs[0].id));
    IN_TRANSACTION(r, desk_start(r->desk));
    assert_int_equal(outbox(r, "state='sending'"), 0);
    assert_int_equal(count(r, "kind='spare' AND state='sending'"), 0);
    assert_int_equal(delivery_spares(r->db, refs, 3), 0);
}

static void a_modem_that_fails_hands_over_after_its_tries(void **state)
{
    struct rig *r = *state;
    char out[32];
    rig_text(r, MEMBER, "BC man de danh nhau");
    assert_int_equal(db_exec(r->db, "SELECT MIN(id) FROM outbox WHERE priority=1", out, sizeof(out)), 0);
    int64_t id = atoi(out);
    IN_TRANSACTION(r, spare_after_try(r->desk, id, 1));
    assert_int_equal(outbox(r, "line='spare'"), 0);
    IN_TRANSACTION(r, spare_after_try(r->desk, id, 2));
    assert_int_equal(outbox(r, "line='spare' AND state='sending'"), 1);
    IN_TRANSACTION(r, spare_after_try(r->desk, id, 3)); /* it is not the modem's any more */
    assert_int_equal(count(r, "kind='spare'"), 1);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(nothing_is_written_when_nothing_is_configured),
        CASE(a_restricted_report_goes_to_whom_it_may_with_its_code_alone),
        CASE(a_tip_is_its_code_alone_and_never_more),
        CASE(no_number_but_a_users_and_that_only_where_allowed),
        CASE(what_becomes_restricted_is_withdrawn),
        CASE(a_mail_goes_to_each_once_and_begins_no_header),
        CASE(a_trouble_is_told_once_and_its_end),
        CASE(a_sim_that_asks_for_its_pin_or_puk_is_told_at_once_and_as_such),
        CASE(a_network_that_takes_nothing_is_told_once_and_the_balance_asked),
        CASE(only_urgent_texts_are_taken_over_and_within_the_bound),
        CASE(what_the_provider_took_is_sent_and_what_not_goes_back),
        CASE(a_restart_gives_back_what_was_under_way),
        CASE(a_modem_that_fails_hands_over_after_its_tries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
