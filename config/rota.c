// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The group `duty` of tinbao.cfg. Called by the loader, after the kinds and the users are known. What
 * is written wrong is an error; an officer who is not on the roster is a warning, since he may
 * come by DK. See rota.h.
 */
#include "config/load.h"

#include "gateway/base/civil.h"
#include "gateway/base/err.h"
#include "gateway/base/str.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define ENTRIES_MAX 200

int rota_days_parse(const char *text, struct shift_days *on, bool *on_holidays)
{
    char rest[168];
    struct sbuf b = sbuf_on(rest, sizeof(rest));
    *on_holidays = false;
    for (const char *p = text + strspn(text, " ,"); *p; p += strspn(p, " ,")) {
        size_t n = strcspn(p, " ,");
        if (n == 2 && !strncasecmp(p, "NL", 2)) {
            *on_holidays = true;
        } else {
            sbuf_addn(&b, p, n);
            sbuf_addc(&b, ' ');
        }
        p += n;
    }
    if (sbuf_done(&b) < 0 || (!b.len && !*on_holidays))
        return -EINVAL;
    return shift_days_parse(rest, on);
}

/* A shift that ends not after its beginning ends on the next day. */
static void span(const char *from, const char *to, int *from_min, int *to_min)
{
    if (shift_clock_parse(from, from_min) < 0 || shift_clock_parse(to, to_min) < 0) {
        *from_min = 0; /* said already */
        *to_min = DAY_MINUTES;
    }
    if (*to_min <= *from_min)
        *to_min += DAY_MINUTES;
}

/* "2026-11-20" or with a time; a last day counts whole. */
static int64_t moment(const char *text, bool last)
{
    char whole[32];
    int64_t ms;
    bool day = strlen(text) == 10;
    snprintf(whole, sizeof(whole), "%s%s", text, day ? " 00:00" : "");
    if (civil_parse(whole, &ms) < 0)
        return 0; /* said already */
    return ms + (day && last ? DAY_MS : 0);
}

static void period(struct loader *l, const config_setting_t *e, const char *from, const char *to, int64_t *from_ms,
                   int64_t *to_ms)
{
    *from_ms = moment(from, false);
    *to_ms = moment(to, true);
    if (*to_ms <= *from_ms && *from && *to)
        load_bad(l, false, e, "it ends (%s) before it begins (%s): turn them round", to, from);
}

static void read_shift(struct loader *l, const config_setting_t *e, void *record)
{
    struct rota_shift *s = record;
    s->line = (int)config_setting_source_line(e);
    (void)rota_days_parse(s->days, &s->on, &s->on_holidays);
    if (s->holiday[0] && !s->on_holidays)
        load_bad(l, false, e, "holiday = \"%s\" is for shifts with NL in days: add it", s->holiday);
    span(s->from, s->to, &s->from_min, &s->to_min);
}

static int holiday_day(const char *text, bool *yearly)
{
    int day, month;
    *yearly = strchr(text, '/') != NULL;
    if (*yearly && sscanf(text, "%2d/%2d", &day, &month) == 2)
        return month * 100 + day;
    return (int)((moment(text, false) + VN_OFFSET_MS) / DAY_MS);
}

static void read_holiday(struct loader *l, const config_setting_t *e, void *record)
{
    struct rota_holiday *h = record;
    bool same;
    h->first = holiday_day(h->from, &h->yearly);
    h->last = holiday_day(h->to[0] ? h->to : h->from, &same);
    if (same != h->yearly)
        load_bad(l, false, e, "from and to must both have a year, or both none");
    else if (!h->yearly && h->last < h->first)
        load_bad(l, false, e, "it ends (%s) before it begins (%s): turn them round", h->to, h->from);
}

static void read_replacement(struct loader *l, const config_setting_t *e, void *record)
{
    struct rota_replacement *r = record;
    r->line = (int)config_setting_source_line(e);
    period(l, e, r->from, r->to, &r->from_ms, &r->to_ms);
    if (r->officer[0] && !strcmp(r->officer, r->by))
        load_bad(l, false, e, "%s can not stand in for himself: name another in by", r->by);
}

static void read_campaign(struct loader *l, const config_setting_t *e, void *record)
{
    struct rota_campaign *c = record;
    c->line = (int)config_setting_source_line(e);
    period(l, e, c->from, c->to, &c->from_ms, &c->to_ms);
}

static void check_codes(struct loader *l, const config_setting_t *e, const struct rota_call *c)
{
    for (size_t i = 0; i < c->n_kinds; i++) {
        const struct kind *k = config_kind(l->c, c->kinds[i]);
        if (!k || k->restricted)
            load_bad(l, false, e, "calls: %s is %s", c->kinds[i],
                     k ? "a restricted kind: its officers are named in `restricted`, and nobody else is told"
                       : "no kind: the codes are in kinds.cfg");
    }
    for (size_t i = 0; i < c->n_places; i++)
        if (!config_place(l->c, c->places[i]))
            load_bad(l, false, e, "calls: there is no place '%.20s': add it to places.cfg, or correct it",
                     c->places[i]);
}

static void read_call(struct loader *l, const config_setting_t *e, void *record)
{
    struct rota_call *c = record;
    c->line = (int)config_setting_source_line(e);
    (void)rota_days_parse(c->days, &c->on, &c->on_holidays);
    span(c->from, c->to, &c->from_min, &c->to_min);
    check_codes(l, e, c);
}

