// SPDX-License-Identifier: GPL-2.0-or-later
/* What the operator asks of the post (`tinbao courier`): the dead letters, another try, a test.
 * Called by core.c for the control socket. Nothing of what is in a letter is shown. */
#include "gateway/serve/post.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "gateway/desk/event.h"
#include "store/delivery.h"

#include <stdlib.h>
#include <string.h>

#define DEAD_SHOWN 50

static int list_dead(void *ctx, const struct delivery *d)
{
    char at[32];
    civil_iso(d->created_ms, at, sizeof(at));
    sbuf_addf(ctx, "%6lld  %.16s  %-7s %s  %s, %d tries: %s\n", (long long)d->id, at, d->kind, d->target, d->event,
              d->attempts, d->error);
    return 0;
}

static int dead(struct works *w, char *out, size_t size)
{
    struct sbuf b = sbuf_on(out, size);
    struct delivery_counts n = {0, 0};
    int rc = delivery_counts(w->db, &n);
    if (!rc && n.dead == 0)
        sbuf_addf(&b, "nothing was given up; %lld wait\n", (long long)n.queued);
    else if (!rc)
        rc = delivery_each_dead(w->db, DEAD_SHOWN, list_dead, &b);
    if (!rc && n.dead > DEAD_SHOWN)
        sbuf_addf(&b, "and %lld older ones\n", (long long)n.dead - DEAD_SHOWN);
    return rc < 0 ? rc : sbuf_done(&b);
}

static int retry(struct works *w, const char *which, char *out, size_t size)
{
    struct sbuf b = sbuf_on(out, size);
    char *end = NULL;
    long long id = strcmp(which, "all") ? strtoll(which, &end, 10) : 0;
    if (end && (end == which || *end || id <= 0)) {
        sbuf_add(&b, "--retry takes the number in front of a line of --dead, or all");
        return -EINVAL;
    }
    struct now now = desk_now(w->desk);
    int n = delivery_revive(w->db, id, now.rel_ms, now.rel_ms + w->cfg->courier.give_up_h * HOUR_MS);
    if (n == -ENOENT) {
        sbuf_addf(&b, "%lld was not given up, or is a text of the spare line, whose time is over", id);
        return -EINVAL;
    }
    if (n >= 0)
        sbuf_addf(&b, "%d tried again\n", n);
    return n < 0 ? n : 0;
}

static int test(struct works *w, char *out, size_t size)
{
    struct sbuf b = sbuf_on(out, size);
    int rc = event_service(w->desk, "service.test");
    if (!rc)
        rc = mail_queue(w->desk, "[tinbao] thu", "Thu nay chi de thu duong gui mail.\n", NULL);
    size_t mails = w->cfg->courier.mail.url[0] ? w->cfg->courier.mail.n_to : 0;
    sbuf_addf(&b, "service.test to the webhooks that want it (of %zu), %zu mails; the log says what becomes of them\n",
              w->cfg->courier.n_webhooks, mails);
    return rc;
}

int post_ask(struct works *w, const char *what, char *out, size_t size)
{
    int rc = works_begin(w);
    if (!rc && !strcmp(what, "dead"))
        rc = dead(w, out, size);
    else if (!rc && !strncmp(what, "retry ", 6))
        rc = retry(w, what + 6, out, size);
    else if (!rc && !strcmp(what, "test"))
        rc = test(w, out, size);
    else if (!rc)
        rc = -EINVAL;
    if (!rc)
        rc = works_commit(w);
    works_rollback(w);
    w->changes++;
    if (rc && (rc != -EINVAL || !out[0]))
        str_copy(out, size, rc == -EINVAL ? "courier dead, courier retry ID|all, courier test" : works_why(rc));
    return rc;
}
