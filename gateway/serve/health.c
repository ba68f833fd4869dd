// SPDX-License-Identifier: GPL-2.0-or-later
/* The checks. Called by the front's side, report.c, metrics.c and notify.c; see health.h. */
#include "gateway/serve/health.h"

#include "gateway/base/civil.h"
#include "gateway/base/clock.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "gateway/desk/vault.h"
#include "gateway/serve/journaling.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#ifndef TINBAO_VERSION
#define TINBAO_VERSION "0.2"
#endif

#define MB 1000000.0
#define DISK_WARN_MB 200
#define DISK_FAIL_MB 20
#define CLOCK_BEHIND_MS (5 * MINUTE_MS)
#define CLOCK_LEAST_MS INT64_C(1767200400000) /* 2026-01-01 in Vietnam */
#define JOB_WARN_MS (2 * MINUTE_MS)
#define JOB_FAIL_MS (10 * MINUTE_MS)
#define JOURNAL_LATE_MS MINUTE_MS
#define LINES_START_MS (2 * MINUTE_MS)
#define BACKUP_LATE_MS (50 * HOUR_MS)

const char *health_word(enum health_status s)
{
    static const char *const words[] = {"pass", "warn", "fail"};
    return words[s];
}

/* The check's words are of constant formats; no names or numbers of people come here. */
static struct health_check *add(struct health *h, const char *name, enum health_status status, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

static struct health_check *add(struct health *h, const char *name, enum health_status status, const char *fmt, ...)
{
    struct health_check *c = &h->checks[h->n < HEALTH_MAX ? h->n++ : HEALTH_MAX - 1];
    va_list ap;
    memset(c, 0, sizeof(*c));
    str_copy(c->name, sizeof(c->name), name);
    c->status = status;
    va_start(ap, fmt);
    if (status != HEALTH_PASS)
        vsnprintf(c->output, sizeof(c->output), fmt, ap);
    va_end(ap);
    if (status > h->status)
        h->status = status;
    return c;
}

static void look_database(struct health *h, const struct report_about *about, const struct gauge *g)
{
    if (about->stuck)
        add(h, "database", HEALTH_FAIL, "nothing can be written: texts stay on the SIM");
    else
        add(h, "database", g ? HEALTH_PASS : HEALTH_FAIL, "it can not be read");
}

static void look_disk(struct health *h, const struct report_about *about)
{
    struct statvfs st;
    if (statvfs(about->state_dir, &st)) {
        add(h, "disk", HEALTH_FAIL, "the state directory can not be looked at");
        return;
    }
    double free_mb = (double)st.f_bavail * (double)st.f_frsize / MB;
    struct health_check *c = add(h, "disk",
                                 free_mb < DISK_FAIL_MB   ? HEALTH_FAIL
                                 : free_mb < DISK_WARN_MB ? HEALTH_WARN
                                                          : HEALTH_PASS,
                                 "only %.0f MB are free", free_mb);
    c->value = free_mb * MB;
    c->unit = "bytes";
}

static void look_clock(struct health *h, struct now now)
{
    int64_t behind_ms = now.rel_ms - now.wall_ms;
    if (now.wall_ms < CLOCK_LEAST_MS)
        add(h, "clock", HEALTH_FAIL, "the clock shows a time before this service was made: set it");
    else
        add(h, "clock", behind_ms > CLOCK_BEHIND_MS ? HEALTH_WARN : HEALTH_PASS,
            "the clock is %lld min behind the service's time: was it set back?", (long long)(behind_ms / MINUTE_MS));
}

/* How long something of each priority may stand ready to go. */
static void look_queue(struct health *h, struct now now, const struct gauge *g)
{
    static const struct {
        const char *name;
        int64_t warn_ms, fail_ms;
    } limits[] = {{"SOS", MINUTE_MS, 3 * MINUTE_MS},
                  {"alert", 2 * MINUTE_MS, 10 * MINUTE_MS},
                  {"reply", 10 * MINUTE_MS, HOUR_MS},
                  {"digest", HOUR_MS, 12 * HOUR_MS}};
    enum health_status worst = HEALTH_PASS;
    size_t at = 0;
    int64_t oldest_ms = 0;
    for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
        int64_t age_ms = g->ready_since[i] ? now.rel_ms - g->ready_since[i] : 0;
        enum health_status s = age_ms > limits[i].fail_ms   ? HEALTH_FAIL
                               : age_ms > limits[i].warn_ms ? HEALTH_WARN
                                                            : HEALTH_PASS;
        if (s > worst) {
            worst = s;
            at = i;
        }
        oldest_ms = age_ms > oldest_ms ? age_ms : oldest_ms;
    }
    struct health_check *c = add(h, "queue", worst, "a text (%s) has been waiting for %lld min", limits[at].name,
                                 (long long)((now.rel_ms - g->ready_since[at]) / MINUTE_MS));
    c->value = (double)oldest_ms / 1000;
    c->unit = "s";
}

static void look_jobs(struct health *h, const struct gauge *g)
{
    enum health_status s = g->job_behind_ms > JOB_FAIL_MS   ? HEALTH_FAIL
                           : g->job_behind_ms > JOB_WARN_MS ? HEALTH_WARN
                                                            : HEALTH_PASS;
    struct health_check *c =
        add(h, "jobs", s, "what was due %lld min ago is not done", (long long)(g->job_behind_ms / MINUTE_MS));
    c->value = (double)g->job_behind_ms / 1000;
    c->unit = "s";
}

