// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SIGKILL between every two steps of the pipeline: the core kills itself at each of its failpoints
 * (gateway/serve/player.h), at the first time it is passed, the second, the third, until a whole piece went by
 * without passing it that often. A piece is one report with all that follows: its parts, the confirmation, the
 * alerts and their delivery reports, the job that repeats them, NHAN, XONG.
 *
 * After each piece: one incident for the report, confirmed at least once; the officer was alerted, and again
 * at its time; NHAN and XONG heard, and answered but for the one reply that the crash caught on its way;
 * nothing more after that. A crash may double a text on a phone, never an incident.
 *
 * usage: step_kills TINBAO [PASSES]    (all; the core runs in this program: TINBAO is not used). Exit 0 when
 * all is so, 1 when not, 2 when it could not be run.
 */
#include "tests/faults/stage.h"

#include "store/db.h"
#include "store/incident.h"

#define REPORTER "+84912000001"
#define OFFICER "+84903000001"
#define PASSES_MAX 200

static const char *const step_names[STEP_COUNT] = {
    [STEP_RECEIVED] = "received", [STEP_APPLIED] = "applied", [STEP_COMMITTED] = "committed",
    [STEP_KEPT] = "kept",         [STEP_PICKED] = "picked",   [STEP_MARKED] = "marked",
    [STEP_SENT] = "sent",         [STEP_RESULT] = "result",   [STEP_REPORT] = "report",
    [STEP_RECORDED] = "recorded", [STEP_JOB_RUN] = "job run", [STEP_JOB_DONE] = "job done"};

struct piece {
    int n;
    char code[8];
    int confirmed, alerted, again, acked, closed, other_codes, after_ack;
    bool taken;
};

struct play {
    struct stage stage;
    struct piece now;
    int pieces, kills, doubled, unanswered, bad;
};

static void look_at_reporter(struct piece *p, const struct air_sms *sms)
{
    if (strncmp(sms->text, "Da nhan vu ", 11) != 0)
        return;
    char code[8];
    snprintf(code, sizeof(code), "%.5s", sms->text + 11);
    if (!p->code[0])
        memcpy(p->code, code, sizeof(code));
    p->confirmed++;
    p->other_codes += strcmp(p->code, code) != 0;
}

static void on_arrived(void *ctx, const struct air_sms *sms)
{
    struct play *play = ctx;
    struct piece *p = &play->now;
    if (!strcmp(sms->phone, REPORTER))
        look_at_reporter(p, sms);
    const char *nhan = strstr(sms->text, "NHAN ");
    if (strcmp(sms->phone, OFFICER) != 0)
        return;
    if (!p->code[0] && nhan) /* alerts pass before confirmations */
        snprintf(p->code, sizeof(p->code), "%.5s", nhan + 5);
    if (!p->code[0] || !strstr(sms->text, p->code))
        return;
    bool again = strstr(sms->text, "NHAC LAN") != NULL;
    if (!strncmp(sms->text, "Ban da nhan vu", 14))
        p->acked++;
    else if (p->taken && nhan)
        p->after_ack++;
    else if (again)
        p->again++;
    else if (nhan)
        p->alerted++;
    else
        p->closed++;
}

static void fail(struct play *play, enum play_step step, int passed, const char *what)
{
    play->bad++;
    fprintf(stderr,
            "step_kills: at %s, passed %d times: %s (%s: %d confirmed, %d alerted, %d again, %d acked, %d closed)\n",
            step_names[step], passed, what, play->now.code, play->now.confirmed, play->now.alerted, play->now.again,
            play->now.acked, play->now.closed);
}

/* One report and all that follows; *died: the core was killed meanwhile. */
static int one_piece(struct play *play, enum play_step step, int passed, bool *died)
{
    char text[200];
    struct stage *s = &play->stage;
    struct piece *p = &play->now;
    int before = s->restarts;
    *p = (struct piece){.n = play->pieces++};
    int rc = stage_arm(s, step, passed);
    /* two parts */
    snprintf(
        text, sizeof(text),
        "BC man de danh nhau o dau xom, nha so %d, co nam nguoi cam gay, ba con so lam, de nghi cac dong chi xuong "
        "ngay, duong vao dang bi chan boi hai xe may va mot xe ba gac",
        p->n);
    rc = rc ? rc : stage_text(s, REPORTER, text);
    rc = rc ? rc : stage_move(s, 5 * MINUTE_MS + 30 * SECOND_MS);
    snprintf(text, sizeof(text), "NHAN %s", p->code);
    rc = rc ? rc : stage_text(s, OFFICER, text);
    p->taken = true;
    rc = rc ? rc : stage_move(s, 6 * MINUTE_MS);
    snprintf(text, sizeof(text), "XONG %s da hoa giai", p->code);
    rc = rc ? rc : stage_text(s, OFFICER, text);
    *died = s->restarts > before;
    if (!rc && !*died)
        rc = stage_arm(s, STEP_NONE, 0);
    return rc;
}

