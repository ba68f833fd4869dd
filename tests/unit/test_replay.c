// SPDX-License-Identifier: GPL-2.0-or-later
/* A database is lost and the journal played again: every incident under its code, as it stood; nothing twice, and
 * nobody is woken by what he has heard before. */
#include "tests/unit/desk_rig.h"

#include "gateway/serve/journaling.h"
#include "gateway/serve/replay.h"
#include "gateway/serve/requests.h"
#include "store/incident.h"

#include <fcntl.h>
#include <sys/stat.h>

struct box {
    struct works w;
    char dir[64], medium[80];
};

/* As setup.c begins; 0 or what replay_run said. */
static int box_start(struct box *b)
{
    struct problems *p = problems_new();
    uint64_t last = 0;
    assert_int_equal(db_open(&b->w.db, b->dir, DB_WRITE), 0);
    assert_int_equal(user_sync(b->w.db, b->w.cfg->roster, b->w.cfg->n_roster, clock_now_ms(b->w.clock), NULL), 0);
    b->w.journaling = journaling_new(&b->w, b->dir);
    int rc = replay_run(&b->w, &last);
    b->w.desk = desk_new(b->w.db, b->w.cfg, b->w.clock, p);
    assert_non_null(b->w.desk);
    problems_free(p);
    if (rc)
        return rc;
    journaling_begin(b->w.journaling, last);
    assert_int_equal(works_begin(&b->w), 0);
    assert_int_equal(desk_start(b->w.desk), 0);
    assert_int_equal(works_commit(&b->w), 0);
    assert_int_equal(replay_tell(&b->w), 0);
    return 0;
}

/* in order: as by SIGTERM; else as if it had died here. */
static void box_stop(struct box *b, bool in_order)
{
    if (in_order) {
        journaling_end(b->w.journaling);
        assert_int_equal(works_save_time(&b->w), 0);
    }
    journaling_free(b->w.journaling);
    desk_free(b->w.desk);
    db_close(b->w.db);
    b->w.service_saved_ms = 0;
}

static void lose_database(struct box *b)
{
    static const char *const names[] = {"tinbao.db", "tinbao.db-wal", "tinbao.db-shm"};
    char path[200];
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        snprintf(path, sizeof(path), "%s/%s", b->dir, names[i]);
        unlink(path);
    }
}

static int box_setup(void **state)
{
    struct box *b = calloc(1, sizeof(*b));
    struct problems *p = problems_new();
    *state = b;
    log_setup("test", LOG_ERR_ - 1, false);
    memcpy(b->dir, "/tmp/tinbao-replay-XXXXXX", sizeof("/tmp/tinbao-replay-XXXXXX"));
    b->w.manual = true;
    b->w.clock = clock_new_manual(RIG_START_MS, 1000);
    b->w.cfg = config_load("config/demo/tinbao.cfg", p);
    problems_free(p);
    if (!mkdtemp(b->dir) || !b->w.cfg)
        return -1;
    snprintf(b->medium, sizeof(b->medium), "%s-medium", b->dir);
    return box_start(b);
}

static void empty(const char *dir)
{
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d));) {
        char path[400];
        snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
        if (e->d_name[0] != '.')
            unlink(path);
    }
    if (d)
        closedir(d);
    rmdir(dir);
}

static int box_teardown(void **state)
{
    struct box *b = *state;
    box_stop(b, true);
    empty(b->dir);
    empty(b->medium);
    config_free(b->w.cfg);
    clock_free(b->w.clock);
    free(b);
    return 0;
}

/* As the inbox does it. */
static int keep_part(struct box *b, const struct sms_part *p, bool commit)
{
    int rc = works_begin(&b->w);
    journaling_next(b->w.journaling);
    if (!rc)
        rc = desk_part(b->w.desk, "gsm1", p);
    if (!rc)
        journaling_part(b->w.journaling, "gsm1", p);
    if (!rc && commit)
        rc = works_commit(&b->w);
    else if (!rc) /* the journal was written, the commit never came */
        rc = journaling_commit(b->w.journaling, false);
    if (commit)
        works_rollback(&b->w);
    return rc;
}

