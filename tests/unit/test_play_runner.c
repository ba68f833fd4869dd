// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The runner of scripts and the in-process line, against a core of a page: it keeps each
 * text in a file, answers it with "Nhan: TEXT", and speaks player.h and line.h.
 */
#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "gateway/base/utf.h"
#include "gateway/line/line.h"
#include "gateway/play/player.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

struct fake {
    const struct core_options *o;
    char path[300];
    int64_t now, due; /* due: of a reminder, 0 none */
    enum play_step step;
    uint64_t sends, sent, next_id;
    bool synced;
};

static void die_at(const struct fake *f, enum play_step step)
{
    if (f->step == step)
        raise(SIGKILL);
}

/* Counts the lines of the file that begin with `mark` and end with `text`. */
static int marks(const char *path, char mark, const char *text)
{
    char line[600];
    int n = 0;
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = '\0';
        n += line[0] == mark && !strcmp(strchr(line, ' ') + 1, text);
    }
    if (f)
        fclose(f);
    return n;
}

static void mark(const struct fake *f, char m, const char *number, const char *text)
{
    FILE *to = fopen(f->path, "a");
    if (!to)
        _exit(9);
    fprintf(to, "%c%s %s\n", m, number, text);
    fclose(to);
}

static void fake_send(struct fake *f, const char *to, const char *text)
{
    struct line_msg m;
    line_msg_init(&m, LINE_SEND);
    m.u.send.id = ++f->next_id;
    m.u.send.want_report = 1;
    struct sms_part *p = &m.u.send.part;
    p->total = p->seq = 1;
    if (str_copy(p->sender, sizeof p->sender, to) < 0)
        _exit(9);
    int n = utf8_to_utf16be(text, p->body, sizeof p->body);
    p->body_len = (uint16_t)(n < 0 ? 0 : n);
    if (line_put(f->o->line_fd, &m) < 0)
        _exit(9);
    f->sends++;
    die_at(f, STEP_SENT);
}

static void reply(struct fake *f, const char *to, const char *text)
{
    char out[200];
    if (marks(f->path, 'A', text))
        return;
    snprintf(out, sizeof out, "Nhan: %.100s", text);
    fake_send(f, to, out);
    mark(f, 'A', to, text);
}

static void fake_part(struct fake *f, const struct line_part *in)
{
    char text[700];
    struct line_msg m;
    die_at(f, STEP_RECEIVED);
    if (utf16be_to_utf8(in->part.body, in->part.body_len, text, sizeof text) < 0)
        _exit(9);
    if (!strcmp(text, "DIE"))
        _exit(7);
    if (!marks(f->path, 'R', text))
        mark(f, 'R', in->part.sender, text);
    die_at(f, STEP_COMMITTED);
    line_msg_init(&m, LINE_KEPT);
    m.u.kept.handle = in->handle;
    if (line_put(f->o->line_fd, &m) < 0)
        _exit(9);
    die_at(f, STEP_KEPT);
    if (!strcmp(text, "REMIND"))
        f->due = f->now + 5 * 60 * 1000;
    reply(f, in->part.sender, text);
}

static void fake_line(struct fake *f)
{
    struct line_msg m;
    int rc;
    while ((rc = line_get(f->o->line_fd, &m)) == 1) {
        if (m.type == LINE_PART)
            fake_part(f, &m.u.part);
        else if (m.type == LINE_SENT)
            f->sent++;
        else if (m.type == LINE_SYNCED)
            f->synced = true;
        else if (m.type == LINE_CALL)
            fake_send(f, m.u.call.number, "Nghe roi");
    }
    if (rc != -EAGAIN)
        _exit(rc == 0 ? 0 : 9);
}

static void say(const struct fake *f, enum play_type type, uint64_t n, int64_t a, int64_t b)
{
    struct play_msg m = {.magic = PLAY_MAGIC, .type = type, .n = n, .a = a, .b = b};
    if (send(f->o->player_fd, &m, sizeof m, MSG_NOSIGNAL) < 0)
        _exit(9);
}

static void wait_line(struct fake *f)
{
    struct pollfd p = {.fd = f->o->line_fd, .events = POLLIN};
    poll(&p, 1, 10000);
    fake_line(f);
}

static void fake_settle(struct fake *f, uint64_t n)
{
    struct line_msg m;
    line_msg_init(&m, LINE_SYNC);
    f->synced = false;
    if (line_put(f->o->line_fd, &m) < 0)
        _exit(9);
    while (!f->synced || f->sent < f->sends)
        wait_line(f);
    if (f->due && f->now >= f->due) {
        char text[64];
        snprintf(text, sizeof text, "Nhac luc %lld", (long long)((f->now - f->due) / 1000));
        f->due = 0;
        fake_send(f, "+84903000001", text);
        while (f->sent < f->sends)
            wait_line(f);
    }
    say(f, PLAY_IDLE, n, f->due ? f->due : INT64_MAX, 1);
}

