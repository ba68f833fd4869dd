// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `tinbao roster revoke` and `restore`: a lost phone, and one that is found; and the warning of check that a
 * line of the roster has a phone that was revoked. Called by roster.c and check.c.
 */
#include "gateway/cmd/roster.h"

#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "gateway/desk/desk.h"
#include "gateway/serve/control.h"
#include "store/revoked.h"

#include <stdio.h>
#include <string.h>

int roster_revoke(const struct config *cfg, const char *state_dir, const char *verb, const char *whose)
{
    char out[CONTROL_ANSWER_MAX] = "", request[CONTROL_REQUEST_MAX];
    struct sbuf b = sbuf_on(request, sizeof(request));
    sbuf_addf(&b, "%s %s", verb, whose);
    int rc = sbuf_done(&b);
    if (!rc)
        rc =
            roster_ask(cfg, state_dir, request, !strcmp(verb, "revoke") ? desk_revoke : desk_restore, out, sizeof(out));
    if (!rc)
        fputs(out, stdout);
    return rc ? roster_failed(state_dir ? state_dir : cfg->state_dir, rc, out) : 0;
}

size_t roster_warn_revoked(const struct config *cfg, const char *state_dir, FILE *to)
{
    struct db *db = NULL;
    size_t n = 0;
    const char *dir = state_dir ? state_dir : cfg->state_dir;
    if (!roster_has_database(dir) || db_open(&db, dir, DB_READ))
        return 0; /* nobody ever was, or it is not ours to read: check needs no database */
    for (size_t i = 0; i < cfg->n_roster; i++) {
        int64_t id;
        if (revoked_find(db, cfg->roster[i].phone, &id))
            continue;
        fprintf(to,
                "%s:%d: warning: the phone of %s was lost and revoked (KHOA): the line does not count. Write his new "
                "number, or, "
                "when the phone is found: tinbao roster restore PHONE\n",
                cfg->roster_path, cfg->roster[i].line, cfg->roster[i].name);
        n++;
    }
    db_close(db);
    return n;
}
