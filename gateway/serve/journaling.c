// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The journal as serve writes it. See journaling.h. What can go wrong: the medium is full, read only, gone or does not
 * answer. Then the records go to the state directory, and back once the medium takes them; where both fail
 * there is a gap in the sequences, which a replay tells.
 */
#include "gateway/serve/journaling.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "gateway/desk/trace.h"
#include "gateway/desk/trouble.h"
#include "gateway/serve/syncer.h"
#include "gateway/serve/timer.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define AGAIN_MS 60000   /* a medium that failed is tried again */
#define HANGS_MS 10000   /* a sync that takes longer: the medium does not answer */
#define PRUNE_MS HOUR_MS /* real time */
#define END_WAIT_MS 5000
#define BACKUP_MARGIN_MS DAY_MS

enum { MEDIUM, BESIDE }; /* the directory of the settings, that in the state directory */

struct journaling {
    struct works *w;
    char dirs[JOURNALING_DIRS][PATH_MAX];
    size_t n_dirs; /* 1: the first is beside the database */
    size_t at;     /* in use */
    bool apart;
    struct journal *file; /* NULL: nowhere */
    int64_t day_from_ms, day_to_ms;
    struct journal_batch batch;
    uint64_t next, first;                           /* sequence to give, and the first of this transaction (0 = none) */
    uint64_t void_from;                             /* written and undone, and not yet said */
    bool begun, exact, tried, voids, started, told; /* tried, voids, exact: of this transaction */
    struct trace trace;
    struct journal_item item; /* scratch, 2 kB */
    struct syncer *syncer;
    struct event *timer;
    /* real time, 0 = never: since when something is not synced, the last write, sync, try, look for old files */
    int64_t dirty_ms, wrote_ms, asked_ms, tried_ms, pruned_ms;
    char why[160];
};

/* --- files ----------------------------------------------------------------------------- */

static const char *plain(int rc)
{
    switch (rc) {
    case -ENOSPC:
    case -EDQUOT:
        return "the medium is full";
    case -EROFS:
        return "the medium is read only";
    case -ENOENT:
    case -ENODEV:
    case -ENXIO:
        return "it is not there: is the medium mounted?";
    case -ETIMEDOUT:
        return "the medium does not answer";
    default:
        return strerror(-rc);
    }
}

static void day_text(int64_t wall_ms, char out[16])
{
    struct civil c = civil_from_ms(wall_ms);
    snprintf(out, 16, "%04d%02d%02d", c.year % 10000, c.month % 100, c.day % 100);
}

static int open_at(struct journaling *jg, size_t at, struct now now)
{
    char day[16];
    struct journal *file;
    day_text(now_calendar(now), day);
    int rc =
        journal_open(&file, jg->w->db, jg->dirs[at], day, jg->first ? jg->first : jg->next, now.wall_ms, now.rel_ms);
    if (rc < 0)
        return rc;
    journal_close(jg->file);
    jg->file = file;
    jg->at = at;
    jg->day_from_ms = civil_day_start_ms(now_calendar(now));
    jg->day_to_ms = jg->day_from_ms + DAY_MS;
    return 0;
}

/* Something is wrong with a directory: said in the log once, until it is well again. */
static void complain(struct journaling *jg, size_t at, int rc)
{
    char why[sizeof(jg->why)];
    snprintf(why, sizeof(why), "%.90s: %s", jg->dirs[at], plain(rc));
    if (strcmp(why, jg->why) != 0)
        log_err("journal: %s%s", why, at == MEDIUM && jg->n_dirs > 1 ? "; it goes on in the state directory" : "");
    memcpy(jg->why, why, sizeof(why));
    jg->tried_ms = mono_ms();
}

static void is_well(struct journaling *jg)
{
    if (jg->why[0])
        log_note("journal: written to %s again", jg->dirs[jg->at]);
    jg->why[0] = '\0';
}

/* The first directory that takes it. true: there is a file. */
static bool open_somewhere(struct journaling *jg, size_t from, struct now now)
{
    for (size_t at = from; at < jg->n_dirs; at++) {
        int rc = open_at(jg, at, now);
        if (!rc) {
            if (at == MEDIUM)
                is_well(jg);
            return true;
        }
        complain(jg, at, rc);
    }
    journal_close(jg->file);
    jg->file = NULL;
    return false;
}

static bool other_day(const struct journaling *jg, int64_t calendar_ms)
{
    return jg->file && (calendar_ms < jg->day_from_ms || calendar_ms >= jg->day_to_ms);
}

