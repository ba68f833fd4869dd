// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The trace of a message, and what the desk does when a journal is played again. See trace.h. Called by the
 * forms, by gateway/serve/journaling.c and gateway/serve/replay.c, in the caller's transaction.
 */
#include "gateway/desk/trace.h"

#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "gateway/base/utf.h"
#include "gateway/desk/intake.h"
#include "gateway/desk/room.h"
#include "store/delivery.h"
#include "store/indicator.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS 32

void desk_trace(struct desk *d, struct trace *t)
{
    d->trace = t;
}

void trace_clear(struct trace *t)
{
    t->used = 0;
    if (t->replay)
        return; /* what is given stays: the message is tried again */
    t->n = 0;
    t->known = t->exact = t->changed = t->hidden = false;
}

const char *trace_given(struct trace *t)
{
    return t && t->replay && t->used < t->n ? t->codes[t->used++] : NULL;
}

void trace_drew(struct trace *t, const char *code)
{
    if (!t || t->replay)
        return;
    if (t->n == TRACE_CODES || str_copy(t->codes[t->n], sizeof(t->codes[0]), code) < 0)
        log_err("journal: a code too many for one message: after a loss this one would be another");
    else
        t->n++;
}

void trace_key(struct trace *t, uint8_t key[DIGEST_SIZE])
{
    if (t && t->replay)
        memcpy(key, t->key, sizeof(t->key));
    else if (t)
        memcpy(t->key, key, sizeof(t->key));
}

int trace_known(struct trace *t, int rc)
{
    if (t && !rc)
        t->known = true;
    return rc;
}

void trace_changed(struct trace *t, const struct sms_part *masked)
{
    if (!t || t->replay)
        return;
    t->changed = true;
    t->masked = *masked;
}

void trace_hidden(struct trace *t)
{
    if (t)
        t->hidden = true;
}

bool trace_is_hidden(const struct trace *t)
{
    return t && t->replay && t->hidden;
}

void trace_exact(struct trace *t)
{
    if (t)
        t->exact = true;
}

/* "TIN 6", "THEM 48217": what the tip is, without a word of it. */
void trace_tip(struct trace *t, const struct meaning *m)
{
    char text[64];
    if (!t || t->replay)
        return;
    const char *keyword = m->def && m->def->n_keywords ? m->def->keywords[0] : "TIN";
    snprintf(text, sizeof(text), "%s %s", keyword, m->code[0] ? m->code : m->place ? m->place : "");
    int n = utf8_to_utf16be(text, t->masked.body, sizeof(t->masked.body));
    t->masked.body_len = (uint16_t)(n > 0 ? n : 0);
    t->masked.coding = SMS_UCS2;
}

/* -- replay --------------------------------------------------------------------------- */

int desk_replay_job(struct desk *d, const char *kind, const char *key)
{
    int rc = job_cancel(d->db, kind, key);
    if (rc < 0)
        return rc;
    if (!strcmp(kind, "parts"))
        return intake_incomplete(d, key);
    log_warn("journal: a job of the kind '%s' is not played again", kind);
    return 0;
}

/* Its budget is used up by it, and response times begin with it. */
static int row_went(struct desk *d, const struct outbox_row *row)
{
    bool may = false;
    int rc = desk_may_send(d, row, &may);
    if (rc < 0 || !may)
        return rc; /* held or dropped, as then */
    rc = outbox_played(d->db, row->id);
    return rc < 0 ? rc : indicator_alert_sent(d->db, row->id, service_now(&d->time).wall_ms);
}

static int texts_went(struct desk *d, int64_t now_rel)
{
    struct outbox_row rows[ROWS];
    int n;
    while ((n = outbox_due(d->db, now_rel, rows, ROWS)) > 0)
        for (int i = 0; i < n; i++) {
            int rc = row_went(d, &rows[i]);
            if (rc < 0)
                return rc;
        }
    return n;
}

static int deliveries_went(struct desk *d, struct now now)
{
    struct delivery *row = malloc(sizeof(*row));
    int n = row ? 0 : -ENOMEM;
    while (row && (n = delivery_due(d->db, now.rel_ms, row, 1)) > 0) {
        n = delivery_drop(d->db, row->id, now.wall_ms);
        if (n < 0)
            break;
    }
    free(row);
    return n < 0 ? n : 0;
}

int desk_replay_sent(struct desk *d)
{
    struct now now = service_now(&d->time);
    int rc = texts_went(d, now.rel_ms);
    if (rc >= 0 && (d->cfg->courier.n_webhooks || d->cfg->courier.mail.url[0] || d->cfg->courier.spare.url[0]))
        rc = deliveries_went(d, now);
    return rc < 0 ? rc : 0;
}

/* -- after it ------------------------------------------------------------------------- */

static int tell(struct desk *d, const struct replayed *r)
{
    char out[OUT_SIZE], count[24], until[24], now[24];
    struct now t = service_now(&d->time);
    snprintf(count, sizeof(count), "%lld", (long long)r->count);
    clock_text(r->until_ms, t.wall_ms, until, sizeof(until));
    clock_text(t.wall_ms, t.wall_ms, now, sizeof(now));
    int rc = r->whole ? text_say(d->cfg, TEXT_REPLAY_WHOLE, out, sizeof(out), "name", d->cfg->service_name, "count",
                                 count, NULL)
                      : text_say(d->cfg, TEXT_REPLAY_DONE, out, sizeof(out), "name", d->cfg->service_name, "count",
                                 count, "old", until, "time", now, NULL);
    for (size_t i = 0; !rc && i < d->people.n; i++) {
        const struct user *u = &d->people.users[i];
        if (u->role == ROLE_DUTY || u->role == ROLE_CHIEF)
            rc = tell_user(d, u->id, PRIO_ALERT, 0, 0, out);
    }
    return rc;
}

/* Not what was written last: its first alert waits in the outbox still. */
static int once_more(struct desk *d, const char *key, int64_t told_ms)
{
    struct incident in;
    int64_t id = strtoll(key, NULL, 10);
    int rc = incident_by_id(d->db, id, &in);
    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    return in.created_ms < told_ms ? alert_again(d, id) : 0;
}

int desk_replayed(struct desk *d, const struct replayed *r)
{
    char keys[ROWS][JOB_KEY_SIZE], after[JOB_KEY_SIZE] = "";
    int rc = 0, n;
    do {
        n = job_keys(d->db, "alert", after, keys, ROWS);
        for (int i = 0; !rc && i < n; i++)
            rc = once_more(d, keys[i], r->told_ms);
        if (n > 0)
            memcpy(after, keys[n - 1], sizeof(after));
    } while (!rc && n == ROWS);
    rc = n < 0 ? n : rc;
    if (!rc)
        rc = audit(d, 0, "replayed", 0, 0, r->whole ? "whole" : "");
    return rc < 0 ? rc : tell(d, r);
}