static struct sms_part text_part(struct box *b, const char *sender, const char *text)
{
    struct sms_part p = {.total = 1, .seq = 1, .smsc_ms = clock_now_ms(b->w.clock)};
    snprintf(p.sender, sizeof(p.sender), "%s", sender);
    p.body_len = (uint16_t)utf8_to_utf16be(text, p.body, sizeof(p.body));
    return p;
}

static void text(struct box *b, const char *sender, const char *words)
{
    struct sms_part p = text_part(b, sender, words);
    assert_int_equal(keep_part(b, &p, true), 0);
    clock_advance(b->w.clock, 1000);
}

static void call(struct box *b, const char *number)
{
    assert_int_equal(works_begin(&b->w), 0);
    journaling_next(b->w.journaling);
    assert_int_equal(desk_call(b->w.desk, "gsm1", number), 0);
    journaling_call(b->w.journaling, "gsm1", number);
    assert_int_equal(works_commit(&b->w), 0);
    clock_advance(b->w.clock, 1000);
}

/* As the ticker does it. */
static void later(struct box *b, int64_t ms)
{
    struct job job;
    clock_advance(b->w.clock, ms);
    for (struct now now = desk_now(b->w.desk); job_due(b->w.db, now.rel_ms, now.wall_ms, &job) == 0;) {
        assert_int_equal(works_begin(&b->w), 0);
        journaling_next(b->w.journaling);
        assert_int_equal(desk_job(b->w.desk, &job), 0);
        journaling_job(b->w.journaling, &job);
        assert_int_equal(works_commit(&b->w), 0);
    }
}

static void ask(struct box *b, const char *sql, char *out, size_t size)
{
    assert_int_equal(db_exec(b->w.db, sql, out, size), 0);
}

static long number(struct box *b, const char *sql)
{
    char out[64];
    ask(b, sql, out, sizeof(out));
    return strtol(out, NULL, 10);
}

/* All that makes an incident and its story, and the teams' attendance, as one text. */
static void story(struct box *b, char *out, size_t size)
{
    ask(b,
        "SELECT (SELECT group_concat(x, char(10)) FROM (SELECT i.code || ' ' || i.form || ' ' || i.kind || ' ' || "
        "COALESCE(i.place, '-') || ' ' || i.state || ' ' || i.text || ' ' || COALESCE(u.phone, '-') || ' ' || "
        "i.created_ms || ' ' || COALESCE(a.phone, '-') || ' ' || COALESCE(i.outcome, '-') AS x FROM incident i "
        "LEFT JOIN \"user\" u ON u.id = i.user_id LEFT JOIN \"user\" a ON a.id = i.acked_by ORDER BY i.code)) || '|' "
        "|| "
        "COALESCE((SELECT group_concat(y, char(10)) FROM (SELECT u.phone || ' ' || in_ms || ' ' || COALESCE(out_ms, 0) "
        "AS y "
        "FROM attendance t JOIN \"user\" u ON u.id = t.user_id ORDER BY t.id)), '')",
        out, size);
}

static void code_of(struct box *b, const char *form, char out[16])
{
    char sql[120];
    snprintf(sql, sizeof(sql), "SELECT code FROM incident WHERE form = '%s' ORDER BY id DESC LIMIT 1", form);
    ask(b, sql, out, 16);
}

/* An evening: reports, a tip, SOS, NHAN, XONG, a patrol by missed calls, a text in parts whose end never came. */
static void evening(struct box *b)
{
    char code[16], words[80];
    text(b, MEMBER, "BC man de trom mat xe wave");
    code_of(b, "incident", code);
    snprintf(words, sizeof(words), "NHAN %s", code);
    text(b, OFFICER, words);
    call(b, "+84912000002");
    text(b, STRANGER, "TIN man de co danh bac");
    later(b, 120000);
    snprintf(words, sizeof(words), "XONG %s da tim thay xe", code);
    text(b, OFFICER, words);
    text(b, MEMBER, "BC man de danh nhau o cho");
    struct sms_part p = text_part(b, "+84912000003", "BC man de chay rom sau nha, goi");
    p.ref = 9, p.ref_bits = 8, p.total = 2, p.seq = 1;
    assert_int_equal(keep_part(b, &p, true), 0);
    later(b, 700000); /* handled as it is, by its job */
    text(b, "+84912000004", "SOS");
    later(b, 60000);
    call(b, "+84912000002"); /* RA */
}

