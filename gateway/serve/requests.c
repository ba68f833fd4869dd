// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The requests of the console. Called by core.c. Who reaches the control socket owns the state
 * directory, so no right is asked here. What can go wrong is said in the answer; nothing ends the core.
 */
#include "gateway/serve/requests.h"

#include "gateway/base/err.h"
#include "gateway/base/str.h"
#include "gateway/desk/vault.h"
#include "gateway/serve/journaling.h"
#include "gateway/serve/post.h"
#include "gateway/serve/vault.h"

#include <stdio.h>
#include <string.h>

struct request {
    const char *name, *args; /* args: for the list */
    /* what: the words after the name, "" if none */
    int (*answer)(const struct requests *r, const char *what, char *out, size_t size);
};

static int on_status(const struct requests *r, const char *what, char *out, size_t size)
{
    (void)what;
    return r->status(r->ctx, out, size);
}

static int on_code(const struct requests *r, const char *what, char *out, size_t size)
{
    int rc = desk_code(r->w->desk, what, out, size);
    if (rc)
        str_copy(out, size, rc == -EINVAL ? "that is no code; *0# lists them" : works_why(rc));
    return rc;
}

/* "ID 1*2*0": a screen of the menu at the console, "CON" or "END" before it. */
static int on_session(const struct requests *r, const char *what, char *out, size_t size)
{
    char id[32];
    bool end = false;
    size_t n = strcspn(what, " ");
    struct sbuf b = sbuf_on(id, sizeof(id));
    sbuf_addn(&b, what, n);
    const char *typed = what[n] ? what + n + 1 : "";
    int rc =
        n == 0 || size < 8 || sbuf_done(&b) ? -EINVAL : desk_console(r->w->desk, id, typed, out + 4, size - 4, &end);
    if (rc < 0)
        str_copy(out, size, rc == -EINVAL ? "a session is: session ID INPUTS" : works_why(rc));
    else
        for (int i = 0; i < 4; i++) /* before the screen, which is there already */
            out[i] = (end ? "END\n" : "CON\n")[i];
    return rc < 0 ? rc : 0;
}

static int on_reload(const struct requests *r, const char *what, char *out, size_t size)
{
    (void)what;
    int rc = r->reload(r->ctx);
    str_copy(out, size, rc ? "the new config has errors, nothing was changed; see the log" : "done\n");
    return rc;
}

static int on_courier(const struct requests *r, const char *what, char *out, size_t size)
{
    int rc = post_ask(r->w, what, out, size);
    r->turn(r->ctx);
    return rc;
}

/* What changes something: whole or not at all. */
static int on_change(const struct requests *r, const char *name, int (*fn)(struct desk *, const char *, char *, size_t),
                     const char *what, char *out, size_t size)
{
    char request[JOURNAL_TEXT_SIZE];
    int rc = works_begin(r->w);
    journaling_next(r->w->journaling);
    snprintf(request, sizeof(request), "%s %s", name, what);
    if (!rc)
        rc = fn(r->w->desk, what, out, size);
    if (!rc)
        journaling_console(r->w->journaling, request);
    if (!rc)
        rc = works_commit(r->w);
    if (rc) {
        works_rollback(r->w);
        desk_rolled_back(r->w->desk);
    }
    if (rc && rc != -EINVAL)
        str_copy(out, size, works_why(rc));
    return rc;
}

static int on_invite(const struct requests *r, const char *what, char *out, size_t size)
{
    return on_change(r, "invite", desk_invite, what, out, size);
}

/* Lost phones. The turn: the desk's texts go at once. */
static int on_revoke(const struct requests *r, const char *what, char *out, size_t size)
{
    int rc = on_change(r, "revoke", desk_revoke, what, out, size);
    r->turn(r->ctx);
    return rc;
}

static int on_restore(const struct requests *r, const char *what, char *out, size_t size)
{
    return on_change(r, "restore", desk_restore, what, out, size);
}

/* vault: a backup now, the test of one, how it stands. */
static int on_backup(const struct requests *r, const char *what, char *out, size_t size)
{
    return vault_ask(r->vault, what, out, size);
}

/* vault: somebody has seen what recovery did; the bell is quiet again. */
static int on_seen(const struct requests *r, const char *what, char *out, size_t size)
{
    (void)what;
    int rc = works_begin(r->w), n = rc ? rc : vault_seen(r->w->desk);
    rc = n < 0 ? n : works_commit(r->w);
    works_rollback(r->w);
    if (rc)
        str_copy(out, size, works_why(rc));
    else
        str_copy(out, size, n ? "noted\n" : "nothing waited for that\n");
    r->turn(r->ctx);
    return rc;
}

static const struct request REQUESTS[] = {
    {"status", "", on_status},
    {"code", " CODE", on_code},
    {"session", " ID INPUTS", on_session},
    {"reload", "", on_reload},
    {"courier", " dead, courier retry ID, courier test", on_courier},
    {"invite", " DAYS ROLE PLACES NAME", on_invite},
    {"revoke", " PHONE or NAME", on_revoke},
    {"restore", " PHONE", on_restore},
    {"backup", " start, backup test, backup state", on_backup},
    {"seen", "", on_seen},
};

static int none_such(char *out, size_t size)
{
    struct sbuf b = sbuf_on(out, size);
    sbuf_add(&b, "requests are: ");
    for (size_t i = 0; i < ARRAY_LEN(REQUESTS); i++)
        sbuf_addf(&b, "%s%s%s", i ? ", " : "", REQUESTS[i].name, REQUESTS[i].args);
    (void)sbuf_done(&b); /* cut is good enough for a list */
    return -EINVAL;
}

int requests_answer(const struct requests *r, const char *request, char *out, size_t size)
{
    size_t n = strcspn(request, " ");
    for (size_t i = 0; i < ARRAY_LEN(REQUESTS); i++)
        if (strlen(REQUESTS[i].name) == n && !strncmp(request, REQUESTS[i].name, n))
            return REQUESTS[i].answer(r, request[n] ? request + n + 1 : "", out, size);
    return none_such(out, size);
}
