// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The journal played again. See replay.h. Called by setup.c at each start. What can go wrong: the database takes
 * nothing (it is said, the start fails, the next one goes on); a record that ends the process each time (after three
 * starts it is left out); records that are missing (told).
 */
#include "gateway/serve/replay.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "gateway/desk/trace.h"
#include "store/message.h"
#include "store/recover.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GRACE_MS MINUTE_MS /* what was written so shortly before the end may not have been sent */
#define BATCH 64
#define TRIES_MAX 3
#define JOBS_MAX 100000 /* between two records */

struct undone {
    uint64_t from, to;
};

struct replay {
    struct works *w;
    struct clock *clock;
    struct desk *desk;
    struct trace trace;
    struct undone *undone;
    size_t n_undone, cap_undone, at_undone;
    uint64_t after, last;
    int64_t end_rel, end_wall, first_rel; /* of the last record, and of the first that is played */
    char start[SERVICE_TEXT_SIZE];        /* the last service time that was written down */
    bool orderly, fresh, singly, open;    /* open: a transaction */
    int in_batch;
    int64_t count;
};

/* --- first walk: how it ends, and what did not happen ------------------------------------ */

static int add_undone(struct replay *r, uint64_t from, uint64_t to)
{
    if (r->n_undone == r->cap_undone) {
        size_t cap = r->cap_undone ? 2 * r->cap_undone : 16;
        struct undone *p = realloc(r->undone, cap * sizeof(*p));
        if (!p)
            return -ENOMEM;
        r->undone = p;
        r->cap_undone = cap;
    }
    r->undone[r->n_undone++] = (struct undone){from, to};
    return 0;
}

static int look(void *ctx, const struct journal_item *it)
{
    struct replay *r = ctx;
    r->end_rel = it->rel_ms > r->end_rel ? it->rel_ms : r->end_rel;
    r->end_wall = it->wall_ms;
    r->orderly = it->type == JOURNAL_END;
    if (it->type == JOURNAL_START)
        str_copy(r->start, sizeof(r->start), it->text);
    return it->type == JOURNAL_VOID ? add_undone(r, it->from, it->seq) : 0;
}

/* --- its clock --------------------------------------------------------------------------- */

/* Service time follows the boot hand alone, and never goes back. */
static void set_clock(struct replay *r, int64_t rel_ms, int64_t wall_ms)
{
    int64_t on_ms = rel_ms - clock_boot_ms(r->clock);
    if (on_ms > 0)
        clock_advance(r->clock, on_ms);
    clock_jump(r->clock, wall_ms - clock_now_ms(r->clock));
}

static int begin(struct replay *r)
{
    int rc = r->open ? 0 : db_begin(r->w->db);
    r->open |= !rc;
    return rc;
}

static int commit(struct replay *r)
{
    r->open = false;
    r->in_batch = 0;
    return db_commit(r->w->db);
}

/* Three starts that did not come to the end: one record at a time, marked before it is tried. */
static int count_tries(struct replay *r)
{
    int64_t tries = 0;
    int rc = meta_get_i64(r->w->db, "replay_tries", &tries);
    if (rc < 0 && rc != -ENOENT)
        return rc;
    r->singly = tries >= TRIES_MAX;
    if (r->singly)
        log_warn("the journal could not be played to its end %" PRId64
                 " times: record by record now, what fails is left out",
                 tries);
    return meta_set_i64(r->w->db, "replay_tries", tries + 1);
}

static int make_desk(struct replay *r, const struct journal_item *it)
{
    char text[SERVICE_TEXT_SIZE], stored[SERVICE_TEXT_SIZE];
    long long rel = 0;
    struct problems *p = problems_new();
    if (!p)
        return -ENOMEM;
    int rc = meta_get(r->w->db, "service_time", stored, sizeof(stored));
    if (rc == 0 && !r->start[0])
        str_copy(r->start, sizeof(r->start), stored);
    sscanf(stored, "%lld", &rel);
    rel = rel < it->rel_ms ? it->rel_ms : rel;
    snprintf(text, sizeof(text), "%lld %lld manual", rel, rel);
    rc = rc < 0 && rc != -ENOENT ? rc : meta_set(r->w->db, "service_time", text);
    r->clock = rc < 0 ? NULL : clock_new_manual(it->wall_ms, rel);
    r->desk = r->clock ? desk_new(r->w->db, r->w->cfg, r->clock, p) : NULL;
    problems_free(p);
    if (!r->desk)
        return rc < 0 ? rc : -ENOMEM;
    r->trace.replay = true;
    desk_trace(r->desk, &r->trace);
    r->first_rel = it->rel_ms;
    return desk_start(r->desk);
}