/* The file for what is written now: another day, a medium that is to be tried again. */
static bool have_file(struct journaling *jg, struct now now)
{
    int64_t calendar_ms = now_calendar(now);
    bool again = (!jg->file || jg->at != MEDIUM) && (!jg->tried_ms || mono_ms() - jg->tried_ms >= AGAIN_MS) &&
                 !(jg->syncer && syncer_busy_ms(jg->syncer) > HANGS_MS);
    if (other_day(jg, calendar_ms) && !again)
        return open_somewhere(jg, jg->at, now);
    if (again)
        return open_somewhere(jg, MEDIUM, now);
    return jg->file != NULL;
}

/* --- records --------------------------------------------------------------------------- */

static void add(struct journaling *jg, const struct journal_item *it)
{
    int rc = journal_batch_add(&jg->batch, it);
    if (rc < 0)
        log_err("journal: a record of %s is left out", rc == -ENOMEM ? "which no memory was left for" : "odd size");
}

static struct journal_item *item(struct journaling *jg, enum journal_type type)
{
    struct now now = desk_now(jg->w->desk);
    struct journal_item *it = &jg->item;
    memset(it, 0, sizeof(*it));
    it->type = type;
    it->wall_ms = now.wall_ms;
    it->rel_ms = now.rel_ms;
    it->seq = jg->next++;
    if (!jg->first)
        jg->first = it->seq;
    return it;
}

/* The service's time and the boot it counts in, at the head of each start and day. */
static void add_start(struct journaling *jg)
{
    struct journal_item *it = item(jg, JOURNAL_START);
    desk_time_text(jg->w->desk, it->text, sizeof(it->text));
    add(jg, it);
    jg->started = true;
}

/* What was written and undone is said before anything else follows. */
static void add_void(struct journaling *jg)
{
    uint64_t from = jg->void_from;
    struct journal_item *it = item(jg, JOURNAL_VOID);
    it->from = from;
    add(jg, it);
    jg->voids = true;
}

static bool may_add(struct journaling *jg)
{
    if (!jg || !jg->begun)
        return false;
    if (jg->void_from && !jg->voids)
        add_void(jg);
    if (!jg->started || other_day(jg, now_calendar(desk_now(jg->w->desk))))
        add_start(jg);
    return true;
}

void journaling_next(struct journaling *jg)
{
    if (jg)
        trace_clear(&jg->trace);
}

static void add_traced(struct journaling *jg, struct journal_item *it)
{
    _Static_assert(TRACE_CODES <= JOURNAL_CODES && TRACE_CODE_SIZE <= JOURNAL_CODE_SIZE, "codes fit");
    it->n_codes = jg->trace.n;
    for (int i = 0; i < jg->trace.n; i++)
        memcpy(it->codes[i], jg->trace.codes[i], TRACE_CODE_SIZE);
    add(jg, it);
    explicit_bzero(it, sizeof(*it));
}

void journaling_part(struct journaling *jg, const char *line, const struct sms_part *part)
{
    if ((jg && jg->trace.known) || !may_add(jg))
        return;
    struct journal_item *it = item(jg, JOURNAL_PART);
    str_copy(it->line, sizeof(it->line), line);
    it->hidden = jg->trace.hidden;
    it->part = jg->trace.changed ? jg->trace.masked : *part;
    if (it->hidden && !jg->trace.changed)
        it->part.body_len = 0; /* the last of several parts */
    jg->exact |= jg->trace.exact;
    memcpy(it->key, jg->trace.key, sizeof(it->key));
    add_traced(jg, it);
}

/* The same again, and this one would be done twice: the database knows it by its sequence alone. */
void journaling_call(struct journaling *jg, const char *line, const char *number)
{
    if (!may_add(jg))
        return;
    struct journal_item *it = item(jg, JOURNAL_CALL);
    str_copy(it->line, sizeof(it->line), line);
    str_copy(it->part.sender, sizeof(it->part.sender), number);
    add_traced(jg, it);
    jg->exact = true;
}

void journaling_job(struct journaling *jg, const struct job *job)
{
    if (!jg || strcmp(job->kind, "parts") != 0 || !may_add(jg))
        return;
    struct journal_item *it = item(jg, JOURNAL_JOB);
    snprintf(it->text, sizeof(it->text), "%s %s", job->kind, job->key);
    add_traced(jg, it);
    jg->exact = true;
}

void journaling_console(struct journaling *jg, const char *request)
{
    if (!may_add(jg))
        return;
    struct journal_item *it = item(jg, JOURNAL_CONSOLE);
    if (str_copy(it->text, sizeof(it->text), request) < 0)
        log_err("journal: a request of the console is too long for it: after a loss it is to be made again");
    add_traced(jg, it);
    jg->exact = true;
}

/* --- transactions ---------------------------------------------------------------------- */