/* After a start: what was kept and not answered is answered now. */
static void fake_recover(struct fake *f)
{
    char line[600], *text;
    FILE *in = fopen(f->path, "r");
    while (in && fgets(line, sizeof line, in)) {
        line[strcspn(line, "\n")] = '\0';
        text = strchr(line, ' ');
        if (line[0] != 'R' || !text)
            continue;
        *text++ = '\0';
        reply(f, line + 1, text);
    }
    if (in)
        fclose(in);
}

static int fake_core(const struct core_options *o)
{
    struct fake f = {.o = o};
    bool started = false;
    snprintf(f.path, sizeof f.path, "%s/fake", o->state_dir);
    for (;;) {
        struct play_msg m;
        struct pollfd p[2] = {{.fd = o->player_fd, .events = POLLIN}, {.fd = o->line_fd, .events = POLLIN}};
        poll(p, 2, -1);
        if (started)
            fake_line(&f);
        ssize_t n = recv(o->player_fd, &m, sizeof m, MSG_DONTWAIT);
        if (n == 0)
            return 0;
        if (n != (ssize_t)sizeof m)
            continue;
        if (m.type == PLAY_CLOCK)
            f.now = m.a;
        if (m.type == PLAY_FAIL_AT)
            f.step = (enum play_step)m.a;
        if (m.type == PLAY_SETTLE)
            fake_settle(&f, m.n);
        if (m.type == PLAY_CLOCK && !started) {
            started = true;
            fake_recover(&f);
            say(&f, PLAY_READY, 0, 0, 0);
        }
    }
}

struct outcome {
    int rc;
    char err[4000], out[4000];
};

static void read_back(FILE *f, char *to, size_t size)
{
    rewind(f);
    to[fread(to, 1, size - 1, f)] = '\0';
    fclose(f);
}

static struct outcome play_text(const char *text, bool chat)
{
    static const struct host_makers makers = {.core = fake_core};
    static const struct roster_entry roster[] = {
        {.name = "Nguyen Van An", .phone = "+84912000001", .role = ROLE_MEMBER}};
    struct outcome r;
    struct script *s = NULL;
    struct script_error e;
    FILE *err = tmpfile(), *out = tmpfile();
    assert_non_null(err);
    assert_non_null(out);
    assert_int_equal(script_read(text, strlen(text), &s, &e), 0);
    const struct player_options o = {.config_path = "none.cfg",
                                     .own_number = "+84900000000",
                                     .chat = chat,
                                     .roster = roster,
                                     .n_roster = 1,
                                     .makers = &makers,
                                     .out = out,
                                     .err = err};
    r.rc = player_run(&o, "test.play", s);
    script_free(s);
    read_back(err, r.err, sizeof r.err);
    read_back(out, r.out, sizeof r.out);
    return r;
}

static void must_pass(const char *text)
{
    struct outcome r = play_text(text, false);
    if (r.rc)
        print_message("%s", r.err);
    assert_int_equal(r.rc, 0);
}

static void must_differ(const char *text, const char *a, const char *b)
{
    struct outcome r = play_text(text, false);
    assert_int_equal(r.rc, 1);
    if (!strstr(r.err, a) || !strstr(r.err, b))
        fail_msg("'%s' and '%s' are not in:\n%s", a, b, r.err);
}

static void a_conversation_as_written_passes(void **state)
{
    (void)state;
    must_pass("at 2026-11-12 21:05\n+84912000001 > mot\n+84912000001 < /Nhan: (?<x>m.t)/\n"
              "+84912000001 > lai {x}\n+84912000001 < Nhan: lai {x}\n+84912000001 < nothing\n");
}

static void a_difference_names_file_line_expected_and_got(void **state)
{
    (void)state;
    must_differ("at 2026-11-12 21:05\n+84912000001 > mot\n+84912000001 < hai\n",
                "test.play:3:", "got:      \"Nhan: mot\"");
    must_differ("+84912000001 > mot\n+84912000001 < /h(a)i/i\n", "expected: /h(a)i/i", "\"Nhan: mot\"");
    must_differ("+84912000001 < any\n", "test.play:1:", "nothing is waiting");
    must_differ("+84912000001 > mot\n+84912000001 < nothing\n", "test.play:2:", "Nhan: mot");
}

static void what_is_left_waiting_at_the_end_fails_unless_ignored(void **state)
{
    (void)state;
    must_differ("+84912000001 > mot\n# end\n", "test.play:2:", "+84912000001 < \"Nhan: mot\"");
    must_pass("ignore the rest\n+84912000001 > mot\n");
    must_pass("+84912000001 > mot\n+84912000001 > hai\n+84912000001 < skip\n+84912000001 < nothing\n");
}

