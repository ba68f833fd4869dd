// SPDX-License-Identifier: GPL-2.0-or-later
/* Transactions of the core and small things all its parts share. Called by every file of
 * this room; what goes wrong is the disk: the error comes back and nothing stays open. */
#include "gateway/serve/works.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/serve/journaling.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

int works_begin(struct works *w)
{
    return db_begin(w->db);
}

void works_rollback(struct works *w)
{
    db_rollback(w->db); /* nothing, after a commit */
    journaling_decided(w->journaling, false);
    works_look(w);
}

void works_look(struct works *w)
{
    unsigned what = w->sick ? db_sick(w->db) : 0;
    if (what)
        w->sick(w->sick_ctx, what);
}

static int save_time(struct works *w, int64_t rel_ms)
{
    int rc = desk_save_time(w->desk);
    if (!rc)
        w->service_saved_ms = rel_ms;
    return rc;
}

/* The commit itself, timed; the journal before it. */
static int commit(struct works *w, bool with_time)
{
    int rc = journaling_commit(w->journaling, with_time);
    if (rc)
        return rc;
    int64_t from_us = mono_us();
    rc = db_commit(w->db);
    tally_commit(&w->tally, mono_us() - from_us, rc == 0);
    journaling_decided(w->journaling, rc == 0);
    return rc;
}

int works_commit(struct works *w)
{
    int64_t rel_ms = desk_now(w->desk).rel_ms, before_ms = w->service_saved_ms;
    bool with_time = rel_ms - before_ms >= MINUTE_MS;
    int rc = with_time ? save_time(w, rel_ms) : 0;
    if (!rc)
        rc = commit(w, with_time);
    if (rc) {
        w->service_saved_ms = before_ms;
        works_rollback(w);
    }
    return rc;
}

int works_save_time(struct works *w)
{
    int rc = works_begin(w);
    if (!rc)
        rc = save_time(w, desk_now(w->desk).rel_ms);
    if (!rc)
        rc = commit(w, true);
    works_rollback(w);
    return rc;
}

void works_step(struct works *w, enum play_step step)
{
    if (w->fail_at == step && step != STEP_NONE && w->fail_after-- <= 0)
        kill(getpid(), SIGKILL);
}

const char *works_why(int rc)
{
    switch (rc) {
    case -ENOSPC:
        return "the disk is full";
    case -EIO:
        return "the disk or the database can not be read or written";
    case -EBUSY:
        return "the database is locked by another process";
    case -ENOMEM:
        return "out of memory";
    default:
        return strerror(-rc);
    }
}
