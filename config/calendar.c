// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The calendar of tinbao.cfg and what counts as presence in time. Called by the loader, after the
 * kinds and the forms. Without a calendar the list below stands: *6# and the indicators go by it,
 * but nobody is reminded.
 *
 * An activity belongs to the item of its form whose word is in its text, and else to the item
 * of its form that has no word: LOA with "truc tiep" is a direct session, LOA without is not.
 */
#include "config/calendar.h"

#include "config/load.h"
#include "config/values.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"

#include <stdlib.h>
#include <string.h>

/* What the communes' plans ask (product page). */
static const struct calendar_item shipped[] = {
    {.name = "meeting",
     .text = "hop giao ban thang",
     .form = "meeting",
     .period = CALENDAR_MONTH,
     .from_as = "15",
     .to_as = "20",
     .result_as = "25",
     .remind_days = 3,
     .then_days = 1,
     .told_days = 7},
    {.name = "loudspeaker",
     .text = "phat loa",
     .form = "loudspeaker",
     .period = CALENDAR_WEEK,
     .target = 3,
     .remind_days = 2,
     .then_days = 0,
     .told_days = 7},
    {.name = "direct",
     .text = "tuyen truyen truc tiep",
     .form = "loudspeaker",
     .word = "truc tiep",
     .period = CALENDAR_YEAR,
     .target = 12,
     .remind_days = 60,
     .then_days = 14,
     .told_days = 14},
    {.name = "good_deed",
     .text = "viec tot",
     .form = "good_deed",
     .period = CALENDAR_MONTH,
     .remind_days = 5,
     .then_days = 1,
     .told_days = 7},
    {.name = "review",
     .text = "giao ban tuan",
     .office = true,
     .period = CALENDAR_WEEK,
     .to_as = "1",
     .remind_days = 0,
     .told_days = 7},
    {.name = "report_week",
     .text = "bao cao tuan",
     .office = true,
     .period = CALENDAR_WEEK,
     .to_as = "5",
     .remind_days = 1,
     .then_days = 1,
     .told_days = 7},
    {.name = "report_month",
     .text = "bao cao thang",
     .office = true,
     .period = CALENDAR_MONTH,
     .to_as = "15",
     .remind_days = 3,
     .then_days = 1,
     .told_days = 7},
    {.name = "report_half",
     .text = "bao cao 6 thang",
     .office = true,
     .period = CALENDAR_HALF_YEAR,
     .to_as = "15/6",
     .remind_days = 10,
     .then_days = 1,
     .told_days = 7},
    {.name = "report_year",
     .text = "bao cao nam",
     .office = true,
     .period = CALENDAR_YEAR,
     .to_as = "15/12",
     .remind_days = 15,
     .then_days = 1,
     .told_days = 7},
};

static int months_of(enum calendar_period p)
{
    static const int months[] = {[CALENDAR_WEEK] = 0,
                                 [CALENDAR_MONTH] = 1,
                                 [CALENDAR_QUARTER] = 3,
                                 [CALENDAR_HALF_YEAR] = 6,
                                 [CALENDAR_YEAR] = 12};
    return months[p];
}

/* "15" or "15/6" to a day of the period; false: the period has no such day. */
static bool read_day(const char *as, enum calendar_period p, struct calendar_day *out)
{
    int months = months_of(p);
    char *end;
    long day = strtol(as, &end, 10), month = *end == '/' ? strtol(end + 1, NULL, 10) : 0;
    if (day < 1 || day > (months ? 31 : 7) || (*end == '/') != (months > 1))
        return false;
    if (months > 1 && (month < 1 || month > months))
        return false;
    *out = (struct calendar_day){.day = (int)day, .month = months ? (months > 1 ? (int)month : 1) : 0};
    return true;
}

static struct calendar_day last_day(enum calendar_period p)
{
    int months = months_of(p);
    return (struct calendar_day){.day = months ? 31 : 7, .month = months};
}

/* An ordinal to compare days of one period by. */
static int order(struct calendar_day d)
{
    return d.month * 32 + d.day;
}

/* The days as numbers; the first that can not be is its name. */
static const char *settle_days(struct calendar_item *it)
{
    it->from = (struct calendar_day){.day = 1, .month = months_of(it->period) ? 1 : 0};
    it->to = last_day(it->period);
    if (*it->from_as && !read_day(it->from_as, it->period, &it->from))
        return "from";
    if (*it->to_as && !read_day(it->to_as, it->period, &it->to))
        return "to";
    it->result = it->to;
    if (*it->result_as && !read_day(it->result_as, it->period, &it->result))
        return "result_by";
    if (!*it->result_as)
        it->result_included = it->to_included;
    return NULL;
}

static void settle_roles(struct calendar_item *it)
{
    static const unsigned officer = ROLE_BIT(ROLE_AREA_OFFICER), chief = ROLE_BIT(ROLE_CHIEF);
    if (!it->remind)
        it->remind_roles = it->office ? chief : ROLE_BIT(ROLE_LEADER);
    if (!it->then)
        it->then_roles = it->office ? chief : ROLE_BIT(ROLE_LEADER) | officer;
    if (!it->overdue)
        it->overdue_roles = it->office ? chief : officer;
}

void load_default_calendar(struct loader *l)
{
    struct calendar_item *items = arena_array(l->arena, ARRAY_LEN(shipped), sizeof(items[0]));
    size_t n = 0;
    if (!items) {
        load_no_memory(l);
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(shipped); i++) {
        struct calendar_item *it = &items[n];
        if (*shipped[i].form && !config_form(l->c, shipped[i].form))
            continue; /* forms.cfg knows no such activity */
        *it = shipped[i];
        it->from_included = it->to_included = it->result_included = true;
        it->word = it->word ? it->word : "";
        it->target = it->target ? it->target : 1;
        settle_days(it);
        settle_roles(it);
        n++;
    }
    l->c->calendar = items;
    l->c->n_calendar = n;
    l->c->calendar_on = false;
}

