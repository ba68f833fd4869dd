// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * KHOA: a phone is lost. Called by dispatch, by the job that ends the waiting, and by serve and the roster
 * command for the console (desk_revoke, desk_restore).
 *
 * A sender's number is a claim, so by text two different people must say it, each from his own phone, the
 * second within revoke_within_h. For a phone of a team: one who leads there (leader, deputy, village head)
 * and an officer of the village (or the duty desk, or the chief). For an officer's phone, and where nobody
 * else leads: two officers, one of them of the duty desk or the chief. One of the two may be he who lost it.
 *
 * From then on the number is nobody's: its user is off the roster as if he had left it, so that what it
 * sends is a stranger's, and is answered by no word that tells so (out.c). All of it is one transaction.
 * What can go wrong: the storage.
 */
#include "gateway/desk/menu.h"
#include "gateway/desk/whom.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/phone.h"
#include "gateway/base/str.h"
#include "store/revoked.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ASKS_EACH_MAX 5 /* phones that one person waits for: more is no lost phone */

enum side { SIDE_NONE, SIDE_TEAM, SIDE_AREA, SIDE_DESK };

static bool shares_place(const struct user *a, const struct user *b)
{
    char code[PLACE_CODE_SIZE];
    for (const char *p = b->places; *p; p += *p == ' ') {
        size_t n = strcspn(p, " ");
        if (n < sizeof(code)) {
            memcpy(code, p, n);
            code[n] = '\0';
            if (a->places[0] && user_covers(a, code))
                return true;
        }
        p += n;
    }
    return false;
}

static enum side side_of(const struct user *by, const struct user *whose)
{
    if (by->role == ROLE_DUTY || by->role == ROLE_CHIEF)
        return SIDE_DESK;
    if (by->role == ROLE_AREA_OFFICER)
        return user_is_officer(whose) || shares_place(by, whose) ? SIDE_AREA : SIDE_NONE;
    bool leads = user_in_team(by) && by->role != ROLE_MEMBER;
    return leads && user_in_team(whose) && shares_place(by, whose) ? SIDE_TEAM : SIDE_NONE;
}

/* Is there anybody else who leads where he is? */
static bool is_led(const struct desk *d, const struct user *whose)
{
    for (size_t i = 0; i < d->people.n; i++) {
        const struct user *u = &d->people.users[i];
        if (u->id != whose->id && side_of(u, whose) == SIDE_TEAM)
            return true;
    }
    return false;
}

/* Are these two, who are not the same, enough? */
static bool enough(const struct desk *d, const struct user *whose, const struct user *a, const struct user *b)
{
    enum side x = side_of(a, whose), y = side_of(b, whose);
    if (x == SIDE_NONE || y == SIDE_NONE || a->id == b->id)
        return false;
    if ((x == SIDE_TEAM) != (y == SIDE_TEAM))
        return true; /* only a team's phone has a side of its team */
    bool officers = x != SIDE_TEAM && (x == SIDE_DESK || y == SIDE_DESK);
    return officers && (user_is_officer(whose) || !is_led(d, whose));
}

static void local_phone(const char *e164, char *out, size_t size)
{
    struct sbuf b = sbuf_on(out, size);
    sbuf_addf(&b, "%s%s", !strncmp(e164, "+84", 3) ? "0" : "", !strncmp(e164, "+84", 3) ? e164 + 3 : e164);
}

/* --- it is done ------------------------------------------------------------------------ */

/* What was asked of him is the duty desk's now. */
static int end_question(struct desk *d, int64_t user_id)
{
    struct question q;
    char key[24];
    int rc = question_of(d->db, user_id, 0, &q);
    if (rc < 0)
        return rc == -ENOENT ? 0 : rc;
    snprintf(key, sizeof(key), "%lld", (long long)q.id);
    return job_set(d->db, "question", key, JOB_REL, service_now(&d->time).rel_ms);
}

/* by: the two who said so; each is told in words of his own. */
static int tell_desk(struct desk *d, const int64_t by[2], const char *body)
{
    int rc = 0;
    for (size_t i = 0; !rc && i < d->people.n; i++) {
        const struct user *u = &d->people.users[i];
        if ((u->role == ROLE_CHIEF || whom_on_duty(d, u)) && u->id != by[0] && u->id != by[1])
            rc = tell_user(d, u->id, PRIO_ALERT, 0, 0, body);
    }
    return rc;
}

/* whose is a copy: the people are read anew. by: the second and the first who said so, 0 at the console; names:
 * theirs. */
static int lock_phone(struct desk *d, const struct user *whose, const int64_t by[2], int64_t message_id,
                      const char *names)
{
    char out[OUT_SIZE], key[24], detail[64];
    snprintf(key, sizeof(key), "%lld", (long long)whose->id);
    snprintf(detail, sizeof(detail), "user %lld%s", (long long)whose->id, by[0] ? "" : ", console");
    int rc = end_question(d, whose->id);
    if (!rc)
        rc = revoked_add(d->db, whose->id, service_now(&d->time).wall_ms);
    if (!rc)
        rc = job_cancel(d->db, "revoke", key);
    if (!rc)
        rc = audit(d, by[0], "phone_revoked", 0, message_id, detail);
    if (!rc)
        rc = people_load(&d->people, d->db);
    if (!rc) /* what he took is nobody's now */
        rc = still_left(d);
    if (!rc)
        rc = text_say(d->cfg, TEXT_REVOKE_TOLD, out, sizeof(out), "name", whose->name, "text", names, NULL);
    return rc < 0 ? rc : tell_desk(d, by, out);
}

