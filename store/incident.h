// SPDX-License-Identifier: GPL-2.0-or-later
/* Incidents, those they concern, and the audit that is also their history. */
#ifndef TB_STORE_INCIDENT_H
#define TB_STORE_INCIDENT_H

#include "gateway/base/commune.h"
#include "store/db.h"

#define INCIDENT_TEXT_SIZE 2048 /* what a read gives back; the store keeps all */

struct incident {
    int64_t id;
    char code[CODE_SIZE];
    char form[FORM_NAME_SIZE]; /* "incident", "sos", "tip" */
    char kind[KIND_CODE_SIZE];
    char place[PLACE_CODE_SIZE]; /* "" = not known */
    int severity;
    bool restricted, unverified;
    bool joinable;                 /* in: other reports of its kind and place may join it */
    const char *text_in;           /* in: the whole text; out: NULL */
    char text[INCIDENT_TEXT_SIZE]; /* out: cut at a character */
    int64_t when_ms;               /* 0 = not known */
    int64_t user_id, party_id, message_id;
    int64_t created_ms;
    char state[12]; /* "open" "acked" "closed" "cancelled" */
    int64_t acked_by, acked_ms, closed_by, closed_ms;
    char outcome[256];
    int alert_step;
};

/* -EEXIST when the code is held by another incident: draw again. */
int incident_add(struct db *db, const struct incident *in, int64_t *id);
int incident_by_code(struct db *db, const char *code, struct incident *out); /* held codes only */
int incident_by_id(struct db *db, int64_t id, struct incident *out);
int incident_ack(struct db *db, int64_t id, int64_t user_id, int64_t now_ms);
int incident_close(struct db *db, int64_t id, int64_t user_id, int64_t now_ms, const char *outcome);
int incident_cancel(struct db *db, int64_t id, int64_t user_id, int64_t now_ms, const char *why);
int incident_set_step(struct db *db, int64_t id, int step);
/* A member confirmed what a stranger reported. */
int incident_verify(struct db *db, int64_t id);
/* Closed, cancelled or taken: open again, nobody's. -ENOENT when it is open. */
int incident_reopen(struct db *db, int64_t id);
/* The party to answer when the phone was borrowed; -ENOENT when none was given. */
int incident_set_contact(struct db *db, int64_t id, int64_t party_id);
int incident_contact(struct db *db, int64_t id, int64_t *party_id);
/* It was not alerted, because of a flood (see the desk). */
int incident_set_held(struct db *db, int64_t id);
/* Corrections. severity and restricted are the kind's. */
int incident_set_place(struct db *db, int64_t id, const char *place);
int incident_set_kind(struct db *db, int64_t id, const char *kind, int severity, bool restricted);
int incident_set_text(struct db *db, int64_t id, const char *text);
int incident_set_when(struct db *db, int64_t id, int64_t when_ms);
/* How many codes of this length (digits with check digit) are held. */
int incident_codes_held(struct db *db, int code_len, int64_t *n);
/* Frees the codes of incidents closed before this; the count or -errno. */
int incident_free_codes(struct db *db, int64_t closed_before_ms);

/* Open and acknowledged incidents, most severe then oldest first. */
int incident_each_live(struct db *db, int (*fn)(void *ctx, const struct incident *i), void *ctx);
/* Open ones that nobody took, of one reporter (user or party, the other 0), newest first. */
int incident_each_of(struct db *db, int64_t user_id, int64_t party_id, int (*fn)(void *ctx, const struct incident *i),
                     void *ctx);
/* Those created in [from, to), any state, oldest first. */
int incident_each_between(struct db *db, int64_t from_ms, int64_t to_ms, int (*fn)(void *ctx, const struct incident *i),
                          void *ctx);

/* concern: the users who were alerted, with the step (0 = first alert). Adding twice keeps
 * the first. */
int concern_add(struct db *db, int64_t incident_id, int64_t user_id, int step);
int concern_each(struct db *db, int64_t incident_id,
                 int (*fn)(void *ctx, int64_t user_id, int step, int64_t onscene_ms), void *ctx);
/* Sets the time on the scene (adds the row when the user was not alerted). */
int concern_onscene(struct db *db, int64_t incident_id, int64_t user_id, int64_t now_ms);

/* Is this user on the scene? 1, 0 or an error. */
int concern_on_scene(struct db *db, int64_t incident_id, int64_t user_id);

struct audit_row {
    int64_t at_ms;
    int64_t user_id; /* 0 = the service or a party */
    const char *action;
    int64_t incident_id, message_id; /* 0 = none */
    const char *detail;              /* "" or short text; never a number: masked by audit_add */
};
int audit_add(struct db *db, const struct audit_row *r);
int audit_each(struct db *db, int64_t incident_id, int (*fn)(void *ctx, const struct audit_row *r), void *ctx);

#endif
