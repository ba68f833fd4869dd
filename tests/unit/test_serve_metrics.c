// SPDX-License-Identifier: GPL-2.0-or-later
/* Metrics and health: the format, what they say, and what they must never say. */
#include "tests/unit/desk_rig.h"
#include "tests/unit/prom.h"

#include "gateway/base/str.h"
#include "gateway/serve/health.h"
#include "gateway/serve/metrics.h"

#include <event2/event.h>
#include <sys/socket.h>

struct core {
    struct rig *rig;
    struct works w;
    struct lines *lines;
    struct metrics *metrics;
    struct report_about about;
    int line; /* the line's end */
    char text[65536];
};

static void on_lane(void *ctx, struct lane *l)
{
    struct line_msg m;
    (void)ctx;
    while (lane_next(l, &m) == 1)
        ;
}

static void ignore_lane(void *ctx, struct lane *l)
{
    (void)ctx, (void)l;
}

static int setup(void **state)
{
    struct core *c = calloc(1, sizeof(*c));
    void *rig = NULL;
    int pair[2];
    if (!c || rig_setup(&rig) || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair))
        return -1;
    *state = c;
    c->rig = rig;
    c->w = (struct works){
        .base = event_base_new(), .db = c->rig->db, .desk = c->rig->desk, .cfg = c->rig->cfg, .clock = c->rig->clock};
    struct lines_setup s = {.base = c->w.base,
                            .configs = c->w.cfg->lines,
                            .n = 1,
                            .ready_fd = pair[0],
                            .events = {.ctx = c, .readable = on_lane, .up = ignore_lane, .lost = ignore_lane}};
    c->line = pair[1];
    c->lines = lines_new(&s);
    c->metrics = c->lines ? metrics_new(&c->w, c->lines) : NULL;
    c->about = (struct report_about){.state_dir = c->rig->dir, .started_ms = mono_ms(), .http_why = ""};
    return c->metrics ? 0 : -1;
}

static int teardown(void **state)
{
    struct core *c = *state;
    void *rig = c->rig;
    metrics_free(c->metrics);
    lines_free(c->lines);
    close(c->line);
    event_base_free(c->w.base);
    free(c);
    return rig_teardown(&rig);
}

/* Well-formed, or the test fails. */
static const char *scrape(struct core *c)
{
    static struct prom p; /* large; tests run one after the other */
    assert_int_equal(metrics_text(c->metrics, &c->about, c->text, sizeof(c->text)), 0);
    if (!prom_read(&p, c->text))
        fail_msg("%s", p.why);
    return c->text;
}

static void say_status(struct core *c, int dbm, uint8_t registration)
{
    struct line_msg m;
    line_msg_init(&m, LINE_STATUS);
    m.u.status.signal_dbm = dbm;
    m.u.status.registration = registration;
    m.u.status.sim = SIM_READY;
    m.u.status.sim_used = 3;
    m.u.status.sim_total = 30;
    str_copy(m.u.status.smsc, sizeof(m.u.status.smsc), "+84980200030");
    str_copy(m.u.status.operator_name, sizeof(m.u.status.operator_name), "Vi\"et\\tel");
    assert_int_equal(line_put(c->line, &m), 0);
    event_base_loop(c->w.base, EVLOOP_NONBLOCK);
}

/* --- the reader itself must be able to say no --------------------------------------------- */

