// SPDX-License-Identifier: GPL-2.0-or-later
/* Is a database whole? See check.h. Called by backup, recovery, `tinbao restore` and `tinbao verify`. It reads
 * every page: seconds for a large file, so never in the core's loop. */
#include "store/check.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "store/engine.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CODE "error code="

/* A page that the disk did not give this time, or that no memory was left for, stands in the check's text as damage
 * does. It is none: the next read may succeed. */
int db_checked(struct db *db, const char *got)
{
    const char *at = strstr(got, CODE);
    int code = at ? (int)strtol(at + sizeof CODE - 1, NULL, 10) : SQLITE_CORRUPT;
    bool disk = (code & 0xff) == SQLITE_IOERR && code != SQLITE_IOERR_SHORT_READ;
    if (!strcmp(got, "ok"))
        return 0;
    if ((code & 0xff) == SQLITE_NOMEM || code == SQLITE_IOERR_NOMEM)
        return -ENOMEM;
    db->sick |= disk ? DB_SICK_DISK : DB_SICK_CORRUPT;
    return -EIO;
}

int check_pages(struct db *db, char *why, size_t size)
{
    char got[CHECK_WHY_SIZE];
    why[0] = '\0';
    int rc = db_exec(db, "PRAGMA integrity_check(1)", got, sizeof got);
    if (rc == 0)
        rc = db_checked(db, got);
    if (rc < 0) {
        q_cut(why, size, got[0] ? got : "it can not be read");
        return rc;
    }
    rc = db_exec(db, "PRAGMA foreign_key_check", got, sizeof got);
    if (rc == 0 && got[0]) {
        struct sbuf b = sbuf_on(why, size);
        sbuf_addf(&b, "a row of table %s refers to one that is not there", got);
        db->sick |= DB_SICK_CORRUPT;
        rc = -EIO;
    }
    return rc;
}

void check_chain_words(const struct chain_state *s, char *out, size_t size)
{
    char at[32];
    struct sbuf b = sbuf_on(out, size);
    civil_iso(s->wrong_ms, at, sizeof at);
    switch (s->wrong) {
    case CHAIN_FINE:
        break;
    case CHAIN_CHANGED:
        sbuf_addf(&b, "row %" PRId64 " of the audit (%s) was changed after it was written", s->wrong_id, at);
        break;
    case CHAIN_ADDED:
        sbuf_addf(&b, "row %" PRId64 " of the audit (%s) was not written by the service", s->wrong_id, at);
        break;
    case CHAIN_MISSING:
        if (s->wrong_id == s->wrong_to)
            sbuf_addf(&b, "row %" PRId64 " of the audit (before %s) was removed", s->wrong_id, at);
        else
            sbuf_addf(&b, "rows %" PRId64 " to %" PRId64 " of the audit (before %s) were removed", s->wrong_id,
                      s->wrong_to, at);
        break;
    case CHAIN_ANCHOR:
        sbuf_add(&b, "where the audit begins was changed or removed");
        break;
    }
}

int check_whole(struct db *db, char *why, size_t size)
{
    struct chain_state s = {.wrong = CHAIN_FINE};
    int rc = check_pages(db, why, size);
    if (rc == 0)
        rc = chain_walk(db, &s);
    if (rc < 0 || s.wrong == CHAIN_FINE)
        return rc;
    check_chain_words(&s, why, size);
    return -EIO;
}