static void a_lost_database_is_as_it_was(void **state)
{
    struct box *b = *state;
    char before[4096], after[4096];
    evening(b);
    story(b, before, sizeof(before));
    assert_non_null(strstr(before, "closed"));
    assert_non_null(strstr(before, "CHAY"));
    assert_non_null(strstr(before, "sos"));
    box_stop(b, false);
    lose_database(b);
    clock_advance(b->w.clock, 300000);
    assert_int_equal(box_start(b), 0);
    story(b, after, sizeof(after));
    assert_string_equal(before, after);
}

static void played_again_and_again_it_is_the_same(void **state)
{
    struct box *b = *state;
    char before[4096], after[4096];
    evening(b);
    story(b, before, sizeof(before));
    long rows = 0;
    for (int i = 0; i < 3; i++) {
        box_stop(b, i == 1);
        if (i == 0)
            lose_database(b);
        assert_int_equal(box_start(b), 0);
        story(b, after, sizeof(after));
        assert_string_equal(before, after);
        long now = number(b, "SELECT COUNT(*) FROM message");
        assert_true(i == 0 || now == rows);
        rows = now;
    }
}

static void what_was_sent_before_is_not_sent_again(void **state)
{
    struct box *b = *state;
    evening(b);
    later(b, 600000);
    text(b, MEMBER, "BC man de co bac o quan nuoc"); /* its confirmation may not have gone */
    box_stop(b, false);
    lose_database(b);
    clock_advance(b->w.clock, 20000);
    assert_int_equal(box_start(b), 0);
    assert_int_equal(number(b, "SELECT COUNT(*) FROM outbox WHERE state = 'queued' AND body LIKE 'Da nhan vu%'"), 1);
    /* of the three that nobody took, once each, as a repeat */
    assert_int_equal(number(b, "SELECT COUNT(*) FROM outbox WHERE state = 'queued' AND priority <= 1 AND body NOT LIKE "
                               "'%doc lai%' AND created_ms < (SELECT MAX(created_ms) FROM outbox)"),
                     0);
    assert_true(number(b, "SELECT COUNT(*) FROM outbox WHERE state = 'queued' AND priority <= 1") > 0);
    long again =
        number(b, "SELECT COUNT(DISTINCT incident_id) FROM outbox WHERE state = 'queued' AND priority <= 1 AND "
                  "incident_id IS NOT NULL");
    assert_int_equal(again, number(b, "SELECT COUNT(*) FROM job WHERE kind = 'alert'"));
    /* and who answers for it is told, once */
    assert_true(number(b, "SELECT COUNT(*) FROM outbox WHERE body LIKE '%doc lai%'") > 0);
    long told = number(b, "SELECT COUNT(*) FROM outbox WHERE body LIKE '%doc lai%'");
    box_stop(b, false);
    assert_int_equal(box_start(b), 0);
    assert_int_equal(number(b, "SELECT COUNT(*) FROM outbox WHERE body LIKE '%doc lai%'"), told);
}

