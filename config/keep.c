// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The groups `tips` and `retention` of tinbao.cfg. Called by the loader. What can go wrong: a key that was
 * mistyped; days so few that what the service needs would go, or such that one setting undoes another. Each is
 * said with its remedy.
 */
#include "config/keep.h"

#include "config/load.h"
#include "gateway/base/err.h"

void load_tips(struct loader *l, const config_setting_t *group)
{
    struct key_table t = keys_of_tips();
    if (group)
        keys_read(l, group, &t, &l->c->tips, "tips");
    else
        keys_default(&t, &l->c->tips);
}

/* Of 0 (for ever) or so many days, is a shorter than b? */
static bool shorter(int a, int b)
{
    return a && (!b || a < b);
}

static void check_days(struct loader *l, const config_setting_t *group, const struct retention_config *r)
{
    const struct {
        const char *name;
        int days;
    } counted[] = {{"incidents_days", r->incidents_days},
                   {"attendance_days", r->attendance_days},
                   {"activities_days", r->activities_days}};
    for (size_t i = 0; i < ARRAY_LEN(counted); i++)
        if (counted[i].days && counted[i].days < KEEP_YEAR_DAYS)
            load_bad(l, false, group,
                     "retention: %s = %d: the indicators look back over twelve months: 0 (for ever), or %d and more",
                     counted[i].name, counted[i].days, KEEP_YEAR_DAYS);
    if (r->part_rows_days && r->part_rows_days < 30)
        load_bad(l, true, group,
                 "retention: part_rows_days = %d: a text that a broken modem could not delete comes again after that",
                 r->part_rows_days);
    if (shorter(r->incidents_days, r->audit_days))
        load_bad(l, true, group,
                 "retention: audit_days is longer than incidents_days: words of an incident stand in the audit too");
    if (shorter(r->messages_days, r->parts_days))
        load_bad(l, true, group,
                 "retention: parts_days is longer than messages_days: the same words stay in the parts");
    if (r->outbox_days && r->outbox_days < 7)
        load_bad(l, true, group, "retention: outbox_days = %d: who was told what can be looked up no longer",
                 r->outbox_days);
}

void load_retention(struct loader *l, const config_setting_t *group)
{
    struct key_table t = keys_of_retention();
    size_t errors = l->p->errors;
    if (group)
        keys_read(l, group, &t, &l->c->retention, "retention");
    else
        keys_default(&t, &l->c->retention);
    if (l->p->errors == errors)
        check_days(l, group, &l->c->retention);
}
