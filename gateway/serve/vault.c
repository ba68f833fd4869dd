// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The vault, see vault.h. Called by core.c, by the ticker and by the console. What can go wrong: the backup
 * (alarmed, tried again in an hour, the service goes on); a disk that is full (the reserve is given
 * free, so that what waits in the lines is kept and the alarm goes out); a database that is damaged
 * (noted beside it, and the core ends: nothing but a restart can put the backup into its place).
 *
 * Under a player nothing happens by itself but what the settings ask for, and an errand runs here and now, so
 * that a script of a month is the same each time.
 */
#include "gateway/serve/vault.h"

#include "gateway/base/civil.h"
#include "gateway/base/clock.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "gateway/desk/vault.h"
#include "gateway/serve/errand.h"
#include "gateway/serve/timer.h"
#include "store/copy.h"
#include "store/heads.h"
#include "store/recover.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#define LOOK_MS 30000
#define RETRY_MS 2000
#define PAGES_A_STEP 64 /* 128 KB: well under a millisecond */
#define STEP_PAUSE_MS 1
#define ERRAND_MAX_MS (2 * HOUR_MS)
#define MB INT64_C(1000000)
#define ROOM_AGAIN (INT64_C(16) << 20) /* beyond the reserve itself, before it is taken again */

struct vault {
    struct works *w;
    struct vault_events ev;
    char state_dir[256], dir[300];
    struct backup_place place;
    struct copy *copy; /* the first half of a backup */
    struct event *step;
    struct errand *errand; /* the second, or a test */
    bool test;             /* of the errand that runs */
    bool full, freed;      /* the disk; the reserve was given free */
    bool damaged;
    bool broken_audit;
    enum vault_disk said; /* the last that was committed */
    struct event *look;
    char last[BACKUP_NAME_SIZE + BACKUP_WHY_SIZE + 40]; /* for the console: what became of the last errand */
};

int vault_place(const struct config *cfg, const char *state_dir, struct backup_place *p, char *dir, size_t size)
{
    struct sbuf b = sbuf_on(dir, size);
    bool own = !cfg->backup.dir[0];
    sbuf_addf(&b, "%s%s", own ? state_dir : cfg->backup.dir, own ? "/backup" : "");
    *p = (struct backup_place){.state_dir = state_dir,
                               .dir = dir,
                               .own_dir = own,
                               .keep_days = cfg->backup.keep_days,
                               .keep_weeks = cfg->backup.keep_weeks,
                               .aside_days = cfg->tip_number_days};
    return sbuf_done(&b);
}

/* --- the audit's head --------------------------------------------------------------------- */

/* To the file first: it needs no other to read it. */
static void write_head(struct vault *v)
{
    struct chain_head h;
    char line[HEADS_LINE_SIZE];
    int rc = chain_head(v->w->db, &h);
    if (rc == 0) {
        heads_line(v->w->db, HEADS_HEAD, desk_now(v->w->desk).wall_ms, &h, line);
        rc = heads_append(v->state_dir, line);
        if (rc)
            log_err("%s/%s: %s", v->state_dir, HEADS_FILE, strerror(-rc));
        rc = works_begin(v->w);
    }
    if (rc == 0)
        rc = vault_head(v->w->desk, line);
    if (rc == 0)
        rc = works_commit(v->w);
    works_rollback(v->w);
    if (rc)
        log_err("the audit's head of today: %s", works_why(rc));
}

/* --- errands ------------------------------------------------------------------------------ */

static void settle(struct vault *v, const struct errand_result *r)
{
    struct vault_outcome o = {.test = v->test, .rc = r->rc, .bytes = r->made.bytes};
    str_copy(o.name, sizeof(o.name), r->made.name);
    int rc = works_begin(v->w);
    if (!rc)
        rc = vault_settled(v->w->desk, &o);
    if (!rc)
        rc = works_commit(v->w);
    works_rollback(v->w);
    if (rc)
        log_err("what became of the backup can not be kept: %s", works_why(rc));
}

static void say_result(struct vault *v, const struct errand_result *r)
{
    const char *what = v->test ? "restore test" : "backup";
    if (r->rc)
        log_err("%s: failed: %s; it is tried again in an hour ('tinbao backup' does it now)", what, r->made.why);
    else if (v->test)
        log_note("restore test: %s can be restored: %" PRId64 " messages, %" PRId64 " incidents", r->made.name,
                 r->made.counts.messages, r->made.counts.incidents);
    else
        log_note("backup: %s/%s, %.1f MB", v->dir, r->made.name, (double)r->made.bytes / 1e6);
    snprintf(v->last, sizeof(v->last), "%s %s", r->rc ? "failed" : "done", r->rc ? r->made.why : r->made.name);
}