static unsigned read_roles(struct loader *l, const config_setting_t *e, const char *key, const char *const *names,
                           size_t n)
{
    unsigned bits = 0;
    const char *all[ROLE_COUNT];
    for (enum role r = ROLE_MEMBER; r < ROLE_COUNT; r++)
        all[r - ROLE_MEMBER] = role_name(r);
    for (size_t i = 0; i < n; i++) {
        enum role r = role_from(names[i]);
        const char *near = str_nearest(names[i], all, ROLE_COUNT - 1);
        if (r == ROLE_NONE)
            load_bad(l, false, e, "%s: there is no role '%.20s'%s%s%s", key, names[i], near ? ", did you mean '" : "",
                     near ? near : "", near ? "'?" : ": leader, deputy, village_head, area_officer, duty, chief");
        else if (r == ROLE_MEMBER)
            load_bad(l, false, e,
                     "%s: members are not reminded: leader, deputy, village_head, area_officer, duty, chief", key);
        else
            bits |= ROLE_BIT(r);
    }
    return bits;
}

static void check_form(struct loader *l, const config_setting_t *e, const struct calendar_item *it)
{
    const struct form_def *def = config_form(l->c, it->form);
    const char *names[CALENDAR_MAX];
    size_t n = 0;
    if (!*it->form || (def && def->activity))
        return;
    for (size_t i = 0; i < l->c->n_forms && n < ARRAY_LEN(names); i++)
        if (l->c->forms[i].activity)
            names[n++] = l->c->forms[i].name;
    const char *near = str_nearest(it->form, names, n);
    load_bad(l, false, e, "form = \"%s\" is no activity of the forms file%s%s%s", it->form,
             near ? ": did you mean \"" : ": meeting, loudspeaker, good_deed ...", near ? near : "", near ? "\"?" : "");
}

static void check_item(struct loader *l, const config_setting_t *e, struct calendar_item *items, size_t i)
{
    struct calendar_item *it = &items[i];
    const char *wrong = settle_days(it);
    if (wrong)
        load_bad(l, false, e, "%s: such a period has no such day: %s", wrong,
                 it->period == CALENDAR_WEEK    ? "write \"1\" (Monday) to \"7\""
                 : it->period == CALENDAR_MONTH ? "write \"1\" to \"31\""
                                                : "write \"15/6\", the month counted within the period");
    else if (order(it->from) + !it->from_included > order(it->to) - !it->to_included)
        load_bad(l, false, e, "%s: no day is left between from and to: put them further apart", it->name);
    else if (order(it->result) - !it->result_included < order(it->to) - !it->to_included)
        load_bad(l, false, e, "%s: result_by comes before to: put it after", it->name);
    for (size_t j = 0; j < i; j++)
        if (it->name[0] && !strcmp(it->name, items[j].name))
            load_bad(l, false, e, "two of the calendar are called '%s': rename one", it->name);
    check_form(l, e, it);
    it->remind_roles = read_roles(l, e, "remind", it->remind, it->n_remind);
    it->then_roles = read_roles(l, e, "then", it->then, it->n_then);
    it->overdue_roles = read_roles(l, e, "overdue", it->overdue, it->n_overdue);
    settle_roles(it);
    it->line = (int)config_setting_source_line(e);
}

void load_calendar(struct loader *l, const config_setting_t *list)
{
    bool empty_array = config_setting_is_array(list) && !config_setting_length(list);
    size_t n = (size_t)config_setting_length(list);
    if ((!config_setting_is_list(list) && !empty_array) || n > CALENDAR_MAX) {
        load_bad(l, false, list, "calendar is written ( { ... }, { ... } ); with at most %d entries", CALENDAR_MAX);
        return;
    }
    struct calendar_item *items = arena_array(l->arena, n + 1, sizeof(items[0]));
    if (!items) {
        load_no_memory(l);
        return;
    }
    struct key_table t = keys_of_calendar();
    for (size_t i = 0; i < n; i++) {
        const config_setting_t *e = config_setting_get_elem(list, (unsigned)i);
        keys_read(l, e, &t, &items[i], "an entry of the calendar");
        if (config_setting_is_group(e))
            check_item(l, e, items, i);
    }
    l->c->calendar = items;
    l->c->n_calendar = n;
    l->c->calendar_on = n > 0;
}

static void check_kinds(struct loader *l, const config_setting_t *group, const char *key, const char *const *codes,
                        size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct kind *k = config_kind(l->c, codes[i]);
        if (!k)
            load_bad(l, false, group, "presence: %s: there is no kind '%.20s': the codes are in the kinds file", key,
                     codes[i]);
        else if (k->restricted)
            load_bad(l, false, group, "presence: %s: %s is a restricted kind, no team is asked to it: delete it", key,
                     codes[i]);
    }
}

void load_presence(struct loader *l, const config_setting_t *group)
{
    struct key_table t = keys_of_presence();
    struct presence_config *p = &l->c->presence;
    if (!group) {
        keys_default(&t, p);
        return;
    }
    keys_read(l, group, &t, p, "presence");
    check_kinds(l, group, "kinds", p->kinds, p->n_kinds);
    check_kinds(l, group, "mobilised", p->mobilised, p->n_mobilised);
}
