// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * forms.cfg: what may be reported and how. Called by the loader. Whether keywords clash and
 * slots exist is said by the vocabulary (parsers), which compiles them.
 */
#include "config/load.h"

#include <string.h>

#define FORMS_MAX 256

static void say_double(struct loader *l, const config_setting_t *at, const struct form_def *forms, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (forms[i].name[0] && !strcmp(forms[i].name, forms[j].name))
            load_bad(l, false, at, "two forms are called '%s': make them one, with all keywords", forms[i].name);
}

void load_forms(struct loader *l, const config_t *cfg)
{
    const config_setting_t *list = load_only_list(l, cfg, "forms", CONFIG_TYPE_LIST);
    if (!list)
        return;
    size_t n = (size_t)config_setting_length(list);
    if (n == 0 || n > FORMS_MAX) {
        load_bad(l, false, list, "%zu forms: 1 to %d there may be", n, FORMS_MAX);
        return;
    }
    struct form_def *forms = arena_array(l->arena, n, sizeof(forms[0]));
    const char *file = arena_str(l->arena, l->file);
    if (!forms || !file) {
        load_no_memory(l);
        return;
    }
    struct key_table t = keys_of_form();
    for (size_t i = 0; i < n; i++) {
        const config_setting_t *e = config_setting_get_elem(list, (unsigned)i);
        keys_read(l, e, &t, &forms[i], "a form");
        say_double(l, e, forms, i);
        forms[i].file = file;
        forms[i].line = (int)config_setting_source_line(e);
    }
    l->c->forms = forms;
    l->c->n_forms = n;
}
