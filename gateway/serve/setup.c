// SPDX-License-Identifier: GPL-2.0-or-later
/* Start-up, step by step, and taking over a changed config. Called by core.c. Every refusal is
 * said in full, with its remedy, before anything is touched. */
#include "gateway/serve/setup.h"

#include "gateway/base/err.h"
#include "gateway/base/log.h"
#include "gateway/base/str.h"
#include "gateway/desk/trouble.h"
#include "gateway/line/control.h"
#include "gateway/serve/journaling.h"
#include "gateway/serve/replay.h"
#include "gateway/serve/vault.h"
#include "store/copy.h"
#include "store/people.h"
#include "store/recover.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define START_ROOM (INT64_C(4) << 20)

static enum log_level level_from(const char *name)
{
    static const char *const names[] = {"error", "warning", "note", "info", "debug"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (!strcmp(name, names[i]))
            return (enum log_level)(LOG_ERR_ + (int)i);
    return LOG_INFO_;
}

static void set_log(const struct config *cfg)
{
    log_setup("core", cfg ? level_from(cfg->log_level) : LOG_INFO_, getenv("JOURNAL_STREAM") != NULL);
}

void setup_say(const struct problems *p)
{
    for (size_t i = 0; i < p->n; i++) {
        const struct problem *it = &p->items[i];
        enum log_level level = it->warning ? LOG_WARN_ : LOG_ERR_;
        if (it->line > 0)
            log_line(level, "%s:%d: %s", it->file, it->line, it->text);
        else
            log_line(level, "%s%s%s", it->file, it->file[0] ? ": " : "", it->text);
    }
    if (p->lost)
        log_err("and %zu more problems", p->lost);
}

struct config *setup_config(const char *path)
{
    struct problems *p = problems_new();
    if (!p)
        return NULL;
    set_log(NULL);
    struct config *cfg = config_load(path, p);
    setup_say(p);
    if (!cfg)
        log_err("%s: not started; 'tinbao check -c %s' says the same", path, path);
    else
        set_log(cfg);
    problems_free(p);
    return cfg;
}

/* --- lines ----------------------------------------------------------------------------- */

/* A pseudo terminal has no modem behind it but a program. */
static bool is_pty(const char *device)
{
    char real[PATH_MAX];
    return realpath(device, real) && !strncmp(real, "/dev/pts/", 9);
}

/* A link that 'tinbao modem' has not made yet; what is missing under /dev is a modem that may
 * be plugged in later. */
static bool may_become_pty(const char *device)
{
    char real[PATH_MAX];
    return strncmp(device, "/dev/", 5) != 0 && realpath(device, real) == NULL;
}

static void default_line(struct line_config *l)
{
    memset(l, 0, sizeof(*l));
    str_copy(l->name, sizeof(l->name), "gsm1");
    str_copy(l->connection, sizeof(l->connection), "at");
    l->rate_per_minute = 20;
    l->poll_s = 60;
    l->is_virtual = l->cut_pauses = true;
}

static int resolve(struct line_config *l)
{
    if (strcmp(l->device, "virtual") != 0)
        return 0;
    return control_default_path("", l->device, sizeof(l->device));
}

static bool roster_is_safe(const struct config *cfg, const struct line_config *lines, const bool *is_virtual, size_t n)
{
    for (size_t i = 0; cfg->demo && i < n; i++) {
        if (is_virtual[i])
            continue;
        log_err("%s: the demo roster is refused on %s, which is no virtual modem: its numbers are invented and may "
                "belong to strangers. Set roster to your own and demo = false, or device = \"virtual\" and run "
                "'tinbao modem'",
                lines[i].name, lines[i].device);
        return false;
    }
    return true;
}

size_t setup_lines(const struct config *cfg, const struct core_options *o, struct line_config *lines, bool *is_virtual)
{
    size_t n = cfg->n_lines;
    memcpy(lines, cfg->lines, n * sizeof(*lines));
    if (n == 0 && (o->line_fd >= 0 || o->device)) {
        default_line(&lines[0]);
        n = 1;
    }
    if (o->line_fd >= 0) {
        is_virtual[0] = true;
        return 1;
    }
    if (n == 0) {
        log_err("%s: no lines: add lines = ( { name = \"gsm1\"; device = \"/dev/serial/by-id/...\"; } );", cfg->path);
        return 0;
    }
    if (o->device && str_copy(lines[0].device, sizeof(lines[0].device), o->device)) {
        log_err("the device path is too long");
        return 0;
    }
    for (size_t i = 0; i < n; i++) {
        if (resolve(&lines[i])) {
            log_err("%s: the path of the virtual modem is too long: set XDG_RUNTIME_DIR", lines[i].name);
            return 0;
        }
        is_virtual[i] = is_pty(lines[i].device) || (lines[i].is_virtual && may_become_pty(lines[i].device));
        if (i == 0 && o->player_fd >= 0 && o->device)
            is_virtual[i] = lines[i].cut_pauses = true;
    }
    if (o->player_fd >= 0 && o->device)
        n = 1; /* a player has one modem */
    return roster_is_safe(cfg, lines, is_virtual, n) ? n : 0;
}

/* --- database and desk ----------------------------------------------------------------- */

static int start_desk(struct works *w)
{
    int rc = works_begin(w);
    if (!rc)
        rc = desk_start(w->desk);
    if (!rc)
        rc = works_commit(w);
    works_rollback(w);
    return rc;
}

static int make_desk(struct works *w)
{
    struct problems *p = problems_new();
    if (!p)
        return -ENOMEM;
    w->desk = desk_new(w->db, w->cfg, w->clock, p);
    setup_say(p);
    problems_free(p);
    return w->desk ? 0 : -EINVAL;
}

/* The journal: what it has and the database has not, before anything else happens. */
static int play_again(struct works *w, const char *state_dir, uint64_t *last)
{
    w->journaling = journaling_new(w, state_dir);
    int rc = w->journaling ? replay_run(w, last) : -ENOMEM;
    if (rc)
        log_err("the journal could not be played again: %s", works_why(rc));
    return rc;
}

/* A box that comes up on a full disk must come up: SQLite opens nothing without a few pages to write. */
static void make_room(const char *state_dir)
{
    int64_t bytes = copy_room(state_dir);
    if (bytes >= 0 && bytes < START_ROOM && reserve_free(state_dir) == 0)
        log_err("%s: the disk is full: the reserve is given free for the start; remove other files", state_dir);
}

static int open_desk(struct works *w, const char *state_dir)
{
    uint64_t last = 0;
    struct recovery r = {0};
    struct backup_place place;
    char dir[300];
    int rc = vault_place(w->cfg, state_dir, &place, dir, sizeof(dir));
    if (!w->manual)
        make_room(state_dir);
    if (!rc)
        rc = recover_open(&w->db, state_dir, dir, clock_now_ms(w->clock), &r);
    w->chain_broken = !rc && r.chain_broken;
    if (rc == -EBUSY) {
        log_err("%s is in use: another 'tinbao serve' (or a command that changes something) runs there", state_dir);
        return 3;
    }
    if (rc) {
        log_err("%s: the database can not be opened: %s", state_dir, works_why(rc));
        return 1;
    }
    int changed = 0;
    rc = user_sync(w->db, w->cfg->roster, w->cfg->n_roster, clock_now_ms(w->clock), &changed);
    if (rc) {
        log_err("the roster could not be taken over: %s", works_why(rc));
        return 1;
    }
    if (changed)
        log_note("roster: %d changes", changed);
    if (play_again(w, state_dir, &last))
        return 1;
    rc = make_desk(w);
    if (rc)
        return rc == -EINVAL ? 2 : 1;
    journaling_begin(w->journaling, last);
    rc = start_desk(w);
    if (!rc)
        rc = replay_tell(w);
    if (rc)
        log_err("the desk could not be started: %s", works_why(rc));
    return rc ? 1 : 0;
}

/* vault: damage that is met before anybody watches for it. */
int setup_desk(struct works *w, const char *state_dir)
{
    int status = open_desk(w, state_dir);
    if (!status || !w->db || !(db_sick(w->db) & DB_SICK_CORRUPT))
        return status;
    log_err("%s: the database is damaged; the next start looks at every page", state_dir);
    return recover_suspect(state_dir, clock_now_ms(w->clock), "met damage at start") ? status : CORE_DAMAGED;
}

/* --- SIGHUP ---------------------------------------------------------------------------- */

static void say_key(void *ctx, const char *key, bool needs_restart)
{
    (void)ctx;
    if (needs_restart)
        log_warn("reload: %s has changed; it counts from the next start of 'tinbao serve'", key);
    else
        log_note("reload: %s has changed", key);
}

static int take_over(struct works *w, struct config *cfg, struct problems *p)
{
    int changed = 0;
    int rc = works_begin(w);
    if (!rc)
        rc = user_sync(w->db, cfg->roster, cfg->n_roster, clock_now_ms(w->clock), &changed);
    if (rc) {
        works_rollback(w);
        log_err("reload: the roster could not be taken over: %s", works_why(rc));
        return rc;
    }
    rc = desk_reload(w->desk, cfg, p);
    setup_say(p);
    if (!rc)
        rc = alive_start(w->desk); /* courier */
    if (!rc && (rc = works_commit(w)) != 0)
        desk_reload(w->desk, w->cfg, p);
    if (rc) { /* the old config stays, so the users are as before */
        works_rollback(w);
        desk_rolled_back(w->desk);
        return rc;
    }
    if (changed)
        log_note("reload: roster: %d changes", changed);
    return 0;
}

int setup_reload(struct works *w)
{
    struct problems *p = problems_new();
    if (!p)
        return -ENOMEM;
    int rc = -EINVAL;
    struct config *cfg = config_load(w->cfg->path, p);
    if (!cfg || p->errors)
        setup_say(p);
    else if (cfg->demo && !w->cfg->demo)
        log_err("reload: demo = true is refused while running");
    else {
        config_diff(w->cfg, cfg, say_key, NULL);
        rc = take_over(w, cfg, p);
    }
    if (rc) {
        log_err("reload: nothing was changed");
        config_free(cfg);
    } else {
        config_free(w->cfg);
        w->cfg = cfg;
        set_log(cfg);
        log_note("reload: done");
    }
    problems_free(p);
    return rc;
}
