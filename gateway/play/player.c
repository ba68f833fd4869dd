// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The runner of a script. Called by gateway/cmd/play.c. What can go wrong: a difference
 * (exit 1 with both sides), a core that dies unasked (its status and the end of its log),
 * a line that does not come back. The state directory and the core never outlive a run.
 */
#include "gateway/play/player.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "gateway/play/chat.h"
#include "gateway/play/expect.h"
#include "gateway/play/workdir.h"
#include "gateway/serve/control.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define SM_SLOTS 50
#define ME_SLOTS 100
#define STALL_MS 20000      /* a line that works */
#define STALL_FAULT_MS 300  /* a line with a fault on it */
#define SETTLE_MAX_MS 60000 /* until a line is back */
#define STUCK_STEP_MS MINUTE_MS
#define ANSWERS_MAX 16 /* of the console, not yet looked at */

struct player {
    const struct player_options *o;
    const char *file;
    int line;
    struct air *air;
    struct clock *clock;
    struct host host;
    struct expect_names *names;
    struct chat chat;
    bool started, armed, clock_set;
    uint64_t moves;             /* what came and went in the air */
    struct air_sms *sms;        /* taken from a phone: too large for a stack */
    char *answers[ANSWERS_MAX]; /* to the console, oldest first; owned */
    size_t n_answers;
};

static int difference(struct player *p, const char *expected, const char *got)
{
    fprintf(p->o->err, "%s:%d: not as written\n  expected: %s\n  got:      %s\n", p->file, p->line, expected, got);
    return 1;
}

static int trouble(struct player *p, const char *what)
{
    fprintf(p->o->err, "%s:%d: %s\n", p->file, p->line, what);
    if (!p->o->verbose)
        workdir_log_tail(p->host.log_path, p->o->err);
    return 1;
}

static int core_died(struct player *p)
{
    char what[120];
    int st = p->host.status;
    if (WIFSIGNALED(st))
        snprintf(what, sizeof what, "the core died by signal %d (%s), unasked", WTERMSIG(st), strsignal(WTERMSIG(st)));
    else
        snprintf(what, sizeof what, "the core ended with exit status %d, unasked", WEXITSTATUS(st));
    return trouble(p, what);
}

/* 0, or 1 after saying why. */
static int start_core(struct player *p)
{
    int rc = host_start(&p->host);
    p->started = true;
    if (rc == 0)
        return 0;
    if (rc == -EPIPE) {
        host_reap(&p->host);
        return core_died(p);
    }
    if (rc == -ETIMEDOUT)
        return trouble(p, "the core was not ready within 60 s");
    return trouble(p, "the core could not be started");
}

/* The core is dead: as `restart at` asked, then it is started again. 0 or 1. */
static int after_death(struct player *p)
{
    host_reap(&p->host);
    bool asked = p->armed && WIFSIGNALED(p->host.status) && WTERMSIG(p->host.status) == SIGKILL;
    if (!asked)
        return core_died(p);
    p->armed = false;
    if (p->o->chat)
        chat_note(&p->chat, clock_now_ms(p->clock), "the core is killed and started again");
    return start_core(p);
}

/* Does this fault keep the line from its work? Then nobody waits for it. */
static bool fault_stops(enum air_fault f)
{
    return f == FAULT_MUTE || f == FAULT_GARBAGE || f == FAULT_NO_ECHO || f == FAULT_UNKNOWN_URC || f == FAULT_UNPLUG ||
           f == FAULT_SLOW;
}

/* Is all that reached the modem with the core? */
static bool air_clean(const struct player *p, enum air_fault f)
{
    int sm = 0, me = 0, total;
    if (f == FAULT_DELETE_FAILS || f == FAULT_SIM_FULL)
        return true;
    (void)air_capacity(p->air, AIR_SM, &sm, &total);
    (void)air_capacity(p->air, AIR_ME, &me, &total);
    return sm == 0 && me == 0 && air_held(p->air) == 0;
}

/* Settles until `rounds` quiet rounds in a row; 0 or 1. */
static int settle(struct player *p, int rounds)
{
    int64_t end = mono_ms() + SETTLE_MAX_MS;
    uint64_t seen = p->moves;
    for (int quiet = 0; quiet < rounds;) {
        enum air_fault f = air_fault_now(p->air, NULL);
        bool stopped = fault_stops(f);
        int rc = host_settle(&p->host, stopped ? STALL_FAULT_MS : STALL_MS);
        if (rc == -EPIPE) {
            if (after_death(p))
                return 1;
            quiet = 0;
            continue;
        }
        if (rc == -ETIMEDOUT)
            return trouble(p, "the core did not settle in time");
        if (rc < 0)
            return trouble(p, "the core does not speak as player.h says");
        if (stopped && !p->host.lines_up)
            return 0;
        bool clean = (stopped || air_clean(p, f)) && p->host.lines_up && p->moves == seen && host_line_quiet(&p->host);
        quiet = clean ? quiet + 1 : 0;
        seen = p->moves;
        if (!clean && mono_ms() > end)
            return trouble(p, p->host.lines_up ? "a text stays in the modem's storage or in the air for 60 s"
                                               : "the line did not come back within 60 s");
        if (!clean)
            host_run(&p->host, 2);
    }
    return 0;
}

