// SPDX-License-Identifier: GPL-2.0-or-later
/* How the core stands, as JSON (the answer to "status" on the control socket). */
#ifndef TB_SERVE_REPORT_H
#define TB_SERVE_REPORT_H

#include "gateway/serve/lines.h"
#include "gateway/serve/works.h"

#include <stddef.h>

struct report_about {
    const char *state_dir;
    int64_t started_ms; /* mono_ms */
    int sending;        /* texts in the hands of lines */
    bool courier_up;
    int courier_pid; /* 0 = none */
    bool stuck;      /* the database takes nothing */
    int http_port;   /* where the front listens, 0 = nowhere; why, "" = it is not to */
    const char *http_why;
};

/* Writes the object, without secrets: numbers and identities are not in it. 0, -EMSGSIZE, or
 * the store's error. Keys: version, pid, uptime_s, healthy, database {bytes, stuck}, lines
 * [{name, state, since_s, restarts, pid, signal_dbm, registration, sim, sim_used, sim_total,
 * operator, smsc, model, balance, balance_at}], queue {sos, alert, reply, digest, sending}, today {all,
 * dispositions}, out_today {…}, unacked, health {as /healthz}, http {port, why}, budget,
 * backup {at, name, bytes, tested_at, fails, test_fails},
 * and what report_post.h adds. */
int report_json(struct works *w, struct lines *lines, const struct report_about *about, char *out, size_t size);

/* The same in a line, for systemd: "1 of 1 lines up, 0 waiting, 2 without NHAN". */
void report_line(struct works *w, const struct lines *lines, const struct report_about *about, char *out, size_t size);
/* The database and its log, in octets. */
int64_t report_database_bytes(const char *state_dir);

#endif
