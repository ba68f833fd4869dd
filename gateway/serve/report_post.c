// SPDX-License-Identifier: GPL-2.0-or-later
/* What the status says of webhooks, mails and troubles. Called by report.c; reads only. */
#include "gateway/serve/report_post.h"

#include "gateway/base/civil.h"
#include "store/delivery.h"

static int add_trouble(void *ctx, const struct trouble *t)
{
    char since[32];
    civil_iso(t->since_ms, since, sizeof(since));
    json_array_append_new(ctx, json_pack("{s:s, s:s, s:s, s:b}", "what", t->what, "text", t->text, "since", since,
                                         "told", t->told_ms != 0));
    return 0;
}

void report_post(struct works *w, bool up, int pid, json_t *o)
{
    const struct courier_config *c = &w->cfg->courier;
    struct delivery_counts n = {0, 0};
    json_t *troubles = json_array();
    bool wanted = c->n_webhooks > 0 || c->mail.url[0] || c->spare.url[0];
    delivery_counts(w->db, &n);
    trouble_each(w->db, add_trouble, troubles);
    json_object_set_new(o, "courier",
                        json_pack("{s:b, s:b, s:i, s:I, s:I}", "wanted", wanted, "up", up, "pid", pid, "queued",
                                  (json_int_t)n.queued, "dead", (json_int_t)n.dead));
    json_object_set_new(o, "troubles", troubles);
}