/* Lets time pass: everything that falls due on the way is done at its time. */
static int move_to(struct player *p, int64_t target)
{
    int64_t stuck = STUCK_STEP_MS;
    for (int64_t now; (now = clock_now_ms(p->clock)) < target;) {
        int rc = settle(p, 1);
        if (rc)
            return rc;
        int64_t next = p->host.next_ms;
        if (next <= now) { /* due, and a fault keeps it from being done: not second by second */
            next = now + stuck;
            stuck = stuck < 15 * MINUTE_MS ? stuck * 2 : stuck;
        } else {
            stuck = STUCK_STEP_MS;
        }
        clock_advance(p->clock, (next < target ? next : target) - now);
        if (host_tell_clock(&p->host) < 0 && after_death(p))
            return 1;
        air_pump(p->air);
    }
    return settle(p, 2);
}

static int do_at(struct player *p, const struct script_item *it)
{
    int64_t now = clock_now_ms(p->clock);
    if (p->clock_set) {
        if (it->ms < now) {
            char text[64];
            civil_iso(now, text, sizeof text);
            return difference(p, "a time that is not past", text);
        }
        return move_to(p, it->ms);
    }
    p->clock_set = true;
    (void)clock_jump(p->clock, it->ms - now);
    return p->started && host_tell_clock(&p->host) < 0 ? after_death(p) : 0;
}

static int do_clock(struct player *p, const struct script_item *it)
{
    (void)clock_jump(p->clock, it->ms);
    if (p->o->chat)
        chat_note(&p->chat, clock_now_ms(p->clock), "the system's clock jumps");
    if (host_tell_clock(&p->host) < 0 && after_death(p))
        return 1;
    return settle(p, 2);
}

static int do_text(struct player *p, const struct script_item *it)
{
    char text[SMS_TEXT_MAX];
    bool was_armed = p->armed;
    if (expect_insert(p->names, it->text, false, text, sizeof text, NULL) < 0)
        return trouble(p, "the text is too long with its values inserted");
    if (p->o->chat)
        chat_wrote(&p->chat, clock_now_ms(p->clock), it->number, text);
    int rc = air_text(p->air, it->number, text);
    if (rc < 0)
        return trouble(p, "the text could not be sent: too long for a phone");
    p->moves++;
    rc = settle(p, 2);
    if (rc == 0 && was_armed && p->armed) { /* this text never came to that step */
        p->armed = false;
        (void)host_fail_at(&p->host, STEP_NONE, 0);
        fprintf(p->o->err, "%s:%d: note: the text never came to the step of 'restart at'\n", p->file, p->line);
    }
    return rc;
}

/* "\n" and control characters made visible, in quotes. */
static void show(const char *text, char *out, size_t size)
{
    struct sbuf b = sbuf_on(out, size);
    sbuf_addc(&b, '"');
    for (; *text; text++) {
        if (*text == '\n')
            sbuf_add(&b, "\\n");
        else
            sbuf_addc(&b, *text);
    }
    sbuf_addc(&b, '"');
}

static int compare(struct player *p, const struct script_item *it, const char *got)
{
    char shown[SMS_TEXT_MAX + 8], text[2 * SMS_TEXT_MAX], why[256];
    int rc = expect_match(p->names, it, got, shown, sizeof shown, why, sizeof why);
    if (rc == 1)
        return 0;
    if (rc == -EMSGSIZE)
        return trouble(p, "the expectation is too long with its values inserted");
    show(got, text, sizeof text);
    difference(p, shown, text);
    if (why[0])
        fprintf(p->o->err, "  note:     %s\n", why);
    return 1;
}

