// SPDX-License-Identifier: GPL-2.0-or-later
/* The core as a whole under a clock that stands, with this program as its player and as the
 * far end of its line: what is kept when, what is sent when, and what is left after a kill. */
#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "gateway/base/utf.h"
#include "gateway/line/line.h"
#include "gateway/serve/core.h"
#include "gateway/serve/player.h"
#include "gateway/serve/setup.h"
#include "tests/unit/scratch.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cmocka.h>
#include <sqlite3.h>

#define CONFIG "config/demo/tinbao.cfg"
#define MEMBER "+84912000001"
#define OFFICER "+84903000001"
#define MAX 64

struct rig {
    struct scratch *dir;
    pid_t pid;
    int play, line;
    int64_t wall_ms, boot_ms;
    uint64_t n;
    int kept, sends, usds;
    uint64_t kept_handles[MAX];
    struct line_send sent[MAX];
    enum line_sent answer; /* what the line says to each send */
    uint16_t cms;
    bool mute; /* answers no send */
    struct play_msg idle;
};

static void say(struct rig *r, uint32_t type, uint64_t n, int64_t a, int64_t b)
{
    struct play_msg m = {.magic = PLAY_MAGIC, .type = type, .n = n, .a = a, .b = b};
    (void)!send(r->play, &m, sizeof(m), MSG_NOSIGNAL);
}

static void start(struct rig *r)
{
    int play[2], line[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, play), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, line), 0);
    fflush(NULL);
    r->pid = fork();
    if (r->pid == 0) {
        struct core_options o = {
            .config_path = CONFIG, .state_dir = r->dir->dir, .player_fd = play[0], .line_fd = line[0]};
        close(play[1]);
        close(line[1]);
        signal(SIGXFSZ, SIG_IGN);
        (void)!freopen("/dev/null", "w", stderr);
        _exit(core_main(&o));
    }
    close(play[0]);
    close(line[0]);
    r->play = play[1];
    r->line = line[1];
    say(r, PLAY_CLOCK, 0, r->wall_ms, r->boot_ms);
}

static void stop(struct rig *r)
{
    close(r->play);
    close(r->line);
    waitpid(r->pid, NULL, 0);
}

static int setup(void **state)
{
    struct rig *r = calloc(1, sizeof(*r));
    void *dir = NULL;
    if (!r || scratch_make(&dir))
        return -1;
    r->dir = dir;
    civil_parse("2026-11-12 21:05", &r->wall_ms);
    r->boot_ms = 1000000;
    *state = r;
    start(r);
    return 0;
}

static int teardown(void **state)
{
    struct rig *r = *state;
    void *dir = r->dir;
    stop(r);
    int rc = scratch_remove(&dir);
    free(r);
    return rc;
}

static void answer_send(struct rig *r, const struct line_send *s)
{
    struct line_msg m;
    if (r->sends < MAX)
        r->sent[r->sends] = *s;
    r->sends++;
    if (r->mute)
        return;
    line_msg_init(&m, LINE_SENT);
    m.u.sent.id = s->id;
    m.u.sent.result = (uint8_t)r->answer;
    m.u.sent.ref = (uint8_t)r->sends;
    m.u.sent.cms = r->cms;
    line_put(r->line, &m);
}

/* The far end of the line, as far as the core has spoken. */
static void play_line(struct rig *r)
{
    struct line_msg m, a;
    while (line_get(r->line, &m) == 1) {
        if (m.type == LINE_SEND) {
            answer_send(r, &m.u.send);
        } else if (m.type == LINE_KEPT) {
            if (r->kept < MAX)
                r->kept_handles[r->kept] = m.u.kept.handle;
            r->kept++;
        } else if (m.type == LINE_SYNC) {
            line_msg_init(&a, LINE_SYNCED);
            a.u.sync = m.u.sync;
            line_put(r->line, &a);
        } else if (m.type == LINE_USSD) {
            r->usds++;
        }
    }
}

