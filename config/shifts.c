// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The shifts of tinbao.cfg: shifts = ( { ... }, ... ) and attendance : { ... }. Called by the loader,
 * once before the villages and the users are read (the values) and once after (who and where).
 */
#include "config/shifts.h"

#include "config/load.h"
#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define WORD_SIZE 24

/* The next word of a text separated by blanks or commas; false at the end. Too long is cut, and then
 * matches nothing. */
static bool next_word(const char **p, char word[WORD_SIZE])
{
    size_t n = 0;
    *p += strspn(*p, " ,");
    for (; **p && **p != ' ' && **p != ','; ++*p)
        if (n < WORD_SIZE - 1)
            word[n++] = **p;
    word[n] = '\0';
    return n > 0;
}

static int weekday_of(const char *w, size_t n)
{
    if (n == 2 && !strncasecmp(w, "CN", 2))
        return 6;
    if (n == 2 && toupper((unsigned char)w[0]) == 'T' && w[1] >= '2' && w[1] <= '7')
        return w[1] - '2';
    return -1;
}

static int month_day_of(const char *w, size_t n)
{
    int v = 0;
    if (n < 1 || n > 2)
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (!isdigit((unsigned char)w[i]))
            return -1;
        v = 10 * v + (w[i] - '0');
    }
    return v >= 1 && v <= 31 ? v : -1;
}

int shift_date_parse(const char *text, int64_t *day)
{
    struct civil c = {0};
    int used = 0;
    if (strlen(text) != 10 || sscanf(text, "%4d-%2d-%2d%n", &c.year, &c.month, &c.day, &used) != 3 || used != 10)
        return -EINVAL;
    int64_t ms = civil_to_ms(&c);
    if (ms == INT64_MIN)
        return -EINVAL;
    *day = (ms + VN_OFFSET_MS) / DAY_MS;
    return 0;
}

int shift_clock_parse(const char *text, int *minutes)
{
    int h, m, used = 0;
    if (sscanf(text, "%2d:%2d%n", &h, &m, &used) != 2 || text[used] || h < 0 || m < 0 || m > 59 || h * 60 + m > 24 * 60)
        return -EINVAL;
    *minutes = h * 60 + m;
    return 0;
}

/* "T2", "T2-T6", "1", "1-10" */
static bool days_range(const char *w, struct shift_days *out)
{
    const char *dash = strchr(w, '-');
    size_t n = dash ? (size_t)(dash - w) : strlen(w);
    const char *second = dash ? dash + 1 : w;
    size_t m = dash ? strlen(second) : n;
    int a = weekday_of(w, n), b = weekday_of(second, m);
    if (a >= 0 && b >= 0) {
        for (int i = a;; i = (i + 1) % 7) {
            out->weekdays = (uint8_t)(out->weekdays | 1u << i);
            if (i == b)
                return true;
        }
    }
    a = month_day_of(w, n);
    b = month_day_of(second, m);
    for (int i = a; a > 0 && i <= b; i++)
        out->month_days |= UINT32_C(1) << i;
    return a > 0 && b >= a;
}

/* After "every": "3 from 2026-11-12". */
static int days_every(const char **p, struct shift_days *out)
{
    char word[WORD_SIZE];
    if (out->every || !next_word(p, word))
        return -EINVAL;
    char *end;
    long n = strtol(word, &end, 10);
    if (*end || n < 1 || n > 366 || !next_word(p, word) || strcasecmp(word, "from") != 0 || !next_word(p, word))
        return -EINVAL;
    out->every = (int)n;
    return shift_date_parse(word, &out->every_from);
}

static int days_word(const char *word, const char **p, struct shift_days *out)
{
    int64_t day;
    if (!strcasecmp(word, "all"))
        out->weekdays = 0x7F;
    else if (!strcasecmp(word, "odd") || !strcasecmp(word, "le"))
        out->month_days |= 0xAAAAAAAAu;
    else if (!strcasecmp(word, "even") || !strcasecmp(word, "chan"))
        out->month_days |= 0x55555554u;
    else if (!strcasecmp(word, "every"))
        return days_every(p, out);
    else if (!shift_date_parse(word, &day)) {
        if (out->n_dates == SHIFT_DATES_MAX)
            return -EINVAL;
        out->dates[out->n_dates++] = day;
    } else if (!days_range(word, out))
        return -EINVAL;
    return 0;
}

int shift_days_parse(const char *text, struct shift_days *out)
{
    char word[WORD_SIZE];
    memset(out, 0, sizeof(*out));
    while (next_word(&text, word))
        if (days_word(word, &text, out))
            return -EINVAL;
    return 0;
}

/* What the checks of the table have let through can be read. */
static void derive(struct shift_config *s)
{
    s->since_day = INT64_MIN;
    s->until_day = INT64_MAX;
    (void)shift_clock_parse(s->from, &s->from_min);
    (void)shift_clock_parse(s->to, &s->to_min);
    (void)shift_days_parse(s->days, &s->on);
    (void)shift_days_parse(s->except, &s->off);
    if (s->need == 0)
        s->need = s->n_members ? (int)s->n_members : 1;
    s->has_off = s->except[0] != '\0';
    if (s->since[0])
        (void)shift_date_parse(s->since, &s->since_day);
    if (s->until[0])
        (void)shift_date_parse(s->until, &s->until_day);
}