/* The first record that is not in the database: from here on there is something to do. */
static int have_desk(struct replay *r, const struct journal_item *it)
{
    if (r->desk)
        return 0;
    int rc = begin(r);
    if (!rc)
        rc = count_tries(r);
    if (!rc)
        rc = make_desk(r, it);
    return rc < 0 ? rc : commit(r);
}

/* --- what fell due in between ------------------------------------------------------------ */

/* A text in parts was handled by a record of its own; the others speak of the machine as it was then. */
static bool is_left(const struct job *job)
{
    static const char *const kinds[] = {"parts", "balance", "trouble", "alive", "backup", "restore_test"};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (!strcmp(job->kind, kinds[i]))
            return true;
    return false;
}

static int went_out(struct replay *r)
{
    return desk_now(r->desk).rel_ms < r->end_rel - GRACE_MS ? desk_replay_sent(r->desk) : 0;
}

/* One that fails waits, as it would have with the ticker: else no start would ever come past it. */
static int try_job(struct replay *r, const struct job *job)
{
    int rc = db_save(r->w->db);
    if (rc < 0)
        return rc;
    rc = desk_job(r->desk, job);
    if (rc >= 0)
        return db_release(r->w->db);
    if (rc == -ENOSPC || rc == -EIO || rc == -EBUSY || rc == -ENOMEM)
        return rc;
    log_err("journal: a job of the kind '%s' fails: %s; again in an hour", job->kind, strerror(-rc));
    rc = db_undo(r->w->db);
    if (!rc)
        rc = desk_rolled_back(r->desk);
    return rc < 0 ? rc : job_set(r->w->db, job->kind, job->key, JOB_REL, r->end_rel + HOUR_MS);
}

static int run_job(struct replay *r, const struct job *job, struct job *last, const struct journal_item *it)
{
    struct now at = {.wall_ms = it->wall_ms, .rel_ms = it->rel_ms};
    int64_t ago_ms = job->clock == JOB_REL ? at.rel_ms - job->due_ms : now_calendar(at) - job->due_ms;
    int64_t rel_ms = at.rel_ms - ago_ms, now_rel = desk_now(r->desk).rel_ms;
    if (is_left(job))
        return job_set(r->w->db, job->kind, job->key, JOB_REL, r->end_rel + 1);
    if (job->id == last->id && job->due_ms == last->due_ms) /* done, and still due: not again */
        return job_delay(r->w->db, job->id, HOUR_MS);
    *last = *job;
    rel_ms = rel_ms > now_rel ? rel_ms : now_rel;
    set_clock(r, rel_ms, at.wall_ms - (at.rel_ms - rel_ms));
    int rc = try_job(r, job);
    return rc < 0 ? rc : went_out(r);
}

/* Up to the time of the record, each job at its own. */
static int pass_time(struct replay *r, const struct journal_item *it)
{
    struct job job, last = {0};
    int rc = 0;
    for (int i = 0; !rc && i < JOBS_MAX; i++) {
        struct now at = {.wall_ms = it->wall_ms, .rel_ms = it->rel_ms};
        rc = job_due(r->w->db, at.rel_ms, now_calendar(at), &job);
        if (!rc)
            rc = run_job(r, &job, &last, it);
    }
    if (rc < 0 && rc != -ENOENT)
        return rc;
    set_clock(r, it->rel_ms, it->wall_ms);
    rc = desk_calendar_moved(r->desk) ? desk_calendar(r->desk) : 0;
    return rc < 0 ? rc : went_out(r);
}

