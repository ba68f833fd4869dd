// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What goes out by other ways than a modem: webhooks, mails, texts through a provider. The desk
 * writes rows in its transaction, serve gives them to the courier and records what became of
 * them. At least once: a row keeps its event id over all tries. States:
 *
 *   queued -> sending -> done
 *                     -> queued again (failed, back-off; or the courier died)
 *                     -> dead (given up: too old, or the other end will never take it)
 *   queued -> dropped (withdrawn)          dead -> queued (by hand)
 *
 * And what is wrong with the machinery (trouble), until it is mended.
 */
#ifndef TB_STORE_DELIVERY_H
#define TB_STORE_DELIVERY_H

#include "store/db.h"
#include "store/outbox.h"

#define EVENT_ID_SIZE 64
#define DELIVERY_BODY_SIZE 16384
#define DELIVERY_WHY_SIZE 160

struct delivery {
    int64_t id;
    char kind[12];    /* "webhook" "mail" "spare" */
    char target[128]; /* a webhook's name, a mail's recipient, "spare" */
    char event_id[EVENT_ID_SIZE];
    char event[40];                 /* "incident.created" */
    int64_t incident_id, outbox_id; /* 0 = none */
    char subject[256];
    const char *body_in;           /* in */
    char body[DELIVERY_BODY_SIZE]; /* out */
    int64_t created_ms, expires_rel, next_rel;
    int attempts;
    char state[12];
    char error[DELIVERY_WHY_SIZE];
};

struct delivery_ref {
    int64_t id, outbox_id;
};

/* -EEXIST: this event is on its way to this target already. */
int delivery_add(struct db *db, const struct delivery *d, int64_t *id);
/* Up to `max` rows that may go now, longest due first; the count. */
int delivery_due(struct db *db, int64_t now_rel, struct delivery *rows, int max);
int delivery_get(struct db *db, int64_t id, struct delivery *out);
/* When the next queued row may go, of those that may not before from_rel: 0, or -ENOENT. */
int delivery_next_rel(struct db *db, int64_t from_rel, int64_t *at_rel);
/* Queued texts of the outbox, id and outbox_id set: up to `max`, the count. */
int delivery_spares(struct db *db, struct delivery_ref *refs, int max);
/* State moves before the act. */
int delivery_take(struct db *db, int64_t id);
int delivery_done(struct db *db, int64_t id, int64_t now_ms);
int delivery_retry(struct db *db, int64_t id, int64_t next_rel, const char *why);
int delivery_dead(struct db *db, int64_t id, int64_t now_ms, const char *why);
int delivery_drop(struct db *db, int64_t id, int64_t now_ms);
/* After a start, before outbox_recover: what was under way is queued again; the count. */
int delivery_recover(struct db *db, int64_t now_rel, int64_t now_ms);
/* What waits for this target goes now; the count. */
int delivery_wake(struct db *db, const char *kind, const char *target, int64_t now_rel);
/* What still waits about this incident is withdrawn (it became restricted); the count. */
int delivery_withdraw(struct db *db, int64_t incident_id, int64_t now_ms);
/* Deletes what ended before this; the count. */
int delivery_prune(struct db *db, int64_t before_ms);

struct delivery_counts {
    int64_t queued, dead;
};
int delivery_counts(struct db *db, struct delivery_counts *out);
/* The newest dead ones, without their bodies. */
int delivery_each_dead(struct db *db, int max, int (*fn)(void *ctx, const struct delivery *d), void *ctx);
/* Dead ones are queued again (id 0 = all): the count, or -ENOENT when there is no such one. */
int delivery_revive(struct db *db, int64_t id, int64_t now_rel, int64_t expires_rel);

/* A text of the outbox, with its state, but "modem" when a modem is sending it: 0 or -ENOENT. */
int outbox_text(struct db *db, int64_t id, struct outbox_row *out, char *state, size_t size);
/* A text that had failed has gone by the spare line: 0, or -ENOENT when it had not failed. */
int outbox_spared(struct db *db, int64_t id, int64_t now_ms);

struct trouble {
    char what[48];
    char text[160];
    int64_t since_ms, told_ms; /* told 0 = nobody yet */
};
/* Notes it (the text of one that is there changes, since and told stay). */
int trouble_set(struct db *db, const char *what, const char *text, int64_t now_ms);
int trouble_get(struct db *db, const char *what, struct trouble *out); /* or -ENOENT */
int trouble_told(struct db *db, const char *what, int64_t now_ms);
int trouble_end(struct db *db, const char *what); /* absent is fine */
int trouble_each(struct db *db, int (*fn)(void *ctx, const struct trouble *t), void *ctx);

#endif