/* 1 idle, 0 the core is gone. */
static int settle_for(struct rig *r, int64_t stall_ms)
{
    struct play_msg m;
    say(r, PLAY_SETTLE, ++r->n, stall_ms, 0);
    for (int i = 0; i < 20000; i++) {
        struct pollfd p[] = {{.fd = r->play, .events = POLLIN}, {.fd = r->line, .events = POLLIN}};
        poll(p, 2, 1000);
        play_line(r);
        ssize_t got = recv(r->play, &m, sizeof(m), 0);
        if (got == 0 || (got < 0 && errno != EAGAIN)) {
            play_line(r);
            return 0;
        }
        if (got == (ssize_t)sizeof(m) && m.type == PLAY_IDLE && m.n == r->n) {
            r->idle = m;
            return 1;
        }
    }
    fail_msg("the core does not come to rest");
    return 0;
}

static int settle(struct rig *r)
{
    return settle_for(r, 5000);
}

static void pass(struct rig *r, int64_t ms)
{
    r->wall_ms += ms;
    r->boot_ms += ms;
    say(r, PLAY_CLOCK, 0, r->wall_ms, r->boot_ms);
}

static void restart(struct rig *r)
{
    stop(r);
    start(r);
}

static void part_of(struct line_msg *m, uint64_t handle, const char *from, const char *text, int64_t smsc_ms)
{
    line_msg_init(m, LINE_PART);
    struct sms_part *p = &m->u.part.part;
    m->u.part.handle = handle;
    str_copy(p->sender, sizeof(p->sender), from);
    p->total = p->seq = 1;
    p->smsc_ms = smsc_ms;
    p->body_len = (uint16_t)utf8_to_utf16be(text, p->body, sizeof(p->body));
}

static void text(struct rig *r, uint64_t handle, const char *from, const char *words)
{
    struct line_msg m;
    part_of(&m, handle, from, words, r->wall_ms);
    assert_int_equal(line_put(r->line, &m), 0);
}

static int sent_to(const struct rig *r, const char *number)
{
    int n = 0;
    for (int i = 0; i < r->sends && i < MAX; i++)
        n += strcmp(r->sent[i].part.sender, number) == 0;
    return n;
}

static void a_report_is_kept_confirmed_and_alerted(void **state)
{
    struct rig *r = *state;
    text(r, 11, MEMBER, "BC man de trom mat xe wave");
    assert_int_equal(settle(r), 1);
    assert_int_equal(r->kept, 1);
    assert_int_equal(r->kept_handles[0], 11);
    assert_int_equal(sent_to(r, MEMBER), 1);
    assert_int_equal(sent_to(r, OFFICER), 1);
    assert_true(r->idle.b == 1);
    assert_true(r->idle.a > r->wall_ms);
}

static void a_backlog_is_kept_once_each(void **state)
{
    struct rig *r = *state;
    char words[80];
    for (int i = 0; i < 40; i++) {
        snprintf(words, sizeof(words), "BC man de co bac vu so %d", i);
        text(r, (uint64_t)i + 1, MEMBER, words);
    }
    assert_int_equal(settle(r), 1);
    assert_int_equal(r->kept, 40);
    assert_int_equal(sent_to(r, MEMBER), 40);
}

static int64_t ask_db(const struct rig *r, const char *sql)
{
    char path[300];
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;
    snprintf(path, sizeof(path), "%s/tinbao.db", r->dir->dir);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
    int64_t n = sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_int64(st, 0) : 0;
    sqlite3_finalize(st);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return n;
}

static void a_text_that_can_not_be_handled_is_parked_and_the_others_go_on(void **state)
{
    struct rig *r = *state;
    assert_int_equal(settle(r), 1);
    stop(r);
    ask_db(r, "CREATE TRIGGER hard BEFORE INSERT ON incident WHEN NEW.text LIKE '%hard%' "
              "BEGIN SELECT RAISE(ABORT, 'hard'); END");
    start(r);
    assert_int_equal(settle(r), 1);
    text(r, 1, MEMBER, "BC man de trom mat xe wave");
    text(r, 2, MEMBER, "BC man de chay hard");
    text(r, 3, MEMBER, "BC man de danh nhau o quan");
    assert_int_equal(settle(r), 1);
    assert_int_equal(r->kept, 3);
    text(r, 4, MEMBER, "BC man de co bac hard too");
    assert_int_equal(settle(r), 1);
    assert_int_equal(r->kept, 4);
    assert_int_equal(ask_db(r, "SELECT COUNT(*) FROM incident"), 2);
    assert_int_equal(ask_db(r, "SELECT COUNT(*) FROM message WHERE disposition = 'failed'"), 2);
    assert_int_equal(ask_db(r, "SELECT COUNT(*) FROM message"), 4);
}