/* --- KHOA ------------------------------------------------------------------------------ */

static const char *who_is_wanted(const struct desk *d, const struct user *whose, enum side side)
{
    if (user_is_officer(whose) || !is_led(d, whose))
        return side == SIDE_DESK ? "mot can bo khac" : "truc ban hoac truong CA";
    return side == SIDE_TEAM ? "CSKV hoac truc ban" : "to truong, to pho";
}

/* Those who can be the second: who leads there, his officers, the desk's who are on duty; else the chief. */
static int ask_others(struct msg *m, const struct user *whose)
{
    char out[OUT_SIZE], phone[24];
    int told = 0;
    local_phone(whose->phone, phone, sizeof(phone));
    int rc = text_say(m->d->cfg, TEXT_REVOKE_CONFIRM, out, sizeof(out), "name", m->user->name, "text", whose->name,
                      "phone", phone, NULL);
    for (int chief = 0; !rc && chief < 2 && !told; chief++) {
        for (size_t i = 0; !rc && i < m->d->people.n; i++) {
            const struct user *u = &m->d->people.users[i];
            bool now = u->role == ROLE_CHIEF ? chief : u->role != ROLE_DUTY || whom_on_duty(m->d, u);
            if (!now || u->stopped || u->id == whose->id || !enough(m->d, whose, m->user, u))
                continue;
            rc = tell_user(m->d, u->id, PRIO_ALERT, 0, m->id, out);
            told++;
        }
    }
    return rc;
}

static int say_waits(struct msg *m, const struct user *whose, int64_t expires_rel)
{
    char out[OUT_SIZE], phone[24], time[24];
    local_phone(whose->phone, phone, sizeof(phone));
    clock_text(m->now.wall_ms + expires_rel - m->now.rel_ms, m->now.wall_ms, time, sizeof(time));
    int rc = text_say(m->d->cfg, TEXT_REVOKE_WAITS, out, sizeof(out), "name", whose->name, "who",
                      who_is_wanted(m->d, whose, side_of(m->user, whose)), "phone", phone, "time", time, NULL);
    return rc < 0 ? rc : reply(m, out, false);
}

/* He is the first to say so. */
static int wait_for_second(struct msg *m, const struct user *whose, bool others_wait)
{
    char key[24], detail[32];
    int64_t expires_rel = m->now.rel_ms + m->d->cfg->revoke_within_h * HOUR_MS, many = 0;
    snprintf(key, sizeof(key), "%lld", (long long)whose->id);
    snprintf(detail, sizeof(detail), "user %lld", (long long)whose->id);
    int rc = revoke_asks_by(m->d->db, m->user->id, &many);
    if (!rc && many >= ASKS_EACH_MAX)
        return reply_text(m, TEXT_REVOKE_NO, "", "");
    if (!rc)
        rc = revoke_ask_add(m->d->db, whose->id, m->user->id, m->now.wall_ms, expires_rel);
    if (rc == -EEXIST) /* again: he is told the same, and nobody else is */
        return say_waits(m, whose, expires_rel);
    if (!rc)
        rc = job_set(m->d->db, "revoke", key, JOB_REL, expires_rel);
    if (!rc)
        rc = audit(m->d, m->user->id, "revoke_asked", 0, m->id, detail);
    if (!rc && !others_wait)
        rc = ask_others(m, whose);
    return rc < 0 ? rc : say_waits(m, whose, expires_rel);
}

/* first: said so before him; both are told, unless it was his own phone. */
static int lock_by_two(struct msg *m, const struct user *first, const struct user *whose)
{
    struct user lost = *whose;
    char out[OUT_SIZE], names[2 * sizeof(first->name) + 4];
    const int64_t by[2] = {m->user->id, first->id};
    snprintf(names, sizeof(names), "%s, %s", first->name, m->user->name);
    m->disposition = "revoked";
    int rc = lock_phone(m->d, &lost, by, m->id, names);
    m->user = people_by_id(&m->d->people, by[0]); /* read anew, and gone if it was his own */
    m->lost = !m->user;
    if (!rc)
        rc = text_say(m->d->cfg, TEXT_REVOKE_DONE, out, sizeof(out), "name", lost.name, NULL);
    if (!rc && m->user)
        rc = reply(m, out, true);
    explicit_bzero(lost.pin_hash, sizeof(lost.pin_hash));
    return rc < 0 ? rc : tell_user(m->d, by[1], PRIO_REPLY, 0, m->id, out);
}