/* --- second walk: the records ------------------------------------------------------------ */

static bool is_undone(struct replay *r, uint64_t seq)
{
    while (r->at_undone < r->n_undone && r->undone[r->at_undone].to < seq)
        r->at_undone++;
    for (size_t i = r->at_undone; i < r->n_undone; i++)
        if (seq >= r->undone[i].from && seq < r->undone[i].to)
            return true;
    return false;
}

static int play_job(struct replay *r, const struct journal_item *it)
{
    char kind[24], key[JOB_KEY_SIZE];
    if (sscanf(it->text, "%23s %71s", kind, key) != 2)
        return 0;
    return desk_replay_job(r->desk, kind, key);
}

/* Those of requests.c that change something: a phone that was revoked there must not come back. */
static int play_request(struct replay *r, const struct journal_item *it)
{
    static const struct {
        const char *name;
        int (*fn)(struct desk *, const char *, char *, size_t);
    } table[] = {{"invite", desk_invite}, {"revoke", desk_revoke}, {"restore", desk_restore}};
    char out[256];
    size_t n = strcspn(it->text, " ");
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        if (strlen(table[i].name) != n || strncmp(table[i].name, it->text, n) != 0 || !it->text[n])
            continue;
        int rc = table[i].fn(r->desk, it->text + n + 1, out, sizeof(out));
        return rc == -EINVAL || rc == -EEXIST ? 0 : rc; /* the places, or the roster, may be others by now */
    }
    log_warn("journal: a request of the console is not played again: '%.*s'", (int)n, it->text);
    return 0;
}

static void give(struct replay *r, const struct journal_item *it)
{
    struct trace *t = &r->trace;
    t->used = 0;
    t->hidden = it->hidden;
    t->n = it->n_codes;
    memcpy(t->key, it->key, sizeof(t->key));
    for (int i = 0; i < it->n_codes; i++)
        memcpy(t->codes[i], it->codes[i], sizeof(t->codes[i]));
}

static int apply(struct replay *r, const struct journal_item *it)
{
    give(r, it);
    switch (it->type) {
    case JOURNAL_PART:
        r->count++;
        return desk_part(r->desk, it->line, &it->part);
    case JOURNAL_CALL:
        r->count++;
        return desk_call(r->desk, it->line, it->part.sender);
    case JOURNAL_JOB:
        return play_job(r, it);
    case JOURNAL_CONSOLE:
        return play_request(r, it);
    default:
        return 0;
    }
}

static int mark(struct replay *r, uint64_t seq)
{
    return meta_set_i64(r->w->db, "journal_seq", (int64_t)seq);
}

static int play_one(struct replay *r, const struct journal_item *it)
{
    int rc = have_desk(r, it);
    if (!rc && r->singly) { /* marked first: what ends the process is met once more at most */
        rc = begin(r);
        if (!rc)
            rc = mark(r, it->seq);
        if (!rc)
            rc = commit(r);
    }
    if (!rc)
        rc = begin(r);
    if (!rc)
        rc = pass_time(r, it);
    if (!rc)
        rc = apply(r, it);
    if (!rc)
        rc = went_out(r);
    if (!rc)
        rc = mark(r, it->seq);
    if (!rc && (++r->in_batch >= BATCH || r->singly))
        rc = commit(r);
    return rc;
}

static int play(void *ctx, const struct journal_item *it)
{
    struct replay *r = ctx;
    bool does =
        it->type == JOURNAL_PART || it->type == JOURNAL_CALL || it->type == JOURNAL_JOB || it->type == JOURNAL_CONSOLE;
    if (!does || is_undone(r, it->seq))
        return 0;
    if (it->type == JOURNAL_PART) {
        int rc = part_has_key(r->w->db, it->key);
        if (rc != -ENOENT)
            return rc;
    }
    return play_one(r, it);
}

/* --- its end ----------------------------------------------------------------------------- */

