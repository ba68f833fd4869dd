// SPDX-License-Identifier: GPL-2.0-or-later
/* A settings file as anybody could write it. The first octet says which of the five files it
 * is. What is wrong is said; nothing crashes, and nothing is read past its end. */
#include "config/file.h"
#include "config/load.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void take_main(struct loader *l, const config_t *cfg)
{
    static const struct kind kinds[] = {{.code = "KHAC"}, {.code = "BAOHANH", .restricted = true}};
    load_main(l, cfg);
    struct kind *copy = arena_array(l->arena, 2, sizeof(*copy));
    if (!copy)
        return;
    memcpy(copy, kinds, sizeof(kinds));
    l->c->kinds = copy;
    l->c->n_kinds = 2;
    if (config_lookup(cfg, "restricted"))
        load_restricted(l, config_lookup(cfg, "restricted"));
    load_check_officers(l);
}

static void say(void *ctx, const char *key, bool needs_restart)
{
    (void)key;
    *(int *)ctx += needs_restart;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static void (*const take[])(struct loader *, const config_t *) = {take_main, load_places, load_kinds, load_forms,
                                                                      load_messages};
    if (n == 0)
        return 0;
    struct problems *p = problems_new();
    struct config *c = calloc(1, sizeof(*c));
    char *text = malloc(n);
    if (!p || !c || !text || !(c->arena = arena_new()))
        abort();
    memcpy(text, data + 1, n - 1);
    text[n - 1] = '\0';
    struct loader l = {.c = c, .arena = c->arena, .p = p, .file = "dir/fuzz.cfg"};
    config_t cfg;
    if (file_parse(l.file, text, n - 1, &cfg, p) == 0)
        take[data[0] % 5](&l, &cfg);
    else if (!p->errors || strstr(p->items[0].text, "can not be understood"))
        abort(); /* the scan says all that libconfig would stumble over */
    config_destroy(&cfg);
    free(text);
    int restarts = 0;
    config_diff(c, c, say, &restarts);
    if (restarts || (c->n_places && config_place(c, c->places[0].code) == NULL))
        abort();
    config_free(c);
    problems_free(p);
    return 0;
}
