// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Users of the service: the roster, mirrored. Called at start, on SIGHUP and by the roster
 * command (user_sync), and by the desk to know its users.
 *
 * Who is off the roster stays as a row without phone and PIN: incidents and audit name it. Who
 * came by DK (invite.c) stays until a roster names his phone: from then on he is the roster's.
 * What can go wrong: the same phone twice in a roster (-EEXIST, nothing is changed).
 */
#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "store/engine.h"
#include "store/own.h"
#include "store/people.h"
#include "store/revoked.h"

#include <stdlib.h>
#include <string.h>

struct seen {
    int64_t *ids;
    size_t n;
};

static void read_user(struct db *db, enum sql_id q, struct user *u)
{
    u->id = q_get(db, q, 0);
    q_copy(db, q, 1, u->name, sizeof u->name);
    q_copy(db, q, 2, u->phone, sizeof u->phone);
    u->role = role_from(q_str(db, q, 3));
    q_copy(db, q, 4, u->places, sizeof u->places);
    q_copy(db, q, 5, u->pin_hash, sizeof u->pin_hash);
    u->active = q_get(db, q, 6) != 0;
    u->stopped = q_get(db, q, 7) != 0;
    u->by_dk = strcmp(q_str(db, q, 8), "dk") == 0;
    u->since_ms = q_get(db, q, 9);
}

int user_get(struct db *db, int64_t id, struct user *out)
{
    memset(out, 0, sizeof *out);
    q_i64(db, SQL_user_by_id, 1, id);
    int rc = q_one(db, SQL_user_by_id);
    if (rc < 0)
        return rc;
    read_user(db, SQL_user_by_id, out);
    q_end(db, SQL_user_by_id);
    return 0;
}

int user_each(struct db *db, int (*fn)(void *ctx, const struct user *u), void *ctx)
{
    struct user u;
    int rc = q_free(db, SQL_user_active), stop = 0;
    if (rc < 0)
        return rc;
    while (stop == 0 && (rc = q_row(db, SQL_user_active)) == 1) {
        read_user(db, SQL_user_active, &u);
        stop = fn(ctx, &u);
    }
    q_end(db, SQL_user_active);
    return stop ? stop : rc;
}

int user_set_stopped(struct db *db, int64_t id, bool stopped)
{
    q_i64(db, SQL_user_stop, 1, id);
    q_i64(db, SQL_user_stop, 2, stopped);
    int rc = q_run(db, SQL_user_stop);
    return rc > 0 ? 0 : rc == 0 ? -ENOENT : rc;
}

int user_pin_check(struct db *db, int64_t id, const char *pin)
{
    struct user u;
    int rc = user_get(db, id, &u);
    if (rc == 0 && !seal_pin_is(&db->keys, pin, u.pin_hash))
        rc = -EPERM;
    explicit_bzero(u.pin_hash, sizeof u.pin_hash);
    return rc;
}

/* Keeps the old hash when it is that PIN's; 1 when it changed. */
static int pin_hash(struct db *db, const char *pin, const char *old, char out[128])
{
    out[0] = '\0';
    if (!pin[0])
        return old[0] != '\0';
    if (seal_pin_is(&db->keys, pin, old)) {
        memcpy(out, old, 128);
        return 0;
    }
    int rc = seal_pin(&db->keys, pin, out, 128);
    return rc < 0 ? rc : 1;
}

static int add_user(struct db *db, const struct roster_entry *r, const char *hash, int64_t now_ms, int64_t *id)
{
    q_text(db, SQL_user_insert, 1, r->name);
    q_text(db, SQL_user_insert, 2, r->phone);
    q_text(db, SQL_user_insert, 3, role_name(r->role));
    q_text(db, SQL_user_insert, 4, r->places);
    q_text(db, SQL_user_insert, 5, hash[0] ? hash : NULL);
    q_i64(db, SQL_user_insert, 6, now_ms);
    return q_insert(db, SQL_user_insert, id);
}

static int change_user(struct db *db, const struct user *u, const struct roster_entry *r, const char *hash)
{
    q_i64(db, SQL_user_update, 1, u->id);
    q_text(db, SQL_user_update, 2, r->name);
    q_text(db, SQL_user_update, 3, role_name(r->role));
    q_text(db, SQL_user_update, 4, r->places);
    q_text(db, SQL_user_update, 5, hash[0] ? hash : NULL);
    int rc = q_run(db, SQL_user_update);
    if (rc > 0 && u->pin_hash[0])
        db->wipe = true; /* the old hash may have gone */
    return rc < 0 ? rc : 0;
}