static void a_siren_of_the_evening_sleeps_in_the_morning(void **state)
{
    struct box *b = *state;
    text(b, MEMBER, "BC man de danh nhau o cho");
    box_stop(b, false);
    lose_database(b);
    clock_advance(b->w.clock, 9 * HOUR_MS);
    assert_int_equal(box_start(b), 0);
    int64_t rel = desk_now(b->w.desk).rel_ms;
    assert_true(outbox_expire(b->w.db, rel) > 0); /* what was written then has run out */
    assert_int_equal(number(b, "SELECT COUNT(*) FROM outbox WHERE state = 'queued' AND body LIKE 'Da nhan vu%'"), 0);
    later(b, 1000); /* open, and nobody took it: it is said again, as what it is */
    assert_true(
        number(b, "SELECT COUNT(*) FROM outbox WHERE state = 'queued' AND priority = 1 AND incident_id IS NOT NULL") >
        0);
    assert_in_range(number(b, "SELECT alert_step FROM incident"), 1, 2); /* 2: the first came to nobody's phone */
    assert_int_equal(number(b, "SELECT MAX(n) FROM (SELECT COUNT(*) AS n FROM outbox WHERE state = 'queued' AND "
                               "priority = 1 AND incident_id IS NOT NULL GROUP BY recipient)"),
                     1);
}

static void a_death_between_journal_and_commit_loses_nothing(void **state)
{
    struct box *b = *state;
    char code[16];
    text(b, MEMBER, "BC man de trom mat xe wave");
    struct sms_part p = text_part(b, MEMBER, "BC man de danh nhau o cho");
    assert_int_equal(keep_part(b, &p, false), 0);
    code_of(b, "incident", code);
    desk_free(b->w.desk); /* dies in the middle of its transaction */
    db_rollback(b->w.db);
    db_close(b->w.db);
    journaling_free(b->w.journaling);
    b->w.service_saved_ms = 0;
    assert_int_equal(box_start(b), 0);
    char again[16];
    code_of(b, "incident", again);
    assert_string_equal(code, again);
    assert_int_equal(number(b, "SELECT COUNT(*) FROM incident"), 2);
    assert_int_equal(number(b, "SELECT COUNT(*) FROM outbox WHERE state = 'queued' AND body LIKE 'Da nhan vu%'"), 2);
    assert_int_equal(number(b, "SELECT COUNT(*) FROM outbox WHERE body LIKE '%doc lai%'"), 0); /* no loss, no word */
    assert_int_equal(keep_part(b, &p, true), 0); /* and the SIM hands it over once more */
    assert_int_equal(number(b, "SELECT COUNT(*) FROM incident"), 2);
}

static void what_was_rolled_back_did_not_happen(void **state)
{
    struct box *b = *state;
    char code[16], again[16];
    struct sms_part p = text_part(b, MEMBER, "BC man de trom mat xe wave");
    assert_int_equal(keep_part(b, &p, false), 0); /* written */
    db_rollback(b->w.db);
    journaling_decided(b->w.journaling, false); /* and the commit failed */
    desk_rolled_back(b->w.desk);
    assert_int_equal(keep_part(b, &p, true), 0); /* tried again, with another code */
    code_of(b, "incident", code);
    box_stop(b, false);
    lose_database(b);
    assert_int_equal(box_start(b), 0);
    code_of(b, "incident", again);
    assert_string_equal(code, again);
    assert_int_equal(number(b, "SELECT COUNT(*) FROM incident"), 1);
}

static int find_pin(void *ctx, const struct journal_item *it)
{
    char words[200];
    if (it->type != JOURNAL_PART)
        return 0;
    ++*(int *)ctx;
    assert_true(it->hidden);
    utf16be_to_utf8(it->part.body, it->part.body_len, words, sizeof(words));
    assert_null(strstr(words, "4321"));
    return 0;
}

static void a_pin_is_in_no_journal(void **state)
{
    struct box *b = *state;
    int found = 0;
    struct journal_seen seen;
    const char *dir = b->dir;
    text(b, OFFICER, "*2#4321");
    assert_int_equal(journal_each(b->w.db, &dir, 1, 0, find_pin, &found, &seen), 0);
    assert_int_equal(found, 1);
    box_stop(b, false);
    lose_database(b);
    assert_int_equal(box_start(b), 0);
    assert_int_equal(number(b, "SELECT COUNT(*) FROM message WHERE disposition = 'code'"), 1);
    assert_int_equal(number(b, "SELECT COUNT(*) FROM pin_try"), 0); /* what stands for it is no wrong one */
}

