// SPDX-License-Identifier: GPL-2.0-or-later
/* See pin_guard.h. Called by core.c when a line asks. What can go wrong: a line that dies between the
 * try and its word: the try stands as made, and a person is asked for. */
#include "gateway/serve/pin_guard.h"

#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "store/people.h"

#include <stdio.h>
#include <string.h>

#define ALL_LEFT 3u

bool pin_may(enum pin_state state, unsigned left)
{
    bool fresh = state == PIN_NEVER || state == PIN_GOOD;
    if (left == PIN_LEFT_UNKNOWN)
        return fresh;
    return left >= ALL_LEFT || (left == ALL_LEFT - 1 && fresh);
}

static void key_of(struct works *w, const struct lane *l, const struct line_pin *p, char key[32])
{
    char text[96];
    uint8_t hash[DIGEST_SIZE];
    snprintf(text, sizeof(text), "%s\n%s", p->iccid[0] ? p->iccid : lane_name(l), lane_config(l)->pin);
    digest(w->db, "sim pin", text, strlen(text), hash);
    int n = snprintf(key, 32, "sim_pin_");
    for (size_t i = 0; i < 8; i++)
        n += snprintf(key + n, 32 - (size_t)n, "%02x", hash[i]);
}

static int set(struct works *w, const char *key, enum pin_state state)
{
    int rc = works_begin(w);
    if (!rc)
        rc = meta_set_i64(w->db, key, state);
    if (!rc)
        rc = works_commit(w);
    works_rollback(w);
    return rc;
}

static void answer(struct lane *l, bool may)
{
    struct line_msg m;
    line_msg_init(&m, LINE_PIN_MAY);
    m.u.may.may = may;
    (void)lane_tell(l, &m); /* a line that is gone asks again */
}

void pin_guard_hear(struct works *w, struct lane *l, const struct line_pin *p)
{
    char key[32];
    int64_t state = PIN_NEVER;
    key_of(w, l, p, key);
    if (p->what != PIN_ASKED) {
        int rc = set(w, key, p->what == PIN_TAKEN ? PIN_GOOD : PIN_BAD);
        if (rc)
            log_err("%s: what became of the PIN could not be kept: %s", lane_name(l), works_why(rc));
        return;
    }
    int rc = meta_get_i64(w->db, key, &state);
    bool may = (!rc || rc == -ENOENT) && pin_may((enum pin_state)state, p->left);
    if (may && set(w, key, PIN_TRYING))
        may = false;
    log_note("%s: the SIM asks for its PIN: %s", lane_name(l), may ? "tried once" : "not tried (again)");
    answer(l, may);
}
