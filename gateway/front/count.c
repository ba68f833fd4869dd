// SPDX-License-Identifier: GPL-2.0-or-later
/* The front's own figures. Called by server.c. */
#include "gateway/front/count.h"

#include "gateway/base/err.h"

#include <inttypes.h>

static const char *const paths[COUNT_PATHS] = {"/ussd", "/metrics", "/healthz", "other"};
static const int codes[COUNT_CODES] = {200, 400, 403, 404, 405, 413, 417, 500, 503, 0 /* any other */};

static size_t code_at(int status)
{
    size_t i = 0;
    while (i + 1 < COUNT_CODES && codes[i] != status)
        i++;
    return i;
}

void count_request(struct count *c, enum count_path path, int status)
{
    c->requests[path][code_at(status)]++;
}

uint64_t count_of(const struct count *c, enum count_path path, int status)
{
    return c->requests[path][code_at(status)];
}

void count_print(const struct count *c, int connections, struct sbuf *b)
{
    sbuf_add(b, "# HELP tinbao_http_requests_total Requests to the front by path and status.\n"
                "# TYPE tinbao_http_requests_total counter\n");
    for (size_t p = 0; p < COUNT_PATHS; p++) {
        for (size_t i = 0; i < COUNT_CODES; i++) {
            if (!c->requests[p][i])
                continue;
            sbuf_addf(b, "tinbao_http_requests_total{path=\"%s\",code=\"", paths[p]);
            if (codes[i])
                sbuf_addf(b, "%d", codes[i]);
            else
                sbuf_add(b, "other");
            sbuf_addf(b, "\"} %" PRIu64 "\n", c->requests[p][i]);
        }
    }
    sbuf_addf(b,
              "# HELP tinbao_http_connections Connections that are open.\n"
              "# TYPE tinbao_http_connections gauge\ntinbao_http_connections %d\n",
              connections);
    sbuf_addf(b,
              "# HELP tinbao_http_unanswered_total Questions to the core that were not answered in time.\n"
              "# TYPE tinbao_http_unanswered_total counter\ntinbao_http_unanswered_total %" PRIu64 "\n",
              c->unanswered);
    sbuf_addf(b,
              "# HELP tinbao_ussd_answer_seconds Time from a session's request to its answer.\n"
              "# TYPE tinbao_ussd_answer_seconds summary\n"
              "tinbao_ussd_answer_seconds_sum %.6f\ntinbao_ussd_answer_seconds_count %" PRIu64 "\n",
              (double)c->ussd_us / 1e6, c->ussd_n);
}