/* To the file in use, or to the next directory: the batch is sealed anew there. */
static bool write_batch(struct journaling *jg)
{
    struct now now = desk_now(jg->w->desk);
    if (!have_file(jg, now))
        return false;
    jg->tried = true;
    int rc = journal_write(jg->file, &jg->batch);
    while (rc < 0) {
        complain(jg, jg->at, rc);
        if (!open_somewhere(jg, jg->at + 1, now))
            return false;
        rc = journal_write(jg->file, &jg->batch);
    }
    if (jg->voids)
        jg->void_from = 0;
    jg->wrote_ms = mono_ms();
    if (!jg->dirty_ms) {
        jg->dirty_ms = jg->wrote_ms;
        if (jg->timer)
            timer_arm(jg->timer, jg->w->cfg->journal.sync_s * SECOND_MS);
    }
    return true;
}

int journaling_commit(struct journaling *jg, bool with_time)
{
    int rc = 0;
    if (!jg || !jg->begun)
        return 0;
    if (with_time || jg->exact)
        rc = meta_set_i64(jg->w->db, "journal_seq", (int64_t)jg->next - 1);
    if (!rc && jg->batch.used && !write_batch(jg))
        jg->started = false; /* a gap; the next one that is written begins anew */
    return rc;
}

static void settle(struct journaling *jg)
{
    journal_batch_clear(&jg->batch);
    jg->first = 0;
    jg->tried = jg->exact = jg->voids = false;
}

void journaling_decided(struct journaling *jg, bool committed)
{
    if (!jg || !jg->first)
        return;
    uint64_t first = jg->first;
    bool seen = jg->tried; /* else nobody has seen these sequences */
    settle(jg);
    if (committed)
        return;
    if (!seen) {
        jg->next = first;
        return;
    }
    if (!jg->void_from)
        jg->void_from = first;
    add_void(jg);
    write_batch(jg);
    settle(jg);
}

/* --- the medium ------------------------------------------------------------------------ */

static void take_result(struct journaling *jg)
{
    int rc;
    if (!jg->syncer || !syncer_result(jg->syncer, &rc))
        return;
    if (rc < 0) { /* what the kernel held may be lost: what comes now goes elsewhere */
        complain(jg, jg->at, rc);
        open_somewhere(jg, jg->at + 1 < jg->n_dirs ? jg->at + 1 : jg->at, desk_now(jg->w->desk));
    }
    jg->dirty_ms = jg->wrote_ms > jg->asked_ms ? jg->asked_ms : 0;
}

static void ask_sync(struct journaling *jg)
{
    if (!jg->syncer)
        jg->syncer = syncer_new();
    int64_t busy_ms = jg->syncer ? syncer_busy_ms(jg->syncer) : 0;
    if (busy_ms > HANGS_MS && jg->at + 1 < jg->n_dirs) {
        complain(jg, jg->at, -ETIMEDOUT);
        open_somewhere(jg, jg->at + 1, desk_now(jg->w->desk));
    }
    if (!jg->dirty_ms || busy_ms || !jg->file)
        return;
    int64_t now_ms = mono_ms();
    int rc = jg->syncer ? syncer_ask(jg->syncer, journal_fd(jg->file)) : -ENOMEM;
    if (rc < 0)
        complain(jg, jg->at, rc);
    else
        jg->asked_ms = now_ms;
}

/* Told as everything that is wrong with the machine, and told when it is mended. */
static void tell(struct journaling *jg)
{
    static const char elsewhere[] = "Nhat ky khong ghi duoc ra o thu hai (day, hong hay da thao?), dang ghi vao may",
                      nowhere[] = "Nhat ky khong ghi duoc: mat so lieu la mat tin";
    bool bad = jg->why[0] != '\0';
    if (bad == jg->told)
        return;
    int rc = works_begin(jg->w);
    if (!rc)
        rc = bad ? trouble_raise(jg->w->desk, "journal", jg->file ? elsewhere : nowhere)
                 : trouble_over(jg->w->desk, "journal");
    if (!rc)
        rc = works_commit(jg->w);
    works_rollback(jg->w);
    if (!rc)
        jg->told = bad;
}