static void on_done(void *ctx, const struct errand_result *r)
{
    struct vault *v = ctx;
    struct errand_result copy = *r; /* it is the errand's own */
    errand_free(v->errand);
    v->errand = NULL;
    say_result(v, &copy);
    if (!copy.rc && !v->test && !v->damaged)
        recover_sound(v->state_dir);
    settle(v, &copy);
    v->ev.turn(v->ev.ctx);
}

static void fail(struct vault *v, int rc, const char *why)
{
    struct errand_result r = {.rc = rc};
    snprintf(r.made.why, sizeof(r.made.why), "%s", why);
    say_result(v, &r);
    settle(v, &r);
    v->ev.turn(v->ev.ctx);
}

static void hand_over(struct vault *v)
{
    int64_t now_ms = now_calendar(desk_now(v->w->desk));
    if (v->w->manual) {
        struct errand_result r;
        errand_run(&v->place, v->test, now_ms, &r);
        on_done(v, &r);
        return;
    }
    v->errand = errand_start(v->w->base, &v->place, v->test, now_ms, ERRAND_MAX_MS, on_done, v);
    if (!v->errand)
        fail(v, -ENOMEM, "no process can be started");
}

/* 1: it is whole, 0: more is to do. */
static int copy_some(struct vault *v)
{
    int rc = copy_step(v->copy, PAGES_A_STEP);
    if (rc == 0)
        return 0;
    int end = copy_free(v->copy);
    v->copy = NULL;
    if (rc == 1 && end == 0)
        hand_over(v);
    else
        fail(v, rc < 0 ? rc : end, "the database can not be copied");
    return 1;
}

static void on_step(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct vault *v = arg;
    if (v->copy && !copy_some(v))
        timer_arm(v->step, STEP_PAUSE_MS);
}

static int start_backup(struct vault *v)
{
    struct backup_made made;
    write_head(v);
    int rc = backup_begin(&v->place, v->w->db, &v->copy, &made);
    if (rc)
        fail(v, rc, made.why);
    else if (!v->w->manual)
        timer_arm(v->step, 0);
    while (!rc && v->w->manual && !copy_some(v))
        ;
    return 0;
}

/* 0, or -EBUSY while one runs. */
static int start(struct vault *v, bool test)
{
    if (v->errand || v->copy)
        return -EBUSY;
    v->test = test;
    int rc = vault_place(v->w->cfg, v->state_dir, &v->place, v->dir, sizeof(v->dir));
    if (rc)
        return rc;
    snprintf(v->last, sizeof(v->last), "running");
    if (!test)
        return start_backup(v);
    hand_over(v);
    return 0;
}

static void pass(struct vault *v, bool test)
{
    int rc = works_begin(v->w);
    if (!rc)
        rc = vault_passed(v->w->desk, test);
    if (!rc)
        rc = works_commit(v->w);
    works_rollback(v->w);
    if (rc)
        log_err("the next backup can not be planned: %s", works_why(rc));
}

void vault_job(struct vault *v, const char *kind)
{
    const struct backup_config *b = &v->w->cfg->backup;
    bool test = strcmp(kind, "backup") != 0;
    if (b->every_night && (b->given || !v->w->manual)) {
        int rc = start(v, test);
        if (rc && rc != -EBUSY)
            log_err("%s: %s; again in an hour", kind, strerror(-rc));
        return; /* the job stands in an hour's time, whatever becomes of us */
    }
    if (!test && !v->w->manual)
        write_head(v);
    pass(v, test);
}

int vault_ask(struct vault *v, const char *what, char *out, size_t size)
{
    if (!strcmp(what, "state")) {
        snprintf(out, size, "%s\n", v->last[0] ? v->last : "none");
        return 0;
    }
    bool test = !strcmp(what, "test");
    if (!test && strcmp(what, "start") != 0) {
        str_copy(out, size, "it is: backup start, backup test, backup state");
        return -EINVAL;
    }
    int rc = start(v, test);
    str_copy(out, size, rc == -EBUSY ? "one is under way already" : rc ? strerror(-rc) : "started\n");
    return rc;
}

/* --- the disk ----------------------------------------------------------------------------- */