/* The service's time as it would have gone on: the one that was written down, moved on to the last record. */
static int store_time(struct replay *r)
{
    char text[SERVICE_TEXT_SIZE], id[48] = "";
    long long rel = 0, boot = 0;
    if (!r->desk)
        return 0;
    if (sscanf(r->start, "%lld %lld %47s", &rel, &boot, id) < 2)
        return 0; /* that of the replay itself: a time, of another boot */
    long long on = r->end_rel > rel ? r->end_rel - rel : 0;
    snprintf(text, sizeof(text), "%lld %lld %s", rel + on, boot + on, id);
    return meta_set(r->w->db, "service_time", text);
}

static bool is_loss(const struct replay *r)
{
    return r->count && (r->fresh || r->first_rel < r->end_rel - GRACE_MS);
}

static void say(const struct replay *r, const struct journal_seen *seen)
{
    char until[32];
    civil_iso(r->end_wall, until, sizeof(until));
    if (r->count && !is_loss(r))
        log_note("journal: %" PRId64 " message%s played again that the end had cut off", r->count,
                 r->count == 1 ? "" : "s");
    else if (r->count)
        log_warn("journal: the database was behind it: %" PRId64 " messages played again, up to %.16s; %s", r->count,
                 until, r->orderly ? "nothing is missing" : "what came after that is not known");
    if (r->count && seen->gaps)
        log_err("journal: %" PRIu64 " records are missing in %" PRIu64 " places", seen->missing, seen->gaps);
    if (seen->foreign)
        log_err("journal: %" PRIu64 " file%s of another key file left alone", seen->foreign,
                seen->foreign == 1 ? "" : "s");
}

static int finish(struct replay *r, const struct journal_seen *seen)
{
    char told[96];
    int rc = begin(r);
    if (!rc)
        rc = store_time(r);
    if (!rc)
        rc = mark(r, r->last);
    if (!rc && r->desk)
        rc = meta_set_i64(r->w->db, "replay_tries", 0);
    int64_t from_ms;
    if (!rc && recover_pending(r->w->db, &from_ms) == 0)
        rc = recover_replayed(r->w->db);
    if (!rc && is_loss(r)) {
        snprintf(told, sizeof(told), "%" PRId64 " %" PRId64 " %d", r->count, r->end_wall,
                 r->orderly && !seen->gaps && !seen->spoilt && !seen->unreadable);
        rc = meta_set(r->w->db, "replayed", told);
    }
    return rc < 0 ? rc : commit(r);
}

int replay_run(struct works *w, uint64_t *last)
{
    const char *dirs[JOURNALING_DIRS];
    struct journal_seen seen;
    int64_t done = 0;
    struct replay r = {.w = w};
    size_t n = journaling_dirs(w->journaling, dirs);
    int rc = meta_get_i64(w->db, "journal_seq", &done);
    r.fresh = rc == -ENOENT;
    if (rc < 0 && rc != -ENOENT)
        return rc;
    r.after = done > 0 ? (uint64_t)done : 0;
    rc = journal_each(w->db, dirs, n, r.after, look, &r, &seen);
    r.last = seen.last > r.after ? seen.last : r.after;
    if (!rc)
        rc = journal_each(w->db, dirs, n, r.after, play, &r, &seen);
    if (!rc)
        rc = finish(&r, &seen);
    if (!rc)
        say(&r, &seen);
    else if (r.open)
        db_rollback(w->db);
    *last = r.last;
    desk_free(r.desk);
    clock_free(r.clock);
    free(r.undone);
    return rc;
}

int replay_tell(struct works *w)
{
    char told[96];
    long long count = 0, until = 0;
    int whole = 0, rc = meta_get(w->db, "replayed", told, sizeof(told));
    if (rc == -ENOENT || (!rc && sscanf(told, "%lld %lld %d", &count, &until, &whole) != 3))
        return 0;
    struct replayed r = {.count = count, .until_ms = until, .told_ms = until - GRACE_MS, .whole = whole};
    if (!rc)
        rc = works_begin(w);
    if (!rc)
        rc = desk_replayed(w->desk, &r);
    if (!rc)
        rc = meta_set(w->db, "replayed", "");
    if (!rc)
        rc = works_commit(w);
    works_rollback(w);
    return rc;
}
