// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Metrics. Called by the front's side for each scrape; reads only. What came in is counted from
 * the message table, each row once: so the path of a text into the database pays nothing for it. What
 * can go wrong: a value that is not known (no signal yet, no balance) is left out, not made 0.
 */
#include "gateway/serve/metrics.h"

#include "gateway/base/clock.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "gateway/desk/budget.h"
#include "gateway/serve/health.h"
#include "gateway/serve/selfstat.h"
#include "store/delivery.h"
#include "store/duty.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#ifndef TINBAO_VERSION
#define TINBAO_VERSION "0.2"
#endif

#define NAMES_MAX 64 /* dispositions; more are counted as "other" */
#define SCAN_MAX 20000
#define LATE_MS 60000

struct named {
    char name[24];
    uint64_t n;
};

struct metrics {
    struct works *w;
    struct lines *lines;
    int64_t last_message;
    struct named dispositions[NAMES_MAX];
    size_t n_names;
    uint64_t received[CONFIG_LINES_MAX];
};

static const char *const priorities[4] = {"sos", "alert", "reply", "digest"};

/* --- the format ------------------------------------------------------------------------ */

static void head(struct sbuf *b, const char *name, const char *type, const char *help)
{
    sbuf_addf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void single(struct sbuf *b, const char *name, const char *type, const char *help, double v)
{
    head(b, name, type, help);
    sbuf_addf(b, "%s %.17g\n", name, v);
}

/* Line names are letters and digits (config), dispositions and the like are the code's own: none needs
 * an escape. */
static void labelled(struct sbuf *b, const char *name, const char *label, const char *value, double v)
{
    sbuf_addf(b, "%s{%s=\"%s\"} %.17g\n", name, label, value, v);
}

/* --- what came in ---------------------------------------------------------------------- */

static void count_name(struct metrics *m, const char *name)
{
    size_t i = 0;
    while (i < m->n_names && strcmp(m->dispositions[i].name, name) != 0)
        i++;
    if (i == m->n_names) {
        if (m->n_names == NAMES_MAX)
            i = NAMES_MAX - 1;
        else
            m->n_names++;
        if (str_copy(m->dispositions[i].name, sizeof(m->dispositions[i].name), i < NAMES_MAX - 1 ? name : "other"))
            str_copy(m->dispositions[i].name, sizeof(m->dispositions[i].name), "other");
    }
    m->dispositions[i].n++;
}

static void count_message(void *ctx, const char *line, const char *disposition)
{
    struct metrics *m = ctx;
    count_name(m, disposition);
    if (!strcmp(disposition, "call"))
        return;
    for (size_t i = 0; i < lines_count(m->lines); i++)
        if (!strcmp(lane_name(lines_at(m->lines, i)), line))
            m->received[i]++;
}

static int add_received(struct metrics *m, struct sbuf *b)
{
    int rc = gauge_messages(m->w->db, &m->last_message, SCAN_MAX, count_message, m);
    if (rc < 0)
        return rc;
    head(b, "tinbao_sms_received_total", "counter", "Messages that came in, long ones joined, by line.");
    for (size_t i = 0; i < lines_count(m->lines); i++)
        labelled(b, "tinbao_sms_received_total", "line", lane_name(lines_at(m->lines, i)), (double)m->received[i]);
    head(b, "tinbao_messages_total", "counter", "Messages and missed calls by what became of them at first.");
    for (size_t i = 0; i < m->n_names; i++)
        labelled(b, "tinbao_messages_total", "disposition", m->dispositions[i].name, (double)m->dispositions[i].n);
    return 0;
}

/* --- what went out --------------------------------------------------------------------- */

static void by_line(struct metrics *m, struct sbuf *b, const char *name, const char *help, const uint64_t *n)
{
    head(b, name, "counter", help);
    for (size_t i = 0; i < lines_count(m->lines); i++)
        labelled(b, name, "line", lane_name(lines_at(m->lines, i)), (double)n[i]);
}

static void add_sent(struct metrics *m, struct sbuf *b)
{
    const struct tally *t = &m->w->tally;
    by_line(m, b, "tinbao_sms_sent_total", "Texts that the network took, by line.", t->sent);
    by_line(m, b, "tinbao_sms_refused_total", "Texts that SIM or network refused, each try, by line.", t->refused);
    by_line(m, b, "tinbao_sms_unanswered_total", "Texts handed over without an answer, by line.", t->unanswered);
    head(b, "tinbao_dlr_total", "counter", "Delivery reports by result.");
    labelled(b, "tinbao_dlr_total", "result", "delivered", (double)t->delivered);
    labelled(b, "tinbao_dlr_total", "result", "failed", (double)t->undelivered);
}

static void add_queue(struct metrics *m, struct sbuf *b, const struct gauge *g)
{
    int64_t rel_ms = desk_now(m->w->desk).rel_ms;
    head(b, "tinbao_outbox_depth", "gauge", "Texts that wait to go out, by priority.");
    for (size_t i = 0; i < ARRAY_LEN(priorities); i++)
        labelled(b, "tinbao_outbox_depth", "priority", priorities[i], (double)g->queued[i]);
    single(b, "tinbao_outbox_sending", "gauge", "Texts in the hands of the lines.", (double)g->sending);
    head(b, "tinbao_outbox_oldest_seconds", "gauge", "How long the oldest text that may go has been waiting.");
    for (size_t i = 0; i < ARRAY_LEN(priorities); i++)
        labelled(b, "tinbao_outbox_oldest_seconds", "priority", priorities[i],
                 g->ready_since[i] ? (double)(rel_ms - g->ready_since[i]) / 1000 : 0);
    single(b, "tinbao_alert_unacked", "gauge", "Incidents that nobody took yet (NHAN).", (double)g->incidents_open);
    single(b, "tinbao_incidents_acked", "gauge", "Incidents that somebody took and nobody closed.",
           (double)g->incidents_acked);
    single(b, "tinbao_jobs_overdue", "gauge", "Jobs that have been due for more than a minute.",
           (double)g->jobs_overdue);
    single(b, "tinbao_job_behind_seconds", "gauge", "How long the job that is due longest has been.",
           (double)g->job_behind_ms / 1000);
    single(b, "tinbao_jobs_run_total", "counter", "Jobs that were run.", (double)m->w->tally.jobs);
}

/* --- the month's budget ----------------------------------------------------------------- */

static int add_budget(struct metrics *m, struct sbuf *b)
{
    struct budget_state s;
    int rc = budget_state(m->w->db, m->w->cfg, now_calendar(desk_now(m->w->desk)), &s);
    if (rc)
        return rc;
    head(b, "tinbao_budget_used", "gauge", "Texts handed to lines since the month began: urgent (SOS, alerts), other.");
    labelled(b, "tinbao_budget_used", "class", "urgent", (double)s.month.urgent);
    labelled(b, "tinbao_budget_used", "class", "other", (double)s.month.other);
    if (m->w->cfg->budget.month) {
        single(b, "tinbao_budget_month", "gauge", "Texts that may go out in a month.", m->w->cfg->budget.month);
        single(b, "tinbao_budget_reserve_from", "gauge", "From so many on only alerts and confirmations go.",
               (double)s.limit);
    }
    single(b, "tinbao_budget_dropped", "gauge", "Texts that a bound kept from going out this month.",
           (double)s.month.dropped);
    return 0;
}

/* Credit in dong of the lines that it is known of. */
static int add_balance(struct metrics *m, struct sbuf *b)
{
    head(b, "tinbao_balance_dong", "gauge", "Credit of the line's SIM as its operator said it last.");
    for (size_t i = 0; i < lines_count(m->lines); i++) {
        struct line_state s;
        const char *name = lane_name(lines_at(m->lines, i));
        int rc = line_state_get(m->w->db, name, &s);
        if (rc && rc != -ENOENT)
            return rc;
        if (!rc && s.balance_ms && s.balance_known)
            labelled(b, "tinbao_balance_dong", "line", name, (double)s.balance_dong);
    }
    return 0;
}

/* --- webhooks, mail, the spare line ---------------------------------------------------- */

static int count_trouble(void *ctx, const struct trouble *t)
{
    (void)t; /* its words are the log's and the mail's */
    ++*(int *)ctx;
    return 0;
}

static int add_courier(struct metrics *m, struct sbuf *b)
{
    struct delivery_counts c;
    int troubles = 0, rc = delivery_counts(m->w->db, &c);
    if (!rc)
        rc = trouble_each(m->w->db, count_trouble, &troubles);
    if (rc < 0)
        return rc;
    single(b, "tinbao_courier_queue_depth", "gauge", "Webhooks, mails and spare texts that wait.", (double)c.queued);
    single(b, "tinbao_courier_dead", "gauge", "Webhooks and mails that were given up.", (double)c.dead);
    single(b, "tinbao_troubles", "gauge", "Troubles with the machinery that last: lines, SIMs, credit.", troubles);
    return 0;
}

/* --- the lines ------------------------------------------------------------------------- */

struct column {
    const char *name, *type, *help;
    /* false: not known */
    bool (*value)(const struct lane *l, double *v);
};

static bool is_up(const struct lane *l, double *v)
{
    *v = lane_up(l);
    return true;
}

static bool restarts(const struct lane *l, double *v)
{
    *v = lane_restarts(l);
    return true;
}

static bool signal_dbm(const struct lane *l, double *v)
{
    *v = lane_said(l)->signal_dbm;
    return lane_up(l) && *v != 0;
}

static bool roaming(const struct lane *l, double *v)
{
    *v = lane_said(l)->roaming;
    return lane_up(l);
}

static bool slots_used(const struct lane *l, double *v)
{
    *v = lane_said(l)->sim_used;
    return lane_up(l) && lane_said(l)->sim_total;
}

static bool slots(const struct lane *l, double *v)
{
    *v = lane_said(l)->sim_total;
    return lane_up(l) && lane_said(l)->sim_total;
}

static void add_states(struct metrics *m, struct sbuf *b, const char *name, const char *help, const char *const *states,
                       size_t n, bool sim)
{
    head(b, name, "gauge", help);
    for (size_t i = 0; i < lines_count(m->lines); i++) {
        const struct lane *l = lines_at(m->lines, i);
        size_t is = sim ? lane_said(l)->sim : lane_said(l)->registration;
        for (size_t k = 0; lane_up(l) && k < n; k++)
            sbuf_addf(b, "%s{line=\"%s\",state=\"%s\"} %d\n", name, lane_name(l), states[k], k == is);
    }
}

static void add_lines(struct metrics *m, struct sbuf *b)
{
    static const char *const networks[] = {"unknown", "home", "roaming", "searching", "denied", "none"};
    static const char *const sims[] = {"unknown", "ready", "pin", "puk", "absent", "fault"};
    static const struct column columns[] = {
        {"tinbao_line_up", "gauge", "1 while the line speaks to its modem.", is_up},
        {"tinbao_line_restarts_total", "counter", "Times that the line's process was started again.", restarts},
        {"tinbao_modem_signal_dbm", "gauge", "Signal strength in dBm; none while it is not known.", signal_dbm},
        {"tinbao_modem_roaming", "gauge", "1 in a network that is not the SIM's own.", roaming},
        {"tinbao_sim_slots_used", "gauge", "Places of the SIM's and modem's message store that are taken.", slots_used},
        {"tinbao_sim_slots", "gauge", "Places of the SIM's and modem's message store.", slots},
    };
    for (size_t k = 0; k < ARRAY_LEN(columns); k++) {
        head(b, columns[k].name, columns[k].type, columns[k].help);
        for (size_t i = 0; i < lines_count(m->lines); i++) {
            const struct lane *l = lines_at(m->lines, i);
            double v = 0;
            if (columns[k].value(l, &v))
                labelled(b, columns[k].name, "line", lane_name(l), v);
        }
    }
    add_states(m, b, "tinbao_modem_registration", "1 for the state of the line in its network, 0 for the others.",
               networks, ARRAY_LEN(networks), false);
    add_states(m, b, "tinbao_sim_state", "1 for the state of the line's SIM, 0 for the others.", sims, ARRAY_LEN(sims),
               true);
}

/* --- database, process, health --------------------------------------------------------- */

static void add_database(struct metrics *m, const struct report_about *about, struct sbuf *b)
{
    const struct tally *t = &m->w->tally;
    static const char name[] = "tinbao_database_commit_seconds";
    uint64_t n = 0;
    single(b, "tinbao_database_bytes", "gauge", "Size of the database and its log.",
           (double)report_database_bytes(about->state_dir));
    single(b, "tinbao_database_stuck", "gauge", "1 while nothing can be written.", about->stuck);
    single(b, "tinbao_database_commit_failures_total", "counter", "Commits that failed.", (double)t->commits_failed);
    head(b, name, "histogram", "Time that a commit takes, flushing included.");
    for (size_t i = 0; i < TALLY_BUCKETS; i++) {
        n += t->commits[i];
        if (tally_bounds_us[i])
            sbuf_addf(b, "%s_bucket{le=\"%g\"} %" PRIu64 "\n", name, (double)tally_bounds_us[i] / 1e6, n);
        else
            sbuf_addf(b, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n", name, n);
    }
    sbuf_addf(b, "%s_sum %.6f\n%s_count %" PRIu64 "\n", name, (double)t->commit_us / 1e6, name, n);
}

static void add_process(struct sbuf *b)
{
    struct selfstat s;
    if (selfstat_read(&s))
        return;
    single(b, "process_resident_memory_bytes", "gauge", "Resident memory of the core.", (double)s.rss_bytes);
    single(b, "process_virtual_memory_bytes", "gauge", "Virtual memory of the core.", (double)s.virtual_bytes);
    single(b, "process_cpu_seconds_total", "counter", "Processor time of the core.", s.cpu_s);
    single(b, "process_open_fds", "gauge", "Open files of the core.", s.fds);
    single(b, "process_max_fds", "gauge", "Files that the core may open.", (double)s.fds_max);
    single(b, "process_start_time_seconds", "gauge", "When the core was started.", s.start_s);
}

static void add_health(struct metrics *m, const struct report_about *about, const struct gauge *g, struct sbuf *b)
{
    struct health h;
    health_look(m->w, m->lines, about, g, &h);
    head(b, "tinbao_health", "gauge", "0 pass, 1 warn, 2 fail, by check; as /healthz says it.");
    for (size_t i = 0; i < h.n; i++)
        labelled(b, "tinbao_health", "check", h.checks[i].name, h.checks[i].status);
}

int metrics_text(struct metrics *m, const struct report_about *about, char *out, size_t size)
{
    struct sbuf b = sbuf_on(out, size);
    struct gauge g;
    struct now now = desk_now(m->w->desk);
    int rc = gauge_read(m->w->db, now.rel_ms, now_calendar(now), LATE_MS, &g);
    if (rc)
        return rc;
    head(&b, "tinbao_build_info", "gauge", "1, with the version.");
    labelled(&b, "tinbao_build_info", "version", TINBAO_VERSION, 1);
    rc = add_received(m, &b);
    if (rc)
        return rc;
    add_sent(m, &b);
    add_queue(m, &b, &g);
    rc = add_budget(m, &b);
    if (!rc)
        rc = add_balance(m, &b);
    if (!rc)
        rc = add_courier(m, &b);
    if (rc)
        return rc;
    add_lines(m, &b);
    add_database(m, about, &b);
    add_health(m, about, &g, &b);
    add_process(&b);
    return sbuf_done(&b);
}

struct metrics *metrics_new(struct works *w, struct lines *lines)
{
    struct metrics *m = calloc(1, sizeof(*m));
    if (!m)
        return NULL;
    m->w = w;
    m->lines = lines;
    if (gauge_message_last(w->db, &m->last_message)) {
        free(m);
        return NULL;
    }
    return m;
}

void metrics_free(struct metrics *m)
{
    free(m);
}
