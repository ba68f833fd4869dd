// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The users of the service in memory, so that knowing a sender costs no query. A mirror of
 * the store's active users, rebuilt at start and after each reload of the roster.
 */
#ifndef TB_DESK_PEOPLE_H
#define TB_DESK_PEOPLE_H

#include "store/people.h"

#include <stdbool.h>
#include <stddef.h>

struct people {
    struct user *users; /* sorted by phone */
    size_t n, cap;
    uint8_t (*lost)[DIGEST_SIZE]; /* lost phones, by their keyed hash */
    size_t n_lost;
};

/* 0 or a storage error; the old list stays on error. */
int people_load(struct people *p, struct db *db);
void people_free(struct people *p);

/* NULL when not on the roster. phone is E.164. */
const struct user *people_by_phone(const struct people *p, const char *phone);
const struct user *people_by_id(const struct people *p, int64_t id);
/* His name, or "Can bo" when he is gone. */
const char *people_name(const struct people *p, int64_t id);
/* Is it a phone that was lost and revoked? Such a number is no user's. */
bool people_lost(const struct people *p, struct db *db, const char *phone);
void people_set_stopped(struct people *p, int64_t id, bool stopped);

/* Does this user answer for the place? Duty and chief (places "") for all; place "" (not
 * known) only for those. */
bool user_covers(const struct user *u, const char *place);
/* The user's only place, or NULL (several, or all). */
const char *user_home(const struct user *u, char *out, size_t size);
/* A member, deputy, leader or village head. */
bool user_in_team(const struct user *u);
/* An area officer, duty or chief. */
bool user_is_officer(const struct user *u);

#endif