/* What no replay needs: older than keep_days, and than the newest backup that was verified, with a margin. */
static void prune(struct journaling *jg)
{
    struct now now = desk_now(jg->w->desk);
    int64_t backup_ms, before_rel = now.rel_ms - jg->w->cfg->journal.keep_days * DAY_MS;
    if (meta_get_i64(jg->w->db, "backup_ms", &backup_ms) == 0 && backup_ms > 0 && backup_ms <= now.wall_ms &&
        now.rel_ms - (now.wall_ms - backup_ms) - BACKUP_MARGIN_MS > before_rel)
        before_rel = now.rel_ms - (now.wall_ms - backup_ms) - BACKUP_MARGIN_MS;
    for (size_t i = 0; i < jg->n_dirs; i++) {
        int n = journal_prune(jg->w->db, jg->dirs[i], before_rel);
        if (n > 0)
            log_info("journal: %d old file%s deleted", n, n == 1 ? "" : "s");
    }
    jg->pruned_ms = mono_ms();
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct journaling *jg = arg;
    take_result(jg);
    if (jg->why[0])
        have_file(jg, desk_now(jg->w->desk)); /* again, if it is time */
    if (!jg->dirty_ms || mono_ms() - jg->dirty_ms >= jg->w->cfg->journal.sync_s * SECOND_MS)
        ask_sync(jg);
    tell(jg);
    if (mono_ms() - jg->pruned_ms >= PRUNE_MS)
        prune(jg);
    bool busy = jg->syncer && syncer_busy_ms(jg->syncer);
    int64_t left_ms = jg->dirty_ms + jg->w->cfg->journal.sync_s * SECOND_MS - mono_ms();
    timer_arm(jg->timer, busy ? SECOND_MS : jg->dirty_ms ? left_ms : AGAIN_MS);
}

/* --- life ------------------------------------------------------------------------------ */

size_t journaling_dirs(const struct journaling *jg, const char *dirs[JOURNALING_DIRS])
{
    for (size_t i = 0; i < jg->n_dirs; i++)
        dirs[i] = jg->dirs[i];
    return jg->n_dirs;
}

static bool is_apart(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev != y.st_dev;
}

struct journaling *journaling_new(struct works *w, const char *state_dir)
{
    struct journaling *jg = calloc(1, sizeof(*jg));
    if (!jg)
        return NULL;
    jg->w = w;
    const char *given = w->cfg->journal.dir;
    str_copy(jg->dirs[0], sizeof(jg->dirs[0]), state_dir);
    jg->n_dirs = 1;
    if (given[0] && strcmp(given, jg->dirs[0]) != 0) {
        memcpy(jg->dirs[BESIDE], jg->dirs[0], sizeof(jg->dirs[0]));
        str_copy(jg->dirs[MEDIUM], sizeof(jg->dirs[0]), given);
        jg->n_dirs = 2;
    }
    jg->timer = w->manual ? NULL : evtimer_new(w->base, on_timer, jg);
    return jg;
}

/* Without its files nobody knows how far the medium's sequences went: what is written now must not be given the same,
 * or it would be hidden behind them once the medium is back. */
static bool is_blind(const struct journaling *jg)
{
    struct journal_disk disk;
    return jg->n_dirs > 1 && (journal_look(jg->dirs[MEDIUM], &disk) < 0 || disk.files == 0);
}

void journaling_begin(struct journaling *jg, uint64_t last)
{
    jg->next = last + 1 + (is_blind(jg) ? JOURNAL_LEAP : 0);
    jg->begun = true;
    desk_trace(jg->w->desk, &jg->trace);
    open_somewhere(jg, MEDIUM, desk_now(jg->w->desk));
    jg->apart = jg->n_dirs > 1 && is_apart(jg->dirs[MEDIUM], jg->dirs[BESIDE]);
    if (jg->n_dirs > 1 && jg->at == MEDIUM && !jg->apart)
        log_warn("journal: %s is on the same medium as the database: is the other one mounted?", jg->dirs[MEDIUM]);
    prune(jg);
    if (jg->timer)
        timer_arm(jg->timer, SECOND_MS);
}

void journaling_end(struct journaling *jg)
{
    if (!may_add(jg))
        return;
    add(jg, item(jg, JOURNAL_END));
    write_batch(jg);
    settle(jg);
    jg->begun = false;
    if (jg->timer)
        ask_sync(jg);
}

void journaling_free(struct journaling *jg)
{
    if (!jg)
        return;
    if (jg->timer)
        event_free(jg->timer);
    syncer_free(jg->syncer, END_WAIT_MS);
    journal_close(jg->file);
    journal_batch_free(&jg->batch);
    free(jg);
}

void journaling_state(const struct journaling *jg, struct journaling_state *out)
{
    *out = (struct journaling_state){
        .dir = jg->file ? jg->dirs[jg->at] : "",
        .why = jg->why,
        .apart = jg->apart && jg->at == MEDIUM,
        .seq = jg->next - 1,
        .bytes = jg->file ? journal_size(jg->file) : 0,
        .unsynced_ms = jg->dirty_ms ? mono_ms() - jg->dirty_ms : 0,
    };
}
