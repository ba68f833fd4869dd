// SPDX-License-Identifier: GPL-2.0-or-later
/* The users in memory. See people.h. */
#include "gateway/desk/people.h"

#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "store/revoked.h"

#include <stdlib.h>
#include <string.h>

static int add(void *ctx, const struct user *u)
{
    struct people *p = ctx;
    if (p->n == p->cap) {
        size_t cap = p->cap ? 2 * p->cap : 64;
        struct user *grown = realloc(p->users, cap * sizeof(*grown));
        if (!grown)
            return -ENOMEM;
        p->users = grown;
        p->cap = cap;
    }
    p->users[p->n++] = *u;
    return 0;
}

static int add_lost(void *ctx, const uint8_t hash[DIGEST_SIZE])
{
    struct people *p = ctx;
    uint8_t(*grown)[DIGEST_SIZE] = realloc(p->lost, (p->n_lost + 1) * sizeof(*grown));
    if (!grown)
        return -ENOMEM;
    p->lost = grown;
    memcpy(p->lost[p->n_lost++], hash, DIGEST_SIZE);
    return 0;
}

static int by_phone(const void *a, const void *b)
{
    return strcmp(((const struct user *)a)->phone, ((const struct user *)b)->phone);
}

int people_load(struct people *p, struct db *db)
{
    struct people fresh = {0};
    int rc = user_each(db, add, &fresh);
    if (rc >= 0)
        rc = revoked_each(db, add_lost, &fresh);
    if (rc < 0) {
        people_free(&fresh);
        return rc;
    }
    if (fresh.n)
        qsort(fresh.users, fresh.n, sizeof(*fresh.users), by_phone);
    people_free(p);
    *p = fresh;
    return 0;
}

void people_free(struct people *p)
{
    free(p->users);
    free(p->lost);
    *p = (struct people){0};
}

const struct user *people_by_phone(const struct people *p, const char *phone)
{
    size_t lo = 0, hi = p->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int c = strcmp(phone, p->users[mid].phone);
        if (c == 0)
            return &p->users[mid];
        if (c < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return NULL;
}

const struct user *people_by_id(const struct people *p, int64_t id)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->users[i].id == id)
            return &p->users[i];
    return NULL;
}

const char *people_name(const struct people *p, int64_t id)
{
    const struct user *u = people_by_id(p, id);
    return u ? u->name : "Can bo";
}

bool people_lost(const struct people *p, struct db *db, const char *phone)
{
    uint8_t hash[DIGEST_SIZE];
    if (!p->n_lost)
        return false;
    revoked_hash(db, phone, hash);
    for (size_t i = 0; i < p->n_lost; i++)
        if (!memcmp(p->lost[i], hash, DIGEST_SIZE))
            return true;
    return false;
}

void people_set_stopped(struct people *p, int64_t id, bool stopped)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->users[i].id == id)
            p->users[i].stopped = stopped;
}

bool user_covers(const struct user *u, const char *place)
{
    if (!u->places[0])
        return true;
    size_t n = strlen(place);
    if (n == 0)
        return false;
    for (const char *p = u->places; (p = strstr(p, place)); p += n)
        if ((p == u->places || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
            return true;
    return false;
}

const char *user_home(const struct user *u, char *out, size_t size)
{
    if (!u->places[0] || strchr(u->places, ' ') || str_copy(out, size, u->places) < 0)
        return NULL;
    return out;
}

bool user_in_team(const struct user *u)
{
    return u->role == ROLE_MEMBER || u->role == ROLE_DEPUTY || u->role == ROLE_LEADER || u->role == ROLE_VILLAGE_HEAD;
}

bool user_is_officer(const struct user *u)
{
    return u->role == ROLE_AREA_OFFICER || u->role == ROLE_DUTY || u->role == ROLE_CHIEF;
}