/* 1 changed, 0 as it was. */
static int sync_one(struct db *db, const struct roster_entry *r, int64_t now_ms, int64_t *id)
{
    struct user u;
    char hash[128];
    memset(&u, 0, sizeof u);
    q_text(db, SQL_user_by_phone, 1, r->phone);
    int rc = q_one(db, SQL_user_by_phone);
    if (rc < 0 && rc != -ENOENT)
        return rc;
    bool known = rc == 0;
    if (known) {
        read_user(db, SQL_user_by_phone, &u);
        q_end(db, SQL_user_by_phone);
    }
    int pin = pin_hash(db, r->pin, u.pin_hash, hash);
    *id = u.id;
    if (pin < 0)
        return pin;
    if (known && !pin && u.active && !u.by_dk && u.role == r->role && strcmp(u.name, r->name) == 0 &&
        strcmp(u.places, r->places) == 0)
        return 0;
    rc = known ? change_user(db, &u, r, hash) : add_user(db, r, hash, now_ms, id);
    return rc < 0 ? rc : 1;
}

static int by_id(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The active users of the roster that it does not name any more: their ids into gone (malloc'ed), the count. */
static int unseen(struct db *db, const struct seen *s, int64_t **gone)
{
    int n = 0, rc = 0;
    size_t cap = 0;
    *gone = NULL;
    while ((rc = q_row(db, SQL_user_active)) == 1) {
        int64_t id = q_get(db, SQL_user_active, 0);
        if (strcmp(q_str(db, SQL_user_active, 8), "dk") == 0)
            continue; /* came by DK: not the roster's to remove */
        if (s->n && bsearch(&id, s->ids, s->n, sizeof id, by_id))
            continue;
        if ((size_t)n == cap) {
            cap = cap ? 2 * cap : 32;
            int64_t *p = realloc(*gone, cap * sizeof *p);
            if (!p) {
                rc = -ENOMEM;
                break;
            }
            *gone = p;
        }
        (*gone)[n++] = id;
    }
    q_end(db, SQL_user_active);
    return rc < 0 ? rc : n;
}

static int leave(struct db *db, int64_t id)
{
    q_i64(db, SQL_user_leave, 1, id);
    db->wipe = true;
    int rc = q_run(db, SQL_user_leave);
    return rc < 0 ? rc : 0;
}

static int sync_all(struct db *db, const struct roster_entry *r, size_t n, int64_t now_ms, struct seen *s, int *changed)
{
    int64_t *gone = NULL;
    int rc = 0;
    for (size_t i = 0; rc >= 0 && i < n; i++) {
        int64_t whose;
        rc = revoked_find(db, r[i].phone, &whose); /* lost phones */
        if (rc == 0)
            log_warn(
                "roster: line %d (%s) is left out: that phone was lost (KHOA). Write his new number there, or 'tinbao "
                "roster restore' the old one",
                r[i].line, role_name(r[i].role));
        else if (rc == -ENOENT)
            rc = sync_one(db, &r[i], now_ms, &s->ids[s->n++]);
        *changed += rc > 0;
    }
    if (rc < 0)
        return rc;
    if (s->n)
        qsort(s->ids, s->n, sizeof *s->ids, by_id);
    for (size_t i = 1; i < s->n; i++) {
        if (s->ids[i] == s->ids[i - 1]) {
            log_err("roster: the same phone stands there twice");
            return -EEXIST;
        }
    }
    int n_gone = unseen(db, s, &gone);
    rc = n_gone < 0 ? n_gone : 0;
    for (int i = 0; rc == 0 && i < n_gone; i++)
        rc = leave(db, gone[i]);
    if (rc == 0)
        *changed += n_gone;
    free(gone);
    return rc;
}

int user_sync(struct db *db, const struct roster_entry *r, size_t n, int64_t now_ms, int *changed)
{
    struct seen s = {calloc(n + 1, sizeof(int64_t)), 0};
    bool own = !db_in_transaction(db);
    int count = 0, rc = s.ids ? 0 : -ENOMEM;
    if (rc == 0 && own)
        rc = db_begin(db);
    if (rc == 0) {
        rc = sync_all(db, r, n, now_ms, &s, &count);
        if (own && rc == 0)
            rc = db_commit(db);
        else if (own)
            db_rollback(db);
    }
    if (changed)
        *changed = rc == 0 ? count : 0;
    free(s.ids);
    return rc;
}

int own_user(struct db *db, const char *phone, struct user *out)
{
    memset(out, 0, sizeof *out);
    q_text(db, SQL_user_by_phone, 1, phone);
    int rc = q_one(db, SQL_user_by_phone);
    if (rc < 0)
        return rc;
    read_user(db, SQL_user_by_phone, out);
    q_end(db, SQL_user_by_phone);
    return 0;
}