static void check_times(struct loader *l, const config_setting_t *e, const struct shift_config *s)
{
    if (s->since_day > s->until_day)
        load_bad(l, false, e, "a shift since %s until %s has no day: change one of them", s->since, s->until);
    if (s->leader_after_min && s->leader_after_min < s->remind_after_min)
        load_bad(l, false, e, "leader_after_min = %d: the members are reminded first, after %d minutes",
                 s->leader_after_min, s->remind_after_min);
    if (s->officer_after_min && s->officer_after_min < s->leader_after_min)
        load_bad(l, false, e, "officer_after_min = %d: the leader is told first, after %d minutes",
                 s->officer_after_min, s->leader_after_min);
    if (s->n_members && s->need > (int)s->n_members)
        load_bad(l, false, e, "need = %d, but only %zu members are named", s->need, s->n_members);
    int length = s->to_min - s->from_min + (s->to_min > s->from_min ? 0 : 24 * 60);
    int last = s->officer_after_min ? s->officer_after_min : s->leader_after_min;
    if (last < s->remind_after_min)
        last = s->remind_after_min;
    if (last >= length)
        load_bad(l, false, e, "the shift is over after %d minutes: remind, tell the leader and the officer earlier",
                 length);
}

static const struct roster_entry *on_roster(const struct config *c, const char *phone)
{
    for (size_t i = 0; i < c->n_roster; i++)
        if (!strcmp(c->roster[i].phone, phone))
            return &c->roster[i];
    return NULL;
}

static void check_people(struct loader *l, const config_setting_t *e, const struct shift_config *s)
{
    const struct config *c = l->c;
    char word[WORD_SIZE];
    for (const char *p = s->places; next_word(&p, word);) {
        bool known = !strcmp(word, "all");
        for (size_t i = 0; i < c->n_places; i++)
            known |= !strcmp(c->places[i].code, word);
        if (!known && c->n_places)
            load_bad(l, false, e, "shifts: there is no village '%s': write codes of places.cfg, or all", word);
    }
    for (size_t i = 0; c->n_roster && i < s->n_members; i++) {
        const struct roster_entry *r = on_roster(c, s->members[i]);
        if (!r || r->role >= ROLE_AREA_OFFICER)
            load_bad(l, true, e, "%s, named for a shift, is %s", s->members[i],
                     r ? "of no team: name a member, deputy or leader"
                       : "not on the roster: add the member, or correct the number");
    }
}

static bool has_word(const char *list, const char *word)
{
    char w[WORD_SIZE];
    for (const char *p = list; next_word(&p, w);)
        if (!strcmp(w, word))
            return true;
    return false;
}

/* A team that is too small for its shift would be reminded every night. */
static void check_need(struct loader *l, const config_setting_t *e, const struct shift_config *s)
{
    const struct config *c = l->c;
    for (size_t i = 0; c->n_roster && !s->n_members && i < c->n_places; i++) {
        const char *code = c->places[i].code;
        int team = 0;
        if (!has_word(s->places, code) && !has_word(s->places, "all"))
            continue;
        for (size_t k = 0; k < c->n_roster; k++)
            team += (c->roster[k].role == ROLE_MEMBER || c->roster[k].role == ROLE_DEPUTY ||
                     c->roster[k].role == ROLE_LEADER) &&
                    has_word(c->roster[k].places, code);
        if (team >= s->need)
            continue;
        load_bad(l, true, e, "a shift needs %d people, but the team of village %s has %d: lower need, or add members",
                 s->need, code, team);
        return; /* once an entry */
    }
}

void load_shifts(struct loader *l, const config_setting_t *list)
{
    struct key_table t = keys_of_shift();
    bool empty = config_setting_is_array(list) && !config_setting_length(list);
    if (!config_setting_is_list(list) && !empty) {
        load_bad(l, false, list, "shifts is written ( { ... }, { ... } );");
        return;
    }
    size_t n = (size_t)config_setting_length(list);
    if (n > CONFIG_SHIFTS_MAX) {
        load_bad(l, false, list, "shifts has %zu entries: at most %d there may be", n, CONFIG_SHIFTS_MAX);
        return;
    }
    struct shift_config *shifts = arena_array(l->arena, n + 1, sizeof(*shifts));
    if (!shifts) {
        load_no_memory(l);
        return;
    }
    l->c->shifts = shifts;
    l->c->n_shifts = n;
    for (size_t i = 0; i < n; i++) {
        const config_setting_t *e = config_setting_get_elem(list, (unsigned)i);
        keys_read(l, e, &t, &shifts[i], "a shift");
        derive(&shifts[i]);
        check_times(l, e, &shifts[i]);
    }
}

void load_check_shifts(struct loader *l, const config_setting_t *list)
{
    for (size_t i = 0; i < l->c->n_shifts; i++) {
        const config_setting_t *e = config_setting_get_elem(list, (unsigned)i);
        check_people(l, e, &l->c->shifts[i]);
        check_need(l, e, &l->c->shifts[i]);
    }
}

void load_attendance(struct loader *l, const config_setting_t *group)
{
    struct key_table t = keys_of_attendance();
    if (group)
        keys_read(l, group, &t, &l->c->attendance, "attendance");
    else
        keys_default(&t, &l->c->attendance);
}
