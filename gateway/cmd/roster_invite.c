// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `tinbao roster invite`, and the users of the database for `tinbao roster export`. Called by
 * roster.c. An invite is made by the running service; without one, by the desk on the database,
 * under the same lock. What can go wrong: another command holds the database (exit status 3).
 */
#include "gateway/cmd/roster.h"

#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "gateway/cmd/cmd.h"
#include "gateway/desk/desk.h"
#include "gateway/serve/control.h"
#include "store/people.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DAYS_DEFAULT "7"

/* --- invite ---------------------------------------------------------------------------- */

/* "7 member 6,7 Name": the places as the roster forgives them, "-" for none. */
static int describe(const struct roster_invitation *i, char *out, size_t size)
{
    struct sbuf b = sbuf_on(out, size);
    sbuf_addf(&b, "%s %s ", i->days ? i->days : DAYS_DEFAULT, i->role);
    size_t before = b.len;
    for (const char *p = i->places ? i->places : ""; *p;) {
        size_t n = strcspn(p, " ;,\t");
        if (n && b.len > before)
            sbuf_addc(&b, ',');
        sbuf_addn(&b, p, n);
        p += n + (p[n] != '\0');
    }
    sbuf_addf(&b, "%s %s", b.len == before ? "-" : "", i->name);
    return sbuf_done(&b);
}

static int on_desk(struct desk *d, struct db *db, roster_change *fn, const char *what, char *out, size_t size)
{
    int rc = db_begin(db);
    if (!rc)
        rc = fn(d, what, out, size);
    if (!rc)
        rc = db_commit(db);
    if (db_in_transaction(db))
        db_rollback(db);
    return rc;
}

static void say_errors(const struct problems *p)
{
    for (size_t i = 0; i < p->n; i++)
        if (!p->items[i].warning)
            fprintf(stderr, "tinbao roster: %s:%d: %s\n", p->items[i].file, p->items[i].line, p->items[i].text);
}

/* No service runs: the database is this command's meanwhile. */
static int alone(const struct config *cfg, const char *dir, roster_change *fn, const char *what, char *out, size_t size)
{
    struct db *db = NULL;
    struct desk *desk = NULL;
    struct clock *clock = clock_new_real();
    struct problems *p = problems_new();
    int rc = clock && p ? db_open(&db, dir, DB_WRITE) : -ENOMEM;
    if (!rc)
        rc = user_sync(db, cfg->roster, cfg->n_roster, clock_now_ms(clock), NULL);
    if (!rc && !(desk = desk_new(db, cfg, clock, p)))
        rc = -EPROTO;
    if (desk)
        rc = on_desk(desk, db, fn, what, out, size);
    else if (p)
        say_errors(p);
    desk_free(desk);
    db_close(db);
    clock_free(clock);
    problems_free(p);
    return rc;
}

int roster_ask(const struct config *cfg, const char *state_dir, const char *request, roster_change *fn, char *out,
               size_t size)
{
    const char *dir = state_dir ? state_dir : cfg->state_dir;
    int rc = ctlsock_ask(dir, request, out, size);
    size_t verb = strcspn(request, " ");
    return rc == -ENOENT ? alone(cfg, dir, fn, request + verb + (request[verb] == ' '), out, size) : rc;
}

int roster_failed(const char *dir, int rc, const char *why)
{
    if (!strncmp(why, "error: ", 7)) /* as the service says it */
        why += 7;
    size_t n = strlen(why);
    if (rc == -EINVAL && n)
        fprintf(stderr, "tinbao roster: %s%s", why, why[n - 1] == '\n' ? "" : "\n");
    else if (rc == -EMSGSIZE)
        fputs("tinbao roster: the name and the places are too long, or hold a line break\n", stderr);
    else if (rc == -EBUSY)
        fprintf(stderr, "tinbao roster: %s is held by another command; try again\n", dir);
    else
        fprintf(stderr, "tinbao roster: %s: %s\n", dir, strerror(-rc));
    return rc == -EBUSY ? 3 : 1;
}

int roster_invite(const struct config *cfg, const char *state_dir, const struct roster_invitation *i)
{
    char request[CONTROL_REQUEST_MAX] = "invite ", out[CONTROL_ANSWER_MAX] = "";
    size_t head = strlen(request);
    int rc = describe(i, request + head, sizeof(request) - head);
    if (!rc)
        rc = roster_ask(cfg, state_dir, request, desk_invite, out, sizeof(out));
    if (rc)
        return roster_failed(state_dir ? state_dir : cfg->state_dir, rc, out);
    printf("%s\n", out);
    fflush(stdout);
    fprintf(stderr, "Tell %s to text  DK %s  to the service within %s day(s). It counts once.\n", i->name, out,
            i->days ? i->days : DAYS_DEFAULT);
    return 0;
}

/* --- export ---------------------------------------------------------------------------- */

struct listing {
    const struct config *cfg;
    struct roster_entry *list;
    size_t n, cap;
};

static bool has_phone(const struct config *cfg, const char *phone)
{
    for (size_t i = 0; i < cfg->n_roster; i++)
        if (!strcmp(cfg->roster[i].phone, phone))
            return true;
    return false;
}

static int add(struct listing *l, const struct roster_entry *e)
{
    if (l->n == l->cap) {
        size_t cap = l->cap ? 2 * l->cap : 64;
        struct roster_entry *bigger = realloc(l->list, cap * sizeof(*bigger));
        if (!bigger)
            return -ENOMEM;
        l->list = bigger;
        l->cap = cap;
    }
    l->list[l->n++] = *e;
    return 0;
}

/* Without one no service ever ran here: nobody came by DK. */
bool roster_has_database(const char *dir)
{
    char path[PATH_MAX];
    struct sbuf b = sbuf_on(path, sizeof(path));
    sbuf_addf(&b, "%s/tinbao.db", dir);
    return !sbuf_done(&b) && (access(path, F_OK) == 0 || errno != ENOENT);
}

static int add_registered(void *ctx, const struct user *u)
{
    struct listing *l = ctx;
    struct roster_entry e = {.role = u->role};
    if (!u->by_dk || has_phone(l->cfg, u->phone))
        return 0;
    int rc = str_copy(e.name, sizeof(e.name), u->name);
    if (!rc)
        rc = str_copy(e.phone, sizeof(e.phone), u->phone);
    if (!rc)
        rc = str_copy(e.places, sizeof(e.places), u->places);
    return rc < 0 ? rc : add(l, &e);
}

int roster_with_registered(const struct config *cfg, const char *state_dir, struct roster_entry **out)
{
    struct listing l = {.cfg = cfg};
    struct db *db = NULL;
    const char *dir = state_dir ? state_dir : cfg->state_dir;
    int rc = 0;
    *out = NULL;
    for (size_t i = 0; !rc && i < cfg->n_roster; i++)
        rc = add(&l, &cfg->roster[i]);
    if (!rc && roster_has_database(dir))
        rc = db_open(&db, dir, DB_READ);
    if (!rc && db)
        rc = user_each(db, add_registered, &l);
    db_close(db);
    if (rc < 0) {
        fprintf(stderr, "tinbao roster: who came by DK can not be read in %s: %s\n", dir, strerror(-rc));
        free(l.list);
        return rc;
    }
    *out = l.list;
    return (int)l.n;
}
