// SPDX-License-Identifier: GPL-2.0-or-later
/* How the core stands, as JSON. Called by core.c for the control socket; reads only. */
#include "gateway/serve/report.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/mask.h"
#include "gateway/base/str.h"
#include "gateway/desk/budget.h"
#include "gateway/desk/vault.h"
#include "gateway/serve/health.h"
#include "gateway/serve/report_post.h"
#include "store/duty.h"
#include "store/gauge.h"
#include "store/incident.h"
#include "store/outbox.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef TINBAO_VERSION
#define TINBAO_VERSION "0.2"
#endif

static const char *const registrations[] = {"unknown", "home", "roaming", "searching", "denied", "none"};
static const char *const sims[] = {"unknown", "ready", "needs PIN", "needs PUK", "absent", "fault"};

static const char *name_of(const char *const *names, size_t n, size_t i)
{
    return i < n ? names[i] : "unknown";
}

/* Text of a modem or an operator: whatever it is, JSON gets UTF-8 without numbers. */
static json_t *masked(const char *text)
{
    char copy[200];
    if (str_copy(copy, sizeof(copy), text))
        return json_string("");
    mask_numbers(copy);
    json_t *s = json_string(copy);
    return s ? s : json_string("?");
}

static void put_int(json_t *o, const char *key, int64_t v)
{
    json_object_set_new(o, key, json_integer(v));
}

/* Up, with a SIM that works in a network that takes it. */
static bool lane_well(const struct lane *l)
{
    const struct line_status *s = lane_said(l);
    bool sim = s->sim == SIM_READY || s->sim == SIM_UNKNOWN;
    bool network = s->registration == REG_HOME || s->registration == REG_ROAMING || s->registration == REG_UNKNOWN;
    return lane_up(l) && sim && network;
}

static bool all_well(const struct lines *lines)
{
    for (size_t i = 0; i < lines_count(lines); i++)
        if (!lane_well(lines_at(lines, i)))
            return false;
    return true;
}

/* What was understood of the operator's words; null when it was not. */
static void put_balance(json_t *o, const struct line_state *s)
{
    char until[32];
    civil_iso(s->balance_until_ms, until, sizeof(until));
    until[10] = '\0';
    json_object_set_new(o, "balance_dong", s->balance_known ? json_integer(s->balance_dong) : json_null());
    json_object_set_new(o, "balance_until", s->balance_until_ms ? json_string(until) : json_null());
}

static json_t *lane_json(struct works *w, const struct lane *l)
{
    const struct line_status *s = lane_said(l);
    struct line_state kept;
    json_t *o = json_object();
    int64_t since_ms = lane_up_since_ms(l);
    json_object_set_new(o, "name", json_string(lane_name(l)));
    json_object_set_new(o, "state", json_string(lane_up(l) ? "up" : lane_starting(l) ? "starting" : "down"));
    put_int(o, "since_s", since_ms ? (mono_ms() - since_ms) / 1000 : 0);
    put_int(o, "restarts", lane_restarts(l));
    put_int(o, "pid", lane_pid(l));
    put_int(o, "signal_dbm", s->signal_dbm);
    json_object_set_new(o, "registration",
                        json_string(name_of(registrations, ARRAY_LEN(registrations), s->registration)));
    json_object_set_new(o, "sim", json_string(name_of(sims, ARRAY_LEN(sims), s->sim)));
    put_int(o, "sim_used", s->sim_used);
    put_int(o, "sim_total", s->sim_total);
    json_object_set_new(o, "operator", masked(s->operator_name));
    json_object_set_new(o, "smsc", masked(s->smsc));
    json_object_set_new(o, "model", masked(lane_hello(l)->model));
    if (line_state_get(w->db, lane_name(l), &kept) == 0 && kept.balance_ms) {
        char at[32];
        civil_iso(kept.balance_ms, at, sizeof(at));
        json_object_set_new(o, "balance", masked(kept.balance));
        put_balance(o, &kept);
        json_object_set_new(o, "balance_at", json_string(at));
    }
    return o;
}

static int64_t file_bytes(const char *dir, const char *name)
{
    char path[512];
    struct stat st;
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    return stat(path, &st) ? 0 : st.st_size;
}

int64_t report_database_bytes(const char *state_dir)
{
    return file_bytes(state_dir, "tinbao.db") + file_bytes(state_dir, "tinbao.db-wal");
}

static json_t *database_json(const struct report_about *about)
{
    json_t *o = json_object();
    put_int(o, "bytes", report_database_bytes(about->state_dir));
    json_object_set_new(o, "stuck", json_boolean(about->stuck));
    return o;
}

static void count_today(void *ctx, const char *disposition)
{
    json_t *o = ctx;
    put_int(o, "all", json_integer_value(json_object_get(o, "all")) + 1);
    put_int(o, disposition, json_integer_value(json_object_get(o, disposition)) + 1);
}

/* Messages of today by what became of them (gateway/desk/intake.h); those with none are left out. */
static json_t *today_json(struct works *w, int64_t since_ms)
{
    json_t *o = json_object();
    put_int(o, "all", 0);
    gauge_today(w->db, since_ms, count_today, o);
    return o;
}

