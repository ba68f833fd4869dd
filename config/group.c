// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A group of settings by its table of keys: defaults, then what stands in the file. Called
 * by the readers of every file. A name that is not in the table is refused with the nearest that is.
 */
#include "config/values.h"

#include "gateway/base/err.h"
#include "gateway/base/str.h"

#include <stdarg.h>
#include <string.h>

#define KEYS_MAX 160 /* of a table */

void load_bad(struct loader *l, bool warning, const config_setting_t *at, const char *fmt, ...)
{
    char text[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    problems_add(l->p, warning, l->file, at ? (int)config_setting_source_line(at) : 0, "%s", text);
}

void load_no_memory(struct loader *l)
{
    problems_add(l->p, false, l->file, 0, "out of memory");
}

void keys_default(const struct key_table *t, void *base)
{
    for (size_t i = 0; i < t->n; i++)
        values_default(&t->keys[i], base);
}

static const struct key *key_named(const struct key_table *t, const char *name)
{
    for (size_t i = 0; i < t->n; i++)
        if (!strcmp(t->keys[i].name, name))
            return &t->keys[i];
    return NULL;
}

static void unknown_key(struct loader *l, const struct key_table *t, const config_setting_t *s, const char *whose)
{
    const char *names[KEYS_MAX];
    char list[160];
    struct sbuf b = sbuf_on(list, sizeof(list));
    size_t n = t->n < KEYS_MAX ? t->n : KEYS_MAX;
    for (size_t i = 0; i < n; i++) {
        names[i] = t->keys[i].name;
        sbuf_addf(&b, "%s%s", i ? ", " : "", names[i]);
    }
    const char *near = str_nearest(config_setting_name(s), names, n);
    if (near)
        load_bad(l, false, s, "%s has no setting '%.60s': did you mean '%s'?", whose, config_setting_name(s), near);
    else if (sbuf_done(&b) == 0)
        load_bad(l, false, s, "%s has no setting '%.60s': it has %s", whose, config_setting_name(s), list);
    else
        load_bad(l, false, s, "%s has no setting '%.60s': 'tinbao check --keys' lists them", whose,
                 config_setting_name(s));
}

void keys_read(struct loader *l, const config_setting_t *group, const struct key_table *t, void *base,
               const char *whose)
{
    bool seen[KEYS_MAX] = {false};
    keys_default(t, base);
    if (!config_setting_is_group(group)) {
        load_bad(l, false, group, "%s is written { name = value; ... }", whose);
        return;
    }
    for (int i = 0; i < config_setting_length(group); i++) {
        const config_setting_t *s = config_setting_get_elem(group, (unsigned)i);
        const struct key *k = key_named(t, config_setting_name(s));
        if (!k) {
            unknown_key(l, t, s, whose);
            continue;
        }
        seen[k - t->keys] = true;
        values_read(l, k, s, base);
    }
    for (size_t i = 0; i < t->n; i++)
        if (!seen[i] && !t->keys[i].def && t->keys[i].type != KEY_OTHER)
            load_bad(l, false, group, "%s needs '%s' (%s)", whose, t->keys[i].name, t->keys[i].what);
}

const config_setting_t *load_only_list(struct loader *l, const config_t *cfg, const char *name, int type)
{
    const config_setting_t *root = config_root_setting(cfg), *found = NULL;
    for (int i = 0; i < config_setting_length(root); i++) {
        const config_setting_t *s = config_setting_get_elem(root, (unsigned)i);
        if (!strcmp(config_setting_name(s), name))
            found = s;
        else
            load_bad(l, false, s, "no setting '%.60s' belongs here: this file holds only '%s'", config_setting_name(s),
                     name);
    }
    if (!found) {
        problems_add(l->p, false, l->file, 0, "'%s' is not in this file: write %s %s", name, name,
                     type == CONFIG_TYPE_LIST ? "= ( { ... }, { ... } );" : ": { ... };");
        return NULL;
    }
    /* the empty list () and the empty array [] are both no entries */
    bool fits = type == CONFIG_TYPE_GROUP ? config_setting_is_group(found)
                                          : config_setting_is_list(found) ||
                                                (config_setting_is_array(found) && !config_setting_length(found));
    if (fits)
        return found;
    load_bad(l, false, found, "'%s' is written %s", name,
             type == CONFIG_TYPE_LIST ? "( { ... }, { ... } );" : ": { ... };");
    return NULL;
}
