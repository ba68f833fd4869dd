// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kinds.cfg: the kinds of incident, and the named officers of restricted kinds, from the
 * kinds or from `restricted` in tinbao.cfg. Called by the loader.
 */
#include "config/values.h"

#include "gateway/base/err.h"
#include "gateway/base/str.h"

#include <string.h>

#define KINDS_MAX 256

static void say_double(struct loader *l, const config_setting_t *at, const struct kind *kinds, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (kinds[i].code[0] && !strcmp(kinds[i].code, kinds[j].code))
            load_bad(l, false, at, "two kinds have the code \"%s\": delete one", kinds[i].code);
}

void load_kinds(struct loader *l, const config_t *cfg)
{
    const config_setting_t *list = load_only_list(l, cfg, "kinds", CONFIG_TYPE_LIST);
    if (!list)
        return;
    size_t n = (size_t)config_setting_length(list);
    if (n == 0 || n > KINDS_MAX) {
        load_bad(l, false, list, "%zu kinds: 1 to %d there may be", n, KINDS_MAX);
        return;
    }
    struct kind *kinds = arena_array(l->arena, n, sizeof(kinds[0]));
    if (!kinds) {
        load_no_memory(l);
        return;
    }
    struct key_table t = keys_of_kind();
    for (size_t i = 0; i < n; i++) {
        const config_setting_t *e = config_setting_get_elem(list, (unsigned)i);
        keys_read(l, e, &t, &kinds[i], "a kind");
        say_double(l, e, kinds, i);
        if (kinds[i].n_officers && !kinds[i].restricted)
            load_bad(l, false, e, "kind %s names officers but is not restricted: set restricted = true, or delete them",
                     kinds[i].code);
    }
    l->c->kinds = kinds;
    l->c->n_kinds = n;
    if (!config_kind(l->c, "KHAC"))
        load_bad(l, false, list, "the kind KHAC is missing: what nobody knows becomes KHAC, so it must be there");
}

static struct kind *kind_named(struct loader *l, const config_setting_t *s)
{
    const char *names[KINDS_MAX], *code = config_setting_name(s);
    for (size_t i = 0; i < l->c->n_kinds; i++) {
        if (!strcmp(l->c->kinds[i].code, code))
            return &l->c->kinds[i];
        names[i] = l->c->kinds[i].code;
    }
    const char *near = str_nearest(code, names, l->c->n_kinds);
    load_bad(l, false, s, "restricted: there is no kind '%.40s'%s%s%s", code, near ? ", did you mean '" : "",
             near ? near : "", near ? "'?" : ": the codes are in kinds.cfg");
    return NULL;
}

void load_restricted(struct loader *l, const config_setting_t *group)
{
    static const struct key officers = {.name = "restricted", .type = KEY_PHONES, .min = 1, .max = 16};
    if (!config_setting_is_group(group)) {
        load_bad(l, false, group, "restricted is written : { KIND = [ \"+84...\" ]; };");
        return;
    }
    for (int i = 0; l->c->n_kinds && i < config_setting_length(group); i++) {
        const config_setting_t *s = config_setting_get_elem(group, (unsigned)i);
        struct kind *k = kind_named(l, s);
        if (!k)
            continue;
        if (!k->restricted) {
            load_bad(l, false, s,
                     "restricted: the kind %s is not a restricted one: delete the line, or set "
                     "restricted = true in kinds.cfg",
                     k->code);
            continue;
        }
        k->officers = values_strings(l, &officers, s, &k->n_officers);
    }
}

static const struct roster_entry *on_roster(const struct config *c, const char *phone)
{
    for (size_t i = 0; i < c->n_roster; i++)
        if (!strcmp(c->roster[i].phone, phone))
            return &c->roster[i];
    return NULL;
}

void load_check_officers(struct loader *l)
{
    const struct config *c = l->c;
    for (size_t i = 0; i < c->n_kinds; i++) {
        const struct kind *k = &c->kinds[i];
        if (k->restricted && k->n_officers == 0)
            problems_add(l->p, true, c->path, 0,
                         "the restricted kind %s has no named officers: write restricted : { %s = [ \"+84...\" ]; };",
                         k->code, k->code);
        for (size_t j = 0; c->n_roster && j < k->n_officers; j++) {
            const struct roster_entry *r = on_roster(c, k->officers[j]);
            if (!r || r->role < ROLE_AREA_OFFICER)
                problems_add(l->p, true, c->path, 0, "%s, named for the restricted kind %s, is %s", k->officers[j],
                             k->code,
                             r ? "no officer on the roster: name an area_officer, duty or chief"
                               : "not on the roster: add the officer, or correct the number");
        }
    }
}