/* vault: two nights without one are too many. */
static void look_backup(struct health *h, struct works *w, struct now now)
{
    struct vault_state s;
    if (vault_state(w->desk, &s) || !w->cfg->backup.every_night)
        return;
    int64_t age_ms = s.backup_ms ? now_calendar(now) - s.backup_ms : 0;
    const char *why = s.backup_fails            ? "the backup of the night failed: see the log"
                      : s.test_fails            ? "the newest backup can not be restored: see the log"
                      : age_ms > BACKUP_LATE_MS ? "the newest backup is older than two days"
                                                : "";
    struct health_check *c = add(h, "backup", *why ? HEALTH_WARN : HEALTH_PASS, "%s", why);
    if (s.backup_ms) {
        c->value = (double)age_ms / 1000;
        c->unit = "s";
    }
}

static void look_line(struct health *h, const struct lane *l, int *able)
{
    const struct line_status *s = lane_said(l);
    char name[40];
    snprintf(name, sizeof(name), "line:%s", lane_name(l));
    bool sim = s->sim == SIM_READY || s->sim == SIM_UNKNOWN;
    bool net = s->registration == REG_HOME || s->registration == REG_ROAMING || s->registration == REG_UNKNOWN;
    bool full = s->sim_total && s->sim_used >= s->sim_total;
    *able += lane_up(l) && sim && net;
    struct health_check *c = add(h, name, !lane_up(l) || !sim || !net || full ? HEALTH_WARN : HEALTH_PASS, "%s",
                                 !lane_up(l) ? "its modem does not answer"
                                 : !sim      ? "its SIM can not be used: PIN, PUK, or not in"
                                 : !net      ? "it has no network"
                                             : "its storage is full");
    if (lane_up(l) && s->signal_dbm) {
        c->value = s->signal_dbm;
        c->unit = "dBm";
    }
}

static void look_lines(struct health *h, const struct lines *lines, const struct report_about *about)
{
    int able = 0;
    bool new_born = mono_ms() - about->started_ms < LINES_START_MS;
    for (size_t i = 0; i < lines_count(lines); i++)
        look_line(h, lines_at(lines, i), &able);
    add(h, "lines",
        able       ? HEALTH_PASS
        : new_born ? HEALTH_WARN
                   : HEALTH_FAIL,
        "no line can send%s", new_born ? " yet" : "")
        ->value = able;
    h->checks[h->n - 1].unit = "lines";
}

/* Without it nothing is wrong yet; a database that is lost then takes messages with it. */
static void look_journal(struct health *h, const struct works *w)
{
    struct journaling_state s;
    if (!w->journaling)
        return;
    journaling_state(w->journaling, &s);
    bool late = s.unsynced_ms > JOURNAL_LATE_MS + w->cfg->journal.sync_s * SECOND_MS;
    struct health_check *c =
        add(h, "journal", s.why[0] || late ? HEALTH_WARN : HEALTH_PASS, "the journal of raw messages is %s: %s",
            s.dir[0] ? "not where it should be" : "not written", s.why[0] ? s.why : "its medium does not take it");
    c->value = (double)s.bytes;
    c->unit = "bytes";
}

void health_look(struct works *w, const struct lines *lines, const struct report_about *about,
                 const struct gauge *gauge, struct health *out)
{
    struct now now = desk_now(w->desk);
    memset(out, 0, sizeof(*out));
    look_database(out, about, gauge);
    look_disk(out, about);
    look_journal(out, w);
    look_clock(out, now);
    if (gauge) {
        look_queue(out, now, gauge);
        look_jobs(out, gauge);
        look_backup(out, w, now);
    }
    look_lines(out, lines, about);
}

void health_of(struct works *w, const struct lines *lines, const struct report_about *about, struct health *out)
{
    struct now now = desk_now(w->desk);
    struct gauge g;
    int rc = gauge_read(w->db, now.rel_ms, now_calendar(now), MINUTE_MS, &g);
    health_look(w, lines, about, rc ? NULL : &g, out);
}

static json_t *check_json(const struct health_check *c)
{
    json_t *o = json_object();
    json_object_set_new(o, "status", json_string(health_word(c->status)));
    if (c->unit) {
        json_object_set_new(o, "observedValue", json_real(c->value));
        json_object_set_new(o, "observedUnit", json_string(c->unit));
    }
    if (c->output[0])
        json_object_set_new(o, "output", json_string(c->output));
    json_t *list = json_array();
    json_array_append_new(list, o);
    return list;
}

/* The first of the worst, for those who read one line. */
static const char *worst(const struct health *h)
{
    for (size_t i = 0; i < h->n; i++)
        if (h->checks[i].status == h->status)
            return h->checks[i].output;
    return "";
}

struct json_t *health_object(const struct health *h)
{
    json_t *o = json_object(), *checks = json_object();
    json_object_set_new(o, "status", json_string(health_word(h->status)));
    json_object_set_new(o, "version", json_string(TINBAO_VERSION));
    json_object_set_new(o, "description", json_string("tinbao, SMS and USSD gateway"));
    if (h->status != HEALTH_PASS)
        json_object_set_new(o, "output", json_string(worst(h)));
    for (size_t i = 0; i < h->n; i++)
        json_object_set_new(checks, h->checks[i].name, check_json(&h->checks[i]));
    json_object_set_new(o, "checks", checks);
    return o;
}

int health_json(const struct health *h, char *out, size_t size)
{
    json_t *o = health_object(h);
    size_t n = json_dumpb(o, out, size - 1, JSON_COMPACT | JSON_REAL_PRECISION(9));
    json_decref(o);
    if (n == 0 || n > size - 1)
        return n ? -EMSGSIZE : -ENOMEM;
    out[n] = '\0';
    return 0;
}
