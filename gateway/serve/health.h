// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Is all well? A few checks, each pass, warn or fail; the worst is the whole's. For /healthz, `tinbao
 * status`, metrics and systemd's watchdog. Reads only, costs a few short queries.
 *
 *   database   fail: nothing can be written
 *   disk       warn under 200 MB, fail under 20 MB free where the database is
 *   clock      warn: minutes behind what was stored; fail: before the service was made
 *   queue      warn/fail: something could go and does not, by priority
 *   jobs       warn/fail: what is due is not done
 *   lines      fail: no line can send (warn while they start); and one check a line, warn at most
 */
#ifndef TB_SERVE_HEALTH_H
#define TB_SERVE_HEALTH_H

#include "gateway/serve/lines.h"
#include "gateway/serve/report.h"
#include "gateway/serve/works.h"
#include "store/gauge.h"

#define HEALTH_MAX (10 + CONFIG_LINES_MAX)

enum health_status { HEALTH_PASS, HEALTH_WARN, HEALTH_FAIL };

struct health_check {
    char name[40]; /* "queue", "line:gsm1" */
    enum health_status status;
    double value;
    const char *unit; /* of the value, NULL = there is none */
    char output[160]; /* what is wrong, for people; "" when it passes */
};

struct health {
    enum health_status status;
    size_t n;
    struct health_check checks[HEALTH_MAX];
};

/* gauge may be NULL (it could not be read: that is a failure of the database). */
void health_look(struct works *w, const struct lines *lines, const struct report_about *about,
                 const struct gauge *gauge, struct health *out);
/* The same with a gauge of its own. */
void health_of(struct works *w, const struct lines *lines, const struct report_about *about, struct health *out);
const char *health_word(enum health_status s); /* "pass", "warn", "fail" */
/* The same as an object of jansson, owned by the caller. */
struct json_t *health_object(const struct health *h);
/* In the form of application/health+json (draft-inadarei-api-health-check). 0, -EMSGSIZE, -ENOMEM. */
int health_json(const struct health *h, char *out, size_t size);

#endif
