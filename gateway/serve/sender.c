// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The sender. Called by core.c after every commit, when a line answers and on its own timer.
 * One transaction records what came back and marks what goes next ("state moves before the
 * act"); only after its commit a line is told. If that commit fails, memory goes back to what
 * it was, the news wait, and nothing was sent. What a dead line had in hand is unknown, not
 * failed: the store decides by the row whether it goes out again.
 */
#include "gateway/serve/sender.h"

#include "gateway/base/err.h"
#include "gateway/base/gsm7.h"
#include "gateway/base/log.h"
#include "gateway/base/phone.h"
#include "gateway/base/str.h"
#include "gateway/base/utf.h"
#include "gateway/desk/spare.h"
#include "gateway/line/tpdu.h"
#include "gateway/serve/backoff.h"
#include "gateway/serve/judge.h"
#include "gateway/serve/slowness.h"
#include "gateway/serve/timer.h"

#include <stdlib.h>
#include <string.h>

#define WINDOW_REAL 1
#define WINDOW_VIRTUAL 16
#define NEWS_MAX 512
#define UNANSWERED_MS 180000 /* a line that lives answers each send; 30 s for a prompt, and more */
#define SHARE_MS 3           /* results may wait so long for others to share a commit with */

struct flight {
    int64_t id;
    enum priority prio;
    int attempts;
    int64_t since_ms; /* mono_ms */
    int64_t user_id, party_id;
};

struct track { /* what the sender knows of one lane */
    int window, n;
    struct flight flights[WINDOW_VIRTUAL];
    struct bucket bucket;
    struct slowness slow;
    bool out; /* of the network, as it said last */
};

enum news_type { NEWS_RESULT, NEWS_REPORT };

struct news {
    enum news_type type;
    size_t lane;
    int64_t id; /* a result's row */
    uint8_t result, ref;
    uint16_t cms;
    uint8_t status; /* enum line_report */
    char number[ADDRESS_SIZE];
};

struct sender {
    struct works *w;
    struct lines *lines;
    struct event *timer;
    bool awake, closed, retry;
    int fails;                       /* transactions in a row; while > 0 only the timer tries */
    int64_t expired_rel, blocked_ms; /* blocked: pause until the rate lets one go, -1 = not blocked */
    struct track tracks[CONFIG_LINES_MAX];
    int n_news;
    struct news news[NEWS_MAX];
    /* what this run hands over after its commit */
    int n_out;
    size_t out_lane[WINDOW_VIRTUAL];
    struct line_msg out[WINDOW_VIRTUAL];
};

/* --- news ------------------------------------------------------------------------------ */

static struct news *news_add(struct sender *s, enum news_type type, size_t lane)
{
    if (s->n_news == NEWS_MAX)
        return NULL;
    struct news *n = &s->news[s->n_news++];
    memset(n, 0, sizeof(*n));
    n->type = type;
    n->lane = lane;
    return n;
}

static struct flight *flight_find(struct track *t, int64_t id)
{
    for (int i = 0; i < t->n; i++)
        if (t->flights[i].id == id)
            return &t->flights[i];
    return NULL;
}

void sender_result(struct sender *s, struct lane *l, const struct line_sent_info *r)
{
    size_t lane = lane_index(l);
    if (!flight_find(&s->tracks[lane], (int64_t)r->id)) {
        log_warn("%s: answered for a text that it was not given", lane_name(l));
        return;
    }
    struct news *n = news_add(s, NEWS_RESULT, lane); /* room: results are fewer than windows */
    if (!n)
        return;
    n->id = (int64_t)r->id;
    n->result = r->result;
    n->ref = r->ref;
    n->cms = r->cms;
    if (r->result == SENT_OK)
        lane_worked(l);
    works_step(s->w, STEP_RESULT);
}

void sender_report(struct sender *s, struct lane *l, const struct line_report_info *r)
{
    if (s->n_news > NEWS_MAX - CONFIG_LINES_MAX * WINDOW_VIRTUAL) {
        log_warn("%s: too many delivery reports at once: one is dropped", lane_name(l));
        return;
    }
    struct news *n = news_add(s, NEWS_REPORT, lane_index(l));
    n->ref = r->ref;
    n->status = r->status;
    if (phone_normalize(r->number, n->number, sizeof(n->number)))
        str_copy(n->number, sizeof(n->number), r->number);
    works_step(s->w, STEP_REPORT);
}

static bool has_news(const struct sender *s, size_t lane, int64_t id)
{
    for (int i = 0; i < s->n_news; i++)
        if (s->news[i].type == NEWS_RESULT && s->news[i].lane == lane && s->news[i].id == id)
            return true;
    return false;
}

void sender_lost(struct sender *s, struct lane *l)
{
    size_t lane = lane_index(l);
    struct track *t = &s->tracks[lane];
    for (int i = 0; i < t->n; i++) {
        if (has_news(s, lane, t->flights[i].id))
            continue;
        struct news *n = news_add(s, NEWS_RESULT, lane);
        if (!n)
            break;
        n->id = t->flights[i].id;
        n->result = SENT_UNKNOWN;
    }
}

void sender_network(struct sender *s, struct lane *l)
{
    struct track *t = &s->tracks[lane_index(l)];
    uint8_t reg = lane_said(l)->registration;
    bool in = reg == REG_HOME || reg == REG_ROAMING;
    if (in && t->out) {
        slowness_over(&t->slow);
        s->awake = true;
    }
    t->out = !in && reg != REG_UNKNOWN;
}

void sender_wake(struct sender *s)
{
    s->awake = true;
}

/* --- recording, inside the transaction ------------------------------------------------- */

/* The whole line goes slower, or is as quick as ever again; a person is told when it lasts. */
static int set_pace(struct sender *s, const struct news *n, enum priority p, bool refused, int64_t now_rel)
{
    struct slowness *slow = &s->tracks[n->lane].slow;
    const char *name = lane_name(lines_at(s->lines, n->lane));
    if (!refused)
        return n->result == SENT_OK && slowness_sent(slow, now_rel) ? desk_sends(s->w->desk, name) : 0;
    int64_t pause_ms = slowness_refused(slow, p, now_rel, n->lane + 1);
    log_warn("%s: the network refuses (CMS %d): only what is urgent for %lld s", name, n->cms,
             (long long)(pause_ms + 999) / 1000);
    bool barred = judge_cms_barred(n->cms);
    return barred || slow->refused == REFUSED_TOLD ? desk_refused(s->w->desk, name, n->cms, barred) : 0;
}

static int record_result(struct sender *s, const struct news *n, struct now now)
{
    struct track *t = &s->tracks[n->lane];
    struct flight *f = flight_find(t, n->id);
    if (!f)
        return 0;
    struct flight was = *f;
    *f = t->flights[--t->n];
    struct judgement j = judge_send(n->result, n->cms, was.prio, was.attempts, (uint64_t)was.id);
    int rc = set_pace(s, n, was.prio, j.slow, now.rel_ms);
    if (rc < 0)
        return rc;
    if (j.act == JUDGE_RETRY || j.act == JUDGE_FAIL) {
        struct outbox_row row = {.priority = was.prio, .user_id = was.user_id, .party_id = was.party_id};
        rc = desk_not_sent(s->w->desk, &row);
        if (rc < 0)
            return rc;
    }
    switch (j.act) {
    case JUDGE_SENT:
        return outbox_sent(s->w->db, was.id, n->ref, now.wall_ms);
    case JUDGE_RETRY:
        rc = outbox_retry(s->w->db, was.id, now.rel_ms + j.pause_ms, n->cms);
        break;
    case JUDGE_UNKNOWN:
        rc = outbox_unknown(s->w->db, was.id, now.rel_ms + j.pause_ms);
        break;
    case JUDGE_FAIL:
        rc = outbox_failed(s->w->db, was.id, n->cms);
        if (rc >= 0)
            rc = desk_unsent(s->w->desk, was.id);
        break;
    }
    log_info("outbox %lld: %s, CMS %d, try %d", (long long)was.id,
             j.act == JUDGE_FAIL    ? "given up"
             : j.act == JUDGE_RETRY ? "refused, later again"
                                    : "no answer",
             n->cms, was.attempts + 1);
    /* courier: an urgent text has another way */
    if (rc >= 0 && was.prio <= PRIO_ALERT && j.act == JUDGE_FAIL)
        rc = spare_undelivered(s->w->desk, was.id);
    else if (rc >= 0 && was.prio <= PRIO_ALERT && j.act == JUDGE_RETRY)
        rc = spare_after_try(s->w->desk, was.id, was.attempts + 1);
    return rc < 0 ? rc : 0;
}

static int record_report(struct sender *s, const struct news *n)
{
    const char *name = lane_name(lines_at(s->lines, n->lane));
    if (n->status == REPORT_PENDING)
        return desk_away(s->w->desk, name, n->ref, n->number);
    return desk_report(s->w->desk, name, n->ref, n->number, n->status == REPORT_DELIVERED);
}

/* Results first: a fast network reports on a text before its modem has said that it is sent. */
static int record(struct sender *s, struct now now)
{
    for (enum news_type type = NEWS_RESULT; type <= NEWS_REPORT; type++) {
        for (int i = 0; i < s->n_news; i++) {
            const struct news *n = &s->news[i];
            if (n->type != type)
                continue;
            int rc = type == NEWS_RESULT ? record_result(s, n, now) : record_report(s, n);
            if (rc && rc != -ENOENT)
                return rc;
        }
    }
    return 0;
}

/* --- picking, inside the transaction --------------------------------------------------- */

static bool usable(const struct lane *l)
{
    uint8_t sim = lane_said(l)->sim;
    return lane_up(l) && (sim == SIM_READY || sim == SIM_UNKNOWN);
}

static bool slow(const struct track *t, int64_t now_rel)
{
    return slowness_wait_ms(&t->slow, PRIO_REPLY, now_rel) > 0;
}

/* The first lane that is up, one that is not slow before one that is. */
static int choose_lane(const struct sender *s, int64_t now_rel)
{
    int second = -1;
    for (size_t i = 0; i < lines_count(s->lines); i++) {
        if (!usable(lines_at(s->lines, i)))
            continue;
        if (!slow(&s->tracks[i], now_rel))
            return (int)i;
        if (second < 0)
            second = (int)i;
    }
    return second;
}

static int fill_part(struct sms_part *p, const char *number, const char *body)
{
    int rc = str_copy(p->sender, sizeof(p->sender), number);
    if (rc)
        return rc;
    int septets = gsm7_septets(body);
    p->total = p->seq = 1;
    p->coding = septets >= 0 ? SMS_GSM7 : SMS_UCS2;
    if (septets > GSM7_SINGLE_SEPTETS)
        return -EMSGSIZE;
    int n = utf8_to_utf16be(body, p->body, septets >= 0 ? sizeof(p->body) : 140);
    if (n < 0)
        return n;
    p->body_len = (uint16_t)n;
    return 0;
}

/* One row on its way: 0, 1 when the row ended here, or a store's error. */
static int take_row(struct sender *s, size_t lane, const struct outbox_row *row, int64_t now_rel)
{
    char number[ADDRESS_SIZE];
    struct line_msg *m = &s->out[s->n_out];
    int rc = desk_recipient(s->w->desk, row, number, sizeof(number));
    if (rc && rc != -ENOENT && rc != -EPERM) /* a seal that does not open must not hold up all others */
        return rc;
    line_msg_init(m, LINE_SEND);
    if (!rc)
        rc = fill_part(&m->u.send.part, number, row->body);
    explicit_bzero(number, sizeof(number));
    if (rc) {
        log_warn("outbox %lld: %s", (long long)row->id,
                 rc == -ENOENT  ? "its recipient is gone"
                 : rc == -EPERM ? "its recipient can not be read"
                                : "no text for one SMS");
        rc = outbox_failed(s->w->db, row->id, 0);
        if (rc >= 0)
            rc = desk_unsent(s->w->desk, row->id);
        return rc < 0 ? rc : 1;
    }
    bool may;
    rc = desk_may_send(s->w->desk, row, &may);
    if (rc < 0 || !may)
        return rc < 0 ? rc : 1;
    m->u.send.id = (uint64_t)row->id;
    m->u.send.want_report = s->w->cfg->dlr;
    m->u.send.validity = tpdu_validity_within(row->expires_rel - now_rel);
    rc = outbox_sending(s->w->db, row->id, lane_name(lines_at(s->lines, lane)));
    if (rc < 0)
        return rc;
    s->out_lane[s->n_out++] = lane;
    struct track *t = &s->tracks[lane];
    t->flights[t->n++] = (struct flight){row->id, row->priority, row->attempts, mono_ms(), row->user_id, row->party_id};
    return 0;
}

/* May this row go on this lane now? SOS passes before rates. */
static bool may_go(struct sender *s, struct track *t, const struct outbox_row *row, int64_t now_rel)
{
    int64_t wait_ms = slowness_wait_ms(&t->slow, row->priority, now_rel);
    if (!wait_ms && row->priority != PRIO_SOS && !s->w->manual)
        wait_ms = bucket_wait_ms(&t->bucket, mono_ms());
    if (wait_ms > 0)
        s->blocked_ms = wait_ms;
    return wait_ms == 0;
}

/* Marks what may go; *again when more may be there for the asking. */
static int pick(struct sender *s, struct now now, bool *again)
{
    struct outbox_row rows[WINDOW_VIRTUAL];
    int lane = s->closed ? -1 : choose_lane(s, now.rel_ms);
    *again = false;
    if (lane < 0)
        return 0;
    struct track *t = &s->tracks[lane];
    int room = (t->slow.refused ? WINDOW_REAL : t->window) - t->n; /* one at a time while it refuses */
    if (room <= 0)
        return 0;
    int n = outbox_due(s->w->db, now.rel_ms, rows, room);
    for (int i = 0; i < n; i++) {
        if (!may_go(s, t, &rows[i], now.rel_ms))
            return 0;
        int rc = take_row(s, (size_t)lane, &rows[i], now.rel_ms);
        if (rc < 0)
            return rc;
        if (rc == 0 && !s->w->manual)
            bucket_take(&t->bucket, mono_ms());
        *again |= rc == 1;
    }
    return n < 0 ? n : 0;
}

/* --- the run --------------------------------------------------------------------------- */

static int transaction(struct sender *s, bool *again)
{
    struct now now = desk_now(s->w->desk);
    int rc = works_begin(s->w);
    if (rc)
        return rc;
    rc = record(s, now);
    if (!rc && (s->w->manual || now.rel_ms - s->expired_rel >= 1000)) {
        rc = outbox_expire(s->w->db, now.rel_ms);
        rc = rc < 0 ? rc : 0;
        s->expired_rel = now.rel_ms;
    }
    if (!rc)
        rc = pick(s, now, again);
    if (s->n_out)
        works_step(s->w, STEP_PICKED);
    if (!rc)
        return works_commit(s->w);
    works_rollback(s->w);
    return rc;
}

static void hand_over(struct sender *s)
{
    for (int i = 0; i < s->n_out; i++) {
        struct lane *l = lines_at(s->lines, s->out_lane[i]);
        if (lane_tell(l, &s->out[i])) { /* surely not written */
            struct line_sent_info none = {.id = s->out[i].u.send.id, .result = SENT_NOT};
            sender_result(s, l, &none);
        }
    }
    if (s->n_out)
        works_step(s->w, STEP_SENT);
    explicit_bzero(s->out, (size_t)s->n_out * sizeof(s->out[0])); /* tips: the numbers they go to */
}

/* For metrics, once it is committed. */
static void tally_news(struct sender *s)
{
    struct tally *t = &s->w->tally;
    for (int i = 0; i < s->n_news; i++) {
        const struct news *n = &s->news[i];
        if (n->type == NEWS_REPORT) {
            t->delivered += n->status == REPORT_DELIVERED;
            t->undelivered += n->status == REPORT_FAILED;
        } else {
            t->sent[n->lane] += n->result == SENT_OK;
            t->refused[n->lane] += n->result == SENT_REFUSED;
            t->unanswered[n->lane] += n->result == SENT_UNKNOWN;
        }
    }
}

static bool run_once(struct sender *s)
{
    struct track before[CONFIG_LINES_MAX];
    bool again = false;
    memcpy(before, s->tracks, sizeof(before));
    s->n_out = 0;
    s->awake = false;
    s->blocked_ms = -1;
    int rc = transaction(s, &again);
    if (rc) {
        memcpy(s->tracks, before, sizeof(before));
        if (s->fails == 0)
            log_err("outbox: %s; tried again", works_why(rc));
        timer_arm(s->timer, backoff_ms(s->fails++, 200, 10000, 2));
        return false;
    }
    s->fails = 0;
    s->w->changes += (uint64_t)(s->n_news + s->n_out);
    tally_news(s);
    if (s->n_news)
        works_step(s->w, STEP_RECORDED);
    explicit_bzero(s->news, (size_t)s->n_news * sizeof(s->news[0]));
    s->n_news = 0;
    if (s->n_out)
        works_step(s->w, STEP_MARKED);
    hand_over(s);
    return again || s->n_news > 0;
}

static void plan(struct sender *s)
{
    if (s->w->manual || s->fails || s->closed)
        return;
    int64_t at_rel = sender_next_rel(s), now_rel = desk_now(s->w->desk).rel_ms;
    if (at_rel == INT64_MAX) {
        evtimer_del(s->timer);
        return;
    }
    int64_t wait_ms = at_rel - now_rel;
    timer_arm(s->timer, wait_ms < 1 ? 1 : wait_ms > 60000 ? 60000 : wait_ms);
}

/* A lane that may have several texts in hand (a virtual one) and is still busy with half of
 * them: its results may wait for each other, so that they share a commit. */
static bool can_wait(const struct sender *s)
{
    if (s->awake || s->w->manual || s->n_news >= WINDOW_VIRTUAL)
        return false;
    for (int i = 0; i < s->n_news; i++)
        if (s->news[i].type == NEWS_RESULT && s->news[i].result != SENT_OK)
            return false;
    for (size_t i = 0; i < lines_count(s->lines); i++)
        if (s->tracks[i].window > 1 && s->tracks[i].n - s->n_news >= s->tracks[i].window / 2)
            return true;
    return false;
}

void sender_run(struct sender *s)
{
    if (!s->lines || (s->fails && !s->retry) || (!s->awake && !s->n_news))
        return;
    if (can_wait(s)) {
        timer_arm(s->timer, SHARE_MS);
        return;
    }
    for (int i = 0; i < 8 && run_once(s); i++)
        ;
    plan(s);
}

/* A line that lives but never answers a send would hold its window for ever. */
static void check_answers(struct sender *s)
{
    for (size_t i = 0; i < lines_count(s->lines); i++) {
        struct track *t = &s->tracks[i];
        struct lane *l = lines_at(s->lines, i);
        if (t->n && lane_up(l) && mono_ms() - t->flights[0].since_ms > UNANSWERED_MS)
            lane_break(l, "did not answer for a text");
    }
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct sender *s = arg;
    bool failed = s->fails > 0;
    check_answers(s);
    s->awake = s->retry = true;
    sender_run(s);
    s->retry = false;
    if (failed && !s->fails)
        log_note("outbox: goes on");
}

int64_t sender_next_rel(struct sender *s)
{
    int64_t now_rel = desk_now(s->w->desk).rel_ms, at_rel = INT64_MAX;
    if (outbox_next_rel(s->w->db, now_rel, &at_rel))
        at_rel = INT64_MAX;
    if (s->blocked_ms >= 0 && now_rel + s->blocked_ms < at_rel)
        at_rel = now_rel + s->blocked_ms;
    for (size_t i = 0; s->lines && !s->w->manual && i < lines_count(s->lines); i++)
        if (s->tracks[i].n && now_rel + UNANSWERED_MS < at_rel)
            at_rel = now_rel + UNANSWERED_MS;
    return at_rel;
}

int sender_under_way(const struct sender *s)
{
    int n = s->n_news;
    for (size_t i = 0; s->lines && i < lines_count(s->lines); i++)
        n += s->tracks[i].n;
    return n;
}

void sender_close(struct sender *s)
{
    s->closed = true;
}

void sender_lines(struct sender *s, struct lines *lines, const bool *is_virtual)
{
    s->lines = lines;
    for (size_t i = 0; i < lines_count(lines); i++) {
        /* a player's line as a real modem: a crash leaves one text in doubt */
        s->tracks[i].window = is_virtual[i] && !s->w->manual ? WINDOW_VIRTUAL : WINDOW_REAL;
        bucket_init(&s->tracks[i].bucket, lane_config(lines_at(lines, i))->rate_per_minute, mono_ms());
    }
}

struct sender *sender_new(struct works *w)
{
    struct sender *s = calloc(1, sizeof(*s));
    if (!s)
        return NULL;
    s->w = w;
    s->blocked_ms = -1;
    s->awake = true;
    s->timer = evtimer_new(w->base, on_timer, s);
    if (!s->timer) {
        free(s);
        return NULL;
    }
    return s;
}

void sender_free(struct sender *s)
{
    if (!s)
        return;
    event_free(s->timer);
    free(s);
}