static void a_part_that_is_handed_over_again_is_kept_again_and_does_nothing(void **state)
{
    struct rig *r = *state;
    struct line_msg m;
    part_of(&m, 1, MEMBER, "BC man de co bac quan nuoc", r->wall_ms);
    line_put(r->line, &m);
    assert_int_equal(settle(r), 1);
    m.u.part.handle = 2;
    line_put(r->line, &m);
    assert_int_equal(settle(r), 1);
    assert_int_equal(r->kept, 2);
    assert_int_equal(sent_to(r, MEMBER), 1);
}

static void killed_at_each_step_nothing_is_lost_or_doubled(void **state)
{
    struct rig *r = *state;
    static const enum play_step steps[] = {STEP_RECEIVED, STEP_COMMITTED, STEP_KEPT, STEP_SENT};
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        char words[80];
        struct line_msg m;
        int kept = r->kept;
        r->sends = 0;
        snprintf(words, sizeof(words), "BC man de co bac o quan ba %c", (char)(97 + i));
        part_of(&m, i + 1, MEMBER, words, r->wall_ms + (int64_t)i * 1000);
        assert_int_equal(settle(r), 1);
        say(r, PLAY_FAIL_AT, 0, steps[i], 0);
        line_put(r->line, &m);
        assert_int_equal(settle(r), 0);
        bool was_kept = r->kept > kept;
        assert_int_equal(was_kept, steps[i] >= STEP_KEPT);
        restart(r);
        if (!was_kept)
            line_put(r->line, &m); /* a line hands over again what was not kept */
        assert_int_equal(settle(r), 1);
        pass(r, 10 * MINUTE_MS); /* an uncertain text is sent again later */
        assert_int_equal(settle(r), 1);
        assert_int_equal(sent_to(r, MEMBER), steps[i] == STEP_SENT ? 2 : 1);
    }
    text(r, 99, "+84909000001", "*1#");
    r->sends = 0;
    assert_int_equal(settle(r), 1);
    assert_int_equal(sent_to(r, "+84909000001"), 1);
}

static void a_refused_text_comes_again_when_its_pause_is_over(void **state)
{
    struct rig *r = *state;
    r->answer = SENT_REFUSED;
    r->cms = 38;
    text(r, 1, MEMBER, "BC man de co bac quan nuoc");
    assert_int_equal(settle(r), 1);
    assert_int_equal(r->sends, 1);
    r->answer = SENT_OK;
    assert_int_equal(settle(r), 1);
    assert_int_equal(r->sends, 1);
    assert_true(r->idle.a < r->wall_ms + 5 * MINUTE_MS);
    pass(r, MINUTE_MS);
    assert_int_equal(settle(r), 1);
    assert_int_equal(sent_to(r, MEMBER), 2);
}

static void an_sos_passes_a_line_that_is_slow(void **state)
{
    struct rig *r = *state;
    r->answer = SENT_REFUSED;
    r->cms = 38;
    text(r, 1, MEMBER, "BC man de co bac quan nuoc");
    assert_int_equal(settle(r), 1);
    r->answer = SENT_OK;
    r->sends = 0;
    text(r, 2, "+84912000005", "SOS");
    assert_int_equal(settle(r), 1);
    assert_true(r->sends > 0);
    assert_int_equal(sent_to(r, MEMBER), 0);
}

static void a_line_that_does_not_answer_does_not_hold_the_player(void **state)
{
    struct rig *r = *state;
    r->mute = true;
    text(r, 1, MEMBER, "BC man de co bac quan nuoc");
    assert_int_equal(settle_for(r, 100), 1);
    assert_int_equal(r->kept, 1);
    assert_true(r->idle.b == 0);
}