int form_revoke(struct msg *m)
{
    struct revoke_ask asks[REVOKE_ASKS_MAX];
    const char *phone = meaning_slot(m->m, "phone");
    const struct user *whose = *phone ? people_by_phone(&m->d->people, phone) : NULL;
    int waiting = 0;
    m->disposition = "revoke";
    if (!whose || side_of(m->user, whose) == SIDE_NONE)
        return reply_text(
            m, *phone && people_lost(&m->d->people, m->d->db, phone) ? TEXT_REVOKE_ALREADY : TEXT_REVOKE_NO, "", "");
    int n = revoke_asks(m->d->db, whose->id, asks);
    for (int i = 0; i < n; i++) {
        const struct user *first = people_by_id(&m->d->people, asks[i].by_id);
        if (!first || asks[i].expires_rel <= m->now.rel_ms)
            continue;
        if (enough(m->d, whose, first, m->user))
            return lock_by_two(m, first, whose);
        waiting++;
    }
    return n < 0 ? n : wait_for_second(m, whose, waiting > 0);
}

/* --- nobody was the second ------------------------------------------------------------- */

int revoke_due(struct desk *d, const char *key)
{
    struct revoke_ask asks[REVOKE_ASKS_MAX];
    char out[OUT_SIZE], phone[24], detail[32];
    int64_t id = strtoll(key, NULL, 10);
    const struct user *whose = people_by_id(&d->people, id);
    int n = revoke_asks(d->db, id, asks), rc = n < 0 ? n : revoke_asks_clear(d->db, id);
    if (rc < 0 || !whose || !n)
        return rc;
    snprintf(detail, sizeof(detail), "user %lld", (long long)id);
    local_phone(whose->phone, phone, sizeof(phone));
    rc = audit(d, 0, "revoke_late", 0, 0, detail);
    if (!rc)
        rc = text_say(d->cfg, TEXT_REVOKE_LATE, out, sizeof(out), "name", whose->name, "phone", phone, NULL);
    for (int i = 0; !rc && i < n; i++)
        rc = tell_user(d, asks[i].by_id, PRIO_REPLY, 0, 0, out);
    return rc;
}

/* --- the console ----------------------------------------------------------------------- */

static int refuse(char *out, size_t size, const char *why)
{
    str_copy(out, size, why);
    return -EINVAL;
}

/* By phone, else by his whole name: 0, or -EINVAL with the reason. */
static int whose_phone(struct desk *d, const char *what, struct user *u, char *out, size_t size)
{
    char e164[ADDRESS_SIZE];
    const struct user *found = NULL;
    if (phone_normalize(what, e164, sizeof(e164)) == 0) {
        found = people_by_phone(&d->people, e164);
        if (!found && people_lost(&d->people, d->db, e164))
            return refuse(out, size, "that phone is revoked already");
    }
    for (size_t i = 0; !found && i < d->people.n; i++) {
        if (strcmp(d->people.users[i].name, what) != 0)
            continue;
        for (size_t k = i + 1; k < d->people.n; k++)
            if (!strcmp(d->people.users[k].name, what))
                return refuse(out, size, "two users have this name: give the phone");
        found = &d->people.users[i];
    }
    if (!found)
        return refuse(out, size, "no user has this phone or (written in full, with its accents) this name");
    *u = *found;
    return 0;
}

int desk_revoke(struct desk *d, const char *what, char *out, size_t size)
{
    struct user u;
    int rc = whose_phone(d, what, &u, out, size);
    if (rc)
        return rc;
    rc = lock_phone(d, &u, (const int64_t[2]){0, 0}, 0, "lenh tai may");
    struct sbuf b = sbuf_on(out, size);
    sbuf_addf(&b,
              "the phone of %s (%s) is revoked: it has no rights and gets no messages. The duty desk and the chief are "
              "told.\n",
              u.name, role_name(u.role));
    explicit_bzero(u.pin_hash, sizeof(u.pin_hash));
    return rc;
}

int desk_restore(struct desk *d, const char *what, char *out, size_t size)
{
    char e164[ADDRESS_SIZE], detail[32];
    int64_t id = 0;
    bool named = false;
    if (phone_normalize(what, e164, sizeof(e164)) != 0)
        return refuse(out, size, "give the phone that was lost and is found: 0912345678");
    for (size_t i = 0; i < d->cfg->n_roster; i++)
        named |= !strcmp(d->cfg->roster[i].phone, e164);
    int rc = revoked_undo(d->db, e164, true, &id);
    if (rc == -ENOENT)
        return refuse(out, size, "that phone is not revoked");
    snprintf(detail, sizeof(detail), "user %lld", (long long)id);
    if (!rc)
        rc = audit(d, 0, "phone_restored", 0, 0, detail);
    if (!rc && named) /* his line counts again, with its PIN */
        rc = user_sync(d->db, d->cfg->roster, d->cfg->n_roster, service_now(&d->time).wall_ms, NULL);
    if (!rc)
        rc = people_load(&d->people, d->db);
    if (!rc)
        str_copy(out, size,
                 people_by_phone(&d->people, e164)
                     ? "the phone is its user's again\n"
                     : "the phone is not revoked any more; no line of the roster has it: add one\n");
    return rc;
}
