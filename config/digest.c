// SPDX-License-Identifier: GPL-2.0-or-later
/* The digests and the budget of tinbao.cfg. Called by the loader. */
#include "config/digest.h"

#include "config/load.h"
#include "gateway/base/err.h"
#include "gateway/base/phone.h"
#include "gateway/base/str.h"

#include <ctype.h>
#include <string.h>

int config_minutes(const char *hhmm)
{
    int h = 0, m = 0;
    const char *p = hhmm;
    for (int i = 0; i < 2 && isdigit((unsigned char)*p); i++)
        h = 10 * h + (*p++ - '0');
    if (p == hhmm || *p++ != ':' || !isdigit((unsigned char)p[0]) || !isdigit((unsigned char)p[1]) || p[2])
        return -1;
    m = 10 * (p[0] - '0') + (p[1] - '0');
    return h < 24 && m < 60 ? 60 * h + m : -1;
}

/* A phone as the roster has it; of two rules for one the second would never count. */
static void settle_rule(struct loader *l, const config_setting_t *e, struct digest_rule *rules, size_t i)
{
    char phone[20];
    if (phone_normalize(rules[i].who, phone, sizeof(phone)) == 0)
        (void)str_copy(rules[i].who, sizeof(rules[i].who), phone);
    for (size_t j = 0; j < i; j++)
        if (rules[i].who[0] && !strcmp(rules[i].who, rules[j].who))
            load_bad(l, false, e, "digests: two entries for %s: remove one", rules[i].who);
}

/* A role without an entry gets this. */
static void add_defaults(struct config *c)
{
    static const struct digest_rule rules[] = {
        {.who = "area_officer", .night = true},
        {.who = "duty", .night = true},
        {.who = "chief", .night = true, .week = true, .month = true},
    };
    size_t named = c->n_digests;
    for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
        size_t j = 0;
        while (j < named && strcmp(c->digests[j].who, rules[i].who) != 0)
            j++;
        if (j == named)
            c->digests[c->n_digests++] = rules[i];
    }
}

static void read_digests(struct loader *l, const config_setting_t *list)
{
    struct key_table t = keys_of_digest();
    bool empty_array = config_setting_is_array(list) && !config_setting_length(list);
    size_t n = (size_t)config_setting_length(list);
    if (!config_setting_is_list(list) && !empty_array) {
        load_bad(l, false, list, "digests is written ( { who = \"chief\"; night = true; }, { ... } );");
        return;
    }
    if (n > CONFIG_DIGESTS_MAX) {
        load_bad(l, false, list, "digests has %zu entries: at most %d there may be", n, CONFIG_DIGESTS_MAX);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const config_setting_t *e = config_setting_get_elem(list, (unsigned)i);
        keys_read(l, e, &t, &l->c->digests[i], "an entry of digests");
        settle_rule(l, e, l->c->digests, i);
    }
    l->c->n_digests = n;
}

void load_digests(struct loader *l, const config_setting_t *list)
{
    l->c->n_digests = 0;
    if (list)
        read_digests(l, list);
    add_defaults(l->c);
}

void load_budget(struct loader *l, const config_setting_t *group)
{
    struct key_table t = keys_of_budget();
    if (group)
        keys_read(l, group, &t, &l->c->budget, "budget");
    else
        keys_default(&t, &l->c->budget);
}

void load_check_digests(struct loader *l)
{
    const struct config *c = l->c;
    for (size_t i = 0; i < c->n_digests; i++) {
        const char *who = c->digests[i].who;
        bool known = role_from(who) != ROLE_NONE;
        for (size_t k = 0; k < c->n_roster && !known; k++)
            known = !strcmp(c->roster[k].phone, who) && c->roster[k].role >= ROLE_AREA_OFFICER;
        if (!known)
            problems_add(l->p, true, c->path, 0,
                         "digests: %s is no officer of the roster: correct the phone or remove the entry", who);
    }
}
