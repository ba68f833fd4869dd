// SPDX-License-Identifier: GPL-2.0-or-later
/* Texts that go through a provider. See spare.h. Called by sender.c, post.c and desk_report. What
 * goes wrong is the storage; a text that has ended meanwhile is left alone. */
#include "gateway/desk/spare.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "gateway/desk/room.h"
#include "store/delivery.h"

#include <stdlib.h>
#include <string.h>

bool spare_is_there(const struct desk *d)
{
    return d->cfg->courier.spare.url[0] != '\0';
}

/* Counts one against the day's; *may false when they are used up, which is said once a day. */
static int count_one(struct desk *d, bool *may)
{
    int64_t day = 0, n = 0, today = civil_day_start_ms(service_now(&d->time).wall_ms);
    int rc = meta_get_i64(d->db, "spare_day", &day);
    if (!rc)
        rc = meta_get_i64(d->db, "spare_count", &n);
    if (rc < 0 && rc != -ENOENT)
        return rc;
    if (day != today)
        n = 0;
    *may = n < d->cfg->courier.spare.daily_max;
    if (n == d->cfg->courier.spare.daily_max)
        log_err("spare line: its %lld texts of today are used up (spare.daily_max)", (long long)n);
    rc = meta_set_i64(d->db, "spare_day", today);
    return rc < 0 ? rc : meta_set_i64(d->db, "spare_count", n + 1);
}

static int add_delivery(struct desk *d, const struct outbox_row *row, bool again)
{
    struct now now = service_now(&d->time);
    int64_t id;
    struct delivery *v = calloc(1, sizeof(*v));
    if (!v)
        return -ENOMEM;
    struct sbuf b = sbuf_on(v->event_id, sizeof(v->event_id));
    sbuf_addf(&b, again ? "sms-%lld-%lld" : "sms-%lld", (long long)row->id, (long long)now.rel_ms);
    str_copy(v->kind, sizeof(v->kind), "spare");
    str_copy(v->target, sizeof(v->target), "spare");
    str_copy(v->event, sizeof(v->event), "sms");
    v->outbox_id = row->id; /* not the incident: its withdrawal is the outbox's business */
    v->created_ms = now.wall_ms;
    v->next_rel = now.rel_ms;
    v->expires_rel = row->expires_rel;
    int rc = delivery_add(d->db, v, &id);
    free(v);
    return rc;
}

static bool urgent(const struct desk *d, const struct outbox_row *row)
{
    return row->priority <= PRIO_ALERT && row->expires_rel > service_now(&d->time).rel_ms;
}

/* From the outbox to the spare line; the row is queued. */
static int take(struct desk *d, const struct outbox_row *row)
{
    bool may = false;
    int rc = count_one(d, &may);
    if (rc < 0 || !may)
        return rc;
    rc = outbox_sending(d->db, row->id, "spare"); /* the state moves before the act */
    if (!rc)
        rc = add_delivery(d, row, true);
    return rc < 0 ? rc : 1;
}

int spare_after_try(struct desk *d, int64_t outbox_id, int tries)
{
    struct outbox_row row;
    char state[16];
    if (!spare_is_there(d) || tries < d->cfg->courier.spare.tries)
        return 0;
    int rc = outbox_text(d->db, outbox_id, &row, state, sizeof(state));
    if (rc)
        return rc == -ENOENT ? 0 : rc;
    if (strcmp(state, "queued") != 0 || !urgent(d, &row))
        return 0;
    rc = take(d, &row);
    return rc < 0 ? rc : 0;
}

int spare_undelivered(struct desk *d, int64_t outbox_id)
{
    struct outbox_row row;
    char state[16];
    bool may = false;
    if (!spare_is_there(d))
        return 0;
    int rc = outbox_text(d->db, outbox_id, &row, state, sizeof(state));
    if (rc)
        return rc == -ENOENT ? 0 : rc;
    if (strcmp(state, "failed") != 0 || !urgent(d, &row))
        return 0;
    rc = count_one(d, &may);
    if (rc < 0 || !may)
        return rc;
    rc = add_delivery(d, &row, false);
    return rc == -EEXIST ? 0 : rc;
}

int spare_take_over(struct desk *d, int max)
{
    struct outbox_row rows[8];
    int taken = 0, rc = 0;
    if (max > (int)ARRAY_LEN(rows))
        max = (int)ARRAY_LEN(rows);
    int n = outbox_due(d->db, service_now(&d->time).rel_ms, rows, max);
    for (int i = 0; rc >= 0 && i < n && urgent(d, &rows[i]); i++) {
        rc = take(d, &rows[i]);
        taken += rc == 1;
    }
    return n < 0 ? n : rc < 0 ? rc : taken;
}

int spare_result(struct desk *d, int64_t delivery_id, int64_t outbox_id, bool taken, int64_t pause_ms, const char *why)
{
    struct outbox_row row;
    char state[16] = "";
    struct now now = service_now(&d->time);
    int rc = outbox_text(d->db, outbox_id, &row, state, sizeof(state));
    bool own = !rc && !strcmp(state, "sending");
    if (rc < 0 && rc != -ENOENT)
        return rc;
    if (taken) {
        rc = delivery_done(d->db, delivery_id, now.wall_ms);
        if (!rc) /* -1: a reference that no modem gives */
            rc = own ? outbox_sent(d->db, outbox_id, -1, now.wall_ms) : outbox_spared(d->db, outbox_id, now.wall_ms);
        return rc == -ENOENT ? 0 : rc;
    }
    log_warn("spare line: outbox %lld: %s", (long long)outbox_id, why);
    if (own) { /* the modems' turn */
        rc = outbox_retry(d->db, outbox_id, now.rel_ms + pause_ms, 0);
        return rc < 0 ? rc : delivery_drop(d->db, delivery_id, now.wall_ms);
    }
    if (now.rel_ms + pause_ms >= row.expires_rel || strcmp(state, "failed") != 0)
        return delivery_dead(d->db, delivery_id, now.wall_ms, why);
    return delivery_retry(d->db, delivery_id, now.rel_ms + pause_ms, why);
}

int spare_give_back(struct desk *d, int64_t delivery_id, int64_t outbox_id)
{
    struct outbox_row row;
    char state[16] = "";
    struct now now = service_now(&d->time);
    int rc = outbox_text(d->db, outbox_id, &row, state, sizeof(state));
    if (!rc && !strcmp(state, "sending"))
        rc = outbox_unknown(d->db, outbox_id, now.rel_ms);
    else if (!rc && !strcmp(state, "failed")) /* its last chance: the courier comes back */
        return 0;
    return rc < 0 && rc != -ENOENT ? rc : delivery_drop(d->db, delivery_id, now.wall_ms);
}