static void the_reader_of_the_format_is_strict(void **state)
{
    (void)state;
    static struct prom p;
    static const char *const bad[] = {
        "x 1\n",
        "# HELP x A text.\n# TYPE x gauge\nx 1",
        "# HELP x A text.\n# TYPE x gauge\nx\n",
        "# HELP x A text.\n# TYPE x gauge\nx one\n",
        "# HELP x A text.\n# TYPE x counter\nx 1\n",
        "# HELP x_total A text.\n# TYPE x_total gauge\nx_total 1\n",
        "# HELP x_total A text.\n# TYPE x_total counter\nx_total -1\n",
        "# TYPE x gauge\nx 1\n",
        "# HELP x A text.\n# TYPE x gauge\nx 1\nx 2\n",
        "# HELP x A text.\n# TYPE x gauge\nx{a=\"1\"} 1\nx{a=\"1\"} 2\n",
        "# HELP x A text.\n# TYPE x gauge\nx{a=\"1} 1\n",
        "# HELP x A text.\n# TYPE x gauge\nx{a=\"\\q\"} 1\n",
        "# HELP x A text.\n# TYPE x gauge\nx{1a=\"1\"} 1\n",
        "# HELP x A text.\n# TYPE x gauge\nx 1\n# HELP x A text.\n# TYPE x gauge\n",
        "# HELP x A text.\n# TYPE x gauge\nxy 1\n",
        "# HELP x A text.\n# TYPE x histogram\nx_bucket{le=\"1\"} 2\nx_bucket{le=\"+Inf\"} 1\n",
        "# HELP x A text.\n# TYPE x histogram\nx_bucket{le=\"1\"} 2\n",
        "# HELP x A text.\n# TYPE x histogram\nx_bucket{le=\"+Inf\"} 2\nx_count 3\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (prom_read(&p, bad[i]))
            fail_msg("taken: %s", bad[i]);
    assert_true(prom_read(&p, "# HELP x A text.\n# TYPE x gauge\nx{a=\"1\",b=\"2\"} 1\nx{a=\"2\",b=\"2\"} -1.5e3\n"));
}

/* --- metrics ------------------------------------------------------------------------------ */

static void an_idle_core_has_well_formed_metrics(void **state)
{
    const char *text = scrape(*state);
    assert_true(prom_value(text, "tinbao_line_up{line=\"gsm1\"}") == 0);
    assert_true(prom_value(text, "tinbao_sms_received_total{line=\"gsm1\"}") == 0);
    assert_true(prom_value(text, "tinbao_alert_unacked") == 0);
    assert_true(prom_value(text, "tinbao_budget_used{class=\"urgent\"}") == 0);
    assert_true(prom_value(text, "tinbao_courier_dead") == 0);
    assert_true(prom_value(text, "process_resident_memory_bytes") > 1e5);
    assert_true(prom_value(text, "process_start_time_seconds") > 1.7e9);
    assert_true(prom_value(text, "process_open_fds") > 3);
    assert_true(prom_value(text, "tinbao_modem_signal_dbm{line=\"gsm1\"}") < -1e100); /* not known: not there */
}

static void what_comes_in_is_counted_once_each(void **state)
{
    struct core *c = *state;
    rig_text(c->rig, MEMBER, "BC man de trom mat xe wave");
    rig_text(c->rig, MEMBER, "VAO");
    rig_text(c->rig, STRANGER, "khong hieu gi ca");
    const char *text = scrape(c);
    assert_true(prom_value(text, "tinbao_sms_received_total{line=\"gsm1\"}") == 3);
    assert_true(prom_value(text, "tinbao_messages_total{disposition=\"report\"}") == 1);
    assert_true(prom_value(text, "tinbao_messages_total{disposition=\"checkin\"}") == 1);
    assert_true(prom_value(text, "tinbao_alert_unacked") == 1);
    assert_true(prom_value(text, "tinbao_outbox_depth{priority=\"alert\"}") >= 1);
    text = scrape(c);
    assert_true(prom_value(text, "tinbao_sms_received_total{line=\"gsm1\"}") == 3);
    rig_text(c->rig, MEMBER, "RA");
    assert_true(prom_value(scrape(c), "tinbao_sms_received_total{line=\"gsm1\"}") == 4);
    assert_int_equal(db_begin(c->rig->db), 0);
    assert_int_equal(desk_call(c->rig->desk, "gsm1", STRANGER), 0); /* a call is no text */
    assert_int_equal(db_commit(c->rig->db), 0);
    text = scrape(c);
    assert_true(prom_value(text, "tinbao_sms_received_total{line=\"gsm1\"}") == 4);
    assert_true(prom_value(text, "tinbao_messages_total{disposition=\"call\"}") == 1);
}

static void what_was_there_before_the_start_is_not_counted(void **state)
{
    struct core *c = *state;
    rig_text(c->rig, MEMBER, "VAO");
    metrics_free(c->metrics);
    c->metrics = metrics_new(&c->w, c->lines);
    assert_non_null(c->metrics);
    assert_true(prom_value(scrape(c), "tinbao_sms_received_total{line=\"gsm1\"}") == 0);
}

static void a_line_says_its_signal_network_and_store(void **state)
{
    struct core *c = *state;
    lines_start(c->lines);
    say_status(c, -71, REG_HOME);
    const char *text = scrape(c);
    assert_true(prom_value(text, "tinbao_line_up{line=\"gsm1\"}") == 1);
    assert_true(prom_value(text, "tinbao_modem_signal_dbm{line=\"gsm1\"}") == -71);
    assert_true(prom_value(text, "tinbao_modem_registration{line=\"gsm1\",state=\"home\"}") == 1);
    assert_true(prom_value(text, "tinbao_modem_registration{line=\"gsm1\",state=\"denied\"}") == 0);
    assert_true(prom_value(text, "tinbao_sim_slots_used{line=\"gsm1\"}") == 3);
    assert_true(prom_value(text, "tinbao_sim_slots{line=\"gsm1\"}") == 30);
}

static void credit_is_said_once_it_is_known(void **state)
{
    struct core *c = *state;
    assert_null(strstr(scrape(c), "\ntinbao_balance_dong{"));
    assert_int_equal(db_begin(c->rig->db), 0);
    assert_int_equal(desk_balance(c->rig->desk, "gsm1", 0, "TK goc: 12.500d. HSD: 31/12/2026"), 0);
    assert_int_equal(db_commit(c->rig->db), 0);
    assert_true(prom_value(scrape(c), "tinbao_balance_dong{line=\"gsm1\"}") == 12500);
}

static void counters_of_the_sender_and_the_disk_are_said(void **state)
{
    struct core *c = *state;
    c->w.tally.sent[0] = 7;
    c->w.tally.delivered = 5;
    c->w.tally.undelivered = 2;
    tally_commit(&c->w.tally, 800, true);
    tally_commit(&c->w.tally, 9000, true);
    tally_commit(&c->w.tally, 90000000, true);
    tally_commit(&c->w.tally, 1, false);
    const char *text = scrape(c);
    assert_true(prom_value(text, "tinbao_sms_sent_total{line=\"gsm1\"}") == 7);
    assert_true(prom_value(text, "tinbao_dlr_total{result=\"delivered\"}") == 5);
    assert_true(prom_value(text, "tinbao_dlr_total{result=\"failed\"}") == 2);
    assert_true(prom_value(text, "tinbao_database_commit_seconds_bucket{le=\"0.001\"}") == 1);
    assert_true(prom_value(text, "tinbao_database_commit_seconds_bucket{le=\"2.5\"}") == 2);
    assert_true(prom_value(text, "tinbao_database_commit_seconds_count") == 3);
    assert_true(prom_value(text, "tinbao_database_commit_failures_total") == 1);
}

/* Of people, villages and kinds nothing is in them, whatever was written. */
static void no_person_place_or_kind_is_in_a_metric(void **state)
{
    struct core *c = *state;
    lines_start(c->lines);
    say_status(c, -71, REG_HOME);
    rig_text(c->rig, MEMBER, "BC man de bao hanh danh vo, goi 0912345678");
    rig_text(c->rig, STRANGER, "TIN man de co danh bac, bien so 29A12345");
    rig_text(c->rig, LEADER, "SOS");
    const char *text = scrape(c);
    static const char *const never[] = {"0912",  "+84",    "8491",   "9802000", "BAOHANH", "TRENGUY",
                                        "COBAC", "Man De", "man de", "Nguy",    "Viet",    "29A"};
    for (size_t i = 0; i < ARRAY_LEN(never); i++)
        if (strstr(text, never[i]))
            fail_msg("'%s' is in the metrics", never[i]);
}

static void a_buffer_that_is_too_small_is_an_error(void **state)
{
    struct core *c = *state;
    assert_int_equal(metrics_text(c->metrics, &c->about, c->text, 3000), -EMSGSIZE);
}

/* --- health ------------------------------------------------------------------------------- */

static const struct health_check *check(const struct health *h, const char *name)
{
    for (size_t i = 0; i < h->n; i++)
        if (!strcmp(h->checks[i].name, name))
            return &h->checks[i];
    fail_msg("no check '%s'", name);
    return NULL;
}

static struct health look(struct core *c)
{
    struct health h;
    health_of(&c->w, c->lines, &c->about, &h);
    return h;
}

static void a_good_service_passes_every_check(void **state)
{
    struct core *c = *state;
    lines_start(c->lines);
    say_status(c, -71, REG_HOME);
    struct health h = look(c);
    for (size_t i = 0; i < h.n; i++)
        if (strcmp(h.checks[i].name, "disk") != 0 && h.checks[i].status != HEALTH_PASS)
            fail_msg("%s: %s", h.checks[i].name, h.checks[i].output);
}

static void a_line_without_network_is_a_warning_and_no_line_at_all_a_failure(void **state)
{
    struct core *c = *state;
    struct health h = look(c);
    assert_int_equal(check(&h, "lines")->status, HEALTH_WARN); /* it may be starting */
    assert_int_equal(check(&h, "line:gsm1")->status, HEALTH_WARN);
    c->about.started_ms = mono_ms() - 10 * MINUTE_MS;
    h = look(c);
    assert_int_equal(check(&h, "lines")->status, HEALTH_FAIL);
    assert_int_equal(h.status, HEALTH_FAIL);
    lines_start(c->lines);
    say_status(c, -71, REG_DENIED);
    h = look(c);
    assert_non_null(strstr(check(&h, "line:gsm1")->output, "no network"));
    assert_int_equal(check(&h, "lines")->status, HEALTH_FAIL);
    say_status(c, -71, REG_ROAMING);
    h = look(c);
    assert_int_equal(check(&h, "lines")->status, HEALTH_PASS);
}

static void a_database_that_takes_nothing_fails(void **state)
{
    struct core *c = *state;
    c->about.stuck = true;
    struct health h = look(c);
    assert_int_equal(check(&h, "database")->status, HEALTH_FAIL);
    c->about.stuck = false;
    health_look(&c->w, c->lines, &c->about, NULL, &h);
    assert_int_equal(check(&h, "database")->status, HEALTH_FAIL);
}

static void texts_that_wait_and_jobs_that_are_late_are_seen(void **state)
{
    struct core *c = *state;
    rig_text(c->rig, MEMBER, "BC man de chay nha");
    struct health h = look(c);
    assert_int_equal(check(&h, "queue")->status, HEALTH_PASS);
    clock_advance(c->rig->clock, 4 * MINUTE_MS); /* and nothing goes out, no job is run */
    h = look(c);
    assert_int_equal(check(&h, "queue")->status, HEALTH_WARN);
    clock_advance(c->rig->clock, 20 * MINUTE_MS);
    h = look(c);
    assert_int_equal(check(&h, "queue")->status, HEALTH_FAIL);
    assert_non_null(strstr(check(&h, "queue")->output, "alert"));
    assert_int_equal(check(&h, "jobs")->status, HEALTH_FAIL);
    assert_true(prom_value(scrape(c), "tinbao_jobs_overdue") >= 1);
}

static void a_clock_that_was_set_back_or_lost_is_seen(void **state)
{
    struct core *c = *state;
    clock_jump(c->rig->clock, -HOUR_MS);
    struct health h = look(c);
    assert_int_equal(check(&h, "clock")->status, HEALTH_WARN);
    clock_jump(c->rig->clock, -RIG_START_MS);
    h = look(c);
    assert_int_equal(check(&h, "clock")->status, HEALTH_FAIL);
}

static void health_is_said_as_json_with_the_worst_first(void **state)
{
    struct core *c = *state;
    char json[8192];
    c->about.stuck = true;
    struct health h = look(c);
    assert_int_equal(health_json(&h, json, sizeof(json)), 0);
    assert_ptr_equal(strstr(json, "{\"status\":\"fail\""), json);
    assert_non_null(strstr(json, "\"output\":\"nothing can be written"));
    assert_non_null(strstr(json, "\"database\":[{\"status\":\"fail\""));
    assert_int_equal(health_json(&h, json, 100), -EMSGSIZE);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reader_of_the_format_is_strict),
        T(an_idle_core_has_well_formed_metrics),
        T(what_comes_in_is_counted_once_each),
        T(what_was_there_before_the_start_is_not_counted),
        T(a_line_says_its_signal_network_and_store),
        T(credit_is_said_once_it_is_known),
        T(counters_of_the_sender_and_the_disk_are_said),
        T(no_person_place_or_kind_is_in_a_metric),
        T(a_buffer_that_is_too_small_is_an_error),
        T(a_good_service_passes_every_check),
        T(a_line_without_network_is_a_warning_and_no_line_at_all_a_failure),
        T(a_database_that_takes_nothing_fails),
        T(texts_that_wait_and_jobs_that_are_late_are_seen),
        T(a_clock_that_was_set_back_or_lost_is_seen),
        T(health_is_said_as_json_with_the_worst_first),
    };
    return cmocka_run_group_tests_name("serve_metrics", tests, NULL, NULL);
}
