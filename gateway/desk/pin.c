// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The PIN behind a code. Who has one in the roster types it where names or the details of an
 * incident are shown (pin_codes), so that a phone in another's hand, or a sender that is forged,
 * gets no more than counts. Called by codes.c and menu.c. Wrong ones are counted, each user's and
 * all together, over restarts and in service time; too many lock for a while, and the duty desk is
 * told. What can go wrong: the storage.
 */
#include "gateway/desk/menu.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "store/session.h"

#include <stdio.h>
#include <string.h>

/* Is it among "2* 3"? "2*" is one incident, "2" all of it. */
static bool listed(const struct config *cfg, const struct code_call *c)
{
    for (const char *p = cfg->pin_codes; *p; p++) {
        if (*p != '0' + c->number)
            continue;
        if (p[1] != '*' || code_is_incident(cfg, c))
            return true;
    }
    return false;
}

bool pin_needed(const struct view *v, const struct code_call *c)
{
    return v->user && v->user->pin_hash[0] && listed(v->d->cfg, c);
}

static int tell_duty(struct desk *d, const struct user *u, int wrong, int64_t until_ms)
{
    char out[OUT_SIZE], count[12], time[24];
    int64_t now_ms = clock_now_ms(d->clock);
    snprintf(count, sizeof(count), "%d", wrong);
    clock_text(until_ms, now_ms, time, sizeof(time));
    int rc = text_say(d->cfg, u ? TEXT_PIN_TOLD : TEXT_PIN_TOLD_ALL, out, sizeof(out), "name", u ? u->name : "",
                      "count", count, "time", time, NULL);
    if (!rc)
        rc = audit(d, u ? u->id : 0, "pin_locked", 0, 0, count);
    return rc < 0 ? rc : alert_duty(d, PRIO_ALERT, 0, 0, out);
}

/* One more wrong one on this account; at `most` it is locked. */
static int count_wrong(struct desk *d, const struct user *u, struct pin_try *t, int most)
{
    struct now now = service_now(&d->time);
    int64_t lock_ms = d->cfg->pin_lock_s * SECOND_MS;
    if (!t->wrong || now.rel_ms - t->since_rel >= lock_ms)
        *t = (struct pin_try){.since_rel = now.rel_ms};
    t->wrong++;
    int rc = 0;
    if (t->wrong >= most) {
        rc = tell_duty(d, u, t->wrong, now.wall_ms + lock_ms);
        *t = (struct pin_try){.since_rel = now.rel_ms, .locked_rel = now.rel_ms + lock_ms};
    }
    return rc < 0 ? rc : pin_try_set(d->db, u ? u->id : 0, t);
}

static int wrong(struct desk *d, const struct user *u, struct pin_try *own, struct pin_try *all)
{
    int rc = count_wrong(d, u, own, d->cfg->pin_tries);
    return rc < 0 ? rc : count_wrong(d, NULL, all, d->cfg->pin_tries_all);
}

static int try_it(struct desk *d, const struct user *u, const char *pin, enum pin_result *result, char text[16])
{
    struct pin_try own = {0}, all = {0};
    struct now now = service_now(&d->time);
    int rc = pin_try_get(d->db, u->id, &own);
    if (!rc)
        rc = pin_try_get(d->db, 0, &all);
    if (rc < 0)
        return rc;
    int64_t locked_rel = own.locked_rel > all.locked_rel ? own.locked_rel : all.locked_rel;
    if (locked_rel <= now.rel_ms) {
        rc = user_pin_check(d->db, u->id, pin);
        if (rc != -EPERM) {
            *result = PIN_OK;
            return rc < 0 ? rc : own.wrong || own.locked_rel ? pin_try_clear(d->db, u->id) : 0;
        }
        rc = wrong(d, u, &own, &all);
        if (rc < 0)
            return rc;
        locked_rel = own.locked_rel > all.locked_rel ? own.locked_rel : all.locked_rel;
    }
    *result = locked_rel > now.rel_ms ? PIN_LOCKED : PIN_WRONG;
    if (*result == PIN_LOCKED)
        clock_text(now.wall_ms + locked_rel - now.rel_ms, now.wall_ms, text, 16);
    else
        snprintf(text, 16, "%d", d->cfg->pin_tries - own.wrong);
    return 1;
}

int pin_try(struct desk *d, const struct user *u, const char *pin, enum pin_result *result, char text[16])
{
    bool own = !db_in_transaction(d->db);
    text[0] = '\0';
    *result = PIN_NONE;
    if (!*pin)
        return 0;
    int rc = own ? db_begin(d->db) : 0;
    if (rc < 0)
        return rc;
    rc = try_it(d, u, pin, result, text);
    if (!own)
        return rc;
    int done = rc < 0 ? rc : db_commit(d->db);
    if (done < 0) {
        db_rollback(d->db);
        desk_rolled_back(d);
    }
    return done < 0 ? done : rc;
}