/* got: the oldest that waits, NULL when nothing does; `skip` is the caller's. */
static int judge(struct player *p, const struct script_item *it, const char *got)
{
    char text[2 * SMS_TEXT_MAX], expected[SMS_TEXT_MAX];
    switch (it->match) {
    case MATCH_NOTHING:
        if (!got)
            return 0;
        show(got, text, sizeof text);
        return difference(p, "nothing waiting here", text);
    case MATCH_SKIP:
        return 0;
    case MATCH_ANY:
        return got ? 0 : difference(p, "any message", "nothing is waiting here");
    default:
        if (got)
            return compare(p, it, got);
        (void)expect_insert(p->names, it->text, it->match == MATCH_PATTERN, expected, sizeof expected, NULL);
        snprintf(text, sizeof text, it->match == MATCH_PATTERN ? "/%s/%s" : "%s%s", expected, it->flags);
        return difference(p, text, "nothing is waiting here");
    }
}

static int do_expect(struct player *p, const struct script_item *it)
{
    bool have = air_take(p->air, it->number, p->sms) == 1;
    while (have && it->match == MATCH_SKIP)
        have = air_take(p->air, it->number, p->sms) == 1;
    return judge(p, it, have ? p->sms->text : NULL);
}

/* ---- the console: a request to the control socket, as `tinbao status`, `code` and `roster invite` send ---- */

static int do_request(struct player *p, const struct script_item *it)
{
    char request[SMS_TEXT_MAX], note[SMS_TEXT_MAX + 16];
    if (expect_insert(p->names, it->text, false, request, sizeof request, NULL) < 0)
        return trouble(p, "the request is too long with its values inserted");
    if (p->n_answers == ANSWERS_MAX)
        return trouble(p, "too many answers wait on the console: take them with 'console < any' or 'console < skip'");
    if (p->o->chat) {
        snprintf(note, sizeof note, "console: %s", request);
        chat_note(&p->chat, clock_now_ms(p->clock), note);
    }
    char *answer = malloc(CONTROL_ANSWER_MAX);
    int rc = answer ? ctlsock_ask(p->host.state_dir, request, answer, CONTROL_ANSWER_MAX) : -ENOMEM;
    if (rc && rc != -EINVAL) { /* refused is an answer: "error: ..." */
        free(answer);
        return trouble(p, rc == -EMSGSIZE ? "the request is too long" : "nobody answers on the control socket");
    }
    size_t n = strlen(answer);
    while (n && answer[n - 1] == '\n')
        answer[--n] = '\0';
    p->answers[p->n_answers++] = answer;
    return settle(p, 2);
}

static int do_answer(struct player *p, const struct script_item *it)
{
    do {
        char *answer = p->n_answers ? p->answers[0] : NULL;
        if (answer)
            memmove(p->answers, p->answers + 1, --p->n_answers * sizeof p->answers[0]);
        int rc = judge(p, it, answer);
        free(answer);
        if (rc)
            return rc;
    } while (it->match == MATCH_SKIP && p->n_answers);
    return 0;
}

static int do_restart(struct player *p)
{
    if (p->o->chat)
        chat_note(&p->chat, clock_now_ms(p->clock), "the core is killed and started again");
    host_kill(&p->host);
    return start_core(p) ? 1 : settle(p, 2);
}

static int do_modem(struct player *p, const struct script_item *it)
{
    if (p->o->chat) {
        char note[80];
        snprintf(note, sizeof note, "modem: %s", it->text);
        chat_note(&p->chat, clock_now_ms(p->clock), note);
    }
    if (air_fault_set(p->air, it->text) < 0)
        return trouble(p, "the air does not know this fault");
    air_pump(p->air);
    return settle(p, 2);
}

static int do_wait(struct player *p, const struct script_item *it)
{
    return move_to(p, clock_now_ms(p->clock) + it->ms);
}

static int do_reachable(struct player *p, const struct script_item *it)
{
    int rc = air_reachable(p->air, it->number, it->reachable);
    if (rc < 0)
        return trouble(p, "the air has no room for this phone");
    return settle(p, 2);
}

static int do_rings(struct player *p, const struct script_item *it)
{
    if (p->o->chat)
        chat_wrote(&p->chat, clock_now_ms(p->clock), it->number, NULL);
    if (air_ring(p->air, it->number) < 0)
        return trouble(p, "the call could not be made");
    return settle(p, 2);
}

static int do_restart_at(struct player *p, const struct script_item *it)
{
    p->armed = true;
    if (host_fail_at(&p->host, it->step, it->passed) < 0)
        return after_death(p);
    return settle(p, 1); /* the core has read it before the text can overtake it on the line */
}

