// SPDX-License-Identifier: GPL-2.0-or-later
/* The desk as serve sees it: its life, its jobs, what lines say. See desk.h. */
#include "gateway/desk/desk.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/mask.h"
#include "gateway/base/phone.h"
#include "gateway/base/str.h"
#include "gateway/desk/menu.h"
#include "gateway/desk/attend.h"
#include "gateway/desk/room.h"
#include "store/alert.h"
#include "gateway/desk/spare.h"
#include "gateway/desk/trouble.h"
#include "store/delivery.h"

#include <stdlib.h>
#include <string.h>

#define REPORT_WINDOW_MS (3 * DAY_MS) /* a reference is 8 bits and comes round */

struct desk *desk_new(struct db *db, const struct config *cfg, const struct clock *clock, struct problems *p)
{
    size_t errors = p->errors;
    char stored[SERVICE_TEXT_SIZE];
    struct desk *d = calloc(1, sizeof(*d));
    if (!d)
        return NULL;
    d->db = db;
    d->cfg = cfg;
    d->clock = clock;
    d->vocab = desk_vocab(cfg, p);
    texts_check(cfg, p);
    int rc = meta_get(db, "service_time", stored, sizeof(stored));
    if (rc == -ENOENT)
        rc = 0;
    service_time_start(&d->time, clock, stored);
    if (!rc)
        rc = people_load(&d->people, db);
    if (rc < 0)
        problems_add(p, false, "", 0, "the database can not be read: %s", strerror(-rc));
    if (!d->vocab || p->errors > errors) {
        desk_free(d);
        return NULL;
    }
    return d;
}

void desk_free(struct desk *d)
{
    if (!d)
        return;
    vocab_free(d->vocab);
    people_free(&d->people);
    menu_memory_free(d->menus);
    free(d);
}

int desk_reload(struct desk *d, const struct config *cfg, struct problems *p)
{
    size_t errors = p->errors;
    struct vocab *v = desk_vocab(cfg, p);
    texts_check(cfg, p);
    if (!v || p->errors > errors) {
        vocab_free(v);
        return -EINVAL;
    }
    int rc = people_load(&d->people, d->db);
    if (rc < 0) {
        vocab_free(v);
        return rc;
    }
    vocab_free(d->vocab);
    d->vocab = v;
    d->cfg = cfg;
    d->calendar_known = false;
    return 0;
}

void desk_careful(struct desk *d, bool on)
{
    d->careless = !on;
}

int desk_rolled_back(struct desk *d)
{
    return people_load(&d->people, d->db);
}

struct now desk_now(const struct desk *d)
{
    return service_now(&d->time);
}

int desk_save_time(struct desk *d)
{
    char text[SERVICE_TEXT_SIZE];
    service_time_text(&d->time, text);
    return meta_set(d->db, "service_time", text);
}

void desk_time_text(const struct desk *d, char *out, size_t size)
{
    char text[SERVICE_TEXT_SIZE];
    service_time_text(&d->time, text);
    str_copy(out, size, text);
}

int desk_start(struct desk *d)
{
    struct now now = service_now(&d->time);
    int rc = delivery_recover(d->db, now.rel_ms, now.wall_ms); /* courier: before the outbox, which it looks at */
    if (rc >= 0)
        rc = outbox_recover(d->db, now.rel_ms);
    if (rc > 0)
        log_note("%d messages were on their way when the service stopped", rc);
    return rc < 0 ? rc : jobs_start(d);
}

int desk_calendar(struct desk *d)
{
    return jobs_calendar(d);
}

int desk_call(struct desk *d, const char *line, const char *number)
{
    struct now now = service_now(&d->time);
    char e164[ADDRESS_SIZE];
    const struct user *u = phone_normalize(number, e164, sizeof(e164)) == 0 ? people_by_phone(&d->people, e164) : NULL;
    struct message_row row = {
        .line = line,
        .user_id = u ? u->id : 0,
        .sender_kind = address_kind(number),
        .received_ms = now.wall_ms,
        .received_rel = now.rel_ms,
        .body = "",
        .form = "none",
        .disposition = "call",
    };
    int rc = 0;
    int64_t id = 0;
    if (!u && *number)
        rc = party_of(d->db, PARTY_SENDER, e164[0] ? e164 : number, now.wall_ms, &row.party_id);
    if (!rc)
        rc = message_add(d->db, &row, &id);
    bool attends = u && user_in_team(u) && d->cfg->attendance.missed_call;
    return rc < 0 || !attends ? rc : attend_call(d, line, e164, u, id);
}

/* The row may be written to a user, to a stranger or to a tip's sender: one number, three
 * recipients. */
int desk_report(struct desk *d, const char *line, int ref, const char *number, bool delivered)
{
    struct now now = service_now(&d->time);
    int64_t since = now.wall_ms - REPORT_WINDOW_MS, id, party;
    const struct user *u = people_by_phone(&d->people, number);
    int rc = u ? outbox_report(d->db, line, ref, u->id, 0, delivered, since, now.wall_ms, &id) : -ENOENT;
    static const enum party_domain domains[] = {PARTY_SENDER, PARTY_TIP};
    for (size_t i = 0; rc == -ENOENT && i < ARRAY_LEN(domains); i++) {
        rc = party_find(d->db, domains[i], number, &party);
        if (!rc)
            rc = outbox_report(d->db, line, ref, 0, party, delivered, since, now.wall_ms, &id);
    }
    if (!rc)
        rc = reach_heard(d, id, delivered);
    if (!rc && !delivered) /* courier: an urgent one has another way */
        rc = spare_undelivered(d, id);
    return rc == -ENOENT ? 0 : rc;
}

int desk_away(struct desk *d, const char *line, int ref, const char *number)
{
    int64_t id;
    const struct user *u = people_by_phone(&d->people, number);
    if (!u)
        return 0;
    int rc = alert_sent_row(d->db, line, ref, u->id, service_now(&d->time).wall_ms - REPORT_WINDOW_MS, &id);
    if (!rc)
        rc = reach_heard(d, id, false);
    return rc == -ENOENT ? 0 : rc;
}

int desk_unsent(struct desk *d, int64_t outbox_id)
{
    return reach_heard(d, outbox_id, false);
}

int desk_line(struct desk *d, const struct line_state *s)
{
    struct line_state old, now = *s;
    int rc = line_state_get(d->db, s->line, &old);
    if (rc < 0 && rc != -ENOENT)
        return rc;
    if (!rc) { /* a status knows nothing of the balance */
        memcpy(now.balance, old.balance, sizeof(now.balance));
        now.balance_ms = old.balance_ms;
        now.balance_known = old.balance_known;
        now.balance_dong = old.balance_dong;
        now.balance_until_ms = old.balance_until_ms;
    }
    now.seen_ms = clock_now_ms(d->clock);
    rc = line_state_set(d->db, &now);
    return rc < 0 ? rc : trouble_of_line(d, &now);
}

int desk_code(struct desk *d, const char *code, char *out, size_t size)
{
    struct understand_ctx ctx = {.at_ms = clock_now_ms(d->clock)};
    understand(d->vocab, &ctx, code, strlen(code), &d->meaning);
    if (strcmp(d->meaning.form, "code") != 0)
        return -EINVAL;
    return codes_answer(d, NULL, &d->meaning, out, size);
}
