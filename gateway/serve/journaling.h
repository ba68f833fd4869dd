// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who writes what into the journal, and when: each message inside its transaction, just before the
 * commit, in one write a commit. So what is in the database is in the journal; what is in the journal and not in the
 * database (a death between the two, a lost database) is played again at the next start (replay.h); what
 * was rolled back gets a record that says so. The medium is synced every journal.sync_s while there is
 * something new, on a thread of its own.
 *
 * Nothing here ever fails a message: a journal that can not be written goes on in the state directory, or is
 * left out, is told (`trouble`, /healthz) and tried again. Every function takes NULL for "no journal".
 * Made by setup.c, called by works.c, inbox.c, ticker.c and requests.c.
 */
#ifndef TB_SERVE_JOURNALING_H
#define TB_SERVE_JOURNALING_H

#include "gateway/serve/works.h"
#include "store/journal.h"
#include "store/outbox.h"

struct journaling; /* owned by core.c, in struct works */

struct journaling *journaling_new(struct works *w, const char *state_dir);
void journaling_free(struct journaling *jg);
/* The end in order: says so, and asks for the last sync, which journaling_free waits for. */
void journaling_end(struct journaling *jg);

/* Where it may lie; all are read. */
#define JOURNALING_DIRS 2
size_t journaling_dirs(const struct journaling *jg, const char *dirs[JOURNALING_DIRS]);
/* Begins to write behind this sequence; the desk is there. */
void journaling_begin(struct journaling *jg, uint64_t last);

/* Before a message is given to the desk: what it draws from now on belongs to that one. */
void journaling_next(struct journaling *jg);
/* After it, in its transaction. */
void journaling_part(struct journaling *jg, const char *line, const struct sms_part *part);
void journaling_call(struct journaling *jg, const char *line, const char *number);
void journaling_job(struct journaling *jg, const struct job *job); /* only of jobs that handle messages */
void journaling_console(struct journaling *jg, const char *request);

/* Of a transaction: before its commit (writes; 0 or the store's error), and when it is decided.
 * with_time: the service time is being stored too. */
int journaling_commit(struct journaling *jg, bool with_time);
void journaling_decided(struct journaling *jg, bool committed);

struct journaling_state {
    const char *dir;     /* where it is written, "" = nowhere */
    const char *why;     /* what is wrong, "" = nothing */
    bool apart;          /* on another medium than the database */
    uint64_t seq;        /* of the last record */
    int64_t bytes;       /* of the file of today */
    int64_t unsynced_ms; /* for so long something is not on the medium yet */
};
void journaling_state(const struct journaling *jg, struct journaling_state *out);

#endif
