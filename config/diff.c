// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What differs between two configs, by the names of the table. Called by serve at SIGHUP,
 * to say what it takes over and what waits for a restart. Pure.
 */
#include "config/config.h"

#include "config/keys.h"

#include <string.h>

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

static bool same_texts(const char *const *a, size_t n, const char *const *b, size_t m)
{
    if (n != m)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!same_text(a[i], b[i]))
            return false;
    return true;
}

/* The value of one row; whole records by their table. */
static bool same_value(const struct key *k, const void *a, const void *b)
{
    const char *x = (const char *)a + k->offset, *y = (const char *)b + k->offset;
    switch (k->type) {
    case KEY_INT:
    case KEY_ENUM:
        return !memcmp(x, y, sizeof(int));
    case KEY_INTS:
        return !memcmp(x, y, k->size * sizeof(int));
    case KEY_BOOL:
        return *(const bool *)x == *(const bool *)y;
    case KEY_STR:
    case KEY_PHONE:
    case KEY_PATH:
        return !strcmp(x, y);
    case KEY_TEXT:
        return same_text(*(const char *const *)x, *(const char *const *)y);
    case KEY_STRINGS:
    case KEY_PHONES:
        return same_texts(*(const char *const *const *)x, *(const size_t *)((const char *)a + k->count_at),
                          *(const char *const *const *)y, *(const size_t *)((const char *)b + k->count_at));
    case KEY_OTHER:
        break;
    }
    return true;
}

static bool same_records(struct key_table t, size_t size, const void *a, size_t n, const void *b, size_t m)
{
    if (n != m)
        return false;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < t.n; k++)
            if (!same_value(&t.keys[k], (const char *)a + i * size, (const char *)b + i * size))
                return false;
    return true;
}

static bool same_messages(const struct config *a, const struct config *b)
{
    if (a->n_messages != b->n_messages)
        return false;
    for (size_t i = 0; i < a->n_messages; i++)
        if (strcmp(a->messages[i].key, b->messages[i].key) != 0 || !same_text(a->messages[i].text, b->messages[i].text))
            return false;
    return true;
}

static bool same_roster(const struct config *a, const struct config *b)
{
    if (a->n_roster != b->n_roster)
        return false;
    for (size_t i = 0; i < a->n_roster; i++) {
        const struct roster_entry *x = &a->roster[i], *y = &b->roster[i];
        if (strcmp(x->name, y->name) != 0 || strcmp(x->phone, y->phone) != 0 || x->role != y->role ||
            strcmp(x->places, y->places) != 0 || strcmp(x->pin, y->pin) != 0)
            return false;
    }
    return true;
}

static bool same_rota(const struct rota *a, const struct rota *b)
{
    return same_records(keys_of_rota_shift(), sizeof(*a->shifts), a->shifts, a->n_shifts, b->shifts, b->n_shifts) &&
           same_records(keys_of_rota_holiday(), sizeof(*a->holidays), a->holidays, a->n_holidays, b->holidays,
                        b->n_holidays) &&
           same_records(keys_of_rota_replacement(), sizeof(*a->replacements), a->replacements, a->n_replacements,
                        b->replacements, b->n_replacements) &&
           same_records(keys_of_rota_campaign(), sizeof(*a->campaigns), a->campaigns, a->n_campaigns, b->campaigns,
                        b->n_campaigns) &&
           same_records(keys_of_rota_call(), sizeof(*a->calls), a->calls, a->n_calls, b->calls, b->n_calls);
}