static int64_t room(const struct vault *v)
{
    struct statvfs st;
    return statvfs(v->state_dir, &st) ? -1 : (int64_t)st.f_bavail * (int64_t)st.f_frsize;
}

static int64_t reserve_bytes(const struct vault *v)
{
    return (int64_t)v->w->cfg->reserve_mb << 20;
}

/* Full until the reserve could be taken again, which says by itself that there is space. */
static enum vault_disk judge(struct vault *v, int64_t bytes)
{
    int64_t warn = v->w->cfg->disk_warn_mb * MB;
    if (v->full) {
        if (bytes < reserve_bytes(v) + ROOM_AGAIN ||
            (reserve_bytes(v) && reserve_make(v->state_dir, reserve_bytes(v)) < 0))
            return VAULT_DISK_FULL;
        log_note("%s: there is space again", v->state_dir);
        v->full = v->freed = false;
    }
    /* Not to and fro at the bound. */
    if (v->said == VAULT_DISK_LOW)
        warn += warn / 5;
    return bytes < warn ? VAULT_DISK_LOW : VAULT_DISK_FINE;
}

static int tell_disk(struct vault *v, enum vault_disk how, int64_t bytes)
{
    int rc = works_begin(v->w);
    if (!rc)
        rc = vault_disk(v->w->desk, how, bytes / MB);
    if (!rc && v->broken_audit)
        rc = vault_audit_broken(v->w->desk);
    if (!rc)
        rc = works_commit(v->w);
    works_rollback(v->w);
    if (rc)
        return rc;
    v->said = how;
    v->broken_audit = false;
    v->ev.turn(v->ev.ctx);
    return 0;
}

static void on_look(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    struct vault *v = arg;
    int64_t bytes = room(v), next_ms = LOOK_MS;
    if (v->damaged)
        return;
    enum vault_disk how = bytes < 0 ? v->said : judge(v, bytes);
    if ((how != v->said || v->broken_audit) && tell_disk(v, how, bytes))
        next_ms = RETRY_MS;
    timer_arm(v->look, next_ms);
}

/* Called in the middle of whatever failed: only what needs no database. */
static void on_sick(void *ctx, unsigned sick)
{
    struct vault *v = ctx;
    if ((sick & DB_SICK_CORRUPT) && !v->damaged) {
        v->damaged = true;
        log_err(
            "%s: the database is damaged: the service ends; its next start looks at every page, and puts the newest "
            "backup into place if it must",
            v->state_dir);
        if (recover_suspect(v->state_dir, clock_now_ms(v->w->clock), "a statement met damage"))
            log_err("%s: that can not be noted", v->state_dir);
        v->ev.damaged(v->ev.ctx);
    }
    if (!(sick & DB_SICK_FULL) || v->w->manual)
        return;
    if (!v->full)
        log_err("%s: the disk is full: the reserve is given free; remove other files", v->state_dir);
    v->full = true;
    if (!v->freed)
        v->freed = reserve_free(v->state_dir) == 0;
    timer_arm(v->look, 0);
}

/* --- life --------------------------------------------------------------------------------- */

struct vault *vault_new(struct works *w, const char *state_dir, const struct vault_events *ev)
{
    struct vault *v = calloc(1, sizeof(*v));
    if (!v)
        return NULL;
    v->w = w;
    v->ev = *ev;
    v->broken_audit = w->chain_broken;
    v->look = evtimer_new(w->base, on_look, v);
    v->step = evtimer_new(w->base, on_step, v);
    if (!v->look || !v->step || str_copy(v->state_dir, sizeof(v->state_dir), state_dir)) {
        vault_free(v);
        return NULL;
    }
    w->sick = on_sick;
    w->sick_ctx = v;
    if (w->manual)
        return v;
    int rc = w->cfg->reserve_mb ? reserve_make(state_dir, reserve_bytes(v)) : 0;
    if (rc) {
        log_warn("%s/" RESERVE_FILE ": %s: the service runs without a reserve", state_dir, strerror(-rc));
        v->full = rc == -ENOSPC;
        v->freed = true;
    }
    timer_arm(v->look, 0);
    return v;
}

void vault_free(struct vault *v)
{
    if (!v)
        return;
    (void)copy_free(v->copy); /* before the database is closed */
    errand_free(v->errand);
    if (v->step)
        event_free(v->step);
    if (v->w->sick_ctx == v)
        v->w->sick = NULL;
    if (v->look)
        event_free(v->look);
    free(v);
}
