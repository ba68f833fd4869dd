// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * places.cfg: the villages. Called by the loader. Two places with one code are refused;
 * two with one name are not: that is asked of the reporter.
 */
#include "config/load.h"

#include <stdlib.h>
#include <string.h>

static int by_code(const void *a, const void *b)
{
    return strcmp((*(const struct place *const *)a)->code, (*(const struct place *const *)b)->code);
}

static const struct place **sorted(struct loader *l, const struct place *places, size_t n)
{
    const struct place **index = arena_array(l->arena, n + 1, sizeof(const struct place *));
    for (size_t i = 0; index && i < n; i++)
        index[i] = &places[i];
    if (index)
        qsort(index, n, sizeof(const struct place *), by_code);
    else
        load_no_memory(l);
    return index;
}

static void say_doubles(struct loader *l, const config_setting_t *list, const struct place *places,
                        const struct place *const *index, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (!index[i]->code[0] || strcmp(index[i]->code, index[i - 1]->code) != 0)
            continue;
        const struct place *later = index[i] > index[i - 1] ? index[i] : index[i - 1];
        load_bad(l, false, config_setting_get_elem(list, (unsigned)(later - places)),
                 "two places have the code \"%s\": give one of them another", later->code);
    }
}

void load_places(struct loader *l, const config_t *cfg)
{
    const config_setting_t *list = load_only_list(l, cfg, "places", CONFIG_TYPE_LIST);
    if (!list)
        return;
    size_t n = (size_t)config_setting_length(list);
    if (n == 0) {
        load_bad(l, false, list, "there are no places: a commune has at least one village");
        return;
    }
    struct place *places = arena_array(l->arena, n, sizeof(places[0]));
    if (!places) {
        load_no_memory(l);
        return;
    }
    struct key_table t = keys_of_place();
    for (size_t i = 0; i < n; i++)
        keys_read(l, config_setting_get_elem(list, (unsigned)i), &t, &places[i], "a place");
    const struct place **index = sorted(l, places, n);
    if (!index)
        return;
    say_doubles(l, list, places, index, n);
    l->c->places = places;
    l->c->n_places = n;
    l->c->places_by_code = index;
}