/* Does what the key's file or list holds differ? The key's own value is compared apart. */
static bool same_behind(const char *key, const struct config *a, const struct config *b)
{
    if (!strcmp(key, "places"))
        return same_records(keys_of_place(), sizeof(struct place), a->places, a->n_places, b->places, b->n_places);
    if (!strcmp(key, "kinds"))
        return same_records(keys_of_kind(), sizeof(struct kind), a->kinds, a->n_kinds, b->kinds, b->n_kinds);
    if (!strcmp(key, "forms"))
        return same_records(keys_of_form(), sizeof(struct form_def), a->forms, a->n_forms, b->forms, b->n_forms);
    if (!strcmp(key, "lines"))
        return same_records(keys_of_line(), sizeof(struct line_config), a->lines, a->n_lines, b->lines, b->n_lines);
    if (!strcmp(key, "balance"))
        return same_records(keys_of_balance(), sizeof(struct balance_config), a->balances, a->n_balances, b->balances,
                            b->n_balances);
    if (!strcmp(key, "shifts"))
        return same_records(keys_of_shift(), sizeof(struct shift_config), a->shifts, a->n_shifts, b->shifts,
                            b->n_shifts);
    if (!strcmp(key, "attendance"))
        return same_records(keys_of_attendance(), sizeof(struct attendance_config), &a->attendance, 1, &b->attendance,
                            1);
    if (!strcmp(key, "tips"))
        return same_records(keys_of_tips(), sizeof(struct tips_config), &a->tips, 1, &b->tips, 1);
    if (!strcmp(key, "retention"))
        return same_records(keys_of_retention(), sizeof(struct retention_config), &a->retention, 1, &b->retention, 1);
    if (!strcmp(key, "children"))
        return same_records(keys_of_children(), sizeof(struct children_config), &a->children, 1, &b->children, 1);
    if (!strcmp(key, "http"))
        return same_records(keys_of_http(), sizeof(struct http_config), &a->http, 1, &b->http, 1);
    if (!strcmp(key, "journal"))
        return same_records(keys_of_journal(), sizeof(struct journal_config), &a->journal, 1, &b->journal, 1);
    if (!strcmp(key, "backup"))
        return same_records(keys_of_backup(), sizeof(struct backup_config), &a->backup, 1, &b->backup, 1);
    if (!strcmp(key, "digests"))
        return same_records(keys_of_digest(), sizeof(struct digest_rule), a->digests, a->n_digests, b->digests,
                            b->n_digests);
    if (!strcmp(key, "budget"))
        return same_records(keys_of_budget(), sizeof(struct budget_config), &a->budget, 1, &b->budget, 1);
    if (!strcmp(key, "duty"))
        return same_rota(&a->rota, &b->rota);
    if (!strcmp(key, "calendar"))
        return a->calendar_on == b->calendar_on && same_records(keys_of_calendar(), sizeof(struct calendar_item),
                                                                a->calendar, a->n_calendar, b->calendar, b->n_calendar);
    if (!strcmp(key, "presence"))
        return same_records(keys_of_presence(), sizeof(struct presence_config), &a->presence, 1, &b->presence, 1);
    if (!strcmp(key, "webhooks"))
        return same_records(keys_of_webhook(), sizeof(struct webhook_config), a->courier.webhooks,
                            a->courier.n_webhooks, b->courier.webhooks, b->courier.n_webhooks);
    if (!strcmp(key, "mail"))
        return same_records(keys_of_mail(), sizeof(struct mail_config), &a->courier.mail, 1, &b->courier.mail, 1);
    if (!strcmp(key, "spare"))
        return same_records(keys_of_spare(), sizeof(struct spare_config), &a->courier.spare, 1, &b->courier.spare, 1);
    if (!strcmp(key, "courier"))
        return same_records(keys_of_courier(), sizeof(struct courier_config), &a->courier, 1, &b->courier, 1);
    if (!strcmp(key, "messages"))
        return same_messages(a, b);
    if (!strcmp(key, "roster"))
        return same_roster(a, b);
    return true; /* restricted: its officers stand in the kinds */
}

void config_diff(const struct config *a, const struct config *b,
                 void (*say)(void *ctx, const char *key, bool needs_restart), void *ctx)
{
    struct key_table t = keys_of_config();
    for (size_t i = 0; i < t.n; i++)
        if (!same_value(&t.keys[i], a, b) || !same_behind(t.keys[i].name, a, b))
            say(ctx, t.keys[i].name, !t.keys[i].live);
}