static void judge(struct play *play, enum play_step step, int passed)
{
    const struct piece *p = &play->now;
    if (!p->confirmed)
        fail(play, step, passed, "the report was not confirmed");
    if (p->other_codes)
        fail(play, step, passed, "the report is two incidents");
    if (!p->alerted || !p->again)
        fail(play, step, passed, "the officer was not alerted, or not again");
    /* a reply that was on its way at the crash is not sent again, but those to reports are (promise 4) */
    int unanswered = !p->acked + !p->closed;
    if (unanswered > 1 || (unanswered && step != STEP_MARKED))
        fail(play, step, passed, "NHAN or XONG was not answered");
    play->unanswered += unanswered;
    if (p->after_ack)
        fail(play, step, passed, "an alert came after NHAN was confirmed");
    if (p->confirmed + p->alerted + p->again > 3 + 2)
        fail(play, step, passed, "more texts were doubled than one crash can");
    play->doubled += p->confirmed + p->alerted + p->again - 3;
}

static void empty_phones(struct play *play)
{
    struct air_sms *sms = calloc(1, sizeof(*sms));
    while (sms && air_take(play->stage.air, NULL, sms) == 1)
        ;
    free(sms);
}

static int every_step(struct play *play, int passes)
{
    int rc = 0;
    for (int step = STEP_RECEIVED; !rc && step < STEP_COUNT; step++) {
        int passed = 0;
        bool died = true;
        for (; !rc && died && passed < passes; passed++) {
            rc = one_piece(play, (enum play_step)step, passed, &died);
            if (rc)
                break;
            judge(play, (enum play_step)step, passed);
            play->kills += died;
            empty_phones(play);
        }
        printf("step_kills: %s: killed at %d of its times\n", step_names[step], passed - !died);
        if (!rc && passed < 2)
            fail(play, (enum play_step)step, 0, "the step was never passed");
    }
    return rc;
}

/* What the database holds: as many closed incidents as pieces, and no others. */
static int count_closed(void *ctx, const struct incident *in)
{
    int *n = ctx;
    *n += !strcmp(in->state, "closed") ? 1 : 1000000;
    return 0;
}

int main(int argc, char **argv)
{
    struct play *play = calloc(1, sizeof(*play));
    int passes = argc > 2 ? atoi(argv[2]) : PASSES_MAX, incidents = 0;
    const struct air_events ev = {.ctx = play, .arrived = on_arrived};
    struct db *db = NULL;
    if (!play || argc < 2 || passes < 1) {
        fprintf(stderr, "usage: step_kills TINBAO [PASSES]\n");
        free(play);
        return 2;
    }
    log_setup("step_kills", LOG_WARN_, false);
    signal(SIGPIPE, SIG_IGN);
    int64_t from_ms = mono_ms();
    int rc = stage_open(&play->stage, "step-kills", &ev);
    rc = rc ? rc : every_step(play, passes);
    if (!rc)
        rc = db_open(&db, play->stage.host.state_dir, DB_READ);
    if (!rc)
        rc = incident_each_between(db, 0, INT64_MAX, count_closed, &incidents);
    db_close(db);
    bool good = !rc && !play->bad && incidents == play->pieces;
    printf("step_kills: %d pieces, %d kills at %d steps, %d incidents closed, %d texts doubled, %d replies lost, in "
           "%.1f s: "
           "%s\n",
           play->pieces, play->kills, STEP_COUNT - 1, incidents, play->doubled, play->unanswered,
           (double)(mono_ms() - from_ms) / 1000, good ? "good" : "NOT GOOD");
    printf(
        "fault: process kill-every-step: %s, recovered in %.1f s: %d kills at %d steps, %d reports, %d incidents, %d "
        "texts doubled\n",
        good ? "ok" : "FAILED", (double)play->stage.worst_ms / 1000, play->kills, STEP_COUNT - 1, play->pieces,
        incidents, play->doubled);
    stage_close(&play->stage, !good);
    free(play);
    return good ? 0 : rc == -EPIPE ? 1 : rc ? 2 : 1;
}
