// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Events and mails as rows of the delivery table. See event.h. Called by the forms, the alerts
 * and the jobs inside their transaction. This is the one place of the desk that writes JSON, with
 * jansson: a text of anybody's goes into it, and escaping is not for hands. What can go wrong: the
 * storage; no memory.
 */
#include "gateway/desk/event.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/mask.h"
#include "gateway/base/str.h"
#include "gateway/desk/room.h"
#include "store/delivery.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define DATA_TEXT_MAX 7000 /* escaped it is twice that at most, which fits DELIVERY_BODY_SIZE */

static bool matches(const char *pattern, const char *type)
{
    size_t n = strcspn(pattern, "*");
    return pattern[n] ? !strncmp(pattern, type, n) : !strcmp(pattern, type);
}

/* No list: all events. */
static bool hook_wants(const struct webhook_config *w, const char *type)
{
    for (size_t i = 0; i < w->n_events; i++)
        if (matches(w->events[i], type))
            return true;
    return w->n_events == 0;
}

bool event_wants(const struct desk *d, const char *type)
{
    const struct courier_config *c = &d->cfg->courier;
    for (size_t i = 0; i < c->n_webhooks; i++)
        if (hook_wants(&c->webhooks[i], type))
            return true;
    return false;
}

bool mail_wants_digests(const struct desk *d)
{
    const struct mail_config *m = &d->cfg->courier.mail;
    return m->url[0] && m->digests;
}

static int draw_id(char out[EVENT_ID_SIZE])
{
    unsigned char r[16];
    struct sbuf b = sbuf_on(out, EVENT_ID_SIZE);
    if (getrandom(r, sizeof(r), 0) != sizeof(r))
        return -EIO;
    sbuf_add(&b, "msg_");
    for (size_t i = 0; i < sizeof(r); i++)
        sbuf_addf(&b, "%02x", r[i]);
    return sbuf_done(&b);
}

/* --- one row ------------------------------------------------------------------------------ */

static int add_row(struct desk *d, struct delivery *row)
{
    struct now now = service_now(&d->time);
    int64_t id;
    row->created_ms = now.wall_ms;
    row->next_rel = now.rel_ms;
    row->expires_rel = now.rel_ms + d->cfg->courier.give_up_h * HOUR_MS;
    int rc = delivery_add(d->db, row, &id);
    return rc == -EEXIST ? 0 : rc;
}

/* An event under the hands of its maker. */
struct event {
    struct desk *d;
    const char *type;
    char id[EVENT_ID_SIZE];
    int64_t incident_id;
};

static int event_begin(struct event *e, struct desk *d, const char *type)
{
    *e = (struct event){.d = d, .type = type};
    return draw_id(e->id);
}

/* Takes data over. */
static int event_send(const struct event *e, const struct webhook_config *w, json_t *data)
{
    char at[32];
    civil_iso(service_now(&e->d->time).wall_ms, at, sizeof(at));
    json_t *o = json_pack("{s:s, s:s, s:o}", "type", e->type, "timestamp", at, "data", data);
    char *text = o ? json_dumps(o, JSON_COMPACT) : NULL;
    json_decref(o);
    if (!text)
        return -ENOMEM;
    int rc = -ENOMEM;
    struct delivery *row = calloc(1, sizeof(*row)); /* too large for the stack */
    if (row) {
        row->body_in = text;
        row->incident_id = e->incident_id;
        rc = str_copy(row->kind, sizeof(row->kind), "webhook");
        if (!rc)
            rc = str_copy(row->target, sizeof(row->target), w->name);
        if (!rc)
            rc = str_copy(row->event_id, sizeof(row->event_id), e->id);
        if (!rc)
            rc = str_copy(row->event, sizeof(row->event), e->type);
        if (!rc)
            rc = add_row(e->d, row);
    }
    free(row);
    free(text);
    return rc;
}

/* --- incidents ---------------------------------------------------------------------------- */

static bool is_form(const struct incident *in, const char *form)
{
    return !strcmp(in->form, form);
}

static void type_of(const char *what, const struct incident *in, char *out, size_t size)
{
    bool sos = is_form(in, "sos"), created = !strcmp(what, "created");
    if (is_form(in, "tip"))
        snprintf(out, size, "tip.received");
    else
        snprintf(out, size, "%s.%s", sos ? "sos" : "incident", sos && created ? "raised" : what);
}

static void put_text(json_t *o, const char *key, const char *text)
{
    char masked[DATA_TEXT_MAX];
    size_t n = strlen(text);
    if (n >= sizeof(masked))
        n = sizeof(masked) - 1;
    while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80)
        n--; /* not inside a character */
    memcpy(masked, text, n);
    masked[n] = '\0';
    for (char *p = masked; *p; p++)
        if ((unsigned char)*p < 0x20 && *p != '\n')
            *p = ' ';
    mask_numbers(masked);
    json_t *s = json_string(masked);
    json_object_set_new(o, key, s ? s : json_string("?"));
}

static const struct user *user_of(const struct desk *d, int64_t id)
{
    return id ? people_by_id(&d->people, id) : NULL;
}

static void put_people(json_t *o, const struct event *e, const struct webhook_config *w, const struct incident *in,
                       int64_t by)
{
    const struct user *reporter = user_of(e->d, in->user_id), *who = user_of(e->d, by);
    if (who)
        json_object_set_new(o, "by", json_string(role_name(who->role)));
    if (w->numbers && who && who->phone[0])
        json_object_set_new(o, "by_phone", json_string(who->phone));
    if (w->numbers && reporter && reporter->phone[0])
        json_object_set_new(o, "reporter_phone", json_string(reporter->phone));
}