static void what_falls_due_runs_at_its_own_time(void **state)
{
    (void)state;
    must_pass("at 2026-11-12 21:05\n+84912000001 > REMIND\n+84912000001 < any\nwait 4m59s\n+84903000001 < nothing\n"
              "wait 1s\n+84903000001 < Nhac luc 0\n");
    must_pass("at 2026-11-12 21:05\n+84912000001 > REMIND\n+84912000001 < any\nat 2026-12-12 21:05\n"
              "+84903000001 < Nhac luc 0\n");
}

static void a_jump_of_the_clock_lets_no_time_pass_between(void **state)
{
    (void)state;
    must_pass(
        "at 2026-11-12 21:05\n+84912000001 > REMIND\n+84912000001 < any\nclock +1h\n+84903000001 < Nhac luc 3300\n");
    must_pass("at 2026-11-12 21:05\n+84912000001 > REMIND\n+84912000001 < any\nclock -1h\nwait 30m\n+84903000001 < "
              "nothing\n");
}

static void a_text_survives_a_kill_at_every_step(void **state)
{
    (void)state;
    static const char *const steps[] = {"received", "committed", "kept"};
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        char text[200];
        snprintf(text, sizeof text, "restart at %s\n+84912000001 > mot\n+84912000001 < Nhan: mot\n", steps[i]);
        must_pass(text);
    }
    /* the answer was on its way: this core sends it again */
    must_pass("restart at sent\n+84912000001 > mot\n+84912000001 < Nhan: mot\n+84912000001 < Nhan: mot\n");
    must_pass("+84912000001 > mot\nrestart\n+84912000001 < Nhan: mot\n+84912000001 > hai\n+84912000001 < Nhan: hai\n");
}

static void a_core_that_ends_unasked_is_a_failure_with_its_status(void **state)
{
    (void)state;
    must_differ("+84912000001 > DIE\n", "test.play:1:", "exit status 7");
}

static void faults_hold_texts_back_and_lose_none(void **state)
{
    (void)state;
    must_pass("modem mute\n+84912000001 > mot\n+84912000001 < nothing\nmodem ok\n+84912000001 < Nhan: mot\n");
    must_pass(
        "modem unplug\n+84912000001 > mot\nwait 1h\n+84912000001 < nothing\nmodem ok\n+84912000001 < Nhan: mot\n");
    must_pass("modem delete-fails\n+84912000001 > mot\n+84912000001 < Nhan: mot\nmodem ok\n+84912000001 < nothing\n");
    must_pass("modem power-cycle\n+84912000001 > mot\n+84912000001 < Nhan: mot\n");
    must_pass("modem sim-full\n+84912000001 > mot\n+84912000001 < nothing\nmodem ok\n+84912000001 < Nhan: mot\n");
}

static void a_refused_text_does_not_arrive(void **state)
{
    (void)state;
    must_pass("modem cms=38\n+84912000001 > mot\n+84912000001 < nothing\nmodem ok\n+84912000001 > hai\n"
              "+84912000001 < Nhan: hai\n");
}

static void a_missed_call_reaches_the_core(void **state)
{
    (void)state;
    must_pass("+84912000001 rings\n+84912000001 < Nghe roi\n");
}

static void a_chat_shows_who_wrote_and_what_arrived(void **state)
{
    (void)state;
    struct outcome r = play_text("at 2026-11-12 21:05\n+84912000001 > mot\n+84912000001 < any\n", true);
    assert_int_equal(r.rc, 0);
    assert_non_null(strstr(r.out, "21:05  +84912000001 Nguyen Van An (member)  \xE2\x86\x92  mot"));
    assert_non_null(strstr(r.out, "  \xE2\x86\x92 +84912000001 Nguyen Van An (member): Nhan: mot"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_conversation_as_written_passes),
        cmocka_unit_test(a_difference_names_file_line_expected_and_got),
        cmocka_unit_test(what_is_left_waiting_at_the_end_fails_unless_ignored),
        cmocka_unit_test(what_falls_due_runs_at_its_own_time),
        cmocka_unit_test(a_jump_of_the_clock_lets_no_time_pass_between),
        cmocka_unit_test(a_text_survives_a_kill_at_every_step),
        cmocka_unit_test(a_core_that_ends_unasked_is_a_failure_with_its_status),
        cmocka_unit_test(faults_hold_texts_back_and_lose_none),
        cmocka_unit_test(a_refused_text_does_not_arrive),
        cmocka_unit_test(a_missed_call_reaches_the_core),
        cmocka_unit_test(a_chat_shows_who_wrote_and_what_arrived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
