// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loads tinbao.cfg and its sisters. Called by every subcommand that needs the settings, and
 * by serve at SIGHUP. All files are read even when one is wrong, so that all problems
 * are said at once; with an error among them there is no config.
 */
#include "config/load.h"

#include "config/file.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"

#include <stdlib.h>
#include <string.h>

#ifndef TINBAO_SHARE
#define TINBAO_SHARE "/usr/share/tinbao"
#endif

const char *load_share(void)
{
    const char *env = getenv("TINBAO_SHARE");
    return env && *env ? env : TINBAO_SHARE;
}

int load_resolve(const char *from, const char *path, char *out, size_t size)
{
    struct sbuf b = sbuf_on(out, size);
    const char *slash = strrchr(from, '/');
    if (path[0] != '/' && slash)
        sbuf_addn(&b, from, (size_t)(slash - from) + 1);
    sbuf_add(&b, path);
    return sbuf_done(&b);
}

static void load_other(struct loader *l, const config_t *cfg)
{
    const config_setting_t *root = config_root_setting(cfg);
    const config_setting_t *lines = config_setting_get_member((config_setting_t *)root, "lines");
    const config_setting_t *balance = config_setting_get_member((config_setting_t *)root, "balance");
    if (lines)
        load_lines(l, lines);
    if (balance)
        load_balances(l, balance);
    const config_setting_t *shifts = config_setting_get_member((config_setting_t *)root, "shifts");
    if (shifts)
        load_shifts(l, shifts);
    load_children(l, config_setting_get_member((config_setting_t *)root, "children"));
    load_http(l, config_setting_get_member((config_setting_t *)root, "http"));
    load_backup(l, config_setting_get_member((config_setting_t *)root, "backup"));
    load_attendance(l, config_setting_get_member((config_setting_t *)root, "attendance"));
    load_digests(l, config_setting_get_member((config_setting_t *)root, "digests"));
    load_budget(l, config_setting_get_member((config_setting_t *)root, "budget"));
    load_courier(l, cfg);
    load_tips(l, config_setting_get_member((config_setting_t *)root, "tips"));
    load_retention(l, config_setting_get_member((config_setting_t *)root, "retention"));
    load_journal(l, config_setting_get_member((config_setting_t *)root, "journal"));
}

void load_main(struct loader *l, const config_t *cfg)
{
    struct key_table t = keys_of_config();
    keys_read(l, config_root_setting(cfg), &t, l->c, "tinbao.cfg");
    l->c->alert_repeat_s[0] = l->c->alert_repeat_s[1];
    load_default_balances(l->c);
    load_other(l, cfg);
    l->c->roster_given = config_lookup(cfg, "roster") != NULL;
    if (!config_lookup(cfg, "places"))
        problems_add(l->p, true, l->file, 0, "places is not set, so the shipped example stands in: name your villages");
    if (!l->c->roster_given)
        problems_add(l->p, true, l->file, 0, "roster is not set, so nobody is known: name the CSV of your users");
    const char *state = getenv("TINBAO_STATE_DIR");
    if (state && *state && str_copy(l->c->state_dir, sizeof(l->c->state_dir), state) < 0)
        problems_add(l->p, false, "", 0, "TINBAO_STATE_DIR is too long: at most 255 octets");
}

/* Reads and parses a file, then hands it to `take`. */
static void load_file(struct loader *l, const char *path, void (*take)(struct loader *, const config_t *))
{
    size_t n;
    char *text = file_read(path, &n, l->p);
    if (!text)
        return;
    config_t cfg;
    l->file = path;
    if (file_parse(path, text, n, &cfg, l->p) == 0)
        take(l, &cfg);
    config_destroy(&cfg);
    free(text);
}

static void load_users(struct loader *l, const char *path)
{
    struct config *c = l->c;
    int n = roster_read(path, &c->roster, l->p);
    c->n_roster = n > 0 ? (size_t)n : 0;
    if (n >= 0)
        roster_check(c->roster, c->n_roster, c->places, c->n_places, path, l->p);
}

static void check_whole(struct loader *l)
{
    const struct config *c = l->c;
    load_check_officers(l);
    load_check_digests(l);
    load_check_duty(l);
    if (c->n_lines == 0)
        problems_add(l->p, true, c->path, 0, "no line is configured: 'tinbao serve' needs one, write lines = ( ... );");
    for (size_t i = 0; i < c->n_lines; i++)
        if (c->demo && !c->lines[i].is_virtual)
            problems_add(l->p, true, c->path, 0,
                         "demo = true, but line %s is a real modem: 'tinbao serve' will refuse it", c->lines[i].name);
}

/* The main file stays open while its sisters are read, because `restricted` speaks of the kinds. */
static void load_all(struct loader *l, const config_t *cfg, const char *roster)
{
    struct config *c = l->c;
    load_main(l, cfg);
    load_file(l, c->places_path, load_places);
    load_file(l, c->kinds_path, load_kinds);
    load_file(l, c->forms_path, load_forms);
    load_file(l, c->messages_path, load_messages);
    l->file = c->path;
    const config_setting_t *restricted = config_lookup(cfg, "restricted");
    if (restricted)
        load_restricted(l, restricted);
    const config_setting_t *duty = config_lookup(cfg, "duty");
    if (duty)
        load_duty(l, duty);
    const config_setting_t *calendar = config_lookup(cfg, "calendar");
    load_presence(l, config_lookup(cfg, "presence"));
    load_default_calendar(l);
    if (calendar)
        load_calendar(l, calendar);
    load_users(l, roster ? roster : c->roster_path);
    const config_setting_t *shifts = config_lookup(cfg, "shifts");
    l->file = c->path;
    if (shifts)
        load_check_shifts(l, shifts);
    check_whole(l);
}

static int load_into(struct loader *l, const char *path, const char *roster)
{
    if (str_copy(l->c->path, sizeof(l->c->path), path) < 0) {
        problems_add(l->p, false, "", 0, "the path of the config is too long: at most 255 octets");
        return -EMSGSIZE;
    }
    size_t n;
    char *text = file_read(path, &n, l->p);
    if (!text)
        return -ENOENT;
    config_t cfg;
    l->file = l->c->path;
    int rc = file_parse(path, text, n, &cfg, l->p);
    if (rc == 0)
        load_all(l, &cfg, roster);
    config_destroy(&cfg);
    free(text);
    return rc;
}

struct config *config_load_roster(const char *path, const char *roster, struct problems *p)
{
    size_t errors = p->errors;
    struct config *c = calloc(1, sizeof(*c));
    struct arena *arena = c ? arena_new() : NULL;
    if (!arena) {
        free(c);
        problems_add(p, false, path, 0, "out of memory");
        return NULL;
    }
    c->arena = arena;
    struct loader l = {.c = c, .arena = arena, .p = p, .file = path};
    if (load_into(&l, path, roster) == 0 && p->errors == errors)
        return c;
    config_free(c);
    return NULL;
}

struct config *config_load(const char *path, struct problems *p)
{
    return config_load_roster(path, NULL, p);
}

void config_free(struct config *c)
{
    if (!c)
        return;
    courier_config_wipe(&c->courier);
    free(c->roster);
    arena_free(c->arena);
    free(c);
}