static void outbox_json(struct works *w, json_t *o, int64_t since_ms, int sending)
{
    static const char *const prios[] = {"sos", "alert", "reply", "digest"};
    struct outbox_counts c;
    memset(&c, 0, sizeof(c));
    outbox_counts(w->db, since_ms, &c);
    json_t *queue = json_object(), *sent = json_object();
    for (size_t i = 0; i < ARRAY_LEN(prios); i++)
        put_int(queue, prios[i], c.queued[i]);
    put_int(queue, "sending", sending);
    put_int(sent, "sent", c.sent);
    put_int(sent, "delivered", c.delivered);
    put_int(sent, "failed", c.failed);
    put_int(sent, "expired", c.expired);
    put_int(sent, "uncertain", c.uncertain);
    json_object_set_new(o, "queue", queue);
    json_object_set_new(o, "out_today", sent);
}

/* What was sent this month, by the desk's budget. */
static json_t *budget_json(struct works *w)
{
    struct budget_state s = {0};
    json_t *o = json_object();
    budget_state(w->db, w->cfg, now_calendar(desk_now(w->desk)), &s);
    put_int(o, "month", w->cfg->budget.month);
    put_int(o, "reserve_from", s.limit);
    put_int(o, "sent", s.month.urgent + s.month.other);
    put_int(o, "urgent", s.month.urgent);
    put_int(o, "sent_today", s.day.urgent + s.day.other);
    put_int(o, "dropped", s.month.dropped);
    put_int(o, "held", s.month.held);
    return o;
}

static json_t *http_json(const struct report_about *about)
{
    json_t *o = json_object();
    put_int(o, "port", about->http_port);
    json_object_set_new(o, "why", json_string(about->http_why));
    return o;
}

/* vault: the last backup, and the last test of one that was good. */
static json_t *backup_json(struct works *w)
{
    struct vault_state s;
    json_t *o = json_object();
    char at[32];
    if (vault_state(w->desk, &s))
        return o;
    civil_iso(s.backup_ms, at, sizeof(at));
    json_object_set_new(o, "at", s.backup_ms ? json_string(at) : json_null());
    json_object_set_new(o, "name", json_string(s.name));
    put_int(o, "bytes", s.bytes);
    civil_iso(s.test_ms, at, sizeof(at));
    json_object_set_new(o, "tested_at", s.test_ms ? json_string(at) : json_null());
    json_object_set_new(o, "fails", json_boolean(s.backup_fails));
    json_object_set_new(o, "test_fails", json_boolean(s.test_fails));
    return o;
}

static int count_open(void *ctx, const struct incident *i)
{
    int *n = ctx;
    *n += strcmp(i->state, "open") == 0;
    return 0;
}

int report_json(struct works *w, struct lines *lines, const struct report_about *about, char *out, size_t size)
{
    json_t *o = json_object(), *list = json_array();
    int64_t today_ms = civil_day_start_ms(desk_now(w->desk).wall_ms);
    int unacked = 0;
    incident_each_live(w->db, count_open, &unacked);
    json_object_set_new(o, "version", json_string(TINBAO_VERSION));
    put_int(o, "pid", getpid());
    put_int(o, "uptime_s", (mono_ms() - about->started_ms) / 1000);
    struct health h;
    health_of(w, lines, about, &h);
    json_object_set_new(o, "healthy", json_boolean(all_well(lines) && h.status != HEALTH_FAIL));
    json_object_set_new(o, "health", health_object(&h));
    json_object_set_new(o, "database", database_json(about));
    for (size_t i = 0; i < lines_count(lines); i++)
        json_array_append_new(list, lane_json(w, lines_at(lines, i)));
    json_object_set_new(o, "lines", list);
    outbox_json(w, o, today_ms, about->sending);
    json_object_set_new(o, "today", today_json(w, today_ms));
    put_int(o, "unacked", unacked);
    json_object_set_new(o, "budget", budget_json(w));
    report_post(w, about->courier_up, about->courier_pid, o);
    json_object_set_new(o, "http", http_json(about));
    json_object_set_new(o, "backup", backup_json(w));
    size_t n = json_dumpb(o, out, size - 1, JSON_COMPACT);
    json_decref(o);
    if (n == 0 || n > size - 1)
        return n ? -EMSGSIZE : -ENOMEM;
    out[n] = '\0';
    return 0;
}

void report_line(struct works *w, const struct lines *lines, const struct report_about *about, char *out, size_t size)
{
    struct now now = desk_now(w->desk);
    struct gauge g;
    size_t up = 0;
    for (size_t i = 0; i < lines_count(lines); i++)
        up += lane_well(lines_at(lines, i));
    struct sbuf b = sbuf_on(out, size);
    sbuf_addf(&b, "%zu of %zu lines up", up, lines_count(lines));
    if (about->stuck || gauge_read(w->db, now.rel_ms, now_calendar(now), MINUTE_MS, &g)) {
        sbuf_add(&b, ", THE DATABASE TAKES NOTHING");
        return;
    }
    int64_t waiting = g.sending;
    for (size_t i = 0; i < ARRAY_LEN(g.queued); i++)
        waiting += g.queued[i];
    sbuf_addf(&b, ", %" PRId64 " waiting to go, %" PRId64 " without NHAN", waiting, g.incidents_open);
}