static void an_invite_lets_in_after_it(void **state)
{
    struct box *b = *state;
    char code[64], words[80];
    assert_int_equal(works_begin(&b->w), 0);
    journaling_next(b->w.journaling);
    assert_int_equal(desk_invite(b->w.desk, "7 member 6 Nguyen Van Moi", code, sizeof(code)), 0);
    journaling_console(b->w.journaling, "invite 7 member 6 Nguyen Van Moi");
    assert_int_equal(works_commit(&b->w), 0);
    box_stop(b, false);
    lose_database(b);
    assert_int_equal(box_start(b), 0);
    snprintf(words, sizeof(words), "DK %s", code);
    text(b, STRANGER, words);
    assert_int_equal(number(b, "SELECT COUNT(*) FROM \"user\" WHERE name = 'Nguyen Van Moi'"), 1);
}

static void no_turn(void *ctx)
{
    (void)ctx;
}

static void console(struct box *b, const char *request)
{
    char out[1000];
    struct requests r = {.w = &b->w, .turn = no_turn};
    assert_int_equal(requests_answer(&r, request, out, sizeof(out)), 0);
}

static void a_phone_that_the_console_revoked_stays_revoked(void **state)
{
    struct box *b = *state;
    console(b, "revoke " MEMBER);
    console(b, "revoke " OFFICER);
    console(b, "restore " OFFICER);
    box_stop(b, false);
    lose_database(b);
    assert_int_equal(box_start(b), 0);
    assert_int_equal(number(b, "SELECT COUNT(*) FROM revoked"), 1);
    assert_int_equal(number(b, "SELECT COUNT(*) FROM \"user\" WHERE phone = '" MEMBER "'"), 0);
    assert_int_equal(number(b, "SELECT COUNT(*) FROM \"user\" WHERE phone = '" OFFICER "' AND active = 1"), 1);
}

/* The backup: made, or put into place. */
static void older(struct box *b, bool make)
{
    char path[200], copy[200];
    snprintf(path, sizeof(path), "%s/tinbao.db", b->dir);
    snprintf(copy, sizeof(copy), "%s/older", b->dir);
    if (!make) {
        assert_int_equal(rename(copy, path), 0);
        return;
    }
    FILE *in = fopen(path, "re"), *out = fopen(copy, "we");
    for (int c; (c = fgetc(in)) != EOF;)
        fputc(c, out);
    fclose(in);
    fclose(out);
}

static void an_older_database_gets_what_came_after_it(void **state)
{
    struct box *b = *state;
    char before[4096], after[4096];
    text(b, MEMBER, "BC man de trom mat xe wave");
    call(b, "+84912000002");
    later(b, 90000);
    text(b, MEMBER, "VAO");
    box_stop(b, true);
    older(b, true);
    assert_int_equal(box_start(b), 0);
    evening(b);
    story(b, before, sizeof(before));
    box_stop(b, false);
    lose_database(b);
    older(b, false);
    assert_int_equal(box_start(b), 0);
    story(b, after, sizeof(after));
    assert_string_equal(before, after);
}

/* With the ticker it waits and all else goes on: here it must not end each start, and take a text each time. */
static void a_job_that_fails_takes_nothing_with_it(void **state)
{
    struct box *b = *state;
    char out[16];
    text(b, MEMBER, "BC man de trom mat xe wave");
    ask(b, "INSERT INTO meta (key, value) VALUES ('late_count', '5')", out, sizeof(out));
    ask(b,
        "CREATE TRIGGER poison BEFORE UPDATE ON meta WHEN NEW.key = 'late_count'"
        " BEGIN SELECT RAISE(ABORT, 'poison'); END",
        out, sizeof(out));
    assert_int_equal(job_set(b->w.db, "late", "", JOB_REL, desk_now(b->w.desk).rel_ms + 60000), 0);
    box_stop(b, true);
    older(b, true);
    assert_int_equal(box_start(b), 0);
    ask(b, "DROP TRIGGER poison", out, sizeof(out));
    evening(b);
    int64_t incidents = number(b, "SELECT COUNT(*) FROM incident"), texts = number(b, "SELECT COUNT(*) FROM message");
    box_stop(b, false);
    lose_database(b);
    older(b, false);
    assert_int_equal(box_start(b), 0);
    assert_int_equal(number(b, "SELECT COUNT(*) FROM incident"), incidents);
    assert_int_equal(number(b, "SELECT COUNT(*) FROM message"), texts);
    assert_int_equal(number(b, "SELECT COUNT(*) FROM job WHERE kind = 'late'"), 1);
}