static void what_a_dead_line_had_in_hand_is_sent_again(void **state)
{
    struct rig *r = *state;
    r->mute = true;
    text(r, 1, MEMBER, "BC man de co bac quan nuoc");
    assert_int_equal(settle_for(r, 100), 1);
    assert_int_equal(r->sends, 1);
    r->mute = false;
    restart(r);
    pass(r, 10 * MINUTE_MS);
    assert_int_equal(settle(r), 1);
    assert_int_equal(sent_to(r, MEMBER), 2);
    assert_memory_equal(r->sent[0].part.body, r->sent[1].part.body, r->sent[0].part.body_len);
}

/* The largest file the core may write: what a full disk does, without one. */
static void limit_files(const struct rig *r, rlim_t octets)
{
    struct rlimit l = {.rlim_cur = octets, .rlim_max = RLIM_INFINITY};
    assert_int_equal(prlimit(r->pid, RLIMIT_FSIZE, &l, NULL), 0);
}

static void with_a_full_disk_nothing_is_called_kept_and_it_goes_on_by_itself(void **state)
{
    struct rig *r = *state;
    assert_int_equal(settle(r), 1);
    limit_files(r, 4096);
    text(r, 1, MEMBER, "BC man de co bac quan nuoc");
    text(r, 2, MEMBER, "BC man de co bac sau cho");
    assert_int_equal(settle_for(r, 300), 1);
    assert_int_equal(r->kept, 0);
    assert_int_equal(r->sends, 0);
    limit_files(r, RLIM_INFINITY);
    for (int i = 0; i < 20 && r->kept < 2; i++)
        assert_int_equal(settle_for(r, 500), 1);
    assert_int_equal(r->kept, 2);
    assert_int_equal(settle(r), 1);
    assert_int_equal(sent_to(r, MEMBER), 2);
}

static void it_ends_when_its_player_is_gone(void **state)
{
    struct rig *r = *state;
    int status = -1;
    assert_int_equal(settle(r), 1);
    close(r->play);
    assert_int_equal(waitpid(r->pid, &status, 0), r->pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    close(r->line);
    start(r);
}

static void a_second_core_on_the_same_state_is_refused(void **state)
{
    struct rig *r = *state;
    struct rig second = {.dir = r->dir, .wall_ms = r->wall_ms, .boot_ms = r->boot_ms};
    int status = -1;
    assert_int_equal(settle(r), 1);
    start(&second);
    assert_int_equal(waitpid(second.pid, &status, 0), second.pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 3);
    close(second.play);
    close(second.line);
}

static size_t lines_with(struct config *cfg, const char *device)
{
    struct core_options o = {.device = device, .player_fd = -1, .line_fd = -1};
    struct line_config lines[CONFIG_LINES_MAX];
    bool is_virtual[CONFIG_LINES_MAX];
    return setup_lines(cfg, &o, lines, is_virtual);
}

/* A modem that is plugged in later is as real as one that is there. */
static void the_demo_roster_waits_for_no_real_modem(void **state)
{
    (void)state;
    struct config *cfg = setup_config(CONFIG);
    assert_non_null(cfg);
    assert_int_equal(lines_with(cfg, "/dev/null"), 0);
    assert_int_equal(lines_with(cfg, "/dev/ttyUSB99"), 0);
    assert_int_equal(lines_with(cfg, "/nonexistent/link-of-tinbao-modem"), 1);
    config_free(cfg);
}

int main(void)
{
    log_setup("test", LOG_ERR_, false);
    signal(SIGPIPE, SIG_IGN);
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_report_is_kept_confirmed_and_alerted),
        T(a_backlog_is_kept_once_each),
        T(a_text_that_can_not_be_handled_is_parked_and_the_others_go_on),
        T(a_part_that_is_handed_over_again_is_kept_again_and_does_nothing),
        T(killed_at_each_step_nothing_is_lost_or_doubled),
        T(a_refused_text_comes_again_when_its_pause_is_over),
        T(an_sos_passes_a_line_that_is_slow),
        T(a_line_that_does_not_answer_does_not_hold_the_player),
        T(what_a_dead_line_had_in_hand_is_sent_again),
        T(with_a_full_disk_nothing_is_called_kept_and_it_goes_on_by_itself),
        T(it_ends_when_its_player_is_gone),
        T(a_second_core_on_the_same_state_is_refused),
        cmocka_unit_test(the_demo_roster_waits_for_no_real_modem),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