static int do_item(struct player *p, const struct script_item *it)
{
    p->line = it->line;
    if (!p->started && (it->op != OP_AT || p->clock_set)) {
        p->clock_set = p->clock_set || it->op == OP_WAIT;
        if (start_core(p) || settle(p, 1))
            return 1;
    }
    switch (it->op) {
    case OP_AT:
        return do_at(p, it);
    case OP_WAIT:
        return do_wait(p, it);
    case OP_CLOCK:
        return do_clock(p, it);
    case OP_TEXT:
        return do_text(p, it);
    case OP_EXPECT:
        return do_expect(p, it);
    case OP_REQUEST:
        return do_request(p, it);
    case OP_ANSWER:
        return do_answer(p, it);
    case OP_RINGS:
        return do_rings(p, it);
    case OP_RESTART:
        return do_restart(p);
    case OP_RESTART_AT:
        return do_restart_at(p, it);
    case OP_MODEM:
        return do_modem(p, it);
    case OP_REACHABLE:
        return do_reachable(p, it);
    }
    return trouble(p, "a statement that the player does not know");
}

/* What is still waiting when the script ends: all of it is shown. */
static int check_rest(struct player *p)
{
    char text[2 * SMS_TEXT_MAX];
    size_t left = air_waiting(p->air, NULL) + p->n_answers;
    if (left == 0)
        return 0;
    snprintf(text, sizeof text, "%zu waiting:", left);
    difference(p, "nothing is left waiting at the end (or the line: ignore the rest)", text);
    while (air_take(p->air, NULL, p->sms) == 1) {
        show(p->sms->text, text, sizeof text);
        fprintf(p->o->err, "    %s < %s\n", p->sms->phone, text);
    }
    for (size_t i = 0; i < p->n_answers; i++) {
        show(p->answers[i], text, sizeof text);
        fprintf(p->o->err, "    " SCRIPT_CONSOLE " < %s\n", text);
    }
    return 1;
}

static void on_arrived(void *ctx, const struct air_sms *sms)
{
    struct player *p = ctx;
    p->moves++;
    if (p->o->chat)
        chat_arrived(&p->chat, sms->at_ms, sms->phone, sms->text);
}

static void on_stored(void *ctx, enum air_mem mem, int index)
{
    struct player *p = ctx;
    (void)mem, (void)index;
    p->moves++;
}

static int play(struct player *p, const struct script *s)
{
    for (size_t i = 0; i < s->n; i++) {
        int rc = do_item(p, &s->items[i]);
        const char *why;
        if (rc == 0 && p->host.sim && simline_trouble(p->host.sim, &why) < 0)
            rc = trouble(p, why);
        if (rc)
            return rc;
    }
    p->line = s->last_line;
    return s->ignore_rest ? 0 : check_rest(p);
}

static int open_player(struct player *p)
{
    const struct civil start = {.year = 2026, .month = 1, .day = 1, .hour = 8};
    const struct air_events ev = {.ctx = p, .arrived = on_arrived, .stored = on_stored};
    p->names = calloc(1, sizeof *p->names);
    p->sms = calloc(1, sizeof *p->sms);
    p->clock = clock_new_manual(civil_to_ms(&start), HOUR_MS);
    if (!p->names || !p->sms || !p->clock)
        return -ENOMEM;
    p->air = air_new(p->clock, p->o->own_number, SM_SLOTS, ME_SLOTS);
    if (!p->air || air_listen(p->air, &ev) < 0)
        return -ENOMEM;
    int rc = workdir_make(p->o->keep_dir, p->file, p->host.state_dir, sizeof p->host.state_dir);
    if (rc < 0)
        return rc;
    snprintf(p->host.log_path, sizeof p->host.log_path, "%s/core.log", p->host.state_dir);
    p->host.config_path = p->o->config_path;
    p->host.log_to_stderr = p->o->verbose;
    return host_open(&p->host, p->o->makers, p->air, p->clock, p->o->modem);
}

int player_run(const struct player_options *o, const char *file, const struct script *s)
{
    struct player *p = calloc(1, sizeof *p);
    if (!p) {
        fprintf(o->err, "%s: out of memory\n", file);
        return 1;
    }
    p->o = o;
    p->file = file;
    p->chat = (struct chat){.to = o->out, .roster = o->roster, .n_roster = o->n_roster};
    int rc = open_player(p);
    if (rc < 0) {
        fprintf(o->err, "%s: can not be played: %s\n", file, strerror(-rc));
        rc = 1;
    } else {
        rc = play(p, s);
    }
    host_close(&p->host);
    air_free(p->air);
    clock_free(p->clock);
    if (o->keep_dir && p->host.state_dir[0])
        fprintf(o->err, "%s: kept in %s\n", file, p->host.state_dir);
    else if (p->host.state_dir[0])
        workdir_remove(p->host.state_dir);
    for (size_t i = 0; i < p->n_answers; i++)
        free(p->answers[i]);
    free(p->names);
    free(p->sms);
    free(p);
    return rc;
}