/* A crash, a start without the medium, its return: no number of a record is given twice. */
static void records_written_without_the_medium_do_not_hide_behind_its_own(void **state)
{
    struct box *b = *state;
    box_stop(b, true);
    snprintf(b->w.cfg->journal.dir, sizeof(b->w.cfg->journal.dir), "%s", b->medium);
    assert_int_equal(box_start(b), 0);
    text(b, MEMBER, "BC man de trom mat xe wave");
    text(b, MEMBER, "BC man de danh nhau o cho");
    box_stop(b, false);
    snprintf(b->w.cfg->journal.dir, sizeof(b->w.cfg->journal.dir), "%s/none/journal", b->medium);
    assert_int_equal(box_start(b), 0);
    text(b, MEMBER, "BC man de chay rom sau nha");
    text(b, MEMBER, "BC man de co nguoi la");
    box_stop(b, false);
    snprintf(b->w.cfg->journal.dir, sizeof(b->w.cfg->journal.dir), "%s", b->medium);
    assert_int_equal(box_start(b), 0);
    text(b, MEMBER, "BC man de mat dien");
    box_stop(b, false);
    lose_database(b);
    assert_int_equal(box_start(b), 0);
    assert_int_equal(number(b, "SELECT COUNT(*) FROM message"), 5);
}

static void a_medium_that_is_gone_stops_nothing(void **state)
{
    struct box *b = *state;
    char before[4096], after[4096];
    struct journaling_state s;
    box_stop(b, true);
    snprintf(b->w.cfg->journal.dir, sizeof(b->w.cfg->journal.dir), "%s/none/journal", b->medium);
    assert_int_equal(box_start(b), 0);
    journaling_state(b->w.journaling, &s);
    assert_string_equal(s.dir, b->dir); /* beside the database meanwhile */
    assert_non_null(strstr(s.why, "not there"));
    evening(b);
    story(b, before, sizeof(before));
    box_stop(b, false);
    lose_database(b);
    snprintf(b->w.cfg->journal.dir, sizeof(b->w.cfg->journal.dir), "%s", b->medium); /* it is back */
    assert_int_equal(box_start(b), 0);
    story(b, after, sizeof(after));
    assert_string_equal(before, after);
    journaling_state(b->w.journaling, &s);
    assert_string_equal(s.dir, b->medium);
    assert_string_equal(s.why, "");
    evening(b);
    story(b, before, sizeof(before));
    box_stop(b, false);
    lose_database(b);
    assert_int_equal(box_start(b), 0); /* both are read as one */
    story(b, after, sizeof(after));
    assert_string_equal(before, after);
}

#define box_test(name) cmocka_unit_test_setup_teardown(name, box_setup, box_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        box_test(a_lost_database_is_as_it_was),
        box_test(played_again_and_again_it_is_the_same),
        box_test(what_was_sent_before_is_not_sent_again),
        box_test(a_siren_of_the_evening_sleeps_in_the_morning),
        box_test(a_death_between_journal_and_commit_loses_nothing),
        box_test(what_was_rolled_back_did_not_happen),
        box_test(a_pin_is_in_no_journal),
        box_test(an_invite_lets_in_after_it),
        box_test(a_phone_that_the_console_revoked_stays_revoked),
        box_test(an_older_database_gets_what_came_after_it),
        box_test(a_job_that_fails_takes_nothing_with_it),
        box_test(records_written_without_the_medium_do_not_hide_behind_its_own),
        box_test(a_medium_that_is_gone_stops_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