static json_t *incident_data(const struct event *e, const struct webhook_config *w, const struct incident *in,
                             int64_t by)
{
    json_t *o = json_object();
    if (!o)
        return NULL;
    json_object_set_new(o, "code", json_string(in->code));
    if (in->restricted || is_form(in, "tip"))
        return o;
    json_object_set_new(o, "kind", is_form(in, "sos") ? json_null() : json_string(in->kind));
    json_object_set_new(o, "place", in->place[0] ? json_string(in->place) : json_null());
    if (in->place[0])
        put_text(o, "place_name", incident_place_name(e->d, in));
    json_object_set_new(o, "severity", json_integer(in->severity));
    json_object_set_new(o, "state", json_string(in->state));
    json_object_set_new(o, "unverified", json_boolean(in->unverified));
    const char *text = in->text_in ? in->text_in : in->text;
    if (w->restricted || !text_withheld(e->d, in, text)) /* "SOS chong danh vo" */
        put_text(o, "text", text);
    put_people(o, e, w, in, by);
    return o;
}

int event_incident(struct desk *d, const char *what, const struct incident *in, int64_t by)
{
    const struct courier_config *c = &d->cfg->courier;
    char type[40];
    struct event e;
    if (c->n_webhooks == 0 || (is_form(in, "tip") && strcmp(what, "created") != 0))
        return 0;
    type_of(what, in, type, sizeof(type));
    int rc = event_begin(&e, d, type);
    e.incident_id = in->restricted ? 0 : in->id; /* a code alone may stay when it becomes restricted */
    for (size_t i = 0; !rc && i < c->n_webhooks; i++) {
        const struct webhook_config *w = &c->webhooks[i];
        if (hook_wants(w, type) && (w->restricted || !in->restricted))
            rc = event_send(&e, w, incident_data(&e, w, in, by));
    }
    return rc;
}

int event_incident_id(struct desk *d, const char *what, int64_t incident_id, int64_t by)
{
    struct incident in;
    if (d->cfg->courier.n_webhooks == 0)
        return 0;
    int rc = incident_by_id(d->db, incident_id, &in);
    return rc < 0 ? rc : event_incident(d, what, &in, by);
}

int event_withdraw(struct desk *d, int64_t incident_id)
{
    int rc = delivery_withdraw(d->db, incident_id, service_now(&d->time).wall_ms);
    return rc < 0 ? rc : 0;
}

/* --- the rest ----------------------------------------------------------------------------- */

/* Takes data over; to each that wants it. */
static int send_all(struct desk *d, const char *type, const char *id, json_t *data)
{
    const struct courier_config *c = &d->cfg->courier;
    struct event e;
    int rc = data ? event_begin(&e, d, type) : -ENOMEM;
    if (!rc && id)
        rc = str_copy(e.id, sizeof(e.id), id);
    for (size_t i = 0; !rc && i < c->n_webhooks; i++)
        if (hook_wants(&c->webhooks[i], type))
            rc = event_send(&e, &c->webhooks[i], json_incref(data));
    json_decref(data);
    return rc;
}

int event_line(struct desk *d, const char *type, const char *line, const char *text)
{
    if (!event_wants(d, type))
        return 0;
    json_t *o = json_object();
    json_object_set_new(o, "line", json_string(line));
    if (o)
        put_text(o, "text", text);
    return send_all(d, type, NULL, o);
}

int event_digest(struct desk *d, const char *id, const char *period, const char *text)
{
    if (!event_wants(d, "digest"))
        return 0;
    json_t *o = json_object();
    json_object_set_new(o, "period", json_string(period));
    if (o)
        put_text(o, "text", text);
    return send_all(d, "digest", id, o);
}

int event_service(struct desk *d, const char *type)
{
    if (!event_wants(d, type))
        return 0;
    json_t *o = json_object();
    if (o)
        put_text(o, "service", d->cfg->service_name);
    return send_all(d, type, NULL, o);
}

static int mail_one(struct desk *d, struct delivery *row, const char *to)
{
    int rc = str_copy(row->target, sizeof(row->target), to);
    return rc ? rc : add_row(d, row);
}

/* Cut at a character: a mail that is too long is better cut than not sent. */
static void cut_into(char *out, size_t size, const char *text)
{
    size_t n = strlen(text);
    if (n >= size)
        n = size - 1;
    while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80)
        n--;
    memcpy(out, text, n);
    out[n] = '\0';
}

int mail_queue(struct desk *d, const char *subject, const char *body, const char *event_id)
{
    const struct mail_config *m = &d->cfg->courier.mail;
    if (!m->url[0])
        return 0;
    struct delivery *row = calloc(1, sizeof(*row));
    if (!row)
        return -ENOMEM;
    int rc = event_id ? str_copy(row->event_id, sizeof(row->event_id), event_id) : draw_id(row->event_id);
    if (!rc)
        rc = str_copy(row->kind, sizeof(row->kind), "mail");
    if (!rc)
        rc = str_copy(row->event, sizeof(row->event), "mail");
    cut_into(row->subject, sizeof(row->subject), subject);
    cut_into(row->body, sizeof(row->body), body);
    for (char *p = row->subject; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7F)
            *p = ' '; /* a line break would begin another header */
    mask_numbers(row->subject);
    mask_numbers(row->body);
    for (size_t i = 0; !rc && i < m->n_to; i++)
        rc = mail_one(d, row, m->to[i]);
    free(row);
    return rc;
}
