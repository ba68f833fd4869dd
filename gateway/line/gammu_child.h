// SPDX-License-Identifier: GPL-2.0-or-later
/* The child's state, shared by gammu_child.c (loop, core's side) and gammu_intake.c (the
 * modem's side). Private to them. */
#ifndef TB_LINE_GAMMU_CHILD_H
#define TB_LINE_GAMMU_CHILD_H

#include "gateway/line/gammu_modem.h"
#include "gateway/line/gammu_slots.h"

#define CHILD_WINDOW 64 /* parts handed over and not yet kept */
#define CHILD_SYNCS 32

struct child {
    const struct line_options *o;
    int core;
    struct gm_modem m;
    bool modem_up;
    struct slots slots;
    struct gm_list todo;         /* places to read, from `todo_at` on */
    size_t todo_at, todo_listed; /* before todo_listed: from a listing; behind: announced */
    uint64_t next_handle;
    int64_t poll_at, status_at, alive_at; /* mono */
    int64_t restarted_at;                 /* mono, 0 = not: when to set up a modem again that said it restarted */
    bool list_again;                      /* list at the next chance */
    uint64_t syncs[CHILD_SYNCS];
    size_t n_syncs;
    bool synced_list; /* the storages were listed after the last sync was asked */
    struct {
        bool open;
        uint64_t id;
        int64_t until;
    } ussd;
    struct {
        bool ringing, told;
        int64_t last;
    } call;
    bool told_delete;
    bool stop;
    int status; /* exit status when stop */
};

/* gammu_child.c */
/* To the core, waiting for room in the socket; a core that is gone stops the child. */
void child_tell(struct child *c, const struct line_msg *m);
void child_trouble(struct child *c, int fatal, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* A result of gm_*: a fatal one stops the child with a sentence for the operator. */
int child_judge(struct child *c, int rc, const char *doing);
/* The SIM wants a PIN or PUK that it can not have: says so and stops the child. */
void child_locked(struct child *c);

/* gammu_intake.c */
void intake_events(struct child *c);
/* One step of what is to do: lists or reads one place. True when something was done. */
bool intake_step(struct child *c);
void intake_kept(struct child *c, uint64_t handle);
bool intake_idle(const struct child *c); /* nothing left to read */
void intake_timers(struct child *c, int64_t now);

#endif