struct list {
    const char *name;
    struct key_table (*keys)(void);
    size_t size;
    size_t at, count_at; /* in struct rota */
    const char *whose;
    void (*read)(struct loader *l, const config_setting_t *e, void *record);
};

#define LIST(name_, keys_, type_, whose_, read_)                                                                       \
    {                                                                                                                  \
        .name = #name_, .keys = (keys_), .size = sizeof(struct type_), .at = offsetof(struct rota, name_),             \
        .count_at = offsetof(struct rota, n_##name_), .whose = (whose_), .read = (read_)                               \
    }

static const struct list lists[] = {
    LIST(shifts, keys_of_rota_shift, rota_shift, "a shift", read_shift),
    LIST(holidays, keys_of_rota_holiday, rota_holiday, "a holiday", read_holiday),
    LIST(replacements, keys_of_rota_replacement, rota_replacement, "a replacement", read_replacement),
    LIST(campaigns, keys_of_rota_campaign, rota_campaign, "a campaign", read_campaign),
    LIST(calls, keys_of_rota_call, rota_call, "a call", read_call),
};

static void read_list(struct loader *l, const config_setting_t *s, const struct list *of)
{
    bool empty_array = config_setting_is_array(s) && !config_setting_length(s);
    size_t n = (size_t)config_setting_length(s);
    if (!config_setting_is_list(s) && !empty_array) {
        load_bad(l, false, s, "%s is written ( { ... }, { ... } );", of->name);
        return;
    }
    if (n > ENTRIES_MAX) {
        load_bad(l, false, s, "%s has %zu entries: at most %d there may be", of->name, n, ENTRIES_MAX);
        return;
    }
    char *records = arena_array(l->arena, n + 1, of->size);
    if (!records) {
        load_no_memory(l);
        return;
    }
    struct key_table t = of->keys();
    for (size_t i = 0; i < n; i++) {
        const config_setting_t *e = config_setting_get_elem(s, (unsigned)i);
        size_t errors = l->p->errors;
        keys_read(l, e, &t, records + i * of->size, of->whose);
        if (l->p->errors == errors)
            of->read(l, e, records + i * of->size);
    }
    char *rota = (char *)&l->c->rota;
    *(char **)(void *)(rota + of->at) = records;
    *(size_t *)(void *)(rota + of->count_at) = n;
}

void load_duty(struct loader *l, const config_setting_t *group)
{
    struct key_table t = keys_of_duty();
    struct rota none;
    keys_read(l, group, &t, &none, "duty"); /* names: all are lists */
    for (size_t i = 0; config_setting_is_group(group) && i < ARRAY_LEN(lists); i++) {
        const config_setting_t *s = config_setting_get_member((config_setting_t *)group, lists[i].name);
        if (s)
            read_list(l, s, &lists[i]);
    }
}

static const struct roster_entry *on_roster(const struct config *c, const char *phone)
{
    for (size_t i = 0; i < c->n_roster; i++)
        if (!strcmp(c->roster[i].phone, phone))
            return &c->roster[i];
    return NULL;
}

static void check_phone(struct loader *l, const char *phone, int line, const char *where)
{
    const struct roster_entry *r = on_roster(l->c, phone);
    if (l->c->n_roster && (!r || r->role < ROLE_AREA_OFFICER))
        problems_add(l->p, true, l->c->path, line, "%s, named in %s, is %s", phone, where,
                     r ? "no officer on the roster: name an area_officer, duty or chief"
                       : "not on the roster: add the officer, or correct the number");
}

static void check_phones(struct loader *l, const char *const *phones, size_t n, int line, const char *where)
{
    for (size_t i = 0; i < n; i++)
        check_phone(l, phones[i], line, where);
}

static void check_holiday(struct loader *l, const struct rota_shift *s)
{
    const struct rota *r = &l->c->rota;
    bool found = !s->holiday[0];
    for (size_t i = 0; i < r->n_holidays; i++)
        found |= !strcmp(r->holidays[i].name, s->holiday);
    if (!found)
        problems_add(l->p, true, l->c->path, s->line, "no holiday is called '%s': this shift never comes; add it",
                     s->holiday);
}

void load_check_duty(struct loader *l)
{
    const struct rota *r = &l->c->rota;
    for (size_t i = 0; i < r->n_shifts; i++) {
        check_phones(l, r->shifts[i].officers, r->shifts[i].n_officers, r->shifts[i].line, "a shift");
        check_holiday(l, &r->shifts[i]);
    }
    for (size_t i = 0; i < r->n_replacements; i++) {
        check_phone(l, r->replacements[i].officer, r->replacements[i].line, "a replacement");
        check_phone(l, r->replacements[i].by, r->replacements[i].line, "a replacement");
    }
    for (size_t i = 0; i < r->n_campaigns; i++)
        check_phones(l, r->campaigns[i].officers, r->campaigns[i].n_officers, r->campaigns[i].line, "a campaign");
    for (size_t i = 0; i < r->n_calls; i++)
        check_phones(l, r->calls[i].officers, r->calls[i].n_officers, r->calls[i].line, "a call");
}
