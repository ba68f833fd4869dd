// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The modems of tinbao.cfg, and the USSD codes that tell their balance. Called by the loader.
 */
#include "config/load.h"

#include "gateway/base/err.h"
#include "gateway/base/str.h"

#include <string.h>

static const config_setting_t *elem(const config_setting_t *list, size_t i)
{
    return config_setting_get_elem(list, (unsigned)i);
}

/* How many entries the list has, 0 with a problem when it is no list or too long. */
static size_t entries(struct loader *l, const config_setting_t *list, const char *name, size_t most)
{
    bool empty_array = config_setting_is_array(list) && !config_setting_length(list);
    if (!config_setting_is_list(list) && !empty_array) {
        load_bad(l, false, list, "%s is written ( { ... }, { ... } );", name);
        return 0;
    }
    size_t n = (size_t)config_setting_length(list);
    if (n <= most)
        return n;
    load_bad(l, false, list, "%s has %zu entries: at most %zu there may be", name, n, most);
    return 0;
}

/* What is true of a virtual modem unless the file says otherwise. */
static void follow_virtual(struct line_config *line, const config_setting_t *e)
{
    if (!config_setting_is_group(e))
        return;
    if (!config_setting_get_member((config_setting_t *)e, "is_virtual"))
        line->is_virtual = !strcmp(line->device, "virtual");
    if (!config_setting_get_member((config_setting_t *)e, "cut_pauses"))
        line->cut_pauses = line->is_virtual;
}

static void check_line(struct loader *l, const config_setting_t *e, const struct line_config *lines, size_t i)
{
    const struct line_config *a = &lines[i];
    if (a->device[0] && a->device[0] != '/' && strcmp(a->device, "virtual") != 0)
        load_bad(l, false, e, "device = \"%.60s\": write its whole path, /dev/serial/by-id/..., or virtual", a->device);
    if (!strcmp(a->device, "virtual") && !a->is_virtual)
        load_bad(l, false, e, "device = \"virtual\" can not have is_virtual = false");
    if (!strncmp(a->device, "/dev/ttyUSB", 11) || !strncmp(a->device, "/dev/ttyACM", 11))
        load_bad(l, true, e, "%.40s changes when a stick is plugged again: take the name in /dev/serial/by-id/",
                 a->device);
    for (size_t j = 0; j < i; j++) {
        if (a->name[0] && !strcmp(a->name, lines[j].name))
            load_bad(l, false, e, "two lines are called '%s': rename one", a->name);
        if (a->device[0] && strcmp(a->device, "virtual") != 0 && !strcmp(a->device, lines[j].device))
            load_bad(l, false, e, "the lines %s and %s have the same device", lines[j].name, a->name);
    }
}

void load_lines(struct loader *l, const config_setting_t *list)
{
    struct key_table t = keys_of_line();
    size_t n = entries(l, list, "lines", CONFIG_LINES_MAX);
    for (size_t i = 0; i < n; i++) {
        keys_read(l, elem(list, i), &t, &l->c->lines[i], "a line");
        follow_virtual(&l->c->lines[i], elem(list, i));
        check_line(l, elem(list, i), l->c->lines, i);
    }
    l->c->n_lines = n;
}

void load_balances(struct loader *l, const config_setting_t *list)
{
    struct key_table t = keys_of_balance();
    size_t n = entries(l, list, "balance", ARRAY_LEN(l->c->balances));
    memset(l->c->balances, 0, sizeof(l->c->balances));
    for (size_t i = 0; i < n; i++)
        keys_read(l, elem(list, i), &t, &l->c->balances[i], "a balance code");
    l->c->n_balances = n;
}

void load_default_balances(struct config *c)
{
    static const struct balance_config codes[] = {
        {"45204", "*101#"}, /* Viettel */
        {"45201", "*101#"}, /* MobiFone */
        {"45202", "*101#"}, /* VinaPhone */
        {"45205", "*101#"}, /* Vietnamobile */
    };
    memcpy(c->balances, codes, sizeof(codes));
    c->n_balances = ARRAY_LEN(codes);
}
